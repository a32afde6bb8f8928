#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/reader.h"
#include "base/writer.h"
#include "change/draft.h"
#include "change/serial.h"
#include "serve/log.h"
#include "server/followers.h"
#include "server/registry_internal.h"
#include "server/roles.h"
#include "zone/soa.h"

enum {
    LOOK_MS = 250,
    SAVED_SIZE = 17,
    STEP_MAX = (int)INT32_MAX - (int)SERIAL_WALK_CHANGES_MAX,
    TEXT_SIZE = 300,
};

struct serial_walk {
    struct registry_zone *zone;
    uint32_t target;
    uint32_t after_s;   /* 0: only when nobody can be asked, and then the SOA's expire */
    uint64_t stepped_s; /* wall clock of the last step */
    char *author;
    bool is_there;    /* the target is reached, and perhaps not all secondaries have it yet */
    bool was_there;   /* before what is being saved */
    bool has_stepped; /* or was recalled: it goes on until it is there */
    bool is_stepping; /* a change is on its way to the disk */
    struct change_wait wait;
    struct io_timer timer;
    char text[TEXT_SIZE];
};

static struct io *io_of(const struct serial_walk *walk)
{
    return walk->zone->registry->parts.io;
}

/* ---- what is saved ---- */

static size_t key_of(const struct registry_zone *zone, uint8_t key[STORE_ZONE_KEY_SIZE_MAX])
{
    size_t size = store_zone_key(zone->zone.entry->name, key);

    key[0] = 'S';
    return size;
}

static void save(const struct serial_walk *walk, bool is_there, struct change_wait *wait)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX], value[SAVED_SIZE];

    td_put_u32(value, walk->target);
    td_put_u32(value + 4, walk->after_s);
    td_put_u32(value + 8, (uint32_t)(walk->stepped_s >> 32));
    td_put_u32(value + 12, (uint32_t)walk->stepped_s);
    value[16] = is_there;
    change_put_state(walk->zone->registry->door, key, key_of(walk->zone, key), value, sizeof(value),
                     wait);
}

static void save_end(const struct registry_zone *zone)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];

    change_put_state(zone->registry->door, key, key_of(zone, key), NULL, 0, NULL);
}

static void end(struct registry_zone *zone)
{
    serial_walk_free(zone->walk);
    zone->walk = NULL;
}

/* ---- steps ---- */

static uint32_t soa_expire_s(const struct registry_zone *zone)
{
    return zone_soa_number(zone->zone.newest, ZONE_SOA_EXPIRE);
}

/* The first of as few steps as there can be, all as long. */
static uint32_t next_step(uint32_t serial, uint32_t target)
{
    uint32_t distance = target - serial;
    uint32_t steps = distance / STEP_MAX + (distance % STEP_MAX != 0);

    return serial + distance / steps;
}

/* The peers of the configuration; name servers that were only found do not hold anything up. */
static void count_peers(const struct registry_zone *zone, uint32_t *ret_peers, uint32_t *ret_behind)
{
    const struct followers *followers = zone->followers;

    *ret_peers = *ret_behind = 0;
    for (uint32_t i = 0; followers != NULL && i < followers->count; i++) {
        const struct follower *follower = followers->items[i];
        if (follower->row == NULL)
            continue;
        ++*ret_peers;
        *ret_behind += !follower->has_serial || follower->serial != zone->zone.newest->serial;
    }
}

static bool has_peers(const struct registry_zone *zone)
{
    uint32_t peers, behind;

    count_peers(zone, &peers, &behind);
    return peers != 0;
}

/* Who has not the last step after that long has no zone any more, and takes what there is. */
static bool may_step(const struct serial_walk *walk)
{
    uint64_t passed_s = io_wall_s(io_of(walk)) - walk->stepped_s;
    uint32_t peers, behind;

    if (walk->stepped_s == 0)
        return true; /* the first */
    count_peers(walk->zone, &peers, &behind);
    if (peers != 0 && behind == 0)
        return true;
    return passed_s >= (walk->after_s != 0 ? walk->after_s : soa_expire_s(walk->zone));
}

static void look_later(struct serial_walk *walk)
{
    io_timer_start(io_of(walk), &walk->timer, io_deadline_ms(io_of(walk), LOOK_MS));
}

