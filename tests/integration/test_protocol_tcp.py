"""Queries over TCP (RFC 7766): framing, many on one connection, and clients that are slow, silent or gone."""
import socket
import struct
import threading
import time

import pytest
from packets import (ANY, AXFR, FORMERR, ID, KEEPALIVE, NOERROR, NOTIMP, NXDOMAIN, REFUSED, SOA,
                     TXT, edns, framed, name, opt, option, packet, parse, question, read_exactly,
                     read_frame, standing)
from packets import asker  # noqa: F401 (a fixture)

Q = packet(question())


def numbered(ident, sent):
    return struct.pack(">H", ident) + sent[2:]


def ended(stream):
    """The other side has closed; a reset is an end, too."""
    try:
        return stream.recv(1) == b""
    except ConnectionResetError:
        return True


def test_one_question(asker):
    answer = asker.tcp(Q)
    assert answer.rcode == NOERROR and answer.counts[1] == 1 and not answer.has_opt
    assert asker.tcp(edns()).has_opt


def test_truncated_over_udp_whole_over_tcp(asker):
    """The road of every resolver: TC, then TCP (RFC 7766 5)."""
    for to, count in (("middle", 6), ("big", 20), ("huge", 250)):
        sent = packet(question(to + ".example.com", TXT))
        assert asker.udp(sent).tc
        answer = asker.tcp(sent)
        assert not answer.tc and answer.counts[1] == count
    assert len(answer.octets) > 60000


def test_many_on_one_connection(asker):
    with asker.connect() as stream:
        for _ in range(50):
            stream.sendall(framed(Q))
            assert parse(read_frame(stream)).rcode == NOERROR


@pytest.mark.parametrize("count", [2, 30, 300])
def test_pipelined(asker, count):
    """Every question gets its answer, in any order (RFC 7766 6.2.1.1, 7)."""
    sent = [packet(question(to, rdtype)) for to, rdtype in (("www.example.com", 1), ("big.example.com", TXT),
                                                            ("nothing.example.com", 1), ("elsewhere.test", ANY))]
    rcodes = [NOERROR, NOERROR, NXDOMAIN, REFUSED]
    found = {}
    with asker.connect() as stream:
        stream.sendall(b"".join(framed(numbered(ident, sent[ident % 4])) for ident in range(count)))
        for _ in range(count):
            octets = read_frame(stream)
            ident = struct.unpack(">H", octets[:2])[0]
            found[ident] = parse(numbered(ID, octets)).rcode
    assert found == {ident: rcodes[ident % 4] for ident in range(count)}


def test_pipelined_into_a_full_pipe(asker):
    """Who asks for megabytes and does not read, is waited for; nothing gets lost."""
    sent = packet(question("huge.example.com", TXT))
    with asker.connect() as stream:
        sender = threading.Thread(target=stream.sendall, args=(b"".join([framed(sent)] * 40),))
        sender.start()
        time.sleep(0.3)
        for _ in range(40):
            assert parse(read_frame(stream)).counts[1] == 250
        sender.join()


def test_octet_by_octet(asker):
    with asker.connect() as stream:
        for octet in framed(Q):
            stream.send(bytes([octet]))
            time.sleep(0.002)
        assert parse(read_frame(stream)).rcode == NOERROR


@pytest.mark.parametrize("cuts", [[1], [2], [3], [1, 2], [2, 14], [20, 40, 41]])
def test_split_anywhere(asker, cuts):
    """Two questions, cut into pieces without regard to frames."""
    octets = framed(Q) + framed(edns())
    with asker.connect() as stream:
        for begin, end in zip([0] + cuts, cuts + [len(octets)]):
            stream.send(octets[begin:end])
            time.sleep(0.005)
        assert {parse(read_frame(stream)).has_opt, parse(read_frame(stream)).has_opt} == {False, True}


def test_errors_leave_the_connection_open(asker):
    with asker.connect() as stream:
        for sent, rcode in ((packet(question(), question()), FORMERR), (packet(opcode=9), NOTIMP),
                            (Q[:-1], FORMERR),
                            (packet(question("elsewhere.test")), REFUSED), (Q, NOERROR)):
            stream.sendall(framed(sent))
            assert parse(read_frame(stream)).rcode == rcode


@pytest.mark.parametrize("sent", [b"", b"\0", b"\x12\x34", Q[:11], packet(question(), flags=0x8000)], ids=len)
def test_what_is_no_query(asker, sent):
    """No answer, to less than a header and to answers; the connection may end, the server may not."""
    with asker.connect() as stream:
        stream.sendall(framed(sent) + framed(Q))
        try:
            assert parse(read_frame(stream)).counts[1] == 1
        except (EOFError, ConnectionResetError):
            pass
    assert asker.tcp(Q).rcode == NOERROR


