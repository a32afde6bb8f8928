"""Catalog zones (RFC 9432) between tandem and the strangers that have them: members come and go."""
import dns.exception
import dns.message
import dns.query
import dns.rcode
import pytest

import peers
import world
from world import KEY

CATALOG = "catalog.test"
MEMBER = """$ORIGIN %s.
@ 3600 SOA ns1 hostmaster %d 1 1 1209600 300
@ 3600 NS ns1
ns1 3600 A 192.0.2.1
"""
HEAD = """$ORIGIN catalog.test.
@ 0 SOA invalid. invalid. %d 1 1 2147483646 0
@ 0 NS invalid.
version 0 TXT "2"
"""


def serial(port, name):
    """The serial that is served of the zone, or None."""
    try:
        answer = dns.query.udp(dns.message.make_query(name, "SOA"), "127.0.0.1", port=port, timeout=1)
    except (dns.exception.Timeout, OSError):
        return None
    return answer.answer[0][0].serial if answer.rcode() == dns.rcode.NOERROR and answer.answer else None


def wait(condition):
    world.processes.Tandem.wait(condition, world.PATIENCE_S)


# ---- tandem ----

class Ours:
    """A tandemd that makes, or follows, the catalog."""

    def __init__(self, where, env):
        where.mkdir()
        self.process = world.processes.Tandem(where, zones=[])
        self.port = self.process.port

    def configure(self, peer, members=None):
        """`members`: the zones of a producer; None: a consumer."""
        row = {"name": CATALOG, "produce": "on", "to": ["peer"]} if members is not None else \
            {"name": CATALOG, "from": ["peer"], "settings": {"refresh-min": "1s", "retry-min": "1s"}}
        for name in members or ():
            self.process.zone(name, MEMBER % (name, 1))
        self.process.configure(
            keys=[{"name": KEY, "algorithm": "hmac-sha256", "secret": world.SECRET}],
            peers=[{"name": "peer", "address": "127.0.0.1:%d" % peer, "key": KEY}], catalogs=[row],
            zones=[{"name": name, "file": name + ".zone", "to": ["peer"]} for name in members or ()])

    def start(self):
        self.process.start()

    def reload(self):
        assert self.process.cli("reload").returncode == 0

    def stop(self):
        self.process.stop()


# ---- strangers that follow ----

class BindFollows(peers.Bind):
    def __init__(self, where, env, primary):
        where.mkdir()
        super().__init__(where, env, options='catalog-zones { zone "%s" default-primaries { 127.0.0.1 port %d key "%s"; }'
                         " in-memory no min-update-interval 1; };" % (CATALOG, primary, KEY))
        self.add(world.Zone(CATALOG, has_key=True, primaries=(primary,)))


class KnotFollows(peers.Knot):
    def __init__(self, where, env, primary):
        where.mkdir()
        super().__init__(where, env)
        self.primary = primary
        self.add(world.Zone(CATALOG, has_key=True, primaries=(primary,)))

    def row(self, zone):
        return super().row(zone) + ["  catalog-role: interpret", "  catalog-template: member"]

    def command(self):
        words = super().command()
        path = self.where / "knot.conf"
        path.write_text(path.read_text().replace(
            "template:\n", "template:\n- id: member\n  storage: %s\n  master: %s\n  acl: key\n"
            % (self.where, self.remote(self.primary, True))))
        return words


# ---- strangers that make one ----

class BindMakes(peers.Bind):
    """The catalog is a zone file like any other."""

    def __init__(self, where, env, secondary):
        where.mkdir()
        super().__init__(where, env)
        self.secondary = secondary
        self.number = 0
        self.add(world.Zone(CATALOG, has_key=True, secondaries=(secondary,)))

    def have(self, members):
        self.number += 1
        text = HEAD % self.number
        for name in members:
            text += "%s.zones 0 PTR %s.\n" % (name.replace(".", "-"), name)
            self.write(name + ".zone", MEMBER % (name, 1))
        self.write(CATALOG + ".zone", text)
        self.zones = {CATALOG: self.zones[CATALOG]}
        for name in members:
            self.add(world.Zone(name, has_key=True, secondaries=(self.secondary,)))

    def reload(self):
        self.command()
        self.run("rndc", "-c", "rndc.conf", "reload")


class KnotMakes(peers.Knot):
    def __init__(self, where, env, secondary):
        where.mkdir()
        super().__init__(where, env)
        self.secondary = secondary

    def have(self, members):
        self.zones = {}
        self.add(world.Zone(CATALOG, has_key=True, secondaries=(self.secondary,)))
        for name in members:
            self.write(name + ".zone", MEMBER % (name, 1))
            self.add(world.Zone(name, has_key=True, secondaries=(self.secondary,)))

    def row(self, zone):
        if zone.name == CATALOG:
            return super().row(zone) + ["  catalog-role: generate"]
        return super().row(zone) + ["  catalog-role: member", "  catalog-zone: %s" % CATALOG]

    def reload(self):
        self.command()
        self.run("knotc", "-s", self.where / "control", "reload")


# ---- the tests ----

@pytest.mark.parametrize("follower", [BindFollows, KnotFollows])
def test_a_stranger_follows_our_catalog(tmp_path, env, follower):
    ours = Ours(tmp_path / "tandem", env)
    stranger = follower(tmp_path / "stranger", env, ours.port)
    try:
        ours.configure(stranger.port, ["one.test", "two.test"])
        ours.start()
        stranger.start()
        wait(lambda: serial(stranger.port, "one.test") == 1)
        wait(lambda: serial(stranger.port, "two.test") == 1)
        ours.configure(stranger.port, ["two.test", "three.test"])
        ours.reload()
        wait(lambda: serial(stranger.port, "three.test") == 1)
        wait(lambda: serial(stranger.port, "one.test") is None)
        assert serial(stranger.port, "two.test") == 1
    finally:
        stranger.stop()
        ours.stop()


@pytest.mark.parametrize("maker", [BindMakes, KnotMakes])
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
