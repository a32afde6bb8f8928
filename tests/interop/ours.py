"""tandem as a server of a pair."""
import re

import world
import zones
from world import KEY, Server


class Tandem(Server):
    """A tandemd of the build under test. A small change of a zone is made by command, a large one by its file."""

    BY_COMMAND_MAX = 50

    def __init__(self, where, env):
        super().__init__(where, env)
        self.process_of = world.processes.Tandem(where, server={"listen": ["127.0.0.1:%d" % self.port]}, zones=[])
        self.served = {}

    def configure(self):
        ports = sorted({port for zone in self.zones.values() for port in zone.primaries + zone.secondaries})
        peers = [{"name": "plain%d" % port, "address": "127.0.0.1:%d" % port} for port in ports]
        peers += [{"name": "key%d" % port, "address": "127.0.0.1:%d" % port, "key": KEY} for port in ports]
        self.process_of.configure(
            keys=[{"name": KEY, "algorithm": "hmac-sha256", "secret": self.secret}], peers=peers,
            zones=[self.row(zone) for zone in self.zones.values()])

    @staticmethod
    def row(zone):
        def names(ports):
            return [("key%d" if zone.has_key else "plain%d") % port for port in ports]
        who = "key " + KEY if zone.has_key else "127.0.0.1"
        row = {"name": zone.name, "allow-transfer": [who], "refresh-min": "1s", "retry-min": "1s"}
        if zone.content:
            row["file"] = zone.name + ".zone"
        if zone.primaries:
            row["from"] = names(zone.primaries)
        if zone.secondaries:
            row["to"] = names(zone.secondaries)
        return row

    def add(self, zone):
        super().add(zone)
        if zone.content:
            self.served[zone.name] = list(zone.content.records)

    def start(self):
        self.process_of.port = self.port
        self.configure()
        self.process_of.start()
        return self

    def stop(self):
        self.process_of.stop()

    def differences(self, name):
        """How many IXFRs of the zone have come or gone, those not counted that were the whole zone."""
        words = r"\[%s\.\] IXFR, (incoming|outgoing), (?!.*(answered with the whole zone|refused))" % re.escape(name)
        return len(re.findall(words, self.log()))

    def wait_why(self, name, words):
        """Until `zone why` says this."""
        self.process_of.wait(lambda: words in " ".join(self.cli("zone", "why", name).split()), world.PATIENCE_S)

    def cli(self, *words):
        done = self.process_of.cli(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def publish(self, name):
        content = self.zones[name].content
        before, after = set(self.served[name]), set(content.records)
        changes = ["-%s %d %s %s" % row for row in self.served[name] if row not in after]
        changes += ["+%s %d %s %s" % row for row in content.records if row not in before]
        if len(changes) <= self.BY_COMMAND_MAX and not isinstance(content, zones.Signed):
            self.cli("zone", "apply", name, self.write("step.changes", "\n".join(changes) + "\n"))
        else:
            self.add(self.zones[name])
            self.cli("zone", "reload", name, "--take", "file")
        self.served[name] = list(content.records)
        content.serial = self.serial(name)
