/* One look: who is asked, what was seen, and what comes of it. */
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
#include "wire/rrtype.h"

enum {
    MS_PER_S = 1000,
    TRIM_LOOKS = 200, /* many at once take memory that is of no use afterwards */
    TRIM_MS = 5000,   /* so long without so many */
    HOT_CHANGES = 4,  /* so many changes that came so soon after one another: */
    HOT_SOON_MS = 100,
    HOT_MS = 2, /* from one look to the next */
};

static void feed(struct secondaries *all);

/* ---- the end of a look ---- */

static void look_free(struct secondary_look *look)
{
    refresh_fini(&look->refresh);
    free(look);
}

static void end_look(struct secondary *secondary)
{
    struct secondary_look *look = secondary->look;

    secondary->look = NULL;
    secondary->has_transfer = false;
    look_free(look);
    bool is_again = secondary->is_again;
    secondary->is_again = false;
    if (is_again)
        secondary_look(secondary);
    else if (secondary->is_notified)
        secondary_heed(secondary);
}

const char *secondary_look_peer(const struct secondary_look *look)
{
    return look->refresh.peers[look->refresh.peer]->name;
}

static void stay_until(struct secondary *secondary, const struct secondary_look *look,
                       bool has_changed)
{
    uint64_t now = secondary_now_ns(secondary);
    uint64_t whole_ms = secondary_expire_ms(secondary);
    uint64_t left_ms =
        look->refresh.has_expire ? secondary_left_ms(secondary, look->refresh.expire_s) : whole_ms;
    uint64_t until = now + left_ms * IO_NS_PER_MS;

    /* The time left does not go back by a look that finds nothing new (RFC 7314 4). */
    if (left_ms < whole_ms && !has_changed && secondary->expires_ns != IO_FOREVER &&
        secondary->expires_ns > until)
        until = secondary->expires_ns;
    secondary_expire_at(secondary, until);
}

/*
 * A primary notifies at most every 50 ms or so. While changes come faster than that, it is asked
 * between two NOTIFYs as well: each costs a datagram, and none is needed once there is a pause.
 */
static void note_pace(struct secondary *secondary, const struct secondary_look *look,
                      bool has_changed)
{
    uint64_t now = secondary_now_ns(secondary);

    if (!has_changed)
        return;
    bool is_soon = now - secondary->changed_ns < HOT_SOON_MS * IO_NS_PER_MS;
    secondary->changed_soon = is_soon ? secondary->changed_soon + 1 : 0;
    secondary->changed_ns = now;
    secondary->last = look->rows[look->refresh.peer];
}

static bool is_hot(const struct secondary *secondary)
{
    return secondary->changed_soon >= HOT_CHANGES && secondary->last != NULL &&
           secondary_now_ns(secondary) - secondary->changed_ns < HOT_SOON_MS * IO_NS_PER_MS;
}

void secondary_succeeded(struct secondary *secondary, struct secondary_look *look, bool has_changed)
{
    const struct registry_zone *zone = secondary->zone;
    bool is_false_alarm = look->is_notified && !has_changed &&
                          (!look->has_hint_serial ||
                           change_serial_is_greater(look->hint_serial, zone->zone.newest->serial));

    if (secondary->failures > 1)
        serve_log(LOG_NOTICE, EVENT_ZONE_FOLLOWS, zone->name, "follows again, after %u failures",
                  secondary->failures);
    secondary->refreshed_s = secondary_wall_s(secondary);
    secondary->retried_s = 0;
    secondary->failures = 0;
    secondary->warned = 0;
    secondary->hints_in_vain = is_false_alarm ? secondary->hints_in_vain + 1 : 0;
    stay_until(secondary, look, has_changed);
    if (secondary->is_expired && !has_changed)
        secondary_revive(secondary);
    secondary->is_expired = false;
    if (has_changed || secondary_now_ns(secondary) - secondary->saved_ns >
                           secondary_expire_ms(secondary) * (IO_NS_PER_MS / 10))
        secondary_save(secondary);
    note_pace(secondary, look, has_changed);
    /* Missed: one confirms what we have, another one has more and did not give it. Soon again. */
    uint64_t ms = is_hot(secondary)          ? HOT_MS
                  : look->refresh.has_missed ? secondary_retry_ms(secondary)
                                             : secondary_refresh_ms(secondary);
    secondary->look_ns = secondary_now_ns(secondary) + ms * IO_NS_PER_MS;
    end_look(secondary);
    secondary_arm(secondary);
}

static bool is_power_of_two(uint32_t number)
{
    return (number & (number - 1)) == 0;
}

