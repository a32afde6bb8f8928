"""Dynamic update (RFC 2136, 3007): prerequisites, what is done and what is ignored, who may, and what lasts."""
import signal
import time

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.tsigkeyring
import dns.update
import pytest

SECRET = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="
RING = dns.tsigkeyring.from_text({"k1.": SECRET})
OTHER = dns.tsigkeyring.from_text({"k2.": SECRET})
ZONE = """$TTL 300
@     SOA ns1 hostmaster 10 7200 3600 1209600 300
@     NS ns1
@     NS ns2
ns1   A 192.0.2.1
ns2   A 192.0.2.2
www   A 192.0.2.3
www   A 192.0.2.4
alias CNAME www
deep.ent A 192.0.2.5
sub   NS ns.sub
ns.sub A 192.0.2.6
"""
KEYS = [{"name": "k1", "algorithm": "hmac-sha256", "secret": SECRET},
        {"name": "k2", "algorithm": "hmac-sha256", "secret": SECRET}]


@pytest.fixture
def server(tandem, tmp_path):
    path = tmp_path / "example.com.zone"
    path.write_text(ZONE)
    rows = [{"address": "127.0.0.1"},
            {"key": "k1", "names": ["subtree dyn.example.com", "self"], "types": ["TXT", "A"]},
            {"key": "k2", "names": ["subtree dyn.example.com"], "actions": ["add"]}]
    return tandem(keys=KEYS, zones=[{"name": "example.com", "file": str(path), "update": rows}])


def message(**options):
    return dns.update.UpdateMessage("example.com", **options)


def send(server, update, tcp=False, at="127.0.0.1"):
    ask = dns.query.tcp if tcp else dns.query.udp
    return ask(update, at, port=server.port, timeout=5)


def serial_of(server):
    return server.ask("example.com", "SOA").answer[0][0].serial


def values(server, name, rdtype="A"):
    answer = server.ask(name, rdtype).answer
    return sorted(str(rdata) for rrset in answer if rrset.rdtype == dns.rdatatype.from_text(rdtype)
                  for rdata in rrset)


# ---- prerequisites (RFC 2136 3.2) ----

def want(*words):
    def add(update):
        update.present(*words)
    return add


def absent(*words):
    def add(update):
        update.absent(*words)
    return add


@pytest.mark.parametrize("prerequisite, rcode", [
    (want("www"), "NOERROR"), (want("nobody"), "NXDOMAIN"), (want("ent"), "NXDOMAIN"),
    (want("WWW"), "NOERROR"), (want("ns.sub"), "NOERROR"),
    (want("www", "A"), "NOERROR"), (want("www", "TXT"), "NXRRSET"), (want("nobody", "A"), "NXRRSET"),
    (want("www", "A", "192.0.2.3", "192.0.2.4"), "NOERROR"), (want("www", "A", "192.0.2.3"), "NXRRSET"),
    (want("www", "A", "192.0.2.3", "192.0.2.5"), "NXRRSET"),
    (want("www", "A", "192.0.2.3", "192.0.2.4", "192.0.2.5"), "NXRRSET"),
    (want("alias", "CNAME", "WWW.example.com."), "NOERROR"),
    (absent("nobody"), "NOERROR"), (absent("www"), "YXDOMAIN"), (absent("ent"), "NOERROR"),
    (absent("www", "TXT"), "NOERROR"), (absent("www", "A"), "YXRRSET"),
    (want("www.example.org."), "NOTZONE"), (absent("www.example.org.", "A"), "NOTZONE")])
def test_prerequisites(server, prerequisite, rcode):
    update = message()
    prerequisite(update)
    update.add("made", 60, "A", "192.0.2.99")
    answer = send(server, update)
    assert dns.rcode.to_text(answer.rcode()) == rcode
    assert answer.id == update.id and answer.opcode() == dns.opcode.UPDATE
    assert values(server, "made.example.com") == (["192.0.2.99"] if rcode == "NOERROR" else [])
    assert serial_of(server) == (11 if rcode == "NOERROR" else 10)


