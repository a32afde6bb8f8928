/*
 * A zone that is kept still. What its file says was compared with the zone again and again, and
 * each time the zone had been changed meanwhile. The next time those who change it often wait, and
 * not for long: nobody shall be able to keep an operator's file out by sending updates.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "change/draft.h"
#include "server/registry_internal.h"

enum { STILL_MAX_S = 10 }; /* for one comparison; clients wait longer than that for an answer */

/* What is on its way to the disk is waited for: the comparison is with what comes of it. */
struct settling {
    struct change_wait wait;
    struct registry *registry;
    struct loader_job *job;
};

static uint32_t now_s(const struct registry *registry)
{
    return (uint32_t)(io_now_ns(registry->parts.io) / IO_NS_PER_S);
}

void registry_let_move(struct registry_zone *zone)
{
    zone->still_until_s = 0;
}

bool registry_zone_is_still(const struct registry_zone *zone)
{
    return zone->still_until_s != 0 && now_s(zone->registry) <= zone->still_until_s;
}

static void keep_still(struct registry_zone *zone)
{
    zone->still_until_s = now_s(zone->registry) + STILL_MAX_S;
}

/* A change of nothing is told when all that it saw is durable. */
static td_err settle(struct registry *registry, struct registry_zone *zone,
                     struct change_wait *wait, struct td_diag *diag)
{
    const struct change_about about = { .origin = CHANGE_FILE };
    struct change_draft *draft;

    td_err err = change_draft_begin(registry->door, &zone->zone, about.origin, &draft, diag);
    if (err != TD_OK)
        return err;
    return change_draft_commit(draft, &about, wait, diag);
}

/* ---- for a job ---- */

static void on_settled(struct change_wait *wait, td_err err, const struct td_diag *diag)
{
    struct settling *settling = td_container_of(wait, struct settling, wait);
    struct registry *registry = settling->registry;
    struct loader_job *job = settling->job;

    (void)err; /* what could not be made durable has never been: the zone is still all the same */
    (void)diag;
    free(settling);
    registry->commits--;
    if (job->owner != NULL)
        registry_compare(registry, job->owner, job);
    else
        loader_job_free(job);
}

void registry_compare_still(struct registry *registry, struct registry_zone *zone,
                            struct loader_job *job)
{
    struct td_diag diag;

    keep_still(zone);
    if (!change_zone_is_busy(&zone->zone)) {
        registry_compare(registry, zone, job);
        return;
    }
    struct settling *settling = td_calloc(1, sizeof(*settling));
    *settling = (struct settling){
        .wait = { .done = on_settled },
        .registry = registry,
        .job = job,
    };
    zone->job = job;
    registry->commits++;
    if (settle(registry, zone, &settling->wait, &diag) != TD_OK)
        on_settled(&settling->wait, TD_E_CONFLICT, &diag);
}

/* ---- for a fiber ---- */

td_err registry_keep_still(struct fiber *fiber, struct registry *registry,
                           struct registry_zone *zone, struct td_diag *diag)
{
    struct change_patience patience;

    keep_still(zone);
    change_patience_init(&patience);
    td_err err = settle(registry, zone, &patience.wait, diag);
    if (err == TD_OK)
        err = change_patience_end(fiber, &patience, diag);
    return err;
}
