#include "serve/road.h"

#include "base/macros.h"
#include "serve/worker.h"

/*
 * The stages stand in a row and each is called in one place only, so that a build that sees all
 * files at once lays them one behind the other: for most queries a stage is a test or two, and
 * a call would cost more than that.
 */

/* What was found out may settle what is said; returns whether the request is still on the road. */
static bool turn_off(struct request *request, enum stage_result result)
{
    if (result == STAGE_DONE) {
        request->stage = STAGE_POLICY;
        return true;
    }
    request->stage = STAGE_COUNT;
    return result == STAGE_SENT;
}

bool road_begin(struct request *request)
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
                return true;
            }
        }
    }
    if (td_likely(result == STAGE_NEXT))
        result = stage_route(request);
    if (td_unlikely(result != STAGE_NEXT))
        return turn_off(request, result);
    request->stage = STAGE_ANSWER;
    return true;
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

bool road_finish(struct request *request)
{
    unsigned stage = request->stage;

    if (td_unlikely(stage == STAGE_COUNT))
        return true;
    if ((td_unlikely(stage != STAGE_ANSWER) || !stage_answer_at_once(request)) && !make(request))
        return false;
    stage_seal(request);
    return true;
}
