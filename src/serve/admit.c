/* admit and parse: is it a query, and what does it ask? */
#include <string.h>

#include "base/assert.h"
#include "base/macros.h"
#include "io/udp.h"
#include "net/conn.h"
#include "serve/road.h"
#include "serve/worker.h"
#include "wire/const.h"
#include "wire/key_read.h"

enum { RECORDS_MAX = 16 }; /* behind the question, of a query or NOTIFY */

void request_read_header(struct request *request)
{
    td_err err = wire_header_read(request->in, request->in_size, &request->header);

    td_assert(err == TD_OK); /* admit has seen to it */
}

const struct td_addr *request_remote(struct request *request)
{
    if (!request->has_remote) {
        request->has_remote = true;
        request->remote.family = 0;
        if (request->path != NULL)
            io_udp_path_remote(request->path, &request->remote);
        else if (request->conn != NULL)
            request->remote = *net_conn_remote(request->conn);
    }
    return &request->remote;
}

/* Silence for what is no query: an answer to an answer would be a loop (RFC 1035 7.3). */
enum stage_result stage_admit(struct request *request)
{
    if (td_unlikely(request->in_size < WIRE_HEADER_SIZE) ||
        td_unlikely(request->in[2] & WIRE_FLAG_QR >> 8)) {
        serve_count(request->worker, SERVE_COUNT_DROPPED);
        return STAGE_DROP;
    }
    return STAGE_NEXT;
}

static TD_NOINLINE enum stage_result fail(struct request *request, uint16_t rcode)
{
    request_fail(request, rcode, ANSWER_EDE_NONE, NULL);
    return STAGE_DONE;
}

static bool is_opcode_known(unsigned opcode)
{
    return opcode == WIRE_OPCODE_QUERY || opcode == WIRE_OPCODE_NOTIFY ||
           opcode == WIRE_OPCODE_UPDATE;
}

/* The one question: its name as a look-up key, type and class. */
static TD_ALWAYS_INLINE bool read_question_here(struct request *request)
{
    const uint8_t *name = request->in + WIRE_HEADER_SIZE;
    size_t left = request->in_size - WIRE_HEADER_SIZE;

    if (wire_key_read_here(&request->key, request->worker->seed, name, left) != TD_OK)
        return false;
    size_t at = WIRE_HEADER_SIZE + (size_t)request->key.size;
    if (request->in_size - at < 4)
        return false;
    uint32_t both = td_get_u32(request->in + at);
    request->type = (uint16_t)(both >> 16);
    request->class = (uint16_t)both;
    request->question_end = (uint16_t)(at + 4);
    request->has_key = true;
    return true;
}

static TD_NOINLINE bool read_question(struct request *request)
{
    return read_question_here(request);
}

/* The most a response may have: what both sides can take (RFC 6891 6.2.5). */
static void set_limit(struct request *request)
{
    request->limit = request->out_capacity;
    if (request->transport != TRANSPORT_UDP)
        return;
    uint32_t limit = 512;
    if (request->tail.has_edns) {
        uint16_t ours = request->worker->settings->payload;
        limit = request->tail.edns.payload < ours ? request->tail.edns.payload : ours;
    }
    if (limit < request->limit)
        request->limit = limit;
}

/* Is there nothing behind the question, or one OPT record? */
static bool is_tail_short(const struct request *request)
{
    const uint16_t *counts = request->header.counts;

    return (counts[1] | counts[2]) == 0 && counts[3] == request->tail.has_edns;
}

/*
 * Other records mean nothing here but TSIG and the SOA of an IXFR client. Still their owners
 * have to be names, as for everybody who reads them all; a few of them, since pointers can
 * make that long. UPDATE will read its own.
 */
static bool has_good_records(const struct request *request)
{
    struct wire_message message;
    struct wire_record record;

    if (wire_header_opcode(&request->header) == WIRE_OPCODE_UPDATE)
        return true;
    if (wire_message_read(request->in, request->tail.end, &message) != TD_OK)
        return false;
    size_t at = message.section_at[1];
    for (unsigned left = RECORDS_MAX; at < message.end; left--)
        if (left == 0 || wire_message_record(&message, &at, &record) != TD_OK)
            return false;
    return true;
}

/* Octets behind the last record say nothing: tail.end, not in_size, is where the message ends. */
static bool read_tail(struct request *request, size_t at)
{
    struct wire_tail *tail = &request->tail;

    if (wire_question_tail(request->in, request->in_size, &request->header, at, tail) == TD_OK &&
        (td_likely(is_tail_short(request)) || has_good_records(request)))
        return true;
    tail->has_edns = false;
    tail->tsig_at = 0;
    return false;
}

