"""The control socket, and `tandem` in front of it."""
import http.client
import json
import os
import re
import signal
import socket
import stat
import threading
import urllib.error
import urllib.request

import pytest

from conftest import PATIENCE_S, ZONE, free_port, run


@pytest.fixture
def served(tandem):
    """As tandem, but all zones have been loaded, or have failed to."""
    def make(**options):
        server = tandem(**options)
        if server.process:
            loaded(server)
        return server
    return make


def loaded(server):
    server.wait(lambda: re.search(r"ready, \d+ zones", server.log()))


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


def test_the_socket_is_for_user_and_group(served):
    server = served()
    assert stat.S_IMODE(os.stat(server.socket).st_mode) == 0o660


@pytest.mark.parametrize("words", [("status",), ("stats",), ("zone", "list"),
                                   ("zone", "status", "example.com"), ("reload",)])
def test_verbs_speak_to_people_and_to_programs(served, words):
    server = served()
    done = server.cli(*words)
    assert done.returncode == 0, done.stderr
    done = server.cli(*words, "--json")
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout)


def test_zone_status_tells_the_serial(served):
    server = served()
    done = server.cli("zone", "status", "EXAMPLE.com.", "--json")
    assert json.loads(done.stdout)["serial"] == 1


def test_a_zone_that_is_not_there(served):
    server = served()
    done = server.cli("zone", "status", "nothing.test")
    assert done.returncode == 1
    assert "nothing.test" in done.stderr


def test_no_daemon(tmp_path):
    done = run("tandem", "status", "--socket", tmp_path / "none.sock")
    assert done.returncode == 3
    assert "none.sock" in done.stderr


def test_what_was_asked_is_counted(served):
    server = served()
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


def test_the_shape_of_status(served):
    server = served(server={"identity": "ns1"})
    status = json.loads(server.cli("status", "--json").stdout)
    assert status["pid"] == server.process.pid
    assert status["config"] == str(server.path)
    assert status["identity"] == "ns1"
    assert status["workers"] == 1
    assert status["listen"] == ["127.0.0.1@%d" % server.port, "::1@%d" % server.port]
    assert status["metrics"] is None
    assert 0 <= status["uptime_s"] < 60
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", status["started"])
    zones = status["zones"]
    assert (zones["count"], zones["served"], zones["failed"], zones["records"]) == (1, 1, 0, 10)
    assert zones["memory_octets"] > 0
    assert run("tandem", "version").stdout.split()[1] == status["version"]


def test_the_shape_of_zones(served):
    server = served(start=False)
    server.zone("broken.test", "@ SOA\n")
    server.configure(zones=[{"name": "example.com", "file": "example.com.zone"},
                            {"name": "broken.test", "file": "broken.test.zone"}])
    server.start()
    loaded(server)
    good, broken = json.loads(server.cli("zone", "list", "--json").stdout)["zones"]
    assert good == {"name": "example.com.", "role": "primary", "origin": "configuration", "state": "served",
                    "is_loading": False,
                    "last_load_failed": False, "serial": 1, "records": 10}
    assert (broken["name"], broken["state"], broken["serial"]) == ("broken.test.", "failed", None)
    status, body = get(server, "/v1/zones/example.com")
    zone = json.loads(body)
    assert status == 200
    assert zone["file"] == str(server.where / "example.com.zone")
    assert (zone["names"], zone["delegations"], zone["signed"]) == (8, 1, False)
    assert zone["failed"] is None and zone["loaded"]
    assert not any(finding["severity"] == "error" for finding in zone["findings"])
    lines = server.cli("zone", "list").stdout.splitlines()
    assert lines[0].split() == ["NAME", "ROLE", "STATE", "SERIAL", "RECORDS"]
    assert lines[1].split() == ["example.com.", "primary", "served", "1", "10"]
    assert lines[2].split() == ["broken.test.", "primary", "failed", "-", "-"]


def test_zones_are_listed_in_canonical_order(served):
    names = ["a.example.com", "z.example.com", "example.com", "example.org", "com"]
    server = served(start=False)
    for name in names:
        server.zone(name, ZONE.replace("example.com", name))
    server.configure(zones=[{"name": name, "file": name + ".zone"} for name in names])
    server.start()
    loaded(server)
    zones = json.loads(server.cli("zone", "list", "--json").stdout)["zones"]
    assert [zone["name"] for zone in zones] == [
        "com.", "example.com.", "a.example.com.", "z.example.com.", "example.org."]


def test_a_zone_is_reloaded(served):
    server = served()
    server.zone("example.com", ZONE.replace("hostmaster 1 ", "hostmaster 2 "))
    done = server.cli("zone", "reload", "example.com")
    assert done.returncode == 0, done.stderr
    assert "serial 2" in done.stdout
    assert server.ask("example.com", "SOA").answer[0][0].serial == 2
    loads = server.log().count("load, serial 2")
    assert server.cli("zone", "reload", "example.com").returncode == 0
    assert server.log().count("load, serial 2") == loads
    assert server.cli("zone", "reload", "example.com", "--force").returncode == 0
    assert server.log().count("load, serial 2") == loads + 1


