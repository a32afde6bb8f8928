#include "dnssec/keytag.h"

#include "base/reader.h"
#include "crypto/digest.h"
#include "wire/const.h"
#include "wire/name.h"

uint16_t dnssec_key_tag(const uint8_t *rdata, size_t size)
{
    uint32_t sum = 0;

    /* B.1: the 16 bits above the last octet of an RSA/MD5 modulus. */
    if (size >= 4 && rdata[3] == WIRE_ALGORITHM_RSAMD5)
        return size >= 4 + 3 ? td_get_u16(rdata + size - 3) : 0;
    for (size_t i = 0; i < size; i++)
        sum += i % 2 == 0 ? (uint32_t)rdata[i] << 8 : rdata[i];
    return (uint16_t)(sum + (sum >> 16));
}

static enum crypto_digest_kind digest_kind(uint8_t digest_type)
{
    switch (digest_type) {
    case WIRE_DIGEST_SHA1:
        return CRYPTO_SHA1;
    case WIRE_DIGEST_SHA256:
        return CRYPTO_SHA256;
    case WIRE_DIGEST_SHA384:
        return CRYPTO_SHA384;
    default:
        return CRYPTO_DIGEST_COUNT;
    }
}

size_t dnssec_ds_digest_size(uint8_t digest_type)
{
    enum crypto_digest_kind kind = digest_kind(digest_type);

    return kind == CRYPTO_DIGEST_COUNT ? 0 : crypto_digest_size(kind);
}

td_err dnssec_ds_digest(uint8_t digest_type, const uint8_t *owner, size_t owner_size,
                        const uint8_t *rdata, size_t size,
                        uint8_t ret_digest[DNSSEC_DS_DIGEST_SIZE_MAX], size_t *ret_digest_size)
{
    enum crypto_digest_kind kind = digest_kind(digest_type);
    uint8_t lower[WIRE_NAME_SIZE_MAX];
    struct crypto_digest digest;

    if (kind == CRYPTO_DIGEST_COUNT)
        return TD_E_UNSUPPORTED;
    wire_name_lower(lower, owner, owner_size);
    crypto_digest_begin(&digest, kind);
    crypto_digest_add(&digest, lower, owner_size);
    crypto_digest_add(&digest, rdata, size);
    *ret_digest_size = crypto_digest_end(&digest, ret_digest);
    return TD_OK;
}
