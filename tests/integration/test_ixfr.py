"""Incremental transfers out: what the log tells, and when it is the whole zone after all."""
import shutil
import socket
import struct
import threading
import time

import dns.edns
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsigkeyring
import dns.zone
import pytest

from conftest import ZONE
from packets import (AXFR, EDE, EXPIRE, IXFR, KEY, NOERROR, SERVFAIL, framed, opt, option, packet, parse, question,
                     read_frame, sealed, soa, without_tsig)

RING = dns.tsigkeyring.from_text({KEY["name"]: KEY["secret"]})
HOSTS = "".join("host%d A 192.0.2.1\n" % number for number in range(40))
EXPIRE_S = 1209600  # of the SOA in ZONE


def primary(tandem, hosts=HOSTS, **options):
    server = tandem(start=False, keys=[KEY], **options)
    server.zone("example.com", ZONE + hosts)
    server.start()
    server.wait(lambda: serial(server) == 1)
    return server


def configured(server, **options):
    """The same zone with other options, from the next start or reload on."""
    server.configure(keys=[KEY], zones=[{"name": "example.com", "file": "example.com.zone",
                                         "allow-transfer": ["127.0.0.1"]}], **options)


def serial(server):
    answer = server.ask("example.com.", "SOA")
    return answer.answer[0][0].serial if answer.answer else None


def record(server, verb, owner, *data):
    done = server.cli("record", verb, "example.com", owner, *data)
    assert done.returncode == 0, done.stderr


def add(server, owner, address="192.0.2.7"):
    record(server, "add", owner, "60", "A", address)


def file_again(server, serial_to, hosts):
    """Another zone file, which becomes one change."""
    server.zone("example.com", ZONE.replace(" 1 7200", " %d 7200" % serial_to) + hosts)
    assert server.cli("reload").returncode == 0
    server.wait(lambda: serial(server) == serial_to)


def lines_of(octets):
    """Each record of a message's answer, as text."""
    message = dns.message.from_wire(without_tsig(octets)[0], one_rr_per_rrset=True)
    return [rrset.to_text() for rrset in message.answer]


def serial_of(line):
    """Of an SOA; None for other records."""
    return int(line.split()[6]) if line.split()[3] == "SOA" else None


def ask(since, **fields):
    return packet(question("example.com", IXFR), authority=[soa(since)], **fields)


def transfer(server, octets):
    """All messages of the answer, told to be whole by its serials."""
    found, lines = [], []
    with socket.create_connection(("127.0.0.1", server.port), 10) as stream:
        stream.sendall(framed(octets))
        while not is_whole(lines):
            found.append(read_frame(stream))
            assert parse(found[-1]).rcode == NOERROR
            lines += lines_of(found[-1])
    return found, lines


def is_whole(lines):
    """RFC 1995 4: the newest SOA, at the end of a difference, or at that of the zone."""
    serials = [serial_of(line) for line in lines]
    if len(lines) < 2:
        return False
    soas = [each for each in serials if each is not None]
    if serials[1] is None or serials[1] == serials[0]:
        return len(soas) == 2
    return serials[-1] == serials[0] and len(soas) % 2 == 0


def kind(lines):
    return "ixfr" if serial_of(lines[1]) not in (None, serial_of(lines[0])) else "axfr"


# ---- what is sent ----

def test_one_change(tandem):
    """RFC 1995 4: the newest SOA, the old one, what is removed, the new one, what is added, the newest."""
    server = primary(tandem)
    record(server, "set", "www", "60", "A", "192.0.2.81")
    octets, lines = transfer(server, ask(1))
    assert [serial_of(line) for line in lines] == [2, 1, None, 2, None, 2]
    assert lines[2] == "www.example.com. 3600 IN A 192.0.2.80"
    assert lines[4] == "www.example.com. 60 IN A 192.0.2.81"
    answer = parse(octets[0])
    assert len(octets) == 1 and answer.aa and answer.message.question[0].rdtype == IXFR
    assert len(octets[0]) < 12 + 17 + 6 * 12 + 4 * 22 + 60  # names are compressed
    assert "IXFR, outgoing" in server.log() and "serial 1 to 2, 6 records" in server.log()


