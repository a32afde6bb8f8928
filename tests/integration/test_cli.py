"""`tandem` without a daemon, and with daemons that are none: words, checks, exit codes."""
import json
import os
import socket
import subprocess
import threading
import time

import dns.name
import dns.zone
import pytest

from conftest import BUILD, ZONE, run

@pytest.mark.parametrize("words", [(), ("dance",), ("zone",), ("zone", "dance"), ("status", "--dance"),
                                   ("zone", "status"), ("config", "check")])
def test_wrong_use(words):
    done = run("tandem", *words)
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert done.stderr


def test_the_schema_fits_the_examples(tmp_path):
    done = run("tandem", "config", "schema")
    assert done.returncode == 0
    schema = json.loads(done.stdout)
    assert schema["type"] == "object"
    for name in ("server", "zones", "keys", "templates"):
        assert name in schema["properties"]


def test_checking_a_zone(tmp_path):
    path = tmp_path / "zone"
    path.write_text("$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n@ MX 10 ns\n")
    done = run("tandem", "zone", "check", "example.com", path, "--print")
    assert done.returncode == 0, done.stderr
    assert "example.com.\t60\tIN\tMX\t10 ns.example.com." in done.stdout.replace(" IN ", "\tIN\t") or \
        "example.com. 60 IN MX 10 ns.example.com." in " ".join(done.stdout.split())
    path.write_text(path.read_text() + "bad A nowhere\n@ TXT \"v=spf1 -all\"\n@ TXT \"v=spf1 ~all\"\n")
    done = run("tandem", "zone", "check", "example.com", path)
    assert done.returncode == 5
    assert "%s:6:" % path in done.stderr and ": error: " in done.stderr


def test_help_tells_of_everything():
    done = run("tandem", "help")
    assert (done.returncode, done.stderr) == (0, "")
    for words in ("status", "reload", "stats", "zone list", "zone status NAME", "zone reload NAME",
                  "config check FILE", "config schema", "zone check ORIGIN FILE", "--json", "--socket"):
        assert words in done.stdout
    assert all(len(line) < 80 for line in done.stdout.splitlines())
    assert run("tandem", "--help").stdout == done.stdout
    one = run("tandem", "help", "zone", "check")
    assert one.returncode == 0 and "--print" in one.stdout
    assert run("tandem", "zone", "check", "--help").stdout == one.stdout
    assert "why, for the history (-m)" in run("tandem", "record", "add", "--help").stdout
    assert run("tandem", "help", "dance").returncode == 2


def test_version():
    done = run("tandem", "version")
    assert done.returncode == 0 and done.stdout.startswith("tandem ")
    assert run("tandem", "--version").stdout == done.stdout
    assert json.loads(run("tandem", "version", "--json").stdout)["version"] == done.stdout.split()[1]
    assert run("tandemd", "-V").stdout.split()[1] == done.stdout.split()[1]


def test_other_servers_words_are_understood_with_a_hint(tmp_path):
    path = tmp_path / "zone"
    path.write_text(ZONE)
    done = run("tandem", "checkzone", "example.com", path)
    assert done.returncode == 0
    assert "'checkzone' is 'zone check' here" in done.stderr


