/* What is counted, as the table of "stats" and as Prometheus text (exposition format 0.0.4). */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "control/handle.h"
#include "control/json.h"
#include "control/words.h"

struct value {
    const struct td_counter_row *row;
    uint64_t sum;
    bool is_written;
};

struct values {
    struct value *values;
    size_t count;
    size_t capacity;
};

static void take_value(void *context, const struct td_counter_row *row, uint64_t sum)
{
    struct values *values = context;

    td_grow(values->values, values->count, values->capacity);
    values->values[values->count++] = (struct value){ .row = row, .sum = sum };
}

/* ---- stats ---- */

/* The labels of a row, name="value" between commas, as an object. */
static void put_labels(struct control_json *json, const char *labels)
{
    control_json_object(json, "labels");
    while (*labels != '\0') {
        size_t name_size = strcspn(labels, "=");
        char *name = td_memdup(labels, name_size + 1);
        name[name_size] = '\0';
        labels += name_size + (labels[name_size] == '=');
        labels += *labels == '"';
        size_t size = strcspn(labels, "\"");
        char *value = td_memdup(labels, size + 1);
        value[size] = '\0';
        control_json_text(json, name, value);
        free(name);
        free(value);
        labels += size + (labels[size] == '"');
        labels += *labels == ',';
    }
    control_json_object_end(json);
}

void control_handle_stats(const struct control_host *host, const struct control_call *call,
                          struct control_reply *reply)
{
    struct values values = { .values = NULL };
    struct control_json json;

    (void)call;
    td_counters_visit(host->counters, take_value, &values);
    reply->status = 200;
    reply->type = CONTROL_TYPE_JSON;
    control_json_init(&json, &reply->body);
    control_json_object(&json, NULL);
    control_json_array(&json, "counters");
    for (size_t i = 0; i < values.count; i++) {
        control_json_object(&json, NULL);
        control_json_text(&json, "name", values.values[i].row->metric);
        put_labels(&json, values.values[i].row->labels);
        control_json_number(&json, "value", values.values[i].sum);
        control_json_object_end(&json);
    }
    control_json_array_end(&json);
    control_json_object_end(&json);
    free(values.values);
}

/* ---- Prometheus ---- */

static void put_head(struct td_buf *out, const char *metric, const char *help, const char *type)
{
    td_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", metric, help, metric, type);
}

/* A label's value: backslash, quote and line feed are escaped. */
static void put_label_value(struct td_buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\\' || *text == '"')
            td_buf_add_char(out, '\\');
        if (*text == '\n')
            td_buf_add_text(out, "\\n");
        else
            td_buf_add_char(out, *text);
    }
}

static void put_number(struct td_buf *out, const char *metric, const char *help, const char *type,
                       uint64_t number)
{
    put_head(out, metric, help, type);
    td_buf_printf(out, "%s %llu\n", metric, (unsigned long long)number);
}

static void put_row(struct td_buf *out, const struct value *value)
{
    const char *labels = value->row->labels;

    if (labels[0] == '\0')
        td_buf_printf(out, "%s %llu\n", value->row->metric, (unsigned long long)value->sum);
    else
        td_buf_printf(out, "%s{%s} %llu\n", value->row->metric, labels,
                      (unsigned long long)value->sum);
}

/* All rows of a metric stand together behind one head, whichever tables they come from. */
static void put_counters(struct td_buf *out, struct td_counters *counters)
{
    struct values values = { .values = NULL };

    td_counters_visit(counters, take_value, &values);
    for (size_t i = 0; i < values.count; i++) {
        struct value *first = &values.values[i];
        if (first->is_written)
            continue;
        put_head(out, first->row->metric, first->row->help,
                 first->row->kind == TD_COUNTER_TOTAL ? "counter" : "gauge");
        for (size_t k = i; k < values.count; k++) {
            struct value *value = &values.values[k];
            if (strcmp(value->row->metric, first->row->metric) != 0)
                continue;
            put_row(out, value);
            value->is_written = true;
        }
    }
    free(values.values);
}

