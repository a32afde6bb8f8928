/*
 * When a secondary looks, and when it expires. Times are those of the monotonic clock; what must
 * survive a restart is saved as wall clock.
 */
#include "server/secondary_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/reader.h"
#include "change/serial.h"
#include "serve/log.h"
#include "server/registry_internal.h"
#include "zone/soa.h"

enum {
    MS_PER_S = 1000,
    EMPTY_RETRY_MS = 2000, /* without data: twice as long each time, up to this: */
    EMPTY_RETRY_MAX_MS = 600000,
    JITTER_PERCENT = 10,
};

/* ---- times ---- */

uint64_t secondary_now_ns(const struct secondary *secondary)
{
    return io_now_ns(secondary->all->io);
}

uint64_t secondary_wall_s(const struct secondary *secondary)
{
    return io_wall_s(secondary->all->io);
}

uint32_t secondary_share(const struct secondary *secondary)
{
    const struct zone_entry *entry = secondary->zone->zone.entry;

    return (uint32_t)(td_hash_fixed(0, entry->name, entry->name_size) >> 32) & 0xFFFF;
}

/* A tenth shorter at most: zones that came together shall not look together for ever. */
static uint64_t with_jitter(const struct secondary *secondary, uint64_t ms)
{
    return ms - ((ms * secondary_share(secondary)) >> 16) * JITTER_PERCENT / 100;
}

static uint64_t clamp(uint64_t ms, uint32_t min, uint32_t max)
{
    return ms < min ? min : ms > max ? max : ms;
}

static uint64_t soa_ms(const struct secondary *secondary, enum zone_soa_number number)
{
    return (uint64_t)MS_PER_S * zone_soa_number(secondary->zone->zone.newest, number);
}

uint64_t secondary_refresh_ms(const struct secondary *secondary)
{
    const struct secondary_limits *limits = &secondary->limits;

    return with_jitter(secondary, clamp(soa_ms(secondary, ZONE_SOA_REFRESH), limits->refresh_min,
                                        limits->refresh_max));
}

uint64_t secondary_expire_ms(const struct secondary *secondary)
{
    const struct secondary_limits *limits = &secondary->limits;

    return clamp(soa_ms(secondary, ZONE_SOA_EXPIRE), limits->expire_min, limits->expire_max);
}

/*
 * A primary that is no copy tells what its SOA says, and a copy what is left of that (RFC 7314 3).
 * So what expire-min adds to the SOA's time is added to this, too: else it would count for nothing
 * with every primary that tells.
 */
uint64_t secondary_left_ms(const struct secondary *secondary, uint32_t told_s)
{
    uint64_t soa = soa_ms(secondary, ZONE_SOA_EXPIRE);
    uint64_t whole = secondary_expire_ms(secondary);
    uint64_t left = (uint64_t)MS_PER_S * told_s + (whole > soa ? whole - soa : 0);

    return left < whole ? left : whole;
}

uint64_t secondary_retry_ms(const struct secondary *secondary)
{
    const struct secondary_limits *limits = &secondary->limits;
    unsigned shift = secondary->failures > 16 ? 16 : secondary->failures;
    uint64_t ms = (uint64_t)EMPTY_RETRY_MS << shift >> 1;

    if (secondary->zone->zone.newest != NULL)
        ms = soa_ms(secondary, ZONE_SOA_RETRY);
    else if (ms > EMPTY_RETRY_MAX_MS)
        ms = EMPTY_RETRY_MAX_MS;
    return with_jitter(secondary, clamp(ms, limits->retry_min, limits->retry_max));
}

/* ---- expiry ---- */

/* Workers tell it to those who ask with EDNS EXPIRE; 0 would be a primary. */
void secondary_expire_at(struct secondary *secondary, uint64_t expires_ns)
{
    uint64_t expires_s = expires_ns / IO_NS_PER_S;

    secondary->expires_ns = expires_ns;
    atomic_store_explicit(&secondary->zone->zone.entry->expires_s, expires_s != 0 ? expires_s : 1,
                          memory_order_relaxed);
}

static void expire(struct secondary *secondary)
{
    struct registry_zone *zone = secondary->zone;

    secondary->is_expired = true;
    zone_entry_publish(secondary->all->registry->parts.zones, zone->zone.entry, NULL,
                       ZONE_STATE_EXPIRED);
    story_add(&secondary->story, secondary_wall_s(secondary), NULL, STORY_NEWS,
              "expired: no primary has confirmed serial %u for as long as its SOA permits; "
              "queries get SERVFAIL until one does",
              zone->zone.newest->serial);
    serve_log(LOG_ERROR, EVENT_ZONE_EXPIRED, zone->name,
              "expired: no primary has confirmed serial %u in time; the zone answers SERVFAIL "
              "until one does: 'tandem zone why %s' tells why",
              zone->zone.newest->serial, zone->name);
}

void secondary_revive(struct secondary *secondary)
{
    struct registry_zone *zone = secondary->zone;

    secondary->is_expired = false;
    zone_entry_publish(secondary->all->registry->parts.zones, zone->zone.entry, zone->zone.newest,
                       ZONE_STATE_SERVED);
    serve_log(LOG_NOTICE, EVENT_ZONE_FOLLOWS, zone->name,
              "a primary has confirmed serial %u: the zone answers again",
              zone->zone.newest->serial);
}

