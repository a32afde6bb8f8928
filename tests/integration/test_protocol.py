"""How settings change what is said: who is told what, limits, cookies, the answer cache, rotation."""
import json
import socket

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import pytest
from packets import (A, ANY, CH, COOKIE, IXFR, NOERROR, NSID, NXDOMAIN, REFUSED, SOA, TXT, ZONEVERSION,
                     PROTOCOL_ZONE, Asker, edns, name, opt, option, packet, question, soa, standing)

MX = 15
ZONE_LIST = [{"name": "example.com", "file": "example.com.zone", "allow-transfer": ["127.0.0.1"]}]


def ready(server):
    """Started, its zone loaded, with an Asker."""
    if server.process is None:
        server.start()
    server.wait(lambda: server.ask("example.com", "SOA").rcode() in (NOERROR, REFUSED))
    return Asker(server)


def test_names_that_are_not_there(tandem):
    server = tandem()
    ready(server).close()
    answer = server.ask("nothing.example.com")
    assert answer.rcode() == dns.rcode.NXDOMAIN
    assert answer.flags & dns.flags.AA
    assert answer.authority[0].rdtype == dns.rdatatype.SOA
    assert answer.authority[0].ttl == 300
    assert server.ask("www.example.com", "TXT").rcode() == 0


def test_without_an_identity_nothing_is_told(tandem):
    asker = ready(tandem(server={"identity": "off", "version": "off"}))
    assert asker.udp(edns(option(NSID))).options == {}
    for to in ("hostname.bind", "id.server", "version.bind", "version.server"):
        assert asker.udp(packet(question(to, TXT, CH))).rcode == REFUSED
    asker.close()


def test_switches(tmp_path):
    with standing(tmp_path, cookies="off", zoneversion="off", **{"minimal-any": "off", "edns-udp-size": 4096}) as asker:
        answer = asker.udp(edns(option(COOKIE, b"clientck"), option(ZONEVERSION), payload=4096))
        assert answer.rcode == NOERROR and answer.options == {} and answer.payload == 4096
        assert asker.udp(packet(additional=[opt(option(COOKIE, b"clientck"))])).rcode == 1
        assert len(asker.udp(packet(question(rdtype=ANY))).message.answer) == 2
        answer = asker.udp(edns(to="big.example.com", rdtype=TXT, payload=4096))
        assert not answer.tc and answer.counts[1] == 20 and len(answer.octets) > 1232
        assert asker.udp(edns(to="big.example.com", rdtype=TXT, payload=1232)).tc
        assert asker.udp(edns(to="huge.example.com", rdtype=TXT, payload=65535)).tc


def test_cookies_of_servers_that_share_a_secret(tandem):
    """RFC 9018 4: any of them takes the cookies of the other, and with an older secret, too."""
    new, old = "000102030405060708090a0b0c0d0e0f", "ffeeddccbbaa99887766554433221100"
    first, second, third = (ready(tandem(server={"cookie-secrets": secrets})) for secrets in ([new], [new, old], [old]))
    cookie = first.udp(edns(option(COOKIE, b"clientck"))).options[COOKIE]
    assert second.udp(edns(option(COOKIE, cookie))).options[COOKIE] == cookie
    assert third.udp(edns(option(COOKIE, cookie))).options[COOKIE] != cookie
    older = third.udp(edns(option(COOKIE, b"clientck"))).options[COOKIE]
    renewed = second.udp(edns(option(COOKIE, older))).options[COOKIE]
    assert renewed != older and first.udp(edns(option(COOKIE, renewed))).options[COOKIE] == renewed
    for asker in (first, second, third):
        asker.close()


def test_what_is_kept_is_not_what_was_asked(tmp_path):
    """The answer cache: each question gets its own letters, ID, RD, EDNS, DO, size, and the answer of its class."""
    with standing(tmp_path, **{"answer-cache": "on"}) as asker:
        for _ in range(3):
            for owner in ("www.example.com", "wWw.ExAmPlE.CoM", "WWW.EXAMPLE.COM"):
                for flags in (0, 0x0100, 0x0010):
                    answer = asker.udp(packet(question(owner), flags=flags))
                    assert answer.octets[12:12 + 17] == name(owner)
                    assert answer.rd == (flags == 0x0100) and answer.counts[1] == 1 and not answer.has_opt
                assert not asker.udp(edns(to=owner)).do
                assert asker.udp(edns(to=owner, flags=0x8000)).do
                assert asker.udp(edns(option(NSID), to=owner)).options == {NSID: b"ns1"}
                assert asker.udp(edns(to=owner, version=1)).rcode == 16
                assert asker.udp(packet(question(owner, rdclass=CH))).rcode == REFUSED
                assert not asker.udp(packet(question(owner, rdclass=255))).aa
                assert asker.udp(packet(question(owner), opcode=5)).rcode != NOERROR
            assert asker.udp(packet(question("middle.example.com", TXT))).tc
            assert not asker.udp(edns(to="middle.example.com", rdtype=TXT)).tc
            assert not asker.tcp(packet(question("middle.example.com", TXT))).tc
            assert asker.udp(packet(question("nothing.example.com"))).rcode == NXDOMAIN
            assert asker.udp(packet(question("example.com", IXFR), authority=[soa(1)])).rcode == NOERROR
            assert asker.udp(packet(question("example.com", IXFR))).rcode == 1


