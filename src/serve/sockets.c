/* The sockets of a worker: opened and closed on its own thread. */
#include <stdlib.h>

#include "base/alloc.h"
#include "net/listen.h"
#include "serve/internal.h"
#include "serve/log.h"
#include "serve/stream.h"

static void warn(void *context, const struct td_diag *diag)
{
    (void)context;
    serve_log(LOG_WARNING, EVENT_SOCKET_BUFFER, NULL, "%s", diag->text);
}

static struct serve_socket *find(struct serve_thread *thread, const struct td_addr *addr)
{
    for (uint32_t i = 0; i < thread->socket_count; i++)
        if (td_addr_equal(&thread->sockets[i].addr, addr))
            return &thread->sockets[i];
    return NULL;
}

bool serve_sockets_have(const struct serve_thread *thread, const struct io_udp *udp)
{
    for (uint32_t i = 0; i < thread->socket_count; i++)
        if (thread->sockets[i].udp == udp)
            return true;
    return false;
}

static void close_socket(struct serve_socket *socket)
{
    if (socket->udp != NULL)
        io_udp_close(socket->udp);
    if (socket->tcp != NULL)
        net_listener_close(socket->tcp);
}

/* Only the first worker warns: all would say the same. */
static td_err open_socket(struct serve_thread *thread, const struct serve_listen *listen,
                          struct serve_socket *socket, struct td_diag *diag)
{
    struct serve_worker *worker = &thread->worker;
    static const struct td_diag_sink sink = { .report = warn };
    struct io_udp_options udp = {
        .addr = socket->addr,
        .receive = serve_worker_datagrams,
        .context = worker,
        .reuse_port = true,
        .system_receive_size = listen->udp_receive_buffer,
        .system_send_size = listen->udp_send_buffer,
        .warnings = thread == thread->serve->threads[0] ? &sink : NULL,
    };

    td_err err = io_udp_open(worker->io, &udp, &socket->udp, diag);
    if (err != TD_OK)
        return err;
    return serve_stream_listen(worker, &socket->addr, &socket->tcp, diag);
}

static void open_all(struct serve_thread *thread, struct serve_order *order)
{
    const struct serve_listen *listen = order->listen;

    serve_stream_limit(&thread->worker, listen);
    for (uint32_t i = 0; i < thread->socket_count; i++) {
        thread->sockets[i].is_wanted = false;
        thread->sockets[i].is_new = false;
    }
    for (uint32_t i = 0; i < listen->count && order->result == TD_OK; i++) {
        struct serve_socket *socket = find(thread, &listen->addrs[i]);
        if (socket == NULL) {
            thread->sockets =
                td_realloc(thread->sockets, (thread->socket_count + 1) * sizeof(*thread->sockets));
            socket = &thread->sockets[thread->socket_count++];
            *socket = (struct serve_socket){ .addr = listen->addrs[i], .is_new = true };
            order->result = open_socket(thread, listen, socket, &order->diag);
        }
        socket->is_wanted = true;
    }
}

/* Close those that are new (undo), or those that are not wanted (keep). */
static void close_some(struct serve_thread *thread, bool close_new)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < thread->socket_count; i++) {
        struct serve_socket *socket = &thread->sockets[i];
        if (close_new ? socket->is_new : !socket->is_wanted)
            close_socket(socket);
        else
            thread->sockets[kept++] = *socket;
    }
    thread->socket_count = kept;
}

void serve_sockets_order(struct serve_thread *thread, struct serve_order *order)
{
    order->result = TD_OK;
    if (order->kind == ORDER_OPEN)
        open_all(thread, order);
    else
        close_some(thread, order->kind == ORDER_UNDO);
}

void serve_sockets_close(struct serve_thread *thread)
{
    for (uint32_t i = 0; i < thread->socket_count; i++)
        close_socket(&thread->sockets[i]);
    free(thread->sockets);
    thread->sockets = NULL;
    thread->socket_count = 0;
}
