"""A primary that does what a script says, however wrong that is, and remembers what it was asked."""
import base64
import contextlib
import hmac
import socket
import struct
import threading
import time

import dns.message
import dns.rdatatype
import packets
import pytest
from conftest import free_port
from packets import AA, AXFR, IXFR, NOTIFY, QR, SOA

ZONE = "example.com"


def soa(serial, owner=ZONE):
    return packets.soa(serial, owner)


def host(label, address=b"\xc0\0\2\1", owner=None):
    return packets.record(owner or "%s.%s" % (label, ZONE), packets.A, rdata=address)


def ns():
    return packets.record(ZONE, packets.NS, rdata=packets.name("ns1." + ZONE))


def zone(serial, *records):
    """All records of a good zone, and these."""
    return [soa(serial), ns(), host("ns1"), host("www"), *records, soa(serial)]


class Question:
    """What was asked, over what, and how to answer it."""

    def __init__(self, octets, transport):
        self.octets = octets
        self.transport = transport
        self.time = time.monotonic()
        plain, self.tsig = packets.without_tsig(octets)
        message = dns.message.from_wire(plain)
        self.id = message.id
        self.type = message.question[0].rdtype
        self.has_edns = message.edns >= 0
        self.opcode = message.opcode()
        self.question = plain[12:12 + len(packets.name(ZONE)) + 4]

    def answer(self, *records, rcode=0, flags=AA, ident=None, question=None, counts=None,
               additional=()):
        question = self.question if question is None else question
        counts = counts or (1 if question else 0, len(records), 0, len(additional))
        ident = self.id if ident is None else ident
        return struct.pack(">6H", ident, QR | flags | self.opcode << 11 | rcode, *counts) + question + \
            b"".join(records) + b"".join(additional)


class Signer:
    """The answers to a signed question, signed one after the other (RFC 8945 5.3.1)."""

    def __init__(self, question, key, secret):
        self.key, self.secret, self.id = packets.name(key), secret, question.id
        self.prior, self.waiting, self.is_first = question.tsig.mac, b"", True

    def sign(self, octets, at=None, error=0, other=b"", spoil=False):
        at = int(time.time()) if at is None else at
        when = struct.pack(">HIH", at >> 32, at & 0xFFFFFFFF, 300)
        algorithm = packets.name("hmac-sha256")
        said = struct.pack(">H", len(self.prior)) + self.prior + self.waiting + octets
        if self.is_first:
            said += self.key + struct.pack(">HI", packets.CLASS_ANY, 0) + algorithm
        said += when
        if self.is_first:
            said += struct.pack(">HH", error, len(other)) + other
        mac = hmac.new(self.secret, said, "sha256").digest()
        self.prior, self.waiting, self.is_first = mac, b"", False
        if spoil:
            mac = mac[:-1] + bytes([mac[-1] ^ 1])
        rdata = algorithm + when + struct.pack(">H", len(mac)) + mac + \
            struct.pack(">HHH", self.id, error, len(other)) + other
        extra = struct.unpack(">H", octets[10:12])[0] + 1
        return octets[:10] + struct.pack(">H", extra) + octets[12:] + \
            packets.record(self.key, packets.TSIG, packets.CLASS_ANY, 0, rdata)

    def add(self, octets):
        """It goes out without a signature; the next one covers it."""
        self.waiting += octets
        return octets


