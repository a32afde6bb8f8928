#include "server/loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/mailbox.h"
#include "io/thread.h"
#include "io/timer.h"
#include "store/image.h"
#include "zone/chunk.h"
#include "zone/lineage.h"

/*
 * Jobs waiting at a keeper: enough to keep it busy while the registry publishes. Small ones come
 * back half of that at a time, since for a small zone a thread that is woken costs more than the
 * load; TAKE_MS later they are taken anyway, for the next one may be large.
 */
enum { AT_KEEPER_MAX = 64, UNSAID_MAX = AT_KEEPER_MAX / 2, TAKE_MS = 2 };

/*
 * What zones leave is given back 2 MiB at a time, 13 MiB a second: a host that takes back the
 * memory of its guest stops it meanwhile, 0.2 ms for each MiB that was freed in two seconds.
 */
enum { TRIM_MS = 150, TRIM_REST_MS = 2000 };

/*
 * What was loaded at the start is joined to huge pages 2 MiB at a time, 40 MiB a second. Each takes
 * 0.5 ms, or 5 ms when the host has to give the memory first; questions about it wait for so long.
 */
enum { JOIN_MS = 50 };

struct keeper {
    struct loader *loader;
    struct io_thread *thread;
    struct io *io;
    struct io_mailbox *jobs;
    uint32_t count;          /* of jobs it has; the registry's */
    uint32_t unsaid;         /* finished since the registry was woken; the keeper's */
    struct io_timer trim;    /* the first keeper's */
    struct loader_job hello; /* the first that comes back: the keeper stands */
    bool is_ready;
};

struct loader {
    struct io *io;
    void (*done)(void *context, struct loader_job *job);
    void *context;
    struct io_mailbox *finished;
    struct io_timer take;     /* runs as long as keepers have jobs */
    struct loader_job *first; /* not yet at a keeper */
    struct loader_job **last;
    uint32_t count;
    uint32_t keeper_count;
    bool trims;
    bool is_closing; /* keepers are told to stop: nothing may be posted to them */
    struct keeper keepers[LOADER_KEEPERS_MAX];
};

/* On the keeper's loop. */
static void work(void *context, void *letter)
{
    struct keeper *keeper = context;
    struct loader_job *job = letter;

    loader_work(keeper->io, job);
    job->next = NULL;
    td_err err = io_mailbox_put(keeper->loader->finished, job);
    td_assert(err == TD_OK); /* as large as all that may be under way */
    if (++keeper->unsaid < UNSAID_MAX && !io_mailbox_is_empty(keeper->jobs))
        return;
    keeper->unsaid = 0;
    io_mailbox_wake(keeper->loader->finished);
}

static void trim(struct io_timer *timer, void *context)
{
    struct keeper *keeper = context;
    uint64_t pause_ms = TRIM_REST_MS;

    if (zone_chunks_trim())
        pause_ms = TRIM_MS;
    else if (zone_chunks_join())
        pause_ms = JOIN_MS;
    io_timer_start(keeper->io, timer, io_now_ns(keeper->io) + pause_ms * IO_NS_PER_MS);
}

static bool trims(const struct keeper *keeper)
{
    return keeper->loader->trims && keeper == keeper->loader->keepers;
}

static void keeper_start(struct io *io, void *context)
{
    struct keeper *keeper = context;

    keeper->io = io;
    keeper->jobs = io_mailbox_new(io, AT_KEEPER_MAX);
    io_mailbox_on_letter(keeper->jobs, work, keeper);
    io_timer_init(&keeper->trim, trim, keeper);
    if (trims(keeper)) {
        zone_chunks_trims(true);
        trim(&keeper->trim, keeper);
    }
    td_err err = io_mailbox_post(keeper->loader->finished, &keeper->hello);
    td_assert(err == TD_OK);
}

