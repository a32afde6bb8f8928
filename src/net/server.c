#include <stdlib.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "net/internal.h"

enum {
    CONNECTIONS_DEFAULT = 1000,
    PER_CLIENT_LEAST = 10,
    IN_FLIGHT_DEFAULT = 128,
    IDLE_MS_DEFAULT = 10000,
    IDLE_MIN_MS_DEFAULT = 200,
    QUEUE_DEFAULT = 256 * 1024,
    STALL_MS_DEFAULT = 10000,
    RATE_MIN_DEFAULT = 1024,
    RATE_GRACE_MS_DEFAULT = 30000,
    SWEEP_PER_ACCEPT = 8,
    SWEEP_MOST_MS = 1000, /* others of the crowd may bring pressure meanwhile */
};

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
    return value != 0 ? value : otherwise;
}

void net_server_limit(struct net_server *server, const struct net_limits *limits)
{
    uint32_t connections = or_default(limits->connections, CONNECTIONS_DEFAULT);
    uint32_t tenth = connections / 10;
    server->limits = (struct net_limits){
        .connections = connections,
        .per_client =
            or_default(limits->per_client, tenth > PER_CLIENT_LEAST ? tenth : PER_CLIENT_LEAST),
        .in_flight = or_default(limits->in_flight, IN_FLIGHT_DEFAULT),
        .idle_ms = or_default(limits->idle_ms, IDLE_MS_DEFAULT),
        .idle_min_ms = or_default(limits->idle_min_ms, IDLE_MIN_MS_DEFAULT),
        .queue_octets = or_default(limits->queue_octets, QUEUE_DEFAULT),
        .stall_ms = or_default(limits->stall_ms, STALL_MS_DEFAULT),
        .rate_min = or_default(limits->rate_min, RATE_MIN_DEFAULT),
        .rate_grace_ms = or_default(limits->rate_grace_ms, RATE_GRACE_MS_DEFAULT),
    };
    if (server->limits.idle_min_ms > server->limits.idle_ms)
        server->limits.idle_min_ms = server->limits.idle_ms;
}

/* -- idle time under pressure ----------------------------------------------------------------- */

uint64_t net_server_idle_ns(const struct net_server *server)
{
    const struct net_limits *limits = &server->limits;
    uint64_t full = limits->idle_ms, least = limits->idle_min_ms;
    uint64_t calm = (uint64_t)limits->connections * 3 / 4;
    uint64_t span = limits->connections - calm;
    uint64_t count = net_crowd_count(server->crowd);
    uint64_t over = count > calm ? count - calm : 0;
    if (over > span)
        over = span;
    uint64_t ms = span == 0 ? full : full - (full - least) * over / span;
    return ms * IO_NS_PER_MS;
}

/* -- the list, longest untouched first ----------------------------------------------------------
 */

static void list_add(struct net_server *server, struct net_conn *conn)
{
    conn->older = server->newest;
    conn->newer = NULL;
    if (server->newest != NULL)
        server->newest->newer = conn;
    else
        server->oldest = conn;
    server->newest = conn;
    conn->touched_ns = io_now_ns(server->io);
}

static void list_remove(struct net_server *server, struct net_conn *conn)
{
    if (conn->older != NULL)
        conn->older->newer = conn->newer;
    else
        server->oldest = conn->newer;
    if (conn->newer != NULL)
        conn->newer->older = conn->older;
    else
        server->newest = conn->older;
}

void net_server_touch(struct net_conn *conn)
{
    struct net_server *server = conn->server;
    if (server->newest == conn) {
        conn->touched_ns = io_now_ns(server->io);
        return;
    }
    list_remove(server, conn);
    list_add(server, conn);
}

/* When somebody must be looked at next; IO_FOREVER: nobody is there. */
static uint64_t sweep_due_ns(const struct net_server *server)
{
    if (server->oldest == NULL)
        return IO_FOREVER;
    return server->oldest->touched_ns + net_server_idle_ns(server);
}

