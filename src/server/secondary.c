#include "server/secondary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/reader.h"
#include "change/serial.h"
#include "serve/log.h"
#include "server/registry_internal.h"
#include "server/secondary_internal.h"
#include "wire/rrtype.h"

enum {
    MS_PER_S = 1000,
    START_ZONES_PER_S = 1000, /* first looks after a start are spread out like this */
    VAIN_PAUSE_MS = 250,      /* after announcements that are not true: twice as long each time */
    VAIN_PAUSE_MAX_MS = 60000,
};

/* ---- NOTIFY ---- */

/* A primary that announces what it does not have is believed less and less often. */
static uint64_t pause_ms(const struct secondary *secondary)
{
    unsigned shift = secondary->hints_in_vain > 12 ? 12 : secondary->hints_in_vain;
    uint64_t ms = secondary->hints_in_vain < 3 ? 0 : (uint64_t)VAIN_PAUSE_MS << (shift - 3);

    return ms > VAIN_PAUSE_MAX_MS ? VAIN_PAUSE_MAX_MS : ms;
}

void secondary_heed(struct secondary *secondary)
{
    uint64_t ms = pause_ms(secondary);

    if (ms == 0)
        secondary_look(secondary);
    else if (secondary_now_ns(secondary) + ms * IO_NS_PER_MS < secondary->look_ns)
        secondary_look_in(secondary, ms);
}

void secondary_notified(struct secondary *secondary, const struct serve_notify *notify)
{
    const struct zone_version *newest = secondary->zone->zone.newest;

    for (uint32_t i = 0; i < secondary->from_count; i++) {
        struct peers_row *row = secondary->from[i];
        if (!replicate_peer_has(row->peer, &notify->remote) ||
            (row->peer->has_key && !notify->is_signed))
            continue;
        peers_heard(row, secondary_wall_s(secondary));
        secondary->hint = row;
        break;
    }
    if (newest != NULL && notify->has_serial && !secondary->is_expired &&
        !change_serial_is_greater(notify->serial, newest->serial))
        return;
    secondary->is_notified = true;
    secondary->has_hint_serial = notify->has_serial;
    secondary->hint_serial = notify->serial;
    if (secondary->look == NULL) /* else when it is over */
        secondary_heed(secondary);
}

/* ---- life ---- */

void secondary_start(struct registry_zone *zone)
{
    struct secondary *secondary = zone->secondary;
    uint64_t spread_ms = zone->zone.newest == NULL /* then nothing else would be answered */
                             ? 0
                             : (uint64_t)secondary->all->count * MS_PER_S / START_ZONES_PER_S;

    if (secondary->is_ready)
        return;
    secondary->is_ready = true;
    if (zone->zone.newest != NULL) {
        secondary_recall(secondary);
        if (secondary_recall_anew(secondary)) {
            secondary->anew = "demotion";
            secondary->takes_any = true;
        }
        secondary_look_at_expiry(secondary);
    }
    secondary->is_again = false;
    secondary_look_in(secondary, spread_ms * secondary_share(secondary) >> 16);
}

static void take_rows(struct secondary *secondary, const struct conf_peer_refs *refs)
{
    free(secondary->from);
    secondary->from = td_calloc(refs->count, sizeof(struct peers_row *));
    for (uint32_t i = 0; i < refs->count; i++)
        secondary->from[i] = secondary->all->peers->rows[refs->items[i]];
    secondary->from_count = refs->count;
    secondary->hint = secondary->last = NULL;
}

static bool is_same_from(const struct secondary *secondary, const struct conf_peer_refs *refs)
{
    if (secondary->from_count != refs->count)
        return false;
    for (uint32_t i = 0; i < refs->count; i++)
        if (secondary->from[i] != secondary->all->peers->rows[refs->items[i]])
            return false;
    return true;
}

static void set_limits(struct secondary *secondary, const struct conf_zone_options *options)
{
    secondary->limits = (struct secondary_limits){
        .refresh_min = options->refresh_min_ms,
        .refresh_max = options->refresh_max_ms,
        .retry_min = options->retry_min_ms,
        .retry_max = options->retry_max_ms,
        .expire_min = options->expire_min_ms,
        .expire_max = options->expire_max_ms,
    };
}

static struct secondary *secondary_new(struct secondaries *all, struct registry_zone *zone)
{
    struct secondary *secondary = td_calloc(1, sizeof(*secondary));

    secondary->zone = zone;
    secondary->all = all;
    secondary->expires_ns = secondary->look_ns = IO_FOREVER;
    io_timer_init(&secondary->timer, secondary_on_time, secondary);
    all->count++;
    return secondary;
}

void secondary_apply(struct secondaries *all, struct registry_zone *zone,
                     const struct conf_zone_options *options)
{
    if (options->from.count == 0) {
        secondary_end(zone);
        return;
    }
    bool is_new = zone->secondary == NULL;
    if (is_new)
        zone->secondary = secondary_new(all, zone);
    struct secondary *secondary = zone->secondary;
    zone->zone.is_copy = true;
    set_limits(secondary, options);
    if (!is_new && is_same_from(secondary, &options->from)) {
        secondary_arm(secondary);
        return;
    }
    secondary_orphan_look(secondary);
    take_rows(secondary, &options->from);
    if (is_new && zone->zone.newest != NULL)
        secondary_start(zone); /* it was a primary */
    else if (secondary->is_ready)
        secondary_look_in(secondary, 0);
}

void secondary_end(struct registry_zone *zone)
{
    struct secondary *secondary = zone->secondary;

    if (secondary == NULL)
        return;
    secondary_orphan_look(secondary);
    if (secondary->is_waiting)
        secondary_unlink(secondary);
    if (secondary->is_expired)
        secondary_revive(secondary);
    io_timer_stop(&secondary->timer);
    story_fini(&secondary->story);
    secondary->all->count--;
    zone->secondary = NULL;
    zone->zone.is_copy = false;
    atomic_store_explicit(&zone->zone.entry->expires_s, 0, memory_order_relaxed);
    free(secondary->from);
    free(secondary->transfer_peer);
    free(secondary);
}

void secondaries_apply(struct secondaries *all, const struct conf *conf)
{
    all->min_rate = conf->transfers.min_rate;
    all->limits = (struct transfer_limits){
        .octets_max = conf->transfers.max_size,
        .records_max = UINT32_MAX,
    };
    atomic_store_explicit(&all->slots->max, conf->transfers.in, memory_order_relaxed);
    atomic_store_explicit(&all->slots->per_peer_max, conf->transfers.in_per_peer,
                          memory_order_relaxed);
}

struct secondaries *secondaries_new(struct registry *registry, struct peers *peers,
                                    struct replicate_keeper *keeper, const struct conf *conf)
{
    struct secondaries *all = td_calloc(1, sizeof(*all));

    all->registry = registry;
    all->io = registry->parts.io;
    all->peers = peers;
    all->keeper = keeper;
    all->slots = td_calloc(1, sizeof(*all->slots));
    all->last = &all->first;
    io_timer_init(&all->trim, secondaries_trim, all);
    secondaries_apply(all, conf);
    return all;
}

void secondaries_free(struct secondaries *all)
{
    if (all == NULL)
        return;
    td_assert(all->count == 0 && all->looking == 0);
    io_timer_stop(&all->trim);
    free(all->slots);
    free(all);
}
