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

/* Listen on one address; `workers` share the limits on connections. */
TD_NODISCARD td_err serve_stream_listen(struct serve_worker *worker,
                                        const struct serve_listen *listen,
                                        const struct td_addr *addr, uint32_t workers,
                                        struct net_listener **ret_listener, struct td_diag *diag);
