#!/usr/bin/env python3
"""A primary and a secondary of many small zones: the first copies, and a start from the state directory.

    tests/bench/many_secondaries.py [--zones N] [--lab DIRECTORY]

Printed are the times until all zones are answered, the CPU time of the first copies (of both, which
says more on a busy machine), and the memory of both after their starts.
"""
import argparse
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TANDEM_BUILD") or ROOT / "build" / "release")
ZONE = """$ORIGIN z%d.example.
$TTL 3600
@ SOA ns1 hostmaster 1 7200 1800 1209600 300
  NS ns1
  NS ns2
  MX 10 mail
  A 192.0.2.4
ns1 A 192.0.2.1
ns2 A 192.0.2.2
mail A 192.0.2.3
www A 192.0.2.4
"""
REST_S = 10  # until memory that is of no use any more has been given back


def free_port():
    with socket.socket() as tcp:
        tcp.bind(("127.0.0.1", 0))
        return tcp.getsockname()[1]


class Server:
    def __init__(self, where, count, port, **top):
        where.mkdir()
        self.where, self.count = where, count
        server = {"listen": ["127.0.0.1:%d" % port], "workers": 1, "state": str(where),
                  "control": str(where / "sock"), "log": {"level": "warning"}}
        (where / "tandem.yaml").write_text(json.dumps(dict({"server": server}, **top)))
        self.process = None

    def served(self):
        done = subprocess.run([str(BUILD / "tandem"), "status", "--json", "--socket", str(self.where / "sock")],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return json.loads(done.stdout)["zones"]["served"] if done.returncode == 0 else 0

    def start(self):
        """Returns how long it takes until all zones are answered."""
        began = time.monotonic()
        self.process = subprocess.Popen([str(BUILD / "tandemd"), "-c", str(self.where / "tandem.yaml")],
                                        stdout=open(self.where / "log", "w"), stderr=subprocess.STDOUT)
        while self.served() != self.count:
            if self.process.poll() is not None or time.monotonic() - began > 600:
                sys.exit((self.where / "log").read_text())
            time.sleep(0.05)
        return time.monotonic() - began

    def memory_mb(self):
        time.sleep(REST_S)
        status = pathlib.Path("/proc/%d/status" % self.process.pid).read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1000

    def cpu_s(self):
        words = pathlib.Path("/proc/%d/stat" % self.process.pid).read_text().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)
        self.process = None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--zones", type=int, default=100000)
    parser.add_argument("--lab", default=None)
    options = parser.parse_args()
    lab = pathlib.Path(tempfile.mkdtemp(dir=options.lab))
    names = ["z%d.example" % i for i in range(options.zones)]
    (lab / "zones").mkdir()
    for number, name in enumerate(names):
        (lab / "zones" / name).write_text(ZONE % number)
    port = free_port()
    primary = Server(lab / "primary", options.zones, port, zones=[
        {"name": name, "file": str(lab / "zones" / name), "allow-transfer": ["127.0.0.1"]} for name in names])
    secondary = Server(lab / "secondary", options.zones, free_port(),
                       peers=[{"name": "primary", "address": "127.0.0.1:%d" % port}],
                       zones=[{"name": name, "from": ["primary"]} for name in names])
    try:
        primary.start()
        primary.stop()
        again = primary.start()
        of_primary = primary.memory_mb()
        print("primary: started again in %.1f s, %.0f MB" % (again, of_primary))
        before = primary.cpu_s()
        first = secondary.start()
        cpu = primary.cpu_s() - before, secondary.cpu_s()
        secondary.stop()
        again = secondary.start()
        of_secondary = secondary.memory_mb()
        print("secondary: first copies in %.1f s (CPU %.1f s, and %.1f s of the primary), started again in %.1f s, "
              "%.0f MB: %.2f of the primary" % (first, cpu[1], cpu[0], again, of_secondary, of_secondary / of_primary))
    finally:
        secondary.stop()
        primary.stop()
        shutil.rmtree(lab, ignore_errors=True)


if __name__ == "__main__":
    main()
