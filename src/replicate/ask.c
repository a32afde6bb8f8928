#include "replicate/ask.h"

#include <string.h>

#include "replicate/streams.h"
#include "wire/answer.h"
#include "wire/edns.h"
#include "wire/rrtype.h"

enum { SOA_NUMBERS_SIZE = 20, KEEPALIVE_UNIT_MS = 100 };

/* ---- writing ---- */

/* Of the SOA only the serial matters to whoever reads it (RFC 1995 3, 1996 3.7). */
static td_err write_soa(struct td_writer *writer, uint32_t serial)
{
    static const uint8_t names[] = { 0, 0 };
    static const uint8_t timers[SOA_NUMBERS_SIZE - 4];
    td_err err = td_write_u16(writer, 0xc000 | WIRE_HEADER_SIZE);

    if (err == TD_OK)
        err = td_write_u16(writer, WIRE_TYPE_SOA);
    if (err == TD_OK)
        err = td_write_u16(writer, WIRE_CLASS_IN);
    if (err == TD_OK)
        err = td_write_u32(writer, 0);
    if (err == TD_OK)
        err = td_write_u16(writer, sizeof(names) + SOA_NUMBERS_SIZE);
    if (err == TD_OK)
        err = td_write_octets(writer, names, sizeof(names));
    if (err == TD_OK)
        err = td_write_u32(writer, serial);
    return err == TD_OK ? td_write_octets(writer, timers, sizeof(timers)) : err;
}

static td_err write_edns(const struct replicate_ask *ask, struct td_writer *writer)
{
    size_t mark;
    td_err err = wire_edns_begin(writer, REPLICATE_UDP_SIZE, 0, 0, &mark);

    if (err == TD_OK && !ask->is_notify)
        err = wire_edns_add(writer, WIRE_EDNS_EXPIRE, NULL, 0);
    if (err == TD_OK && ask->wants_version)
        err = wire_edns_add(writer, WIRE_EDNS_ZONEVERSION, NULL, 0);
    if (err == TD_OK && ask->is_stream)
        err = wire_edns_add(writer, WIRE_EDNS_KEEPALIVE, NULL, 0);
    if (err == TD_OK)
        wire_edns_end(writer, mark);
    return err;
}

static struct wire_header header_of(const struct replicate_ask *ask)
{
    struct wire_header header = { .id = ask->id, .counts = { 1, 0, 0, ask->has_edns ? 1 : 0 } };

    if (ask->is_notify)
        header.flags = WIRE_OPCODE_NOTIFY << WIRE_FLAG_OPCODE_SHIFT | WIRE_FLAG_AA;
    if (ask->has_serial)
        header.counts[ask->is_notify ? 1 : 2] = 1;
    return header;
}

td_err replicate_ask_write(struct io *io, struct replicate_ask *ask, uint8_t *out, size_t *ret_size)
{
    struct td_writer writer = td_writer_of(out, REPLICATE_QUESTION_SIZE);

    io_random_fill(io, &ask->id, sizeof(ask->id));
    struct wire_header header = header_of(ask);
    wire_header_put(out, &header);
    writer.cursor = WIRE_HEADER_SIZE;
    td_err err = td_write_octets(&writer, ask->apex, wire_name_size(ask->apex));
    if (err == TD_OK)
        err = td_write_u16(&writer, ask->type);
    if (err == TD_OK)
        err = td_write_u16(&writer, WIRE_CLASS_IN);
    if (err == TD_OK && ask->has_serial)
        err = write_soa(&writer, ask->serial);
    if (err == TD_OK && ask->has_edns)
        err = write_edns(ask, &writer);
    *ret_size = writer.cursor;
    if (err == TD_OK && ask->peer->has_key)
        err = tsig_sign_request(&ask->peer->key, out, writer.cursor, REPLICATE_QUESTION_SIZE,
                                io_wall_s(io), ret_size, &ask->tsig);
    return err;
}

/* ---- reading ---- */

bool replicate_ask_fits(const struct replicate_ask *ask, const uint8_t *octets, size_t size)
{
    size_t name = wire_name_size(ask->apex);
    struct wire_header header;

    if (wire_header_read(octets, size, &header) != TD_OK || header.id != ask->id ||
        (header.flags & WIRE_FLAG_QR) == 0 ||
        wire_header_opcode(&header) != (ask->is_notify ? WIRE_OPCODE_NOTIFY : WIRE_OPCODE_QUERY))
        return false;
    if (header.counts[0] == 0) /* an error may leave the question out */
        return (header.flags & WIRE_FLAG_RCODE) != 0 || ask->is_notify;
    return header.counts[0] == 1 && size >= WIRE_HEADER_SIZE + name + 4 &&
           wire_octets_equal(octets + WIRE_HEADER_SIZE, ask->apex, name) &&
           td_get_u16(octets + WIRE_HEADER_SIZE + name) == ask->type &&
           td_get_u16(octets + WIRE_HEADER_SIZE + name + 2) == WIRE_CLASS_IN;
}

