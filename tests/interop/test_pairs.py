"""tandem and each stranger, as primary and secondary of each other: copied whole, then followed."""
import pytest

import conftest
import zones

STRANGERS = ("bind", "nsd", "knot", "powerdns")
PAIRS = [("tandem", stranger) for stranger in STRANGERS] + [(stranger, "tandem") for stranger in STRANGERS]
PLAIN, KEY, LARGE, SIGNED = "plain.test", "key.test", "large.test", "key.signed.test"


@pytest.fixture(scope="module", params=PAIRS, ids=["%s-to-%s" % pair for pair in PAIRS])
def pair(request, env, tmp_path_factory):
    farm = conftest.Farm(tmp_path_factory.mktemp("pair"), env)
    try:
        contents = [zones.small(PLAIN), zones.small(KEY), zones.large(LARGE),
                    zones.Signed(zones.small(SIGNED), env, farm.where)]
        yield conftest.Pair(farm, *request.param, contents)
    finally:
        farm.stop()


def test_a_zone_is_copied_and_every_change_follows(pair):
    pair.compare(PLAIN)
    for step in zones.STEPS:
        pair.change(PLAIN, step)
        pair.compare(PLAIN)


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
