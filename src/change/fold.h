/*
 * change/fold.h - several changesets as one.
 *
 * Shape    add them, oldest first, then finish: what is left is what would have to be removed and
 *          added to come from before the first to behind the last; sorted, by owner in canonical
 *          order, type, data and TTL. SOAs are kept apart: the first that was removed, the last
 *          that was added. Changesets that come from elsewhere, and may not fit each other, are
 *          settled instead.
 * Floor    5.
 * Threads  One owner. Records are copied.
 */
#pragma once

#include "base/arena.h"
#include "change/change.h"
#include "io/fiber.h"

struct change_fold {
    struct td_arena arena;
    struct change_record *removed;
    struct change_record *added;
    uint32_t removed_count;
    uint32_t removed_capacity;
    uint32_t added_count;
    uint32_t added_capacity;
    struct change_record soa_before; /* owner NULL: there was none */
    struct change_record soa_after;
    uint32_t serial_from; /* of the first */
    uint32_t serial_to;   /* of the last */
    uint32_t changes;     /* how many were added */

    /* Only of a fold that is settled. */
    struct change_record *passing; /* added first and removed last: not there behind it all */
    uint32_t passing_count;

    /* Private. */
    struct change_fold_end *ends; /* of the records of each change */
    uint32_t ends_capacity;
};

void change_fold_init(struct change_fold *fold);
void change_fold_fini(struct change_fold *fold);
void change_fold_add(struct change_fold *fold, const struct changeset *changeset);
void change_fold_finish(struct change_fold *fold);
/*
 * The same, and other fibers have their turn in between.
 * TD_E_CANCELLED  the fold is good for nothing but to be ended
 */
TD_NODISCARD td_err change_fold_finish_in_slices(struct fiber *fiber, struct change_fold *fold);

/*
 * In between, where there are very many: forget what was added and removed again. More may be added
 * behind it; it is finished then, not settled.
 */
void change_fold_cancel(struct change_fold *fold);

/*
 * Instead of finish, where a change may add what was there already or remove what was not. Nothing
 * is cancelled; each record, whatever its TTL, is in `removed` when the first that happens to it is
 * that it is removed, in `added` when the last is that it is added, in both, or in `passing`.
 * Taking out `passing` and `removed`, then putting in `added`, gives what doing all of them in
 * their order would. Every list is sorted.
 */
void change_fold_settle(struct change_fold *fold);

/*
 * Of a difference, take out what undoes the fold: of `removed` what the fold adds, of `added` what
 * it removes. Both lists are sorted here; the counts shrink.
 */
void change_fold_spare(const struct change_fold *fold, struct change_record *removed,
                       uint32_t *removed_count, struct change_record *added, uint32_t *added_count);

/* The order of records in a fold, for qsort. */
int change_record_order(const void *left, const void *right);

/*
 * Take out of two sorted lists what stands in both, one for one: all at once, or a pair at a time
 * with lists and counts given. Then a_left and b_left are what is left of the lists, once false
 * says that all has been looked at.
 */
struct change_cancel {
    struct change_record *a, *b;
    uint32_t a_count, b_count;
    uint32_t a_at, b_at; /* 0 at first, as the next two */
    uint32_t a_left, b_left;
};

bool change_cancel_step(struct change_cancel *cancel);
void change_record_cancel(struct change_record *a, uint32_t *a_count, struct change_record *b,
                          uint32_t *b_count);
