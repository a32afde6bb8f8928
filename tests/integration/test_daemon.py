"""The life of the daemon: start, what keeps it from starting, reload, stop."""
import json
import os
import pathlib
import pwd
import signal
import socket
import subprocess
import time

import dns.rcode
import pytest

from conftest import BUILD, PATIENCE_S, ZONE, run


def test_it_answers_over_every_road(tandem):
    server = tandem()
    for at in ("127.0.0.1", "::1"):
        for tcp in (False, True):
            answer = server.ask("www.example.com", "A", tcp=tcp, at=at)
            assert answer.rcode() == 0
            assert [rdata.address for rdata in answer.answer[0]] == ["192.0.2.80"]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well(tandem, ending):
    server = tandem()
    server.process.send_signal(ending)
    assert server.process.wait(PATIENCE_S) == 0


def test_checking_only(tandem):
    server = tandem(start=False)
    done = run("tandemd", "-c", server.path, "-t")
    assert (done.returncode, done.stderr) == (0, "")
    server.path.write_text("server: {listen: [}\n")
    done = run("tandemd", "-c", server.path, "-t")
    assert done.returncode == 5
    assert "%s:1:" % server.path in done.stderr and "error:" in done.stderr


@pytest.mark.parametrize("text, words", [
    ("server:\n  lissten: []\n", ":2:3: error:"),
    ("server:\n  workers: four\n", ":2:12: error:"),
    ("zones:\n  - {name: example.com, file: none.zone, allow-transfer: [nobody]}\n", ":2:"),
])
def test_a_bad_configuration_is_one_line_an_error(tandem, text, words):
    server = tandem(start=False)
    server.path.write_text(text)
    for done in (run("tandemd", "-c", server.path), run("tandem", "config", "check", server.path)):
        assert done.returncode == 5, done.stderr
        lines = done.stderr.strip().split("\n")
        assert str(server.path) + words in lines[0]
        assert all("error:" in line for line in lines)


def one_line(done, *words):
    assert done.returncode == 1, (done.returncode, done.stderr)
    lines = done.stderr.strip().split("\n")
    assert any(all(word in line for word in words) for line in lines), done.stderr


def test_no_configuration(tmp_path):
    done = run("tandemd", "-c", tmp_path / "none.yaml")
    assert done.returncode in (1, 5)
    assert "none.yaml" in done.stderr


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_port_in_use(tandem, kind):
    server = tandem(start=False)
    with socket.socket(type=kind) as other:
        other.bind(("127.0.0.1", server.port))
        if kind == socket.SOCK_STREAM:
            other.listen()
        one_line(run("tandemd", "-c", server.path), str(server.port), "in use")


def test_a_port_in_use_by_one_that_shares_it(tandem):
    server = tandem(start=False)
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", server.port))
        one_line(run("tandemd", "-c", server.path), str(server.port), "in use")


def test_a_second_instance_is_kept_out(tandem):
    server = tandem()
    other = tandem(start=False, server={"state": str(server.where)})
    one_line(run("tandemd", "-c", other.path), str(server.where))
    assert server.ask("www.example.com").rcode() == 0


def test_a_state_directory_that_is_missing(tandem):
    server = tandem(start=False, server={"state": "/nonexistent/tandem"})
    one_line(run("tandemd", "-c", server.path), "/nonexistent/tandem")


def test_it_becomes_another_user(tandem):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    server = tandem(start=False, server={"user": "nobody"})
    os.chmod(server.where, 0o777)
    for path in [server.where] + list(server.where.parents):
        if path.stat().st_uid == 0 and not path.stat().st_mode & 0o005 == 0o005 and path.name:
            os.chmod(path, path.stat().st_mode | 0o055)
    server.start()
    with open("/proc/%d/status" % server.process.pid) as file:
        status = dict(line.split(":", 1) for line in file)
    assert status["Uid"].split()[0] == str(pwd.getpwnam("nobody").pw_uid)
    # CAP_NET_BIND_SERVICE is bit 10, and all that is left.
    assert int(status["CapEff"], 16) == 1 << 10
    assert int(status["CapPrm"], 16) == 1 << 10


def test_loads_are_urgent_until_all_zones_have_been_tried(tandem):
    """At idle priority a busy machine would leave a server without zones."""
    server = tandem(start=False)
    server.zone("example.com", ZONE + "".join("h%d A 192.0.2.9\n" % i for i in range(200000)))

    def policies():
        found = set()
        for path in pathlib.Path("/proc/%d/task" % server.process.pid).glob("*/stat"):
            name, fields = path.read_text().rsplit(") ", 1)
            if "(loader-" in name:
                found.add(int(fields.split()[38]))
        return found

    server.start(ready=False)
    early = server.wait(policies)
    assert early == {0} or "ready, " in server.log()  # SCHED_OTHER
    server.wait(lambda: "ready, " in server.log())
    assert server.wait(lambda: policies() == {5})  # SCHED_IDLE


