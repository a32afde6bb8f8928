/*
 * What is given to bulk keepers, and what comes back. How a zone begins is in registry_start.c; one
 * that has been restored looks at its file afterwards, as if it had been changed just now.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/writer.h"
#include "serve/log.h"
#include "server/catalogs.h"
#include "server/followers.h"
#include "server/images.h"
#include "server/registry_internal.h"
#include "server/roles.h"
#include "server/secondary.h"
#include "store/base.h"
#include "zone/lineage.h"

enum {
    REPLAY_MAX = 64 * 1024, /* octets of changes made up for at a start without a new base */
};

/* ---- giving ---- */

static bool is_for_file(enum loader_kind kind)
{
    return kind == LOADER_LOAD || kind == LOADER_FLUSH || kind == LOADER_RESTORE ||
           kind == LOADER_IMAGE;
}

void registry_checks(const struct registry_zone *zone, enum loader_kind kind,
                     struct zone_check_options *ret_checks)
{
    static const uint8_t zonemd_levels[] = {
        [CONF_ZONEMD_WARN] = ZONE_LEVEL_WARNING,
        [CONF_ZONEMD_STRICT] = ZONE_LEVEL_ERROR,
        [CONF_ZONEMD_OFF] = ZONE_LEVEL_OFF,
    };

    zone_check_options_init(ret_checks,
                            kind == LOADER_TRANSFER ? ZONE_CHECK_LAX : ZONE_CHECK_NORMAL, 0);
    ret_checks->levels[ZONE_CHECK_ZONEMD_WRONG] = zonemd_levels[zone->zonemd];
    ret_checks->levels[ZONE_CHECK_ZONEMD_SERIAL] = zonemd_levels[zone->zonemd];
}

struct loader_job *registry_job_new(struct registry *registry, struct registry_zone *zone,
                                    enum loader_kind kind)
{
    struct loader_job *job =
        loader_job_new(kind, zone->zone.entry->name, is_for_file(kind) ? zone->path : NULL);

    td_assert(zone->job == NULL);
    job->owner = zone;
    job->zonefile.seed = registry->parts.seed;
    job->zonefile.may_include = true;
    registry_checks(zone, kind, &job->checks);
    zone->job = job;
    return job;
}

void registry_give_job(struct registry *registry, struct registry_zone *zone,
                       struct loader_job *job)
{
    loader_job_pin(job, zone->zone.newest, zone->sequence);
    loader_give(registry->loader, job);
}

void registry_give(struct registry *registry, struct registry_zone *zone, enum loader_kind kind)
{
    struct loader_job *job = registry_job_new(registry, zone, kind);

    if (kind == LOADER_BASE)
        job->base_path = store_base_path(registry->parts.state, zone->zone.entry->name);
    registry_give_job(registry, zone, job);
}

void registry_compare(struct registry *registry, struct registry_zone *zone, struct loader_job *job)
{
    if (zone->take == REGISTRY_TAKE_MERGE) {
        registry_merge(registry, zone, job);
        return;
    }
    job->kind = LOADER_COMPARE;
    job->merges = false;
    zone->job = job;
    registry_give_job(registry, zone, job);
}

/* The zone was published anew while the versions were compared, or it is to be merged. */
static void compare_again(struct registry *registry, struct registry_zone *zone,
                          struct loader_job *job)
{
    job->tries += job->merges == (zone->take == REGISTRY_TAKE_MERGE);
    if (job->tries < REGISTRY_STILL_FROM)
        registry_compare(registry, zone, job);
    else
        registry_compare_still(registry, zone, job);
}

static bool is_unchanged(struct registry *registry, const struct registry_zone *zone)
{
    struct io_file_stat stat;

    return zone->has_file && zone->failed_s == 0 && !zone->has_conflict && !zone->is_held &&
           io_path_stat(registry->parts.io, zone->path, &stat, NULL) == TD_OK &&
           store_zone_file_is_same(&zone->file, &stat);
}

/* The file of a secondary is written, not read: its primaries are looked at. */
static bool reload_copy(struct registry_zone *zone)
{
    if (zone->secondary == NULL || !zone->secondary->is_ready)
        return false;
    secondary_look(zone->secondary);
    return true;
}

void registry_reload(struct registry *registry, struct registry_zone *zone, bool force)
{
    if (reload_copy(zone) || zone->start_slot != 0 ||
        (zone->path == NULL && zone->zone.newest != NULL))
        return;
    if (zone->job != NULL || zone->asking != NULL) {
        zone->is_again = true;
        return;
    }
    if (zone->zone.newest == NULL)
        registry_zone_start(registry, zone);
    else if (force || !is_unchanged(registry, zone))
        registry_give(registry, zone, LOADER_LOAD);
}

