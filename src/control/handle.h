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
