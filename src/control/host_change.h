/*
 * control/host_change.h - the part of control/host.h about changes and history.
 *
 * Floor    9.
 * Threads  As there.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"

/* A change, made or to be made, or one of the past. */
struct control_change {
    uint32_t serial_from;
    uint32_t serial_to;
    uint64_t time_s;
    const char *author; /* NULL: not known */
    const char *origin;
    const char *reason;
    uint64_t removed_count; /* records, the SOA left out */
    uint64_t added_count;
    const char *const *removed; /* as in zone files; NULL: only counted */
    const char *const *added;
    bool is_break;   /* what was before it cannot be had from it */
    bool is_damaged; /* what the log has of it cannot be read */
};

enum control_edit_action {
    CONTROL_EDIT_ADD,
    CONTROL_EDIT_REMOVE,
    CONTROL_EDIT_SET,
    CONTROL_EDIT_APPLY,  /* `lines` */
    CONTROL_EDIT_REVERT, /* the change that led to `serial` */
    CONTROL_EDIT_BEGIN,  /* a transaction of this author: what follows is collected */
    CONTROL_EDIT_DIFF,   /* what it would do */
    CONTROL_EDIT_COMMIT,
    CONTROL_EDIT_ABORT,
    CONTROL_EDIT_RELEASE, /* what the brake holds */
};

struct control_call;

enum { CONTROL_CONFLICTS_MAX = 100 };

/* What came of it. */
struct control_outcome {
    struct td_arena arena;
    struct control_change change;
    const char *note;  /* what else is to be known; NULL */
    bool is_unchanged; /* there was nothing to do */
    bool is_open;      /* in a transaction, which is not committed yet */
    bool is_other_serial;
    bool has_problem;        /* a commit would be refused, for what is in `diag` */
    uint32_t steps;          /* of the transaction */
    struct td_buf conflicts; /* lines */
    struct td_diag diag;     /* why not */
};

void control_outcome_fini(struct control_outcome *outcome);

/* Changes of the past, or records with the change that put them where they are. */
struct control_past {
    struct control_change change;
    const char *record; /* NULL: it is about the change */
    bool is_known;      /* `change` is filled in */
};

struct control_history {
    struct td_arena arena;
    struct control_past *items;
    size_t count;
    uint64_t total; /* changes that there are */
    bool has_more;
    struct td_diag diag; /* why not */
};

enum control_history_kind {
    CONTROL_HISTORY_LOG,
    CONTROL_HISTORY_SHOW,
    CONTROL_HISTORY_DIFF,
    CONTROL_HISTORY_BLAME,
};
