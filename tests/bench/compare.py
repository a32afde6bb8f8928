#!/usr/bin/python3
"""tandem beside other servers: one table of ratios.

    eval "$(tools/peers)"; compare.py [ROUNDS] [ZONE...]

For each zone all servers run at once, one worker each on one core, and are asked in turn, round
after round, one second each; echo is asked in each round too, with answers as long as tandem's. CPU
for an answer is told as the median over the rounds of the ratio to echo in the same round. Load is
the CPU from start to the first answer, memory what is held then; both are also told as a ratio to
NSD's. Columns of servers that are not there are left out. The answer cache is off.
"""
import statistics
import sys
import time

import servers
import zones

ZONES = {"small": (("small", 0), ("a", "nx")), "tld100k": (("tld", 100000), ("del", "nx")),
         "tld1000k": (("tld", 1000000), ("del", "nx")), "hosting10k": (("hosting", 10000), ("a",))}
WINDOW = 8  # on each of 16 sockets: more is lost where a server asks for no larger buffers
PEERS = {"tandem": 5351, "nsd": 5352, "knot": 5353, "bind": 5354, "gdnsd": 5355}


def start(zone):
    """The servers that hold this zone, and what loading cost them."""
    running, loads = [], {}
    for kind, port in PEERS.items():
        if not servers.binary(kind) or kind == "gdnsd" and zone.startswith("tld"):
            continue  # gdnsd knows no DS
        try:
            held = servers.zones_of(zone)
            server = servers.Server(kind, port, held).wait(held[-1][0], 200)
        except (RuntimeError, OSError) as err:
            print("# %s: %s" % (kind, err), flush=True)
            servers.stop_all() if kind == "tandem" else servers.RUNNING[-1].stop(2)
            if kind == "tandem":
                raise
            continue
        cpu = server.cpu_all()
        time.sleep(0.5)
        loads[kind] = (cpu, server.memory())
        running.append(server)
    return running, loads


def rounds(running, path, count):
    """{kind: [(CPU us, answers a second, CPU over echo)]}"""
    size = round(running[0].load(path, "-t", 0.3)["octets"])
    echo = servers.Server("echo", 5350, [], size=size).wait(".", 10)
    rows = {}
    for turn in range(count):
        result = echo.load(path, "-t", 1, "-w", WINDOW, "-s", turn * 997)
        limit = result["cpu_us"]
        rows.setdefault("echo", []).append((limit, result["answers"] / result["seconds"], 1))
        for server in running:
            result = server.load(path, "-t", 1, "-w", WINDOW, "-s", turn * 997)
            wrong = result["bad"] + result["servfail"] + result["refused"]
            if wrong > result["answers"] / 1000 or result["answers"] == 0:
                print("# %s answers wrong: %s" % (server.kind, result))
            rows.setdefault(server.kind, []).append(
                (result["cpu_us"], result["answers"] / result["seconds"],
                 result["cpu_us"] / limit))
    echo.stop()
    return rows


def table(zone, kind, rows):
    for name, values in rows.items():
        cpu, speed, ratio = map(statistics.median, zip(*values))
        spread = [value[2] for value in values]
        print("%-11s %-4s %-7s %8.2f us  %5.2f x echo (%.2f-%.2f)  %8.0f/s"
              % (zone, kind, name, cpu, ratio, min(spread), max(spread), speed), flush=True)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    servers.tools()
    for zone in sys.argv[2:] or ("small", "tld1000k", "hosting10k"):
        made, kinds = ZONES[zone]
        zones.made(servers.ZONES, *made)
        running, loads = start(zone)
        for name, (cpu, memory) in loads.items():
            other = loads.get("nsd", (cpu, memory))
            if other[0] < 0.2:
                continue  # counted in hundredths of a second
            print("%-11s load %-7s %8.2f s   %5.2f x NSD   %8.1f MiB  %5.2f x NSD"
                  % (zone, name, cpu, cpu / max(other[0], 0.01), memory,
                     memory / max(other[1], 0.01)), flush=True)
        for kind in kinds:
            table(zone, kind, rounds(running, "%s/q-%s-%s.txt" % (servers.ZONES, zone, kind),
                                     count))
        servers.stop_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