void secondary_failed(struct secondary *secondary, struct secondary_look *look)
{
    const struct registry_zone *zone = secondary->zone;
    const struct story_line *line = story_trouble(&secondary->story, NULL);

    secondary->failures++;
    if (look->anew != NULL) {
        secondary->anew = look->anew;
        secondary->takes_any = true;
    }
    secondary->retried_s = secondary_wall_s(secondary);
    if (look->is_notified)
        secondary->hints_in_vain++;
    uint64_t ms = secondary_retry_ms(secondary);
    if (is_power_of_two(secondary->failures))
        serve_log(LOG_WARNING, EVENT_ZONE_BEHIND, zone->name,
                  "no primary has brought it up to date, look %u in vain: %s; next look in %llu s",
                  secondary->failures, line == NULL ? "no primary may be asked now" : line->text,
                  (unsigned long long)(ms / MS_PER_S));
    secondary_look_in(secondary, ms);
    end_look(secondary);
    secondary_arm(secondary);
}

void secondary_look_whole(struct secondary *secondary)
{
    secondary->wants_whole = true;
    secondary->is_again = true;
    end_look(secondary);
    secondary_arm(secondary);
}

/* ---- what a look has seen ---- */

static const char *words_of(uint16_t type)
{
    return type == WIRE_TYPE_SOA ? "SOA" : type == WIRE_TYPE_IXFR ? "IXFR" : "AXFR";
}

static void tell_step(struct secondary *secondary, const struct secondary_look *look,
                      const struct refresh_step *step)
{
    struct peers_row *row = look->rows[step->peer];
    char addr[TD_ADDR_TEXT_SIZE];

    enum story_kind kind = step->is_good && step->type == WIRE_TYPE_SOA ? STORY_LOOK : STORY_NEWS;
    story_add(&secondary->story, step->time_s, row->peer->name, kind, "%s from %s: %s",
              words_of(step->type), td_addr_format_port(&step->addr, addr), step->text);
    if (step->type == WIRE_TYPE_SOA)
        return;
    if (step->is_good) {
        free(secondary->transfer_peer);
        secondary->transfer_peer = td_strdup(row->peer->name);
        secondary->transfer_s = step->time_s;
        secondary->transfer_octets = step->octets;
        secondary->transfer_records = step->records;
        secondary->transfer_ms = step->took_ms;
        secondary->transfer_type = step->type;
    }
    row->transfers_in += step->is_good;
    row->transfers_in_failed += !step->is_good;
    serve_log(step->is_good ? LOG_INFO : LOG_WARNING,
              step->is_good ? EVENT_TRANSFER_IN : EVENT_TRANSFER_IN_FAILED, secondary->zone->name,
              "%s, incoming, peer %s, remote %s, %s", words_of(step->type), row->peer->name, addr,
              step->text);
}

/* Which of the peers have been heard, and which not. */
static void tell_peers(struct secondary *secondary, const struct secondary_look *look)
{
    const struct refresh *refresh = &look->refresh;

    for (uint32_t i = 0; i < refresh->peer_count; i++) {
        bool was_asked = false, was_heard = false;
        for (uint32_t k = 0; k < refresh->step_count; k++) {
            if (refresh->steps[k].peer != i)
                continue;
            was_asked = true;
            was_heard = was_heard || !refresh->steps[k].is_unreachable;
        }
        if (was_heard)
            peers_heard(look->rows[i], secondary_wall_s(secondary));
        else if (was_asked)
            peers_lost(look->rows[i], look->began_ns, secondary_now_ns(secondary),
                       secondary_wall_s(secondary));
    }
}

static void tell(struct secondary *secondary, const struct secondary_look *look)
{
    for (uint32_t i = 0; i < look->refresh.step_count; i++)
        tell_step(secondary, look, &look->refresh.steps[i]);
    if (look->refresh.has_read && look->refresh.read.strays != 0)
        story_add(&secondary->story, secondary_wall_s(secondary), secondary_look_peer(look),
                  STORY_NEWS, "%u records of other zones were left out, the first: %s",
                  look->refresh.read.strays, look->refresh.read.stray);
    tell_peers(secondary, look);
}

void secondaries_trim(struct io_timer *timer, void *context)
{
    struct secondaries *all = context;
    bool is_busy = all->looks > TRIM_LOOKS;

    all->looks = 0;
    if (is_busy)
        io_timer_start(all->io, timer, io_deadline_ms(all->io, TRIM_MS));
    else
        registry_trim(all->registry);
}

