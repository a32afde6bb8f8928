/*
 * crypto/verify.h - public keys and the signatures they check.
 *
 * Shape    keys and signatures are the octets that DNSKEY and RRSIG carry.
 * Floor    1. Includes base only.
 * Threads  A key belongs to one thread at a time.
 * Limits   RSA moduli of 512 to 4096 bits and exponents of at most 64 bits, because the cost
 *          of a verification is chosen by whoever made the key.
 * RFC      3110, 5702 (RSA), 6605 (ECDSA), 8080 (Ed25519, Ed448).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum crypto_signature_kind {
    CRYPTO_RSA_SHA1,
    CRYPTO_RSA_SHA256,
    CRYPTO_RSA_SHA512,
    CRYPTO_ECDSA_P256_SHA256,
    CRYPTO_ECDSA_P384_SHA384,
    CRYPTO_ED25519,
    CRYPTO_ED448,
    CRYPTO_SIGNATURE_COUNT,
};

enum {
    CRYPTO_RSA_BITS_MIN = 512,
    CRYPTO_RSA_BITS_MAX = 4096,
    CRYPTO_RSA_EXPONENT_SIZE_MAX = 8, /* octets */
};

struct crypto_verify_key;

/*
 * A key from the public key field of a DNSKEY; the caller frees it.
 *
 * TD_E_MALFORMED    the octets are not a key of that kind
 * TD_E_LIMIT        an RSA modulus or exponent outside the limits
 * TD_E_UNSUPPORTED  libcrypto does not do this kind (a policy may have turned it off)
 */
TD_NODISCARD td_err crypto_verify_key_new(enum crypto_signature_kind kind, const uint8_t *octets,
                                          size_t size, struct crypto_verify_key **ret_key);

/* NULL is fine. */
void crypto_verify_key_free(struct crypto_verify_key *key);

/*
 * Does the signature belong to these octets and this key?
 *
 * TD_E_MALFORMED  the signature has a size that this key cannot make
 * TD_E_BAD_MAC    it does not match
 */
TD_NODISCARD td_err crypto_verify(struct crypto_verify_key *key, const void *data, size_t size,
                                  const uint8_t *signature, size_t signature_size);
