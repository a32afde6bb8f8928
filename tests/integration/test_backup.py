"""A zone with its history as a file, and back: where it is served, and where nothing is known of it."""
import hashlib
import json
import re
import socket

import dns.zone

from conftest import ZONE, run
from test_change_verbs import UnixConnection
from test_secondary import KEY, KEYS, serial

FILES = [{"name": "example.com", "file": "example.com.zone", "allow-transfer": ["127.0.0.1"]}]


def good(server, *words):
    done = server.cli(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def upload(server, octets, query="", **headers):
    connection = UnixConnection(server.socket)
    connection.request("POST", "/v1/zones/example.com/restore" + query, octets,
                       {name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return response.status, answer


def log(server):
    answer = json.loads(good(server, "zone", "log", "example.com", "--json"))
    return [(change["serial"], change["author"], change["reason"], change["added_count"], change["removed_count"],
             change["time"]) for change in answer["changes"]]


def records(server):
    return sorted(line for line in good(server, "zone", "at", "example.com").split("\n")
                  if line and not line.startswith(";") and "\tSOA\t" not in line)


def with_history(server):
    good(server, "record", "add", "example.com", "a", "60", "A", "192.0.2.1", "-m", "first")
    good(server, "record", "add", "example.com", "b", "60", "TXT", '"%s"' % ("x" * 250), "-m", "second")
    good(server, "record", "remove", "example.com", "a", "A", "-m", "third")
    path = server.where / "backup"
    good(server, "zone", "backup", "example.com", "--file", path)
    return path


def empty(tandem, **options):
    """Another machine: the same configuration, and nothing else."""
    server = tandem(start=False, zones=[])
    server.configure(zones=[dict(FILES[0], **options)])
    return server.start()


def test_it_is_a_zone_file_that_anybody_can_load(tandem):
    server = tandem()
    path = with_history(server)
    text = path.read_text()
    assert text.startswith("; tandem zone backup 1\n; zone example.com. serial 4 ")
    assert run("tandem", "zone", "check", "example.com", path).returncode == 0
    zone = dns.zone.from_text(text, "example.com", relativize=False)
    assert "b.example.com." in str(list(zone.nodes)) and zone.find_rdataset("b.example.com.", "TXT")
    assert good(server, "zone", "backup", "example.com").split("\n")[2:-2] == text.split("\n")[2:-2]
    digest = hashlib.sha256(text[:text.rindex("; end ")].encode()).hexdigest()
    assert text.upper().endswith("; END SHA256 %s\n" % digest.upper())


def test_a_new_machine_gets_serial_and_history(tandem):
    source = tandem()
    path = with_history(source)
    there, then = records(source), log(source)
    source.stop()
    server = empty(tandem)
    assert serial(server) is None
    told = good(server, "zone", "restore", "example.com", path)
    assert "serial 4" in told and "with its history" in told
    assert (serial(server), records(server), log(server)) == (4, there, then)
    server.wait(lambda: (server.where / "example.com.zone").exists())   # there was none
    good(server, "zone", "revert", "example.com", "4")
    assert serial(server) == 5 and "192.0.2.1" in str(server.ask("a.example.com").answer[0])
    server.stop(None)
    server.start()
    assert serial(server) == 5 and log(server)[1:] == then
    assert len([line for line in good(server, "zone", "at", "example.com", "3").split("\n") if "192.0.2.1" in line]) == 1


def test_it_is_there_after_a_kill(tandem):
    source = tandem()
    path = with_history(source)
    then = log(source)
    server = empty(tandem)
    good(server, "zone", "restore", "example.com", path)
    server.process.kill()
    server.process.wait()
    (server.where / "example.com.zone").unlink(missing_ok=True)
    server.start()
    assert serial(server) == 4 and log(server) == then


def test_where_it_is_served_it_is_a_change_like_any_other(tandem):
    server = tandem()
    path = with_history(server)
    there = records(server)
    good(server, "record", "set", "example.com", "www", "A", "192.0.2.200")
    good(server, "record", "add", "example.com", "late", "A", "192.0.2.201")
    assert serial(server) == 6
    told = server.cli("zone", "restore", "example.com", path, "--dry-run")
    assert "-late.example.com." in told.stdout and "nothing was changed" in told.stderr and serial(server) == 6
    assert server.cli("zone", "restore", "example.com", path, "--if-serial", "5").returncode == 1
    told = good(server, "zone", "restore", "example.com", path, "-m", "mistake")
    assert "serial 6 -> 7" in told and "+www.example.com." in told
    assert records(server) == there and serial(server) == 7
    newest = log(server)[0]
    assert newest[2] == "restore of serial 4: mistake" and newest[1] and len(log(server)) == 6
    assert "is so already" in good(server, "zone", "restore", "example.com", path) and serial(server) == 7
    good(server, "zone", "revert", "example.com", "7")
    assert "192.0.2.201" in str(server.ask("late.example.com").answer[0])
    status, answer = upload(server, path.read_bytes(), If_Match="8")
    assert status == 200 and answer["serial"] == 9
    assert upload(server, path.read_bytes(), If_Match="8")[0] == 412
    status, answer = upload(server, path.read_bytes(), "?dry-run=true&reason=none%20at%20all&timeout=5")
    assert status == 200 and answer["dry_run"]
    for query in ("?timeout=0", "?timeout=x", "?file=x", "?dry-run=1"):
        assert upload(server, path.read_bytes(), query)[0] == 400
    assert upload(server, b"")[0] == 400


def test_the_command_sends_the_file(tandem):
    """The daemon need not be able to read it, nor the operator to name it; a large one comes in alone."""
    server = tandem()
    path = with_history(server)
    whole = path.read_text()
    good(server, "record", "add", "example.com", "late", "A", "192.0.2.201")
    done = run("tandem", "zone", "restore", "example.com", "-", "--socket", server.socket, input=whole)
    assert done.returncode == 0 and "serial 5 -> 6" in done.stdout, done.stderr
    server.configure(zones=[dict(FILES[0], brake="off")])
    good(server, "reload")
    data = " ".join(['"%s"' % ("x" * 250)] * 17)
    (server.where / "lines").write_text("".join("+r%d.example.com. 60 IN TXT %s\n" % (i, data) for i in range(1500)))
    good(server, "zone", "apply", "example.com", server.where / "lines")
    large = server.where / "large"
    good(server, "zone", "backup", "example.com", "--file", large)
    assert large.stat().st_size > 12 << 20   # the zone, and the change
    good(server, "zone", "restore", "example.com", path)
    assert len(records(server)) == 10
    with socket.socket(socket.AF_UNIX) as slow:
        slow.connect(str(server.socket))
        slow.sendall(b"POST /v1/zones/example.com/restore HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n" + b";" * 9000000)
        server.wait(lambda: "another large file" in server.cli("zone", "restore", "example.com", large).stderr)
        assert "is so already" in good(server, "zone", "restore", "example.com", path)
    server.wait(lambda: server.cli("zone", "restore", "example.com", large).returncode == 0)
    assert len(records(server)) == 1510
    status, answer = UnixConnection(server.socket), None
    status.request("POST", "/v1/zones/example.com/records/add", b" " * (9 << 20))
    assert status.getresponse().status == 413
    status.close()


def test_the_brake_and_freeze_hold_for_it(tandem):
    server = tandem()
    path = with_history(server)
    lines = "".join("+r%d.example.com. 60 IN A 192.0.2.7\n" % i for i in range(3000))
    (server.where / "lines").write_text(lines)
    good(server, "zone", "apply", "example.com", server.where / "lines")
    done = server.cli("zone", "restore", "example.com", path)
    assert done.returncode == 1 and "--force" in done.stderr, done.stderr
    assert serial(server) == 5
    good(server, "zone", "freeze", "example.com")
    assert server.cli("zone", "restore", "example.com", path, "--force").returncode == 1
    good(server, "zone", "thaw", "example.com")
    good(server, "zone", "restore", "example.com", path, "--force")
    assert serial(server) == 6 and len(records(server)) == 10
    server.stop()
    server.start()
    assert serial(server) == 6 and len(records(server)) == 10


def test_what_is_no_whole_backup_changes_nothing(tandem):
    server = tandem()
    path = with_history(server)
    whole = path.read_bytes()
    bad = server.where / "bad"
    cases = [(b"", "is empty"), (ZONE.encode(), "no backup"), (whole[:-1], "cut off"), (whole[:len(whole) // 2], "cut off"),
             (whole.replace(b"192.0.2.80", b"192.0.2.81"), "damaged"), (whole + b"; more\n", "cut off"),
             (whole.replace(b"backup 1\n", b"backup 2\n"), "format"), (whole.replace(b";! ", b";! 9", 1), "damaged")]
    # A digest that is right does not make it right.
    for change in ((b"changes 3", b"changes 4"), (b"changes 3", b"changes 4000000000"), (b";! 1", b";! x"), (b";! ", b";? "),
                   (b"records 10", b"records 11"), (b"serial 4", b"serial 5"), (b"\tSOA\t", b"\tSO\t"), (b"; zone ", b"; zone a"),
                   (b" 1 2 ", b" 1 2 !")):
        body = whole[:whole.rindex(b"; end ")].replace(change[0], change[1], 1)
        if body + whole[whole.rindex(b"; end "):] != whole:
            cases.append((body + b"; end sha256 " + hashlib.sha256(body).hexdigest().upper().encode() + b"\n", "its line|backup"))
    assert len(cases) > 14
    before = (serial(server), log(server))
    for octets, why in cases:
        bad.write_bytes(octets)
        done = server.cli("zone", "restore", "example.com", bad, "--force")
        assert done.returncode in (1, 5) and re.search(why, done.stderr) and len(done.stderr.split("\n")) == 2, (why, done.stderr)
        assert (serial(server), log(server)) == before, why
    for name in ("nothing", ""):
        done = server.cli("zone", "restore", "example.com", server.where / name)
        assert done.returncode == 1 and done.stderr.count("\n") == 1
    server.zone("other.test", ZONE.replace("example.com", "other.test"))
    good(server, "zone", "add", "other.test", "--file", server.where / "other.test.zone")
    done = server.cli("zone", "restore", "other.test", path)
    assert done.returncode == 1 and "backup of example.com." in done.stderr
    assert "tandem zone add" in server.cli("zone", "restore", "none.test", path).stderr


def test_a_zone_that_is_added_at_run_time_can_be_restored(tandem):
    source = tandem()
    path = with_history(source)
    server = tandem(zones=[])
    server.zone("example.com", ZONE.replace("SOA", "SOB"))   # does not load
    server.cli("zone", "add", "example.com", "--file", server.where / "example.com.zone")
    assert serial(server) is None
    good(server, "zone", "restore", "example.com", path)
    assert serial(server) == 4 and log(server) == log(source)
    assert "SOB" in (server.where / "example.com.zone").read_text()   # what is there is not overwritten


def test_secondaries_that_have_more_are_asked_first(tandem):
    source = tandem(start=False, keys=KEYS)
    copy = tandem(start=False, zones=[])
    source.configure(keys=KEYS, peers=[{"name": "ns2", "address": "127.0.0.1:%d" % copy.port, "key": KEY}],
                     zones=[dict(FILES[0], to=["ns2"])])
    copy.configure(keys=KEYS, peers=[{"name": "ns1", "address": "127.0.0.1:%d" % source.port, "key": KEY}],
                   zones=[{"name": "example.com", "from": ["ns1"]}])
    source.start()
    copy.start()
    path = with_history(source)
    good(source, "record", "add", "example.com", "later", "60", "A", "192.0.2.1", "--wait", "all")
    assert serial(copy) == 5
    source.stop()
    for part in ("changes", "base", "example.com.zone"):
        run_rm(source.where / part)
    source.start()
    told = good(source, "zone", "restore", "example.com", path)
    assert "history begins here" in told
    assert serial(source) == 6
    copy.wait(lambda: serial(copy) == 6)
    assert not copy.ask("later.example.com").answer
    done = copy.cli("zone", "restore", "example.com", path)
    assert done.returncode == 1 and "primaries" in done.stderr


def run_rm(path):
    import shutil
    if path.is_dir():
        shutil.rmtree(path)
    elif path.exists():
        path.unlink()


def test_a_history_of_thousands_of_changes(tandem):
    server = tandem()
    from test_update import message, send
    server.configure(zones=[dict(FILES[0], update=[{"address": "127.0.0.1"}])])
    good(server, "reload")
    for i in range(600):
        update = message()
        update.replace("dyn", 60, "TXT", '"value" "%d"' % i)
        assert send(server, update).rcode() == 0
    path = server.where / "backup"
    good(server, "zone", "backup", "example.com", "--file", path)
    other = empty(tandem)
    before = other.cpu_s()
    good(other, "zone", "restore", "example.com", path)
    assert other.cpu_s() - before < 5
    assert serial(other) == 601
    assert re.search('"599"', str(other.ask("dyn.example.com", "TXT").answer[0]))
    assert '"17"' in good(other, "zone", "show", "example.com", "19")
