"""Catalog zones (RFC 9432): zones that come and go with them."""
import dns.message
import dns.query
import dns.rcode
import dns.tsigkeyring
import dns.zone
import pytest

from conftest import ZONE
from test_secondary import KEY, KEYS, SECRET, serial

MEMBER = ZONE.replace("example.com.", "%s.")


def pair(tandem, members=("one.example", "two.example"), produce=None, follow=None, **top):
    """A primary that produces a catalog, and a secondary that follows it."""
    source, copy = tandem(start=False, zones=[]), tandem(start=False, zones=[])
    source.peers = [{"name": "ns2", "address": "127.0.0.1:%d" % copy.port, "key": KEY}]
    source.catalogs = [dict({"name": "catalog.example", "produce": "on", "to": ["ns2"]}, **(produce or {}))]
    copy.peers = [{"name": "ns1", "address": "127.0.0.1:%d" % source.port, "key": KEY}]
    copy.catalogs = [dict({"name": "catalog.example", "from": ["ns1"]}, **(follow or {}))]
    have(source, members)
    copy.configure(keys=KEYS, peers=copy.peers, catalogs=copy.catalogs, zones=top.pop("copy_zones", []), **top)
    source.start()
    copy.start()
    return source, copy


def have(source, members):
    """Configure the primary to have these zones."""
    for name in members:
        source.zone(name, MEMBER % name)
    source.configure(keys=KEYS, peers=source.peers, catalogs=source.catalogs,
                     zones=[{"name": name, "file": name + ".zone", "to": ["ns2"]} for name in members])


def is_gone(server, name):
    return server.ask(name, "SOA").rcode() == dns.rcode.REFUSED


def test_a_catalog_brings_its_members(tandem):
    source, copy = pair(tandem)
    for name in ("one.example", "two.example"):
        copy.wait(lambda: serial(copy, name) == 1)
    assert "secondary" in copy.cli("zone", "status", "one.example").stdout


def test_members_come_and_go(tandem):
    source, copy = pair(tandem)
    copy.wait(lambda: serial(copy, "two.example") == 1)
    have(source, ["one.example", "three.example"])
    assert source.cli("reload").returncode == 0
    copy.wait(lambda: serial(copy, "three.example") == 1)
    copy.wait(lambda: is_gone(copy, "two.example"))
    assert serial(copy, "one.example") == 1


def test_members_are_there_after_a_restart_without_the_primary(tandem):
    source, copy = pair(tandem)
    copy.wait(lambda: serial(copy, "two.example") == 1)
    source.stop()
    copy.stop()
    copy.start()
    copy.wait(lambda: serial(copy, "one.example") == 1)
    copy.wait(lambda: serial(copy, "two.example") == 1)


def test_a_reload_keeps_members(tandem):
    source, copy = pair(tandem)
    copy.wait(lambda: serial(copy, "two.example") == 1)
    assert copy.cli("reload").returncode == 0
    assert serial(copy, "one.example") == 1
    assert serial(copy, "two.example") == 1


def test_a_member_that_is_not_allowed_is_left_out(tandem):
    source, copy = pair(tandem, members=("one.example", "two.test"), follow={"allow": ["*.example"]})
    copy.wait(lambda: serial(copy, "one.example") == 1)
    assert is_gone(copy, "two.test")
    assert "catalogs.allow" in copy.log()


def test_only_zones_that_match_are_listed(tandem):
    source, copy = pair(tandem, members=("one.example", "two.test"), produce={"members": ["*.test"]})
    copy.wait(lambda: serial(copy, "two.test") == 1)
    assert is_gone(copy, "one.example")


def test_a_catalog_that_would_lose_too_much_is_held(tandem):
    names = ["z%d.example" % i for i in range(30)]
    source, copy = pair(tandem, members=names)
    for name in names:
        copy.wait(lambda: serial(copy, name) == 1)
    have(source, names[:5])
    assert source.cli("reload").returncode == 0
    copy.wait(lambda: "would go" in copy.log())
    assert serial(copy, names[20]) == 1
    done = copy.cli("zone", "release", "catalog.example")
    assert done.returncode == 0, done.stderr
    copy.wait(lambda: is_gone(copy, names[20]))
    assert serial(copy, names[0]) == 1


def test_a_member_that_comes_back_is_there_at_once(tandem):
    source, copy = pair(tandem)
    copy.wait(lambda: serial(copy, "two.example") == 1)
    have(source, ["one.example"])
    assert source.cli("reload").returncode == 0
    copy.wait(lambda: is_gone(copy, "two.example"))
    copy.stop()
    copy.start()
    copy.wait(lambda: serial(copy, "one.example") == 1)
    have(source, ["one.example", "two.example"])
    assert source.cli("reload").returncode == 0
    copy.wait(lambda: serial(copy, "two.example") == 1)


def test_data_are_forgotten_after_the_quarantine(tandem):
    source, copy = pair(tandem, follow={"quarantine": "1s"})
    copy.wait(lambda: serial(copy, "two.example") == 1)
    have(source, ["one.example"])
    assert source.cli("reload").returncode == 0
    copy.wait(lambda: "data are forgotten" in copy.log())


def test_the_configuration_goes_before_a_catalog(tandem):
    source, copy = tandem(start=False, zones=[]), None
    source, copy = pair(tandem, copy_zones=[{"name": "one.example", "file": "own.zone"}])
    (copy.where / "own.zone").write_text(MEMBER.replace(" 1 7200", " 77 7200") % "one.example")
    assert copy.cli("reload").returncode in (0, 5)
    copy.wait(lambda: serial(copy, "two.example") == 1)
    copy.wait(lambda: serial(copy, "one.example") == 77)
    assert "left alone" in copy.log()


def test_a_catalog_is_not_for_everybody(tandem):
    source, copy = pair(tandem)
    copy.wait(lambda: serial(copy, "two.example") == 1)
    assert copy.ask("version.catalog.example", "TXT").rcode() == dns.rcode.REFUSED
    query = dns.message.make_query("version.catalog.example", "TXT")
    query.use_tsig(dns.tsigkeyring.from_text({KEY: SECRET}), keyname=KEY, algorithm="hmac-sha256")
    answer = source.ask(query)
    assert answer.answer[0][0].strings == (b"2",)


def test_a_catalog_that_expires_deletes_nothing(tandem):
    settings = {"settings": {"retry-min": "1s", "retry-max": "1s", "refresh-min": "1s", "refresh-max": "1s"}}
    source, copy = pair(tandem, follow=settings,
                        templates={"default": {"refresh-max": "1s", "retry-min": "1s", "retry-max": "1s",
                                               "refresh-min": "1s", "expire-min": "1s", "expire-max": "3s"}})
    copy.wait(lambda: serial(copy, "two.example") == 1)
    source.stop()
    copy.wait(lambda: copy.log().count("expired:") == 3)
    assert copy.ask("two.example", "SOA").rcode() == dns.rcode.SERVFAIL
    source.start()
    copy.wait(lambda: serial(copy, "two.example") == 1)
