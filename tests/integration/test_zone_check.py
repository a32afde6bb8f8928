"""`tandem zone check`: verdict, exit code, file and line of each finding; and the list of checks.

Run as a program with --write, it makes the tables of docs/design/checks.md anew.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROWS = ROOT / "src" / "zone" / "check_rows.h"
DOC = ROOT / "docs" / "design" / "checks.md"
HEAD = """$ORIGIN ex.test.
$TTL 3600
@ SOA ns host 1 7200 3600 1209600 300
@ NS ns
@ NS ns.other.
ns A 192.0.2.1
"""

# ---- the list of checks ----

GROUP = re.compile(r"/\* ---- (.*?) ---- \*/|X\(\w+, \"([\w-]+)\", (\w+), (\w+), ((?:\"(?:[^\"\\]|\\.)*\"[, \\\n]*)+)\)")
TEXT = re.compile(r"\"((?:[^\"\\]|\\.)*)\"")


def tables():
    """The rows of check_rows.h as tables of Markdown, a table for each group."""
    source = ROWS.read_text()
    out = []
    for group, check, level, strict, texts in GROUP.findall(source[source.index("#define"):]):
        if group:
            out.append("\n### %s\n\n| check | level | what | why | by |\n|---|---|---|---|---|\n"
                       % group.capitalize())
            continue
        text, why, rfc = [found.replace('\\"', '"') for found in TEXT.findall(texts)]
        shown = level.lower() if level == strict else "%s (%s)" % (level.lower(), strict.lower())
        out.append("| `%s` | %s | %s | %s | %s |\n" % (check, shown, text, why, rfc))
    return "".join(out)


def document():
    text = DOC.read_text()
    return text[:text.index("\n### ")] + tables()


def test_the_document_lists_every_check():
    assert DOC.read_text() == document(), "run tests/integration/test_zone_check.py --write"


def test_rows_are_complete():
    rows = re.findall(r"^ X\(", ROWS.read_text(), re.M)
    assert tables().count("\n| `") == len(rows) > 100


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        DOC.write_text(document())
    sys.exit(0)

# ---- the command ----

import pytest  # noqa: E402

from conftest import run  # noqa: E402


def check(where, text, *words, origin="ex.test", name="z.zone"):
    """Return code, standard output, and the findings as (file, line, level, text)."""
    (where / name).write_text(text)
    done = run("tandem", "zone", "check", origin, where / name, *words)
    found = []
    for line in done.stderr.splitlines():
        match = re.match(r"(?:(.*?):)?(?:(\d+):)?(?:(\d+):)? ?(error|warning|note): (.*)", line)
        assert match, "not a finding: " + line
        found.append((match[1] and pathlib.Path(match[1]).name, int(match[2] or 0), match[4], match[5]))
    return done.returncode, done.stdout, found


def test_a_good_zone_is_silent(tmp_path):
    code, _, found = check(tmp_path, HEAD)
    assert (code, found) == (0, [])


@pytest.mark.parametrize("lines, line, level, text", [
    ("a CNAME ns\na TXT x\n", 8, "error", "[cname-other-data]"),
    ("a CNAME b\na CNAME c\n", 8, "error", "[cname-multiple]"),
    ("a DNAME b\nx.a A 192.0.2.1\n", 8, "error", "[dname-below]"),
    ("sub SOA ns host 1 2 3 4 5\n", 7, "error", "[soa-below]"),
    ("@ NS gone\n", 7, "error", "[ns-no-address]"),
    ("sub NS ns.sub\n", 7, "warning", "[glue-missing]"),
    ("sub NS ns\nx.sub A 192.0.2.1\n", 8, "warning", "[glue-orphan]"),
    ("a MX 1 www\nwww CNAME ns\n", 7, "warning", "[mx-alias]"),
    ("a 1 A 192.0.2.1\na 2 A 192.0.2.2\n", 8, "warning", "[ttl-differs]"),
    ("a A 192.0.2.1\n\n\na A 192.0.2.1\n", 10, "warning", "[record-duplicate]"),
    ('a TXT "v=spf1 -all"\na TXT "v=spf1 ~all"\n', 7, "warning", "[spf-multiple]"),
    ('a TXT "v=spf1 ' + " ".join("include:i%d.other" % i for i in range(11)) + ' -all"\n', 7,
     "warning", "[spf-lookups]"),
    ('s._domainkey TXT "v=DKIM1; p=AAAA"\n', 7, "warning", "[dkim-key]"),
    ('_dmarc TXT "v=DMARC1; p=block"\n', 7, "warning", "[dmarc-value]"),
    ('_mta-sts TXT "v=STSv1"\n', 7, "warning", "[mta-sts]"),
    ('_smtp._tls TXT "v=TLSRPTv1"\n', 7, "warning", "[tls-rpt]"),
    ("@ ZONEMD 1 1 1 " + "00" * 48 + "\n", 7, "warning", "[zonemd-wrong]"),
])
def test_findings_have_a_line(tmp_path, lines, line, level, text):
    code, _, found = check(tmp_path, HEAD + lines)
    assert code == (5 if level == "error" else 0)
    assert [(name, at, how) for name, at, how, what in found if what.endswith(text)] == [("z.zone", line, level)]


def test_a_zone_without_soa_is_refused(tmp_path):
    code, _, found = check(tmp_path, HEAD.replace("@ SOA", ";"))
    assert code == 5
    assert found[0][2:] == ("error", "ex.test.: the zone has no SOA record [soa-missing]")


def test_a_line_in_an_included_file(tmp_path):
    (tmp_path / "more.inc").write_text("\n\nm MX 1 nobody\n")
    code, _, found = check(tmp_path, HEAD + "$INCLUDE more.inc\nn MX 1 nobody\n")
    assert code == 0
    assert [(name, line) for name, line, _, _ in found] == [("more.inc", 3), ("z.zone", 8)]


def test_many_findings_are_not_all_told(tmp_path):
    code, _, found = check(tmp_path, HEAD + "".join("m%d MX 1 nobody\n" % i for i in range(500)))
    assert code == 0
    assert 10 < len(found) < 100
    assert "more" in found[-1][3]


def test_strict_makes_mistakes_errors(tmp_path):
    assert check(tmp_path, HEAD + "sub NS ns.sub\n")[0] == 0
    assert check(tmp_path, HEAD + "sub NS ns.sub\n", "--strict")[0] == 5


def test_print_is_in_order_and_can_be_read_again(tmp_path):
    code, printed, _ = check(tmp_path, HEAD + 'b A 192.0.2.2\na.b TXT "x y" "z"\nA MX 10 b\n', "--print")
    assert code == 0
    lines = printed.splitlines()
    assert [line.split()[0].lower() for line in lines] == \
        ["ex.test."] * 3 + ["a.ex.test.", "b.ex.test.", "a.b.ex.test.", "ns.ex.test."]
    assert all(line.split()[2] == "IN" for line in lines)
    again = check(tmp_path, printed, "--print", name="again.zone")
    assert again == (0, printed, [])


def signed(which):
    """A zone of tests/unit/zone/test_check_signed.h: ex.test, good until 2040."""
    text = (ROOT / "tests" / "unit" / "zone" / "test_check_signed.h").read_text()
    body = re.search(r"signed_%s\[\] =\n(.*?);\n" % which, text, re.S)[1]
    return "".join(TEXT.findall(body)).replace("\\n", "\n").replace('\\"', '"')


@pytest.mark.parametrize("which", ["nsec", "nsec3", "optout"])
def test_signed_zones(tmp_path, which):
    text = signed(which)
    assert check(tmp_path, text)[::2] == (0, [])
    assert check(tmp_path, text, "--strict")[::2] == (0, [])
    # One word changed: the signature does not match; looked at when strict.
    changed = text.replace('TXT "x"', 'TXT "y"')
    assert changed != text
    assert check(tmp_path, changed)[0] == 0
    code, _, found = check(tmp_path, changed, "--strict")
    assert code == 5 and "[rrsig-bogus]" in found[0][3]
    # A name that nothing was signed for.
    code, _, found = check(tmp_path, text + "new.ex.test. 3600 A 192.0.2.1\n")
    assert code == 5
    assert {what.split("[")[1] for _, _, _, what in found} == \
        {"rrsig-missing]", "nsec-missing]" if which == "nsec" else "nsec3-missing]"}


def test_a_chain_with_a_hole(tmp_path):
    lines = [line for line in signed("nsec").splitlines(True) if not line.startswith("al.ex.test. 300 ")]
    code, _, found = check(tmp_path, "".join(lines))
    assert code == 5
    assert ["[nsec-missing]" in found[0][3], "[nsec-chain]" in found[1][3]] == [True, True]
