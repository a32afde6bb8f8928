"""Where tandem and its peers are, and what every server has: a directory, a port, zones, a log."""
import dataclasses
import importlib.util
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import dns.exception
import dns.message
import dns.query
import dns.rdatatype
import dns.tsigkeyring

import zones

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEY = "transfer.example."
SECRET = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0"
KEYRING = dns.tsigkeyring.from_text({KEY: SECRET})
PATIENCE_S = 30


def load(name, file):
    """A file of tests/integration under this name: two modules cannot both be `conftest`."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tests" / "integration" / file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


free_port = load("ports", "ports.py").free_port
processes = load("processes", "conftest.py")
relay = load("relay", "relay.py")


def environment():
    """The environment of the peers, or the reason in words why there is none."""
    try:
        done = subprocess.run([str(ROOT / "tools" / "peers")], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=600)
    except subprocess.TimeoutExpired:
        return None, "tools/peers took longer than ten minutes"
    if done.returncode != 0:
        return None, "tools/peers: " + (done.stderr.strip().splitlines() or ["it failed"])[-1]
    env = dict(os.environ)
    for name, value in re.findall(r"^export (\w+)=['\"](.*)['\"]$", done.stdout, re.M):
        env[name] = value.replace("$PATH", os.environ["PATH"])
    return env, None


@dataclasses.dataclass
class Zone:
    """What a server has to know about a zone; the others are known by their port of 127.0.0.1."""
    name: str
    content: zones.Content = None  # of a primary
    primaries: tuple = ()
    secondaries: tuple = ()
    has_key: bool = False


class Server:
    """One server that runs in the foreground, its files in `where`."""

    program = None

    def __init__(self, where, env):
        self.where = where
        self.env = env
        self.port = free_port()
        self.control = free_port()
        self.secret = SECRET
        self.zones = {}
        self.process = None
        self.log_file = None

    def add(self, zone):
        self.zones[zone.name] = zone
        if zone.content:
            self.write(zone.name + ".zone", zone.content.text())

    def write(self, name, text):
        """A file, and its whole path."""
        path = self.where / name
        path.write_text(text)
        return str(path)

    def run(self, program, *words):
        """A program of the peer, which has to succeed; returns what it says."""
        done = subprocess.run([program] + [str(word) for word in words], env=self.env, text=True,
                              cwd=self.where, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        assert done.returncode == 0, "%s %s\n%s" % (program, " ".join(map(str, words)), done.stdout)
        return done.stdout

    def start(self):
        command = self.command()
        self.log_file = open(self.where / "log", "a")
        self.process = subprocess.Popen(command, env=self.env, cwd=self.where, stdin=subprocess.DEVNULL,
                                        stdout=self.log_file, stderr=self.log_file)
        end = time.monotonic() + PATIENCE_S
        while not self.answers():
            assert self.process.poll() is None and time.monotonic() < end, self.log()
            time.sleep(0.05)
        return self

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log_file.close()
        self.process = None

    def log(self):
        return (self.where / "log").read_text(errors="replace")

    def answers(self):
        try:
            dns.query.udp(dns.message.make_query(".", "SOA"), "127.0.0.1", port=self.port, timeout=0.3)
            return True
        except (dns.exception.DNSException, OSError):
            return False

    def signs(self, content):
        """Does it sign a zone of this content itself, so that nobody else knows what comes of it?"""
        return False

    def publish(self, name):
        """Let what is now in the zone's content be served."""
        raise NotImplementedError

    def serial(self, name):
        """The serial it answers with, or None."""
        try:
            answer = dns.query.udp(dns.message.make_query(name, "SOA"), "127.0.0.1", port=self.port, timeout=1)
        except (dns.exception.DNSException, OSError):
            return None
        return answer.answer[0][0].serial if answer.answer else None

    def wait_serial(self, name, serial, seconds=PATIENCE_S):
        """Until it answers with that serial."""
        end = time.monotonic() + seconds
        while self.serial(name) != serial:
            assert time.monotonic() < end, "%s: %s has serial %s after %d s, not %s\n%s" % (
                name, type(self).__name__, self.serial(name), seconds, serial, self.log()[-4000:])
            time.sleep(0.02)

    def transfer(self, name, has_key=False):
        """All records by AXFR, in canonical form."""
        key = {"keyring": KEYRING, "keyname": KEY} if has_key else {}
        messages = dns.query.xfr("127.0.0.1", name, port=self.port, relativize=False, lifetime=30, **key)
        return zones.canonical((rrset.name, rrset.ttl, rdata)
                               for message in messages for rrset in message.answer for rdata in rrset)
