/*
 * wire/rrtype.h - the table of record types: one row each, and everything that depends on
 * the type is in its row or follows from its fields.
 *
 * Shape    the rows are in rrtype_rows.h. A type that has no row is generic (RFC 3597):
 *          wire_rrtype_get then gives a row of number 0 whose only field is GENERIC.
 *          A type number is a uint16_t in host order.
 * Floor    1.
 * Threads  Pure (the index of mnemonics is filled before main).
 * RFC      6895 (numbers), 3597 (unknown types, compression), 4034 6.2 with 6840 5.1
 *          (canonical form).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/macros.h"

/*
 * What record data is made of: each kind fixes the octets on the wire, and how the text
 * floor writes and reads them. "To the end" kinds take what is left of the record data.
 */
enum wire_field {
    WIRE_FIELD_END = 0, /* no more fields */

    /* Domain names; the four differ in compression and in canonical form. */
    WIRE_FIELD_NAME_1035,       /* may be compressed in and out; canonical: lower case */
    WIRE_FIELD_NAME_DECOMPRESS, /* decompressed when received, sent plain; lower case */
    WIRE_FIELD_NAME_LOWER,      /* never compressed; canonical: lower case */
    WIRE_FIELD_NAME,            /* never compressed; case kept always */

    /* Numbers, big-endian, as decimal text. */
    WIRE_FIELD_U8,
    WIRE_FIELD_U16,
    WIRE_FIELD_U32,
    WIRE_FIELD_U48,
    WIRE_FIELD_U64,
    WIRE_FIELD_TTL,          /* 4 octets: seconds; text may have units (1h30m) */
    WIRE_FIELD_TIME,         /* 4 octets: YYYYMMDDHHMMSS, or seconds since 1970 */
    WIRE_FIELD_TYPE,         /* 2 octets: mnemonic of a record type or TYPEnnn */
    WIRE_FIELD_ALGORITHM,    /* 1 octet: DNSSEC algorithm, number or mnemonic */
    WIRE_FIELD_CERT_TYPE,    /* 2 octets: certificate type, number or mnemonic */
    WIRE_FIELD_DSYNC_SCHEME, /* 1 octet: number or mnemonic */
    WIRE_FIELD_RCODE,        /* 2 octets: extended RCODE, number or mnemonic (TSIG, TKEY) */

    /* Addresses and identifiers of fixed size. */
    WIRE_FIELD_IPV4,   /* 4 octets */
    WIRE_FIELD_IPV6,   /* 16 octets */
    WIRE_FIELD_EUI48,  /* 6 octets: xx-xx-xx-xx-xx-xx */
    WIRE_FIELD_EUI64,  /* 8 octets: xx-xx-xx-xx-xx-xx-xx-xx */
    WIRE_FIELD_ILNP64, /* 8 octets: xxxx:xxxx:xxxx:xxxx */
    WIRE_FIELD_LOC,    /* 16 octets, RFC 1876 */

    /* Character-strings: a length octet and that many octets. */
    WIRE_FIELD_STRING,
    WIRE_FIELD_STRING_DIGITS,   /* digits only (X25) */
    WIRE_FIELD_STRING_OPTIONAL, /* none or one, at the end (ISDN) */
    WIRE_FIELD_STRINGS,         /* one or more, to the end */
    WIRE_FIELD_TAG,             /* one of letters and digits, 1..255 (CAA) */
    WIRE_FIELD_TEXT,            /* text without a length, to the end (CAA value, URI target) */

