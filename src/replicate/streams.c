#include "replicate/streams.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/macros.h"
#include "io/timer.h"

/* A stream that nobody uses at present. */
struct resting {
    struct net_stream *stream;
    struct streams_peer *peer;
    uint64_t until_ns;
};

/* An address and the source that it is reached from. */
struct streams_peer {
    struct streams_peer *next;
    struct td_addr remote;
    struct td_addr local;
    bool has_local;
    uint32_t resting;
    uint32_t asking;          /* questions */
    uint32_t holders;         /* who borrows, or waits for that */
    uint64_t shun_ns;         /* until then none is used again */
    struct io_condition done; /* a question */
};

struct replicate_streams {
    struct io *io;
    struct io_timer timer;
    struct streams_peer *peers;
    struct resting resting[STREAMS_RESTING_MAX]; /* the one that has rested longest first */
    uint32_t resting_count;
};

/* ---- peers ---- */

static bool is_for(const struct streams_peer *peer, const struct replicate_stream *borrow)
{
    return td_addr_equal(&peer->remote, borrow->remote) &&
           peer->has_local == (borrow->local != NULL) &&
           (borrow->local == NULL || td_addr_equal(&peer->local, borrow->local));
}

static struct streams_peer *peer_of(struct replicate_streams *streams,
                                    const struct replicate_stream *borrow)
{
    for (struct streams_peer *peer = streams->peers; peer != NULL; peer = peer->next)
        if (is_for(peer, borrow))
            return peer;
    struct streams_peer *peer = td_calloc(1, sizeof(*peer));
    peer->remote = *borrow->remote;
    peer->has_local = borrow->local != NULL;
    if (peer->has_local)
        peer->local = *borrow->local;
    peer->next = streams->peers;
    streams->peers = peer;
    return peer;
}

static bool is_of_use(const struct streams_peer *peer, uint64_t now_ns)
{
    return peer->holders != 0 || peer->resting != 0 || peer->shun_ns > now_ns;
}

static void sweep_peers(struct replicate_streams *streams)
{
    uint64_t now_ns = io_now_ns(streams->io);

    for (struct streams_peer **at = &streams->peers; *at != NULL;) {
        struct streams_peer *peer = *at;
        if (is_of_use(peer, now_ns)) {
            at = &peer->next;
            continue;
        }
        *at = peer->next;
        free(peer);
    }
}

/* ---- those that rest ---- */

static struct net_stream *take_out(struct replicate_streams *streams, uint32_t at)
{
    struct net_stream *stream = streams->resting[at].stream;

    streams->resting[at].peer->resting--;
    streams->resting_count--;
    for (uint32_t i = at; i < streams->resting_count; i++)
        streams->resting[i] = streams->resting[i + 1];
    return stream;
}

/* The one of the peer that was used last: the others come to their end. */
static struct net_stream *find_resting(struct replicate_streams *streams,
                                       const struct streams_peer *peer)
{
    uint64_t now_ns = io_now_ns(streams->io);

    for (uint32_t i = streams->resting_count; i-- > 0 && peer->resting != 0;)
        if (streams->resting[i].peer == peer && streams->resting[i].until_ns > now_ns)
            return take_out(streams, i);
    return NULL;
}

static void arm(struct replicate_streams *streams)
{
    uint64_t due_ns = IO_FOREVER;

    for (uint32_t i = 0; i < streams->resting_count; i++)
        if (streams->resting[i].until_ns < due_ns)
            due_ns = streams->resting[i].until_ns;
    io_timer_start(streams->io, &streams->timer, due_ns);
}

static void on_time(struct io_timer *timer TD_UNUSED, void *context)
{
    struct replicate_streams *streams = context;
    uint64_t now_ns = io_now_ns(streams->io);

    for (uint32_t i = streams->resting_count; i-- > 0;)
        if (streams->resting[i].until_ns <= now_ns)
            net_stream_close(take_out(streams, i));
    sweep_peers(streams);
    arm(streams);
}

static void make_room(struct replicate_streams *streams, const struct streams_peer *peer)
{
    for (uint32_t i = 0; peer->resting == STREAMS_RESTING_PEER_MAX; i++)
        if (streams->resting[i].peer == peer)
            net_stream_close(take_out(streams, i));
    if (streams->resting_count == STREAMS_RESTING_MAX)
        net_stream_close(take_out(streams, 0));
}

