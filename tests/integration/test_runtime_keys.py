"""Keys that are added and removed by command: at once, over restarts and reloads, and in use or not."""
import json
import stat
import threading

import dns.query
import dns.rcode
import dns.tsigkeyring
import dns.update

from conftest import BUILD, ZONE, run
from test_change_verbs import api
from test_secondary import serial

import subprocess

SECRET = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0"
OTHER = "b3RoZXIgc2VjcmV0IG90aGVyIHNlY3JldCE="
FILES = [{"name": "example.com", "file": "example.com.zone"}]


def ring(name, secret=SECRET):
    return dns.tsigkeyring.from_text({name: secret})


def signed(server, name, secret=SECRET):
    """What an SOA question that is signed with the key gets: the TSIG error by name, or ''."""
    query = server.query("example.com", "SOA")
    query.use_tsig(ring(name, secret))
    try:
        answer = server.ask(query)
    except Exception as error:
        return type(error).__name__
    return "" if answer.rcode() == dns.rcode.NOERROR else dns.rcode.to_text(answer.rcode())


def update(server, name, value, secret=SECRET):
    message = dns.update.UpdateMessage("example.com", keyring=ring(name, secret))
    message.add("dyn", 60, "TXT", value)
    try:
        return dns.query.tcp(message, "127.0.0.1", port=server.port, timeout=5).rcode()
    except Exception as error:
        return type(error).__name__


def add(server, name, *words):
    done = server.cli("key", "add", name, *words)
    assert done.returncode == 0, done.stderr
    return done


def keys(server):
    return {key["name"]: key for key in json.loads(server.cli("key", "list", "--json").stdout)["keys"]}


def test_a_key_counts_at_once_and_stays(tandem):
    server = tandem(server={"workers": 2})
    assert signed(server, "new.") == "PeerBadKey"
    add(server, "New", "--secret", SECRET)
    for _ in range(8):  # of all workers
        assert signed(server, "new.") == ""
    assert signed(server, "new.", OTHER) == "PeerBadSignature"
    kept = server.where / "keys.yaml"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert server.cli("reload").returncode == 0
    assert signed(server, "new.") == ""
    server.stop()
    server.start()
    assert signed(server, "new.") == ""
    done = server.cli("key", "remove", "new")
    assert done.returncode == 0, done.stderr
    for _ in range(8):
        assert signed(server, "new.") == "PeerBadKey"
    server.stop()
    server.start()
    assert signed(server, "new.") == "PeerBadKey"
    assert SECRET not in kept.read_text()
    assert SECRET not in server.log()


def test_a_secret_is_drawn_and_shown_in_the_forms_people_paste(tandem):
    server = tandem(keys=[{"name": "old.", "algorithm": "hmac-sha512", "secret": OTHER}])
    add(server, "drawn.example")
    shown = server.cli("key", "show", "drawn.example")
    key = json.loads(server.cli("key", "show", "drawn.example", "--json").stdout)
    assert key["algorithm"] == "hmac-sha256" and key["secret_octets"] == 32 and key["origin"] == "command"
    assert signed(server, "drawn.example.", key["secret"]) == ""
    assert "- {name: 'drawn.example.', algorithm: hmac-sha256, secret: '%s'}" % key["secret"] in shown.stdout
    assert "key \"drawn.example.\" {\n\talgorithm hmac-sha256;\n\tsecret \"%s\";\n};" % key["secret"] in shown.stdout
    assert "hmac-sha256:drawn.example.:%s\n" % key["secret"] in shown.stdout
    for done in (server.cli("key", "list"), server.cli("key", "list", "--json")):
        assert key["secret"] not in done.stdout and OTHER not in done.stdout
        assert "drawn.example." in done.stdout and "old." in done.stdout
    # What is printed for tandem.yaml can be pasted there.
    lines = shown.stdout.split("\n\n")[0]
    other = server.where / "pasted.yaml"
    other.write_text(lines + "\nserver: {state: /nothing}\n")
    assert run("tandem", "config", "check", other).returncode == 0
    assert server.cli("key", "show", "nothing").returncode == 1


