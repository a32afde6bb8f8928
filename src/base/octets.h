/*
 * base/octets.h - a few octets compared, copied, lowered.
 *
 * Shape    Names and data of a handful of octets: a call of memcmp or memcpy costs more than the
 *          work does. Nothing outside of the given octets is read or written.
 * Floor    0.
 * Threads  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/reader.h"

static inline uint64_t td_octets_load8(const uint8_t *at)
{
    uint64_t v;
    memcpy(&v, at, 8);
    return v;
}

static inline uint32_t td_octets_load4(const uint8_t *at)
{
    uint32_t v;
    memcpy(&v, at, 4);
    return v;
}

enum { TD_OCTETS_SHORT_MAX = 32 };

/* Exactly the same? For up to TD_OCTETS_SHORT_MAX octets; reads nothing behind `size` of them. */
static inline bool td_octets_same_short(const uint8_t *a, const uint8_t *b, size_t size)
{
    if (size >= 8) {
        if (size > 16 && (td_octets_load8(a + 8) != td_octets_load8(b + 8) ||
                          td_octets_load8(a + size - 16) != td_octets_load8(b + size - 16)))
            return false;
        return td_octets_load8(a) == td_octets_load8(b) &&
               td_octets_load8(a + size - 8) == td_octets_load8(b + size - 8);
    }
    if (size >= 4)
        return td_octets_load4(a) == td_octets_load4(b) &&
               td_octets_load4(a + size - 4) == td_octets_load4(b + size - 4);
    for (size_t at = 0; at < size; at++)
        if (a[at] != b[at])
            return false;
    return true;
}

/*
 * The first `size` octets, 8 at most, the first one highest, with zeros behind them; reads nothing
 * behind `size` of them.
 */
static inline uint64_t td_octets_front(const uint8_t *at, size_t size)
{
    if (size >= 8)
        return (uint64_t)td_get_u32(at) << 32 | td_get_u32(at + 4);
    if (size >= 4)
        return (uint64_t)td_get_u32(at) << 32 | (uint64_t)td_get_u32(at + size - 4)
                                                    << (64 - 8 * size);
    if (size == 0)
        return 0;
    return (uint64_t)at[0] << 56 | (uint64_t)at[size / 2] << (56 - 8 * (size / 2)) |
           (uint64_t)at[size - 1] << (64 - 8 * size);
}

/* The top bit of each of 8 octets that is a letter in upper case. */
static inline uint64_t td_octets_upper8(uint64_t octets)
{
    const uint64_t ones = 0x0101010101010101;
    uint64_t low = octets & ones * 0x7F;

    return (low + ones * (0x80 - 'A')) & ~(low + ones * (0x7F - 'Z')) & ~octets & ones * 0x80;
}

static inline uint64_t td_octets_lower8(uint64_t octets)
{
    return octets | td_octets_upper8(octets) >> 2;
}

static inline void td_octets_store8(uint8_t *at, uint64_t octets)
{
    memcpy(at, &octets, 8);
}

static inline void td_octets_store4(uint8_t *at, uint32_t octets)
{
    memcpy(at, &octets, 4);
}

/* memcpy, for what is mostly short. */
static inline void td_octets_copy(uint8_t *to, const uint8_t *from, size_t size)
{
    if (size > TD_OCTETS_SHORT_MAX) {
        memcpy(to, from, size);
    } else if (size >= 8) {
        for (size_t at = 0; at + 8 < size; at += 8)
            td_octets_store8(to + at, td_octets_load8(from + at));
        td_octets_store8(to + size - 8, td_octets_load8(from + size - 8));
    } else if (size >= 4) {
        td_octets_store4(to, td_octets_load4(from));
        td_octets_store4(to + size - 4, td_octets_load4(from + size - 4));
    } else {
        for (size_t at = 0; at < size; at++)
            to[at] = from[at];
    }
}

/* The same with letters in lower case. Were they all so before? */
static inline bool td_octets_copy_lower(uint8_t *to, const uint8_t *from, size_t size)
{
    uint64_t upper = 0, some;

    if (size >= 8) {
        for (size_t at = 0; at + 8 < size; at += 8) {
            upper |= some = td_octets_upper8(td_octets_load8(from + at));
            td_octets_store8(to + at, td_octets_load8(from + at) | some >> 2);
        }
        upper |= some = td_octets_upper8(td_octets_load8(from + size - 8));
        td_octets_store8(to + size - 8, td_octets_load8(from + size - 8) | some >> 2);
    } else if (size >= 4) {
        uint64_t octets = (uint64_t)td_octets_load4(from + size - 4) << 32 | td_octets_load4(from);
        upper = td_octets_upper8(octets);
        td_octets_store4(to, (uint32_t)(octets | upper >> 2));
        td_octets_store4(to + size - 4, (uint32_t)((octets | upper >> 2) >> 32));
    } else {
        for (size_t at = 0; at < size; at++) {
            upper |= some = td_octets_upper8(from[at]);
            to[at] = (uint8_t)(from[at] | some >> 2);
        }
    }
    return upper == 0;
}

/* Exactly the same? */
static inline bool td_octets_same(const uint8_t *a, const uint8_t *b, size_t size)
{
    return size <= TD_OCTETS_SHORT_MAX ? td_octets_same_short(a, b, size) : memcmp(a, b, size) == 0;
}

/* The same but for the case of letters? */
static inline bool td_octets_equal(const uint8_t *a, const uint8_t *b, size_t size)
{
    size_t at = 0;

    for (; size - at > 8; at += 8) {
        uint64_t left = td_octets_load8(a + at), right = td_octets_load8(b + at);
        if (left != right && td_octets_lower8(left) != td_octets_lower8(right))
            return false;
    }
    uint64_t left = td_octets_front(a + at, size - at), right = td_octets_front(b + at, size - at);
    return left == right || td_octets_lower8(left) == td_octets_lower8(right);
}
