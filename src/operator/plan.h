/*
 * operator/plan.h - what a reload of the configuration would do.
 *
 * Floor    11. Not for other directories.
 * Threads  Those of the API.
 */
#pragma once

#include "conf/conf.h"
#include "operator/internal.h"

/* A zone as it is now; texts lie in the plan's arena. */
struct operator_plan_row {
    const char *name;
    const uint8_t *apex;
    const char *path;  /* NULL: none */
    const char *owner; /* catalog or template; NULL: none */
    enum registry_origin origin;
    bool is_catalog;
    bool is_seen;                /* it stays */
    bool is_known;               /* `file` was loaded, and nothing is wrong */
    struct store_zone_file file; /* as it was then */
};

struct operator_plan {
    void *context;
    struct io *io;
    const char *state;
    const char *path;
    struct conf *before; /* held */
    struct conf *after;
    struct operator_plan_row *rows; /* in canonical order */
    size_t row_count;
    struct control_plan *plan;
    struct td_diag diag;
};

/* Another item, of the kind and name; the name is copied. */
struct control_plan_item *operator_plan_add(struct operator_plan *plan, enum control_plan_what what,
                                            enum control_plan_change change, const char *name);

/* What becomes of the zones. TD_E_CLOSED: the daemon stops. */
TD_NODISCARD td_err operator_plan_zones(struct operator_plan *plan);
