/*
 * How a zone begins.
 *
 * One that was changed at run time, and one without a file, is restored: from its base or, while
 * there is none, from its file, and the changes of the log behind that. Any other is loaded from
 * its file. A large one may have an image, which is faster than either. Only so many are given to
 * the keepers at once: a job is larger than a small zone, and there may be very many zones.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/writer.h"
#include "serve/log.h"
#include "server/catalogs.h"
#include "server/images.h"
#include "server/registry_internal.h"
#include "server/secondary.h"
#include "store/base.h"

enum { STARTS_MAX = 256 }; /* jobs of any kind that are under way while zones wait */

/* ---- what the state directory knows ---- */

static void recall(struct registry *registry, struct registry_zone *zone)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    const struct zone_entry *entry = zone->zone.entry;
    struct store_zone_state state;
    uint64_t sequence;
    size_t size, count;

    size_t key_size = store_zone_key(entry->name, key);
    const uint8_t *value = store_log_state(registry->parts.log, key, key_size, &size, &sequence);
    if (value != NULL && store_zone_state_decode(value, size, sequence, &state) == TD_OK) {
        zone->zone.has_floor = true;
        zone->zone.serial_floor = state.serial;
        zone->zone.is_frozen = state.is_frozen;
        zone->has_file = state.has_file;
        zone->file = state.file;
    }
    key[0] = 'K';
    zone->keeps_held =
        zone->secondary == NULL && zone->path != NULL &&
        store_log_state(registry->parts.log, key, key_size, &size, &sequence) != NULL;
    key[0] = 'B';
    value = store_log_state(registry->parts.log, key, key_size, &size, &sequence);
    if (zone->secondary != NULL)
        zone->zone.has_floor = false; /* the serials are the primary's */
    zone->has_base = value != NULL;
    zone->base_sequence =
        value == NULL || size != 8 ? 0 : (uint64_t)td_get_u32(value) << 32 | td_get_u32(value + 4);
    if (zone->base_sequence == STORE_ZONE_SEQUENCE_OWN)
        zone->base_sequence = sequence;
    const struct store_log_change *changes =
        store_log_changes(registry->parts.log, entry->name, entry->name_size, &count);
    /* Of what is in the base the log may have forgotten everything. */
    zone->sequence = zone->base_sequence;
    if (count == 0)
        return;
    zone->sequence = changes[count - 1].sequence;
    zone->changes = (uint32_t)(count - store_log_behind(changes, count, zone->base_sequence));
    if (zone->secondary != NULL)
        return;
    if (!zone->zone.has_floor ||
        change_serial_is_greater(changes[count - 1].serial_to, zone->zone.serial_floor)) {
        zone->zone.has_floor = true;
        zone->zone.serial_floor = changes[count - 1].serial_to;
    }
}

td_err registry_replay_add(struct registry *registry, struct loader_job *job,
                           const struct store_log_change *change, struct td_diag *diag)
{
    uint8_t head[4] = { 0 };
    size_t at = job->replay.size;

    td_buf_add(&job->replay, head, sizeof(head));
    td_err err = store_log_read(registry->parts.log, change, &job->replay, diag);
    if (err == TD_OK)
        td_put_u32((uint8_t *)job->replay.data + at,
                   (uint32_t)(job->replay.size - at - sizeof(head)));
    else
        job->replay.size = at;
    return err;
}

td_err registry_replay_behind(struct registry *registry, struct registry_zone *zone,
                              uint64_t sequence, struct loader_job *job)
{
    const struct zone_entry *entry = zone->zone.entry;
    struct td_diag diag;
    size_t count;
    td_err err = TD_OK;

    const struct store_log_change *changes =
        store_log_changes(registry->parts.log, entry->name, entry->name_size, &count);
    for (size_t i = store_log_behind(changes, count, sequence); i < count && err == TD_OK; i++) {
        err = registry_replay_add(registry, job, &changes[i], &diag);
        if (err != TD_OK) {
            serve_log(LOG_ERROR, EVENT_LOG_DAMAGED, zone->name, "%s: it is left out", diag.text);
            err = err == TD_E_MALFORMED ? TD_OK : err;
        }
    }
    return err;
}

/* What the zone can be made of, besides its file. Returns whether there is a base. */
static bool find_sources(struct registry *registry, struct registry_zone *zone, bool is_guess)
{
    const struct zone_entry *entry = zone->zone.entry;
    const struct store_log_change *broken =
        store_log_break(registry->parts.log, entry->name, entry->name_size);
    bool has_base = (zone->base_sequence != 0 || zone->keeps_held || is_guess) &&
                    (broken == NULL || zone->base_sequence >= broken->sequence);
    bool has_whole = !has_base && broken != NULL && broken->added != 0;

    zone->whole_sequence = has_whole && !is_guess ? broken->sequence : 0;
    return has_base;
}

/* `is_guess`: from its base, or not at all; the file has all changes, and was changed since. */
static bool restore(struct registry *registry, struct registry_zone *zone, bool is_guess)
{
    bool has_base = find_sources(registry, zone, is_guess);
    bool has_whole = zone->whole_sequence != 0;

    if (!has_base && (is_guess || (!has_whole && (zone->path == NULL || zone->secondary != NULL))))
        return false;
    struct loader_job *job = registry_job_new(registry, zone, LOADER_RESTORE);
    if (has_base)
        job->base_path = store_base_path(registry->parts.state, zone->zone.entry->name);
    job->has_whole = has_whole;
    job->is_guess = is_guess;
    uint64_t from = has_base         ? zone->base_sequence
                    : has_whole      ? zone->whole_sequence - 1
                    : zone->has_file ? zone->file.sequence
                                     : 0;
    if (registry_replay_behind(registry, zone, from, job) != TD_OK) {
        zone->job = NULL;
        loader_job_free(job);
        return false;
    }
    loader_give(registry->loader, job);
    return true;
}