void registry_reload_all(struct registry *registry, bool force)
{
    for (struct registry_zone *zone = registry->zones; zone != NULL; zone = zone->next)
        registry_reload(registry, zone, force);
}

void registry_take_file(struct registry *registry, struct registry_zone *zone,
                        enum registry_take take)
{
    zone->take = take;
    registry_reload(registry, zone, true);
}

/* ---- taking ---- */

/* Keep what must be mended, no larger than it is: there may be very many zones. */
static void keep_diags(struct registry_zone *zone, const struct loader_job *job)
{
    uint32_t count = 0;

    bool is_copy = job->kind == LOADER_TRANSFER; /* notes are for whoever writes the zone */
    for (uint32_t i = 0; i < job->diag_count; i++) {
        bool is_note = job->diags[i].severity == TD_SEVERITY_NOTE;
        if (!is_note || !is_copy)
            serve_log_diag(EVENT_ZONE_CHECK, zone->name, &job->diags[i]);
        if (!is_note)
            job->diags[count++] = job->diags[i];
    }
    if (job->diags_left_out != 0)
        serve_log(LOG_WARNING, EVENT_ZONE_CHECK, zone->name, "%u more findings",
                  job->diags_left_out);
    free(zone->diags);
    zone->diags = count == 0 ? NULL : td_memdup(job->diags, count * sizeof(*job->diags));
    zone->diag_count = count;
    zone->diags_left_out = job->diags_left_out;
}

static void add_diag(struct registry_zone *zone, const char *text)
{
    struct td_diag diag;

    td_diag_say_at(&diag, zone->path, 0, 0, TD_SEVERITY_ERROR, "%s", text);
    zone->diags = td_realloc(zone->diags, (zone->diag_count + 1) * sizeof(*zone->diags));
    zone->diags[zone->diag_count++] = diag;
}

void registry_load_failed(struct registry *registry, struct registry_zone *zone, const char *why)
{
    zone->failed_s = io_wall_s(registry->parts.io);
    add_diag(zone, why);
    if (zone->zone.newest != NULL) {
        serve_log(LOG_ERROR, EVENT_ZONE_LOAD_FAILED, zone->name,
                  "load, file '%s' refused: %s; serial %u goes on being served", zone->path, why,
                  zone->zone.newest->serial);
        return;
    }
    zone_entry_publish(registry->parts.zones, zone->zone.entry, NULL, ZONE_STATE_FAILED);
    serve_log(LOG_ERROR, EVENT_ZONE_LOAD_FAILED, zone->name,
              "load, file '%s' refused: %s; the zone answers SERVFAIL", zone->path, why);
}

static void load_failed(struct registry *registry, struct registry_zone *zone,
                        const struct loader_job *job)
{
    if (zone->secondary != NULL) {
        secondary_start(zone); /* a primary has it */
        return;
    }
    zone->failed_s = io_wall_s(registry->parts.io);
    if (zone->zone.newest != NULL) {
        serve_log(LOG_ERROR, EVENT_ZONE_LOAD_FAILED, zone->name,
                  "load, file '%s' refused with %u errors, serial %u goes on being served",
                  zone->path, job->report.errors, zone->zone.newest->serial);
        return;
    }
    zone_entry_publish(registry->parts.zones, zone->zone.entry, NULL, ZONE_STATE_FAILED);
    if (job->kind == LOADER_RESTORE)
        serve_log(
            LOG_ERROR, EVENT_ZONE_LOAD_FAILED, zone->name,
            "restore, base, file and log do not lead to serial %u, which was served last: the "
            "zone answers SERVFAIL; 'tandem zone restore' takes a backup",
            zone->zone.serial_floor);
    else
        serve_log(LOG_ERROR, EVENT_ZONE_LOAD_FAILED, zone->name,
                  "load, file '%s' refused with %u errors, the zone answers SERVFAIL",
                  zone->path == NULL ? "-" : zone->path, job->report.errors);
}

