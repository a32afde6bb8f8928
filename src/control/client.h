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
    CONTROL_ANSWER_SIZE_MAX =
        1024 * 1024 * 1024,          /* as what is sent, at most: a backup comes back */
    CONTROL_CLIENT_PATIENCE_S = 120, /* for a verb that does not wait */
    CONTROL_CLIENT_GRACE_S = 5,      /* beyond what the daemon was given */
};

/* Ask the daemon and show its answer. Returns an enum control_exit. */
int control_client_run(const struct control_call *call);

struct json_t;

/*
 * Ask the daemon; *ret_answer is the caller's, and an error that the daemon tells is in it. What
 * kept us from getting an answer has been told. Returns an enum control_exit.
 */
int control_client_ask(const struct control_call *call, struct json_t **ret_answer);

/* Tell an answer's error, if it is one. Returns an enum control_exit. */
int control_client_complain(const struct json_t *answer);

/* The path of a call, with its words escaped and what GET asks for, and the body ("" for GET). */
void control_client_request(const struct control_call *call, struct td_buf *out_path,
                            struct td_buf *out_body);
