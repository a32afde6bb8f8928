"""A zone that follows: transferred, refreshed, notified, restored, expired."""
import json
import re
import time

import dns.flags
import dns.message
import dns.opcode
import dns.query
import dns.rcode
import dns.tsigkeyring

from conftest import ZONE
from test_control import get

KEY = "transfer.example."
SECRET = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0"
KEYS = [{"name": KEY, "algorithm": "hmac-sha256", "secret": SECRET}]
FAST = {"refresh-min": "1s", "retry-min": "1s", "expire-min": "1s"}


def serial(server, zone="example.com."):
    answer = server.ask(zone, "SOA")
    return answer.answer[0][0].serial if answer.answer else None


def primary(tandem, **options):
    server = tandem(start=False, keys=KEYS, peers=[{"name": "ns2", "address": "127.0.0.1", "key": KEY}],
                    zones=[dict({"name": "example.com", "file": "example.com.zone", "to": ["ns2"]}, **options)])
    server.zone("example.com", ZONE)
    return server.start()


def secondary(tandem, source, start=True, **options):
    return tandem(keys=KEYS, start=start,
                  peers=[{"name": "ns1", "address": "127.0.0.1:%d" % source.port, "key": KEY}],
                  zones=[dict({"name": "example.com", "from": ["ns1"]}, **options)])


def test_a_zone_is_transferred_and_follows(tandem):
    source = primary(tandem)
    copy = secondary(tandem, source, **FAST)
    copy.wait(lambda: serial(copy) == 1)
    assert copy.ask("www.example.com").answer
    assert copy.ask("www.example.com").flags & dns.flags.AA
    assert source.cli("record", "add", "example.com", "new", "60", "A", "192.0.2.7").returncode == 0
    assert copy.cli("zone", "refresh", "example.com").returncode == 0
    copy.wait(lambda: serial(copy) == 2)
    assert copy.ask("new.example.com").answer


def test_a_zone_that_was_never_transferred_answers_servfail_and_ede_14(tandem):
    source = primary(tandem)
    source.stop()
    copy = secondary(tandem, source)
    answer = copy.ask("www.example.com", use_edns=0)
    assert answer.rcode() == dns.rcode.SERVFAIL
    assert [option.code for option in answer.options] == [14]
    source.start()
    copy.wait(lambda: serial(copy) == 1)


def test_a_copy_is_restored_without_its_primary(tandem):
    source = primary(tandem)
    copy = secondary(tandem, source)
    copy.wait(lambda: serial(copy) == 1)
    source.stop()
    copy.process.kill()
    copy.stop(code=None)
    copy.start()
    copy.wait(lambda: serial(copy) == 1)
    assert copy.ask("www.example.com").answer


def test_a_copy_expires_and_comes_back(tandem):
    source = primary(tandem)
    copy = secondary(tandem, source, **dict(FAST, **{"refresh-max": "1s", "retry-max": "1s", "expire-max": "3s"}))
    copy.wait(lambda: serial(copy) == 1)
    source.stop()
    copy.wait(lambda: copy.ask("www.example.com").rcode() == dns.rcode.SERVFAIL)
    answer = copy.ask("www.example.com", use_edns=0)
    assert [option.code for option in answer.options] == [24]
    assert "50 %" in copy.log() and "80 %" in copy.log()
    source.start()
    copy.wait(lambda: serial(copy) == 1)


def left(server):
    """Seconds until the copy expires."""
    return int(re.search(r"tandem_zone_expires_seconds\S* (\d+)", metrics(server)).group(1))


def test_limits_of_the_expiry_hold_for_what_a_primary_tells(tandem):
    """EDNS EXPIRE of a primary is what its SOA says: no reason to live less long than expire-min (RFC 7314 3.1)."""
    source = primary(tandem)
    source.zone("example.com", ZONE.replace("1209600", "600"))
    assert source.cli("zone", "reload", "example.com").returncode == 0
    copy = secondary(tandem, source, **dict(FAST, **{"expire-min": "2h", "allow-transfer": ["key " + KEY]}))
    copy.wait(lambda: serial(copy) == serial(source))
    assert 7000 < left(copy) <= 7200
    # Its own copy, without such limits, lives no longer than by the SOA; one with them, as much longer.
    copies = {}
    for limit in ("1s", "1h"):
        copies[limit] = secondary(tandem, copy, **dict(FAST, **{"expire-min": limit}))
    copies["1s"].wait(lambda: all(serial(each) == serial(source) for each in copies.values()))
    assert 500 < left(copies["1s"]) <= 600
    assert 3400 < left(copies["1h"]) <= 3600
    for each in [copy] + list(copies.values()):  # and after a look that finds nothing new
        assert each.cli("zone", "refresh", "example.com").returncode == 0
    assert 7000 < left(copy) <= 7200 and 500 < left(copies["1s"]) <= 600 and 3400 < left(copies["1h"]) <= 3600


