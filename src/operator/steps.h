/*
 * operator/steps.h - what an operator wants of a zone, step by step.
 *
 * Shape    Steps are read from what was asked, kept while a transaction is open, and done on a
 *          draft. They name records as they were asked for: a TTL may be left to the set that is
 *          there by then, a set may be removed whatever is in it.
 * Floor    11. Not for other directories.
 * Threads  The main world's.
 * Limits   OPERATOR_STEPS_MAX steps.
 */
#pragma once

#include "base/arena.h"
#include "change/draft.h"
#include "control/host.h"
#include "control/verb.h"

enum { OPERATOR_STEPS_MAX = 200000 };

enum operator_step_kind {
    OPERATOR_STEP_ADD,
    OPERATOR_STEP_REMOVE,
    OPERATOR_STEP_REMOVE_SET, /* of nothing: TD_E_NOT_FOUND */
    OPERATOR_STEP_CLEAR_SET,  /* of nothing: fine */
};

struct operator_step {
    enum operator_step_kind kind;
    bool has_ttl;
    uint16_t type;
    uint16_t rdata_size;
    uint32_t ttl;
    const uint8_t *owner;
    const uint8_t *rdata;
};

struct operator_steps {
    struct td_arena arena;
    struct operator_step *items;
    uint32_t count;
    uint32_t capacity;
    bool is_strict; /* what is there already is a conflict, too */
};

void operator_steps_init(struct operator_steps *steps);
void operator_steps_fini(struct operator_steps *steps);

/* Add the steps of `more`, copied. */
void operator_steps_append(struct operator_steps *steps, const struct operator_steps *more);

/* Copy a step to the end. TD_E_LIMIT: there are too many. */
TD_NODISCARD td_err operator_steps_add(struct operator_steps *steps,
                                       const struct operator_step *step);

/*
 * The steps that a call asks for: add, remove, set or apply.
 * TD_E_MALFORMED  why is in diag
 */
TD_NODISCARD td_err operator_steps_read(struct operator_steps *steps,
                                        enum control_edit_action action,
                                        const struct control_call *call, const uint8_t *apex,
                                        struct td_diag *diag);

/*
 * Do them on a draft. What does not fit is added to `conflicts`, a line each, and told in diag.
 * TD_E_CONFLICT  there is such
 * TD_E_LIMIT     the zone or the draft is full
 */
TD_NODISCARD td_err operator_steps_do(const struct operator_steps *steps,
                                      struct change_draft *draft, struct td_buf *conflicts,
                                      struct td_diag *diag);
