"""The form of messages: what is no query, what is damaged, and what nobody is asked for."""
import random
import socket
import struct

import dns.message
import dns.rdatatype
import pytest
from packets import (AA, AD, ANY, AXFR, CD, CH, CLASS_ANY, CLASS_NONE, DSO, FORMERR, HS, IN,
                     IQUERY, IXFR, NOERROR, NOTAUTH, NOTIFY, NOTIMP, NS, NXDOMAIN, QR, RA, RD,
                     REFUSED, SOA, STATUS, TC, TXT, UPDATE, Z, A, edns, name, opt, packet, parse,
                     question, record, soa)
from packets import asker  # noqa: F401 (a fixture)

FOUR = struct.pack(">HH", A, IN)


# ---- header ----

@pytest.mark.parametrize("flags", [AA, TC, RD, RA, Z, AD, CD, 15, AA | TC | RD | RA | Z | AD | CD | 15])
def test_flags_of_the_question(asker, flags):
    """RFC 1035 4.1.1: RD is copied, all others mean nothing in a question; parse() looks at RA, Z, AD."""
    answer = asker.udp(packet(question(), flags=flags))
    assert answer.rcode == NOERROR and answer.counts[1] == 1 and answer.aa and not answer.tc
    assert answer.rd == bool(flags & RD)


@pytest.mark.parametrize("opcode", [0, NOTIFY, UPDATE, 15])
def test_responses_are_never_answered(asker, opcode):
    """RFC 1035 7.3; an answer to an answer makes two servers talk for ever."""
    asker.silence(packet(question(), flags=QR, opcode=opcode))
    asker.silence(packet(flags=QR, opcode=opcode))
    asker.silence(packet(question("example.com", SOA), flags=QR | AA, answer=[soa(1)]))


@pytest.mark.parametrize("size", range(12))
def test_less_than_a_header(asker, size):
    asker.silence(packet()[:size])


@pytest.mark.parametrize("opcode", [IQUERY, STATUS, 3, DSO] + list(range(7, 16)))
def test_opcodes_that_nobody_knows(asker, opcode):
    """RFC 3425 3 (IQUERY), RFC 8906 3.1.4: NOTIMP, opcode and ID copied, whatever else is in there."""
    for sent in (packet(opcode=opcode), packet(question(), opcode=opcode),
                 packet(question(), question(), opcode=opcode), packet(opcode=opcode) + b"garbage",
                 packet(question(), opcode=opcode, additional=[opt()])):
        answer = asker.udp(sent)
        assert (answer.opcode, answer.rcode) == (opcode, NOTIMP)
        assert answer.counts[1:3] == [0, 0] and not answer.aa and not answer.tc
    assert asker.tcp(packet(opcode=opcode)).rcode == NOTIMP


@pytest.mark.parametrize("opcode", [0, NOTIFY, UPDATE])
def test_a_header_alone(asker, opcode):
    """RFC 9619 4: QDCOUNT 0 has no meaning in a QUERY; NSD, BIND and Knot say FORMERR."""
    answer = asker.udp(packet(opcode=opcode))
    assert answer.rcode == FORMERR and answer.counts == [0, 0, 0, 0]
    assert asker.tcp(packet(opcode=opcode)).rcode == FORMERR
    assert asker.udp(packet(opcode=opcode, additional=[opt()])).rcode == FORMERR


# ---- counts ----

@pytest.mark.parametrize("sent", [
    packet(question(), counts=[0, 0, 0, 0]), packet(question(), question()),
    packet(question(), question("example.com", SOA)), packet(question(), question(), additional=[opt()]),
    packet(question(), counts=[2, 0, 0, 0]), packet(question(), counts=[65535, 0, 0, 0]),
    packet(counts=[1, 0, 0, 0]), packet(question(), counts=[65535] * 4)])
def test_not_one_question(asker, sent):
    """RFC 9619 4. As NSD and BIND, which send the header alone; Knot keeps silent."""
    answer = asker.udp(sent)
    assert answer.rcode == FORMERR and answer.counts == [0, 0, 0, 0]


