"""Notifications that are not true, or not for us: they cost a few questions, and no more."""
import random
import threading
import time

import packets
import pytest
from hostile import broken_soa, follow, notify, ns, serial, soa
from hostile import primary  # noqa: F401 (a fixture)
from packets import CH, FORMERR, NOTIFY, SERVFAIL, SOA


@pytest.mark.parametrize("announce", [lambda turn: 100, lambda turn: 100 + turn, lambda turn: None,
                                      lambda turn: random.choice((None, 2, 2**31))],
                         ids=["ahead", "further ahead", "without serial", "mixed"])
def test_notifications_for_ever_cost_a_few_questions(tandem, primary, announce):
    source = primary()
    copy = follow(tandem, source)
    before, end, turn = len(source.asked), time.monotonic() + 2, 0
    while time.monotonic() < end:
        notify(copy, announce(turn))
        turn += 1
        time.sleep(0.005)
    types = source.types(before)
    assert 1 <= len(types) <= 8, len(types)
    assert set(types) == {"SOA"} and serial(copy) == 1
    source.serial = 100  # and what is true is found all the same
    copy.wait(lambda: serial(copy) == 100)


def test_notifications_of_what_cannot_be_transferred(tandem, primary):
    source = primary()
    copy = follow(tandem, source)
    source.serial = 2
    source.axfr = lambda question: [question.answer(rcode=SERVFAIL)]
    before, end = len(source.asked), time.monotonic() + 2
    while time.monotonic() < end:
        notify(copy, random.choice((2, None)))
        time.sleep(0.005)
    types = source.types(before)
    assert types.count("AXFR") <= 6 and len(types) <= 18, types
    assert serial(copy) == 1


@pytest.mark.parametrize("number", [1, 0, 1 + 2**31], ids=["equal", "older", "undefined"])
def test_notifications_of_what_is_not_newer_ask_nothing(tandem, primary, number):
    source = primary()
    copy = follow(tandem, source)
    before = len(source.asked)
    for _ in range(20):
        notify(copy, number)
    time.sleep(0.5)
    assert source.types(before) == []


@pytest.mark.parametrize("what", ["short", "other zone", "other class", "no SOA", "nothing there"])
def test_notifications_whose_serial_cannot_be_read_are_looked_into(tandem, primary, what):
    source = primary()
    copy = follow(tandem, source)
    answer = {"short": broken_soa(21), "other zone": soa(1, "other.example"),
              "other class": packets.record("example.com", SOA, CH, rdata=soa(1)[23:]),
              "no SOA": ns(), "nothing there": b""}[what]
    source.serial = 2
    octets = packets.packet(packets.question("example.com", SOA), answer=[answer], opcode=NOTIFY,
                            flags=packets.AA)
    said = copy.raw(octets, 1)
    if what == "nothing there":
        assert said is None or packets.parse(said).rcode == FORMERR
        assert serial(copy) == 1
    else:
        assert packets.parse(said).rcode == packets.NOERROR
        copy.wait(lambda: serial(copy) == 2)


def test_notifications_during_a_look_cause_one_more(tandem, primary):
    source = primary()
    copy = follow(tandem, source)
    before = len(source.asked)
    asked, go_on = threading.Event(), threading.Event()

    def slow(question):
        asked.set()
        go_on.wait(10)
        return [question.answer(soa(1))]

    source.soa = slow
    notify(copy, 2)
    assert asked.wait(5)
    for _ in range(20):
        notify(copy, 2)
    go_on.set()
    copy.wait(lambda: len(source.types(before)) > 1)
    time.sleep(0.5)
    assert source.types(before) in (["SOA"] * 2, ["SOA"] * 3)  # a slow one was asked twice
