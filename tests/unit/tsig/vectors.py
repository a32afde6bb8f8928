#!/usr/bin/python3
"""Makes vectors.h with dnspython (2.3.0), whose TSIG owes nothing to ours."""
import textwrap
import time

time.time = lambda: 1700000000.5  # before dnspython reads the clock

import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset
import dns.tsig

NAME = dns.name.from_text("Key.Example.")
SECRET = bytes(range(1, 41))
ALGORITHMS = [
    ("SHA1", dns.tsig.HMAC_SHA1),
    ("SHA224", dns.tsig.HMAC_SHA224),
    ("SHA256", dns.tsig.HMAC_SHA256),
    ("SHA384", dns.tsig.HMAC_SHA384),
    ("SHA512", dns.tsig.HMAC_SHA512),
]


def show(name, octets):
    lines = textwrap.wrap(octets.hex(), 88)
    print(f"#define {name} \\")
    print(" \\\n".join(f'    "{line}"' for line in lines))


def query():
    message = dns.message.make_query("example.com.", "SOA")
    message.id = 0x1234
    message.flags = dns.flags.RD
    return message


def answer(number=1, is_first=True, rcode=0):
    message = dns.message.Message(0x1234)
    message.flags = dns.flags.QR | dns.flags.AA
    message.set_rcode(rcode)
    if is_first:
        message.question = [
            dns.rrset.RRset(dns.name.from_text("example.com."), 1, dns.rdatatype.SOA)
        ]
    message.answer = [dns.rrset.from_text("example.com.", 3600, "IN", "A", f"192.0.2.{number}")]
    return message


def signed(message, key, request=None, **more):
    message.use_tsig(key, **more)
    if request is not None:
        message.request_mac = request.mac
    return message


print("/* Made by vectors.py; do not edit. */")
print("#pragma once\n")
print("/* clang-format off */")
show("PLAIN_QUERY", query().to_wire())
show("PLAIN_ANSWER", answer().to_wire())
show("NOTAUTH_ANSWER", answer(rcode=9).to_wire())
for text, algorithm in ALGORITHMS:
    key = dns.tsig.Key(NAME, SECRET, algorithm)
    request = signed(query(), key)
    show(f"{text}_QUERY", request.to_wire())
    show(f"{text}_ANSWER", signed(answer(), key, request).to_wire())

key = dns.tsig.Key(NAME, SECRET, dns.tsig.HMAC_SHA256)
request = signed(query(), key)
request.to_wire()

# Errors. In BADTIME the time signed is the client's, the other data the server's.
server_time = (1700001000).to_bytes(6, "big")
show("BADTIME_ANSWER",
     signed(answer(rcode=9), key, request, tsig_error=18, other_data=server_time).to_wire())
show("BADTRUNC_ANSWER", signed(answer(rcode=9), key, request, tsig_error=22).to_wire())

# A long answer, each message signed.
context = None
for number in range(1, 4):
    message = answer(number, is_first=number == 1)
    show(f"LONG_PLAIN_{number}", message.to_wire())
    signed(message, key, request)
    show(f"LONG_SIGNED_{number}", message.to_wire(multi=True, tsig_ctx=context))
    context = message.tsig_ctx

# The first signed, two not, the fourth signed.
message = signed(answer(1), key, request)
message.to_wire(multi=True)
context = message.tsig_ctx
for number in (2, 3):
    context.update(answer(number, is_first=False).to_wire())
message = answer(4, is_first=False)
show("GAP_PLAIN_4", message.to_wire())
signed(message, key, request)
show("GAP_SIGNED_4", message.to_wire(multi=True, tsig_ctx=context))
print("/* clang-format on */")
