"""`tandem zone edit` on a terminal of its own: errors lead back to their line, the difference is confirmed."""
import json
import os
import pty
import select
import sys
import time

import pytest

from conftest import BUILD

# An editor that takes +LINE: call N runs step N of the test, a Python expression on the text.
EDITOR = """#!%s
import json, pathlib, sys
where = pathlib.Path(__file__).parent
steps = json.loads((where / "steps").read_text())
calls = (where / "calls").read_text().splitlines() if (where / "calls").exists() else []
with open(where / "calls", "a") as out:
    out.write(json.dumps(sys.argv[1:]) + "\\n")
path = pathlib.Path(sys.argv[-1])
old, new = steps[len(calls)]
text = path.read_text()
assert old in text
path.write_text(text.replace(old, new))
sys.exit(0 if sys.stdin.isatty() and sys.stdout.isatty() else 9)
""" % sys.executable


class Terminal:
    """The command on a pseudo-terminal."""

    def __init__(self, server, where, steps):
        self.where = where
        (where / "steps").write_text(json.dumps(steps))
        editor = where / "vi"
        editor.write_text(EDITOR)
        editor.chmod(0o755)
        self.seen = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(EDITOR=str(editor), TMPDIR=str(where))
            os.environ.pop("VISUAL", None)
            os.execv(str(BUILD / "tandem"), ["tandem", "zone", "edit", "example.com", "--socket", str(server.socket)])

    def expect(self, text):
        """Until it stands on the terminal; what came up to there is returned and forgotten."""
        end = time.monotonic() + 20
        while text not in self.seen:
            assert time.monotonic() < end, self.seen
            if select.select([self.fd], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self.fd, 65536).decode()
                except OSError:   # the other end has gone
                    assert text in self.seen, self.seen
        before, self.seen = self.seen.split(text, 1)
        return before

    def type(self, text):
        os.write(self.fd, (text + "\n").encode())

    def end(self):
        rest = self.seen
        while True:
            try:
                piece = os.read(self.fd, 65536).decode()
            except OSError:
                piece = ""
            if not piece:
                break
            rest += piece
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]), rest

    def calls(self):
        return [json.loads(line) for line in (self.where / "calls").read_text().splitlines()]


@pytest.fixture
def edit(tandem, tmp_path):
    server = tandem()
    where = tmp_path / "editor"
    where.mkdir()
    return server, lambda *steps: Terminal(server, where, steps)


def address(server):
    return server.ask("www.example.com").answer[0][0].address


def serial(server):
    return server.ask("example.com", "SOA").answer[0][0].serial


def left(terminal):
    return list(terminal.where.glob("tandem-example.com*"))


def test_the_difference_is_shown_and_confirmed(edit):
    server, start = edit
    terminal = start(["192.0.2.80", "192.0.2.81"])
    shown = terminal.expect("(y)es, (n)o, (e)dit again:")
    assert "-www.example.com.\t3600\tIN\tA\t192.0.2.80" in shown and "+www.example.com.\t3600\tIN\tA\t192.0.2.81" in shown
    assert address(server) == "192.0.2.80"
    terminal.type("what?")
    terminal.expect("(y)es, (n)o, (e)dit again:")
    terminal.type("Yes")
    code, rest = terminal.end()
    assert code == 0 and "serial 1 -> 2" in rest and (address(server), serial(server)) == ("192.0.2.81", 2)
    assert not left(terminal)


def test_no_leaves_the_zone_and_keeps_the_text(edit):
    server, start = edit
    terminal = start(["192.0.2.80", "192.0.2.81"])
    terminal.expect("again:")
    terminal.type("n")
    code, rest = terminal.end()
    assert code == 0 and "nothing is changed" in rest and (address(server), serial(server)) == ("192.0.2.80", 1)
    assert "192.0.2.81" in left(terminal)[0].read_text()


def test_an_error_leads_back_to_its_line(edit):
    server, start = edit
    terminal = start(["192.0.2.80", "192.0.2.800"], ["192.0.2.800", "192.0.2.82"])
    told = terminal.expect("Edit again? (y)es, (n)o:")
    assert "error:" in told and address(server) == "192.0.2.80"
    bad = next(i for i, line in enumerate(left(terminal)[0].read_text().split("\n"), 1) if "192.0.2.800" in line)
    assert ":%d:" % bad in told
    terminal.type("y")
    terminal.expect("(e)dit again:")
    first, second = terminal.calls()
    assert len(first) == 1 and second == ["+%d" % bad, first[0]]
    terminal.type("y")
    assert terminal.end()[0] == 0 and address(server) == "192.0.2.82"


def test_an_error_may_be_given_up(edit):
    server, start = edit
    terminal = start(["192.0.2.80", "192.0.2.800"])
    terminal.expect("Edit again?")
    terminal.type("n")
    code, rest = terminal.end()
    assert code == 5 and "what was edited is in" in rest and serial(server) == 1


def test_again_goes_on_with_what_was_edited(edit):
    server, start = edit
    terminal = start(["192.0.2.80", "192.0.2.83"], ["192.0.2.83", "192.0.2.84"])
    terminal.expect("(e)dit again:")
    terminal.type("e")
    assert "192.0.2.84" in terminal.expect("(e)dit again:")
    terminal.type("y")
    assert terminal.end()[0] == 0 and (address(server), serial(server)) == ("192.0.2.84", 2)


def test_somebody_else_was_faster(edit):
    server, start = edit
    terminal = start(["192.0.2.80", "192.0.2.81"])
    terminal.expect("again:")
    assert server.cli("record", "add", "example.com", "other", "60", "A", "192.0.2.99").returncode == 0
    terminal.type("y")
    code, rest = terminal.end()
    assert code == 1 and "serial 2" in rest and address(server) == "192.0.2.80" and "192.0.2.81" in left(terminal)[0].read_text()


def test_nothing_edited_is_nothing_changed(edit):
    server, start = edit
    terminal = start(["example.com", "example.com"])
    code, rest = terminal.end()
    assert code == 0 and "nothing was changed" in rest and serial(server) == 1


def test_the_end_of_input_is_no(edit):
    server, start = edit
    terminal = start(["192.0.2.80", "192.0.2.81"])
    terminal.expect("again:")
    os.write(terminal.fd, b"\x04")
    assert terminal.end()[0] == 0 and serial(server) == 1
