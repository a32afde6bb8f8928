/*
 * replicate/streams.h - connections to peers that are used again (RFC 7766 6.2.1).
 *
 * Shape    A stream is borrowed for one question and its answer, and given back when the answer has
 *          come to its clean end. Then it rests, and whoever asks next at the same address from the
 *          same source gets it. One that rested may have been closed by the peer meanwhile: when
 *          it fails before the first answer, that says nothing about the peer, and a new one is
 *          dialled (`is_anew`). Where a question on a used stream is left without an answer, the
 *          peer's streams are not used again for a while.
 * Floor    6.
 * Threads  One world: the replicate keeper's.
 * Limits   STREAMS_RESTING_MAX rest in all, STREAMS_RESTING_PEER_MAX at one peer, for
 *          STREAMS_REST_MS or as long as the peer says by EDNS keepalive, at most
 *          STREAMS_REST_MAX_MS. At most STREAMS_ASKING_MAX questions (not transfers, which have
 *          slots) are asked of one peer over streams at a time; more wait.
 * RFC      7766 6.2, 7828 (keepalive), 9103 6.2 (transfers on shared connections).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"
#include "io/fiber.h"
#include "net/dial.h"

enum {
    STREAMS_RESTING_MAX = 64,
    STREAMS_RESTING_PEER_MAX = 8,
    STREAMS_ASKING_MAX = 8,
    STREAMS_REST_MS = 10000,
    STREAMS_REST_MAX_MS = 60000,
    STREAMS_SHUN_MS = 300000,
};

struct replicate_streams;
struct streams_peer;

struct replicate_streams *replicate_streams_new(struct io *io);
/* None is borrowed. NULL is fine. */
void replicate_streams_free(struct replicate_streams *streams);

/* Of one question. */
struct replicate_stream {
    const struct td_addr *local; /* NULL: any */
    const struct td_addr *remote;
    bool is_transfer; /* it has a slot, and waits for nothing here */
    bool is_anew;     /* none that has rested */

    struct net_stream *stream; /* while it is borrowed */
    bool was_used;             /* it has rested */

    struct replicate_streams *streams; /* private from here on */
    struct streams_peer *peer;
};

/*
 * Borrow one. With `streams` NULL it is always dialled, and closed when it is given back.
 * Errors as net_stream_dial.
 */
TD_NODISCARD td_err replicate_stream_borrow(struct fiber *fiber, struct replicate_streams *streams,
                                            uint64_t deadline_ns, struct replicate_stream *borrow);

/* The answer has come to its clean end. The peer keeps it open so long; 0: it wants it closed. */
void replicate_stream_give(struct replicate_stream *borrow, uint64_t rest_ms);

/* It is of no use any more. `err` says why: a used one that came to TD_E_TIMEOUT is remembered. */
void replicate_stream_drop(struct replicate_stream *borrow, td_err err);
