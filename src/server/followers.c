#include "server/followers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "change/serial.h"
#include "replicate/task.h"
#include "serve/log.h"
#include "server/followers_internal.h"
#include "server/registry_internal.h"
#include "wire/rrtype.h"

enum {
    MS_PER_S = 1000,
    NOTIFIES_MAX = 4, /* to one follower, under way */
    NOTIFY_PATIENCE_MS = 2000,
    NOTIFY_RETRY_MS = 1000, /* twice as long each time, up to this: */
    NOTIFY_RETRY_MAX_MS = 60000,
    PROBE_MAX_MS = 30000,
    PROBE_SLOW_MS = 1000, /* as slow as this only when it is behind for long */
    PROBE_LONG_MS = 60000,
    PROBE_TRIES = 2,
    PROBE_PATIENCE_MS = 1500,
    PROBES_PER_S = 200, /* of followers that are in step */
    START_ZONES_PER_S = 1000,
    FIRST_PATIENCE_MS = 1000, /* before a zone is published whose serial is not remembered */
};

/* ---- small things ---- */

static uint64_t now_ns(const struct followers *followers)
{
    return io_now_ns(followers->all->io);
}

static uint64_t wall_s(const struct followers *followers)
{
    return io_wall_s(followers->all->io);
}

static bool is_at(const struct follower *follower, uint32_t serial)
{
    return follower->has_serial && follower->serial == serial;
}

struct io_condition *followers_heard(struct followers_all *all)
{
    return &all->heard;
}

uint32_t followers_in_step(const struct followers *followers, uint32_t serial)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < followers->count; i++) {
        const struct follower *follower = followers->items[i];
        count += is_at(follower, serial) ||
                 (follower->has_serial && change_serial_is_greater(follower->serial, serial));
    }
    return count;
}

static void set_why(struct follower *follower, const char *why)
{
    free(follower->why);
    follower->why = why == NULL ? NULL : td_strdup(why);
}

void followers_arm(struct followers *followers)
{
    uint64_t due = IO_FOREVER;

    for (uint32_t i = 0; i < followers->count; i++) {
        const struct follower *follower = followers->items[i];
        if (follower->wants_notify && follower->notify_ns < due &&
            follower->notifies < NOTIFIES_MAX)
            due = follower->notify_ns;
        if (!follower->is_probing && follower->probe_ns < due)
            due = follower->probe_ns;
    }
    io_timer_start(followers->all->io, &followers->timer, due);
}

/* ---- questions ---- */

/* A NOTIFY or a question for the serial, on its way. */
struct question {
    struct replicate_task task;
    struct follower *follower;
    struct replicate_peer *peer; /* held */
    struct followers_all *all;
    struct replicate_ask ask;
    struct replicate_reply reply;
    struct td_addr addr;            /* that answered, or was asked last */
    struct replicate_digest digest; /* ours, to be compared; size 0: not this time */
    bool is_other;                  /* the follower has other content under our serial */
    uint8_t apex[WIRE_NAME_SIZE_MAX];
};

/* What it may not understand is left out, and what is new first (RFC 6891 7). */
static td_err ask(struct fiber *fiber, struct question *question, unsigned tries,
                  uint64_t patience_ns)
{
    struct replicate_ask *ask = &question->ask;
    const struct replicate_reply *reply = &question->reply;

    ask->wants_version = ask->has_edns && !question->peer->refuses_version;
    td_err err = replicate_ask(fiber, ask, tries, patience_ns, &question->reply);
    if (err == TD_OK && reply->rcode == WIRE_RCODE_FORMERR && ask->wants_version) {
        question->peer->refuses_version = true;
        ask->wants_version = false;
        err = replicate_ask(fiber, ask, 1, patience_ns, &question->reply);
    }
    if (err == TD_OK && reply->rcode == WIRE_RCODE_FORMERR && ask->has_edns) {
        ask->has_edns = false;
        err = replicate_ask(fiber, ask, 1, patience_ns, &question->reply);
    }
    return err;
}

