#include "control/show.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/macros.h"
#include "control/show_read.h"
#include "control/verb.h"

enum { KEY_WIDTH = 15, TEXT_SIZE = 64 };

/* ---- reading, and words for numbers ---- */

/* "12.3 MiB"; returns `out`, of TEXT_SIZE octets. */
static char *octets_text(unsigned long long octets, char *out)
{
    static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
    double value = (double)octets;
    int unit = -1;

    while (value >= 1024 && unit + 1 < (int)TD_COUNT(units)) {
        value /= 1024;
        unit++;
    }
    if (unit < 0)
        snprintf(out, TEXT_SIZE, "%llu octets", octets);
    else
        snprintf(out, TEXT_SIZE, "%.1f %s", value, units[unit]);
    return out;
}

/* "3 d 4 h"; returns `out`, of TEXT_SIZE octets. */
static char *time_text(unsigned long long s, char *out)
{
    if (s >= 86400)
        snprintf(out, TEXT_SIZE, "%llu d %llu h", s / 86400, s % 86400 / 3600);
    else if (s >= 3600)
        snprintf(out, TEXT_SIZE, "%llu h %llu min", s / 3600, s % 3600 / 60);
    else if (s >= 60)
        snprintf(out, TEXT_SIZE, "%llu min %llu s", s / 60, s % 60);
    else
        snprintf(out, TEXT_SIZE, "%llu s", s);
    return out;
}

static void put_key(struct td_buf *out, const char *key)
{
    td_buf_printf(out, "%-*s", KEY_WIDTH, key);
}

static void put_text(struct td_buf *out, const char *key, const char *text)
{
    put_key(out, key);
    td_buf_printf(out, "%s\n", text == NULL ? "-" : text);
}

static void put_number(struct td_buf *out, const char *key, unsigned long long number)
{
    put_key(out, key);
    td_buf_printf(out, "%llu\n", number);
}

/* ---- status ---- */

static void put_zones(struct td_buf *out, const json_t *zones)
{
    static const char *const states[] = { "served", "loading", "failed", "expired" };
    char octets[TEXT_SIZE], retained[TEXT_SIZE];
    const char *before = ": ";

    put_key(out, "zones");
    td_buf_printf(out, "%llu", number_of(zones, "count"));
    for (size_t i = 0; i < TD_COUNT(states); i++) {
        unsigned long long count = number_of(zones, states[i]);
        if (count == 0)
            continue;
        td_buf_printf(out, "%s%llu %s", before, count, states[i]);
        before = ", ";
    }
    td_buf_add_char(out, '\n');
    if (number_of(zones, "loads_under_way") != 0)
        put_number(out, "loads to do", number_of(zones, "loads_under_way"));
    if (number_of(zones, "last_load_failed") != 0)
        put_number(out, "do not load", number_of(zones, "last_load_failed"));
    put_number(out, "records", number_of(zones, "records"));
    put_key(out, "memory");
    td_buf_printf(out, "%s in zones, %s of it in older versions, %llu pins\n",
                  octets_text(number_of(zones, "memory_octets"), octets),
                  octets_text(number_of(zones, "retained_octets"), retained),
                  number_of(zones, "pins"));
}

int control_show_status(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    char text[TEXT_SIZE];
    const json_t *item;
    size_t i;

    (void)complaints;
    put_text(out, "version", text_of(answer, "version"));
    put_number(out, "pid", number_of(answer, "pid"));
    put_key(out, "up");
    td_buf_printf(out, "%s, since %s\n", time_text(number_of(answer, "uptime_s"), text),
                  text_of(answer, "started"));
    put_text(out, "configuration", text_of(answer, "config"));
    put_number(out, "workers", number_of(answer, "workers"));
    json_array_foreach(json_object_get(answer, "listen"), i, item)
    {
        put_text(out, i == 0 ? "listening on" : "", json_string_value(item));
    }
    if (has_text(answer, "metrics"))
        put_text(out, "metrics on", text_of(answer, "metrics"));
    put_zones(out, json_object_get(answer, "zones"));
    return CONTROL_EXIT_OK;
}

/* ---- stats ---- */

/* "queries" of "tandem_queries_total". */
static void put_metric(struct td_buf *out, const char *name)
{
    static const char prefix[] = "tandem_", suffix[] = "_total";
    size_t size;

    if (strncmp(name, prefix, sizeof(prefix) - 1) == 0)
        name += sizeof(prefix) - 1;
    size = strlen(name);
    if (size > sizeof(suffix) && strcmp(name + size - (sizeof(suffix) - 1), suffix) == 0)
        size -= sizeof(suffix) - 1;
    for (size_t i = 0; i < size; i++)
        td_buf_add_char(out, name[i] == '_' ? ' ' : name[i]);
}

static void name_counter(struct td_buf *out, const json_t *counter)
{
    json_t *labels = json_object_get(counter, "labels");
    const char *before = ", ";
    const char *key;
    json_t *value;

    put_metric(out, text_of(counter, "name"));
    json_object_foreach(labels, key, value)
    {
        td_buf_printf(out, "%s%s", before, json_is_string(value) ? json_string_value(value) : "-");
        before = " ";
    }
}

