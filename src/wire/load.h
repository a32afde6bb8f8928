/*
 * wire/load.h - a few octets as one number, without reading beyond them.
 *
 * Shape    the octets in the order of memory, then zeros: what memcpy into a zeroed uint64_t
 *          gives, without the call.
 * Floor    1. For the files of wire only.
 * Threads  Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t wire_load_8(const uint8_t *at)
{
    uint64_t octets;
    memcpy(&octets, at, 8);
    return octets;
}

/* `size` octets, 0..8. On little-endian machines the loads overlap. */
static inline uint64_t wire_load_short(const uint8_t *at, size_t size)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (size >= 8)
        return wire_load_8(at);
    if (size >= 4) {
        uint32_t first, last;
        memcpy(&first, at, 4);
        memcpy(&last, at + size - 4, 4);
        return first | (uint64_t)last << 8 * (size - 4);
    }
    if (size == 0)
        return 0;
    return (uint64_t)at[0] | (uint64_t)at[size / 2] << 8 * (size / 2) |
           (uint64_t)at[size - 1] << 8 * (size - 1);
#else
    uint64_t octets = 0;
    memcpy(&octets, at, size);
    return octets;
#endif
}

/*
 * Copy octets that are mostly few: labels, names. Up to 32 of them by loads that overlap; gcc makes
 * a slow string instruction of memcpy where it knows that there are not many.
 */
static inline void wire_copy_short(uint8_t *to, const uint8_t *from, size_t size)
{
    uint64_t first[2], last[2];

    if (size > 32) {
        memcpy(to, from, size);
    } else if (size >= 16) {
        memcpy(first, from, 16);
        memcpy(last, from + size - 16, 16);
        memcpy(to, first, 16);
        memcpy(to + size - 16, last, 16);
    } else if (size >= 8) {
        memcpy(first, from, 8);
        memcpy(last, from + size - 8, 8);
        memcpy(to, first, 8);
        memcpy(to + size - 8, last, 8);
    } else if (size >= 4) {
        memcpy(first, from, 4);
        memcpy(last, from + size - 4, 4);
        memcpy(to, first, 4);
        memcpy(to + size - 4, last, 4);
    } else if (size != 0) {
        uint8_t middle = from[size / 2], end = from[size - 1];
        to[0] = from[0];
        to[size / 2] = middle;
        to[size - 1] = end;
    }
}
