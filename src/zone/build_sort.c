/*
 * Owners in canonical order. Files are mostly in order, or made of a few pieces that are: to merge
 * these costs next to nothing. Others are first sorted by their keys, octet by octet, which reads
 * the entries in a row and compares nothing. What has the same key is merged when it is its turn to
 * be laid out: then its names, which stand anywhere, are near for that and for what comes next.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "zone/build_owners.h"

enum { DIGITS = 8, DIGIT_VALUES = 256 };

/* [from, middle), which is the shorter one, and [middle, to). */
static void merge_from_left(const struct build_owners *owners, struct build_entry *other,
                            uint32_t from, uint32_t middle, uint32_t to)
{
    struct build_entry *entries = owners->entries;
    uint32_t count = middle - from;
    uint32_t left = 0;

    memcpy(other, entries + from, count * sizeof(*entries));
    while (left < count && middle < to)
        entries[from++] = build_entry_order(owners, &other[left], &entries[middle]) <= 0
                              ? other[left++]
                              : entries[middle++];
    memcpy(entries + from, other + left, (count - left) * sizeof(*entries));
}

/* [middle, to) is the shorter one. */
static void merge_from_right(const struct build_owners *owners, struct build_entry *other,
                             uint32_t from, uint32_t middle, uint32_t to)
{
    struct build_entry *entries = owners->entries;
    uint32_t right = to - middle;

    memcpy(other, entries + middle, right * sizeof(*entries));
    while (from < middle && right > 0)
        entries[--to] = build_entry_order(owners, &entries[middle - 1], &other[right - 1]) > 0
                            ? entries[--middle]
                            : other[--right];
    memcpy(entries + to - right, other, right * sizeof(*entries));
}

/*
 * Merge two rows of entries that stand side by side; equal ones keep their order. `other` has room
 * for the shorter one, and no more of it is touched than has to move.
 */
static void merge(const struct build_owners *owners, struct build_entry *other, uint32_t from,
                  uint32_t middle, uint32_t to)
{
    const struct build_entry *entries = owners->entries;

    if (build_entry_order(owners, &entries[middle - 1], &entries[middle]) <= 0)
        return;
    while (from < middle && build_entry_order(owners, &entries[from], &entries[middle]) <= 0)
        from++;
    while (from < middle && build_entry_order(owners, &entries[middle - 1], &entries[to - 1]) <= 0)
        to--;
    if (middle - from <= to - middle)
        merge_from_left(owners, other, from, middle, to);
    else
        merge_from_right(owners, other, from, middle, to);
}

/* Merge the few runs that begin at owners->runs, two by two. */
static void merge_pieces(struct build_owners *owners, struct build_entry *other)
{
    uint32_t *runs = owners->runs;

    while (owners->run_count > 1) {
        uint32_t count = 0;
        runs[owners->run_count] = owners->count;
        for (uint32_t i = 0; i < owners->run_count; i += 2) {
            if (i + 1 < owners->run_count)
                merge(owners, other, runs[i], runs[i + 1], runs[i + 2]);
            runs[count++] = runs[i];
        }
        owners->run_count = count;
    }
}

/* Sort by the keys alone, from their last octet to the first; the entries end where they were. */
static void sort_by_key(struct build_entry *in, struct build_entry *other, uint32_t count)
{
    uint32_t counts[DIGITS][DIGIT_VALUES] = { { 0 } };

    for (uint32_t i = 0; i < count; i++)
        for (unsigned digit = 0; digit < DIGITS; digit++)
            counts[digit][in[i].sort_key >> 8 * digit & 0xFF]++;
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        uint32_t at = 0;
        for (unsigned value = 0; value < DIGIT_VALUES; value++) {
            uint32_t size = counts[digit][value];
            counts[digit][value] = at;
            at += size;
        }
        for (uint32_t i = 0; i < count; i++)
            other[counts[digit][in[i].sort_key >> 8 * digit & 0xFF]++] = in[i];
        struct build_entry *swap = in;
        in = other;
        other = swap;
    }
}

_Static_assert(DIGITS % 2 == 0, "the entries end where they were");

/* Sort [from, to) of the entries, with room for half as many in `other`. */
static void merge_sort(const struct build_owners *owners, struct build_entry *other, uint32_t from,
                       uint32_t to)
{
    uint32_t middle = from + (to - from) / 2;

    if (to - from == 1)
        return;
    merge_sort(owners, other, from, middle);
    merge_sort(owners, other, middle, to);
    merge(owners, other, from, middle, to);
}

uint32_t build_owners_settle(struct build_owners *owners, uint32_t from)
{
    const struct build_entry *entries = owners->entries;
    uint32_t to = from + 1;

    if (!owners->has_ties)
        return owners->count;
    while (to < owners->count && entries[to].sort_key == entries[from].sort_key)
        to++;
    if (to - from > owners->room_size) {
        owners->room_size = 2 * (to - from);
        free(owners->room);
        owners->room = td_malloc(owners->room_size * sizeof(*owners->room));
    }
    merge_sort(owners, owners->room, from, to);
    return to;
}

void build_owners_sort(struct build_owners *owners)
{
    if (owners->run_count <= 1)
        return;
    struct build_entry *other = td_malloc(owners->count * sizeof(*other));
    if (owners->run_count <= BUILD_RUNS_MAX) {
        merge_pieces(owners, other);
    } else {
        sort_by_key(owners->entries, other, owners->count);
        owners->has_ties = true;
    }
    free(other);
}

void build_owners_fini(struct build_owners *owners)
{
    free(owners->entries);
    free(owners->room);
    owners->entries = owners->room = NULL;
    owners->count = 0;
}