static void keeper_finish(struct io *io, void *context)
{
    struct keeper *keeper = context;

    (void)io;
    io_timer_stop(&keeper->trim);
    if (trims(keeper)) {
        zone_chunks_trims(false);
        zone_chunks_calm(false);
    }
    for (void *job; (job = io_mailbox_take(keeper->jobs)) != NULL;)
        loader_job_free(job);
    io_mailbox_free(keeper->jobs);
}

/* Give waiting jobs to keepers that have room. */
static void feed(struct loader *loader)
{
    while (loader->first != NULL && !loader->is_closing) {
        struct keeper *least = NULL;
        for (uint32_t i = 0; i < loader->keeper_count; i++) {
            struct keeper *keeper = &loader->keepers[i];
            if (keeper->is_ready && keeper->count < AT_KEEPER_MAX &&
                (least == NULL || keeper->count < least->count))
                least = keeper;
        }
        if (least == NULL)
            return;
        /* Once posted the job is the keeper's. */
        struct loader_job *job = loader->first;
        struct loader_job *next = job->next;
        job->keeper = (uint32_t)(least - loader->keepers);
        if (io_mailbox_post(least->jobs, job) != TD_OK)
            return;
        loader->first = next;
        if (next == NULL)
            loader->last = &loader->first;
        least->count++;
        if (!io_timer_is_running(&loader->take))
            io_timer_start(loader->io, &loader->take, io_deadline_ms(loader->io, TAKE_MS));
    }
}

/* Is it something that a start or a reload waits for? */
static bool is_load(const struct loader_job *job)
{
    return job->kind != LOADER_DISPOSE && job->kind != LOADER_IMAGE_WRITE &&
           job->kind != LOADER_DIGEST;
}

static void take_finished(void *context, void *letter)
{
    struct loader *loader = context;
    struct loader_job *job = letter;
    struct keeper *keeper = &loader->keepers[job->keeper];

    if (job == &keeper->hello) {
        keeper->is_ready = true;
        feed(loader);
        return;
    }
    keeper->count--;
    loader->count -= is_load(job);
    feed(loader);
    if (job->kind == LOADER_DISPOSE)
        loader_job_free(job);
    else
        loader->done(loader->context, job);
}

/* What small jobs have left unsaid, before a large one. */
static void take_unsaid(struct io_timer *timer, void *context)
{
    struct loader *loader = context;
    uint32_t under_way = 0;

    for (void *job; (job = io_mailbox_take(loader->finished)) != NULL;)
        take_finished(loader, job);
    for (uint32_t i = 0; i < loader->keeper_count; i++)
        under_way += loader->keepers[i].count;
    if (under_way != 0 && !loader->is_closing && !io_timer_is_running(timer))
        io_timer_start(loader->io, timer, io_deadline_ms(loader->io, TAKE_MS));
}

td_err loader_new(struct io *io, uint32_t keepers, bool trims_memory,
                  void (*done)(void *context, struct loader_job *job), void *context,
                  struct loader **ret_loader, struct td_diag *diag)
{
    struct loader *loader = td_calloc(1, sizeof(*loader));

    td_assert(keepers >= 1 && keepers <= LOADER_KEEPERS_MAX);
    loader->io = io;
    loader->trims = trims_memory;
    loader->done = done;
    loader->context = context;
    loader->last = &loader->first;
    loader->finished = io_mailbox_new(io, (AT_KEEPER_MAX + 1) * LOADER_KEEPERS_MAX);
    io_mailbox_on_letter(loader->finished, take_finished, loader);
    io_timer_init(&loader->take, take_unsaid, loader);
    for (uint32_t i = 0; i < keepers; i++) {
        struct keeper *keeper = &loader->keepers[i];
        char name[IO_THREAD_NAME_SIZE];
        struct io_thread_options options = {
            .name = name,
            .priority = IO_THREAD_NORMAL, /* until loader_calm */
            .cpu = IO_THREAD_CPU_ANY,
            .start = keeper_start,
            .finish = keeper_finish,
            .context = keeper,
        };
        keeper->loader = loader;
        keeper->hello.keeper = i;
        snprintf(name, sizeof(name), "loader-%u", i);
        td_err err = io_thread_start(io, &options, &keeper->thread, diag);
        if (err != TD_OK && i == 0) {
            io_mailbox_free(loader->finished);
            free(loader);
            return err;
        }
        if (err != TD_OK)
            break; /* fewer will do */
        loader->keeper_count++;
    }
    *ret_loader = loader;
    return TD_OK;
}