/* Of a step that failed: it is tried again, unless it was the first, which has never been. */
static void on_failed(struct serial_walk *walk, const struct td_diag *diag)
{
    struct registry_zone *zone = walk->zone;

    serve_log(LOG_ERROR, EVENT_ZONE_CHANGED, zone->name, "serial, not set: %s", diag->text);
    if (walk->has_stepped) {
        save(walk, false, NULL);
        look_later(walk);
    } else {
        zone->walk_err = TD_E_IO;
        save_end(zone);
        end(zone);
    }
}

static void on_stepped(struct change_wait *wait, td_err err, const struct td_diag *diag)
{
    struct serial_walk *walk = td_container_of(wait, struct serial_walk, wait);
    struct registry_zone *zone = walk->zone;

    walk->is_stepping = false;
    if (err != TD_OK) {
        on_failed(walk, diag);
        return;
    }
    walk->has_stepped = true;
    serve_log(LOG_NOTICE, EVENT_ZONE_CHANGED, zone->name,
              "serial, %u is published on the way to %u", wait->serial, walk->target);
    registry_put_state(zone->registry, zone, zone->has_file ? &zone->file : NULL, NULL);
    walk->is_there = wait->serial == walk->target;
    if (walk->is_there && !has_peers(zone))
        end(zone);
    else
        look_later(walk);
}

static td_err step(struct serial_walk *walk, struct td_diag *diag)
{
    struct change_zone *zone = &walk->zone->zone;
    struct change_about about = {
        .origin = CHANGE_COMMAND, .author = walk->author, .reason = "serial", .is_released = true
    };
    struct change_draft *draft;

    td_err err = change_draft_begin(walk->zone->registry->door, zone, about.origin, &draft, diag);
    if (err != TD_OK)
        return err;
    uint32_t serial = zone_soa_number(change_draft_view(draft), ZONE_SOA_SERIAL);
    uint32_t next = next_step(serial, walk->target);
    zone->has_floor = false; /* what was published before is what is walked away from */
    err = change_draft_set_serial(draft, next);
    if (err != TD_OK) {
        change_draft_abort(draft);
        td_diag_say(diag, "the SOA cannot be replaced: %s", td_err_text(err));
        return err;
    }
    walk->wait.done = on_stepped;
    walk->stepped_s = io_wall_s(io_of(walk));
    err = change_draft_commit(draft, &about, &walk->wait, diag);
    walk->is_stepping = err == TD_OK;
    /* Where it stands is in one batch with the step: a crash leaves both or none. */
    if (err == TD_OK && next == walk->target && !has_peers(walk->zone))
        save_end(walk->zone);
    else if (err == TD_OK)
        save(walk, next == walk->target, NULL);
    return err;
}

static void on_time(struct io_timer *timer, void *context)
{
    struct serial_walk *walk = context;
    struct td_diag diag;

    (void)timer;
    if (walk->is_stepping) {
        look_later(walk);
        return;
    }
    if (may_step(walk)) {
        if (walk->is_there) {
            save_end(walk->zone);
            end(walk->zone);
            return;
        }
        if (step(walk, &diag) == TD_OK)
            return;
    }
    look_later(walk);
}

/* ---- what an operator may ask ---- */

static struct serial_walk *walk_new(struct registry_zone *zone, uint32_t target, uint32_t after_s,
                                    const char *author)
{
    struct serial_walk *walk = td_calloc(1, sizeof(*walk));

    walk->zone = zone;
    walk->target = target;
    walk->after_s = after_s;
    walk->author = td_strdup(author == NULL ? "?" : author);
    io_timer_init(&walk->timer, on_time, walk);
    return walk;
}

static void on_saved(struct change_wait *wait, td_err err, const struct td_diag *diag)
{
    struct serial_walk *walk = td_container_of(wait, struct serial_walk, wait);

    walk->is_stepping = false;
    if (err == TD_OK)
        return;
    serve_log(LOG_ERROR, EVENT_ZONE_CHANGED, walk->zone->name, "serial, not set: %s", diag->text);
    walk->zone->walk_err = TD_E_IO;
    walk->is_there = walk->was_there;
}

