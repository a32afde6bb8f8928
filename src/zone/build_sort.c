/*
 * Owners in canonical order. Files are mostly in order, or made of a few pieces that are: to merge
 * these costs next to nothing. Others are first sorted by their keys, octet by octet, which reads
 * the entries in a row and compares nothing; then what has the same key is merged.
 */
#include <stdlib.h>
#include <string.h>

#include "zone/build_owners.h"

enum { DIGITS = 8, DIGIT_VALUES = 256 };

/* Merge [from, middle) and [middle, to) of `in` into `out`; equal ones keep their order. */
static void merge(const struct build_owners *owners, const struct build_entry *in,
                  struct build_entry *out, uint32_t from, uint32_t middle, uint32_t to)
{
    uint32_t left = from;
    uint32_t right = middle;
    uint32_t at = from;

    while (left < middle && right < to)
        out[at++] =
            build_entry_order(owners, &in[left], &in[right]) <= 0 ? in[left++] : in[right++];
    memcpy(out + at, in + left, (middle - left) * sizeof(*in));
    memcpy(out + at + (middle - left), in + right, (to - right) * sizeof(*in));
}

/* Merge the few runs that begin at owners->runs, two by two. */
static void merge_pieces(struct build_owners *owners, struct build_entry *other)
{
    uint32_t *runs = owners->runs;

    while (owners->run_count > 1) {
        uint32_t count = 0;
        runs[owners->run_count] = owners->count;
        for (uint32_t i = 0; i < owners->run_count; i += 2) {
            uint32_t middle = runs[i + 1];
            uint32_t to = i + 2 <= owners->run_count ? runs[i + 2] : middle;
            merge(owners, owners->entries, other, runs[i], middle, to);
            runs[count++] = runs[i];
        }
        owners->run_count = count;
        struct build_entry *swap = owners->entries;
        owners->entries = other;
        other = swap;
    }
    free(other);
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

/* Sort [from, to) of the entries, with room for as many in `other`. */
static void merge_sort(const struct build_owners *owners, struct build_entry *other, uint32_t from,
                       uint32_t to)
{
    struct build_entry *entries = owners->entries;
    uint32_t middle = from + (to - from) / 2;

    if (to - from == 1)
        return;
    merge_sort(owners, other, from, middle);
    merge_sort(owners, other, middle, to);
    if (build_entry_order(owners, &entries[middle - 1], &entries[middle]) <= 0)
        return;
    merge(owners, entries, other, from, middle, to);
    memcpy(entries + from, other + from, (to - from) * sizeof(*entries));
}

/* Entries with the same key stand together: sort each such row. */
static void sort_ties(const struct build_owners *owners, struct build_entry *other)
{
    const struct build_entry *entries = owners->entries;

    for (uint32_t from = 0, to; from < owners->count; from = to) {
        for (to = from + 1; to < owners->count; to++)
            if (entries[to].sort_key != entries[from].sort_key)
                break;
        if (to - from > 1)
            merge_sort(owners, other, from, to);
    }
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
        sort_ties(owners, other);
        free(other);
    }
}