static void rest(struct replicate_streams *streams, struct streams_peer *peer,
                 struct net_stream *stream, uint64_t ms)
{
    make_room(streams, peer);
    streams->resting[streams->resting_count++] = (struct resting){
        .stream = stream,
        .peer = peer,
        .until_ns = io_now_ns(streams->io) + ms * IO_NS_PER_MS,
    };
    peer->resting++;
    arm(streams);
}

/* ---- all of them ---- */

struct replicate_streams *replicate_streams_new(struct io *io)
{
    struct replicate_streams *streams = td_calloc(1, sizeof(*streams));

    streams->io = io;
    io_timer_init(&streams->timer, on_time, streams);
    return streams;
}

void replicate_streams_free(struct replicate_streams *streams)
{
    if (streams == NULL)
        return;
    io_timer_stop(&streams->timer);
    while (streams->resting_count != 0)
        net_stream_close(take_out(streams, streams->resting_count - 1));
    while (streams->peers != NULL) {
        struct streams_peer *peer = streams->peers;
        td_assert(peer->holders == 0);
        streams->peers = peer->next;
        free(peer);
    }
    free(streams);
}

/* ---- borrowing ---- */

static td_err dial(struct fiber *fiber, uint64_t deadline_ns, struct replicate_stream *borrow)
{
    borrow->was_used = false;
    return net_stream_dial(fiber, NET_TRANSPORT_TCP, borrow->local, borrow->remote, deadline_ns,
                           &borrow->stream);
}

static void leave(struct replicate_stream *borrow)
{
    struct streams_peer *peer = borrow->peer;

    borrow->stream = NULL;
    borrow->peer = NULL;
    peer->holders--;
    if (!borrow->is_transfer) {
        peer->asking--;
        io_condition_signal(&peer->done);
    }
    if (!is_of_use(peer, io_now_ns(borrow->streams->io)))
        sweep_peers(borrow->streams);
}

static td_err wait_for_turn(struct fiber *fiber, struct streams_peer *peer, uint64_t deadline_ns)
{
    td_err err = TD_OK;

    peer->holders++;
    while (err == TD_OK && peer->asking == STREAMS_ASKING_MAX)
        err = io_condition_wait(fiber, &peer->done, deadline_ns);
    peer->holders--;
    return err;
}

td_err replicate_stream_borrow(struct fiber *fiber, struct replicate_streams *streams,
                               uint64_t deadline_ns, struct replicate_stream *borrow)
{
    borrow->streams = streams;
    if (streams == NULL)
        return dial(fiber, deadline_ns, borrow);
    struct streams_peer *peer = peer_of(streams, borrow);
    td_err err = borrow->is_transfer ? TD_OK : wait_for_turn(fiber, peer, deadline_ns);
    if (err != TD_OK) {
        io_condition_signal(&peer->done); /* it may have been this one's turn */
        sweep_peers(streams);
        return err;
    }
    borrow->peer = peer;
    peer->holders++;
    peer->asking += !borrow->is_transfer;
    borrow->stream = borrow->is_anew ? NULL : find_resting(streams, peer);
    borrow->was_used = borrow->stream != NULL;
    if (!borrow->was_used)
        err = dial(fiber, deadline_ns, borrow);
    if (err != TD_OK)
        leave(borrow);
    return err;
}

void replicate_stream_give(struct replicate_stream *borrow, uint64_t rest_ms)
{
    struct replicate_streams *streams = borrow->streams;
    struct net_stream *stream = borrow->stream;

    if (streams == NULL || rest_ms == 0 || !net_stream_is_quiet(stream) ||
        borrow->peer->shun_ns > io_now_ns(streams->io)) {
        replicate_stream_drop(borrow, TD_OK);
        return;
    }
    rest(streams, borrow->peer, stream,
         rest_ms < STREAMS_REST_MAX_MS ? rest_ms : STREAMS_REST_MAX_MS);
    leave(borrow);
}

void replicate_stream_drop(struct replicate_stream *borrow, td_err err)
{
    net_stream_close(borrow->stream);
    borrow->stream = NULL;
    if (borrow->streams == NULL)
        return;
    if (err == TD_E_TIMEOUT && borrow->was_used)
        borrow->peer->shun_ns =
            io_now_ns(borrow->streams->io) + (uint64_t)STREAMS_SHUN_MS * IO_NS_PER_MS;
    leave(borrow);
}
