/*
 * operator/fold.h - many changes of a zone as one.
 *
 * Shape    A year has half a million changes. The main world only reads them, piece by piece, and
 *          is free in between; they are decoded and folded by the thread that asks.
 * Floor    11. Not for other directories.
 * Threads  Those of the API.
 */
#pragma once

#include "change/fold.h"
#include "operator/internal.h"

/* What is to be folded: all changes behind a sequence (at which the zone had `serial`), up to
 * another. */
struct operator_span {
    uint64_t from;
    uint64_t to;
    uint32_t serial;
};

/*
 * Fold them; the fold is finished then. `zone` is its name in text.
 *
 * TD_E_INVALID    history has a break, a gap, or a damaged change there, which diag says
 * TD_E_NOT_FOUND  the zone is gone
 * TD_E_CLOSED     the daemon stops
 */
TD_NODISCARD td_err operator_fold(void *context, const char *zone, const struct operator_span *span,
                                  struct change_fold *fold, struct td_diag *diag);
