#include "operator/follow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/followers.h"
#include "server/registry.h"
#include "server/replication.h"
#include "server/roles.h"
#include "server/secondary.h"
#include "wire/rrtype.h"

enum { SMALL_TEXT_SIZE = 300 };

static const char *copy(struct td_arena *arena, const char *text)
{
    return text == NULL ? NULL : td_arena_strdup(arena, text);
}

static const char *address_of(struct td_arena *arena, const struct replicate_peer *peer)
{
    char text[TD_ADDR_TEXT_SIZE];

    return td_arena_strdup(arena, td_addr_format_port(&peer->addrs[0], text));
}

/* ---- a zone and its peers ---- */

static uint64_t seconds_from(uint64_t now, uint64_t ns)
{
    return ns == IO_FOREVER || ns <= now ? 0 : (ns - now + IO_NS_PER_S - 1) / IO_NS_PER_S;
}

static uint64_t seconds_until(struct server *server, uint64_t ns)
{
    return seconds_from(io_now_ns(server->io), ns);
}

static enum control_peer_state state_of(const struct registry_zone *zone,
                                        const struct follower *follower)
{
    const struct zone_version *newest = zone->zone.newest;

    if (newest != NULL && follower->has_serial &&
        change_serial_is_greater(follower->serial, newest->serial))
        return CONTROL_PEER_AHEAD;
    if (follower->why != NULL)
        return CONTROL_PEER_FAILING;
    if (!follower->has_serial || newest == NULL)
        return CONTROL_PEER_UNKNOWN;
    return follower->serial == newest->serial ? CONTROL_PEER_IN_STEP : CONTROL_PEER_BEHIND;
}

static struct control_zone_peer view_follower(struct server *server, struct td_arena *arena,
                                              const struct registry_zone *zone,
                                              const struct follower *follower)
{
    uint64_t now = io_now_ns(server->io);
    enum control_peer_state state = state_of(zone, follower);

    return (struct control_zone_peer){
        .name = copy(arena, follower->peer->name),
        .address = address_of(arena, follower->peer),
        .is_found = follower->row == NULL,
        .state = state,
        .has_serial = follower->has_serial,
        .serial = follower->serial,
        .has_lag = follower->has_lag,
        .lag_ms = follower->lag_ns / IO_NS_PER_MS,
        .behind_ms = state == CONTROL_PEER_IN_STEP || follower->behind_ns == 0
                         ? 0
                         : (now - follower->behind_ns) / IO_NS_PER_MS,
        .heard_s = follower->heard_s,
        .notified_s = follower->notified_s,
        .why = copy(arena, follower->why),
    };
}

static struct control_zone_peer view_primary(struct td_arena *arena,
                                             const struct secondary *secondary,
                                             const struct peers_row *row)
{
    const struct story_line *line = story_trouble(&secondary->story, row->peer->name);
    bool is_failing = row->losses != 0;

    return (struct control_zone_peer){
        .name = copy(arena, row->peer->name),
        .address = address_of(arena, row->peer),
        .is_primary = true,
        .state = is_failing          ? CONTROL_PEER_FAILING
                 : row->heard_s == 0 ? CONTROL_PEER_UNKNOWN
                                     : CONTROL_PEER_IN_STEP,
        .heard_s = row->heard_s,
        .why = secondary->failures == 0 || line == NULL ? NULL : copy(arena, line->text),
    };
}

static void view_secondary(struct server *server, const struct secondary *secondary,
                           struct control_zone_status *status)
{
    struct control_follow *follow = &status->follow;

    follow->is_looking = secondary->look != NULL || secondary->is_waiting;
    follow->refreshed_s = secondary->refreshed_s;
    follow->look_in_s = seconds_until(server, secondary->look_ns);
    follow->expires_in_s = seconds_until(server, secondary->expires_ns);
    follow->failures = secondary->failures;
    if (secondary->transfer_s == 0)
        return;
    follow->transfer = secondary->transfer_type == WIRE_TYPE_IXFR ? "IXFR" : "AXFR";
    follow->transfer_peer = copy(&status->arena, secondary->transfer_peer);
    follow->transfer_s = secondary->transfer_s;
    follow->transfer_ms = secondary->transfer_ms;
    follow->transfer_octets = secondary->transfer_octets;
    follow->transfer_records = secondary->transfer_records;
}

