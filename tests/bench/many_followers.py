#!/usr/bin/env python3
"""One primary, a thousand simulated secondaries, a change every second.

    tests/bench/many_followers.py [--peers N] [--changes N] [--lab DIRECTORY]

Each secondary answers NOTIFY, transfers by IXFR over UDP and answers SOA with what it has then. Printed are
the time from a change's acknowledgement until all of them have it, and the primary's CPU.
"""
import argparse
import json
import os
import pathlib
import select
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

import dns.message
import dns.query
import dns.update

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"
NAME = b"\7example\3com\0"
TAIL = struct.pack(">IIII", 7200, 1800, 1209600, 300)


def soa(serial):
    rdata = b"\0\0" + struct.pack(">I", serial) + TAIL
    return b"\xc0\x0c" + struct.pack(">HHIH", 6, 1, 3600, len(rdata)) + rdata


class Secondaries(threading.Thread):
    def __init__(self, count, primary):
        super().__init__(daemon=True)
        self.primary = ("127.0.0.1", primary)
        self.serials = [1] * count
        self.times = {}
        self.waiting = {}
        self.poll = select.epoll()
        self.sockets = {}
        self.ports = []
        self.is_ending = False
        for number in range(count):
            sock = socket.socket(type=socket.SOCK_DGRAM)
            sock.bind(("127.0.0.1", 0))
            if sock.getsockname()[1] == primary:  # which was found free for TCP
                sock, taken = socket.socket(type=socket.SOCK_DGRAM), sock
                sock.bind(("127.0.0.1", 0))
                taken.close()
            sock.setblocking(False)
            self.poll.register(sock, select.EPOLLIN)
            self.sockets[sock.fileno()] = (sock, number)
            self.ports.append(sock.getsockname()[1])

    def run(self):
        while not self.is_ending:
            for fd, _ in self.poll.poll(0.2):
                sock, number = self.sockets[fd]
                try:
                    message, sender = sock.recvfrom(65535)
                except OSError:
                    continue
                self.take(sock, number, message, sender)

    def take(self, sock, number, message, sender):
        flags = message[2]
        question = message[12:12 + len(NAME) + 4]
        if flags & 0x80:  # the answer to our IXFR: its first SOA is the newest
            rdata = message.find(TAIL)
            if rdata > 0:
                self.have(number, struct.unpack(">I", message[rdata - 4:rdata])[0])
        elif flags >> 3 & 15 == 4:
            sock.sendto(message[:2] + b"\xa4\0\0\1\0\0\0\0\0\0" + question, sender)
            ask = os.urandom(2) + b"\0\0\0\1\0\0\0\1\0\0" + NAME + b"\0\xfb\0\1" + soa(self.serials[number])
            sock.sendto(ask, self.primary)
        else:
            sock.sendto(message[:2] + b"\x84\0\0\1\0\1\0\0\0\0" + question + soa(self.serials[number]), sender)

    def have(self, number, serial):
        if serial == self.serials[number]:
            return
        self.serials[number] = serial
        self.waiting[serial] = self.waiting.get(serial, 0) + 1
        if self.waiting[serial] == len(self.serials):
            self.times[serial] = time.monotonic()


def cpu_s(pid):
    fields = open("/proc/%d/stat" % pid).read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", type=int, default=1000)
    parser.add_argument("--changes", type=int, default=20)
    parser.add_argument("--lab", default=None)
    options = parser.parse_args()
    lab = pathlib.Path(tempfile.mkdtemp(dir=options.lab))
    with socket.socket() as tcp:
        tcp.bind(("127.0.0.1", 0))
        port = tcp.getsockname()[1]
    secondaries = Secondaries(options.peers, port)
    (lab / "zone").write_text("$ORIGIN example.com.\n@ 3600 SOA . . 1 7200 1800 1209600 300\n@ 3600 NS ns1\n"
                              "ns1 3600 A 192.0.2.1\n")
    peers = [{"name": "s%d" % i, "address": "127.0.0.1:%d" % p} for i, p in enumerate(secondaries.ports)]
    (lab / "tandem.yaml").write_text(json.dumps({
        "server": {"listen": ["127.0.0.1:%d" % port], "workers": 1, "state": str(lab),
                   "control": str(lab / "sock"), "log": {"level": "warning"}},
        "peers": peers,
        "zones": [{"name": "example.com", "file": str(lab / "zone"), "to": [p["name"] for p in peers],
                   "update": [{"address": ["127.0.0.1"]}]}]}))
    secondaries.start()
    process = subprocess.Popen([str(BUILD / "tandemd"), "-c", str(lab / "tandem.yaml")],
                               stdout=open(lab / "log", "w"), stderr=subprocess.STDOUT)
    try:
        time.sleep(5)
        answer = dns.query.udp(dns.message.make_query("example.com", "SOA"), "127.0.0.1", port=port, timeout=30)
        first = answer.answer[0][0].serial
        used, began, delays = cpu_s(process.pid), time.monotonic(), []
        for number in range(options.changes):
            time.sleep(max(0, began + number - time.monotonic()))
            update = dns.update.Update("example.com")
            update.replace("new", 60, "A", "192.0.2.%d" % (number % 250 + 1))
            if dns.query.udp(update, "127.0.0.1", port=port, timeout=30).rcode() != 0:
                sys.exit("the update was refused")
            acknowledged = time.monotonic()
            serial = first + number + 1
            while serial not in secondaries.times:
                if time.monotonic() - acknowledged > 60:
                    sys.exit("change %d does not reach all: %d have it" % (
                        number, secondaries.waiting.get(serial, 0)))
                time.sleep(0.005)
            delays.append(secondaries.times[serial] - acknowledged)
        time.sleep(max(0, began + options.changes - time.monotonic()))
        took = time.monotonic() - began
        delays.sort()
        print("%d secondaries, %d changes: all have it after %.3f s (median), %.3f s (most); "
              "the primary takes %.2f of a core" % (options.peers, options.changes, delays[len(delays) // 2],
                                                     delays[-1], (cpu_s(process.pid) - used) / took))
    finally:
        secondaries.is_ending = True
        process.terminate()
        process.wait(20)
        shutil.rmtree(lab, ignore_errors=True)


if __name__ == "__main__":
    main()
