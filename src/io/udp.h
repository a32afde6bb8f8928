/*
 * io/udp.h - datagrams: servers in batches, clients in fibers.
 *
 * Shape    A server socket owns IO_UDP_BATCH_MAX receive and send buffers. Datagrams come in
 *          batches, one recvmmsg each; `receive` fills the answers in place, and one sendmmsg
 *          sends them all. On a wildcard address the answer leaves from the address asked.
 *          Path MTU discovery is off and the DF bit is not set.
 * Floor    1.
 * Threads  The world's thread.
 * Limits   IO_UDP_BATCH_MAX datagrams a batch, IO_UDP_ROUND_MAX batches a turn. A datagram larger
 *          than the receive buffer is dropped and counted; so is an answer that the system
 *          does not take at once.
 * RFC      9715 (fragmentation avoided).
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/addr.h"
#include "base/counter.h"
#include "base/diag.h"
#include "base/err.h"
#include "io/fiber.h"
#include "io/io.h"

enum {
    IO_UDP_BATCH_MAX = 64,
    IO_UDP_ROUND_MAX = 8,
    IO_UDP_BUFFER_SIZE = 4096, /* of one datagram, unless told otherwise */
    IO_UDP_BUFFER_SIZE_MAX = 65535,
    IO_UDP_SYSTEM_SIZE = 4 << 20, /* of the system's buffers, unless told otherwise */
};

/* A raw socket address: what the system gave and takes back. */
union io_sockaddr {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
};

/* Where a datagram came from and to: all that an answer needs. 32 + 24 octets, may be copied. */
struct io_udp_path {
    union io_sockaddr remote;
    uint8_t local[16];  /* the address asked, when the socket is a wildcard one: else zero */
    uint32_t interface; /* where it came in; 0: not known */
};

struct io_udp_item {
    uint8_t *octets;      /* the datagram; the buffer has receive_size octets, and may be written */
    uint32_t size;        /* of the datagram */
    uint32_t answer_size; /* 0 before the callback; still 0 after it: no answer */
    uint8_t *answer;      /* room for send_size octets. The callback may point it to anything that
                           * stays until it returns, such as `octets`, to answer in place */
    struct io_udp_path *path;
};

struct io_udp;

/* One batch, count > 0. All of it is the callback's until it returns. Runs on the loop. */
typedef void io_udp_receive(void *context, struct io_udp *udp, struct io_udp_item *items,
                            uint32_t count);

/* Totals. */
struct io_udp_counters {
    struct td_counter received;
    struct td_counter sent;
    struct td_counter batches;
    struct td_counter oversize;     /* dropped: larger than the receive buffer */
    struct td_counter send_dropped; /* not taken by the system: buffer full, no route, ... */
};

struct io_udp_options {
    struct td_addr addr; /* port 0: any */
    io_udp_receive *receive;
    void *context;
    uint32_t receive_size; /* of each buffer; 0: IO_UDP_BUFFER_SIZE */
    uint32_t send_size;
    uint32_t system_receive_size; /* of the system's buffers, asked for; 0: IO_UDP_SYSTEM_SIZE */
    uint32_t system_send_size;
    bool reuse_port;                     /* SO_REUSEPORT: one socket a worker */
    bool freebind;                       /* bind addresses that are not (yet) there */
    const struct td_diag_sink *warnings; /* such as: receive buffers are small. May be NULL */
};

/*
 * Open, bind and start to receive.
 * TD_E_EXISTS   the port is in use.
 * TD_E_REFUSED  not allowed to (a low port).
 * TD_E_INVALID  not an address of this machine.
 * TD_E_IO       anything else; the diagnostic says what.
 */
TD_NODISCARD td_err io_udp_open(struct io *io, const struct io_udp_options *options,
                                struct io_udp **ret_udp, struct td_diag *diag);
void io_udp_close(struct io_udp *udp);

/* The address bound, with its port. */
const struct td_addr *io_udp_addr(const struct io_udp *udp);
const struct io_udp_counters *io_udp_counters(const struct io_udp *udp);

/* Send one answer later than the batch, to a path that was copied. It is sent or dropped and
 * counted. */
void io_udp_send(struct io_udp *udp, const struct io_udp_path *path, const void *octets,
                 size_t size);

/* Who asked; and which address was asked (of a wildcard socket, or of any). */
void io_udp_path_remote(const struct io_udp_path *path, struct td_addr *ret_addr);
void io_udp_path_local(const struct io_udp *udp, const struct io_udp_path *path,
                       struct td_addr *ret_addr);

/*
 * Is the address free? Binds it without SO_REUSEPORT and closes it again.
 * TD_E_EXISTS  another process has it; and the other errors of io_udp_open.
 */
TD_NODISCARD td_err io_udp_probe(struct io *io, const struct td_addr *addr, bool freebind,
                                 struct td_diag *diag);

/* -- clients ------------------------------------------------------------------ */

struct io_udp_client;

/*
 * A socket for questions. `local` may be NULL (any address, a random port of the system). With
 * `remote` it is connected: only datagrams from there arrive, and a closed port is noticed. Errors
 * as io_udp_open. `remote` NULL needs `local` of the right family.
 */
TD_NODISCARD td_err io_udp_client_open(struct io *io, const struct td_addr *local,
                                       const struct td_addr *remote,
                                       struct io_udp_client **ret_client, struct td_diag *diag);
void io_udp_client_close(struct io_udp_client *client);

/*
 * `to` is NULL on a connected socket.
 * TD_E_CLOSED  the port there is closed (an earlier datagram said so).
 * TD_E_LIMIT   the system's buffer is full.
 * TD_E_IO      anything else, such as no route.
 */
TD_NODISCARD td_err io_udp_client_send(struct io_udp_client *client, const struct td_addr *to,
                                       const void *octets, size_t size);

/*
 * Wait for a datagram; one fiber at a time. What is longer than the buffer is cut. ret_from may be
 * NULL. TD_E_TIMEOUT, TD_E_CANCELLED, TD_E_CLOSED (connected: the port there is closed), TD_E_IO.
 */
TD_NODISCARD td_err io_udp_client_receive(struct fiber *fiber, struct io_udp_client *client,
                                          uint64_t deadline_ns, void *buffer, size_t buffer_size,
                                          size_t *ret_size, struct td_addr *ret_from);

/* The address bound, with its port. */
void io_udp_client_addr(const struct io_udp_client *client, struct td_addr *ret_addr);
