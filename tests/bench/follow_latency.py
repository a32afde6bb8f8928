#!/usr/bin/env python3
"""How long after its acknowledgement a change can be seen on a secondary, both on loopback.

    tests/bench/follow_latency.py [--records N] [--changes N] [--rate N] [--lab DIRECTORY]

A primary and a secondary of build/release; changes are dynamic updates, one at a time, or `--rate`
of them a second. Printed are median, 90th and 99th percentile in milliseconds.
"""
import argparse
import json
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import dns.message
import dns.query
import dns.update

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"


def free_port():
    with socket.socket() as tcp:
        tcp.bind(("127.0.0.1", 0))
        return tcp.getsockname()[1]


def start(where, port, **top):
    where.mkdir()
    conf = dict({"server": {"listen": ["127.0.0.1:%d" % port], "workers": 1, "state": str(where),
                            "control": str(where / "sock")}}, **top)
    (where / "tandem.yaml").write_text(json.dumps(conf))
    log = open(where / "log", "w")
    return subprocess.Popen([str(BUILD / "tandemd"), "-c", str(where / "tandem.yaml")], stdout=log, stderr=log)


def serial(sock, query):
    sock.send(query)
    try:
        answer = dns.message.from_wire(sock.recv(4096))
    except OSError:
        return None
    return answer.answer[0][0].serial if answer.answer else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--rate", type=float, default=0, help="changes a second; 0: one after the other")
    parser.add_argument("--lab", default=None)
    options = parser.parse_args()
    lab = pathlib.Path(tempfile.mkdtemp(dir=options.lab))
    ports = free_port(), free_port()
    with open(lab / "zone", "w") as zone:
        zone.write("$ORIGIN example.com.\n@ 3600 SOA ns1 hostmaster 1 7200 1800 1209600 300\n@ 3600 NS ns1\n"
                   "ns1 3600 A 192.0.2.1\n")
        for i in range(options.records):
            zone.write("h%d 300 A 10.%d.%d.%d\n" % (i, i >> 16 & 255, i >> 8 & 255, i & 255))
    primary = start(lab / "primary", ports[0],
                    peers=[{"name": "ns2", "address": "127.0.0.1:%d" % ports[1]}],
                    zones=[{"name": "example.com", "file": str(lab / "zone"), "to": ["ns2"],
                            "update": [{"address": ["127.0.0.1"]}]}])
    secondary = start(lab / "secondary", ports[1],
                      peers=[{"name": "ns1", "address": "127.0.0.1:%d" % ports[0]}],
                      zones=[{"name": "example.com", "from": ["ns1"]}])
    try:
        query = dns.message.make_query("example.com", "SOA").to_wire()
        sock = socket.socket(type=socket.SOCK_DGRAM)
        sock.settimeout(0.05)
        sock.connect(("127.0.0.1", ports[1]))
        end = time.monotonic() + 8
        while serial(sock, query) is None:
            if time.monotonic() > end:
                sys.exit((lab / "secondary" / "log").read_text() + (lab / "primary" / "log").read_text())
            time.sleep(0.05)
        time.sleep(1)
        delays = []
        began = time.monotonic()
        for i in range(options.changes):
            if options.rate:
                time.sleep(max(0, began + i / options.rate - time.monotonic()))
            update = dns.update.Update("example.com")
            update.replace("new", 60, "A", "192.0.2.%d" % (i % 250 + 1))
            answer = dns.query.udp(update, "127.0.0.1", port=ports[0], timeout=5)
            acknowledged = time.monotonic()
            if answer.rcode() != 0:
                sys.exit("the update was refused: %s" % answer)
            wanted = i + 2
            while (serial(sock, query) or 0) < wanted:
                if time.monotonic() - acknowledged > 10:
                    sys.exit("change %d does not arrive" % i)
            delays.append((time.monotonic() - acknowledged) * 1000)
        delays.sort()
        print("changes %d, median %.2f ms, p90 %.2f ms, p99 %.2f ms, most %.2f ms" % (
            len(delays), statistics.median(delays), delays[len(delays) * 9 // 10],
            delays[len(delays) * 99 // 100], delays[-1]))
    finally:
        for process in (primary, secondary):
            process.terminate()
        for process in (primary, secondary):
            process.wait(20)
        shutil.rmtree(lab, ignore_errors=True)


if __name__ == "__main__":
    main()
