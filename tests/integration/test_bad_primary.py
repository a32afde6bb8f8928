"""Primaries that are broken, or want to break us: what is served stays, the reason can be read, and
nothing runs in circles."""
import struct
import threading
import time

import dns.rcode
import packets
import pytest
from hostile import FAST, broken_soa, check_refused, configure, follow, host, look, notify, ns, serial, soa, why, zone
from hostile import primary  # noqa: F401 (a fixture)
from packets import AXFR, CH, FORMERR, IXFR, NOTIMP, REFUSED, SERVFAIL, SOA


# ---- what is sent ----

@pytest.mark.parametrize("size", [0, 4, 19, 20, 21])
def test_a_short_soa_in_an_answer_is_none(tandem, primary, size):
    source = primary()
    copy = follow(tandem, source)
    source.soa = lambda question: [question.answer(broken_soa(size))]
    check_refused(copy, source, "no SOA of the zone", asked=["SOA"])


@pytest.mark.parametrize("size", [0, 19, 20, 40])
def test_a_short_soa_in_a_transfer(tandem, primary, size):
    source = primary()
    copy = follow(tandem, source)
    source.ixfr = source.axfr = lambda question: [question.answer(broken_soa(size), ns(), soa(2))]
    check_refused(copy, source, "the data cannot be read", asked=["SOA", "IXFR", "AXFR"])


def test_an_soa_in_the_middle(tandem, primary):
    source = primary()
    copy = follow(tandem, source)
    source.axfr = lambda question: [question.answer(soa(2), host("a"), soa(2), host("b"), soa(2))]
    check_refused(copy, source, "behind the last SOA", asked=["SOA", "IXFR", "AXFR"])


def test_an_soa_of_another_name_in_the_middle(tandem, primary):
    source = primary()
    copy = follow(tandem, source)
    source.axfr = lambda question: [question.answer(soa(2), ns(), soa(2, "sub.example.com"), soa(2))]
    check_refused(copy, source, "an SOA that is not that of the zone")


def test_first_and_last_soa_differ(tandem, primary):
    source = primary()
    copy = follow(tandem, source)
    source.axfr = lambda question: [question.answer(soa(2), ns(), soa(3))]
    check_refused(copy, source, "another serial than the first", asked=["SOA", "IXFR", "AXFR"])


def test_records_of_another_zone_are_left_out_and_told(tandem, primary):
    source = primary()
    copy = follow(tandem, source)
    source.axfr = lambda question: [question.answer(*zone(2, host("", owner="evil.test"), host("new")))]
    source.serial = 2
    assert look(copy, source) == ["SOA", "IXFR", "AXFR"]
    assert serial(copy) == 2 and copy.ask("new.example.com").answer
    assert copy.ask("evil.test").rcode() == dns.rcode.REFUSED
    assert "1 records of other zones were left out, the first: evil.test. A" in why(copy)


def test_records_of_another_class(tandem, primary):
    source = primary()
    copy = follow(tandem, source)
    source.axfr = lambda question: [
        question.answer(*zone(2, packets.record("a.example.com", packets.A, CH)))]
    check_refused(copy, source, "another class than IN")


@pytest.mark.parametrize("what", ["itself", "forward", "loop"])
def test_broken_compression(tandem, primary, what):
    source = primary()
    copy = follow(tandem, source)

    def axfr(question):
        head = question.answer(soa(2), ns())
        at = {"itself": len(head), "forward": len(head) + 100, "loop": len(head) + 2}[what]
        owner = struct.pack(">H", 0xC000 | at) if what != "loop" else b"\1a" + struct.pack(">H", 0xC000 | at - 2)
        bad = packets.record(owner, packets.A)
        return [question.answer(soa(2), ns(), bad, soa(2))]

    source.axfr = axfr
    check_refused(copy, source, "cannot be read", asked=["SOA", "IXFR", "AXFR"])


def test_broken_compression_in_data(tandem, primary):
    source = primary()
    copy = follow(tandem, source)

    def axfr(question):
        at = len(question.answer(soa(2))) + len(packets.name("example.com")) + 10
        loop = packets.record("example.com", packets.NS, rdata=struct.pack(">H", 0xC000 | at))
        return [question.answer(soa(2), loop, soa(2))]

    source.axfr = axfr
    check_refused(copy, source, "NS: the data cannot be read")


def test_octets_that_are_no_message(tandem, primary):
    source = primary()
    copy = follow(tandem, source)
    source.axfr = lambda question: [question.answer(soa(2), counts=(1, 500, 0, 0))]
    check_refused(copy, source, "a message cannot be read")
    source.axfr = lambda question: [b"\0\1"]
    look(copy, source)
    assert serial(copy) == 1 and "the answer cannot be read" in why(copy)