@pytest.mark.parametrize("words", [("reload",), ("zone", "reload", "example.com")])
def test_a_reload_that_meets_a_broken_file(served, words):
    server = served()
    server.zone("example.com", ZONE.replace("hostmaster 1 ", "hostmaster 2 ") + "bad A 192.0.2.256\n")
    done = server.cli(*words)
    assert done.returncode == 5
    assert "%s:13:7: error: " % (server.where / "example.com.zone") in done.stderr
    assert server.cli(*words, "--json").returncode == 5
    zone = json.loads(server.cli("zone", "status", "example.com", "--json").stdout)
    assert (zone["serial"], zone["state"], zone["last_load_failed"]) == (1, "served", True)
    assert zone["findings"][0]["line"] == 13
    server.zone("example.com", ZONE.replace("hostmaster 1 ", "hostmaster 3 "))
    assert server.cli(*words).returncode == 0
    zone = json.loads(server.cli("zone", "status", "example.com", "--json").stdout)
    assert (zone["serial"], zone["last_load_failed"]) == (3, False)
    assert not any(finding["severity"] == "error" for finding in zone["findings"])


def test_a_reload_that_meets_a_broken_configuration(served):
    server = served()
    good = server.path.read_text()
    server.path.write_text("zones:\n  - {name: other.test, fil: x}\nserver: {workers: none}\n")
    done = server.cli("reload")
    assert done.returncode == 5
    assert "%s:2:" % server.path in done.stderr and "%s:3:" % server.path in done.stderr
    answer = json.loads(server.cli("reload", "--json").stdout)
    assert answer["error"]["code"] == "config-invalid"
    assert len(answer["error"]["lines"]) >= 2
    status = json.loads(server.cli("status", "--json").stdout)
    assert status["zones"]["count"] == 1
    assert server.ask("www.example.com").rcode() == 0
    server.path.write_text(good)
    assert server.cli("reload").returncode == 0


def test_a_reload_that_wants_a_port_in_use(served):
    server = served()
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        server.server["listen"].append("127.0.0.1:%d" % other.getsockname()[1])
        server.configure(zones=[])
        done = server.cli("reload")
        assert done.returncode == 5
        assert str(other.getsockname()[1]) in done.stderr
    assert server.ask("www.example.com").rcode() == 0


def test_reload_need_not_wait(served):
    server = served()
    server.zone("example.com", ZONE.replace("hostmaster 1 ", "hostmaster 2 "))
    assert server.cli("reload", "--no-wait").returncode == 0
    server.wait(lambda: server.ask("example.com", "SOA").answer[0][0].serial == 2)


def test_who_changes_something_is_logged(served):
    server = served()
    server.cli("zone", "list")
    assert "asked for by" not in server.log()
    server.cli("zone", "reload", "example.com")
    assert re.search(r"control, 'zone reload example\.com' asked for by \w+", server.log())


def parse_metrics(text):
    """{series: value}; the text format is held to its letter."""
    values, kinds, closed, current = {}, {}, set(), None
    assert text.endswith("\n")
    for line in text.splitlines():
        head = re.fullmatch(r"# (HELP|TYPE) ([a-z_]+) (.+)", line)
        if head:
            if head.group(2) != current:
                assert head.group(1) == "HELP" and head.group(2) not in closed, line
                closed.add(current)
                current = head.group(2)
            else:
                assert head.group(1) == "TYPE" and current not in kinds, line
                kinds[current] = head.group(3)
                assert head.group(3) in ("counter", "gauge")
            continue
        row = re.fullmatch(r'([a-z_]+)(\{(?:[a-z]+="(?:[^"\\]|\\["\\n])*",?)+\})? (\d+(?:\.\d+)?)', line)
        assert row, line
        assert row.group(1) == current, line
        assert row.group(1).endswith("_total") == (kinds[current] == "counter"), line
        assert row.group(1) + (row.group(2) or "") not in values, line
        values[row.group(1) + (row.group(2) or "")] = float(row.group(3))
    return values


def test_metrics_are_prometheus_text(served):
    server = served(start=False)
    server.zone("odd.test", ZONE.replace("$ORIGIN example.com.\n", ""))
    server.configure(zones=[{"name": "example.com", "file": "example.com.zone"},
                            {"name": "missing.test", "file": "missing"},
                            {"name": "a\\034b.test", "file": "odd.test.zone"}])
    server.start()
    loaded(server)
    for _ in range(3):
        server.ask("www.example.com")
    status, body = get(server, "/metrics")
    assert status == 200
    values = parse_metrics(body)
    assert values['tandem_zone_serial{zone="example.com."}'] == 1
    assert values['tandem_zone_state{zone="example.com.",state="served"}'] == 1
    assert values['tandem_zone_state{zone="missing.test.",state="failed"}'] == 1
    assert values['tandem_zone_last_load_failed{zone="missing.test."}'] == 1
    assert values['tandem_zones{state="served"}'] >= 1
    assert values["process_start_time_seconds"] > 1600000000
    assert values[r'tandem_zone_state{zone="a\\\"b.test.",state="served"}'] == 1
    assert values["tandem_workers"] == 1
    assert values["tandem_never_total"] == 0
    assert sum(value for name, value in values.items() if name.startswith("tandem_build_info")) == 1
    before = values['tandem_queries_total{transport="udp",family="ipv4"}']
    server.ask("www.example.com")
    after = parse_metrics(get(server, "/metrics")[1])['tandem_queries_total{transport="udp",family="ipv4"}']
    assert after == before + 1
    rows = json.loads(server.cli("stats", "--json").stdout)["counters"]
    row = [row for row in rows if row["name"] == "tandem_queries_total" and
           row["labels"] == {"transport": "udp", "family": "ipv4"}]
    assert len(row) == 1 and row[0]["value"] == after


