#include "replicate/transfer_in.h"

#include <stdio.h>

#include "base/assert.h"
#include "base/macros.h"
#include "change/serial.h"
#include "replicate/refresh.h"
#include "wire/rrtype.h"

enum {
    CONNECT_MS = 10000,
    BARE_PATIENCE_MS = 5000, /* an IXFR of one SOA that is newer: for what should follow */
    USED_PATIENCE_MS = 2000, /* for the first answer over a connection that was used before */
};

/* How fast it comes. */
struct pace {
    uint64_t end_ns;    /* of all */
    uint64_t window_ns; /* when the rate is looked at again */
    uint64_t octets;    /* that had come when it was looked at last */
};

static uint64_t deadline(const struct pace *pace)
{
    return pace->window_ns < pace->end_ns ? pace->window_ns : pace->end_ns;
}

/* Is it fast enough? Looked at when the window is over. */
static bool is_fast(struct io *io, struct pace *pace, const struct transfer_in *in)
{
    uint64_t now_ns = io_clock_read_ns(io);

    if (now_ns >= pace->end_ns)
        return false;
    if (now_ns < pace->window_ns)
        return true;
    bool is_good = in->read->octets - pace->octets >= (uint64_t)in->min_rate * REFRESH_RATE_TIME_S;
    pace->octets = in->read->octets;
    pace->window_ns = now_ns + (uint64_t)REFRESH_RATE_TIME_S * IO_NS_PER_S;
    return is_good;
}

static td_err fail(struct transfer_in *in, td_err err, const char *why)
{
    snprintf(in->why, sizeof(in->why), "%s", why);
    return err;
}

static td_err fail_exchange(struct transfer_in *in, const struct replicate_ask *ask, td_err err)
{
    struct replicate_reply reply = { .err = err, .verdict = TSIG_GOOD };

    replicate_reply_why(ask, &reply, in->why);
    return err;
}

/*
 * The first message should have our question, those behind it may leave it out (RFC 5936 2.2.1).
 * Some leave it out of all of them; on a connection of ours the ID is enough.
 */
static bool fits(const struct transfer_in *in, const struct replicate_ask *ask,
                 const uint8_t *octets, size_t size)
{
    struct wire_header header;

    if (wire_header_read(octets, size, &header) != TD_OK)
        return false;
    if (in->read->messages == 0 && header.counts[0] != 0)
        return replicate_ask_fits(ask, octets, size);
    return header.id == ask->id && (header.flags & WIRE_FLAG_QR) != 0 && header.counts[0] <= 1 &&
           wire_header_opcode(&header) == WIRE_OPCODE_QUERY;
}

static td_err take_first(struct fiber *fiber, struct transfer_in *in, struct replicate_ask *ask,
                         const uint8_t *octets, size_t size)
{
    struct replicate_reply reply;

    in->has_answer = true;
    if (replicate_ask_read(io_fiber_io(fiber), ask, octets, size, &reply) != TD_OK)
        return fail(in, TD_E_MALFORMED, "the answer cannot be read");
    if (!replicate_reply_is_good(&reply)) {
        replicate_reply_why(ask, &reply, in->why);
        in->refuses_edns = ask->has_edns && replicate_reply_refuses_edns(&reply);
        return TD_E_REFUSED;
    }
    in->has_expire = reply.has_expire;
    in->expire_s = reply.expire_s;
    in->rest_ms = replicate_reply_rest_ms(&reply);
    return TD_OK;
}

/* Its first SOA says what it will be: a whole zone that is of no use is not waited for. */
static td_err check_serial(struct transfer_in *in)
{
    uint32_t serial = in->read->serial;

    if (!in->wants_newer || change_serial_is_greater(serial, in->serial_had) ||
        (serial == in->serial_had && (in->takes_same || in->read->kind == TRANSFER_CURRENT)))
        return TD_OK;
    snprintf(in->why, sizeof(in->why), "it sends serial %u, which is %s our %u", serial,
             serial == in->serial_had ? "not newer than" : "lower than", in->serial_had);
    return TD_E_INVALID;
}

static td_err take_next(struct fiber *fiber, struct transfer_in *in, struct replicate_ask *ask,
                        const struct wire_message *message)
{
    struct replicate_reply reply = { .verdict = TSIG_GOOD,
                                     .rcode = message->header.flags & WIRE_FLAG_RCODE };

    if (ask->peer->has_key) {
        reply.verdict = tsig_verify_response(&ask->tsig, message->octets, message->size,
                                             message->tsig_at, io_wall_s(io_fiber_io(fiber)));
        reply.peer_error = ask->tsig.peer_error;
        reply.skew_s = ask->tsig.skew_s;
    }
    if (replicate_reply_is_good(&reply))
        return TD_OK;
    replicate_reply_why(ask, &reply, in->why);
    return TD_E_REFUSED;
}

static td_err take(struct fiber *fiber, struct transfer_in *in, struct replicate_ask *ask,
                   const uint8_t *octets, size_t size)
{
    struct wire_message message;

    if (!fits(in, ask, octets, size))
        return fail(in, TD_E_INVALID, "a message that is no answer to our question");
    if (wire_message_read(octets, size, &message) != TD_OK)
        return fail(in, TD_E_MALFORMED, "a message cannot be read");
    td_err err = in->read->messages == 0 ? take_first(fiber, in, ask, octets, size)
                                         : take_next(fiber, in, ask, &message);
    if (err != TD_OK)
        return err;
    err = transfer_read_message(in->read, &message);
    if (err != TD_OK)
        return fail(in, err, in->read->why);
    return in->read->messages == 1 ? check_serial(in) : TD_OK;
}

