"""Promotion, demotion, and serials that are walked to lower ones."""
import json

from test_secondary import pair, serial


def log_of(server):
    return server.cli("zone", "log", "example.com").stdout


def add(server, name, *more):
    return server.cli("record", "add", "example.com", name, "60", "A", "192.0.2.7", *more)


def test_a_secondary_is_promoted_and_demoted(tandem):
    source, copy = pair(tandem)
    assert add(copy, "new").returncode != 0
    source.stop()
    done = copy.cli("zone", "promote", "example.com")
    assert done.returncode == 0, done.stderr
    assert "primary" in copy.cli("zone", "status", "example.com").stdout
    assert serial(copy) == 2
    assert add(copy, "new").returncode == 0
    assert copy.ask("new.example.com").answer
    assert copy.cli("zone", "promote", "example.com").returncode == 1
    # Over a reload and a restart.
    assert copy.cli("reload").returncode == 0
    assert serial(copy) == 3 and add(copy, "more").returncode == 0
    copy.stop()
    copy.start()
    copy.wait(lambda: serial(copy) == 4)
    assert add(copy, "third").returncode == 0
    # And back: what was changed here goes, and that stands in the log.
    source.start()
    done = copy.cli("zone", "demote", "example.com")
    assert done.returncode == 0, done.stderr
    copy.wait(lambda: serial(copy) == 1)
    assert not copy.ask("new.example.com").answer
    assert "demotion: serial 1 in the place of 5" in log_of(copy)
    assert add(copy, "fourth").returncode != 0
    assert copy.cli("zone", "demote", "example.com").returncode == 1


def test_a_promoted_zone_moves_behind_what_its_secondaries_have(tandem):
    source, copy = pair(tandem)
    third = tandem(start=False, zones=[])
    to = json.loads(copy.path.read_text())
    to["peers"].append({"name": "ns3", "address": "127.0.0.1:%d" % third.port})
    to["zones"][0]["to"] = ["ns3"]
    copy.path.write_text(json.dumps(to))
    third.zone("example.com", (source.where / "example.com.zone").read_text().replace(" 1 7200", " 100 7200"))
    third.configure(zones=[{"name": "example.com", "file": "example.com.zone"}])
    third.start()
    assert copy.cli("reload").returncode == 0
    copy.wait(lambda: "serial 100" in copy.cli("zone", "status", "example.com").stdout)
    assert copy.cli("zone", "promote", "example.com").returncode == 0
    assert serial(copy) == 101


def test_a_greater_serial_is_set_at_once(tandem):
    source, copy = pair(tandem)
    done = source.cli("zone", "serial", "example.com", "--set", "2026010101")
    assert done.returncode == 0, done.stderr
    assert serial(source) == 2026010101
    copy.wait(lambda: serial(copy) == 2026010101)
    assert "on its way" not in source.cli("zone", "status", "example.com").stdout


def test_a_lower_serial_is_walked_to_with_the_secondaries(tandem):
    source, copy = pair(tandem)
    assert source.cli("zone", "serial", "example.com", "--set", "1000").returncode == 0
    copy.wait(lambda: serial(copy) == 1000)
    assert source.cli("zone", "serial", "example.com", "--set", "500").returncode == 0
    source.wait(lambda: serial(source) == 500)
    copy.wait(lambda: serial(copy) == 500)
    assert add(source, "new", "--wait", "all").returncode == 0
    assert serial(copy) == 501
    source.stop()
    source.start()
    assert serial(source) == 501


