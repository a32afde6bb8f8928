"""tandem and each stranger, as primary and secondary of each other: copied whole, then followed."""
import pytest

import farms
import peers
import zones

STRANGERS = ("bind", "nsd", "knot", "powerdns")
PAIRS = [("tandem", stranger) for stranger in STRANGERS] + [(stranger, "tandem") for stranger in STRANGERS]
# How many of so many changes come by IXFR: NSD cannot make differences of all of them, PowerDNS of none.
DIFFERENCES = {peers.Nsd: lambda changes: changes - 2, peers.Powerdns: lambda changes: 0}
PLAIN, KEY, LARGE, SIGNED = "plain.test", "key.test", "large.test", "key.signed.test"


@pytest.fixture(scope="module", params=PAIRS, ids=["%s-to-%s" % pair for pair in PAIRS])
def pair(request, env, tmp_path_factory):
    farm = farms.Farm(tmp_path_factory.mktemp("pair"), env)
    try:
        contents = [zones.small(PLAIN), zones.small(KEY), zones.large(LARGE),
                    zones.Signed(zones.small(SIGNED), env, farm.where)]
        yield farms.Chain([farm.make(name) for name in request.param], contents)
    finally:
        farm.stop()


def test_a_zone_is_copied_and_every_change_follows(pair):
    pair.compare(PLAIN)
    at_once = 3 if peers.Powerdns in map(type, pair.servers) else 1  # it takes a second for each change
    for at in range(0, len(zones.STEPS), at_once):
        pair.change(PLAIN, *zones.STEPS[at:at + at_once])
        pair.compare(PLAIN)
    changes = -(-len(zones.STEPS) // at_once)
    expected = DIFFERENCES.get(type(pair.primary), lambda changes: changes)(changes)
    assert expected <= pair.differences(PLAIN) <= 2 * expected  # a peer may ask twice


def test_a_zone_is_copied_and_followed_with_tsig(pair):
    pair.compare(KEY)
    for at in range(0, len(zones.STEPS), 3):
        pair.change(KEY, *zones.STEPS[at:at + 3])
        pair.compare(KEY)


def test_many_changes_of_a_large_zone_follow(pair):
    pair.compare(LARGE)
    pair.change(LARGE, zones.change_many)
    pair.compare(LARGE)


def test_a_signed_zone_is_copied_and_follows(pair):
    pair.compare(SIGNED)
    pair.change(SIGNED, zones.add_and_remove)
    pair.compare(SIGNED)