/* Returns whether the job goes on. */
static bool take_load(struct registry *registry, struct registry_zone *zone, struct loader_job *job)
{
    if (job->kind != LOADER_COMPARE || job->result != TD_OK)
        keep_diags(zone, job);
    if (job->result != TD_OK) {
        load_failed(registry, zone, job);
        if (!zone->is_again)
            registry_forget_choice(zone);
        return false;
    }
    if (job->kind != LOADER_COMPARE) {
        zone->load_ns = job->cpu_ns;
        zone->has_includes = job->report.files > 1;
        zone->is_from_image = job->kind == LOADER_IMAGE;
    }
    if (zone->zone.newest == NULL) {
        return registry_commit_first(registry, zone, job);
    }
    bool is_late = registry_is_late(zone, job) && job->tries < REGISTRY_COMPARISONS_MAX;
    if (job->before == NULL || is_late || job->merges != (zone->take == REGISTRY_TAKE_MERGE)) {
        compare_again(registry, zone, job);
        return true;
    }
    registry_commit(registry, zone, job);
    return false;
}

/* Is it what was served last? The log may have forgotten what came behind the base. */
static bool is_as_published(const struct registry_zone *zone, const struct loader_job *job)
{
    return job->result == TD_OK && job->gaps + job->misfits == 0 &&
           job->version->serial == zone->zone.serial_floor;
}

/* Is the file that was read the one that was loaded before, which the changes were made to? */
static bool is_file_known(const struct registry_zone *zone, const struct loader_job *job)
{
    return zone->has_file && zone->file.digest == job->report.digest;
}

/* What did not fit, and what is missing. Returns whether the log is damaged. */
static bool tell_damage(const struct registry_zone *zone, const struct loader_job *job,
                        bool has_base)
{
    if (job->misfits != 0)
        serve_log(LOG_WARNING, EVENT_ZONE_LOADED, zone->name,
                  "restore, %u records of changes in the log did not fit%s", job->misfits,
                  has_base ? "" : ": the file has changed since they were made");
    if (job->gaps != 0)
        serve_log(
            LOG_ERROR, EVENT_ZONE_LOADED, zone->name,
            "restore, changes are missing in the log at %u places%s", job->gaps,
            zone->secondary != NULL
                ? ": the zone is transferred anew"
                : ": compare the zone with its secondaries and its file ('tandem zone diff')");
    return job->gaps != 0 || (job->misfits != 0 && has_base);
}

static void take_restored(struct registry *registry, struct registry_zone *zone,
                          struct loader_job *job)
{
    bool is_image = job->kind == LOADER_IMAGE;
    bool has_base = job->base_path != NULL || job->has_whole || is_image;

    if (job->is_guess && !is_as_published(zone, job)) {
        registry_give(registry, zone, LOADER_LOAD); /* all that there is */
        return;
    }
    keep_diags(zone, job);
    if (job->result != TD_OK && job->base_path != NULL &&
        registry_start_without_base(registry, zone))
        return;
    bool is_bad = zone->has_bad_base &&
                  (!is_as_published(zone, job) || !(has_base || is_file_known(zone, job)));
    zone->wants_base = zone->wants_base || zone->has_bad_base;
    zone->has_bad_base = false;
    if (job->result != TD_OK || is_bad) {
        load_failed(registry, zone, job);
        return;
    }
    bool is_damaged = tell_damage(zone, job, has_base);
    zone->loaded_s = io_wall_s(registry->parts.io);
    zone->failed_s = 0;
    zone->load_ns = job->cpu_ns;
    zone->has_includes = job->report.files > 1;
    zone->is_from_image = is_image;
    serve_log(LOG_INFO, EVENT_ZONE_LOADED, zone->name,
              "restore, serial %u, %llu records, from %s, %llu ms", job->version->serial,
              (unsigned long long)job->version->record_count,
              is_image         ? "its image and the log"
              : job->has_whole ? "the log"
              : has_base       ? "its base and the log"
                               : "its file and the log",
              (unsigned long long)(job->cpu_ns / IO_NS_PER_MS));
    if (!has_base && zone->secondary == NULL && !is_file_known(zone, job)) {
        registry_commit_restored(registry, zone, job);
        return;
    }
    change_restore(registry->door, &zone->zone, job->version);
    job->version = NULL;
    registry_reclaim_soon(registry);
    if (!is_image)
        images_changed(registry->images, zone);
    followers_published(zone, true);
    serial_walk_recall(zone);
    if (zone->catalog != REGISTRY_CATALOG_NOT)
        catalogs_published(registry->catalogs, zone);
    if (zone->secondary != NULL)
        secondary_start(zone);
    if (zone->secondary != NULL && is_damaged)
        secondary_begin_anew(zone->secondary, "the log was damaged");
    if (zone->secondary == NULL)
        zone->is_again = zone->path != NULL; /* has the file changed meanwhile? */
    /* A server that is killed again and again shall not start more and more slowly. */
    if (job->replay.size > REPLAY_MAX)
        zone->wants_base = true;
    else if (!has_base)
        registry_keep_soon(registry);
}

