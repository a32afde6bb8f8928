/* answer, policy, encode, seal: what is said, and how it becomes octets. */
#include <string.h>

#include "auth/answer.h"
#include "auth/piece.h"
#include "auth/prepared.h"
#include "auth/signed.h"
#include "base/assert.h"
#include "base/macros.h"
#include "io/io.h"
#include "net/conn.h"
#include "serve/cache.h"
#include "serve/respond.h"
#include "serve/road.h"
#include "serve/worker.h"
#include "wire/const.h"
#include "wire/copy.h"
#include "wire/encode.h"
#include "wire/rrtype.h"

enum {
    EDE_ROOM = 4 + 2 + 64, /* option head, code, most of a text of ours */
    ARCOUNT_AT = 10,
    SOA_EXPIRE_FROM_END = 8,
    HEADER_FLAGS_KEPT = WIRE_FLAG_OPCODE | WIRE_FLAG_RD,
};

static bool wants_dnssec(const struct request *request)
{
    return request->tail.has_edns && (request->tail.edns.flags & WIRE_EDNS_FLAG_DO);
}

static TD_ALWAYS_INLINE void collect(struct request *request, unsigned flags)
{
    struct serve_worker *worker = request->worker;
    struct auth_query *query = &worker->query;

    flags |= worker->auth_flags[request->transport];
    if (td_unlikely(request->has_tail) && wants_dnssec(request))
        flags |= AUTH_DO;
    query->version = request->version;
    query->key = &request->key;
    query->name = request->in + WIRE_HEADER_SIZE;
    query->type = request->type;
    query->apex_label = request->apex_label;
    query->flags = (uint8_t)flags;
    answer_reset(&worker->answer, &worker->scratch);
    auth_answer(query, &worker->answer);
    if (td_unlikely(request->class == WIRE_CLASS_ANY))
        worker->answer.is_authoritative = false; /* nobody is, for every class */
    request->has_answer = true;
}

void stage_answer(struct request *request)
{
    collect(request, 0);
}

/* ---- policy: response rate limiting ---- */

static TD_COLD enum stage_result limit_rate(struct request *request)
{
    struct serve_worker *worker = request->worker;

    if (request->transport != TRANSPORT_UDP || request->cookie == TSIG_COOKIE_GOOD ||
        request->has_tsig)
        return STAGE_NEXT;
    switch (serve_rate_limit(request)) {
    case POLICY_RRL_PASS:
        return STAGE_NEXT;
    case POLICY_RRL_SLIP:
        serve_count(worker, SERVE_COUNT_RRL_SLIPPED);
        answer_reset(&worker->answer, &worker->scratch);
        worker->answer.is_truncated = true;
        worker->answer.rcode = request->rcode;
        request->has_answer = true;
        return STAGE_NEXT;
    default:
        serve_count(worker, SERVE_COUNT_RRL_DROPPED);
        return STAGE_DROP;
    }
}

enum stage_result stage_policy(struct request *request)
{
    return td_likely(request->worker->rrl == NULL) ? STAGE_NEXT : limit_rate(request);
}

/* ---- encode ---- */

uint32_t respond_reserve(const struct request *request)
{
    const struct serve_settings *settings = request->worker->settings;
    uint32_t room = 0;

    if (request_has_edns(request)) {
        const struct wire_edns *edns = &request->tail.edns;
        room = WIRE_EDNS_OPT_SIZE;
        if (request->ede != ANSWER_EDE_NONE)
            room += EDE_ROOM;
        if (td_unlikely(edns->seen != 0)) {
            if (request->cookie != TSIG_COOKIE_MALFORMED)
                room += 4 + TSIG_COOKIE_SIZE;
            if (wire_edns_has(edns, WIRE_EDNS_NSID))
                room += 4u + settings->identity_size;
            if (wire_edns_has(edns, WIRE_EDNS_KEEPALIVE))
                room += 6;
            if (wire_edns_has(edns, WIRE_EDNS_ZONEVERSION))
                room += 10;
            if (wire_edns_has(edns, WIRE_EDNS_EXPIRE))
                room += 8;
        }
    }
    if (td_unlikely(request->has_tsig))
        room += (uint32_t)tsig_reserve(&request->tsig);
    return room;
}

