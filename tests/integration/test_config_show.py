"""The configuration in force, setting by setting: what each is, and where it comes from."""
import json
import os
import subprocess

import pytest

from conftest import ZONE, run
from test_change_verbs import api

SECRET = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0"
TEXT = """server:
  listen: ["127.0.0.1:%(port)d"]
  state: .
  control: control.sock
  workers: 1
  tcp:
    idle-timeout: 1500ms
  log: {level: debug}
  brake: 30%%
  cookie-secrets: ["000102030405060708090a0b0c0d0e0f"]
  rate-limit:
    responses-per-second: 100000
    exempt: [127.0.0.0/8, "::1"]
transfers:
  in: 7
keys:
  - name: k.test
    algorithm: hmac-sha256
    secret: """ + SECRET + """
peers:
  ns2:
    address: ["192.0.2.2", "2001:db8::2@5353"]
    key: k.test
    source: 192.0.2.9
templates:
  base:
    allow-transfer: [key k.test, 192.0.2.0/24]
    history: {size: 1MiB, age: 90d}
  signed-off:
    template: base
    serial: date
    to: [ns2]
    brake: {share: 55%%, transfers: on}
catalogs:
  - name: catalog.test
    produce: on
    to: ns2
    members: ["*.test"]
  - name: other.test
    from: ns2
    settings: {template: base, serial: unixtime}
zones:
  - name: example.com
    file: example.com.zone
    template: signed-off
    allow-query: [any]
    update:
      - {key: k.test, names: ["subtree dyn.example.com", self, "*.w.example.com"], types: [TXT, A], actions: add}
      - {address: [127.0.0.1, "2001:db8::/32"]}
  - name: plain.test
    file: plain.zone
    rotation: off
"""


@pytest.fixture
def server(tandem):
    server = tandem(start=False)
    server.path.write_text(TEXT % {"port": server.port})
    server.zone("plain", ZONE.replace("example.com", "plain.test"))
    return server.start()


def settings(rows):
    """Of a list of settings, by name."""
    return {row["option"]: row for row in rows}


def zones(answer):
    rows = [settings(row) for row in answer["zones"]]
    return {row["zones.name"]["value"]: row for row in rows}


