/*
 * operator/operator.h - what an operator may ask of a running server: control's verbs, done here.
 *
 * Floor    11.
 * Threads  The main world's, but for operator_start's listener, which has a thread of its own and
 *          hands each request to the main fiber.
 */
#pragma once

#include "server/server.h"

/* Open the control socket (and the metrics port). */
TD_NODISCARD td_err operator_start(struct fiber *fiber, struct server *server,
                                   struct td_diag *diag);
void operator_stop(struct fiber *fiber, struct server *server);

/* Do one request that waits; false: none does. */
bool operator_serve(struct fiber *fiber, struct server *server);