@pytest.mark.parametrize("counts", [[1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1], [1, 0, 0, 65535], [1, 65535, 0, 0],
                                    [1, 65535, 65535, 65535]])
def test_records_that_are_not_there(asker, counts):
    assert asker.udp(packet(question(), counts=counts)).rcode == FORMERR


def test_more_additional_records_announced_than_sent(asker):
    assert asker.udp(packet(question(), additional=[opt()], counts=[1, 0, 0, 2])).rcode == FORMERR


def test_records_that_a_question_has_no_need_of(asker):
    """In the answer section nothing can be meant: FORMERR, as NSD. Others are stepped over, as by BIND."""
    assert asker.udp(packet(question(), answer=[record("x.example.com")])).rcode == FORMERR
    assert asker.udp(packet(question(), authority=[record("x.example.com")])).rcode == NOERROR
    assert asker.udp(packet(question(), additional=[record("x.example.com")])).rcode == NOERROR


def test_too_many_records_behind_a_question(asker):
    """Our own limit: nobody needs so many, and pointers make them dear to read."""
    for count, rcode in ((16, NOERROR), (17, FORMERR), (3000, FORMERR)):
        assert asker.tcp(packet(question(), additional=[record(b"\xC0\x0C")] * count)).rcode == rcode
    chain = b"".join(struct.pack(">H", 0xC000 | at) for at in range(12, 16000, 2))
    before = asker.server.cpu_s()
    for _ in range(20):
        asker.tcp(packet(question(), additional=[record("x.example.com", rdata=chain)] +
                         [record(b"\xFE\x00")] * 3000))
    assert asker.server.cpu_s() - before < 5
    asker.good()


@pytest.mark.parametrize("trail", [b"\0", b"abc", b"\0" * 400], ids=len)
def test_octets_behind_the_last_record(asker, trail):
    """No RFC forbids them, and they say nothing: NSD and BIND answer as if they were not there."""
    for more, has_opt in (([], False), ([opt()], True)):
        answer = asker.udp(packet(question(), additional=more, trail=trail))
        assert answer.rcode == NOERROR and answer.counts[1] == 1 and answer.has_opt == has_opt
    assert asker.tcp(packet(question(), trail=trail)).rcode == NOERROR


def test_an_opt_record_that_is_not_counted(asker):
    answer = asker.udp(packet(question(), additional=[opt(version=1)], counts=[1, 0, 0, 0]))
    assert answer.rcode == NOERROR and not answer.has_opt


@pytest.mark.parametrize("whole", [packet(question()), edns(b"\0\x0a\0\x08clientck", b"\0\3\0\0"),
                                   packet(question("example.com", IXFR), authority=[soa(1)]),
                                   packet(question("example.com", SOA), opcode=NOTIFY, answer=[soa(1)])])
def test_a_message_cut_at_each_octet(asker, whole):
    for size in range(12, len(whole)):
        answer = asker.udp(whole[:size])
        assert answer.rcode == FORMERR and sum(answer.counts[1:3]) == 0, size
    asker.good()


# ---- names ----

@pytest.mark.parametrize("owner", [
    b"\xC0\x0C", b"\xC0\x12", b"\3www\xC0\0", b"\3www\xC0\x0C", b"\3www\xC0\x10", b"\xC0", b"\3www\xFF\xFF",
    b"\x40www\0", b"\x41\x08\xAB\0", b"\x80www\0", b"\xBF", b"\3ww", b"\3www", (b"\x3F" + b"a" * 63) * 4 + b"\0",
    (b"\x3F" + b"a" * 63) * 3 + b"\x3E" + b"a" * 62 + b"\0", b"\1a" * 128 + b"\0", b"\1a" * 2000 + b"\0"])
def test_names_that_are_none(asker, owner):
    """No pointer has anything to point at here (RFC 1035 4.1.4); 0x41 was the binary label (RFC 6891 5)."""
    answer = asker.udp(packet(owner + FOUR))
    assert answer.rcode == FORMERR and answer.counts == [0, 0, 0, 0]


@pytest.mark.parametrize("owner", [b"\xC0\x0C", b"\xC0\x21", b"\xC0\xFF", b"\x01a\xC0\x21", b"\x40\0",
                                   b"\x80", b"\3ab"])