/* Returns whether the job goes on. */
static bool take_image(struct registry *registry, struct registry_zone *zone,
                       struct loader_job *job)
{
    bool goes_on = false;

    if (job->result != TD_OK) {
        images_refused(registry->images, zone, job);
        registry_zone_start_again(registry, zone);
        return false;
    }
    if (job->is_changed)
        take_restored(registry, zone, job);
    else
        goes_on = take_load(registry, zone, job);
    images_used(registry->images, zone, job);
    return goes_on;
}

static void take_written(struct registry *registry, struct registry_zone *zone,
                         const struct loader_job *job)
{
    keep_diags(zone, job);
    if (job->result != TD_OK)
        return;
    zone->has_conflict = zone->has_includes = false;
    registry_remember_file(registry, zone, &job->file);
    serve_log(LOG_NOTICE, EVENT_ZONE_WRITTEN, zone->name, "flush, file '%s', serial %u", zone->path,
              job->file.serial);
}

static void take_base(struct registry *registry, struct registry_zone *zone,
                      const struct loader_job *job)
{
    if (job->result == TD_OK) {
        registry_base_written(registry, zone, job->sequence);
        return;
    }
    for (uint32_t i = 0; i < job->diag_count; i++)
        serve_log_diag(EVENT_LOG_REFUSED, zone->name, &job->diags[i]);
    registry_base_failed(zone);
}

static void next_job(struct registry *registry, struct registry_zone *zone)
{
    if (zone->job == NULL && zone->is_again) {
        zone->is_again = false;
        registry_reload(registry, zone, zone->take != REGISTRY_TAKE_NOTHING);
    }
    if (zone->job == NULL && zone->wants_flush && zone->zone.newest != NULL) {
        zone->wants_flush = false;
        registry_give(registry, zone, LOADER_FLUSH);
    }
    if (zone->job == NULL && zone->wants_base && zone->zone.newest != NULL) {
        zone->wants_base = false;
        registry_give(registry, zone, LOADER_BASE);
    }
    if (zone->job == NULL && zone->secondary != NULL)
        secondary_loader_free(zone->secondary);
}

/* Returns whether the job goes on. */
static bool take(struct registry *registry, struct registry_zone *zone, struct loader_job *job)
{
    zone->job = NULL;
    switch (job->kind) {
    case LOADER_LOAD:
    case LOADER_COMPARE:
        return take_load(registry, zone, job);
    case LOADER_RESTORE:
        take_restored(registry, zone, job);
        break;
    case LOADER_IMAGE:
        return take_image(registry, zone, job);
    case LOADER_FLUSH:
        take_written(registry, zone, job);
        break;
    case LOADER_BASE:
        take_base(registry, zone, job);
        break;
    case LOADER_VERIFY:
        if (zone->secondary != NULL)
            secondary_verified(zone->secondary, job);
        break;
    case LOADER_TRANSFER:
        keep_diags(zone, job);
        if (zone->secondary != NULL)
            secondary_take_job(zone->secondary, job);
        break;
    case LOADER_IMAGE_WRITE:
    case LOADER_DIGEST:
    case LOADER_DISPOSE:
        td_assert(false); /* those are not of the zone's */
        break;
    }
    return false;
}

/* A version that is not wanted is large, and freed where nobody waits for it. */
static void let_go(struct registry *registry, struct loader_job *job)
{
    if (job->version != NULL)
        loader_dispose(registry->loader, job->version->lineage);
    if (job->source != NULL)
        loader_dispose(registry->loader, job->source->lineage);
    job->version = job->source = NULL;
    loader_job_free(job);
}

void registry_take_job(void *context, struct loader_job *job)
{
    struct registry *registry = context;
    if (job->kind == LOADER_IMAGE_WRITE || job->kind == LOADER_DIGEST) {
        images_take_job(registry->images, job);
        return;
    }
    struct registry_zone *zone = job->owner;
    if (zone == NULL || !take(registry, zone, job))
        let_go(registry, job);
    if (zone != NULL && zone->job == NULL)
        registry_let_move(zone);
    if (zone != NULL)
        next_job(registry, zone);
    registry_start_more(registry);
    registry_look_idle(registry);
}
