"""A secondary of primaries that are strange: what they may do is taken, and what they may not harms nothing."""
import socket
import struct
import threading

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rrset
import pytest

from conftest import free_port
from test_secondary import FAST, serial

ZONE = ("@ NS ns1", "ns1 A 192.0.2.53", "@ MX 10 mail", "mail A 192.0.2.25", "www A 192.0.2.80")


def soa(number):
    return "@ SOA ns1 hostmaster %d 3600 600 1209600 300" % number


class Primary:
    """
    Answers by script: `whole` and `changes` are lists of messages, each a list of records in words;
    `changes` of None is an IXFR that is answered with `ixfr_rcode`.
    """

    def __init__(self, number, whole, changes=None):
        self.number = number
        self.whole = whole
        self.changes = changes
        self.ixfr_rcode = dns.rcode.NOTIMP
        self.has_edns = True  # None: over UDP only
        self.repeats_question = True
        self.asked = []
        self.udp = socket.socket(type=socket.SOCK_DGRAM)
        self.port = free_port()
        self.udp.bind(("127.0.0.1", self.port))
        self.tcp = socket.socket()
        self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.tcp.bind(("127.0.0.1", self.port))
        self.tcp.listen(8)
        for loop in (self.answer_udp, self.answer_tcp):
            threading.Thread(target=loop, daemon=True).start()

    def close(self):
        for listening in (self.udp, self.tcp):
            try:
                listening.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            listening.close()

    def answer_udp(self):
        try:
            while True:
                octets, client = self.udp.recvfrom(65535)
                if not octets:
                    return
                for answer in self.answers(octets, True)[:1]:
                    self.udp.sendto(answer, client)
        except OSError:
            pass

    def answer_tcp(self):
        try:
            while True:
                client, _ = self.tcp.accept()
                threading.Thread(target=self.answer_stream, args=(client,), daemon=True).start()
        except OSError:
            pass

    def answer_stream(self, client):
        """One question of each connection; a second one ends it."""
        try:
            with client:
                size = struct.unpack("!H", client.recv(2, socket.MSG_WAITALL))[0]
                for answer in self.answers(client.recv(size, socket.MSG_WAITALL), False):
                    client.sendall(struct.pack("!H", len(answer)) + answer)
                client.recv(1)
        except (OSError, struct.error):
            pass

    def answers(self, octets, is_udp):
        query = dns.message.from_wire(octets)
        kind = query.question[0].rdtype
        self.asked.append((dns.rdatatype.to_text(kind), query.edns >= 0))
        has_edns = is_udp if self.has_edns is None else self.has_edns
        if query.edns >= 0 and not has_edns:
            return [self.failure(query, dns.rcode.FORMERR)]
        if kind == dns.rdatatype.SOA or is_udp:
            return [self.message(query, [soa(self.number)])]
        if kind == dns.rdatatype.IXFR and self.changes is None:
            return [self.failure(query, self.ixfr_rcode)]
        lists = self.whole if kind == dns.rdatatype.AXFR else self.changes
        return [self.message(query, records, is_first=at == 0) for at, records in enumerate(lists)]

    @staticmethod
    def failure(query, rcode):
        query.use_edns(False)
        answer = dns.message.make_response(query)
        answer.set_rcode(rcode)
        return answer.to_wire()

    def message(self, query, records, is_first=True):
        answer = dns.message.make_response(query)
        answer.use_edns(False)
        answer.flags |= dns.flags.AA
        if not is_first or (not self.repeats_question and query.question[0].rdtype != dns.rdatatype.SOA):
            answer.question = []
        for words in records:
            owner, kind, data = words.split(" ", 2)
            name = "example.com." if owner == "@" else owner + ".example.com."
            rdata = dns.rdata.from_text("IN", kind, data, origin=dns.name.from_text("example.com."), relativize=False)
            answer.answer.append(dns.rrset.from_rdata(name, 300, rdata))
        return answer.to_wire(max_size=65535)

    def asked_for(self):
        return [kind for kind, _ in self.asked if kind != "SOA"]


@pytest.fixture
def strange():
    """Call it to get a Primary, which is closed with the test."""
    made = []

    def make(*arguments):
        made.append(Primary(*arguments))
        return made[-1]

    yield make
    for primary in made:
        primary.close()


def follow(tandem, primary):
    """A secondary that has the primary's zone."""
    copy = tandem(peers=[{"name": "ns1", "address": "127.0.0.1:%d" % primary.port}],
                  zones=[dict({"name": "example.com", "from": ["ns1"], "allow-transfer": ["127.0.0.1"]}, **FAST)])
    copy.wait(lambda: serial(copy) == primary.number)
    return copy


