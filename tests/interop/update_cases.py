"""Updates that a server of a zone is sent: by hand, in grids of all classes and types, and by a seed.

A row of a message is (section, owner, class, type, TTL, data); owners and data are text relative to
the zone, data may also be octets as they are. What the zone has to begin with is ZONE.
"""
import dataclasses
import itertools
import random
import struct

import dns.name
import dns.rdata
import dns.rdatatype

IN, CH, HS, NONE, ANY = 1, 3, 4, 254, 255
NEEDS, DOES = 1, 2
META = ("OPT", "TKEY", "TSIG", "IXFR", "AXFR", "MAILB", "MAILA", "ANY")
ZONE = """$TTL 300
@ SOA ns1 hostmaster 10 7200 3600 1209600 300
@ NS ns1
@ NS ns2
@ MX 10 mail
ns1 A 192.0.2.1
ns2 A 192.0.2.2
mail A 192.0.2.3
www A 192.0.2.4
www A 192.0.2.5
www TXT "one" "two"
CaSe A 192.0.2.6
alias CNAME www
deep.ent A 192.0.2.7
sub NS ns.sub
ns.sub A 192.0.2.8
sub2 NS ns1
sub2 DS 1 13 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
*.wild A 192.0.2.9
branch DNAME mail
_s._tcp SRV 1 2 80 www
odd TYPE65280 \\# 4 0a0b0c0d
text TXT "text"
"""


@dataclasses.dataclass
class Message:
    name: str
    rows: list
    change: object = None  # what is done to the octets at last: a function of them
    spared: tuple = ()     # peers that this would end


@dataclasses.dataclass
class Case:
    """Messages to one zone, one after the other."""
    name: str
    messages: list


# ---- rows ----

def in_use(owner):
    return (NEEDS, owner, ANY, "ANY", 0, b"")


def not_in_use(owner):
    return (NEEDS, owner, NONE, "ANY", 0, b"")


def has(owner, rdtype):
    return (NEEDS, owner, ANY, rdtype, 0, b"")


def lacks(owner, rdtype):
    return (NEEDS, owner, NONE, rdtype, 0, b"")


def is_set(owner, rdtype, *data):
    return [(NEEDS, owner, IN, rdtype, 0, text) for text in data]


def add(owner, rdtype, data, ttl=300):
    return (DOES, owner, IN, rdtype, ttl, data)


def drop(owner, rdtype, data):
    return (DOES, owner, NONE, rdtype, 0, data)


def drop_set(owner, rdtype):
    return (DOES, owner, ANY, rdtype, 0, b"")


def drop_name(owner):
    return (DOES, owner, ANY, "ANY", 0, b"")


# ---- octets ----

def data_octets(rdtype, data, origin):
    if isinstance(data, bytes):
        return data
    return dns.rdata.from_text("IN", rdtype, data, origin=origin, relativize=False).to_wire()


def type_number(rdtype):
    return rdtype if isinstance(rdtype, int) else dns.rdatatype.from_text(rdtype)


def row_octets(row, origin):
    _, owner, rdclass, rdtype, ttl, data = row
    octets = data_octets(rdtype, data, origin)
    return dns.name.from_text(owner, origin).to_wire() + \
        struct.pack("!HHIH", type_number(rdtype), rdclass, ttl, len(octets)) + octets


def message_octets(message, zone, ident):
    """The whole message."""
    origin = dns.name.from_text(zone)
    sections = {NEEDS: [], DOES: []}
    for row in message.rows:
        for one in row if isinstance(row, list) else [row]:
            sections[one[0]].append(row_octets(one, origin))
    octets = struct.pack("!HHHHHH", ident, 5 << 11, 1, len(sections[NEEDS]), len(sections[DOES]), 0)
    octets += origin.to_wire() + struct.pack("!HH", 6, 1)
    octets += b"".join(sections[NEEDS] + sections[DOES])
    return message.change(octets, origin) if message.change else octets


