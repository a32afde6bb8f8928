"""What the brake holds, over restarts; what a reload would do; two people at a zone; updates beside a file."""
import json
import os
import subprocess
import threading
import time

import dns.query
import dns.rcode
import pytest

from conftest import BUILD
from test_change_verbs import api, texts
from test_update import message, send

ZONE = """$TTL 300
@     SOA ns1 hostmaster 10 7200 3600 1209600 300
@     NS ns1
ns1   A 192.0.2.1
www   A 192.0.2.3
"""
MANY = ZONE + "".join("h%d A 192.0.2.9\n" % i for i in range(200))


@pytest.fixture
def server(tandem):
    server = tandem(start=False, zones=[])
    server.file = server.where / "example.com.zone"
    server.file.write_text(MANY)
    server.configure(zones=[{"name": "example.com", "file": str(server.file), "update": [{"address": "127.0.0.1"}]}])
    return server.start()


def do(server, *words, code=0):
    done = server.cli(*words)
    assert done.returncode == code, (done.stdout, done.stderr)
    return done.stdout + done.stderr


def serial(server):
    return server.ask("example.com", "SOA").answer[0][0].serial


def status(server):
    return json.loads(do(server, "zone", "status", "example.com", "--json"))


def names(server):
    return sum(line.startswith("h") for line in do(server, "zone", "at", "example.com").split("\n"))


def lines(server, first, last):
    path = server.where / "lines"
    path.write_text("".join("-h%d A\n" % i for i in range(first, last)))
    return path


def again(server, kill=False):
    if kill:
        server.process.kill()
        server.process.wait()
    server.stop(None)
    server.start()


# ---- by command ----

@pytest.mark.parametrize("kill", [False, True])
def test_a_command_stays_held_over_a_restart(server, kill):
    assert "tandem zone release" in do(server, "zone", "apply", "example.com", lines(server, 0, 150), "-m", "tidy", code=1)
    again(server, kill)
    assert status(server)["held"] and "150 of " in status(server)["trouble"] and names(server) == 200
    do(server, "record", "add", "example.com", "later", "A", "192.0.2.77")
    assert "-h7.example.com." in do(server, "zone", "release", "example.com", "--dry-run")
    assert "-150 records" in do(server, "zone", "release", "example.com")
    assert names(server) == 50 and texts(server, "later.example.com") == ["192.0.2.77"]
    newest = json.loads(do(server, "zone", "log", "example.com", "--json"))["changes"][0]
    assert newest["reason"] == "tidy"
    assert not status(server)["held"]
    again(server, kill)
    assert not status(server)["held"] and names(server) == 50
    do(server, "zone", "release", "example.com", code=1)


def test_orders_tell_of_themselves_only(server):
    """What the brake holds, or a file that does not load, is no failure of freeze, thaw and flush."""
    do(server, "record", "remove", "example.com", "@", "NS", code=1)
    server.file.write_text(MANY + "broken A 192.0.2\n")
    do(server, "zone", "reload", "example.com", code=5)
    assert do(server, "zone", "freeze", "example.com") == "example.com. serial 10, frozen, 0 changes since its file\n"
    assert do(server, "zone", "thaw", "example.com") == "example.com. serial 10, not frozen, 0 changes since its file\n"
    assert do(server, "zone", "flush", "example.com") == "example.com. serial 10, not frozen, 0 changes since its file\n"
    assert "last name server" in do(server, "zone", "status", "example.com")
    # But one that cannot write says so, and where.
    server.file.unlink()
    (server.file / "in the way").mkdir(parents=True)
    assert "tandem: %s: " % server.file in do(server, "zone", "flush", "example.com", code=1).replace(".tmp", "")


def test_what_a_release_would_do_is_told(server):
    assert "'tandem zone release example.com' does it" in do(server, "zone", "apply", "example.com",
                                                             lines(server, 0, 150), code=1)
    assert "as things are: " in do(server, "record", "remove", "example.com", "@", "NS", code=1)
    do(server, "zone", "release", "example.com", code=5)
    assert status(server)["held"] and texts(server, "example.com", "NS")


