/*
 * operator/internal.h - what the files of the operator share.
 *
 * Floor    11. Not for other directories.
 * Threads  Those of the API, unless said otherwise.
 */
#pragma once

#include "change/change.h"
#include "control/host.h"
#include "control/verb.h"
#include "server/server.h"

/*
 * What all of the functions below have as their context. That of the threads of the API is
 * operator.c's own; whoever is on a fiber of the main world makes one, and is served on that fiber:
 * so operators work in the simulator. It must have ended before the server stops (struct
 * server_outside). Not for what goes without operator_ask and operator_ask_main.
 */
struct operator_context {
    struct fiber *fiber;   /* NULL: of the threads */
    struct server *server; /* when there is a fiber */
};

/*
 * Have `run` called in a fiber of the main world, and wait. It may suspend; the argument is this
 * thread's. TD_E_CLOSED: the daemon stops.
 */
TD_NODISCARD td_err operator_ask(void *context,
                                 td_err (*run)(struct fiber *fiber, struct server *server,
                                               void *argument),
                                 void *argument);

/* The same on the main fiber itself, between reloads; `run` must not suspend for long. */
TD_NODISCARD td_err operator_ask_main(void *context,
                                      td_err (*run)(struct fiber *fiber, struct server *server,
                                                    void *argument),
                                      void *argument);

/* ---- what struct control_host wants ---- */

TD_NODISCARD td_err operator_edit(void *context, enum control_edit_action action,
                                  const struct control_call *call,
                                  struct control_outcome *ret_outcome);
TD_NODISCARD td_err operator_history(void *context, enum control_history_kind kind,
                                     const struct control_call *call,
                                     struct control_history *ret_history);
TD_NODISCARD td_err operator_zone_text(void *context, const struct control_call *call,
                                       struct td_buf *out, uint32_t *ret_serial,
                                       struct td_diag *diag);
TD_NODISCARD td_err operator_zone_order(void *context, enum control_order order,
                                        const struct control_call *call,
                                        struct control_zone_status *ret_zone, struct td_diag *diag);

TD_NODISCARD td_err operator_zone_add(void *context, const struct control_call *call,
                                      struct control_zone_status *ret_zone, struct td_diag *diag);
TD_NODISCARD td_err operator_zone_remove(void *context, const struct control_call *call,
                                         struct td_diag *diag);

TD_NODISCARD td_err operator_plan(void *context, struct td_buf *out, struct control_plan *ret_plan);
TD_NODISCARD td_err operator_preview(void *context, const struct control_call *call,
                                     bool is_release, struct control_outcome *ret_outcome);
TD_NODISCARD td_err operator_backup(void *context, const struct control_call *call,
                                    struct td_buf *out, uint32_t *ret_serial, struct td_diag *diag);
TD_NODISCARD td_err operator_restore(void *context, const struct control_call *call,
                                     struct control_outcome *ret_outcome);
TD_NODISCARD td_err operator_config(void *context, struct control_config *ret_config);
extern const struct control_keys_host operator_keys_host;

/* ---- main world ---- */

/* Remember what only a restart can change; forget it. */
void operator_config_started(struct server *server);
void operator_config_stopped(struct server *server);

/* Find a zone that has data. TD_E_NOT_FOUND; TD_E_CONFLICT: it has none, which diag says. */
TD_NODISCARD td_err operator_find_zone(struct server *server, const char *name,
                                       struct registry_zone **ret_zone, struct td_diag *diag);

/* The zone's set of a type at a name, or NULL. */
const struct wire_rrset *operator_find_set(const struct zone_version *version, const uint8_t *owner,
                                           uint16_t type);

/* The zone as text, added to `out`. On any thread. TD_E_LIMIT: there is no memory. */
TD_NODISCARD td_err operator_print_zone(const struct zone_version *version, struct td_buf *out,
                                        struct td_diag *diag);

/* Why the job has failed: the first error that it found, with its place. */
void operator_say_error(const struct loader_job *job, struct td_diag *diag);

/* A list of records as texts, the SOAs left out. *ret_count is how many. */
const char *const *operator_record_texts(struct td_arena *arena,
                                         const struct change_record *records, uint32_t count,
                                         uint64_t *ret_count);