def test_all_prerequisites_come_first(server):
    update = message()
    update.absent("made")
    update.add("made", 60, "A", "192.0.2.99")
    update.absent("www")
    assert send(server, update).rcode() == dns.rcode.YXDOMAIN
    assert values(server, "made.example.com") == []


# ---- what is done (3.4.2) ----

def test_add_and_delete(server):
    update = message()
    update.add("new.a.b", 60, "TXT", "one")
    update.add("new.a.b", 60, "TXT", "two")
    update.add("www", 60, "A", "192.0.2.9")
    update.delete("www", "A", "192.0.2.3")
    update.delete("deep.ent")
    assert send(server, update, tcp=True).rcode() == 0
    assert values(server, "new.a.b.example.com", "TXT") == ['"one"', '"two"']
    assert values(server, "www.example.com") == ["192.0.2.4", "192.0.2.9"]
    assert server.ask("www.example.com").answer[0].ttl == 60
    assert server.ask("deep.ent.example.com").rcode() == dns.rcode.NXDOMAIN
    assert server.ask("ent.example.com").rcode() == dns.rcode.NXDOMAIN  # the empty name went with it
    assert server.ask("a.b.example.com").rcode() == 0
    assert serial_of(server) == 11  # once for the whole message


def test_order_counts(server):
    update = message()
    update.add("www", 60, "A", "192.0.2.9")
    update.delete("www", "A")
    update.add("www", 60, "A", "192.0.2.10")
    assert send(server, update).rcode() == 0
    assert values(server, "www.example.com") == ["192.0.2.10"]


@pytest.mark.parametrize("what", [
    lambda u: u.add("www", 300, "A", "192.0.2.3"),               # is there
    lambda u: u.delete("www", "A", "192.0.2.77"),                # is not
    lambda u: u.delete("nobody"),
    lambda u: u.delete("@", "SOA"),
    lambda u: u.delete("@", "NS"),
    lambda u: u.add("@", 300, "SOA", "ns1 hostmaster 9 7200 3600 1209600 300"),  # an older serial
    lambda u: u.add("@", 300, "SOA", "ns2 hostmaster 10 7200 3600 1209600 60"),  # the serial there is
    lambda u: u.add("www", 60, "CNAME", "alias"),                # other data
    lambda u: u.add("alias", 60, "A", "192.0.2.9"),              # a CNAME is there
    lambda u: u.add("sub2", 60, "SOA", "ns1 hostmaster 99 7200 3600 1209600 300")])
def test_ignored_silently(server, what):
    update = message()
    what(update)
    assert send(server, update).rcode() == 0
    assert serial_of(server) == 10
    assert values(server, "www.example.com") == ["192.0.2.3", "192.0.2.4"]


def test_the_apex_keeps_soa_and_one_ns(server):
    update = message()
    update.add("@", 60, "TXT", "text")
    update.delete("@", "NS", "ns1")
    update.delete("@", "NS", "ns2")
    assert send(server, update).rcode() == 0
    assert values(server, "example.com", "NS") == ["ns2.example.com."]
    update = message()
    update.delete("@")
    assert send(server, update).rcode() == 0
    assert values(server, "example.com", "NS") == ["ns2.example.com."]
    assert values(server, "example.com", "TXT") == []


def test_a_cname_takes_the_place_of_another(server):
    update = message()
    update.add("alias", 60, "CNAME", "ns1")
    assert send(server, update).rcode() == 0
    assert values(server, "alias.example.com", "CNAME") == ["ns1.example.com."]


def test_an_soa_of_the_client(server):
    update = message()
    update.add("@", 300, "SOA", "ns2 hostmaster 500 7200 3600 1209600 60")
    assert send(server, update).rcode() == 0
    assert str(server.ask("example.com", "SOA").answer[0][0]) == \
        "ns2.example.com. hostmaster.example.com. 500 7200 3600 1209600 60"


# ---- what is refused ----

def raw(server, update):
    octets = bytearray(update.to_wire())
    return octets, lambda: dns.rcode.to_text(dns.message.from_wire(server.raw(bytes(octets))).rcode())


