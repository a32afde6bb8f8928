"""What stands around an answer: EDNS, cookies, NSID, TSIG, TCP, transfers, strange packets."""
import socket
import struct
import time

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.tsigkeyring
import dns.xfr
import dns.zone
import pytest

KEY = {"name": "transfer.example.", "algorithm": "hmac-sha256", "secret": "MDEyMzQ1Njc4OWFiY2RlZg=="}
RING = dns.tsigkeyring.from_text({"transfer.example.": KEY["secret"]})
ZONES = [{"name": "example.com", "file": "example.com.zone", "allow-transfer": ["key transfer.example."]}]


@pytest.fixture
def server(tandem):
    return tandem(server={"identity": "ns1", "version": "a version"})


@pytest.fixture
def keyed(tandem):
    server = tandem(start=False)
    server.configure(zones=ZONES, keys=[KEY])
    return server.start()


def test_names_that_are_not_there(server):
    answer = server.ask("nothing.example.com")
    assert answer.rcode() == dns.rcode.NXDOMAIN
    assert answer.flags & dns.flags.AA
    assert answer.authority[0].rdtype == dns.rdatatype.SOA
    assert answer.authority[0].ttl == 300
    assert server.ask("www.example.com", "TXT").rcode() == 0


def test_unknown_zones_are_refused_with_a_reason(server):
    answer = server.ask("www.elsewhere.test", use_edns=0)
    assert answer.rcode() == dns.rcode.REFUSED
    assert [option.otype for option in answer.options] == [15]


def test_the_case_of_the_question_comes_back(server):
    answer = server.ask("wWw.ExAmPlE.cOm")
    assert answer.question[0].name.to_text() == "wWw.ExAmPlE.cOm."


def test_no_opt_to_who_sent_none(server):
    assert server.ask("www.example.com").edns == -1
    assert server.ask("www.example.com", use_edns=0).edns == 0


def test_unknown_edns_versions(server):
    query = dns.message.make_query("www.example.com", "A", use_edns=0)
    query.ednsflags = 1 << 16  # version 1: dnspython does not set it by use_edns
    answer = server.ask(query)
    assert answer.rcode() == dns.rcode.BADVERS
    assert answer.edns == 0
    assert not answer.answer


def test_nsid_and_chaos(server):
    answer = server.ask("www.example.com", use_edns=0, options=[dns.edns.GenericOption(3, b"")])
    assert [(option.otype, option.data) for option in answer.options] == [(3, b"ns1")]
    for name, want in (("hostname.bind", b"ns1"), ("id.server", b"ns1"), ("version.bind", b"a version")):
        answer = server.ask(dns.message.make_query(name, "TXT", "CH"))
        assert answer.answer[0][0].strings == (want,)
    assert server.ask(dns.message.make_query("other.bind", "TXT", "CH")).rcode() == dns.rcode.REFUSED


def test_without_an_identity_nothing_is_told(tandem):
    server = tandem()
    answer = server.ask("www.example.com", use_edns=0, options=[dns.edns.GenericOption(3, b"")])
    assert answer.options == ()
    assert server.ask(dns.message.make_query("hostname.bind", "TXT", "CH")).rcode() == dns.rcode.REFUSED


def test_cookies(server):
    client = b"8octets!"
    answer = server.ask("www.example.com", use_edns=0, options=[dns.edns.GenericOption(10, client)])
    cookie = answer.options[0].data
    assert cookie.startswith(client) and len(cookie) == 24
    answer = server.ask("www.example.com", use_edns=0, options=[dns.edns.GenericOption(10, cookie)])
    assert answer.rcode() == 0 and answer.options[0].data.startswith(client)
    for size in (0, 1, 7, 9, 15, 41):
        answer = server.ask("www.example.com", use_edns=0,
                            options=[dns.edns.GenericOption(10, b"x" * size)])
        assert answer.rcode() == dns.rcode.FORMERR, size