def test_several_changes_are_condensed(tandem):
    """RFC 1995 5: what was added and removed again is nobody's business."""
    server = primary(tandem)
    for number in range(5):
        add(server, "new%d" % number)
    for number in range(4):
        record(server, "remove", "new%d" % number, "A", "192.0.2.7")
    _, lines = transfer(server, ask(1))
    assert [serial_of(line) for line in lines] == [10, 1, 10, None, 10]
    assert lines[3] == "new4.example.com. 60 IN A 192.0.2.7"
    _, lines = transfer(server, ask(6))  # four were there and are gone
    assert [serial_of(line) for line in lines] == [10, 6] + [None] * 4 + [10, 10]


def test_a_client_that_applies_it_has_the_zone(tandem):
    """Any serial of the history leads to the same zone, by dnspython's own reading of it."""
    server = primary(tandem)
    copies = []
    for number in range(6):
        copies.append(copy_of(server))
        record(server, "set", "www", str(60 + number), "A", "192.0.2.%d" % number)
        add(server, "Mixed%d.case" % number)
        record(server, "remove", "host%d" % number, "A", "192.0.2.1")
    want = texts_of(copy_of(server))
    for copy in copies:
        query, _ = dns.xfr.make_query(copy)
        assert query.question[0].rdtype == IXFR
        dns.query.inbound_xfr("127.0.0.1", copy, query, port=server.port, timeout=10)
        assert texts_of(copy) == want
    assert server.log().count("AXFR, outgoing") == 7


def copy_of(server):
    zone = dns.zone.Zone("example.com")
    query, _ = dns.xfr.make_query(zone)
    dns.query.inbound_xfr("127.0.0.1", zone, query, port=server.port, timeout=10)
    return zone


def texts_of(zone):
    return {"%s %d %s %s" % (name, ttl, dns.rdatatype.to_text(rdata.rdtype), rdata.to_text())
            for name, ttl, rdata in zone.iterate_rdatas()}


def test_many_messages(tandem):
    """A difference of more than 64 KiB, and a client that has the newest."""
    server = primary(tandem, "".join('t%d TXT "%s"\n' % (number, "x" * 200) for number in range(1500)))
    file_again(server, 5, "".join('t%d TXT "%s"\n' % (number, ("y" if number < 600 else "x") * 200)
                                  for number in range(1500)))
    octets, lines = transfer(server, ask(1))
    assert kind(lines) == "ixfr" and len(lines) == 4 + 1200 and len(octets) > 3
    assert [serial_of(line) for line in lines if serial_of(line)] == [5, 1, 5, 5]
    assert min(len(each) for each in octets[:-1]) > 60000
    assert [parse(each).counts[0] for each in octets] == [1] * len(octets)
    _, lines = transfer(server, ask(1))
    assert len(lines) == 4 + 1200


def test_a_large_difference_for_many_at_once(tandem):
    """Megabytes of the log, read in turns, condensed aside, and made once; the zone goes on changing meanwhile."""
    def hosts(changed):
        return "".join("t%d TXT %s\n" % (number, ('"%s" ' % (("y" if number % 8 < changed else "x") * 200)) * 3)
                       for number in range(16000))
    server = primary(tandem, hosts(0))
    file_again(server, 2, hosts(1))
    file_again(server, 3, hosts(2))
    found = []
    threads = [threading.Thread(target=lambda: found.append(transfer(server, ask(1))[1])) for _ in range(4)]
    for thread in threads:
        thread.start()
    add(server, "new")
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for lines in found:
        assert kind(lines) == "ixfr" and len(lines) - 8004 in (0, 1)
    assert kind(transfer(server, ask(3))[1]) == "ixfr"
    assert server.log().count("IXFR, outgoing") == 5
    assert "AXFR, outgoing" not in server.log()


@pytest.mark.parametrize("since", [2, 3, 2**31])
def test_nothing_new(tandem, since):
    server = primary(tandem)
    add(server, "new")
    for transport in (False, True):
        message = dns.message.from_wire(ask(since), one_rr_per_rrset=True)
        answer = server.ask(message, tcp=transport)
        assert [serial_of(rrset.to_text()) for rrset in answer.answer] == [2]


# ---- when it is the whole zone ----