def test_names_that_are_none_behind_the_question(asker, owner):
    """A pointer back is fine, to itself or forward or out of the message is not; NSD, BIND and Knot agree."""
    fixed = struct.pack(">HHIH", A, IN, 0, 0)
    answer = asker.udp(packet(question(), additional=[owner + fixed]))
    assert answer.rcode == (NOERROR if owner == b"\xC0\x0C" else FORMERR)


def test_the_longest_names(asker):
    outside = (b"\x3F" + b"a" * 63) * 3 + b"\x3D" + b"a" * 61 + b"\0"
    inside = (b"\x3F" + b"a" * 63) * 3 + b"\x31" + b"a" * 49 + name("example.com")
    assert len(outside) == len(inside) == 255
    assert asker.udp(packet(outside + FOUR)).rcode == REFUSED
    assert asker.udp(packet(b"\1a" * 127 + b"\0" + FOUR)).rcode == REFUSED
    for owner in (inside, b"\1a" * 121 + name("example.com")):
        answer = asker.udp(packet(owner + FOUR))
        assert answer.rcode == NXDOMAIN and answer.octets[12:12 + len(owner)] == owner
    deep = b"\1a" * 119 + name("any.example.com")
    assert asker.udp(packet(deep + struct.pack(">HH", TXT, IN))).counts[1] == 1


def test_labels_of_any_octets(asker):
    for label in (b"\0", b"\xFF\0.\\", b" ", b"*", b"a.b", bytes(range(63))):
        owner = bytes([len(label)]) + label + name("any.example.com")
        answer = asker.udp(packet(owner + struct.pack(">HH", TXT, IN)))
        assert answer.rcode == NOERROR and answer.counts[1] == 1
        assert answer.octets[12:12 + len(owner)] == owner
        owner = bytes([len(label)]) + label + name("example.com")
        assert asker.udp(packet(owner + FOUR)).rcode == NXDOMAIN


def test_the_root(asker):
    assert asker.udp(packet(question("", NS))).rcode == REFUSED


def test_case_is_kept_and_does_not_count(asker):
    """RFC 4343; the question comes back octet for octet, or clients that mix the case drop it."""
    for owner in ("wWw.ExAmPlE.cOm", "WWW.EXAMPLE.COM", "x.ANY.example.COM"):
        answer = asker.udp(packet(question(owner, ANY)))
        assert answer.rcode == NOERROR and answer.counts[1] >= 1
        assert answer.octets[12:12 + len(owner) + 2] == name(owner)


# ---- classes and types ----

@pytest.mark.parametrize("rdclass", [0, 2, CH, HS, CLASS_NONE, 256, 65535])
def test_classes_that_are_not_served(asker, rdclass):
    """As NSD and Knot; BIND tells FORMERR and NOTIMP apart."""
    answer = asker.udp(packet(question(rdclass=rdclass)))
    assert answer.rcode == REFUSED and answer.counts[1:] == [0, 0, 0] and not answer.aa


def test_class_any(asker):
    """RFC 1035 3.2.5, 6.2: answered, but never authoritative. As NSD; BIND says FORMERR."""
    answer = asker.udp(packet(question(rdclass=CLASS_ANY)))
    assert answer.rcode == NOERROR and answer.counts[1] == 1 and not answer.aa
    answer = asker.udp(packet(question("nothing.example.com", rdclass=CLASS_ANY)))
    assert answer.rcode == NXDOMAIN and not answer.aa
    assert asker.udp(packet(question("elsewhere.test", rdclass=CLASS_ANY))).rcode == REFUSED


@pytest.mark.parametrize("rdtype", [0, 10, 43, 48, 256, 1000, 65280, 65534, 65535])
def test_types_without_records(asker, rdtype):
    """RFC 3597 5: any type may be asked for. As NSD and BIND, type 0 and 65535 included."""
    answer = asker.udp(packet(question(rdtype=rdtype)))
    assert answer.rcode == NOERROR and answer.aa and answer.counts[1:] == [0, 1, 0]
    assert asker.udp(packet(question("elsewhere.test", rdtype))).rcode == REFUSED


