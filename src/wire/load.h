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
