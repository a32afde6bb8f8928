"""What a primary asks the secondaries that it notifies, and what it makes of their answers (RFC 9660)."""
import contextlib
import socket
import struct
import threading

import dns.edns
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rrset
import dns.tsigkeyring
import pytest

from conftest import ZONE, free_port
from test_secondary import KEY, SECRET

ZONEVERSION = 19
RING = dns.tsigkeyring.from_text({KEY: SECRET})


class Secondary:
    """
    Answers questions for the SOA with the serial of the last NOTIFY, as `ahead` (of it ZONEVERSION; None: it
    knows none) and `refuses` ("ZONEVERSION", "EDNS") say.
    """

    def __init__(self, address="127.0.0.1"):
        self.address = address
        self.notified = 0  # how often
        self.has_tsig = False  # the last question
        self.serial = 1
        self.ahead = None
        self.labels = 2
        self.refuses = None
        self.asked = []  # of each question for the SOA: "ZONEVERSION", "EDNS" or "plain"
        self.udp = socket.socket(type=socket.SOCK_DGRAM)
        self.port = free_port()
        self.udp.bind((address, self.port))
        threading.Thread(target=self.serve, daemon=True).start()

    def close(self):
        with contextlib.suppress(OSError):  # it is not connected, and wakes up all the same
            self.udp.shutdown(socket.SHUT_RDWR)
        self.udp.close()

    def serve(self):
        try:
            while True:
                octets, client = self.udp.recvfrom(65535)
                if not octets:
                    return
                query = dns.message.from_wire(octets, keyring=RING)
                self.has_tsig = query.had_tsig
                self.udp.sendto(self.answer(query), client)
        except OSError:
            pass

    def answer(self, query):
        answer = dns.message.make_response(query)
        answer.use_edns(False)
        answer.flags |= dns.flags.AA
        if query.opcode() == dns.opcode.NOTIFY:
            self.serial = query.answer[0][0].serial
            self.notified += 1
            return answer.to_wire()
        kinds = ["plain"] + ["EDNS"] * (query.edns >= 0)
        kinds += ["ZONEVERSION"] * (ZONEVERSION in [option.otype for option in query.options])
        self.asked.append(kinds[-1])
        if self.refuses in kinds:
            answer.set_rcode(dns.rcode.FORMERR)
            return answer.to_wire()
        answer.answer = [dns.rrset.from_text("example.com.", 60, "IN", "SOA", "ns1. h. %d 1 1 1 1" % self.serial)]
        if self.ahead is not None and "ZONEVERSION" in kinds:
            other = dns.edns.GenericOption(ZONEVERSION, bytes([self.labels, 246]) + b"words")
            version = dns.edns.GenericOption(ZONEVERSION, bytes([self.labels, 0]) + struct.pack("!I", self.serial + self.ahead))
            answer.use_edns(0, options=[other, version])
        return answer.to_wire()


@pytest.fixture
def secondary():
    made = Secondary()
    yield made
    made.close()


def primary(tandem, secondary):
    source = tandem(start=False, peers=[{"name": "ns2", "address": "127.0.0.1:%d" % secondary.port}],
                    zones=[{"name": "example.com", "file": "example.com.zone", "to": ["ns2"]}])
    source.zone("example.com", ZONE)
    return source.start()


def why(source):
    return " ".join(source.cli("zone", "why", "example.com", "ns2").stdout.split())


def probe(source, secondary):
    """Until it has been asked once more."""
    before = len(secondary.asked)
    assert source.cli("zone", "notify", "example.com").returncode == 0
    source.wait(lambda: len(secondary.asked) > before)


def wait_in_step(source):
    source.wait(lambda: "All 1 secondaries have serial" in why(source))


def test_zoneversion_is_asked_for_and_agrees(tandem, secondary):
    secondary.ahead = 0
    source = primary(tandem, secondary)
    wait_in_step(source)
    assert set(secondary.asked) == {"ZONEVERSION"}
    assert "ZONEVERSION says" not in why(source)


@pytest.mark.parametrize("ahead", [-1, 5])
def test_a_zoneversion_that_is_another_serial_is_told(tandem, secondary, ahead):
    secondary.ahead = ahead
    source = primary(tandem, secondary)
    source.wait(lambda: "its SOA has serial %d, and its ZONEVERSION says %d" % (
        secondary.serial, secondary.serial + ahead) in why(source))
    assert ("0 of 1 secondaries" in why(source)) == (ahead < 0)  # the lower one counts
    secondary.ahead = 0
    probe(source, secondary)
    wait_in_step(source)
    source.wait(lambda: "ZONEVERSION" not in source.cli("zone", "status", "example.com").stdout)


def test_a_zoneversion_of_another_zone_says_nothing(tandem, secondary):
    secondary.ahead, secondary.labels = 5, 1
    source = primary(tandem, secondary)
    wait_in_step(source)
    assert "ZONEVERSION says" not in why(source)


def test_a_peer_that_refuses_zoneversion_is_asked_for_it_once(tandem, secondary):
    secondary.refuses = "ZONEVERSION"
    source = primary(tandem, secondary)
    wait_in_step(source)
    probe(source, secondary)
    assert secondary.asked.count("ZONEVERSION") == 1
    assert set(secondary.asked[1:]) == {"EDNS"}


def test_a_peer_that_knows_no_edns_is_asked_without(tandem, secondary):
    secondary.refuses = "EDNS"
    source = primary(tandem, secondary)
    wait_in_step(source)
    assert secondary.asked[:3] == ["ZONEVERSION", "EDNS", "plain"]


def test_tandem_tells_tandem(tandem):
    source, copy = tandem(start=False, zones=[]), tandem(start=False, zones=[])
    source.configure(peers=[{"name": "ns2", "address": "127.0.0.1:%d" % copy.port}],
                     zones=[{"name": "example.com", "file": "example.com.zone", "to": ["ns2"]}])
    source.zone("example.com", ZONE)
    copy.configure(peers=[{"name": "ns1", "address": "127.0.0.1:%d" % source.port}],
                   zones=[{"name": "example.com", "from": ["ns1"]}])
    source.start()
    copy.start()
    wait_in_step(source)
    assert source.cli("record", "add", "example.com", "new", "60", "A", "192.0.2.7", "--wait", "all").returncode == 0
