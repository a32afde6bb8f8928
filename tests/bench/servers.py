"""Start name servers to measure, one worker each, pinned to a core; ask them; end them.

Peers come from build/peers: eval "$(tools/peers)" says where (BIN_NSD and so on).
"""
import atexit
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LAB = os.environ.get("LAB", os.path.join(ROOT, "build", "bench"))
ZONES = LAB + "/zones"
SERVER_CPU = os.environ.get("SERVER_CPU", "0")
LOAD_CPU = os.environ.get("LOAD_CPU", "1")
TOOLS = os.environ.get("BENCH_TOOLS", ROOT + "/build/release/tests/bench")
RUNNING = []


def binary(kind):
    if kind == "echo":
        return TOOLS + "/udp_echo"
    if kind in ("tandem", "cached"):
        return os.environ.get("BIN_TANDEM", ROOT + "/build/release/tandemd")
    return os.environ.get("BIN_" + kind.upper(), "")


def tools():
    """Build the load tools, in the release build, unless BENCH_TOOLS names some."""
    if "BENCH_TOOLS" in os.environ:
        return
    subprocess.run(["/usr/bin/ninja", "-C", ROOT + "/build/release", "-j2", "--quiet",
                    "tests/bench/udp_load", "tests/bench/tcp_load", "tests/bench/udp_echo",
                    "tests/bench/zone_cost"],
                   check=True, stdout=subprocess.DEVNULL)


def zones_of(name):
    if name.startswith("hosting"):
        with open("%s/%s/zones.list" % (ZONES, name), encoding="ascii") as file:
            return [tuple(line.split()) for line in file]
    return [("example.test." if name == "small" else "tld.", "%s/%s.zone" % (ZONES, name))]


def config_tandem(server):
    config = {"server": {"listen": ["127.0.0.1:%d" % server.port], "workers": 1,
                         "state": server.folder + "/state",
                         "control": server.folder + "/control.sock",
                         "answer-cache": "on" if server.kind == "cached" else "off"},
              "zones": [{"name": name, "file": path} for name, path in server.zones]}
    os.makedirs(server.folder + "/state", exist_ok=True)
    server.write("tandem.yaml", json.dumps(config))
    return ["-c", server.folder + "/tandem.yaml"]


def config_nsd(server):
    text = ("server:\n server-count: 1\n ip-address: 127.0.0.1@{port}\n do-ip6: no\n"
            ' username: ""\n chroot: ""\n zonesdir: "/"\n database: ""\n pidfile: "{folder}/pid"\n'
            ' xfrdfile: "{folder}/xfrd"\n xfrdir: "{folder}"\n zonelistfile: "{folder}/list"\n'
            ' logfile: "{folder}/log"\n minimal-responses: yes\n rrl-ratelimit: 0\nremote-control:\n'
            " control-enable: no\n")
    text = text.format(port=server.port, folder=server.folder)
    text += "".join('zone:\n name: "%s"\n zonefile: "%s"\n' % zone for zone in server.zones)
    server.write("nsd.conf", text)
    return ["-d", "-c", server.folder + "/nsd.conf"]


def config_knot(server):
    text = ("server:\n    listen: 127.0.0.1@{port}\n    udp-workers: 1\n    tcp-workers: 1\n"
            "    background-workers: 1\n    rundir: {folder}\nlog:\n  - target: {folder}/log\n"
            "    any: warning\ndatabase:\n    storage: {folder}/db\ntemplate:\n  - id: default\n"
            "    zonefile-sync: -1\n    journal-content: none\nzone:\n")
    text = text.format(port=server.port, folder=server.folder)
    text += "".join('  - domain: "%s"\n    file: "%s"\n' % zone for zone in server.zones)
    os.makedirs(server.folder + "/db", exist_ok=True)
    server.write("knot.conf", text)
    return ["-c", server.folder + "/knot.conf"]


def config_bind(server):
    text = ('options {{ directory "{folder}"; listen-on port {port} {{ 127.0.0.1; }};\n'
            " listen-on-v6 {{ none; }}; recursion no; minimal-responses yes; notify no;\n"
            ' pid-file "{folder}/pid"; session-keyfile "{folder}/key"; dnssec-validation no; }};\n'
            "controls {{ }};\n")
    text = text.format(port=server.port, folder=server.folder)
    text += "".join('zone "%s" { type primary; file "%s"; };\n' % zone for zone in server.zones)
    server.write("named.conf", text)
    return ["-f", "-n", "1", "-c", server.folder + "/named.conf"]


def config_gdnsd(server):
    os.makedirs(server.folder + "/zones", exist_ok=True)
    for name, path in server.zones:
        os.symlink(path, "%s/zones/%s" % (server.folder, name.rstrip(".")))
    server.write("config", "options => { listen => 127.0.0.1:%d, udp_threads => 1, tcp_threads => 1,"
                 " run_dir => %s/run, state_dir => %s/state }\n"
                 % (server.port, server.folder, server.folder))
    return ["-c", server.folder, "start"]


CONFIG = {"tandem": config_tandem, "cached": config_tandem, "nsd": config_nsd, "knot": config_knot, "bind": config_bind,
          "gdnsd": config_gdnsd,
          "echo": lambda server: [str(server.port), str(server.options.get("size", 0))]}


