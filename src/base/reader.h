/*
 * base/reader.h - a cursor over octets that somebody else owns.
 *
 * Shape    data[0..size), cursor <= size at all times. Numbers are big-endian.
 * Floor    0.
 * Threads  Pure.
 * Errors   Every read returns TD_E_TRUNCATED when too few octets are left, and
 *          then changes neither the cursor nor the result.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"

struct td_reader {
    const uint8_t *data;
    size_t size;
    size_t cursor;
};

static inline struct td_reader td_reader_of(const void *data, size_t size)
{
    return (struct td_reader){ .data = data, .size = size, .cursor = 0 };
}

static inline size_t td_reader_left(const struct td_reader *reader)
{
    return reader->size - reader->cursor;
}

static inline uint16_t td_get_u16(const uint8_t *at)
{
    return (uint16_t)((uint16_t)at[0] << 8 | at[1]);
}

static inline uint32_t td_get_u32(const uint8_t *at)
{
    uint32_t v;
    memcpy(&v, at, 4);
    return __builtin_bswap32(v);
}

static inline uint64_t td_get_u48(const uint8_t *at)
{
    return (uint64_t)td_get_u16(at) << 32 | td_get_u32(at + 2);
}

TD_NODISCARD static inline td_err td_read_u8(struct td_reader *reader, uint8_t *ret)
{
    if (td_reader_left(reader) < 1)
        return TD_E_TRUNCATED;
    *ret = reader->data[reader->cursor++];
    return TD_OK;
}

TD_NODISCARD static inline td_err td_read_u16(struct td_reader *reader, uint16_t *ret)
{
    if (td_reader_left(reader) < 2)
        return TD_E_TRUNCATED;
    *ret = td_get_u16(reader->data + reader->cursor);
    reader->cursor += 2;
    return TD_OK;
}

TD_NODISCARD static inline td_err td_read_u32(struct td_reader *reader, uint32_t *ret)
{
    if (td_reader_left(reader) < 4)
        return TD_E_TRUNCATED;
    *ret = td_get_u32(reader->data + reader->cursor);
    reader->cursor += 4;
    return TD_OK;
}

TD_NODISCARD static inline td_err td_read_u48(struct td_reader *reader, uint64_t *ret)
{
    if (td_reader_left(reader) < 6)
        return TD_E_TRUNCATED;
    *ret = td_get_u48(reader->data + reader->cursor);
    reader->cursor += 6;
    return TD_OK;
}

/* `size` octets in place: *ret points into the data. */
TD_NODISCARD static inline td_err td_read_octets(struct td_reader *reader, size_t size,
                                                 const uint8_t **ret)
{
    if (td_reader_left(reader) < size)
        return TD_E_TRUNCATED;
    *ret = reader->data + reader->cursor;
    reader->cursor += size;
    return TD_OK;
}
