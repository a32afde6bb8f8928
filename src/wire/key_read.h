/*
 * wire/key_read.h - wire_key_read where a call would cost too much.
 *
 * Shape    What wire/key.h promises, laid out where it is used: on the road of every query, once.
 *          Only the hashes take a call, since they need all registers that there are.
 * Floor    1.
 * Threads  Pure.
 */
#pragma once

#include <string.h>

#include "base/macros.h"
#include "wire/key.h"

/* Fill hashes[] of a key that has all else. */
void wire_key_hash(struct wire_key *key, const struct td_hash_seed *seed);

typedef uint8_t wire_octets16 __attribute__((vector_size(16)));
typedef int8_t wire_signed16 __attribute__((vector_size(16)));

/*
 * Length octets are below 64, so they are never taken for letters. 'A'..'Z' is moved to the low
 * end of the signed octets, since machines compare those.
 */
static inline wire_octets16 wire_lower16(wire_octets16 v)
{
    wire_signed16 moved = (wire_signed16)(v - (uint8_t)('A' + 128));
    wire_octets16 is_upper = (wire_octets16)(moved < (int8_t)(-128 + 26));

    return v | (is_upper & 0x20);
}

static inline void wire_lower_16(uint8_t *out, const uint8_t *in)
{
    wire_octets16 v;

    memcpy(&v, in, sizeof(v));
    v = wire_lower16(v);
    memcpy(out, &v, sizeof(v));
}

/* Fewer than 16 octets, without reading or writing behind them. */
static inline void wire_lower_short(uint8_t *out, const uint8_t *in, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(in[i] | ((in[i] >= 'A') & (in[i] <= 'Z')) << 5);
}

/* Fill lower[0..size); never reads behind in[left). */
static inline void wire_lower_exact(uint8_t *out, const uint8_t *in, size_t size, size_t left)
{
    if (size > 16) {
        wire_lower_16(out, in);
        for (size_t at = 16; at + 16 < size; at += 16)
            wire_lower_16(out + at, in + at);
        wire_lower_16(out + size - 16, in + size - 16);
    } else if (td_likely(left >= 16)) {
        wire_lower_16(out, in);
    } else {
        wire_lower_short(out, in, size);
    }
}

TD_NODISCARD static TD_ALWAYS_INLINE td_err wire_key_read_here(struct wire_key *ret_key,
                                                               const struct td_hash_seed *seed,
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
    wire_lower_exact(ret_key->lower, octets, size, left);
    wire_key_hash(ret_key, seed);
    return TD_OK;
}
