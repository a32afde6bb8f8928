/*
 * base/octets.h - are a few octets the same?
 *
 * Shape    Names of a handful of octets, compared where they are looked up: a call of memcmp
 *          costs more than the comparing does.
 * Floor    0.
 * Threads  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

/* Exactly the same? */
static inline bool td_octets_same(const uint8_t *a, const uint8_t *b, size_t size)
{
    return size <= TD_OCTETS_SHORT_MAX ? td_octets_same_short(a, b, size) : memcmp(a, b, size) == 0;
}