/* On the keeper. The first address that answers counts. */
static void run_question(struct fiber *fiber, struct replicate_task *task)
{
    struct question *question = td_container_of(task, struct question, task);
    struct replicate_peer *peer = question->peer;
    bool is_notify = question->ask.is_notify;
    uint64_t patience_ns =
        (uint64_t)(is_notify ? NOTIFY_PATIENCE_MS : PROBE_PATIENCE_MS) * IO_NS_PER_MS;

    question->ask.streams = replicate_task_streams(task);
    for (uint32_t i = 0; i < peer->addr_count && !io_fiber_is_cancelled(fiber); i++) {
        question->addr = peer->addrs[i];
        question->ask.to = &question->addr;
        if (ask(fiber, question, is_notify ? 1 : PROBE_TRIES, patience_ns) != TD_OK)
            continue;
        if (question->digest.size != 0 && question->reply.has_serial &&
            question->reply.serial == question->ask.serial)
            question->is_other =
                replicate_digest_differs(fiber, replicate_task_streams(task), peer, &question->addr,
                                         question->apex, &question->digest);
        return;
    }
}

static void on_answered(struct replicate_task *task);
static void first_answered(struct follower *follower, const struct question *question);

static struct question *question_new(struct follower *follower, bool is_notify)
{
    struct question *question = td_calloc(1, sizeof(*question));
    const struct registry_zone *zone = follower->followers->zone;

    question->task = (struct replicate_task){ .run = run_question, .done = on_answered };
    question->follower = follower;
    question->all = follower->followers->all;
    question->peer = replicate_peer_hold(follower->peer);
    memcpy(question->apex, zone->zone.entry->name, zone->zone.entry->name_size);
    question->ask = (struct replicate_ask){
        .peer = question->peer,
        .apex = question->apex,
        .type = WIRE_TYPE_SOA,
        .is_notify = is_notify,
        .has_edns = !is_notify,
        .has_serial = is_notify,
        .serial = zone->zone.newest == NULL ? 0 : zone->zone.newest->serial,
    };
    question->reply.err = TD_E_CANCELLED;
    if (!is_notify && zone->zone.newest != NULL && follower->behind_ns == 0)
        registry_digest(zone, &question->digest); /* it was in step when it was asked last */
    follower->tasks++;
    replicate_keeper_give(question->all->keeper, &question->task);
    return question;
}

void follower_free(struct follower *follower)
{
    replicate_peer_let_go(follower->peer);
    free(follower->why);
    free(follower);
}

/* ---- NOTIFY ---- */

static void notify(struct follower *follower)
{
    struct followers *followers = follower->followers;

    follower->wants_notify = false;
    follower->notified_ns = now_ns(followers);
    follower->notified_s = wall_s(followers);
    follower->notifies++;
    question_new(follower, true);
}

static uint64_t backoff_ms(uint32_t tries, uint64_t first, uint64_t most)
{
    uint64_t ms = first << (tries > 16 ? 16 : tries);

    return ms > most ? most : ms;
}

static void tell_notify(struct follower *follower, const struct question *question, bool is_good)
{
    struct followers *followers = follower->followers;
    char addr[TD_ADDR_TEXT_SIZE], why[REPLICATE_WHY_SIZE];

    td_addr_format_port(&question->addr, addr);
    if (is_good) {
        story_add(&followers->story, wall_s(followers), follower->peer->name, STORY_NOTIFY,
                  "NOTIFY of serial %u to %s: answered", question->ask.serial, addr);
        return;
    }
    replicate_reply_why(&question->ask, &question->reply, why);
    if (follower->notify_tries == 0) /* the first of a row is news */
        story_add(&followers->story, wall_s(followers), follower->peer->name, STORY_NEWS,
                  "NOTIFY of serial %u to %s: %s", question->ask.serial, addr, why);
    if ((follower->notify_tries & (follower->notify_tries + 1)) == 0)
        serve_log(LOG_WARNING, EVENT_NOTIFY_FAILED, followers->zone->name,
                  "NOTIFY, outgoing, peer %s, remote %s, try %u: %s", follower->peer->name, addr,
                  follower->notify_tries + 1, why);
}

