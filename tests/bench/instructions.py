#!/usr/bin/python3
"""User instructions for each question, counted by callgrind; they repeat to three digits.

    instructions.py           fail when a number is more than 3 % above the kept one
    instructions.py --keep    write tests/bench/instructions.json
    instructions.py --top 20  what they are spent on

Rows are ZONE:QUESTIONS, with :D asked with EDNS and DO. The daemon runs under valgrind, once for all rows of a zone; counting
starts when it has answered a first batch of such questions and ends before others are asked, so that loading is
not in it. The answer cache is off. Without valgrind nothing is measured, and that is said; nor are the signed zones
without dnssec-signzone, of this system or in build/peers.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

import rows
import servers
import zones

KEPT = servers.HERE + "/instructions.json"
ROWS = (("small", ("a", "nx")), ("tld100k", ("del", "nx")), ("tld100k-nsec", ("nx:D",)),
        ("tld100k-nsec3oo", ("del:D", "nx:D")))
FIRST, COUNTED = 4000, 40000
ALLOWED = 1.03
TRIES = 3


def ask(server, zone, kind, count):
    name, _, dnssec = kind.partition(":")
    result = server.load("%s/q-%s-%s.txt" % (servers.ZONES, zone, name), "-m", count, "-t", 100,
                         "-w", 64, *(["-D"] if dnssec else []))
    wrong = result["lost"] + result["bad"] + result["servfail"] + result["refused"]
    if wrong or result["answers"] != count:
        sys.exit("instructions: %s:%s: answers are missing or wrong: %s" % (zone, kind, result))


def control(server, what):
    subprocess.run(["callgrind_control", what, str(server.process.pid)], stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=True, timeout=60)


def top(path, count):
    """What the counted questions spent it on."""
    listing = subprocess.run(["callgrind_annotate", "--threshold=100", "--auto=no", path],
                             stdout=subprocess.PIPE, text=True).stdout
    rows = re.findall(r"^\s*([\d,]+) \([^)]*\)\s+\S*?:(\S+)", listing, re.M)
    for spent, function in rows[:count]:
        print("    %8.1f %s" % (int(spent.replace(",", "")) / COUNTED, function))


def count(server, zone, kind, out):
    """Instructions for each question of one row, after a first batch of them."""
    ask(server, zone, kind, FIRST)
    control(server, "-z")
    ask(server, zone, kind, COUNTED)
    control(server, "-d")
    path = max(glob.glob(out + ".*"), key=lambda name: int(name.rpartition(".")[2]))
    with open(path, encoding="utf-8", errors="replace") as file:
        total = int(re.search(r"^totals: (\d+)", file.read(), re.M).group(1))
    if "--top" in sys.argv:
        top(path, int(sys.argv[sys.argv.index("--top") + 1]))
    return round(total / COUNTED)


def measure(zone, kinds, port):
    """What each of these questions takes in one life of the daemon."""
    out = "%s/callgrind-%d" % (servers.LAB, port)
    for path in glob.glob(out + "*"):
        os.unlink(path)
    wrap = ["valgrind", "-q", "--tool=callgrind", "--callgrind-out-file=" + out]
    server = servers.Server("tandem", port, servers.zones_of(zone), wrap=wrap)
    try:
        server.wait(server.zones[0][0], 240)
        return {kind: count(server, zone, kind, out) for kind in kinds}
    finally:
        server.stop(60)


def least(zone, kinds, port, kept):
    """The same; the seed of the hash is another one in every life, so what has grown is counted again."""
    found = {}
    for attempt in range(TRIES):
        for kind, number in measure(zone, kinds, port + attempt).items():
            found[kind] = min(number, found.get(kind, number))
        kinds = [kind for kind in kinds if found[kind] > kept.get(zone + ":" + kind, found[kind]) * ALLOWED]
        if not kinds:
            break
    return found, kinds


def main():
    if shutil.which("valgrind") is None:
        print("instructions: valgrind is not installed, so nothing was counted")
        return 0
    servers.tools()
    zones.made(servers.ZONES, "small")
    zones.made(servers.ZONES, "tld", 100000)
    kept = {}
    if os.path.exists(KEPT):
        with open(KEPT, encoding="ascii") as file:
            kept = json.load(file)
    counted, failed = {}, 0
    for at, (zone, kinds) in enumerate(ROWS):
        if "-" in zone and not zones.signed(servers.ZONES, *zone.split("-")):
            print("%-24s not counted: there is no dnssec-signzone" % zone)
            continue
        found, grown = least(zone, kinds, 5380 + at * TRIES, kept)
        failed += len(grown)
        for kind in kinds:
            row = zone + ":" + kind
            counted[row] = found[kind]
            rows.put("instructions " + row, found[kind])
            print("%-24s %6d instructions a question, kept %s%s"
                  % (row, found[kind], kept.get(row, "nothing"), "  GROWN" if kind in grown else ""), flush=True)
    if "--keep" in sys.argv:
        with open(KEPT, "w", encoding="ascii") as file:
            json.dump(counted, file, indent=4)
            file.write("\n")
        return 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