def notify(copy):
    message = dns.message.make_query("example.com", "SOA")
    message.set_opcode(dns.opcode.NOTIFY)
    assert copy.ask(message).rcode() == dns.rcode.NOERROR


def change(copy, primary, number, changes):
    """The primary goes on to this serial, and the secondary follows."""
    primary.number = number
    primary.changes = changes
    primary.asked.clear()
    notify(copy)
    copy.wait(lambda: serial(copy) == number)


def has(copy, name, kind="A"):
    return bool(copy.ask(name + ".example.com" if name != "@" else "example.com", kind).answer)


def whole(number, *more):
    return [[soa(number)] + list(ZONE) + list(more) + [soa(number)]]


def test_each_record_a_message_and_only_the_first_with_a_question(tandem, strange):
    primary = strange(1, [[record] for record in whole(1)[0]])
    copy = follow(tandem, primary)
    change(copy, primary, 2, [[soa(2)], [soa(1)], ["www A 192.0.2.80"], [soa(2)], ["new A 192.0.2.7"], [soa(2)]])
    assert primary.asked_for() == ["IXFR"]
    assert has(copy, "new") and not has(copy, "www")


def test_no_question_in_any_message_of_a_transfer(tandem, strange):
    primary = strange(1, whole(1))
    primary.repeats_question = False
    copy = follow(tandem, primary)
    assert has(copy, "www")


def test_an_ixfr_that_is_answered_with_the_whole_zone(tandem, strange):
    primary = strange(1, whole(1))
    copy = follow(tandem, primary)
    change(copy, primary, 2, whole(2, "new A 192.0.2.7"))
    assert primary.asked_for() == ["IXFR"] and has(copy, "new")


def test_an_ixfr_that_is_not_known_is_asked_as_axfr(tandem, strange):
    for rcode in (dns.rcode.NOTIMP, dns.rcode.FORMERR, dns.rcode.REFUSED, dns.rcode.SERVFAIL):
        primary = strange(1, whole(1))
        primary.ixfr_rcode = rcode
        copy = follow(tandem, primary)
        primary.whole = whole(2, "new A 192.0.2.7")
        change(copy, primary, 2, None)
        assert primary.asked_for() == ["IXFR", "AXFR"] and has(copy, "new")
    

def test_a_primary_that_knows_no_edns(tandem, strange):
    primary = strange(1, whole(1))
    primary.has_edns = False
    copy = follow(tandem, primary)
    change(copy, primary, 2, [[soa(2), soa(1), soa(2), "new A 192.0.2.7", soa(2)]])
    assert has(copy, "new")
    assert ("IXFR", False) in primary.asked and "AXFR" not in primary.asked_for()


def test_a_primary_that_knows_edns_in_datagrams_only(tandem, strange):
    primary = strange(1, whole(1))
    primary.has_edns = None
    copy = follow(tandem, primary)
    assert primary.asked_for() == ["AXFR", "AXFR"]
    primary.whole = whole(2, "new A 192.0.2.7")
    change(copy, primary, 2, None)
    assert primary.asked_for() == ["IXFR", "AXFR"] and has(copy, "new")


def test_records_that_are_added_again(tandem, strange):
    """NSD 4.6 adds MX sets again that have not changed; when they go later they are gone here, too."""
    primary = strange(1, whole(1))
    copy = follow(tandem, primary)
    again = "@ MX 10 mail"
    change(copy, primary, 2, [[soa(2), soa(1), soa(2), again, "new A 192.0.2.7", soa(2)]])
    assert primary.asked_for() == ["IXFR"] and has(copy, "@", "MX") and has(copy, "new")
    change(copy, primary, 4, [[soa(4), soa(2), soa(3), again, soa(3), again, soa(4), soa(4)]])
    assert primary.asked_for() == ["IXFR"] and not has(copy, "@", "MX")


def test_a_record_to_be_removed_that_is_not_there_means_the_whole_zone(tandem, strange):
    primary = strange(1, whole(1))
    copy = follow(tandem, primary)
    primary.whole = whole(2, "real A 192.0.2.7")
    change(copy, primary, 2, [[soa(2), soa(1), "other A 192.0.2.9", soa(2), "false A 192.0.2.7", soa(2)]])
    assert primary.asked_for() == ["IXFR", "AXFR"]
    assert has(copy, "real") and not has(copy, "false")


def test_names_in_other_case_are_the_same(tandem, strange):
    primary = strange(1, whole(1))
    copy = follow(tandem, primary)
    change(copy, primary, 2, [[soa(2), soa(1), "@ MX 10 MAIL", "WWW A 192.0.2.80", soa(2), soa(2)]])
    assert primary.asked_for() == ["IXFR"]
    assert not has(copy, "@", "MX") and not has(copy, "www")