def scrape(port, path="/metrics"):
    with urllib.request.urlopen("http://127.0.0.1:%d%s" % (port, path), timeout=5) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def test_metrics_have_a_port_when_configured(served):
    first, second = free_port(), free_port()
    server = served(server={"metrics": "127.0.0.1:%d" % first})
    kind, body = scrape(first)
    assert kind.startswith("text/plain; version=0.0.4")
    assert parse_metrics(body)["tandem_workers"] == 1
    for path in ("/", "/v1/status", "/v1/zones"):
        with pytest.raises(urllib.error.HTTPError) as found:
            scrape(first, path)
        assert found.value.code == 404
    server.server["metrics"] = "127.0.0.1:%d" % second
    server.configure(zones=[])
    assert server.cli("reload").returncode == 0
    server.wait(lambda: not refused(second))
    assert refused(first)
    server.server["metrics"] = "off"
    server.configure(zones=[])
    assert server.cli("reload").returncode == 0
    server.wait(lambda: refused(second))


def refused(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) != 0


def one_line(server, *words):
    done = run("tandemd", "-c", server.path)
    assert done.returncode == 1, (done.returncode, done.stderr)
    lines = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert len(lines) == 1 and all(word in lines[0] for word in words), done.stderr


def test_a_metrics_port_in_use(served):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        one_line(served(start=False, server={"metrics": "127.0.0.1:%d" % port}), str(port), "in use")


def test_a_socket_without_a_directory(served):
    one_line(served(start=False, server={"control": "/nonexistent/c.sock"}), "/nonexistent/c.sock",
             "server.control")


def test_a_socket_that_is_too_long(served):
    one_line(served(start=False, server={"control": "/tmp/" + "x" * 120}), "too long")


def test_a_socket_that_is_a_file(served):
    server = served(start=False)
    server.socket.write_text("precious")
    one_line(server, str(server.socket), "no socket")
    assert server.socket.read_text() == "precious"


def test_a_socket_that_somebody_else_uses(served):
    first = served()
    second = served(start=False, server={"control": str(first.socket)})
    one_line(second, str(first.socket))
    assert first.cli("status").returncode == 0


def test_a_socket_that_a_dead_process_left(served):
    server = served()
    server.process.kill()
    server.process.wait()
    assert server.socket.exists()
    assert server.cli("status").returncode == 3
    server.process = None
    server.start()
    loaded(server)
    assert server.cli("status").returncode == 0
    server.stop()
    assert not server.socket.exists()


@pytest.mark.parametrize("method, path, body, want, code", [
    ("GET", "/nothing", None, 404, "not-found"),
    ("POST", "/v1/status", None, 405, "method-not-allowed"),
    ("POST", "/v1/reload", "{\"a\": 1}", 400, "bad-request"),
    ("POST", "/v1/reload", "[" * 60000, 400, "bad-request"),
    ("POST", "/v1/reload", "x" * 9000000, 413, "too-large"),
    ("GET", "/v1/zones/%00", None, 404, "not-found"),
    ("GET", "/v1/zones/" + "a" * 300, None, 404, "no-such-zone"),
    ("GET", "/v1/zones/..", None, 404, "no-such-zone"),
], ids=["path", "method", "member", "depth", "size", "zero", "long", "dots"])
def test_requests_that_are_refused(served, method, path, body, want, code):
    server = served()
    connection = UnixConnection(server.socket)
    connection.request(method, path, body)
    response = connection.getresponse()
    assert response.status == want
    assert json.loads(response.read())["error"]["code"] == code
    connection.close()
    assert server.cli("status").returncode == 0


def test_it_ends_while_people_ask(served):
    server = served()
    codes = []

    def ask(*words):
        while not codes or codes[-1] in (0, 5):
            codes.append(server.cli(*words).returncode)

    threads = [threading.Thread(target=ask, args=words) for words in
               (("reload",), ("zone", "list"), ("zone", "reload", "example.com", "--force"), ("status",))]
    for thread in threads:
        thread.start()
    server.wait(lambda: len(codes) > 20)
    server.process.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join(20)
    assert server.process.wait(PATIENCE_S) == 0
    assert set(codes) <= {0, 1, 3}
