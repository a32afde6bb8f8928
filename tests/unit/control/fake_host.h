/*
 * unit/control/fake_host.h - a daemon that says what the test wants it to.
 *
 * Two zones, example.com. (served, serial 7) and broken.test. (failed, with a finding); their
 * names in wire form. What was asked of it is noted.
 */
#pragma once

#include <stdatomic.h>
#include <string.h>

#include "base/alloc.h"
#include "control/host.h"
#include "unit/test.h"

struct fake {
    td_err result; /* of every function, when not TD_OK */
    _Atomic unsigned calls;
    char zone[256]; /* asked for last */
    bool force;
    bool no_wait;
    uint32_t timeout_s;
    struct td_counter counters[3];
};

static const struct td_counter_row fake_rows[] = {
    { "tandem_queries_total", "transport=\"udp\",family=\"ipv4\"", "Queries received",
      TD_COUNTER_TOTAL },
    { "tandem_queries_total", "transport=\"tcp\",family=\"ipv4\"", "", TD_COUNTER_TOTAL },
    { "tandem_connections", "", "Connections open", TD_COUNTER_GAUGE },
};

/* A second table with a row of a metric that the first has, too. */
static const struct td_counter_row fake_more_rows[] = {
    { "tandem_queries_total", "transport=\"quic\",family=\"ipv4\"", "", TD_COUNTER_TOTAL },
};

static void fake_zone(const char *name, struct control_zone *ret_zone)
{
    bool is_good = strcmp(name, "example.com.") == 0;

    *ret_zone = (struct control_zone){
        .name = name,
        .state = is_good ? ZONE_STATE_SERVED : ZONE_STATE_FAILED,
        .has_failed = !is_good,
        .has_version = is_good,
        .serial = 7,
        .records = 12,
    };
}

static td_err fake_zone_status(void *context, const char *name,
                               struct control_zone_status *ret_zone)
{
    struct fake *fake = context;
    static const struct td_diag finding = {
        .file = "broken.zone", .line = 3, .column = 5, .severity = TD_SEVERITY_ERROR, .text = "bad"
    };

    fake->calls++;
    snprintf(fake->zone, sizeof(fake->zone), "%s", name);
    if (fake->result != TD_OK)
        return fake->result;
    bool is_good = strcmp(name, "example.com") == 0;
    if (!is_good && strcmp(name, "broken.test") != 0)
        return TD_E_NOT_FOUND;
    *ret_zone = (struct control_zone_status){
        .file = is_good ? "example.zone" : "broken.zone",
        .loaded_s = is_good ? 1790000000 : 0,
        .failed_s = is_good ? 0 : 1790000001,
        .load_ns = 3000000,
        .is_signed = true,
        .has_nsec3 = true,
        .octets = 4096,
        .versions = 2,
        .pins = 1,
        .diags = is_good ? NULL : &finding,
        .diag_count = is_good ? 0 : 1,
    };
    td_arena_init(&ret_zone->arena, 0);
    fake_zone(is_good ? "example.com." : "broken.test.", &ret_zone->zone);
    return TD_OK;
}

static td_err fake_zone_reload(void *context, const char *name, bool force,
                               const struct control_wait *wait,
                               struct control_zone_status *ret_zone)
{
    struct fake *fake = context;

    fake->force = force;
    fake->no_wait = wait->no_wait;
    fake->timeout_s = wait->timeout_s;
    return fake_zone_status(context, name, ret_zone);
}

static td_err fake_status(void *context, struct control_status *ret_status)
{
    static const struct td_addr listen = { .octets = { 127, 0, 0, 1 }, .port = 53, .family = 4 };
    struct fake *fake = context;

    fake->calls++;
    if (fake->result != TD_OK)
        return fake->result;
    *ret_status = (struct control_status){
        .version = "1.2\"3",
        .config = "/etc/tandem/\xFFtandem.yaml",
        .started_s = 1790000000,
        .now_s = 1790093784,
        .pid = 4711,
        .workers = 2,
        .zones = { [ZONE_STATE_SERVED] = 1, [ZONE_STATE_FAILED] = 1 },
        .failed_zones = 1,
        .octets = 3 * 1024 * 1024 / 2,
        .listen = &listen,
        .listen_count = 1,
    };
    td_arena_init(&ret_status->arena, 0);
    return TD_OK;
}

static td_err fake_why(void *context, const struct control_call *call,
                       struct control_story *ret_story, struct td_diag *diag)
{
    static struct control_story_line line = { 1700000000, "ns2",
                                              "SOA from 192.0.2.2@53: no answer" };

    (void)context;
    (void)call;
    (void)diag;
    *ret_story = (struct control_story){ .lines = &line, .count = 1, .advice = "Wait." };
    td_arena_init(&ret_story->arena, 0);
    return TD_OK;
}

static td_err fake_peers(void *context, const char *name, struct control_peers *ret_peers)
{
    static struct control_peer peer = { .name = "ns2", .address = "192.0.2.2@53", .to_zones = 3 };

    (void)context;
    if (name != NULL && strcmp(name, "ns2") != 0)
        return TD_E_NOT_FOUND;
    *ret_peers = (struct control_peers){ .peers = &peer, .count = 1 };
    td_arena_init(&ret_peers->arena, 0);
    return TD_OK;
}

static td_err fake_wait(void *context, struct control_follow_wait *wait, struct td_diag *diag)
{
    (void)context;
    wait->ret_secondaries = 2;
    wait->ret_in_step = 1;
    if (!wait->is_all && wait->count > 2) {
        td_diag_say(diag, "the zone has only 2 secondaries in its 'to'");
        return TD_E_INVALID;
    }
    return wait->is_all ? TD_E_TIMEOUT : TD_OK;
}

static td_err fake_zone_list(void *context, struct control_zones *ret_zones)
{
    struct fake *fake = context;

    fake->calls++;
    if (fake->result != TD_OK)
        return fake->result;
    *ret_zones = (struct control_zones){ .count = 2 };
    td_arena_init(&ret_zones->arena, 0);
    ret_zones->zones = td_arena_alloc(&ret_zones->arena, 2 * sizeof(*ret_zones->zones));
    fake_zone("example.com.", &ret_zones->zones[0]);
    fake_zone("a\\\"b.test.", &ret_zones->zones[1]);
    return TD_OK;
}

static td_err fake_reload(void *context, const struct control_wait *wait, struct td_buf *out,
                          struct control_reload *ret_reload)
{
    struct fake *fake = context;

    fake->calls++;
    fake->no_wait = wait->no_wait;
    fake->timeout_s = wait->timeout_s;
    if (fake->result != TD_OK) {
        td_buf_add_text(out, "t.yaml:1:2: error: one\nt.yaml:3:4: error: two\n");
        return fake->result;
    }
    *ret_reload = (struct control_reload){ .zones = 2, .started = 1 };
    td_arena_init(&ret_reload->arena, 0);
    return TD_OK;
}

static inline struct control_host fake_host(struct fake *fake, struct td_counters *counters)
{
    return (struct control_host){
        .context = fake,
        .counters = counters,
        .status = fake_status,
        .reload = fake_reload,
        .zone_list = fake_zone_list,
        .follow = { .why = fake_why, .peers = fake_peers, .wait = fake_wait },
        .zone_status = fake_zone_status,
        .zone_reload = fake_zone_reload,
    };
}
