"""Changes by an operator: records, transactions, the editor, and what was."""
import getpass
import http.client
import json
import os
import re
import socket
import stat
import subprocess

import pytest

from conftest import BUILD, ZONE

ZONE_NAME = "example.com"


@pytest.fixture
def served(tandem):
    def make(**options):
        server = tandem(**options)
        server.wait(lambda: re.search(r"ready, \d+ zones", server.log()))
        return server
    return make


def good(server, *words):
    done = server.cli(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def bad(server, *words, code=1):
    done = server.cli(*words)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stderr


def serial(server, zone=ZONE_NAME):
    return server.ask(zone, "SOA").answer[0][0].serial


def texts(server, name, rdtype="A"):
    answer = server.ask(name, rdtype).answer
    return sorted(rdata.to_text() for rdata in answer[0]) if answer else []


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self.path))


def api(server, method, path, body=None, **headers):
    connection = UnixConnection(server.socket)
    connection.request(method, path, None if body is None else json.dumps(body),
                       {name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return response.status, answer


# ---- records ----

def test_a_record_is_added_removed_and_set(served):
    server = served()
    assert "serial 1 -> 2" in good(server, "record", "add", ZONE_NAME, "new", "300", "A", "192.0.2.7")
    answer = server.ask("new.example.com").answer[0]
    assert (answer.ttl, answer[0].to_text(), serial(server)) == (300, "192.0.2.7", 2)
    good(server, "record", "add", ZONE_NAME, "new.example.com.", "A", "192.0.2.8")
    assert texts(server, "new.example.com") == ["192.0.2.7", "192.0.2.8"]
    assert server.ask("new.example.com").answer[0].ttl == 300   # that of the set
    good(server, "record", "remove", ZONE_NAME, "new", "A", "192.0.2.7")
    assert texts(server, "new.example.com") == ["192.0.2.8"]
    good(server, "record", "set", ZONE_NAME, "new", "A", "192.0.2.1", "192.0.2.2", "192.0.2.3")
    assert texts(server, "new.example.com") == ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
    assert server.ask("new.example.com").answer[0].ttl == 300
    good(server, "record", "set", ZONE_NAME, "@", "MX", "10", "mail", ",", "20", "mx.example.net.")
    assert texts(server, ZONE_NAME, "MX") == ["10 mail.example.com.", "20 mx.example.net."]
    good(server, "record", "remove", ZONE_NAME, "new", "A")
    assert texts(server, "new.example.com") == []
    assert serial(server) == 7


def test_what_is_there_already_changes_nothing(served):
    server = served()
    assert "is so already" in good(server, "record", "add", ZONE_NAME, "www", "A", "192.0.2.80")
    assert "is so already" in good(server, "record", "set", ZONE_NAME, "www", "A", "192.0.2.80")
    assert serial(server) == 1


def test_texts_are_what_the_shell_was_given(served):
    server = served()
    good(server, "record", "add", ZONE_NAME, "@", "TXT", "v=spf1 mx -all")
    good(server, "record", "add", ZONE_NAME, "k._domainkey", "TXT", "v=DKIM1; p=" + "A" * 400)
    assert texts(server, ZONE_NAME, "TXT") == ['"v=spf1 mx -all"']
    (dkim,) = server.ask("k._domainkey.example.com", "TXT", use_edns=True, payload=4096).answer[0]
    assert b"".join(dkim.strings) == b"v=DKIM1; p=" + b"A" * 400
    assert [len(s) for s in dkim.strings] == [255, 156]


@pytest.mark.parametrize("words, code, text", [
    (("add", "nothing.test", "www", "A", "192.0.2.1"), 1, "no zone 'nothing.test'"),
    (("add", ZONE_NAME, "www.example.net.", "A", "192.0.2.1"), 2, "is not in the zone"),
    (("add", ZONE_NAME, "www", "A", "192.0.2.300"), 2, "192.0.2.300"),
    (("add", ZONE_NAME, "www", "QUUX", "1"), 2, "'QUUX' is not a type"),
    (("add", ZONE_NAME, "www", "ANY", "1"), 2, "ANY"),
    (("add", ZONE_NAME, "www"), 2, "TYPE is missing"),
    (("add", ZONE_NAME, "www", "A"), 2, "RDATA is missing"),
    (("add", ZONE_NAME, "www", "CNAME", "mail"), 5, "CNAME"),
    (("remove", ZONE_NAME, "www", "A", "192.0.2.81"), 1, "is not there: www.example.com."),
    (("remove", ZONE_NAME, "www", "TXT"), 1, "is not there: www.example.com. TXT"),
    (("remove", ZONE_NAME, "@", "SOA"), 1, "SOA"),
    (("remove", ZONE_NAME, "@", "NS"), 1, "release"),
    (("add", ZONE_NAME, "a..b", "A", "192.0.2.1"), 2, "is not a domain name"),
    (("add", ZONE_NAME, "x", "A", "192.0.2.1", "--if-serial", "9"), 1, "serial 1 by now, not 9"),
])
def test_what_is_wrong_is_told_and_changes_nothing(served, words, code, text):
    server = served()
    assert text in bad(server, "record", *words, code=code)
    assert serial(server) == 1


def test_a_dry_run_shows_and_changes_nothing(served):
    server = served()
    done = server.cli("record", "set", ZONE_NAME, "www", "A", "192.0.2.81", "--dry-run")
    assert done.returncode == 0
    assert done.stdout.splitlines() == ["-www.example.com.\t3600\tIN\tA\t192.0.2.80",
                                        "+www.example.com.\t3600\tIN\tA\t192.0.2.81"]
    assert (serial(server), texts(server, "www.example.com")) == (1, ["192.0.2.80"])
    assert "CNAME" in bad(server, "record", "add", ZONE_NAME, "www", "CNAME", "x", "--dry-run", code=5)


def test_the_api_takes_records_and_if_match(served):
    server = served()
    path = "/v1/zones/example.com/records/add"
    body = {"owner": "x", "type": "A", "ttl": 60, "rdata": ["192.0.2.1", "192.0.2.2"], "reason": "why"}
    status, answer = api(server, "POST", path, body, If_Match='"1"')
    assert (status, answer["serial"], len(answer["added"])) == (200, 2, 2)
    status, answer = api(server, "POST", path, dict(body, owner="y"), If_Match="1")
    assert (status, answer["error"]["code"]) == (412, "other-serial")
    assert api(server, "POST", path, {"type": "A", "rdata": ["192.0.2.1"]})[0] == 400
    assert api(server, "POST", path, dict(body, rdata=[7]))[0] == 400
    assert api(server, "POST", path, dict(body, ttl=-1))[0] == 400
    assert api(server, "POST", "/v1/reload", {}, If_Match="1")[0] == 400
    status, answer = api(server, "GET", "/v1/zones/example.com/log?max=1")
    assert answer["changes"][0]["origin"] == "api"
    assert answer["changes"][0]["author"] == getpass.getuser()
    assert api(server, "GET", "/v1/zones/example.com/log?max=x")[0] == 400
    assert api(server, "GET", "/v1/zones/example.com/log?maximum=1")[0] == 400


def test_lines_are_applied_as_one_change(served, tmp_path):
    server = served()
    lines = tmp_path / "lines"
    lines.write_text("; a comment\n-www A\n+www 60 A 192.0.2.90\n+a.example.com. 60 IN TXT \"x\"\n"
                     "-mail A 192.0.2.25\n+mail A 192.0.2.26\n")
    assert "serial 1 -> 2, +3 -2" in good(server, "zone", "apply", ZONE_NAME, lines)
    assert texts(server, "www.example.com") == ["192.0.2.90"]
    assert texts(server, "mail.example.com") == ["192.0.2.26"]
    # What a difference prints can be applied.
    lines.write_text(good(server, "zone", "diff", ZONE_NAME, "2", "1"))
    good(server, "zone", "apply", ZONE_NAME, lines)
    assert texts(server, "www.example.com") == ["192.0.2.80"]
    assert texts(server, "a.example.com", "TXT") == []


# ---- transactions ----

def test_a_transaction_is_one_change(served):
    server = served()
    good(server, "zone", "begin", ZONE_NAME, "-m", "moving")
    assert "transaction of" in bad(server, "zone", "begin", ZONE_NAME)
    good(server, "record", "remove", ZONE_NAME, "www", "A")
    good(server, "record", "add", ZONE_NAME, "www", "A", "192.0.2.81")
    good(server, "record", "add", ZONE_NAME, "b", "A", "192.0.2.82")
    assert "is not there" in bad(server, "record", "remove", ZONE_NAME, "c", "A")
    assert (serial(server), texts(server, "www.example.com")) == (1, ["192.0.2.80"])
    assert good(server, "zone", "diff", ZONE_NAME).splitlines()[:3] == [
        "-www.example.com.\t3600\tIN\tA\t192.0.2.80", "+b.example.com.\t3600\tIN\tA\t192.0.2.82",
        "+www.example.com.\t3600\tIN\tA\t192.0.2.81"]
    assert json.loads(good(server, "zone", "status", ZONE_NAME, "--json"))["transactions"] == 1
    assert "serial 1 -> 2, +2 -1" in good(server, "zone", "commit", ZONE_NAME)
    assert texts(server, "www.example.com") == ["192.0.2.81"]
    assert "moving" in good(server, "zone", "log", ZONE_NAME)
    assert "begin" in bad(server, "zone", "commit", ZONE_NAME)


def test_a_transaction_sees_what_others_did(served):
    server = served()
    good(server, "zone", "begin", ZONE_NAME)
    good(server, "record", "add", ZONE_NAME, "b", "A", "192.0.2.82")
    status, _ = api(server, "POST", "/v1/zones/example.com/apply", {"lines": ["+z 60 A 192.0.2.1"]})
    assert (status, serial(server)) == (200, 2)
    assert "--force" in bad(server, "zone", "commit", ZONE_NAME)
    assert serial(server) == 2
    good(server, "zone", "commit", ZONE_NAME, "--force")
    assert serial(server) == 3
    good(server, "zone", "begin", ZONE_NAME)
    good(server, "record", "remove", ZONE_NAME, "b", "A")
    assert "given up" in good(server, "zone", "abort", ZONE_NAME)
    assert texts(server, "b.example.com") == ["192.0.2.82"]


# ---- the editor ----

def editor(where, body, name="vi"):
    """A program that edits: it is given what an editor is given."""
    path = where / name
    path.write_text("#!/usr/bin/python3\nimport pathlib, sys\n"
                    "pathlib.Path(%r).open('a').write(' '.join(sys.argv[1:-1]) + '\\n')\n"
                    "file = pathlib.Path(sys.argv[-1])\ntext = file.read_text()\n%s\n"
                    "file.write_text(text)\n" % (str(where / "calls"), body))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def edit(server, path, *words, answers=""):
    environment = dict(os.environ, VISUAL=str(path), TMPDIR=str(path.parent))
    return subprocess.run([str(BUILD / "tandem"), "zone", "edit", ZONE_NAME, *words, "--socket",
                           str(server.socket)], input=answers, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=environment, timeout=60)


def test_a_zone_is_edited(served, tmp_path):
    server = served()
    program = editor(tmp_path, "text = text.replace('192.0.2.80', '192.0.2.81')")
    done = edit(server, program, "-m", "by hand", answers="y\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:2] == ["-www.example.com.\t3600\tIN\tA\t192.0.2.80",
                                            "+www.example.com.\t3600\tIN\tA\t192.0.2.81"]
    assert (serial(server), texts(server, "www.example.com")) == (2, ["192.0.2.81"])
    assert "by hand" in good(server, "zone", "log", ZONE_NAME)
    assert not list(tmp_path.glob("*.zone"))


@pytest.mark.parametrize("answers", ["n\n", ""])
def test_an_edit_that_is_not_confirmed_is_kept(served, tmp_path, answers):
    server = served()
    program = editor(tmp_path, "text = text.replace('192.0.2.80', '192.0.2.81')")
    done = edit(server, program, answers=answers)
    assert serial(server) == 1
    (kept,) = tmp_path.glob("*.zone")
    assert str(kept) in done.stderr and "192.0.2.81" in kept.read_text()


def test_an_edit_of_nothing(served, tmp_path):
    server = served()
    done = edit(server, editor(tmp_path, "text = text + '; looked at\\n'"))
    assert done.returncode == 0 and "nothing was changed" in done.stderr
    assert serial(server) == 1


def test_an_error_leads_back_to_its_line(served, tmp_path):
    server = served()
    program = editor(tmp_path, """
if '192.0.2.800' in text:
    text = text.replace('192.0.2.800', '192.0.2.81')
else:
    text = text.replace('192.0.2.80', '192.0.2.800')
    pathlib.Path(%r).write_text(str(1 + text.split('192.0.2.800')[0].count('\\n')))
""" % str(tmp_path / "line"))
    done = edit(server, program, answers="y\ny\n")
    assert done.returncode == 0, done.stderr
    line = (tmp_path / "line").read_text()
    assert ".zone:%s:" % line in done.stderr
    assert (tmp_path / "calls").read_text().splitlines() == ["", "+" + line]
    assert texts(server, "www.example.com") == ["192.0.2.81"]


def test_two_people_do_not_overwrite_each_other(served, tmp_path):
    server = served()
    program = editor(tmp_path, """
import subprocess
subprocess.run([%r, 'record', 'add', 'example.com', 'other', 'A', '192.0.2.9', '--socket', %r], check=True,
               stdout=subprocess.DEVNULL)
text = text.replace('192.0.2.80', '192.0.2.81')
""" % (str(BUILD / "tandem"), str(server.socket)))
    done = edit(server, program, "--yes")
    assert done.returncode == 1
    assert "somebody else" in done.stderr
    assert (texts(server, "www.example.com"), serial(server)) == (["192.0.2.80"], 2)


# ---- history ----

@pytest.fixture
def story(served):
    """Serial 1 from the file, 2 adds a, 3 changes www, 4 removes mail's MX target, 5 adds b."""
    server = served()
    good(server, "record", "add", ZONE_NAME, "a", "60", "A", "192.0.2.1", "-m", "the first")
    good(server, "record", "set", ZONE_NAME, "www", "A", "192.0.2.81", "-m", "moved")
    good(server, "record", "remove", ZONE_NAME, "*.any", "TXT")
    good(server, "record", "add", ZONE_NAME, "b", "60", "A", "192.0.2.2")
    return server


def test_the_log_of_a_zone(story):
    log = json.loads(good(story, "zone", "log", ZONE_NAME, "--json"))
    assert [change["serial"] for change in log["changes"]][:4] == [5, 4, 3, 2]
    moved = log["changes"][2]
    assert (moved["reason"], moved["origin"], moved["author"]) == ("moved", "command",
                                                                  getpass.getuser())
    assert (moved["added_count"], moved["removed_count"]) == (1, 1)
    page = json.loads(good(story, "zone", "log", ZONE_NAME, "--max", "2", "--before", "5", "--json"))
    assert [change["serial"] for change in page["changes"]] == [4, 3]
    assert page["more"]
    lines = good(story, "zone", "log", ZONE_NAME).splitlines()
    assert re.match(r"3 +\d{4}-.*Z  \S+ +command +\+1 -1  moved$", lines[2])
    assert "not in the history" in bad(story, "zone", "log", ZONE_NAME, "--before", "77")


def test_one_change_and_the_difference_of_two(story):
    shown = good(story, "zone", "show", ZONE_NAME, "3")
    change = ["-www.example.com.\t3600\tIN\tA\t192.0.2.80", "+www.example.com.\t3600\tIN\tA\t192.0.2.81"]
    assert shown.splitlines()[2:] == change
    assert good(story, "zone", "diff", ZONE_NAME, "2", "3").splitlines() == change
    back = good(story, "zone", "diff", ZONE_NAME, "5", "1").splitlines()
    assert [line[0] for line in back] == ["-"] * 3 + ["+"] * 2
    assert good(story, "zone", "diff", ZONE_NAME, "3", "3") == ""
    assert "not in the history" in bad(story, "zone", "show", ZONE_NAME, "99")
    assert "not a serial" in bad(story, "zone", "show", ZONE_NAME, "x", code=2)


def test_the_zone_as_it_was(story, tmp_path):
    now = good(story, "zone", "at", ZONE_NAME).splitlines()[1:]
    assert good(story, "zone", "at", ZONE_NAME, "5").splitlines()[1:] == now
    then = tmp_path / "then.zone"
    good(story, "zone", "at", ZONE_NAME, "1", "--file", then)
    original = tmp_path / "original.zone"
    original.write_text(ZONE)

    def printed(path):
        done = subprocess.run([str(BUILD / "tandem"), "zone", "check", ZONE_NAME, str(path), "--print"],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert printed(then) == printed(original)
    three = good(story, "zone", "at", ZONE_NAME, "3")
    assert "192.0.2.81" in three and "wildcard" in three and "192.0.2.2\n" not in three
    assert "goes from 1 to 5" in bad(story, "zone", "at", ZONE_NAME, "9")


def test_a_change_is_taken_back(story):
    assert "serial 5 -> 6, +1 -1" in good(story, "zone", "revert", ZONE_NAME, "3")
    assert texts(story, "www.example.com") == ["192.0.2.80"]
    assert texts(story, "b.example.com") == ["192.0.2.2"]
    assert "revert 3" in good(story, "zone", "log", ZONE_NAME)
    done = story.cli("zone", "revert", ZONE_NAME, "3")
    assert done.returncode == 1
    assert "is not there: www.example.com." in done.stderr
    good(story, "zone", "revert", ZONE_NAME, "6", "--dry-run")
    assert serial(story) == 6
    good(story, "zone", "revert", ZONE_NAME, "6")
    assert texts(story, "www.example.com") == ["192.0.2.81"]


def test_who_put_a_record_where_it_is(story):
    good(story, "record", "add", ZONE_NAME, "www", "A", "192.0.2.99")
    rows = json.loads(good(story, "zone", "blame", ZONE_NAME, "www", "A", "--json"))["records"]
    assert {row["record"].split("\t")[4]: row["serial"] for row in rows} == {
        "192.0.2.81": 3, "192.0.2.99": 6}
    rows = json.loads(good(story, "zone", "blame", ZONE_NAME, "mail.example.com.", "A", "--json"))
    assert [row["known"] for row in rows["records"]] == [False]
    assert "moved" in good(story, "zone", "blame", ZONE_NAME, "www", "A")
    assert "no such records" in bad(story, "zone", "blame", ZONE_NAME, "nothing", "A")


def test_history_outlives_the_daemon(story):
    story.stop()
    story.start()
    story.wait(lambda: serial(story) == 5)
    assert "moved" in good(story, "zone", "log", ZONE_NAME)
    assert "192.0.2.80" in good(story, "zone", "at", ZONE_NAME, "2")
    good(story, "zone", "revert", ZONE_NAME, "3")
    assert texts(story, "www.example.com") == ["192.0.2.80"]


# ---- the file ----

def test_a_frozen_zone_is_not_changed(served):
    server = served()
    assert "frozen" in good(server, "zone", "freeze", ZONE_NAME)
    assert "frozen" in bad(server, "record", "add", ZONE_NAME, "x", "A", "192.0.2.1")
    assert "thaw" in good(server, "zone", "status", ZONE_NAME)
    good(server, "zone", "thaw", ZONE_NAME)
    good(server, "record", "add", ZONE_NAME, "x", "A", "192.0.2.1")


def test_the_file_is_written(served):
    server = served()
    good(server, "record", "add", ZONE_NAME, "x", "A", "192.0.2.1")
    assert json.loads(good(server, "zone", "status", ZONE_NAME, "--json"))["changes_since_file"] == 1
    assert ", 0 changes since its file" in good(server, "zone", "flush", ZONE_NAME)
    text = (server.where / "example.com.zone").read_text()
    assert "x.example.com." in text and re.search(r"SOA\s.* 2 ", text)


@pytest.mark.parametrize("take, x, y", [("file", [], ["192.0.2.2"]), ("log", ["192.0.2.1"], []),
                                        ("merge", ["192.0.2.1"], ["192.0.2.2"])])
def test_a_conflict_of_file_and_zone(served, take, x, y):
    server = served()
    good(server, "record", "add", ZONE_NAME, "x", "A", "192.0.2.1")
    server.zone(ZONE_NAME, ZONE.replace("hostmaster 1 ", "hostmaster 2 ") + "y A 192.0.2.2\n")
    server.cli("zone", "reload", ZONE_NAME)
    status = json.loads(good(server, "zone", "status", ZONE_NAME, "--json"))
    assert status["conflict"] and status["trouble"]
    assert "--take" in good(server, "zone", "status", ZONE_NAME)
    assert "'take' is file, log or merge" in bad(server, "zone", "reload", ZONE_NAME, "--take", "all",
                                                code=2)
    good(server, "zone", "reload", ZONE_NAME, "--take", take)
    server.wait(lambda: (texts(server, "x.example.com"), texts(server, "y.example.com")) == (x, y))
    assert not json.loads(good(server, "zone", "status", ZONE_NAME, "--json"))["conflict"]


def test_what_the_brake_holds_is_released(served):
    server = served(start=True)
    records = "".join("h%d A 192.0.2.%d\n" % (i, i) for i in range(1, 201))
    server.zone(ZONE_NAME, ZONE.replace("hostmaster 1 ", "hostmaster 2 ") + records)
    good(server, "zone", "reload", ZONE_NAME)
    lines = server.where / "lines"
    lines.write_text("".join("-h%d A\n" % i for i in range(1, 151)))
    assert "tandem zone release" in bad(server, "zone", "apply", ZONE_NAME, lines)
    assert texts(server, "h1.example.com") == ["192.0.2.1"]
    status = json.loads(good(server, "zone", "status", ZONE_NAME, "--json"))
    assert status["held"] and status["trouble"]
    good(server, "record", "add", ZONE_NAME, "later", "A", "192.0.2.9")
    assert "-150 records" in good(server, "zone", "release", ZONE_NAME)
    assert (texts(server, "h1.example.com"), texts(server, "later.example.com")) == ([], ["192.0.2.9"])
    assert "is held" in bad(server, "zone", "release", ZONE_NAME)
