#include "serve/update.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "net/conn.h"
#include "policy/update.h"
#include "serve/internal.h"
#include "serve/log.h"
#include "serve/parked.h"
#include "serve/worker.h"
#include "wire/const.h"
#include "wire/rrtype.h"
#include "zone/block.h"

/* What a worker must remember to send the answer. */
struct job {
    struct serve_update update;
    struct parked parked;
    uint8_t zone[WIRE_NAME_SIZE_MAX];
    bool is_dropped;
    uint8_t *answer; /* of somebody else, as it goes out; NULL */
    size_t answer_size;
};

static enum stage_result fail(struct request *request, uint16_t rcode, uint16_t ede,
                              const char *text)
{
    request_fail(request, rcode, ede, text);
    return STAGE_DONE;
}

/* ---- on the worker, on the way in ---- */

static struct job *job_new(struct request *request)
{
    struct job *job = zone_block_take(sizeof(*job));
    struct parked *parked = &job->parked;
    const struct tsig_exchange *tsig = &parked->request.tsig;

    parked_init(parked, request);
    job->is_dropped = false;
    job->answer = NULL;
    job->update = (struct serve_update){
        .octets = parked->octets,
        .size = request->tail.end,
        .zone = job->zone,
        .remote = parked->request.remote,
        .transport = serve_transport_text(request->transport),
    };
    memcpy(job->zone, request->entry->name, request->entry->name_size);
    if (request->has_tsig) {
        job->update.key = tsig->key;
        job->update.mac = tsig->prior;
        job->update.mac_size = tsig->prior_size;
        job->update.mac_until_s = tsig->request_time_s + tsig->request_fudge_s;
    }
    return job;
}

static void job_free(struct job *job)
{
    free(job->answer);
    parked_fini(&job->parked);
    zone_block_give(job, sizeof(*job));
}

static void log_refused(struct request *request, const char *why)
{
    char remote[TD_ADDR_TEXT_SIZE];
    char zone[WIRE_NAME_TEXT_SIZE];
    char key[WIRE_NAME_TEXT_SIZE] = "none";

    if (request->has_tsig)
        wire_name_format(request->tsig.key->name, key);
    serve_log_limited(request->worker, LOG_WARNING, EVENT_UPDATE_REFUSED,
                      "[%s] UPDATE, incoming, remote %s %s, key %s, refused: %s",
                      wire_name_format(request->entry->name, zone),
                      td_addr_format_port(request_remote(request), remote),
                      serve_transport_text(request->transport), key, why);
}

static bool is_admitted(struct request *request)
{
    const struct tsig_key *key = request->has_tsig ? request->tsig.key : NULL;
    struct policy_update_client client = {
        .addr = request_remote(request),
        .key_name = key == NULL ? NULL : key->name,
        .key_name_size = key == NULL ? 0 : key->name_size,
    };

    return request->zone != NULL && request->zone->update != NULL &&
           policy_update_admits(request->zone->update, &client);
}

/*
 * Signed ones go to the primary, which knows what their key may do. Others would come there from
 * our address, which may be allowed more than the client is.
 */
static bool is_handed_on(const struct request *request)
{
    return request->zone != NULL && request->zone->forwards_updates &&
           (request->has_tsig || request->is_relayed);
}

enum stage_result update_take(struct request *request)
{
    struct serve_worker *worker = request->worker;

    serve_count(worker, SERVE_COUNT_UPDATE);
    if (!is_admitted(request) && !is_handed_on(request)) {
        log_refused(request, request->zone == NULL || request->zone->update == NULL
                                 ? "the zone has no update policy"
                                 : "the update policy has no row for this client");
        return fail(request, WIRE_RCODE_REFUSED, WIRE_EDE_PROHIBITED, "not in the update policy");
    }
    struct job *job = job_new(request);
    job->update.is_forwarded = request->zone->forwards_updates;
    if (worker->is_stopping || worker->serve->take_update == NULL ||
        worker->update_count >= SERVE_UPDATES_MAX || /* answers waiting for the way back */
        io_mailbox_post(worker->serve->updates, job) != TD_OK) {
        job_free(job);
        return fail(request, WIRE_RCODE_SERVFAIL, WIRE_EDE_OTHER, "too many updates under way");
    }
    worker->update_count++;
    request->is_taken = true;
    return STAGE_TAKEN;
}

/* ---- on the main world ---- */

static void take_letter(void *context, void *letter)
{
    struct serve *serve = context;
    struct job *job = letter;

    serve->take_update(serve->take_update_context, &job->update);
}

void serve_updates_to(struct serve *serve, void (*take)(void *context, struct serve_update *update),
                      void *context)
{
    serve->take_update = take;
    serve->take_update_context = context;
    io_mailbox_on_letter(serve->updates, take_letter, serve);
}

static void send_back(struct job *job)
{
    struct serve_thread *thread =
        td_container_of(job->parked.request.worker, struct serve_thread, worker);

    td_err err = io_mailbox_post(thread->answers, job);
    td_assert(err == TD_OK); /* as large as all that may be under way */
}

static struct job *job_of(struct serve_update *update)
{
    return td_container_of(update, struct job, update);
}

void serve_update_answer(struct serve_update *update)
{
    struct job *job = job_of(update);
    const struct update_result *result = &update->result;

    request_fail(&job->parked.request, result->rcode, result->ede, result->text);
    send_back(job);
}

void serve_update_answer_with(struct serve_update *update, const uint8_t *octets, size_t size)
{
    struct job *job = job_of(update);

    job->answer = td_memdup(octets, size);
    job->answer_size = size;
    send_back(job);
}

void serve_update_refuse_replay(struct serve_update *update)
{
    struct job *job = job_of(update);

    job->parked.request.tsig.verdict = TSIG_BADTIME;
    request_fail(&job->parked.request, WIRE_RCODE_NOTAUTH, ANSWER_EDE_NONE, NULL);
    send_back(job);
}

void serve_update_drop(struct serve_update *update)
{
    struct job *job = job_of(update);

    job->is_dropped = true;
    send_back(job);
}

/* ---- on the worker, on the way out ---- */

static void send_answer(struct serve_thread *thread, struct job *job)
{
    struct request *request = &job->parked.request;

    parked_resume(&job->parked);
    if (job->answer != NULL) {
        memcpy(job->answer, job->parked.octets, 2); /* the ID that the client knows */
        request->out = job->answer;
        request->out_size = (uint32_t)job->answer_size;
        parked_send(thread, &job->parked);
        return;
    }
    request->stage = STAGE_ENCODE;
    road_finish(request, request + 1);
    parked_send(thread, &job->parked);
}

void serve_update_return(void *context, void *letter)
{
    struct serve_thread *thread = context;
    struct job *job = letter;

    serve_worker_refresh(&thread->worker);
    if (!job->is_dropped)
        send_answer(thread, job);
    if (job->parked.request.transport != TRANSPORT_UDP)
        net_conn_finish(job->parked.request.conn);
    job_free(job);
    thread->worker.update_count--;
    serve_worker_may_end(&thread->worker);
}
