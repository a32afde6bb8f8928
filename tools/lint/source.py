"""What the checks share: which files there are, the floors, and C without comments."""
import os
import re
import subprocess

# LINT_ROOT is for the tests of the checks themselves.
ROOT = os.environ.get("LINT_ROOT") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def files(*suffixes, under=("src", "apps", "tests")):
    """The project's files below `under`, as git knows them; without git, those on the disk."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--"] + list(under),
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if listed.returncode == 0 and listed.stdout:
        found = listed.stdout.split("\0")
    else:
        found = [os.path.relpath(os.path.join(where, name), ROOT)
                 for top in under for where, _, names in os.walk(os.path.join(ROOT, top))
                 for name in names]
    return sorted(path for path in found
                  if path.endswith(suffixes) and os.path.isfile(os.path.join(ROOT, path)))


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def floors():
    """{directory: set of the directories it may include}, from src/meson.build."""
    rows = re.findall(r"^\s*\['(\w+)', \[([^\]]*)\]\],", read("src/meson.build"), re.M)
    return {name: set(re.findall(r"\w+", below)) for name, below in rows}


_SKIP = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)


def code(text):
    """The text with comments and literals emptied, line by line where they were."""
    def blank(match):
        found = match.group(0)
        return "\n" * found.count("\n") if found[0] == "/" else found[0] + found[0]
    return _SKIP.sub(blank, text)


def report(name, complaints, note=""):
    """Print the complaints and the verdict of one check; returns the exit code."""
    for complaint in complaints:
        print(complaint)
    print("%s: %s%s" % (name, "%d complaints" % len(complaints) if complaints else "ok",
                        ", " + note if note else ""))
    return 1 if complaints else 0