static void notify_answered(struct follower *follower, const struct question *question)
{
    struct followers *followers = follower->followers;
    bool is_good = replicate_reply_is_good(&question->reply);

    follower->notifies--;
    tell_notify(follower, question, is_good);
    if (follower->row != NULL) {
        follower->row->notifies_out += is_good;
        follower->row->notifies_out_failed += !is_good;
    }
    if (is_good) {
        follower->notify_tries = 0;
        if (follower->probe_ns > now_ns(followers) + FOLLOWERS_PROBE_MS * IO_NS_PER_MS) {
            follower->probe_ms = FOLLOWERS_PROBE_MS;
            follower->probe_ns = now_ns(followers) + FOLLOWERS_PROBE_MS * IO_NS_PER_MS;
        }
        return;
    }
    uint64_t ms = backoff_ms(follower->notify_tries++, NOTIFY_RETRY_MS, NOTIFY_RETRY_MAX_MS);
    if (follower->wants_notify || is_at(follower, followers->zone->zone.newest->serial))
        return;
    follower->wants_notify = true;
    follower->notify_ns = now_ns(followers) + ms * IO_NS_PER_MS;
}

/* ---- serials ---- */

/* How often those that are in step are asked: a hundred thousand zones are not asked at once. */
static uint64_t quiet_ms(const struct followers *followers)
{
    uint64_t ms = (uint64_t)followers->all->count * MS_PER_S / PROBES_PER_S;

    return ms < PROBE_MAX_MS ? PROBE_MAX_MS : ms;
}

static void probe(struct follower *follower)
{
    follower->is_probing = true;
    question_new(follower, false);
}

static void in_step(struct follower *follower)
{
    struct followers *followers = follower->followers;

    follower->wants_notify = false;
    follower->notify_tries = 0;
    if (follower->behind_ns == 0)
        return;
    follower->lag_ns = now_ns(followers) - follower->behind_ns;
    follower->has_lag = true;
    follower->behind_ns = 0;
    story_add(&followers->story, wall_s(followers), follower->peer->name, STORY_STEP,
              "has serial %u, %llu ms after it was published", follower->serial,
              (unsigned long long)(follower->lag_ns / IO_NS_PER_MS));
}

/* What it says twice is not the same. */
static bool is_torn(const struct replicate_reply *reply)
{
    return reply->has_serial && reply->has_version && reply->version != reply->serial;
}

/* What all of its answers have, at least. */
static uint32_t serial_of(const struct replicate_reply *reply)
{
    return is_torn(reply) && change_serial_is_greater(reply->serial, reply->version)
               ? reply->version
               : reply->serial;
}

static void tell_trouble(struct follower *follower, const struct question *question)
{
    const struct replicate_reply *reply = &question->reply;
    struct followers *followers = follower->followers;
    char why[REPLICATE_WHY_SIZE], addr[TD_ADDR_TEXT_SIZE];

    if (!replicate_reply_is_good(reply))
        replicate_reply_why(&question->ask, reply, why);
    else if (!reply->has_serial || !reply->is_authoritative)
        snprintf(why, sizeof(why), "it does not serve the zone: is it configured there?");
    else if (is_torn(reply))
        snprintf(why, sizeof(why),
                 "its SOA has serial %u, and its ZONEVERSION says %u: what it answers with is not "
                 "one version of the zone",
                 reply->serial, reply->version);
    else if (question->is_other)
        snprintf(why, sizeof(why),
                 "it has other content under the same serial %u, as its ZONEMD says: have it "
                 "transfer the zone anew",
                 reply->serial);
    else
        snprintf(why, sizeof(why),
                 "it has serial %u, which is ahead of ours: it takes nothing from here until ours "
                 "is greater ('tandem zone serial'), or it is made to transfer the zone anew",
                 reply->serial);
    if (follower->why == NULL || strcmp(follower->why, why) != 0) {
        story_add(&followers->story, wall_s(followers), follower->peer->name, STORY_NEWS,
                  "SOA from %s: %s", td_addr_format_port(&question->addr, addr), why);
        serve_log(LOG_WARNING, EVENT_ZONE_BEHIND, followers->zone->name, "peer %s, remote %s: %s",
                  follower->peer->name, td_addr_format_port(&question->addr, addr), why);
    }
    set_why(follower, why);
}