def test_a_configuration_is_checked(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text("server: {workers: 2}\n")
    done = run("tandem", "config", "check", path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    path.write_text("zones:\n  - {name: example.com, file: none.zone}\n")
    done = run("tandem", "config", "check", path)
    assert done.returncode == 0
    assert "%s:2:" % path in done.stderr and ": warning: " in done.stderr and "none.zone" in done.stderr
    path.write_text("server:\n  worker: 2\n")
    done = run("tandem", "config", "check", path)
    assert done.returncode == 5
    assert done.stderr.startswith("%s:2:3: error: " % path) and "did you mean 'workers'" in done.stderr
    answer = json.loads(run("tandem", "config", "check", path, "--json").stdout)
    assert answer["valid"] is False
    assert (answer["findings"][0]["line"], answer["findings"][0]["column"]) == (2, 3)
    assert run("tandem", "config", "check", tmp_path / "none").returncode == 5


SIGNED = """$TTL 60
@ SOA NS.example. h 1 2 3 4 5
@ NS b
@ NS A
@ MX 20 b
@ MX 10 A
@ TXT "two" "strings"
A A 192.0.2.10
A A 192.0.2.9
a AAAA 2001:DB8:0::1
b A 192.0.2.1
*.b A 192.0.2.2
\\000.b A 192.0.2.3
z.y.b TYPE65280 \\# 3 abcdef
_443._tcp.b TLSA 3 1 1 ( 0123456789abcdef0123456789abcdef
   0123456789abcdef0123456789abcdef )
b HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.1
sub NS ns.sub
ns.sub A 192.0.2.99
"""


def test_a_printed_zone_is_canonical_and_reads_back(tmp_path):
    path, again = tmp_path / "zone", tmp_path / "again"
    path.write_text(SIGNED)
    done = run("tandem", "zone", "check", "example", path, "--print")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 17
    assert all(len(line.split("\t")) == 5 and line.split("\t")[2] == "IN" for line in lines)
    assert lines[0].split("\t")[3] == "SOA"
    owners = [dns.name.from_text(line.split("\t")[0]) for line in lines]
    assert owners == sorted(owners)
    again.write_text(done.stdout)
    second = run("tandem", "zone", "check", "example.", again, "--print")
    assert second.stdout == done.stdout
    # Another implementation reads the same zone from both.
    assert dns.zone.from_text(done.stdout, "example.", relativize=False) == \
        dns.zone.from_text(SIGNED, "example.", relativize=False)


def test_checking_a_zone_for_programs(tmp_path):
    path = tmp_path / "zone"
    path.write_text(ZONE)
    done = run("tandem", "zone", "check", "example.com", path, "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 0
    assert (answer["valid"], answer["serial"], answer["records"], answer["errors"]) == (True, 1, 10, 0)
    path.write_text(ZONE + "x A 1.2.3\n")
    done = run("tandem", "zone", "check", "example.com", path, "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 5
    assert (answer["valid"], answer["errors"]) == (False, 1)
    finding = answer["findings"][0]
    assert (finding["file"], finding["line"], finding["column"], finding["severity"]) == (
        str(path), 13, 5, "error")
    assert done.stderr.startswith("%s:13:5: error: " % path)


@pytest.mark.parametrize("words, code", [
    (("example..com", "/dev/null"), 2),
    (("example.com", "/nonexistent/zone"), 5),
    (("example.com", "/dev/null"), 5),
    (("example.com", "/"), 5),
])
def test_zones_that_cannot_be_checked(words, code):
    done = run("tandem", "zone", "check", *words)
    assert done.returncode == code, done.stderr
    assert done.stderr.strip()


def test_strictness(tmp_path):
    path = tmp_path / "zone"
    path.write_text(ZONE + "post CNAME mail\n@ MX 20 post\n")
    done = run("tandem", "zone", "check", "example.com", path)
    assert done.returncode == 0 and ": warning: " in done.stderr
    done = run("tandem", "zone", "check", "example.com", path, "--strict")
    assert done.returncode == 5 and ": error: " in done.stderr


def test_a_full_disk_is_noticed(tmp_path):
    path = tmp_path / "zone"
    path.write_text(ZONE)
    for words in (("zone", "check", "example.com", str(path), "--print"), ("config", "schema"), ("help",)):
        with open("/dev/full", "w") as full:
            done = subprocess.run([str(BUILD / "tandem"), *words], stdout=full, stderr=subprocess.PIPE)
        assert done.returncode == 1, words


# ---- daemons that are none ----

def pretend(path, answer, hold=False):
    """Listen at a path and give each client the same answer."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    held = []

    def serve():
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            client.recv(65536)
            if hold:
                held.append(client)
                continue
            client.sendall(answer)
            client.close()

    threading.Thread(target=serve, daemon=True).start()
    return listener


def reply(status, body, length=None):
    return ("HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (
        status, len(body) if length is None else length, body)).encode()


@pytest.mark.parametrize("answer, code, word", [
    (b"", 3, "gone away"),
    (b"\r\n", 3, "gone away"),
    (b"SSH-2.0-x\r\n", 3, "gone away"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n", 3, "gone away"),
    (reply("200 OK", "{}", 5), 3, "gone away"),
    (reply("200 OK", ""), 1, "no JSON"),
    (reply("200 OK", "<html>"), 1, "no JSON"),
    (reply("200 OK", "{\"a\": 1, \"a\": 2}"), 1, "no JSON"),
    (reply("200 OK", "{}"), 0, ""),
    (reply("504 x", "{\"error\": {\"code\": \"timeout\", \"text\": \"too slow\"}}"), 4, "too slow"),
    (reply("422 x", "{\"error\": {\"code\": \"config-invalid\", \"text\": \"t\", \"lines\": [\"a:1:2\"]}}"),
     5, "a:1:2"),
    (reply("500 x", "{\"error\": 3}"), 1, "refused"),
    (reply("500 x", "{\"error\": {\"code\": \"who-knows\", \"lines\": [3]}}"), 1, "refused"),
])
def test_strange_answers(tmp_path, answer, code, word):
    path = tmp_path / "sock"
    listener = pretend(path, answer)
    done = run("tandem", "status", "--socket", path)
    assert done.returncode == code, (done.returncode, done.stderr)
    assert word in done.stderr
    assert run("tandem", "status", "--json", "--socket", path).returncode == code
    listener.close()


def test_a_daemon_that_does_not_answer(tmp_path):
    path = tmp_path / "sock"
    listener = pretend(path, b"", hold=True)
    start = time.monotonic()
    done = run("tandem", "reload", "--timeout", "1", "--socket", path)
    assert done.returncode == 4
    assert time.monotonic() - start > 1
    assert "not answered" in done.stderr
    listener.close()


def test_where_the_socket_is(tmp_path):
    path = tmp_path / "sock"
    listener = pretend(path, reply("200 OK", "{\"zones\": []}"))
    env = dict(os.environ, TANDEM_SOCKET=str(path))
    assert run("tandem", "zone", "list", env=env).stdout == "no zones\n"
    done = run("tandem", "zone", "list", "--socket", tmp_path / "other", env=env)
    assert done.returncode == 3 and "other" in done.stderr
    listener.shutdown(socket.SHUT_RDWR)
    done = run("tandem", "zone", "list", env=env)
    assert done.returncode == 3 and "start tandemd" in done.stderr
    done = run("tandem", "zone", "list", "--socket", "/" + "x" * 200)
    assert done.returncode == 3


def test_a_socket_that_one_may_not_use(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    path = tmp_path / "sock"
    listener = pretend(path, b"")
    os.chmod(path, 0o660)
    for above in [tmp_path] + list(tmp_path.parents)[:-1]:
        if not above.stat().st_mode & 1:
            os.chmod(above, above.stat().st_mode | 0o011)
    done = subprocess.run([str(BUILD / "tandem"), "status", "--socket", str(path)], user="nobody", group="nogroup",
                          extra_groups=[], stderr=subprocess.PIPE, text=True)
    assert done.returncode == 3 and "join its group" in done.stderr
    listener.close()