def test_a_copy_that_has_expired_takes_a_lower_serial(tandem):
    source, other = primary(tandem), primary(tandem)
    for server, number in ((source, 50), (other, 10)):
        server.stop()
        server.zone("example.com", ZONE.replace(" 1 7200", " %d 7200" % number))
        server.start()
    copy = secondary(tandem, source, **dict(FAST, **{"refresh-max": "1s", "retry-max": "1s", "expire-max": "3s"}))
    copy.wait(lambda: serial(copy) == 50)
    source.stop()
    conf = json.loads(copy.path.read_text())
    conf["peers"][0]["address"] = "127.0.0.1:%d" % other.port
    copy.path.write_text(json.dumps(conf))
    assert copy.cli("reload").returncode == 0
    copy.wait(lambda: "lower than our 50" in copy.cli("zone", "why", "example.com").stdout)
    assert serial(copy) in (50, None)
    copy.wait(lambda: serial(copy) == 10)
    assert "expired" in copy.log()
    assert "expiry: serial 10 in the place of 50, a break" in copy.cli("zone", "log", "example.com").stdout


def test_a_notify_is_answered_and_followed(tandem):
    source = primary(tandem)
    copy = secondary(tandem, source)
    copy.wait(lambda: serial(copy) == 1)
    assert source.cli("record", "add", "example.com", "new", "60", "A", "192.0.2.7").returncode == 0
    notify = dns.message.make_query("example.com", "SOA")
    notify.set_opcode(dns.opcode.NOTIFY)
    assert copy.ask(notify).rcode() == dns.rcode.REFUSED
    notify.use_tsig(dns.tsigkeyring.from_text({KEY: SECRET}), keyname=KEY, algorithm="hmac-sha256")
    answer = copy.ask(notify)
    assert answer.rcode() == dns.rcode.NOERROR and answer.flags & dns.flags.AA
    assert answer.opcode() == dns.opcode.NOTIFY
    copy.wait(lambda: serial(copy) == 2)


def test_a_copy_is_not_changed_here(tandem):
    source = primary(tandem)
    copy = secondary(tandem, source)
    copy.wait(lambda: serial(copy) == 1)
    done = copy.cli("record", "add", "example.com", "new", "60", "A", "192.0.2.7")
    assert done.returncode != 0 and "primary" in done.stderr


def pair(tandem, **options):
    """A primary and a secondary that know each other."""
    source = tandem(start=False, zones=[])
    copy = tandem(start=False, zones=[])
    source.configure(keys=KEYS, peers=[{"name": "ns2", "address": "127.0.0.1:%d" % copy.port, "key": KEY}],
                     zones=[{"name": "example.com", "file": "example.com.zone", "to": ["ns2"]}])
    source.zone("example.com", ZONE)
    copy.configure(keys=KEYS, peers=[{"name": "ns1", "address": "127.0.0.1:%d" % source.port, "key": KEY}],
                   zones=[dict({"name": "example.com", "from": ["ns1"]}, **options)])
    source.start()
    copy.start()
    copy.wait(lambda: serial(copy) == 1)
    return source, copy


def test_a_change_is_announced_and_followed_at_once(tandem):
    source, copy = pair(tandem)
    took = []
    for number in range(2, 8):
        began = time.monotonic()
        assert source.cli("record", "add", "example.com", "new%d" % number, "60", "A", "192.0.2.7").returncode == 0
        copy.wait(lambda: serial(copy) == number)
        took.append(time.monotonic() - began)
    assert min(took) < 1.0


def test_an_operator_sees_both_sides(tandem):
    source, copy = pair(tandem)
    done = source.cli("record", "add", "example.com", "new", "60", "A", "192.0.2.7", "--wait", "all",
                      "--timeout", "10")
    assert done.returncode == 0, done.stderr
    assert serial(copy) == 2
    status = json.loads(source.cli("zone", "status", "example.com", "--json").stdout)
    assert status["secondaries_in_step"] == 1 and status["peers"][0]["serial"] == 2
    status = source.cli("zone", "status", "example.com").stdout
    assert "ns2" in status and "in step" in status
    status = copy.cli("zone", "status", "example.com").stdout
    assert "secondary" in status and "expires        in 1" in status and "last transfer" in status
    why = copy.cli("zone", "why", "example.com").stdout
    assert "AXFR from" in why and "in step" in why
    assert "IXFR, outgoing, remote 127.0.0.1" in source.cli("zone", "why", "example.com", "ns2").stdout
    assert "NOTIFY of serial 2" in source.cli("zone", "why", "example.com", "ns2").stdout
    peers = source.cli("peer", "status").stdout
    assert "1 zones go there: 1 in step" in peers
    assert "1 zones come from it" in copy.cli("peer", "status", "ns1").stdout
    assert copy.cli("peer", "status", "ns3").returncode != 0


