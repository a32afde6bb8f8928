/*
 * wire/rdata_bitmap.h - the type bitmap of NSEC, NSEC3 and CSYNC: asked, walked, made.
 *
 * Shape    windows of 256 types: number, length 1..32, bits; ascending, none empty, no zero
 *          octet at the end of a window. "A bitmap" has been checked (wire_rdata_check).
 * Floor    1.
 * Threads  Pure.
 * RFC      4034 4.1.2.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/writer.h"

bool wire_bitmap_has(const uint8_t *bitmap, size_t size, uint16_t type);

/* A walk begins with all zero. */
struct wire_bitmap_walk {
    size_t at;
    unsigned bit;
};

/* The next type of the bitmap, ascending; false at the end. */
bool wire_bitmap_next(const uint8_t *bitmap, size_t size, struct wire_bitmap_walk *walk,
                      uint16_t *ret_type);

/*
 * Append the bitmap of these types, which must be in ascending order (repeats do no harm).
 * TD_E_SPACE  no room; nothing was written
 */
TD_NODISCARD td_err wire_bitmap_write(struct td_writer *writer, const uint16_t *types,
                                      size_t count);
