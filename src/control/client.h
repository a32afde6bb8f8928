/*
 * control/client.h - the client's side of the API: one request over the Unix socket.
 *
 * Floor    9.
 * Threads  Blocks; for the command only.
 * Limits   CONTROL_ANSWER_SIZE_MAX octets of an answer.
 * RFC      9112 (HTTP/1.1; asked with "Connection: close", so the answer ends with the stream).
 */
#pragma once

#include "base/buf.h"
#include "control/verb.h"

enum {
    CONTROL_ANSWER_SIZE_MAX = 256 * 1024 * 1024,
    CONTROL_CLIENT_PATIENCE_S = 30, /* for a verb that does not wait */
    CONTROL_CLIENT_GRACE_S = 5,     /* beyond what the daemon was given */
};

/* Ask the daemon and show its answer. Returns an enum control_exit. */
int control_client_run(const char *socket_path, const struct control_call *call);

/* The path of a call, with its words escaped, and the body ("" for GET). */
void control_client_request(const struct control_call *call, struct td_buf *out_path,
                            struct td_buf *out_body);
