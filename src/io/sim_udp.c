#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/sim_world.h"

/* A datagram in a socket's inbox. */
struct letter {
    struct letter *next;
    struct td_addr from;
    struct td_addr to;
    uint32_t size;
    uint8_t octets[];
};

struct inbox {
    struct letter *first;
    struct letter **last;
    uint32_t count;
};

static void inbox_init(struct inbox *inbox)
{
    *inbox = (struct inbox){ .first = NULL };
    inbox->last = &inbox->first;
}

static void inbox_add(struct inbox *inbox, const struct td_addr *from, const struct td_addr *to,
                      const uint8_t *octets, uint32_t size)
{
    if (inbox->count == SIM_INBOX_MAX)
        return;
    struct letter *letter = td_malloc(sizeof(*letter) + size);
    *letter = (struct letter){ .from = *from, .to = *to, .size = size };
    if (size > 0)
        memcpy(letter->octets, octets, size);
    *inbox->last = letter;
    inbox->last = &letter->next;
    inbox->count++;
}

static struct letter *inbox_take(struct inbox *inbox)
{
    struct letter *letter = inbox->first;
    if (letter == NULL)
        return NULL;
    inbox->first = letter->next;
    if (inbox->first == NULL)
        inbox->last = &inbox->first;
    inbox->count--;
    return letter;
}

static void inbox_fini(struct inbox *inbox)
{
    struct letter *letter;
    while ((letter = inbox_take(inbox)) != NULL)
        free(letter);
}

/* -- servers ---------------------------------------------------------------------------------- */

struct sim_udp {
    struct io_udp udp;
    struct sim_socket socket;
    struct sim_input input;
    struct inbox inbox;
    io_udp_receive *receive;
    void *context;
    uint32_t receive_size;
    uint32_t send_size;
    bool is_receiving;
    bool is_closed;
    uint8_t *octets;
    uint8_t *answers;
    struct io_udp_item items[IO_UDP_BATCH_MAX];
    struct io_udp_path paths[IO_UDP_BATCH_MAX];
};

static void path_fill(struct io_udp_path *path, const struct letter *letter, bool is_wildcard)
{
    struct sockaddr_storage sa;
    memset(path, 0, sizeof(*path));
    td_addr_to_sockaddr(&letter->from, &sa);
    memcpy(&path->remote, &sa, sizeof(path->remote));
    if (is_wildcard)
        memcpy(path->local, letter->to.octets, sizeof(path->local));
}

static uint32_t batch_receive(struct sim_udp *sim)
{
    uint32_t count = 0;
    struct letter *letter;
    while (count < IO_UDP_BATCH_MAX && (letter = inbox_take(&sim->inbox)) != NULL) {
        struct io_udp_item *item = &sim->items[count];
        item->octets = sim->octets + (size_t)count * sim->receive_size;
        item->answer = sim->answers + (size_t)count * sim->send_size;
        item->path = &sim->paths[count];
        item->answer_size = 0;
        item->size = letter->size <= sim->receive_size ? letter->size : 0;
        if (item->size == letter->size)
            memcpy(item->octets, letter->octets, letter->size);
        else
            td_count(&sim->udp.counters.oversize);
        path_fill(item->path, letter, sim->udp.is_wildcard);
        free(letter);
        count++;
    }
    return count;
}

static void udp_free(struct sim_udp *sim)
{
    inbox_fini(&sim->inbox);
    free(sim->octets);
    free(sim->answers);
    free(sim);
}

static void udp_input(struct sim_input *input)
{
    struct sim_udp *sim = td_container_of(input, struct sim_udp, input);
    uint32_t count;
    sim->is_receiving = true;
    while (!sim->is_closed && (count = batch_receive(sim)) > 0) {
        sim->receive(sim->context, &sim->udp, sim->items, count);
        for (uint32_t i = 0; i < count; i++)
            if (sim->items[i].answer_size > 0)
                sim_udp_send(&sim->udp, sim->items[i].path, sim->items[i].answer,
                             sim->items[i].answer_size);
        td_count_add(&sim->udp.counters.received, count);
        td_count(&sim->udp.counters.batches);
    }
    sim->is_receiving = false;
    if (sim->is_closed)
        udp_free(sim);
}

static void udp_datagram(struct sim_socket *socket, const struct td_addr *from,
                         const struct td_addr *to, const uint8_t *octets, uint32_t size)
{
    struct sim_udp *sim = td_container_of(socket, struct sim_udp, socket);
    inbox_add(&sim->inbox, from, to, octets, size);
    sim_io_input(&sim->input);
}

td_err sim_udp_open(struct io *io, const struct io_udp_options *options, struct io_udp **ret_udp,
                    struct td_diag *diag)
{
    struct sim_udp *sim = td_calloc(1, sizeof(*sim));
    td_err err = sim_socket_bind(&sim->socket, sim_of(io), SIM_UDP, &options->addr,
                                 options->reuse_port, options->freebind, diag);
    if (err != TD_OK) {
        free(sim);
        return err;
    }
    sim->udp.io = io;
    sim->udp.addr = sim->socket.addr;
    sim->udp.is_wildcard = sim->socket.is_wildcard;
    sim->socket.datagram = udp_datagram;
    sim->input = (struct sim_input){ .call = udp_input, .io = sim_of(io) };
    sim->receive = options->receive;
    sim->context = options->context;
    sim->receive_size = options->receive_size != 0 ? options->receive_size : IO_UDP_BUFFER_SIZE;
    sim->send_size = options->send_size != 0 ? options->send_size : IO_UDP_BUFFER_SIZE;
    sim->octets = td_malloc((size_t)sim->receive_size * IO_UDP_BATCH_MAX);
    sim->answers = td_malloc((size_t)sim->send_size * IO_UDP_BATCH_MAX);
    inbox_init(&sim->inbox);
    *ret_udp = &sim->udp;
    return TD_OK;
}

