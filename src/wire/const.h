/*
 * wire/const.h - numbers of the protocol and their names.
 *
 * Shape    one X-macro row per number: X(SYMBOL, number, "mnemonic"[, "text"]). Every table
 *          can be searched both ways.
 * Floor    1.
 * Threads  Pure.
 * RFC      6895 (classes, opcodes, RCODEs), 6891 and the EDNS registry, 8914 (EDE), 9904
 *          (DNSSEC algorithms), 4398 (certificate types), 9859 (DSYNC schemes), 9460
 *          (service parameters).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
    WIRE_HEADER_SIZE = 12,
    WIRE_MESSAGE_SIZE_MAX = 65535,
    WIRE_RDATA_SIZE_MAX = 65535,
    WIRE_TTL_MAX = 0x7FFFFFFF, /* RFC 2181 8: what has the top bit set counts as 0 */
};

/* Octets 2 and 3 of the header as one big-endian number. */
enum wire_header_flag {
    WIRE_FLAG_QR = 0x8000,
    WIRE_FLAG_AA = 0x0400,
    WIRE_FLAG_TC = 0x0200,
    WIRE_FLAG_RD = 0x0100,
    WIRE_FLAG_RA = 0x0080,
    WIRE_FLAG_Z = 0x0040,
    WIRE_FLAG_AD = 0x0020,
    WIRE_FLAG_CD = 0x0010,
    WIRE_FLAG_OPCODE = 0x7800,
    WIRE_FLAG_OPCODE_SHIFT = 11,
    WIRE_FLAG_RCODE = 0x000F,
};

/* clang-format off */
#define WIRE_OPCODE_ROWS(X) \
    X(QUERY,  0, "QUERY") \
    X(IQUERY, 1, "IQUERY") \
    X(STATUS, 2, "STATUS") \
    X(NOTIFY, 4, "NOTIFY") \
    X(UPDATE, 5, "UPDATE") \
    X(DSO,    6, "DSO")

#define WIRE_RCODE_ROWS(X) \
    X(NOERROR,    0, "NOERROR") \
    X(FORMERR,    1, "FORMERR") \
    X(SERVFAIL,   2, "SERVFAIL") \
    X(NXDOMAIN,   3, "NXDOMAIN") \
    X(NOTIMP,     4, "NOTIMP") \
    X(REFUSED,    5, "REFUSED") \
    X(YXDOMAIN,   6, "YXDOMAIN") \
    X(YXRRSET,    7, "YXRRSET") \
    X(NXRRSET,    8, "NXRRSET") \
    X(NOTAUTH,    9, "NOTAUTH") \
    X(NOTZONE,   10, "NOTZONE") \
    X(DSOTYPENI, 11, "DSOTYPENI") \
    X(BADVERS,   16, "BADVERS") \
    X(BADKEY,    17, "BADKEY") \
    X(BADTIME,   18, "BADTIME") \
    X(BADMODE,   19, "BADMODE") \
    X(BADNAME,   20, "BADNAME") \
    X(BADALG,    21, "BADALG") \
    X(BADTRUNC,  22, "BADTRUNC") \
    X(BADCOOKIE, 23, "BADCOOKIE")

#define WIRE_CLASS_ROWS(X) \
    X(IN,   1, "IN") \
    X(CH,   3, "CH") \
    X(HS,   4, "HS") \
    X(NONE, 254, "NONE") \
    X(ANY,  255, "ANY")

#define WIRE_EDNS_ROWS(X) \
    X(LLQ,           1, "LLQ") \
    X(UPDATE_LEASE,  2, "UPDATE-LEASE") \
    X(NSID,          3, "NSID") \
    X(DAU,           5, "DAU") \
    X(DHU,           6, "DHU") \
    X(N3U,           7, "N3U") \
    X(ECS,           8, "ECS") \
    X(EXPIRE,        9, "EXPIRE") \
    X(COOKIE,       10, "COOKIE") \
    X(KEEPALIVE,    11, "TCP-KEEPALIVE") \
    X(PADDING,      12, "PADDING") \
    X(CHAIN,        13, "CHAIN") \
    X(KEY_TAG,      14, "KEY-TAG") \
    X(EDE,          15, "EDE") \
    X(CLIENT_TAG,   16, "CLIENT-TAG") \
    X(SERVER_TAG,   17, "SERVER-TAG") \
    X(REPORT,       18, "REPORT-CHANNEL") \
    X(ZONEVERSION,  19, "ZONEVERSION")

