#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/real.h"

enum { UNWAITED_MAX = 64 };

struct real_client {
    struct io_udp_client client;
    int fd;
    uv_poll_t poll;
    struct io_condition readable;
    uint32_t unwaited; /* datagrams read without a wait in between */
    bool is_connected;
};

static struct real_client *client_of(struct io_udp_client *client)
{
    return td_container_of(client, struct real_client, client);
}

/* What an errno means for an exchange of datagrams. */
static td_err exchange_error(int number)
{
    switch (number) {
    case ECONNREFUSED:
        return TD_E_CLOSED;
    case EAGAIN:
    case ENOBUFS:
        return TD_E_LIMIT;
    default:
        return TD_E_IO;
    }
}

static td_err client_connect(struct real_client *real, const struct td_addr *remote,
                             struct td_diag *diag)
{
    struct sockaddr_storage sa;
    socklen_t size = td_addr_to_sockaddr(remote, &sa);
    if (connect(real->fd, (const struct sockaddr *)&sa, size) != 0)
        return io_errno_say(diag, errno, "connecting a UDP socket");
    real->is_connected = true;
    return TD_OK;
}

td_err real_client_open(struct io *io, const struct td_addr *local, const struct td_addr *remote,
                        struct io_udp_client **ret_client, struct td_diag *diag)
{
    td_assert(local != NULL || remote != NULL);
    struct td_addr any = { .family = remote != NULL ? remote->family : 0 };
    struct real_client *real = td_calloc(1, sizeof(*real));
    td_err err =
        real_socket_bind(local != NULL ? local : &any, SOCK_DGRAM, false, false, &real->fd, diag);
    if (err != TD_OK) {
        free(real);
        return err;
    }
    if (remote != NULL)
        err = client_connect(real, remote, diag);
    if (err == TD_OK) {
        int status = uv_poll_init(&real_of(io)->loop, &real->poll, real->fd);
        if (status != 0)
            err = io_errno_say(diag, -status, "watching a UDP socket");
    }
    if (err != TD_OK) {
        close(real->fd);
        free(real);
        return err;
    }
    real->client.io = io;
    real->poll.data = real;
    real_socket_addr(real->fd, &real->client.local);
    *ret_client = &real->client;
    return TD_OK;
}

static void on_closed(uv_handle_t *handle)
{
    struct real_client *real = handle->data;
    close(real->fd);
    free(real);
}

void real_client_close(struct io_udp_client *client)
{
    struct real_client *real = client_of(client);
    td_assert(real->readable.first == NULL);
    uv_close((uv_handle_t *)&real->poll, on_closed);
}

td_err real_client_send(struct io_udp_client *client, const struct td_addr *to, const void *octets,
                        size_t size)
{
    struct real_client *real = client_of(client);
    struct sockaddr_storage sa;
    socklen_t sa_size = 0;
    td_assert(real->is_connected == (to == NULL));
    if (to != NULL)
        sa_size = td_addr_to_sockaddr(to, &sa);

    ssize_t n;
    do {
        n = sendto(real->fd, octets, size, MSG_DONTWAIT,
                   to != NULL ? (const struct sockaddr *)&sa : NULL, sa_size);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? exchange_error(errno) : TD_OK;
}

static void on_readable(uv_poll_t *poll, int status TD_UNUSED, int events TD_UNUSED)
{
    struct real_client *real = poll->data;
    real_awake(real->client.io);
    uv_poll_stop(poll); /* or it comes again and again until the fiber runs */
    io_condition_broadcast(&real->readable);
}

/* TD_E_LIMIT: nothing there now. */
static td_err receive_now(struct real_client *real, void *buffer, size_t buffer_size,
                          size_t *ret_size, struct td_addr *ret_from)
{
    struct sockaddr_storage sa;
    socklen_t sa_size = sizeof(sa);
    ssize_t n;
    do {
        n = recvfrom(real->fd, buffer, buffer_size, MSG_DONTWAIT, (struct sockaddr *)&sa, &sa_size);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return exchange_error(errno);

    struct td_addr from;
    td_err err = td_addr_from_sockaddr((const struct sockaddr *)&sa, &from);
    if (err != TD_OK)
        return TD_E_IO;
    *ret_size = (size_t)n;
    if (ret_from != NULL)
        *ret_from = from;
    return TD_OK;
}

td_err real_client_receive(struct fiber *fiber, struct io_udp_client *client, uint64_t deadline_ns,
                           void *buffer, size_t buffer_size, size_t *ret_size,
                           struct td_addr *ret_from)
{
    struct real_client *real = client_of(client);
    td_assert(real->readable.first == NULL); /* one fiber at a time */
    /* Whoever sends faster than we read must keep the fiber neither past its deadline nor from
     * the others. */
    if (++real->unwaited >= UNWAITED_MAX) {
        real->unwaited = 0;
        (void)io_fiber_yield(fiber);
    }
    for (;;) {
        if (io_fiber_is_cancelled(fiber))
            return TD_E_CANCELLED;
        if (client->io->now_ns >= deadline_ns)
            return TD_E_TIMEOUT;
        td_err err = receive_now(real, buffer, buffer_size, ret_size, ret_from);
        if (err != TD_E_LIMIT)
            return err;
        td_assert(uv_poll_start(&real->poll, UV_READABLE, on_readable) == 0);
        real->unwaited = 0;
        err = io_condition_wait(fiber, &real->readable, deadline_ns);
        if (err != TD_OK) {
            uv_poll_stop(&real->poll);
            return err;
        }
    }
}