static void put_status(struct td_buf *out, const struct control_status *status)
{
    put_head(out, "tandem_build_info", "The version that runs", "gauge");
    td_buf_add_text(out, "tandem_build_info{version=\"");
    put_label_value(out, status->version);
    td_buf_add_text(out, "\"} 1\n");
    put_number(out, "process_start_time_seconds", "When the process started, since 1970", "gauge",
               status->started_s);
    put_number(out, "tandem_workers", "Threads that answer", "gauge", status->workers);
    put_head(out, "tandem_zones", "Zones, by state", "gauge");
    for (unsigned i = 0; i < CONTROL_ZONE_STATES; i++)
        td_buf_printf(out, "tandem_zones{state=\"%s\"} %llu\n", control_zone_state_word(i),
                      (unsigned long long)status->zones[i]);
    put_number(out, "tandem_zone_loads_under_way", "Zones that are being loaded or wait for it",
               "gauge", status->loading);
    put_number(out, "tandem_zones_records", "Records of all zones", "gauge", status->records);
    put_number(out, "tandem_zones_memory_bytes", "Memory of all versions of all zones", "gauge",
               status->octets);
    put_number(out, "tandem_zones_pins", "Zone versions held across suspensions", "gauge",
               status->pins);
    put_number(out, "tandem_never_total", "Things believed impossible that have happened",
               "counter", td_never_count());
}

static void put_seconds(struct td_buf *out, const char *metric, const struct control_zone *zone,
                        uint64_t ms)
{
    td_buf_printf(out, "%s{zone=\"", metric);
    put_label_value(out, zone->name);
    td_buf_printf(out, "\"} %llu.%03llu\n", (unsigned long long)ms / 1000,
                  (unsigned long long)ms % 1000);
}

static void put_follow(struct td_buf *out, const struct control_zones *zones)
{
    put_head(out, "tandem_zone_expires_seconds", "Time until a secondary expires", "gauge");
    for (size_t i = 0; i < zones->count; i++)
        if (zones->zones[i].is_secondary && zones->zones[i].has_version)
            put_seconds(out, "tandem_zone_expires_seconds", &zones->zones[i],
                        zones->zones[i].expires_in_s * 1000);
    put_head(out, "tandem_zone_lag_seconds",
             "How long the secondary that is farthest behind has been so", "gauge");
    for (size_t i = 0; i < zones->count; i++)
        if (zones->zones[i].secondaries != 0)
            put_seconds(out, "tandem_zone_lag_seconds", &zones->zones[i],
                        zones->zones[i].behind_ms);
    put_head(out, "tandem_zone_secondaries", "Secondaries of a zone, and those of them in step",
             "gauge");
    for (size_t i = 0; i < zones->count; i++) {
        const struct control_zone *zone = &zones->zones[i];
        for (int k = 0; k < 2 && zone->secondaries != 0; k++) {
            td_buf_add_text(out, "tandem_zone_secondaries{zone=\"");
            put_label_value(out, zone->name);
            td_buf_printf(out, "\",state=\"%s\"} %u\n", k == 0 ? "in-step" : "behind",
                          k == 0 ? zone->in_step : zone->secondaries - zone->in_step);
        }
    }
}

static void put_peer_row(struct td_buf *out, const char *metric, const struct control_peer *peer,
                         const char *labels, uint64_t number)
{
    td_buf_printf(out, "%s{peer=\"", metric);
    put_label_value(out, peer->name);
    td_buf_printf(out, "\"%s} %llu\n", labels, (unsigned long long)number);
}

