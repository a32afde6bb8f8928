"""What a catalog may say (RFC 9432 4 and 5), from one that is written by hand; and a tier that gets it."""
import concurrent.futures
import json
import time

import dns.message
import dns.query
import dns.rcode
import pytest

from test_catalog import MEMBER, is_gone
from test_secondary import KEY, KEYS, serial

HEAD = """$ORIGIN %s.
@ 0 SOA invalid. invalid. %d 3600 600 2147483646 0
@ 0 NS invalid.
"""
VERSION = 'version 0 TXT "2"\n'


class Set:
    """A primary with hand-written catalogs, and a secondary that follows them."""

    def __init__(self, tandem, catalogs, members=("one.test", "two.test"), templates=None, follow=None):
        self.source, self.copy = tandem(start=False, zones=[]), tandem(start=False, zones=[])
        self.number = 0
        self.catalogs = catalogs
        self.members = members
        for name in members:
            self.source.zone(name, MEMBER % name)
        self.source.configure(
            keys=KEYS, peers=[{"name": "ns2", "address": "127.0.0.1:%d" % self.copy.port, "key": KEY}],
            zones=[{"name": name, "file": name + ".zone", "to": ["ns2"]} for name in list(members) + list(catalogs)])
        self.write(catalogs)
        self.copy.configure(
            keys=KEYS, peers=[{"name": "ns1", "address": "127.0.0.1:%d" % self.source.port, "key": KEY}],
            templates=templates or {}, zones=[],
            catalogs=[dict({"name": name, "from": ["ns1"]}, **(follow or {})) for name in catalogs])
        self.source.start()
        self.copy.start()

    def write(self, catalogs):
        self.number += 1
        for name, text in catalogs.items():
            self.source.zone(name, HEAD % (name, self.number) + text)

    def change(self, **catalogs):
        """Other contents, which the copy has when this returns."""
        self.write({name.replace("_", "."): text for name, text in catalogs.items()})
        assert self.source.cli("reload").returncode == 0
        for name in catalogs:
            name = name.replace("_", ".")
            self.copy.wait(lambda: json.loads(self.status(name)).get("serial") == self.number)

    def status(self, name):
        return self.copy.cli("zone", "status", name, "--json").stdout


ONE = "a.zones 0 PTR one.test.\n"
TWO = "b.zones 0 PTR two.test.\n"


def test_a_group_is_the_name_of_a_template(tandem):
    it = Set(tandem, {"cat.test": VERSION + ONE + TWO + 'group.a.zones 0 TXT "hidden"\n'},
             templates={"hidden": {"allow-query": "none"}})
    it.copy.wait(lambda: serial(it.copy, "two.test") == 1)
    it.copy.wait(lambda: "served" in it.copy.cli("zone", "status", "one.test").stdout)
    assert it.copy.ask("one.test", "SOA").rcode() == dns.rcode.REFUSED


def test_a_group_that_changes_takes_effect_at_once(tandem):
    """Even for a question that is asked all the time, the answer to which is kept."""
    it = Set(tandem, {"cat.test": VERSION + ONE}, templates={"hidden": {"allow-query": "none"}})
    it.copy.wait(lambda: serial(it.copy, "one.test") == 1)
    question = dns.message.make_query("one.test", "SOA")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        change = pool.submit(it.change, cat_test=VERSION + ONE + 'group.a.zones 0 TXT "hidden"\n')
        end = time.monotonic() + 10
        while dns.query.udp(question, "127.0.0.1", port=it.copy.port, timeout=5).rcode() != dns.rcode.REFUSED:
            assert time.monotonic() < end, "still answered"
        change.result()


def test_another_label_makes_a_zone_begin_anew(tandem):
    it = Set(tandem, {"cat.test": VERSION + ONE})
    it.copy.wait(lambda: serial(it.copy, "one.test") == 1)
    before = it.copy.cli("zone", "log", "one.test").stdout
    it.change(cat_test=VERSION + ONE.replace("a.zones", "other.zones"))
    it.copy.wait(lambda: "begins anew" in it.copy.log())
    it.copy.wait(lambda: serial(it.copy, "one.test") == 1)
    assert it.copy.cli("zone", "log", "one.test").stdout.count("\n") == before.count("\n") == 1


