"""A hidden primary, and the name servers of its zone: who is told, over which address, and what an operator sees."""
import json

from test_probe import Secondary
from test_secondary import KEY, KEYS, serial

# ns1 is named in the SOA. Addresses of 127/8 are all of this machine, and need not be ours.
ZONE = """$ORIGIN example.com.
$TTL 3600
@    SOA  %s hostmaster 1 7200 1800 1209600 300
     NS   ns1
     NS   ns2
     NS   ns3.example.net.
ns1  A    127.0.0.11
ns2  A    127.0.0.12
"""


def server(number):
    """A scripted secondary at an address of its own, that has nothing newer than serial 0."""
    made = Secondary("127.0.0.%d" % number)
    made.serial = 0  # with that of the primary it would be in step before it is told
    return made


def hidden(tandem, mname="ns1", peers=(), ready=True, keys=KEYS, **options):
    """A primary that none of the name servers is."""
    source = tandem(start=False, keys=keys, peers=[dict(row) for row in peers],
                    zones=[dict({"name": "example.com", "file": "example.com.zone"}, **options)])
    source.zone("example.com", ZONE % mname)
    return source.start() if ready else source


def row(name, secondary, **more):
    return dict({"name": name, "address": "%s:%d" % (secondary.address, secondary.port)}, **more)


def status(source):
    return json.loads(source.cli("zone", "status", "example.com", "--json").stdout)


def says(source):
    return {each["name"].split(".")[0]: each["says"] for each in status(source)["name_servers"]}


def test_it_is_followed_and_shown(tandem):
    """tandem to tandem: the secondary is the one that the zone names."""
    source, copy = tandem(start=False, zones=[]), tandem(start=False, zones=[])
    copy.server["listen"] = ["127.0.0.12:%d" % copy.port, "127.0.0.1:%d" % copy.port]
    source.configure(keys=KEYS, peers=[{"name": "public", "address": "127.0.0.12:%d" % copy.port, "key": KEY}],
                     zones=[{"name": "example.com", "file": "example.com.zone", "to": ["public"]}])
    source.zone("example.com", ZONE % "hidden.example.com.")
    copy.configure(keys=KEYS, peers=[{"name": "hidden", "address": "127.0.0.1:%d" % source.port, "key": KEY,
                                      "source": "127.0.0.12"}],
                   zones=[{"name": "example.com", "from": ["hidden"]}])
    source.start()
    copy.start()
    copy.wait(lambda: serial(copy) == 1)
    assert source.cli("record", "add", "example.com", "new", "60", "A", "192.0.2.7", "--wait", "all").returncode == 0
    assert serial(copy) == 2
    assert status(source)["is_hidden"] is True
    assert "hidden_trouble" not in {key for key, value in status(source).items() if value}
    text = source.cli("zone", "status", "example.com").stdout
    assert "this server is not among the name servers" in text
    assert "ns2.example.com. (127.0.0.12) the peer public of 'to'" in text
    assert status(copy)["is_hidden"] is False


def test_without_anybody_to_tell_it_says_so(tandem):
    source = hidden(tandem)
    assert "no secondary is told" in status(source)["hidden_trouble"]
    assert "no secondary is told" in source.cli("zone", "status", "example.com").stdout
    assert "name them in 'to'" in source.cli("zone", "why", "example.com").stdout


def test_one_that_is_a_name_server_itself_is_not_hidden(tandem):
    source = hidden(tandem, ready=False)
    source.zone("example.com", (ZONE % "ns1").replace("127.0.0.12", "127.0.0.1"))
    source.start()
    assert status(source)["is_hidden"] is False
    assert says(source)["ns2"] == "this server"


def everywhere(tandem, second="127.0.0.12"):
    """A primary that listens at whatever addresses there are."""
    source = hidden(tandem, ready=False)
    source.server["listen"] = ["0.0.0.0:%d" % source.port]
    source.configure(zones=[{"name": "example.com", "file": "example.com.zone"}])
    source.zone("example.com", (ZONE % "ns1").replace("127.0.0.12", second))
    return source.start()


def test_who_listens_everywhere_is_judged_by_its_interfaces(tandem):
    assert status(everywhere(tandem))["is_hidden"] is True
    public = everywhere(tandem, second="127.0.0.1")
    assert status(public)["is_hidden"] is False
    assert says(public)["ns2"] == "this server"


def test_a_name_server_that_is_a_peer_and_not_in_to_is_told_to_the_operator(tandem):
    ns2 = server(12)
    other = server(99)
    source = hidden(tandem, peers=[row("two", ns2), row("other", other)], to=["other"])
    assert "not in 'to' of the zone" in says(source)["ns2"]
    assert says(source)["ns1"].startswith("no peer")
    assert says(source)["ns3"] == "its address is not known here"
    assert "ns2.example.com. is the peer two, which is not in 'to'" in source.cli("zone", "why", "example.com").stdout
    source.wait(lambda: other.notified)
    assert not ns2.notified
    ns2.close()
    other.close()


def test_ns_set_reaches_name_servers_that_are_peers_as_peers(tandem):
    """By the port and the key of the configuration; the primary that the SOA names is left out."""
    ns1, ns2 = server(11), server(12)
    source = hidden(tandem, peers=[row("one", ns1), row("two", ns2, key=KEY)], notify="ns-set")
    source.wait(lambda: ns2.notified)
    assert ns2.has_tsig and not ns1.notified
    assert "leaves out" in says(source)["ns1"]
    assert [peer["name"] for peer in status(source)["peers"]] == ["ns2.example.com."]
    ns1.close()
    ns2.close()


def test_the_primary_of_the_soa_is_told_when_it_is_a_peer_of_to(tandem):
    ns1, ns2, stealth = server(11), server(12), server(99)
    source = hidden(tandem, peers=[row("one", ns1), row("two", ns2), row("stealth", stealth)],
                    to=["one", "stealth"], notify="ns-set")
    source.wait(lambda: ns1.notified and ns2.notified)
    assert not stealth.notified  # in 'to', and no name server: that is what notify: both is for
    assert says(source)["ns1"] == "the peer one of 'to'"
    for each in (ns1, ns2, stealth):
        each.close()


def test_the_address_of_a_name_server_may_stand_in_another_zone_that_is_served_here(tandem):
    ns3 = server(13)
    source = hidden(tandem, peers=[row("three", ns3)], notify="ns-set", ready=False)
    top = json.loads(source.path.read_text())
    top["zones"].insert(0, {"name": "example.net", "file": "example.net.zone"})
    source.path.write_text(json.dumps(top))
    source.zone("example.net", "$TTL 60\n@ SOA ns h 1 7200 1800 1209600 300\n@ NS ns\nns A 192.0.2.53\nns3 A 127.0.0.13\n")
    source.start()
    assert source.cli("zone", "notify", "example.com").returncode in (0, 1)
    source.wait(lambda: says(source)["ns3"].startswith("the peer three"))
    assert source.cli("record", "add", "example.com", "new", "60", "A", "192.0.2.7").returncode == 0
    source.wait(lambda: ns3.notified)
    ns3.close()