/* Not all have the last step of the walk before: this one goes on from there. */
static void go_on(struct serial_walk *walk, uint32_t target, uint32_t after_s, const char *author)
{
    walk->target = target;
    walk->was_there = true;
    walk->is_there = false;
    if (after_s != 0)
        walk->after_s = after_s;
    free(walk->author);
    walk->author = td_strdup(author == NULL ? "?" : author);
    walk->wait.done = on_saved;
    walk->is_stepping = true;
    save(walk, false, &walk->wait);
}

td_err serial_walk_may_begin(const struct registry_zone *zone, uint32_t target,
                             struct td_diag *diag)
{
    const struct zone_version *view = change_zone_view(&zone->zone);

    if (zone->walk != NULL && (!zone->walk->is_there || zone->walk->is_stepping)) {
        td_diag_say(diag,
                    "its serial is being set already: 'tandem zone serial %.200s --abort' ends "
                    "that",
                    zone->name);
        return TD_E_CONFLICT;
    }
    if (view == NULL || view->serial == target) {
        td_diag_say(diag, view == NULL ? "the zone has no data yet" : "it has that serial already");
        return TD_E_CONFLICT;
    }
    return TD_OK;
}

td_err serial_walk_begin(struct registry_zone *zone, uint32_t target, uint32_t after_s,
                         const char *author, struct td_diag *diag)
{
    td_err err = serial_walk_may_begin(zone, target, diag);

    if (err != TD_OK)
        return err;
    zone->walk_err = TD_OK;
    if (zone->walk != NULL) {
        go_on(zone->walk, target, after_s, author);
        return TD_OK;
    }
    zone->walk = walk_new(zone, target, after_s, author);
    err = step(zone->walk, diag);
    if (err != TD_OK)
        end(zone);
    return err;
}

td_err serial_walk_abort(struct registry_zone *zone, struct td_diag *diag)
{
    struct serial_walk *walk = zone->walk;

    zone->walk_err = TD_OK;
    if (walk == NULL || walk->is_there || walk->is_stepping) {
        bool is_stepping = walk != NULL && walk->is_stepping;
        td_diag_say(diag, is_stepping ? "a step is just being taken: try again"
                                      : "its serial is not being set");
        return is_stepping ? TD_E_CONFLICT : TD_E_NOT_FOUND;
    }
    walk->was_there = false;
    walk->is_there = true; /* where it is */
    walk->wait.done = on_saved;
    walk->is_stepping = true;
    save(walk, true, &walk->wait);
    return TD_OK;
}

void serial_walk_recall(struct registry_zone *zone)
{
    uint8_t key[STORE_ZONE_KEY_SIZE_MAX];
    uint64_t sequence;
    size_t size;

    const uint8_t *value =
        store_log_state(zone->registry->parts.log, key, key_of(zone, key), &size, &sequence);
    if (value == NULL || size != SAVED_SIZE || zone->walk != NULL)
        return;
    zone->walk = walk_new(zone, td_get_u32(value), td_get_u32(value + 4), "restart");
    zone->walk->stepped_s = (uint64_t)td_get_u32(value + 8) << 32 | td_get_u32(value + 12);
    zone->walk->has_stepped = true;
    zone->walk->is_there = value[16] != 0 || zone->zone.newest->serial == zone->walk->target;
    look_later(zone->walk);
}

void serial_walk_free(struct serial_walk *walk)
{
    if (walk == NULL)
        return;
    io_timer_stop(&walk->timer);
    free(walk->author);
    free(walk);
}

bool serial_walk_is_stepping(const struct registry_zone *zone)
{
    return zone->walk != NULL && zone->walk->is_stepping;
}

const char *serial_walk_text(const struct registry_zone *zone)
{
    struct serial_walk *walk = zone->walk;
    uint32_t peers, behind;

    if (walk == NULL || walk->is_there || zone->zone.newest == NULL)
        return NULL;
    count_peers(zone, &peers, &behind);
    if (peers != 0)
        snprintf(walk->text, sizeof(walk->text),
                 "on its way to %u: %u is published, %u of %u secondaries have it", walk->target,
                 zone->zone.newest->serial, peers - behind, peers);
    else
        snprintf(walk->text, sizeof(walk->text),
                 "on its way to %u: %u is published, the next step comes %u s after it",
                 walk->target, zone->zone.newest->serial,
                 walk->after_s != 0 ? walk->after_s : soa_expire_s(zone));
    return walk->text;
}
