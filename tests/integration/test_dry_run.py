"""Whatever changes something can be tried: it is said what would be, or why not, and nothing is done."""
import json
import re

import pytest

from conftest import run
from test_held import MANY, ZONE, lines
from test_secondary import KEY, KEYS, serial


@pytest.fixture
def pair(tandem):
    """A primary and a secondary, and the state of both as an operator sees it."""
    primary = tandem(start=False, zones=[])
    primary.zone("example.com", MANY)
    (primary.where / "new.zone").write_text(ZONE)
    (primary.where / "bad.zone").write_text(ZONE + "x A none\n")
    copy = tandem(start=False, zones=[])
    primary.configure(keys=KEYS, peers=[{"name": "copy", "address": "127.0.0.1:%d" % copy.port, "key": KEY}],
                      templates=[{"name": "mirror", "from": ["copy"]}],
                      zones=[{"name": "example.com", "file": "example.com.zone", "to": ["copy"]}])
    copy.configure(keys=KEYS, peers=[{"name": "first", "address": "127.0.0.1:%d" % primary.port, "key": KEY}],
                   zones=[{"name": "example.com", "file": "copy.zone", "from": ["first"]}])
    primary.start()
    copy.start()
    copy.wait(lambda: copy.ask("example.com", "SOA").answer)
    primary.wait(lambda: status(primary)["secondaries_in_step"] == 1)
    return primary, copy


def status(server, name="example.com"):
    return json.loads(server.cli("zone", "status", name, "--json").stdout)


def state(server):
    """All that a verb could change, but for times."""
    zone = status(server)
    kept = {key: zone[key] for key in ("serial", "records", "frozen", "held", "conflict", "history", "transactions", "role",
                                       "changes_since_file")}
    asked = [server.cli(*words, "--json").stdout for words in (("key", "list"), ("config", "show"), ("zone", "log", "example.com"))]
    names = sorted(row["name"] for row in json.loads(server.cli("zone", "list", "--json").stdout)["zones"])
    files = {path.name: path.read_bytes() for path in server.where.glob("*.zone")}
    done = [line for line in server.log().split("\n") if "asked for" not in line and ("NOTIFY" in line or "transfer" in line)]
    return kept, asked, names, files, done


def tried(server, *words, code=0):
    before = state(server)
    done = server.cli(*words, "--dry-run")
    assert done.returncode == code, (words, done.stdout, done.stderr)
    assert state(server) == before, words
    return done.stdout + done.stderr


def test_every_verb_that_changes_something_can_be_tried():
    """All that is a POST of the API, and what the command does itself."""
    found = re.findall(r"^  ([a-z]+(?: [a-z]+)?)", run("tandem", "help").stdout, re.M)
    assert len(found) > 40
    changing = [words for words in found if "API: POST" in run("tandem", "help", *words.split()).stdout or words == "zone edit"]
    assert len(changing) > 25
    for words in changing:
        assert "--dry-run" in run("tandem", "help", *words.split()).stdout, words


def test_orders_to_a_primary(pair):
    primary, _ = pair
    zone = "example.com"
    assert "no changes at run time would be allowed" in tried(primary, "zone", "freeze", zone)
    assert "it is not frozen" in tried(primary, "zone", "thaw", zone)
    primary.cli("record", "add", zone, "x", "A", "192.0.2.1")
    assert "would be written with serial 11 and 205 records; it lacks 1 changes" in tried(primary, "zone", "flush", zone)
    assert "tandem zone flush" in tried(primary, "zone", "purge", zone, code=1)
    primary.cli("zone", "flush", zone)
    assert "the 1 changes of its history would be forgotten" in tried(primary, "zone", "purge", zone)
    assert "1 secondaries would be told of serial 11" in tried(primary, "zone", "notify", zone)
    for verb in ("refresh", "retransfer", "promote", "demote"):
        assert "primary" in tried(primary, "zone", verb, zone, code=1) or verb == "demote"
    assert "serial 99 would follow on 11 at once" in tried(primary, "zone", "serial", zone, "--set", "99")
    assert "reached from 11 by steps" in tried(primary, "zone", "serial", zone, "--set", "9")
    assert "has that serial already" in tried(primary, "zone", "serial", zone, "--set", "11", code=1)
    assert "--after wants" in tried(primary, "zone", "serial", zone, "--set", "9", "--after", "x", code=1)
    assert "not being set" in tried(primary, "zone", "serial", zone, "--abort", code=1)