def question(name, kind=6):
    wire = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label)
    return struct.pack(">HHHHHH", os.getpid() & 0xffff, 0, 1, 0, 0, 0) + wire + struct.pack(
        ">BHH", 0, kind, 1)


def children(root):
    parents = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % entry, encoding="ascii", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(entry))
    found = [root]
    for pid in found:
        found += parents.get(pid, [])
    return found


def busy():
    """Seconds of CPU that all processes together have used, in hundredths."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _, _, irq, softirq = map(int, file.readline().split()[1:8])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def ahead():
    """In the child: before what else runs on this machine, as far as that is allowed."""
    try:
        with open("/proc/self/autogroup", "w", encoding="ascii") as file:
            file.write("-10")
    except OSError:
        pass


class Server:
    """One server with its configuration in a folder of its own: a new one, unless it is to be kept."""

    def __init__(self, kind, port, zones, wrap=(), **options):
        self.kind, self.port, self.zones, self.options = kind, port, zones, options
        self.folder = "%s/run/%s-%d" % (LAB, kind, port)
        if not options.get("keep"):
            shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder, exist_ok=True)
        command = ["taskset", "-c", options.get("cpus", SERVER_CPU)] + list(wrap) + [binary(kind)] + CONFIG[kind](self)
        with open(self.folder + "/output", "wb") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output, start_new_session=True,
                                            preexec_fn=ahead)
        RUNNING.append(self)

    def write(self, name, text):
        with open(self.folder + "/" + name, "w", encoding="ascii") as file:
            file.write(text)

    def output(self):
        with open(self.folder + "/output", encoding="utf-8", errors="replace") as file:
            return file.read()[-800:]

    def wait(self, name, seconds):
        """Until it answers for this zone; no zone is asked for when it is not yet there."""
        end = time.monotonic() + seconds
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.01)  # what came while ports were tried is lost
            client.connect(("127.0.0.1", self.port))
            while time.monotonic() < end:
                if self.process.poll() is not None:
                    raise RuntimeError("%s ended: %s" % (self.kind, self.output()))
                try:
                    client.send(question(name))
                    answer = client.recv(4096)
                    if self.kind == "echo" or answer[3] & 15 == 0 and answer[7] > 0:
                        return self
                except OSError:
                    pass
                time.sleep(0.005)
        raise RuntimeError("%s does not answer: %s" % (self.kind, self.output()))

    def cpu(self):
        """Seconds of CPU of all its threads, those that ended excluded while others live."""
        total = 0
        for pid in children(self.process.pid):
            try:
                for task in os.listdir("/proc/%d/task" % pid):
                    path = "/proc/%d/task/%s/schedstat" % (pid, task)
                    with open(path, encoding="ascii") as file:
                        total += int(file.read().split()[0])
            except OSError:
                pass
        return total / 1e9

    def cpu_all(self):
        """The same with ended threads and children, but in hundredths of a second."""
        total = 0
        for pid in children(self.process.pid):
            try:
                with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as file:
                    total += sum(map(int, file.read().rpartition(")")[2].split()[11:15]))
            except OSError:
                pass
        return total / os.sysconf("SC_CLK_TCK")

    def user(self):
        """Seconds of user CPU of living processes, in hundredths."""
        total = 0
        for pid in children(self.process.pid):
            try:
                with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as file:
                    total += int(file.read().rpartition(")")[2].split()[11])
            except OSError:
                pass
        return total / os.sysconf("SC_CLK_TCK")

    def control(self, *words):
        """What the command says to this tandem."""
        return subprocess.run([os.path.dirname(binary("tandem")) + "/tandem"] + list(words) +
                              ["--socket", self.folder + "/control.sock"], check=True,
                              stdout=subprocess.PIPE, text=True).stdout

    def memory(self):
        """Mebioctets, what is shared counted by its share."""
        total = 0
        for pid in children(self.process.pid):
            try:
                with open("/proc/%d/smaps_rollup" % pid, encoding="ascii") as file:
                    total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
            except OSError:
                pass
        return total / 1024

    def load(self, path, *options, tool="udp_load"):
        """One run of a load tool; adds the CPU that the server used for each answer, its user CPU in
        all, and that of the tool, in seconds."""
        before, user, own = self.cpu(), self.user(), sum(os.times()[2:4])
        done = subprocess.run([TOOLS + "/" + tool, "-c", LOAD_CPU] + list(map(str, options)) +
                              ["127.0.0.1", str(self.port), path], stdout=subprocess.PIPE,
                              check=True, start_new_session=True, preexec_fn=ahead)
        result = json.loads(done.stdout)
        result["cpu_us"] = (self.cpu() - before) * 1e6 / max(1, result["answers"])
        result["user"] = self.user() - user
        result["tool_cpu"] = sum(os.times()[2:4]) - own
        return result

    def stop(self, seconds=20):
        """Ask it to end; then end it. Only what was started here."""
        if self not in RUNNING:
            return
        RUNNING.remove(self)
        mine = children(self.process.pid)
        for number in (signal.SIGTERM, signal.SIGKILL):
            for pid in mine if number == signal.SIGKILL else mine[:1]:
                try:
                    os.kill(pid, number)
                except OSError:
                    pass
            try:
                self.process.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                continue


def stop_all(*_):
    for server in list(RUNNING):
        server.stop(2)


def end(*_):
    raise SystemExit(1)


atexit.register(stop_all)
signal.signal(signal.SIGTERM, end)