#define WIRE_EDE_ROWS(X) \
    X(OTHER,                    0, "Other Error") \
    X(DNSKEY_ALGORITHM,         1, "Unsupported DNSKEY Algorithm") \
    X(DS_DIGEST,                2, "Unsupported DS Digest Type") \
    X(STALE,                    3, "Stale Answer") \
    X(FORGED,                   4, "Forged Answer") \
    X(INDETERMINATE,            5, "DNSSEC Indeterminate") \
    X(BOGUS,                    6, "DNSSEC Bogus") \
    X(SIGNATURE_EXPIRED,        7, "Signature Expired") \
    X(SIGNATURE_NOT_YET_VALID,  8, "Signature Not Yet Valid") \
    X(DNSKEY_MISSING,           9, "DNSKEY Missing") \
    X(RRSIGS_MISSING,          10, "RRSIGs Missing") \
    X(NO_ZONE_KEY_BIT,         11, "No Zone Key Bit Set") \
    X(NSEC_MISSING,            12, "NSEC Missing") \
    X(CACHED_ERROR,            13, "Cached Error") \
    X(NOT_READY,               14, "Not Ready") \
    X(BLOCKED,                 15, "Blocked") \
    X(CENSORED,                16, "Censored") \
    X(FILTERED,                17, "Filtered") \
    X(PROHIBITED,              18, "Prohibited") \
    X(STALE_NXDOMAIN,          19, "Stale NXDOMAIN Answer") \
    X(NOT_AUTHORITATIVE,       20, "Not Authoritative") \
    X(NOT_SUPPORTED,           21, "Not Supported") \
    X(NO_REACHABLE_AUTHORITY,  22, "No Reachable Authority") \
    X(NETWORK_ERROR,           23, "Network Error") \
    X(INVALID_DATA,            24, "Invalid Data") \
    X(EXPIRED_EARLY,           25, "Signature Expired before Valid") \
    X(TOO_EARLY,               26, "Too Early") \
    X(NSEC3_ITERATIONS,        27, "Unsupported NSEC3 Iterations Value") \
    X(POLICY,                  28, "Unable to conform to policy") \
    X(SYNTHESIZED,             29, "Synthesized") \
    X(QUERY_TYPE,              30, "Invalid Query Type")

#define WIRE_ALGORITHM_ROWS(X) \
    X(DELETE,               0, "DELETE") \
    X(RSAMD5,               1, "RSAMD5") \
    X(DH,                   2, "DH") \
    X(DSA,                  3, "DSA") \
    X(RSASHA1,              5, "RSASHA1") \
    X(DSA_NSEC3_SHA1,       6, "DSA-NSEC3-SHA1") \
    X(RSASHA1_NSEC3_SHA1,   7, "RSASHA1-NSEC3-SHA1") \
    X(RSASHA256,            8, "RSASHA256") \
    X(RSASHA512,           10, "RSASHA512") \
    X(ECC_GOST,            12, "ECC-GOST") \
    X(ECDSAP256SHA256,     13, "ECDSAP256SHA256") \
    X(ECDSAP384SHA384,     14, "ECDSAP384SHA384") \
    X(ED25519,             15, "ED25519") \
    X(ED448,               16, "ED448") \
    X(SM2SM3,              17, "SM2SM3") \
    X(ECC_GOST12,          23, "ECC-GOST12") \
    X(INDIRECT,           252, "INDIRECT") \
    X(PRIVATEDNS,         253, "PRIVATEDNS") \
    X(PRIVATEOID,         254, "PRIVATEOID")

#define WIRE_DIGEST_ROWS(X) \
    X(SHA1,     1, "SHA-1") \
    X(SHA256,   2, "SHA-256") \
    X(GOST,     3, "GOST") \
    X(SHA384,   4, "SHA-384") \
    X(GOST12,   5, "GOST12") \
    X(SM3,      6, "SM3")

#define WIRE_CERT_TYPE_ROWS(X) \
    X(PKIX,     1, "PKIX") \
    X(SPKI,     2, "SPKI") \
    X(PGP,      3, "PGP") \
    X(IPKIX,    4, "IPKIX") \
    X(ISPKI,    5, "ISPKI") \
    X(IPGP,     6, "IPGP") \
    X(ACPKIX,   7, "ACPKIX") \
    X(IACPKIX,  8, "IACPKIX") \
    X(URI,    253, "URI") \
    X(OID,    254, "OID")

#define WIRE_DSYNC_SCHEME_ROWS(X) \
    X(NOTIFY, 1, "NOTIFY")

