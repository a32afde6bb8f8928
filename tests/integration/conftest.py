"""Real processes on loopback: the fixture `tandem` starts servers and ends them with the test.

The programs are those of TANDEM_BUILD (default build/asan); what a sanitizer says fails the test.
"""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import dns.message
import dns.query
import pytest

from ports import free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TANDEM_BUILD") or ROOT / "build" / "asan")
PATIENCE_S = 60  # what lasts longer is wrong also on a slow machine that others use
SANITIZER = re.compile(r"(ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:|assertion failed).*")
ZONE = """$ORIGIN example.com.
$TTL 3600
@     SOA   ns1 hostmaster 1 7200 1800 1209600 300
      NS    ns1
      MX    10 mail
ns1   A     192.0.2.53
mail  A     192.0.2.25
www   A     192.0.2.80
      AAAA  2001:db8::80
*.any TXT   "wildcard"
sub   NS    ns.sub
ns.sub A    192.0.2.99
"""


def run(program, *words, **options):
    """A program of the build, to its end: returns code, standard output and standard error."""
    return subprocess.run([str(BUILD / program)] + [str(word) for word in words], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE_S, **options)


class Tandem:
    """One tandemd, its files in `where`."""

    def __init__(self, where, server=None, zones=None, **top):
        self.where = where
        self.port = free_port()
        self.socket = where / "control.sock"
        self.path = where / "tandem.yaml"
        self.process = None
        self.wrap = []  # words before the command: what it is run by
        self.server = dict({"listen": ["127.0.0.1:%d" % self.port, "[::1]:%d" % self.port],
                            "workers": 1, "state": str(where), "control": str(self.socket)},
                           **(server or {}))
        if zones is None:
            self.zone("example.com", ZONE)
            zones = [{"name": "example.com", "file": "example.com.zone",
                      "allow-transfer": ["127.0.0.1"]}]
        self.zones = zones
        self.configure(zones=zones, **top)

    def configure(self, **top):
        """Write the configuration; takes effect at the next start or reload."""
        self.path.write_text(json.dumps(dict({"server": self.server}, **top)))

    def zone(self, name, text):
        (self.where / (name + ".zone")).write_text(text)

    def start(self, ready=True):
        self.log_file = open(self.where / "log", "w")
        self.process = subprocess.Popen(self.wrap + [str(BUILD / "tandemd"), "-c", str(self.path)],
                                        stdin=subprocess.DEVNULL, stdout=self.log_file,
                                        stderr=self.log_file)
        if ready:
            says_so = self.server.get("log", {}).get("level", "info") in ("notice", "info", "debug")
            is_ready = (lambda: "ready, " in self.log()) if says_so else self.answers
            self.wait(lambda: self.process.poll() is not None or is_ready(), pause=0.005)
            assert self.process.poll() is None, self.log()
        return self

    def answers(self):
        return self.raw(dns.message.make_query(".", "SOA").to_wire(), 1) is not None

    @staticmethod
    def wait(condition, seconds=PATIENCE_S, pause=0.02):
        """Until the condition holds; what it gives is returned."""
        end = time.monotonic() + seconds
        while True:
            found = condition()
            if found:
                return found
            assert time.monotonic() < end, "waited in vain"
            time.sleep(pause)

    def log(self):
        return (self.where / "log").read_text(errors="replace")

    def cpu_s(self):
        """What it has had of the processor."""
        with open("/proc/%d/stat" % self.process.pid) as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def has_base(self):
        """Does the log know of a base of example.com? From then on a start takes it."""
        return any(b"B\7example\3com\0" in path.read_bytes() for path in self.where.glob("changes/*.log"))

    def query(self, name, rdtype="A", **options):
        return dns.message.make_query(name, rdtype, **options)

    def ask(self, name, rdtype="A", tcp=False, at="127.0.0.1", **options):
        message = name if isinstance(name, dns.message.Message) else self.query(name, rdtype, **options)
        send = dns.query.tcp if tcp else dns.query.udp
        return send(message, at, port=self.port, timeout=PATIENCE_S)

    def raw(self, octets, timeout=PATIENCE_S):
        """The answer to these octets over UDP; None when nobody listens, or nothing comes."""
        with socket.socket(type=socket.SOCK_DGRAM) as udp:
            udp.settimeout(timeout)
            udp.connect(("127.0.0.1", self.port))
            udp.send(octets)
            try:
                return udp.recv(65535)
            except OSError:
                return None

    def cli(self, *words):
        return run("tandem", *words, "--socket", self.socket)

    def stop(self, code=0):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            ended = self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            ended = "killed after %d seconds" % PATIENCE_S
        self.process = None
        self.log_file.close()
        found = SANITIZER.search(self.log())
        assert not found, self.log()
        assert code is None or ended == code, "exit code %s\n%s" % (ended, self.log())


@pytest.fixture
def tandem(tmp_path):
    """Call it to get a server that is started: tandem(server={...}, zones=[...], keys=[...])."""
    started = []

    def make(start=True, **options):
        where = tmp_path / ("server%d" % len(started))
        where.mkdir()
        server = Tandem(where, **options)
        started.append(server)
        return server.start() if start else server

    yield make
    for server in started:
        server.stop()
