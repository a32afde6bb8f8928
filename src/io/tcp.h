/*
 * io/tcp.h - streams: a connection is a plain object; fibers may dial, read and write.
 *
 * Shape    A connection reports through callbacks on the loop, or is read by a fiber. Octets that
 *          `read` is given are the world's, and gone when it returns. Writes are queued
 *          in order; what they point to belongs to the connection until `done` was called.
 * Floor    1.
 * Threads  The world's thread.
 * Limits   backlog IO_TCP_BACKLOG; everything else (number, queue, idle time) is bounded by
 *          the user, net.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/diag.h"
#include "base/err.h"
#include "io/fiber.h"
#include "io/io.h"

enum {
    IO_TCP_BACKLOG = 1024,
    IO_TCP_READ_SIZE = 64 * 1024, /* at most, given to `read` at once */
};

struct io_tcp;
struct io_tcp_listener;

/* Each may be NULL. All run on the loop. */
struct io_tcp_events {
    /* size > 0. Closing the connection in here is fine. */
    void (*read)(struct io_tcp *tcp, void *context, const uint8_t *octets, size_t size);
    /* Nothing more will be read. TD_E_CLOSED: the peer has ended its side, and may still read;
     * TD_E_IO: the connection is broken (reset, timed out). The user still closes it. */
    void (*end)(struct io_tcp *tcp, void *context, td_err why);
    /* The last call; the connection is freed after it. */
    void (*closed)(void *context);
};

/* -- listening ---------------------------------------------------------------- */

struct io_tcp_listen_options {
    struct td_addr addr; /* port 0: any */
    /* A new connection, not yet reading: io_tcp_start or close it. It belongs to the user. */
    void (*accept)(void *context, struct io_tcp *tcp);
    void *context;
    bool reuse_port;
    bool freebind;
    uint32_t backlog; /* 0: IO_TCP_BACKLOG */
};

/* Errors as io_udp_open. */
TD_NODISCARD td_err io_tcp_listen(struct io *io, const struct io_tcp_listen_options *options,
                                  struct io_tcp_listener **ret_listener, struct td_diag *diag);
void io_tcp_listener_close(struct io_tcp_listener *listener);
const struct td_addr *io_tcp_listener_addr(const struct io_tcp_listener *listener);

/* Is the address free? As io_udp_probe. */
TD_NODISCARD td_err io_tcp_probe(struct io *io, const struct td_addr *addr, bool freebind,
                                 struct td_diag *diag);

/* -- a connection with callbacks ---------------------------------------------- */

/* `events` must outlive the connection. Reading begins. */
void io_tcp_start(struct io_tcp *tcp, const struct io_tcp_events *events, void *context);

/* Back-pressure: no `read` until resumed. */
void io_tcp_pause(struct io_tcp *tcp);
void io_tcp_resume(struct io_tcp *tcp);

/*
 * What the system takes at once; returns how many octets that were (0 while writes are
 * queued, and on errors, which `end` or the next write reports).
 */
size_t io_tcp_write_try(struct io_tcp *tcp, const void *octets, size_t size);

typedef void io_tcp_written(void *context, td_err err);

/*
 * Queue octets. `done` is called once, later, on the loop, never from in here: TD_OK, TD_E_IO, or
 * TD_E_CANCELLED when the connection was closed first. It may be NULL if nothing needs freeing.
 */
void io_tcp_write(struct io_tcp *tcp, const void *octets, size_t size, io_tcp_written *done,
                  void *context);
/* Octets queued and not yet taken by the system. */
size_t io_tcp_write_queue_size(struct io_tcp *tcp);

/* End our side once all queued octets are written; the other side may go on. */
void io_tcp_shutdown(struct io_tcp *tcp);

/* No callback follows but `done` of queued writes and `closed`; then it is freed. */
void io_tcp_close(struct io_tcp *tcp);
/* The same, telling the peer by a reset. */
void io_tcp_reset(struct io_tcp *tcp);

const struct td_addr *io_tcp_remote(const struct io_tcp *tcp);
const struct td_addr *io_tcp_local(const struct io_tcp *tcp);
struct io *io_tcp_io(const struct io_tcp *tcp);

/* -- a connection in a fiber -------------------------------------------------- */

/*
 * Connect. `local` may be NULL. The connection belongs to the caller, who closes it.
 * TD_E_TIMEOUT, TD_E_CANCELLED
 * TD_E_CLOSED   refused: nobody listens there
 * TD_E_INVALID  `local` is not an address of this machine
 * TD_E_IO       unreachable, or anything else
 */
TD_NODISCARD td_err io_tcp_dial(struct fiber *fiber, const struct td_addr *local,
                                const struct td_addr *remote, uint64_t deadline_ns,
                                struct io_tcp **ret_tcp);

/*
 * Read 1..size_max octets, straight into `buffer`. For dialled or accepted connections that were
 * not started; one fiber at a time. TD_E_CLOSED  the peer has ended its side TD_E_IO      broken;
 * TD_E_TIMEOUT, TD_E_CANCELLED
 */
TD_NODISCARD td_err io_tcp_read_some(struct fiber *fiber, struct io_tcp *tcp, void *buffer,
                                     size_t size_max, uint64_t deadline_ns, size_t *ret_size);

/* Read exactly `size`. The peer's end in between is TD_E_TRUNCATED, before the first octet
 * TD_E_CLOSED. */
TD_NODISCARD td_err io_tcp_read_all(struct fiber *fiber, struct io_tcp *tcp, void *buffer,
                                    size_t size, uint64_t deadline_ns);

/*
 * Write all, and wait until the system has taken it. Also for started connections.
 * On TD_E_TIMEOUT and TD_E_CANCELLED part may have gone: the connection is good for closing only,
 * and was reset by this, since the octets are the caller's again.
 * TD_E_IO  broken.
 */
TD_NODISCARD td_err io_tcp_write_all(struct fiber *fiber, struct io_tcp *tcp, const void *octets,
                                     size_t size, uint64_t deadline_ns);
