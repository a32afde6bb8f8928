#include "control/handle.h"

#include "control/json.h"
#include "control/words.h"

/* ---- status ---- */

static void put_zone_counts(struct control_json *json, const struct control_status *status)
{
    uint64_t count = 0;

    for (unsigned i = 0; i < CONTROL_ZONE_STATES; i++)
        count += status->zones[i];
    control_json_object(json, "zones");
    control_json_number(json, "count", count);
    for (unsigned i = 0; i < CONTROL_ZONE_STATES; i++)
        control_json_number(json, control_zone_state_word(i), status->zones[i]);
    control_json_number(json, "loads_under_way", status->loading);
    control_json_number(json, "last_load_failed", status->failed_zones);
    control_json_number(json, "records", status->records);
    control_json_number(json, "memory_octets", status->octets);
    control_json_number(json, "retained_octets", status->retained_octets);
    control_json_number(json, "pins", status->pins);
    control_json_object_end(json);
}

void control_handle_status(const struct control_host *host, const struct control_call *call,
                           struct control_reply *reply)
{
    struct control_status status;
    struct control_json json;
    char text[TD_ADDR_TEXT_SIZE];

    (void)call;
    td_err err = host->status(host->context, &status);
    if (err != TD_OK) {
        control_reply_host_error(reply, err);
        return;
    }
    control_reply_begin(reply, &json);
    control_json_text(&json, "version", status.version);
    control_json_number(&json, "pid", (uint64_t)status.pid);
    control_json_time(&json, "started", status.started_s);
    control_json_number(&json, "uptime_s", status.now_s - status.started_s);
    control_json_text(&json, "config", status.config);
    control_json_text(&json, "identity", status.identity);
    control_json_number(&json, "workers", status.workers);
    control_json_array(&json, "listen");
    for (size_t i = 0; i < status.listen_count; i++)
        control_json_text(&json, NULL, td_addr_format_port(&status.listen[i], text));
    control_json_array_end(&json);
    control_json_text(&json, "metrics",
                      status.metrics.family == 0 ? NULL
                                                 : td_addr_format_port(&status.metrics, text));
    put_zone_counts(&json, &status);
    control_json_object_end(&json);
    td_arena_fini(&status.arena);
}

/* ---- zones ---- */

static void put_zone(struct control_json *json, const struct control_zone *zone)
{
    control_json_text(json, "name", zone->name);
    control_json_text(json, "role", zone->is_secondary ? "secondary" : "primary");
    control_json_text(json, "origin", zone->origin);
    control_json_text(json, "state", control_zone_state_word(zone->state));
    control_json_bool(json, "is_loading", zone->is_loading);
    control_json_bool(json, "last_load_failed", zone->has_failed);
    if (zone->has_version) {
        control_json_number(json, "serial", zone->serial);
        control_json_number(json, "records", zone->records);
    } else {
        control_json_text(json, "serial", NULL);
        control_json_text(json, "records", NULL);
    }
}

void control_handle_zone_list(const struct control_host *host, const struct control_call *call,
                              struct control_reply *reply)
{
    struct control_zones zones;
    struct control_json json;

    (void)call;
    td_err err = host->zone_list(host->context, &zones);
    if (err != TD_OK) {
        control_reply_host_error(reply, err);
        return;
    }
    control_reply_begin(reply, &json);
    control_json_array(&json, "zones");
    for (size_t i = 0; i < zones.count; i++) {
        control_json_object(&json, NULL);
        put_zone(&json, &zones.zones[i]);
        control_json_object_end(&json);
    }
    control_json_array_end(&json);
    control_json_object_end(&json);
    td_arena_fini(&zones.arena);
}

static void put_diags(struct control_json *json, const struct control_zone_status *zone)
{
    control_json_array(json, "findings");
    for (uint32_t i = 0; i < zone->diag_count; i++)
        control_json_diag(json, &zone->diags[i]);
    control_json_array_end(json);
    control_json_number(json, "findings_left_out", zone->diags_left_out);
}

static void put_version(struct control_json *json, const struct control_zone_status *zone)
{
    control_json_number(json, "names", zone->names);
    control_json_number(json, "delegations", zone->delegations);
    control_json_bool(json, "signed", zone->is_signed);
    control_json_text(json, "denial", zone->has_nsec3 ? "nsec3" : zone->has_nsec ? "nsec" : NULL);
    control_json_number(json, "memory_octets", zone->octets);
    control_json_number(json, "retained_octets", zone->retained_octets);
    control_json_number(json, "free_octets", zone->free_octets);
    control_json_number(json, "versions", zone->versions);
    control_json_number(json, "pinned_versions", zone->pinned_versions);
    control_json_number(json, "pins", zone->pins);
}