/* Header and question: 17 octets or more, mostly fewer than 65. */
static inline void copy_question(uint8_t *to, const uint8_t *from, uint32_t size)
{
    if (td_unlikely(size > 64)) {
        memcpy(to, from, size);
        return;
    }
    wire_copy_16(to, from);
    if (size > 32) {
        wire_copy_16(to + 16, from + 16);
        wire_copy_16(to + size - 32, from + size - 32);
    }
    wire_copy_16(to + size - 16, from + size - 16);
}

/* A header alone: nobody knows what was asked. */
static TD_COLD void put_header_alone(struct request *request)
{
    memset(request->out, 0, WIRE_HEADER_SIZE);
    memcpy(request->out, request->in, 2);
    request->out_size = WIRE_HEADER_SIZE;
}

/* Header and question are those of the query, but for flags and counts. */
inline void respond_begin(struct request *request)
{
    uint8_t *out = request->out;
    const uint8_t *in = request->in;
    uint32_t size = request->question_end;

    if (td_likely(size != 0)) {
        static const uint8_t counts[8] = { 0, 1 };
        copy_question(out, in, size);
        memcpy(out + 4, counts, sizeof(counts));
        request->out_size = size;
    } else {
        put_header_alone(request);
    }
    out[2] = (uint8_t)(WIRE_FLAG_QR >> 8 | (in[2] & HEADER_FLAGS_KEPT >> 8));
    out[3] = 0;
}

/* A refusal: header and question only. */
static void encode_refusal(struct request *request)
{
    request->out[3] = (uint8_t)((request->out[3] & 0xF0) | (request->rcode & 0x0F));
}

/* An answer with an image that has no room is made of its sets, some of which may be left out. */
static TD_COLD void encode_again(struct request *request, struct wire_encode *encode)
{
    collect(request, AUTH_NO_IMAGE);
    td_err err = wire_encode(encode, &request->worker->answer);
    if (td_never(err != TD_OK)) {
        request->rcode = WIRE_RCODE_SERVFAIL;
        encode_refusal(request);
    }
}

/* Is there EDNS, and are no options asked for, and none to be given? */
static inline bool is_edns_plain(const struct request *request)
{
    return request->tail.has_edns && request->tail.edns.seen == 0 &&
           request->ede == ANSWER_EDE_NONE && !request->has_tsig;
}

/* What an answer of this request may have, OPT and TSIG taken off; respond_begin has been. */
static inline uint32_t limit_of(const struct request *request)
{
    uint32_t limit = request->limit;

    if (td_likely(!request->has_tail))
        return limit; /* 512 or more, which is more than any question has */
    limit -= td_likely(is_edns_plain(request)) ? WIRE_EDNS_OPT_SIZE : respond_reserve(request);
    return (int32_t)limit > (int32_t)request->out_size ? limit : request->out_size;
}

/* For builds that test: one of the two is NULL. */
static TD_COLD void check_piece(struct request *request, const struct answer_piece *piece,
                                const struct answer_signed *answer)
{
    struct auth_query query = {
        .version = request->version,
        .key = &request->key,
        .name = request->in + WIRE_HEADER_SIZE,
        .type = request->type,
        .apex_label = request->apex_label,
        .flags = answer != NULL ? AUTH_DO : 0,
    };

    (void)td_never(piece != NULL ? !auth_piece_is_right(&query, piece)
                                 : !auth_signed_is_right(&query, answer));
}

/* The message is the answer. */
static inline bool settle(struct request *request, uint32_t size, uint16_t rcode)
{
    if (td_unlikely(size == 0))
        return false;
    request->out_size = size;
    request->rcode = rcode;
    request->has_answer = true;
    return true;
}

static TD_NOINLINE bool answer_signed_at_once(struct request *request, struct zone_nearest nearest)
{
    struct answer_signed answer;

    if (!auth_signed_find(request->version, &request->key, nearest, request->type,
                          request->worker->pointed, &answer))
        return false;
    if (AUTH_PREPARED_IS_CHECKED)
        check_piece(request, NULL, &answer);
    request->is_dear = true;
    request->worker->answer.set_count = 0; /* the cache asks whether any of them turns */
    respond_begin(request);
    uint32_t size = wire_signed_put(request->out, request->out_size, limit_of(request), &answer);
    return settle(request, size, answer.piece.rcode);
}

