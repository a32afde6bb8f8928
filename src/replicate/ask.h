/*
 * replicate/ask.h - one question to a peer, and whether what comes back answers it.
 *
 * Shape    A question for the apex of a zone (SOA, IXFR, AXFR) or a NOTIFY, signed when the peer
 *          has a key, and what is known about the answer: RCODE, the extended error, the
 *          serial, how long the copy is still good (EXPIRE), what TSIG said.
 * Floor    6.
 * Threads  The world's of the fiber that asks.
 * Limits   REPLICATE_QUESTION_SIZE octets of a question; answers over UDP are at most
 *          REPLICATE_UDP_SIZE.
 * RFC      1034 4.3.5, 1995 3, 1996 3, 7314 (EXPIRE), 9660 (ZONEVERSION), 8945 5, 5452 (ID and
 * question must match).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/fiber.h"
#include "replicate/peer.h"
#include "replicate/streams.h"
#include "tsig/tsig.h"
#include "wire/const.h"
#include "wire/message.h"

enum {
    REPLICATE_QUESTION_SIZE = 1024,
    REPLICATE_UDP_SIZE = 1232,
    REPLICATE_EDE_TEXT_SIZE = 64,
};

struct replicate_ask {
    const struct replicate_peer *peer;
    const struct td_addr *to; /* one of its addresses */
    const uint8_t *apex;      /* uncompressed */
    uint16_t type;            /* SOA, IXFR, AXFR */
    bool is_notify;
    bool has_edns;
    bool wants_version; /* by ZONEVERSION as well; left out where the peer refuses that */
    bool has_serial;    /* IXFR: the one we have; NOTIFY: the new one */
    uint32_t serial;
    struct replicate_streams *streams; /* where there are connections to be used again; NULL */
    uint8_t *answer;                   /* NULL, or room for the octets of the answer */
    size_t answer_capacity;
    size_t answer_size; /* of what came */

    /* Of the question that was sent last. */
    bool is_stream; /* not in a datagram */
    uint16_t id;
    struct tsig_exchange tsig;
};

/* What came of it. */
struct replicate_reply {
    td_err err;                /* of the exchange: TD_OK: an answer came, whatever it says */
    enum tsig_verdict verdict; /* of the answer, when the peer has a key */
    uint16_t peer_error;       /* TSIG_REFUSED: what the peer finds wrong with ours */
    int64_t skew_s;            /* our clock minus the peer's, when it said its time */
    uint16_t rcode;
    uint16_t ede; /* ANSWER_EDE_NONE: none */
    bool is_authoritative;
    bool is_truncated;
    bool has_serial; /* an SOA of the apex was there */
    uint32_t serial;
    bool has_version; /* what ZONEVERSION says (RFC 9660) */
    uint32_t version;
    bool has_expire;
    uint32_t expire_s;
    bool has_keepalive; /* so long the peer keeps the connection open (RFC 7828) */
    uint32_t keepalive_ms;
    char ede_text[REPLICATE_EDE_TEXT_SIZE];
};

/*
 * Write the question into `out` of REPLICATE_QUESTION_SIZE octets. A new ID each time.
 */
TD_NODISCARD td_err replicate_ask_write(struct io *io, struct replicate_ask *ask, uint8_t *out,
                                        size_t *ret_size);

/* Is it an answer to this question? ID, question, opcode; not yet the signature. */
bool replicate_ask_fits(const struct replicate_ask *ask, const uint8_t *octets, size_t size);

/* Read such an answer, its signature included. TD_E_MALFORMED. Sets all of `reply` but err. */
TD_NODISCARD td_err replicate_ask_read(struct io *io, struct replicate_ask *ask,
                                       const uint8_t *octets, size_t size,
                                       struct replicate_reply *ret_reply);

/*
 * Ask over UDP, as often as `tries` says, each time longer; over TCP when the answer is cut, or
 * when `tries` is 0. What came of it is in *ret_reply. Returns reply->err.
 */
td_err replicate_ask(struct fiber *fiber, struct replicate_ask *ask, unsigned tries,
                     uint64_t patience_ns, struct replicate_reply *ret_reply);

/* May it be believed: signed as it has to be, NOERROR? */
static inline bool replicate_reply_is_good(const struct replicate_reply *reply)
{
    return reply->err == TD_OK && reply->verdict == TSIG_GOOD && reply->rcode == 0;
}

/* Is it what servers say that know no EDNS (RFC 6891 7)? Of one that was asked with it. */
static inline bool replicate_reply_refuses_edns(const struct replicate_reply *reply)
{
    return reply->err == TD_OK &&
           (reply->rcode == WIRE_RCODE_FORMERR || reply->rcode == WIRE_RCODE_NOTIMP);
}

/* How long a connection may rest behind it. */
uint64_t replicate_reply_rest_ms(const struct replicate_reply *reply);

enum { REPLICATE_WHY_SIZE = 256 };

/* In words, why it is not good, and what to do; returns out. */
const char *replicate_reply_why(const struct replicate_ask *ask,
                                const struct replicate_reply *reply, char out[REPLICATE_WHY_SIZE]);
