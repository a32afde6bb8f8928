/*
 * dnssec/bitmap.h - sets of record types, as NSEC, NSEC3 and CSYNC carry them.
 *
 * Shape    windows of 256 types in ascending order: number, length 1..32, that many octets.
 *          Every function takes any octets: a window that runs past the end ends the set.
 * Floor    2. Includes base.
 * Threads  Pure.
 * RFC      4034 4.1.2.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { DNSSEC_BITMAP_SIZE_MAX = 256 * (2 + 32) };

/*
 * TD_E_MALFORMED  a window out of order, empty, too long, cut off, or with a last octet of 0
 */
TD_NODISCARD td_err dnssec_bitmap_check(const uint8_t *bitmap, size_t size);

/* Is the type in the set? */
bool dnssec_bitmap_has(const uint8_t *bitmap, size_t size, uint16_t type);

struct dnssec_bitmap_walk {
    const uint8_t *bitmap;
    size_t size;
    size_t window; /* offset of the current window */
    unsigned bit;  /* next bit to look at in it, 0..256 */
};

static inline struct dnssec_bitmap_walk dnssec_bitmap_walk_of(const uint8_t *bitmap, size_t size)
{
    return (struct dnssec_bitmap_walk){ .bitmap = bitmap, .size = size };
}

/* The next type of the set, in ascending order; false behind the last one. */
bool dnssec_bitmap_next(struct dnssec_bitmap_walk *walk, uint16_t *ret_type);

/*
 * The bitmap of `count` types in ascending order without duplicates; `out` has room for
 * DNSSEC_BITMAP_SIZE_MAX octets. Returns the octets written.
 */
size_t dnssec_bitmap_write(const uint16_t *types, size_t count, uint8_t *out);
