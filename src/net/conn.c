#include "net/conn.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/writer.h"
#include "net/internal.h"

static const struct io_tcp_events conn_events;

/* -- beginning and end ------------------------------------------------------------------------ */

static void on_later(struct io *io TD_UNUSED, void *context)
{
    net_conn_settle(context);
}

void net_conn_start(struct net_server *server, struct io_tcp *tcp, struct net_client *client)
{
    struct net_conn *conn = td_calloc(1, sizeof(*conn));
    conn->server = server;
    conn->tcp = tcp;
    conn->transport = NET_TRANSPORT_TCP;
    conn->remote = *io_tcp_remote(tcp);
    conn->local = *io_tcp_local(tcp);
    conn->client = client;
    conn->is_open = true;
    conn->later = (struct io_deferred){ .call = on_later, .context = conn };
    net_server_add(conn);
    io_tcp_start(tcp, &conn_events, conn);
}

static void conn_free_if_done(struct net_conn *conn)
{
    if (!conn->is_gone || conn->in_flight > 0 || conn->writes > 0)
        return;
    struct net_server *server = conn->server;
    free(conn);
    net_server_forget(server);
}

void net_conn_end(struct net_conn *conn)
{
    if (!conn->is_open)
        return;
    conn->is_open = false;
    net_server_drop(conn);
    io_defer_cancel(conn->server->io, &conn->later);
    if (conn->filling != NULL)
        net_chunk_give(conn->server, conn->filling);
    conn->filling = NULL;
    /* While its messages are being handed up, they lie there. */
    if (!conn->is_reading)
        net_input_fini(conn);
    io_condition_broadcast(&conn->drained);
    io_tcp_close(conn->tcp);
}

static void on_gone(void *context)
{
    struct net_conn *conn = context;
    net_input_fini(conn);
    conn->is_gone = true;
    conn_free_if_done(conn);
}

static void on_read(struct io_tcp *tcp TD_UNUSED, void *context, const uint8_t *octets, size_t size)
{
    struct net_conn *conn = context;
    if (conn->is_open && !conn->is_closing)
        net_input_arrived(conn, octets, size);
}

static void on_end(struct io_tcp *tcp TD_UNUSED, void *context, td_err why)
{
    struct net_conn *conn = context;
    if (why != TD_E_CLOSED) {
        net_conn_end(conn);
        return;
    }
    /* It may only have ended its side: it still gets its answers. */
    conn->is_ended = true;
    net_conn_settle(conn);
}

static const struct io_tcp_events conn_events = { .read = on_read,
                                                  .end = on_end,
                                                  .closed = on_gone };

/* -- writing ------------------------------------------------------------------------------------
 */

bool net_conn_is_busy(const struct net_conn *conn)
{
    return conn->writes > 0;
}

size_t net_conn_backlog(struct net_conn *conn)
{
    size_t filling = conn->filling != NULL ? conn->filling->size : 0;
    return io_tcp_write_queue_size(conn->tcp) + filling;
}

static void on_written(void *context, td_err err)
{
    struct net_chunk *chunk = context;
    struct net_conn *conn = chunk->conn;
    net_chunk_give(conn->server, chunk);
    conn->writes--;
    if (!conn->is_open) {
        conn_free_if_done(conn);
        return;
    }
    if (err != TD_OK) {
        net_conn_end(conn);
        return;
    }
    net_server_touch(conn);
    net_conn_settle(conn);
}

/* Give the chunk that is being filled to the system. */
static void filling_write(struct net_conn *conn)
{
    struct net_chunk *chunk = conn->filling;
    conn->filling = NULL;
    conn->given += chunk->size;
    if (conn->writes == 0)
        chunk->start = (uint32_t)io_tcp_write_try(conn->tcp, chunk->octets, chunk->size);
    if (chunk->start == chunk->size) {
        net_chunk_give(conn->server, chunk);
        return;
    }
    if (conn->writes++ == 0) {
        conn->busy_since_ns = conn->progress_ns = io_now_ns(conn->server->io);
        conn->busy_taken = conn->taken_seen = conn->given - chunk->size + chunk->start;
    }
    chunk->conn = conn;
    io_tcp_write(conn->tcp, chunk->octets + chunk->start, chunk->size - chunk->start, on_written,
                 chunk);
}

/* While the system is full, answers gather in one chunk. */
void net_conn_flush(struct net_conn *conn)
{
    if (conn->filling != NULL && conn->filling->size > 0 && conn->writes == 0)
        filling_write(conn);
}