# ---- grids: every class with every type, with and without TTL and data ----

CLASSES = (("IN", IN), ("CH", CH), ("HS", HS), ("NONE", NONE), ("ANY", ANY), ("0", 0), ("65280", 65280))
KINDS = (("A", "192.0.2.99"), ("TXT", '"x"'), ("SOA", "ns1 hostmaster 5 1 1 1 1"), ("NS", "ns1"), ("CNAME", "www"),
         (65280, b"\1\2\3"), (0, b"\1"), ("NULL", b"\1\2"), ("RRSIG", b"\0\1\15\1" + bytes(14) + b"\0x"),
         ("NSEC", b"\0\0\1\100"), ("NSEC3PARAM", b"\1\0\0\0\0"), ("DNSKEY", b"\1\0\3\15" + bytes(64)),
         ("CDS", b"\0\0\0\0\0"), ("KEY", b"\1\0\3\15" + bytes(64)),
         ("PTR", "www"), ("CAA", '0 issue "ca"')) + \
    tuple((rdtype, b"") for rdtype in META) + ((128, b""), (240, b""), (65535, b"\1"))


def grid(section, owner):
    """One message for each combination; what it names is an owner of its own."""
    messages = []
    for (word, rdclass), (rdtype, data), ttl, has_data in itertools.product(CLASSES, KINDS, (0, 1), (False, True)):
        if not has_data and data == b"":
            continue
        name = "%s %s ttl=%d %s" % (word, rdtype, ttl, "data" if has_data or data == b"" else "no-data")
        whose = owner or "g%d" % len(messages)
        messages.append(Message(name, [(section, whose, rdclass, rdtype, ttl, data if has_data else b"")]))
    return messages


# ---- messages whose form is wrong ----

def patched(at, *octets):
    def change(message, _):
        return message[:at] + bytes(octets) + message[at + len(octets):]
    return change


def behind_zone(*octets):
    """Type and class of the zone section."""
    def change(message, origin):
        at = 12 + len(origin.to_wire())
        return message[:at] + bytes(octets) + message[at + len(octets):]
    return change


def zone_is(text):
    def change(message, origin):
        return message[:12] + dns.name.from_text(text, origin).to_wire() + message[12 + len(origin.to_wire()):]
    return change


def trail(octets, additional=0):
    def change(message, _):
        return message[:10] + struct.pack("!H", additional) + message[12:] + octets
    return change


def cut(count):
    def change(message, _):
        return message[:-count]
    return change


OPT = b"\0" + struct.pack("!HHIH", 41, 1232, 0, 0)
OPT_1 = b"\0" + struct.pack("!HHIH", 41, 1232, 1 << 16, 0)
EXTRA = b"\1x\0" + struct.pack("!HHIH", 1, 1, 0, 4) + b"\300\0\2\1"
FORMS = (("plain", None), ("no zone", patched(4, 0, 0)), ("two zones", patched(4, 0, 2)),
         ("zone type A", behind_zone(0, 1)), ("zone type ANY", behind_zone(0, 255)),
         ("zone class CH", behind_zone(0, 6, 0, 3)), ("zone class ANY", behind_zone(0, 6, 0, 255)),
         ("zone class NONE", behind_zone(0, 6, 0, 254)),
         ("zone below", zone_is("www")), ("zone elsewhere", zone_is("example.org.")), ("zone above", zone_is("test.")),
         ("zone is the root", zone_is(".")), ("more records said than there are", patched(9, 9)),
         ("fewer records said", patched(9, 0)), ("prerequisite said", patched(7, 1)),
         ("cut in the data", cut(2)), ("cut in the name", cut(18)), ("octets behind", trail(b"\1\2\3")),
         ("EDNS", trail(OPT, 1)), ("EDNS of version 1", trail(OPT_1, 1)), ("EDNS twice", trail(OPT + OPT, 2)),
         ("another additional record", trail(EXTRA, 1)), ("another and EDNS", trail(EXTRA + OPT, 2)),
         ("all flags", patched(2, 0x2F, 0xF0)), ("RCODE in the request", patched(3, 5)))


