/*
 * Why the low-level SHA functions, which OpenSSL 3 calls deprecated: a context of theirs is plain
 * memory, so a digest (and with it a prepared HMAC key) is copied by assignment, shared by any
 * number of threads and never allocated; and they cost half. Measured on one core of a Zen 4, 30
 * octets of input: SHA1_Init, Update, Final 49 ns; EVP with a fetched algorithm and a reused
 * context 91 ns; EVP_Digest(EVP_sha1()) 360 ns. HMAC-SHA-256 of 200 octets: 210 ns here, 360 ns
 * with EVP_MAC re-initialised, 660 ns with EVP_MAC_CTX_dup. Names are hashed for NSEC3 by
 * SHA1_Transform, with blocks padded by hand: that takes 290 instructions of 1,200 away, which
 * are filling and wiping a context.
 * If they go one day, this is the only file that has to change.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/digest.h"

#include <openssl/sha.h>
#include <string.h>

#include "base/assert.h"
#include "base/writer.h"

_Static_assert(sizeof(SHA_CTX) <= CRYPTO_DIGEST_STATE_SIZE, "SHA-1 state does not fit");
_Static_assert(sizeof(SHA256_CTX) <= CRYPTO_DIGEST_STATE_SIZE, "SHA-256 state does not fit");
_Static_assert(sizeof(SHA512_CTX) <= CRYPTO_DIGEST_STATE_SIZE, "SHA-512 state does not fit");
_Static_assert(_Alignof(SHA512_CTX) <= 8, "SHA-512 state needs more alignment");

static const struct {
    uint8_t size;
    uint8_t block_size;
} shapes[CRYPTO_DIGEST_COUNT] = {
    [CRYPTO_SHA1] = { 20, 64 },    [CRYPTO_SHA224] = { 28, 64 },  [CRYPTO_SHA256] = { 32, 64 },
    [CRYPTO_SHA384] = { 48, 128 }, [CRYPTO_SHA512] = { 64, 128 },
};

size_t crypto_digest_size(enum crypto_digest_kind kind)
{
    td_assert(kind < CRYPTO_DIGEST_COUNT);
    return shapes[kind].size;
}

size_t crypto_digest_block_size(enum crypto_digest_kind kind)
{
    td_assert(kind < CRYPTO_DIGEST_COUNT);
    return shapes[kind].block_size;
}

/* The functions return 1, always: there is nothing in them that can fail. */

void crypto_digest_begin(struct crypto_digest *digest, enum crypto_digest_kind kind)
{
    void *state = digest->state;
    int done = 0;

    digest->kind = kind;
    switch (kind) {
    case CRYPTO_SHA1:
        done = SHA1_Init(state);
        break;
    case CRYPTO_SHA224:
        done = SHA224_Init(state);
        break;
    case CRYPTO_SHA256:
        done = SHA256_Init(state);
        break;
    case CRYPTO_SHA384:
        done = SHA384_Init(state);
        break;
    case CRYPTO_SHA512:
        done = SHA512_Init(state);
        break;
    case CRYPTO_DIGEST_COUNT:
        break;
    }
    td_assert(done == 1);
}

void crypto_digest_add(struct crypto_digest *digest, const void *data, size_t size)
{
    void *state = digest->state;
    int done = 0;

    if (size == 0)
        return;
    switch (digest->kind) {
    case CRYPTO_SHA1:
        done = SHA1_Update(state, data, size);
        break;
    case CRYPTO_SHA224:
    case CRYPTO_SHA256:
        done = SHA256_Update(state, data, size);
        break;
    case CRYPTO_SHA384:
    case CRYPTO_SHA512:
        done = SHA512_Update(state, data, size);
        break;
    case CRYPTO_DIGEST_COUNT:
        break;
    }
    td_assert(done == 1);
}

size_t crypto_digest_end(struct crypto_digest *digest, uint8_t *out)
{
    void *state = digest->state;
    int done = 0;

    switch (digest->kind) {
    case CRYPTO_SHA1:
        done = SHA1_Final(out, state);
        break;
    case CRYPTO_SHA224:
        done = SHA224_Final(out, state);
        break;
    case CRYPTO_SHA256:
        done = SHA256_Final(out, state);
        break;
    case CRYPTO_SHA384:
        done = SHA384_Final(out, state);
        break;
    case CRYPTO_SHA512:
        done = SHA512_Final(out, state);
        break;
    case CRYPTO_DIGEST_COUNT:
        break;
    }
    td_assert(done == 1);
    return shapes[digest->kind].size;
}

size_t crypto_digest_once(enum crypto_digest_kind kind, const void *data, size_t size, uint8_t *out)
{
    struct crypto_digest digest;

    crypto_digest_begin(&digest, kind);
    crypto_digest_add(&digest, data, size);
    return crypto_digest_end(&digest, out);
}

enum { SHA1_BLOCK_SIZE = 64, SHA1_LENGTH_AT = 56 };

/* A message that fits one block, padded as RFC 6234 4.1 says: no context is filled and wiped. */
static void sha1_one_block(uint8_t block[SHA1_BLOCK_SIZE], size_t size,
                           uint8_t out[CRYPTO_SHA1_SIZE])
{
    SHA_CTX state;

    memset(block + size, 0, SHA1_BLOCK_SIZE - size);
    block[size] = 0x80;
    td_put_u16(block + SHA1_BLOCK_SIZE - 2, (uint16_t)(size * 8));
    SHA1_Init(&state);
    SHA1_Transform(&state, block);
    td_put_u32(out, state.h0);
    td_put_u32(out + 4, state.h1);
    td_put_u32(out + 8, state.h2);
    td_put_u32(out + 12, state.h3);
    td_put_u32(out + 16, state.h4);
}

/* Names and salts of most zones: each round is one block. */
static void sha1_salted_short(const void *data, size_t size, const void *salt, size_t salt_size,
                              uint32_t iterations, uint8_t out[CRYPTO_SHA1_SIZE])
{
    uint8_t block[SHA1_BLOCK_SIZE];

    memcpy(block, data, size);
    for (;; iterations--) {
        if (salt_size != 0)
            memcpy(block + size, salt, salt_size);
        sha1_one_block(block, size + salt_size, out);
        if (iterations == 0)
            return;
        memcpy(block, out, CRYPTO_SHA1_SIZE);
        size = CRYPTO_SHA1_SIZE;
    }
}

void crypto_sha1_salted(const void *data, size_t size, const void *salt, size_t salt_size,
                        uint32_t iterations, uint8_t out[CRYPTO_SHA1_SIZE])
{
    SHA_CTX state;

    if (size + salt_size < SHA1_LENGTH_AT && CRYPTO_SHA1_SIZE + salt_size < SHA1_LENGTH_AT) {
        sha1_salted_short(data, size, salt, salt_size, iterations, out);
        return;
    }
    SHA1_Init(&state);
    SHA1_Update(&state, data, size);
    for (uint32_t i = 0;; i++) {
        if (salt_size != 0)
            SHA1_Update(&state, salt, salt_size);
        SHA1_Final(out, &state);
        if (i == iterations)
            return;
        SHA1_Init(&state);
        SHA1_Update(&state, out, CRYPTO_SHA1_SIZE);
    }
}
