#!/usr/bin/python3
"""tandem beside other servers: ratios, for the table of rows.py.

    eval "$(tools/peers)"; compare.py [ROUNDS] [ZONE...]

For each zone all servers run at once, one worker each on one core, and are asked in turn, round
after round, one second each; echo is asked in each round too, with answers as long as tandem's. CPU
for an answer is told as the median over the rounds of the ratio to echo in the same round. A
round in which other processes took more than FOREIGN of a core is made again, up to three times as
many rounds as wanted; then noisy ones are taken, and the table says so. Servers that are not there are
left out. The answer cache is off, but for the one called "cached".
"""
import json
import os
import statistics
import sys

import rows
import servers
import zones

# zone: how it is made, what is asked (:D with EDNS and DO, :tcp over TCP), of which servers
ZONES = {"small": (("small", 0), ("a", "nx", "a:tcp"),
                   ("tandem", "cached", "nsd", "knot", "bind", "gdnsd")),
         "tld1000k": (("tld", 1000000), ("del", "del:D", "nx"),  # gdnsd knows no DS
                      ("tandem", "cached", "nsd", "knot", "bind")),
         "hosting10k": (("hosting", 10000), ("a",), ("tandem", "nsd", "knot", "bind", "gdnsd"))}
UDP = ("-w", 8)  # on each of 16 sockets: more is lost where a server asks for no larger buffers
TCP = ("-n", 50, "-w", 8)
FOREIGN = float(os.environ.get("FOREIGN", "0.05"))


def start(zone, kinds):
    held = servers.zones_of(zone)
    running = []
    for at, kind in enumerate(kinds):
        if not servers.binary(kind):
            continue
        try:
            running.append(servers.Server(kind, 5351 + at, held).wait(held[-1][0], 200))
        except (RuntimeError, OSError) as err:
            print("# %s: %s" % (kind, err), flush=True)
            if kind == "tandem":
                raise
            servers.RUNNING[-1].stop(2)
    return running


def measured(server, path, options, tool):
    """One second of questions, and how many cores others had meanwhile."""
    before, own = servers.busy(), server.cpu()
    result = server.load(path, *options, tool=tool)
    own = server.cpu() - own + result["tool_cpu"]
    result["foreign"] = max(0.0, servers.busy() - before - own) / result["seconds"]
    wrong = result["bad"] + result["servfail"] + result["refused"]
    if wrong > result["answers"] / 1000 or result["answers"] == 0:
        print("# answers wrong: %s %s" % (server.kind, result))
    return result


def one_round(running, path, options, tool):
    results = {server.kind: measured(server, path, options, tool) for server in running}
    for result in results.values():
        result["over"] = result["cpu_us"] / results.get("echo", result)["cpu_us"]
        result["speed"] = result["answers"] / result["seconds"]
    return results


def rounds(running, path, kind, count):
    """The rounds that are taken, each {kind of server: result}, and how many of them were quiet."""
    words = kind.split(":")[1:]
    options = list(TCP if "tcp" in words else UDP) + (["-D"] if "D" in words else [])
    tool = "tcp_load" if "tcp" in words else "udp_load"
    echo = []
    if tool == "udp_load":
        size = round(running[0].load(path, "-t", 0.3, *options)["octets"])
        echo = [servers.Server("echo", 5350, [], size=size).wait(".", 10)]
    quiet, noisy = [], []
    while len(quiet) < count and len(quiet) + len(noisy) < 3 * count:
        turn = options + ["-t", 1, "-s", 997 * (len(quiet) + len(noisy))]
        results = one_round(echo + running, path, turn, tool)
        foreign = max(result["foreign"] for result in results.values())
        (quiet if foreign <= FOREIGN else noisy).append((foreign, results))
    for server in echo:
        server.stop()
    noisy.sort(key=lambda pair: pair[0])
    taken = quiet + noisy[:count - len(quiet)]
    return [results for _, results in taken], len(quiet)


def middle(found, kind, what):
    return statistics.median(results[kind][what] for results in found)


def user(found, kind):
    """Microseconds of user CPU an answer, over all rounds: it is counted in hundredths of a second."""
    return sum(results[kind]["user"] for results in found) * 1e6 / sum(
        results[kind]["answers"] for results in found)


def report(zone, kind, found):
    for name in found[0]:
        spread = [results[name]["over"] for results in found]
        print("%-10s %-5s %-6s %8.2f us  %5.2f x echo (%.2f-%.2f)  user %5.2f us  %8.0f/s"
              % (zone, kind, name, middle(found, name, "cpu_us"), middle(found, name, "over"),
                 min(spread), max(spread), user(found, name), middle(found, name, "speed")),
              flush=True)


def keep(row, found, note):
    """What of this stands in the table."""
    if row == "small:a:tcp":
        if "knot" in found[0]:
            rows.put("tcp small:a", statistics.median(
                results["tandem"]["cpu_us"] / results["knot"]["cpu_us"] for results in found), note)
        return
    if "cpu " + row in rows.KEYS:
        rows.put("cpu " + row, middle(found, "tandem", "over"), note)
    if "user " + row in rows.KEYS and "nsd" in found[0]:
        rows.put("user " + row, user(found, "tandem") / user(found, "nsd"), note)
    if "cached " + row in rows.KEYS:
        rows.put("cached " + row, middle(found, "cached", "over"), note)


def keep_hits(running, row, before):
    """The share of answers that the answer cache gave since then."""
    for server in running:
        if server.kind == "cached" and "hits " + row in rows.KEYS:
            hit, miss = (now - then for now, then in zip(counts(server), before))
            rows.put("hits " + row, hit / max(1, hit + miss))


def counts(server):
    found = {row["labels"].get("result"): row["value"] for row in json.loads(server.control("stats", "--json"))["counters"]
             if row["name"] == "tandem_answer_cache_total"}
    return [found["hit"], found["miss"]]


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    servers.tools()
    for zone in sys.argv[2:] or ZONES:
        made, kinds, peers = ZONES[zone]
        zones.made(servers.ZONES, *made)
        running = start(zone, peers)
        for kind in kinds:
            path = "%s/q-%s-%s.txt" % (servers.ZONES, zone, kind.split(":")[0])
            before = [counts(server) for server in running if server.kind == "cached"]
            found, quiet = rounds(running, path, kind, count)
            report(zone, kind, found)
            keep(zone + ":" + kind, found, "%d of %d rounds quiet" % (quiet, len(found)))
            keep_hits(running, zone + ":" + kind, before[0] if before else [0, 0])
        servers.stop_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