void operator_view_follow(struct server *server, const struct registry_zone *zone,
                          struct control_zone_status *status)
{
    const struct secondary *secondary = zone->secondary;
    const struct followers *followers = zone->followers;
    struct control_follow *follow = &status->follow;
    uint32_t count = (secondary == NULL ? 0 : secondary->from_count) +
                     (followers == NULL ? 0 : followers->count);
    struct control_zone_peer *peers = td_arena_zalloc(&status->arena, (count + 1) * sizeof(*peers));

    follow->is_secondary = secondary != NULL;
    follow->walk = copy(&status->arena, serial_walk_text(zone));
    follow->peers = peers;
    operator_view_servers(server, zone, &status->arena, follow);
    if (secondary != NULL)
        view_secondary(server, secondary, status);
    for (uint32_t i = 0; secondary != NULL && i < secondary->from_count; i++)
        peers[follow->peer_count++] = view_primary(&status->arena, secondary, secondary->from[i]);
    for (uint32_t i = 0; followers != NULL && i < followers->count; i++) {
        peers[follow->peer_count] =
            view_follower(server, &status->arena, zone, followers->items[i]);
        follow->secondaries++;
        follow->in_step += peers[follow->peer_count++].state == CONTROL_PEER_IN_STEP;
    }
}

void operator_view_lag(const struct registry_zone *zone, struct control_zone *ret_zone)
{
    const struct followers *followers = zone->followers;
    uint64_t now = io_now_ns(registry_io(zone->registry));

    if (zone->secondary != NULL)
        ret_zone->expires_in_s = seconds_from(now, zone->secondary->expires_ns);
    for (uint32_t i = 0; followers != NULL && i < followers->count; i++) {
        const struct follower *follower = followers->items[i];
        bool is_in_step = state_of(zone, follower) == CONTROL_PEER_IN_STEP;
        ret_zone->secondaries++;
        ret_zone->in_step += is_in_step;
        if (is_in_step || follower->behind_ns == 0)
            continue;
        uint64_t behind_ms = (now - follower->behind_ns) / IO_NS_PER_MS;
        ret_zone->behind_ms = behind_ms > ret_zone->behind_ms ? behind_ms : ret_zone->behind_ms;
    }
}

/* ---- why ---- */

struct why {
    const struct control_call *call;
    struct control_story *story;
    struct td_diag *diag;
};

static void add_lines(struct control_story *story, const struct story *from, const char *peer)
{
    for (uint32_t i = 0; i < from->count; i++) {
        const struct story_line *line = &from->lines[i];
        if (peer != NULL && (line->peer == NULL || strcmp(line->peer, peer) != 0))
            continue;
        story->lines[story->count++] = (struct control_story_line){
            .time_s = line->time_s,
            .peer = copy(&story->arena, line->peer),
            .text = copy(&story->arena, line->text),
        };
    }
}

static int by_time(const void *left, const void *right)
{
    const struct control_story_line *a = left, *b = right;

    return a->time_s < b->time_s ? -1 : a->time_s > b->time_s;
}

/* The last line: what comes next, and what can be done. */
static const char *advise_secondary(struct server *server, struct td_arena *arena,
                                    const struct registry_zone *zone)
{
    const struct secondary *secondary = zone->secondary;
    char text[SMALL_TEXT_SIZE];

    if (secondary->look != NULL || secondary->is_waiting)
        snprintf(text, sizeof(text), "It is looking at its primaries now.");
    else if (secondary->failures == 0)
        snprintf(text, sizeof(text), "It is in step; the next look is in %llu s.",
                 (unsigned long long)seconds_until(server, secondary->look_ns));
    else
        snprintf(text, sizeof(text),
                 "The next look is in %llu s; 'tandem zone refresh %.100s' looks now, once what "
                 "stands above is mended.",
                 (unsigned long long)seconds_until(server, secondary->look_ns), zone->name);
    return copy(arena, text);
}