def test_reload_takes_a_changed_zone(tandem):
    server = tandem()
    server.zone("example.com", ZONE.replace("hostmaster 1 ", "hostmaster 2 ").replace("192.0.2.80", "192.0.2.81"))
    done = server.cli("reload")
    assert done.returncode == 0, done.stderr
    assert server.ask("www.example.com").answer[0][0].address == "192.0.2.81"


def test_many_zones_and_a_reload_while_they_are_being_loaded(tandem):
    names = ["z%d.test" % i for i in range(1500)]
    rows = [{"name": name, "file": "%s.zone" % name} for name in names]
    server = tandem(start=False, zones=rows)
    for name in names:
        server.zone(name, ZONE.replace("example.com", name))
    server.start(ready=False)
    server.wait(lambda: "listening on" in server.log())
    server.configure(zones=rows[::2])
    assert server.cli("reload").returncode == 0
    server.wait(lambda: server.log().count("] load, serial 1") >= 750)
    for at in range(0, 1500, 50):
        assert server.ask("www." + names[at]).answer
        assert server.ask("www." + names[at + 1]).rcode() == dns.rcode.REFUSED
    status = json.loads(server.cli("zone", "list", "--json").stdout)["zones"]
    assert len(status) == 750 and {zone["state"] for zone in status} == {"served"}


def test_sighup_takes_a_changed_zone(tandem):
    server = tandem()
    server.zone("example.com", ZONE.replace("hostmaster 1 ", "hostmaster 2 "))
    server.process.send_signal(signal.SIGHUP)
    server.wait(lambda: server.ask("example.com", "SOA").answer[0][0].serial == 2)


def test_a_zone_that_does_not_load_keeps_the_old_one(tandem):
    server = tandem()
    server.zone("example.com", ZONE.replace("hostmaster 1 ", "hostmaster 2 ") + "bad A 192.0.2.256\n")
    server.cli("reload")
    assert server.ask("example.com", "SOA").answer[0][0].serial == 1
    done = server.cli("zone", "status", "example.com")
    assert "example.com.zone:13:" in done.stdout + done.stderr
    assert "example.com.zone:13:" in server.log()


def test_a_zone_that_never_loaded_is_servfail_and_harms_nobody(tandem):
    server = tandem(start=False)
    server.zone("broken.test", "@ SOA\n")
    server.configure(zones=[{"name": "broken.test", "file": "broken.test.zone"},
                            {"name": "missing.test", "file": "missing.test.zone"},
                            {"name": "example.com", "file": "example.com.zone"}])
    server.start()
    for name in ("www.broken.test", "missing.test"):
        answer = server.ask(name, use_edns=0)
        assert answer.rcode() == 2
        assert any(option.otype == 15 for option in answer.options)
    assert server.ask("www.example.com").rcode() == 0


def test_a_configuration_that_does_not_check_changes_nothing(tandem):
    server = tandem()
    server.zone("example.com", ZONE.replace("hostmaster 1 ", "hostmaster 2 "))
    server.path.write_text(server.path.read_text().replace('"zones"', '"zoness"'))
    done = server.cli("reload")
    assert done.returncode != 0
    assert "zoness" in done.stderr
    assert server.ask("example.com", "SOA").answer[0][0].serial == 1


def test_zones_and_addresses_come_and_go(tandem):
    server = tandem()
    server.zone("new.test", ZONE.replace("example.com", "new.test"))
    server.configure(zones=[{"name": "new.test", "file": "new.test.zone"}])
    assert server.cli("reload").returncode == 0
    assert server.ask("www.new.test").rcode() == 0
    assert server.ask("www.example.com").rcode() == 5
    server.server["listen"] = ["127.0.0.1:%d" % server.port]
    server.configure(zones=[{"directory": "."}])
    assert server.cli("reload").returncode == 0
    assert server.ask("www.new.test").rcode() == 0
    assert server.ask("www.example.com").rcode() == 0
    with pytest.raises(Exception):
        server.ask("www.new.test", at="::1", tcp=True)


def test_systemd_is_told(tandem):
    server = tandem(start=False)
    path = str(server.where / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(path)
        listener.settimeout(20)
        process = subprocess.Popen([str(BUILD / "tandemd"), "-c", str(server.path)],
                                   env=dict(os.environ, NOTIFY_SOCKET=path), stderr=subprocess.DEVNULL)
        try:
            assert b"READY=1" in listener.recv(4096)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == 0
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def test_a_base_that_is_due_while_a_stop_waits_for_a_load(tandem, tmp_path):
    """What the timer gives then is nobody's any more."""
    os.mkfifo(tmp_path / "slow.zone")
    server = tandem(start=False)
    server.configure(zones=server.zones + [{"name": "slow.test", "file": str(tmp_path / "slow.zone")}])
    server.start(ready=False)
    server.wait(lambda: "load, serial 1" in server.log())
    assert server.cli("record", "add", "example.com", "new", "60", "A", "192.0.2.7").returncode == 0
    time.sleep(3)
    server.process.send_signal(signal.SIGTERM)
    time.sleep(4)  # a base is due five seconds after the first change
    open(tmp_path / "slow.zone", "w").close()  # what it reads then is nothing
    server.stop()