    /* Octets in hexadecimal, base32hex and base64. */
    WIRE_FIELD_HEX,             /* one or more, to the end; text may have blanks */
    WIRE_FIELD_HEX_8,           /* behind a length octet; "-" when empty (NSEC3 salt) */
    WIRE_FIELD_BASE32HEX_8,     /* behind a length octet, at least one (NSEC3 next hash) */
    WIRE_FIELD_BASE64,          /* one or more, to the end; text may have blanks */
    WIRE_FIELD_BASE64_OPTIONAL, /* none or more, to the end; nothing is written when empty */
    WIRE_FIELD_BASE64_DASH,     /* none or more, to the end; "-" when empty (DOA) */
    WIRE_FIELD_BASE64_16,       /* behind a 2-octet length (TSIG, TKEY) */
    WIRE_FIELD_NSAP,            /* one or more, to the end: 0x47.0005.80 */
    WIRE_FIELD_ATMA,            /* format octet and address, to the end: +digits or hex */

    /* Structures of their own. */
    WIRE_FIELD_BITMAP,        /* type bitmap in windows, to the end (NSEC, NSEC3, CSYNC) */
    WIRE_FIELD_BITMAP_NXT,    /* type bitmap of RFC 2535 5.2, to the end */
    WIRE_FIELD_WKS,           /* protocol octet and port bitmap, to the end */
    WIRE_FIELD_APL,           /* none or more address prefixes, to the end */
    WIRE_FIELD_A6,            /* prefix length, suffix, name (lower case when canonical) */
    WIRE_FIELD_IPSEC_GATEWAY, /* nothing, IPv4, IPv6 or a plain name, as octet 1 of the data says */
    WIRE_FIELD_AMT_RELAY,     /* octet of D bit and relay type, then the relay */
    WIRE_FIELD_HIP,           /* lengths, algorithm, HIT, key, names: the whole of HIP */
    WIRE_FIELD_SVCB_PARAMS,   /* key, length, value; ascending, to the end */
    WIRE_FIELD_EDNS,          /* options of OPT, to the end */
    WIRE_FIELD_GENERIC,       /* any octets, to the end: \# length hex */
    WIRE_FIELD_COUNT,
};

enum { WIRE_FIELD_COUNT_MAX = 10 }; /* fields of a type, WIRE_FIELD_END included */

enum wire_rrtype_flag {
    WIRE_RRTYPE_META = 1 << 0,      /* never data of a zone: OPT, TSIG, ANY, AXFR, ... */
    WIRE_RRTYPE_QUESTION = 1 << 1,  /* only in questions: AXFR, IXFR, ANY, MAILA, MAILB */
    WIRE_RRTYPE_OBSOLETE = 1 << 2,  /* obsolete or deprecated; still served */
    WIRE_RRTYPE_SINGLETON = 1 << 3, /* one record per owner: SOA, CNAME, DNAME */
    WIRE_RRTYPE_DNSSEC = 1 << 4,    /* made by a signer: RRSIG, NSEC, NSEC3, ... */
    WIRE_RRTYPE_AT_CNAME = 1 << 5,  /* may stand beside a CNAME: RRSIG, NSEC, KEY, SIG, NXT */
    WIRE_RRTYPE_AT_PARENT = 1 << 6, /* authoritative above a zone cut: DS */
    WIRE_RRTYPE_COMPRESS = 1 << 7,  /* its names may be compressed on output */
    WIRE_RRTYPE_LOWER = 1 << 8,     /* its names are lower-cased in canonical form */
    WIRE_RRTYPE_RULE = 1 << 9,      /* has a rule between its fields: rdata_rule.c */
};

/* Where the names in the record data are, so that no fields need be walked. */
enum wire_names {
    WIRE_NAMES_NONE = 0, /* there are none */
    WIRE_NAMES_ONE,      /* one, name_at octets from the start */
    WIRE_NAMES_TWO,      /* two, one behind the other, name_at octets from the start */
    WIRE_NAMES_WALK,     /* behind fields of variable size: wire_rdata_names finds them */
};

