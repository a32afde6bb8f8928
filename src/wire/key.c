#include "wire/key.h"

#include <string.h>

#include "base/assert.h"
#include "base/macros.h"

typedef uint8_t octets16 __attribute__((vector_size(16)));
typedef int8_t signed16 __attribute__((vector_size(16)));

/*
 * Length octets are below 64, so they are never taken for letters. 'A'..'Z' is moved to the low
 * end of the signed octets, since machines compare those.
 */
static inline octets16 lower16(octets16 v)
{
    signed16 moved = (signed16)(v - (uint8_t)('A' + 128));
    octets16 is_upper = (octets16)(moved < (int8_t)(-128 + 26));

    return v | (is_upper & 0x20);
}

static inline void lower_16(uint8_t *out, const uint8_t *in)
{
    octets16 v;

    memcpy(&v, in, sizeof(v));
    v = lower16(v);
    memcpy(out, &v, sizeof(v));
}

/* Fewer than 16 octets, without reading or writing behind them. */
static inline void lower_short(uint8_t *out, const uint8_t *in, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(in[i] | ((in[i] >= 'A') & (in[i] <= 'Z')) << 5);
}

/* Fill lower[0..size); never reads behind in[left). */
static inline void lower_exact(uint8_t *out, const uint8_t *in, size_t size, size_t left)
{
    if (size > 16) {
        lower_16(out, in);
        for (size_t at = 16; at + 16 < size; at += 16)
            lower_16(out + at, in + at);
        lower_16(out + size - 16, in + size - 16);
    } else if (td_likely(left >= 16)) {
        lower_16(out, in);
    } else {
        lower_short(out, in, size);
    }
}

static inline void hash_labels(struct wire_key *key, const struct td_hash_seed *seed)
{
    uint64_t hash = seed->root;
    unsigned i = key->label_count;

    key->hashes[i] = hash;
    while (i-- > 0) {
        const uint8_t *label = key->lower + key->offsets[i];
        hash = td_hash_label(seed, hash, label + 1, label[0]);
        key->hashes[i] = hash;
    }
}

TD_HOT td_err wire_key_read(struct wire_key *ret_key, const struct td_hash_seed *seed,
                            const uint8_t *octets, size_t left)
{
    size_t end = left < WIRE_KEY_SIZE_MAX ? left : WIRE_KEY_SIZE_MAX;
    size_t size = 0;
    size_t count = 0;
    unsigned length;

    /* Labels have an octet at least, so there is room for the offsets of 254 octets of them. */
    for (;; count++) {
        if (td_unlikely(size >= end))
            return left > WIRE_KEY_SIZE_MAX ? TD_E_MALFORMED : TD_E_TRUNCATED;
        length = octets[size];
        ret_key->offsets[count] = (uint8_t)size;
        size += length + 1;
        if (td_unlikely(length - 1 >= 63)) /* 0, or no label */
            break;
    }
    if (td_unlikely(length != 0))
        return TD_E_MALFORMED;
    ret_key->size = (uint8_t)size;
    ret_key->label_count = (uint8_t)count;
    lower_exact(ret_key->lower, octets, size, left);
    hash_labels(ret_key, seed);
    return TD_OK;
}

void wire_key_make(struct wire_key *ret_key, const struct td_hash_seed *seed, const uint8_t *name)
{
    size_t size = 1;

    for (const uint8_t *at = name; *at != 0; at += 1u + *at)
        size += 1u + *at;
    td_err err = wire_key_read(ret_key, seed, name, size);
    td_assert(err == TD_OK);
}

void wire_key_join(struct wire_key *ret_key, const struct td_hash_seed *seed, const uint8_t *labels,
                   size_t labels_size, const uint8_t *rest)
{
    uint8_t name[WIRE_KEY_SIZE_MAX];
    size_t size = labels_size;

    td_assert(labels_size < sizeof(name));
    memcpy(name, labels, labels_size);
    for (bool is_root = false; !is_root;) {
        size_t step = 1u + *rest;
        is_root = step == 1;
        td_assert(size + step <= sizeof(name));
        memcpy(name + size, rest, step);
        size += step;
        rest += step;
    }
    wire_key_make(ret_key, seed, name);
}
