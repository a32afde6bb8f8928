#include "serve/difference.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "net/conn.h"
#include "serve/internal.h"
#include "serve/parked.h"
#include "serve/transfer.h"
#include "wire/const.h"

struct job {
    struct serve_ask ask;
    struct parked parked;
    struct difference *difference; /* the answer */
    uint8_t zone[WIRE_NAME_SIZE_MAX];
};

/* ---- on the worker, on the way in ---- */

enum stage_result serve_difference_ask(struct request *request, uint32_t serial)
{
    struct serve_worker *worker = request->worker;
    struct job *job = td_malloc(sizeof(*job));

    parked_init(&job->parked, request);
    job->difference = NULL;
    job->ask = (struct serve_ask){ .zone = job->zone, .serial = serial };
    memcpy(job->zone, request->entry->name, request->entry->name_size);
    if (worker->is_stopping || worker->serve->take_ask == NULL ||
        worker->ask_count >= SERVE_ASKS_MAX || io_mailbox_post(worker->serve->asks, job) != TD_OK) {
        parked_fini(&job->parked);
        free(job);
        serve_count(worker, SERVE_COUNT_IXFR_OUT_REFUSED);
        request_fail(request, WIRE_RCODE_SERVFAIL, WIRE_EDE_OTHER,
                     "too many transfers are asked for at once");
        return STAGE_DONE;
    }
    worker->ask_count++;
    request->is_taken = true;
    return STAGE_TAKEN;
}

/* ---- on the main world ---- */

static void take_letter(void *context, void *letter)
{
    struct serve *serve = context;
    struct job *job = letter;

    serve->take_ask(serve->take_ask_context, &job->ask);
}

void serve_differences_to(struct serve *serve, void (*take)(void *context, struct serve_ask *ask),
                          void *context)
{
    serve->take_ask = take;
    serve->take_ask_context = context;
    io_mailbox_on_letter(serve->asks, take_letter, serve);
}

void serve_difference_answer(struct serve_ask *ask, struct difference *difference)
{
    struct job *job = td_container_of(ask, struct job, ask);
    struct serve_thread *thread =
        td_container_of(job->parked.request.worker, struct serve_thread, worker);

    job->difference = difference;
    td_err err = io_mailbox_post(thread->told, job);
    td_assert(err == TD_OK); /* as large as all that a worker may have under way */
}

/* ---- on the worker, on the way out ---- */

void serve_difference_return(void *context, void *letter)
{
    struct serve_thread *thread = context;
    struct job *job = letter;
    struct request *request = &job->parked.request;

    serve_worker_refresh(&thread->worker);
    thread->worker.ask_count--;
    parked_resume(&job->parked);
    transfer_go_on(request, job->difference, job->ask.serial);
    if (!request->is_taken) {
        road_finish(request, request + 1);
        parked_send(thread, &job->parked);
        if (request->transport != TRANSPORT_UDP)
            net_conn_finish(request->conn);
    }
    difference_let_go(job->difference);
    parked_fini(&job->parked);
    free(job);
    serve_worker_may_end(&thread->worker);
}
