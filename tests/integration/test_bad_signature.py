"""Primaries whose signatures, keys or clocks are wrong."""
import re
import struct
import threading
import time

import packets
import pytest
from hostile import (KEY, SECRET, Signer, check_refused, configure, follow, host, look, ns, serial, soa, why,
                     zone)
from hostile import primary  # noqa: F401 (a fixture)
from packets import NOTIMP


def signed(act):
    """Each message of an answer, signed as `act` says, which is given the signer and a number."""
    def respond(messages):
        def reply(question):
            signer = Signer(question, KEY, SECRET)
            for number, message in enumerate(messages(question)):
                yield act(signer, number, message)
        return reply
    return respond


def well(signer, number, message):
    return signer.sign(message)


def keyed(tandem, source):
    source.soa = signed(well)(lambda question: [question.answer(soa(source.serial))])
    source.ixfr = signed(well)(lambda question: [question.answer(rcode=NOTIMP)])
    source.axfr = signed(well)(lambda question: [question.answer(*zone(source.serial))])
    return follow(tandem, source, key=KEY)


def parts(count):
    """A zone of serial 2 in so many messages."""
    def messages(question):
        yield question.answer(soa(2), ns(), host("ns1"), host("www"))
        for number in range(count - 2):
            yield question.answer(host("h%d" % number), question=b"")
        yield question.answer(soa(2), question=b"")
    return messages


def test_up_to_99_messages_may_be_unsigned(tandem, primary):
    source = primary()
    copy = keyed(tandem, source)
    source.serial = 2
    source.axfr = signed(lambda signer, number, message: signer.sign(message) if number % 100 == 0 or number == 149
                         else signer.add(message))(parts(150))
    look(copy, source)
    assert serial(copy) == 2, why(copy)


@pytest.mark.parametrize("act, count, words", [
    (lambda signer, number, message: signer.sign(message) if number in (0, 101) else signer.add(message), 102,
     "the answer is not signed"),
    (lambda signer, number, message: signer.sign(message) if number == 0 else signer.add(message), 3,
     "the last message of the transfer is not signed"),
    (lambda signer, number, message: signer.sign(message) if number != 0 else signer.add(message), 3,
     "the answer is not signed"),
    (lambda signer, number, message: signer.sign(message) if number != 1 else message, 3, "BADSIG"),
    (lambda signer, number, message: signer.sign(message, spoil=number == 1), 3, "BADSIG"),
    (lambda signer, number, message: signer.sign(message, at=int(time.time()) - 3600 * number), 2,
     "the clocks differ by 3600 seconds"),
], ids=["100 unsigned", "last unsigned", "first unsigned", "one slipped in", "one spoiled", "clock"])
def test_signatures_of_a_transfer(tandem, primary, act, count, words):
    source = primary()
    copy = keyed(tandem, source)
    source.axfr = signed(act)(parts(count))
    check_refused(copy, source, words)


def test_a_primary_with_a_wrong_clock(tandem, primary):
    source = primary()
    copy = keyed(tandem, source)
    off = int(time.time()) - 7200
    source.soa = signed(lambda signer, number, message: signer.sign(message, at=off))(
        lambda question: [question.answer(soa(2))])
    check_refused(copy, source, "the clocks differ by 720", asked=["SOA"])
    # It is the one to say so.
    now = int(time.time())
    source.soa = signed(lambda signer, number, message: signer.sign(
        message, at=now, error=18, other=struct.pack(">HI", 0, now + 5000)))(
            lambda question: [question.answer(rcode=packets.NOTAUTH)])
    look(copy, source)
    assert serial(copy) == 1 and re.search(r"the clocks differ by (499|500)\d ", why(copy)), why(copy)


def test_answers_without_a_signature(tandem, primary):
    source = primary()
    copy = keyed(tandem, source)
    source.soa = lambda question: [question.answer(soa(2))]
    source.serial = 2
    look(copy, source)
    assert serial(copy) == 1 and "the answer is not signed" in why(copy)


def test_a_forged_datagram_does_not_hide_the_right_one(tandem, primary):
    source = primary()
    copy = keyed(tandem, source)
    sign = signed(well)
    source.soa = lambda question: [question.answer(soa(9)),
                                   *sign(lambda asked: [asked.answer(soa(2))])(question)]
    source.serial = 2
    look(copy, source)
    assert serial(copy) == 2, why(copy)


def test_a_key_that_goes_during_a_transfer(tandem, primary):
    source = primary()
    copy = keyed(tandem, source)
    going, gone = threading.Event(), threading.Event()

    def slowly(signer, number, message):
        if number == 1:
            going.set()
            gone.wait(20)
        return signer.sign(message)

    source.serial = 2
    source.axfr = signed(slowly)(parts(3))
    source.serial = 2
    copy.wait(lambda: not copy.process.poll())
    before = len(source.asked)
    thread = threading.Thread(target=copy.cli, args=("zone", "refresh", "example.com"))
    thread.start()
    assert going.wait(10)
    plain = lambda question: [question.answer(*zone(3))]  # noqa: E731
    source.soa, source.axfr = (lambda question: [question.answer(soa(3))]), plain
    source.ixfr = lambda question: [question.answer(rcode=NOTIMP)]
    configure(copy, [source])
    assert copy.cli("reload").returncode == 0
    copy.wait(lambda: serial(copy) == 3)  # by a look of its own, without the key
    gone.set()
    thread.join(20)
    time.sleep(0.5)
    assert serial(copy) == 3
    assert len(source.types(before)) <= 8, source.types(before)