/*
 * Most answers are one piece (auth/piece.h), and nobody has to look at them between answering and
 * encoding: there is no rate limit.
 */
bool stage_answer_at_once(struct request *request)
{
    struct serve_worker *worker = request->worker;
    const struct zone_version *version = request->version;
    struct answer_piece piece;

    if (td_unlikely(worker->rrl != NULL) || td_unlikely(request->class != WIRE_CLASS_IN) ||
        td_unlikely(request->key.size == 1))
        return false;
    struct zone_nearest nearest =
        zone_look_end(version, &request->key, request->apex_label, &request->look);
    if (td_unlikely(request->has_tail) && wants_dnssec(request) &&
        (version->flags & ZONE_IS_SIGNED) != 0)
        return answer_signed_at_once(request, nearest);
    if (!auth_piece_find(version, nearest, request->type, worker->pointed, &piece))
        return false;
    if (AUTH_PREPARED_IS_CHECKED)
        check_piece(request, &piece, NULL);
    respond_begin(request);
    uint32_t size = wire_piece_put(request->out, request->out_size, limit_of(request), &piece);
    return settle(request, size, piece.rcode);
}

void stage_encode(struct request *request)
{
    struct serve_worker *worker = request->worker;
    struct answer *answer = &worker->answer;

    respond_begin(request);
    if (td_unlikely(!request->has_answer)) {
        encode_refusal(request);
        return;
    }
    if (td_unlikely(answer->ede_code != ANSWER_EDE_NONE) && request->ede == ANSWER_EDE_NONE) {
        request->ede = answer->ede_code;
        request->ede_text = answer->ede_text;
    }
    request->rcode = answer->rcode;
    struct wire_encode *encode = &worker->encode;
    encode->message = request->out;
    encode->key = &request->key;
    encode->size = request->out_size;
    encode->limit = limit_of(request);
    encode->turn = request->zone != NULL && request->zone->has_rotation ? worker->turn++ : 0;
    if (td_unlikely(wire_encode(encode, answer) != TD_OK))
        encode_again(request, encode);
    request->out_size = encode->size;
    if (request->out[2] & (WIRE_FLAG_TC >> 8))
        serve_count(worker, SERVE_COUNT_TRUNCATED);
    if (td_unlikely(worker->scratch.used != 0))
        td_arena_reset(&worker->scratch);
}

/* ---- seal: OPT, TSIG ---- */

/* Is it about a zone as a whole, and answered from it (RFC 7314 3)? */
static TD_COLD bool is_told_expiry(const struct request *request)
{
    return request->has_answer && request->version != NULL && request->apex_label == 0 &&
           (request->type == WIRE_TYPE_SOA || request->type == WIRE_TYPE_AXFR ||
            request->type == WIRE_TYPE_IXFR);
}

/* What is left of a copy's life; of a primary that never ends, what its SOA says (RFC 7314 3.1). */
static TD_COLD uint32_t expiry_s(const struct request *request)
{
    uint64_t expires_s = atomic_load_explicit(&request->entry->expires_s, memory_order_relaxed);
    uint64_t now_s = io_now_ns(request->worker->io) / IO_NS_PER_S;

    if (expires_s != 0)
        return expires_s > now_s ? (uint32_t)(expires_s - now_s) : 0;
    const struct zone_version *version = request->version;
    const struct wire_rrset *soa =
        zone_node_set(version, zone_version_apex(version), WIRE_TYPE_SOA);
    struct wire_rdata rdata = wire_rrset_first(soa);
    return td_get_u32(rdata.octets + rdata.size - SOA_EXPIRE_FROM_END);
}

