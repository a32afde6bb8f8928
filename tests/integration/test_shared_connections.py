"""Many zones of one primary share a few connections to it (RFC 7766 6.2.2)."""
import pytest

from conftest import free_port
from relay import Relay
from test_change_verbs import api
from test_control import get
from test_secondary import FAST, KEY, KEYS, serial

ZONE = """$TTL 3600
@    SOA  ns1 hostmaster %d 7200 1800 1209600 300
     NS   ns1
ns1  A    192.0.2.53
"""
NAMES = ["z%d.example" % number for number in range(200)]
PER_PEER = 5  # transfers.in-per-peer, as it is by default


@pytest.fixture
def relay():
    made = []

    def make(server):
        made.append(Relay(free_port(), server.port))
        return made[-1]

    yield make
    for one in made:
        one.close()


def write_zones(source, number):
    for name in NAMES:
        source.zone(name, ZONE % number)


def have(server, number):
    """Do all zones have this serial?"""
    return all(serial(server, name) == number for name in NAMES)


def primary(tandem):
    source = tandem(start=False, keys=KEYS, zones=[
        {"name": name, "file": name + ".zone", "allow-transfer": ["key " + KEY]} for name in NAMES])
    write_zones(source, 1)
    return source.start()


def test_two_hundred_zones_need_a_handful_of_connections(tandem, relay):
    source = primary(tandem)
    between = relay(source)
    copy = tandem(keys=KEYS, peers=[{"name": "ns1", "address": "127.0.0.1:%d" % between.port, "key": KEY}],
                  zones=[dict({"name": name, "from": ["ns1"]}, **FAST) for name in NAMES])
    copy.wait(lambda: have(copy, 1))
    assert between.most <= PER_PEER
    assert between.connections <= 2 * PER_PEER
    write_zones(source, 2)
    assert source.cli("reload").returncode == 0
    source.wait(lambda: have(source, 2))
    for name in NAMES:
        assert api(copy, "POST", "/v1/zones/%s/refresh" % name)[0] == 200
    copy.wait(lambda: have(copy, 2))
    assert between.most <= PER_PEER
    assert between.connections <= 4 * PER_PEER
    assert 'tandem_peer_transfers_in_total{peer="ns1",result="failed"} 0' in get(copy, "/metrics")[1]
    copy.wait(lambda: between.open == 0)  # they do not rest for ever
