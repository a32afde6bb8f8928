"""Tiers: a tandem between two strangers, and a stranger between two tandems."""
import pytest

import farms
import zones

TIERS = (("bind", "tandem", "nsd"), ("knot", "tandem", "bind"), ("nsd", "tandem", "knot"), ("tandem", "bind", "tandem"),
         ("tandem", "tandem", "knot"))
PLAIN, KEY, SIGNED = "plain.test", "key.test", "key.signed.test"


@pytest.mark.parametrize("names", TIERS, ids=["-".join(names) for names in TIERS])
def test_every_change_goes_through_a_tier(farm, names):
    chain = farms.Chain([farm.make(name) for name in names], [zones.small(PLAIN), zones.small(KEY)])
    for name in (PLAIN, KEY):
        chain.compare(name)
    for at in range(0, len(zones.STEPS), 3):
        for name in (PLAIN, KEY):
            chain.change(name, *zones.STEPS[at:at + 3])
        for name in (PLAIN, KEY):
            chain.compare(name)


@pytest.mark.parametrize("middle", ("powerdns", "bind", "knot", "nsd"))
def test_a_signed_zone_goes_through_a_stranger(farm, middle, env):
    content = zones.Signed(zones.small(SIGNED), env, farm.where)
    chain = farms.Chain([farm.make(name) for name in ("tandem", middle, "tandem")], [content])
    chain.compare(SIGNED)
    chain.change(SIGNED, zones.delegate)
    chain.compare(SIGNED)
