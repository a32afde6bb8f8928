/*
 * What streams are to their users, over either body. A fiber that reads gives its own buffer
 * to the body, so octets go straight to where they are wanted; while no fiber waits and the
 * connection was not started, nothing is read, and the peer feels it.
 */
#include "io/tcp.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/ops.h"

void io_tcp_init(struct io_tcp *tcp, struct io *io)
{
    *tcp = (struct io_tcp){ .io = io };
}

/* -- listening ------------------------------------------------------------------------------ */

td_err io_tcp_listen(struct io *io, const struct io_tcp_listen_options *options,
                     struct io_tcp_listener **ret_listener, struct td_diag *diag)
{
    return io->ops->tcp_listen(io, options, ret_listener, diag);
}

void io_tcp_listener_close(struct io_tcp_listener *listener)
{
    if (listener != NULL)
        listener->io->ops->tcp_listener_close(listener);
}

const struct td_addr *io_tcp_listener_addr(const struct io_tcp_listener *listener)
{
    return &listener->addr;
}

td_err io_tcp_probe(struct io *io, const struct td_addr *addr, bool freebind, struct td_diag *diag)
{
    return io->ops->tcp_probe(io, addr, freebind, diag);
}

/* -- with callbacks --------------------------------------------------------------------------- */

void io_tcp_start(struct io_tcp *tcp, const struct io_tcp_events *events, void *context)
{
    td_assert(tcp->events == NULL && tcp->awaited.first == NULL && !tcp->is_closing);
    tcp->events = events;
    tcp->context = context;
    tcp->io->ops->tcp_read_start(tcp);
}

void io_tcp_pause(struct io_tcp *tcp)
{
    if (tcp->is_paused || tcp->is_closing)
        return;
    tcp->is_paused = true;
    tcp->io->ops->tcp_read_stop(tcp);
}

void io_tcp_resume(struct io_tcp *tcp)
{
    if (!tcp->is_paused || tcp->is_closing)
        return;
    tcp->is_paused = false;
    if (tcp->end == TD_OK)
        tcp->io->ops->tcp_read_start(tcp);
}

size_t io_tcp_write_try(struct io_tcp *tcp, const void *octets, size_t size)
{
    if (tcp->is_closing || tcp->is_shut_down || size == 0)
        return 0;
    return tcp->io->ops->tcp_write_try(tcp, octets, size);
}

/* What cannot be written any more: `done` comes later, as always. */
struct late_done {
    struct io_deferred deferred;
    io_tcp_written *done;
    void *context;
    td_err err;
};

static void late_done_call(struct io *io TD_UNUSED, void *context)
{
    struct late_done *late = context;
    late->done(late->context, late->err);
    free(late);
}

void io_tcp_written_late(struct io_tcp *tcp, io_tcp_written *done, void *context, td_err err)
{
    if (done == NULL)
        return;
    struct late_done *late = td_calloc(1, sizeof(*late));
    *late = (struct late_done){ .done = done, .context = context, .err = err };
    late->deferred = (struct io_deferred){ .call = late_done_call, .context = late };
    io_defer(tcp->io, &late->deferred);
}

void io_tcp_write(struct io_tcp *tcp, const void *octets, size_t size, io_tcp_written *done,
                  void *context)
{
    if (tcp->is_closing)
        io_tcp_written_late(tcp, done, context, TD_E_CANCELLED);
    else if (tcp->is_shut_down)
        io_tcp_written_late(tcp, done, context, TD_E_IO);
    else
        tcp->io->ops->tcp_write(tcp, octets, size, done, context);
}

size_t io_tcp_write_queue_size(struct io_tcp *tcp)
{
    return tcp->io->ops->tcp_write_queue_size(tcp);
}

void io_tcp_shutdown(struct io_tcp *tcp)
{
    if (tcp->is_closing || tcp->is_shut_down)
        return;
    tcp->is_shut_down = true;
    tcp->io->ops->tcp_shutdown(tcp);
}

/* End it for the system. The object stays until its user has let it go, too. */
static void tcp_end(struct io_tcp *tcp, bool is_reset)
{
    if (tcp->is_closing)
        return;
    tcp->is_closing = true;
    tcp->io->ops->tcp_close(tcp, is_reset);
}

static void tcp_bury(struct io_tcp *tcp)
{
    if (tcp->events != NULL && tcp->events->closed != NULL)
        tcp->events->closed(tcp->context);
    tcp->io->ops->tcp_free(tcp);
}

static void tcp_let_go(struct io_tcp *tcp, bool is_reset)
{
    if (tcp->is_let_go)
        return;
    td_assert(tcp->awaited.first == NULL); /* a fiber still reads or dials */
    tcp->is_let_go = true;
    tcp_end(tcp, is_reset);
    if (tcp->is_gone)
        tcp_bury(tcp);
}

void io_tcp_close(struct io_tcp *tcp)
{
    if (tcp != NULL)
        tcp_let_go(tcp, false);
}

void io_tcp_reset(struct io_tcp *tcp)
{
    if (tcp != NULL)
        tcp_let_go(tcp, true);
}

const struct td_addr *io_tcp_remote(const struct io_tcp *tcp)
{
    return &tcp->remote;
}

const struct td_addr *io_tcp_local(const struct io_tcp *tcp)
{
    return &tcp->local;
}

struct io *io_tcp_io(const struct io_tcp *tcp)
{
    return tcp->io;
}

/* -- from the bodies ----------------------------------------------------------------------------
 */