#define WIRE_SVCB_KEY_ROWS(X) \
    X(MANDATORY,        0, "mandatory") \
    X(ALPN,             1, "alpn") \
    X(NO_DEFAULT_ALPN,  2, "no-default-alpn") \
    X(PORT,             3, "port") \
    X(IPV4HINT,         4, "ipv4hint") \
    X(ECH,              5, "ech") \
    X(IPV6HINT,         6, "ipv6hint") \
    X(DOHPATH,          7, "dohpath") \
    X(OHTTP,            8, "ohttp") \
    X(TLS_GROUPS,       9, "tls-supported-groups") \
    X(DOCPATH,         10, "docpath") \
    X(PVD,             11, "pvd") \
    X(OOTS,            12, "oots")
/* clang-format on */

#define WIRE_CONST_ENUM(prefix, symbol, value) prefix##symbol = (value),

enum wire_opcode {
#define X(symbol, value, ...) WIRE_CONST_ENUM(WIRE_OPCODE_, symbol, value)
    WIRE_OPCODE_ROWS(X)
#undef X
};

enum wire_rcode {
#define X(symbol, value, ...) WIRE_CONST_ENUM(WIRE_RCODE_, symbol, value)
    WIRE_RCODE_ROWS(X)
#undef X
        WIRE_RCODE_BADSIG = 16, /* the number of BADVERS, in a TSIG record (RFC 8945) */
};

enum wire_class {
#define X(symbol, value, ...) WIRE_CONST_ENUM(WIRE_CLASS_, symbol, value)
    WIRE_CLASS_ROWS(X)
#undef X
};

enum wire_edns_code {
#define X(symbol, value, ...) WIRE_CONST_ENUM(WIRE_EDNS_, symbol, value)
    WIRE_EDNS_ROWS(X)
#undef X
};

enum wire_ede {
#define X(symbol, value, ...) WIRE_CONST_ENUM(WIRE_EDE_, symbol, value)
    WIRE_EDE_ROWS(X)
#undef X
};

enum wire_algorithm {
#define X(symbol, value, ...) WIRE_CONST_ENUM(WIRE_ALGORITHM_, symbol, value)
    WIRE_ALGORITHM_ROWS(X)
#undef X
};

enum wire_digest {
#define X(symbol, value, ...) WIRE_CONST_ENUM(WIRE_DIGEST_, symbol, value)
    WIRE_DIGEST_ROWS(X)
#undef X
};

enum wire_cert_type {
#define X(symbol, value, ...) WIRE_CONST_ENUM(WIRE_CERT_TYPE_, symbol, value)
    WIRE_CERT_TYPE_ROWS(X)
#undef X
};

enum wire_dsync_scheme {
#define X(symbol, value, ...) WIRE_CONST_ENUM(WIRE_DSYNC_SCHEME_, symbol, value)
    WIRE_DSYNC_SCHEME_ROWS(X)
#undef X
};

enum wire_svcb_key {
#define X(symbol, value, ...) WIRE_CONST_ENUM(WIRE_SVCB_, symbol, value)
    WIRE_SVCB_KEY_ROWS(X)
#undef X
        WIRE_SVCB_INVALID = 65535, /* never a valid key (RFC 9460 14.3.2) */
};

#undef WIRE_CONST_ENUM

/* A table of numbers and their names. */
struct wire_mnemonic {
    const char *text;
    uint16_t number;
};

struct wire_mnemonics {
    const struct wire_mnemonic *rows;
    size_t count;
};

extern const struct wire_mnemonics wire_opcodes;
extern const struct wire_mnemonics wire_rcodes;
extern const struct wire_mnemonics wire_tsig_rcodes; /* the same, with 16 as BADSIG */
extern const struct wire_mnemonics wire_classes;
extern const struct wire_mnemonics wire_edns_codes;
extern const struct wire_mnemonics wire_edes;
extern const struct wire_mnemonics wire_algorithms;
extern const struct wire_mnemonics wire_digests;
extern const struct wire_mnemonics wire_cert_types;
extern const struct wire_mnemonics wire_dsync_schemes;
extern const struct wire_mnemonics wire_svcb_keys;

/* The name of a number; NULL when it has none. */
const char *wire_mnemonic_text(const struct wire_mnemonics *table, uint16_t number);

/*
 * The number of a name, in any case. `text` need not end in 0.
 * TD_E_NOT_FOUND  no such name
 */
TD_NODISCARD td_err wire_mnemonic_find(const struct wire_mnemonics *table, const char *text,
                                       size_t size, uint16_t *ret_number);

enum { WIRE_MNEMONIC_TEXT_SIZE = 24 };

/* The name, or the prefix and number ("RCODE24", "CLASS32"). Returns `out`. */
char *wire_mnemonic_format(const struct wire_mnemonics *table, const char *prefix, uint16_t number,
                           char out[WIRE_MNEMONIC_TEXT_SIZE]);
