/*
 * replicate/difference.h - what a client has to do to come from one serial to another.
 *
 * Shape    The changesets of the log between the two, oldest first; or one that does the same,
 *          where that is smaller (condensed). Complete in itself: no log and no zone version is
 *          needed to send it. Each changeset begins its removed and its added records with the SOA.
 * Floor    6.
 * Threads  Made by one owner; never changed once it is finished, and then shared by those who hold
 *          it, on any thread.
 * Limits   the caller's: difference_chain takes no more octets than it is told.
 * RFC      1995 4 (sequences of differences), 5 (purging, condensing).
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "change/change.h"
#include "change/fold.h"
#include "store/log.h"

struct difference {
    uint32_t serial_from;
    uint32_t serial_to;
    const struct changeset *steps; /* at least one, when it is finished */
    uint32_t step_count;
    uint64_t records; /* of a transfer: SOAs that stand in between are counted, too */
    uint64_t octets;  /* the same, uncompressed */
    bool is_condensed;

    struct changeset *taken; /* private from here on */
    uint32_t capacity;
    struct td_arena arena;
    struct change_fold fold;
    _Atomic uint32_t holders;
};

/*
 * Which changes lead from a serial to another: the last ones of the list, without a gap and
 * without a break. *ret_first is the index of the first of them.
 *
 * TD_E_NOT_FOUND  the list does not tell
 * TD_E_LIMIT      it is more than `octets_max` on disk
 */
TD_NODISCARD td_err difference_chain(const struct store_log_change *changes, size_t count,
                                     uint32_t serial_from, uint32_t serial_to, uint64_t octets_max,
                                     size_t *ret_first);

/* Empty, with one holder. */
struct difference *difference_new(void);

/*
 * Add the next changeset, as the log has it: its octets are copied.
 * TD_E_MALFORMED  damaged, or it is none that leads from one serial to the next
 */
TD_NODISCARD td_err difference_add(struct difference *difference, const uint8_t *octets,
                                   size_t size);

/*
 * No more are added: condense them, where that makes less of them. With a fiber others have their
 * turn in between; it may be NULL, for differences that are small.
 * TD_E_MALFORMED  there is none
 * TD_E_CANCELLED
 */
TD_NODISCARD td_err difference_finish(struct fiber *fiber, struct difference *difference);

/* Hold it once more; returns it. Whoever lets go last frees it. NULL is fine. */
struct difference *difference_hold(struct difference *difference);
void difference_let_go(struct difference *difference);
