#include "dnssec/bitmap.h"

#include <string.h>

#include "base/assert.h"

enum { WINDOW_HEAD = 2, WINDOW_OCTETS_MAX = 32 };

/* Octets of the window at `at`, or 0 when there is no whole one. */
static size_t window_octets(const uint8_t *bitmap, size_t size, size_t at)
{
    if (size - at < WINDOW_HEAD)
        return 0;
    size_t octets = bitmap[at + 1];
    if (octets > WINDOW_OCTETS_MAX || octets > size - at - WINDOW_HEAD)
        return 0;
    return octets;
}

td_err dnssec_bitmap_check(const uint8_t *bitmap, size_t size)
{
    int last = -1;

    for (size_t at = 0; at < size;) {
        size_t octets = window_octets(bitmap, size, at);
        if (octets == 0 || bitmap[at] <= last)
            return TD_E_MALFORMED;
        last = bitmap[at];
        at += WINDOW_HEAD + octets;
        if (bitmap[at - 1] == 0)
            return TD_E_MALFORMED;
    }
    return TD_OK;
}

bool dnssec_bitmap_has(const uint8_t *bitmap, size_t size, uint16_t type)
{
    unsigned window = type >> 8;
    unsigned octet = (type & 0xFF) / 8;

    for (size_t at = 0; at < size;) {
        size_t octets = window_octets(bitmap, size, at);
        if (octets == 0)
            return false;
        if (bitmap[at] == window)
            return octet < octets && (bitmap[at + WINDOW_HEAD + octet] & 0x80 >> type % 8) != 0;
        at += WINDOW_HEAD + octets;
    }
    return false;
}

bool dnssec_bitmap_next(struct dnssec_bitmap_walk *walk, uint16_t *ret_type)
{
    while (walk->window < walk->size) {
        size_t octets = window_octets(walk->bitmap, walk->size, walk->window);
        if (octets == 0)
            return false;
        const uint8_t *bits = walk->bitmap + walk->window + WINDOW_HEAD;
        for (; walk->bit < octets * 8; walk->bit++) {
            if ((bits[walk->bit / 8] & 0x80 >> walk->bit % 8) == 0)
                continue;
            *ret_type = (uint16_t)(walk->bitmap[walk->window] << 8 | walk->bit);
            walk->bit++;
            return true;
        }
        walk->window += WINDOW_HEAD + octets;
        walk->bit = 0;
    }
    return false;
}

size_t dnssec_bitmap_write(const uint16_t *types, size_t count, uint8_t *out)
{
    size_t used = 0;
    size_t window = 0;

    for (size_t i = 0; i < count; i++) {
        td_assert(i == 0 || types[i] > types[i - 1]);
        unsigned octet = (types[i] & 0xFF) / 8;
        if (i == 0 || types[i] >> 8 != types[i - 1] >> 8) {
            window = used;
            out[used++] = (uint8_t)(types[i] >> 8);
            out[used++] = 0;
        }
        while (out[window + 1] <= octet) {
            out[used++] = 0;
            out[window + 1]++;
        }
        out[used - 1] |= (uint8_t)(0x80 >> types[i] % 8);
    }
    return used;
}