static const char *advise_primary(struct td_arena *arena, const struct registry_zone *zone)
{
    const struct followers *followers = zone->followers;
    uint32_t serial = zone->zone.newest == NULL ? 0 : zone->zone.newest->serial;
    uint32_t in_step = followers_in_step(followers, serial);
    char text[SMALL_TEXT_SIZE];

    if (zone->zone.newest == NULL)
        snprintf(text, sizeof(text), "The zone has no data: nobody is told anything.");
    else if (in_step == followers->count)
        snprintf(text, sizeof(text), "All %u secondaries have serial %u.", in_step, serial);
    else
        snprintf(text, sizeof(text),
                 "%u of %u secondaries have serial %u; the others are asked again by themselves, "
                 "and told by 'tandem zone notify %.100s'.",
                 in_step, followers->count, serial, zone->name);
    return copy(arena, text);
}

static td_err take_story(struct fiber *fiber, struct server *server, void *argument)
{
    struct why *why = argument;
    const struct registry_zone *zone = registry_find(server->registry, why->call->zone);
    struct control_story *story = why->story;

    (void)fiber;
    if (zone == NULL) {
        td_diag_say(why->diag, "there is no zone '%s'", why->call->zone);
        return TD_E_NOT_FOUND;
    }
    *story = (struct control_story){ .count = 0 };
    td_arena_init(&story->arena, 0);
    story->lines = td_arena_alloc(&story->arena, 2 * STORY_LINES_MAX * sizeof(*story->lines));
    if (zone->followers != NULL)
        add_lines(story, &zone->followers->story, why->call->peer);
    if (zone->secondary != NULL)
        add_lines(story, &zone->secondary->story, why->call->peer);
    if (story->count > 1)
        qsort(story->lines, story->count, sizeof(*story->lines), by_time);
    if (zone->secondary != NULL)
        story->advice = advise_secondary(server, &story->arena, zone);
    else if (zone->followers != NULL && zone->followers->count != 0)
        story->advice = advise_primary(&story->arena, zone);
    else
        story->advice = copy(&story->arena, "It has no peers: 'from' and 'to' of the zone name "
                                            "them.");
    if (why->call->peer == NULL)
        story->more = operator_servers_advice(server, zone, &story->arena);
    return TD_OK;
}

static td_err host_why(void *context, const struct control_call *call,
                       struct control_story *ret_story, struct td_diag *diag)
{
    struct why why = { .call = call, .story = ret_story, .diag = diag };

    return operator_ask(context, take_story, &why);
}

/* ---- peers ---- */

struct peers_view {
    const char *name;
    struct control_peers *peers;
    const struct peers *rows;
    uint32_t *places; /* of rows among the peers, plus 1 */
};

static struct control_peer *peer_of(const struct peers_view *view, const struct peers_row *row)
{
    for (uint32_t i = 0; i < view->rows->count; i++)
        if (view->rows->rows[i] == row)
            return view->places[i] == 0 ? NULL : &view->peers->peers[view->places[i] - 1];
    return NULL;
}

static void tell_why(const struct peers_view *view, struct control_peer *peer,
                     const struct registry_zone *zone, const char *why)
{
    if (peer->why != NULL || why == NULL)
        return;
    peer->why = copy(&view->peers->arena, why);
    peer->why_zone = copy(&view->peers->arena, zone->name);
}

static void count_primaries(const struct peers_view *view, const struct registry_zone *zone)
{
    const struct secondary *secondary = zone->secondary;

    for (uint32_t i = 0; i < secondary->from_count; i++) {
        struct control_peer *peer = peer_of(view, secondary->from[i]);
        if (peer == NULL)
            continue;
        peer->from_zones++;
        if (secondary->failures == 0)
            continue;
        const struct story_line *line =
            story_trouble(&secondary->story, secondary->from[i]->peer->name);
        tell_why(view, peer, zone, line == NULL ? NULL : line->text);
    }
}

