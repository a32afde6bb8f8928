"""Whoever is slow is dropped: a client that takes a transfer slower than transfers.min-rate, and a primary that gives one."""
import socket
import threading
import time

import packets
from hostile import configure, follow, host, notify, ns, soa, why
from hostile import primary  # noqa: F401 (a fixture)
from packets import AXFR

WINDOW_S = 60  # over which the rate is looked at
STALL_S = 10
TEXT = "x" * 240
ZONE = "$ORIGIN example.com.\n$TTL 60\n@ SOA ns1 h 1 7200 1800 1209600 300\n@ NS ns1\nns1 A 192.0.2.53\n" + \
    "".join("h%d TXT %s\n" % (number, TEXT) for number in range(60000))
MIN_RATE = "1MiB"


class Reader(threading.Thread):
    """Asks for the zone and, once started, takes so many octets every half second until it is dropped or has all."""

    def __init__(self, server, octets):
        super().__init__(daemon=True)
        self.octets = octets
        self.taken = 0
        self.stream = socket.socket()
        self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.stream.connect(("127.0.0.1", server.port))
        self.stream.sendall(packets.framed(packets.packet(packets.question("example.com", AXFR))))
        self.took_s = None

    def run(self):
        began = time.monotonic()
        self.stream.settimeout(2 * WINDOW_S)
        try:
            while octets := self.stream.recv(self.octets):
                self.taken += len(octets)
                time.sleep(0.5)
        except OSError:
            pass
        self.took_s = time.monotonic() - began
        self.stream.close()


def test_slow_readers_and_slow_primaries_are_dropped(tandem, primary):
    source = tandem(start=False, transfers={"min-rate": MIN_RATE}, zones=[
        {"name": "example.com", "file": "example.com.zone", "allow-transfer": ["127.0.0.1"]}])
    source.zone("example.com", ZONE)
    source.start()
    source.wait(lambda: source.ask("example.com", "SOA").answer, 60)
    drip = Reader(source, 65536)  # 128 KiB a second
    drip.start()
    began_drip = time.monotonic()

    slow = primary()
    copy = follow(tandem, slow)
    configure(copy, [slow], transfers={"min-rate": MIN_RATE})
    assert copy.cli("reload").returncode == 0
    dropped = threading.Event()

    def axfr(question):
        number = 0
        yield question.answer(soa(2), ns())
        while not slow.ending.is_set() and number < 4 * WINDOW_S:
            number += 1
            time.sleep(0.5)
            try:
                yield question.answer(host("h%d" % number))
            except GeneratorExit:  # the connection is closed
                dropped.set()
                raise

    slow.serial, slow.axfr = 2, axfr
    began = time.monotonic()
    notify(copy, 2)
    copy.wait(lambda: "transfers.min-rate" in why(copy), WINDOW_S + 20)
    assert dropped.wait(10)
    assert time.monotonic() - began > WINDOW_S - 5
    assert copy.ask("example.com", "SOA").answer[0][0].serial == 1

    source.wait(lambda: "the client reads less than transfers.min-rate" in source.log(), WINDOW_S)
    assert WINDOW_S - 5 < time.monotonic() - began_drip < 2 * WINDOW_S
    assert drip.taken < len(ZONE) * 3 / 4
    fast = Reader(source, 1 << 20)
    fast.start()
    fast.join(WINDOW_S)
    assert fast.taken > len(ZONE) / 2


def test_a_reader_that_takes_nothing_is_dropped_sooner(tandem):
    source = tandem(start=False, zones=[
        {"name": "example.com", "file": "example.com.zone", "allow-transfer": ["127.0.0.1"]}])
    source.zone("example.com", ZONE)
    source.start()
    source.wait(lambda: source.ask("example.com", "SOA").answer, 60)
    stalled = Reader(source, 0)  # it is never started
    began = time.monotonic()
    source.wait(lambda: "the client reads less than transfers.min-rate" in source.log(), 4 * STALL_S)
    assert STALL_S - 1 < time.monotonic() - began < 3 * STALL_S
    stalled.stream.close()
