#include "text/mnemonic.h"

#include "base/macros.h"

static const struct wire_mnemonic protocols[] = {
    { "icmp", 1 }, { "igmp", 2 }, { "ggp", 3 },  { "st", 5 },    { "tcp", 6 },    { "egp", 8 },
    { "igp", 9 },  { "pup", 12 }, { "udp", 17 }, { "hmp", 20 },  { "rdp", 27 },   { "irtp", 28 },
    { "gre", 47 }, { "esp", 50 }, { "ah", 51 },  { "ospf", 89 }, { "sctp", 132 },
};

static const struct wire_mnemonic services[] = {
    { "rje", 5 },           { "echo", 7 },          { "discard", 9 },       { "systat", 11 },
    { "users", 11 },        { "daytime", 13 },      { "netstat", 15 },      { "qotd", 17 },
    { "quote", 17 },        { "chargen", 19 },      { "ftp-data", 20 },     { "ftp", 21 },
    { "ssh", 22 },          { "telnet", 23 },       { "smtp", 25 },         { "nsw-fe", 27 },
    { "msg-icp", 29 },      { "msg-auth", 31 },     { "dsp", 33 },          { "time", 37 },
    { "rlp", 39 },          { "graphics", 41 },     { "nameserver", 42 },   { "nicname", 43 },
    { "whois", 43 },        { "mpm-flags", 44 },    { "mpm", 45 },          { "mpm-snd", 46 },
    { "ni-ftp", 47 },       { "login", 49 },        { "tacacs", 49 },       { "la-maint", 51 },
    { "domain", 53 },       { "isi-gl", 55 },       { "ni-mail", 61 },      { "via-ftp", 63 },
    { "bootps", 67 },       { "bootpc", 68 },       { "tftp", 69 },         { "gopher", 70 },
    { "netrjs-1", 71 },     { "netrjs-2", 72 },     { "netrjs-3", 73 },     { "netrjs-4", 74 },
    { "finger", 79 },       { "http", 80 },         { "www", 80 },          { "hosts2-ns", 81 },
    { "kerberos", 88 },     { "su-mit-tg", 89 },    { "mit-dov", 91 },      { "dcp", 93 },
    { "supdup", 95 },       { "swift-rvf", 97 },    { "tacnews", 98 },      { "metagram", 99 },
    { "hostname", 101 },    { "hostnames", 101 },   { "iso-tsap", 102 },    { "x400", 103 },
    { "x400-snd", 104 },    { "csnet-ns", 105 },    { "rtelnet", 107 },     { "pop2", 109 },
    { "pop-2", 109 },       { "pop3", 110 },        { "sunrpc", 111 },      { "auth", 113 },
    { "sftp", 115 },        { "uucp-path", 117 },   { "nntp", 119 },        { "erpc", 121 },
    { "ntp", 123 },         { "locus-map", 125 },   { "locus-con", 127 },   { "pwdgen", 129 },
    { "cisco-fna", 130 },   { "cisco-tna", 131 },   { "cisco-sys", 132 },   { "statsrv", 133 },
    { "ingres-net", 134 },  { "loc-srv", 135 },     { "profile", 136 },     { "netbios-ns", 137 },
    { "netbios-dgm", 138 }, { "netbios-ssn", 139 }, { "imap", 143 },        { "imap2", 143 },
    { "snmp", 161 },        { "snmptrap", 162 },    { "xdmcp", 177 },       { "bgp", 179 },
    { "ldap", 389 },        { "https", 443 },       { "submissions", 465 }, { "syslog", 514 },
    { "submission", 587 },  { "ldaps", 636 },       { "domain-s", 853 },    { "imaps", 993 },
    { "pop3s", 995 },
};

const struct wire_mnemonics text_protocols = { .rows = protocols, .count = TD_COUNT(protocols) };
const struct wire_mnemonics text_services = { .rows = services, .count = TD_COUNT(services) };
