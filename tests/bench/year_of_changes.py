#!/usr/bin/env python3
"""A zone with a year of history, a change a minute: what looking into it costs, and whom it holds up.

    tests/bench/year_of_changes.py [--changes 525600] [--lab DIRECTORY]

A server of build/release gets the changes as dynamic updates (128 in flight). Then each verb of history is timed at the
command, while updates go on, one each 5 ms: `stall` is the longest that one of these waited for its answer, beside the
longest without any verb. Last, start-up and memory.
"""
import argparse
import json
import pathlib
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"
ZONE = b"\7example\3com\0"
NAMES = 1000
IN_FLIGHT = 128


def free_port():
    with socket.socket() as tcp:
        tcp.bind(("127.0.0.1", 0))
        return tcp.getsockname()[1]


def update(number, name):
    """The address of a name is replaced."""
    owner = bytes([len(name)]) + name + b"\xc0\x0c"
    address = struct.pack(">BBBB", 10, number >> 16 & 255, number >> 8 & 255, number & 255)
    return (struct.pack(">HHHHHH", number & 0xffff, 5 << 11, 1, 0, 2, 0) + ZONE + struct.pack(">HH", 6, 1) +
            owner + struct.pack(">HHIH", 1, 255, 0, 0) + owner + struct.pack(">HHIH", 1, 1, 300, 4) + address)


class Server:
    def __init__(self, lab):
        self.lab, self.port = lab, free_port()
        (lab / "zone").write_text("$ORIGIN example.com.\n@ 3600 SOA ns1 hostmaster 1 7200 1800 1209600 300\n"
                                  "@ 3600 NS ns1\nns1 3600 A 192.0.2.1\n")
        (lab / "tandem.yaml").write_text(json.dumps(
            {"server": {"listen": ["127.0.0.1:%d" % self.port], "workers": 1, "state": str(lab / "state"),
                        "control": str(lab / "sock")},
             "zones": [{"name": "example.com", "file": str(lab / "zone"), "update": [{"address": ["127.0.0.1"]}]}]}))
        (lab / "state").mkdir()

    def start(self):
        """Seconds until the zone is served."""
        began = time.monotonic()
        with open(self.lab / "log", "w") as log:
            self.process = subprocess.Popen([str(BUILD / "tandemd"), "-c", str(self.lab / "tandem.yaml")],
                                            stdout=log, stderr=log)
        query = struct.pack(">HHHHHH", 7, 0, 1, 0, 0, 0) + ZONE + struct.pack(">HH", 6, 1)
        with socket.socket(type=socket.SOCK_DGRAM) as sock:
            sock.connect(("127.0.0.1", self.port))
            sock.settimeout(0.01)
            while True:
                if self.process.poll() is not None:
                    sys.exit((self.lab / "log").read_text())
                try:
                    sock.send(query)
                    if sock.recv(512)[3] & 15 == 0:
                        return time.monotonic() - began
                except OSError:
                    time.sleep(0.002)

    def stop(self, kill=False):
        self.process.kill() if kill else self.process.terminate()
        self.process.wait(30)

    def cli(self, *words):
        began = time.monotonic()
        done = subprocess.run([str(BUILD / "tandem")] + list(words) + ["--socket", str(self.lab / "sock")],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit("%s: %s" % (" ".join(words), done.stderr))
        return time.monotonic() - began, done.stdout

    def memory_mib(self):
        with open("/proc/%d/status" % self.process.pid) as status:
            return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1024


def fill(port, changes):
    """All at once, IN_FLIGHT at a time."""
    sock = socket.socket(type=socket.SOCK_DGRAM)
    sock.connect(("127.0.0.1", port))
    sock.settimeout(2)
    sent = done = 0
    while done < changes:
        while sent < changes and sent - done < IN_FLIGHT:
            sent += 1
            sock.send(update(sent, b"n%d" % (sent % NAMES)))
        if sock.recv(512)[3] & 15 != 0:
            sys.exit("an update was refused")
        done += 1


class Probe(threading.Thread):
    """Updates one after the other; the longest wait for an answer."""

    def __init__(self, port):
        super().__init__()
        self.port, self.over, self.waits = port, threading.Event(), []
        self.start()

    def run(self):
        sock = socket.socket(type=socket.SOCK_DGRAM)
        sock.connect(("127.0.0.1", self.port))
        sock.settimeout(5)
        number = 0
        while not self.over.wait(0.005):
            number += 1
            began = time.monotonic()
            sock.send(update(number, b"probe"))
            sock.recv(512)
            self.waits.append(time.monotonic() - began)

    def end(self):
        self.over.set()
        self.join()
        return max(self.waits, default=0) * 1000, statistics.median(self.waits or [0]) * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--changes", type=int, default=525600)
    parser.add_argument("--lab", default=None)
    options = parser.parse_args()
    lab = pathlib.Path(tempfile.mkdtemp(dir=options.lab))
    server = Server(lab)
    try:
        server.start()
        empty = server.memory_mib()
        began = time.monotonic()
        fill(server.port, options.changes)
        print("%d changes in %.0f s; log %.0f MiB, memory %.0f MiB more" % (
            options.changes, time.monotonic() - began,
            sum(path.stat().st_size for path in lab.glob("state/changes/*")) / 2**20, server.memory_mib() - empty))
        newest, middle = options.changes + 1, options.changes // 2
        probe = Probe(server.port)
        time.sleep(2)
        print("%-34s %8s   stall %6.1f ms (median %.2f)" % ((("nothing", "") + probe.end())))
        for words in (["log"], ["log", "--before", str(middle)], ["show", "2"], ["show", str(middle)],
                      ["revert", str(newest)], ["revert", str(newest - NAMES // 2)], ["diff", str(middle), str(newest)],
                      ["diff", "1", str(newest)], ["at", str(newest - 5)], ["at", str(middle)], ["at", "1"],
                      ["blame", "ns1", "A"], ["blame", "n5", "A"]):
            probe = Probe(server.port)
            seconds, _ = server.cli("zone", words[0], "example.com", *words[1:])
            print("%-34s %6.3f s   stall %6.1f ms (median %.2f)" % (("zone " + " ".join(words), seconds) + probe.end()),
                  flush=True)
        print("memory after that %.0f MiB more than empty" % (server.memory_mib() - empty))
        for kill in (False, True, True):
            server.stop(kill)
            print("start after %s: %.2f s, memory %.0f MiB" % ("a kill" if kill else "a stop", server.start(),
                                                               server.memory_mib()), flush=True)
    finally:
        server.stop()
        shutil.rmtree(lab, ignore_errors=True)


if __name__ == "__main__":
    main()