@pytest.mark.parametrize("rdtype, rcode", [(41, FORMERR), (250, FORMERR), (249, NOTIMP), (253, NOTIMP),
                                           (254, NOTIMP)])
def test_types_that_are_no_data(asker, rdtype, rcode):
    """RFC 6895 3.1: OPT, TSIG, TKEY, MAILB, MAILA cannot be in a zone. As BIND; NSD denies them as data."""
    for to in ("www.example.com", "example.com", "elsewhere.test"):
        answer = asker.udp(packet(question(to, rdtype)))
        assert answer.rcode == rcode and answer.counts[1:] == [0, 0, 0]


def test_any(asker):
    """RFC 8482 4.1: one set over UDP; all of them to who comes by TCP (4.4)."""
    answer = asker.udp(packet(question(rdtype=ANY)))
    assert answer.rcode == NOERROR and len(answer.message.answer) == 1 and not answer.tc
    assert len(asker.tcp(packet(question(rdtype=ANY))).message.answer) == 2
    assert asker.udp(packet(question("nothing.example.com", ANY))).rcode == NXDOMAIN


def test_transfers_over_udp(asker):
    """RFC 5936 4.2 leaves AXFR over UDP undefined: FORMERR, as BIND, and no record in any case."""
    answer = asker.udp(packet(question("example.com", AXFR)))
    assert answer.rcode == FORMERR and answer.counts[1:] == [0, 0, 0]
    for rdtype in (AXFR, IXFR):
        for to in ("www.example.com", "elsewhere.test"):
            assert asker.udp(packet(question(to, rdtype), authority=[soa(1)])).rcode == NOTAUTH
    # RFC 1995 2: over UDP the SOA alone, the client then comes by TCP, or has nothing to do.
    for serial in (0, 1, 2):
        answer = asker.udp(packet(question("example.com", IXFR), authority=[soa(serial)]))
        assert answer.rcode == NOERROR and answer.counts[1:] == [1, 0, 0]
        assert answer.message.answer[0].rdtype == dns.rdatatype.SOA
    # RFC 1995 3: without the client's SOA there is no IXFR. NSD, BIND and Knot agree.
    assert asker.udp(packet(question("example.com", IXFR))).rcode == FORMERR


# ---- NOTIFY and UPDATE from strangers ----

@pytest.mark.parametrize("to, rcode", [("example.com", REFUSED), ("www.example.com", NOTAUTH),
                                       ("elsewhere.test", NOTAUTH)])
def test_notify(asker, to, rcode):
    """RFC 1996 3.10-3.11. NSD says REFUSED, too, where nobody may; the others NOTAUTH for what is no zone."""
    for sent in (packet(question(to, SOA), opcode=NOTIFY, flags=AA),
                 packet(question(to, SOA), opcode=NOTIFY, flags=AA, answer=[soa(99, to)]),
                 packet(question(to, SOA), opcode=NOTIFY, additional=[opt()])):
        for ask in (asker.udp, asker.tcp):
            answer = ask(sent)
            assert (answer.opcode, answer.rcode) == (NOTIFY, rcode) and answer.counts[1:3] == [0, 0]


@pytest.mark.parametrize("to, rcode", [("example.com", REFUSED), ("elsewhere.test", NOTAUTH)])
def test_update(asker, to, rcode):
    """RFC 2136 3.1.1, 3.3: NOTAUTH for what is no zone of ours, REFUSED by policy. As BIND; NSD says NOTIMP."""
    for more in ([], [record("new." + to)], [record("www." + to, ANY, CLASS_ANY, 0, b"")]):
        for ask in (asker.udp, asker.tcp):
            answer = ask(packet(question(to, SOA), opcode=UPDATE, authority=more))
            assert (answer.opcode, answer.rcode) == (UPDATE, rcode) and answer.counts[1:] == [0, 0, 0]
    assert asker.udp(packet(question("new.example.com"))).rcode == NXDOMAIN


