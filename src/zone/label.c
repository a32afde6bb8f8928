#include "zone/label.h"

#include <string.h>

#include "base/macros.h"
#include "base/octets.h"
#include "wire/key.h"

enum { LABELS_MAX = WIRE_KEY_LABELS_MAX };

static inline uint8_t lower(uint8_t c)
{
    return (uint8_t)(c + ((c >= 'A' && c <= 'Z') ? 0x20 : 0));
}

static void label_offsets(const struct zone_labels *labels, uint8_t *offsets)
{
    unsigned at = 0;

    for (unsigned i = 0; i < labels->label_count; i++) {
        offsets[i] = (uint8_t)at;
        at += 1u + labels->octets[at];
    }
}

static uint64_t sort_key_slowly(const struct zone_labels *labels)
{
    uint8_t offsets[LABELS_MAX];
    uint64_t key = 0;
    unsigned shift = 64;

    label_offsets(labels, offsets);
    for (unsigned i = labels->label_count; i-- > 0 && shift != 0;) {
        const uint8_t *label = labels->octets + offsets[i];
        for (unsigned left = *label++; left != 0 && shift != 0; left--) {
            uint8_t c = lower(*label++);
            shift -= 8;
            key |= (uint64_t)(c > 1 ? c : 1) << shift;
            if (c <= 1 && shift != 0) {
                shift -= 8;
                key |= (uint64_t)(c + 1) << shift;
            }
        }
        if (shift != 0)
            shift -= 8; /* the 00 that ends the label */
    }
    return key;
}

/* Where the labels behind the first `count` begin. */
static inline unsigned skip_labels(const struct zone_labels *labels, unsigned count)
{
    unsigned at = 0;

    for (; count > 0; count--)
        at += 1u + labels->octets[at];
    return at;
}

/* Has one of eight octets to be escaped, or is it a letter in upper case? Some others count, too.
 */
static bool is_odd(uint64_t octets)
{
    const uint64_t ones = 0x0101010101010101, high = ones << 7;
    uint64_t is_low = (octets - ones * 2) & ~octets;              /* 0 or 1 */
    uint64_t is_upper = (octets & (ones * 0x60)) ^ (ones * 0x40); /* 0x40..0x5F: zero here */

    return ((is_low | ((is_upper - ones) & ~is_upper)) & high) != 0;
}

/* The labels that fill the key, from the root on, as long as nothing in them is odd. */
static uint64_t sort_key_of_some(const struct zone_labels *labels)
{
    const uint64_t plain = 0x3030303030303030; /* for octets that no label has */
    uint64_t key = 0;

    for (unsigned i = labels->label_count, used = 0; i-- > 0 && used < 64;) {
        const uint8_t *label = labels->octets + skip_labels(labels, i);
        uint64_t octets = td_octets_front(label + 1, label[0]);
        if (td_unlikely(is_odd(label[0] >= 8 ? octets : octets | plain >> 8 * label[0])))
            return sort_key_slowly(labels);
        key |= octets >> used;
        used += 8u * (label[0] + 1u);
    }
    return key;
}

uint64_t zone_labels_sort_key(const struct zone_labels *labels)
{
    /* A label that fills the key, in front of the apex or of what does not count. */
    if (labels->label_count == 1 && labels->size > 8) {
        uint64_t octets = td_octets_front(labels->octets + 1, 8);
        if (td_likely(!is_odd(octets)))
            return octets;
    }
    return sort_key_of_some(labels);
}

static int label_order(const uint8_t *a, const uint8_t *b)
{
    unsigned a_size = *a++;
    unsigned b_size = *b++;
    unsigned both = a_size < b_size ? a_size : b_size;
    uint64_t a_front = td_octets_lower8(td_octets_front(a, a_size));
    uint64_t b_front = td_octets_lower8(td_octets_front(b, b_size));

    if (a_front != b_front)
        return a_front < b_front ? -1 : 1;
    for (unsigned i = 8; i < both; i++) {
        int difference = lower(a[i]) - lower(b[i]);
        if (difference != 0)
            return difference;
    }
    return (int)a_size - (int)b_size;
}

static int order_slowly(const struct zone_labels *a, const struct zone_labels *b)
{
    uint8_t a_offsets[LABELS_MAX];
    uint8_t b_offsets[LABELS_MAX];
    unsigned both = a->label_count < b->label_count ? a->label_count : b->label_count;

    label_offsets(a, a_offsets);
    label_offsets(b, b_offsets);
    for (unsigned i = 1; i <= both; i++) {
        int order = label_order(a->octets + a_offsets[a->label_count - i],
                                b->octets + b_offsets[b->label_count - i]);
        if (order != 0)
            return order;
    }
    return (int)a->label_count - (int)b->label_count;
}

/* Is all behind `at` in `deep` what is behind `from` in `other`, letter case included? */
static inline bool ends_alike(const struct zone_labels *deep, unsigned at,
                              const struct zone_labels *other, unsigned from)
{
    return deep->size - at == other->size - from &&
           td_octets_same(deep->octets + at, other->octets + from, other->size - from);
}

/*
 * What stands next to each other in a zone file is mostly a name and one below it, or two that
 * differ in the first label.
 */
int zone_labels_order(const struct zone_labels *a, const struct zone_labels *b)
{
    int deeper = (int)a->label_count - (int)b->label_count;

    if (deeper < 0 && ends_alike(b, skip_labels(b, (unsigned)-deeper), a, 0))
        return deeper;
    if (deeper > 0 && ends_alike(a, skip_labels(a, (unsigned)deeper), b, 0))
        return deeper;
    if (deeper == 0 && a->label_count != 0 &&
        ends_alike(a, 1u + a->octets[0], b, 1u + b->octets[0]))
        return label_order(a->octets, b->octets);
    return order_slowly(a, b);
}

bool zone_labels_equal(const uint8_t *a, const uint8_t *b, uint8_t size)
{
    return td_octets_equal(a, b, size);
}

bool zone_labels_are_lower(const uint8_t *octets, uint8_t size)
{
    uint64_t upper = 0;
    unsigned at = 0;

    for (; size - at > 8; at += 8)
        upper |= td_octets_upper8(td_octets_load8(octets + at));
    return (upper | td_octets_upper8(td_octets_front(octets + at, size - at))) == 0;
}
