#!/usr/bin/python3
"""User instructions for each question, counted by callgrind; they repeat to three digits.

    instructions.py           fail when a number is more than 3 % above the kept one
    instructions.py --keep    write tests/bench/instructions.json
    instructions.py --top 20  what they are spent on

The daemon runs twice under valgrind, with few and with many questions; the difference is what
questions cost, and start and end are not in it. The answer cache is off. Without valgrind nothing
is measured, and that is said.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

import servers
import zones

KEPT = servers.HERE + "/instructions.json"
ROWS = (("small", "a"), ("small", "nx"), ("tld100k", "del"), ("tld100k", "nx"))
FEW, MANY = 2000, 12000
ALLOWED = 1.03


def collect(zone, kind, port, many):
    """(instructions, answers, {function: instructions}) of one life of the daemon."""
    out = "%s/callgrind-%d" % (servers.LAB, port)
    for path in glob.glob(out + ".*"):
        os.unlink(path)
    wrap = ["valgrind", "-q", "--tool=callgrind", "--callgrind-out-file=" + out + ".%p"]
    server = servers.Server("tandem", port, servers.zones_of(zone), wrap=wrap)
    try:
        server.wait(server.zones[0][0], 240)
        result = server.load("%s/q-%s-%s.txt" % (servers.ZONES, zone, kind), "-m", many, "-t", 100)
    finally:
        server.stop(60)
    wrong = result["lost"] + result["bad"] + result["servfail"] + result["refused"]
    if wrong or result["answers"] != many:
        sys.exit("instructions: %s:%s: answers are missing or wrong: %s" % (zone, kind, result))
    total, functions = 0, {}
    for path in glob.glob(out + ".*"):
        with open(path, encoding="utf-8", errors="replace") as file:
            total += sum(int(n) for n in re.findall(r"^totals: (\d+)", file.read(), re.M))
        if "--top" in sys.argv:
            listing = subprocess.run(["callgrind_annotate", "--threshold=100", "--auto=no", path],
                                     stdout=subprocess.PIPE, text=True).stdout
            for count, name in re.findall(r"^\s*([\d,]+) \([^)]*\)\s+\S*?:(\S+)", listing, re.M):
                functions[name] = functions.get(name, 0) + int(count.replace(",", ""))
    return total, result["answers"], functions


def measure(zone, kind, port):
    before, few, functions_before = collect(zone, kind, port, FEW)
    after, many, functions = collect(zone, kind, port, MANY)
    if "--top" in sys.argv:
        spent = sorted(((n - functions_before.get(f, 0)) / (many - few), f)
                       for f, n in functions.items())[::-1]
        for count, name in spent[:int(sys.argv[sys.argv.index("--top") + 1])]:
            print("    %8.1f %s" % (count, name))
    return round((after - before) / (many - few))


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
    found, failed = {}, 0
    for at, (zone, kind) in enumerate(ROWS):
        row = zone + ":" + kind
        found[row] = measure(zone, kind, 5380 + at)
        grown = row in kept and found[row] > kept[row] * ALLOWED
        failed += grown
        print("%-12s %6d instructions a question, kept %s%s"
              % (row, found[row], kept.get(row, "nothing"), "  GROWN" if grown else ""), flush=True)
    if "--keep" in sys.argv:
        with open(KEPT, "w", encoding="ascii") as file:
            json.dump(found, file, indent=4)
            file.write("\n")
        return 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