def test_waiting_for_secondaries_ends(tandem):
    source, copy = pair(tandem)
    copy.stop()
    done = source.cli("record", "add", "example.com", "new", "60", "A", "192.0.2.7", "--wait", "1",
                      "--timeout", "1")
    assert done.returncode == 4 and "0 of 1" in done.stderr
    source.wait(lambda: "failing" in source.cli("zone", "status", "example.com").stdout)
    assert "the port is closed" in source.cli("zone", "why", "example.com").stdout
    done = source.cli("record", "add", "example.com", "new", "60", "A", "192.0.2.8", "--wait", "2")
    assert done.returncode == 1 and "only 1 secondaries" in done.stderr


def test_a_retransfer_takes_a_lower_serial(tandem):
    source, copy = pair(tandem)
    assert source.cli("record", "add", "example.com", "new", "60", "A", "192.0.2.7").returncode == 0
    copy.wait(lambda: serial(copy) == 2)
    source.stop()
    lose_state(source)
    to = json.loads(source.path.read_text())
    to["zones"][0].update({"to": "none", "allow-transfer": ["key " + KEY]})
    source.path.write_text(json.dumps(to))
    source.start()
    assert serial(source) == 1
    assert copy.cli("zone", "refresh", "example.com").returncode == 1
    assert "lower than our 2" in copy.cli("zone", "why", "example.com").stdout
    assert serial(copy) == 2
    done = copy.cli("zone", "retransfer", "example.com")
    assert done.returncode == 0, done.stderr
    assert serial(copy) == 1
    assert "break" in copy.cli("zone", "log", "example.com").stdout
    copy.stop()
    source.stop()
    copy.start()
    copy.wait(lambda: serial(copy) == 1)


def lose_state(server):
    for path in server.where.glob("changes/*"):
        path.unlink()


def test_a_primary_without_state_asks_its_secondaries_first(tandem):
    source, copy = pair(tandem)
    for number in range(2, 5):
        assert source.cli("record", "add", "example.com", "n%d" % number, "60", "A", "192.0.2.7",
                          "--wait", "all").returncode == 0
    source.stop()
    lose_state(source)
    source.start()
    assert "a secondary has 4" in source.log()
    assert serial(source) == 5
    copy.wait(lambda: serial(copy) == 5)
    assert not copy.ask("n2.example.com").answer


def test_metrics_tell_of_replication(tandem):
    source, copy = pair(tandem)
    source.wait(lambda: 'tandem_zone_secondaries{zone="example.com.",state="in-step"} 1' in metrics(source))
    assert 'tandem_zone_lag_seconds{zone="example.com."} 0.000' in metrics(source)
    assert 'tandem_peer_notifies_out_total{peer="ns2",result="answered"}' in metrics(source)
    text = metrics(copy)
    assert 'tandem_zone_expires_seconds{zone="example.com."} 12096' in text
    assert 'tandem_peer_transfers_in_total{peer="ns1",result="done"} 1' in text
    assert 'tandem_peer_up{peer="ns1"} 1' in text


def metrics(server):
    return get(server, "/metrics")[1]


def test_the_file_of_a_copy_is_written_and_read_when_there_is_nothing_better(tandem):
    source, copy = pair(tandem, file="copy.zone")
    path = copy.where / "copy.zone"
    copy.wait(lambda: path.exists() and "www" in path.read_text())
    source.stop()
    copy.stop()
    lose_state(copy)
    copy.start()
    copy.wait(lambda: serial(copy) == 1)
    assert copy.ask("www.example.com").answer
    assert "expires" in copy.cli("zone", "status", "example.com").stdout
    source.start()
    assert source.cli("record", "add", "example.com", "new", "60", "A", "192.0.2.7", "--wait", "all",
                      "--timeout", "20").returncode == 0
    assert serial(copy) == 2


def test_the_primary_says_why_a_peer_gets_nothing(tandem):
    source, copy = pair(tandem)
    top = json.loads(copy.path.read_text())
    del top["peers"][0]["key"]
    copy.path.write_text(json.dumps(top))
    assert copy.cli("reload").returncode == 0
    assert copy.cli("zone", "retransfer", "example.com").returncode == 1
    source.wait(lambda: "it is not signed, and has to be" in source.cli("zone", "why", "example.com", "ns2").stdout)
    assert "allow this server's address and key there" in copy.cli("zone", "why", "example.com").stdout
    assert serial(copy) == 1


def test_a_copy_with_a_hole_in_its_log_is_transferred_anew(tandem):
    source, copy = pair(tandem)
    for number in range(2, 5):
        assert source.cli("record", "add", "example.com", "new%d" % number, "60", "A", "192.0.2.7").returncode == 0
        copy.wait(lambda: serial(copy) == number)
    copy.process.kill()
    copy.stop(code=None)
    for path in (copy.where / "changes").glob("*.log"):
        octets = path.read_bytes()
        assert b"\x04new3" in octets
        path.write_bytes(octets.replace(b"\x04new3", b"\x04nex3"))
    copy.start()
    copy.wait(lambda: copy.ask("new3.example.com").answer)
    assert serial(copy) == 4
    assert "changes are missing in the log" in copy.log()
