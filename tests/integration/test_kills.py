"""Killed at random instants under a stream of updates, on a good disk, on a full one, and on one whose syncs fail.

Each acknowledged update is there, nothing that was seen is taken back, and a start takes less than a second.
TANDEM_KILLS=200 (`make kills`) is the campaign; what it measured is printed.
"""
import os
import random
import select
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

import dns.message
import dns.query
import dns.rdatatype
import dns.update
import pytest

KILLS = int(os.environ.get("TANDEM_KILLS", "6"))
ZONE = "$TTL 300\n@ SOA ns1 hostmaster 10 7200 3600 1209600 300\n@ NS ns1\nns1 A 192.0.2.1\n"
SLOTS = 24
PADDING = "x" * 200
SERVFAIL = 2


class Slot:
    """A name whose number goes up with each update; one of them is on its way at a time."""

    def __init__(self, index):
        self.name = "s%d" % index
        self.sent = self.acknowledged = 0

    def message(self, index):
        self.sent += 1
        update = dns.update.UpdateMessage("example.com", id=index)
        update.use_edns(0)
        update.replace(self.name, 60, "TXT", str(self.sent), *[PADDING] * (1 + self.sent % 4))
        return update.to_wire()


class Stream(threading.Thread):
    """Updates of all slots, as fast as they are answered; and questions in between, for what can be seen."""

    def __init__(self, server, slots):
        super().__init__()
        self.server, self.slots, self.over = server, slots, threading.Event()
        self.acknowledged = self.refused = 0
        self.highest = 0  # serial that was seen
        self.start()

    def run(self):
        with socket.socket(type=socket.SOCK_DGRAM) as sock:
            sock.connect(("127.0.0.1", self.server.port))
            question = dns.message.make_query("example.com", "SOA", id=1000).to_wire()
            open_slots = {}
            while not self.over.is_set():
                for index, slot in enumerate(self.slots):
                    if index not in open_slots:
                        open_slots[index] = time.monotonic()
                        self.send(sock, slot.message(index))
                self.send(sock, question)
                if not select.select([sock], [], [], 0.05)[0]:
                    late = time.monotonic() - 0.3
                    open_slots = {index: since for index, since in open_slots.items() if since > late}
                self.receive(sock, open_slots)

    @staticmethod
    def send(sock, octets):
        try:
            sock.send(octets)
        except OSError:
            pass  # nobody is there yet, or any more

    def receive(self, sock, open_slots):
        try:
            while True:
                octets = sock.recv(4096, socket.MSG_DONTWAIT)
                number = int.from_bytes(octets[:2], "big")
                if number == 1000:
                    self.highest = max(self.highest, serial_in(octets))
                elif number in open_slots:
                    del open_slots[number]
                    self.settle(self.slots[number], octets)
        except OSError:
            pass

    def settle(self, slot, octets):
        answer = dns.message.from_wire(octets)
        if answer.rcode() == 0:
            slot.acknowledged = slot.sent
            self.acknowledged += 1
        else:
            assert answer.rcode() == SERVFAIL
            assert [option.otype for option in answer.options] == [15], answer  # why stands in it
            self.refused += 1

    def end(self):
        self.over.set()
        self.join()


def serial_in(octets):
    answer = dns.message.from_wire(octets)
    return answer.answer[0][0].serial if answer.answer else 0


def value_of(server, slot):
    answer = server.ask(slot.name + ".example.com", "TXT", tcp=True).answer
    return int(answer[0][0].strings[0]) if answer else 0


def serial_of(server):
    answer = server.ask("example.com", "SOA").answer
    return answer[0][0].serial if answer else 0


class Campaign:
    def __init__(self, server):
        self.server, self.slots = server, [Slot(index) for index in range(SLOTS)]
        self.starts, self.work = [], []
        self.serial = 10
        self.acknowledged = self.refused = self.early = 0

    def kill(self):
        self.server.process.send_signal(signal.SIGKILL)
        self.server.stop(code=None)
        assert "notice: stopping" not in self.server.log(), self.server.log()

    def is_up(self):
        return self.server.process.poll() is not None or (self.server.answers() and serial_of(self.server))

    def start(self):
        """Until the zone is served; how long that took, and how much of it the processor."""
        began = time.monotonic()
        self.server.start(ready=False)
        self.server.wait(self.is_up)
        assert self.server.process.poll() is None, self.server.log()
        self.starts.append(time.monotonic() - began)
        self.work.append(self.server.cpu_s())

    def check(self):
        serial = serial_of(self.server)
        assert serial >= self.serial, "serial %d was seen, and now it is %d" % (self.serial, serial)
        self.serial = serial
        for slot in self.slots:
            value = value_of(self.server, slot)
            assert slot.acknowledged <= value <= slot.sent, \
                "%s: %d is there, %d was acknowledged" % (slot.name, value, slot.acknowledged)
            slot.acknowledged = value

    def round(self, during=lambda stream: None):
        """A stream, a kill at some instant of it, a start; now and then the start is killed, too."""
        stream = Stream(self.server, self.slots)
        try:
            time.sleep(random.random() * 0.4)
            during(stream)
            self.kill()
        finally:
            stream.end()
        self.acknowledged += stream.acknowledged
        self.refused += stream.refused
        self.serial = max(self.serial, stream.highest)
        while random.random() < 0.2:
            self.early += 1
            self.server.start(ready=False)
            time.sleep(random.random() * 0.1)
            self.kill()
        self.start()
        self.check()

    def takes_updates(self):
        slot = self.slots[0]
        answer = dns.query.udp(dns.message.from_wire(slot.message(0)), "127.0.0.1", port=self.server.port, timeout=5)
        if answer.rcode() == 0:
            slot.acknowledged = slot.sent
        return answer.rcode() == 0

    def report(self, capsys, what):
        with capsys.disabled():
            sys.stderr.write("\n%s: %d kills, %d of them at a start; %d updates acknowledged, %d refused; starts took %.2f s, "
                             "%.2f s at most, of the processor %.2f s at most\n"
                             % (what, len(self.starts) + self.early, self.early, self.acknowledged, self.refused,
                                statistics.median(self.starts), max(self.starts), max(self.work)))
        # What the server itself did; of the time that went by, which others share, in the campaign, and the median.
        limit = 5 if "asan" in os.environ.get("TANDEM_BUILD", "asan") else 1
        assert max(self.work) < limit
        assert KILLS < 100 or statistics.median(self.starts) < limit


