"""Zones that are added and removed by command, over restarts and reloads."""
import json

import dns.rcode

from conftest import BUILD, ZONE
from test_secondary import KEY, KEYS, serial

import subprocess


def text(name, number=1):
    return ZONE.replace("example.com.", name + ".").replace(" 1 7200", " %d 7200" % number)


def is_gone(server, name):
    return server.ask(name, "SOA").rcode() == dns.rcode.REFUSED


def test_a_zone_is_added_changed_and_removed(tandem):
    server = tandem()
    server.zone("new.test", text("new.test"))
    done = server.cli("zone", "add", "new.test", "--file", server.where / "new.test.zone")
    assert done.returncode == 0, done.stderr
    assert serial(server, "new.test") == 1
    assert server.cli("record", "add", "new.test", "www2", "60", "A", "192.0.2.7").returncode == 0
    assert server.cli("reload").returncode == 0
    assert serial(server, "new.test") == 2
    server.stop()
    server.start()
    assert serial(server, "new.test") == 2
    assert json.loads(server.cli("zone", "status", "new.test", "--json").stdout)["origin"] == "command"
    assert server.cli("zone", "add", "new.test", "--file", "/x").returncode == 1
    assert server.cli("zone", "remove", "new.test").returncode == 0
    assert is_gone(server, "new.test")
    assert (server.where / "new.test.zone").exists()
    server.stop()
    server.start()
    assert is_gone(server, "new.test")
    assert serial(server, "example.com") == 1


def test_a_relative_file_is_that_of_the_user(tandem):
    server = tandem()
    server.zone("new.test", text("new.test"))
    done = subprocess.run([str(BUILD / "tandem"), "zone", "add", "new.test", "--file", "new.test.zone", "--socket",
                           str(server.socket)], cwd=server.where, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    assert serial(server, "new.test") == 1


def test_what_cannot_be_added_says_why(tandem):
    server = tandem()
    for words, why in ((["new.test"], "--file"), (["new.test", "--file", "/nothing/there"], "no file"),
                       (["new.test", "--like", "nothing"], "no template"), (["a..b"], "domain name"),
                       (["example.com", "--file", "/x"], "already")):
        done = server.cli("zone", "add", *words)
        assert done.returncode == 1 and why in done.stderr, done.stderr
    done = server.cli("zone", "remove", "example.com")
    assert done.returncode == 1 and "configuration" in done.stderr
    assert server.cli("zone", "remove", "nothing.test").returncode == 1


def test_the_configuration_goes_before_it(tandem):
    server = tandem()
    server.zone("new.test", text("new.test"))
    assert server.cli("zone", "add", "new.test", "--file", server.where / "new.test.zone").returncode == 0
    server.zone("other", text("new.test", 7))
    server.configure(zones=[{"name": "example.com", "file": "example.com.zone"},
                            {"name": "new.test", "file": "other.zone"}])
    assert server.cli("reload").returncode == 0
    assert serial(server, "new.test") == 7
    assert "goes before" in server.log()


def test_a_secondary_is_added_by_its_template_and_listed_in_the_catalog(tandem):
    source, copy = tandem(start=False, zones=[]), tandem(start=False, zones=[])
    source.configure(keys=KEYS, peers=[{"name": "ns2", "address": "127.0.0.1:%d" % copy.port, "key": KEY}],
                     templates={"customer": {"to": ["ns2"]}},
                     catalogs=[{"name": "catalog.test", "produce": "on", "to": ["ns2"]}], zones=[])
    copy.configure(keys=KEYS, peers=[{"name": "ns1", "address": "127.0.0.1:%d" % source.port, "key": KEY}],
                   templates={"copies": {"from": ["ns1"]}},
                   catalogs=[{"name": "catalog.test", "from": ["ns1"]}], zones=[])
    source.start()
    copy.start()
    source.zone("new.test", text("new.test"))
    assert source.cli("zone", "add", "new.test", "--file", source.where / "new.test.zone", "--like",
                      "customer").returncode == 0
    copy.wait(lambda: serial(copy, "new.test") == 1)
    assert source.cli("zone", "remove", "new.test").returncode == 0
    copy.wait(lambda: is_gone(copy, "new.test"))
    # And without a catalog.
    source.zone("second.test", text("second.test"))
    source.catalogs = []
    source.configure(keys=KEYS, peers=[{"name": "ns2", "address": "127.0.0.1:%d" % copy.port, "key": KEY}],
                     templates={"customer": {"to": ["ns2"]}}, zones=[])
    assert source.cli("reload").returncode == 0
    assert source.cli("zone", "add", "second.test", "--file", source.where / "second.test.zone", "--like",
                      "customer").returncode == 0
    assert copy.cli("zone", "add", "second.test", "--like", "copies").returncode == 0
    copy.wait(lambda: serial(copy, "second.test") == 1)
