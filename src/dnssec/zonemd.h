/*
 * dnssec/zonemd.h - the digest of a whole zone.
 *
 * Shape    The caller walks the zone in canonical order of names, apex first, and gives every
 *          set of every name, glue and occluded names included. What does not count (ZONEMD
 *          at the apex and the signature over it, duplicates) is left out here.
 * Floor    2. Includes base wire crypto.
 * Threads  One owner.
 * Limits   SIMPLE scheme; SHA-384 and SHA-512. A name has at most 65,535 sets.
 * RFC      8976 2, 3, 4.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"
#include "dnssec/canon.h"
#include "wire/name.h"

enum {
    DNSSEC_ZONEMD_SIMPLE = 1, /* scheme */
    DNSSEC_ZONEMD_SHA384 = 1, /* hash algorithm */
    DNSSEC_ZONEMD_SHA512 = 2,
    DNSSEC_ZONEMD_DIGEST_SIZE_MIN = 12,
    DNSSEC_ZONEMD_DIGEST_SIZE_MAX = 64,
};

/* The data of a ZONEMD record. */
struct dnssec_zonemd_fields {
    uint32_t serial;
    uint8_t scheme;
    uint8_t algorithm;
    const uint8_t *digest;
    size_t digest_size;
};

/*
 * TD_E_TRUNCATED  the data ends inside the fields
 * TD_E_MALFORMED  a digest shorter than 12 octets, or of a size that its algorithm does not make
 */
TD_NODISCARD td_err dnssec_zonemd_read(const uint8_t *rdata, size_t size,
                                       struct dnssec_zonemd_fields *ret_fields);

/* What the ZONEMD records of an apex ask for: 8976 4, steps 4 and 5. */
struct dnssec_zonemd_wish {
    const uint8_t *digests[DNSSEC_ZONEMD_SHA512 + 1]; /* by algorithm; NULL: not asked for */
};

/*
 * TD_E_UNSUPPORTED  no record has a scheme and algorithm known here and once only
 * TD_E_INVALID      of those, none has the serial of the zone
 */
TD_NODISCARD td_err dnssec_zonemd_choose(const struct wire_rrset *set, uint32_t serial,
                                         struct dnssec_zonemd_wish *ret_wish);

/* A digest in progress. */
struct dnssec_zonemd {
    struct crypto_digest digest;
    struct dnssec_canon canon;
    uint8_t apex_size;
    uint8_t apex[WIRE_NAME_SIZE_MAX];
    const struct wire_rrset **sets; /* scratch */
    size_t sets_capacity;
    uint8_t *pending; /* octets that are to be digested, many records at once */
    size_t pending_size;
};

/* TD_E_UNSUPPORTED  an algorithm other than the two; then there is nothing to finish */
TD_NODISCARD td_err dnssec_zonemd_init(struct dnssec_zonemd *zonemd, uint8_t algorithm,
                                       const uint8_t *apex);
void dnssec_zonemd_fini(struct dnssec_zonemd *zonemd);

/* Add all sets of the next name, in any order; signatures are one set for each covered type. */
void dnssec_zonemd_add(struct dnssec_zonemd *zonemd, const uint8_t *owner,
                       const struct wire_rrset *const *sets, size_t count);

/* Write the digest and return its size. Nothing may be added behind it. */
size_t dnssec_zonemd_end(struct dnssec_zonemd *zonemd,
                         uint8_t ret_digest[DNSSEC_ZONEMD_DIGEST_SIZE_MAX]);