def test_damaged_updates(asker):
    """What names the zone must be of type SOA (RFC 2136 3.1.1); NSD has no UPDATE and says NOTIMP to all."""
    for to in ("example.com", "elsewhere.test"):
        assert asker.udp(packet(question(to, A), opcode=UPDATE)).rcode == FORMERR
    for counts in ([1, 0, 1, 0], [1, 1, 0, 0], [2, 0, 0, 0]):
        assert asker.udp(packet(question("example.com", SOA), opcode=UPDATE, counts=counts)).rcode == FORMERR


# ---- names about the server ----

@pytest.mark.parametrize("to, want", [("version.bind", b"a version"), ("version.server", b"a version"),
                                      ("hostname.bind", b"ns1"), ("id.server", b"ns1"),
                                      ("VeRsIoN.bInD", b"a version")])
def test_chaos(asker, to, want):
    """RFC 4892 2: TXT of class CH."""
    for sent in (packet(question(to, TXT, CH)), packet(question(to, TXT, CH), additional=[opt()])):
        for ask in (asker.udp, asker.tcp):
            answer = ask(sent)
            assert answer.rcode == NOERROR and answer.message.answer[0][0].strings == (want,)
            assert answer.message.answer[0].ttl == 0 and answer.octets[12:12 + len(to) + 2] == name(to)
    assert asker.udp(packet(question(to, TXT))).rcode == REFUSED
    assert asker.udp(packet(question(to, A, CH))).counts[1] == 0


@pytest.mark.parametrize("to", ["authors.bind", "other.bind", "bind", "server", "", "example.com",
                                "a.version.bind"])
def test_other_chaos_names(asker, to):
    answer = asker.udp(packet(question(to, TXT, CH)))
    assert answer.rcode == REFUSED and answer.counts[1:] == [0, 0, 0]


# ---- answers ----

def test_address_sets_rotate(asker):
    firsts = {asker.udp(packet(question("many.example.com"))).message.answer[0][0].address for _ in range(30)}
    assert firsts == {"192.0.2.1", "192.0.2.2", "192.0.2.3"}


def test_one_address_of_all_answers(tandem):
    """Who asks 127.0.0.2 of a server that listens everywhere gets the answer from there (RFC 2181 4.1)."""
    server = tandem(start=False)
    server.server["listen"] = ["0.0.0.0:%d" % server.port, "[::]:%d" % server.port]
    server.configure(zones=[{"name": "example.com", "file": "example.com.zone"}])
    server.start()
    server.wait(lambda: server.ask("www.example.com").rcode() == NOERROR)
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "127.0.0.2"),
                            (socket.AF_INET6, "::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as udp:
            udp.settimeout(5)
            udp.sendto(packet(question()), (address, server.port))
            octets, source = udp.recvfrom(4096)
            assert source[:2] == (address, server.port) and parse(octets).rcode == NOERROR
        with socket.create_connection((address, server.port), 5) as stream:
            assert stream.getpeername()[0] == address


# ---- noise ----

def test_damaged_packets(asker):
    """Octets turned, taken out, put in: an answer to the question, an error, or nothing; and life goes on."""
    chance = random.Random(8)
    wholes = [packet(question()), edns(b"\0\x0a\0\x08clientck", b"\0\3\0\0"),
              packet(question("example.com", IXFR), authority=[soa(1)]),
              packet(question("www.keyed.test"), additional=[record("k", 250, 255, 0, b"\0" * 30)])]
    for turn in range(2000):
        octets = bytearray(wholes[turn % len(wholes)])
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(2, len(octets))
            what = chance.randrange(3)
            if what == 0:
                octets[at] = chance.randrange(256)
            elif what == 1:
                del octets[at:at + chance.randint(1, 4)]
                octets += b"\0" * max(0, 12 - len(octets))
            else:
                octets[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 4)))
        asker.udp_socket.send(bytes(octets))
        if turn % 50 == 49:
            asker.drain()
    asker.good()


def test_noise(asker):
    chance = random.Random(9)
    for turn in range(500):
        asker.udp_socket.send(bytes(chance.randrange(256) for _ in range(chance.randrange(600))))
        if turn % 50 == 49:
            asker.drain()
    asker.good()
    assert dns.message.from_wire(asker.udp(packet(question())).octets).rcode() == NOERROR
