"""
Zone transfers out (RFC 5936), over TCP: what is in them, who gets them, and TSIG over many messages
(RFC 8945 5.3.1).
"""
import socket
import struct
import threading
import time

import dns.exception
import dns.message
import dns.query
import dns.rdatatype
import dns.tsigkeyring
import dns.xfr
import dns.zone
import pytest
from conftest import ZONE
from packets import (AXFR, FORMERR, ID, IXFR, KEY, NOERROR, NOTAUTH, NOTIMP, PROTOCOL_ZONE,
                     REFUSED, SERVFAIL, SOA, edns, framed, opt, packet, parse, question,
                     read_frame, sealed, soa, without_tsig)
from packets import asker  # noqa: F401 (a fixture)

RING = dns.tsigkeyring.from_text({KEY["name"]: KEY["secret"]})
WHOLE = packet(question("example.com", AXFR))


def transfer(server, zone="example.com", source=None, **options):
    """A transfer by dnspython, which checks SOAs and signatures; a dns.zone.Zone."""
    found = dns.zone.Zone(zone)
    query, _ = dns.xfr.make_query(found, **options)
    dns.query.inbound_xfr("127.0.0.1", found, query, port=server.port, timeout=10, source=source)
    return found


def messages_of(stream):
    """The messages of a transfer on this connection, up to the second SOA; raises when it breaks off."""
    found = []
    soas = 0
    while soas < 2:
        found.append(read_frame(stream))
        assert parse(found[-1]).rcode == NOERROR
        soas += sum(" SOA " in line for line in records_of(found[-1:]))
    return found


def records_of(messages):
    """All records in their order, one text each."""
    return [line for octets in messages
            for rrset in dns.message.from_wire(without_tsig(octets)[0], one_rr_per_rrset=True).answer
            for line in rrset.to_text().split("\n")]


def zone_of(text, origin):
    return dns.zone.from_text(text, origin, relativize=False, check_origin=False)


def texts_of(zone):
    """All records, texts like those of records_of."""
    return {"%s %d IN %s %s" % (name, ttl, dns.rdatatype.to_text(rdata.rdtype), rdata.to_text())
            for name, ttl, rdata in zone.iterate_rdatas()}


# ---- what is in it ----

def test_the_whole_zone(asker):
    with asker.connect() as stream:
        stream.sendall(framed(WHOLE))
        messages = messages_of(stream)
    records = records_of(messages)
    assert records[0] == records[-1] and " SOA " in records[0]
    assert len(set(records)) == len(records) - 1
    want = zone_of(PROTOCOL_ZONE, "example.com")
    assert set(records) == texts_of(want)


def test_its_messages(asker):
    """RFC 5936 2.2: ID, QR, AA, RCODE 0, the question in the first; no other section; large messages."""
    with asker.connect() as stream:
        stream.sendall(framed(packet(question("example.com", AXFR), flags=0x0100)))
        messages = messages_of(stream)
    assert len(messages) > 1 and sum(map(len, messages)) > 60000
    for number, octets in enumerate(messages):
        ident, flags, *counts = struct.unpack(">6H", octets[:12])
        assert ident == ID and flags & ~0x0100 == 0x8400
        assert counts[0] == 1 or number > 0 and counts[0] == 0
        assert counts[1] > 0 and counts[2:] == [0, 0]
    assert len(messages) < 10  # packed well (RFC 5936 2.2), not a record each


def test_edns_in_a_transfer(asker):
    """An OPT record in the question is fine (RFC 5936 2.2.5), and its payload size means nothing."""
    with asker.connect() as stream:
        stream.sendall(framed(edns(to="example.com", rdtype=AXFR, payload=512)))
        assert len(records_of(messages_of(stream))) > 270


