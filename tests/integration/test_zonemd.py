"""ZONEMD (RFC 8976) of zones that change, here and at a primary."""
import json
import re
import struct

import dns.query
import dns.zone
import packets
import pytest

from conftest import ZONE
from hostile import follow, host, look, notify, primary, soa, zone  # noqa: F401: primary is a fixture
from test_secondary import lose_state, pair, serial


def with_zonemd(text, wrong=False):
    zone = dns.zone.from_text(text, "example.com.", relativize=False)
    serial_now = zone.get_soa().serial
    record = zone.compute_digest(dns.zone.DigestHashAlgorithm.SHA384)
    hexdigits = record.digest.hex()
    if wrong:
        hexdigits = "00" + hexdigits[2:]
    return text + "@ 3600 ZONEMD %d 1 1 %s\n" % (serial_now, hexdigits)


def transferred(server):
    zone = dns.zone.Zone("example.com.", relativize=False)
    dns.query.inbound_xfr("127.0.0.1", zone, port=server.port)
    return zone


def is_right(zone):
    try:
        zone.verify_digest()
        return all(record.serial == zone.get_soa().serial for record in zone.get_rdataset("example.com.", "ZONEMD"))
    except dns.zone.DigestVerificationFailure:
        return False


def set_zone(source, text):
    source.zone("example.com", text)
    top = json.loads(source.path.read_text())
    top["zones"][0]["allow-transfer"] = ["127.0.0.1"]
    source.path.write_text(json.dumps(top))


def start_with(tandem, text, **options):
    source, copy = pair(tandem, **dict({"allow-transfer": ["127.0.0.1"]}, **options))
    set_zone(source, text)
    return source, copy


def test_a_change_makes_the_digest_anew(tandem):
    source, copy = start_with(tandem, with_zonemd(ZONE.replace(" 1 7200", " 2 7200")))
    assert source.cli("reload").returncode == 0
    copy.wait(lambda: serial(copy) == 2)
    assert is_right(transferred(source))
    assert source.cli("record", "add", "example.com", "new", "60", "A", "192.0.2.7").returncode == 0
    assert is_right(transferred(source))
    copy.wait(lambda: serial(copy) == 3)
    assert is_right(transferred(copy))
    shown = source.cli("zone", "show", "example.com", "3").stdout
    assert shown.count("ZONEMD") == 2
    # A file whose serial is raised, too.
    text = with_zonemd(ZONE.replace(" 1 7200", " 2 7200")) + "more 60 A 192.0.2.9\n"
    source.zone("example.com", text)
    assert source.cli("zone", "reload", "example.com", "--take", "file").returncode == 0
    assert serial(source) == 4
    assert is_right(transferred(source))


@pytest.mark.parametrize("policy", ["warn", "strict", "off"])
def test_a_wrong_digest_of_a_whole_zone(tandem, policy):
    source, copy = pair(tandem, **{"zonemd": policy})
    source.stop()
    lose_state(source)
    set_zone(source, with_zonemd(ZONE.replace(" 1 7200", " 2 7200"), wrong=True))
    source.start()
    source.wait(lambda: serial(source) == 2)
    assert not is_right(transferred(source))
    copy.cli("zone", "retransfer", "example.com")
    if policy == "strict":
        assert serial(copy) == 1
        assert "digest in ZONEMD" in copy.cli("zone", "why", "example.com").stdout
    else:
        copy.wait(lambda: serial(copy) == 2)
        assert ("zonemd-wrong" in copy.log()) == (policy == "warn")


def zonemd(number, digest=b"\0" * 48):
    return packets.record("example.com", 63, rdata=struct.pack(">IBB", number, 1, 1) + digest)


@pytest.mark.parametrize("policy", ["warn", "strict", "off"])
def test_a_wrong_digest_that_came_by_ixfr(tandem, primary, policy):
    """What an IXFR makes of the zone is not what the primary has: its digest tells, AXFR mends it."""
    source = primary()
    copy = follow(tandem, source, options={"zonemd": policy})
    source.serial = 2
    source.ixfr = lambda question: [question.answer(soa(2), soa(1), soa(2), host("b"), zonemd(2), soa(2))]
    source.axfr = lambda question: [question.answer(*zone(2, host("c")))]
    look(copy, source)
    if policy == "off":
        assert copy.ask("b.example.com").answer
        assert source.types().count("AXFR") == 1
        return
    copy.wait(lambda: copy.ask("c.example.com").answer)
    assert not copy.ask("b.example.com").answer
    assert source.types().count("AXFR") == 2
    story = copy.cli("zone", "why", "example.com").stdout
    assert ("which came by IXFR" in story) == (policy == "warn")
    assert ("its ZONEMD is wrong" in story) == (policy == "strict")


