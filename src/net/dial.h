/*
 * net/dial.h - asking others: one message over UDP, or a stream of messages, from a fiber.
 *
 * Shape    A question and its answer are whole messages. What an answer must look like (ID,
 *          question, signature) the caller's `accept` decides; where it comes from is checked
 *          here.
 * Floor    2.
 * Threads  The world's thread; may suspend.
 * Limits   a message of NET_MESSAGE_SIZE_MAX; deadlines given.
 * RFC      1035 4.2, 7766, 5452 9.1 (source address and port).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"
#include "io/fiber.h"
#include "net/conn.h"

struct net_exchange {
    const struct td_addr *local; /* NULL: any */
    const struct td_addr *remote;
    const uint8_t *question;
    size_t question_size;
    /* Is this the answer? One that is not is passed over (UDP) or ends the exchange (TCP). */
    bool (*accept)(void *context, const uint8_t *octets, size_t size);
    void *context;
    uint64_t deadline_ns;
};

/*
 * Ask over UDP, once, from a port of the system's choice. What does not fit is cut.
 * TD_E_TIMEOUT    no answer
 * TD_E_CLOSED     the port there is closed
 * TD_E_INVALID    `local` is not an address of this machine
 * TD_E_IO         unreachable, or anything else
 * TD_E_CANCELLED
 */
TD_NODISCARD td_err net_exchange_udp(struct fiber *fiber, const struct net_exchange *exchange,
                                     uint8_t *answer, size_t answer_size_max,
                                     size_t *ret_answer_size);

/*
 * The same over a TCP connection of its own.
 * TD_E_SPACE      the answer is longer than answer_size_max
 * TD_E_MALFORMED  the answer was not accepted, or shorter than a header
 * TD_E_TRUNCATED  the connection ended inside the answer
 */
TD_NODISCARD td_err net_exchange_tcp(struct fiber *fiber, const struct net_exchange *exchange,
                                     uint8_t *answer, size_t answer_size_max,
                                     size_t *ret_answer_size);

/* -- a stream that we opened ----------------------------------------------------------------- */

struct net_stream;

/* The same over a stream that is open already; `local` and `remote` do not matter. */
TD_NODISCARD td_err net_exchange_stream(struct fiber *fiber, const struct net_exchange *exchange,
                                        struct net_stream *stream, uint8_t *answer,
                                        size_t answer_size_max, size_t *ret_answer_size);

/* `local` may be NULL. Errors as io_tcp_dial. */
TD_NODISCARD td_err net_stream_dial(struct fiber *fiber, enum net_transport transport,
                                    const struct td_addr *local, const struct td_addr *remote,
                                    uint64_t deadline_ns, struct net_stream **ret_stream);
void net_stream_close(struct net_stream *stream);
/* For TD_CLEANUP. */
void net_stream_cleanup(struct net_stream **stream);

/* TD_E_TIMEOUT, TD_E_CANCELLED, TD_E_IO (broken). */
TD_NODISCARD td_err net_stream_send(struct fiber *fiber, struct net_stream *stream,
                                    const void *octets, size_t size, uint64_t deadline_ns);

/*
 * The next message, into a buffer of the stream's that holds until the next call.
 * TD_E_CLOSED     the peer has ended, between messages
 * TD_E_TRUNCATED  inside one
 * TD_E_MALFORMED  shorter than a header
 * TD_E_TIMEOUT, TD_E_CANCELLED, TD_E_IO
 */
TD_NODISCARD td_err net_stream_receive(struct fiber *fiber, struct net_stream *stream,
                                       uint64_t deadline_ns, const uint8_t **ret_octets,
                                       size_t *ret_size);

/* Has all that came been given out? */
bool net_stream_is_quiet(const struct net_stream *stream);

const struct td_addr *net_stream_remote(const struct net_stream *stream);
const struct td_addr *net_stream_local(const struct net_stream *stream);