def test_the_largest_frame(asker):
    """65,535 octets of which all but the question are nobody's."""
    assert asker.tcp(Q + b"\0" * (65535 - len(Q))).rcode == NOERROR


def test_a_frame_that_never_ends(asker):
    with asker.connect() as stream:
        stream.sendall(b"\xFF\xFF" + Q)
        stream.shutdown(socket.SHUT_WR)
        assert ended(stream)
    asker.good()


def test_the_last_word(asker):
    """RFC 7766 6.2.3: half closed is not closed; what was asked is answered, then it is over."""
    with asker.connect() as stream:
        stream.sendall(framed(Q) * 3)
        stream.shutdown(socket.SHUT_WR)
        for _ in range(3):
            assert parse(read_frame(stream)).rcode == NOERROR
        assert ended(stream)


def test_clients_that_go_away(asker):
    """At every moment, politely or not."""
    for octets in (b"", b"\0", framed(Q)[:10], framed(Q), framed(packet(question("huge.example.com", TXT))) * 50,
                   framed(packet(question("example.com", AXFR)))):
        for linger in (None, struct.pack("ii", 1, 0)):
            stream = asker.connect()
            if linger:
                stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            stream.sendall(octets)
            stream.close()
    assert asker.tcp(Q).rcode == NOERROR


def test_idle_clients(tmp_path):
    """RFC 7766 6.2.3, RFC 7828: who says nothing is cut off, at any point; keepalive tells how long it takes."""
    with standing(tmp_path, tcp={"idle-timeout": "1s"}) as asker:
        streams = []
        for octets in (b"", b"\0", framed(Q)[:10], framed(edns(option(KEEPALIVE)))):
            streams.append(asker.connect())
            streams[-1].sendall(octets)
        start = time.monotonic()
        assert parse(read_frame(streams[3])).options == {KEEPALIVE: b"\0\12"}
        for stream in streams:
            assert ended(stream)
            assert time.monotonic() - start > 0.5
            stream.close()
        with asker.connect() as stream:  # who goes on asking stays
            for _ in range(15):
                stream.sendall(framed(Q))
                assert parse(read_frame(stream)).rcode == NOERROR
                time.sleep(0.1)
        assert asker.tcp(Q).rcode == NOERROR


def try_connect(asker):
    """A connection that answers, or None."""
    try:
        stream = asker.connect()
        stream.sendall(framed(Q))
        assert parse(read_frame(stream)).rcode == NOERROR
        return stream
    except (EOFError, OSError):
        return None


@pytest.mark.parametrize("workers", [1, 3])
def test_too_many_connections_of_a_client(tmp_path, workers):
    """The limit holds for all workers together, the rest is served, and places become free again."""
    with standing(tmp_path, workers=workers, tcp={"connections-per-client": 10}) as asker:
        streams = [try_connect(asker) for _ in range(15)]
        assert None not in streams[:10] and streams[10:] == [None] * 5
        asker.good()
        for stream in streams[:10]:
            stream.close()
        asker.server.wait(lambda: try_connect(asker))


def test_too_many_connections(tmp_path):
    """Who has been silent for longest makes room, but not at once: new clients do not chase each other out."""
    with standing(tmp_path, tcp={"connections": 10, "connections-per-client": 100}) as asker:
        streams = [try_connect(asker) for _ in range(10)]
        assert None not in streams
        time.sleep(0.4)
        streams.append(try_connect(asker))
        assert streams[10] is not None and ended(streams[0])
        streams[10].sendall(framed(Q))
        assert parse(read_frame(streams[10])).rcode == NOERROR


def test_names_are_compressed_only_where_pointers_reach(asker):
    """A message of more than 16,384 octets is parsed by dnspython to the end, and owners are right."""
    answer = asker.tcp(packet(question("huge.example.com", TXT), additional=[opt()]))
    assert {each.name.to_text() for each in answer.message.answer} == {"huge.example.com."}
    assert answer.octets[12:12 + 18] == name("huge.example.com")


def test_frames_of_answers_are_exact(asker):
    with asker.connect() as stream:
        stream.sendall(framed(packet(question("example.com", SOA))))
        size = struct.unpack(">H", read_exactly(stream, 2))[0]
        assert parse(read_exactly(stream, size)).counts[1] == 1
        stream.settimeout(0.05)
        with pytest.raises(socket.timeout):
            stream.recv(1)