static void read_edns(const struct replicate_ask *ask, const struct wire_message *message,
                      struct replicate_reply *reply)
{
    struct wire_edns edns;
    size_t end;

    if (message->opt_at == 0 || wire_edns_read(message->octets, message->size, message->opt_at,
                                               WIRE_EDNS_RESPONSE, &edns, &end) != TD_OK)
        return;
    reply->rcode = (uint16_t)(reply->rcode | edns.rcode_high << 4);
    if (wire_edns_has(&edns, WIRE_EDNS_EXPIRE) && edns.options[WIRE_EDNS_EXPIRE].size == 4) {
        reply->has_expire = true;
        reply->expire_s = td_get_u32(message->octets + edns.options[WIRE_EDNS_EXPIRE].at);
    }
    reply->has_version =
        ask->wants_version &&
        wire_edns_zoneversion(&edns, message->octets,
                              (uint8_t)(wire_name_label_count(ask->apex) - 1), &reply->version);
    if (wire_edns_has(&edns, WIRE_EDNS_KEEPALIVE) && edns.options[WIRE_EDNS_KEEPALIVE].size == 2) {
        reply->has_keepalive = true;
        reply->keepalive_ms =
            KEEPALIVE_UNIT_MS * td_get_u16(message->octets + edns.options[WIRE_EDNS_KEEPALIVE].at);
    }
    if (!wire_edns_has(&edns, WIRE_EDNS_EDE) || edns.options[WIRE_EDNS_EDE].size < 2)
        return;
    const struct wire_edns_option *ede = &edns.options[WIRE_EDNS_EDE];
    size_t size = 0;
    reply->ede = td_get_u16(message->octets + ede->at);
    for (size_t i = 2; i < ede->size && size + 1 < sizeof(reply->ede_text); i++) {
        uint8_t octet = message->octets[ede->at + i];
        reply->ede_text[size++] = octet >= ' ' && octet < 0x7f ? (char)octet : '?';
    }
    reply->ede_text[size] = '\0';
}

/* The serial of the first SOA of the apex, in the answer. */
static void read_serial(const struct replicate_ask *ask, const struct wire_message *message,
                        struct replicate_reply *reply)
{
    size_t at = message->section_at[1];
    struct wire_record record;

    while (at < message->section_at[2] && wire_message_record(message, &at, &record) == TD_OK) {
        if (record.type != WIRE_TYPE_SOA || record.class != WIRE_CLASS_IN ||
            record.rdlength < 2 + SOA_NUMBERS_SIZE ||
            !wire_name_equal(record.owner.octets, record.owner.size, ask->apex,
                             wire_name_size(ask->apex)))
            continue;
        reply->has_serial = true;
        reply->serial =
            td_get_u32(message->octets + record.rdata_at + record.rdlength - SOA_NUMBERS_SIZE);
        return;
    }
}

td_err replicate_ask_read(struct io *io, struct replicate_ask *ask, const uint8_t *octets,
                          size_t size, struct replicate_reply *ret_reply)
{
    struct wire_message message;

    *ret_reply = (struct replicate_reply){ .verdict = TSIG_GOOD, .ede = ANSWER_EDE_NONE };
    if (wire_message_read(octets, size, &message) != TD_OK)
        return TD_E_MALFORMED;
    ret_reply->rcode = message.header.flags & WIRE_FLAG_RCODE;
    ret_reply->is_authoritative = (message.header.flags & WIRE_FLAG_AA) != 0;
    ret_reply->is_truncated = (message.header.flags & WIRE_FLAG_TC) != 0;
    read_edns(ask, &message, ret_reply);
    if (ask->peer->has_key) {
        ret_reply->verdict =
            tsig_verify_response(&ask->tsig, octets, size, message.tsig_at, io_wall_s(io));
        ret_reply->peer_error = ask->tsig.peer_error;
        ret_reply->skew_s = ask->tsig.skew_s;
    }
    if (!ask->is_notify)
        read_serial(ask, &message, ret_reply);
    return TD_OK;
}

/* ---- asking ---- */

uint64_t replicate_reply_rest_ms(const struct replicate_reply *reply)
{
    return reply->has_keepalive ? reply->keepalive_ms : STREAMS_REST_MS;
}

struct acceptance {
    struct io *io;
    struct replicate_ask *ask;
    struct replicate_reply *reply;
};

/*
 * Over UDP what is not signed as it should be may come from anybody: it is kept as the reason, and
 * the right one is waited for.
 */
static bool accept_udp(void *context, const uint8_t *octets, size_t size)
{
    const struct acceptance *acceptance = context;
    struct replicate_ask *ask = acceptance->ask;
    struct tsig_exchange before = ask->tsig;

    if (!replicate_ask_fits(ask, octets, size) ||
        replicate_ask_read(acceptance->io, ask, octets, size, acceptance->reply) != TD_OK)
        return false;
    enum tsig_verdict verdict = acceptance->reply->verdict;
    if (verdict == TSIG_GOOD || verdict == TSIG_REFUSED || verdict == TSIG_BADTIME)
        return true;
    ask->tsig = before;
    return false;
}