static void tell_other(struct secondary *secondary, const struct secondary_look *look)
{
    const struct registry_zone *zone = secondary->zone;

    story_add(&secondary->story, secondary_wall_s(secondary), secondary_look_peer(look), STORY_NEWS,
              "it has other content under the same serial %u, as its ZONEMD says: 'tandem zone "
              "retransfer' takes it",
              zone->zone.newest->serial);
    serve_log(LOG_ERROR, EVENT_ZONE_BEHIND, zone->name,
              "peer %s has other content under the same serial %u, as its ZONEMD says: 'tandem "
              "zone retransfer %s' takes it",
              secondary_look_peer(look), zone->zone.newest->serial, zone->name);
}

/* What has expired is worth nothing: a primary that has a lower serial is believed, next time. */
static void take_lower(struct secondary *secondary, const struct secondary_look *look)
{
    const struct refresh *refresh = &look->refresh;

    for (uint32_t i = 0; i < refresh->step_count && secondary->is_expired; i++)
        if (refresh->steps[i].is_good && refresh->steps[i].type == WIRE_TYPE_SOA &&
            secondary->anew == NULL) {
            secondary->anew = "expiry";
            secondary->takes_any = true;
        }
}

static void on_looked(struct replicate_task *task)
{
    struct refresh *refresh = td_container_of(task, struct refresh, task);
    struct secondary_look *look = td_container_of(refresh, struct secondary_look, refresh);
    struct secondary *secondary = look->owner;
    struct secondaries *all = look->all;

    all->looking--;
    if (all->looks > TRIM_LOOKS && !io_timer_is_running(&all->trim))
        io_timer_start(all->io, &all->trim, io_deadline_ms(all->io, TRIM_MS));
    if (secondary == NULL) {
        look_free(look);
    } else {
        tell(secondary, look);
        switch (task->was_run ? refresh->result : REFRESH_FAILED) {
        case REFRESH_CURRENT:
            if (refresh->is_other)
                tell_other(secondary, look);
            secondary_succeeded(secondary, look, false);
            break;
        case REFRESH_CHANGES:
        case REFRESH_WHOLE:
            secondary_take(secondary, look);
            break;
        case REFRESH_FAILED:
            take_lower(secondary, look);
            secondary_failed(secondary, look);
            break;
        }
    }
    feed(all);
}

/* ---- the beginning of a look ---- */

static void add_peer(struct secondary_look *look, struct peers_row *row)
{
    struct refresh *refresh = &look->refresh;

    for (uint32_t i = 0; i < refresh->peer_count; i++)
        if (look->rows[i] == row)
            return;
    if (refresh->peer_count == REFRESH_PEERS_MAX)
        return;
    look->rows[refresh->peer_count] = row;
    refresh->peers[refresh->peer_count++] = replicate_peer_hold(row->peer);
}

/* Who is asked: whoever has notified first, and nobody who has just not answered others. */
static void choose_peers(struct secondary *secondary, struct secondary_look *look)
{
    uint64_t now = secondary_now_ns(secondary);
    bool has_other = false;

    if (look->hint != NULL)
        add_peer(look, look->hint);
    for (uint32_t i = 0; i < secondary->from_count; i++)
        has_other = has_other || peers_may_ask(secondary->from[i], now, false);
    for (uint32_t i = 0; i < secondary->from_count; i++) {
        struct peers_row *row = secondary->from[i];
        if (secondary->is_asked || peers_may_ask(row, now, !has_other))
            add_peer(look, row);
    }
    for (uint32_t i = 0; i < look->refresh.peer_count; i++)
        if (look->rows[i]->losses != 0)
            peers_probe(look->rows[i], now);
}

/* All of them are left alone at present: later, at different times. */
static void postpone(struct secondary *secondary)
{
    uint64_t due = IO_FOREVER;
    const struct peers_row *first = NULL;

    for (uint32_t i = 0; i < secondary->from_count; i++)
        if (peers_ask_next_ns(secondary->from[i]) < due) {
            first = secondary->from[i];
            due = peers_ask_next_ns(first);
        }
    if (first != NULL && secondary->retried_s == 0) {
        secondary->retried_s = secondary_wall_s(secondary);
        story_add(&secondary->story, secondary_wall_s(secondary), first->peer->name, STORY_LOOK,
                  "not asked: it has not answered other zones either; it is tried again soon");
    }
    if (due <= secondary_now_ns(secondary))
        due = secondary_now_ns(secondary) + MS_PER_S * IO_NS_PER_MS;
    secondary->look_ns = due + ((uint64_t)secondary_share(secondary) * IO_NS_PER_S >> 16);
    secondary_arm(secondary);
}