/* Without a question only a cookie can be asked for (RFC 7873 5.4). */
static bool is_for_cookie(const struct request *request)
{
    return wire_header_opcode(&request->header) == WIRE_OPCODE_QUERY &&
           request->worker->settings->has_cookies && request->tail.has_edns &&
           wire_edns_has(&request->tail.edns, WIRE_EDNS_COOKIE);
}

/* All queries but the plainest. */
static TD_NOINLINE enum stage_result parse_any(struct request *request)
{
    const struct wire_header *header = &request->header;
    size_t tail_at = WIRE_HEADER_SIZE;

    request_read_header(request);
    request->has_tail = true;
    request->tail.has_edns = false;
    request->tail.tsig_at = 0;
    request->limit =
        request->out_capacity < 512 ? request->out_capacity : 512; /* till EDNS is read */
    unsigned opcode = wire_header_opcode(header);
    if (td_unlikely(!is_opcode_known(opcode)))
        return fail(request, WIRE_RCODE_NOTIMP);
    if (td_likely(header->counts[0] == 1)) {
        if (!read_question(request))
            return fail(request, WIRE_RCODE_FORMERR);
        tail_at = request->question_end;
    } else if (header->counts[0] != 0) {
        return fail(request, WIRE_RCODE_FORMERR); /* RFC 9619 4 */
    }
    if (opcode == WIRE_OPCODE_QUERY && header->counts[1] != 0)
        return fail(request, WIRE_RCODE_FORMERR);
    if (!read_tail(request, tail_at))
        return fail(request, WIRE_RCODE_FORMERR);
    set_limit(request);
    if (request->tail.has_edns) {
        serve_count(request->worker, SERVE_COUNT_EDNS);
        if (request->tail.edns.flags & WIRE_EDNS_FLAG_DO)
            serve_count(request->worker, SERVE_COUNT_DNSSEC_OK);
        if (request->tail.edns.version != 0)
            return fail(request, WIRE_RCODE_BADVERS);
    }
    if (td_unlikely(header->counts[0] == 0) && !is_for_cookie(request))
        return fail(request, WIRE_RCODE_FORMERR);
    return STAGE_NEXT;
}

/*
 * The only other record is an OPT without options, as in most queries that are not plain. False: it
 * takes parse_any, and nothing that counts has changed.
 */
static TD_NOINLINE bool parse_edns(struct request *request)
{
    struct wire_tail *tail = &request->tail;
    uint32_t most = request->out_capacity, ours = request->worker->settings->payload;

    tail->tsig_at = 0;
    if (td_unlikely(!wire_question_opt(request->in, request->in_size, request->question_end, tail)))
        return false;
    request->header = (struct wire_header){
        .id = td_get_u16(request->in),
        .flags = td_get_u16(request->in + 2),
        .counts = { 1, 0, 0, 1 },
    };
    request->has_tail = true;
    if (td_likely(request->transport == TRANSPORT_UDP)) {
        uint32_t limit = tail->edns.payload < ours ? tail->edns.payload : ours;
        most = limit < most ? limit : most;
    }
    request->limit = most;
    serve_count(request->worker, SERVE_COUNT_EDNS);
    if (tail->edns.flags & WIRE_EDNS_FLAG_DO)
        serve_count(request->worker, SERVE_COUNT_DNSSEC_OK);
    return true;
}

/* A QUERY with these counts? They stand behind ID and flags. */
static inline bool is_query(const uint8_t *in, const uint8_t want[8])
{
    uint64_t counts, wanted;

    memcpy(&counts, in + 4, 8);
    memcpy(&wanted, want, 8);
    return counts == wanted && (in[2] & WIRE_FLAG_OPCODE >> 8) == 0;
}

/*
 * Nothing stands behind a plain question that would be read, authenticated or answered. The name is
 * read without a call, here only.
 */
enum stage_result stage_parse(struct request *request)
{
    static const uint8_t plain[8] = { 0, 1 }, with_opt[8] = { 0, 1, 0, 0, 0, 0, 0, 1 };
    bool is_plain = is_query(request->in, plain);
    uint32_t most = request->out_capacity;

    if ((td_unlikely(!is_plain) && !is_query(request->in, with_opt)) ||
        td_unlikely(!read_question_here(request)))
        return parse_any(request);
    if (!is_plain)
        return parse_edns(request) ? STAGE_NEXT : parse_any(request);
    request->limit = td_likely(request->transport == TRANSPORT_UDP) && most > 512 ? 512 : most;
    return STAGE_NEXT;
}