static bool has_no_file(const struct registry *registry, const struct registry_zone *zone)
{
    struct io_file_stat stat;

    return zone->path == NULL || io_path_stat(registry->parts.io, zone->path, &stat, NULL) != TD_OK;
}

/*
 * The file was changed while nobody looked: with what was served before it can be compared as ever,
 * for the brake, for IXFR and for history.
 */
static bool has_other_file(const struct registry *registry, const struct registry_zone *zone)
{
    struct io_file_stat stat;

    return zone->has_base && zone->has_file && zone->path != NULL && zone->secondary == NULL &&
           io_path_stat(registry->parts.io, zone->path, &stat, NULL) == TD_OK &&
           !store_zone_file_is_same(&zone->file, &stat);
}

static void start(struct registry *registry, struct registry_zone *zone)
{
    bool has_changes =
        zone->keeps_held ||
        (zone->sequence != 0 && (registry_zone_is_dirty(zone) || has_no_file(registry, zone)));
    if (images_start(registry->images, zone, has_changes)) {
        if (has_changes)
            (void)find_sources(registry, zone, false); /* what is needed of these, too, is kept */
        return;
    }
    if (has_changes && restore(registry, zone, false))
        return;
    if (!has_changes && has_other_file(registry, zone) && restore(registry, zone, true))
        return;
    if (!has_changes && zone->path != NULL) {
        registry_give(registry, zone, LOADER_LOAD);
        return;
    }
    if (zone->secondary != NULL) {
        secondary_start(zone); /* with nothing: the zone is LOADING */
        return;
    }
    if (zone->catalog == REGISTRY_CATALOG_PRODUCED) {
        catalogs_published(registry->catalogs, zone); /* it is made */
        return;
    }
    /* Never the file alone where the zone was changed at run time: that would forget the changes.
     */
    if (has_changes)
        serve_log(LOG_ERROR, EVENT_ZONE_LOAD_FAILED, zone->name,
                  "restore, the log cannot be read, or there is neither base nor file: the zone "
                  "answers SERVFAIL; 'tandem reload' tries again");
    zone_entry_publish(registry->parts.zones, zone->zone.entry, NULL, ZONE_STATE_FAILED);
}

void registry_zone_start_again(struct registry *registry, struct registry_zone *zone)
{
    start(registry, zone);
}

/*
 * Does the log have each change since the file was loaded? What was forgotten was the oldest; what
 * was damaged leaves a gap.
 */
static bool has_all_changes(const struct registry *registry, const struct registry_zone *zone)
{
    const struct zone_entry *entry = zone->zone.entry;
    size_t count;

    if (!zone->has_file || zone->path == NULL)
        return false;
    const struct store_log_change *changes =
        store_log_changes(registry->parts.log, entry->name, entry->name_size, &count);
    size_t first = store_log_behind(changes, count, zone->file.sequence);
    uint32_t serial = first != 0 ? changes[first - 1].serial_to : zone->file.serial;
    return first < count && changes[first].serial_from == serial;
}

bool registry_start_without_base(struct registry *registry, struct registry_zone *zone)
{
    const struct zone_entry *entry = zone->zone.entry;
    const struct store_log_change *broken =
        store_log_break(registry->parts.log, entry->name, entry->name_size);

    if (zone->secondary != NULL || zone->keeps_held ||
        ((broken == NULL || broken->added == 0) && !has_all_changes(registry, zone)))
        return false;
    zone->base_sequence = 0;
    zone->has_bad_base = true;
    start(registry, zone);
    return true;
}

/* ---- the queue ---- */

void registry_zone_start(struct registry *registry, struct registry_zone *zone)
{
    struct registry_starts *starts = &registry->starts;

    recall(registry, zone);
    if (loader_count(registry->loader) < STARTS_MAX) {
        start(registry, zone);
        return;
    }
    if (starts->count == starts->capacity) {
        starts->capacity = starts->capacity == 0 ? 1024 : starts->capacity * 2;
        starts->zones = td_realloc(starts->zones, starts->capacity * sizeof(*starts->zones));
    }
    starts->zones[starts->count++] = zone;
    starts->waiting++;
    zone->start_slot = starts->count;
}

void registry_start_cancel(struct registry *registry, struct registry_zone *zone)
{
    if (zone->start_slot == 0)
        return;
    registry->starts.zones[zone->start_slot - 1] = NULL;
    registry->starts.waiting--;
    zone->start_slot = 0;
}

void registry_start_more(struct registry *registry)
{
    struct registry_starts *starts = &registry->starts;

    while (starts->next < starts->count && loader_count(registry->loader) < STARTS_MAX) {
        struct registry_zone *zone = starts->zones[starts->next++];
        if (zone == NULL)
            continue; /* it was removed meanwhile */
        registry_start_cancel(registry, zone);
        start(registry, zone);
    }
    if (starts->next < starts->count)
        return;
    free(starts->zones);
    *starts = (struct registry_starts){ .zones = NULL };
}
