"""Farms of servers, pairs of them that share zones, and what it means that they have the same."""
import dns.rdatatype

import ours
import peers
import world
import zones


class Farm:
    """Servers that are ended together, each in a directory of its own."""

    def __init__(self, where, env):
        self.where = where
        self.env = env
        self.servers = []

    def make(self, name, **options):
        where = self.where / ("%d-%s" % (len(self.servers), name))
        where.mkdir()
        kind = ours.Tandem if name == "tandem" else peers.BY_NAME[name]
        self.servers.append(kind(where, self.env, **options))
        return self.servers[-1]

    def stop(self):
        for server in self.servers:
            server.stop()


class Chain:
    """
    Servers that share zones: the first is the primary of the second, and that of the third. Zones
    whose names begin with "key." are transferred with the key.
    """

    def __init__(self, servers, contents):
        self.servers = servers
        self.primary = servers[0]
        for content in contents:
            for at, server in enumerate(servers):
                server.add(world.Zone(
                    content.origin, None if at else content, has_key=content.origin.startswith("key."),
                    primaries=(servers[at - 1].port,) if at else (),
                    secondaries=(servers[at + 1].port,) if at + 1 < len(servers) else ()))
        for server in servers:
            server.start()

    def content(self, name):
        return self.primary.zones[name].content

    def differences(self, name):
        """How often a tandem of the chain has got or given differences of the zone, and not the whole."""
        return sum(server.differences(name) for server in self.servers if isinstance(server, ours.Tandem))

    def change(self, name, *steps):
        """Do these steps to the zone, as one change, and let it be served."""
        for step in steps:
            step(self.content(name))
        self.content(name).serial = (self.content(name).serial + 1) % 2 ** 32
        self.primary.publish(name)

    def compare(self, name):
        """
        Each server comes to have the serial of the primary, all the same records, and these are the
        zone's.
        """
        content = self.content(name)
        for server in self.servers:
            server.wait_serial(name, content.serial)
        first, *others = [server.transfer(name, name.startswith("key.")) for server in self.servers]
        if not self.primary.signs(content):
            expected = content.canonical()
            served = {row for row in first if row[2] != zones.SOA_TYPE}
            assert not difference(expected, served), "%s is not as it should be" % name
        for server, other in zip(self.servers[1:], others):
            assert not difference(first, other), "%s has another %s" % (server.where.name, name)


def difference(wanted, found):
    """Some of the records that are missing and of those that are too many, in words."""
    def words(sign, rows):
        return ["%s %s %d %s, %d octets: %s" % (sign, row[0], row[1], dns.rdatatype.to_text(row[2]), len(row[3]),
                                                row[3][:60].hex()) for row in sorted(rows)[:10]]
    return words("-", wanted - found) + words("+", found - wanted)