static bool accept_tcp(void *context, const uint8_t *octets, size_t size)
{
    const struct acceptance *acceptance = context;

    return replicate_ask_fits(acceptance->ask, octets, size) &&
           replicate_ask_read(acceptance->io, acceptance->ask, octets, size, acceptance->reply) ==
               TD_OK;
}

/* Of one datagram, or one question over a stream. */
struct attempt {
    struct acceptance acceptance;
    struct net_exchange exchange;
    uint8_t *answer;
    size_t capacity;
    uint8_t question[REPLICATE_QUESTION_SIZE];
    uint8_t own[REPLICATE_UDP_SIZE + 2048];
};

static td_err attempt_begin(struct io *io, struct replicate_ask *ask, bool is_stream,
                            uint64_t patience_ns, struct replicate_reply *reply,
                            struct attempt *attempt)
{
    attempt->acceptance = (struct acceptance){ io, ask, reply };
    attempt->answer = ask->answer == NULL ? attempt->own : ask->answer;
    attempt->capacity = ask->answer == NULL ? sizeof(attempt->own) : ask->answer_capacity;
    attempt->exchange = (struct net_exchange){
        .local = replicate_peer_source(ask->peer, ask->to),
        .remote = ask->to,
        .question = attempt->question,
        .accept = is_stream ? accept_tcp : accept_udp,
        .context = &attempt->acceptance,
        .deadline_ns = io_now_ns(io) + patience_ns,
    };
    ask->is_stream = is_stream;
    *reply = (struct replicate_reply){ .verdict = TSIG_GOOD, .ede = ANSWER_EDE_NONE };
    return replicate_ask_write(io, ask, attempt->question, &attempt->exchange.question_size);
}

static td_err ask_datagram(struct fiber *fiber, struct replicate_ask *ask, uint64_t patience_ns,
                           struct replicate_reply *reply)
{
    struct attempt attempt;

    td_err err = attempt_begin(io_fiber_io(fiber), ask, false, patience_ns, reply, &attempt);
    if (err == TD_OK)
        err = net_exchange_udp(fiber, &attempt.exchange, attempt.answer, attempt.capacity,
                               &ask->answer_size);
    /* A wrong signature was all that came. */
    if (err == TD_E_TIMEOUT && reply->verdict != TSIG_GOOD)
        err = TD_OK;
    reply->err = err;
    return err;
}

/* Over a stream that has been used it has half the time, so that there is some for a new one. */
static td_err ask_borrowed(struct fiber *fiber, struct replicate_ask *ask,
                           struct replicate_stream *borrow, uint64_t patience_ns,
                           struct replicate_reply *reply)
{
    struct attempt attempt;

    if (borrow->was_used)
        patience_ns /= 2;
    td_err err = attempt_begin(io_fiber_io(fiber), ask, true, patience_ns, reply, &attempt);
    if (err == TD_OK)
        err = net_exchange_stream(fiber, &attempt.exchange, borrow->stream, attempt.answer,
                                  attempt.capacity, &ask->answer_size);
    if (err == TD_OK)
        replicate_stream_give(borrow, replicate_reply_rest_ms(reply));
    else
        replicate_stream_drop(borrow, err);
    return err;
}

static td_err ask_stream(struct fiber *fiber, struct replicate_ask *ask, uint64_t patience_ns,
                         struct replicate_reply *reply)
{
    struct replicate_stream borrow = { .local = replicate_peer_source(ask->peer, ask->to),
                                       .remote = ask->to };
    struct io *io = io_fiber_io(fiber);

    *reply = (struct replicate_reply){ .verdict = TSIG_GOOD, .ede = ANSWER_EDE_NONE };
    do {
        borrow.is_anew = borrow.was_used;
        uint64_t deadline_ns = io_now_ns(io) + patience_ns;
        reply->err = replicate_stream_borrow(fiber, ask->streams, deadline_ns, &borrow);
        if (reply->err == TD_OK)
            reply->err = ask_borrowed(fiber, ask, &borrow, patience_ns, reply);
        else
            borrow.was_used = false;
    } while (reply->err != TD_OK && reply->err != TD_E_CANCELLED && borrow.was_used);
    return reply->err;
}

td_err replicate_ask(struct fiber *fiber, struct replicate_ask *ask, unsigned tries,
                     uint64_t patience_ns, struct replicate_reply *ret_reply)
{
    td_err err = TD_E_TIMEOUT;

    for (unsigned i = 0; i < tries; i++) {
        err = ask_datagram(fiber, ask, patience_ns << i, ret_reply);
        if (err != TD_E_TIMEOUT)
            break;
    }
    if (tries == 0 || (err == TD_OK && ret_reply->is_truncated))
        err = ask_stream(fiber, ask, patience_ns << tries, ret_reply);
    return err;
}