def forms():
    return [Message(name, [add("f%d" % number, "A", "192.0.2.99", 60)], change)
            for number, (name, change) in enumerate(FORMS)]


# ---- by hand ----

def case(name, *messages):
    """Each message is a list of rows."""
    return Case(name, [Message(str(number), rows) for number, rows in enumerate(messages)])


SOA = "ns2 admin %d 7200 3600 1209600 60"
BY_HAND = (
    case("prerequisites met", [in_use("www"), not_in_use("nobody"), has("www", "A"), lacks("www", "MX"),
                               is_set("www", "A", "192.0.2.5", "192.0.2.4"), add("new", "A", "192.0.2.99")]),
    case("set twice the same record", [is_set("text", "TXT", '"text"', '"text"'), add("new", "A", "192.0.2.99")]),
    case("set in pieces", [is_set("www", "A", "192.0.2.4"), is_set("text", "TXT", '"text"'),
                           is_set("www", "A", "192.0.2.5"), add("new", "A", "192.0.2.99")]),
    case("set lacks one", [is_set("www", "A", "192.0.2.4"), add("new", "A", "192.0.2.99")]),
    case("set has one more", [is_set("www", "A", "192.0.2.4", "192.0.2.5", "192.0.2.6"), drop_name("www")]),
    case("set of nobody", [is_set("nobody", "A", "192.0.2.4"), drop_name("www")]),
    case("set in other letters", [is_set("ALIAS", "CNAME", "WWW"), add("new", "A", "192.0.2.99")]),
    case("set of TXT in other letters", [is_set("text", "TXT", '"TEXT"'), add("new", "A", "192.0.2.99")]),
    case("set with octets split otherwise", [is_set("www", "TXT", '"onetwo"'), add("new", "A", "192.0.2.99")]),
    case("set of SOA", [is_set("@", "SOA", "ns1 hostmaster 10 7200 3600 1209600 300"), add("new", "A", "192.0.2.99")]),
    case("set of SOA, old serial", [is_set("@", "SOA", "ns1 hostmaster 9 7200 3600 1209600 300"), drop_name("www")]),
    case("empty non-terminal in use", [in_use("ent")]),
    case("empty non-terminal not in use", [not_in_use("ent"), add("ent", "A", "192.0.2.99")]),
    case("glue in use", [in_use("ns.sub"), has("ns.sub", "A"), add("new", "A", "192.0.2.99")]),
    case("below a delegation not in use", [in_use("nobody.sub")]),
    case("wildcard makes no name", [in_use("x.wild")]),
    case("wildcard owner in use", [in_use("*.wild"), has("*.wild", "A"), drop_name("*.wild")]),
    case("below DNAME not in use", [in_use("x.branch")]),
    case("alias has no A", [has("alias", "A")]),
    case("alias is in use", [in_use("alias"), has("alias", "CNAME"), lacks("alias", "A"), drop_name("alias")]),
    case("apex in use", [in_use("@"), has("@", "NS"), has("@", "SOA"), lacks("@", "A"), add("@", "A", "192.0.2.9")]),
    case("first failure wins", [in_use("nobody"), not_in_use("www")]),
    case("first failure wins, the other way", [not_in_use("www"), in_use("nobody")]),
    case("NOTZONE before", [in_use("www.example.org."), in_use("nobody")]),
    case("NOTZONE behind", [in_use("nobody"), in_use("www.example.org.")]),
    case("TTL before NOTZONE", [(NEEDS, "x.example.org.", ANY, "A", 1, b"")]),
    case("sets are last", [is_set("www", "A", "192.0.2.4"), in_use("nobody")]),
    case("prerequisite fails, update malformed", [in_use("nobody"), (DOES, "x", CH, "A", 0, "192.0.2.1")]),
    case("prerequisite fails, update elsewhere", [in_use("nobody"), add("x.example.org.", "A", "192.0.2.1")]),
    case("update elsewhere", [add("a", "A", "192.0.2.1"), add("x.example.org.", "A", "192.0.2.1")]),
    case("elsewhere before malformed", [add("x.example.org.", "A", "192.0.2.1"), (DOES, "x", CH, "A", 0, "192.0.2.1")]),
    case("malformed before elsewhere", [(DOES, "x", CH, "A", 0, "192.0.2.1"), add("x.example.org.", "A", "192.0.2.1")]),
    case("malformed and elsewhere", [(DOES, "x.example.org.", CH, "A", 0, "192.0.2.1")]),
    case("delete elsewhere", [drop_set("x.example.org.", "A")]),
    case("nothing at all", []),
    case("only a prerequisite", [in_use("www")]),
    case("add", [add("new", "A", "192.0.2.99"), add("new", "A", "192.0.2.98"), add("new", "TXT", '"x"')]),
    case("add what is there", [add("www", "A", "192.0.2.4")]),
    case("add in other letters", [add("WWW", "A", "192.0.2.99")], [add("case", "A", "192.0.2.99")]),
    case("add a name in data in other letters", [add("@", "MX", "10 MAIL")]),
    case("add twice", [add("new", "A", "192.0.2.99"), add("new", "A", "192.0.2.99")]),
    case("another TTL", [add("www", "A", "192.0.2.4", 60)]),
    case("another TTL with a record", [add("www", "A", "192.0.2.99", 60)]),
    case("two TTLs", [add("new", "A", "192.0.2.98", 60), add("new", "A", "192.0.2.99", 120)]),
    case("TTL beyond 2^31", [add("new", "A", "192.0.2.99", 0x80000001)]),
    case("TTL 2^31-1", [add("new", "A", "192.0.2.99", 0x7FFFFFFF)]),
    case("TTL 0", [add("new", "A", "192.0.2.99", 0)]),
    case("delete with a TTL of another", [drop("www", "A", "192.0.2.4")], [add("www", "A", "192.0.2.4", 60)]),
    case("delete one", [drop("www", "A", "192.0.2.4")]),
    case("delete one in other letters", [drop("WWW", "A", "192.0.2.4"), drop("alias", "CNAME", "WWW")]),
    case("delete both", [drop("www", "A", "192.0.2.4"), drop("www", "A", "192.0.2.5")]),
    case("delete what is not there", [drop("www", "A", "192.0.2.99"), drop_set("www", "MX"), drop_name("nobody")]),
    case("delete a set", [drop_set("www", "A")]),
    case("delete a name", [drop_name("www")]),
    case("delete the last of a branch", [drop_name("deep.ent")], [in_use("ent")], [add("ent", "A", "192.0.2.1")]),
    case("delete an empty non-terminal", [drop_name("ent")]),
    case("delete and add", [drop_name("www"), add("www", "A", "192.0.2.99")]),
    case("add and delete", [add("www", "A", "192.0.2.99"), drop_set("www", "A")]),
    case("delete and add the same", [drop_set("www", "A"), add("www", "A", "192.0.2.4"), add("www", "A", "192.0.2.5")]),
    case("there and back", [add("new", "A", "192.0.2.99"), drop_name("new")]),
    case("apex: delete name", [drop_name("@")]),
    case("apex: delete NS", [drop_set("@", "NS")]),
    case("apex: delete SOA", [drop_set("@", "SOA")]),
    case("apex: delete one SOA", [drop("@", "SOA", "ns1 hostmaster 10 7200 3600 1209600 300")]),
    case("apex: delete one NS", [drop("@", "NS", "ns2")]),
    case("apex: delete all NS one by one", [drop("@", "NS", "ns2"), drop("@", "NS", "ns1")]),
    case("apex: another NS", [drop("@", "NS", "ns2"), drop("@", "NS", "ns1"), add("@", "NS", "mail"), drop("@", "NS", "ns1")]),
    case("apex: the last NS that is not there", [drop("@", "NS", "ns2")], [drop("@", "NS", "nobody")]),
    case("apex: delete MX", [drop_set("@", "MX")]),
    case("apex: CNAME", [add("@", "CNAME", "www")]),
    case("apex: DNAME", [add("@", "DNAME", "example.org.")]),
    case("apex: DS", [add("@", "DS", "1 13 2 " + 32 * "00")]),
    case("SOA: greater", [add("@", "SOA", SOA % 11)]),
    case("SOA: much greater", [add("@", "SOA", SOA % 2000)]),
    case("SOA: the same serial", [add("@", "SOA", SOA % 10)]),
    case("SOA: lower", [add("@", "SOA", SOA % 9)]),
    case("SOA: 2^31-1 ahead", [add("@", "SOA", SOA % (10 + 0x7FFFFFFF))]),
    case("SOA: 2^31 ahead", [add("@", "SOA", SOA % (10 + 0x80000000))]),
    case("SOA: 2^31+1 ahead", [add("@", "SOA", SOA % (11 + 0x80000000))]),
    case("SOA: 0", [add("@", "SOA", SOA % 0)]),
    case("SOA: another TTL", [add("@", "SOA", "ns1 hostmaster 11 7200 3600 1209600 300", 60)]),
    case("SOA: the one there is", [add("@", "SOA", "ns1 hostmaster 10 7200 3600 1209600 300")]),
    case("SOA: with a change", [add("@", "SOA", SOA % 20), add("new", "A", "192.0.2.99")]),
    case("SOA: twice", [add("@", "SOA", SOA % 20), add("@", "SOA", SOA % 30)]),
    case("SOA: twice, the second lower", [add("@", "SOA", SOA % 30), add("@", "SOA", SOA % 20)]),
    case("SOA: not at the apex", [add("www", "SOA", SOA % 20)]),
    Case("SOA: at a new name", [Message("0", [add("new", "SOA", SOA % 20)], spared=("knot",))]),  # Knot 3.2.6 dies
    case("ZONEMD", [add("@", "ZONEMD", b"\0\0\0\12\1\1" + bytes(48))]),
    case("CNAME: beside other", [add("www", "CNAME", "mail")]),
    case("CNAME: other beside it", [add("alias", "A", "192.0.2.99")]),
    case("CNAME: another", [add("alias", "CNAME", "mail")]),
    case("CNAME: twice in one message", [add("new", "CNAME", "www"), add("new", "CNAME", "mail")]),
    case("CNAME: then other", [add("new", "CNAME", "www"), add("new", "A", "192.0.2.99")]),
    case("CNAME: other, then it", [add("new", "A", "192.0.2.99"), add("new", "CNAME", "www")]),
    case("CNAME: in place of other", [drop_name("www"), add("www", "CNAME", "mail")]),
    case("CNAME: other in its place", [drop_name("alias"), add("alias", "A", "192.0.2.99")]),
    case("CNAME: to itself", [add("new", "CNAME", "new")]),
    case("CNAME: another TTL", [add("alias", "CNAME", "www", 60)]),
    case("CNAME: on an empty non-terminal", [add("ent", "CNAME", "www")]),
    case("CNAME: beside DNSKEY", [add("alias", "DNSKEY", "257 3 13 " + 86 * "A" + "==")]),
    case("CNAME: beside KEY", [add("alias", "KEY", b"\1\0\3\15" + bytes(64))]),
    case("CNAME: beside what is unknown", [add("alias", 65280, b"\1")]),
    Case("DNAME: another", [Message("0", [add("branch", "DNAME", "www")], spared=("knot",))]),
    case("DNAME: beside other", [add("www", "DNAME", "example.org.")]),
    case("DNAME: names below it", [add("x.branch", "A", "192.0.2.99")]),
    case("DNAME: above names", [add("ent", "DNAME", "example.org.")]),
    case("DNAME: beside CNAME", [add("alias", "DNAME", "example.org.")]),
    case("DNAME: other beside it", [add("branch", "A", "192.0.2.99")]),
    case("delegation: new", [add("cut", "NS", "ns.cut"), add("ns.cut", "A", "192.0.2.99")]),
    case("delegation: without glue", [add("cut", "NS", "ns.cut")]),
    case("delegation: above a name", [add("ent", "NS", "ns1")]),
    case("delegation: record below", [add("x.sub", "TXT", '"x"'), add("ns.sub", "AAAA", "2001:db8::1")]),
    case("delegation: records at it", [add("sub", "A", "192.0.2.99"), add("sub", "TXT", '"x"')]),
    case("delegation: DS", [add("sub", "DS", "1 13 2 " + 32 * "00")]),
    case("delegation: DS without NS", [add("new", "DS", "1 13 2 " + 32 * "00")]),
    case("delegation: NS of a DS", [drop_set("sub2", "NS")]),
    case("delegation: glue goes", [drop_set("ns.sub", "A")]),
    case("delegation: last NS goes", [drop("sub", "NS", "ns.sub")]),
    case("delegation: all goes", [drop_name("sub"), drop_name("ns.sub")]),
    case("delegation: NS to a CNAME", [add("cut", "NS", "alias")]),
    case("apex NS without address", [add("@", "NS", "nobody")]),
    case("apex NS elsewhere", [add("@", "NS", "ns.example.org.")]),
    case("address of an apex NS goes", [drop_set("ns2", "A")]),
    case("apex NS is a CNAME", [drop_set("ns2", "A"), add("ns2", "CNAME", "www")]),
    case("MX to a CNAME", [add("@", "MX", "20 alias")]),
    case("MX to nobody", [add("@", "MX", "20 nobody")]),
    case("wildcard: add", [add("*", "A", "192.0.2.99"), add("*.x.wild", "TXT", '"x"')]),
    case("wildcard: in the middle", [add("x.*.wild", "A", "192.0.2.99")]),
    case("wildcard: NS", [add("*.wild", "NS", "ns1")]),
    case("wildcard: DNAME", [add("*.new", "DNAME", "example.org.")]),
    case("wildcard: CNAME", [add("*.new", "CNAME", "www")]),
    case("WKS: same protocol", [add("new", "WKS", b"\300\0\2\1\6\1")], [add("new", "WKS", b"\300\0\2\1\6\2")]),
    case("WKS: another protocol", [add("new", "WKS", b"\300\0\2\1\6\1")], [add("new", "WKS", b"\300\0\2\1\21\2")]),
    case("unknown type", [add("odd", 65280, b"\1"), drop("odd", 65280, b"\n\13\14\r"), add("odd", 65281, b"")]),
    case("unknown type: set", [is_set("odd", 65280, b"\n\13\14\r"), drop_set("odd", 65280)]),
    case("A of three octets", [add("new", "A", b"\1\2\3")]),
    case("A of no octets", [add("new", "A", b"")]),
    case("AAAA of four octets", [add("new", "AAAA", b"\1\2\3\4")]),
    case("MX without a name", [add("new", "MX", b"\0\1")]),
    case("MX and more", [add("new", "MX", b"\0\1\0x")]),
    case("TXT of nothing", [add("new", "TXT", b"")]),
    case("TXT that is cut", [add("new", "TXT", b"\5ab")]),
    case("SOA that is cut", [add("@", "SOA", b"\0\0\0\0\0\1")]),
    case("NS with a reserved label", [add("new", "NS", b"\x41x\0")]),
    case("delete with data that is cut", [drop("www", "A", b"\1\2\3")]),
    case("set with data that is cut", [is_set("www", "A", b"\1\2\3")]),
    case("long TXT", [add("new", "TXT", b"\xff" + 255 * b"x" + b"\xff" + 255 * b"y")]),
    case("NSEC", [add("www", "NSEC", "text A")], [drop_set("www", "NSEC")]),
    case("RRSIG deleted", [drop_set("www", "RRSIG")]),
    case("NSEC3PARAM", [add("@", "NSEC3PARAM", "1 0 0 -")], [drop_set("@", "NSEC3PARAM")]),
    case("DNSKEY", [add("@", "DNSKEY", "257 3 13 " + 86 * "A" + "==")]),
    case("CDS", [add("@", "CDS", "0 0 0 00")]),
    case("host names that are none", [add("a_b", "A", "192.0.2.99"), add("x\\032y", "A", "192.0.2.98")]),
    case("names with a zero octet", [add("x\\000y", "TXT", '"x"')]),
    case("a long name", [add(".".join(["a" * 60] * 3 + ["b" * 50]), "A", "192.0.2.99")]),
    case("delete names with ANY and a type that is not there", [drop_set("www", "MX"), drop_set("@", "TXT")]),
)