static void put_peers(struct td_buf *out, const struct control_peers *peers)
{
    put_head(out, "tandem_peer_up", "Did the peer answer the last question about a zone?", "gauge");
    for (uint32_t i = 0; i < peers->count; i++)
        put_peer_row(out, "tandem_peer_up", &peers->peers[i], "", !peers->peers[i].is_silent);
    put_head(out, "tandem_peer_transfers_in_total", "Transfers from a peer, by result", "counter");
    for (uint32_t i = 0; i < peers->count; i++) {
        const struct control_peer *peer = &peers->peers[i];
        put_peer_row(out, "tandem_peer_transfers_in_total", peer, ",result=\"done\"",
                     peer->transfers_in);
        put_peer_row(out, "tandem_peer_transfers_in_total", peer, ",result=\"failed\"",
                     peer->transfers_in_failed);
    }
    put_head(out, "tandem_peer_transfers_out_total", "Transfers to a peer, by result", "counter");
    for (uint32_t i = 0; i < peers->count; i++) {
        const struct control_peer *peer = &peers->peers[i];
        put_peer_row(out, "tandem_peer_transfers_out_total", peer, ",result=\"done\"",
                     peer->transfers_out);
        put_peer_row(out, "tandem_peer_transfers_out_total", peer, ",result=\"failed\"",
                     peer->transfers_out_failed);
    }
    put_head(out, "tandem_peer_notifies_out_total", "NOTIFY messages to a peer, by result",
             "counter");
    for (uint32_t i = 0; i < peers->count; i++) {
        const struct control_peer *peer = &peers->peers[i];
        put_peer_row(out, "tandem_peer_notifies_out_total", peer, ",result=\"answered\"",
                     peer->notifies_out);
        put_peer_row(out, "tandem_peer_notifies_out_total", peer, ",result=\"failed\"",
                     peer->notifies_out_failed);
    }
}

enum zone_metric { METRIC_SERIAL, METRIC_STATE, METRIC_FAILED };

static void put_zone(struct td_buf *out, const struct control_zone *zone, enum zone_metric metric)
{
    static const char *const names[] = { "tandem_zone_serial", "tandem_zone_state",
                                         "tandem_zone_last_load_failed" };

    if (metric == METRIC_SERIAL && !zone->has_version)
        return;
    td_buf_printf(out, "%s{zone=\"", names[metric]);
    put_label_value(out, zone->name);
    if (metric == METRIC_SERIAL)
        td_buf_printf(out, "\"} %u\n", zone->serial);
    else if (metric == METRIC_STATE)
        td_buf_printf(out, "\",state=\"%s\"} 1\n", control_zone_state_word(zone->state));
    else
        td_buf_printf(out, "\"} %d\n", zone->has_failed);
}

static void put_zones(struct td_buf *out, const struct control_zones *zones)
{
    put_head(out, "tandem_zone_serial", "The serial that is served", "gauge");
    for (size_t i = 0; i < zones->count; i++)
        put_zone(out, &zones->zones[i], METRIC_SERIAL);
    put_head(out, "tandem_zone_state", "1 for the state that a zone is in", "gauge");
    for (size_t i = 0; i < zones->count; i++)
        put_zone(out, &zones->zones[i], METRIC_STATE);
    put_head(out, "tandem_zone_last_load_failed",
             "1 when the file does not load, whatever is served", "gauge");
    for (size_t i = 0; i < zones->count; i++)
        put_zone(out, &zones->zones[i], METRIC_FAILED);
}

void control_handle_metrics(const struct control_host *host, struct control_reply *reply)
{
    struct control_status status;
    struct control_zones zones;
    struct control_peers peers;

    td_err err = host->status(host->context, &status);
    if (err == TD_OK) {
        put_status(&reply->body, &status);
        td_arena_fini(&status.arena);
        err = host->zone_list(host->context, &zones);
    }
    if (err != TD_OK) {
        control_reply_error(reply, CONTROL_ERROR_STOPPING, NULL, "%s", td_err_text(err));
        return;
    }
    put_counters(&reply->body, host->counters);
    put_zones(&reply->body, &zones);
    put_follow(&reply->body, &zones);
    td_arena_fini(&zones.arena);
    if (host->follow.peers(host->context, NULL, &peers) == TD_OK) {
        put_peers(&reply->body, &peers);
        td_arena_fini(&peers.arena);
    }
    reply->status = 200;
    reply->type = CONTROL_TYPE_METRICS;
}
