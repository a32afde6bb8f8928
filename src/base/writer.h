/*
 * base/writer.h - a cursor over a buffer of fixed size that somebody else owns.
 *
 * Shape    data[0..size), cursor <= size at all times. Numbers are big-endian.
 * Floor    0.
 * Threads  Pure.
 * Errors   Every write returns TD_E_SPACE when there is no room, and then changes
 *          nothing.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"

struct td_writer {
    uint8_t *data;
    size_t size;
    size_t cursor;
};

static inline struct td_writer td_writer_of(void *data, size_t size)
{
    return (struct td_writer){ .data = data, .size = size, .cursor = 0 };
}

static inline size_t td_writer_left(const struct td_writer *writer)
{
    return writer->size - writer->cursor;
}

static inline void td_put_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void td_put_u32(uint8_t *at, uint32_t value)
{
    value = __builtin_bswap32(value);
    memcpy(at, &value, 4);
}

static inline void td_put_u48(uint8_t *at, uint64_t value)
{
    td_put_u16(at, (uint16_t)(value >> 32));
    td_put_u32(at + 2, (uint32_t)value);
}

TD_NODISCARD static inline td_err td_write_u8(struct td_writer *writer, uint8_t value)
{
    if (td_writer_left(writer) < 1)
        return TD_E_SPACE;
    writer->data[writer->cursor++] = value;
    return TD_OK;
}

TD_NODISCARD static inline td_err td_write_u16(struct td_writer *writer, uint16_t value)
{
    if (td_writer_left(writer) < 2)
        return TD_E_SPACE;
    td_put_u16(writer->data + writer->cursor, value);
    writer->cursor += 2;
    return TD_OK;
}

TD_NODISCARD static inline td_err td_write_u32(struct td_writer *writer, uint32_t value)
{
    if (td_writer_left(writer) < 4)
        return TD_E_SPACE;
    td_put_u32(writer->data + writer->cursor, value);
    writer->cursor += 4;
    return TD_OK;
}

TD_NODISCARD static inline td_err td_write_u48(struct td_writer *writer, uint64_t value)
{
    if (td_writer_left(writer) < 6)
        return TD_E_SPACE;
    td_put_u48(writer->data + writer->cursor, value);
    writer->cursor += 6;
    return TD_OK;
}

TD_NODISCARD static inline td_err td_write_octets(struct td_writer *writer, const void *octets,
                                                  size_t size)
{
    if (td_writer_left(writer) < size)
        return TD_E_SPACE;
    if (size != 0)
        memcpy(writer->data + writer->cursor, octets, size);
    writer->cursor += size;
    return TD_OK;
}
