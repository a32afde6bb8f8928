"""EDNS (RFC 6891) and its options, and how much an answer may say."""
import struct

import pytest
from packets import (BADVERS, COOKIE, ECS, EDE, EXPIRE, FORMERR, KEEPALIVE, NOERROR, NOTIMP, NSID,
                     NXDOMAIN, PADDING, REFUSED, SERVFAIL, SOA, STATUS, TXT, ZONEVERSION, edns,
                     name, opt, option, packet, question, record)
from packets import asker  # noqa: F401 (a fixture)

UNKNOWN = option(100, b"abc")


def test_plain_questions_get_plain_answers(asker):
    answer = asker.udp(packet(question()))
    assert answer.rcode == NOERROR and answer.aa and not answer.tc
    assert answer.counts[1] == 1 and not answer.has_opt  # RFC 6891 7


def test_opt_for_opt(asker):
    answer = asker.udp(edns())
    assert answer.rcode == NOERROR and answer.counts[1] == 1
    assert (answer.has_opt, answer.version, answer.payload, answer.options) == (True, 0, 1232, {})
    assert answer.octets.count(b"\0\0\x29") == 1


@pytest.mark.parametrize("to, rcode", [("nothing.example.com", NXDOMAIN), ("elsewhere.test", REFUSED),
                                       ("broken.test", SERVFAIL), ("sub.example.com", NOERROR)])
def test_opt_whatever_the_answer_is(asker, to, rcode):
    answer = asker.udp(edns(to=to))
    assert answer.rcode == rcode and answer.has_opt
    assert not asker.udp(packet(question(to))).has_opt


# DO is copied, nothing else is (RFC 3225 3, RFC 6891 6.1.4).
@pytest.mark.parametrize("flags", [0x8000, 0x4000, 0x0001, 0x7FFF, 0xFFFF])
def test_flags(asker, flags):
    answer = asker.udp(edns(flags=flags))
    assert answer.rcode == NOERROR and answer.message.ednsflags & 0xFFFF == flags & 0x8000


def test_the_upper_rcode_of_a_question_means_nothing(asker):
    assert asker.udp(edns(rcode=255)).rcode == NOERROR


# RFC 6891 6.1.3: no answer, no options, our version, whatever else stands there. NSD, BIND and Knot
# agree; Knot alone adds NSID.
@pytest.mark.parametrize("version", [1, 2, 100, 255])
@pytest.mark.parametrize("options, flags", [
    ((), 0), ((UNKNOWN,), 0), ((), 0xFFFF), ((UNKNOWN,), 0x8000), ((option(NSID),), 0),
    ((option(COOKIE, b"8octets!"),), 0), ((option(COOKIE, b"x"),), 0)])
def test_versions_to_come(asker, version, options, flags):
    answer = asker.udp(edns(*options, version=version, flags=flags))
    assert answer.rcode == BADVERS and answer.version == 0
    assert answer.counts == [1, 0, 0, 1] and not answer.aa
    assert answer.options == {}


def test_versions_to_come_wherever_asked(asker):
    for sent in (edns(version=1, to="elsewhere.test"), edns(version=1, to="example.com", rdtype=252),
                 packet(question("version.bind", TXT, 3), additional=[opt(version=1)])):
        assert asker.udp(sent).rcode == BADVERS
        assert asker.tcp(sent).rcode == BADVERS


def test_the_opcode_comes_before_the_version(asker):
    # As NSD; BIND says BADVERS. RFC 6891 knows no order.
    assert asker.udp(packet(question(), opcode=STATUS, additional=[opt(version=1)])).rcode in (NOTIMP, BADVERS)


# RFC 6891 6.1.2: what is not understood is ignored.
@pytest.mark.parametrize("code", [1, 2, 4, 5, 6, 7, 20, 99, 100, 26946, 65001, 65535])
@pytest.mark.parametrize("data", [b"", b"\0", b"abc" * 40])
def test_unknown_options(asker, code, data):
    answer = asker.udp(edns(option(code, data)))
    assert answer.rcode == NOERROR and answer.counts[1] == 1 and answer.options == {}


def test_known_options_between_unknown_ones(asker):
    answer = asker.udp(edns(UNKNOWN, option(NSID), UNKNOWN, option(65535), flags=0x8123))
    assert answer.options == {NSID: b"ns1"} and answer.do


# An OPT record must be whole, alone, owned by the root, and in the additional section (RFC 6891
# 6.1.1); BIND and NSD answer each of these with FORMERR.
@pytest.mark.parametrize("sent", [
    edns(b"\0\3\0\xFF"), edns(b"\0\3\0"), edns(b"\0"), edns(UNKNOWN, b"\0\x64\0\1"),
    packet(question(), additional=[opt()[:-2] + b"\0\5"]),
    packet(question(), additional=[opt()[:-1]]),
    packet(question(), additional=[opt(), opt()]),
    packet(question(), additional=[opt(), record("x.example.com"), opt()]),
    packet(question(), additional=[opt(owner=name("a"))]),
    packet(question(), answer=[opt()]),
    packet(question(), authority=[opt()]),
])
def test_damaged_opt_records(asker, sent):
    answer = asker.udp(sent)
    assert answer.rcode == FORMERR and answer.counts[1] == 0
    assert asker.tcp(sent).rcode == FORMERR