@pytest.fixture
def make(tandem, tmp_path):
    (tmp_path / "example.com.zone").write_text(ZONE)

    def make(where=None, wrap=()):
        server = tandem(start=False, zones=[{"name": "example.com", "file": str(tmp_path / "example.com.zone"),
                                             "update": [{"address": "127.0.0.1"}], "history": {"size": "1MiB"}}])
        server.wrap = list(wrap)
        if where is not None:
            server.server["state"] = str(where)
            server.configure(zones=[dict(server.zones[0])])
        return server
    return make


def test_killed_under_a_stream_of_updates(make, capsys):
    server = make()
    campaign = Campaign(server)
    campaign.start()
    for _ in range(KILLS):
        campaign.round()
    campaign.report(capsys, "a good disk")
    assert campaign.acknowledged > KILLS


def test_killed_while_syncs_fail(make, capsys, tmp_path):
    flag = tmp_path / "syncs-fail"
    server = make(wrap=["/usr/bin/python3", os.path.dirname(os.path.abspath(__file__)) + "/failing_sync.py", str(flag)])
    campaign = Campaign(server)
    campaign.start()

    def fail(stream):
        flag.write_text("")
        time.sleep(random.random() * 0.6)
        server.wait(lambda: campaign.refused + stream.refused)  # the first time
        assert serial_of(server) >= campaign.serial  # answers go on
        if random.random() < 0.3:
            flag.unlink()
            time.sleep(random.random() * 1.5)

    for number in range(KILLS):
        campaign.round(fail)
        if flag.exists():
            flag.unlink()
        if number % 5 == 0:
            server.wait(campaign.takes_updates)
    campaign.report(capsys, "syncs fail")
    assert campaign.refused > 0 and campaign.acknowledged > KILLS


class SmallDisk:
    """A tmpfs in a mount namespace of its own, which a sleeping process keeps."""

    def __init__(self, mib):
        self.keeper = subprocess.Popen(
            ["unshare", "-rm", "sh", "-c", "mount -t tmpfs -o size=%dm none /mnt && echo ready && exec sleep 100000" % mib],
            stdout=subprocess.PIPE, text=True)
        self.is_there = self.keeper.stdout.readline() == "ready\n"
        self.wrap = ["nsenter", "--preserve-credentials", "-U", "-m", "-t", str(self.keeper.pid)]
        self.filler = "/proc/%d/root/mnt/filler" % self.keeper.pid

    def fill(self):
        with open(self.filler, "ab", buffering=0) as file:
            for size in (65536, 4096):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    pass

    def free(self):
        if os.path.exists(self.filler):
            os.unlink(self.filler)

    def end(self):
        self.keeper.kill()
        self.keeper.wait()
        self.keeper.stdout.close()


def test_killed_while_the_disk_is_full(make, capsys):
    disk = SmallDisk(12)
    try:
        if not disk.is_there:
            pytest.skip("no mount namespaces here")
        server = make(where="/mnt", wrap=disk.wrap)
        campaign = Campaign(server)
        campaign.start()

        def fill(stream):
            disk.fill()
            time.sleep(random.random() * 0.6)
            server.wait(lambda: campaign.refused + stream.refused)  # the first time
            assert serial_of(server) >= campaign.serial  # answers go on
            if random.random() < 0.3:
                disk.free()
                time.sleep(random.random() * 1.5)

        for number in range(KILLS):
            campaign.round(fill)  # and it starts while the disk is full
            disk.free()
            if number % 5 == 0:
                server.wait(campaign.takes_updates)
        campaign.report(capsys, "the disk is full")
        assert campaign.refused > 0 and campaign.acknowledged > KILLS
    finally:
        server.stop(code=None)
        disk.end()


def test_a_log_that_fills_the_disk_by_itself_makes_room_again(make):
    """No base can be written, so nothing can be forgotten; what is left of the disk is enough when one can."""
    disk = SmallDisk(12)
    try:
        if not disk.is_there:
            pytest.skip("no mount namespaces here")
        state = "/proc/%d/root/mnt/" % disk.keeper.pid
        in_the_way = state + "base"
        open(in_the_way, "wb").close()  # there should be a directory
        server = make(where="/mnt", wrap=disk.wrap)
        campaign = Campaign(server)
        campaign.start()
        stream = Stream(server, campaign.slots)
        try:
            server.wait(lambda: stream.refused)
        finally:
            stream.end()
        left = os.statvfs(state)
        assert left.f_bavail * left.f_bsize < 1 << 20
        campaign.kill()
        campaign.start()
        campaign.serial = max(campaign.serial, stream.highest)
        campaign.check()
        assert not campaign.takes_updates()
        os.unlink(in_the_way)
        server.wait(campaign.takes_updates)
        server.wait(lambda: os.statvfs(state).f_bavail * left.f_bsize > 4 << 20)
    finally:
        server.stop(code=None)
        disk.end()
