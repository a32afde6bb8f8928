"""Real clients of dynamic update: nsupdate, knsupdate, and lego and certbot with an ACME server (pebble)."""
import datetime
import json
import os
import re
import socket
import subprocess
import time

import dns.rcode
import pytest

from conftest import ROOT, Tandem, free_port

ZONE = """$TTL 60
@   SOA ns1 hostmaster 1 7200 1800 1209600 60
@   NS ns1
ns1 A 127.0.0.1
www A 192.0.2.80
"""


def environment(tool):
    """What tools/peers or tools/clients prints, as an environment."""
    done = subprocess.run([str(ROOT / "tools" / tool)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        pytest.skip("tools/%s cannot fetch its packages: %s" % (tool, done.stderr.strip().split("\n")[-1]))
    found = dict(os.environ)
    for name, value in re.findall(r"^export (\w+)=['\"](.*)['\"]$", done.stdout, re.M):
        found[name] = value.replace("$PATH", os.environ["PATH"])
    return found


@pytest.fixture
def server(tmp_path):
    """A zone that a key, which was added at run time, may put challenges into."""
    where = tmp_path / "server"
    where.mkdir()
    server = Tandem(where, zones=[])
    server.zone("example.com", ZONE)
    server.start()
    assert server.cli("key", "add", "acme.example.com").returncode == 0
    server.key = json.loads(server.cli("key", "show", "acme.example.com", "--json").stdout)
    server.configure(zones=[{"name": "example.com", "file": "example.com.zone",
                             "update": [{"key": "acme.example.com", "types": ["TXT", "A"]}]}])
    assert server.cli("reload").returncode == 0
    yield server
    server.stop()


def run(words, env, stdin=None):
    return subprocess.run([str(word) for word in words], env=env, input=stdin, text=True, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def changes(server):
    answer = json.loads(server.cli("zone", "log", "example.com", "--json").stdout)
    return [(change["origin"], change["author"]) for change in answer["changes"]]


def texts(server, name):
    answer = server.ask(name, "TXT").answer
    return sorted(rdata.to_text() for rdata in answer[0]) if answer else []


@pytest.mark.parametrize("program", ["nsupdate", "knsupdate"])
def test_update_programs(server, program):
    env = environment("peers")
    env["LC_ALL"] = "C"
    key = "hmac-sha256:acme.example.com:%s" % server.key["secret"]
    head = "server 127.0.0.1 %d\nzone example.com.\n" % server.port

    def send(text, words=("-y", key)):
        done = run([program, *words], env, head + text + "send\nquit\n" if program == "knsupdate" else head + text + "send\n")
        return done.stdout

    out = send("update add new.example.com. 60 TXT \"one\"\nupdate add new.example.com. 60 TXT \"two\"\n")
    assert texts(server, "new.example.com") == ['"one"', '"two"'], out
    send("prereq yxdomain new.example.com.\nupdate delete new.example.com. TXT \"one\"\n")
    assert texts(server, "new.example.com") == ['"two"']
    assert "NXDOMAIN" in send("prereq yxdomain none.example.com.\nupdate delete new.example.com. TXT\n")
    assert texts(server, "new.example.com") == ['"two"']
    assert "REFUSED" in send("update add new.example.com. 60 MX 10 www.example.com.\n")
    assert "REFUSED" in send("update add new.example.com. 60 TXT \"three\"\n", ())
    assert "BAD" in send("update add new.example.com. 60 TXT \"three\"\n", ("-y", key[:-8] + "AAAAAAA=")) or \
        texts(server, "new.example.com") == ['"two"']
    send("update delete new.example.com. TXT\n", ("-v", "-y", key))   # over TCP
    assert server.ask("new.example.com", "TXT").rcode() == dns.rcode.NXDOMAIN
    assert changes(server)[0] == ("update", "key acme.example.com.") and len(changes(server)) == 3


# ---- ACME ----

def certificate(where):
    """For the ACME server itself, signed by itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    import ipaddress
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pebble")])
    now = datetime.datetime.utcnow()
    cert = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=9))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost"),
                                                        x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
            .add_extension(x509.BasicConstraints(True, None), True).sign(key, hashes.SHA256()))
    (where / "cert.pem").write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    (where / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM,
                                                      serialization.PrivateFormat.TraditionalOpenSSL,
                                                      serialization.NoEncryption()))


@pytest.fixture
def acme(server, tmp_path):
    """An ACME server that looks for challenges in tandem: its URL, and the environment of its clients."""
    env = environment("clients")
    certificate(tmp_path)
    port, other = free_port(), free_port()
    (tmp_path / "pebble.json").write_text(json.dumps({"pebble": {
        "listenAddress": "127.0.0.1:%d" % port, "managementListenAddress": "127.0.0.1:%d" % other,
        "certificate": str(tmp_path / "cert.pem"), "privateKey": str(tmp_path / "key.pem"),
        "httpPort": 5002, "tlsPort": 5001}}))
    pebble_env = dict(env, PEBBLE_VA_NOSLEEP="1", PEBBLE_WFE_NONCEREJECT="0")
    log = open(tmp_path / "pebble.log", "w")
    process = subprocess.Popen(["pebble", "-config", str(tmp_path / "pebble.json"), "-dnsserver",
                                "127.0.0.1:%d" % server.port], env=pebble_env, stdout=log, stderr=log)
    end = time.monotonic() + 20
    while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
        assert process.poll() is None and time.monotonic() < end, (tmp_path / "pebble.log").read_text()
        time.sleep(0.05)
    yield "https://127.0.0.1:%d/dir" % port, env
    process.terminate()
    process.wait()
    log.close()


def check_issued(server):
    made = changes(server)
    assert len(made) >= 4 and set(made) == {("update", "key acme.example.com.")}   # two challenges come and go
    for name in ("_acme-challenge.www.example.com", "_acme-challenge.example.com"):
        assert texts(server, name) == []


def test_lego(server, acme, tmp_path):
    url, env = acme
    env = dict(env, LEGO_CA_CERTIFICATES=str(tmp_path / "cert.pem"), RFC2136_NAMESERVER="127.0.0.1:%d" % server.port,
               RFC2136_TSIG_KEY="acme.example.com", RFC2136_TSIG_ALGORITHM="hmac-sha256.",
               RFC2136_TSIG_SECRET=server.key["secret"], RFC2136_POLLING_INTERVAL="1",
               RFC2136_SEQUENCE_INTERVAL="1", RFC2136_PROPAGATION_TIMEOUT="20")
    done = run(["lego", "--path", tmp_path / "lego", "--server", url, "--accept-tos", "--email", "a@example.com",
                "--dns", "rfc2136", "--dns.disable-cp", "--dns.resolvers", "127.0.0.1:%d" % server.port,
                "-d", "www.example.com", "-d", "*.example.com", "run"], env)
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "lego" / "certificates" / "www.example.com.crt").exists()
    check_issued(server)


def test_certbot(server, acme, tmp_path):
    url, env = acme
    ini = tmp_path / "rfc2136.ini"
    ini.write_text("dns_rfc2136_server = 127.0.0.1\ndns_rfc2136_port = %d\ndns_rfc2136_name = acme.example.com.\n"
                   "dns_rfc2136_secret = %s\ndns_rfc2136_algorithm = HMAC-SHA256\n" % (server.port, server.key["secret"]))
    ini.chmod(0o600)
    at = tmp_path / "certbot"
    done = run(["/usr/bin/python3", ROOT / "build/clients/usr/bin/certbot", "certonly", "--config-dir", at, "--work-dir",
                at, "--logs-dir", at, "--server", url, "--no-verify-ssl", "--agree-tos", "-m", "a@example.com",
                "--non-interactive", "--authenticator", "dns-rfc2136", "--dns-rfc2136-credentials", ini,
                "--dns-rfc2136-propagation-seconds", "0", "-d", "www.example.com", "-d", "*.example.com"], env)
    assert done.returncode == 0, done.stdout
    assert list(at.glob("live/*/fullchain.pem"))
    check_issued(server)