def test_a_wrong_digest_is_no_reason_to_go_back(tandem, primary):
    """The serial is never taken back by itself: when only an older one is to be had, what is here stays."""
    source = primary()
    copy = follow(tandem, source)
    source.serial = 2

    def differ(question):
        source.serial = 1
        return [question.answer(soa(2), soa(1), soa(2), host("b"), zonemd(2), soa(2))]
    source.ixfr = differ
    look(copy, source)
    copy.wait(lambda: "which came by IXFR" in copy.log())
    copy.wait(lambda: "lower than our 2" in copy.cli("zone", "why", "example.com").stdout)
    assert serial(copy) == 2
    assert source.types().count("AXFR") == 1


def test_other_content_under_the_same_serial_is_told(tandem):
    source, copy = start_with(tandem, with_zonemd(ZONE.replace(" 1 7200", " 2 7200")))
    assert source.cli("reload").returncode == 0
    copy.wait(lambda: serial(copy) == 2)
    source.stop()
    lose_state(source)
    set_zone(source, with_zonemd((ZONE + "other 60 A 192.0.2.9\n").replace(" 1 7200", " 2 7200")))
    top = json.loads(source.path.read_text())
    del top["zones"][0]["to"]
    top["zones"][0]["allow-transfer"] = ["127.0.0.1", "key transfer.example."]
    source.path.write_text(json.dumps(top))
    source.start()
    assert serial(source) == 2
    assert copy.cli("zone", "refresh", "example.com").returncode == 0
    assert "other content under the same serial 2" in copy.cli("zone", "why", "example.com").stdout
    assert not copy.ask("other.example.com").answer
    assert copy.cli("zone", "retransfer", "example.com").returncode == 0
    assert copy.ask("other.example.com").answer
    assert "serial 2 in the place of 2" in copy.cli("zone", "log", "example.com").stdout


# ---- zonemd: strict, and too large to be verified at once ----

LARGE = "".join("h%d 60 A 10.0.%d.%d\n" % (number, *divmod(number, 256)) for number in range(21000))


def transfers(copy):
    """What came, and how: the newest 24 lines of the story."""
    return re.findall(r"(IXFR|AXFR) from", copy.cli("zone", "why", "example.com").stdout)


def test_differences_of_a_large_zone_are_verified_before_they_are_published(tandem):
    source, copy = start_with(tandem, with_zonemd((ZONE + LARGE).replace(" 1 7200", " 2 7200")), zonemd="strict")
    assert source.cli("reload").returncode == 0
    copy.wait(lambda: serial(copy) == 2)
    before = transfers(copy).count("AXFR")
    for number in (3, 4, 5):
        changes = copy.where / "step.changes"
        changes.write_text("-h%d 60 A 10.0.0.%d\n+new%d 60 A 192.0.2.7\n" % (number, number, number))
        assert source.cli("zone", "apply", "example.com", str(changes)).returncode == 0
        copy.wait(lambda: serial(copy) == number)
        assert copy.ask("new%d.example.com" % number).answer
        assert not copy.ask("h%d.example.com" % number).answer
    assert is_right(transferred(copy))
    assert transfers(copy).count("IXFR") >= 1 and transfers(copy).count("AXFR") == before
    copy.stop()
    copy.start()  # what came is in the log as a difference
    copy.wait(lambda: serial(copy) == 5)
    assert copy.ask("new5.example.com").answer and not copy.ask("h5.example.com").answer


@pytest.mark.parametrize("what", ["wrong", "misfit"])
def test_a_wrong_difference_of_a_large_zone_is_never_seen(tandem, primary, what):
    def large(number, *records):
        hosts = [host("h%d" % each) for each in range(21000)]
        whole = zone(number, *hosts, *records)
        return [records for at in range(0, len(whole), 1000) for records in [whole[at:at + 1000]]]

    source = primary()
    source.axfr = lambda question: [question.answer(*records) for records in large(source.serial)]
    copy = follow(tandem, source, options={"zonemd": "strict"})
    source.serial = 2
    gone = [host("nowhere")] if what == "misfit" else []
    source.ixfr = lambda question: [question.answer(soa(2), soa(1), *gone, soa(2), host("b"), zonemd(2), soa(2))]
    source.axfr = lambda question: [question.answer(*records) for records in large(2, host("c"))]
    notify(copy, 2)
    copy.wait(lambda: copy.ask("c.example.com").answer)
    assert not copy.ask("b.example.com").answer
    assert "its ZONEMD is wrong" in copy.cli("zone", "why", "example.com").stdout
    assert source.types().count("AXFR") == 2
