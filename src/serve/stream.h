/*
 * serve/stream.h - queries over TCP.
 *
 * Floor    7.
 * Threads  The worker's.
 */
#pragma once

#include "serve/serve.h"
#include "serve/worker.h"

struct net_listener;

/* Hold these limits from now on, together with the other workers. Before any listening. */
void serve_stream_limit(struct serve_worker *worker, const struct serve_listen *listen);

/* The listeners are closed: close the connections, and end the worker's loop. */
void serve_stream_stop(struct serve_worker *worker);

/* Listen on one address. Errors as net_listen. */
TD_NODISCARD td_err serve_stream_listen(struct serve_worker *worker, const struct td_addr *addr,
                                        struct net_listener **ret_listener, struct td_diag *diag);