def test_zoneversion(server):
    answer = server.ask("www.example.com", use_edns=0, options=[dns.edns.GenericOption(19, b"")])
    found = [option.data for option in answer.options if option.otype == 19]
    assert found == [b"\x02\x00\x00\x00\x00\x01"]


def test_big_answers_are_truncated_over_udp_only(tandem):
    server = tandem(start=False)
    text = (server.where / "example.com.zone").read_text()
    server.zone("example.com", text + "".join('big TXT "%s%d"\n' % ("x" * 100, n) for n in range(20)))
    server.start()
    answer = server.ask("big.example.com", "TXT", use_edns=0, payload=4096)
    assert answer.flags & dns.flags.TC
    assert len(answer.to_wire()) <= 1232
    answer = server.ask("big.example.com", "TXT", tcp=True)
    assert not answer.flags & dns.flags.TC and len(answer.answer[0]) == 20


@pytest.mark.parametrize("opcode", [1, 2, 3, 6, 15])
def test_unknown_opcodes(server, opcode):
    query = server.query("www.example.com")
    query.set_opcode(opcode)
    octets = server.raw(query.to_wire())
    assert octets is not None
    assert octets[3] & 15 == dns.rcode.NOTIMP
    assert octets[2] >> 3 & 15 == opcode


def test_answers_are_not_answered(server):
    query = server.query("www.example.com")
    query.flags |= dns.flags.QR
    assert server.raw(query.to_wire()) is None


def test_a_message_cut_at_each_octet_harms_nobody(server):
    whole = server.query("www.example.com", use_edns=0).to_wire()
    for size in range(len(whole)):
        octets = server.raw(whole[:size], timeout=0.02)
        if octets is not None:
            assert octets[:2] == whole[:2] and octets[3] & 15 == dns.rcode.FORMERR
    assert server.ask("www.example.com").rcode() == 0


def test_more_than_one_question(server):
    wire = bytearray(server.query("www.example.com").to_wire())
    wire[5] = 2
    wire += wire[12:]
    octets = server.raw(bytes(wire))
    assert octets is not None and octets[3] & 15 == dns.rcode.FORMERR


def framed(octets):
    return struct.pack(">H", len(octets)) + octets


def read_frames(stream, count):
    data = b""
    found = []
    while len(found) < count:
        while len(data) < 2 or len(data) < 2 + struct.unpack(">H", data[:2])[0]:
            more = stream.recv(65535)
            if not more:
                return found
            data += more
        size = struct.unpack(">H", data[:2])[0]
        found.append(data[2:2 + size])
        data = data[2 + size:]
    return found


def test_tcp_is_pipelined(server):
    queries = [server.query("www.example.com", rdtype) for rdtype in ("A", "AAAA", "TXT", "MX") * 10]
    with socket.create_connection(("127.0.0.1", server.port), 5) as stream:
        stream.sendall(b"".join(framed(query.to_wire()) for query in queries))
        answers = read_frames(stream, len(queries))
    assert sorted(octets[:2] for octets in answers) == \
        sorted(query.to_wire()[:2] for query in queries)


def test_tcp_octet_by_octet(server):
    query = server.query("www.example.com")
    with socket.create_connection(("127.0.0.1", server.port), 5) as stream:
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in framed(query.to_wire()):
            stream.send(bytes([octet]))
            time.sleep(0.002)
        assert dns.message.from_wire(read_frames(stream, 1)[0]).id == query.id


def test_tcp_answers_after_the_client_has_said_its_last_word(server):
    query = server.query("www.example.com")
    with socket.create_connection(("127.0.0.1", server.port), 5) as stream:
        stream.sendall(framed(query.to_wire()))
        stream.shutdown(socket.SHUT_WR)
        assert len(read_frames(stream, 1)) == 1
        assert stream.recv(1) == b""


def test_idle_connections_are_closed(tandem):
    server = tandem(server={"tcp": {"idle-timeout": "300ms"}})
    with socket.create_connection(("127.0.0.1", server.port), 5) as stream:
        start = time.monotonic()
        assert stream.recv(1) == b""
        assert 0.1 < time.monotonic() - start < 3