void sim_udp_close(struct io_udp *udp)
{
    struct sim_udp *sim = td_container_of(udp, struct sim_udp, udp);
    sim_socket_unbind(&sim->socket, sim_of(udp->io));
    sim_io_input_cancel(&sim->input);
    sim->is_closed = true;
    if (!sim->is_receiving)
        udp_free(sim);
}

void sim_udp_send(struct io_udp *udp, const struct io_udp_path *path, const void *octets,
                  size_t size)
{
    struct td_addr from, to;
    io_udp_path_remote(path, &to);
    io_udp_path_local(udp, path, &from);
    sim_datagram_send(sim_of(udp->io)->host, &from, &to, octets, size);
    td_count(&udp->counters.sent);
}

td_err sim_udp_probe(struct io *io, const struct td_addr *addr, bool freebind, struct td_diag *diag)
{
    struct sim_socket socket = { .host = NULL };
    td_err err = sim_socket_bind(&socket, sim_of(io), SIM_UDP, addr, false, freebind, diag);
    if (err == TD_OK)
        sim_socket_unbind(&socket, sim_of(io));
    return err;
}

/* -- clients ------------------------------------------------------------------------------------
 */

struct sim_client {
    struct io_udp_client client;
    struct sim_socket socket;
    struct sim_input input;
    struct inbox inbox;
    struct io_condition readable;
    bool is_refused;
};

static void client_input(struct sim_input *input)
{
    io_condition_broadcast(&td_container_of(input, struct sim_client, input)->readable);
}

static void client_datagram(struct sim_socket *socket, const struct td_addr *from,
                            const struct td_addr *to, const uint8_t *octets, uint32_t size)
{
    struct sim_client *sim = td_container_of(socket, struct sim_client, socket);
    if (octets == NULL)
        sim->is_refused = true;
    else
        inbox_add(&sim->inbox, from, to, octets, size);
    sim_io_input(&sim->input);
}

td_err sim_client_open(struct io *io, const struct td_addr *local, const struct td_addr *remote,
                       struct io_udp_client **ret_client, struct td_diag *diag)
{
    td_assert(local != NULL || remote != NULL);
    struct sim_client *sim = td_calloc(1, sizeof(*sim));
    struct td_addr addr;
    if (local != NULL)
        addr = *local;
    else
        addr = sim_host_source(sim_of(io)->host, remote);
    td_err err = sim_socket_bind(&sim->socket, sim_of(io), SIM_UDP, &addr, false, false, diag);
    if (err != TD_OK) {
        free(sim);
        return err;
    }
    if (remote != NULL)
        sim->socket.peer = *remote;
    sim->client.io = io;
    sim->client.local = sim->socket.addr;
    sim->socket.datagram = client_datagram;
    sim->input = (struct sim_input){ .call = client_input, .io = sim_of(io) };
    inbox_init(&sim->inbox);
    *ret_client = &sim->client;
    return TD_OK;
}

void sim_client_close(struct io_udp_client *client)
{
    struct sim_client *sim = td_container_of(client, struct sim_client, client);
    td_assert(sim->readable.first == NULL);
    sim_socket_unbind(&sim->socket, sim_of(client->io));
    sim_io_input_cancel(&sim->input);
    inbox_fini(&sim->inbox);
    free(sim);
}

td_err sim_client_send(struct io_udp_client *client, const struct td_addr *to, const void *octets,
                       size_t size)
{
    struct sim_client *sim = td_container_of(client, struct sim_client, client);
    td_assert((sim->socket.peer.family != 0) == (to == NULL));
    if (sim_of(client->io)->is_dead)
        return TD_E_IO;
    if (sim->is_refused) {
        sim->is_refused = false;
        return TD_E_CLOSED;
    }
    if (to == NULL)
        to = &sim->socket.peer;
    struct td_addr from = client->local;
    if (sim->socket.is_wildcard) {
        from = sim_host_source(sim->socket.host, to);
        from.port = client->local.port;
    }
    sim_datagram_send(sim->socket.host, &from, to, octets, size);
    return TD_OK;
}

/* TD_E_LIMIT: nothing there. */
static td_err receive_now(struct sim_client *sim, void *buffer, size_t buffer_size,
                          size_t *ret_size, struct td_addr *ret_from)
{
    if (sim->is_refused) {
        sim->is_refused = false;
        return TD_E_CLOSED;
    }
    struct letter *letter = inbox_take(&sim->inbox);
    if (letter == NULL)
        return TD_E_LIMIT;
    size_t size = letter->size < buffer_size ? letter->size : buffer_size;
    memcpy(buffer, letter->octets, size);
    *ret_size = size;
    if (ret_from != NULL)
        *ret_from = letter->from;
    free(letter);
    return TD_OK;
}

td_err sim_client_receive(struct fiber *fiber, struct io_udp_client *client, uint64_t deadline_ns,
                          void *buffer, size_t buffer_size, size_t *ret_size,
                          struct td_addr *ret_from)
{
    struct sim_client *sim = td_container_of(client, struct sim_client, client);
    td_assert(sim->readable.first == NULL); /* one fiber at a time */
    for (;;) {
        if (io_fiber_is_cancelled(fiber))
            return TD_E_CANCELLED;
        if (client->io->now_ns >= deadline_ns)
            return TD_E_TIMEOUT;
        td_err err = receive_now(sim, buffer, buffer_size, ret_size, ret_from);
        if (err != TD_E_LIMIT)
            return err;
        err = io_condition_wait(fiber, &sim->readable, deadline_ns);
        if (err != TD_OK)
            return err;
    }
}