def test_the_secret_may_come_from_a_file_or_the_input(tandem):
    server = tandem()
    (server.where / "secret").write_text("  %s\n" % SECRET)
    add(server, "one", "--secret-file", server.where / "secret", "--algorithm", "hmac-sha512")
    query = server.query("example.com", "SOA")
    query.use_tsig(ring("one."), algorithm="hmac-sha512.")
    assert server.ask(query).rcode() == dns.rcode.NOERROR
    done = subprocess.run([str(BUILD / "tandem"), "key", "add", "two", "--secret-file", "-", "--socket",
                           str(server.socket)], input=SECRET, text=True, stdout=subprocess.PIPE)
    assert done.returncode == 0
    assert signed(server, "two.") == ""


def test_what_cannot_be_added_says_why(tandem):
    server = tandem(keys=[{"name": "old.", "algorithm": "hmac-sha256", "secret": OTHER}], zones=FILES)
    add(server, "there")
    for words, why in ((["a..b"], "domain name"), (["x", "--algorithm", "hmac-md5"], "hmac-sha256"),
                       (["x", "--secret", "not base64!"], "base64"), (["old"], "configuration"),
                       (["there"], "another name"), (["x", "--secret-file", "/nothing/there"], "No such file"),
                       (["x", "--secret", SECRET, "--secret-file", "-"], "not both")):
        done = server.cli("key", "add", *words)
        assert done.returncode in (1, 2) and why in done.stderr, done.stderr
        assert "not base64!" not in done.stderr
    assert sorted(keys(server)) == ["old.", "there."]
    for name, why in (("old", "configuration"), ("nothing", "no key")):
        done = server.cli("key", "remove", name)
        assert done.returncode == 1 and why in done.stderr, done.stderr


def test_the_api_does_the_same(tandem):
    server = tandem()
    assert api(server, "POST", "/v1/keys/new/add", {"secret": SECRET})[0] == 200
    assert signed(server, "new.") == ""
    status, body = api(server, "GET", "/v1/keys")[:2]
    assert status == 200 and [key["name"] for key in body["keys"]] == ["new."]
    assert "secret" not in body["keys"][0]
    assert api(server, "GET", "/v1/keys/new")[1]["secret"] == SECRET
    assert api(server, "POST", "/v1/keys/new/add", {"secret": SECRET})[0] == 409
    assert api(server, "POST", "/v1/keys/x/add", {"algorithm": "none"})[0] == 400
    assert api(server, "POST", "/v1/keys/new/remove", {})[0] == 200
    assert api(server, "POST", "/v1/keys/new/remove", {})[0] == 409
    assert signed(server, "new.") == "PeerBadKey"


def test_the_configuration_may_name_it_and_then_it_is_in_use(tandem):
    server = tandem()
    server.configure(zones=[dict(FILES[0], update=[{"key": "new."}], **{"allow-transfer": ["key new."]})])
    assert server.cli("reload").returncode == 5
    add(server, "new", "--secret", SECRET)
    assert server.cli("reload").returncode == 0
    assert update(server, "new.", "one") == dns.rcode.NOERROR
    assert keys(server)["new."]["uses"] == 1
    done = server.cli("key", "remove", "new")
    assert done.returncode == 1 and "in use" in done.stderr and "zone example.com." in done.stderr
    assert update(server, "new.", "two") == dns.rcode.NOERROR
    assert run("tandem", "config", "check", server.path).returncode == 0
    server.stop()
    server.start()
    assert update(server, "new.", "three") == dns.rcode.NOERROR
    # By force: nobody passes by it any more, and the configuration is refused until it is there again.
    done = server.cli("key", "remove", "new", "--force")
    assert done.returncode == 0 and "still names it" in done.stderr
    assert update(server, "new.", "four") == "PeerBadKey"
    assert server.cli("reload").returncode == 5
    add(server, "new", "--secret", OTHER)
    assert update(server, "new.", "five") == "PeerBadSignature"
    assert update(server, "new.", "five", OTHER) == dns.rcode.NOERROR
    assert server.cli("reload").returncode == 0


