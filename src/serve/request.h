/*
 * serve/request.h - one query on its road.
 *
 * Shape    What came in, what was found out stage by stage, and where the response goes. A
 *          worker has a row of them, one for each datagram of a batch. Until `answer` runs
 *          a refusal is kept as rcode and ede; from then on the worker's struct answer
 *          counts.
 * Floor    7.
 * Threads  The worker's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "tsig/cookie.h"
#include "tsig/tsig.h"
#include "wire/answer.h"
#include "wire/key.h"
#include "wire/message.h"
#include "wire/question.h"
#include "zone/look.h"
#include "zone/set.h"

struct io_udp;
struct io_udp_path;
struct net_conn;
struct serve_worker;
struct serve_zone;

enum transport { TRANSPORT_UDP, TRANSPORT_TCP, TRANSPORT_COUNT };

struct request {
    struct serve_worker *worker;
    const uint8_t *in;
    uint8_t *out;
    uint32_t in_size;
    uint32_t out_capacity;
    struct io_udp *udp; /* UDP: where it came in */
    const struct io_udp_path *path;
    uint32_t limit; /* octets that the response may have */
    uint16_t type;
    uint16_t class;

    /* What is not yet known: from here to `has_answer` all is zero at first. */
    struct zone_look look;    /* of a name in a large zone, or in one of very many */
    struct net_conn *conn;    /* TCP */
    struct zone_entry *entry; /* the zone that answers, or NULL */
    const struct zone_version *version;
    const struct serve_zone *zone; /* how it is answered */
    const char *ede_text;
    uint32_t out_size;     /* of the finished response; 0: nothing is sent */
    uint16_t question_end; /* 0: the question could not be read */
    uint16_t rcode;
    uint8_t stage; /* the next one; see road.h */
    bool has_key;  /* `key` is filled */
    bool has_tsig; /* `tsig` is filled */
    bool has_tail; /* more than a plain QUERY: EDNS, TSIG, other records or opcodes */
    bool has_remote;
    bool is_relayed;    /* signed with a key that only the primary of the zone knows */
    bool is_taken;      /* a transfer answers, and finishes the connection's query */
    uint8_t apex_label; /* key.offsets[apex_label] is where the zone's apex begins */
    bool is_dear;       /* its answer took long to make */
    bool has_answer;    /* the worker's struct answer is this request's */

    uint16_t ede;              /* ANSWER_EDE_NONE */
    uint8_t transport;         /* enum transport */
    uint8_t cookie;            /* enum tsig_cookie_verdict; MALFORMED also means none */
    zone_set_slot *far_slot;   /* of very many zones; NULL: not known */
    uint64_t generation;       /* of the zones, before any was looked at */
    struct td_addr remote;     /* see request_remote */
    struct wire_header header; /* read when has_tail; see request_read_header */
    uint8_t cookie_option[TSIG_COOKIE_SIZE]; /* to be sent, unless MALFORMED */
    struct tsig_exchange tsig;
    struct wire_tail tail; /* when has_tail */
    struct wire_key key;
};

/* The client's address, worked out when first asked for. */
const struct td_addr *request_remote(struct request *request);

/* Fill `header`, which plain queries do without. */
void request_read_header(struct request *request);

static inline bool request_has_edns(const struct request *request)
{
    return request->has_tail && request->tail.has_edns;
}

static inline unsigned request_opcode(const struct request *request)
{
    return (request->in[2] & WIRE_FLAG_OPCODE >> 8) >> (WIRE_FLAG_OPCODE_SHIFT - 8);
}

/* A refusal that is on its way: RCODE, EDE and a text that outlives the request (or NULL). */
static inline void request_fail(struct request *request, uint16_t rcode, uint16_t ede,
                                const char *text)
{
    request->rcode = rcode;
    request->ede = ede;
    request->ede_text = text;
}