def transfer(server, **options):
    zone = dns.zone.Zone("example.com.")
    query, _ = dns.xfr.make_query(zone, **options)
    dns.query.inbound_xfr("127.0.0.1", zone, query, port=server.port, timeout=5)
    return zone


def test_transfers_by_address(server):
    zone = transfer(server)
    want = dns.zone.from_file(str(server.where / "example.com.zone"), "example.com.")
    assert sorted(zone.to_text().split("\n")) == sorted(want.to_text().split("\n"))


def test_transfers_by_key(keyed):
    assert transfer(keyed, keyring=RING).get_rdataset("www", "A") is not None
    with pytest.raises(dns.xfr.TransferError) as refused:
        transfer(keyed)
    assert refused.value.rcode == dns.rcode.REFUSED


def test_transfers_over_udp(server):
    assert server.ask("example.com", "AXFR").rcode() in (dns.rcode.FORMERR, dns.rcode.REFUSED,
                                                         dns.rcode.NOTIMP)


def test_signed_questions(keyed):
    query = keyed.query("www.example.com")
    query.use_tsig(RING)
    answer = keyed.ask(query)
    assert answer.had_tsig and answer.rcode() == 0


def test_keys_that_are_wrong(keyed):
    query = keyed.query("www.example.com")
    query.use_tsig(dns.tsigkeyring.from_text({"other.": KEY["secret"]}))
    with pytest.raises(dns.tsig.PeerBadKey):
        keyed.ask(query)
    query = keyed.query("www.example.com")
    query.use_tsig(dns.tsigkeyring.from_text({"transfer.example.": "d3Jvbmd3cm9uZ3dyb25n"}))
    with pytest.raises(dns.tsig.PeerBadSignature):
        keyed.ask(query)


def test_clocks_that_differ(keyed, monkeypatch):
    query = keyed.query("www.example.com")
    query.use_tsig(RING)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - 3600)
    wire = query.to_wire()
    monkeypatch.undo()
    octets = keyed.raw(wire)
    assert octets is not None and octets[3] & 15 == dns.rcode.NOTAUTH
    with pytest.raises(dns.tsig.PeerBadTime):
        dns.message.from_wire(octets, keyring=RING, request_mac=query.mac)


def test_any_over_udp_is_one_set(server):
    answer = server.ask("www.example.com", "ANY")
    assert len(answer.answer) == 1
    assert len(server.ask("www.example.com", "ANY", tcp=True).answer) == 2


def test_address_sets_rotate(tandem):
    server = tandem(start=False)
    text = (server.where / "example.com.zone").read_text()
    server.zone("example.com", text + "many A 192.0.2.1\nmany A 192.0.2.2\nmany A 192.0.2.3\n")
    server.start()

    def firsts():
        return {server.ask("many.example.com").answer[0][0].address for _ in range(30)}

    assert len(firsts()) == 3
    server.server["rotation"] = "off"
    server.configure(zones=[{"name": "example.com", "file": "example.com.zone"}])
    assert server.cli("reload").returncode == 0
    assert len(firsts()) == 1


def test_rate_limits(tandem):
    server = tandem(server={"rate-limit": {"responses-per-second": 10, "slip": 2}})
    wire = server.query("www.example.com").to_wire()
    whole = cut = 0
    with socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.settimeout(0.3)
        udp.connect(("127.0.0.1", server.port))
        for _ in range(200):
            udp.send(wire)
        try:
            while True:
                if udp.recv(4096)[2] & 2:
                    cut += 1
                else:
                    whole += 1
        except OSError:
            pass
    assert 5 <= whole <= 40
    assert 50 <= cut <= 110
    assert server.ask("www.example.com", tcp=True).rcode() == 0


def test_who_may_ask(tandem):
    server = tandem(server={"allow-query": ["192.0.2.0/24"]})
    assert server.ask("www.example.com").rcode() == dns.rcode.REFUSED
