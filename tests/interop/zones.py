"""Zones as lists of records, and what is done to them step by step."""
import subprocess

import dns.rdatatype
import dns.zone

SOA_TYPE = dns.rdatatype.SOA
SOA = "ns1 hostmaster %d 3600 600 1209600 3600"


class Content:
    """The records of a zone: (owner, TTL, type, data) as in a zone file, without the SOA."""

    def __init__(self, origin, records, serial=1):
        self.origin = origin
        self.records = list(records)
        self.serial = serial

    def text(self):
        """The zone file."""
        lines = ["$ORIGIN %s." % self.origin, "@ 3600 IN SOA " + SOA % self.serial]
        lines += ["%s %d IN %s %s" % record for record in self.records]
        return "\n".join(lines) + "\n"

    def add(self, *lines):
        self.records += [record(line) for line in lines]

    def remove(self, *lines):
        for line in lines:
            self.records.remove(record(line))

    def canonical(self):
        """All records but the SOA in canonical form, as `canonical` makes it of a transfer."""
        return canonical_text(self.origin, self.text())


class Signed(Content):
    """A zone that is signed whole for each serial, by ldns-signzone: NSEC3 and ZONEMD."""

    def __init__(self, content, env, where):
        super().__init__(content.origin, content.records)
        self.env = env
        self.where = where
        self.key = self.run("ldns-keygen", "-k", "-a", "ECDSAP256SHA256", self.origin).strip()
        self.signed = {}

    def run(self, *words):
        return subprocess.run(words, cwd=self.where, env=self.env, check=True, text=True,
                              stdout=subprocess.PIPE, timeout=60).stdout

    def unsigned_text(self):
        return super().text()

    def text(self):
        if self.serial not in self.signed:
            plain = self.where / "plain.zone"
            plain.write_text(self.unsigned_text())
            self.run("ldns-signzone", "-n", "-t", "0", "-z", "1:1", "-o", self.origin, "-f", "signed.zone",
                     str(plain), self.key)
            self.signed[self.serial] = (self.where / "signed.zone").read_text()
        return self.signed[self.serial]


def canonical_text(origin, text):
    """All records of a zone file but the SOA in canonical form."""
    zone = dns.zone.from_text(text, origin=origin + ".", relativize=False)
    return {row for row in canonical(zone.iterate_rdatas()) if row[2] != SOA_TYPE}


def canonical(rows):
    """(owner, TTL, type, data) with names in lower case and data in the form of RFC 4034 6.2."""
    return {(name.canonicalize().to_text(), ttl, rdata.rdtype, rdata.to_digestable())
            for name, ttl, rdata in rows}


def record(line):
    owner, ttl, kind, data = line.split(None, 3)
    return (owner, int(ttl), kind, data)


def small(origin):
    """A zone of few records of many kinds."""
    content = Content(origin, [])
    content.add(
        "@ 3600 NS ns1", "@ 3600 NS ns2.example.net.", "@ 3600 MX 10 mail", "@ 3600 MX 20 Mail.Example.NET.",
        "ns1 3600 A 192.0.2.53", "ns1 3600 AAAA 2001:db8::53", "mail 300 A 192.0.2.25",
        "www 300 A 192.0.2.80", "www 300 A 192.0.2.81", "Alias 300 CNAME www",
        "deep.in.the.wood 60 TXT \"tree\"", "_sip._tcp 60 SRV 1 2 5060 mail",
        "CAPS 60 TXT \"Case Is Kept\"", "old 60 A 192.0.2.1",
        "sub 3600 NS ns.sub", "ns.sub 3600 A 192.0.2.99",
        "caa 60 CAA 0 issue \"ca.example\"", "naptr 60 NAPTR 1 1 \"u\" \"E2U+sip\" \"!^.*$!sip:a@b!\" .",
        "svc 60 HTTPS 1 . alpn=h2 port=8443", "secure 3600 NS ns.secure",
        "ns.secure 3600 AAAA 2001:db8::99",
        "secure 3600 DS 12345 13 2 " + "ab" * 32)
    return content


def add_and_remove(content):
    content.add("new 60 A 192.0.2.7", "new 60 AAAA 2001:db8::7")
    content.remove("old 60 A 192.0.2.1")