def test_a_transfer_without_end_is_cut_off(tandem, primary):
    source = primary()
    copy = follow(tandem, source, transfers={"max-size": 65536})

    def axfr(question):
        yield question.answer(soa(2), ns())
        number = 0
        while True:
            number += 100
            yield question.answer(*(host("h%d" % each) for each in range(number, number + 100)))

    source.axfr = axfr
    check_refused(copy, source, "transfers.max-size", asked=["SOA", "IXFR", "AXFR"])
    sent = source.sent
    time.sleep(0.3)
    assert source.sent == sent  # it was closed
    assert copy.ask("h100.example.com").rcode() == dns.rcode.NXDOMAIN


def test_names_that_are_long_when_they_are_written_out_count_as_that(tandem, primary):
    """48 KiB in a message, 800 KiB in memory."""
    source = primary()
    copy = follow(tandem, source, transfers={"max-size": "512KiB"})
    deep = b"".join(b"\x3f" + letter * 63 for letter in (b"a", b"b", b"c")) + packets.name("example.com")
    pointer = struct.pack(">H", 0xC000 | 12 + len(packets.question("example.com", AXFR)))

    def axfr(question):
        yield question.answer(packets.record(deep), *(
            packets.record(pointer, rdata=struct.pack(">I", number)) for number in range(3000)))

    def good(question):
        return [question.answer(soa(2), ns())] + list(axfr(question)) + [question.answer(soa(2))]

    source.axfr = good
    check_refused(copy, source, "names written out it is larger than transfers.max-size", asked=["SOA", "IXFR", "AXFR"])
    configure(copy, [source], transfers={"max-size": "1MiB"})
    assert copy.cli("reload").returncode == 0
    look(copy, source)
    copy.wait(lambda: serial(copy) == 2)


def test_an_ixfr_of_a_newer_soa_and_nothing_more_is_an_axfr_soon(tandem, primary):
    source = primary()
    copy = follow(tandem, source)
    source.serial = 2
    source.ixfr = lambda question: [question.answer(soa(2))]
    began = time.monotonic()
    assert look(copy, source) == ["SOA", "IXFR", "AXFR"]
    assert serial(copy) == 2
    assert time.monotonic() - began > 4.5
    assert "nothing follows" in why(copy)


def test_a_primary_that_closes_early(tandem, primary):
    source = primary()
    copy = follow(tandem, source)
    source.waits_for_close = False
    source.axfr = lambda question: [question.answer(soa(2), ns())]
    check_refused(copy, source, "closed the connection in the middle")
    whole = packets.framed(b"x" * 400)
    source.axfr = lambda question: [question.answer(soa(2), ns()), bytearray(whole[:100])]
    look(copy, source)
    source.axfr = lambda question: []
    look(copy, source)
    source.axfr = lambda question: [bytearray(b"\1")]
    look(copy, source)
    assert serial(copy) == 1
    assert why(copy).count("closed the connection in the middle") >= 4, why(copy)


def test_answers_that_are_not_ours(tandem, primary):
    source = primary()
    copy = follow(tandem, source)
    other = packets.question("other.example", AXFR)
    for bad in (lambda question: [question.answer(*zone(2), ident=question.id ^ 1)],
                lambda question: [question.answer(*zone(2), question=other)],
                lambda question: [question.answer(*zone(2), question=packets.question("example.com", SOA))],
                lambda question: [question.octets],
                lambda question: [question.answer(soa(2), ns()), question.answer(soa(2), ident=question.id ^ 1)]):
        source.serial, source.axfr = 2, bad
        assert look(copy, source) == ["SOA", "IXFR", "AXFR"]
        assert serial(copy) == 1
    assert why(copy).count("a message that is no answer to our question") >= 5, why(copy)


def test_datagrams_that_are_not_ours_are_passed_over(tandem, primary):
    source = primary()
    copy = follow(tandem, source)
    source.soa = lambda question: [question.answer(soa(9), ident=question.id ^ 1),
                                   question.answer(soa(9), question=packets.question("other.example", SOA)),
                                   question.octets, b"\0", question.answer(soa(2))]
    source.serial = 2
    assert look(copy, source) == ["SOA", "IXFR", "AXFR"]
    assert serial(copy) == 2 and "it has serial 9" not in why(copy)


def test_an_answer_that_is_not_authoritative(tandem, primary):
    source = primary()
    copy = follow(tandem, source)
    source.soa = lambda question: [question.answer(soa(2), flags=0)]
    check_refused(copy, source, "not authoritative", asked=["SOA"])


# ---- serials ----

def test_another_serial_than_was_announced(tandem, primary):
    source = primary()
    copy = follow(tandem, source)
    source.axfr = lambda question: [question.answer(*zone(3))]  # it changed in between
    source.serial = 2
    look(copy, source)
    assert serial(copy) == 3