def test_history_that_does_not_reach_back(tandem):
    server = primary(tandem)
    add(server, "new")
    add(server, "newer")
    for since, want in ((0, "axfr"), (1, "ixfr"), (2, "ixfr"), (2**32 - 5, "axfr")):
        _, lines = transfer(server, ask(since))
        assert kind(lines) == want
    assert "no usable history begins at serial 0" in server.log()


def test_a_gap_in_the_serials(tandem):
    """A serial that the zone never had, between two that it had."""
    server = primary(tandem)
    file_again(server, 9, HOSTS + "other A 192.0.2.8\n")
    add(server, "new")
    assert kind(transfer(server, ask(1))[1]) == "ixfr"
    assert kind(transfer(server, ask(9))[1]) == "ixfr"
    assert kind(transfer(server, ask(5))[1]) == "axfr"


def test_a_difference_that_is_larger_than_the_zone(tandem):
    server = primary(tandem, "")
    names = ["new%d" % number for number in range(20)]
    server.cli("record", "add", "example.com", "first", "60", "A", "192.0.2.7")
    for name in names:
        add(server, name)
    for name in names[:-1]:
        record(server, "set", name, "60", "A", "192.0.2.8")
    assert kind(transfer(server, ask(2))[1]) == "ixfr"
    for name in names:
        record(server, "remove", name, "A", "192.0.2.8" if name != names[-1] else "192.0.2.7")
    assert serial(server) == 61
    assert kind(transfer(server, ask(22))[1]) == "axfr"
    assert kind(transfer(server, ask(2))[1]) == "ixfr"  # nothing is left of it


def test_after_a_restart_it_is_read_from_the_log(tandem):
    server = primary(tandem)
    for number in range(3):
        add(server, "new%d" % number)
    before = transfer(server, ask(1))[1]
    server.stop()
    server.start()
    server.wait(lambda: serial(server) == 4)
    assert transfer(server, ask(1))[1] == before and kind(before) == "ixfr"
    add(server, "newer")
    assert len(transfer(server, ask(1))[1]) == len(before) + 1
    assert kind(transfer(server, ask(4))[1]) == "ixfr"


def test_a_break_ends_the_history(tandem):
    """A copy that was made anew by force, with a lower serial: what led to that serial before is no way to it."""
    source = primary(tandem)
    copy = tandem(start=False)
    copy.configure(peers=[{"name": "ns1", "address": "127.0.0.1:%d" % source.port}],
                   zones=[{"name": "example.com", "from": ["ns1"], "allow-transfer": ["127.0.0.1"]}])
    copy.start()
    copy.wait(lambda: serial(copy) == 1)
    for number in range(2, 6):
        add(source, "new%d" % number)
        assert copy.cli("zone", "refresh", "example.com").returncode == 0
        copy.wait(lambda: serial(copy) == number)
    assert kind(transfer(copy, ask(2))[1]) == "ixfr"
    source.stop()
    for found in source.where.iterdir():
        if found.name == "changes":
            shutil.rmtree(found)
    source.zone("example.com", ZONE.replace(" 1 7200", " 3 7200") + HOSTS)
    source.start()
    source.wait(lambda: serial(source) == 3)
    assert copy.cli("zone", "retransfer", "example.com").returncode == 0
    copy.wait(lambda: serial(copy) == 3)
    assert kind(transfer(copy, ask(2))[1]) == "axfr"
    add(source, "newer")
    assert copy.cli("zone", "refresh", "example.com").returncode == 0
    copy.wait(lambda: serial(copy) == 4)
    assert kind(transfer(copy, ask(3))[1]) == "ixfr"
    assert kind(transfer(copy, ask(2))[1]) == "axfr"


# ---- over UDP ----

def udp(server, octets):
    return parse(server.raw(octets, 5))


def test_udp_when_it_fits(tandem):
    server = primary(tandem)
    add(server, "new")
    answer = udp(server, ask(1))
    assert [serial_of(line) for line in lines_of(answer.octets)] == [2, 1, 2, None, 2]
    assert answer.aa and not answer.tc and not answer.has_opt
    answer = udp(server, ask(1, additional=[opt(payload=1232)]))
    assert len(answer.message.answer) > 1 and answer.has_opt
    assert "UDP, key none, serial 1 to 2" in server.log()


