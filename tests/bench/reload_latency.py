#!/usr/bin/python3
"""Does a small zone go on answering while a million-record one loads beside it?

    reload_latency.py [RATE]

First the whole daemon is pinned to one core, the load tool to the other. RATE questions a second (2,000)
are asked of the small zone, and the time of an answer counts from when its question was due: first
with nothing else going on, then while the daemon reads the large zone, again and again. The
99.9th percentile must be below 10 ms, and nothing may be lost. The echo is asked at the same rate
before: when it is late as well, others use the machine and nothing can be told (exit code 77).

Then the worker is pinned to one core, and its loaders may use the other (where the load tool is, too).
Asked at half of the rate that it can answer, its 99.9th percentile beside a reload is told over that without:
the median of PAIRS.
"""
import json
import os
import signal
import statistics
import subprocess
import sys
import time

import rows
import servers
import zones

LIMIT_US = 10000
SECONDS = 10
PAIRS = 5


def watch(server, name, path, rate):
    result = server.load(path, "-r", rate, "-t", SECONDS, "-w", 512)
    print("%-11s %7d answers, lost %d, p50 %.2f ms, p99 %.2f, p99.9 %.2f, most %.2f"
          % (name, result["answers"], result["lost"], result["p50"] / 1e3, result["p99"] / 1e3,
             result["p999"] / 1e3, result["max"] / 1e3), flush=True)
    return result


def state(server):
    """What the daemon says of the large zone."""
    done = subprocess.run([os.path.join(os.path.dirname(servers.binary("tandem")), "tandem"),
                           "zone", "status", "tld.", "--json", "--socket",
                           server.folder + "/control.sock"], stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout or "{}")


def pin_workers(server):
    """Workers to one core; loaders may use all."""
    for task in os.listdir("/proc/%d/task" % server.process.pid):
        with open("/proc/%d/task/%s/comm" % (server.process.pid, task), encoding="ascii") as file:
            is_worker = file.read().startswith("worker")
        os.sched_setaffinity(int(task), {int(servers.SERVER_CPU)} if is_worker else range(os.cpu_count()))


def both_cores(held, large):
    """p99.9 beside reloads over that without, at half of the most that is answered."""
    questions = servers.ZONES + "/q-small-a.txt"
    server = servers.Server("tandem", 5372, held + [("tld.", large)]).wait("tld.", 120)
    pin_workers(server)
    most = server.load(questions, "-t", 2, "-w", 8)
    rate = int(most["answers"] / most["seconds"] / 2)
    found = []
    for _ in range(PAIRS):
        idle = server.load(questions, "-r", rate, "-t", 2, "-w", 512)
        os.utime(servers.ZONES + "/tld1000k.zone")
        os.kill(server.process.pid, signal.SIGHUP)
        beside = server.load(questions, "-r", rate, "-t", 2, "-w", 512)
        found.append(beside["p999"] / idle["p999"])
        print("both cores  %d a second: p99.9 idle %.3f ms, beside a reload %.3f (%.2f); lost %d"
              % (rate, idle["p999"] / 1e3, beside["p999"] / 1e3, found[-1], beside["lost"]), flush=True)
        time.sleep(1)
    server.stop()
    rows.put("latency free", statistics.median(found), "median of %d" % PAIRS)


def main():
    rate = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    servers.tools()
    zones.made(servers.ZONES, "small")
    zones.made(servers.ZONES, "tld", 1000000)
    large = servers.LAB + "/reload.zone"
    if os.path.lexists(large):
        os.unlink(large)
    os.symlink(servers.ZONES + "/tld1000k.zone", large)
    small = servers.zones_of("small")
    echo = servers.Server("echo", 5371, [], size=100).wait(".", 10)
    floor = watch(echo, "echo", servers.ZONES + "/q-small-a.txt", rate)["p999"]
    echo.stop()
    questions = servers.ZONES + "/q-small-a.txt"
    server = servers.Server("tandem", 5370, small + [("tld.", large)])
    try:
        server.wait(small[0][0], 60)
        worst = [watch(server, "first load", questions, rate)]
        server.wait("tld.", 120)
        time.sleep(1)
        floor = max(floor, watch(server, "idle", questions, rate)["p999"])
        before = server.cpu()
        os.utime(servers.ZONES + "/tld1000k.zone")
        os.kill(server.process.pid, signal.SIGHUP)
        worst.append(watch(server, "reload", questions, rate))
        loaded = server.cpu() - before
        print("CPU of the daemon meanwhile: %.2f s; %s" % (loaded, state(server)))
    finally:
        server.stop()
    rows.put("latency shared", max(result["p999"] for result in worst) / 1e3)
    both_cores(small, large)
    for result in worst:
        if result["p999"] > LIMIT_US and floor > LIMIT_US / 2:
            print("reload_latency: the machine is too busy: p99.9 is %.1f ms with nothing to load"
                  % (floor / 1e3))
            return 77
        if result["p999"] > LIMIT_US or result["lost"] or result["answers"] != result["noerror"]:
            print("reload_latency: FAILED: p99.9 is to be below %d ms, and nothing lost"
                  % (LIMIT_US // 1000))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