static void sweep_arm(struct net_server *server)
{
    uint64_t due_ns = sweep_due_ns(server);
    uint64_t most_ns = io_now_ns(server->io) + SWEEP_MOST_MS * IO_NS_PER_MS;
    bool is_early = !server->owns_crowd && due_ns != IO_FOREVER && due_ns > most_ns;

    io_timer_start(server->io, &server->sweep, is_early ? most_ns : due_ns);
}

/* -- who has to go
 * --------------------------------------------------------------------------------- */

/* Does the peer take what we have for it? */
static bool conn_is_slow(struct net_conn *conn)
{
    const struct net_limits *limits = &conn->server->limits;
    uint64_t now_ns = io_now_ns(conn->server->io);
    uint64_t taken = conn->given - io_tcp_write_queue_size(conn->tcp);
    if (taken > conn->taken_seen) {
        conn->taken_seen = taken;
        conn->progress_ns = now_ns;
    }
    if (now_ns - conn->progress_ns >= (uint64_t)limits->stall_ms * IO_NS_PER_MS)
        return true;
    uint64_t busy_ms = (now_ns - conn->busy_since_ns) / IO_NS_PER_MS;
    if (busy_ms < limits->rate_grace_ms)
        return false;
    uint64_t rate = (taken - conn->busy_taken) * IO_MS_PER_S / busy_ms;
    conn->busy_since_ns = now_ns; /* what it took long ago is no excuse later */
    conn->busy_taken = taken;
    return rate < limits->rate_min;
}

/* The oldest is due: close it, or put it behind the others. */
static void sweep_one(struct net_server *server)
{
    struct net_conn *conn = server->oldest;
    if (net_conn_is_busy(conn)) {
        if (!conn_is_slow(conn)) {
            net_server_touch(conn);
            return;
        }
        td_count(&server->counters.slow);
        conn->is_slow = true;
    } else if (conn->in_flight > 0) {
        net_server_touch(conn); /* it waits for us */
        return;
    } else if (!conn->is_lingering) {
        td_count(&server->counters.idle);
    }
    net_conn_end(conn);
}

static void on_sweep(struct io_timer *timer TD_UNUSED, void *context)
{
    struct net_server *server = context;
    /* Bounded: each turn closes one, or makes it the youngest. */
    uint32_t left = server->count;
    while (left-- > 0 && sweep_due_ns(server) <= io_now_ns(server->io))
        sweep_one(server);
    sweep_arm(server);
}

/* All slots are taken. Close who has been idle longest, if for long enough. */
static bool server_make_room(struct net_server *server)
{
    uint64_t least_ns = (uint64_t)server->limits.idle_min_ms * IO_NS_PER_MS;
    for (int i = 0; i < SWEEP_PER_ACCEPT && server->oldest != NULL; i++) {
        struct net_conn *conn = server->oldest;
        if (conn->touched_ns + least_ns > io_now_ns(server->io))
            return false;
        if (conn->in_flight == 0 && !net_conn_is_busy(conn)) {
            td_count(&server->counters.evicted);
            net_conn_end(conn);
            return true;
        }
        net_server_touch(conn);
    }
    return false;
}

/* -- connections come and go
 * ------------------------------------------------------------------------ */

static enum net_entry enter(struct net_server *server, struct io_tcp *tcp,
                            struct net_client **ret_client)
{
    return net_crowd_enter(server->crowd, io_tcp_remote(tcp), server->limits.connections,
                           server->limits.per_client, ret_client);
}

static void on_accept(void *context, struct io_tcp *tcp)
{
    struct net_listener *listener = context;
    struct net_server *server = listener->server;
    struct net_client *client;
    enum net_entry entry = enter(server, tcp, &client);
    if (entry == NET_ENTRY_FULL && server_make_room(server))
        entry = enter(server, tcp, &client);
    if (entry != NET_ENTRY_GOOD) {
        td_count(entry == NET_ENTRY_FULL ? &server->counters.refused
                                         : &server->counters.refused_client);
        io_tcp_reset(tcp);
        return;
    }
    td_count(&server->counters.accepted);
    net_conn_start(server, tcp, client);
    sweep_arm(server);
}