def test_orders_to_a_secondary(pair):
    _, copy = pair
    copy.wait(lambda: (copy.where / "copy.zone").exists())  # that it is written is nobody's order
    assert "a serial greater than 10 would be asked for, at 1 primaries" in tried(copy, "zone", "refresh", "example.com")
    assert "the whole zone would be transferred" in tried(copy, "zone", "retransfer", "example.com")
    assert "transferred anew" in tried(copy, "zone", "purge", "example.com")
    assert "it would be a primary, with a serial greater than 10" in tried(copy, "zone", "promote", "example.com")
    assert "was not promoted" in tried(copy, "zone", "demote", "example.com", code=1)
    assert copy.cli("zone", "promote", "example.com").returncode == 0
    assert "transferred from its primaries" in tried(copy, "zone", "demote", "example.com")
    assert "no zone" in copy.cli("zone", "freeze", "other.example", "--dry-run").stderr


def test_zones_and_keys(pair):
    primary, _ = pair
    where = primary.where
    assert "with serial 10 and 4 records" in tried(primary, "zone", "add", "new.example", "--file", where / "new.zone")
    assert "bad.zone:6:5: error:" in tried(primary, "zone", "add", "new.example", "--file", where / "bad.zone", code=1)
    assert "no file" in tried(primary, "zone", "add", "new.example", "--file", where / "none", code=1)
    assert "come from its primaries" in tried(primary, "zone", "add", "new.example", "--like", "mirror")
    assert "already" in tried(primary, "zone", "add", "example.com", "--file", where / "new.zone", code=1)
    assert "stands in the configuration" in tried(primary, "zone", "remove", "example.com", code=1)
    assert primary.cli("zone", "add", "new.example", "--file", where / "new.zone").returncode == 0
    assert "would be removed" in tried(primary, "zone", "remove", "new.example")
    assert "would be added" in tried(primary, "key", "add", "k.example")
    assert primary.cli("key", "add", "k.example").returncode == 0
    assert "there is a key" in tried(primary, "key", "add", "k.example", code=1)
    assert "would be removed" in tried(primary, "key", "remove", "k.example")
    assert "no key" in tried(primary, "key", "remove", "other.example", code=1)


def test_transactions_and_what_is_held(pair):
    primary, _ = pair
    zone = "example.com"
    assert "a transaction would be begun" in tried(primary, "zone", "begin", zone)
    primary.cli("zone", "begin", zone)
    primary.cli("record", "add", zone, "x", "A", "192.0.2.1")
    assert "already" in tried(primary, "zone", "begin", zone, code=1)
    assert "with 1 steps would be given up" in tried(primary, "zone", "abort", zone)
    assert "+x.example.com." in tried(primary, "zone", "commit", zone)
    primary.cli("zone", "abort", zone)
    assert "nothing of 'example.com' is held" in tried(primary, "zone", "release", zone, code=1)
    assert primary.cli("zone", "apply", zone, lines(primary, 0, 150)).returncode == 1
    assert "it would be given up" in tried(primary, "zone", "release", zone, "--abort")
    assert "-h7.example.com." in tried(primary, "zone", "release", zone)
    primary.cli("zone", "release", zone, "--abort")
    primary.zone(zone, ZONE)
    assert primary.cli("zone", "reload", zone).returncode == 1
    told = tried(primary, "zone", "release", zone)
    assert "-h7.example.com." in told and "brake" not in told
    assert "brake would hold" in tried(primary, "zone", "reload", zone)
    assert status(primary)["held"] and serial(primary) == 10
