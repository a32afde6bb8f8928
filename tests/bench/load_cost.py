#!/usr/bin/python3
"""What loading costs, in CPU and in memory, beside NSD and Knot; for the table of rows.py.

    eval "$(tools/peers)"; load_cost.py [--again] [ROUNDS]

Load is the CPU of the whole server from its start until it answers for every zone (of many, for a hundred of
them), memory what it holds two seconds later (PSS); servers start one after the other, round after round, and ratios are medians over the rounds.
The million-record zone also with its lines in random order, reloaded with one changed line, and
started again with nothing changed, which is alone with --again; then 100,000 small zones.
"""
import glob
import json
import os
import random
import shutil
import statistics
import sys
import threading
import time

import rows
import servers
import zones

PORT = 5361
LARGE = servers.ZONES + "/tld1000k.zone"


def begin(kind, held, **options):
    server = servers.Server(kind, PORT, held, **options)
    for at in random.Random(15).sample(range(len(held)), min(len(held), 100)):
        server.wait(held[at][0], 200)
    return server


def cost(kind, held):
    """CPU seconds to the first answer, and MiB."""
    server = begin(kind, held)
    cpu = server.cpu_all()
    time.sleep(2)
    memory = server.memory()
    server.stop()
    return cpu, memory


def loads(name, held, kinds, count):
    """{kind: [cost]}, in interleaved rounds."""
    found = {}
    for _ in range(count):
        for kind in filter(servers.binary, kinds):
            found.setdefault(kind, []).append(cost(kind, held))
    for kind, costs in found.items():
        cpu, memory = (statistics.median(values) for values in zip(*costs))
        print("%-12s load %-7s %8.2f s  %8.1f MiB" % (name, kind, cpu, memory), flush=True)
    return found


def over(found, other):
    """The median over the rounds of the CPU of tandem to that of another."""
    return statistics.median(mine[0] / theirs[0] for mine, theirs in zip(found, other))


def shuffled():
    """The million, its lines in random order but for the first five, which hold $ORIGIN, $TTL and SOA."""
    path = servers.ZONES + "/tld1000k-shuffled.zone"
    if not os.path.exists(path):
        with open(LARGE, encoding="ascii") as file:
            lines = file.readlines()
        rest = lines[5:]
        random.Random(14).shuffle(rest)
        with open(path, "w", encoding="ascii") as file:
            file.writelines(lines[:5] + rest)
    return path


def serial(server):
    return json.loads(server.control("zone", "status", "tld.", "--json"))["serial"]


def reload(path):
    """The most memory while a changed file is loaded, over that at rest."""
    shutil.copyfile(LARGE, path)
    server = begin("tandem", [("tld.", path)])
    before = serial(server)
    time.sleep(1)
    rest = most = server.memory()
    with open(path, encoding="ascii") as file:
        text = file.read()
    with open(path, "w", encoding="ascii") as file:
        file.write(text.replace("a.nic A 192.0.2.1\n", "a.nic A 192.0.2.99\n", 1))
    asking = threading.Thread(target=server.control, args=("reload",))
    asking.start()
    end = time.monotonic() + 60
    while serial(server) == before and time.monotonic() < end:
        most = max(most, server.memory())
        time.sleep(0.01)
    asking.join()
    server.stop()
    os.unlink(path)
    return most / rest


def forget(paths):
    """Have nothing of these files in memory."""
    for path in paths:
        with open(path, "rb") as file:
            os.fdatasync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def started_again(held, count):
    """Seconds from a start with nothing changed until it answers: from the page cache, and from the disk."""
    server = begin("tandem", held)
    pattern = server.folder + "/state/image/*/*.image"
    end = time.monotonic() + 120
    while not glob.glob(pattern) and time.monotonic() < end:
        time.sleep(0.1)
    server.stop()
    files = glob.glob(pattern) + [servers.binary("tandem"), held[0][1]]
    took = {"warm": [], "cold": []}
    for _ in range(max(count, 5)):
        for state, seconds in took.items():
            if state == "cold":
                forget(files)
            begun = time.monotonic()
            server = begin("tandem", held, keep=True, cpus="0-%d" % (os.cpu_count() - 1))
            seconds.append(time.monotonic() - begun)
            server.stop()
    print("started again, all cores: %s" % ", ".join(
        "%s %.3f s (%.3f to %.3f)" % (state, statistics.median(seconds), min(seconds), max(seconds))
        for state, seconds in took.items()), flush=True)
    return statistics.median(took["warm"])


def main():
    numbers = [word for word in sys.argv[1:] if word != "--again"]
    count = int(numbers[0]) if numbers else 1
    servers.tools()
    zones.made(servers.ZONES, "tld", 1000000)
    if "--again" in sys.argv:
        started_again([("tld.", LARGE)], count)
        return 0
    zones.made(servers.ZONES, "hosting", 100000)
    note = "%d rounds" % count
    million = loads("tld1000k", [("tld.", LARGE)], ("tandem", "nsd", "knot"), count)
    mixed = loads("shuffled", [("tld.", shuffled())], ("tandem",), count)
    many = loads("hosting100k", servers.zones_of("hosting100k"), ("tandem", "nsd"), count)
    rows.put("memory tld1000k", statistics.median(memory for _, memory in million["tandem"]))
    rows.put("memory hosting100k", statistics.median(memory for _, memory in many["tandem"]))
    if "nsd" in million:
        rows.put("load tld1000k", over(million["tandem"], million["nsd"]), note)
        rows.put("load shuffled", over(mixed["tandem"], million["nsd"]), note)
        rows.put("load hosting100k", over(many["tandem"], many["nsd"]), note)
    rows.put("memory reload", reload(servers.LAB + "/reload.zone"))
    rows.put("start tld1000k", started_again([("tld.", LARGE)], count), note)
    return 0


if __name__ == "__main__":
    sys.exit(main())