void net_server_add(struct net_conn *conn)
{
    struct net_server *server = conn->server;
    server->count++;
    server->alive++;
    list_add(server, conn);
}

void net_server_drop(struct net_conn *conn)
{
    struct net_server *server = conn->server;
    list_remove(server, conn);
    net_crowd_leave(server->crowd, conn->client);
    server->count--;
}

/* -- chunks
 * -------------------------------------------------------------------------------------------- */

struct net_chunk *net_chunk_take(struct net_server *server)
{
    struct net_chunk *chunk = server->spare;
    if (chunk != NULL) {
        server->spare = chunk->next;
        server->spare_count--;
    } else {
        chunk = td_malloc(sizeof(*chunk));
    }
    chunk->next = NULL;
    chunk->conn = NULL;
    chunk->start = 0;
    chunk->size = 0;
    return chunk;
}

void net_chunk_give(struct net_server *server, struct net_chunk *chunk)
{
    if (server->spare_count >= NET_CHUNK_SPARE_MAX) {
        free(chunk);
        return;
    }
    chunk->next = server->spare;
    server->spare = chunk;
    server->spare_count++;
}

/* -- life
 * ------------------------------------------------------------------------------------------------
 */

struct net_server *net_server_new(struct io *io, struct net_crowd *crowd,
                                  const struct net_limits *limits,
                                  const struct net_handler *handler)
{
    struct net_server *server = td_calloc(1, sizeof(*server));
    server->io = io;
    server->handler = *handler;
    server->crowd = crowd;
    if (crowd == NULL) {
        struct td_hash_seed seed = td_hash_seed_of(io_random_u64(io), io_random_u64(io));
        server->crowd = net_crowd_new(&seed);
        server->owns_crowd = true;
    }
    server->sink = td_malloc(sizeof(*server->sink));
    io_timer_init(&server->sweep, on_sweep, server);
    net_server_limit(server, limits);
    return server;
}

static void server_destroy(struct net_server *server)
{
    while (server->spare != NULL) {
        struct net_chunk *chunk = server->spare;
        server->spare = chunk->next;
        free(chunk);
    }
    if (server->owns_crowd)
        net_crowd_free(server->crowd);
    free(server->sink);
    free(server);
}

void net_server_free(struct net_server *server)
{
    if (server == NULL)
        return;
    td_assert(server->listener_count == 0);
    while (server->oldest != NULL)
        net_conn_end(server->oldest);
    io_timer_stop(&server->sweep);
    server->is_freed = true;
    if (server->alive == 0)
        server_destroy(server);
}

void net_server_forget(struct net_server *server)
{
    if (--server->alive == 0 && server->is_freed)
        server_destroy(server);
}

uint32_t net_server_count(const struct net_server *server)
{
    return server->count;
}

const struct net_counters *net_server_counters(const struct net_server *server)
{
    return &server->counters;
}

/* -- listeners
 * ------------------------------------------------------------------------------------------- */

td_err net_listen(struct net_server *server, const struct td_addr *addr, bool reuse_port,
                  struct net_listener **ret_listener, struct td_diag *diag)
{
    struct net_listener *listener = td_calloc(1, sizeof(*listener));
    struct io_tcp_listen_options options = {
        .addr = *addr, .accept = on_accept, .context = listener, .reuse_port = reuse_port
    };
    td_err err = io_tcp_listen(server->io, &options, &listener->tcp, diag);
    if (err != TD_OK) {
        free(listener);
        return err;
    }
    listener->server = server;
    server->listener_count++;
    *ret_listener = listener;
    return TD_OK;
}

void net_listener_close(struct net_listener *listener)
{
    if (listener == NULL)
        return;
    io_tcp_listener_close(listener->tcp);
    listener->server->listener_count--;
    free(listener);
}

const struct td_addr *net_listener_addr(const struct net_listener *listener)
{
    return io_tcp_listener_addr(listener->tcp);
}