def test_malformed(server):
    octets, ask = raw(server, message())
    octets[5] = 0  # no zone
    assert ask() == "FORMERR"
    update = message()
    update.add("x", 60, "A", "192.0.2.9")
    octets, ask = raw(server, update)
    octets[-5] = 9  # the data is said to be longer than the message
    assert ask() == "FORMERR"
    octets, ask = raw(server, update)
    octets[-12:-10] = (3).to_bytes(2, "big")  # class CHAOS
    assert ask() == "FORMERR"
    octets, ask = raw(server, update)
    octets[-14:-12] = (252).to_bytes(2, "big")  # AXFR is no data
    assert ask() == "FORMERR"
    update = message()
    update.delete("x", "A")
    octets, ask = raw(server, update)
    octets[-3] = 1  # a TTL
    assert ask() == "FORMERR"
    assert serial_of(server) == 10


def test_zone_section(server):
    update = dns.update.UpdateMessage("www.example.com")
    update.add("x", 60, "A", "192.0.2.9")
    assert send(server, update).rcode() == dns.rcode.NOTAUTH
    octets, ask = raw(server, message())
    octets[25:27] = (6).to_bytes(2, "big")
    assert server.raw(bytes(octets)) is not None
    update = message()
    update.add("www.example.org.", 60, "A", "192.0.2.9")
    assert send(server, update).rcode() == dns.rcode.NOTZONE


def test_signers_records_are_refused(server):
    update = message()
    update.add("www", 60, "NSEC", "x.example.com. A")
    assert send(server, update).rcode() == dns.rcode.REFUSED


@pytest.mark.parametrize("what, why", [
    (lambda u: u.delete("ns2", "A"), "no address"), (lambda u: u.delete("ns2"), "no address"),
    (lambda u: (u.delete("ns2"), u.add("ns2", 60, "CNAME", "ns1")), "is an alias"),
    (lambda u: u.add("@", 60, "NS", "ns3"), "no address"),
    (lambda u: u.add("ent", 60, "DNAME", "example.org."), "data below a DNAME")])
def test_what_would_not_load_from_a_file_is_refused(server, what, why):
    update = message()
    what(update)
    answer = send(server, update)
    assert answer.rcode() == dns.rcode.REFUSED
    assert why in server.log()
    assert serial_of(server) == 10
    # By command it is the same, and what is in the file afterwards can be loaded.
    assert "[ns-no-address]" in server.cli("record", "remove", "example.com", "ns2", "A").stderr
    assert server.cli("zone", "flush", "example.com").returncode == 0
    assert server.cli("zone", "check", "example.com", str(server.where.parent / "example.com.zone")).returncode == 0


def test_types_that_are_no_data_are_malformed(server):
    update = message()
    update.add("x", 60, "TYPE240", "\\# 1 00")
    assert send(server, update).rcode() == dns.rcode.FORMERR


def test_all_or_nothing(server):
    update = message()
    update.add("ok", 60, "A", "192.0.2.9")
    update.add("www.example.org.", 60, "A", "192.0.2.9")
    assert send(server, update).rcode() == dns.rcode.NOTZONE
    assert values(server, "ok.example.com") == []


def test_nobody_by_default(tandem):
    server = tandem()
    update = message()
    update.add("x", 60, "A", "192.0.2.9")
    answer = send(server, update)
    assert answer.rcode() == dns.rcode.REFUSED
    assert "the zone has no update policy" in server.log()


# ---- who may (RFC 3007) ----

@pytest.mark.parametrize("ring, name, rdtype, data, rcode", [
    (RING, "a.dyn", "TXT", "x", "NOERROR"), (RING, "dyn", "A", "192.0.2.9", "NOERROR"),
    (RING, "a.dyn", "AAAA", "2001:db8::1", "REFUSED"), (RING, "www", "A", "192.0.2.9", "REFUSED"),
    (OTHER, "a.dyn", "AAAA", "2001:db8::1", "NOERROR"), (OTHER, "www", "A", "192.0.2.9", "REFUSED")])