static struct secondary_look *look_new(struct secondary *secondary)
{
    struct secondary_look *look = td_calloc(1, sizeof(*look));
    struct registry_zone *zone = secondary->zone;
    struct refresh *refresh = &look->refresh;

    look->owner = secondary;
    look->all = secondary->all;
    look->began_ns = secondary_now_ns(secondary);
    look->hint = secondary->hint;
    if (is_hot(secondary) && !secondary->is_asked) {
        look->hint = secondary->last;
        refresh->is_quick = true;
    }
    look->is_notified = secondary->is_notified;
    look->has_hint_serial = secondary->has_hint_serial;
    look->hint_serial = secondary->hint_serial;
    refresh->task = (struct replicate_task){ .run = refresh_run, .done = on_looked };
    memcpy(refresh->apex, zone->zone.entry->name, zone->zone.entry->name_size);
    refresh->has_hint = look->hint != NULL;
    refresh->has_serial = zone->zone.newest != NULL;
    refresh->serial = refresh->has_serial ? zone->zone.newest->serial : 0;
    refresh->wants_whole = secondary->wants_whole || secondary->takes_same || secondary->takes_any;
    refresh->takes_same = secondary->takes_same;
    refresh->takes_any = secondary->takes_any;
    if (refresh->has_serial && zone->zonemd != CONF_ZONEMD_OFF)
        registry_digest(zone, &refresh->digest);
    refresh->min_rate = secondary->all->min_rate;
    refresh->limits = secondary->all->limits;
    refresh->slots = secondary->all->slots;
    refresh->seed = secondary->all->registry->parts.seed;
    return look;
}

static void begin(struct secondary *secondary)
{
    struct secondary_look *look = look_new(secondary);

    choose_peers(secondary, look);
    secondary->hint = NULL;
    secondary->is_notified = secondary->has_hint_serial = false;
    if (look->refresh.peer_count == 0) {
        look_free(look);
        postpone(secondary);
        return;
    }
    look->anew = secondary->anew;
    secondary->anew = NULL;
    secondary->wants_whole = secondary->takes_same = secondary->takes_any = false;
    secondary->is_asked = false;
    secondary->look = look;
    secondary->all->looking++;
    secondary->all->looks++;
    replicate_keeper_give(secondary->all->keeper, &look->refresh.task);
}

void secondary_unlink(struct secondary *secondary)
{
    struct secondaries *all = secondary->all;

    for (struct secondary **at = &all->first; *at != NULL; at = &(*at)->next) {
        if (*at != secondary)
            continue;
        *at = secondary->next;
        if (*at == NULL)
            all->last = at;
        break;
    }
    secondary->is_waiting = false;
}

static void feed(struct secondaries *all)
{
    while (all->first != NULL && all->looking < SECONDARY_LOOKS_MAX) {
        struct secondary *secondary = all->first;
        all->first = secondary->next;
        if (all->first == NULL)
            all->last = &all->first;
        secondary->is_waiting = false;
        begin(secondary);
    }
}

void secondary_look(struct secondary *secondary)
{
    struct secondaries *all = secondary->all;

    if (!secondary->is_ready || secondary->look != NULL) {
        secondary->is_again = true;
        return;
    }
    if (secondary->is_waiting)
        return;
    secondary->look_ns = IO_FOREVER; /* what comes of it decides */
    secondary->is_waiting = true;
    secondary->next = NULL;
    *all->last = secondary;
    all->last = &secondary->next;
    feed(all);
    secondary_arm(secondary);
}

void secondary_orphan_look(struct secondary *secondary)
{
    struct secondary_look *look = secondary->look;

    if (look == NULL)
        return;
    td_assert(!look->is_committing);
    secondary->look = NULL;
    look->owner = NULL;
    if (secondary->has_transfer)
        look_free(look); /* it was back already */
    secondary->has_transfer = false;
}

void secondary_begin_anew(struct secondary *secondary, const char *reason)
{
    secondary->anew = reason;
    if (secondary->zone->zone.newest == NULL) { /* there is nothing to expire, or to confirm */
        secondary->is_expired = false;
        secondary->expires_ns = IO_FOREVER;
        if (secondary->look != NULL && !secondary->look->is_committing)
            secondary_orphan_look(secondary);
    }
    secondary_retransfer(secondary);
}

void secondary_retransfer(struct secondary *secondary)
{
    secondary->takes_any = true;
    secondary->is_asked = true;
    secondary_look(secondary);
}
