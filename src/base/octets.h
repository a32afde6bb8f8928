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

/* Exactly the same; reads nothing behind `size` octets. */
static inline bool td_octets_same(const uint8_t *a, const uint8_t *b, size_t size)
{
    if (size >= 8) {
        for (size_t at = 0; at + 8 < size; at += 8)
            if (td_octets_load8(a + at) != td_octets_load8(b + at))
                return false;
        return td_octets_load8(a + size - 8) == td_octets_load8(b + size - 8);
    }
    if (size >= 4)
        return td_octets_load4(a) == td_octets_load4(b) &&
               td_octets_load4(a + size - 4) == td_octets_load4(b + size - 4);
    for (size_t at = 0; at < size; at++)
        if (a[at] != b[at])
            return false;
    return true;
}
