"""Updates that a secondary hands to its primary (RFC 2136 6)."""
import json

import dns.rcode
import dns.tsigkeyring
import dns.update
import pytest

from test_secondary import KEYS, pair, serial

OTHER = {"name": "changes.example.", "algorithm": "hmac-sha256", "secret": "b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXI="}


def set_up(tandem, copy_knows_key=False, forward="on"):
    source, copy = pair(tandem)
    top = json.loads(source.path.read_text())
    top["keys"] = KEYS + [OTHER]
    top["zones"][0]["update"] = [{"key": OTHER["name"]}]
    source.path.write_text(json.dumps(top))
    assert source.cli("reload").returncode == 0
    top = json.loads(copy.path.read_text())
    top["zones"][0]["forward-updates"] = forward
    if copy_knows_key:
        top["keys"] = KEYS + [OTHER]
    copy.path.write_text(json.dumps(top))
    assert copy.cli("reload").returncode == 0
    return source, copy


def update(key=OTHER, secret=None):
    message = dns.update.Update("example.com")
    if key is not None:
        message.use_tsig(dns.tsigkeyring.from_text({key["name"]: secret or key["secret"]}),
                         keyname=key["name"], algorithm="hmac-sha256")
    message.add("new", 60, "A", "192.0.2.7")
    return message


@pytest.mark.parametrize("knows", [False, True])
@pytest.mark.parametrize("tcp", [False, True])
def test_a_signed_update_reaches_the_primary(tandem, knows, tcp):
    source, copy = set_up(tandem, knows)
    answer = copy.ask(update(), tcp=tcp)  # dnspython checks the signature of the answer
    assert answer.rcode() == dns.rcode.NOERROR
    assert answer.had_tsig
    assert serial(source) == 2
    copy.wait(lambda: serial(copy) == 2)


def test_what_the_primary_refuses_comes_back(tandem):
    source, copy = set_up(tandem)
    message = update()
    message.present("nothing-there")
    assert copy.ask(message).rcode() == dns.rcode.NXDOMAIN
    assert serial(source) == 1


def test_a_bad_signature_is_refused_by_the_primary(tandem):
    source, copy = set_up(tandem)
    with pytest.raises(dns.tsig.PeerBadSignature):
        copy.ask(update(secret="d3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmc="))
    assert serial(source) == 1


def test_an_unsigned_update_is_not_handed_on(tandem):
    source, copy = set_up(tandem)
    assert copy.ask(update(None)).rcode() == dns.rcode.REFUSED


def test_without_the_option_it_is_refused(tandem):
    source, copy = set_up(tandem, copy_knows_key=True, forward="off")
    assert copy.ask(update()).rcode() == dns.rcode.REFUSED
    assert serial(source) == 1


def test_without_a_primary_the_answer_is_servfail(tandem):
    source, copy = set_up(tandem, copy_knows_key=True)
    source.stop()
    assert copy.ask(update()).rcode() == dns.rcode.SERVFAIL