static void probe_answered(struct follower *follower, const struct question *question)
{
    const struct replicate_reply *reply = &question->reply;
    struct followers *followers = follower->followers;
    uint32_t serial = followers->zone->zone.newest->serial;
    bool is_good = replicate_reply_is_good(reply) && reply->has_serial && reply->is_authoritative;
    uint64_t now = now_ns(followers);

    follower->is_probing = false;
    if (is_good) {
        follower->has_serial = true;
        follower->serial = serial_of(reply);
        follower->heard_s = wall_s(followers);
    }
    if (!is_good || question->is_other || is_torn(reply) ||
        change_serial_is_greater(follower->serial, serial))
        tell_trouble(follower, question);
    else
        set_why(follower, NULL);
    io_condition_broadcast(&followers->all->heard);
    if (is_good && follower->serial == serial) {
        in_step(follower);
        follower->probe_ms = FOLLOWERS_PROBE_MS;
        follower->probe_ns = now + quiet_ms(followers) * IO_NS_PER_MS;
        return;
    }
    if (follower->behind_ns == 0)
        follower->behind_ns = now;
    bool is_long = now - follower->behind_ns > (uint64_t)PROBE_LONG_MS * IO_NS_PER_MS;
    uint64_t most = is_long || !is_good ? PROBE_MAX_MS : PROBE_SLOW_MS;
    follower->probe_ns = now + follower->probe_ms * IO_NS_PER_MS;
    follower->probe_ms = follower->probe_ms * 2 > most ? (uint32_t)most : follower->probe_ms * 2;
    if (is_good && is_long && !follower->wants_notify && follower->why == NULL) {
        follower->wants_notify = true; /* it may have missed the last one */
        follower->notify_ns = now;
    }
}

static void on_answered(struct replicate_task *task)
{
    struct question *question = td_container_of(task, struct question, task);
    struct follower *follower = question->follower;

    follower->tasks--;
    if (follower->followers == NULL) {
        if (follower->tasks == 0)
            follower_free(follower);
    } else if (follower->followers->zone->zone.newest == NULL) {
        if (!question->ask.is_notify)
            first_answered(follower, question);
    } else {
        if (question->ask.is_notify)
            notify_answered(follower, question);
        else
            probe_answered(follower, question);
        followers_arm(follower->followers);
    }
    replicate_peer_let_go(question->peer);
    free(question);
}

/* ---- before the first version ---- */

static void end_asking(struct followers *followers)
{
    if (!followers->is_asking)
        return;
    followers->is_asking = false;
    io_timer_stop(&followers->patience);
    registry_asked(followers->zone);
}

void followers_out_of_patience(struct io_timer *timer, void *context)
{
    (void)timer;
    end_asking(context);
}

static void first_answered(struct follower *follower, const struct question *question)
{
    const struct replicate_reply *reply = &question->reply;
    struct followers *followers = follower->followers;

    follower->is_probing = false;
    if (replicate_reply_is_good(reply) && reply->has_serial && reply->is_authoritative) {
        follower->has_serial = true;
        follower->serial = reply->serial;
        follower->heard_s = wall_s(followers);
    }
    if (followers->asked != 0 && --followers->asked == 0)
        end_asking(followers);
}

bool followers_ask_first(struct followers *followers)
{
    followers->asked = 0;
    for (uint32_t i = 0; i < followers->count; i++) {
        struct follower *follower = followers->items[i];
        if (follower->row == NULL || follower->is_probing)
            continue;
        followers->asked++;
        probe(follower);
    }
    if (followers->asked == 0)
        return false;
    followers->is_asking = true;
    io_timer_start(followers->all->io, &followers->patience,
                   io_deadline_ms(followers->all->io, FIRST_PATIENCE_MS));
    return true;
}

bool followers_greatest(const struct followers *followers, uint32_t *ret_serial)
{
    bool has_any = false;

    for (uint32_t i = 0; i < followers->count; i++) {
        const struct follower *follower = followers->items[i];
        if (!follower->has_serial ||
            (has_any && !change_serial_is_greater(follower->serial, *ret_serial)))
            continue;
        has_any = true;
        *ret_serial = follower->serial;
    }
    return has_any;
}

