"""Octets of DNS messages, also of those that no library would make, and what comes back."""
import collections
import contextlib
import hmac
import socket
import struct
import time

import dns.message
import pytest
from conftest import PATIENCE_S, ZONE, Tandem

IQUERY, STATUS, NOTIFY, UPDATE, DSO = 1, 2, 4, 5, 6
QR, AA, TC, RD, RA, Z, AD, CD = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080, 0x0040, 0x0020, 0x0010
A, NS, SOA, TXT, AAAA, OPT, TSIG, IXFR, AXFR, ANY = 1, 2, 6, 16, 28, 41, 250, 251, 252, 255
IN, CH, HS, CLASS_NONE, CLASS_ANY = 1, 3, 4, 254, 255
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, NOTAUTH, BADVERS = 0, 1, 2, 3, 4, 5, 9, 16
NSID, ECS, EXPIRE, COOKIE, KEEPALIVE, PADDING, EDE, ZONEVERSION = 3, 8, 9, 10, 11, 12, 15, 19
ID = 0x1234

KEY = {"name": "transfer.example.", "algorithm": "hmac-sha256", "secret": "MDEyMzQ1Njc4OWFiY2RlZg=="}
PROTOCOL_ZONE = ZONE + "".join("many A 192.0.2.%d\n" % n for n in (1, 2, 3)) + \
    "".join('big TXT "%s%02d"\n' % ("x" * 100, n) for n in range(20)) + \
    "".join('huge TXT "%s%03d"\n' % ("y" * 245, n) for n in range(250)) + \
    "".join("middle TXT \"%s%d\"\n" % ("z" * 80, n) for n in range(6))

Answer = collections.namedtuple(
    "Answer", "octets flags opcode rcode aa tc rd counts has_opt payload version do options message tsig")


