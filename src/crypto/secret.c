#include "crypto/secret.h"

#include <openssl/crypto.h>

bool crypto_equal(const void *a, const void *b, size_t size)
{
    return CRYPTO_memcmp(a, b, size) == 0;
}

void crypto_wipe(void *data, size_t size)
{
    OPENSSL_cleanse(data, size);
}
