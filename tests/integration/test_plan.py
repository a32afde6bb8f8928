"""What a reload of the configuration would do is said first, and nothing is done."""
import json
import socket

import pytest

from conftest import free_port
from test_change_verbs import texts
from test_held import MANY, ZONE


@pytest.fixture
def server(tandem):
    server = tandem(start=False, zones=[])
    (server.where / "all").mkdir()
    for name in ("a.example", "b.example", "c.example", "all/d.example"):
        (server.where / (name + ".zone")).write_text(MANY)
    server.rows = [{"name": name, "file": name + ".zone"} for name in ("a.example", "b.example", "c.example")]
    server.top = {"keys": [{"name": "k1.example", "algorithm": "hmac-sha256", "secret": "c2VjcmV0LW9uZS1zZWNyZXQ="}, {"name": "k2.example", "algorithm": "hmac-sha256", "secret": "c2VjcmV0LXR3bw=="}],
                  "peers": [{"name": "p1", "address": "192.0.2.53"}]}
    server.say()
    server.start()
    server.wait(lambda: server.ask("d.example", "SOA").answer)
    return server


@pytest.fixture
def tandem(tandem):
    def make(**options):
        server = tandem(**options)
        server.say = lambda **more: server.configure(zones=server.rows + [{"directory": str(server.where / "all")}],
                                                     **dict(server.top, **more))
        return server
    return make


def plan(server, code=0):
    done = server.cli("reload", "--dry-run")
    assert done.returncode == code, (done.stdout, done.stderr)
    return done.stdout + done.stderr


def test_nothing_is_to_be_done(server):
    assert plan(server) == "nothing would be changed\n"


def test_what_comes_goes_and_changes_is_told_and_not_done(server):
    (server.where / "b.example.zone").write_text(MANY.replace("192.0.2.3\n", "192.0.2.4\n") + "new A 192.0.2.7\n")
    (server.where / "e.example.zone").write_text(ZONE)
    (server.where / "all" / "f.example.zone").write_text(ZONE)
    (server.where / "all" / "d.example.zone").unlink()
    (server.where / "other.zone").write_text(ZONE)
    server.rows = [{"name": "b.example", "file": "b.example.zone", "serial": "unixtime"},
                   {"name": "c.example", "file": "other.zone", "brake": "off"}, {"name": "e.example", "file": "e.example.zone"}]
    server.server["workers"] = 2
    server.server["identity"] = "me"
    server.top["keys"] = [dict(server.top["keys"][0], secret="b3RoZXItc2VjcmV0"), {"name": "k3.example", "algorithm": "hmac-sha256", "secret": "c2VjcmV0LXR3bw=="}]
    server.top["peers"] = [{"name": "p1", "address": "192.0.2.54"}, {"name": "p2", "address": "192.0.2.55"}]
    server.say()
    told = plan(server, code=1)
    lines = told.split("\n")
    for line in ("~ setting server.workers: 1 becomes 2, with the next start", '~ setting server.identity: "off" becomes "me"',
                 "~ key k1.example.", "- key k2.example.", "+ key k3.example.", "~ peer p1", "+ peer p2",
                 "- zone a.example.", "- zone d.example.", "~ zone b.example.; other options"):
        assert line in lines, told
    where = str(server.where)
    assert "~ zone b.example. file '%s/b.example.zone': -1 +2 records" % where in lines, told
    assert any(line.startswith("~ zone c.example. file '%s/other.zone': -200 +0 records" % where) for line in lines), told
    assert "+ zone e.example. file '%s/e.example.zone': -0 +4 records" % where in lines, told
    assert "+ zone f.example. file '%s/all/f.example.zone': -0 +4 records" % where in lines, told
    assert len(lines) == 15, told
    # Nothing of it was done.
    names = {zone["name"] for zone in json.loads(server.cli("zone", "list", "--json").stdout)["zones"]}
    assert names == {"a.example.", "b.example.", "c.example.", "d.example."}
    assert texts(server, "www.b.example") == ["192.0.2.3"] and server.ask("h7.c.example").answer
    assert server.cli("reload").returncode == 0
    assert texts(server, "www.b.example") == ["192.0.2.4"] and server.ask("e.example", "SOA").answer
    assert plan(server) == "nothing would be changed\n"


def test_what_would_be_refused_or_held(server):
    (server.where / "a.example.zone").write_text(ZONE + "www A nonsense\n")
    (server.where / "b.example.zone").write_text(ZONE)
    told = plan(server, code=5)
    assert "~ zone a.example. file '%s/a.example.zone' would be refused: " % server.where in told and ":6:" in told
    assert "~ zone b.example. file '%s/b.example.zone': -200 +0 records; the brake would hold it" % server.where in told
    (server.where / "a.example.zone").write_text(MANY)
    assert "a.example" not in plan(server, code=1)
    assert json.loads(server.cli("zone", "status", "a.example", "--json").stdout)["failed"] is None
    assert not json.loads(server.cli("zone", "status", "b.example", "--json").stdout)["held"]
    done = server.cli("reload")
    assert done.returncode == 1 and "b.example. its file is held: it would remove 200 of" in done.stderr


def test_a_conflict_and_a_file_for_the_first_time(server):
    server.cli("record", "add", "a.example", "new", "A", "192.0.2.50")
    (server.where / "a.example.zone").write_text(MANY + "file A 192.0.2.51\n")
    told = plan(server, code=1)
    assert "~ zone a.example. file" in told and "-1 +1 records; the file was changed, and so was the zone" in told
    done = server.cli("reload")
    assert done.returncode == 1 and "tandem zone reload a.example. --take file" in done.stderr
    (server.where / "g.example.zone").write_text("")
    server.rows.append({"name": "g.example", "file": "g.example.zone"})
    server.say()
    assert "+ zone g.example. file '%s/g.example.zone' would be refused: " % server.where in plan(server, code=5)


def test_zones_of_templates_and_by_command(server):
    (server.where / "h.example.zone").write_text(ZONE)
    server.say(templates=[{"name": "t"}])
    assert server.cli("reload").returncode == 0
    assert server.cli("zone", "add", "h.example", "--file", server.where / "h.example.zone", "--like", "t").returncode == 0
    assert plan(server) == "nothing would be changed\n"
    server.say(templates=[{"name": "t", "rotation": False}])
    assert plan(server) == "~ zone h.example.; other options\n"
    server.rows.append({"name": "h.example", "file": "h.example.zone"})
    server.say(templates=[{"name": "t"}])
    assert "~ zone h.example.; the configuration goes before" in plan(server)


def test_a_configuration_that_would_be_refused(server):
    server.top["keys"][0]["algorithm"] = "hmac-sha255"
    server.say()
    assert "hmac-sha255" in plan(server, code=5) and "did you mean" in plan(server, code=5)
    server.top["keys"][0]["algorithm"] = "hmac-sha256"
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        port = free_port()
        taken.bind(("127.0.0.1", port))
        server.server["listen"] = ["127.0.0.1:%d" % server.port, "127.0.0.1:%d" % port]
        server.say()
        assert str(port) in plan(server, code=5)
    assert '~ setting server.listen: ["127.0.0.1:%d", "[::1]:%d"] becomes' % (server.port, server.port) in plan(server)
    assert "refused" not in server.log()
