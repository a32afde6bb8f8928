#include "io/sim_tcp.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"

struct sim_listener {
    struct io_tcp_listener listener;
    struct sim_socket socket;
    void (*accept)(void *context, struct io_tcp *tcp);
    void *context;
};

static void tcp_input(struct sim_input *input);

static struct sim_tcp *end_of(struct io_tcp *tcp)
{
    return td_container_of(tcp, struct sim_tcp, tcp);
}

/* -- ends ------------------------------------------------------------------------------------- */

static struct sim_tcp *end_new(struct sim_io *io, struct sim_conn *conn, uint8_t side)
{
    struct sim_tcp *end = td_calloc(1, sizeof(*end));
    io_tcp_init(&end->tcp, &io->io);
    end->tcp.local = conn->addrs[side];
    end->tcp.remote = conn->addrs[1 - side];
    end->conn = conn;
    end->side = side;
    end->input = (struct sim_input){ .call = tcp_input, .io = io };
    end->inbox = td_malloc(SIM_TCP_WINDOW);
    end->credit = SIM_TCP_WINDOW;
    end->queue_last = &end->queue;
    end->written_last = &end->written;
    end->next = io->connections;
    io->connections = end;
    conn->ends[side] = end;
    conn->references++;
    return end;
}

void sim_tcp_free(struct io_tcp *tcp)
{
    struct sim_tcp *end = end_of(tcp);
    struct sim_tcp **link = &sim_of(tcp->io)->connections;
    while (*link != end)
        link = &(*link)->next;
    *link = end->next;
    sim_io_input_cancel(&end->input);
    sim_conn_unreference(end->conn);
    free(end->inbox);
    free(end);
}

/* The network's side of an end ceases; segments that still come find nobody. */
static void end_detach(struct sim_tcp *end)
{
    if (end->conn->ends[end->side] == end)
        end->conn->ends[end->side] = NULL;
}

void sim_tcp_break(struct sim_tcp *end)
{
    end->is_broken = true;
    end_detach(end);
    sim_io_input(&end->input);
}

void sim_tcp_crash(struct sim_io *io)
{
    for (struct sim_tcp *end = io->connections; end != NULL; end = end->next)
        sim_tcp_break(end);
}

/* -- writing ---------------------------------------------------------------------------------- */

/* Send what the credit allows, in pieces of random size; returns how much that was. */
static size_t end_send(struct sim_tcp *end, const uint8_t *octets, size_t size)
{
    struct io_sim *sim = end->conn->sim;
    size_t at = 0;
    while (at < size && end->credit > 0) {
        size_t n = 1 + sim_random_below(&sim->random, SIM_TCP_SEGMENT_MAX);
        n = n < size - at ? n : size - at;
        n = n < end->credit ? n : end->credit;
        sim_segment_send(end->conn, end->side, SIM_DATA, octets + at, (uint32_t)n);
        end->credit -= (uint32_t)n;
        at += n;
    }
    return at;
}

static bool end_may_send(const struct sim_tcp *end)
{
    return !end->is_broken && !end->tcp.is_dialling && !end->is_fin_sent;
}

size_t sim_tcp_write_try(struct io_tcp *tcp, const void *octets, size_t size)
{
    struct sim_tcp *end = end_of(tcp);
    if (end->queue != NULL || !end_may_send(end))
        return 0;
    return end_send(end, octets, size);
}

/* Move what can be sent from the queue to the list of the written. */
static void queue_send(struct sim_tcp *end)
{
    while (end->queue != NULL && end_may_send(end)) {
        struct sim_write *write = end->queue;
        size_t n = end_send(end, write->octets, write->size);
        end->queue_size -= n;
        write->octets += n;
        write->size -= n;
        if (write->size > 0)
            return;
        end->queue = write->next;
        if (end->queue == NULL)
            end->queue_last = &end->queue;
        write->next = NULL;
        *end->written_last = write;
        end->written_last = &write->next;
        sim_io_input(&end->input);
    }
    if (end->tcp.is_shut_down && end_may_send(end)) {
        end->is_fin_sent = true;
        sim_segment_send(end->conn, end->side, SIM_FIN, NULL, 0);
    }
}

void sim_tcp_write(struct io_tcp *tcp, const void *octets, size_t size, io_tcp_written *done,
                   void *context)
{
    struct sim_tcp *end = end_of(tcp);
    struct sim_write *write = td_calloc(1, sizeof(*write));
    *write = (struct sim_write){ .octets = octets, .size = size, .done = done, .context = context };
    *end->queue_last = write;
    end->queue_last = &write->next;
    end->queue_size += size;
    queue_send(end);
    if (end->is_broken)
        sim_io_input(&end->input);
}

