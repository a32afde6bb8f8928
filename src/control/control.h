/*
 * control/control.h - the API on its sockets: HTTP/1.1 over a Unix socket, and /metrics over TCP.
 *
 * Shape    One object owns the listeners and the threads that answer; a request that waits holds
 *          a thread, not the daemon. Who may connect is a matter of the file's permissions (0660);
 *          who has connected is asked of the kernel.
 * Floor    9.
 * Threads  new, metrics and free: one thread, the daemon's. The host is called on others.
 * Limits   CONTROL_CONNECTIONS_MAX connections at a time, CONTROL_METRICS_CONNECTIONS_MAX for
 *          metrics; CONTROL_IDLE_S for a client that says nothing; control/api.h.
 * RFC      9112.
 */
#pragma once

#include "base/addr.h"
#include "base/diag.h"
#include "base/err.h"
#include "control/host.h"

enum {
    CONTROL_CONNECTIONS_MAX = 32,
    CONTROL_METRICS_CONNECTIONS_MAX = 16,
    CONTROL_IDLE_S = 30,
    CONTROL_REQUEST_MEMORY = 32 * 1024, /* of a request's head */
};

struct control;

/*
 * Listen on a Unix socket at `path`. One that a dead process left is removed. `host` is copied.
 *
 * TD_E_EXISTS     a live process listens there, or it is no socket
 * TD_E_NOT_FOUND  its directory is not there
 * TD_E_REFUSED    no permission
 * TD_E_LIMIT      the path is too long for a socket
 * TD_E_IO         anything else; the reason and what to do is in the diagnostic
 */
TD_NODISCARD td_err control_new(const char *path, const struct control_host *host,
                                struct control **ret_control, struct td_diag *diag);

/* What the host has as its context. */
void *control_context(const struct control *control);

/*
 * Answer GET /metrics at this address and no other; family 0: nowhere. On failure (as above) the
 * one before goes on.
 */
TD_NODISCARD td_err control_metrics(struct control *control, const struct td_addr *addr,
                                    struct td_diag *diag);

/*
 * Close everything and wait for the threads. The host returns TD_E_CLOSED to those that wait, or
 * this waits for them. NULL is fine.
 */
void control_free(struct control *control);
