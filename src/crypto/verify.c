/*
 * Each key carries a context that is made ready once, because in OpenSSL 3 it is the look-up of an
 * algorithm by name that costs and that contends between threads, not its use.
 */
#include "crypto/verify.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/reader.h"
#include "crypto/digest.h"

enum family { FAMILY_RSA, FAMILY_ECDSA, FAMILY_EDDSA };

enum {
    POINT_SIZE_MAX = 1 + 96,
    /* SEQUENCE of two INTEGERs of at most 1 + 48 octets: every length fits one octet. */
    DER_SIZE_MAX = 2 + 2 * (2 + 1 + 48),
};

static const struct kind_row {
    enum family family;
    enum crypto_digest_kind digest;
    uint8_t key_size;       /* octets; 0: varies */
    uint8_t signature_size; /* octets; 0: varies */
    const char *name;       /* of the curve or the algorithm in libcrypto */
} kinds[CRYPTO_SIGNATURE_COUNT] = {
    [CRYPTO_RSA_SHA1] = { FAMILY_RSA, CRYPTO_SHA1, 0, 0, "SHA1" },
    [CRYPTO_RSA_SHA256] = { FAMILY_RSA, CRYPTO_SHA256, 0, 0, "SHA256" },
    [CRYPTO_RSA_SHA512] = { FAMILY_RSA, CRYPTO_SHA512, 0, 0, "SHA512" },
    [CRYPTO_ECDSA_P256_SHA256] = { FAMILY_ECDSA, CRYPTO_SHA256, 64, 64, "prime256v1" },
    [CRYPTO_ECDSA_P384_SHA384] = { FAMILY_ECDSA, CRYPTO_SHA384, 96, 96, "secp384r1" },
    [CRYPTO_ED25519] = { FAMILY_EDDSA, CRYPTO_DIGEST_COUNT, 32, 64, "ED25519" },
    [CRYPTO_ED448] = { FAMILY_EDDSA, CRYPTO_DIGEST_COUNT, 57, 114, "ED448" },
};

struct crypto_verify_key {
    const struct kind_row *row;
    EVP_PKEY *pkey;
    EVP_PKEY_CTX *context; /* ready to verify; RSA and ECDSA */
    EVP_MD_CTX *md;        /* EdDSA */
    size_t signature_size;
};

/* Build a public key of `type` from parameters and take the builder away. */
static EVP_PKEY *pkey_build(const char *type, OSSL_PARAM_BLD *builder)
{
    EVP_PKEY *pkey = NULL;
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);

    if (params != NULL && context != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
        EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
        pkey = NULL;
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    return pkey;
}

static EVP_PKEY *pkey_of_rsa(const uint8_t *exponent, size_t exponent_size, const uint8_t *modulus,
                             size_t modulus_size)
{
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    BIGNUM *e = BN_bin2bn(exponent, (int)exponent_size, NULL);
    BIGNUM *n = BN_bin2bn(modulus, (int)modulus_size, NULL);

    td_assert(builder != NULL && e != NULL && n != NULL);
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n);
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e);
    EVP_PKEY *pkey = pkey_build("RSA", builder);
    BN_free(e);
    BN_free(n);
    return pkey;
}

static void skip_zeros(const uint8_t **octets, size_t *size)
{
    while (*size > 0 && **octets == 0) {
        (*octets)++;
        (*size)--;
    }
}

/* RFC 3110 2: exponent length in one octet, or in two behind a zero; exponent; modulus. */
static td_err rsa_read(const uint8_t *octets, size_t size, EVP_PKEY **ret_pkey,
                       size_t *ret_signature_size)
{
    struct td_reader reader = td_reader_of(octets, size);
    uint8_t short_size;
    uint16_t exponent_size;
    const uint8_t *exponent;

    if (td_read_u8(&reader, &short_size) != TD_OK)
        return TD_E_MALFORMED;
    exponent_size = short_size;
    if (short_size == 0 && td_read_u16(&reader, &exponent_size) != TD_OK)
        return TD_E_MALFORMED;
    if (td_read_octets(&reader, exponent_size, &exponent) != TD_OK)
        return TD_E_MALFORMED;

    const uint8_t *modulus = octets + reader.cursor;
    size_t modulus_size = td_reader_left(&reader);
    size_t e_size = exponent_size;
    skip_zeros(&exponent, &e_size);
    skip_zeros(&modulus, &modulus_size);
    if (e_size == 0 || modulus_size == 0 || exponent[e_size - 1] % 2 == 0)
        return TD_E_MALFORMED;
    if (e_size > CRYPTO_RSA_EXPONENT_SIZE_MAX || modulus_size > CRYPTO_RSA_BITS_MAX / 8 ||
        modulus_size < CRYPTO_RSA_BITS_MIN / 8)
        return TD_E_LIMIT;

    *ret_pkey = pkey_of_rsa(exponent, e_size, modulus, modulus_size);
    *ret_signature_size = modulus_size;
    return TD_OK;
}

