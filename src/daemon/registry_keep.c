/*
 * What is kept of a zone: bases, files that are written, and what an operator holds or lets go.
 */
#include <stdlib.h>
#include <string.h>

#include "base/writer.h"
#include "change/encode.h"
#include "change/fold.h"
#include "daemon/registry_internal.h"
#include "serve/log.h"

/*
 * A base is written some time after the first change at run time, and again when there are so many
 * that a start would have to make up for too much.
 */
enum { KEEP_EVERY_MS = 5000, CHANGES_MAX = 10000 };

/* ---- what was published ---- */

static bool is_behind(const struct registry_zone *zone)
{
    return zone->base_sequence == 0 ? zone->changes != 0 : zone->changes > CHANGES_MAX;
}

void registry_published(void *context, struct change_zone *changed,
                        const struct changeset *changeset)
{
    struct registry *registry = context;
    struct registry_zone *zone = registry_zone_of(changed);

    zone->sequence = changeset->sequence;
    zone->changes++;
    if (changeset->is_break)
        zone->base_sequence = 0; /* what it says is of no use any more */
    registry_reclaim_soon(registry);
    if (changeset->origin != CHANGE_FILE && is_behind(zone))
        registry_keep_soon(registry);
}

void registry_keep_soon(struct registry *registry)
{
    if (!io_timer_is_running(&registry->keep))
        io_timer_start(registry->parts.io, &registry->keep,
                       io_deadline_ms(registry->parts.io, KEEP_EVERY_MS));
}

void registry_keep(struct io_timer *timer, void *context)
{
    struct registry *registry = context;

    (void)timer;
    for (struct registry_zone *zone = registry->zones; zone != NULL; zone = zone->next) {
        if (!registry_zone_is_dirty(zone) || !is_behind(zone) || zone->zone.newest == NULL)
            continue;
        if (zone->job != NULL)
            zone->wants_base = true;
        else
            registry_give(registry, zone, LOADER_BASE);
    }
}

/* ---- file and zone ---- */

void registry_merge(struct registry *registry, struct registry_zone *zone, struct loader_job *job)
{
    const struct zone_entry *entry = zone->zone.entry;
    uint64_t from = zone->has_file ? zone->file.sequence : 0;
    struct td_buf octets = { .data = NULL };
    struct change_fold fold;
    struct td_arena arena;
    struct td_diag diag;
    size_t count;

    change_fold_init(&fold);
    td_arena_init(&arena, 0);
    const struct store_log_change *changes =
        store_log_changes(registry->parts.log, entry->name, entry->name_size, &count);
    for (size_t i = 0; i < count; i++) {
        struct changeset changeset;
        if (changes[i].sequence <= from)
            continue;
        td_buf_clear(&octets);
        td_arena_reset(&arena);
        if (store_log_read(registry->parts.log, &changes[i], &octets, &diag) == TD_OK &&
            change_decode((const uint8_t *)octets.data, octets.size, &arena, &changeset) == TD_OK)
            change_fold_add(&fold, &changeset);
        else
            serve_log(LOG_ERROR, EVENT_LOG_DAMAGED, zone->name,
                      "merge, the change to serial %u cannot be read: the file wins over it",
                      changes[i].serial_to);
    }
    change_fold_finish(&fold);
    change_fold_spare(&fold, job->diff.removed, &job->diff.removed_count, job->diff.added,
                      &job->diff.added_count);
    job->diff.gone = 0; /* the draft looks itself */
    change_fold_fini(&fold);
    td_arena_fini(&arena);
    td_buf_fini(&octets);
}

/* ---- what an operator may ask ---- */

td_err registry_zone_freeze(struct fiber *fiber, struct registry_zone *zone, bool is_frozen,
                            struct td_diag *diag)
{
    struct change_patience patience;
    bool was_frozen = zone->zone.is_frozen;

    change_patience_init(&patience);
    zone->zone.is_frozen = is_frozen;
    registry_put_state(zone->registry, zone, zone->has_file ? &zone->file : NULL, &patience.wait);
    td_err err = change_patience_end(fiber, &patience, diag);
    if (err != TD_OK)
        zone->zone.is_frozen = was_frozen;
    return err;
}

td_err registry_zone_flush(struct registry_zone *zone, struct td_diag *diag)
{
    if (zone->path == NULL) {
        td_diag_say(diag, "the zone has no file: name one with 'file' in the configuration");
        return TD_E_UNSUPPORTED;
    }
    if (zone->zone.newest == NULL) {
        td_diag_say(diag, "the zone has no data yet");
        return TD_E_CONFLICT;
    }
    if (zone->job != NULL)
        zone->wants_flush = true;
    else
        registry_give(zone->registry, zone, LOADER_FLUSH);
    return TD_OK;
}

td_err registry_zone_release(struct registry_zone *zone, struct td_diag *diag)
{
    if (!zone->is_held) {
        td_diag_say(diag, "the brake holds nothing of this zone");
        return TD_E_NOT_FOUND;
    }
    zone->is_released = true;
    registry_reload(zone->registry, zone, true);
    return TD_OK;
}