# RFC 6891 6.1.1 lets OPT stand anywhere in the additional section: as BIND and Knot.
@pytest.mark.parametrize("more", [[opt(), record("x.example.com")], [record("x.example.com"), opt()]])
def test_opt_need_not_be_last(asker, more):
    answer = asker.udp(packet(question(), additional=more))
    assert answer.rcode == NOERROR and answer.has_opt


@pytest.mark.parametrize("payload", [0, 1, 11, 511, 512, 513, 1231, 1232, 1233, 4096, 65535])
def test_payload_sizes(asker, payload):
    # Below 512 means 512 (RFC 6891 6.2.3).
    allowed = min(max(payload, 512), 1232)
    assert asker.udp(edns(payload=payload)).rcode == NOERROR
    middle = asker.udp(edns(payload=payload, to="middle.example.com", rdtype=TXT))
    assert len(middle.octets) <= allowed
    assert middle.tc == (allowed < 600)
    big = asker.udp(edns(payload=payload, to="big.example.com", rdtype=TXT))
    assert len(big.octets) <= allowed and big.tc and big.has_opt and big.rcode == NOERROR


def test_truncation_without_edns(asker):
    for to in ("middle.example.com", "big.example.com", "huge.example.com"):
        answer = asker.udp(packet(question(to, TXT)))
        assert answer.tc and len(answer.octets) <= 512 and answer.rcode == NOERROR
        assert answer.counts[0] == 1


@pytest.mark.parametrize("to, count", [("middle", 6), ("big", 20), ("huge", 250)])
@pytest.mark.parametrize("payload", [None, 0, 512, 65535])
def test_over_tcp_there_is_no_truncation(asker, to, count, payload):
    q = question(to + ".example.com", TXT)
    answer = asker.tcp(packet(q) if payload is None else packet(q, additional=[opt(payload=payload)]))
    assert not answer.tc and answer.counts[1] == count


def test_what_is_only_nice_to_have_is_left_out_without_tc(asker):
    """RFC 2181 9: addresses that help are no reason to come again by TCP; glue is (RFC 9471)."""
    answer = asker.udp(packet(question("sub.example.com")))
    assert not answer.tc and answer.counts[1:] == [0, 1, 1] and not answer.aa


def test_nsid(asker):
    for data in (b"", b"whatever"):  # RFC 5001 2.1: what a client sends is ignored
        for ask in (asker.udp, asker.tcp):
            assert ask(edns(option(NSID, data))).options == {NSID: b"ns1"}
    answer = asker.udp(edns(option(NSID), option(NSID)))
    assert len(answer.message.options) == 1
    assert asker.udp(edns(option(NSID), to="elsewhere.test")).options[NSID] == b"ns1"


# RFC 7873 5.2.2: 8, or 16 to 40 octets; NSD, BIND and Knot agree.
@pytest.mark.parametrize("size", range(42))
def test_cookies_of_every_length(asker, size):
    sent = b"clientck"[:size] + b"x" * (size - 8)
    answer = asker.udp(edns(option(COOKIE, sent)))
    if size == 8 or 16 <= size <= 40:
        assert answer.rcode == NOERROR and answer.counts[1] == 1
        assert len(answer.options[COOKIE]) == 24 and answer.options[COOKIE].startswith(b"clientck")
        assert answer.options[COOKIE][8] == 1  # RFC 9018 4
    else:
        assert answer.rcode == FORMERR and answer.counts[1] == 0 and COOKIE not in answer.options


def test_the_round_trip_of_a_cookie(asker):
    first = asker.udp(edns(option(COOKIE, b"clientck"))).options[COOKIE]
    again = asker.udp(edns(option(COOKIE, first)))
    assert again.rcode == NOERROR and again.options[COOKIE] == first
    damaged = first[:23] + bytes([first[23] ^ 1])
    fresh = asker.udp(edns(option(COOKIE, damaged)))  # RFC 7873 5.2.4: as if it were a new client
    assert fresh.rcode == NOERROR and fresh.options[COOKIE][:8] == b"clientck"
    assert fresh.options[COOKIE] != damaged
    assert asker.udp(edns(option(COOKIE, b"otherone"))).options[COOKIE][8:] != first[8:]
    assert asker.tcp(edns(option(COOKIE, first))).options[COOKIE] == first


def test_a_cookie_without_a_question(asker):
    """RFC 7873 5.4; as NSD and BIND."""
    answer = asker.udp(packet(additional=[opt(option(COOKIE, b"clientck"))]))
    assert answer.rcode == NOERROR and answer.counts == [0, 0, 0, 1] and len(answer.options[COOKIE]) == 24
    assert asker.udp(packet(additional=[opt(option(COOKIE, b"x"))])).rcode == FORMERR