def test_one_is_held_and_a_newer_one_takes_its_place(server):
    do(server, "zone", "apply", "example.com", lines(server, 0, 150), code=1)
    do(server, "zone", "apply", "example.com", lines(server, 100, 200), code=1)
    again(server)
    assert "100 of " in status(server)["trouble"]
    do(server, "zone", "release", "example.com")
    assert names(server) == 100 and texts(server, "h1.example.com")
    do(server, "zone", "release", "example.com", code=1)


def test_what_does_not_fit_any_more_is_told_and_stays_held(server):
    do(server, "zone", "apply", "example.com", lines(server, 0, 150), code=1)
    do(server, "record", "remove", "example.com", "h17", "A")
    before = serial(server)
    assert "h17.example.com." in do(server, "zone", "release", "example.com", code=1)
    assert serial(server) == before and status(server)["held"]
    do(server, "record", "add", "example.com", "h17", "A", "192.0.2.9")
    do(server, "zone", "release", "example.com")
    assert names(server) == 50


def test_it_can_be_given_up(server):
    do(server, "zone", "apply", "example.com", lines(server, 0, 150), code=1)
    assert "given up" in do(server, "zone", "release", "example.com", "--abort")
    assert not status(server)["held"] and names(server) == 200
    again(server)
    assert not status(server)["held"]


# ---- by file ----

@pytest.mark.parametrize("kill", [False, True])
@pytest.mark.parametrize("changed", [False, True])
def test_a_file_stays_held_over_a_restart(server, kill, changed):
    """A start loads the file: what was served must not go because of that."""
    if changed:
        do(server, "record", "add", "example.com", "more", "A", "192.0.2.78")
        do(server, "zone", "flush", "example.com")
    served = serial(server)
    server.file.write_text(ZONE)
    assert "is held" in do(server, "zone", "reload", "example.com", code=1)
    for _ in range(2):
        again(server, kill)
        assert names(server) == 200 and serial(server) == served
        assert bool(texts(server, "more.example.com")) == changed
        server.wait(lambda: status(server)["held"])
    do(server, "record", "add", "example.com", "later", "A", "192.0.2.77")
    again(server, kill)
    assert names(server) == 200 and texts(server, "later.example.com") == ["192.0.2.77"]


def test_what_is_said_to_be_held_is_held_after_a_kill(server):
    """It is said when the base is on disk and the log knows, and not before: killed at any instant between."""
    many = ZONE + "".join("h%d A 192.0.2.9\n" % i for i in range(20000))
    took = 0
    for i in range(16):
        server.stop(None)
        for path in server.where.glob("**/*"):
            if path.is_file() and path.suffix in (".log", ".base"):
                path.unlink()
        server.file.write_text(many)
        server.start()
        server.file.write_text(ZONE)
        began = time.monotonic()
        do(server, "zone", "reload", "example.com", "--no-wait")
        if i == 0:
            server.wait(lambda: "is held" in server.log(), pause=0.001)
            took = time.monotonic() - began
        else:
            time.sleep(max(0, began + took * i / 12 - time.monotonic()))
        server.process.kill()
        server.process.wait()
        was_told = "is held" in server.log()
        again(server)
        assert names(server) == 20000 or not was_told, i


def test_it_is_said_when_a_file_cannot_stay_held(server):
    (server.where / "base").write_text("no directory")
    server.file.write_text(ZONE)
    assert "is held" in do(server, "zone", "reload", "example.com", code=1)
    assert names(server) == 200 and "a restart would do so, since the base cannot be written" in server.log()


