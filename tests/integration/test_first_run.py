"""What a newcomer does first: the example, `make run`, the two checks, `make install`."""
import os
import re
import signal
import subprocess

import dns.exception
import dns.message
import dns.query
import pytest

import ports
from conftest import BUILD, PATIENCE_S, ROOT, Tandem, run


@pytest.mark.parametrize("name", ["tandem", "secondary"])
def test_the_example_configuration_is_good(name):
    done = run("tandem", "config", "check", ROOT / "examples" / (name + ".yaml"))
    assert (done.returncode, done.stderr) == (0, "")


def test_the_example_zone_has_neither_errors_nor_warnings():
    done = run("tandem", "zone", "check", "example.com", ROOT / "examples" / "example.com.zone")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_default_configuration_is_good(tmp_path):
    text = (ROOT / "packaging" / "tandem.yaml").read_text()
    (tmp_path / "zones").mkdir()
    (tmp_path / "tandem.yaml").write_text(text)
    done = run("tandem", "config", "check", tmp_path / "tandem.yaml")
    assert done.returncode == 0, done.stderr
    # What stands in its comments as an example is good too.
    example = text.replace("\n# keys:", "\nkeys:").replace("\n#   - ", "\n  - ").replace("\n#     ", "\n    ")
    example = re.sub(r"\nzones:\n  - directory: zones/\n", "\n", example).replace("\n# zones:", "\nzones:")
    example = example.replace("\n# peers:", "\npeers:")
    (tmp_path / "transfer.key").write_text("c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0\n")
    (tmp_path / "zones" / "example.com.zone").write_text("")
    (tmp_path / "example.yaml").write_text(example)
    done = run("tandem", "config", "check", tmp_path / "example.yaml")
    assert done.returncode == 0, done.stderr + example


def mail_servers(port):
    try:
        answer = dns.query.udp(dns.message.make_query("example.com", "MX"), "127.0.0.1", port=port, timeout=1).answer
    except dns.exception.Timeout:
        return 0
    return len(answer[0]) if answer else 0


def test_make_run_serves_the_example_until_interrupted():
    if BUILD != ROOT / "build" / "release" and not (ROOT / "build" / "release" / "tandemd").exists():
        pytest.skip("no release build")
    with Tandem.wait(lambda: ports.hold("make-run")):  # its ports are always the same
        process = subprocess.Popen([str(ROOT / "tools" / "run")], stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, start_new_session=True)
        try:
            for port in (5300, 5301):  # the primary, and soon its secondary
                Tandem.wait(lambda: process.poll() is not None or mail_servers(port) == 2)
                assert process.poll() is None, process.stdout.read()
            os.killpg(process.pid, signal.SIGINT)
            output, _ = process.communicate(timeout=PATIENCE_S)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    assert process.returncode == 0, output
    assert len(re.findall(r"^    \S.*(?:example\.com)", output, re.M)) == 5


def test_installation(tmp_path):
    if not (ROOT / "build" / "release" / "build.ninja").exists():
        pytest.skip("no release build")
    done = subprocess.run(["make", "-C", str(ROOT), "install", "DESTDIR=%s" % tmp_path],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    for path in ("usr/sbin/tandemd", "usr/bin/tandem", "usr/lib/systemd/system/tandemd.service",
                 "usr/lib/sysusers.d/tandem.conf", "etc/tandem/tandem.yaml", "etc/tandem/zones",
                 "usr/share/man/man8/tandemd.8", "usr/share/man/man1/tandem.1",
                 "usr/share/man/man5/tandem.yaml.5", "usr/share/tandem/tandem.schema.json"):
        assert (tmp_path / path).exists(), path
    for page in ("man8/tandemd.8", "man1/tandem.1", "man5/tandem.yaml.5"):
        manual = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-z", str(tmp_path / "usr/share/man" / page)],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert manual.stdout == ""
    # A configuration that is there is never written over.
    (tmp_path / "etc/tandem/tandem.yaml").write_text("mine")
    subprocess.run(["make", "-C", str(ROOT), "install", "DESTDIR=%s" % tmp_path], check=True,
                   stdout=subprocess.DEVNULL)
    assert (tmp_path / "etc/tandem/tandem.yaml").read_text() == "mine"
    assert (tmp_path / "etc/tandem/tandem.yaml.new").exists()
