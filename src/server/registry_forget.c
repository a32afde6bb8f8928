/*
 * Zones that have gone: what is kept of them is forgotten after a time in quarantine, which is
 * kept in the log, too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/reader.h"
#include "base/writer.h"
#include "serve/log.h"
#include "server/images.h"
#include "server/registry_internal.h"
#include "server/secondary.h"
#include "store/base.h"

enum { LOOK_EVERY_MS = 60000, LOOK_SOON_MS = 1000 };

static void put(struct registry *registry, const uint8_t *apex, uint8_t letter, const void *value,
                size_t size)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    size_t key_size = store_zone_key(apex, key);

    key[0] = letter;
    change_put_state(registry->door, key, key_size, value, size, NULL);
}

static bool has(const struct registry *registry, const uint8_t *apex, uint8_t letter)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    size_t key_size = store_zone_key(apex, key), size;
    uint64_t sequence;

    key[0] = letter;
    return store_log_state(registry->parts.log, key, key_size, &size, &sequence) != NULL;
}

/* Everything: state, history, base. */
static void forget(struct registry *registry, const uint8_t *apex)
{
    static const uint8_t letters[] = { 'Z', 'B', 'F', 'H', 'K', 'N', 'Q' };
    char *path = store_base_path(registry->parts.state, apex);
    struct td_diag diag;

    images_forget(registry->images, apex);
    for (size_t i = 0; i < sizeof(letters); i++)
        if (has(registry, apex, letters[i]))
            put(registry, apex, letters[i], NULL, 0);
    store_log_trim(registry->parts.log, apex, wire_name_size(apex), UINT64_MAX);
    td_err err = io_path_remove(registry->parts.io, path, &diag);
    (void)err; /* there may be none */
    free(path);
}

void registry_forget(struct registry *registry, const uint8_t *apex, uint64_t quarantine_ms)
{
    uint8_t value[8];
    uint64_t until_s = io_wall_s(registry->parts.io) + (quarantine_ms + 999) / 1000;

    if (quarantine_ms == 0) {
        forget(registry, apex);
        return;
    }
    td_put_u32(value, (uint32_t)(until_s >> 32));
    td_put_u32(value + 4, (uint32_t)until_s);
    put(registry, apex, 'Q', value, sizeof(value));
    if (!io_timer_is_running(&registry->quarantine))
        io_timer_start(registry->parts.io, &registry->quarantine,
                       io_deadline_ms(registry->parts.io, LOOK_SOON_MS));
}

void registry_keep_zone(struct registry *registry, const struct registry_zone *zone)
{
    if (has(registry, zone->zone.entry->name, 'Q'))
        put(registry, zone->zone.entry->name, 'Q', NULL, 0);
}

td_err registry_zone_may_purge(const struct registry_zone *zone, struct td_diag *diag)
{
    if (zone->job != NULL || zone->start_slot != 0 || zone->is_committing) {
        td_diag_say(diag, "the zone is being loaded, written or transferred: try again");
        return TD_E_CONFLICT;
    }
    if (zone->secondary != NULL)
        return TD_OK;
    if (registry_zone_is_dirty(zone)) {
        td_diag_say(diag,
                    "it has changes that are not in its file: 'tandem zone flush %.200s' first",
                    zone->name);
        return TD_E_CONFLICT;
    }
    if (zone->is_held) {
        td_diag_say(diag,
                    "the brake holds what its file says: mend the file, or 'tandem zone "
                    "release %.200s', first",
                    zone->name);
        return TD_E_CONFLICT;
    }
    return TD_OK;
}

static void purge_primary(struct registry *registry, struct registry_zone *zone)
{
    const uint8_t *apex = zone->zone.entry->name;

    put(registry, apex, 'B', NULL, 0);
    images_forget(registry->images, apex);
    store_log_trim(registry->parts.log, apex, wire_name_size(apex), UINT64_MAX);
    zone->base_sequence = zone->whole_sequence = 0;
    zone->changes = 0;
    images_changed(registry->images, zone);
}

static void purge_secondary(struct registry *registry, struct registry_zone *zone)
{
    uint8_t apex[WIRE_NAME_SIZE_MAX];

    memcpy(apex, zone->zone.entry->name, zone->zone.entry->name_size);
    change_withdraw(registry->door, &zone->zone, ZONE_STATE_LOADING);
    forget(registry, apex);
    zone->base_sequence = zone->whole_sequence = zone->sequence = 0;
    zone->changes = 0;
    zone->has_file = false;
    registry_reclaim_soon(registry);
    secondary_begin_anew(zone->secondary, "purge");
}

td_err registry_zone_purge(struct fiber *fiber, struct registry_zone *zone, struct td_diag *diag)
{
    struct registry *registry = zone->registry;
    char *name = td_strdup(zone->name);

    change_drain(fiber, registry->door);
    zone = registry_find(registry, name); /* a reload may have come between */
    free(name);
    if (zone == NULL)
        return TD_E_NOT_FOUND;
    td_err err = registry_zone_may_purge(zone, diag);
    if (err != TD_OK)
        return err;
    serve_log(LOG_NOTICE, EVENT_ZONE_CHANGED, zone->name, "purged: its history is forgotten");
    if (zone->secondary == NULL)
        purge_primary(registry, zone);
    else
        purge_secondary(registry, zone);
    return TD_OK;
}

struct due {
    struct registry *registry;
    uint64_t now_s;
    uint64_t next_s;
    uint8_t (*names)[WIRE_NAME_SIZE_MAX];
    uint32_t count;
    uint32_t capacity;
};

static void look_at(void *context, const uint8_t *key, size_t key_size, const uint8_t *value,
                    size_t value_size)
{
    struct due *due = context;

    if (value_size != 8 || key_size < 2)
        return;
    uint64_t until_s = (uint64_t)td_get_u32(value) << 32 | td_get_u32(value + 4);
    if (until_s > due->now_s) {
        due->next_s = until_s < due->next_s ? until_s : due->next_s;
        return;
    }
    td_grow(due->names, due->count, due->capacity);
    memcpy(due->names[due->count++], key + 1, key_size - 1);
}

void registry_quarantine(struct io_timer *timer, void *context)
{
    struct registry *registry = context;
    struct due due = { .now_s = io_wall_s(registry->parts.io), .next_s = UINT64_MAX };
    char text[WIRE_NAME_TEXT_SIZE];

    store_log_state_visit(registry->parts.log, "Q", 1, look_at, &due);
    for (uint32_t i = 0; i < due.count; i++) {
        serve_log(LOG_NOTICE, EVENT_ZONE_REMOVED, wire_name_format(due.names[i], text),
                  "its data are forgotten");
        forget(registry, due.names[i]);
    }
    free(due.names);
    if (due.next_s == UINT64_MAX)
        return;
    uint64_t wait_ms = (due.next_s - due.now_s) * 1000;
    io_timer_start(
        registry->parts.io, timer,
        io_deadline_ms(registry->parts.io, wait_ms < LOOK_EVERY_MS ? wait_ms : LOOK_EVERY_MS));
}
