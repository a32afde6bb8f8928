/*
 * wire/rrtype_rows.h - the rows of the table of record types. Only for wire/rrtype.h.
 *
 *     X(symbol, number, "MNEMONIC", flags, names, name_at, additional, fields...)
 *
 * symbol    makes WIRE_TYPE_symbol
 * flags     of enum wire_rrtype_flag, F(...) for short; 0: none
 * names, name_at   where the names in the data are; a unit test compares it with the fields
 * fields    of enum wire_field, in order
 *
 * To add a type: add its row in order of numbers. A new kind of field also needs its case in
 * rdata_field.c and in the text floor (the compiler tells where).
 */
#pragma once

/* clang-format off */
#define WIRE_RRTYPE_ROWS(X) \
 X(A,          1,     "A",          0,                          NONE, 0, NONE,    IPV4) \
 X(NS,         2,     "NS",         F(COMPRESS)|F(LOWER),       ONE,  0, ADDRESS, NAME_1035) \
 X(MD,         3,     "MD",         F(OBSOLETE)|F(COMPRESS)|F(LOWER), ONE, 0, ADDRESS, NAME_1035) \
 X(MF,         4,     "MF",         F(OBSOLETE)|F(COMPRESS)|F(LOWER), ONE, 0, ADDRESS, NAME_1035) \
 X(CNAME,      5,     "CNAME",      F(SINGLETON)|F(COMPRESS)|F(LOWER), ONE, 0, NONE, NAME_1035) \
 X(SOA,        6,     "SOA",        F(SINGLETON)|F(COMPRESS)|F(LOWER), TWO, 0, NONE, \
                                    NAME_1035, NAME_1035, U32, TTL, TTL, TTL, TTL) \
 X(MB,         7,     "MB",         F(COMPRESS)|F(LOWER),       ONE,  0, ADDRESS, NAME_1035) \
 X(MG,         8,     "MG",         F(COMPRESS)|F(LOWER),       ONE,  0, NONE,    NAME_1035) \
 X(MR,         9,     "MR",         F(COMPRESS)|F(LOWER),       ONE,  0, NONE,    NAME_1035) \
 X(NULL,       10,    "NULL",       0,                          NONE, 0, NONE,    GENERIC) \
 X(WKS,        11,    "WKS",        F(OBSOLETE),                NONE, 0, NONE,    IPV4, WKS) \
 X(PTR,        12,    "PTR",        F(COMPRESS)|F(LOWER),       ONE,  0, NONE,    NAME_1035) \
 X(HINFO,      13,    "HINFO",      0,                          NONE, 0, NONE,    STRING, STRING) \
 X(MINFO,      14,    "MINFO",      F(COMPRESS)|F(LOWER),       TWO,  0, NONE,    NAME_1035, NAME_1035) \
 X(MX,         15,    "MX",         F(COMPRESS)|F(LOWER),       ONE,  2, ADDRESS, U16, NAME_1035) \
 X(TXT,        16,    "TXT",        0,                          NONE, 0, NONE,    STRINGS) \
 X(RP,         17,    "RP",         F(LOWER),                   TWO,  0, NONE,    NAME_DECOMPRESS, NAME_DECOMPRESS) \
 X(AFSDB,      18,    "AFSDB",      F(LOWER),                   ONE,  2, ADDRESS, U16, NAME_DECOMPRESS) \
 X(X25,        19,    "X25",        0,                          NONE, 0, NONE,    STRING_DIGITS) \
 X(ISDN,       20,    "ISDN",       0,                          NONE, 0, NONE,    STRING, STRING_OPTIONAL) \
 X(RT,         21,    "RT",         F(LOWER),                   ONE,  2, ADDRESS, U16, NAME_DECOMPRESS) \
 X(NSAP,       22,    "NSAP",       F(OBSOLETE),                NONE, 0, NONE,    NSAP) \
 X(NSAP_PTR,   23,    "NSAP-PTR",   F(OBSOLETE),                ONE,  0, NONE,    NAME) \
 X(SIG,        24,    "SIG",        F(OBSOLETE)|F(AT_CNAME)|F(LOWER), ONE, 18, NONE, \
                                    TYPE, ALGORITHM, U8, TTL, TIME, TIME, U16, NAME_DECOMPRESS, BASE64) \
 X(KEY,        25,    "KEY",        F(AT_CNAME),                NONE, 0, NONE,    U16, U8, ALGORITHM, BASE64_OPTIONAL) \
 X(PX,         26,    "PX",         F(LOWER),                   TWO,  2, NONE,    U16, NAME_DECOMPRESS, NAME_DECOMPRESS) \
 X(GPOS,       27,    "GPOS",       F(OBSOLETE),                NONE, 0, NONE,    STRING, STRING, STRING) \
 X(AAAA,       28,    "AAAA",       0,                          NONE, 0, NONE,    IPV6) \
 X(LOC,        29,    "LOC",        0,                          NONE, 0, NONE,    LOC) \
 X(NXT,        30,    "NXT",        F(OBSOLETE)|F(AT_CNAME)|F(LOWER), ONE, 0, NONE, NAME_DECOMPRESS, BITMAP_NXT) \
 X(EID,        31,    "EID",        0,                          NONE, 0, NONE,    HEX) \
 X(NIMLOC,     32,    "NIMLOC",     0,                          NONE, 0, NONE,    HEX) \
 X(SRV,        33,    "SRV",        F(LOWER),                   ONE,  6, ADDRESS, U16, U16, U16, NAME_DECOMPRESS) \
 X(ATMA,       34,    "ATMA",       0,                          NONE, 0, NONE,    ATMA) \
 X(NAPTR,      35,    "NAPTR",      F(LOWER),                   WALK, 0, NAPTR,   U16, U16, STRING, STRING, STRING, NAME_DECOMPRESS) \
 X(KX,         36,    "KX",         F(LOWER),                   ONE,  2, ADDRESS, U16, NAME_LOWER) \
 X(CERT,       37,    "CERT",       0,                          NONE, 0, NONE,    CERT_TYPE, U16, ALGORITHM, BASE64) \
 X(A6,         38,    "A6",         F(OBSOLETE)|F(LOWER),       WALK, 0, NONE,    A6) \
 X(DNAME,      39,    "DNAME",      F(SINGLETON)|F(LOWER),      ONE,  0, NONE,    NAME_LOWER) \
 X(SINK,       40,    "SINK",       0,                          NONE, 0, NONE,    U8, U8, U8, BASE64_OPTIONAL) \
 X(OPT,        41,    "OPT",        F(META),                    NONE, 0, NONE,    EDNS) \
 X(APL,        42,    "APL",        0,                          NONE, 0, NONE,    APL) \
 X(DS,         43,    "DS",         F(DNSSEC)|F(AT_PARENT)|F(RULE), NONE, 0, NONE,    U16, ALGORITHM, U8, HEX) \
 X(SSHFP,      44,    "SSHFP",      F(RULE),                    NONE, 0, NONE,    U8, U8, HEX) \
 X(IPSECKEY,   45,    "IPSECKEY",   0,                          WALK, 0, NONE,    U8, U8, U8, IPSEC_GATEWAY, BASE64_OPTIONAL) \
 X(RRSIG,      46,    "RRSIG",      F(DNSSEC)|F(AT_CNAME)|F(LOWER), ONE, 18, NONE, \
                                    TYPE, ALGORITHM, U8, TTL, TIME, TIME, U16, NAME_LOWER, BASE64) \
 X(NSEC,       47,    "NSEC",       F(DNSSEC)|F(AT_CNAME)|F(RULE), ONE,  0, NONE,    NAME, BITMAP) \
 X(DNSKEY,     48,    "DNSKEY",     F(DNSSEC),                  NONE, 0, NONE,    U16, U8, ALGORITHM, BASE64) \
 X(DHCID,      49,    "DHCID",      0,                          NONE, 0, NONE,    BASE64) \
 X(NSEC3,      50,    "NSEC3",      F(DNSSEC),                  NONE, 0, NONE,    U8, U8, U16, HEX_8, BASE32HEX_8, BITMAP) \
 X(NSEC3PARAM, 51,    "NSEC3PARAM", F(DNSSEC),                  NONE, 0, NONE,    U8, U8, U16, HEX_8) \
 X(TLSA,       52,    "TLSA",       0,                          NONE, 0, NONE,    U8, U8, U8, HEX) \
 X(SMIMEA,     53,    "SMIMEA",     0,                          NONE, 0, NONE,    U8, U8, U8, HEX) \
 X(HIP,        55,    "HIP",        0,                          WALK, 0, NONE,    HIP) \
 X(NINFO,      56,    "NINFO",      0,                          NONE, 0, NONE,    STRINGS) \
 X(RKEY,       57,    "RKEY",       F(RULE),                    NONE, 0, NONE,    U16, U8, ALGORITHM, BASE64) \
 X(TALINK,     58,    "TALINK",     0,                          TWO,  0, NONE,    NAME, NAME) \
 X(CDS,        59,    "CDS",        F(DNSSEC)|F(RULE),          NONE, 0, NONE,    U16, ALGORITHM, U8, HEX) \
 X(CDNSKEY,    60,    "CDNSKEY",    F(DNSSEC),                  NONE, 0, NONE,    U16, U8, ALGORITHM, BASE64) \
 X(OPENPGPKEY, 61,    "OPENPGPKEY", 0,                          NONE, 0, NONE,    BASE64) \
 X(CSYNC,      62,    "CSYNC",      0,                          NONE, 0, NONE,    U32, U16, BITMAP) \
 X(ZONEMD,     63,    "ZONEMD",     F(RULE),                    NONE, 0, NONE,    U32, U8, U8, HEX) \
 X(SVCB,       64,    "SVCB",       F(RULE),                    ONE,  2, SVCB,    U16, NAME, SVCB_PARAMS) \
 X(HTTPS,      65,    "HTTPS",      F(RULE),                    ONE,  2, SVCB,    U16, NAME, SVCB_PARAMS) \
 X(DSYNC,      66,    "DSYNC",      0,                          ONE,  5, NONE,    TYPE, DSYNC_SCHEME, U16, NAME) \
 X(HHIT,       67,    "HHIT",       0,                          NONE, 0, NONE,    BASE64) \
 X(BRID,       68,    "BRID",       0,                          NONE, 0, NONE,    BASE64) \
 X(SPF,        99,    "SPF",        F(OBSOLETE),                NONE, 0, NONE,    STRINGS) \
 X(NID,        104,   "NID",        0,                          NONE, 0, NONE,    U16, ILNP64) \
 X(L32,        105,   "L32",        0,                          NONE, 0, NONE,    U16, IPV4) \
 X(L64,        106,   "L64",        0,                          NONE, 0, NONE,    U16, ILNP64) \
 X(LP,         107,   "LP",         0,                          ONE,  2, LP,      U16, NAME) \
 X(EUI48,      108,   "EUI48",      0,                          NONE, 0, NONE,    EUI48) \
 X(EUI64,      109,   "EUI64",      0,                          NONE, 0, NONE,    EUI64) \
 X(NXNAME,     128,   "NXNAME",     F(META),                    NONE, 0, NONE,    GENERIC) \
 X(TKEY,       249,   "TKEY",       F(META),                    ONE,  0, NONE,    NAME, TIME, TIME, U16, RCODE, BASE64_16, BASE64_16) \
 X(TSIG,       250,   "TSIG",       F(META),                    ONE,  0, NONE,    NAME, U48, U16, BASE64_16, U16, RCODE, BASE64_16) \
 X(IXFR,       251,   "IXFR",       F(META)|F(QUESTION),        NONE, 0, NONE,    GENERIC) \
 X(AXFR,       252,   "AXFR",       F(META)|F(QUESTION),        NONE, 0, NONE,    GENERIC) \
 X(MAILB,      253,   "MAILB",      F(META)|F(QUESTION),        NONE, 0, NONE,    GENERIC) \
 X(MAILA,      254,   "MAILA",      F(META)|F(QUESTION)|F(OBSOLETE), NONE, 0, NONE, GENERIC) \
 X(ANY,        255,   "ANY",        F(META)|F(QUESTION),        NONE, 0, NONE,    GENERIC) \
 X(URI,        256,   "URI",        F(RULE),                    NONE, 0, NONE,    U16, U16, TEXT) \
 X(CAA,        257,   "CAA",        0,                          NONE, 0, NONE,    U8, TAG, TEXT) \
 X(AVC,        258,   "AVC",        0,                          NONE, 0, NONE,    STRINGS) \
 X(DOA,        259,   "DOA",        0,                          NONE, 0, NONE,    U32, U32, U8, STRING, BASE64_DASH) \
 X(AMTRELAY,   260,   "AMTRELAY",   0,                          WALK, 0, NONE,    U8, AMT_RELAY) \
 X(RESINFO,    261,   "RESINFO",    0,                          NONE, 0, NONE,    STRINGS) \
 X(WALLET,     262,   "WALLET",     0,                          NONE, 0, NONE,    STRINGS) \
 X(CLA,        263,   "CLA",        0,                          NONE, 0, NONE,    STRINGS) \
 X(IPN,        264,   "IPN",        0,                          NONE, 0, NONE,    U64) \
 X(TA,         32768, "TA",         F(RULE),                    NONE, 0, NONE,    U16, ALGORITHM, U8, HEX) \
 X(DLV,        32769, "DLV",        F(OBSOLETE)|F(RULE),        NONE, 0, NONE,    U16, ALGORITHM, U8, HEX) \
 X(DELEG,      61440, "DELEG",      F(AT_PARENT),               NONE, 0, NONE,    GENERIC)
/* clang-format on */
