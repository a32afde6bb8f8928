"""Zones to measure with, the same each time, and questions for them.

    zones.py FOLDER small | tld NUMBER | hosting NUMBER

small        example.test., 1,000 hosts: A, AAAA at each second, now and then MX, TXT, CNAME
tld N        tld., N delegations of two name servers each: half of them with glue of their own,
             half at hosters; DS at every tenth. A million is "the million-record zone".
hosting N    N zones of ten records, a file each, and zones.list with "name file"

tldNk-nsec and tldNk-nsec3oo are the same zone signed, with NSEC and with NSEC3 and opt-out, by
dnssec-signzone, this system's or that in build/peers: made by signed().

Questions are in q-ZONE-KIND.txt, lines "name type" in random order: a (there is an answer), del
(below a delegation), nx (there is no such name).
"""
import functools
import os
import random
import re
import shutil
import string
import subprocess
import sys

QUESTIONS = 100000
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOA = "@ IN SOA ns1 hostmaster 1 7200 3600 1209600 300\n"


def word(dice):
    return "".join(dice.choices(string.ascii_lowercase, k=dice.randint(4, 14)))


def address(dice):
    return "%d.%d.%d.%d" % (dice.randint(11, 99), dice.randint(0, 255), dice.randint(0, 255),
                            dice.randint(1, 254))


def questions(folder, zone, kind, make):
    with open("%s/q-%s-%s.txt" % (folder, zone, kind), "w", encoding="ascii") as file:
        file.writelines(make() + " A\n" for _ in range(QUESTIONS))


def small(folder):
    dice = random.Random(11)
    lines = ["$ORIGIN example.test.\n$TTL 3600\n", SOA, "@ NS ns1\n@ NS ns2\n@ MX 10 host1\n",
             "ns1 A 192.0.2.1\nns2 A 192.0.2.2\n"]
    for i in range(1000):
        lines.append("host%d A %s\n" % (i, address(dice)))
        if i % 2 == 0:
            lines.append("host%d AAAA 2001:db8::%x\n" % (i, i + 1))
        if i % 10 == 0:
            lines.append('host%d MX 10 host%d\nhost%d TXT "v=spf1 ip4:%s -all"\n'
                         % (i, (i + 1) % 1000, i, address(dice)))
        if i % 20 == 0:
            lines.append("alias%d CNAME host%d\n" % (i, i))
    with open(folder + "/small.zone", "w", encoding="ascii") as file:
        file.writelines(lines)
    questions(folder, "small", "a", lambda: "host%d.example.test." % dice.randrange(1000))
    questions(folder, "small", "nx", lambda: word(dice) + "0.example.test.")


