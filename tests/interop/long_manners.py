"""Peers in trouble: away while a zone changes, with another secret, with one record a message."""
import pytest

import farms
import zones
from test_pairs import PAIRS, STRANGERS

PLAIN, KEY = "plain.test", "key.test"


@pytest.mark.parametrize("names", PAIRS, ids=["%s-to-%s" % pair for pair in PAIRS])
def test_a_secondary_that_was_away_catches_up(farm, names):
    pair = farms.Chain([farm.make(name) for name in names], [zones.small(PLAIN)])
    secondary = pair.servers[1]
    pair.compare(PLAIN)
    secondary.stop()
    for step in zones.STEPS[:5]:
        pair.change(PLAIN, step)
        pair.primary.wait_serial(PLAIN, pair.content(PLAIN).serial)
    secondary.start()
    pair.compare(PLAIN)
    pair.change(PLAIN, *zones.STEPS[5:])
    pair.compare(PLAIN)


@pytest.mark.parametrize("names", PAIRS, ids=["%s-to-%s" % pair for pair in PAIRS])
def test_a_primary_that_was_away_is_followed_again(farm, names):
    pair = farms.Chain([farm.make(name) for name in names], [zones.small(PLAIN)])
    pair.compare(PLAIN)
    pair.primary.stop()
    pair.primary.start()
    pair.change(PLAIN, zones.add_and_remove)
    pair.compare(PLAIN)


@pytest.mark.parametrize("stranger", STRANGERS)
def test_another_secret_is_told_in_words(farm, stranger):
    servers = [farm.make(stranger), farm.make("tandem")]
    servers[1].secret = "b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXI="
    farms.Chain(servers, [zones.small(KEY)])
    servers[1].wait_why(KEY, "with the same secret?" if stranger == "powerdns" else "is the secret the same on both sides?")
    assert servers[1].serial(KEY) is None


def test_bind_with_one_record_a_message(farm):
    servers = [farm.make("bind", options="transfer-format one-answer;"), farm.make("tandem")]
    pair = farms.Chain(servers, [zones.small(PLAIN), zones.small(KEY)])
    for name in (PLAIN, KEY):
        pair.compare(name)
        pair.change(name, *zones.STEPS[:6])
        pair.compare(name)
        assert pair.differences(name) == 1
