/*
 * dnssec/fields.h - the fields of DNSSEC records, found in place.
 *
 * Shape    pointers go into the record data that was given. Numbers in host order.
 * Floor    2. Includes base wire.
 * Threads  Pure.
 * RFC      4034 2 (DNSKEY), 3 (RRSIG), 4 (NSEC), 5 (DS); 5155 3 (NSEC3); 8976 2 (ZONEMD).
 *
 * Every reader:
 * TD_E_TRUNCATED  the data ends inside the fields
 * TD_E_MALFORMED  a name in it is compressed or no name, or an empty field that must not be
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
    DNSSEC_DNSKEY_ZONE = 0x0100,   /* flag: a zone key */
    DNSSEC_DNSKEY_REVOKE = 0x0080, /* flag: RFC 5011 */
    DNSSEC_DNSKEY_SEP = 0x0001,    /* flag: secure entry point */
    DNSSEC_DNSKEY_PROTOCOL = 3,
};

struct dnssec_dnskey {
    uint16_t flags;
    uint8_t protocol;
    uint8_t algorithm;
    const uint8_t *key;
    size_t key_size;
};

struct dnssec_ds {
    uint16_t key_tag;
    uint8_t algorithm;
    uint8_t digest_type;
    const uint8_t *digest;
    size_t digest_size;
};

struct dnssec_rrsig {
    uint16_t covered;
    uint8_t algorithm;
    uint8_t labels; /* of the owner that was signed, without root and wildcard label */
    uint32_t original_ttl;
    uint32_t expiration; /* seconds since 1970 modulo 2^32 */
    uint32_t inception;
    uint16_t key_tag;
    const uint8_t *signer; /* a name */
    size_t signer_size;
    const uint8_t *signature;
    size_t signature_size;
};

struct dnssec_nsec {
    const uint8_t *next; /* a name */
    size_t next_size;
    const uint8_t *bitmap;
    size_t bitmap_size;
};

struct dnssec_nsec3 {
    uint8_t algorithm;
    uint8_t flags; /* DNSSEC_NSEC3_OPT_OUT */
    uint16_t iterations;
    const uint8_t *salt;
    size_t salt_size;
    const uint8_t *next; /* a hash */
    size_t next_size;
    const uint8_t *bitmap;
    size_t bitmap_size;
};

TD_NODISCARD td_err dnssec_dnskey_read(const uint8_t *rdata, size_t size,
                                       struct dnssec_dnskey *ret_dnskey);
TD_NODISCARD td_err dnssec_ds_read(const uint8_t *rdata, size_t size, struct dnssec_ds *ret_ds);
TD_NODISCARD td_err dnssec_rrsig_read(const uint8_t *rdata, size_t size,
                                      struct dnssec_rrsig *ret_rrsig);
TD_NODISCARD td_err dnssec_nsec_read(const uint8_t *rdata, size_t size,
                                     struct dnssec_nsec *ret_nsec);
TD_NODISCARD td_err dnssec_nsec3_read(const uint8_t *rdata, size_t size,
                                      struct dnssec_nsec3 *ret_nsec3);

/*
 * RFC 1982 with 32 bits: is `a` later than `b`? Two times that are 2^31 apart are not ordered;
 * neither is later then.
 */
static inline bool dnssec_time_is_later(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) > 0;
}

enum dnssec_period { DNSSEC_PERIOD_CURRENT, DNSSEC_PERIOD_EXPIRED, DNSSEC_PERIOD_FUTURE };

/*
 * RFC 4035 5.3.1: where `now` (seconds since 1970, modulo 2^32) is in the validity period;
 * both ends belong to it. A period whose end is before its beginning counts as expired.
 */
enum dnssec_period dnssec_rrsig_period(const struct dnssec_rrsig *rrsig, uint32_t now);
