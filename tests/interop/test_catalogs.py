"""Catalog zones (RFC 9432) between tandem and the strangers that have them: members come and go."""
import dns.rcode
import pytest

import catalogs
from catalogs import Ours, follow, serial, wait


@pytest.mark.parametrize("follower", [catalogs.BindFollows, catalogs.KnotFollows, catalogs.PowerdnsFollows])
def test_a_stranger_follows_our_catalog(tmp_path, env, follower):
    ours = Ours(tmp_path / "tandem", env)
    stranger = follower(tmp_path / "stranger", env, ours.port)
    try:
        ours.configure(stranger.port, ["one.test", "two.test"])
        ours.start()
        stranger.start()
        stranger.adopt("one.test")
        stranger.adopt("two.test")
        wait(lambda: serial(stranger.port, "one.test") == 1)
        wait(lambda: serial(stranger.port, "two.test") == 1)
        ours.configure(stranger.port, ["two.test", "three.test"])
        ours.reload()
        stranger.adopt("three.test")
        wait(lambda: serial(stranger.port, "three.test") == 1)
        wait(lambda: serial(stranger.port, "one.test") is None)
        assert serial(stranger.port, "two.test") == 1
    finally:
        stranger.stop()
        ours.stop()


@pytest.mark.parametrize("maker", [catalogs.BindMakes, catalogs.KnotMakes, catalogs.PowerdnsMakes])
def test_we_follow_the_catalog_of_a_stranger(tmp_path, env, maker):
    ours = Ours(tmp_path / "tandem", env)
    stranger = maker(tmp_path / "stranger", env, ours.port)
    try:
        stranger.have(["one.test", "two.test"])
        stranger.start()
        ours.configure(stranger.port)
        ours.start()
        wait(lambda: serial(ours.port, "one.test") == 1)
        wait(lambda: serial(ours.port, "two.test") == 1)
        stranger.have(["two.test", "three.test"])
        stranger.reload()
        wait(lambda: serial(ours.port, "three.test") == 1)
        wait(lambda: serial(ours.port, "one.test") is None)
        assert serial(ours.port, "two.test") == 1
    finally:
        stranger.stop()
        ours.stop()


# ---- PowerDNS ----

def test_powerdns_asks_for_members_without_a_key(tmp_path, env):
    """The key of the catalog is not that of its members; where they need none nothing is done by hand."""
    ours = Ours(tmp_path / "tandem", env)
    stranger = catalogs.PowerdnsFollows(tmp_path / "stranger", env, ours.port)
    try:
        ours.configure(stranger.port, ["one.test", "two.test"], has_key=False)
        ours.start()
        stranger.start()
        wait(lambda: serial(stranger.port, "one.test") == 1)
        wait(lambda: serial(stranger.port, "two.test") == 1)
        ours.configure(stranger.port, [], has_key=False)  # the last ones go, too
        ours.reload()
        wait(lambda: serial(stranger.port, "one.test") is None)
        wait(lambda: serial(stranger.port, "two.test") is None)
        ours.configure(stranger.port, ["one.test"], has_key=False)
        ours.reload()
        wait(lambda: serial(stranger.port, "one.test") == 1)
    finally:
        stranger.stop()
        ours.stop()


def refused(ours, name):
    return ours.process.ask(name, "SOA").rcode() == dns.rcode.REFUSED


def test_what_powerdns_says_of_a_member_is_followed(tmp_path, env):
    """Its group names a template; another unique label makes it begin anew; the last member goes."""
    ours = Ours(tmp_path / "tandem", env)
    stranger = catalogs.PowerdnsMakes(tmp_path / "stranger", env, ours.port)
    try:
        stranger.have(["one.test"])
        stranger.start()
        ours.configure(stranger.port, templates={"hidden": {"allow-query": "none"}})
        ours.start()
        wait(lambda: serial(ours.port, "one.test") == 1)
        stranger.option("one.test", "group", "hidden")
        wait(lambda: refused(ours, "one.test"))
        assert ours.is_served("one.test")
        stranger.option("one.test", "group", "")
        wait(lambda: serial(ours.port, "one.test") == 1)
        stranger.option("one.test", "unique", "other")
        wait(lambda: "member one.test. begins anew" in ours.log())
        wait(lambda: serial(ours.port, "one.test") == 1)
        stranger.util("set-catalog", "one.test", "")
        wait(lambda: "member one.test. has gone" in ours.log())
        assert refused(ours, "one.test")
    finally:
        stranger.stop()
        ours.stop()


def test_a_member_goes_from_one_catalog_of_powerdns_to_another(tmp_path, env):
    ours = Ours(tmp_path / "tandem", env)
    stranger = catalogs.PowerdnsMakes(tmp_path / "stranger", env, ours.port, (catalogs.CATALOG, "other.test"))
    try:
        stranger.have(["one.test"])
        stranger.start()
        ours.configure(stranger.port, catalogs=[follow(catalogs.CATALOG), follow("other.test", **{"allow-query": "none"})])
        ours.start()
        wait(lambda: serial(ours.port, "one.test") == 1)
        versions = stranger.log().count("new CATALOG-HASH")
        stranger.option("one.test", "coo", "other.test")
        wait(lambda: stranger.log().count("new CATALOG-HASH") > versions)
        stranger.util("set-catalog", "one.test", "other.test")
        wait(lambda: refused(ours, "one.test") and ours.is_served("one.test"))
    finally:
        stranger.stop()
        ours.stop()
