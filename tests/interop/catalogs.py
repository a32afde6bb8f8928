"""A tandemd and the strangers that have catalog zones (RFC 9432), each as the one that makes it and as one that follows."""
import contextlib
import sqlite3

import dns.exception
import dns.message
import dns.query
import dns.rcode

import peers
import world
from world import KEY

CATALOG = "catalog.test"
MEMBER = """$ORIGIN %s.
@ 3600 SOA ns1 hostmaster %d 1 1 1209600 300
@ 3600 NS ns1
ns1 3600 A 192.0.2.1
"""
HEAD = """$ORIGIN %s.
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

def follow(name, **settings):
    """The row of a catalog that tandem follows, and what its members are given."""
    return {"name": name, "from": ["peer"], "settings": dict({"refresh-min": "1s", "retry-min": "1s"}, **settings)}


class Ours:
    """A tandemd that makes, or follows, the catalog."""

    def __init__(self, where, env):
        where.mkdir()
        self.process = world.processes.Tandem(where, zones=[])
        self.port = self.process.port

    def configure(self, peer, members=None, has_key=True, **top):
        """`members`: the zones of a producer, transferred with the key if `has_key`; None: a consumer."""
        for name in members or ():
            self.process.zone(name, MEMBER % (name, 1))
        address = "127.0.0.1:%d" % peer
        self.process.configure(**dict({
            "keys": [{"name": KEY, "algorithm": "hmac-sha256", "secret": world.SECRET}],
            "peers": [{"name": "peer", "address": address, "key": KEY}, {"name": "plain", "address": address}],
            "catalogs": [{"name": CATALOG, "produce": "on", "to": ["peer"]}] if members is not None else [follow(CATALOG)],
            "zones": [{"name": name, "file": name + ".zone", "to": ["peer" if has_key else "plain"]}
                      for name in members or ()]}, **top))

    def is_served(self, name):
        return "served" in self.process.cli("zone", "status", name).stdout

    def log(self):
        return self.process.log()

    def start(self):
        self.process.start()

    def reload(self):
        assert self.process.cli("reload").returncode == 0

    def stop(self):
        self.process.stop()


# ---- strangers that follow ----

class Follower:
    def adopt(self, name):
        """What its operator does by hand for a new member: nothing."""


class BindFollows(Follower, peers.Bind):
    def __init__(self, where, env, primary):
        where.mkdir()
        super().__init__(where, env, options='catalog-zones { zone "%s" default-primaries { 127.0.0.1 port %d key "%s"; }'
                         " in-memory no min-update-interval 1; };" % (CATALOG, primary, KEY))
        self.add(world.Zone(CATALOG, has_key=True, primaries=(primary,)))


class KnotFollows(Follower, peers.Knot):
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


class PowerdnsFollows(Follower, peers.Powerdns):
    """
    The catalog is asked for with the key, and members without until each has been given it.

    A catalog is never asked for by IXFR: the members would stay as they are.
    """

    def __init__(self, where, env, primary):
        where.mkdir()
        super().__init__(where, env)
        self.add(world.Zone(CATALOG, has_key=True, primaries=(primary,)))

    def make(self, zone):
        super().make(zone)
        self.util("set-kind", zone.name, "consumer")
        self.util("set-meta", zone.name, "IXFR")

    def adopt(self, name):
        wait(lambda: self.has(name))
        self.util("activate-tsig-key", name, KEY, "secondary")
        self.run("pdns_control", "--socket-dir=%s" % self.where, "retrieve", name)

    def has(self, name):
        """Is the zone known, be it empty? pdnsutil lists none that has no SOA yet."""
        with contextlib.closing(sqlite3.connect(self.where / "zones.db")) as database:
            return database.execute("SELECT 1 FROM domains WHERE name = ?", (name,)).fetchone() is not None


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
        text = HEAD % (CATALOG, self.number)
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


class PowerdnsMakes(peers.Powerdns):
    """Each zone says which catalog it is in; the records of a catalog are made up when it is transferred."""

    def __init__(self, where, env, secondary, catalogs=(CATALOG,)):
        where.mkdir()
        super().__init__(where, env)
        self.secondary = secondary
        self.catalogs = catalogs
        self.made = set()
        for name in catalogs:
            self.write(name + ".zone", HEAD % (name, 1))
            self.add(world.Zone(name, has_key=True, secondaries=(secondary,)))

    def have(self, members):
        for name in set(self.zones) - set(members) - set(self.catalogs):
            del self.zones[name]
            self.made.remove(name)
            self.util("delete-zone", name)
        for name in members:
            self.write(name + ".zone", MEMBER % (name, 1))
            self.add(world.Zone(name, has_key=True, secondaries=(self.secondary,)))

    def make(self, zone):
        super().make(zone)
        self.made.add(zone.name)
        if zone.name in self.catalogs:
            self.util("set-kind", zone.name, "producer")
        else:
            self.util("set-catalog", zone.name, CATALOG)

    def option(self, name, option, *values):
        """What the catalog says of a member; that its group is another 4.7 does not notice by itself."""
        self.util("set-option", name, "producer", option, *values)
        if option == "group":
            self.util("set-meta", CATALOG, "CATALOG-HASH")

    def reload(self):
        for zone in self.zones.values():
            if zone.name not in self.made:
                self.make(zone)
