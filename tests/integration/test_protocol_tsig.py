"""TSIG (RFC 8945): who has the key, who has not, and records that are none."""
import time

import dns.message
import dns.name
import dns.tsig
import dns.tsigkeyring
import pytest
from packets import (BADVERS, CLASS_ANY, FORMERR, IN, KEY, NOERROR, NOTAUTH, NOTIFY, NOTIMP,
                     NXDOMAIN, REFUSED, SOA, STATUS, TSIG, TXT, UPDATE, name, opt, packet,
                     question, record, sealed, tsig)
from packets import asker  # noqa: F401 (a fixture)

BADSIG, BADKEY, BADTIME = 16, 17, 18
RING = dns.tsigkeyring.from_text({KEY["name"]: KEY["secret"]})
Q = packet(question())


def mac_of(sent):
    """The MAC of a request made by sealed(): before ID, error, other length."""
    return sent[-6 - 32:-6]


def verified(answer, sent):
    """The answer, its signature checked by dnspython."""
    message = dns.message.from_wire(answer.octets, keyring=RING, request_mac=mac_of(sent))
    assert message.had_tsig
    return message


@pytest.mark.parametrize("ask", ["udp", "tcp"])
@pytest.mark.parametrize("fields", [{}, {"key": "TRANSFER.Example"}, {"algorithm": "HMAC-Sha256"}, {"fudge": 0},
                                    {"fudge": 65535, "ago": 60000}])
def test_good_keys(asker, ask, fields):
    """Names of key and algorithm in any case (RFC 8945 4.3.3)."""
    fields, ago, now = dict(fields), fields.get("ago", 0), None
    fields.pop("ago", None)
    while now != int(time.time()):  # without fudge it is good in the second of its own
        now = int(time.time())
        sent = sealed(Q, at=now - ago, **fields)
        answer = getattr(asker, ask)(sent)
    assert answer.rcode == NOERROR and answer.counts[1] == 1 and answer.aa
    assert verified(answer, sent) and answer.tsig.error == 0


@pytest.mark.parametrize("to, rdtype, rcode", [
    ("nothing.example.com", 1, NXDOMAIN), ("elsewhere.test", 1, REFUSED), ("big.example.com", TXT, NOERROR),
    ("huge.example.com", TXT, NOERROR), ("example.com", 252, FORMERR)])
def test_every_answer_is_signed(asker, to, rdtype, rcode):
    for more in ([], [opt()], [opt(payload=512)]):
        sent = sealed(packet(question(to, rdtype), additional=more))
        answer = asker.udp(sent)
        assert answer.rcode == rcode and len(answer.octets) <= (1232 if more else 512)
        assert verified(answer, sent) and answer.has_opt == bool(more)
        assert answer.tc == (to in ("big.example.com", "huge.example.com"))
    sent = sealed(packet(question("huge.example.com", TXT)))
    assert verified(asker.tcp(sent), sent).answer[0].ttl == 3600


def test_notify_and_update_signed(asker):
    """The key alone opens no door."""
    for opcode in (NOTIFY, UPDATE):
        sent = sealed(packet(question("example.com", SOA), opcode=opcode))
        answer = asker.udp(sent)
        assert answer.rcode == REFUSED and verified(answer, sent)


def test_a_forwarded_request(asker):
    """RFC 8945 5.1: signed is the original ID, whatever the header says now."""
    sent = sealed(b"\x55\x55" + Q[2:], ident=0x5555)
    sent = Q[:2] + sent[2:]
    answer = asker.udp(sent)
    assert answer.rcode == NOERROR and answer.counts[1] == 1


def test_octets_behind_the_signature(asker):
    """As NSD and BIND: not part of the message, not looked at."""
    sent = sealed(Q)
    answer = asker.udp(sent + b"abc")
    assert answer.rcode == NOERROR and verified(answer, sent)


# ---- keys and MACs that are wrong: NOTAUTH, and nothing of the answer (RFC 8945 5.2) ----

@pytest.mark.parametrize("ask", ["udp", "tcp"])
@pytest.mark.parametrize("fields, error", [
    ({"key": "other"}, BADKEY), ({"key": "other", "mac": b""}, BADKEY), ({"key": "other", "mac": b"x" * 5}, BADKEY),
    ({"key": "other", "mac": b"x" * 100}, BADKEY), ({"key": "other", "at": 0}, BADKEY),
    ({"key": "sub.transfer.example"}, BADKEY), ({"key": ""}, BADKEY),
    ({"algorithm": "hmac-foo"}, BADKEY), ({"algorithm": "hmac-sha1", "hash_name": "sha1"}, BADKEY),
    ({"algorithm": "hmac-md5.sig-alg.reg.int", "hash_name": "md5"}, BADKEY),
    ({"secret": b"wrong"}, BADSIG), ({"mac": b"x" * 32}, BADSIG), ({"secret": b"wrong", "at": 1}, BADSIG),
    ({"secret": b"wrong", "size": 16}, BADSIG)])