void control_put_zone_status(struct control_json *json, const struct control_zone_status *zone)
{
    put_zone(json, &zone->zone);
    control_json_text(json, "file", zone->file);
    control_json_time(json, "loaded", zone->loaded_s);
    control_json_time(json, "failed", zone->failed_s);
    control_json_number(json, "load_ms", zone->load_ns / 1000000);
    control_json_bool(json, "from_image", zone->is_from_image);
    if (zone->zone.has_version)
        put_version(json, zone);
    control_json_number(json, "changes_since_file", zone->changes);
    control_json_number(json, "history", zone->history);
    control_json_number(json, "transactions", zone->open);
    control_json_bool(json, "frozen", zone->is_frozen);
    control_json_bool(json, "conflict", zone->has_conflict);
    control_json_bool(json, "held", zone->is_held);
    control_json_bool(json, "file_held", zone->is_file_held);
    control_json_text(json, "trouble", zone->trouble);
    control_put_follow(json, zone);
    put_diags(json, zone);
}

void control_handle_zone_status(const struct control_host *host, const struct control_call *call,
                                struct control_reply *reply)
{
    struct td_diag diag = { .line = 0 };
    struct control_zone_status zone;

    td_err err = host->zone_status(host->context, call->zone, &zone);
    control_reply_zone(reply, call, err, &zone, &diag);
}

/* ---- reload ---- */

void control_handle_zone_reload(const struct control_host *host, const struct control_call *call,
                                struct control_reply *reply)
{
    struct control_wait wait = { call->no_wait, call->timeout_s };
    struct td_diag diag = { .line = 0 };
    struct control_zone_status zone;

    if (call->dry_run) {
        control_handle_preview(host, call, reply);
        return;
    }
    if (call->take != NULL) {
        control_handle_take(host, call, reply);
        return;
    }
    td_err err = host->zone_reload(host->context, call->zone, call->force, &wait, &zone);
    if (err == TD_E_UNSUPPORTED)
        td_diag_say(&diag, "the zone '%s' has no file", call->zone);
    else if (err == TD_E_TIMEOUT)
        td_diag_say(&diag, "the zone '%s' is still being loaded after %u s", call->zone,
                    call->timeout_s);
    control_reply_zone(reply, call, err, &zone, &diag);
}

static void reply_reloaded(struct control_reply *reply, const struct control_reload *reload)
{
    struct control_json json;

    control_reply_begin(reply, &json);
    control_json_number(&json, "zones", reload->zones);
    control_json_number(&json, "loads_started", reload->started);
    control_json_number(&json, "loads_under_way", reload->loading);
    control_json_number(&json, "last_load_failed", reload->failed_count);
    control_json_array(&json, "failed");
    for (size_t i = 0; i < reload->failed_told; i++) {
        control_json_object(&json, NULL);
        control_put_zone_status(&json, &reload->failed[i]);
        control_json_object_end(&json);
    }
    control_json_array_end(&json);
    control_json_object_end(&json);
}

void control_handle_reload(const struct control_host *host, const struct control_call *call,
                           struct control_reply *reply)
{
    struct control_wait wait = { call->no_wait, call->timeout_s };
    struct td_buf lines = { .data = NULL };
    struct control_reload reload;

    if (call->dry_run) {
        control_handle_plan(host, call, reply);
        return;
    }
    td_err err = host->reload(host->context, &wait, &lines, &reload);
    if (err == TD_OK) {
        reply_reloaded(reply, &reload);
        td_arena_fini(&reload.arena);
    } else if (err == TD_E_CLOSED) {
        control_reply_host_error(reply, err);
    } else if (err == TD_E_TIMEOUT) {
        control_reply_error(
            reply, CONTROL_ERROR_TIMEOUT, NULL,
            "the configuration is in force, but zones are still being loaded after %u s",
            call->timeout_s);
    } else {
        control_reply_error(reply, CONTROL_ERROR_CONFIG_INVALID, &lines,
                            "the configuration was refused, the old one stays in force");
    }
    td_buf_fini(&lines);
}
