/*
 * File and zone were both changed, and the operator wants both. A fiber reads the changes made at
 * run time from the log, a little in each turn, for there may be a year of them; a bulk keeper does
 * the rest (work_both.c), and what it brings is published as any file is.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "io/fiber.h"
#include "serve/log.h"
#include "server/registry_internal.h"
#include "store/log.h"

enum { TURN_OCTETS = 256 << 10 };

struct merge {
    struct registry *registry;
    struct loader_job *job;
};

static void add_change(struct registry *registry, struct loader_job *job,
                       const struct store_log_change *change, const char *name)
{
    struct td_diag diag;

    job->replayed = change->sequence;
    if (registry_replay_add(registry, job, change, &diag) != TD_OK)
        serve_log(LOG_ERROR, EVENT_LOG_DAMAGED, name,
                  "merge, the change to serial %u cannot be read: the file wins over it",
                  change->serial_to);
}

/* Those behind what the file was taken for; the list may have been trimmed, or moved, since. */
static td_err read_changes(struct fiber *fiber, struct registry *registry, struct loader_job *job)
{
    size_t turn = job->replay.size;

    for (;;) {
        size_t count;
        const struct registry_zone *zone = registry_find_wire(registry, job->apex);
        if (zone == NULL)
            return TD_E_NOT_FOUND;
        uint64_t sequence = zone->has_file ? zone->file.sequence : 0;
        if (job->replayed < sequence)
            job->replayed = sequence;
        const struct store_log_change *changes = store_log_changes(
            registry->parts.log, zone->zone.entry->name, zone->zone.entry->name_size, &count);
        size_t at = store_log_behind(changes, count, job->replayed);
        if (at == count)
            return TD_OK;
        add_change(registry, job, &changes[at], zone->name);
        if (job->replay.size - turn < TURN_OCTETS)
            continue;
        turn = job->replay.size;
        td_err err = io_fiber_yield(fiber);
        if (err != TD_OK)
            return err;
    }
}

td_err registry_merge_prepare(struct fiber *fiber, struct registry *registry,
                              struct loader_job *job)
{
    td_err err = read_changes(fiber, registry, job);

    if (err != TD_OK)
        return err;
    job->kind = LOADER_COMPARE;
    job->merges = true;
    return TD_OK;
}

/* Whoever has removed the zone, or given it another file, wants the job no more. */
static void finish(struct merge *merge, td_err err)
{
    struct registry *registry = merge->registry;
    struct loader_job *job = merge->job;
    struct registry_zone *zone = job->owner;

    free(merge);
    registry->commits--;
    if (zone != NULL && err == TD_OK && !registry->is_closing) {
        registry_give_job(registry, zone, job);
    } else {
        if (zone != NULL) {
            zone->job = NULL;
            registry_let_move(zone);
            registry_forget_choice(zone);
            registry_load_failed(registry, zone, "the changes made at run time were not read");
        }
        loader_job_free(job);
    }
    if (--registry->merges != 0)
        return;
    registry->has_merged = true;
    io_condition_broadcast(&registry->merged);
}

static void run(struct fiber *fiber, void *argument)
{
    struct merge *merge = argument;

    finish(merge, registry_merge_prepare(fiber, merge->registry, merge->job));
}

void registry_merge(struct registry *registry, struct registry_zone *zone, struct loader_job *job)
{
    struct merge *merge = td_calloc(1, sizeof(*merge));

    *merge = (struct merge){ .registry = registry, .job = job };
    job->draft_max = REGISTRY_DRAFT_RECORDS_MAX;
    zone->job = job;
    registry->commits++;
    registry->merges++;
    registry->has_merged = false;
    if (registry->is_closing ||
        io_fiber_spawn(registry->parts.io, "merge", run, merge, NULL) != TD_OK)
        finish(merge, TD_E_LIMIT);
}

void registry_merge_stop(struct fiber *fiber, struct registry *registry)
{
    registry->is_closing = true;
    if (registry->merges != 0)
        io_fiber_wait_deaf(fiber, &registry->merged, &registry->has_merged);
}