/* What belongs in the additional section, for the (last) name of the record data. */
enum wire_additional {
    WIRE_ADDITIONAL_NONE = 0,
    WIRE_ADDITIONAL_ADDRESS, /* A and AAAA */
    WIRE_ADDITIONAL_NAPTR,   /* by the flags field: "s" SRV, "a" A and AAAA, else nothing */
    WIRE_ADDITIONAL_SVCB,    /* A, AAAA and the records of AliasMode; "." is the owner */
    WIRE_ADDITIONAL_LP,      /* L32 and L64 */
};

enum { WIRE_RRTYPE_MNEMONIC_SIZE = 16 };

struct wire_rrtype {
    char mnemonic[WIRE_RRTYPE_MNEMONIC_SIZE]; /* upper case, zero-filled; "" for generic */
    uint16_t number;                          /* 0 for generic */
    uint16_t flags;                           /* enum wire_rrtype_flag */
    uint8_t mnemonic_size;
    uint8_t names;                        /* enum wire_names */
    uint8_t name_at;                      /* octets before the first name (ONE, TWO) */
    uint8_t additional;                   /* enum wire_additional */
    uint8_t fields[WIRE_FIELD_COUNT_MAX]; /* enum wire_field, ended by WIRE_FIELD_END */
};

#include "wire/rrtype_rows.h"

/* WIRE_TYPE_A, WIRE_TYPE_NS, ... */
enum wire_type {
#define WIRE_RRTYPE_ENUM(symbol, type_number, ...) WIRE_TYPE_##symbol = (type_number),
    WIRE_RRTYPE_ROWS(WIRE_RRTYPE_ENUM)
#undef WIRE_RRTYPE_ENUM
};

enum { WIRE_RRTYPE_INDEXED = 512 }; /* type numbers below it are found by one look */

extern const struct wire_rrtype wire_rrtypes[];
extern const size_t wire_rrtype_count; /* rows, the generic row (the first) included */
extern const uint8_t wire_rrtype_index[WIRE_RRTYPE_INDEXED];

const struct wire_rrtype *wire_rrtype_get_high(uint16_t type);

/* The row of a type; the generic row when it has none. Never NULL. */
static inline const struct wire_rrtype *wire_rrtype_get(uint16_t type)
{
    if (td_likely(type < WIRE_RRTYPE_INDEXED))
        return &wire_rrtypes[wire_rrtype_index[type]];
    return wire_rrtype_get_high(type);
}

/* What is asked of a row with every answer, an octet a type. */
enum wire_rrtype_trait {
    WIRE_TRAIT_META = 1 << 0,       /* WIRE_RRTYPE_META, or of 128 to 255 */
    WIRE_TRAIT_COMPRESS = 1 << 1,   /* WIRE_RRTYPE_COMPRESS */
    WIRE_TRAIT_ADDITIONAL = 1 << 2, /* something belongs in the additional section */
};

extern const uint8_t wire_rrtype_traits_low[WIRE_RRTYPE_INDEXED];

unsigned wire_rrtype_traits_high(uint16_t type);

/* enum wire_rrtype_trait */
static inline unsigned wire_rrtype_traits(uint16_t type)
{
    if (td_likely(type < WIRE_RRTYPE_INDEXED))
        return wire_rrtype_traits_low[type];
    return wire_rrtype_traits_high(type);
}

static inline bool wire_rrtype_is_generic(const struct wire_rrtype *row)
{
    return row->number == 0;
}

/* May records of this type stand in a zone? (Not META, not 128 to 255, and not 0.) */
static inline bool wire_rrtype_is_data(uint16_t type)
{
    return type != 0 && (wire_rrtype_traits(type) & WIRE_TRAIT_META) == 0;
}

/*
 * The type of a mnemonic, in any case, or of TYPEnnn. `text` need not end in 0.
 * TD_E_NOT_FOUND  it is neither
 */
TD_NODISCARD td_err wire_rrtype_find(const char *text, size_t size, uint16_t *ret_type);

/* "MX" or "TYPE65280"; returns `out`, of WIRE_RRTYPE_MNEMONIC_SIZE characters. */
char *wire_rrtype_format(uint16_t type, char *out);
