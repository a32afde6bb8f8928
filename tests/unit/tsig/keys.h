/*
 * unit/tsig/keys.h - the key and the clock of vectors.h, and messages from it.
 */
#pragma once

#include "tsig/key.h"
#include "unit/crypto/hex.h"
#include "unit/tsig/vectors.h"

enum { NOW = 1700000000, QUERY_SIZE = 29, BUFFER_SIZE = 2048 };

#define KEY_NAME "\3Key\7Example"

/* A set of one key with the secret 1, 2, ... 40. */
static inline struct tsig_keys *test_keys(enum tsig_algorithm algorithm, uint8_t mac_size_min)
{
    uint8_t secret[40];
    struct tsig_key_row row = { .name = (const uint8_t *)KEY_NAME,
                                .algorithm = algorithm,
                                .secret = secret,
                                .secret_size = sizeof(secret),
                                .mac_size_min = mac_size_min };
    struct tsig_keys *keys = NULL;

    for (uint8_t i = 0; i < sizeof(secret); i++)
        secret[i] = (uint8_t)(i + 1);
    CHECK_OK(tsig_keys_new(&row, 1, &keys));
    return keys;
}

static inline const struct tsig_key *test_key(const struct tsig_keys *keys)
{
    return tsig_keys_find(keys, (const uint8_t *)KEY_NAME, sizeof(KEY_NAME));
}