def one_of_a_set(content):
    content.remove("www 300 A 192.0.2.80")
    content.add("www 300 A 192.0.2.82")


def delegate(content):
    """Two cuts, one of them with glue below the other's name server, and DS."""
    content.add("child 3600 NS ns.child", "child 3600 NS ns1.child", "ns.child 3600 A 192.0.2.100",
                "ns1.child 3600 AAAA 2001:db8::100", "child 3600 DS 1 13 2 " + "cd" * 32)
    content.remove("sub 3600 NS ns.sub", "ns.sub 3600 A 192.0.2.99")


def wildcards(content):
    content.add("* 60 TXT \"anything\"", "*.star 60 A 192.0.2.42", "*.star 60 MX 5 mail", "star.*.odd 60 A 192.0.2.1")


def aliases(content):
    """A name becomes an alias, and an alias a name."""
    content.remove("www 300 A 192.0.2.81", "www 300 A 192.0.2.82", "Alias 300 CNAME www")
    content.add("www 300 CNAME elsewhere.example.net.", "alias 300 A 192.0.2.3", "tree 60 DNAME other.example.")


def strings(content):
    """TXT of several strings, an empty one, a long one, and octets that need escapes."""
    content.add("txt 60 TXT \"one\" \"two\" \"\" \"four\"", "txt 60 TXT \"%s\" \"%s\"" % ("x" * 255, "y" * 200),
                "txt 60 TXT \"\\000\\255\\\"quote\\\" back\\\\slash; no comment\"",
                "odd\\.label 60 TXT \"a dot in a label\"", "under_score 60 TXT \"_\"",
                "\\000\\255\\032\\(x\\) 60 A 192.0.2.6", "%s.%s.%s 60 A 192.0.2.5" % ("a" * 63, "b" * 63, "c" * 63))


def unknown(content):
    """Types that nobody knows (RFC 3597)."""
    content.add("unknown 60 TYPE65280 \\# 4 DEADBEEF", "unknown 60 TYPE65280 \\# 0",
                "unknown 60 TYPE731 \\# 6 ABCDEF012345")


def ttl(content):
    """Only the TTL of a set is another."""
    content.remove("new 60 A 192.0.2.7")
    content.add("new 120 A 192.0.2.7")


def undo(content):
    """What was added goes: names with nothing below, and all of a name."""
    content.remove("* 60 TXT \"anything\"", "star.*.odd 60 A 192.0.2.1", "unknown 60 TYPE65280 \\# 0",
                   "deep.in.the.wood 60 TXT \"tree\"", "new 60 AAAA 2001:db8::7", "new 120 A 192.0.2.7")
    content.remove(*["%s %d %s %s" % row for row in content.records if row[0] == "txt"])
    content.add("wood 60 TXT \"no tree\"")


STEPS = (add_and_remove, one_of_a_set, delegate, wildcards, aliases, strings, unknown, ttl, undo)


def whoppers(content):
    """Records of tens of thousands of octets, and a set of more than 16 KiB, where compression ends."""
    content.add("whopper 60 TYPE65280 \\# 14000 " + "5A" * 14000,
                "strings 60 TXT " + " ".join(["\"%s\"" % ("s" * 255)] * 50))
    content.add(*["crowd 60 TXT \"%d %s\"" % (number, "x" * 200) for number in range(90)])


def fewer_whoppers(content):
    content.records = [row for row in content.records if row[0] != "whopper" and row[3][:2] not in ("\"3", "\"4")]


def large(origin, count=5000):
    content = small(origin)
    for number in range(count - len(content.records) - 1):
        content.records.append(("host%d" % number, 300, "A", "10.1.%d.%d" % divmod(number, 256)))
    return content


def change_many(content, count=200):
    """Half of the changes remove a record, half add one; spread over the zone."""
    hosts = [row for row in content.records if row[0].startswith("host")]
    for row in hosts[::len(hosts) // (count // 2)][:count // 2]:
        content.records.remove(row)
    for number in range(count // 2):
        content.records.append(("more%d" % number, 300, "TXT", "\"number %d\"" % number))
