/*
 * operator/held.h - the change by command that the brake holds.
 *
 * Shape    One for each zone at most, as keyed state of the log ('H' and the apex): it outlives the
 *          daemon. A newer one takes its place, and so does a file that is held.
 * Floor    11. Not for other directories.
 * Threads  The main world's.
 */
#pragma once

#include "operator/steps.h"
#include "server/registry.h"
#include "server/server.h"

struct operator_held {
    const char *by;     /* who it is from */
    const char *reason; /* may be NULL */
    const char *why;    /* it is held */
    bool is_from_api;
    struct operator_steps steps;
};

/* In the place of one that there is; durable when it returns TD_OK. TD_E_IO, TD_E_LIMIT */
TD_NODISCARD td_err operator_held_put(struct fiber *fiber, struct server *server,
                                      const struct registry_zone *zone,
                                      const struct operator_held *held, struct td_diag *diag);

/* With the open batch. */
void operator_held_drop(struct server *server, const struct registry_zone *zone);

/* Durable when it returns TD_OK; the zone may be gone. TD_E_IO, TD_E_LIMIT */
TD_NODISCARD td_err operator_held_give_up(struct fiber *fiber, struct server *server,
                                          const struct registry_zone *zone, struct td_diag *diag);

/*
 * Texts lie in the arena; the steps are given back with operator_steps_fini. False: there is none,
 * or none of ours.
 */
bool operator_held_read(const struct server *server, const struct registry_zone *zone,
                        struct td_arena *arena, struct operator_held *ret_held);
