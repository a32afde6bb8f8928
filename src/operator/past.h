/*
 * operator/past.h - the changes of a zone that the log has.
 *
 * Shape    A change is found by the serial that it led to, the newest of that serial. Reading many
 *          yields now and then; what was found before that is found again by its sequence.
 * Floor    11. Not for other directories.
 * Threads  The main world's.
 */
#pragma once

#include "change/change.h"
#include "operator/steps.h"
#include "server/server.h"

/* The changes of one zone, while they are gone through. */
struct operator_past {
    struct server *server;
    uint8_t apex[255];
    uint8_t apex_size;
    uint64_t slice_ns; /* since when nobody else has had the main world; 0: not known */
    struct td_buf octets;
    struct td_arena arena;
};

void operator_past_init(struct operator_past *past, struct server *server,
                        const struct registry_zone *zone);
void operator_past_fini(struct operator_past *past);

/* All that there are, oldest first; good until something yields. */
const struct store_log_change *operator_past_all(const struct operator_past *past,
                                                 size_t *ret_count);

/* The one behind this sequence (`is_older`: before it), or NULL. */
const struct store_log_change *operator_past_next(const struct operator_past *past,
                                                  uint64_t sequence, bool is_older);

/*
 * The change that led to the serial, or NULL. *ret_is_origin: there is none, but the oldest one
 * begins with that serial.
 */
const struct store_log_change *operator_past_find(const struct operator_past *past, uint32_t serial,
                                                  bool *ret_is_origin);

/*
 * What the log has of a change, until the next is read.
 * TD_E_MALFORMED, TD_E_IO  it cannot be read, which diag says
 */
TD_NODISCARD td_err operator_past_read(struct operator_past *past,
                                       const struct store_log_change *change,
                                       struct changeset *ret_changeset, struct td_diag *diag);

/* Let others run now and then. TD_E_CANCELLED. */
TD_NODISCARD td_err operator_past_yield(struct fiber *fiber, struct operator_past *past);

/*
 * The steps that undo the change that led to `serial`.
 * TD_E_INVALID  there is no such change, or it cannot be undone
 */
TD_NODISCARD td_err operator_past_undo(struct server *server, const struct registry_zone *zone,
                                       uint32_t serial, struct operator_steps *steps,
                                       struct td_diag *diag);

/* Say that history does not have this serial. Returns TD_E_INVALID. */
TD_NODISCARD td_err operator_past_none(const struct operator_past *past, uint32_t serial,
                                       struct td_diag *diag);