@pytest.mark.parametrize("lost", [None, "base", "octets", "changes"])
def test_a_file_that_changes_while_nobody_looks_is_compared_at_the_start(server, lost):
    """Where a base and the log lead to what was served, that is served on, and the file is loaded as ever."""
    do(server, "record", "add", "example.com", "more", "A", "192.0.2.78")
    server.wait(server.has_base)
    do(server, "record", "add", "example.com", "behind", "A", "192.0.2.79")
    do(server, "zone", "flush", "example.com")
    if lost == "base":
        do(server, "zone", "purge", "example.com")
    base = next(iter(server.where.glob("base/*/example.com.base")), None)
    older = base and base.read_bytes()
    served, whole = serial(server), server.file.read_text()
    server.stop()
    if lost == "octets":
        base.write_bytes(older[:-1])
    if lost == "changes":
        for path in server.where.glob("changes/*.log"):
            path.write_bytes(path.read_bytes().replace(b"\6behind\7example", b"\6bahind\7example"))
    server.file.write_text(whole.replace("192.0.2.78", "192.0.2.80"))
    server.start()
    server.wait(lambda: serial(server) == served + 1)
    assert texts(server, "more.example.com") == ["192.0.2.80"] and texts(server, "behind.example.com")
    newest = json.loads(do(server, "zone", "log", "example.com", "--json"))["changes"][0]
    assert newest["break"] == bool(lost)
    if lost:
        return
    server.stop()
    server.file.write_text(ZONE)
    server.start()
    server.wait(lambda: status(server)["held"])
    assert names(server) == 200 and texts(server, "behind.example.com") and serial(server) == served + 1


def test_a_held_file_is_released_or_mended(server):
    server.file.write_text(ZONE)
    server.cli("zone", "reload", "example.com")
    again(server)
    server.wait(lambda: status(server)["held"])
    do(server, "zone", "release", "example.com")
    assert names(server) == 0 and serial(server) == 11
    again(server)
    assert names(server) == 0 and serial(server) == 11 and not status(server)["held"]
    server.file.write_text(MANY)
    do(server, "zone", "reload", "example.com")
    server.file.write_text(ZONE)
    server.cli("zone", "reload", "example.com")
    assert status(server)["held"]
    server.file.write_text(MANY.replace("192.0.2.3", "192.0.2.4"))
    do(server, "zone", "reload", "example.com")
    assert not status(server)["held"] and texts(server, "www.example.com") == ["192.0.2.4"]
    again(server)
    assert not status(server)["held"] and texts(server, "www.example.com") == ["192.0.2.4"] and names(server) == 200


def test_a_release_after_other_changes_prints_the_conflict(server):
    server.file.write_text(ZONE)
    server.cli("zone", "reload", "example.com")
    do(server, "record", "add", "example.com", "later", "A", "192.0.2.77")
    assert "--take" in do(server, "zone", "release", "example.com", code=1)
    assert names(server) == 200


def test_a_file_takes_the_place_of_a_command_and_not_the_other_way(server):
    do(server, "zone", "apply", "example.com", lines(server, 0, 150), code=1)
    server.file.write_text(ZONE)
    server.cli("zone", "reload", "example.com")
    assert "200 of " in status(server)["trouble"]
    assert "zone file says already" in do(server, "zone", "apply", "example.com", lines(server, 0, 150), code=1)
    server.file.write_text(MANY)
    do(server, "zone", "reload", "example.com")
    assert not status(server)["held"]
    do(server, "zone", "release", "example.com", code=1)
    assert names(server) == 200


# ---- what a reload would do ----

def test_a_reload_is_tried_first(server):
    def tried(*words):
        return do(server, "zone", "reload", "example.com", *words, "--dry-run")

    assert "is so already" in tried() or "nothing was changed" in tried()
    server.file.write_text(MANY.replace("192.0.2.3\n", "192.0.2.4\n"))
    change = "-www.example.com.\t300\tIN\tA\t192.0.2.3\n+www.example.com.\t300\tIN\tA\t192.0.2.4\n"
    assert tried().startswith(change)
    do(server, "record", "add", "example.com", "new", "60", "A", "192.0.2.50")
    told = tried()
    assert "--take" in told and "-new.example.com." in told
    assert "-new.example.com." in tried("--take", "file") and "+www.example.com." in tried("--take", "file")
    assert tried("--take", "merge").startswith(change) and "-new" not in tried("--take", "merge")
    assert "+" not in tried("--take", "log").split("\n")[0]
    do(server, "zone", "reload", "example.com", "--take", "all", "--dry-run", code=2)
    server.file.write_text(ZONE)
    assert "brake would hold" in tried("--take", "file")
    server.file.write_text(ZONE + "www A not-an-address\n")
    assert "address" in do(server, "zone", "reload", "example.com", "--dry-run", code=5)
    assert serial(server) == 11 and not status(server)["held"] and not status(server)["conflict"]
    assert status(server)["changes_since_file"] == 1
    server.file.write_text(MANY.replace("192.0.2.3\n", "192.0.2.4\n"))
    do(server, "reload", "example.com", "--take", "merge")
    assert texts(server, "www.example.com") == ["192.0.2.4"] and texts(server, "new.example.com") == ["192.0.2.50"]


