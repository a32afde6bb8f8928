/*
 * dnssec/verify.h - does this signature belong to this record set?
 *
 * Shape    a key is prepared once from DNSKEY data and used for many sets; a verifier is
 *          memory that is used again and again. A verdict is data, not an error.
 * Floor    2. Includes base wire crypto.
 * Threads  Keys and verifiers belong to one thread at a time.
 * Limits   those of crypto/verify.h. How many signatures and keys are tried for one set is the
 *          caller's to bound.
 * RFC      4034 3.1, 4035 5.3, 6840 5.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "dnssec/canon.h"
#include "dnssec/fields.h"

struct dnssec_key;

/*
 * Prepare a key from the data of a DNSKEY record and its owner; the caller frees it.
 *
 * TD_E_UNSUPPORTED  an algorithm that is not verified here (5, 7, 8, 10, 13, 14, 15, 16 are)
 * TD_E_LIMIT        an RSA key of a size outside the limits
 * TD_E_MALFORMED    not DNSKEY data, or not a key of its algorithm
 * TD_E_INVALID      no zone key, or a protocol other than 3 (4034 2.1)
 */
TD_NODISCARD td_err dnssec_key_new(const uint8_t *owner, const uint8_t *rdata, size_t size,
                                   struct dnssec_key **ret_key);

/* NULL is fine. */
void dnssec_key_free(struct dnssec_key *key);

uint16_t dnssec_key_flags(const struct dnssec_key *key);
uint16_t dnssec_key_get_tag(const struct dnssec_key *key);
uint8_t dnssec_key_algorithm(const struct dnssec_key *key);

/* Is this algorithm verified here? */
bool dnssec_algorithm_is_known(uint8_t algorithm);

/* Memory for verifying; zero is a good start. */
struct dnssec_verifier {
    struct dnssec_canon canon;
    uint8_t *octets; /* what was signed */
    size_t capacity;
};

void dnssec_verifier_fini(struct dnssec_verifier *verifier);

enum dnssec_verdict {
    DNSSEC_VERDICT_GOOD,
    DNSSEC_VERDICT_BAD,       /* the signature does not match */
    DNSSEC_VERDICT_EXPIRED,   /* its period is over */
    DNSSEC_VERDICT_FUTURE,    /* its period has not begun */
    DNSSEC_VERDICT_OTHER_KEY, /* made with another key: name, algorithm or tag differ */
    DNSSEC_VERDICT_OTHER_SET, /* does not cover this type, or the owner is not in its zone, or
                                 has fewer labels than were signed */
    DNSSEC_VERDICT_MALFORMED, /* no RRSIG data */
    DNSSEC_VERDICT_COUNT,
};

/* A verdict for people: "the signature has expired". */
const char *dnssec_verdict_text(enum dnssec_verdict verdict);

/*
 * Verify one signature over one set of checked record data. `now` is in seconds since 1970.
 * When the set was made from a wildcard (4035 5.3.4), *ret_wildcard is set: the caller then owes
 * a proof that no closer name exists. It is written with DNSSEC_VERDICT_GOOD only; may be NULL.
 */
enum dnssec_verdict dnssec_verify(struct dnssec_verifier *verifier, struct dnssec_key *key,
                                  const uint8_t *owner, const struct wire_rrset *set,
                                  struct wire_rdata rrsig, uint32_t now, bool *ret_wildcard);