def test_without_the_right_key(asker, ask, fields, error):
    for more in ([], [opt()]):
        answer = getattr(asker, ask)(sealed(packet(question(), additional=more), **fields))
        assert answer.rcode == NOTAUTH and answer.counts[1:3] == [0, 0]
        assert answer.tsig == (b"", error, b"")  # RFC 8945 5.3.2: these are not signed
        assert answer.has_opt == bool(more)


@pytest.mark.parametrize("at", [lambda now: 0, lambda now: 1, lambda now: now - 3600, lambda now: now + 3600,
                                lambda now: 2**47, lambda now: 2**48 - 1],
                         ids=["0", "1", "an hour ago", "in an hour", "2^47", "2^48-1"])
def test_clocks_that_differ(asker, at):
    """RFC 8945 5.2.3: signed, and with our time."""
    sent = sealed(Q, at=at(int(time.time())))
    answer = asker.udp(sent)
    assert answer.rcode == NOTAUTH and answer.counts[1] == 0
    assert answer.tsig.error == BADTIME and len(answer.tsig.mac) == 32 and len(answer.tsig.other) == 6
    assert abs(int.from_bytes(answer.tsig.other, "big") - time.time()) < 10
    with pytest.raises(dns.tsig.PeerBadTime):
        verified(answer, sent)


@pytest.mark.parametrize("size", [16, 17, 20, 31])
def test_truncated_macs(asker, size):
    """
    RFC 8945 5.2.2.1: half of the hash is enough, unless the policy of the key wants more; ours does
    not (NSD, BIND and Knot want all of it). The answer has a whole MAC, over the MAC that was sent.
    """
    sent = sealed(Q, size=size)
    answer = asker.udp(sent)
    assert answer.rcode == NOERROR and answer.counts[1] == 1 and len(answer.tsig.mac) == 32
    assert dns.message.from_wire(answer.octets, keyring=RING, request_mac=sent[-6 - size:-6]).had_tsig


@pytest.mark.parametrize("fields", [{"size": 0}, {"size": 1}, {"size": 9}, {"size": 15}, {"mac": b"x" * 33},
                                    {"mac": b"x" * 64}])
def test_macs_of_impossible_size(asker, fields):
    """RFC 8945 5.2.2.1: below half the hash, or longer than it: FORMERR. As BIND, but for size 0."""
    answer = asker.udp(sealed(Q, **fields))
    assert answer.rcode == FORMERR and answer.counts[1] == 0


# ---- records that are none (RFC 8945 5.1, 5.2) ----

GOOD = tsig(Q)


@pytest.mark.parametrize("sent", [
    packet(question(), additional=[GOOD, opt()]), packet(question(), additional=[GOOD, record("x.example.com")]),
    packet(question(), additional=[GOOD, GOOD]), packet(question(), answer=[GOOD]),
    packet(question(), authority=[GOOD]), packet(question(), additional=[GOOD[:-1]]),
    packet(question(), additional=[record("transfer.example", TSIG, CLASS_ANY, 0, b"")]),
    packet(question(), additional=[record("transfer.example", TSIG, CLASS_ANY, 0, name("hmac-sha256"))]),
    packet(question(), additional=[record("transfer.example", TSIG, CLASS_ANY, 0, b"\xC0\x40" + b"\0" * 16)]),
    packet(question(), additional=[tsig(Q, key=b"\xC0\x21")]),
    packet(question(), additional=[tsig(Q, key=b"\xC0\xFF")]),
    packet(question(), additional=[tsig(Q, rdclass=IN)]),
    packet(question(), additional=[record("transfer.example", TSIG, CLASS_ANY, 0, GOOD[28:] + b"x")]),
], ids=range(13))
def test_records_that_are_none(asker, sent):
    for ask in (asker.udp, asker.tcp):
        answer = ask(sent)
        assert answer.rcode == FORMERR and answer.counts[1:3] == [0, 0] and answer.tsig is None
    asker.good()


def test_a_message_cut_inside_its_signature(asker):
    whole = sealed(packet(question(), additional=[opt()]))
    for size in range(len(Q), len(whole)):
        assert asker.udp(whole[:size]).rcode == FORMERR, size


def test_a_bit_turned_anywhere(asker):
    """What was changed on the way is never answered as if it had been signed."""
    whole = sealed(Q)
    type_at = len(Q) + len(name("transfer.example"))
    for at in range(4, len(whole)):
        answer = asker.udp(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
        if at in (11, type_at, type_at + 1):  # not counted or no TSIG record any more: a question like any other
            assert answer.rcode == NOERROR and answer.tsig is None
            continue
        assert answer.rcode in (FORMERR, NOTAUTH) and answer.counts[1] == 0, (at, answer.message)
        assert answer.tsig is None or answer.rcode == NOTAUTH


def test_other_errors_come_first(asker):
    """BADVERS and NOTIMP are said unsigned, as by Knot: the road has not come to the signature."""
    assert asker.udp(sealed(packet(question(), additional=[opt(version=1)]))).rcode == BADVERS
    assert asker.udp(sealed(packet(question(), opcode=STATUS))).rcode == NOTIMP
    assert asker.udp(sealed(packet(question(), opcode=15))).rcode == NOTIMP
