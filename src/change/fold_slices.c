/*
 * A fold of millions of records is finished in slices, so that other fibers of the thread go on:
 * runs of a slice each are sorted, then merged with one another; what stands in both lists is taken
 * out at the end, a slice at a time as well.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "change/fold.h"

enum { SLICE = 2048 }; /* records: some hundred microseconds */

/* After so many records more the others have their turn. */
static td_err count_work(struct fiber *fiber, uint32_t records, uint32_t *done)
{
    *done += records;
    if (*done < SLICE)
        return TD_OK;
    *done = 0;
    return io_fiber_yield(fiber);
}

/* Two sorted runs that lie behind each other, `left` records and then the rest of `count`. */
static td_err merge(struct fiber *fiber, const struct change_record *from, uint32_t left,
                    uint32_t count, struct change_record *to, uint32_t *done)
{
    td_err err = TD_OK;
    uint32_t i = 0, k = left;

    for (uint32_t at = 0; err == TD_OK && at < count; at++) {
        bool is_left = k == count || (i < left && change_record_order(&from[i], &from[k]) <= 0);
        to[at] = is_left ? from[i++] : from[k++];
        err = count_work(fiber, 1, done);
    }
    return err;
}

static uint32_t least(uint64_t a, uint32_t b)
{
    return a < b ? (uint32_t)a : b;
}

static td_err sort_runs(struct fiber *fiber, struct change_record *records, uint32_t count)
{
    td_err err = TD_OK;

    for (uint64_t at = 0; err == TD_OK && at < count; at += SLICE) {
        qsort(records + at, least(SLICE, (uint32_t)(count - at)), sizeof(*records),
              change_record_order);
        err = io_fiber_yield(fiber);
    }
    return err;
}

static td_err sort(struct fiber *fiber, struct change_record **records, uint32_t count)
{
    td_err err = sort_runs(fiber, *records, count);
    uint32_t done = 0;

    if (count <= SLICE || err != TD_OK)
        return err;
    struct change_record *from = *records;
    struct change_record *to = td_malloc(count * sizeof(*to));
    for (uint64_t width = SLICE; err == TD_OK && width < count; width *= 2) {
        for (uint64_t at = 0; err == TD_OK && at < count; at += 2 * width) {
            uint32_t both = least(2 * width, (uint32_t)(count - at));
            err = merge(fiber, from + at, least(width, both), both, to + at, &done);
        }
        struct change_record *sorted = to;
        to = from;
        from = sorted;
    }
    *records = from;
    free(to);
    return err;
}

/* As change_record_cancel. */
static td_err cancel_all(struct fiber *fiber, struct change_fold *fold)
{
    struct change_cancel cancel = { .a = fold->removed,
                                    .b = fold->added,
                                    .a_count = fold->removed_count,
                                    .b_count = fold->added_count };
    uint32_t done = 0;
    td_err err = TD_OK;

    while (err == TD_OK && change_cancel_step(&cancel))
        err = count_work(fiber, 1, &done);
    fold->removed_count = cancel.a_left;
    fold->added_count = cancel.b_left;
    return err;
}

td_err change_fold_finish_in_slices(struct fiber *fiber, struct change_fold *fold)
{
    td_err err = sort(fiber, &fold->removed, fold->removed_count);

    fold->removed_capacity = fold->removed_count; /* it may be the other half of the sort */
    if (err == TD_OK)
        err = sort(fiber, &fold->added, fold->added_count);
    fold->added_capacity = fold->added_count;
    return err == TD_OK ? cancel_all(fiber, fold) : err;
}