@pytest.mark.parametrize("tcp", [False, True])
def test_keys(server, ring, name, rdtype, data, rcode, tcp):
    update = message(keyring=ring)
    update.add(name, 60, rdtype, data)
    answer = send(server, update, tcp, at="::1")  # whose address gives nothing
    assert dns.rcode.to_text(answer.rcode()) == rcode and answer.had_tsig


def test_actions(server):
    update = message(keyring=OTHER)
    update.add("a.dyn", 60, "A", "192.0.2.9")
    assert send(server, update, at="::1").rcode() == 0
    update = message(keyring=OTHER)
    update.delete("a.dyn", "A")
    assert send(server, update, at="::1").rcode() == dns.rcode.REFUSED


def test_a_stranger(server):
    update = message()
    update.add("a.dyn", 60, "TXT", "x")
    assert send(server, update, at="::1").rcode() == dns.rcode.REFUSED
    assert "no row for this client" in server.log()


def test_wrong_signatures(server):
    wrong = dns.tsigkeyring.from_text({"k1.": "AAAA" + SECRET[4:]})
    for ring in (wrong, dns.tsigkeyring.from_text({"unknown.": SECRET})):
        update = message(keyring=ring)
        update.add("a.dyn", 60, "TXT", "x")
        with pytest.raises(dns.tsig.PeerError):
            send(server, update)
    assert serial_of(server) == 10


def test_a_signed_update_is_done_once(server):
    update = message(keyring=RING)
    update.add("a.dyn", 60, "TXT", "x")
    octets = update.to_wire()
    import socket
    with socket.socket(type=socket.SOCK_DGRAM) as one, socket.socket(type=socket.SOCK_DGRAM) as two:
        def ask(udp):
            udp.settimeout(5)
            udp.sendto(octets, ("127.0.0.1", server.port))
            return udp.recv(4096)
        assert ask(one)[3] & 15 == 0
        away = message()
        away.delete("a.dyn")
        assert send(server, away).rcode() == 0
        assert ask(one)[3] & 15 == 0  # who asks again is answered again, and nothing is done
        assert ask(two)[3] & 15 == dns.rcode.NOTAUTH
    assert values(server, "a.dyn.example.com", "TXT") == []
    assert "a replay" in server.log()


# ---- what lasts ----

def test_a_restart_keeps_what_was_changed(server):
    for i in range(5):
        update = message()
        update.add("h%d" % i, 60, "A", "192.0.2.%d" % i)
        update.delete("h%d" % (i - 1))
        assert send(server, update).rcode() == 0
    server.process.send_signal(signal.SIGKILL)
    server.stop(code=-9)
    server.start()
    server.wait(lambda: server.ask("example.com", "SOA").answer)
    assert serial_of(server) == 15
    assert values(server, "h4.example.com") == ["192.0.2.4"] and values(server, "h3.example.com") == []
    # The file is edited while both differ: nobody's change is lost without being asked.
    path = server.where.parent / "example.com.zone"
    path.write_text(ZONE.replace("192.0.2.3", "192.0.2.33"))
    assert server.cli("zone", "reload", "example.com").returncode == 1
    assert values(server, "www.example.com") == ["192.0.2.3", "192.0.2.4"]
    assert "the file was changed, and so was the zone" in server.log()


def test_a_base_makes_the_zone_independent_of_its_file(server):
    update = message()
    update.add("before", 60, "A", "192.0.2.9")
    assert send(server, update).rcode() == 0
    server.wait(server.has_base)
    update = message()
    update.add("behind", 60, "A", "192.0.2.10")
    assert send(server, update).rcode() == 0
    server.process.send_signal(signal.SIGKILL)
    server.stop(code=-9)
    (server.where.parent / "example.com.zone").write_text(ZONE.replace("192.0.2.3", "192.0.2.33"))
    server.start()
    assert "from its base and the log" in server.log()
    assert values(server, "before.example.com") == ["192.0.2.9"]
    assert values(server, "behind.example.com") == ["192.0.2.10"]
    assert values(server, "www.example.com") == ["192.0.2.3", "192.0.2.4"]
    server.wait(lambda: "the file was changed, and so was the zone" in server.log())
    assert serial_of(server) == 12