# ---- by a seed: only what all do alike when it comes alone ----

OWNERS = ("@", "www", "new", "new.new", "alias", "deep.ent", "ent", "text", "sub", "ns.sub", "*.wild", "x.wild", "a.b.c")
POOL = {"A": ["192.0.2.%d" % i for i in (1, 2, 4, 5, 99)], "TXT": ['"text"', '"one" "two"', '"x"'],
        "AAAA": ["2001:db8::%d" % i for i in (1, 2)], "MX": ["10 mail", "20 www"], "CNAME": ["www", "text", "ns1"],
        "NS": ["ns1", "ns2", "mail"], "SRV": ["1 2 80 www"], "CAA": ['0 issue "ca"']}
TTLS = (300, 60, 0)


def random_need(chance):
    owner = chance.choice(OWNERS)
    rdtype = chance.choice(list(POOL))
    kind = chance.randrange(5)
    if kind == 4:
        return is_set(owner, rdtype, *chance.sample(POOL[rdtype], chance.randint(1, len(POOL[rdtype]))))
    return (in_use(owner), not_in_use(owner), has(owner, rdtype), lacks(owner, rdtype))[kind]


def random_deed(chance, ttls):
    owner = chance.choice(OWNERS)
    rdtype = chance.choice(list(POOL))
    if owner.startswith("*") and rdtype == "NS":
        rdtype = "A"
    data = chance.choice(POOL[rdtype])
    kind = chance.choice(("add", "add", "add", "drop", "drop_set", "drop_name"))
    if kind == "add":
        return add(owner, rdtype, data, chance.choice(ttls))
    if kind == "drop":
        return drop(owner, rdtype, data)
    return drop_set(owner, rdtype) if kind == "drop_set" else drop_name(owner)


def by_seed(seed, messages):
    """Every second one has TTLs that differ, which Knot takes otherwise."""
    chance = random.Random(seed)
    ttls, spared = (TTLS, ("knot",)) if seed % 2 else (TTLS[:1], ())
    made = []
    for number in range(messages):
        rows = [random_need(chance) for _ in range(chance.choice((0, 0, 0, 1, 2)))]
        rows += [random_deed(chance, ttls) for _ in range(chance.randint(1, 6))]
        made.append(Message(str(number), rows, spared=spared))
    return Case("seed %d" % seed, made)


def cases(seeds, messages, has_grids):
    grids = [Case("need new", grid(NEEDS, "nobody")), Case("need www", grid(NEEDS, "www")),
             Case("do new", grid(DOES, None)), Case("do apex", grid(DOES, "@"))]
    return (grids if has_grids else []) + [Case("forms", forms())] + list(BY_HAND) + \
        [by_seed(seed, messages) for seed in seeds]