static EVP_PKEY *pkey_of_point(const char *curve, const uint8_t *octets, size_t size)
{
    uint8_t point[POINT_SIZE_MAX] = { 0x04 /* not compressed */ };
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();

    td_assert(builder != NULL && size < sizeof(point));
    memcpy(point + 1, octets, size);
    OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0);
    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, size + 1);
    return pkey_build("EC", builder);
}

static td_err pkey_read(const struct kind_row *row, const uint8_t *octets, size_t size,
                        EVP_PKEY **ret_pkey, size_t *ret_signature_size)
{
    EVP_PKEY *pkey = NULL;

    if (row->family == FAMILY_RSA) {
        td_err err = rsa_read(octets, size, &pkey, ret_signature_size);
        if (err != TD_OK)
            return err;
    } else if (size != row->key_size) {
        return TD_E_MALFORMED;
    } else {
        *ret_signature_size = row->signature_size;
        pkey = row->family == FAMILY_ECDSA
                   ? pkey_of_point(row->name, octets, size)
                   : EVP_PKEY_new_raw_public_key_ex(NULL, row->name, NULL, octets, size);
    }
    if (pkey == NULL)
        return TD_E_MALFORMED;
    *ret_pkey = pkey;
    return TD_OK;
}

/* Make the context that every verification with this key uses. */
static bool key_prepare(struct crypto_verify_key *key)
{
    if (key->row->family == FAMILY_EDDSA) {
        key->md = EVP_MD_CTX_new();
        return key->md != NULL;
    }
    key->context = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
    if (key->context == NULL || EVP_PKEY_verify_init(key->context) != 1)
        return false;
    if (key->row->family == FAMILY_ECDSA)
        return true;
    EVP_MD *md = EVP_MD_fetch(NULL, key->row->name, NULL);
    bool done = md != NULL && EVP_PKEY_CTX_set_rsa_padding(key->context, RSA_PKCS1_PADDING) == 1 &&
                EVP_PKEY_CTX_set_signature_md(key->context, md) == 1;
    EVP_MD_free(md);
    return done;
}

td_err crypto_verify_key_new(enum crypto_signature_kind kind, const uint8_t *octets, size_t size,
                             struct crypto_verify_key **ret_key)
{
    td_assert(kind < CRYPTO_SIGNATURE_COUNT);

    struct crypto_verify_key *key = td_calloc(1, sizeof(*key));
    key->row = &kinds[kind];
    td_err err = pkey_read(key->row, octets, size, &key->pkey, &key->signature_size);
    if (err == TD_OK && !key_prepare(key))
        err = TD_E_UNSUPPORTED;
    if (err != TD_OK) {
        ERR_clear_error();
        crypto_verify_key_free(key);
        return err;
    }
    *ret_key = key;
    return TD_OK;
}

void crypto_verify_key_free(struct crypto_verify_key *key)
{
    if (key == NULL)
        return;
    EVP_MD_CTX_free(key->md);
    EVP_PKEY_CTX_free(key->context);
    EVP_PKEY_free(key->pkey);
    free(key);
}

/* A DER INTEGER of an unsigned big-endian number; returns the octets written. */
static size_t der_write_integer(uint8_t *at, const uint8_t *number, size_t size)
{
    size_t used = 2;

    while (size > 1 && *number == 0) {
        number++;
        size--;
    }
    if (*number & 0x80)
        at[used++] = 0;
    memcpy(at + used, number, size);
    used += size;
    at[0] = 0x02;
    at[1] = (uint8_t)(used - 2);
    return used;
}

/* RFC 6605 4: r and s beside each other; libcrypto wants them in DER. */
static size_t der_of_pair(const uint8_t *pair, size_t size, uint8_t der[DER_SIZE_MAX])
{
    size_t used = 2;

    used += der_write_integer(der + used, pair, size / 2);
    used += der_write_integer(der + used, pair + size / 2, size / 2);
    der[0] = 0x30;
    der[1] = (uint8_t)(used - 2);
    return used;
}

td_err crypto_verify(struct crypto_verify_key *key, const void *data, size_t size,
                     const uint8_t *signature, size_t signature_size)
{
    uint8_t digest[CRYPTO_DIGEST_SIZE_MAX];
    uint8_t der[DER_SIZE_MAX];
    bool good;

    if (signature_size != key->signature_size)
        return TD_E_MALFORMED;
    if (key->row->family == FAMILY_EDDSA) {
        EVP_MD_CTX_reset(key->md);
        good = EVP_DigestVerifyInit(key->md, NULL, NULL, NULL, key->pkey) == 1 &&
               EVP_DigestVerify(key->md, signature, signature_size, data, size) == 1;
    } else {
        size_t digest_size = crypto_digest_once(key->row->digest, data, size, digest);
        if (key->row->family == FAMILY_ECDSA) {
            signature_size = der_of_pair(signature, signature_size, der);
            signature = der;
        }
        good = EVP_PKEY_verify(key->context, signature, signature_size, digest, digest_size) == 1;
    }
    if (!good)
        ERR_clear_error();
    return good ? TD_OK : TD_E_BAD_MAC;
}
