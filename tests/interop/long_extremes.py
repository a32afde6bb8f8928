"""What takes longer than make test allows, and is run by make interop: ends of numbers, sizes and crowds."""
import pytest

import farms
import zones
from test_pairs import PAIRS

PLAIN = "plain.test"
QUICK = [pair for pair in PAIRS if "powerdns" not in pair]  # it takes a process for each zone


@pytest.mark.parametrize("names", PAIRS, ids=["%s-to-%s" % pair for pair in PAIRS])
def test_serials_go_over_the_end_of_numbers(farm, names):
    content = zones.small(PLAIN)
    content.serial = 2 ** 32 - 2
    pair = farms.Chain([farm.make(name) for name in names], [content])
    pair.compare(PLAIN)
    for at in range(0, 6, 2):
        pair.change(PLAIN, *zones.STEPS[at:at + 2])
        pair.compare(PLAIN)
    assert content.serial < 5


@pytest.mark.parametrize("names", PAIRS, ids=["%s-to-%s" % pair for pair in PAIRS])
def test_records_as_large_as_messages(farm, names):
    pair = farms.Chain([farm.make(name) for name in names], [zones.small(PLAIN)])
    pair.compare(PLAIN)
    for step in (zones.whoppers, zones.fewer_whoppers):
        pair.change(PLAIN, step)
        pair.compare(PLAIN)


@pytest.mark.parametrize("names", QUICK, ids=["%s-to-%s" % pair for pair in QUICK])
def test_two_hundred_zones_at_once(farm, names):
    contents = [zones.small("zone%d.test" % number) for number in range(200)]
    pair = farms.Chain([farm.make(name) for name in names], contents)
    for content in contents:
        for server in pair.servers:
            server.wait_serial(content.origin, 1)
    for content in contents[::20]:
        pair.compare(content.origin)
