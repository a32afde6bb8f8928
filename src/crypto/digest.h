/*
 * crypto/digest.h - SHA-1 and SHA-2, in one call or piece by piece.
 *
 * Shape    a digest in progress is plain memory: it may be copied by assignment, needs
 *          no end and allocates nothing.
 * Floor    1. Includes base only.
 * Threads  Pure; a struct crypto_digest belongs to one thread at a time.
 * RFC      6234 (SHA), 5155 5 (NSEC3 hash).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum crypto_digest_kind {
    CRYPTO_SHA1,
    CRYPTO_SHA224,
    CRYPTO_SHA256,
    CRYPTO_SHA384,
    CRYPTO_SHA512,
    CRYPTO_DIGEST_COUNT,
};

enum {
    CRYPTO_SHA1_SIZE = 20,
    CRYPTO_SHA256_SIZE = 32,
    CRYPTO_SHA384_SIZE = 48,
    CRYPTO_SHA512_SIZE = 64,
    CRYPTO_DIGEST_SIZE_MAX = 64,   /* octets of the longest digest */
    CRYPTO_DIGEST_BLOCK_MAX = 128, /* octets of the longest input block */
    CRYPTO_DIGEST_STATE_SIZE = 216,
};

struct crypto_digest {
    _Alignas(8) uint8_t state[CRYPTO_DIGEST_STATE_SIZE]; /* of libcrypto */
    enum crypto_digest_kind kind;
};

/* Octets of a finished digest: 20, 28, 32, 48 or 64. */
size_t crypto_digest_size(enum crypto_digest_kind kind);

/* Octets of an input block: 64 or 128. */
size_t crypto_digest_block_size(enum crypto_digest_kind kind);

/* Start a digest over nothing. */
void crypto_digest_begin(struct crypto_digest *digest, enum crypto_digest_kind kind);

/* Add `size` octets; `data` may be NULL when `size` is 0. */
void crypto_digest_add(struct crypto_digest *digest, const void *data, size_t size);

/* Write crypto_digest_size() octets to `out` and return that size; the digest is spent. */
size_t crypto_digest_end(struct crypto_digest *digest, uint8_t *out);

/* begin, add and end in one call. */
size_t crypto_digest_once(enum crypto_digest_kind kind, const void *data, size_t size,
                          uint8_t *out);

/*
 * RFC 5155 5: IH(salt, data, 0) = SHA-1(data | salt), and `iterations` times SHA-1(result | salt).
 * The caller bounds `iterations`.
 */
void crypto_sha1_salted(const void *data, size_t size, const void *salt, size_t salt_size,
                        uint32_t iterations, uint8_t out[CRYPTO_SHA1_SIZE]);