static void count_followers(const struct peers_view *view, const struct registry_zone *zone)
{
    for (uint32_t i = 0; i < zone->followers->count; i++) {
        const struct follower *follower = zone->followers->items[i];
        struct control_peer *peer = follower->row == NULL ? NULL : peer_of(view, follower->row);
        if (peer == NULL)
            continue;
        enum control_peer_state state = state_of(zone, follower);
        peer->to_zones++;
        peer->in_step += state == CONTROL_PEER_IN_STEP;
        peer->failing += state == CONTROL_PEER_FAILING || state == CONTROL_PEER_AHEAD;
        peer->behind += state == CONTROL_PEER_BEHIND || state == CONTROL_PEER_UNKNOWN;
        tell_why(view, peer, zone, follower->why);
    }
}

static void count_zone(void *context, struct zone_entry *entry)
{
    const struct peers_view *view = context;
    const struct registry_zone *zone = entry->owner;

    if (zone->secondary != NULL)
        count_primaries(view, zone);
    if (zone->followers != NULL)
        count_followers(view, zone);
}

static struct control_peer view_row(const struct server *server, struct td_arena *arena,
                                    const struct peers_row *row, uint32_t key)
{
    return (struct control_peer){
        .name = copy(arena, row->peer->name),
        .address = address_of(arena, row->peer),
        .key = key == 0 ? NULL : copy(arena, server->conf->keys[key - 1].name.text),
        .is_silent = row->losses != 0,
        .heard_s = row->heard_s,
        .silent_s = row->lost_s,
        .transfers_in = row->transfers_in,
        .transfers_in_failed = row->transfers_in_failed,
        .transfers_out = row->transfers_out,
        .transfers_out_failed = row->transfers_out_failed,
        .notifies_out = row->notifies_out,
        .notifies_out_failed = row->notifies_out_failed,
    };
}

static td_err take_peers(struct fiber *fiber, struct server *server, void *argument)
{
    struct peers_view *view = argument;
    struct td_arena *arena = &view->peers->arena;

    (void)fiber;
    view->rows = &server->replication->peers;
    *view->peers = (struct control_peers){ .count = 0 };
    td_arena_init(arena, 0);
    view->peers->peers =
        td_arena_alloc(arena, (view->rows->count + 1) * sizeof(struct control_peer));
    view->places = td_arena_zalloc(arena, (view->rows->count + 1) * sizeof(uint32_t));
    for (uint32_t i = 0; i < view->rows->count; i++) {
        const struct peers_row *row = view->rows->rows[i];
        if (view->name != NULL && strcmp(view->name, row->peer->name) != 0)
            continue;
        view->peers->peers[view->peers->count++] =
            view_row(server, arena, row, server->conf->peers[i].key);
        view->places[i] = view->peers->count;
    }
    zone_set_visit(server->zones, count_zone, view);
    if (view->name == NULL || view->peers->count != 0)
        return TD_OK;
    td_arena_fini(arena);
    return TD_E_NOT_FOUND;
}

static td_err host_peers(void *context, const char *name, struct control_peers *ret_peers)
{
    struct peers_view view = { .name = name, .peers = ret_peers };

    return operator_ask(context, take_peers, &view);
}

/* ---- waiting for secondaries ---- */

struct waiting {
    struct control_follow_wait *wait;
    struct td_diag *diag;
};

static td_err wait_for(struct fiber *fiber, struct server *server, void *argument)
{
    struct waiting *waiting = argument;
    struct control_follow_wait *wait = waiting->wait;
    uint64_t deadline = io_deadline_ms(server->io, (uint64_t)wait->timeout_s * IO_MS_PER_S);

    for (;;) {
        const struct registry_zone *zone = registry_find(server->registry, wait->zone);
        if (zone == NULL)
            return TD_E_NOT_FOUND;
        const struct followers *followers = zone->followers;
        wait->ret_secondaries = followers == NULL ? 0 : followers->count;
        wait->ret_in_step = followers == NULL ? 0 : followers_in_step(followers, wait->serial);
        uint32_t wanted = wait->is_all ? wait->ret_secondaries : wait->count;
        if (wanted > wait->ret_secondaries) {
            td_diag_say(waiting->diag, "the zone has only %u secondaries in its 'to'",
                        wait->ret_secondaries);
            return TD_E_INVALID;
        }
        if (wait->ret_in_step >= wanted)
            return TD_OK;
        td_err err =
            io_condition_wait(fiber, followers_heard(server->replication->followers), deadline);
        if (err == TD_E_TIMEOUT)
            return err;
        if (err != TD_OK || server->wants_stop)
            return TD_E_CLOSED;
    }
}