def test_the_configuration_goes_before_it(tandem):
    server = tandem()
    add(server, "new", "--secret", SECRET)
    server.configure(keys=[{"name": "new.", "algorithm": "hmac-sha256", "secret": OTHER}], zones=FILES)
    assert server.cli("reload").returncode == 0
    assert "goes before" in server.log()
    assert signed(server, "new.", OTHER) == "" and signed(server, "new.") == "PeerBadSignature"
    assert "goes before" in server.cli("key", "list").stdout
    assert json.loads(server.cli("key", "show", "new", "--json").stdout)["secret"] == OTHER
    # It is not forgotten.
    server.configure(zones=FILES)
    assert server.cli("reload").returncode == 0
    assert signed(server, "new.") == ""
    server.configure(keys=[{"name": "new.", "algorithm": "hmac-sha256", "secret": OTHER}], zones=FILES)
    assert server.cli("reload").returncode == 0
    assert server.cli("key", "remove", "new").returncode == 0
    assert signed(server, "new.", OTHER) == ""


def test_peers_use_it(tandem):
    source, copy = tandem(zones=[]), tandem(zones=[])
    source.zone("example.com", ZONE)
    for server in (source, copy):
        add(server, "both", "--secret", SECRET)
    source.configure(peers=[{"name": "ns2", "address": "127.0.0.1:%d" % copy.port, "key": "both."}],
                     zones=[dict(FILES[0], to=["ns2"])])
    copy.configure(peers=[{"name": "ns1", "address": "127.0.0.1:%d" % source.port, "key": "both."}],
                   zones=[{"name": "example.com", "from": ["ns1"], "refresh-min": "1s", "retry-min": "1s"}])
    assert source.cli("reload").returncode == 0
    assert copy.cli("reload").returncode == 0
    copy.wait(lambda: serial(copy) == 1)
    done = copy.cli("key", "remove", "both")
    assert done.returncode == 1 and "peer ns1" in done.stderr
    # Another secret on one side: nothing passes until the other side has it, too.
    assert source.cli("key", "remove", "both", "--force").returncode == 0
    add(source, "both", "--secret", OTHER)
    assert source.cli("record", "add", "example.com", "new", "60", "A", "192.0.2.7").returncode == 0
    assert copy.cli("zone", "refresh", "example.com").returncode != 0
    assert serial(copy) == 1
    assert copy.cli("key", "remove", "both", "--force").returncode == 0
    assert copy.cli("zone", "refresh", "example.com").returncode != 0
    add(copy, "both", "--secret", OTHER)
    assert copy.cli("zone", "refresh", "example.com").returncode == 0
    copy.wait(lambda: serial(copy) == 2)


def test_a_damaged_file_is_told_with_its_line(tandem):
    server = tandem()
    add(server, "new", "--secret", SECRET)
    kept = server.where / "keys.yaml"
    whole = kept.read_text()
    for text, line in ((whole.replace("hmac-sha256", "hmac-sha9"), 3), ("keys: 7\n", 1), ("keys: [\n", None)):
        kept.write_text(text)
        done = server.cli("reload")
        assert done.returncode == 5, text
        assert "keys.yaml" + (":%d" % line if line else "") in done.stderr, done.stderr
        assert signed(server, "new.") == ""
        assert run("tandem", "config", "check", server.path).returncode == 5
    kept.write_text(whole)
    assert server.cli("reload").returncode == 0


def test_many_at_a_time(tandem):
    server = tandem()
    threads = [threading.Thread(target=add, args=(server, "k%d" % i, "--secret", SECRET)) for i in range(12)]
    for thread in threads:
        thread.start()
    server.cli("reload")
    for thread in threads:
        thread.join()
    assert len(keys(server)) == 12
    server.stop()
    server.start()
    assert len(keys(server)) == 12
    assert all(signed(server, "k%d." % i) == "" for i in range(12))


def test_a_key_that_cannot_be_written_is_not_there(tandem):
    server = tandem()
    (server.where / "keys.yaml.tmp" / "x").mkdir(parents=True)
    done = server.cli("key", "add", "new", "--secret", SECRET)
    assert done.returncode == 1 and "keys.yaml.tmp" in done.stderr
    assert signed(server, "new.") == "PeerBadKey"
    (server.where / "keys.yaml.tmp" / "x").rmdir()
    (server.where / "keys.yaml.tmp").rmdir()
    add(server, "new", "--secret", SECRET)
    assert signed(server, "new.") == ""