static TD_COLD void put_options(const struct request *request, struct td_writer *writer)
{
    const struct serve_settings *settings = request->worker->settings;
    const struct wire_edns *edns = &request->tail.edns;
    td_err err = TD_OK;

    if (request->cookie != TSIG_COOKIE_MALFORMED)
        err = wire_edns_add(writer, WIRE_EDNS_COOKIE, request->cookie_option, TSIG_COOKIE_SIZE);
    if (err == TD_OK && edns->version == 0 && settings->identity_size != 0 &&
        wire_edns_has(edns, WIRE_EDNS_NSID))
        err = wire_edns_add(writer, WIRE_EDNS_NSID, settings->identity, settings->identity_size);
    if (err == TD_OK && request->transport == TRANSPORT_TCP &&
        wire_edns_has(edns, WIRE_EDNS_KEEPALIVE))
        err = wire_edns_add_keepalive(writer, net_conn_keepalive(request->conn));
    if (err == TD_OK && settings->has_zoneversion && request->has_answer &&
        request->version != NULL && wire_edns_has(edns, WIRE_EDNS_ZONEVERSION))
        err = wire_edns_add_zoneversion(writer, zone_version_label_count(request->version),
                                        request->version->serial);
    if (err == TD_OK && wire_edns_has(edns, WIRE_EDNS_EXPIRE) && is_told_expiry(request))
        err = wire_edns_add_expire(writer, expiry_s(request));
    (void)err; /* an option that does not fit is left out: room was kept for all of them */
}

td_err respond_put_edns(const struct request *request, struct td_writer *writer)
{
    size_t mark;

    td_err err = wire_edns_begin(writer, request->worker->settings->payload, request->rcode,
                                 request->tail.edns.flags & WIRE_EDNS_FLAG_DO, &mark);
    if (err != TD_OK)
        return err;
    if (td_unlikely(request->tail.edns.seen != 0))
        put_options(request, writer);
    if (td_unlikely(request->ede != ANSWER_EDE_NONE)) {
        const char *text = request->ede_text == NULL ? "" : request->ede_text;
        err = wire_edns_add_ede(writer, request->ede, text, strlen(text));
        (void)err; /* then there was no room for it */
    }
    wire_edns_end(writer, mark);
    return TD_OK;
}

/* An OPT without options, for which room was kept. */
static TD_NOINLINE void put_plain_edns(struct request *request)
{
    uint8_t *at = request->out + request->out_size;
    uint16_t flags = request->tail.edns.flags & WIRE_EDNS_FLAG_DO;

    at[0] = 0; /* the root */
    td_put_u32(at + 1, (uint32_t)WIRE_TYPE_OPT << 16 | request->worker->settings->payload);
    td_put_u16(at + 5, (uint16_t)((request->rcode >> 4) << 8)); /* and version 0 */
    td_put_u32(at + 7, (uint32_t)flags << 16);
    td_put_u16(request->out + ARCOUNT_AT, (uint16_t)(td_get_u16(request->out + ARCOUNT_AT) + 1));
    request->out_size += WIRE_EDNS_OPT_SIZE;
}

static TD_NOINLINE void put_edns(struct request *request)
{
    struct td_writer writer = { request->out, request->out_capacity, request->out_size };

    if (respond_put_edns(request, &writer) != TD_OK)
        return;
    td_put_u16(request->out + ARCOUNT_AT, (uint16_t)(td_get_u16(request->out + ARCOUNT_AT) + 1));
    request->out_size = (uint32_t)writer.cursor;
}

static TD_COLD void put_tsig(struct request *request)
{
    size_t size;

    if (tsig_sign(&request->tsig, request->out, request->out_size, request->out_capacity,
                  io_wall_s(request->worker->io), &size) == TD_OK)
        request->out_size = (uint32_t)size;
    else
        request->out_size = 0; /* an unsigned answer would be worth nothing */
}

void stage_seal(struct request *request)
{
    struct serve_worker *worker = request->worker;

    if (td_unlikely(request->has_tail)) {
        if (td_likely(is_edns_plain(request) &&
                      request->out_capacity - request->out_size >= WIRE_EDNS_OPT_SIZE))
            put_plain_edns(request);
        else if (request->tail.has_edns)
            put_edns(request);
        if (td_unlikely(request->has_tsig))
            put_tsig(request);
    }
    if (worker->cache != NULL && request->is_dear)
        answer_cache_store(worker->cache, request);
    serve_count(worker, serve_counter_of_rcode(request->rcode));
}
