/*
 * What is kept of a zone: bases, files that are written, and what an operator holds or lets go.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/writer.h"
#include "serve/log.h"
#include "server/catalogs.h"
#include "server/followers.h"
#include "server/images.h"
#include "server/registry_internal.h"
#include "server/secondary.h"
#include "wire/name.h"

/*
 * A base is written some time after the first change at run time, and again when there are so many
 * that a start would have to make up for too much.
 */
enum { KEEP_EVERY_MS = 5000, CHANGES_MAX = 10000 };
#define WRITE_EVERY_MS ((uint64_t)60000) /* the file of a secondary */

/* Changes between two looks at how much of a zone's history is to be kept. */
enum { TRIM_EVERY = 1024 };

/* All zones of a hundred thousand are looked at in half an hour. */
enum { SWEEP_EVERY_MS = 1000, SWEEP_PLACES = 64 };

/* ---- what was published ---- */

static bool is_behind(const struct registry_zone *zone)
{
    bool has_whole = zone->base_sequence != 0 || zone->whole_sequence != 0;

    return zone->owes_base || zone->changes > (has_whole ? CHANGES_MAX : 0);
}

/* The newest change that is not needed to restore the zone; 0: all are. */
static uint64_t restorable(const struct registry_zone *zone)
{
    if (registry_zone_is_dirty(zone) && zone->base_sequence == 0 && zone->whole_sequence != 0)
        return zone->whole_sequence - 1;
    if (registry_zone_is_dirty(zone))
        return zone->base_sequence;
    return zone->has_file ? zone->file.sequence : 0;
}

static void trim(struct registry *registry, struct registry_zone *zone)
{
    const struct zone_entry *entry = zone->zone.entry;
    uint64_t now_s = io_wall_s(registry->parts.io);
    uint64_t limit = restorable(zone);
    uint64_t octets = store_log_octets(registry->parts.log, entry->name, entry->name_size);
    size_t count, gone = 0;
    const struct store_log_change *changes =
        store_log_changes(registry->parts.log, entry->name, entry->name_size, &count);

    for (; gone < count && changes[gone].sequence <= limit; gone++) {
        bool is_old = changes[gone].time_s + zone->history.age_s < now_s;
        if (octets <= zone->history.octets && !is_old)
            break;
        octets -= changes[gone].size;
    }
    if (gone != 0)
        store_log_trim(registry->parts.log, entry->name, entry->name_size,
                       changes[gone - 1].sequence + 1);
}

/* The file of a secondary is a copy for people: written some time after a change. */
static bool is_file_behind(const struct registry_zone *zone)
{
    return zone->secondary != NULL && zone->path != NULL && zone->zone.newest != NULL &&
           zone->sequence > (zone->has_file ? zone->file.sequence : 0);
}

/* What the base says is of no use any more. */
static void take_break(struct registry *registry, struct registry_zone *zone,
                       const struct changeset *changeset)
{
    bool tells_all = changeset->added_count != 0;

    zone->base_sequence = 0;
    zone->whole_sequence = tells_all ? changeset->sequence : 0;
    if (tells_all || zone->secondary == NULL)
        return;
    if (zone->job == NULL)
        registry_give(registry, zone, LOADER_BASE); /* at once: nothing else has it */
    else
        zone->wants_base = true;
}

void registry_published(void *context, struct change_zone *changed,
                        const struct changeset *changeset)
{
    struct registry *registry = context;
    struct registry_zone *zone = registry_zone_of(changed);

    zone->sequence = changeset->sequence;
    zone->changes++;
    if (changeset->is_break)
        take_break(registry, zone, changeset);
    if (zone->changes % TRIM_EVERY == 0)
        trim(registry, zone);
    registry_reclaim_soon(registry);
    images_changed(registry->images, zone);
    followers_published(zone, changeset->serial_from == 0);
    if (zone->catalog == REGISTRY_CATALOG_FOLLOWED ||
        (zone->catalog == REGISTRY_CATALOG_PRODUCED && changeset->is_break))
        catalogs_published(registry->catalogs, zone);
    if (changeset->origin != CHANGE_FILE && (is_behind(zone) || is_file_behind(zone)))
        registry_keep_soon(registry);
}

