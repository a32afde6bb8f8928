"""Name servers whose names no zone here has: their addresses are asked of the system's resolver, and they are told."""
import json
import subprocess

import pytest

from test_hidden_primary import hidden, row, says, server

# A mount namespace of its own, with a hosts file, and a resolver that refuses at once.
WRAP = ["unshare", "-rm", "sh", "-c",
        'mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/resolv.conf && shift 2 && exec "$@"', "sh"]


@pytest.fixture
def elsewhere(tandem, tmp_path):
    """A primary of ZONE for which ns3.example.net has these addresses, or none."""
    hosts, resolver = tmp_path / "hosts", tmp_path / "resolv.conf"
    resolver.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    hosts.write_text("")
    if subprocess.run(WRAP + [hosts, resolver, "true"], check=False).returncode != 0:
        pytest.skip("mounts in a namespace are not allowed here")

    def make(addresses, **options):
        hosts.write_text("127.0.0.1 localhost\n" + "".join("%s NS3.example.net\n" % address for address in addresses))
        source = hidden(tandem, ready=False, **options)
        source.wrap = WRAP + [str(hosts), str(resolver)]
        return source.start()
    return make


def add(source, name):
    assert source.cli("record", "add", "example.com", name, "60", "A", "192.0.2.7").returncode == 0


@pytest.mark.parametrize("notify", ["ns-set", "both"])
def test_it_is_found_and_told(elsewhere, notify):
    ns3 = server(13)
    source = elsewhere(["127.0.0.13"], peers=[row("three", ns3)], notify=notify)
    source.wait(lambda: ns3.notified)
    assert ns3.serial == 1
    assert says(source)["ns3"].startswith("the peer three")
    add(source, "new")
    source.wait(lambda: ns3.serial == 2)
    ns3.close()


def test_it_is_told_when_a_change_names_it_again(elsewhere):
    ns3 = server(13)
    source = elsewhere(["127.0.0.13"], peers=[row("three", ns3)], to=["three"], notify="ns-set")
    source.wait(lambda: ns3.notified)
    assert says(source)["ns3"] == "the peer three of 'to'"
    assert source.cli("record", "remove", "example.com", "@", "NS", "ns3.example.net.").returncode == 0
    told, asked = ns3.notified, len(ns3.asked)
    add(source, "new")
    source.wait(lambda: len(ns3.asked) > asked)
    assert ns3.notified == told  # a peer of 'to' that is no name server any more
    assert "ns3" not in says(source)
    assert source.cli("record", "add", "example.com", "@", "3600", "NS", "ns3.example.net.").returncode == 0
    source.wait(lambda: ns3.serial == 4)
    ns3.close()


def test_a_loopback_address_is_this_machine(elsewhere):
    source = elsewhere(["127.0.1.1"], notify="ns-set")
    source.wait(lambda: says(source)["ns3"] == "this server")


def test_what_the_resolver_does_not_find_is_said(elsewhere):
    source = elsewhere([], notify="both")
    source.wait(lambda: "not known here, and the system's resolver does not" in says(source)["ns3"])


def test_who_tells_peers_only_asks_nobody(elsewhere):
    ns3 = server(13)
    source = elsewhere(["127.0.0.13"], peers=[row("three", ns3)], notify="peers")
    add(source, "new")
    assert says(source)["ns3"] == "its address is not known here"
    assert not ns3.notified
    top = json.loads(source.path.read_text())
    top["zones"][0]["notify"] = "ns-set"
    source.path.write_text(json.dumps(top))
    assert source.cli("reload").returncode == 0
    source.wait(lambda: says(source)["ns3"].startswith("the peer three"))
    source.wait(lambda: ns3.notified and ns3.serial == 2)
    ns3.close()
