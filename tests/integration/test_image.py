"""Written images: a start with nothing changed takes one, and any doubt about it leads to the source."""
import json
import os
import shutil
import socket
import struct

import pytest

NAMES = 40000
WIRE = b"\7example\3com\0"
BUILD_AT, STAT_AT, FILE_STAT = 16, 96, "=QQQQQ"  # store/image_format.h
USED = "from its image"
REFUSED = "image, not used: "


def text(serial=1, address="192.0.2.1"):
    lines = ["$TTL 300\n@ SOA ns1 hostmaster %d 7200 3600 1209600 300\n@ NS ns1\nns1 A %s\n" % (serial, address)]
    lines += ["d%d NS ns.d%d\nns.d%d A 10.0.%d.%d\n" % (i, i, i, i // 256 % 256, i % 256)
              for i in range(NAMES)]
    return "".join(lines)


def crc32c(octets):
    crc = 0xFFFFFFFF
    for octet in octets:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def image(server, zone="example.com"):
    found = list(server.where.glob("image/*/%s.image" % zone))
    return found[0] if found else None


def restart(server):
    server.stop()
    return server.start()


@pytest.fixture
def server(tandem, tmp_path):
    """One whose zone has an image; it has been stopped."""
    path = tmp_path / "example.com.zone"
    path.write_text(text())
    server = tandem(start=False, zones=[{"name": "example.com", "file": str(path),
                                         "update": [{"address": "127.0.0.1"}]}])
    server.file = path
    server.start()
    server.wait(lambda: "image, written of serial 1" in server.log())
    assert image(server).stat().st_mode & 0o777 == 0o600
    server.stop()
    return server


def served(server):
    """The address of ns1; a delegation and a name that does not exist are as they were, too."""
    cut = server.ask("a.d%d.example.com" % (NAMES - 1))
    assert cut.rcode() == 0 and cut.authority[0].to_text().endswith(" NS ns.d%d.example.com." % (NAMES - 1))
    assert server.ask("nothing.example.com").rcode() == 3
    return server.ask("ns1.example.com").answer[0][0].address


def update(server, number):
    with socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.settimeout(10)
        udp.connect(("127.0.0.1", server.port))
        udp.send(struct.pack(">HHHHHH", number, 5 << 11, 1, 0, 1, 0) + WIRE + struct.pack(">HH", 6, 1) +
                 b"\3new\xc0\x0c" + struct.pack(">HHIH4s", 1, 1, 60, 4, bytes([192, 0, 2, number])))
        assert udp.recv(512)[3] & 15 == 0


def status(server):
    return json.loads(server.cli("zone", "status", "example.com", "--json").stdout)


def test_a_start_takes_it_and_the_zone_goes_on(server):
    server.start()
    assert USED in server.log() and served(server) == "192.0.2.1"
    assert status(server)["from_image"] is True
    for number in range(1, 20):
        update(server, number)
    restart(server)  # changes that are not in it are done again
    server.wait(lambda: "restore, serial 20" in server.log())
    assert "its image and the log" in server.log()
    assert len(server.ask("new.example.com").answer[0]) == 19 and served(server) == "192.0.2.1"
    server.file.write_text(text(serial=30, address="192.0.2.2"))  # compared with what is from an image
    assert server.cli("zone", "reload", "example.com", "--take", "file").returncode == 0
    server.wait(lambda: served(server) == "192.0.2.2")
    assert server.ask("new.example.com").rcode() == 3
    restart(server)  # what the image is of is older than that
    assert served(server) == "192.0.2.2" and status(server)["from_image"] is False


def touch(server):
    os.utime(server.file)
    return "192.0.2.1"


def edit_in_place(server):
    with open(server.file, "r+b") as file:
        octets = file.read()
        file.seek(octets.index(b"192.0.2.1"))
        file.write(b"192.0.2.7")
    return "192.0.2.7"


def flip(server):
    with open(image(server), "r+b") as file:
        file.seek(os.path.getsize(file.name) // 2)
        octet = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([octet ^ 8]))
    return "192.0.2.1"


def truncate(server):
    os.truncate(image(server), os.path.getsize(image(server)) - 1)
    return "192.0.2.1"


def patch(server, at, octets):
    """Change something in the head, and make its checksum right."""
    with open(image(server), "r+b") as file:
        size = struct.unpack("=Q", file.read(56)[48:])[0]
        file.seek(0)
        head = bytearray(file.read(size - 4))
        head[at:at + len(octets)] = octets
        file.seek(0)
        file.write(head + struct.pack("=I", crc32c(head)))


def other_build(server):
    patch(server, BUILD_AT, b"another one")
    return "192.0.2.1"


def remove(server):
    os.unlink(image(server))
    return "192.0.2.1"


def other_options(server):
    server.configure(zones=[dict(server.zones[0], zonemd="strict")])
    return "192.0.2.1"


def test_any_doubt_leads_to_the_source(server, tmp_path):
    kept = {name: tmp_path / ("kept-" + name) for name in ("changes", "image")}
    for name, path in kept.items():
        shutil.copytree(server.where / name, path)
    cases = ((flip, "damaged"), (truncate, "damaged"), (other_build, "another build"),
             (remove, "image"), (other_options, "other options"), (touch, "changed since"),
             (edit_in_place, "changed since"))
    for spoil, why in cases:
        for name, path in kept.items():
            shutil.rmtree(server.where / name, ignore_errors=True)
            shutil.copytree(path, server.where / name)
        server.configure(zones=server.zones)
        address = spoil(server)
        server.start()
        log = server.log()
        assert USED not in log and REFUSED in log, (spoil, log)
        assert why in log[log.index(REFUSED):].split("\n")[0], (spoil, log)
        assert served(server) == address and image(server) is None
        server.stop()
    assert REFUSED not in server.start().log()  # it was forgotten


def test_a_source_that_only_looks_the_same_is_loaded(server):
    edit_in_place(server)
    stat = os.stat(server.file)
    patch(server, STAT_AT, struct.pack(FILE_STAT, stat.st_dev, stat.st_ino, stat.st_size,
                                       stat.st_mtime_ns, stat.st_ctime_ns))
    server.start()
    assert USED in server.log() and served(server) in ("192.0.2.1", "192.0.2.7")
    server.wait(lambda: served(server) == "192.0.2.7")
    assert "is another one, though its size and times are those of before" in server.log()


def test_a_full_disk_is_told_and_costs_nothing(tandem, tmp_path):
    path = tmp_path / "example.com.zone"
    path.write_text(text())
    server = tandem(start=False, zones=[{"name": "example.com", "file": str(path)}])
    for number in range(256):
        (server.where / "image" / ("%02x" % number)).mkdir(parents=True)
        os.symlink("/dev/full", server.where / "image" / ("%02x" % number) / "example.com.image.tmp")
    server.start()
    server.wait(lambda: "image, it could not be written" in server.log())
    assert served(server) == "192.0.2.1"
    restart(server)
    assert served(server) == "192.0.2.1" and USED not in server.log()


def test_it_goes_with_its_zone_and_with_the_option(server):
    server.start()
    assert USED in server.log() and image(server)
    assert server.cli("zone", "purge", "example.com").returncode == 0
    assert image(server) is None
    server.wait(lambda: "image, written" in server.log())  # the zone still is what its file says
    assert image(server)
    server.server["images"] = "off"
    server.configure(zones=server.zones)
    assert server.cli("reload").returncode == 0
    server.wait(lambda: image(server) is None)
    restart(server)
    assert USED not in server.log() and served(server) == "192.0.2.1"
    server.server["images"] = "on"
    server.configure(zones=server.zones)
    assert server.cli("reload").returncode == 0
    server.wait(lambda: image(server))
    server.configure(zones=[])
    assert server.cli("reload").returncode == 0
    server.wait(lambda: image(server) is None)


def test_a_file_that_includes_another_has_none(tandem, tmp_path):
    path = tmp_path / "example.com.zone"
    (tmp_path / "rest").write_text(text())
    path.write_text("$INCLUDE %s\n" % (tmp_path / "rest"))
    server = tandem(zones=[{"name": "example.com", "file": str(path)}])
    (tmp_path / "later.zone").write_text(text())
    server.configure(zones=server.zones + [{"name": "later.test", "file": str(tmp_path / "later.zone")}])
    assert server.cli("reload").returncode == 0
    server.wait(lambda: image(server, "later.test"))  # its turn was before that
    assert image(server) is None
    (tmp_path / "rest").write_text(text(serial=2, address="192.0.2.4"))
    restart(server)
    assert served(server) == "192.0.2.4"


def test_a_secondary_has_one_too(tandem, tmp_path):
    path = tmp_path / "example.com.zone"
    path.write_text(text())
    primary = tandem(zones=[{"name": "example.com", "file": str(path), "allow-transfer": ["127.0.0.1"]}])
    secondary = tandem(start=False, zones=[])
    secondary.configure(peers=[{"name": "ns1", "address": "127.0.0.1:%d" % primary.port}],
                        zones=[{"name": "example.com", "from": ["ns1"]}])
    secondary.start()
    secondary.wait(lambda: "image, written" in secondary.log())
    primary.stop()
    restart(secondary)
    secondary.wait(lambda: "its image and the log" in secondary.log())
    assert served(secondary) == "192.0.2.1"
