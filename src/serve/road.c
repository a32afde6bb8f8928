#include "serve/road.h"

#include "base/macros.h"
#include "serve/worker.h"

/*
 * The stages stand in a row and each is called in one place only, so that a build that sees all
 * files at once lays them one behind the other: for most queries a stage is a test or two, and
 * a call would cost more than that.
 */

/* What was found out may settle what is said; else nothing more is done with it. */
static void turn_off(struct request *request, enum stage_result result)
{
    request->stage = result == STAGE_DONE ? STAGE_POLICY : STAGE_COUNT;
}

static TD_ALWAYS_INLINE void begin(struct request *request)
{
    enum stage_result result = STAGE_NEXT;

    if (td_likely(request->stage == STAGE_ADMIT)) {
        result = stage_admit(request);
        if (td_likely(result == STAGE_NEXT))
            result = stage_parse(request);
        if (td_unlikely(request->has_tail | request->worker->pauses) && result == STAGE_NEXT) {
            if (request->has_tail)
                result = stage_authenticate(request);
            if (request->worker->pauses && result == STAGE_NEXT) {
                request->stage = STAGE_ROUTE;
                return;
            }
        }
    } else if (request->stage != STAGE_ROUTE) {
        return; /* it was settled before the worker paused */
    }
    if (td_likely(result == STAGE_NEXT))
        result = stage_route(request);
    if (td_unlikely(result != STAGE_NEXT))
        turn_off(request, result);
    else
        request->stage = STAGE_ANSWER;
}

bool road_begin(struct request *request, struct request *end)
{
    bool has_looks = false;

    for (; request < end; request++) {
        begin(request);
        if (td_likely(request->stage == STAGE_ANSWER) &&
            zone_is_worth_a_prefetch(request->version) && td_likely(request->apex_label != 0)) {
            zone_look_begin(request->version, &request->key, request->apex_label, &request->look);
            has_looks = true;
        }
    }
    return has_looks;
}

void road_look(struct request *request, struct request *end)
{
    struct request *first = request;

    for (; request < end; request++)
        if (td_likely(request->look.slot != NULL))
            zone_look_node(request->version, &request->key, request->apex_label, &request->look);
    for (request = first; request < end; request++)
        zone_look_answer(request->version, &request->look);
}

/* All answers but those of one piece, up to what is sealed. */
static TD_NOINLINE bool make(struct request *request)
{
    request->is_dear = true;
    if (td_likely(request->stage == STAGE_ANSWER))
        stage_answer(request);
    else if (request->stage == STAGE_SEAL)
        return true;
    if (request->stage <= STAGE_POLICY && stage_policy(request) != STAGE_NEXT)
        return false;
    stage_encode(request);
    return true;
}

static TD_ALWAYS_INLINE void finish(struct request *request)
{
    unsigned stage = request->stage;

    if (td_unlikely(stage == STAGE_COUNT))
        return;
    if (td_likely(stage == STAGE_ANSWER && stage_answer_at_once(request)) || make(request))
        stage_seal(request);
    else
        request->out_size = 0;
}

void road_finish(struct request *request, struct request *end)
{
    for (; request < end; request++)
        finish(request);
}
