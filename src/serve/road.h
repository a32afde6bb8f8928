/*
 * serve/road.h - the one road for a query.
 *
 * Shape    admit -> parse -> authenticate -> route | answer -> policy -> encode -> seal: eight
 *          stages in a row, in two halves, so that a batch takes the first half one after the
 *          other, and what the second will look at is on its way. A stage says what comes next;
 *          whoever is DONE goes on at policy, with a refusal or an answer.
 * Floor    7.
 * Threads  The worker's.
 */
#pragma once

#include <stddef.h>
#include <string.h>

#include "serve/request.h"

enum stage_result {
    STAGE_NEXT,
    STAGE_DONE,  /* what to say is settled: on to policy */
    STAGE_SENT,  /* the whole response stands in `out` (it was kept) */
    STAGE_DROP,  /* nothing is said */
    STAGE_TAKEN, /* somebody else answers (a transfer): nothing more is done here */
};

enum stage_number {
    STAGE_ADMIT, /* 0: where every request begins */
    STAGE_PARSE,
    STAGE_AUTHENTICATE,
    STAGE_ROUTE,
    STAGE_ANSWER,
    STAGE_POLICY,
    STAGE_ENCODE,
    STAGE_SEAL,
    STAGE_COUNT,
};

/*
 * Make ready for the road; `in` and `out` may be the same buffer only if the caller can
 * spare the query. What only some queries have is set where it is found.
 */
static inline void request_init(struct request *request, struct serve_worker *worker,
                                enum transport transport, const uint8_t *in, uint32_t in_size,
                                uint8_t *out, uint32_t out_capacity)
{
    enum {
        BEGIN = offsetof(struct request, look),
        END = offsetof(struct request, has_answer) + 1,
    };

    request->worker = worker;
    request->in = in;
    request->in_size = in_size;
    request->out = out;
    request->out_capacity = out_capacity;
    request->udp = NULL;
    request->path = NULL;
    memset((uint8_t *)request + BEGIN, 0, END - BEGIN);
    request->ede = ANSWER_EDE_NONE;
    request->transport = (uint8_t)transport;
    request->cookie = TSIG_COOKIE_MALFORMED;
}

/*
 * All of the road takes a row of requests, from `request` up to `end`: one behind the other, so
 * that registers are saved and restored once for all of them.
 *
 * The first half, up to and with `route`. Then request->stage is STAGE_ANSWER when a zone version
 * is to be asked. While the worker `pauses`, it stops at STAGE_ROUTE, and goes on when it is called
 * again. Returns whether look-ups have begun: then road_look comes before road_finish.
 */
bool road_begin(struct request *request, struct request *end);

/* What the look-ups that have begun will touch is brought near, a step of all after the other. */
void road_look(struct request *request, struct request *end);

/* The second half, from the request's stage on. The response is in `out`: out_size octets; 0: none
 * is to be sent. */
void road_finish(struct request *request, struct request *end);

/* ---- the stages, each in its own file ---- */
enum stage_result stage_admit(struct request *request);
enum stage_result stage_parse(struct request *request);
enum stage_result stage_authenticate(struct request *request);
enum stage_result stage_route(struct request *request);
bool stage_answer_at_once(struct request *request); /* and encode; false: nothing was done */
void stage_answer(struct request *request);
enum stage_result stage_policy(struct request *request); /* NEXT or DROP */
void stage_encode(struct request *request);
void stage_seal(struct request *request);

/* CHAOS TXT: version.bind, hostname.bind, id.server (RFC 4892). */
enum stage_result chaos_answer(struct request *request);