int control_show_stats(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    const json_t *counters = json_object_get(answer, "counters");
    struct td_buf name = { .data = NULL };
    size_t width = 0, i;
    const json_t *counter;

    (void)complaints;
    json_array_foreach(counters, i, counter)
    {
        td_buf_clear(&name);
        name_counter(&name, counter);
        width = name.size > width ? name.size : width;
    }
    json_array_foreach(counters, i, counter)
    {
        td_buf_clear(&name);
        name_counter(&name, counter);
        td_buf_printf(out, "%-*s %20llu\n", (int)width, td_buf_text(&name),
                      number_of(counter, "value"));
    }
    td_buf_fini(&name);
    return CONTROL_EXIT_OK;
}

/* ---- zones ---- */

static const char *state_of(const json_t *zone)
{
    if (is_so(zone, "is_loading"))
        return has_number(zone, "serial") ? "served, loading" : "loading";
    if (is_so(zone, "last_load_failed") && strcmp(text_of(zone, "state"), "served") == 0)
        return "served, does not load";
    return text_of(zone, "state");
}

static size_t longest(const json_t *zones)
{
    size_t width = strlen("NAME"), i;
    const json_t *zone;

    json_array_foreach(zones, i, zone)
    {
        size_t size = strlen(text_of(zone, "name"));
        width = size > width ? size : width;
    }
    return width;
}

int control_show_zone_list(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    const json_t *zones = json_object_get(answer, "zones");
    int width = (int)longest(zones);
    const json_t *zone;
    size_t i;

    (void)complaints;
    if (json_array_size(zones) == 0) {
        td_buf_add_text(out, "no zones\n");
        return CONTROL_EXIT_OK;
    }
    td_buf_printf(out, "%-*s  %-8s  %-21s  %10s  %12s\n", width, "NAME", "ROLE", "STATE", "SERIAL",
                  "RECORDS");
    json_array_foreach(zones, i, zone)
    {
        bool has_version = has_number(zone, "serial");
        char serial[TEXT_SIZE] = "-", records[TEXT_SIZE] = "-";
        if (has_version) {
            snprintf(serial, sizeof(serial), "%llu", number_of(zone, "serial"));
            snprintf(records, sizeof(records), "%llu", number_of(zone, "records"));
        }
        td_buf_printf(out, "%-*s  %-8s  %-21s  %10s  %12s\n", width, text_of(zone, "name"),
                      text_of(zone, "role"), state_of(zone), serial, records);
    }
    return CONTROL_EXIT_OK;
}

/* FILE:LINE:COL: error: TEXT */
static void put_finding(struct td_buf *out, const json_t *finding)
{
    if (has_text(finding, "file"))
        td_buf_printf(out, "%s:", text_of(finding, "file"));
    if (has_number(finding, "line"))
        td_buf_printf(out, "%llu:", number_of(finding, "line"));
    if (has_number(finding, "column"))
        td_buf_printf(out, "%llu:", number_of(finding, "column"));
    td_buf_printf(out, "%s%s: %s\n", has_text(finding, "file") ? " " : "",
                  text_of(finding, "severity"), text_of(finding, "text"));
}

static void put_findings(struct td_buf *out, const json_t *zone)
{
    const json_t *finding;
    size_t i;

    json_array_foreach(json_object_get(zone, "findings"), i, finding)
    {
        put_finding(out, finding);
    }
    if (number_of(zone, "findings_left_out") != 0)
        td_buf_printf(out, "and %llu more: 'tandem zone check' lists them all\n",
                      number_of(zone, "findings_left_out"));
}

static void put_version(struct td_buf *out, const json_t *zone)
{
    char octets[TEXT_SIZE], retained[TEXT_SIZE], unused[TEXT_SIZE];
    const char *denial = text_of(zone, "denial");

    put_number(out, "serial", number_of(zone, "serial"));
    put_number(out, "records", number_of(zone, "records"));
    put_number(out, "names", number_of(zone, "names"));
    put_number(out, "delegations", number_of(zone, "delegations"));
    put_key(out, "signed");
    if (is_so(zone, "signed"))
        td_buf_printf(out, "yes, %s\n",
                      strcmp(denial, "nsec3") == 0  ? "NSEC3"
                      : strcmp(denial, "nsec") == 0 ? "NSEC"
                                                    : "without NSEC or NSEC3");
    else
        td_buf_add_text(out, "no\n");
    put_key(out, "memory");
    td_buf_printf(out, "%s, %s of it unused, %s for older versions\n",
                  octets_text(number_of(zone, "memory_octets"), octets),
                  octets_text(number_of(zone, "free_octets"), unused),
                  octets_text(number_of(zone, "retained_octets"), retained));
    put_key(out, "versions");
    td_buf_printf(out, "%llu, %llu of them held by %llu pins\n", number_of(zone, "versions"),
                  number_of(zone, "pinned_versions"), number_of(zone, "pins"));
}

