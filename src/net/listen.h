/*
 * net/listen.h - the streams of one worker: who may connect, and for how long.
 *
 * Shape    A server holds the connections of one world, and any number of listeners that bring
 *          them in. UDP needs nothing from here: io_udp hands up whole batches (io/udp.h).
 * Floor    2.
 * Threads  The world's thread.
 * Limits   struct net_limits. At the limit of connections the one that has been idle longest
 *          makes room; when none is idle, the new one is closed.
 * RFC      7766 6.2 (idle time, limits, pipelining), 9210 3 and 4.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/counter.h"
#include "base/diag.h"
#include "base/err.h"
#include "io/io.h"
#include "net/conn.h"

struct net_crowd;
struct net_server;
struct net_listener;

/* 0 in any of them stands for the default. */
struct net_limits {
    uint32_t connections;   /* of all servers that share a crowd; default 1000 */
    uint32_t per_client;    /* of one address (IPv6: /64); default a tenth, at least 10 */
    uint32_t in_flight;     /* queries of one connection not yet finished; default 128 */
    uint32_t idle_ms;       /* without queries in flight; default 10 s */
    uint32_t idle_min_ms;   /* the same with all slots used; shrinks from 75 % on; default 200 */
    uint32_t queue_octets;  /* answers the system has not taken: no more queries are read beyond
                             * it; default 256 KiB */
    uint32_t stall_ms;      /* a peer that takes nothing for so long is dropped; default 10 s */
    uint32_t rate_min;      /* octets a second that a transfer must get rid of; default 1024 */
    uint32_t rate_grace_ms; /* over which the rate is measured; default 30 s */
};

struct net_handler {
    /*
     * A message of NET_MESSAGE_SIZE_MIN octets or more; they are gone when it returns. It is a
     * query in flight until net_conn_finish, which may be called in here. Runs on the loop.
     */
    void (*message)(void *context, struct net_conn *conn, const uint8_t *octets, size_t size);
    void *context;
};

struct net_counters {
    struct td_counter accepted;
    struct td_counter refused;        /* closed at once: all slots busy */
    struct td_counter refused_client; /* closed at once: too many of one client */
    struct td_counter idle;           /* closed: idle for too long */
    struct td_counter evicted;        /* closed: idle, and the slot was wanted */
    struct td_counter slow;           /* closed: did not read its answers */
    struct td_counter malformed;      /* closed: a message shorter than a header */
    struct td_counter messages;
    struct td_counter answers;
};

/*
 * Owned by the caller. `handler` and `limits` are copied. `crowd` is shared and outlives the server
 * and its connections; NULL: the server has one of its own.
 */
struct net_server *net_server_new(struct io *io, struct net_crowd *crowd,
                                  const struct net_limits *limits,
                                  const struct net_handler *handler);

/*
 * Its listeners must be closed. Connections are closed; those with queries in flight go when
 * these are finished.
 */
void net_server_free(struct net_server *server);

/* For a configuration that changed: hold from now on. */
void net_server_limit(struct net_server *server, const struct net_limits *limits);

/* Connections open now. */
uint32_t net_server_count(const struct net_server *server);
const struct net_counters *net_server_counters(const struct net_server *server);

/* Listen for TCP. Errors as io_udp_open (io/udp.h). */
TD_NODISCARD td_err net_listen(struct net_server *server, const struct td_addr *addr,
                               bool reuse_port, struct net_listener **ret_listener,
                               struct td_diag *diag);
void net_listener_close(struct net_listener *listener);
/* The address bound, with its port. */
const struct td_addr *net_listener_addr(const struct net_listener *listener);
