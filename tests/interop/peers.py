"""The strangers: BIND, NSD, Knot DNS and PowerDNS, each set up to be quick, and otherwise as it comes.

Each takes changes of a primary as its operators do: the file is written anew and loaded again, and
the server finds the differences (PowerDNS has none to offer, and answers IXFR with AXFR).
"""
import contextlib
import pathlib
import sqlite3

import zones
from world import KEY, Server


class Bind(Server):
    """named; `options` are more lines of its options."""

    def __init__(self, where, env, options=""):
        super().__init__(where, env)
        self.options = options

    def command(self):
        key = 'key "%s" { algorithm hmac-sha256; secret "%s"; };' % (KEY, self.secret)
        head = """
options { directory "%s"; pid-file none; session-keyfile none; listen-on port %d { 127.0.0.1; };
    listen-on-v6 { none; }; recursion no; dnssec-validation no; empty-zones-enable no; notify explicit;
    notify-delay 0; notify-rate 1000; startup-notify-rate 1000; serial-query-rate 1000;
    ixfr-from-differences yes; max-ixfr-ratio unlimited; allow-new-zones no;
    check-names master ignore; check-names slave ignore; %s };
controls { inet 127.0.0.1 port %d allow { 127.0.0.1; } keys { "%s"; }; };
""" % (self.where, self.port, self.options, self.control, KEY)
        rows = [self.row(zone) for zone in self.zones.values()]
        self.write("rndc.conf", key + 'options { default-server 127.0.0.1; default-port %d; default-key "%s"; };'
                   % (self.control, KEY))
        return ["named", "-g", "-n", "1", "-c", self.write("named.conf", "\n".join([key, head] + rows))]

    def row(self, zone):
        def servers(ports):
            return " ".join("127.0.0.1 port %d%s;" % (port, ' key "%s"' % KEY if zone.has_key else "")
                            for port in ports)
        words = ['file "%s.zone"; masterfile-format text;' % zone.name]
        words += ["allow-transfer { %s; };" % ('key "%s"' % KEY if zone.has_key else "any")]
        if zone.primaries:
            words.append("type secondary; primaries { %s };" % servers(zone.primaries))
        else:
            words.append("type primary;")
        if zone.secondaries:
            words.append("also-notify { %s };" % servers(zone.secondaries))
        return 'zone "%s" { %s };' % (zone.name, " ".join(words))

    def publish(self, name):
        self.add(self.zones[name])
        self.run("rndc", "-c", "rndc.conf", "reload", name)


class Nsd(Server):
    def command(self):
        lines = ["server:", "ip-address: 127.0.0.1@%d" % self.port, 'username: ""', 'chroot: ""',
                 'database: ""', 'zonesdir: "%s"' % self.where, 'pidfile: ""', "xfrd-reload-timeout: 0",
                 'zonelistfile: "%s/zone.list"' % self.where, 'xfrdfile: ""', 'xfrdir: "%s"' % self.where,
                 "server-count: 1", "verbosity: 2", "refuse-any: no",
                 "remote-control:", "control-enable: yes", 'control-interface: "%s/control"' % self.where,
                 "key:", 'name: "%s"' % KEY, "algorithm: hmac-sha256", 'secret: "%s"' % self.secret]
        for zone in self.zones.values():
            lines += self.row(zone)
        path = self.write("nsd.conf", "\n".join(lines) + "\n")
        return ["nsd", "-d", "-c", path]

    @staticmethod
    def row(zone):
        key = KEY if zone.has_key else "NOKEY"
        lines = ["zone:", 'name: "%s"' % zone.name, 'zonefile: "%s.zone"' % zone.name,
                 "provide-xfr: 127.0.0.1 %s" % key]
        if zone.content:
            lines += ["store-ixfr: yes", "create-ixfr: yes", "ixfr-size: 10000000"]
        for port in zone.primaries:
            lines += ["request-xfr: 127.0.0.1@%d %s" % (port, key), "allow-notify: 127.0.0.1 %s" % key]
        lines += ["notify: 127.0.0.1@%d %s" % (port, key) for port in zone.secondaries]
        return lines

    def publish(self, name):
        self.add(self.zones[name])
        self.run("nsd-control", "-c", "nsd.conf", "reload", name)


