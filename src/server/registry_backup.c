/* A zone is made what a backup says. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "change/brake.h"
#include "change/draft.h"
#include "serve/log.h"
#include "server/backup.h"
#include "server/catalogs.h"
#include "server/followers.h"
#include "server/registry_internal.h"
#include "server/roles.h"

/* Changes that go to the log at a time: each takes memory until it is there. */
enum { PAST_AT_ONCE = 4096 };

/* ---- of a zone that is served ---- */

static td_err commit_draft(struct registry *registry, struct registry_zone *zone,
                           struct loader_job *job, const struct change_about *about,
                           struct change_wait *wait, struct td_diag *diag)
{
    struct change_draft *draft;
    uint32_t misfits = 0;

    td_err err = change_draft_begin(registry->door, &zone->zone, about->origin, &draft, diag);
    if (err != TD_OK)
        return err;
    if (!registry_put_diff(draft, &job->diff, &misfits) || !registry_put_soa(draft, job->version)) {
        change_draft_abort(draft);
        td_diag_say(diag, "the zone is too large for another change");
        return TD_E_LIMIT;
    }
    return change_draft_commit(draft, about, wait, diag);
}

static td_err check_brake(const struct registry_zone *zone, const struct loader_job *job,
                          const struct change_about *about, struct td_diag *diag)
{
    struct change_brake_look look = { .names = zone->zone.newest->node_count,
                                      .gone = job->diff.gone,
                                      .after = job->version };

    if (about->is_released || !change_brake_is_on(&zone->zone.rules, about->origin))
        return TD_OK;
    return change_brake_check(&zone->zone.rules, &look, diag);
}

static td_err commit_whole(struct registry *registry, struct registry_zone *zone,
                           struct loader_job *job, const struct change_about *about,
                           struct change_wait *wait, struct td_diag *diag)
{
    struct change_about whole = *about;
    struct changeset records = {
        .removed = job->diff.removed,
        .removed_count = job->diff.removed_count,
        .added = job->diff.added,
        .added_count = job->diff.added_count,
    };

    if (zone->zone.is_frozen) {
        td_diag_say(diag, "the zone is frozen: 'tandem zone thaw %s'", zone->name);
        return TD_E_CONFLICT;
    }
    td_err err = check_brake(zone, job, about, diag);
    if (err != TD_OK)
        return err;
    whole.tells_all = job->diff.is_too_large;
    job->version = registry_with_serial(
        job->version,
        registry_next_serial(registry, zone, job->version->serial, zone->zone.newest->serial));
    err = change_commit_whole(registry->door, &zone->zone, job->version,
                              job->diff.is_too_large ? NULL : &records, &whole, wait, diag);
    if (err == TD_OK)
        job->version = NULL;
    return err;
}

/* ---- of one that is not ---- */

/* All of it goes to the log: there is nothing else to restore it from. */
static td_err commit_first(struct registry *registry, struct registry_zone *zone,
                           struct loader_job *job, const struct change_about *about,
                           struct change_wait *wait, struct td_diag *diag)
{
    struct change_about whole = *about;
    uint32_t serial = job->version->serial;

    if (zone->zone.has_floor)
        serial = registry_next_serial(registry, zone, serial, zone->zone.serial_floor);
    job->version = registry_with_serial(job->version, serial);
    whole.tells_all = true;
    td_err err =
        change_commit_whole(registry->door, &zone->zone, job->version, NULL, &whole, wait, diag);
    if (err == TD_OK)
        job->version = NULL;
    return err;
}

td_err registry_restore(struct registry *registry, struct registry_zone *zone,
                        struct loader_job *job, const struct change_about *about,
                        struct change_wait *wait, struct td_diag *diag)
{
    if (zone->zone.newest == NULL)
        return commit_first(registry, zone, job, about, wait, diag);
    if (job->diff.is_too_large ||
        job->diff.removed_count + job->diff.added_count > REGISTRY_DRAFT_RECORDS_MAX)
        return commit_whole(registry, zone, job, about, wait, diag);
    return commit_draft(registry, zone, job, about, wait, diag);
}

bool registry_may_take_past(const struct registry *registry, const struct registry_zone *zone,
                            const struct backup *backup)
{
    const struct zone_entry *entry = zone->zone.entry;
    size_t count;

    (void)store_log_changes(registry->parts.log, entry->name, entry->name_size, &count);
    return zone->zone.newest == NULL && count == 0 && backup->change_count != 0 &&
           (!zone->zone.has_floor || zone->zone.serial_floor == backup->serial ||
            change_serial_is_greater(backup->serial, zone->zone.serial_floor));
}

static td_err put_past(struct fiber *fiber, struct registry *registry, struct registry_zone *zone,
                       const struct backup *backup, struct td_diag *diag)
{
    const struct zone_entry *entry = zone->zone.entry;
    struct change_patience patience;
    td_err err = TD_OK;

    for (uint32_t i = 0; i < backup->change_count && err == TD_OK; i++) {
        bool is_last = i + 1 == backup->change_count;
        bool waits = is_last || i % PAST_AT_ONCE == PAST_AT_ONCE - 1;
        change_patience_init(&patience);
        change_put_past(registry->door, entry->name, entry->name_size, &backup->changes[i],
                        waits && !is_last ? &patience.wait : NULL);
        if (is_last) {
            registry_put_base(registry, zone, STORE_ZONE_SEQUENCE_OWN, NULL);
            registry_put_state(registry, zone, NULL, &patience.wait);
        }
        if (waits)
            err = change_patience_end(fiber, &patience, diag);
    }
    return err;
}

td_err registry_restore_past(struct fiber *fiber, struct registry *registry,
                             struct registry_zone *zone, struct loader_job *job,
                             const struct backup *backup, struct td_diag *diag)
{
    const struct zone_entry *entry = zone->zone.entry;
    size_t count;

    zone->is_committing = true;
    registry->commits++;
    zone->zone.has_floor = true;
    zone->zone.serial_floor = backup->serial;
    td_err err = put_past(fiber, registry, zone, backup, diag);
    zone->is_committing = false;
    registry->commits--;
    if (err != TD_OK)
        return err;
    const struct store_log_change *changes =
        store_log_changes(registry->parts.log, entry->name, entry->name_size, &count);
    zone->sequence = zone->base_sequence = changes[count - 1].sequence;
    zone->changes = 0;
    zone->has_file = false;
    change_restore(registry->door, &zone->zone, job->version);
    job->version = NULL;
    followers_published(zone, true);
    return TD_OK;
}

void registry_restored(struct registry *registry, struct registry_zone *zone)
{
    struct io_file_stat stat;

    zone->loaded_s = io_wall_s(registry->parts.io);
    zone->failed_s = 0;
    registry_reclaim_soon(registry);
    serial_walk_recall(zone);
    catalogs_zones_changed(registry->catalogs);
    if (registry_zone_is_dirty(zone))
        registry_keep_soon(registry);
    /* A new machine has the configuration, and no file yet. */
    if (zone->path == NULL || zone->job != NULL ||
        io_path_stat(registry->parts.io, zone->path, &stat, NULL) != TD_E_NOT_FOUND)
        return;
    registry_give(registry, zone, LOADER_FLUSH);
}
