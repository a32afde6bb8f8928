/*
 * dnssec/nsec3.h - hashed names.
 *
 * Shape    a hash is 20 octets; as a label it is 32 characters of base32hex in lower case.
 * Floor    2. Includes base wire crypto.
 * Threads  Pure.
 * Limits   DNSSEC_NSEC3_ITERATIONS_MAX: RFC 9276 says 0, validators of today treat a zone with
 *          more than 100 to 150 as unsigned, and each costs a digest for every hashed name.
 * RFC      5155 3, 4, 5 and appendix A; 9276 3.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "wire/name.h"

enum {
    DNSSEC_NSEC3_SHA1 = 1, /* the only hash algorithm there is */
    DNSSEC_NSEC3_ITERATIONS_MAX = 150,
    DNSSEC_NSEC3_HASH_SIZE = 20,
    DNSSEC_NSEC3_LABEL_SIZE = 32,
    DNSSEC_NSEC3_SALT_SIZE_MAX = 255,
    DNSSEC_NSEC3_OPT_OUT = 1, /* flag */
};

/* The parameters of a chain: an NSEC3PARAM record, or the head of an NSEC3 record. */
struct dnssec_nsec3_params {
    uint8_t algorithm;
    uint8_t flags; /* not part of the identity of a chain */
    uint16_t iterations;
    uint8_t salt_size;
    uint8_t salt[DNSSEC_NSEC3_SALT_SIZE_MAX];
};

/*
 * Read the parameters at the start of NSEC3 or NSEC3PARAM data; what follows is not looked at.
 * TD_E_TRUNCATED  the data ends inside them
 */
TD_NODISCARD td_err dnssec_nsec3_params_read(const uint8_t *rdata, size_t size,
                                             struct dnssec_nsec3_params *ret_params);

/* Same algorithm, iterations and salt? */
bool dnssec_nsec3_params_equal(const struct dnssec_nsec3_params *a,
                               const struct dnssec_nsec3_params *b);

/*
 * May names be hashed with them here?
 * TD_E_UNSUPPORTED  an algorithm other than SHA-1
 * TD_E_LIMIT        too many iterations
 */
TD_NODISCARD td_err dnssec_nsec3_params_check(const struct dnssec_nsec3_params *params);

/*
 * The hash of a name in any case. The parameters have passed dnssec_nsec3_params_check.
 */
void dnssec_nsec3_hash(const struct dnssec_nsec3_params *params, const uint8_t *name,
                       size_t name_size, uint8_t ret_hash[DNSSEC_NSEC3_HASH_SIZE]);

/* The same for a name that is in lower case already. */
void dnssec_nsec3_hash_lower(const struct dnssec_nsec3_params *params, const uint8_t *name,
                             size_t name_size, uint8_t ret_hash[DNSSEC_NSEC3_HASH_SIZE]);

/* The label of a hash: a length octet and 32 characters. */
void dnssec_nsec3_label(const uint8_t hash[DNSSEC_NSEC3_HASH_SIZE],
                        uint8_t ret_label[1 + DNSSEC_NSEC3_LABEL_SIZE]);

/*
 * The owner of the NSEC3 record of a hash.
 * TD_E_LIMIT  the apex is longer than 222 octets
 */
TD_NODISCARD td_err dnssec_nsec3_owner(const uint8_t hash[DNSSEC_NSEC3_HASH_SIZE],
                                       const uint8_t *apex, struct wire_name *ret_owner);

/*
 * The hash in the first label of an owner.
 * TD_E_MALFORMED  the label is not 32 characters of base32hex
 */
TD_NODISCARD td_err dnssec_nsec3_owner_hash(const uint8_t *owner,
                                            uint8_t ret_hash[DNSSEC_NSEC3_HASH_SIZE]);
