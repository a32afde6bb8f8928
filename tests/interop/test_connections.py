"""Many zones of one stranger are transferred over a few connections (RFC 7766 6.2.2)."""
import pytest

import world
import zones

NAMES = ["z%d.test" % number for number in range(60)]
PER_PEER = 5  # transfers.in-per-peer, as it is by default


@pytest.mark.parametrize("stranger", ("bind", "knot", "nsd", "powerdns"))
def test_many_zones_need_a_handful_of_connections(farm, stranger):
    primary = farm.make(stranger)
    for name in NAMES:
        primary.add(world.Zone(name, zones.small(name)))
    primary.start()
    between = world.relay.Relay(world.free_port(), primary.port)
    copy = farm.make("tandem")
    for name in NAMES:
        copy.add(world.Zone(name, primaries=(between.port,)))
    copy.start()
    world.processes.Tandem.wait(lambda: all(copy.serial(name) == 1 for name in NAMES), 60)
    between.close()
    assert between.most <= PER_PEER
    assert between.connections <= 2 * PER_PEER
    assert " failed" not in copy.cli("peer", "status")
