/*
 * net/internal.h - the insides of a server of streams. Private to src/net.
 *
 * Shape    Connections stand in a list, the one longest untouched first: a whole message, or an
 *          answer taken by the system, touches one. So one timer serves them all. Output is
 *          built in chunks from a pool; a chunk is written at once at the end of the turn,
 *          and goes back to the pool unless the system was full.
 * Floor    2.
 * Threads  The world's thread.
 */
#pragma once

#include "io/io.h"
#include "io/tcp.h"
#include "io/timer.h"
#include "net/crowd.h"
#include "net/listen.h"

enum {
    NET_PREFIX_SIZE = 2,
    NET_CHUNK_SIZE = 2 * (NET_PREFIX_SIZE + NET_MESSAGE_SIZE_MAX),
    NET_CHUNK_SPARE_MAX = 8, /* kept in the pool */
};

struct net_chunk {
    struct net_chunk *next;
    struct net_conn *conn; /* while it is being written */
    uint32_t start;        /* octets the system has taken */
    uint32_t size;
    uint8_t octets[NET_CHUNK_SIZE];
};

struct net_server {
    struct io *io;
    struct net_limits limits;
    struct net_handler handler;
    struct net_counters counters;
    struct net_crowd *crowd;
    bool owns_crowd;
    struct net_conn *oldest; /* longest untouched first */
    struct net_conn *newest;
    uint32_t count; /* open */
    uint32_t alive; /* open, or with queries in flight */
    uint32_t listener_count;
    struct io_timer sweep;
    struct net_chunk *spare;
    uint32_t spare_count;
    struct net_chunk *sink; /* where answers to closed connections are built */
    bool is_freed;
};

struct net_listener {
    struct net_server *server;
    struct io_tcp_listener *tcp;
};

struct net_conn {
    struct net_server *server;
    struct io_tcp *tcp;
    enum net_transport transport;
    struct td_addr remote;
    struct td_addr local;
    struct net_conn *older;
    struct net_conn *newer;
    struct net_client *client;
    uint64_t touched_ns;
    uint32_t in_flight;
    uint32_t reserved; /* room of a reservation; 0: none */

    struct net_chunk *filling; /* answers of this turn, or that wait for `writes` */
    uint32_t writes;           /* chunks given to the system and not yet taken */
    uint64_t given;            /* octets given to it in all */
    uint64_t taken_seen;       /* and taken, when last looked */
    uint64_t progress_ns;      /* when that grew */
    uint64_t busy_since_ns;    /* since when there is something to take */
    uint64_t busy_taken;       /* what was taken then */
    struct io_condition drained;
    struct io_deferred later; /* a flush, or queries that had to wait */

    uint8_t *input;       /* the beginning of a message, or queries that had to wait */
    uint32_t input_start; /* what comes before it is used */
    uint32_t input_end;
    uint32_t input_capacity;

    bool is_open;
    bool is_gone; /* for io */
    bool is_slow; /* and was dropped for it */
    bool is_reading;
    bool is_ended;     /* the peer will send nothing more */
    bool is_closing;   /* once all is written */
    bool is_lingering; /* all is written; the peer is still to end its side */
};

/* -- server.c -------------------------------------------------------------------------------- */

uint64_t net_server_idle_ns(const struct net_server *server);
void net_server_touch(struct net_conn *conn);
struct net_chunk *net_chunk_take(struct net_server *server);
void net_chunk_give(struct net_server *server, struct net_chunk *chunk);
void net_server_add(struct net_conn *conn);
/* A connection is no longer open: out of the list and the counts. */
void net_server_drop(struct net_conn *conn);
/* It is freed. */
void net_server_forget(struct net_server *server);

/* -- conn.c, input.c --------------------------------------------------------------------------- */

void net_conn_start(struct net_server *server, struct io_tcp *tcp, struct net_client *client);
/* End it now. */
void net_conn_end(struct net_conn *conn);
/* Has it answers that the system has not taken? */
bool net_conn_is_busy(const struct net_conn *conn);
/* Octets not yet taken. */
size_t net_conn_backlog(struct net_conn *conn);
void net_conn_flush(struct net_conn *conn);
/* May another query be handed up? */
bool net_conn_may_read(struct net_conn *conn);
/* All that may happen to it next: flush, go on reading, close. */
void net_conn_settle(struct net_conn *conn);

/* Octets have come. */
void net_input_arrived(struct net_conn *conn, const uint8_t *octets, size_t size);
/* Go on with what had to wait. */
void net_input_resume(struct net_conn *conn);
void net_input_fini(struct net_conn *conn);
