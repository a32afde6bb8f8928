"""The peers, or a skip that says why there are none; and pairs of servers, one started per file of tests."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import ours  # noqa: E402
import peers  # noqa: E402
import world  # noqa: E402
import zones  # noqa: E402


@pytest.fixture(scope="session")
def env():
    """The environment that the peers' programs run in."""
    found, why = world.environment()
    if found is None:
        pytest.skip("no peers, so nothing is compared: " + why)
    return found


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


@pytest.fixture
def farm(tmp_path, env):
    made = Farm(tmp_path, env)
    yield made
    made.stop()


class Pair:
    """A primary and a secondary that share zones."""

    def __init__(self, farm, primary, secondary, contents):
        self.primary = farm.make(primary)
        self.secondary = farm.make(secondary)
        for content in contents:
            has_key = content.origin.startswith("key.")
            self.primary.add(world.Zone(content.origin, content, secondaries=(self.secondary.port,), has_key=has_key))
            self.secondary.add(world.Zone(content.origin, primaries=(self.primary.port,), has_key=has_key))
        self.primary.start()
        self.secondary.start()

    def content(self, name):
        return self.primary.zones[name].content

    def change(self, name, *steps):
        """Do these steps to the zone, as one change, and let it be served."""
        for step in steps:
            step(self.content(name))
        self.content(name).serial += 1
        self.primary.publish(name)

    def compare(self, name):
        """The secondary has the primary's serial, both the same records, and these are the zone's."""
        compare((self.primary, self.secondary), self.content(name), name.startswith("key."))


def compare(servers, content, has_key):
    """Each server comes to have the serial of the content, and then its records and no others."""
    for server in servers:
        server.wait_serial(content.origin, content.serial)
    first = servers[0].transfer(content.origin, has_key)
    if not servers[0].signs(content):
        expected = content.canonical()
        served = {row for row in first if row[2] != zones.SOA_TYPE}
        assert served - expected == set() and expected - served == set()
    for server in servers[1:]:
        other = server.transfer(content.origin, has_key)
        assert other - first == set() and first - other == set()
