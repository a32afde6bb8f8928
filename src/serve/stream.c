#include "serve/stream.h"

#include <string.h>

#include "net/conn.h"
#include "net/listen.h"
#include "replicate/pace.h"
#include "serve/internal.h"
#include "serve/road.h"

/* One message of a connection: answered at once, or taken over by a transfer. */
static void take_message(void *context, struct net_conn *conn, const uint8_t *octets, size_t size)
{
    struct serve_worker *worker = context;
    struct request *request = &worker->requests[IO_UDP_BATCH_MAX];

    serve_worker_refresh(worker);
    serve_count(worker, net_conn_remote(conn)->family == 6 ? SERVE_COUNT_QUERY_TCP6
                                                           : SERVE_COUNT_QUERY_TCP4);
    request_init(request, worker, TRANSPORT_TCP, octets, (uint32_t)size, worker->stream_buffer,
                 NET_MESSAGE_SIZE_MAX);
    request->conn = conn;
    if (road_begin(request, request + 1))
        road_look(request, request + 1);
    road_finish(request, request + 1);
    if (request->is_taken)
        return;
    if (request->out_size != 0) {
        memcpy(net_conn_reserve(conn, request->out_size), request->out, request->out_size);
        net_conn_commit(conn, request->out_size);
    }
    net_conn_finish(conn);
}

/* The limits are for the whole server: the workers share a crowd. */
static struct net_limits limits_of(const struct serve_listen *listen)
{
    return (struct net_limits){
        .connections = listen->tcp_connections,
        .per_client = listen->tcp_connections_per_client,
        .in_flight = listen->tcp_pipeline,
        .idle_ms = listen->tcp_idle_timeout_ms,
        .rate_min = listen->tcp_rate_min != 0 ? listen->tcp_rate_min : 1, /* 0 is a default */
        .rate_grace_ms = PACE_WINDOW_S * 1000,
    };
}

void serve_stream_limit(struct serve_worker *worker, const struct serve_listen *listen)
{
    struct net_limits limits = limits_of(listen);
    struct net_handler handler = { .message = take_message, .context = worker };

    if (worker->streams == NULL)
        worker->streams = net_server_new(worker->io, worker->serve->crowd, &limits, &handler);
    else
        net_server_limit(worker->streams, &limits);
}

/* Transfers under way notice that their connection is gone; the last one ends the loop. */
void serve_stream_stop(struct serve_worker *worker)
{
    worker->is_stopping = true;
    net_server_free(worker->streams);
    worker->streams = NULL;
    serve_worker_may_end(worker);
}

td_err serve_stream_listen(struct serve_worker *worker, const struct td_addr *addr,
                           struct net_listener **ret_listener, struct td_diag *diag)
{
    return net_listen(worker->streams, addr, true, ret_listener, diag);
}