class Hostile:
    """UDP and TCP on one port of loopback. Each of `soa`, `ixfr` and `axfr` is a function that is
    given the Question and gives the messages of the answer, as octets (already framed when it is
    called `raw`)."""

    def __init__(self, udp=True, tcp=True):
        self.port = free_port()
        self.asked = []
        self.sent = 0
        self.serial = 1
        self.soa = lambda question: [question.answer(soa(self.serial))]
        self.ixfr = lambda question: [question.answer(rcode=packets.NOTIMP)]
        self.axfr = lambda question: [question.answer(*zone(self.serial))]
        self.ending = threading.Event()
        self.sockets = []
        self.threads = []
        if udp:
            self.udp_socket = self.bind(socket.SOCK_DGRAM)
            self.run(self.serve_udp)
        if tcp:
            self.tcp_socket = self.bind(socket.SOCK_STREAM)
            self.tcp_socket.listen(50)
            self.run(self.serve_tcp)

    def bind(self, kind):
        made = socket.socket(type=kind)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(("127.0.0.1", self.port))
        made.settimeout(0.1)
        self.sockets.append(made)
        return made

    def run(self, body, *arguments):
        thread = threading.Thread(target=body, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    def messages(self, octets, transport):
        question = Question(octets, transport)
        self.asked.append(question)
        act = {SOA: self.soa, IXFR: self.ixfr, AXFR: self.axfr}.get(question.type)
        return act(question) if act else []

    def serve_udp(self):
        while not self.ending.is_set():
            with contextlib.suppress(socket.timeout):
                octets, remote = self.udp_socket.recvfrom(65535)
                for message in self.messages(octets, "udp"):
                    self.udp_socket.sendto(message, remote)

    def serve_tcp(self):
        while not self.ending.is_set():
            with contextlib.suppress(socket.timeout):
                stream, _ = self.tcp_socket.accept()
                self.run(self.serve_stream, stream)

    def serve_stream(self, stream):
        with stream, contextlib.suppress(OSError, EOFError):
            self.serve_question(stream)
            while self.waits_for_close and self.wait_for_more(stream):
                if self.answers_once:
                    stream.recv(100)
                else:
                    self.serve_question(stream)

    def serve_question(self, stream):
        stream.settimeout(30)
        for message in self.messages(packets.read_frame(stream), "tcp"):
            octets = message if isinstance(message, bytearray) else packets.framed(message)
            stream.sendall(octets)
            self.sent += len(octets)
            if self.ending.is_set():
                return

    def wait_for_more(self, stream):
        """Another question, on the same connection; whoever asked closes it."""
        stream.settimeout(0.2)
        while not self.ending.is_set():
            with contextlib.suppress(socket.timeout):
                return bool(stream.recv(1, socket.MSG_PEEK))
        return False

    waits_for_close = True
    answers_once = False  # the first question of a connection only

    def types(self, since=0):
        """What was asked, in words."""
        return [dns.rdatatype.to_text(each.type) for each in self.asked[since:]]

    def close(self):
        self.ending.set()
        for thread in self.threads:
            thread.join(10)
        for each in self.sockets:
            each.close()


# ---- a secondary of such primaries ----

KEY, SECRET = "transfer.example", b"0123456789abcdef"
KEYS = [{"name": KEY, "algorithm": "hmac-sha256", "secret": base64.b64encode(SECRET).decode()}]
FAST = {"refresh-min": "1s", "refresh-max": "1s", "retry-min": "1s", "retry-max": "1s"}


@pytest.fixture
def primary():
    made = []

    def make(**options):
        made.append(Hostile(**options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def serial(copy):
    answer = copy.ask("example.com", "SOA")
    return answer.answer[0][0].serial if answer.answer else None


def configure(copy, primaries, key=None, options=None, **top):
    names = ["ns%d" % number for number in range(1, len(primaries) + 1)]
    peers = [dict({"name": name, "address": "127.0.0.1:%d" % each.port}, **({"key": key} if key else {}))
             for name, each in zip(names, primaries)]
    copy.configure(peers=peers, keys=KEYS, zones=[dict({"name": "example.com", "from": names}, **(options or {}))],
                   **top)


def follow(tandem, *primaries, wants=1, **options):
    """A secondary that has the good zone of serial 1."""
    copy = tandem(start=False, zones=[])
    configure(copy, primaries, **options)
    copy.start()
    if wants:
        copy.wait(lambda: serial(copy) == wants)
    return copy


def why(copy):
    return copy.cli("zone", "why", "example.com").stdout


def look(copy, source):
    """One look at the primaries: what was asked of this one."""
    before = len(source.asked)
    done = copy.cli("zone", "refresh", "example.com")
    assert done.returncode in (0, 1), done.stderr
    return source.types(before)


def check_refused(copy, source, *words, asked=None):
    """A look in vain: serial 1 is still served, the story tells why, and that was one round."""
    source.serial = 2
    types = look(copy, source)
    assert serial(copy) == 1
    assert copy.ask("www.example.com").answer
    story = why(copy)
    for word in words:
        assert word in story, story
    if asked:
        assert types == asked
    assert len(types) <= 6, types
    time.sleep(0.3)
    assert len(source.types()) <= len(types) + 2, source.types()  # two for serial 1


def broken_soa(size):
    whole = soa(2)
    return whole[:21] + struct.pack(">H", size) + whole[23:23 + size].ljust(size, b"\0")


def notify(copy, number=None):
    answer = () if number is None else (soa(number),)
    assert copy.raw(packets.packet(packets.question("example.com", SOA), answer=answer, opcode=NOTIFY,
                                   flags=packets.AA), 5)