static void writes_tell(struct sim_write *write, td_err err)
{
    for (struct sim_write *next; write != NULL; write = next) {
        next = write->next;
        if (write->done != NULL)
            write->done(write->context, err);
        free(write);
    }
}

static void written_tell(struct sim_tcp *end)
{
    struct sim_write *written = end->written;
    end->written = NULL;
    end->written_last = &end->written;
    writes_tell(written, TD_OK);
}

static void queue_fail(struct sim_tcp *end, td_err err)
{
    struct sim_write *queue = end->queue;
    end->queue = NULL;
    end->queue_last = &end->queue;
    end->queue_size = 0;
    writes_tell(queue, err);
}

size_t sim_tcp_write_queue_size(struct io_tcp *tcp)
{
    return end_of(tcp)->queue_size;
}

/* The common part has noted it; the end of the octets goes out after them. */
void sim_tcp_shutdown(struct io_tcp *tcp)
{
    queue_send(end_of(tcp));
}

/* -- reading ------------------------------------------------------------------------------------
 */

void sim_tcp_read_start(struct io_tcp *tcp)
{
    end_of(tcp)->is_reading = true;
    sim_io_input(&end_of(tcp)->input);
}

void sim_tcp_read_stop(struct io_tcp *tcp)
{
    end_of(tcp)->is_reading = false;
}

/* Hand up what has come, as far as somebody reads. */
static void inbox_read(struct sim_tcp *end)
{
    static uint8_t shared[IO_TCP_READ_SIZE];
    while (end->is_reading && end->inbox_size > 0 && !end->tcp.is_closing) {
        uint8_t *buffer;
        size_t n;
        io_tcp_read_buffer(&end->tcp, shared, sizeof(shared), &buffer, &n);
        n = n < end->inbox_size ? n : end->inbox_size;
        memcpy(buffer, end->inbox, n);
        end->inbox_size -= (uint32_t)n;
        memmove(end->inbox, end->inbox + n, end->inbox_size);
        sim_segment_send(end->conn, end->side, SIM_CREDIT, NULL, (uint32_t)n);
        io_tcp_arrived(&end->tcp, buffer, n);
    }
}

/* -- a turn's news
 * ---------------------------------------------------------------------------------- */

static void tcp_input(struct sim_input *input)
{
    struct sim_tcp *end = td_container_of(input, struct sim_tcp, input);
    written_tell(end);
    if (end->tcp.is_closing) {
        queue_fail(end, TD_E_CANCELLED);
        io_tcp_gone(&end->tcp);
        return;
    }
    if (end->listener != NULL) {
        struct sim_listener *listener = end->listener;
        end->listener = NULL;
        listener->accept(listener->context, &end->tcp);
    }
    if (end->tcp.is_dialling && (end->is_dial_over || end->is_broken)) {
        io_tcp_dialled(&end->tcp, end->is_dial_over ? end->dial_result : TD_E_IO);
        queue_send(end);
    }
    if (end->is_broken) {
        queue_fail(end, TD_E_IO);
        io_tcp_ended(&end->tcp, TD_E_IO);
        return;
    }
    inbox_read(end);
    if (end->is_reading && end->inbox_size == 0 && end->is_fin_received)
        io_tcp_ended(&end->tcp, TD_E_CLOSED);
}

/* -- what arrives ---------------------------------------------------------------------------------
 */

static void syn_arrived(struct sim_conn *conn)
{
    struct sim_socket *socket =
        sim_socket_find(conn->hosts[1], SIM_TCP, &conn->addrs[0], &conn->addrs[1]);
    if (socket == NULL) {
        sim_segment_send(conn, 1, SIM_REFUSED, NULL, 0);
        return;
    }
    struct sim_listener *listener = td_container_of(socket, struct sim_listener, socket);
    struct sim_tcp *end = end_new(sim_of(listener->listener.io), conn, 1);
    end->listener = listener;
    sim_io_input(&end->input);
    sim_segment_send(conn, 1, SIM_ACCEPTED, NULL, 0);
}

static void dial_over(struct sim_tcp *end, td_err result)
{
    end->is_dial_over = true;
    end->dial_result = result;
    if (result != TD_OK)
        end_detach(end);
}

