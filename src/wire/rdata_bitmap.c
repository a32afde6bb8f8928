/* Type bitmaps of NSEC, NSEC3, CSYNC (RFC 4034 4.1.2) and of NXT (RFC 2535 5.2). */
#include "wire/rdata_bitmap.h"

#include "base/assert.h"
#include "base/macros.h"
#include "wire/rdata_internal.h"

enum { WINDOW_SIZE_MAX = 32, NXT_SIZE_MAX = 16 };

td_err wire_field_bitmap(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    int window_before = -1;

    while (at < size) {
        if (size - at < 2)
            return TD_E_TRUNCATED;

        int window = rdata[at];
        size_t length = rdata[at + 1];
        if (window <= window_before || length == 0 || length > WINDOW_SIZE_MAX)
            return TD_E_MALFORMED;
        at += 2;
        if (size - at < length)
            return TD_E_TRUNCATED;
        at += length;
        if (rdata[at - 1] == 0) /* trailing zero octets must be left out */
            return TD_E_MALFORMED;
        window_before = window;
    }
    *ret_end = at;
    return TD_OK;
}

/* The first bit set means a format that was never defined. */
td_err wire_field_bitmap_nxt(const uint8_t *rdata, size_t size, size_t at, size_t *ret_end)
{
    size_t length = size - at;

    if (length != 0 && (rdata[at] & 0x80) == 0 && (length > NXT_SIZE_MAX || rdata[size - 1] == 0))
        return TD_E_MALFORMED;
    *ret_end = size;
    return TD_OK;
}

bool wire_bitmap_has(const uint8_t *bitmap, size_t size, uint16_t type)
{
    uint8_t window = (uint8_t)(type >> 8);
    size_t octet = (type & 0xFF) / 8;

    for (size_t at = 0; at + 2 <= size; at += 2 + (size_t)bitmap[at + 1]) {
        if (bitmap[at] < window)
            continue;
        return bitmap[at] == window && octet < bitmap[at + 1] &&
               (bitmap[at + 2 + octet] & (0x80 >> (type & 7))) != 0;
    }
    return false;
}

bool wire_bitmap_next(const uint8_t *bitmap, size_t size, struct wire_bitmap_walk *walk,
                      uint16_t *ret_type)
{
    while (walk->at + 2 <= size) {
        const uint8_t *window = bitmap + walk->at;
        unsigned bits = window[1] * 8U;

        for (; walk->bit < bits; walk->bit++) {
            if ((window[2 + walk->bit / 8] & (0x80 >> (walk->bit % 8))) != 0) {
                *ret_type = (uint16_t)(window[0] << 8 | walk->bit++);
                return true;
            }
        }
        walk->at += 2 + (size_t)window[1];
        walk->bit = 0;
    }
    return false;
}

/* One window's types, types[0..count), all with the same high octet and ascending. */
static td_err window_write(struct td_writer *writer, const uint16_t *types, size_t count)
{
    uint8_t window[2 + WINDOW_SIZE_MAX] = { (uint8_t)(types[0] >> 8) };

    for (size_t i = 0; i < count; i++)
        window[2 + (types[i] & 0xFF) / 8] |= (uint8_t)(0x80 >> (types[i] & 7));
    window[1] = (uint8_t)((types[count - 1] & 0xFF) / 8 + 1);
    return td_write_octets(writer, window, 2 + (size_t)window[1]);
}

td_err wire_bitmap_write(struct td_writer *writer, const uint16_t *types, size_t count)
{
    struct td_writer trial = *writer;
    size_t from = 0;

    while (from < count) {
        size_t to = from + 1;
        for (; to < count && types[to] >> 8 == types[from] >> 8; to++)
            td_assert(types[to] >= types[to - 1]);
        td_assert(from == 0 || types[from] > types[from - 1]);

        td_err err = window_write(&trial, types + from, to - from);
        if (err != TD_OK)
            return err;
        from = to;
    }
    *writer = trial;
    return TD_OK;
}
