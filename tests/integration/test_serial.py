"""Files and serials: whoever edits a file need not think of the serial, and none is taken back."""
import signal
import time

ZONE = """$TTL 300
@ SOA ns1 hostmaster %d 7200 3600 1209600 300
@ NS ns1
@ NS ns2
ns1 A 192.0.2.1
ns2 A 192.0.2.2
www A 192.0.2.%d
"""


def serve(tandem, tmp_path, first=10, last=3, **options):
    path = tmp_path / "example.com.zone"
    path.write_text(ZONE % (first, last))
    return path, tandem(zones=[dict({"name": "example.com", "file": str(path)}, **options)])


def serial_of(server):
    return server.ask("example.com", "SOA").answer[0][0].serial


def www_of(server):
    return server.ask("www.example.com").answer[0][0].address


def reload(server, code=0):
    done = server.cli("zone", "reload", "example.com")
    assert done.returncode == code, done.stderr
    return done.stderr


def test_an_edited_file_gets_the_next_serial(tandem, tmp_path):
    path, server = serve(tandem, tmp_path)
    assert serial_of(server) == 10
    path.write_text(ZONE % (10, 4))
    reload(server)
    assert (serial_of(server), www_of(server)) == (11, "192.0.2.4")
    assert "the file says serial 10, published is 11" in server.log()
    # Its editor raises the serial: greater than in the file, but not than what is served.
    path.write_text(ZONE % (11, 5))
    reload(server)
    assert (serial_of(server), www_of(server)) == (12, "192.0.2.5")
    path.write_text(ZONE % (100, 6))
    reload(server)
    assert (serial_of(server), www_of(server)) == (100, "192.0.2.6")


def test_comments_and_order_change_nothing(tandem, tmp_path):
    path, server = serve(tandem, tmp_path)
    lines = (ZONE % (10, 3)).splitlines()
    path.write_text("\n".join(["; a comment"] + lines[:1] + lines[:0:-1][:-1] + [lines[1]]) + "\n")
    reload(server)
    assert serial_of(server) == 10
    # Only the serial was raised: somebody wants the secondaries to come.
    path.write_text(ZONE % (15, 3))
    reload(server)
    assert serial_of(server) == 15


def test_a_serial_that_goes_back_is_questioned(tandem, tmp_path):
    path, server = serve(tandem, tmp_path, first=50)
    path.write_text(ZONE % (49, 4))
    reload(server)
    assert (serial_of(server), www_of(server)) == (51, "192.0.2.4")
    assert "the serial of the file went back from 50 to 49" in server.log()


def test_what_was_published_is_not_taken_back_by_a_restart(tandem, tmp_path):
    path, server = serve(tandem, tmp_path)
    for last in (4, 5, 6):
        path.write_text(ZONE % (10, last))
        reload(server)
    assert serial_of(server) == 13
    server.stop()
    server.start()
    server.wait(lambda: server.ask("example.com", "SOA").answer)
    assert (serial_of(server), www_of(server)) == (13, "192.0.2.6")
    # And the file is edited while the server is down.
    server.process.send_signal(signal.SIGKILL)
    server.stop(code=-9)
    path.write_text(ZONE % (10, 7))
    server.start()
    server.wait(lambda: server.ask("example.com", "SOA").answer)
    assert (serial_of(server), www_of(server)) == (14, "192.0.2.7")


def test_the_brake_holds_a_file_that_lost_its_records(tandem, tmp_path):
    path, server = serve(tandem, tmp_path)
    whole = ZONE % (10, 3) + "".join("h%d A 192.0.2.9\n" % i for i in range(200))
    path.write_text(whole)
    reload(server)
    assert serial_of(server) == 11
    path.write_text(ZONE % (20, 3))
    reload(server, code=1)
    assert serial_of(server) == 11
    assert "is held: it would remove 200 of 204 names, more than 40 %" in server.log()
    # A newer one takes its place.
    path.write_text(whole + "more A 192.0.2.10\n")
    reload(server)
    assert serial_of(server) == 12


def test_the_brake_counts_all_names_of_a_large_zone(tandem, tmp_path):
    """What is removed is more than what is left: the list of it is not finished."""
    path, server = serve(tandem, tmp_path)
    path.write_text(ZONE % (10, 3) + "".join("h%d A 192.0.2.9\n" % i for i in range(20000)))
    reload(server)
    assert serial_of(server) == 11
    path.write_text(ZONE % (20, 3))
    reload(server, code=1)
    assert serial_of(server) == 11
    assert "is held: it would remove 20000 of 20004 names, more than 40 %" in server.log()


def test_strict_refuses_an_old_file(tandem, tmp_path):
    path, server = serve(tandem, tmp_path, first=50, **{"serial-check": "strict"})
    path.write_text(ZONE % (49, 4))
    assert "--take file" in reload(server, code=5)
    assert (serial_of(server), www_of(server)) == (50, "192.0.2.3")


def test_serials_by_the_clock(tandem, tmp_path):
    path, server = serve(tandem, tmp_path, serial="unixtime")
    path.write_text(ZONE % (10, 4))
    before = int(time.time())
    reload(server)
    assert before <= serial_of(server) <= time.time()
    path.write_text(ZONE % (10, 5))
    reload(server)
    assert before < serial_of(server) <= time.time() + 2


def test_the_brake_is_off(tandem, tmp_path):
    path, server = serve(tandem, tmp_path, brake="off")
    path.write_text(ZONE % (10, 3) + "".join("h%d A 192.0.2.9\n" % i for i in range(200)))
    reload(server)
    path.write_text(ZONE % (10, 3))
    reload(server)
    assert serial_of(server) == 12


def test_a_distance_of_half_the_way_round_is_lower(tandem, tmp_path):
    path, server = serve(tandem, tmp_path, first=10)
    path.write_text(ZONE % (10 + 2**31, 4))
    reload(server)
    assert (serial_of(server), www_of(server)) == (11, "192.0.2.4")
    assert "the serial of the file went back from 10 to %d" % (10 + 2**31) in server.log()
    path.write_text(ZONE % (10, 5))
    reload(server)
    assert serial_of(server) == 12
    path.write_text(ZONE % (11 + 2**31, 6))  # than what is served it is greater
    reload(server)
    assert serial_of(server) == 11 + 2**31


def test_strict_refuses_half_the_way_round(tandem, tmp_path):
    path, server = serve(tandem, tmp_path, first=10, **{"serial-check": "strict"})
    path.write_text(ZONE % (10 + 2**31, 4))
    assert "--take file" in reload(server, code=5)
    assert (serial_of(server), www_of(server)) == (10, "192.0.2.3")
    path.write_text(ZONE % (9 + 2**31, 4))
    reload(server)
    assert serial_of(server) == 9 + 2**31


def test_more_than_99_changes_a_day(tandem, tmp_path):
    _, server = serve(tandem, tmp_path, serial="date")
    before = time.gmtime()
    for i in range(120):
        done = server.cli("record", "add", "example.com", "h%d" % i, "A", "192.0.2.9")
        assert done.returncode == 0, done.stderr
    today = int(time.strftime("%Y%m%d", before)) * 100
    if time.gmtime().tm_mday == before.tm_mday:
        assert serial_of(server) == today + 120  # current + 1 where the day has no more
