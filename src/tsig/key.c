#include "tsig/key.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "crypto/secret.h"

struct tsig_keys {
    size_t count;
    struct tsig_key keys[]; /* ordered by compare_names */
};

static const struct {
    const char *name; /* wire form; the root label is the end of the string */
    enum crypto_digest_kind digest;
} algorithms[TSIG_ALGORITHM_COUNT] = {
    [TSIG_HMAC_SHA1] = { "\11hmac-sha1", CRYPTO_SHA1 },
    [TSIG_HMAC_SHA224] = { "\13hmac-sha224", CRYPTO_SHA224 },
    [TSIG_HMAC_SHA256] = { "\13hmac-sha256", CRYPTO_SHA256 },
    [TSIG_HMAC_SHA384] = { "\13hmac-sha384", CRYPTO_SHA384 },
    [TSIG_HMAC_SHA512] = { "\13hmac-sha512", CRYPTO_SHA512 },
};

const uint8_t *tsig_algorithm_name(enum tsig_algorithm algorithm, size_t *ret_size)
{
    td_assert(algorithm < TSIG_ALGORITHM_COUNT);
    *ret_size = strlen(algorithms[algorithm].name) + 1;
    return (const uint8_t *)algorithms[algorithm].name;
}

const char *tsig_algorithm_text(enum tsig_algorithm algorithm)
{
    td_assert(algorithm < TSIG_ALGORITHM_COUNT);
    return algorithms[algorithm].name + 1;
}

td_err tsig_algorithm_find(const uint8_t *name, size_t name_size,
                           enum tsig_algorithm *ret_algorithm)
{
    for (unsigned i = 0; i < TSIG_ALGORITHM_COUNT; i++) {
        size_t size;
        const uint8_t *known = tsig_algorithm_name((enum tsig_algorithm)i, &size);
        if (wire_name_equal(known, size, name, name_size)) {
            *ret_algorithm = (enum tsig_algorithm)i;
            return TD_OK;
        }
    }
    return TD_E_UNSUPPORTED;
}

size_t tsig_algorithm_mac_size(enum tsig_algorithm algorithm)
{
    td_assert(algorithm < TSIG_ALGORITHM_COUNT);
    return crypto_digest_size(algorithms[algorithm].digest);
}

size_t tsig_algorithm_mac_size_min(enum tsig_algorithm algorithm)
{
    size_t half = tsig_algorithm_mac_size(algorithm) / 2;

    return half > 10 ? half : 10;
}

/* An order for searching; not that of DNS. */
static int compare_names(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    if (a_size != b_size)
        return a_size < b_size ? -1 : 1;
    return memcmp(a, b, a_size);
}

static int compare_keys(const void *a, const void *b)
{
    const struct tsig_key *key_a = a, *key_b = b;

    return compare_names(key_a->name, key_a->name_size, key_b->name, key_b->name_size);
}

static void key_init(struct tsig_key *key, const struct tsig_key_row *row)
{
    size_t size_min = tsig_algorithm_mac_size_min(row->algorithm);
    size_t size = tsig_algorithm_mac_size(row->algorithm);

    if (row->mac_size_min > size_min)
        size_min = row->mac_size_min < size ? row->mac_size_min : size;
    crypto_hmac_key_init(&key->hmac, algorithms[row->algorithm].digest, row->secret,
                         row->secret_size);
    key->algorithm = (uint8_t)row->algorithm;
    key->mac_size = (uint8_t)size;
    key->mac_size_min = (uint8_t)size_min;
    key->name_size = (uint8_t)wire_name_size(row->name);
    wire_name_lower(key->name, row->name, key->name_size);
}

td_err tsig_key_prepare(struct tsig_key *ret_key, const struct tsig_key_row *row)
{
    memset(ret_key, 0, sizeof(*ret_key));
    if (row->secret_size == 0)
        return TD_E_INVALID;
    key_init(ret_key, row);
    return TD_OK;
}

td_err tsig_keys_new(const struct tsig_key_row *rows, size_t count, struct tsig_keys **ret_keys)
{
    struct tsig_keys *keys = td_malloc(sizeof(*keys) + count * sizeof(keys->keys[0]));
    td_err err = TD_OK;

    keys->count = count;
    for (size_t i = 0; i < count; i++) {
        key_init(&keys->keys[i], &rows[i]);
        if (rows[i].secret_size == 0)
            err = TD_E_INVALID;
    }
    qsort(keys->keys, count, sizeof(keys->keys[0]), compare_keys);
    for (size_t i = 1; i < count && err == TD_OK; i++) {
        if (compare_keys(&keys->keys[i - 1], &keys->keys[i]) == 0)
            err = TD_E_EXISTS;
    }
    if (err != TD_OK) {
        tsig_keys_free(keys);
        return err;
    }
    *ret_keys = keys;
    return TD_OK;
}

void tsig_keys_free(struct tsig_keys *keys)
{
    if (keys == NULL)
        return;
    crypto_wipe(keys->keys, keys->count * sizeof(keys->keys[0]));
    free(keys);
}

size_t tsig_keys_count(const struct tsig_keys *keys)
{
    return keys->count;
}

const struct tsig_key *tsig_keys_find(const struct tsig_keys *keys, const uint8_t *name,
                                      size_t name_size)
{
    uint8_t lower[WIRE_NAME_SIZE_MAX];
    size_t low = 0, high = keys == NULL ? 0 : keys->count;

    wire_name_lower(lower, name, name_size);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct tsig_key *key = &keys->keys[middle];
        int order = compare_names(lower, name_size, key->name, key->name_size);
        if (order == 0)
            return key;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