uint8_t *net_conn_reserve(struct net_conn *conn, size_t room)
{
    td_assert(room > 0 && room <= NET_MESSAGE_SIZE_MAX);
    conn->reserved = (uint32_t)room;
    if (!conn->is_open || conn->is_lingering)
        return conn->server->sink->octets;
    if (conn->filling != NULL && NET_CHUNK_SIZE - conn->filling->size < NET_PREFIX_SIZE + room)
        filling_write(conn);
    if (conn->filling == NULL)
        conn->filling = net_chunk_take(conn->server);
    return conn->filling->octets + conn->filling->size + NET_PREFIX_SIZE;
}

void net_conn_commit(struct net_conn *conn, size_t size)
{
    td_assert(size <= conn->reserved);
    conn->reserved = 0;
    if (!conn->is_open || conn->is_lingering || size == 0)
        return;
    struct net_chunk *chunk = conn->filling;
    td_put_u16(chunk->octets + chunk->size, (uint16_t)size);
    chunk->size += (uint32_t)(NET_PREFIX_SIZE + size);
    td_count(&conn->server->counters.answers);
    if (!conn->is_reading)
        io_defer(conn->server->io, &conn->later);
}

td_err net_conn_drain(struct fiber *fiber, struct net_conn *conn)
{
    while (conn->is_open && net_conn_backlog(conn) >= conn->server->limits.queue_octets) {
        td_err err = io_condition_wait(fiber, &conn->drained, IO_FOREVER);
        if (err != TD_OK)
            return err;
    }
    if (io_fiber_is_cancelled(fiber))
        return TD_E_CANCELLED;
    if (!conn->is_open || conn->is_lingering)
        return conn->is_slow ? TD_E_TIMEOUT : TD_E_CLOSED;
    return TD_OK;
}

/* -- what comes next ------------------------------------------------------------------------------
 */

bool net_conn_may_read(struct net_conn *conn)
{
    const struct net_limits *limits = &conn->server->limits;
    return conn->is_open && !conn->is_closing && conn->in_flight < limits->in_flight &&
           net_conn_backlog(conn) < limits->queue_octets;
}

static void conn_pace(struct net_conn *conn)
{
    if (net_conn_may_read(conn))
        io_tcp_resume(conn->tcp);
    else
        io_tcp_pause(conn->tcp);
}

/* All answers are with the system: end our side, and wait for the peer's end, so that no
 * query of its that we did not read turns our last answers into a reset. */
static void conn_linger(struct net_conn *conn)
{
    if (conn->is_ended) {
        net_conn_end(conn);
        return;
    }
    if (conn->is_lingering)
        return;
    conn->is_lingering = true;
    net_input_fini(conn);
    io_tcp_shutdown(conn->tcp);
    io_tcp_resume(conn->tcp);
}

void net_conn_settle(struct net_conn *conn)
{
    if (!conn->is_open)
        return;
    net_conn_flush(conn);
    if (!conn->is_closing && !conn->is_reading)
        net_input_resume(conn);
    if (!conn->is_open)
        return;
    net_conn_flush(conn);
    if (net_conn_backlog(conn) < conn->server->limits.queue_octets)
        io_condition_broadcast(&conn->drained);
    if (conn->is_ended && conn->in_flight == 0 && net_conn_may_read(conn))
        conn->is_closing = true; /* what is left of its input is no whole message */
    if (conn->is_closing && conn->writes == 0)
        conn_linger(conn);
    else
        conn_pace(conn);
}

void net_conn_finish(struct net_conn *conn)
{
    td_assert(conn->in_flight > 0);
    conn->in_flight--;
    if (!conn->is_open) {
        conn_free_if_done(conn);
        return;
    }
    net_server_touch(conn); /* idle from now on */
    if (!conn->is_reading)
        io_defer(conn->server->io, &conn->later);
}

void net_conn_close(struct net_conn *conn)
{
    conn->is_closing = true;
    if (conn->is_open && !conn->is_reading)
        io_defer(conn->server->io, &conn->later);
}

/* -- to be asked
 * ------------------------------------------------------------------------------------ */

bool net_conn_is_open(const struct net_conn *conn)
{
    return conn->is_open && !conn->is_lingering;
}

enum net_transport net_conn_transport(const struct net_conn *conn)
{
    return conn->transport;
}

const struct td_addr *net_conn_remote(const struct net_conn *conn)
{
    return &conn->remote;
}

const struct td_addr *net_conn_local(const struct net_conn *conn)
{
    return &conn->local;
}

uint16_t net_conn_keepalive(const struct net_conn *conn)
{
    uint64_t units = net_server_idle_ns(conn->server) / ((uint64_t)100 * IO_NS_PER_MS);
    return units < UINT16_MAX ? (uint16_t)units : UINT16_MAX;
}