def test_cookies_come_back_with_refusals(asker):
    answer = asker.udp(edns(option(COOKIE, b"clientck"), to="elsewhere.test"))
    assert answer.rcode == REFUSED and len(answer.options[COOKIE]) == 24


def test_the_first_of_two_cookies_counts(asker):
    answer = asker.udp(edns(option(COOKIE, b"clientck"), option(COOKIE, b"otherone")))
    assert answer.options[COOKIE].startswith(b"clientck") and len(answer.message.options) == 1


def subnet(family, source, scope, address):
    return option(ECS, struct.pack(">HBB", family, source, scope) + address)


# Answers do not depend on the client's network, so ECS is not supported and not returned (RFC 7871
# 7.2.1), as with NSD and Knot.
@pytest.mark.parametrize("sent", [
    subnet(1, 24, 0, b"\xC0\0\2"), subnet(1, 32, 0, b"\xC0\0\2\1"), subnet(1, 0, 0, b""),
    subnet(2, 56, 0, b"\x20\1\x0D\xB8\0\0\0"), subnet(2, 0, 0, b""), subnet(0, 0, 0, b"")])
def test_client_subnets(asker, sent):
    answer = asker.udp(edns(sent))
    assert answer.rcode == NOERROR and answer.counts[1] == 1 and ECS not in answer.options


# RFC 7871 7.1.2 asks for FORMERR, as BIND does; who does not look may answer, as NSD and Knot do.
@pytest.mark.parametrize("sent", [
    subnet(1, 33, 0, b"\xC0\0\2\1\0"), subnet(1, 24, 24, b"\xC0\0\2"), subnet(1, 24, 0, b"\xC0\0\2\1"),
    subnet(1, 24, 0, b"\xC0\0"), subnet(1, 20, 0, b"\xC0\0\x0F"), option(ECS, b"\0\1\0"), option(ECS)])
def test_client_subnets_that_are_none(asker, sent):
    assert asker.udp(edns(sent)).rcode == FORMERR


def test_keepalive(asker):
    """RFC 7828 3.2.1: meant for TCP, and ignored over UDP."""
    assert asker.udp(edns(option(KEEPALIVE))).options == {}
    answer = asker.tcp(edns(option(KEEPALIVE)))
    assert answer.rcode == NOERROR and len(answer.options[KEEPALIVE]) == 2
    assert struct.unpack(">H", answer.options[KEEPALIVE])[0] > 0
    assert asker.tcp(edns()).options == {}


@pytest.mark.parametrize("data", [b"", b"\0" * 64, b"x" * 64, b"\0" * 468])
def test_padding(asker, data):
    """RFC 7830 4: taken with any content; padded answers are for encrypted transports only."""
    answer = asker.udp(edns(option(PADDING, data)))
    assert answer.rcode == NOERROR and answer.counts[1] == 1 and answer.options == {}


@pytest.mark.parametrize("data", [b"", b"\0\0\0\1"])
def test_expire(asker, data):
    """RFC 7314 3: a primary may tell its EXPIRE field; others would say nothing. Never more."""
    answer = asker.udp(edns(option(EXPIRE, data), to="example.com", rdtype=SOA))
    assert answer.rcode == NOERROR and answer.counts[1] == 1
    assert answer.options in ({}, {EXPIRE: struct.pack(">I", 1209600)})


def test_extended_errors(asker):
    """RFC 8914: why, when it is not an answer; never to who sent no OPT, never without need."""
    code = struct.Struct(">H")
    assert code.unpack(asker.udp(edns(to="elsewhere.test")).options[EDE][:2]) == (20,)
    answer = asker.udp(edns(to="www.broken.test"))
    assert answer.rcode == SERVFAIL and code.unpack(answer.options[EDE][:2])[0] in (14, 24)
    assert EDE not in asker.udp(edns()).options
    assert asker.udp(edns(option(EDE, b"\0\1"))).options == {}


def test_zoneversion(asker):
    """RFC 9660 3.2: label count of the apex, type 0, serial; only for zones that are ours."""
    for to in ("www.example.com", "nothing.example.com", "example.com"):
        assert asker.udp(edns(option(ZONEVERSION), to=to)).options == {ZONEVERSION: b"\2\0\0\0\0\1"}
    assert ZONEVERSION not in asker.udp(edns(option(ZONEVERSION), to="elsewhere.test")).options


def test_everything_at_once(asker):
    answer = asker.tcp(edns(option(NSID), option(COOKIE, b"clientck"), option(KEEPALIVE), UNKNOWN,
                            option(PADDING, b"\0" * 20), option(ZONEVERSION), flags=0x8000))
    assert answer.rcode == NOERROR and answer.do
    assert set(answer.options) == {NSID, COOKIE, KEEPALIVE, ZONEVERSION}


def test_options_fit_in_when_the_answer_is_truncated(asker):
    options = [option(NSID), option(COOKIE, b"clientck"), option(ZONEVERSION)]
    answer = asker.udp(edns(*options, to="big.example.com", rdtype=TXT, payload=512))
    assert answer.tc and len(answer.octets) <= 512
    assert set(answer.options) == {NSID, COOKIE, ZONEVERSION}