void io_tcp_read_buffer(struct io_tcp *tcp, uint8_t *shared, size_t shared_size,
                        uint8_t **ret_buffer, size_t *ret_size)
{
    bool is_fiber = tcp->events == NULL;
    *ret_buffer = is_fiber ? tcp->fiber_buffer : shared;
    *ret_size = is_fiber ? tcp->fiber_size_max : shared_size;
}

void io_tcp_arrived(struct io_tcp *tcp, const uint8_t *octets, size_t size)
{
    if (tcp->events != NULL) {
        if (tcp->events->read != NULL)
            tcp->events->read(tcp, tcp->context, octets, size);
        return;
    }
    td_assert(tcp->fiber_buffer == octets);
    tcp->fiber_size = size;
    tcp->fiber_buffer = NULL;
    tcp->io->ops->tcp_read_stop(tcp);
    io_condition_broadcast(&tcp->awaited);
}

void io_tcp_ended(struct io_tcp *tcp, td_err why)
{
    if (tcp->end != TD_OK || tcp->is_closing)
        return;
    tcp->end = why;
    if (tcp->events != NULL && tcp->events->end != NULL)
        tcp->events->end(tcp, tcp->context, why);
    else
        io_condition_broadcast(&tcp->awaited);
}

void io_tcp_dialled(struct io_tcp *tcp, td_err err)
{
    tcp->is_dialling = false;
    tcp->end = err;
    io_condition_broadcast(&tcp->awaited);
}

void io_tcp_gone(struct io_tcp *tcp)
{
    tcp->is_gone = true;
    if (tcp->is_let_go)
        tcp_bury(tcp);
}

/* -- in a fiber
 * ------------------------------------------------------------------------------------- */

td_err io_tcp_dial(struct fiber *fiber, const struct td_addr *local, const struct td_addr *remote,
                   uint64_t deadline_ns, struct io_tcp **ret_tcp)
{
    struct io *io = io_fiber_io(fiber);
    if (io_fiber_is_cancelled(fiber))
        return TD_E_CANCELLED;
    struct io_tcp *tcp;
    td_err err = io->ops->tcp_dial(io, local, remote, &tcp);
    if (err != TD_OK)
        return err;

    while (err == TD_OK && tcp->is_dialling)
        err = io_condition_wait(fiber, &tcp->awaited, deadline_ns);
    if (err == TD_OK)
        err = tcp->end;
    if (err != TD_OK) {
        io_tcp_close(tcp);
        return err;
    }
    *ret_tcp = tcp;
    return TD_OK;
}

td_err io_tcp_read_some(struct fiber *fiber, struct io_tcp *tcp, void *buffer, size_t size_max,
                        uint64_t deadline_ns, size_t *ret_size)
{
    td_assert(tcp->events == NULL && tcp->fiber_buffer == NULL && !tcp->is_let_go);
    if (tcp->end != TD_OK)
        return tcp->end;
    tcp->fiber_buffer = buffer;
    tcp->fiber_size_max = size_max;
    tcp->fiber_size = 0;
    tcp->io->ops->tcp_read_start(tcp);

    td_err err = io_condition_wait(fiber, &tcp->awaited, deadline_ns);
    if (tcp->fiber_buffer != NULL) {
        tcp->fiber_buffer = NULL;
        tcp->io->ops->tcp_read_stop(tcp);
    }
    /* What came in the very moment of a timeout is not thrown away. */
    if (tcp->fiber_size > 0) {
        *ret_size = tcp->fiber_size;
        return TD_OK;
    }
    return err != TD_OK ? err : tcp->end;
}

td_err io_tcp_read_all(struct fiber *fiber, struct io_tcp *tcp, void *buffer, size_t size,
                       uint64_t deadline_ns)
{
    for (size_t at = 0; at < size;) {
        size_t n = 0;
        td_err err =
            io_tcp_read_some(fiber, tcp, (uint8_t *)buffer + at, size - at, deadline_ns, &n);
        if (err == TD_E_CLOSED && at > 0)
            return TD_E_TRUNCATED;
        if (err != TD_OK)
            return err;
        at += n;
    }
    return TD_OK;
}

/* A fiber that waits for its octets to be taken. On its stack, so it must not leave before. */
struct write_wait {
    struct io_condition done;
    td_err err;
    bool is_done;
};

static void write_wait_done(void *context, td_err err)
{
    struct write_wait *wait = context;
    wait->err = err;
    wait->is_done = true;
    io_condition_broadcast(&wait->done);
}

td_err io_tcp_write_all(struct fiber *fiber, struct io_tcp *tcp, const void *octets, size_t size,
                        uint64_t deadline_ns)
{
    if (io_fiber_is_cancelled(fiber))
        return TD_E_CANCELLED;
    if (tcp->is_closing)
        return TD_E_IO;
    size_t n = io_tcp_write_try(tcp, octets, size);
    if (n == size)
        return TD_OK;

    struct write_wait wait = { .is_done = false };
    io_tcp_write(tcp, (const uint8_t *)octets + n, size - n, write_wait_done, &wait);
    td_err err = TD_OK;
    while (err == TD_OK && !wait.is_done)
        err = io_condition_wait(fiber, &wait.done, deadline_ns);
    if (wait.is_done)
        return wait.err;

    /* The octets are the caller's again when this returns: the connection has to let them go. */
    tcp->end = TD_E_IO;
    tcp_end(tcp, true);
    io_fiber_wait_deaf(fiber, &wait.done, &wait.is_done);
    return err;
}