class Knot(Server):
    def command(self):
        (self.where / "database").mkdir(exist_ok=True)
        lines = ["server:", "  rundir: %s" % self.where, "  listen: 127.0.0.1@%d" % self.port,
                 "  tcp-workers: 2", "  udp-workers: 1", "  background-workers: 2",
                 "control:", "  listen: %s/control" % self.where,
                 "database:", "  storage: %s/database" % self.where,
                 "log:", "- target: stderr", "  any: info",
                 "key:", "- id: %s" % KEY, "  algorithm: hmac-sha256", "  secret: %s" % self.secret,
                 "acl:", "- id: plain", "  address: 127.0.0.1", "  action: [transfer, notify]",
                 "- id: key", "  address: 127.0.0.1", "  key: %s" % KEY, "  action: [transfer, notify]"]
        lines += ["remote:"]
        for port in sorted({port for zone in self.zones.values() for port in zone.primaries + zone.secondaries}):
            for has_key in (False, True):
                lines += ["- id: %s" % self.remote(port, has_key), "  address: 127.0.0.1@%d" % port]
                lines += ["  key: %s" % KEY] if has_key else []
        lines += ["template:", "- id: default", "  storage: %s" % self.where, "  semantic-checks: off"]
        lines += ["zone:"]
        for zone in self.zones.values():
            lines += self.row(zone)
        return ["knotd", "-c", self.write("knot.conf", "\n".join(lines) + "\n")]

    @staticmethod
    def remote(port, has_key):
        return "%s%d" % ("key" if has_key else "plain", port)

    def row(self, zone):
        def remotes(ports):
            return "[%s]" % ", ".join(self.remote(port, zone.has_key) for port in ports)
        lines = ["- domain: %s" % zone.name, "  file: %s.zone" % zone.name,
                 "  acl: %s" % ("key" if zone.has_key else "plain")]
        if zone.content:
            lines += ["  zonefile-load: difference", "  zonefile-sync: -1"]
        if zone.primaries:
            lines += ["  master: %s" % remotes(zone.primaries)]
        if zone.secondaries:
            lines += ["  notify: %s" % remotes(zone.secondaries)]
        return lines

    def publish(self, name):
        self.add(self.zones[name])
        self.run("knotc", "-s", self.where / "control", "-b", "zone-reload", name)


class Powerdns(Server):
    """
    pdns_server, its zones in SQLite.

    What pdnsutil loads it signs itself: it has no way to load NSEC3 records from a file.
    """

    def signs(self, content):
        return isinstance(content, zones.Signed)

    def add(self, zone):
        super().add(zone)
        if zone.content and self.signs(zone.content):
            self.write(zone.name + ".zone", zone.content.unsigned_text())

    def command(self):
        schema = pathlib.Path(self.env["BIN_PDNS"]).parents[1] / "share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"
        modules = next(pathlib.Path(self.env["BIN_PDNS"]).parents[1].glob("lib/*/pdns"))
        is_new = not (self.where / "zones.db").exists()
        self.write("pdns.conf", "\n".join([
            "module-dir=%s" % modules, "launch=gsqlite3", "gsqlite3-database=%s/zones.db" % self.where,
            "gsqlite3-pragma-synchronous=0", "gsqlite3-dnssec=yes", "local-address=127.0.0.1", "local-port=%d" % self.port,
            "socket-dir=%s" % self.where, "primary=yes", "secondary=yes", "daemon=no", "guardian=no",
            "xfr-cycle-interval=1", "zone-cache-refresh-interval=0", "cache-ttl=0", "query-cache-ttl=0",
            "negquery-cache-ttl=0", "allow-axfr-ips=127.0.0.1", "only-notify=", "loglevel=6", "log-dns-details=yes",
            "distributor-threads=1", "receiver-threads=1", "dname-processing=yes", "slave-renotify=yes", "8bit-dns=yes",
            "default-ksk-algorithm=ed25519"]) + "\n")
        if is_new:
            with contextlib.closing(sqlite3.connect(self.where / "zones.db")) as database:
                database.executescript(schema.read_text())
            self.util("import-tsig-key", KEY, "hmac-sha256", self.secret)
            for zone in self.zones.values():
                self.make(zone)
        return ["pdns_server", "--config-dir=%s" % self.where]

    def util(self, *words):
        return self.run("pdnsutil", "--config-dir=%s" % self.where, *words)

    def make(self, zone):
        if zone.primaries:
            self.util("create-secondary-zone", zone.name, *["127.0.0.1:%d" % port for port in zone.primaries])
            self.util("set-meta", zone.name, "IXFR", "1")
        else:
            self.util("load-zone", zone.name, zone.name + ".zone")
            self.util("set-kind", zone.name, "primary")
            if self.signs(zone.content):
                self.util("secure-zone", zone.name)
                self.util("set-nsec3", zone.name, "1 0 0 -")
        if zone.secondaries:
            self.util("set-meta", zone.name, "ALSO-NOTIFY", *["127.0.0.1:%d" % port for port in zone.secondaries])
        if zone.has_key:
            for role in ("primary", "secondary") if zone.primaries else ("primary",):
                self.util("activate-tsig-key", zone.name, KEY, role)

    def publish(self, name):
        self.add(self.zones[name])
        self.util("load-zone", name, name + ".zone")
        if self.signs(self.zones[name].content):
            self.util("rectify-zone", name)
        self.run("pdns_control", "--socket-dir=%s" % self.where, "notify", name)


BY_NAME = {"bind": Bind, "nsd": Nsd, "knot": Knot, "powerdns": Powerdns}