void sim_tcp_arrived(struct sim_conn *conn, uint8_t side, const struct sim_segment *segment)
{
    struct sim_tcp *end = conn->ends[side];
    if (segment->kind == SIM_SYN) {
        syn_arrived(conn);
        return;
    }
    if (end == NULL) {
        if (segment->kind == SIM_DATA)
            sim_segment_send(conn, side, SIM_RESET, NULL, 0);
        return;
    }
    switch (segment->kind) {
    case SIM_ACCEPTED:
        dial_over(end, TD_OK);
        break;
    case SIM_REFUSED:
        dial_over(end, TD_E_CLOSED);
        break;
    case SIM_DATA:
        td_assert(end->inbox_size + segment->size <= SIM_TCP_WINDOW);
        memcpy(end->inbox + end->inbox_size, segment->octets, segment->size);
        end->inbox_size += segment->size;
        break;
    case SIM_FIN:
        end->is_fin_received = true;
        break;
    case SIM_CREDIT:
        end->credit += segment->size;
        queue_send(end);
        break;
    default:
        sim_tcp_break(end);
        return;
    }
    sim_io_input(&end->input);
}

/* -- opening and closing
 * ---------------------------------------------------------------------------- */

td_err sim_tcp_dial(struct io *io, const struct td_addr *local, const struct td_addr *remote,
                    struct io_tcp **ret_tcp)
{
    struct sim_io *sim_io = sim_of(io);
    struct io_sim *sim = sim_io->sim;
    struct io_sim_host *dest = sim_host_find(sim, sim_io->host, remote);
    if (sim_io->is_dead)
        return TD_E_IO;
    if (local != NULL && !td_addr_is_any(local) && !sim_host_has(sim_io->host, local))
        return TD_E_INVALID;
    if (dest == NULL)
        return TD_E_IO; /* no route */

    struct sim_conn *conn = td_calloc(1, sizeof(*conn));
    conn->sim = sim;
    conn->hosts[0] = sim_io->host;
    conn->hosts[1] = dest;
    conn->addrs[0] =
        local != NULL && !td_addr_is_any(local) ? *local : sim_host_source(sim_io->host, remote);
    if (conn->addrs[0].port == 0)
        conn->addrs[0].port = sim_port_choose(sim_io->host);
    conn->addrs[1] = *remote;
    struct sim_tcp *end = end_new(sim_io, conn, 0);
    end->tcp.is_dialling = true;
    sim_segment_send(conn, 0, SIM_SYN, NULL, 0);
    *ret_tcp = &end->tcp;
    return TD_OK;
}

void sim_tcp_close(struct io_tcp *tcp, bool is_reset)
{
    struct sim_tcp *end = end_of(tcp);
    if (!end->is_broken && end->conn->ends[end->side] == end) {
        /* Octets that came and were not read make it a reset, as the system does. */
        if (is_reset || end->inbox_size > 0)
            sim_segment_send(end->conn, end->side, SIM_RESET, NULL, 0);
        else if (!end->is_fin_sent)
            sim_segment_send(end->conn, end->side, SIM_FIN, NULL, 0);
    }
    end_detach(end);
    sim_io_input(&end->input);
}

td_err sim_tcp_listen(struct io *io, const struct io_tcp_listen_options *options,
                      struct io_tcp_listener **ret_listener, struct td_diag *diag)
{
    struct sim_listener *listener = td_calloc(1, sizeof(*listener));
    td_err err = sim_socket_bind(&listener->socket, sim_of(io), SIM_TCP, &options->addr,
                                 options->reuse_port, options->freebind, diag);
    if (err != TD_OK) {
        free(listener);
        return err;
    }
    listener->listener.io = io;
    listener->listener.addr = listener->socket.addr;
    listener->accept = options->accept;
    listener->context = options->context;
    *ret_listener = &listener->listener;
    return TD_OK;
}

void sim_tcp_listener_close(struct io_tcp_listener *listener)
{
    struct sim_listener *sim = td_container_of(listener, struct sim_listener, listener);
    for (struct sim_tcp *end = sim_of(listener->io)->connections; end != NULL; end = end->next)
        if (end->listener == sim) { /* nobody will ever know of it */
            end->listener = NULL;
            io_tcp_reset(&end->tcp);
        }
    sim_socket_unbind(&sim->socket, sim_of(listener->io));
    free(sim);
}

td_err sim_tcp_probe(struct io *io, const struct td_addr *addr, bool freebind, struct td_diag *diag)
{
    struct sim_socket socket = { .host = NULL };
    td_err err = sim_socket_bind(&socket, sim_of(io), SIM_TCP, addr, false, freebind, diag);
    if (err == TD_OK)
        sim_socket_unbind(&socket, sim_of(io));
    return err;
}