@pytest.mark.parametrize("sent, words", [(1, "not newer than our 1"), (0, "lower than our 1"),
                                         (2**31 + 1, "lower than our 1")])
def test_a_transfer_that_is_not_newer(tandem, primary, sent, words):
    source = primary()
    copy = follow(tandem, source)
    source.axfr = lambda question: [question.answer(*zone(sent, host("new")))]
    check_refused(copy, source, words, asked=["SOA", "IXFR", "AXFR"])
    assert copy.ask("new.example.com").rcode() == dns.rcode.NXDOMAIN


def test_an_ixfr_of_a_lower_serial_confirms_nothing(tandem, primary):
    source = primary()
    source.serial = 5
    copy = follow(tandem, source, wants=5)
    source.serial = 7
    source.ixfr = source.axfr = lambda question: [question.answer(soa(4))]
    look(copy, source)
    assert serial(copy) == 5
    assert "lower than our 5" in why(copy), why(copy)
    assert "look 1 in vain" in copy.log()


@pytest.mark.parametrize("lower", [4, 5 + 2**31])
def test_a_lower_serial_is_never_taken_by_itself(tandem, primary, lower):
    source = primary()
    source.serial = 5
    copy = follow(tandem, source, wants=5)
    source.serial = lower
    assert look(copy, source) == ["SOA"]
    assert serial(copy) == 5 and "lower than our 5" in why(copy)


# ---- IXFR ----

@pytest.mark.parametrize("rcode", [NOTIMP, FORMERR, SERVFAIL, REFUSED])
def test_no_ixfr_is_an_axfr_in_the_same_round(tandem, primary, rcode):
    source = primary()
    copy = follow(tandem, source)
    source.serial = 2
    source.ixfr = lambda question: [question.answer(rcode=rcode)]
    assert look(copy, source) == ["SOA", "IXFR", "AXFR"]
    assert serial(copy) == 2
    assert dns.rcode.to_text(rcode) in why(copy)


BAD_IXFRS = {
    "that removes what is not there": lambda q: q.answer(soa(2), soa(1), host("never"), soa(2), host("b"), soa(2)),
    "from another serial": lambda q: q.answer(soa(2), soa(0), soa(2), host("b"), soa(2)),
    "with a hole": lambda q: q.answer(soa(3), soa(1), soa(2), soa(4), soa(3), soa(3)),
    "that goes on": lambda q: q.answer(soa(2), soa(1), soa(2), host("b"), soa(2), host("c")),
    "that is empty": lambda q: q.answer(),
}


@pytest.mark.parametrize("what", BAD_IXFRS)
def test_a_bad_ixfr_is_an_axfr_at_once(tandem, primary, what):
    source = primary()
    copy = follow(tandem, source)
    source.serial = 2
    source.ixfr = lambda question: [BAD_IXFRS[what](question)]
    look(copy, source)
    copy.wait(lambda: serial(copy) == 2)
    assert copy.ask("www.example.com").answer and not copy.ask("b.example.com").answer
    types = source.types(2)
    assert types.count("IXFR") == 1 and types.count("AXFR") == 1 and len(types) <= 4, types


def test_an_ixfr_that_dies_is_an_axfr_at_once(tandem, primary):
    source = primary()
    copy = follow(tandem, source)
    source.serial = 2
    source.waits_for_close = False
    source.ixfr = lambda question: [question.answer(soa(2), soa(1))]
    assert look(copy, source) == ["SOA", "IXFR", "AXFR"]
    assert serial(copy) == 2


# ---- how long ----

def test_a_copy_lives_no_longer_than_its_source(tandem, primary):
    source = primary()
    expire = packets.opt(packets.option(packets.EXPIRE, struct.pack(">I", 2)))
    source.soa = lambda question: [question.answer(soa(source.serial), additional=[expire])]
    source.axfr = lambda question: [question.answer(*zone(source.serial), additional=[expire])]
    copy = follow(tandem, source)
    copy.wait(lambda: copy.ask("www.example.com").rcode() == dns.rcode.SERVFAIL)
    assert "expired" in why(copy)
    source.soa = lambda question: [question.answer(soa(source.serial))]
    look(copy, source)
    assert copy.ask("www.example.com").answer


def test_killed_during_a_transfer(tandem, primary):
    source = primary()
    copy = follow(tandem, source)
    copy.wait(lambda: (copy.where / "changes").exists() or (copy.where / "zones").exists())
    going, go_on, good = threading.Event(), threading.Event(), source.axfr

    def axfr(question):
        yield question.answer(soa(2), ns(), host("half"))
        going.set()
        go_on.wait(10)

    source.serial, source.axfr = 2, axfr
    notify(copy, 2)
    assert going.wait(5)
    copy.process.kill()
    copy.process.wait()
    copy.log_file.close()
    source.soa, before = lambda question: [], source.soa
    go_on.set()
    copy.start()
    copy.wait(lambda: serial(copy) == 1)  # nothing is asked for what was there
    assert copy.ask("half.example.com").rcode() == dns.rcode.NXDOMAIN
    source.soa, source.axfr = before, good
    look(copy, source)
    assert serial(copy) == 2