def test_a_zone_that_is_here_already_brings_its_members_when_it_becomes_a_catalog(tandem):
    """As does one that came just before a reload."""
    it = Set(tandem, {"cat.test": VERSION + ONE})
    top = json.loads(it.copy.path.read_text())
    it.copy.wait(lambda: serial(it.copy, "one.test") == 1)
    it.copy.path.write_text(json.dumps(dict(top, catalogs=[], zones=[{"name": "cat.test", "from": ["ns1"]}])))
    assert it.copy.cli("reload").returncode == 0
    it.copy.wait(lambda: is_gone(it.copy, "one.test"))
    it.copy.path.write_text(json.dumps(top))
    assert it.copy.cli("reload").returncode == 0
    it.copy.wait(lambda: serial(it.copy, "one.test") == 1)


@pytest.mark.parametrize("broken", [
    "",  # no version
    'version 0 TXT "1"\n', VERSION + 'version 0 TXT "3"\n',
    VERSION + ONE + ONE.replace("a.zones", "c.zones"),  # twice
    VERSION + ONE + "a.zones 0 PTR three.test.\n",
], ids=["no version", "version 1", "two versions", "a member twice", "two PTRs"])
def test_a_broken_catalog_changes_nothing(tandem, broken):
    it = Set(tandem, {"cat.test": VERSION + ONE})
    it.copy.wait(lambda: serial(it.copy, "one.test") == 1)
    it.change(cat_test=broken)
    it.copy.wait(lambda: "is broken" in it.copy.log())
    assert serial(it.copy, "one.test") == 1
    it.change(cat_test=VERSION + TWO + "x.ext.b.zones 0 TXT \"unknown\"\nanything 0 TXT \"unknown\"\n")
    it.copy.wait(lambda: serial(it.copy, "two.test") == 1)
    it.copy.wait(lambda: is_gone(it.copy, "one.test"))


def test_a_member_belongs_to_one_catalog_until_it_is_given_over(tandem):
    it = Set(tandem, {"cat1.test": VERSION + ONE, "cat2.test": VERSION + TWO})
    it.copy.wait(lambda: serial(it.copy, "one.test") == 1)
    it.copy.wait(lambda: serial(it.copy, "two.test") == 1)
    it.change(cat2_test=VERSION + TWO + ONE)
    it.copy.wait(lambda: "does not give it over" in it.copy.log())
    # coo in the old one, then the member in the new one, then gone from the old one: it was never away.
    it.change(cat1_test=VERSION + ONE + "coo.a.zones 0 PTR cat2.test.\n")
    it.change(cat2_test=VERSION + ONE)
    it.change(cat1_test=VERSION)
    it.copy.wait(lambda: is_gone(it.copy, "two.test"))
    assert serial(it.copy, "one.test") == 1
    assert it.copy.log().count("[one.test.] AXFR, incoming") == 1


def test_a_catalog_and_its_members_go_on_to_the_next_tier(tandem):
    third = tandem(start=False, zones=[])
    it = Set(tandem, {"cat.test": VERSION + ONE})
    top = json.loads(it.copy.path.read_text())
    top["peers"].append({"name": "ns3", "address": "127.0.0.1:%d" % third.port, "key": KEY})
    top["catalogs"][0].update({"to": ["ns3"], "settings": {"to": ["ns3"]}})
    it.copy.path.write_text(json.dumps(top))
    assert it.copy.cli("reload").returncode == 0
    third.configure(keys=KEYS, peers=[{"name": "ns2", "address": "127.0.0.1:%d" % it.copy.port, "key": KEY}],
                    catalogs=[{"name": "cat.test", "from": ["ns2"]}], zones=[])
    third.start()
    third.wait(lambda: serial(third, "one.test") == 1)
    it.change(cat_test=VERSION + ONE + TWO)
    third.wait(lambda: serial(third, "two.test") == 1)
