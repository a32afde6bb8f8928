"""What the log keeps: histories that grow old or too large, and records that are damaged on the disk."""
import json
import re
import socket
import struct

import pytest

ZONE = "$TTL 300\n@ SOA ns1 hostmaster 10 7200 3600 1209600 300\n@ NS ns1\nns1 A 192.0.2.1\n"
WIRE = b"\7example\3com\0"
ENTRY_HEAD = 64


@pytest.fixture
def server(tandem, tmp_path):
    (tmp_path / "example.com.zone").write_text(ZONE)
    server = tandem(start=False, zones=[{"name": "example.com", "file": str(tmp_path / "example.com.zone"),
                                         "update": [{"address": "127.0.0.1"}]}])
    return server.start()


def update(number, size, zone=WIRE):
    text = b"".join(b"\xff" + b"x" * 255 for _ in range(size // 256)) or b"\1x"
    return (struct.pack(">HHHHHH", number, 5 << 11, 1, 0, 2, 0) + zone + struct.pack(">HH", 6, 1) +
            b"\4long\xc0\x0c" + struct.pack(">HHIH", 16, 255, 0, 0) +
            b"\4long\xc0\x0c" + struct.pack(">HHIH", 16, 1, number, len(text)) + text)


def change(server, count, size=0, start=1, zone=WIRE):
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.connect(("127.0.0.1", server.port))
        sock.settimeout(5)
        for number in range(start, start + count):
            sock.send(update(number, size, zone))
            assert sock.recv(512)[3] & 15 == 0


def history(server):
    done = server.cli("zone", "log", "example.com", "--max", "10000", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_what_is_too_much_goes_though_nothing_changes_any_more(server):
    change(server, 900, size=2048)  # fewer than make the zone look by itself
    server.wait(server.has_base)
    before = len(history(server)["changes"])
    server.configure(zones=[dict(server.zones[0], history={"size": "1MiB"})])
    assert server.cli("reload").returncode == 0
    server.wait(lambda: 0 < len(history(server)["changes"]) < before - 100)
    kept = history(server)["changes"]
    assert kept[0]["serial"] == 910  # the newest


def test_a_zone_whose_whole_history_went_is_its_base(tandem, tmp_path):
    zones = []
    for name in ("example.com", "example.net"):
        (tmp_path / name).write_text(ZONE)
        zones.append({"name": name, "file": str(tmp_path / name), "history": "off",
                      "update": [{"address": "127.0.0.1"}]})
    server = tandem(zones=zones)
    change(server, 5)
    first = segments(server)[0]
    server.wait(server.has_base)

    def go_on():
        change(server, 1000, size=2048, zone=b"\7example\3net\0")
        return not first.exists()

    server.wait(go_on, pause=0.2)  # until the file with these changes is gone
    before = server.ask("long.example.com", "TXT").answer
    server.stop()
    server.start()
    assert before and server.ask("long.example.com", "TXT").answer == before


def segments(server):
    return sorted((server.where / "changes").glob("*.log"))


def entries(octets):
    """Where each change of the segment begins, and its serials."""
    at = 64
    while at + ENTRY_HEAD <= len(octets) and octets[at:at + ENTRY_HEAD] != bytes(ENTRY_HEAD):
        size, kind, _, key_size, serial_from, serial_to = struct.unpack_from("<IBBHII", octets, at + 4)
        if kind == 1:
            yield at, ENTRY_HEAD + key_size, serial_from, serial_to
        at += (ENTRY_HEAD + key_size + size + 7) // 8 * 8


def test_a_damaged_record_is_skipped_and_told(server):
    change(server, 20)
    server.stop()
    path = segments(server)[-1]
    octets = bytearray(path.read_bytes())
    found = {serial_to: (at, head) for at, head, _, serial_to in entries(octets)}
    at, head = found[20]
    octets[at + head + 9] ^= 4  # a bit of what was changed
    at, _ = found[24]
    octets[at + 30] ^= 128  # a bit of a head, which leaves zone and serials
    path.write_bytes(octets)
    server.start()
    log = server.log()
    for serial in (20, 24):
        assert re.search(r"octets \d+ to \d+ are damaged and skipped: example\.com\.?, serial %d to %d"
                         % (serial - 1, serial), log), log
    serials = [change["serial"] for change in history(server)["changes"]]
    assert 20 not in serials and 24 not in serials
    assert set(range(11, 31)) - {20, 24} <= set(serials)  # the rest is used
    assert server.ask("example.com", "SOA").answer[0][0].serial == 30
    assert server.ask("long.example.com", "TXT").answer[0].ttl == 20
    done = server.cli("zone", "show", "example.com", "23")
    assert done.returncode == 0
    done = server.cli("zone", "diff", "example.com", "19", "22")
    assert done.returncode != 0 and "gap" in done.stderr
    change(server, 1, start=21)
    assert server.ask("example.com", "SOA").answer[0][0].serial == 31