def name(text):
    labels = [label.encode() for label in text.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def question(owner="www.example.com", rdtype=A, rdclass=IN):
    return (name(owner) if isinstance(owner, str) else owner) + struct.pack(">HH", rdtype, rdclass)


def record(owner, rdtype=A, rdclass=IN, ttl=60, rdata=b"\xc0\0\2\1"):
    owner = name(owner) if isinstance(owner, str) else owner
    return owner + struct.pack(">HHIH", rdtype, rdclass, ttl, len(rdata)) + rdata


def soa(serial, owner="example.com"):
    return record(owner, SOA, rdata=name("ns1.example.com") + name("hostmaster.example.com") +
                  struct.pack(">5I", serial, 7200, 1800, 1209600, 300))


def option(code, data=b""):
    return struct.pack(">HH", code, len(data)) + data


def opt(*options, payload=1232, version=0, flags=0, rcode=0, owner=b"\0"):
    return record(owner, OPT, payload, rcode << 24 | version << 16 | flags, b"".join(options))


def packet(*questions, answer=(), authority=(), additional=(), flags=0, opcode=0, counts=None,
           trail=b""):
    sections = (questions, answer, authority, additional)
    counts = counts or [len(section) for section in sections]
    return struct.pack(">6H", ID, flags | opcode << 11, *counts) + \
        b"".join(b"".join(section) for section in sections) + trail


def edns(*options, to="www.example.com", rdtype=A, **fields):
    """A question with one OPT record behind it."""
    return packet(question(to, rdtype), additional=[opt(*options, **fields)])


Signature = collections.namedtuple("Signature", "mac error other")


def without_tsig(octets):
    """The message without its last record, and that one's fields, when it is a TSIG record."""
    counts = struct.unpack(">4H", octets[4:12])
    at = 12
    for turn in range(sum(counts)):
        begin = at
        while octets[at] != 0 and octets[at] < 0xC0:
            at += octets[at] + 1
        at += 2 if octets[at] else 1
        if turn < counts[0]:
            at += 4
            continue
        rdtype, _, _, size = struct.unpack(">HHIH", octets[at:at + 10])
        at += 10 + size
    if sum(counts[1:]) == 0 or rdtype != TSIG:
        return octets, None
    assert at == len(octets) and counts[3] > 0
    rdata = octets[at - size:]
    while rdata[0] != 0:  # the algorithm
        rdata = rdata[rdata[0] + 1:]
    size = struct.unpack(">H", rdata[9:11])[0]
    fields = rdata[11 + size:]
    return octets[:10] + struct.pack(">H", counts[3] - 1) + octets[12:begin], \
        Signature(rdata[11:11 + size], struct.unpack(">H", fields[2:4])[0], fields[6:])


def parse(octets):
    """An answer, checked: it is whole, and of the query that was sent. None stays None."""
    if octets is None:
        return None
    ident, flags, *counts = struct.unpack(">6H", octets[:12])
    assert ident == ID and flags & QR
    assert not flags & (RA | Z | AD)
    opcode = flags >> 11 & 15
    plain, signature = without_tsig(octets)
    # dnspython reads other opcodes in other ways, or not at all; the form is the same for all.
    plain = plain[:2] + bytes([plain[2] & 0x87]) + plain[3:]
    message = dns.message.from_wire(plain, ignore_trailing=False)
    has_opt = message.edns >= 0
    return Answer(octets, flags, opcode, message.rcode(),
                  bool(flags & AA), bool(flags & TC), bool(flags & RD), counts, has_opt,
                  message.payload if has_opt else None, message.edns if has_opt else None,
                  has_opt and bool(message.ednsflags & 0x8000),
                  {each.otype: each.to_wire() for each in message.options} if has_opt else {},
                  message, signature)


class Asker:
    """Sends octets to one server, over one socket while it can."""

    def __init__(self, server):
        self.server = server
        self.udp_socket = socket.socket(type=socket.SOCK_DGRAM)
        self.udp_socket.connect(("127.0.0.1", server.port))

    def udp(self, octets, timeout=PATIENCE_S):
        self.udp_socket.settimeout(timeout)
        self.udp_socket.send(octets)
        try:
            return parse(self.udp_socket.recv(65535))
        except socket.timeout:
            return None

    def silence(self, octets):
        """Nothing comes back: a good question sent behind it is answered first."""
        self.udp_socket.send(octets)
        answer = self.udp(packet(question("mail.example.com")))
        assert answer.message.question[0].name.to_text() == "mail.example.com.", answer.message

    def tcp(self, octets):
        with self.connect() as stream:
            stream.sendall(framed(octets))
            return parse(read_frame(stream))

    def connect(self):
        stream = socket.create_connection(("127.0.0.1", self.server.port), PATIENCE_S)
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return stream

    def drain(self):
        """Read what has come, up to the answer to a last question, of another ID."""
        last = b"\x43\x21" + packet(question())[2:]
        self.udp_socket.settimeout(PATIENCE_S)
        self.udp_socket.send(last)
        while self.udp_socket.recv(65535)[:2] != last[:2]:
            pass

    def wait_for_zones(self):
        """What is answered before all zones are loaded is SERVFAIL."""
        self.server.wait(lambda: all(self.udp(packet(question(zone, SOA))).rcode == NOERROR
                                     for zone in ("example.com", "keyed.test", "closed.test")))

    def good(self):
        """The server still answers."""
        answer = self.udp(packet(question()))
        assert answer.rcode == NOERROR and answer.counts[1] == 1

    def close(self):
        self.udp_socket.close()


def framed(octets):
    return struct.pack(">H", len(octets)) + octets


def read_exactly(stream, size):
    data = b""
    while len(data) < size:
        more = stream.recv(size - len(data))
        if not more:
            raise EOFError("%d of %d octets" % (len(data), size))
        data += more
    return data


def read_frame(stream):
    return read_exactly(stream, struct.unpack(">H", read_exactly(stream, 2))[0])


ZONES = [
    {"name": "example.com", "file": "example.com.zone", "allow-transfer": ["127.0.0.1"]},
    {"name": "keyed.test", "file": "keyed.test.zone", "allow-transfer": ["key transfer.example."]},
    {"name": "closed.test", "file": "closed.test.zone"},
    {"name": "broken.test", "file": "nowhere.zone"},
]


@contextlib.contextmanager
def standing(where, **server):
    """A server for all tests of a module, with an Asker: most of them leave nothing behind."""
    tandem = Tandem(where, server=dict({"identity": "ns1", "version": "a version"}, **server))
    tandem.zone("example.com", PROTOCOL_ZONE)
    for zone in ("keyed.test", "closed.test"):
        tandem.zone(zone, ZONE.replace("example.com", zone))
    tandem.configure(zones=ZONES, keys=[KEY])
    tandem.start()
    asker = Asker(tandem)
    try:
        asker.wait_for_zones()
        yield asker
    finally:
        asker.close()
        tandem.stop()


@pytest.fixture(scope="module")
def asker(tmp_path_factory):
    with standing(tmp_path_factory.mktemp("standing")) as found:
        yield found


# ---- TSIG by hand (RFC 8945 4.2, 4.3.3): dnspython makes only good ones ----

def tsig(octets=None, key="transfer.example", secret=b"0123456789abcdef", algorithm="hmac-sha256",
         hash_name="sha256", size=None, mac=None, at=None, fudge=300, ident=ID, error=0,
         rdclass=CLASS_ANY, ttl=0):
    """The TSIG record for a message: signed, or with the `mac` given."""
    at = int(time.time()) if at is None else at
    when = struct.pack(">HIH", at >> 32, at & 0xFFFFFFFF, fudge)
    owner = name(key) if isinstance(key, str) else key
    if mac is None:
        said = octets + owner.lower() + struct.pack(">HI", CLASS_ANY, 0) + name(algorithm).lower() + when + \
            struct.pack(">HH", error, 0)
        mac = hmac.new(secret, said, hash_name).digest()[:size]
    return record(owner, TSIG, rdclass, ttl, name(algorithm) + when + struct.pack(">H", len(mac)) + mac +
                  struct.pack(">HHH", ident, error, 0))


def sealed(octets, **fields):
    """The message with its TSIG record behind it, counted."""
    extra = struct.unpack(">H", octets[10:12])[0]
    return octets[:10] + struct.pack(">H", extra + 1) + octets[12:] + tsig(octets, **fields)
