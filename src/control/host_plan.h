/*
 * control/host_plan.h - the part of control/host.h about what a reload would do.
 *
 * Floor    9.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum control_plan_what {
    CONTROL_PLAN_SETTING,
    CONTROL_PLAN_KEY,
    CONTROL_PLAN_PEER,
    CONTROL_PLAN_CATALOG,
    CONTROL_PLAN_DIRECTORY,
    CONTROL_PLAN_ZONE,
};

enum control_plan_change {
    CONTROL_PLAN_ADDED,
    CONTROL_PLAN_REMOVED,
    CONTROL_PLAN_CHANGED, /* what the configuration says of it */
    CONTROL_PLAN_FILE,    /* what the zone's file says */
};

struct control_plan_item {
    enum control_plan_what what;
    enum control_plan_change change;
    const char *name;
    const char *before; /* of a setting, JSON; NULL: nothing is said, or a secret */
    const char *after;
    bool needs_restart;
    const char *file; /* of a zone that is added, or whose file is read; NULL */
    bool is_compared; /* removed and added are known */
    bool is_more;     /* than that: the list was not finished */
    uint64_t removed; /* records */
    uint64_t added;   /* the same; of a new zone all of them */
    const char *note; /* what else is to be known; NULL */
    bool is_refused;  /* the file would not be loaded: the note says why */
    bool is_withheld; /* it would be loaded and not be published: so does it */
};

struct control_plan {
    struct td_arena arena;
    struct control_plan_item *items;
    uint32_t count;
    uint32_t capacity;
};

void control_plan_fini(struct control_plan *plan);
