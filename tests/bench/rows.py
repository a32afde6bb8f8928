#!/usr/bin/python3
"""The table of the benchmarks: each row once, what is asked of it, what was measured.

    rows.py            print the table from what the last runs kept in results.json

Scripts put their figures here under the key of a row; a row without a figure says so.
"""
import json
import os
import sys

import servers

KEPT = servers.LAB + "/results.json"

# key, what it is, unit, asked at most
ROWS = (
    ("instructions small:a", "instructions, small zone, A", "", 900),
    ("instructions small:nx", "instructions, small zone, no such name", "", 800),
    ("instructions tld100k:del", "instructions, below one of 100,000 delegations", "", 900),
    ("instructions tld100k:nx", "instructions, no such name beside them", "", 800),
    ("instructions tld100k-nsec:nx:D", "instructions, signed (NSEC), DO, no such name", "", 1800),
    ("instructions tld100k-nsec3oo:del:D", "instructions, NSEC3 opt-out, DO, delegation", "", 1800),
    ("instructions tld100k-nsec3oo:nx:D", "instructions, NSEC3 opt-out, DO, no such name", "", 5000),
    ("cpu small:a", "CPU an answer, small zone, A", "x echo", 1.12),
    ("cpu tld1000k:del", "CPU an answer, a million delegations", "x echo", 1.20),
    ("cpu tld1000k:del:D", "the same, EDNS and DO asked", "x echo", 1.25),
    ("cpu hosting10k:a", "CPU an answer, 10,000 zones", "x echo", 1.20),
    ("user tld1000k:del", "user CPU an answer, a million delegations", "x NSD", 0.12),
    ("tcp small:a", "CPU an answer, TCP, 50 connections, 8 in flight", "x Knot", 0.80),
    ("load tld1000k", "CPU from start to serving, a million delegations", "x NSD", 0.16),
    ("load shuffled", "the same, lines in random order", "x NSD", 0.40),
    ("memory tld1000k", "memory of a million delegations (PSS)", "MiB", 350),
    ("memory reload", "the most of it during a reload, over rest", "x", 2.2),
    ("load hosting100k", "CPU from start to serving, 100,000 zones", "x NSD", 0.20),
    ("memory hosting100k", "memory of 100,000 zones (PSS)", "MiB", 200),
    ("start tld1000k", "start with nothing changed, until it answers", "s", 0.1),
    ("cached small:a", "answer cache on: CPU an answer, small zone, A", "x echo", None),
    ("hits small:a", "its hit rate", "", None),
    ("cached tld1000k:del", "answer cache on: a million delegations", "x echo", None),
    ("hits tld1000k:del", "its hit rate", "", None),
    ("latency shared", "p99.9 beside a load of a million, one core", "ms", 10),
    ("latency free", "p99.9 beside it, both cores, over idle", "x", 1.3),
)
KEYS = [row[0] for row in ROWS]


def kept():
    if not os.path.exists(KEPT):
        return {}
    with open(KEPT, encoding="ascii") as file:
        return json.load(file)


def put(key, value, note=""):
    """Keep a figure for the table; a note says how sure it is."""
    if key not in KEYS:
        raise KeyError(key)
    os.makedirs(servers.LAB, exist_ok=True)
    found = kept()
    found[key] = [value, note]
    with open(KEPT + ".new", "w", encoding="ascii") as file:
        json.dump(found, file, indent=1)
    os.replace(KEPT + ".new", KEPT)


def number(value):
    return "%d" % value if value >= 100 else "%.2f" % value


def main():
    found = kept()
    print("%-52s %10s %10s  %-6s %s" % ("", "asked", "measured", "", ""))
    for key, what, unit, asked in ROWS:
        value, note = found.get(key, (None, "not measured in this run"))
        verdict = "" if asked is None or value is None else "met" if value <= asked else "NOT"
        print("%-52s %10s %10s  %-6s %-3s %s"
              % (what, "-" if asked is None else number(asked),
                 "-" if value is None else number(value), unit, verdict, note))
    return 0


if __name__ == "__main__":
    sys.exit(main())