def test_udp_when_it_does_not_fit(tandem):
    """RFC 1995 2: the SOA alone, not truncated; the size is what the client says it may be."""
    server = primary(tandem)
    record(server, "add", "new", "60", "TXT", *(["x" * 200] * 3))
    for fields in ({}, {"additional": [opt(payload=512)]}):
        answer = udp(server, ask(1, **fields))
        assert [serial_of(line) for line in lines_of(answer.octets)] == [2] and not answer.tc
    answer = udp(server, ask(1, additional=[opt(payload=1232)]))
    assert len(lines_of(answer.octets)) == 5 and len(answer.octets) > 700
    for number in range(10):
        record(server, "add", "new%d" % number, "60", "TXT", "x" * 200)
    answer = udp(server, ask(1, additional=[opt(payload=4096)]))
    assert len(lines_of(answer.octets)) == 1 and not answer.tc
    assert kind(transfer(server, ask(1))[1]) == "ixfr"


def test_udp_without_history(tandem):
    server = primary(tandem)
    add(server, "new")
    answer = udp(server, ask(0))
    assert [serial_of(line) for line in lines_of(answer.octets)] == [2]


# ---- with a key ----

def test_every_message_is_signed(tandem):
    server = primary(tandem, "".join('t%d TXT "%s"\n' % (number, "x" * 200) for number in range(1500)))
    file_again(server, 2, "".join('t%d TXT "%s"\n' % (number, "x" * 200) for number in range(1, 1500)))
    answer = udp(server, sealed(ask(1)))
    assert answer.tsig is not None and len(lines_of(answer.octets)) == 5
    file_again(server, 9, "".join('t%d TXT "%s"\n' % (number, "x" * 200) for number in range(1000)))
    sent = sealed(ask(1))
    octets, lines = transfer(server, sent)
    assert len(octets) > 1 and kind(lines) == "ixfr"
    context = None
    for each in octets:
        message = dns.message.from_wire(each, keyring=RING, request_mac=sent[-38:-6], tsig_ctx=context, multi=True)
        context = message.tsig_ctx
        assert message.had_tsig


# ---- EDNS EXPIRE ----

def expire_of(octets):
    """The seconds that the message tells, or None."""
    found = [each for each in parse(octets).message.options if each.otype == EXPIRE]
    return struct.unpack(">I", found[0].data)[0] if found else None


def first_of(server, octets):
    with socket.create_connection(("127.0.0.1", server.port), 10) as stream:
        stream.sendall(framed(octets))
        return read_frame(stream)


def expires(server, wants=True):
    """What is told by UDP and TCP, with SOA, AXFR and IXFR."""
    more = {"additional": [opt(option(EXPIRE)) if wants else opt()]}
    yield expire_of(server.raw(packet(question("example.com", 6), **more), 5))
    for rdtype in (6, AXFR):
        yield expire_of(first_of(server, packet(question("example.com", rdtype), **more)))
    for since in (0, 1, 2):
        yield expire_of(first_of(server, ask(since, **more)))
        yield expire_of(server.raw(ask(since, **more), 5))


def test_expire_of_a_primary(tandem):
    """RFC 7314 3.1: what the SOA says; only to those who ask."""
    server = primary(tandem)
    add(server, "new")
    assert list(expires(server)) == [EXPIRE_S] * 9
    assert list(expires(server, wants=False)) == [None] * 9
    other = packet(question("www.example.com", 6), additional=[opt(option(EXPIRE))])
    assert expire_of(server.raw(other, 5)) is None
    unknown = packet(question("example.com", 6), additional=[opt(option(65001, b"x"))])
    assert parse(server.raw(unknown, 5)).message.options == ()


def test_expire_of_a_secondary(tandem):
    """RFC 7314 3.2: what is left of its own time, which goes down until its primary answers again."""
    source = primary(tandem)
    copy = tandem(start=False)
    copy.configure(peers=[{"name": "ns1", "address": "127.0.0.1:%d" % source.port}],
                   zones=[{"name": "example.com", "from": ["ns1"], "allow-transfer": ["127.0.0.1"],
                           "expire-max": "100s"}])
    copy.start()
    copy.wait(lambda: serial(copy) == 1)
    for each in list(expires(copy))[:4]:
        assert 80 <= each <= 100
    source.stop()
    ask_soa = packet(question("example.com", 6), additional=[opt(option(EXPIRE))])
    before = expire_of(copy.raw(ask_soa, 5))
    time.sleep(2.1)
    assert before - 10 < expire_of(copy.raw(ask_soa, 5)) < before


