/*
 * serve/road.h - the one road for a query.
 *
 * Shape    admit -> parse -> authenticate -> route -> answer -> policy -> encode -> seal: one
 *          table of stages. A stage says what comes next; whoever is DONE goes on at policy,
 *          with a refusal or an answer.
 * Floor    7.
 * Threads  The worker's.
 */
#pragma once

#include "serve/request.h"

enum stage_result {
    STAGE_NEXT,
    STAGE_DONE,  /* what to say is settled: on to policy */
    STAGE_SENT,  /* the whole response stands in `out` (it was kept) */
    STAGE_DROP,  /* nothing is said */
    STAGE_TAKEN, /* somebody else answers (a transfer): nothing more is done here */
};

enum stage_number {
    STAGE_ADMIT,
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
 * spare the query.
 */
void request_init(struct request *request, struct serve_worker *worker, enum transport transport,
                  const uint8_t *in, uint32_t in_size, uint8_t *out, uint32_t out_capacity);

/*
 * Run the stages from the request's next one on, up to and not including `end`. Returns whether
 * it is still on the road.
 */
bool road_run(struct request *request, enum stage_number end);

/* ---- the stages, each in its own file ---- */
enum stage_result stage_admit(struct request *request);
enum stage_result stage_parse(struct request *request);
enum stage_result stage_authenticate(struct request *request);
enum stage_result stage_route(struct request *request);
enum stage_result stage_answer(struct request *request);
enum stage_result stage_policy(struct request *request);
enum stage_result stage_encode(struct request *request);
enum stage_result stage_seal(struct request *request);

/* CHAOS TXT: version.bind, hostname.bind, id.server (RFC 4892). */
enum stage_result chaos_answer(struct request *request);