/* ---- what the brake holds ---- */

/* Is there such a piece of state of the zone? */
static bool has_state(const struct registry *registry, const struct registry_zone *zone,
                      uint8_t letter, uint8_t key[STORE_ZONE_KEY_SIZE_MAX], size_t *ret_key_size)
{
    uint64_t sequence;
    size_t size;

    *ret_key_size = store_zone_key(zone->zone.entry->name, key);
    key[0] = letter;
    return store_log_state(registry->parts.log, key, *ret_key_size, &size, &sequence) != NULL;
}

static void tell_held(const struct registry_zone *zone, const char *more)
{
    serve_log(LOG_ERROR, EVENT_ZONE_HELD, zone->name,
              "load, file '%s' is held: %s; 'tandem zone release %s' publishes it all the same%s",
              zone->path, zone->trouble, zone->name, more);
}

static void end_holding(struct registry_zone *zone, bool is_kept)
{
    if (!zone->is_holding)
        return;
    zone->is_holding = false;
    zone->keeps_held = is_kept;
    tell_held(zone, is_kept ? "" : "; a restart would do so, since the base cannot be written");
}

void registry_hold(struct registry *registry, struct registry_zone *zone)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    size_t key_size;

    zone->is_held = true;
    zone->is_holding = !zone->keeps_held;
    zone->wants_base = zone->wants_base || zone->is_holding;
    if (!zone->is_holding)
        tell_held(zone, "");
    if (has_state(registry, zone, 'H', key, &key_size)) /* of a command: one is held at a time */
        change_put_state(registry->door, key, key_size, NULL, 0, NULL);
}

void registry_unhold(struct registry *registry, struct registry_zone *zone)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    size_t key_size;

    zone->is_held = zone->is_holding = zone->keeps_held = false;
    if (has_state(registry, zone, 'K', key, &key_size))
        change_put_state(registry->door, key, key_size, NULL, 0, NULL);
}

/* With the place of the base, which is on disk: a start takes that from then on, not the file. */
static void keep_held(struct registry *registry, struct registry_zone *zone)
{
    static const uint8_t value[1] = { 1 };
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    size_t key_size;

    if (!has_state(registry, zone, 'K', key, &key_size))
        change_put_state(registry->door, key, key_size, value, sizeof(value), NULL);
}

/* ---- bases ---- */

/* Only once the log knows of a base may it forget what came before. */
struct base {
    struct change_wait wait;
    struct registry_zone *zone;
    uint64_t sequence;
};

/* The base before, or the file, is as good. But the log cannot forget anything, and grows. */
static void try_again(struct registry_zone *zone)
{
    zone->owes_base = true;
    registry_keep_soon(zone->registry);
}

static void on_base_known(struct change_wait *wait, td_err err, const struct td_diag *diag)
{
    struct base *base = td_container_of(wait, struct base, wait);

    (void)diag;
    if (err == TD_OK) {
        base->zone->base_sequence = base->sequence;
        base->zone->changes = 0;
        base->zone->owes_base = false;
        trim(base->zone->registry, base->zone);
    } else {
        try_again(base->zone);
    }
    end_holding(base->zone, err == TD_OK);
    free(base);
}

void registry_put_base(struct registry *registry, const struct registry_zone *zone,
                       uint64_t sequence, struct change_wait *wait)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    uint8_t value[8];

    size_t size = store_zone_key(zone->zone.entry->name, key);
    key[0] = 'B';
    td_put_u32(value, (uint32_t)(sequence >> 32));
    td_put_u32(value + 4, (uint32_t)sequence);
    change_put_state(registry->door, key, size, value, sizeof(value), wait);
}