static td_err host_wait(void *context, struct control_follow_wait *wait, struct td_diag *diag)
{
    struct waiting waiting = { .wait = wait, .diag = diag };

    return operator_ask(context, wait_for, &waiting);
}

/* ---- orders ---- */

td_err operator_follow_after(const struct control_call *call, uint32_t *ret_after_s,
                             struct td_diag *diag)
{
    uint64_t after_ms = 0;

    if (call->after != NULL &&
        (!conf_duration_parse(call->after, &after_ms) || after_ms / 1000 > UINT32_MAX)) {
        td_diag_say(diag, "--after wants a time with its unit, such as 2h or 7d, not '%.80s'",
                    call->after);
        return TD_E_INVALID;
    }
    *ret_after_s = (uint32_t)((after_ms + 999) / 1000);
    return TD_OK;
}

static td_err order_serial(struct registry_zone *zone, const struct control_call *call,
                           struct td_diag *diag)
{
    uint32_t after_s;

    if (call->abort)
        return serial_walk_abort(zone, diag);
    td_err err = operator_follow_after(call, &after_s, diag);
    return err == TD_OK ? serial_walk_begin(zone, call->set.value, after_s, call->author, diag)
                        : err;
}

td_err operator_follow_check_notify(const struct registry_zone *zone, struct td_diag *diag)
{
    if (zone->followers != NULL && zone->followers->count != 0 && zone->zone.newest != NULL)
        return TD_OK;
    td_diag_say(diag, zone->zone.newest == NULL
                          ? "the zone has no data yet"
                          : "the zone has no secondaries: name them with 'to'");
    return TD_E_CONFLICT;
}

td_err operator_follow_check(const struct registry_zone *zone, struct td_diag *diag)
{
    if (zone->secondary != NULL)
        return TD_OK;
    td_diag_say(diag, "the zone '%s' is a primary here: there is nothing to transfer it from",
                zone->name);
    return TD_E_CONFLICT;
}

td_err operator_follow_order(struct fiber *fiber, struct server *server, struct registry_zone *zone,
                             enum control_order order, const struct control_call *call,
                             struct td_diag *diag)
{
    if (order == CONTROL_ORDER_SERIAL)
        return order_serial(zone, call, diag);
    if (order == CONTROL_ORDER_PROMOTE)
        return roles_promote(fiber, server, zone, call->author, diag);
    if (order == CONTROL_ORDER_PURGE)
        return registry_zone_purge(fiber, zone, diag);
    if (order == CONTROL_ORDER_DEMOTE)
        return roles_demote(fiber, server, zone, diag);
    td_err err = order == CONTROL_ORDER_NOTIFY ? operator_follow_check_notify(zone, diag)
                                               : operator_follow_check(zone, diag);
    if (err != TD_OK)
        return err;
    if (order == CONTROL_ORDER_NOTIFY) {
        followers_notify(zone->followers);
        return TD_OK;
    }
    if (order == CONTROL_ORDER_RETRANSFER) {
        secondary_retransfer(zone->secondary);
    } else {
        zone->secondary->is_asked = true;
        secondary_look(zone->secondary);
    }
    return TD_OK;
}

bool operator_follow_is_working(const struct registry_zone *zone, enum control_order order)
{
    const struct secondary *secondary = zone->secondary;

    if (order == CONTROL_ORDER_SERIAL)
        return serial_walk_is_stepping(zone);
    return order != CONTROL_ORDER_NOTIFY && secondary != NULL &&
           (secondary->look != NULL || secondary->is_waiting);
}

td_err operator_follow_result(const struct registry_zone *zone, enum control_order order,
                              struct td_diag *diag)
{
    if (order != CONTROL_ORDER_SERIAL || zone->walk_err == TD_OK)
        return TD_OK;
    td_diag_say(diag, "the disk did not take it, and the serial goes on as it was: see the log");
    return zone->walk_err;
}

const struct control_follow_host operator_follow_host = {
    .why = host_why,
    .peers = host_peers,
    .wait = host_wait,
};