/* Until when the next message is waited for, the last having come at last_ns; where it is not there
 * then, more than its rate is wrong. */
static uint64_t patience(const struct transfer_in *in, const struct replicate_stream *borrow,
                         uint64_t last_ns, const struct pace *pace)
{
    if (borrow->was_used && !in->has_answer)
        return last_ns + (uint64_t)USED_PATIENCE_MS * IO_NS_PER_MS;
    if (transfer_read_is_bare(in->read))
        return last_ns + (uint64_t)BARE_PATIENCE_MS * IO_NS_PER_MS;
    return deadline(pace);
}

static td_err receive_all(struct fiber *fiber, struct transfer_in *in, struct replicate_ask *ask,
                          const struct replicate_stream *borrow)
{
    struct io *io = io_fiber_io(fiber);
    uint64_t now_ns = io_clock_read_ns(io);
    struct pace pace = {
        .end_ns = now_ns + (uint64_t)REFRESH_TIME_MAX_S * IO_NS_PER_S,
        .window_ns = now_ns + (uint64_t)REFRESH_RATE_TIME_S * IO_NS_PER_S,
    };

    for (uint64_t last_ns = now_ns; !in->read->is_done;) {
        const uint8_t *octets;
        size_t size;
        uint64_t until_ns = patience(in, borrow, last_ns, &pace);
        td_err err = net_stream_receive(fiber, borrow->stream, until_ns, &octets, &size);
        if (err == TD_OK) {
            last_ns = io_clock_read_ns(io);
            err = take(fiber, in, ask, octets, size);
        } else if (err == TD_E_CLOSED)
            err = fail_exchange(in, ask, TD_E_TRUNCATED);
        else if (err != TD_E_TIMEOUT)
            err = fail_exchange(in, ask, err);
        if (err == TD_E_TIMEOUT && in->read->messages == 0)
            return fail_exchange(in, ask, err);
        if (err == TD_E_TIMEOUT && transfer_read_is_bare(in->read))
            return fail(in, err, "its IXFR is one newer SOA, and nothing follows");
        if (err != TD_OK && err != TD_E_TIMEOUT)
            return err;
        if (!in->read->is_done && !is_fast(io, &pace, in))
            return fail(in, TD_E_TIMEOUT,
                        "it came too slowly (transfers.min-rate), or took too long");
        if (io_fiber_yield(fiber) != TD_OK)
            return fail_exchange(in, ask, TD_E_CANCELLED);
    }
    if (ask->peer->has_key && !tsig_is_settled(&ask->tsig))
        return fail(in, TD_E_REFUSED, "the last message of the transfer is not signed");
    return TD_OK;
}

static void question_of(const struct transfer_in *in, struct replicate_ask *ask)
{
    *ask = (struct replicate_ask){
        .peer = in->peer,
        .to = in->addr,
        .apex = in->apex,
        .type = in->is_incremental ? WIRE_TYPE_IXFR : WIRE_TYPE_AXFR,
        .has_edns = in->has_edns,
        .has_serial = in->is_incremental,
        .serial = in->serial_had,
        .is_stream = true,
    };
}

/* Over one stream. */
static td_err run(struct fiber *fiber, struct transfer_in *in, struct replicate_stream *borrow)
{
    struct io *io = io_fiber_io(fiber);
    uint8_t question[REPLICATE_QUESTION_SIZE];
    uint64_t soon_ns = io_clock_read_ns(io) + (uint64_t)CONNECT_MS * IO_NS_PER_MS;
    struct replicate_ask ask;
    size_t size;

    question_of(in, &ask);
    in->is_unreachable = true;
    td_err err = replicate_stream_borrow(fiber, in->streams, soon_ns, borrow);
    if (err != TD_OK) {
        borrow->was_used = false;
        return fail_exchange(in, &ask, err);
    }
    err = replicate_ask_write(io, &ask, question, &size);
    if (err == TD_OK)
        err = net_stream_send(fiber, borrow->stream, question, size, soon_ns);
    if (err == TD_OK) {
        err = receive_all(fiber, in, &ask, borrow);
        in->is_unreachable = err == TD_E_TIMEOUT && in->read->messages == 0;
    } else {
        err = fail_exchange(in, &ask, err);
    }
    if (err == TD_OK)
        replicate_stream_give(borrow, in->rest_ms);
    else
        replicate_stream_drop(borrow, in->has_answer ? TD_OK : err);
    return err;
}

td_err transfer_in_run(struct fiber *fiber, struct transfer_in *in)
{
    struct replicate_stream borrow = {
        .local = replicate_peer_source(in->peer, in->addr),
        .remote = in->addr,
        .is_transfer = true,
    };
    td_err err;

    do {
        borrow.is_anew = borrow.was_used;
        err = run(fiber, in, &borrow);
    } while (err != TD_OK && borrow.was_used && !in->has_answer && !io_fiber_is_cancelled(fiber));
    return err;
}