def test_case_and_strange_names(tandem):
    """Names and data come out as they were loaded (RFC 4343), whatever octets they are of."""
    text = ZONE + 'MiXeD A 192.0.2.7\n\\000\\255.x TXT "\\000\\255" ""\n*.w A 192.0.2.8\na\\.b TXT "dot"\n' \
        'typed TYPE65280 \\# 3 010203\ntyped CAA 0 issue "ca.example"\n_s._tcp SRV 1 2 3 Target.example.com.\n' \
        'ent.a.b.c A 192.0.2.9\nsub DS 1 8 2 ' + "00" * 32 + "\nbelow.sub A 192.0.2.77\n"
    server = tandem(start=False)
    server.zone("example.com", text)
    server.start()
    server.wait(lambda: server.ask("www.example.com").rcode() == NOERROR)
    found = transfer(server)
    assert found.get_rdataset("mixed", "A") and found.get_rdataset("below.sub", "A")
    with socket.create_connection(("127.0.0.1", server.port), 5) as stream:
        stream.sendall(framed(WHOLE))
        records = records_of(messages_of(stream))
    assert set(records) == texts_of(zone_of(text, "example.com"))
    assert any(each.startswith("MiXeD.") for each in records)
    assert any("Target.example.com." in each for each in records)


def test_a_large_zone(tandem):
    """Many messages, to a fast and to a slow reader at the same time, while questions are answered."""
    count = 40000
    server = tandem(start=False)
    server.zone("example.com", ZONE + "".join("h%d A 192.0.2.1\n" % n for n in range(count)))
    server.start()
    server.wait(lambda: server.ask("www.example.com").rcode() == NOERROR)
    slow = socket.create_connection(("127.0.0.1", server.port), 5)
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
    slow.sendall(framed(WHOLE))
    found = []
    threads = [threading.Thread(target=lambda: found.append(raw_count(server))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        assert server.ask("www.example.com").rcode() == NOERROR
    for thread in threads:
        thread.join()
    want = count + ZONE.count("\n") - 2 + 1  # without $ORIGIN and $TTL, with the second SOA
    assert found == [want] * 3
    assert sum(struct.unpack(">H", octets[6:8])[0] for octets in frames_until(slow, want)) == want
    slow.close()


def frames_until(stream, count):
    """Messages with this many records; cheaper than messages_of."""
    seen = 0
    while seen < count:
        octets = read_frame(stream)
        answers = struct.unpack(">H", octets[6:8])[0]
        assert octets[3] & 15 == 0 and answers > 0
        seen += answers
        yield octets


def raw_count(server):
    """How many records a transfer has, closed by the server's silence of half a second."""
    with socket.create_connection(("127.0.0.1", server.port), 10) as stream:
        stream.sendall(framed(WHOLE))
        count = 0
        while True:
            octets = read_frame(stream)
            count += struct.unpack(">H", octets[6:8])[0]
            stream.settimeout(0.5)
            try:
                if not stream.recv(1, socket.MSG_PEEK):
                    return count
            except socket.timeout:
                return count


# ---- one connection ----

def test_more_than_one_on_a_connection(asker):
    """RFC 5936 4.1: the connection stays; other questions may come before, between and behind."""
    with asker.connect() as stream:
        for _ in range(3):
            stream.sendall(framed(packet(question())))
            assert parse(read_frame(stream)).counts[1] == 1
            stream.sendall(framed(WHOLE))
            assert len(records_of(messages_of(stream))) > 270


def test_two_at_once_and_a_question_on_a_connection(asker):
    """RFC 7766 6.2.1: told apart by ID, each in its own order."""
    with asker.connect() as stream:
        stream.sendall(framed(b"\0\1" + WHOLE[2:]) + framed(b"\0\2" + packet(question())[2:]) +
                       framed(b"\0\3" + WHOLE[2:]))
        found = {1: [], 2: [], 3: []}
        while sum(parse(each).counts[1] for each in found[1]) < 287 or \
                sum(parse(each).counts[1] for each in found[3]) < 287 or not found[2]:
            octets = read_frame(stream)
            found[octets[1]].append(struct.pack(">H", ID) + octets[2:])
    assert records_of(found[1]) == records_of(found[3]) and parse(found[2][0]).counts[1] == 1


def test_half_closed(asker):
    with asker.connect() as stream:
        stream.sendall(framed(WHOLE))
        stream.shutdown(socket.SHUT_WR)
        assert len(records_of(messages_of(stream))) > 270
        assert stream.recv(1) == b""


def test_clients_that_go_away(asker):
    for linger in (None, struct.pack("ii", 1, 0)):
        for _ in range(5):
            stream = asker.connect()
            if linger:
                stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            stream.sendall(framed(WHOLE) * 5)
            stream.recv(100)
            stream.close()
    assert len(transfer(asker.server).nodes) > 5


# ---- IXFR ----

@pytest.mark.parametrize("serial", [1, 2, 2**31])
def test_ixfr_with_nothing_new(asker, serial):
    """RFC 1995 2, RFC 1982: the client has ours, or a newer one: the SOA alone."""
    answer = asker.tcp(packet(question("example.com", IXFR), authority=[soa(serial)]))
    assert answer.rcode == NOERROR and answer.counts[1:3] == [1, 0] and answer.aa
    assert answer.message.answer[0].rdtype == dns.rdatatype.SOA


def test_ixfr_without_history(asker):
    """RFC 1995 4: without the difference, all of it, in the form of AXFR; the question says IXFR."""
    with asker.connect() as stream:
        stream.sendall(framed(packet(question("example.com", IXFR), authority=[soa(0)])))
        messages = messages_of(stream)
    assert records_of(messages)[0] == records_of(messages)[-1] and len(records_of(messages)) > 270
    assert parse(messages[0]).message.question[0].rdtype == dns.rdatatype.IXFR
    assert transfer(asker.server, serial=0).get_rdataset("www", "A") is not None


@pytest.mark.parametrize("more", [{}, {"authority": [soa(1)[:-4]]}, {"authority": [opt()]},
                                  {"authority": [b"\xC0\x1D" + soa(1)[13:]]}, {"answer": [soa(1)]}])
def test_ixfr_without_the_soa_of_the_client(asker, more):
    """RFC 1995 3; NSD, BIND and Knot say FORMERR, too."""
    assert asker.tcp(packet(question("example.com", IXFR), **more)).rcode == FORMERR


# ---- who may ----

def refused(server, rcode=REFUSED, **options):
    with pytest.raises(dns.xfr.TransferError) as found:
        transfer(server, **options)
    return found.value.rcode == rcode


@pytest.mark.parametrize("rdtype", [AXFR, IXFR])
@pytest.mark.parametrize("to, rcode", [("closed.test", REFUSED), ("keyed.test", REFUSED), ("broken.test", REFUSED),
                                       ("www.example.com", NOTAUTH), ("com", NOTAUTH), ("elsewhere.test", NOTAUTH)])
def test_not_for_everybody(asker, to, rcode, rdtype):
    """RFC 5936 2.2.1: NOTAUTH for what is no zone of ours, REFUSED by policy, and the connection stays."""
    with asker.connect() as stream:
        stream.sendall(framed(packet(question(to, rdtype), authority=[soa(0, to)] if rdtype == IXFR else [])))
        answer = parse(read_frame(stream))
        assert answer.rcode == rcode and answer.counts[1:] == [0, 0, 0]
        stream.sendall(framed(packet(question())))
        assert parse(read_frame(stream)).rcode == NOERROR


def test_other_classes(asker):
    for rdclass in (3, 4, 254):
        assert asker.tcp(packet(question("example.com", AXFR, rdclass))).rcode == REFUSED


def test_a_zone_that_is_not_loaded(tandem):
    server = tandem(start=False)
    server.configure(zones=[{"name": "example.com", "file": "nowhere.zone", "allow-transfer": ["127.0.0.1"]}])
    server.start()
    server.wait(lambda: server.ask("example.com", "SOA").rcode() == SERVFAIL)
    assert refused(server, SERVFAIL)


def test_by_address(tandem):
    server = tandem(start=False)
    for zone in ("one.test", "net.test", "v6.test", "both.test"):
        server.zone(zone, ZONE.replace("example.com", zone))
    server.configure(keys=[KEY], zones=[
        {"name": "one.test", "file": "one.test.zone", "allow-transfer": ["127.0.0.2"]},
        {"name": "net.test", "file": "net.test.zone", "allow-transfer": ["192.0.2.0/24", "127.0.0.0/24"]},
        {"name": "v6.test", "file": "v6.test.zone", "allow-transfer": ["::1"]},
        {"name": "both.test", "file": "both.test.zone", "allow-transfer": ["127.0.0.2", "key transfer.example."]}])
    server.start()
    server.wait(lambda: all(server.ask(zone, "SOA").rcode() == NOERROR
                            for zone in ("one.test", "net.test", "v6.test", "both.test")))
    assert refused(server, zone="one.test", source="127.0.0.1")
    assert len(transfer(server, "one.test", source="127.0.0.2").nodes) > 5
    assert len(transfer(server, "net.test", source="127.0.0.77").nodes) > 5
    assert refused(server, zone="net.test", source="127.0.1.1")
    assert refused(server, zone="v6.test")
    found = dns.zone.Zone("v6.test")
    dns.query.inbound_xfr("::1", found, port=server.port, timeout=5)
    assert len(found.nodes) > 5
    assert refused(server, zone="both.test", source="127.0.0.1")  # either is enough
    assert len(transfer(server, "both.test", source="127.0.0.2").nodes) > 5
    assert len(transfer(server, "both.test", source="127.0.0.1", keyring=RING).nodes) > 5


# ---- with a key ----

def test_by_key(asker):
    assert len(transfer(asker.server, "keyed.test", keyring=RING).nodes) > 5
    assert refused(asker.server, zone="keyed.test")
    assert refused(asker.server, zone="closed.test", keyring=RING)
    assert len(transfer(asker.server, "example.com", keyring=RING).nodes) > 5


def test_every_message_is_covered(asker):
    """dnspython checks the chain of MACs over all messages; the last one has to be signed."""
    sent = sealed(WHOLE)
    with asker.connect() as stream:
        stream.sendall(framed(sent))
        messages = messages_of(stream)
    signatures = [without_tsig(octets)[1] for octets in messages]
    assert len(messages) > 1 and signatures[0] is not None and signatures[-1] is not None
    context = None
    for octets in messages:
        message = dns.message.from_wire(octets, keyring=RING, request_mac=sent[-38:-6], tsig_ctx=context, multi=True)
        context = message.tsig_ctx


@pytest.mark.parametrize("fields, error", [({"key": "other"}, 17), ({"secret": b"wrong"}, 16), ({"at": 1}, 18)])
def test_by_a_wrong_key(asker, fields, error):
    """Where no key is needed, too: a signature that is wrong is never as good as none (RFC 8945 5.2)."""
    for zone in ("example.com", "keyed.test"):
        answer = asker.tcp(sealed(packet(question(zone, AXFR)), **fields))
        assert answer.rcode == NOTAUTH and answer.counts[1] == 0 and answer.tsig.error == error


def test_by_a_key_that_is_taken_away(tandem):
    """A transfer under way goes on when its key and its zone leave; the next one is refused."""
    server = tandem(start=False)
    server.zone("example.com", ZONE + "".join("h%d A 192.0.2.1\n" % n for n in range(40000)))
    server.configure(keys=[KEY], zones=[{"name": "example.com", "file": "example.com.zone",
                                         "allow-transfer": ["key transfer.example."]}])
    server.start()
    server.wait(lambda: server.ask("www.example.com").rcode() == NOERROR)
    with socket.create_connection(("127.0.0.1", server.port), 5) as stream:
        stream.sendall(framed(sealed(WHOLE)))
        time.sleep(0.1)
        server.configure(zones=[{"name": "example.com", "file": "example.com.zone"}])
        assert server.cli("reload").returncode == 0
        want = 40000 + ZONE.count("\n") - 2 + 1
        assert sum(struct.unpack(">H", octets[6:8])[0] for octets in frames_until(stream, want)) == want
    with pytest.raises(dns.exception.DNSException):
        transfer(server, keyring=RING)
    assert refused(server)


def test_opcodes_do_not_transfer(asker):
    assert asker.tcp(packet(question("example.com", AXFR), opcode=2)).rcode == NOTIMP
    assert asker.tcp(packet(question("example.com", SOA), opcode=5)).rcode == REFUSED
