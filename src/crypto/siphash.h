/*
 * crypto/siphash.h - SipHash-2-4, a short keyed hash that is safe against forgery.
 *
 * Floor    1.
 * Threads  Pure.
 * RFC      9018 4.4 uses it for cookies.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { CRYPTO_SIPHASH_KEY_SIZE = 16, CRYPTO_SIPHASH_SIZE = 8 };

/* The 8 octets come in the order of the reference implementation (little-endian). */
void crypto_siphash(const uint8_t key[CRYPTO_SIPHASH_KEY_SIZE], const void *data, size_t size,
                    uint8_t out[CRYPTO_SIPHASH_SIZE]);
