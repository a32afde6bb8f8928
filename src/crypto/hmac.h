/*
 * crypto/hmac.h - keyed authentication codes.
 *
 * Shape    a key is prepared once (both pads are already digested) and then only read; a
 *          code in progress is plain memory. Nothing is allocated.
 * Floor    1. Includes base only.
 * Threads  A prepared key may be read by any number of threads; a struct crypto_hmac
 *          belongs to one thread at a time.
 * RFC      2104. There is no MD5.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "crypto/digest.h"

enum { CRYPTO_HMAC_SIZE_MAX = CRYPTO_DIGEST_SIZE_MAX };

struct crypto_hmac_key {
    struct crypto_digest inner; /* after the inner pad */
    struct crypto_digest outer; /* after the outer pad */
};

struct crypto_hmac {
    struct crypto_digest digest;
    const struct crypto_hmac_key *key; /* borrowed, must live until the end */
};

/* Prepare a key from a secret of any size. */
void crypto_hmac_key_init(struct crypto_hmac_key *key, enum crypto_digest_kind kind,
                          const void *secret, size_t secret_size);

/* Wipe it. */
void crypto_hmac_key_fini(struct crypto_hmac_key *key);

static inline size_t crypto_hmac_key_mac_size(const struct crypto_hmac_key *key)
{
    return crypto_digest_size(key->inner.kind);
}

void crypto_hmac_begin(struct crypto_hmac *hmac, const struct crypto_hmac_key *key);

/* `data` may be NULL when `size` is 0. */
void crypto_hmac_add(struct crypto_hmac *hmac, const void *data, size_t size);

/* Write the whole code (crypto_digest_size of the kind) to `out` and return its size. */
size_t crypto_hmac_end(struct crypto_hmac *hmac, uint8_t *out);