def test_what_was_merged_before_goes_with_the_file(server):
    do(server, "record", "add", "example.com", "new", "60", "A", "192.0.2.50")
    for last in (101, 102):
        server.file.write_text(MANY + "file A 192.0.2.%d\n" % last)
        do(server, "zone", "reload", "example.com", "--take", "merge")
        assert texts(server, "file.example.com") == ["192.0.2.%d" % last]
    server.file.write_text(MANY)
    do(server, "zone", "reload", "example.com", "--take", "merge")
    assert not texts(server, "file.example.com") and texts(server, "new.example.com")


# ---- file and zone were both changed, in much ----

def large(server, kept, fresh):
    """The zone has many names, some changed beside its file; the file keeps so many of them and has so many new ones."""
    old = ZONE + "".join("h%d A 192.0.2.9\n" % i for i in range(3000))
    server.file.write_text(old)
    server.configure(zones=[{"name": "example.com", "file": str(server.file), "brake": "off",
                             "update": [{"address": "127.0.0.1"}]}])
    do(server, "reload")
    assert names(server) == 3000
    do(server, "record", "add", "example.com", "mine", "60", "A", "192.0.2.70")
    do(server, "record", "remove", "example.com", "h7", "A")
    do(server, "record", "remove", "example.com", "h2999", "A")
    server.file.write_text(ZONE + "".join("h%d A 192.0.2.9\n" % i for i in range(kept)) +
                           "".join("new%d A 192.0.2.10\n" % i for i in range(fresh)))
    assert "--take merge" in do(server, "zone", "reload", "example.com", code=1)
    assert status(server)["conflict"]


def is_merged(server, kept, fresh):
    text = do(server, "zone", "at", "example.com")
    return ("\nmine.example.com." in text and "\nh7.example.com." not in text and "\nh2999.example.com." not in text and
            text.count("\nnew") == fresh and names(server) == kept - 1 and "\nwww.example.com." in text)


@pytest.mark.parametrize("kept, fresh, is_break", [(2000, 1500, False), (100, 2900, True)])
def test_a_large_difference_is_merged(server, kept, fresh, is_break):
    large(server, kept, fresh)
    told = do(server, "zone", "reload", "example.com", "--take", "merge", "--dry-run")
    assert is_break or ("+new7.example.com." in told and "-mine" not in told and "h7.example.com.\t" not in told)
    assert ("more that differs" in told) == is_break
    before = serial(server)
    do(server, "zone", "reload", "example.com", "--take", "merge")
    assert is_merged(server, kept, fresh) and serial(server) > before and not status(server)["conflict"]
    newest = json.loads(do(server, "zone", "log", "example.com", "--json"))["changes"][0]
    assert newest["break"] == is_break and newest["serial"] == serial(server)
    seen, text = serial(server), do(server, "zone", "at", "example.com")
    again(server, kill=True)
    assert serial(server) == seen and do(server, "zone", "at", "example.com") == text
    do(server, "record", "add", "example.com", "later", "A", "192.0.2.77")
    again(server, kill=True)
    assert is_merged(server, kept, fresh) and texts(server, "later.example.com") and serial(server) > seen
    if not is_break:
        do(server, "zone", "revert", "example.com", str(seen))
        assert names(server) == 2998 and texts(server, "mine.example.com") and not texts(server, "new7.example.com")


