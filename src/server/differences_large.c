/*
 * Large differences: a fiber of the main world reads them from the log, a little in each turn, and
 * the replicate keeper condenses them. Updates and answers go on meanwhile.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/fiber.h"
#include "replicate/task.h"
#include "server/differences_internal.h"
#include "server/registry_internal.h"
#include "server/replication.h"

enum { JOBS_MAX = 8, TURN_OCTETS = 256 << 10 };

struct differences_job {
    struct differences_job *next;
    struct replicate_task task;
    struct differences *all;
    struct serve_ask *asks;
    struct difference *difference; /* NULL: it came to nothing */
    uint32_t serial_from;
    uint32_t serial_to;
    uint64_t sequence; /* of the change read last */
    uint8_t name_size;
    uint8_t name[WIRE_NAME_SIZE_MAX]; /* the zone may go meanwhile */
};

/* ---- the end ---- */

static void give_up(struct differences_job *job)
{
    difference_let_go(job->difference);
    job->difference = NULL;
}

static void unlink_job(struct differences_job *job)
{
    struct differences_job **at = &job->all->jobs;

    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    job->all->job_count--;
}

static void end(struct differences_job *job)
{
    unlink_job(job);
    if (job->difference != NULL && !differences_keep(job->all, job->name, job->difference))
        give_up(job);
    while (job->asks != NULL) {
        struct serve_ask *ask = job->asks;
        job->asks = ask->next;
        serve_difference_answer(ask, difference_hold(job->difference));
    }
    difference_let_go(job->difference);
    free(job);
}

/* ---- on the keeper ---- */

static void condense(struct fiber *fiber, struct replicate_task *task)
{
    struct differences_job *job = td_container_of(task, struct differences_job, task);

    if (difference_finish(fiber, job->difference) != TD_OK)
        give_up(job);
}

static void on_condensed(struct replicate_task *task)
{
    struct differences_job *job = td_container_of(task, struct differences_job, task);

    if (!task->was_run)
        give_up(job);
    end(job);
}

/* ---- reading ---- */

/* The change behind this sequence; the list may have been trimmed, or moved, since last time. */
static const struct store_log_change *change_behind(const struct differences_job *job)
{
    size_t count, low = 0;
    const struct store_log_change *changes =
        store_log_changes(job->all->server->log, job->name, job->name_size, &count);
    size_t high = count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (changes[middle].sequence <= job->sequence)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count ? &changes[low] : NULL;
}

static td_err read_next(struct differences_job *job, size_t *octets_read)
{
    const struct store_log_change *change = change_behind(job);
    struct td_buf octets = { .data = NULL };
    struct td_diag diag;

    if (change == NULL)
        return TD_E_NOT_FOUND;
    job->sequence = change->sequence;
    td_err err = store_log_read(job->all->server->log, change, &octets, &diag);
    if (err == TD_OK)
        err = difference_add(job->difference, (const uint8_t *)octets.data, octets.size);
    *octets_read += octets.size;
    td_buf_fini(&octets);
    return err;
}

static bool is_complete(const struct differences_job *job)
{
    const struct difference *difference = job->difference;

    return difference->step_count != 0 && difference->serial_to == job->serial_to;
}

static void read_all(struct fiber *fiber, void *argument)
{
    struct differences_job *job = argument;
    td_err err = TD_OK;
    size_t octets = 0;

    while (err == TD_OK && !is_complete(job)) {
        err = read_next(job, &octets);
        if (octets >= TURN_OCTETS && err == TD_OK) {
            octets = 0;
            err = io_fiber_yield(fiber);
        }
    }
    if (err == TD_OK) {
        replicate_keeper_give(job->all->server->replication->keeper, &job->task);
        return;
    }
    give_up(job);
    end(job);
}

/* ---- the beginning ---- */

static struct differences_job *job_of(const struct differences *all, const struct zone_entry *entry,
                                      uint32_t serial_from, uint32_t serial_to)
{
    for (struct differences_job *job = all->jobs; job != NULL; job = job->next)
        if (job->serial_from == serial_from && job->serial_to == serial_to &&
            job->name_size == entry->name_size &&
            memcmp(job->name, entry->name, entry->name_size) == 0)
            return job;
    return NULL;
}

static struct differences_job *begin(struct differences *all, const struct zone_entry *entry,
                                     uint64_t sequence)
{
    struct differences_job *job = td_calloc(1, sizeof(*job));

    job->all = all;
    job->task = (struct replicate_task){ .run = condense, .done = on_condensed };
    job->sequence = sequence;
    job->difference = difference_new();
    job->name_size = entry->name_size;
    memcpy(job->name, entry->name, entry->name_size);
    job->next = all->jobs;
    all->jobs = job;
    all->job_count++;
    return job;
}

bool differences_read_later(struct differences *all, struct registry_zone *zone, uint64_t sequence,
                            struct serve_ask *ask)
{
    const struct zone_entry *entry = zone->zone.entry;
    uint32_t serial_to = zone->zone.newest->serial;
    struct differences_job *job = job_of(all, entry, ask->serial, serial_to);

    if (job != NULL) {
        ask->next = job->asks;
        job->asks = ask;
        return true;
    }
    if (all->job_count >= JOBS_MAX)
        return false;
    job = begin(all, entry, sequence);
    job->serial_from = ask->serial;
    job->serial_to = serial_to;
    ask->next = NULL;
    job->asks = ask;
    if (io_fiber_spawn(all->server->io, "difference", read_all, job, NULL) != TD_OK) {
        give_up(job);
        end(job);
    }
    return true;
}