void registry_base_written(struct registry *registry, struct registry_zone *zone, uint64_t sequence)
{
    struct base *base = td_calloc(1, sizeof(*base));

    *base = (struct base){ .wait = { .done = on_base_known }, .zone = zone, .sequence = sequence };
    registry_put_base(registry, zone, sequence, &base->wait);
    registry_remember_owed(registry, zone);
    if (zone->is_held)
        keep_held(registry, zone);
}

void registry_base_failed(struct registry_zone *zone)
{
    end_holding(zone, false);
    try_again(zone);
}

void registry_keep_soon(struct registry *registry)
{
    if (!io_timer_is_running(&registry->keep))
        io_timer_start(registry->parts.io, &registry->keep,
                       io_deadline_ms(registry->parts.io, KEEP_EVERY_MS));
}

/* Returns whether it has to wait. */
static bool write_file(struct registry *registry, struct registry_zone *zone)
{
    uint64_t now = io_now_ns(registry->parts.io);

    if (!is_file_behind(zone))
        return false;
    uint64_t *written_ns = &zone->secondary->written_ns;
    if (*written_ns != 0 && now - *written_ns < WRITE_EVERY_MS * IO_NS_PER_MS)
        return true;
    *written_ns = now;
    if (zone->job != NULL)
        zone->wants_flush = true;
    else
        registry_give(registry, zone, LOADER_FLUSH);
    return false;
}

void registry_keep(struct io_timer *timer, void *context)
{
    struct registry *registry = context;
    bool is_waiting = false;

    (void)timer;
    for (struct registry_zone *zone = registry->zones; zone != NULL; zone = zone->next)
        is_waiting = write_file(registry, zone) || is_waiting;
    if (is_waiting)
        registry_keep_soon(registry);
    for (struct registry_zone *zone = registry->zones; zone != NULL; zone = zone->next) {
        if (!registry_zone_is_dirty(zone) || !is_behind(zone) || zone->zone.newest == NULL)
            continue;
        if (zone->job != NULL)
            zone->wants_base = true;
        else
            registry_give(registry, zone, LOADER_BASE);
    }
}

/* ---- what grows old ---- */

static void sweep_zone(void *context, const uint8_t *key, size_t key_size)
{
    struct registry *registry = context;
    size_t size;

    if (wire_name_check(key, key_size, &size) != TD_OK || size != key_size)
        return;
    struct registry_zone *zone = registry_find_wire(registry, key);
    if (zone != NULL)
        trim(registry, zone);
}

void registry_sweep(struct io_timer *timer, void *context)
{
    struct registry *registry = context;

    store_log_zones_visit(registry->parts.log, &registry->sweep_at, SWEEP_PLACES, sweep_zone,
                          registry);
    io_timer_start(registry->parts.io, timer, io_deadline_ms(registry->parts.io, SWEEP_EVERY_MS));
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

td_err registry_zone_may_flush(const struct registry_zone *zone, struct td_diag *diag)
{
    if (zone->path == NULL) {
        td_diag_say(diag, "the zone has no file: name one with 'file' in the configuration");
        return TD_E_UNSUPPORTED;
    }
    if (zone->zone.newest == NULL) {
        td_diag_say(diag, "the zone has no data yet");
        return TD_E_CONFLICT;
    }
    return TD_OK;
}

td_err registry_zone_flush(struct registry_zone *zone, struct td_diag *diag)
{
    td_err err = registry_zone_may_flush(zone, diag);

    if (err != TD_OK)
        return err;
    if (zone->job != NULL)
        zone->wants_flush = true;
    else
        registry_give(zone->registry, zone, LOADER_FLUSH);
    return TD_OK;
}

td_err registry_zone_release(struct registry_zone *zone, struct td_diag *diag)
{
    if (zone->catalog == REGISTRY_CATALOG_FOLLOWED &&
        catalogs_release(zone->registry->catalogs, zone))
        return TD_OK;
    if (!zone->is_held) {
        td_diag_say(diag, "the brake holds nothing of this zone");
        return TD_E_NOT_FOUND;
    }
    zone->is_released = true;
    registry_reload(zone->registry, zone, true);
    return TD_OK;
}