def test_a_large_merge_that_a_check_refuses_changes_nothing(server):
    large(server, 100, 2900)
    do(server, "record", "add", "example.com", "alias", "CNAME", "www")
    text = do(server, "zone", "at", "example.com")
    with open(server.file, "a") as file:
        file.write("alias A 192.0.2.1\n")
    assert "alias.example.com" in do(server, "zone", "reload", "example.com", "--take", "merge", "--dry-run", code=5)
    do(server, "zone", "reload", "example.com", "--take", "merge", code=5)
    assert do(server, "zone", "at", "example.com") == text and status(server)["conflict"]
    assert "alias.example.com" in do(server, "zone", "status", "example.com")
    # What was chosen was for that load: the next one asks again.
    server.file.write_text(server.file.read_text().replace("alias A", "other A"))
    do(server, "zone", "reload", "example.com", code=1)
    assert status(server)["conflict"] and do(server, "zone", "at", "example.com") == text
    do(server, "zone", "reload", "example.com", "--take", "merge")
    assert is_merged(server, 100, 2900) and texts(server, "other.example.com")


class Updates:
    """Three clients that update as fast as they are answered, while this is entered."""

    def __init__(self, server):
        self.server, self.stop = server, threading.Event()
        self.done, self.refused, self.serials = [], [], []
        self.threads = [threading.Thread(target=self.update, args=(who,)) for who in range(3)]

    def update(self, who):
        i = 0
        while not self.stop.is_set():
            name = "u%d-%d" % (who, i)
            change = message()
            change.add(name, 60, "A", "192.0.2.1")
            is_done = send(self.server, change, tcp=True).rcode() == dns.rcode.NOERROR
            (self.done if is_done else self.refused).append(name)
            if who == 0:
                self.serials.append(serial(self.server))
            i += 1

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        self.before = self.server.wait(lambda: len(self.done) > 20 and list(self.done))
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def lost(self, text):
        """Those that are not in the zone: of each client the first ones, or none."""
        assert self.serials == sorted(self.serials) and not self.refused
        lost = {name for name in self.done if "\n%s.example.com." % name not in text}
        for who in range(3):
            mine = [name for name in self.done if name.startswith("u%d-" % who)]
            gone = [name for name in mine if name in lost]
            assert gone == mine[:len(gone)]
        return lost


@pytest.mark.parametrize("take", ["merge", "file", "restore"])
def test_a_large_whole_under_updates_loses_none(server, take):
    """However often the zone is changed: in the end it is kept still while it is compared."""
    large(server, 100, 2900)
    backup = server.where / "backup"
    backup.write_text(do(server, "zone", "backup", "example.com"))
    if take == "restore":
        do(server, "zone", "reload", "example.com", "--take", "file")
    with Updates(server) as updates:
        if take == "restore":
            do(server, "zone", "restore", "example.com", str(backup))
        else:
            do(server, "zone", "reload", "example.com", "--take", take)
    text = do(server, "zone", "at", "example.com")
    if take == "merge":
        assert is_merged(server, 100, 2900) and not updates.lost(text)
    else:  # the operator has chosen: what was there is gone, what came later stays
        assert set(updates.before) <= updates.lost(text)
        assert names(server) == (100 if take == "file" else 2998) and ("\nmine." in text) == (take == "restore")
    again(server, kill=True)
    assert do(server, "zone", "at", "example.com") == text


# ---- two people ----

def test_the_second_of_two_has_to_look_again(server):
    seen = serial(server)
    path = "/v1/zones/example.com/records/"
    first = {"owner": "www", "type": "A", "rdata": ["192.0.2.11"]}
    assert api(server, "POST", path + "set", first, If_Match=str(seen))[0] == 200
    status_code, answer = api(server, "POST", path + "set", dict(first, rdata=["192.0.2.12"]), If_Match='"%d"' % seen)
    assert status_code == 412 and answer["error"]["code"] == "other-serial"
    assert texts(server, "www.example.com") == ["192.0.2.11"]
    assert api(server, "POST", path + "set", dict(first, rdata=["192.0.2.12"]), If_Match=str(seen + 1))[0] == 200
    assert api(server, "POST", path + "set", first, If_Match="x")[0] == 400


