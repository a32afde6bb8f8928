"""A file and the changes made at run time, with a server that is killed between: nothing is lost, and no serial has two contents."""
import dns.rcode
import pytest

ZONE = """$TTL 300
@     SOA ns1 hostmaster 10 7200 3600 1209600 300
@     NS ns1
ns1   A 192.0.2.1
www   A 192.0.2.3
"""
NEW = ("new.example.com.", "192.0.2.50")
EDITED = ("edited.example.com.", "192.0.2.60")


@pytest.fixture
def server(tandem):
    server = tandem(start=False, zones=[])
    server.file = server.where / "example.com.zone"
    server.file.write_text(ZONE)
    server.configure(zones=[{"name": "example.com", "file": str(server.file)}])
    return server.start()


def do(server, *words, code=0):
    done = server.cli(*words)
    assert done.returncode == code, (done.stdout, done.stderr)
    return done.stdout + done.stderr


def add(server, owner, address):
    do(server, "record", "add", "example.com", owner, "A", address)


def content(server):
    """The serial, and which of the two names there are."""
    text = do(server, "zone", "at", "example.com")
    return int(text.split()[3]), {name for name in (NEW[0], EDITED[0]) if name in text}


def edit(server, serial=10):
    server.file.write_text(ZONE.replace("10 7200", "%d 7200" % serial) + "%s A %s\n" % EDITED)


def killed(server, meanwhile=lambda: None):
    server.process.kill()
    server.stop(code=-9)
    meanwhile()
    server.start()
    server.wait(lambda: server.ask("example.com", "SOA").answer)


@pytest.mark.parametrize("in_file, published", [(10, 12), (9, 12), (11, 12), (20, 20)])
def test_a_file_that_is_changed_before_there_is_a_base(server, in_file, published):
    """What serial 11 was is not known any more, so the file with the changes gets another one."""
    (server.where / "base").write_text("no directory")
    add(server, *NEW)
    assert content(server) == (11, {NEW[0]})
    killed(server, lambda: edit(server, in_file))
    assert content(server) == (published, {NEW[0], EDITED[0]})
    assert "was changed, and there is no base" in server.log()
    first = do(server, "zone", "log", "example.com").split("\n")[0]
    assert first.startswith("%d " % published) and "the whole zone" in first
    for _ in range(2):  # and that is that
        killed(server)
        assert content(server) == (published, {NEW[0], EDITED[0]})
    do(server, "zone", "reload", "example.com", "--take", "file")
    assert content(server) == (published + 1, {EDITED[0]})


def test_without_a_change_of_the_file_the_serial_stays(server):
    (server.where / "base").write_text("no directory")
    add(server, *NEW)
    killed(server)
    assert content(server) == (11, {NEW[0]})


def test_a_merge_of_nothing_loses_nothing(server):
    """The file has another comment only: it still lacks what was changed at run time."""
    add(server, *NEW)
    server.file.write_text(ZONE + "; a comment\n")
    do(server, "zone", "reload", "example.com", code=1)
    do(server, "zone", "reload", "example.com", "--take", "merge")
    assert content(server) == (11, {NEW[0]})
    assert "not in file    1" in do(server, "zone", "status", "example.com")
    killed(server)
    assert content(server) == (11, {NEW[0]})


@pytest.mark.parametrize("has_base", [True, False])
def test_what_was_not_taken_from_a_file_does_not_come_by_a_kill(server, has_base):
    if not has_base:
        (server.where / "base").write_text("no directory")
    add(server, *NEW)
    edit(server)
    do(server, "zone", "reload", "example.com", "--take", "log")
    assert content(server) == (11, {NEW[0]})
    if has_base:
        server.wait(lambda: any(b"B\7example\3com\0" in path.read_bytes() for path in server.where.glob("changes/*.log")))
        add(server, "more", "192.0.2.51")  # what came before it is on the disk
        killed(server)
        assert content(server) == (12, {NEW[0]})
        do(server, "zone", "reload", "example.com", code=0)
        assert content(server) == (12, {NEW[0]})
        return
    do(server, "zone", "freeze", "example.com")
    do(server, "zone", "thaw", "example.com")
    killed(server)
    assert content(server) == (12, {NEW[0], EDITED[0]})  # another serial at least


def test_a_file_that_was_not_changed_is_taken_when_that_is_said(server):
    add(server, *NEW)
    assert "-%s" % NEW[0] in do(server, "zone", "reload", "example.com", "--take", "file", "--dry-run")
    do(server, "zone", "reload", "example.com", "--take", "file")
    assert content(server) == (12, set())
    edit(server)
    add(server, *NEW)
    do(server, "zone", "reload", "example.com", "--take", "log")
    assert content(server) == (13, {NEW[0]})
    do(server, "zone", "reload", "example.com", "--take", "file")
    assert content(server) == (14, {EDITED[0]})


def has_base(server):
    server.wait(lambda: any(b"B\7example\3com\0" in path.read_bytes() for path in server.where.glob("changes/*.log")))
    return next(server.where.glob("base/*/example.com.base"))


@pytest.mark.parametrize("rest", ["whole", "another file", "a lost change"])
def test_a_damaged_base_is_done_without_where_the_rest_says_the_same(server, rest):
    add(server, *NEW)
    path = has_base(server)
    add(server, "behind", "192.0.2.51")
    server.process.kill()
    server.stop(code=-9)
    octets = bytearray(path.read_bytes())
    octets[len(octets) // 2] ^= 4
    path.write_bytes(octets)
    if rest == "another file":
        edit(server)
    if rest == "a lost change":
        for log in server.where.glob("changes/*.log"):
            log.write_bytes(log.read_bytes().replace(b"\3new\7example", b"\3nuw\7example"))
    server.start()
    if rest == "whole":
        assert content(server) == (12, {NEW[0]})
        assert "is damaged at octet" in server.log()
        server.wait(lambda: path.read_bytes() != octets)  # it is written anew
        return
    assert server.ask("example.com", "SOA").rcode() == dns.rcode.SERVFAIL
    assert "do not lead to serial 12, which was served last" in server.log()