def show(server, *words):
    done = server.cli("config", "show", "--json", *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def line_of(text):
    """In which line of the file it stands, the first time."""
    return 1 + next(i for i, line in enumerate(TEXT.split("\n")) if text in line)


def test_each_setting_says_where_it_comes_from(server):
    answer = show(server)
    top = settings(answer["server"])
    for option, value, line in (("server.tcp.idle-timeout", "1500ms", "idle-timeout"), ("server.workers", 1, "workers"),
                                ("server.log.level", "debug", "level"), ("transfers.in", 7, "  in: 7"),
                                ("server.brake", "30%", "brake: 30"),
                                ("server.rate-limit.exempt", ["127.0.0.0/8", "::1/128"], "exempt")):
        row = top[option]
        assert (row["value"], row["origin"], row["line"]) == (value, "file", line_of(line)), row
        assert row["file"] == str(server.path)
    for option, value in (("server.tcp.pipeline", 100), ("server.log.format", "text"), ("transfers.out", 200),
                          ("server.edns-udp-size", "1232"), ("server.cookies", True), ("server.identity", "off")):
        assert (top[option]["value"], top[option]["origin"]) == (value, "default"), top[option]
    zone = zones(answer)["example.com."]
    for option, value, origin, line in (
            ("zones.template", "signed-off", "file", "    template: signed-off"),
            ("zones.allow-query", ["any"], "file", "    allow-query"),
            ("zones.serial", "date", "template signed-off", "serial: date"),
            ("zones.brake", {"share": "55%", "transfers": True}, "template signed-off", "share: 55"),
            ("zones.allow-transfer", ["key k.test.", "192.0.2.0/24"], "template base", "    allow-transfer"),
            ("zones.history", {"size": "1MiB", "age": "90d"}, "template base", "    history")):
        row = zone[option]
        told = row["origin"] + (" " + row["template"] if "template" in row else "")
        assert (row["value"], told, row["line"]) == (value, origin, line_of(line)), row
    assert zone["zones.update"]["value"] == [
        {"key": "k.test.", "names": ["subtree dyn.example.com.", "self", "wildcard w.example.com."],
         "types": ["TXT", "A"], "actions": ["add"]}, {"address": ["127.0.0.1/32", "2001:db8::/32"]}]
    assert "zones.serial-check" not in zone
    plain = zones(answer)["plain.test."]
    assert (plain["zones.brake"]["origin"], plain["zones.brake"]["line"]) == ("file", line_of("brake: 30"))
    assert show(server, "plain.test")["zones"][0][-1]["origin"] == "default"
    assert len(show(server, "--all")["zones"][0]) > 20


def test_no_secret_is_shown(server):
    for words in ((), ("--origin",), ("--json",)):
        done = server.cli("config", "show", *words)
        assert SECRET not in done.stdout and "0001020304" not in done.stdout
        assert "secret" in done.stdout
    assert api(server, "GET", "/v1/config?origin=true&zone=plain.test")[0] == 200


def test_what_is_shown_can_be_read_again(server):
    shown = server.cli("config", "show", "--origin").stdout
    assert "  listen: [\"127.0.0.1:%d\"]" % server.port in shown
    assert "# template base, %s:%d" % (server.path, line_of("    allow-transfer")) in shown
    assert "# default" in shown
    again = shown.replace("    # secret: not shown", "    secret: %s" % SECRET)
    assert again != shown
    other = server.where / "again.yaml"
    other.write_text(again)
    assert run("tandem", "config", "check", other).returncode == 0, run("tandem", "config", "check", other).stderr
    # It says the same: shown by a server that runs with it there is no difference but in lines.
    before = server.cli("config", "show").stdout
    server.path.write_text(again)
    assert server.cli("reload").returncode == 0
    after = server.cli("config", "show", "--all").stdout
    server.path.write_text(TEXT % {"port": server.port})
    assert server.cli("reload").returncode == 0
    assert server.cli("config", "show").stdout == before
    all_before = server.cli("config", "show", "--all").stdout
    drop = "# cookie-secrets"
    assert [line for line in after.split("\n") if drop not in line] == \
        [line for line in all_before.split("\n") if drop not in line]


def test_what_was_added_at_run_time_is_in_it(server):
    server.zone("new", ZONE.replace("example.com", "new.test"))
    assert server.cli("zone", "add", "new.test", "--file", server.where / "new.zone", "--like", "base").returncode == 0
    assert server.cli("key", "add", "added.test", "--secret", SECRET).returncode == 0
    answer = show(server)
    zone = zones(answer)["new.test."]
    assert zone["zones.file"]["origin"] == zone["zones.template"]["origin"] == "command"
    assert zone["zones.history"]["template"] == "base"
    names = {settings(row)["keys.name"]["value"]: settings(row)["keys.name"]["origin"] for row in answer["keys"]}
    assert names == {"k.test.": "file", "added.test.": "command"}
    shown = server.cli("config", "show", "new.test", "--origin").stdout
    assert "- name: \"new.test.\"" in shown and "# command" in shown and "plain.test" not in shown
    assert server.cli("config", "show", "nothing.test").returncode == 1


def test_what_needs_a_restart_is_told(server):
    server.path.write_text((TEXT % {"port": server.port}).replace("workers: 1", "workers: 2"))
    assert server.cli("reload").returncode == 0
    row = settings(show(server)["server"])["server.workers"]
    assert (row["value"], row["value_after_restart"]) == (1, 2)
    assert "# 2 after a restart" in server.cli("config", "show").stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may say who the server is to be")
def test_what_needs_a_restart_and_is_said_no_more_or_anew(tandem):
    """It was in force since the start, or is not yet, whatever the file says."""
    server = tandem(server={"user": "root"})

    def row():
        done = server.cli("config", "show", "--json")
        return settings(json.loads(done.stdout)["server"]).get("server.user")

    assert (row()["value"], row()["origin"]) == ("root", "file")
    del server.server["user"]
    server.configure(zones=server.zones)
    assert server.cli("reload").returncode == 0
    assert row() == {"option": "server.user", "value": "root", "value_after_restart": None, "origin": "start"}
    assert 'user: "root"' in server.cli("config", "show").stdout
    assert "# start, nothing after a restart" in server.cli("config", "show", "--origin").stdout
    server.stop()
    server.start()
    assert row() is None
    server.server["user"] = "root"
    server.configure(zones=server.zones)
    assert server.cli("reload").returncode == 0
    assert (row()["value"], row()["value_after_restart"]) == (None, "root")
    shown = server.cli("config", "show").stdout
    assert "# user: nothing yet" in shown and '# "root" after a restart' in shown


def test_it_may_be_asked_while_it_is_replaced(server):
    """Whoever looks at it holds it; a sanitizer would tell."""
    asking = [subprocess.Popen([str(part) for part in run_words(server)], stdout=subprocess.PIPE) for _ in range(6)]
    for _ in range(3):
        assert server.cli("reload", "--no-wait").returncode == 0
    for process in asking:
        out = process.communicate(timeout=30)[0]
        assert process.returncode == 0 and b"example.com." in out


def run_words(server):
    from conftest import BUILD
    return [BUILD / "tandem", "config", "show", "--all", "--socket", server.socket]