def test_what_is_kept_is_forgotten_when_the_zone_changes(tandem):
    server = tandem(server={"answer-cache": "on"})
    asker = ready(server)
    for _ in range(3):
        assert asker.udp(packet(question())).message.answer[0][0].address == "192.0.2.80"
        assert asker.udp(packet(question("nothing.example.com"))).rcode == NXDOMAIN
    text = (server.where / "example.com.zone").read_text()
    server.zone("example.com", text.replace("hostmaster 1 ", "hostmaster 2 ")
                .replace("192.0.2.80", "192.0.2.81") + "nothing A 192.0.2.9\n")
    assert server.cli("reload").returncode == 0
    server.wait(lambda: asker.udp(packet(question("example.com", SOA))).message.answer[0][0].serial == 2)
    assert asker.udp(packet(question())).message.answer[0][0].address == "192.0.2.81"
    assert asker.udp(packet(question("nothing.example.com"))).rcode == NOERROR
    server.configure(zones=[dict(ZONE_LIST[0], **{"allow-query": ["192.0.2.0/24"]})])
    assert server.cli("reload").returncode == 0
    server.wait(lambda: asker.udp(packet(question("example.com", SOA))).rcode == REFUSED)
    assert asker.udp(packet(question())).rcode == REFUSED
    asker.close()


def test_rotation_is_switched_off(tandem):
    server = tandem(start=False)
    server.zone("example.com", PROTOCOL_ZONE)
    asker = ready(server)

    def firsts():
        return {asker.udp(packet(question("many.example.com"))).message.answer[0][0].address for _ in range(30)}

    assert len(firsts()) == 3
    server.server["rotation"] = "off"
    server.configure(zones=ZONE_LIST)
    assert server.cli("reload").returncode == 0
    server.wait(lambda: len(firsts()) == 1)
    asker.close()


TURNED = PROTOCOL_ZONE + """\
alias CNAME a-longer-name-of.many
a-longer-name-of.many A 192.0.2.11
a-longer-name-of.many A 192.0.2.12
post MX 10 mail-one.post
post MX 20 mail-two.post
post MX 30 mail-three.post
mail-one.post A 192.0.2.21
mail-one.post A 192.0.2.22
mail-one.post AAAA 2001:db8::21
mail-one.post AAAA 2001:db8::22
mail-one.post AAAA 2001:db8::23
mail-two.post A 192.0.2.31
mail-three.post A 192.0.2.41
mail-three.post A 192.0.2.42
""" + "".join("five MX %d m%d.five\nm%d.five A 192.0.2.1\nm%d.five A 192.0.2.2\n" % (n, n, n, n) for n in range(5))


def turns(asker, owner, rdtype, ask):
    """The orders in which the records of each set come, having seen that it is always the same records."""
    orders = {}
    for _ in range(30):
        message = asker.udp(ask(owner, rdtype)).message
        for rrset in message.answer + message.additional:
            key = rrset.name, rrset.rdtype
            orders.setdefault(key, set()).add(tuple(rdata.to_text() for rdata in rrset))
            assert len({frozenset(order) for order in orders[key]}) == 1 and rrset.ttl == 3600
    return {(str(owner), dns.rdatatype.to_text(rdtype)): len(found) for (owner, rdtype), found in orders.items()}


@pytest.mark.parametrize("cache", ["on", "off"])
@pytest.mark.parametrize("ask", [lambda to, rdtype: packet(question(to, rdtype)),
                                 lambda to, rdtype: edns(to=to, rdtype=rdtype)], ids=["plain", "edns"])
def test_sets_rotate_with_and_without_the_cache(tandem, cache, ask):
    """Each record comes first in its turn, and a set is always whole, whether kept or collected."""
    server = tandem(start=False, server={"answer-cache": cache})
    server.zone("example.com", TURNED)
    asker = ready(server)
    assert turns(asker, "many.example.com", A, ask) == {("many.example.com.", "A"): 3}
    assert turns(asker, "MaNy.ExAmPlE.CoM", A, ask) == {("MaNy.ExAmPlE.CoM.", "A"): 3}
    assert turns(asker, "alias.example.com", A, ask) == {
        ("alias.example.com.", "CNAME"): 1, ("a-longer-name-of.many.example.com.", "A"): 2}
    assert turns(asker, "post.example.com", MX, ask) == {
        ("post.example.com.", "MX"): 1,
        ("mail-one.post.example.com.", "A"): 2, ("mail-one.post.example.com.", "AAAA"): 3,
        ("mail-two.post.example.com.", "A"): 1, ("mail-three.post.example.com.", "A"): 2}
    five = turns(asker, "five.example.com", MX, ask)
    assert len(five) == 6 and sum(five.values()) == 1 + 5 * 2
    hits = json.loads(server.cli("stats", "--json").stdout)["counters"]
    hits = sum(row["value"] for row in hits if row["labels"] == {"result": "hit"})
    assert hits == (4 * 30 - 3 if cache == "on" else 0)  # the letters of "MaNy" count for nothing
    asker.close()


def test_rate_limits(tandem):
    server = tandem(server={"rate-limit": {"responses-per-second": 10, "slip": 2}})
    ready(server).close()
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
    server.wait(lambda: server.ask("www.example.com").rcode() == REFUSED)
    assert server.ask("www.example.com", tcp=True).rcode() == REFUSED
    server = tandem(start=False, server={"allow-query": ["127.0.0.2"]})
    server.start()
    with socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.settimeout(5)
        udp.bind(("127.0.0.2", 0))

        def rcode():
            udp.sendto(packet(question()), ("127.0.0.1", server.port))
            return udp.recv(4096)[3] & 15
        server.wait(lambda: rcode() == NOERROR)
    assert server.ask("www.example.com").rcode() == REFUSED