def test_many_at_once_with_the_same_serial_and_one_wins(server):
    seen, results = serial(server), []

    def edit(i):
        body = {"owner": "n%d" % i, "type": "A", "rdata": ["192.0.2.11"]}
        results.append(api(server, "POST", "/v1/zones/example.com/records/add", body, If_Match=str(seen))[0])

    threads = [threading.Thread(target=edit, args=(i,)) for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [200] + [412] * 15 and serial(server) == seen + 1


def test_a_transaction_sees_what_others_did(server):
    zone = "/v1/zones/example.com/"
    assert api(server, "POST", zone + "begin", {})[0] == 200
    do(server, "record", "add", "example.com", "mine", "60", "A", "192.0.2.70")
    update = message()
    update.replace("www", 60, "A", "192.0.2.71")
    assert send(server, update).rcode() == dns.rcode.NOERROR
    assert serial(server) == 11
    status_code, answer = api(server, "POST", zone + "commit", {})
    assert status_code == 412 and "--force" in answer["error"]["text"]
    assert api(server, "POST", zone + "commit", {}, If_Match="10")[0] == 412
    assert "+mine.example.com." in do(server, "zone", "diff", "example.com")
    assert api(server, "POST", zone + "commit", {}, If_Match="11")[0] == 200
    assert serial(server) == 12 and texts(server, "www.example.com") == ["192.0.2.71"]
    assert texts(server, "mine.example.com") == ["192.0.2.70"]
    assert api(server, "POST", zone + "commit", {})[0] == 409


@pytest.mark.skipif(os.geteuid() != 0, reason="another user can only be had by root")
def test_two_users_have_a_transaction_each(server):
    server.socket.chmod(0o666)
    for part in server.where.parents:
        if part != part.parent and str(part).startswith("/tmp"):
            part.chmod(part.stat().st_mode | 0o055)
    server.where.chmod(0o755)

    def other(*words, code=0):
        done = subprocess.run([str(BUILD / "tandem"), *words, "--socket", str(server.socket)], user=65534, group=65534,
                              extra_groups=[], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == code, done.stdout
        return done.stdout

    do(server, "zone", "begin", "example.com")
    other("zone", "begin", "example.com")
    do(server, "record", "add", "example.com", "mine", "60", "A", "192.0.2.70")
    other("record", "add", "example.com", "yours", "60", "A", "192.0.2.71")
    assert "yours" not in do(server, "zone", "diff", "example.com") and "mine" not in other("zone", "diff", "example.com")
    assert status(server)["transactions"] == 2
    do(server, "zone", "commit", "example.com")
    assert "--force" in other("zone", "commit", "example.com", code=1)
    other("zone", "commit", "example.com", "--force")
    assert texts(server, "mine.example.com") and texts(server, "yours.example.com") and serial(server) == 12
    authors = [change["author"] for change in json.loads(do(server, "zone", "log", "example.com", "--json"))["changes"]]
    assert authors == ["nobody", "root"]
    other("zone", "begin", "example.com")
    assert "has no transaction" in do(server, "zone", "abort", "example.com", code=1)
    other("zone", "abort", "example.com")


# ---- updates beside a file ----

def test_updates_in_flight_while_a_file_commits(server):
    """Whatever was acknowledged is there, serials only grow, and no file is lost unsaid."""
    done, stop, serials = [], threading.Event(), []

    def update():
        i = 0
        while not stop.is_set():
            change = message()
            change.add("u%d" % i, 60, "A", "192.0.2.%d" % (i % 250))
            if send(server, change, tcp=True).rcode() == dns.rcode.NOERROR:
                done.append(i)
            i += 1
            time.sleep(0.005)  # not so many that what the file lacks is more than the zone

    def watch():
        while not stop.is_set():
            serials.append(serial(server))

    threads = [threading.Thread(target=update), threading.Thread(target=watch)]
    for thread in threads:
        thread.start()
    for i in range(12):
        server.file.write_text(MANY + "file A 192.0.2.%d\n" % (100 + i))
        words, tries = [], 0
        while texts(server, "file.example.com") != ["192.0.2.%d" % (100 + i)]:
            tries += 1
            assert tries < 30, (status(server), server.log()[-3000:])
            assert server.cli("zone", "reload", "example.com", *words).returncode in (0, 1)
            words = ["--take", "merge"] if status(server)["conflict"] else []
    stop.set()
    for thread in threads:
        thread.join()
    assert len(done) > 20 and serials == sorted(serials)
    text = do(server, "zone", "at", "example.com")
    assert [i for i in done if "\nu%d.example.com." % i not in text] == []
    again(server, kill=True)
    assert do(server, "zone", "at", "example.com") == text