static uint64_t warn_ns(const struct secondary *secondary, unsigned percent)
{
    uint64_t lead_ns = secondary_expire_ms(secondary) * IO_NS_PER_MS / 100 * (100 - percent);

    return secondary->expires_ns > lead_ns ? secondary->expires_ns - lead_ns : 0;
}

static unsigned next_warning(const struct secondary *secondary)
{
    return secondary->warned < 50 ? 50 : 80;
}

/* When something about expiry has to be said or done; IO_FOREVER: never. */
static uint64_t expiry_due_ns(const struct secondary *secondary)
{
    if (secondary->expires_ns == IO_FOREVER || secondary->is_expired)
        return IO_FOREVER;
    return secondary->warned >= 80 ? secondary->expires_ns
                                   : warn_ns(secondary, next_warning(secondary));
}

void secondary_look_at_expiry(struct secondary *secondary)
{
    const struct registry_zone *zone = secondary->zone;
    uint64_t now = secondary_now_ns(secondary);

    if (secondary->expires_ns == IO_FOREVER || secondary->is_expired)
        return;
    if (now >= secondary->expires_ns) {
        expire(secondary);
        return;
    }
    while (secondary->warned < 80 && now >= warn_ns(secondary, next_warning(secondary))) {
        secondary->warned = (uint8_t)next_warning(secondary);
        serve_log(LOG_WARNING, EVENT_ZONE_BEHIND, zone->name,
                  "%u %% of the time to expiry is over: the zone expires in %llu s unless a "
                  "primary answers; 'tandem zone why %s' tells why none does",
                  secondary->warned,
                  (unsigned long long)((secondary->expires_ns - now) / IO_NS_PER_S), zone->name);
    }
}

/* ---- the timer ---- */

void secondary_arm(struct secondary *secondary)
{
    uint64_t due = expiry_due_ns(secondary);

    if (secondary->look == NULL && !secondary->is_waiting && secondary->look_ns < due)
        due = secondary->look_ns;
    if (secondary->wants_verify && secondary->zone->job == NULL && secondary->verify_ns < due)
        due = secondary->verify_ns;
    io_timer_start(secondary->all->io, &secondary->timer, due);
}

void secondary_on_time(struct io_timer *timer, void *context)
{
    struct secondary *secondary = context;

    (void)timer;
    secondary_look_at_expiry(secondary);
    secondary_look_at_digest(secondary);
    if (secondary->look == NULL && secondary_now_ns(secondary) >= secondary->look_ns)
        secondary_look(secondary);
    secondary_arm(secondary);
}

void secondary_look_in(struct secondary *secondary, uint64_t ms)
{
    secondary->look_ns = secondary_now_ns(secondary) + ms * IO_NS_PER_MS;
    secondary_arm(secondary);
}

/* ---- what is saved ---- */

enum { SAVED_SIZE = 16 };

static size_t saved_key(const struct secondary *secondary, uint8_t key[STORE_ZONE_KEY_SIZE_MAX])
{
    size_t size = store_zone_key(secondary->zone->zone.entry->name, key);

    key[0] = 'F';
    return size;
}

static void put_u64(uint8_t *out, uint64_t value)
{
    td_put_u32(out, (uint32_t)(value >> 32));
    td_put_u32(out + 4, (uint32_t)value);
}

static uint64_t get_u64(const uint8_t *octets)
{
    return (uint64_t)td_get_u32(octets) << 32 | td_get_u32(octets + 4);
}

static size_t anew_key(const uint8_t *apex, uint8_t key[STORE_ZONE_KEY_SIZE_MAX])
{
    size_t size = store_zone_key(apex, key);

    key[0] = 'N';
    return size;
}

void secondary_save_anew(struct registry *registry, const uint8_t *apex, bool is_anew)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];

    change_put_state(registry->door, key, anew_key(apex, key), "1", is_anew ? 1 : 0, NULL);
}

bool secondary_recall_anew(const struct secondary *secondary)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    uint64_t sequence;
    size_t size, key_size = anew_key(secondary->zone->zone.entry->name, key);

    return store_log_state(secondary->all->registry->parts.log, key, key_size, &size, &sequence) !=
           NULL;
}

void secondary_save(struct secondary *secondary)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX], value[SAVED_SIZE];
    uint64_t left_s = (secondary->expires_ns - secondary_now_ns(secondary)) / IO_NS_PER_S;

    put_u64(value, secondary->refreshed_s);
    put_u64(value + 8, secondary_wall_s(secondary) + left_s);
    change_put_state(secondary->all->registry->door, key, saved_key(secondary, key), value,
                     sizeof(value), NULL);
    secondary->saved_ns = secondary_now_ns(secondary);
}

void secondary_recall(struct secondary *secondary)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    uint64_t sequence, now_s = secondary_wall_s(secondary);
    uint64_t left_s = secondary_expire_ms(secondary) / MS_PER_S;
    size_t size;

    const uint8_t *value = store_log_state(secondary->all->registry->parts.log, key,
                                           saved_key(secondary, key), &size, &sequence);
    secondary->refreshed_s = 0;
    if (value != NULL && size == SAVED_SIZE) {
        uint64_t expires_s = get_u64(value + 8);
        secondary->refreshed_s = get_u64(value);
        /* A clock that was set back gives no more time than the SOA does. */
        if (expires_s <= now_s)
            left_s = 0;
        else if (expires_s - now_s < left_s)
            left_s = expires_s - now_s;
    }
    secondary_expire_at(secondary, secondary_now_ns(secondary) + left_s * IO_NS_PER_S);
    secondary->saved_ns = secondary_now_ns(secondary);
}