/* ---- when ---- */

void followers_on_time(struct io_timer *timer, void *context)
{
    struct followers *followers = context;
    uint64_t now = now_ns(followers);

    (void)timer;
    if (followers->zone->zone.newest == NULL)
        return;
    for (uint32_t i = 0; i < followers->count; i++) {
        struct follower *follower = followers->items[i];
        if (follower->wants_notify && now >= follower->notify_ns &&
            follower->notifies < NOTIFIES_MAX)
            notify(follower);
        if (!follower->is_probing && now >= follower->probe_ns)
            probe(follower);
    }
    followers_arm(followers);
}

/* The first at once; those that follow closely become one. */
static void want_notify(struct follower *follower, uint64_t now)
{
    uint64_t earliest = follower->notified_ns + FOLLOWERS_NOTIFY_MS * IO_NS_PER_MS;

    if (follower->notified_s == 0 || earliest < now)
        earliest = now;
    if (follower->wants_notify && follower->notify_ns <= earliest)
        return;
    follower->wants_notify = true;
    follower->notify_ns = earliest;
}

static void want_probe(struct follower *follower, uint64_t due)
{
    follower->probe_ms = FOLLOWERS_PROBE_MS;
    if (follower->probe_ns > due)
        follower->probe_ns = due;
}

static bool is_told(const struct followers *followers, const struct follower *follower)
{
    return followers->notify == CONF_NOTIFY_BOTH ||
           (followers->notify == CONF_NOTIFY_PEERS && follower->row != NULL) ||
           (followers->notify == CONF_NOTIFY_NS_SET &&
            (follower->row == NULL || follower->is_listed));
}

void followers_notify(struct followers *followers)
{
    uint64_t now = now_ns(followers);

    for (uint32_t i = 0; i < followers->count; i++) {
        struct follower *follower = followers->items[i];
        follower->wants_notify = true;
        follower->notify_ns = now;
        follower->notify_tries = 0;
        want_probe(follower, now + FOLLOWERS_PROBE_MS * IO_NS_PER_MS);
    }
    followers_arm(followers);
}

void followers_probe(struct followers *followers)
{
    for (uint32_t i = 0; i < followers->count; i++)
        want_probe(followers->items[i], now_ns(followers));
    followers_arm(followers);
}

/* Those that are told anyway know already. */
void followers_resolved(void *context)
{
    struct followers *followers = context;

    if (followers->zone->zone.newest == NULL)
        return;
    for (uint32_t i = 0; i < followers->count; i++)
        followers->items[i]->was_told = is_told(followers, followers->items[i]);
    followers_refresh_set(followers);
    for (uint32_t i = 0; i < followers->count; i++) {
        struct follower *follower = followers->items[i];
        if (is_told(followers, follower) && !follower->was_told && follower->behind_ns != 0)
            want_notify(follower, now_ns(followers));
    }
    followers_on_time(&followers->timer, followers);
}

void followers_published(struct registry_zone *zone, bool is_start)
{
    struct followers *followers = zone->followers;

    if (followers == NULL || zone->zone.newest == NULL)
        return;
    followers_refresh_set(followers);
    uint64_t now = now_ns(followers);
    uint64_t spread_ms =
        is_start ? (uint64_t)followers->all->zones * MS_PER_S / START_ZONES_PER_S : 0;
    uint64_t due = now + io_random_u64(followers->all->io) % (spread_ms + 1) * IO_NS_PER_MS;

    for (uint32_t i = 0; i < followers->count; i++) {
        struct follower *follower = followers->items[i];
        if (follower->behind_ns == 0)
            follower->behind_ns = now;
        if (is_told(followers, follower))
            want_notify(follower, due);
        want_probe(follower, due + FOLLOWERS_PROBE_MS * IO_NS_PER_MS);
    }
    if (spread_ms == 0)
        followers_on_time(&followers->timer, followers); /* what is due leaves now */
    else
        followers_arm(followers);
}