# ---- limits ----

def metrics(server):
    with socket.socket(socket.AF_UNIX) as stream:
        stream.connect(str(server.socket))
        stream.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        return b"".join(iter(lambda: stream.recv(65536), b"")).decode()


def count_of(server, rdtype, result):
    label = 'tandem_transfers_total{direction="out",type="%s",result="%s"} ' % (rdtype, result)
    return int(metrics(server).split(label)[1].split()[0])


def slow(server, octets):
    """A client that asks and does not read."""
    stream = socket.socket()
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stream.connect(("127.0.0.1", server.port))
    stream.sendall(framed(octets))
    return stream


def test_as_many_as_transfers_out_permits(tandem):
    """In all workers; a reload changes it; what fits in one message is no transfer under way."""
    server = tandem(start=False, server={"workers": 2})
    server.zone("example.com", ZONE + "".join('h%d TXT "%s"\n' % (number, "x" * 250) for number in range(30000)))
    configured(server, transfers={"out": 2})
    server.start()
    server.wait(lambda: serial(server) == 1)
    add(server, "new")
    whole = packet(question("example.com", AXFR), additional=[opt()])
    readers = [slow(server, whole) for _ in range(2)]
    assert [parse(read_frame(reader)).rcode for reader in readers] == [NOERROR] * 2
    answer = parse(first_of(server, whole))
    assert answer.rcode == SERVFAIL
    assert b"transfers.out" in [each for each in answer.message.options if each.otype == EDE][0].text.encode()
    assert parse(first_of(server, ask(0))).rcode == SERVFAIL
    assert kind(transfer(server, ask(1))[1]) == "ixfr"
    assert count_of(server, "axfr", "refused") == 2
    configured(server, transfers={"out": 3})
    assert server.cli("reload").returncode == 0
    readers.append(slow(server, whole))
    assert parse(read_frame(readers[-1])).rcode == NOERROR
    assert parse(first_of(server, whole)).rcode == SERVFAIL
    readers.pop().close()
    server.wait(lambda: parse(first_of(server, whole)).rcode == NOERROR)
    for reader in readers:
        reader.close()
    server.wait(lambda: "refused: as many transfers as transfers.out permits" in server.log())


def test_many_who_want_the_same_step(tandem):
    """All at once, from several threads, while the zone goes on changing."""
    server = primary(tandem)
    add(server, "new0")
    failed = []

    def follow():
        for _ in range(20):
            lines = transfer(server, ask(1))[1]
            if kind(lines) != "ixfr" or serial_of(lines[0]) != serial_of(lines[-1]):
                failed.append(lines)

    threads = [threading.Thread(target=follow) for _ in range(8)]
    for thread in threads:
        thread.start()
    for number in range(1, 10):
        add(server, "new%d" % number)
    for thread in threads:
        thread.join()
    assert not failed
    assert count_of(server, "ixfr", "done") == 160


# ---- a secondary ----

def test_a_secondary_follows_by_ixfr(tandem):
    source = tandem(start=False)
    copy = tandem(start=False)
    source.zone("example.com", ZONE + HOSTS)
    source.configure(peers=[{"name": "ns2", "address": "127.0.0.1:%d" % copy.port}],
                     zones=[{"name": "example.com", "file": "example.com.zone", "to": ["ns2"]}])
    copy.configure(peers=[{"name": "ns1", "address": "127.0.0.1:%d" % source.port}],
                   zones=[{"name": "example.com", "from": ["ns1"]}])
    source.start()
    copy.start()
    copy.wait(lambda: serial(copy) == 1)
    for number in range(2, 6):
        add(source, "new%d" % number)
        copy.wait(lambda: serial(copy) == number)
        assert copy.ask("new%d.example.com" % number).answer
    copy.wait(lambda: copy.log().count("IXFR, incoming") == 4)
    assert copy.log().count("AXFR, incoming") == 1
    assert source.log().count("IXFR, outgoing") == 4