/* What an operator has to know of changes that are not in the file. */
static void put_changes(struct td_buf *out, const json_t *answer)
{
    if (has_number(answer, "history"))
        put_number(out, "history", number_of(answer, "history"));
    if (number_of(answer, "changes_since_file") != 0)
        put_number(out, "not in file", number_of(answer, "changes_since_file"));
    if (number_of(answer, "transactions") != 0)
        put_number(out, "transactions", number_of(answer, "transactions"));
    if (is_so(answer, "frozen"))
        put_text(out, "frozen", "no changes until 'tandem zone thaw'");
    if (is_so(answer, "held"))
        put_text(out, "held", text_of(answer, "trouble"));
    if (is_so(answer, "held"))
        put_text(out, "", "'tandem zone release' lets it pass the brake");
    if (is_so(answer, "conflict"))
        put_text(out, "conflict", text_of(answer, "trouble"));
    if (is_so(answer, "conflict"))
        put_text(out, "", "'tandem zone reload --take file|log|merge' decides");
}

int control_show_zone_status(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    (void)complaints;
    put_text(out, "zone", text_of(answer, "name"));
    put_text(out, "role", text_of(answer, "role"));
    put_text(out, "state", state_of(answer));
    put_text(out, "file", text_of(answer, "file"));
    if (has_number(answer, "serial"))
        put_version(out, answer);
    if (has_text(answer, "loaded")) {
        put_key(out, "loaded");
        td_buf_printf(out, "%s, in %llu ms%s\n", text_of(answer, "loaded"),
                      number_of(answer, "load_ms"),
                      is_so(answer, "from_image") ? ", from its image" : "");
    }
    if (has_text(answer, "failed"))
        put_text(out, "load failed", text_of(answer, "failed"));
    control_show_follow(answer, out);
    put_changes(out, answer);
    put_findings(out, answer);
    return CONTROL_EXIT_OK;
}

/* ---- reloads ---- */

static int complain_of_zone(const json_t *zone, struct td_buf *complaints)
{
    if (!is_so(zone, "last_load_failed"))
        return CONTROL_EXIT_OK;
    put_findings(complaints, zone);
    if (has_number(zone, "serial"))
        td_buf_printf(complaints, "tandem: %s does not load, serial %llu goes on being served\n",
                      text_of(zone, "name"), number_of(zone, "serial"));
    else
        td_buf_printf(complaints, "tandem: %s does not load and answers SERVFAIL\n",
                      text_of(zone, "name"));
    return CONTROL_EXIT_INVALID;
}

/* A file that was read and is not served: the brake holds it, or there is a conflict. */
static int complain_of_file(const json_t *zone, struct td_buf *complaints)
{
    const char *name = text_of(zone, "name");

    if (is_so(zone, "file_held"))
        td_buf_printf(complaints,
                      "tandem: %s its file is held: %s; 'tandem zone release %s' publishes it\n",
                      name, text_of(zone, "trouble"), name);
    else if (is_so(zone, "conflict"))
        td_buf_printf(complaints, "tandem: %s %s\n", name, text_of(zone, "trouble"));
    else
        return CONTROL_EXIT_OK;
    return CONTROL_EXIT_FAILED;
}

int control_show_zone_reload(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    if (json_object_get(answer, "steps") != NULL)
        return control_show_edit(answer, out, complaints);
    if (is_so(answer, "is_loading")) {
        td_buf_printf(out, "%s is being loaded\n", text_of(answer, "name"));
        return CONTROL_EXIT_OK;
    }
    if (complain_of_zone(answer, complaints) != CONTROL_EXIT_OK)
        return CONTROL_EXIT_INVALID;
    td_buf_printf(out, "%s serial %llu, %llu records, loaded %s\n", text_of(answer, "name"),
                  number_of(answer, "serial"), number_of(answer, "records"),
                  text_of(answer, "loaded"));
    put_findings(complaints, answer);
    return complain_of_file(answer, complaints);
}

int control_show_reload(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    if (json_object_get(answer, "plan") != NULL)
        return control_show_plan(answer, out, complaints);
    const json_t *failed = json_object_get(answer, "failed");
    int code = CONTROL_EXIT_OK;
    const json_t *zone;
    size_t i;

    td_buf_printf(out, "reloaded: %llu zones, %llu loads", number_of(answer, "zones"),
                  number_of(answer, "loads_started"));
    if (number_of(answer, "loads_under_way") != 0)
        td_buf_printf(out, ", %llu of them under way", number_of(answer, "loads_under_way"));
    td_buf_add_char(out, '\n');
    json_array_foreach(failed, i, zone)
    {
        int of_zone = complain_of_zone(zone, complaints);
        if (of_zone == CONTROL_EXIT_OK)
            of_zone = complain_of_file(zone, complaints);
        code = of_zone > code ? of_zone : code;
    }
    if (number_of(answer, "last_load_failed") > json_array_size(failed))
        td_buf_printf(complaints, "tandem: %llu more zones are not what their files say\n",
                      number_of(answer, "last_load_failed") -
                          (unsigned long long)json_array_size(failed));
    return code;
}