def tld(folder, number):
    dice = random.Random(12)
    taken = set()
    while len(taken) < number:
        taken.add(word(dice) + (str(dice.randrange(100)) if len(taken) % 3 == 0 else ""))
    names = sorted(taken)
    hosters = dice.sample(names, max(10, number // 1000))
    is_hoster = set(hosters)
    zone = "tld%dk" % (number // 1000)
    with open("%s/%s.zone" % (folder, zone), "w", encoding="ascii") as file:
        file.write("$ORIGIN tld.\n$TTL 86400\n@ IN SOA a.nic hostmaster.nic 1 1800 900 604800 900\n"
                   "@ NS a.nic\n@ NS b.nic\na.nic A 192.0.2.1\nb.nic A 192.0.2.2\n")
        for i, name in enumerate(names):
            own = name in is_hoster or i % 2 == 1
            host = name if own else dice.choice(hosters)
            file.write("%s NS ns1.%s\n%s NS ns2.%s\n" % (name, host, name, host))
            if own:
                file.write("ns1.%s A %s\nns2.%s A %s\n" % (name, address(dice), name,
                                                           address(dice)))
            if own and i % 4 == 1:
                file.write("ns1.%s AAAA 2001:db8:%x::1\n" % (name, dice.randint(1, 65535)))
            if dice.random() < 0.1:
                file.write("%s DS %d 13 2 %064x\n" % (name, dice.randint(1, 65535),
                                                      dice.getrandbits(256)))
    questions(folder, zone, "del", lambda: "www.%s.tld." % dice.choice(names))
    questions(folder, zone, "nx", lambda: "%s-%s.tld." % (word(dice), word(dice)))


def hosting(folder, number):
    dice = random.Random(13)
    zone = "hosting%dk" % (number // 1000)
    names = ["%s%d.test" % (word(dice), i) for i in range(number)]
    os.makedirs("%s/%s" % (folder, zone), exist_ok=True)
    with open("%s/%s/zones.list" % (folder, zone), "w", encoding="ascii") as index:
        for name in names:
            path = "%s/%s/%s.zone" % (folder, zone, name)
            index.write("%s. %s\n" % (name, path))
            with open(path, "w", encoding="ascii") as file:
                file.write("$ORIGIN %s.\n$TTL 3600\n%s@ NS ns1\n@ NS ns2\nns1 A 192.0.2.1\n"
                           "ns2 A 192.0.2.2\n@ A %s\nwww A %s\n@ MX 10 mail\nmail A %s\n"
                           '@ TXT "v=spf1 mx -all"\n'
                           % (name, SOA, address(dice), address(dice), address(dice)))
    questions(folder, zone, "a", lambda: "www.%s." % dice.choice(names))
    questions(folder, zone, "nx", lambda: "%s.%s." % (word(dice), dice.choice(names)))


@functools.cache
def signer():
    """The environment in which dnssec-signzone can be run, or None. Peers are unpacked by tools/peers: nothing is
    fetched for this."""
    env = dict(os.environ)
    if shutil.which("dnssec-signzone") is None and os.path.exists(ROOT + "/build/peers/complete"):
        done = subprocess.run([ROOT + "/tools/peers"], stdout=subprocess.PIPE, text=True)
        for name, value in re.findall(r"^export (\w+)=['\"](.*)['\"]$", done.stdout, re.M):
            env[name] = value.replace("$PATH", os.environ["PATH"])
    return env if shutil.which("dnssec-signzone", path=env["PATH"]) else None


def signed(folder, zone, kind):
    """tld100k-nsec or tld100k-nsec3oo; False where there is no dnssec-signzone."""
    env = signer()
    if env is None:
        return False
    path = "%s/%s-%s.zone" % (folder, zone, kind)
    if not os.path.exists(path):
        work = path + ".work"
        shutil.rmtree(work, ignore_errors=True)
        os.makedirs(work)
        key = subprocess.run(["dnssec-keygen", "-q", "-K", work, "-a", "ECDSAP256SHA256", "tld."],
                             check=True, stdout=subprocess.PIPE, text=True, env=env).stdout.strip()
        with open("%s/%s.zone" % (folder, zone), encoding="ascii") as file:
            text = file.read()
        with open("%s/%s.key" % (work, key), encoding="ascii") as file:
            text += file.read()
        with open(work + "/plain", "w", encoding="ascii") as file:
            file.write(text)
        chain = ["-3", "-", "-H", "0", "-A"] if kind == "nsec3oo" else []
        subprocess.run(["dnssec-signzone", "-q", "-P", "-z", "-K", work, "-o", "tld.", "-O", "full"] + chain +
                       ["-f", path + ".new", work + "/plain"], check=True, stdout=subprocess.DEVNULL,
                       cwd=work, env=env)
        os.rename(path + ".new", path)
        shutil.rmtree(work)
    for name in ("del", "nx"):
        shutil.copyfile("%s/q-%s-%s.txt" % (folder, zone, name), "%s/q-%s-%s-%s.txt" % (folder, zone, kind, name))
    return True


def made(folder, kind, number=0):
    """Make it unless it is there."""
    stamp = "%s/.%s-%d" % (folder, kind, number)
    if os.path.exists(stamp):
        return
    os.makedirs(folder, exist_ok=True)
    if kind == "small":
        small(folder)
    else:
        {"tld": tld, "hosting": hosting}[kind](folder, number)
    with open(stamp, "w", encoding="ascii"):
        pass


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    made(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0)
