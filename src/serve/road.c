#include "serve/road.h"

#include "serve/worker.h"

static enum stage_result (*const stages[STAGE_COUNT])(struct request *) = {
    [STAGE_ADMIT] = stage_admit,
    [STAGE_PARSE] = stage_parse,
    [STAGE_AUTHENTICATE] = stage_authenticate,
    [STAGE_ROUTE] = stage_route,
    [STAGE_ANSWER] = stage_answer,
    [STAGE_POLICY] = stage_policy,
    [STAGE_ENCODE] = stage_encode,
    [STAGE_SEAL] = stage_seal,
};

void request_init(struct request *request, struct serve_worker *worker, enum transport transport,
                  const uint8_t *in, uint32_t in_size, uint8_t *out, uint32_t out_capacity)
{
    request->worker = worker;
    request->in = in;
    request->in_size = in_size;
    request->out = out;
    request->out_capacity = out_capacity;
    request->out_size = 0;
    request->udp = NULL;
    request->path = NULL;
    request->conn = NULL;
    request->entry = NULL;
    request->version = NULL;
    request->zone = NULL;
    request->ede_text = NULL;
    request->remote.family = 0;
    request->question_end = 0;
    request->rcode = 0;
    request->ede = ANSWER_EDE_NONE;
    request->transport = (uint8_t)transport;
    request->stage = STAGE_ADMIT;
    request->cookie = TSIG_COOKIE_MALFORMED;
    request->has_key = false;
    request->has_tsig = false;
    request->has_answer = false;
    request->is_taken = false;
    request->tail.has_edns = false;
    request->tail.tsig_at = 0;
}

bool road_run(struct request *request, enum stage_number end)
{
    unsigned stage = request->stage;

    while (stage < end) {
        enum stage_result result = stages[stage](request);
        if (td_likely(result == STAGE_NEXT)) {
            stage++;
        } else if (result == STAGE_DONE) {
            stage = stage < STAGE_POLICY ? STAGE_POLICY : STAGE_ENCODE;
        } else {
            request->stage = STAGE_COUNT;
            return result == STAGE_SENT;
        }
    }
    request->stage = (uint8_t)stage;
    return true;
}
