#include "crypto/siphash.h"

#include <sodium/crypto_shorthash_siphash24.h>

_Static_assert(crypto_shorthash_siphash24_BYTES == CRYPTO_SIPHASH_SIZE, "size of the hash");
_Static_assert(crypto_shorthash_siphash24_KEYBYTES == CRYPTO_SIPHASH_KEY_SIZE, "size of the key");

void crypto_siphash(const uint8_t key[CRYPTO_SIPHASH_KEY_SIZE], const void *data, size_t size,
                    uint8_t out[CRYPTO_SIPHASH_SIZE])
{
    /* Pure arithmetic: it always returns 0 and needs no sodium_init(). */
    (void)crypto_shorthash_siphash24(out, data, size, key);
}