def test_a_walk_waits_for_a_secondary_and_survives_a_restart(tandem):
    source, copy = pair(tandem)
    assert source.cli("zone", "serial", "example.com", "--set", "1000", "--timeout", "5").returncode == 0
    copy.wait(lambda: serial(copy) == 1000)
    copy.stop()
    assert source.cli("zone", "serial", "example.com", "--set", "7").returncode == 0
    source.wait(lambda: serial(source) == 1000 + (2 ** 32 - 993) // 3)
    assert "0 of 1 secondaries have it" in source.cli("zone", "status", "example.com").stdout
    assert source.cli("zone", "serial", "example.com", "--set", "8").returncode == 1
    source.stop()
    source.start()
    assert "on its way to 7" in source.cli("zone", "status", "example.com").stdout
    copy.start()
    source.wait(lambda: serial(source) == 7)
    copy.wait(lambda: serial(copy) == 7)


def test_what_is_changed_during_a_walk_leaves_nobody_behind(tandem):
    source, copy = pair(tandem)
    assert source.cli("zone", "serial", "example.com", "--set", "1000", "--timeout", "5").returncode == 0
    copy.wait(lambda: serial(copy) == 1000)
    copy.stop()
    assert source.cli("zone", "serial", "example.com", "--set", "7").returncode == 0
    for i in range(3):
        assert add(source, "new%d" % i).returncode == 0
    copy.start()
    copy.wait(lambda: serial(copy) == 7)
    assert add(source, "settled", "--wait", "all").returncode == 0  # the primary knows
    # A walk that begins while somebody has not the end of the last one goes on from there.
    copy.stop()
    assert source.cli("zone", "serial", "example.com", "--set", "2000000000").returncode == 0
    source.wait(lambda: serial(source) == 2000000000)
    assert source.cli("zone", "serial", "example.com", "--set", "4000000000").returncode == 0
    assert "0 of 1 secondaries have it" in source.cli("zone", "status", "example.com").stdout
    assert serial(source) == 2000000000
    source.stop()
    source.start()
    copy.start()
    copy.wait(lambda: serial(copy) == 4000000000)


def test_a_walk_is_aborted_or_waits_no_longer_than_told(tandem):
    source, copy = pair(tandem)
    copy.stop()
    assert source.cli("zone", "serial", "example.com", "--set", "0").returncode == 0
    step = 1 + (2 ** 32 - 1) // 3
    source.wait(lambda: serial(source) == step)
    assert source.cli("zone", "serial", "example.com", "--abort").returncode == 0
    assert "on its way" not in source.cli("zone", "status", "example.com").stdout
    assert source.cli("zone", "serial", "example.com", "--abort").returncode == 1
    assert serial(source) == step
    assert source.cli("zone", "serial", "example.com", "--set", "5", "--after", "1s").returncode == 0
    source.wait(lambda: serial(source) == 5)
    done = source.cli("zone", "serial", "example.com", "--set", "6", "--after", "soon")
    assert done.returncode == 1 and "2h" in done.stderr
    assert source.cli("zone", "serial", "example.com").returncode == 2


def test_a_secondary_has_no_serial_of_its_own(tandem):
    source, copy = pair(tandem)
    done = copy.cli("zone", "serial", "example.com", "--set", "7")
    assert done.returncode == 1 and "primary" in done.stderr


def test_what_is_kept_of_a_zone_is_purged(tandem):
    source, copy = pair(tandem)
    assert add(source, "new", "--wait", "all").returncode == 0
    done = source.cli("zone", "purge", "example.com")
    assert done.returncode == 1 and "zone flush" in done.stderr
    assert source.cli("zone", "flush", "example.com").returncode == 0
    assert source.cli("zone", "purge", "example.com").returncode == 0
    assert "new" not in source.cli("zone", "log", "example.com").stdout and serial(source) == 2
    # A secondary begins anew; that stands in its log.
    assert copy.cli("zone", "purge", "example.com").returncode == 0
    copy.wait(lambda: serial(copy) == 2)
    assert copy.ask("new.example.com").answer
    log = log_of(copy)
    assert "purge" in log and len(log.splitlines()) == 1
    copy.stop()
    copy.start()
    copy.wait(lambda: serial(copy) == 2)
    assert add(source, "more", "--wait", "all").returncode == 0
