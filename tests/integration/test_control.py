"""The control socket, and `tandem` in front of it."""
import http.client
import json
import os
import socket
import stat

import pytest

from conftest import run


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self.path))


def get(server, path):
    connection = UnixConnection(server.socket)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body


def test_the_socket_is_for_user_and_group(tandem):
    server = tandem()
    assert stat.S_IMODE(os.stat(server.socket).st_mode) == 0o660


@pytest.mark.parametrize("words", [("status",), ("stats",), ("zone", "list"),
                                   ("zone", "status", "example.com"), ("reload",)])
def test_verbs_speak_to_people_and_to_programs(tandem, words):
    server = tandem()
    done = server.cli(*words)
    assert done.returncode == 0, done.stderr
    done = server.cli(*words, "--json")
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout)


def test_zone_status_tells_the_serial(tandem):
    server = tandem()
    done = server.cli("zone", "status", "EXAMPLE.com.", "--json")
    assert json.loads(done.stdout)["serial"] == 1


def test_a_zone_that_is_not_there(tandem):
    server = tandem()
    done = server.cli("zone", "status", "nothing.test")
    assert done.returncode == 1
    assert "nothing.test" in done.stderr


def test_no_daemon(tmp_path):
    done = run("tandem", "status", "--socket", tmp_path / "none.sock")
    assert done.returncode == 3
    assert "none.sock" in done.stderr


@pytest.mark.parametrize("words", [(), ("dance",), ("zone",), ("zone", "dance"), ("status", "--dance"),
                                   ("zone", "status"), ("config", "check")])
def test_wrong_use(words):
    done = run("tandem", *words)
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert done.stderr


def test_what_was_asked_is_counted(tandem):
    server = tandem()
    for _ in range(7):
        server.ask("www.example.com")
    server.ask("nothing.example.com", tcp=True)
    status, body = get(server, "/metrics")
    assert status == 200
    values = {}
    for line in body.splitlines():
        if line and not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            values[name] = float(value)
    assert sum(value for name, value in values.items()
               if name.startswith("tandem_responses_total") and "NXDOMAIN" in name) == 1
    assert sum(value for name, value in values.items()
               if name.startswith("tandem_queries_total") and "tcp" in name) == 1
    # Each metric has one HELP and one TYPE line, and all its rows behind them.
    types = [line.split()[2] for line in body.splitlines() if line.startswith("# TYPE")]
    assert len(types) == len(set(types)) and types


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
