"""Records changed by command, and what history says of it."""
import json

import dns.rcode
import pytest

ZONE = """$TTL 300
@ SOA ns1 hostmaster 10 7200 3600 1209600 300
@ NS ns1
@ NS ns2
ns1 A 192.0.2.1
ns2 A 192.0.2.2
www A 192.0.2.3
"""


@pytest.fixture
def server(tandem, tmp_path):
    path = tmp_path / "example.com.zone"
    path.write_text(ZONE)
    made = tandem(zones=[{"name": "example.com", "file": str(path)}])
    made.file = path
    return made


def do(server, *words, code=0):
    done = server.cli(*words)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stderr


def addresses(server, name):
    return sorted(rdata.address for rrset in server.ask(name).answer for rdata in rrset)


def serial_of(server):
    return server.ask("example.com", "SOA").answer[0][0].serial


def test_add_set_remove(server):
    assert "serial 10 -> 11" in do(server, "record", "add", "example.com", "new", "60", "A", "192.0.2.50")
    assert addresses(server, "new.example.com") == ["192.0.2.50"]
    do(server, "record", "set", "example.com", "www.example.com.", "120", "A", "192.0.2.60")
    assert addresses(server, "www.example.com") == ["192.0.2.60"]
    do(server, "record", "remove", "example.com", "new", "A")
    assert server.ask("new.example.com").rcode() == dns.rcode.NXDOMAIN
    assert serial_of(server) == 13


def test_a_dry_run_changes_nothing(server):
    said = do(server, "record", "set", "example.com", "www", "120", "A", "192.0.2.60", "--dry-run")
    assert "-www.example.com.\t300\tIN\tA\t192.0.2.3\n+www.example.com.\t120\tIN\tA\t192.0.2.60\n" in said
    assert serial_of(server) == 10


def test_what_is_refused(server):
    assert "cname-other-data" in do(server, "record", "add", "example.com", "www", "CNAME", "x", code=5)
    do(server, "record", "add", "example.com", "www", "A", "192.0.2.256", code=2)
    do(server, "record", "add", "example.net", "www", "A", "192.0.2.25", code=1)
    assert serial_of(server) == 10


def test_history(server):
    do(server, "record", "add", "example.com", "new", "60", "A", "192.0.2.50", "-m", "a new host")
    do(server, "record", "set", "example.com", "www", "120", "A", "192.0.2.60")
    do(server, "record", "add", "example.com", "www", "TXT", "text")
    log = do(server, "zone", "log", "example.com")
    assert [line.split()[0] for line in log.splitlines()] == ["13", "12", "11"]
    assert "a new host" in log.splitlines()[2]
    assert "+www.example.com.\t120\tIN\tA\t192.0.2.60" in do(server, "zone", "show", "example.com", "12")
    at = do(server, "zone", "at", "example.com", "11")
    assert "192.0.2.3" in at and "192.0.2.50" in at and "192.0.2.60" not in at
    diff = do(server, "zone", "diff", "example.com", "10", "13")
    assert "-www.example.com.\t300\tIN\tA\t192.0.2.3" in diff and "+new.example.com." in diff
    assert "    13 " in do(server, "zone", "blame", "example.com", "www", "TXT")
    do(server, "zone", "revert", "example.com", "12")
    assert addresses(server, "www.example.com") == ["192.0.2.3"]
    assert serial_of(server) == 14
    server.stop()
    server.start()
    assert serial_of(server) == 14
    assert len(do(server, "zone", "log", "example.com").splitlines()) == 4
    assert json.loads(do(server, "zone", "log", "example.com", "--json"))


def test_a_transaction_has_one_serial(server):
    do(server, "zone", "begin", "example.com")
    do(server, "record", "add", "example.com", "t1", "60", "A", "192.0.2.70")
    do(server, "record", "add", "example.com", "t2", "60", "A", "192.0.2.71")
    assert serial_of(server) == 10
    do(server, "zone", "commit", "example.com")
    assert serial_of(server) == 11 and addresses(server, "t2.example.com") == ["192.0.2.71"]


def test_freeze_flush_thaw(server):
    do(server, "record", "add", "example.com", "new", "60", "A", "192.0.2.50")
    do(server, "zone", "freeze", "example.com")
    assert "frozen" in do(server, "record", "add", "example.com", "x", "A", "192.0.2.51", code=1)
    server.stop()
    server.start()
    assert "frozen" in do(server, "record", "add", "example.com", "x", "A", "192.0.2.51", code=1)
    do(server, "zone", "thaw", "example.com")
    do(server, "zone", "flush", "example.com")
    assert "new.example.com.\t60\tIN\tA\t192.0.2.50" in server.file.read_text()
    server.file.write_text(server.file.read_text().replace("192.0.2.50", "192.0.2.52"))
    assert server.cli("zone", "reload", "example.com").returncode == 0
    assert addresses(server, "new.example.com") == ["192.0.2.52"]
    assert serial_of(server) == 12


@pytest.mark.parametrize("take, www, new", [("file", "192.0.2.33", []), ("log", "192.0.2.3", ["192.0.2.50"]),
                                            ("merge", "192.0.2.33", ["192.0.2.50"])])
def test_file_and_zone_were_both_changed(server, take, www, new):
    do(server, "record", "add", "example.com", "new", "60", "A", "192.0.2.50")
    server.file.write_text(ZONE.replace("192.0.2.3", "192.0.2.33"))
    assert "--take" in do(server, "zone", "reload", "example.com", code=1)
    assert addresses(server, "www.example.com") == ["192.0.2.3"]
    do(server, "zone", "reload", "example.com", "--take", take)
    assert addresses(server, "www.example.com") == [www]
    assert addresses(server, "new.example.com") == new
    # And so it is after a restart, though the file says something else.
    if take == "log":
        server.wait(server.has_base)
    serial = serial_of(server)
    server.stop()
    server.start()
    assert addresses(server, "www.example.com") == [www]
    assert addresses(server, "new.example.com") == new
    assert serial_of(server) == serial
    assert "--take" not in server.log()  # it was decided, and is not asked again


def test_a_large_file_is_merged_too(server):
    do(server, "record", "add", "example.com", "new", "60", "A", "192.0.2.50")
    server.file.write_text(ZONE + "".join("h%d A 192.0.2.9\n" % i for i in range(2500)))
    assert "--take" in do(server, "zone", "reload", "example.com", code=1)
    do(server, "zone", "reload", "example.com", "--take", "merge")
    assert addresses(server, "h2499.example.com") == ["192.0.2.9"]
    assert addresses(server, "new.example.com") == ["192.0.2.50"]


def test_what_the_brake_holds_is_released(server):
    whole = ZONE + "".join("h%d A 192.0.2.9\n" % i for i in range(200))
    server.file.write_text(whole)
    assert server.cli("zone", "reload", "example.com").returncode == 0
    server.file.write_text(ZONE)
    assert "tandem zone release" in do(server, "zone", "reload", "example.com", code=1)
    assert serial_of(server) == 11
    do(server, "zone", "release", "example.com")
    assert serial_of(server) == 12
    assert server.ask("h7.example.com").rcode() == dns.rcode.NXDOMAIN