void loader_stop(struct fiber *fiber, struct loader *loader)
{
    loader->is_closing = true;
    io_timer_stop(&loader->take);
    for (uint32_t i = 0; i < loader->keeper_count; i++)
        io_stop(io_thread_io(loader->keepers[i].thread));
    for (uint32_t i = 0; i < loader->keeper_count; i++)
        io_thread_join(fiber, loader->keepers[i].thread);
    loader->keeper_count = 0;
    for (struct loader_job *job; (job = io_mailbox_take(loader->finished)) != NULL;) {
        if (job == &loader->keepers[job->keeper].hello)
            continue;
        loader_job_free(job);
    }
    io_mailbox_free(loader->finished);
}

void loader_free(struct loader *loader)
{
    while (loader->first != NULL) {
        struct loader_job *job = loader->first;
        loader->first = job->next;
        loader_job_free(job);
    }
    free(loader);
}

static void enqueue(struct loader *loader, struct loader_job *job)
{
    job->next = NULL;
    *loader->last = job;
    loader->last = &job->next;
    feed(loader);
}

void loader_give(struct loader *loader, struct loader_job *job)
{
    loader->count += is_load(job);
    enqueue(loader, job);
}

void loader_dispose(struct loader *loader, struct zone_lineage *lineage)
{
    struct loader_job *job = td_calloc(1, sizeof(*job));

    job->kind = LOADER_DISPOSE;
    job->disposal = lineage;
    enqueue(loader, job);
}

void loader_calm(struct loader *loader)
{
    if (loader->trims)
        zone_chunks_calm(true);
    for (uint32_t i = 0; i < loader->keeper_count; i++)
        io_thread_prioritise(loader->keepers[i].thread, IO_THREAD_IDLE);
}

void loader_trim(struct loader *loader)
{
    if (!loader->trims)
        return;
    struct loader_job *job = td_calloc(1, sizeof(*job));
    job->kind = LOADER_DISPOSE;
    job->is_trim = true;
    enqueue(loader, job);
}

uint32_t loader_count(const struct loader *loader)
{
    return loader->count;
}

struct loader_job *loader_job_new(enum loader_kind kind, const uint8_t *apex, const char *path)
{
    struct loader_job *job = td_calloc(1, sizeof(*job));

    job->kind = kind;
    td_arena_init(&job->diff.arena, 0);
    memcpy(job->apex, apex, wire_name_size(apex));
    job->path = path == NULL ? NULL : td_strdup(path);
    return job;
}

void loader_job_pin(struct loader_job *job, struct zone_version *before, uint64_t sequence)
{
    if (job->before != NULL)
        zone_version_unpin(job->before);
    job->before = before;
    job->sequence = sequence;
    if (before != NULL)
        zone_version_pin(before);
}

void loader_job_free(struct loader_job *job)
{
    store_image_writer_free(job->writer);
    if (job->before != NULL)
        zone_version_unpin(job->before);
    if (job->version != NULL)
        zone_lineage_free(job->version->lineage);
    if (job->source != NULL)
        zone_lineage_free(job->source->lineage);
    zone_lineage_free(job->disposal);
    zone_build_free(job->build);
    if (job->has_fold)
        change_fold_fini(&job->fold);
    zone_parts_fini(&job->parts);
    td_arena_fini(&job->diff.arena);
    free(job->diff.removed);
    free(job->diff.added);
    td_buf_fini(&job->replay);
    free(job->path);
    free(job->base_path);
    free(job->image_path);
    free(job->diags);
    free(job);
}
