#include "crypto/hmac.h"

#include <string.h>

#include "crypto/secret.h"

static void begin_with_pad(struct crypto_digest *digest, enum crypto_digest_kind kind,
                           const uint8_t *block, uint8_t pad)
{
    uint8_t padded[CRYPTO_DIGEST_BLOCK_MAX];
    size_t block_size = crypto_digest_block_size(kind);

    for (size_t i = 0; i < block_size; i++)
        padded[i] = block[i] ^ pad;
    crypto_digest_begin(digest, kind);
    crypto_digest_add(digest, padded, block_size);
    crypto_wipe(padded, sizeof(padded));
}

void crypto_hmac_key_init(struct crypto_hmac_key *key, enum crypto_digest_kind kind,
                          const void *secret, size_t secret_size)
{
    uint8_t block[CRYPTO_DIGEST_BLOCK_MAX] = { 0 };

    if (secret_size > crypto_digest_block_size(kind))
        crypto_digest_once(kind, secret, secret_size, block);
    else if (secret_size != 0)
        memcpy(block, secret, secret_size);
    begin_with_pad(&key->inner, kind, block, 0x36);
    begin_with_pad(&key->outer, kind, block, 0x5C);
    crypto_wipe(block, sizeof(block));
}

void crypto_hmac_key_fini(struct crypto_hmac_key *key)
{
    crypto_wipe(key, sizeof(*key));
}

void crypto_hmac_begin(struct crypto_hmac *hmac, const struct crypto_hmac_key *key)
{
    hmac->digest = key->inner;
    hmac->key = key;
}

void crypto_hmac_add(struct crypto_hmac *hmac, const void *data, size_t size)
{
    crypto_digest_add(&hmac->digest, data, size);
}

size_t crypto_hmac_end(struct crypto_hmac *hmac, uint8_t *out)
{
    size_t size = crypto_digest_end(&hmac->digest, out);

    hmac->digest = hmac->key->outer;
    crypto_digest_add(&hmac->digest, out, size);
    return crypto_digest_end(&hmac->digest, out);
}
