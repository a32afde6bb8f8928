/*
 * control/handle.h - what the verbs do in the daemon: ask the host, write JSON.
 *
 * Floor    9.
 * Threads  Those of the API; may block in the host.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "control/host.h"
#include "control/json.h"
#include "control/verb.h"

#define CONTROL_TYPE_JSON    "application/json"
#define CONTROL_TYPE_METRICS "text/plain; version=0.0.4; charset=utf-8"

/* With this header a request is the command's; what else comes is the API's, for the history. */
#define CONTROL_HEADER_COMMAND "Tandem-Command"

struct control_reply {
    unsigned status;  /* of HTTP */
    const char *type; /* of `body` */
    struct td_buf body;
};

void control_handle_status(const struct control_host *host, const struct control_call *call,
                           struct control_reply *reply);
void control_handle_reload(const struct control_host *host, const struct control_call *call,
                           struct control_reply *reply);
void control_handle_stats(const struct control_host *host, const struct control_call *call,
                          struct control_reply *reply);
void control_handle_zone_list(const struct control_host *host, const struct control_call *call,
                              struct control_reply *reply);
void control_handle_zone_status(const struct control_host *host, const struct control_call *call,
                                struct control_reply *reply);
void control_handle_zone_reload(const struct control_host *host, const struct control_call *call,
                                struct control_reply *reply);

#define CONTROL_HANDLE(name)                                                                       \
    void control_handle_##name(const struct control_host *host, const struct control_call *call,   \
                               struct control_reply *reply)

CONTROL_HANDLE(plan); /* what a reload would do */
CONTROL_HANDLE(record_add);
CONTROL_HANDLE(record_remove);
CONTROL_HANDLE(record_set);
CONTROL_HANDLE(zone_apply);
CONTROL_HANDLE(zone_revert);
CONTROL_HANDLE(zone_begin);
CONTROL_HANDLE(zone_pending); /* what the transaction would do */
CONTROL_HANDLE(zone_commit);
CONTROL_HANDLE(zone_abort);
CONTROL_HANDLE(zone_log);
CONTROL_HANDLE(zone_show);
CONTROL_HANDLE(zone_diff);
CONTROL_HANDLE(zone_blame);
CONTROL_HANDLE(zone_at);
CONTROL_HANDLE(zone_backup);
CONTROL_HANDLE(zone_restore);
CONTROL_HANDLE(zone_freeze);
CONTROL_HANDLE(zone_thaw);
CONTROL_HANDLE(zone_flush);
CONTROL_HANDLE(zone_release);
CONTROL_HANDLE(zone_refresh);
CONTROL_HANDLE(zone_retransfer);
CONTROL_HANDLE(zone_notify);
CONTROL_HANDLE(zone_add);
CONTROL_HANDLE(zone_remove);
CONTROL_HANDLE(zone_purge);
CONTROL_HANDLE(zone_promote);
CONTROL_HANDLE(zone_demote);
CONTROL_HANDLE(zone_serial);
CONTROL_HANDLE(zone_why);
CONTROL_HANDLE(peer_status);
CONTROL_HANDLE(key_add);
CONTROL_HANDLE(key_list);
CONTROL_HANDLE(key_show);
CONTROL_HANDLE(key_remove);
CONTROL_HANDLE(config_show);

/* GET /metrics: Prometheus text. */
void control_handle_metrics(const struct control_host *host, struct control_reply *reply);

/*
 * What can go wrong: one row each, with the HTTP status, the word in the answer, and what the
 * command ends with.
 */
struct control_error_row {
    const char *code;
    unsigned status;
    int exit_code;
};

enum control_error {
    CONTROL_ERROR_BAD_REQUEST,
    CONTROL_ERROR_NOT_FOUND, /* no such path */
    CONTROL_ERROR_NO_SUCH_ZONE,
    CONTROL_ERROR_METHOD,
    CONTROL_ERROR_TOO_LARGE,
    CONTROL_ERROR_CONFIG_INVALID,
    CONTROL_ERROR_ZONE_INVALID, /* a check refuses the change */
    CONTROL_ERROR_NOT_IN_HISTORY,
    CONTROL_ERROR_CONFLICT, /* the change does not fit */
    CONTROL_ERROR_OTHER_SERIAL,
    CONTROL_ERROR_HELD,    /* by the brake */
    CONTROL_ERROR_REFUSED, /* not in the state that things are in */
    CONTROL_ERROR_FAILED,
    CONTROL_ERROR_STOPPING,
    CONTROL_ERROR_TIMEOUT,
    CONTROL_ERROR_COUNT,
};

extern const struct control_error_row control_errors[CONTROL_ERROR_COUNT];

/* {"error": {"code", "text"}}; `lines`, when not NULL, become the array "lines". */
void control_reply_error(struct control_reply *reply, enum control_error error,
                         const struct td_buf *lines, const char *format, ...) TD_PRINTF(4, 5);

/* The exit code of a code word; CONTROL_EXIT_FAILED when it is not known. */
int control_error_exit(const char *code);

/* A good answer begins: an object, which is to be ended. */
void control_reply_begin(struct control_reply *reply, struct control_json *json);

/* What would be done, which is all that was asked. */
void control_reply_would(struct control_reply *reply, const struct td_diag *diag);

/* The host could not do it, for a reason that any verb may meet. */
void control_reply_host_error(struct control_reply *reply, td_err err);

/* How a zone is: the members of an object. */
void control_put_zone_status(struct control_json *json, const struct control_zone_status *zone);
/* The part of it about peers. */
void control_put_follow(struct control_json *json, const struct control_zone_status *zone);

/* Have it done, and answer with the zone as it is then, or why not. */
void control_handle_order(const struct control_host *host, enum control_order what,
                          const struct control_call *call, struct control_reply *reply);

/* Read --wait; false: it is neither "all" nor a number. */
bool control_wait_read(const struct control_call *call, struct control_follow_wait *ret_wait);
/* Wait for them; false: the reply says why not. */
bool control_wait_for(const struct control_host *host, struct control_follow_wait *wait,
                      struct control_reply *reply);

/* The answer of what was done to a zone, which is ended; or why not, from diag. */
void control_reply_zone(struct control_reply *reply, const struct control_call *call, td_err err,
                        struct control_zone_status *zone, const struct td_diag *diag);

/* Reload a zone as --take says. */
void control_handle_take(const struct control_host *host, const struct control_call *call,
                         struct control_reply *reply);
/* `zone reload --dry-run`: what would be changed. */
void control_handle_preview(const struct control_host *host, const struct control_call *call,
                            struct control_reply *reply);