# ---- which one answers, and how ----

def test_another_primary_takes_over(tandem, primary):
    dead, source = primary(), primary()
    copy = follow(tandem, dead, source)
    dead.soa = lambda question: []
    dead.axfr = dead.ixfr = lambda question: []
    source.serial = 2
    look(copy, source)
    assert serial(copy) == 2
    assert "no answer" in why(copy)


def test_a_transfer_that_fails_is_tried_from_the_next(tandem, primary):
    bad, source = primary(), primary()
    copy = follow(tandem, bad, source)
    bad.serial = source.serial = 2
    bad.axfr = lambda question: [question.answer(soa(2), ns(), soa(3))]
    look(copy, source)
    assert serial(copy) == 2
    assert "another serial than the first" in why(copy)


def test_a_newer_one_that_gives_nothing_is_asked_again_soon(tandem, primary):
    old, new = primary(), primary()
    copy = follow(tandem, old, new, options={"retry-min": "1s", "retry-max": "1s"})
    good, new.serial = new.axfr, 2
    new.axfr = lambda question: [question.answer(rcode=SERVFAIL)]
    look(copy, new)
    assert serial(copy) == 1 and "SERVFAIL" in why(copy)
    new.axfr = good  # the refresh time is two hours, but the retry time is a second
    copy.wait(lambda: serial(copy) == 2)


def test_a_primary_that_never_answers_is_asked_again_now_and_then(tandem, primary):
    source = primary()
    copy = follow(tandem, source, options=FAST)
    answers, source.soa = source.soa, lambda question: []
    source.axfr = lambda question: [question.answer(*zone(source.serial))]
    before, began = len(source.asked), time.monotonic()
    copy.wait(lambda: "no answer: is it up" in why(copy))
    time.sleep(2)
    assert 1 <= len(source.types(before)) <= 4 + 2 * (time.monotonic() - began), source.types(before)
    assert serial(copy) == 1
    source.soa, source.serial = answers, 2
    copy.wait(lambda: serial(copy) == 2)


def test_a_transfer_that_always_fails_is_not_tried_in_a_circle(tandem, primary):
    source = primary()
    copy = follow(tandem, source, options=FAST)
    source.serial = 2
    source.axfr = lambda question: [question.answer(soa(2), ns(), soa(3))]
    before, began = len(source.asked), time.monotonic()
    copy.wait(lambda: len(source.types(before)) >= 3)
    time.sleep(3)
    assert len(source.types(before)) <= 6 + 4 * (time.monotonic() - began), source.types(before)
    assert serial(copy) == 1


def test_a_primary_that_answers_over_udp_only(tandem, primary):
    source = primary(tcp=False)
    copy = follow(tandem, source, wants=None)
    copy.wait(lambda: "the port is closed" in why(copy))
    assert copy.ask("example.com", "SOA").rcode() == dns.rcode.SERVFAIL
    assert len(source.asked) < 10


def test_a_primary_that_answers_over_tcp_only(tandem, primary):
    source = primary(udp=False)
    copy = follow(tandem, source)
    source.serial = 2
    assert look(copy, source) == ["SOA", "IXFR", "AXFR"]
    assert serial(copy) == 2


def test_a_primary_whose_datagrams_are_cut(tandem, primary):
    source = primary()
    source.soa = lambda question: [question.answer(flags=packets.AA | packets.TC) if question.transport == "udp"
                                   else question.answer(soa(source.serial))]
    copy = follow(tandem, source)
    source.serial = 2
    assert look(copy, source) == ["SOA", "SOA", "IXFR", "AXFR"]
    assert serial(copy) == 2


def test_a_primary_that_knows_no_edns(tandem, primary):
    source = primary()

    def strict(act):
        return lambda question: [question.answer(rcode=FORMERR)] if question.has_edns else act(question)

    source.soa, source.axfr, source.ixfr = strict(source.soa), strict(source.axfr), strict(source.ixfr)
    copy = follow(tandem, source)
    source.serial = 2
    look(copy, source)
    assert serial(copy) == 2, why(copy)
    assert len(source.asked) <= 20


def test_a_primary_that_answers_one_question_a_connection(tandem, primary):
    source = primary()
    source.answers_once = True
    copy = follow(tandem, source)
    for number in (2, 3, 4):
        source.serial = number
        notify(copy, number)
        copy.wait(lambda: serial(copy) == number)
    assert "failed" not in why(copy)
