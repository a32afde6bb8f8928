#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "zone/check_run.h"

const struct zone_check_row zone_check_rows[ZONE_CHECK_COUNT] = {
#define ZONE_CHECK_ROW(symbol, row_id, row_level, row_strict, row_text, row_why, row_rfc)          \
    [ZONE_CHECK_##symbol] = { .id = row_id,                                                        \
                              .text = row_text,                                                    \
                              .why = row_why,                                                      \
                              .rfc = row_rfc,                                                      \
                              .level = ZONE_LEVEL_##row_level,                                     \
                              .strict = ZONE_LEVEL_##row_strict },
    ZONE_CHECK_ROWS(ZONE_CHECK_ROW)
#undef ZONE_CHECK_ROW
};

enum { DETAIL_SIZE = 256 };

td_err zone_check_find(const char *id, enum zone_check_id *ret_id)
{
    for (unsigned i = 0; i < ZONE_CHECK_COUNT; i++) {
        if (strcmp(zone_check_rows[i].id, id) != 0)
            continue;
        *ret_id = (enum zone_check_id)i;
        return TD_OK;
    }
    return TD_E_NOT_FOUND;
}

const char *check_name_text(const uint8_t *name, char out[CHECK_NAME_SIZE])
{
    static const char dots[] = "...";
    char text[WIRE_NAME_TEXT_SIZE];
    size_t size = strlen(wire_name_format(name, text));

    if (size < CHECK_NAME_SIZE) {
        memcpy(out, text, size + 1);
    } else {
        memcpy(out, text, CHECK_NAME_SIZE - sizeof(dots));
        memcpy(out + CHECK_NAME_SIZE - sizeof(dots), dots, sizeof(dots));
    }
    return out;
}

/* ---- telling ---- */

static enum td_severity severity_of(unsigned level)
{
    switch (level) {
    case ZONE_LEVEL_ERROR:
        return TD_SEVERITY_ERROR;
    case ZONE_LEVEL_WARNING:
        return TD_SEVERITY_WARNING;
    default:
        return TD_SEVERITY_NOTE;
    }
}

/* Count a finding. Returns whether it is to be told. */
static bool count(struct check_run *run, enum zone_check_id id)
{
    unsigned level = run->options->levels[id];
    uint32_t max = run->options->findings_max;

    if (level == ZONE_LEVEL_OFF)
        return false;
    run->result->counts[id]++;
    if (level == ZONE_LEVEL_ERROR)
        run->result->errors++;
    else if (level == ZONE_LEVEL_WARNING)
        run->result->warnings++;
    else
        run->result->notes++;
    return max == 0 || run->result->counts[id] <= max;
}

static void tell(struct check_run *run, enum zone_check_id id, const struct zone_node *node,
                 const struct zone_place *place, const char *detail)
{
    const struct zone_check_row *row = &zone_check_rows[id];
    char owner[CHECK_NAME_SIZE] = "";

    if (node != NULL) {
        struct wire_name name;
        zone_node_name(run->version, node, &name);
        check_name_text(name.octets, owner);
    }
    td_diag_report(run->sink, place == NULL ? NULL : place->file, place == NULL ? 0 : place->line,
                   0, severity_of(run->options->levels[id]), "%s%s%s%s%s [%s]", owner,
                   node == NULL ? "" : ": ", row->text, detail[0] == '\0' ? "" : ": ", detail,
                   row->id);
}

static void tell_at_node(struct check_run *run, enum zone_check_id id, const struct zone_node *node,
                         uint16_t type, const struct wire_rdata *rdata, const char *detail)
{
    struct zone_place place;
    struct wire_name name;
    bool has_place = false;

    if (run->places != NULL) {
        zone_node_name(run->version, node, &name);
        has_place =
            zone_places_find(run->places, name.octets, type, rdata == NULL ? NULL : rdata->octets,
                             rdata == NULL ? 0 : rdata->size, &place);
    }
    tell(run, id, node, has_place ? &place : NULL, detail);
}

void check_tell(struct check_run *run, enum zone_check_id id, const struct zone_node *node,
                uint16_t type, const struct wire_rdata *rdata)
{
    if (count(run, id))
        tell_at_node(run, id, node, type, rdata, "");
}

void check_say(struct check_run *run, enum zone_check_id id, const struct zone_node *node,
               uint16_t type, const struct wire_rdata *rdata, const char *format, ...)
{
    char detail[DETAIL_SIZE];
    va_list arguments;

    if (!count(run, id))
        return;
    va_start(arguments, format);
    vsnprintf(detail, sizeof(detail), format, arguments);
    va_end(arguments);
    tell_at_node(run, id, node, type, rdata, detail);
}

void check_say_at(struct check_run *run, enum zone_check_id id, const struct zone_place *place,
                  const char *format, ...)
{
    char detail[DETAIL_SIZE];
    va_list arguments;

    if (!count(run, id))
        return;
    va_start(arguments, format);
    vsnprintf(detail, sizeof(detail), format, arguments);
    va_end(arguments);
    tell(run, id, NULL, place, detail);
}

void check_tell_rest(struct check_run *run)
{
    uint32_t max = run->options->findings_max;
    const struct zone_check_result *result = run->result;

    if (max == 0 || (uint64_t)result->errors + result->warnings + result->notes <= max)
        return; /* and so is the count of each */
    for (unsigned i = 0; i < ZONE_CHECK_COUNT; i++) {
        uint32_t found = run->result->counts[i];
        if (found > max)
            td_diag_report(run->sink, NULL, 0, 0, severity_of(run->options->levels[i]),
                           "%s: %u more of these are not shown [%s]", zone_check_rows[i].text,
                           found - max, zone_check_rows[i].id);
    }
}

struct wire_rdata check_last(const struct check_run *run, const struct zone_node *node,
                             const struct wire_rrset *set)
{
    enum { LOOKED_AT_MAX = 16 };
    struct wire_rdata last = wire_rrset_first(set);
    struct wire_name name;
    uint32_t line = 0;
    size_t at = 0;

    zone_node_name(run->version, node, &name);
    for (unsigned i = 0; i < LOOKED_AT_MAX && at < set->size; i++) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        struct zone_place place = { .line = 0 };
        if (run->places != NULL)
            zone_places_find(run->places, name.octets, set->type, rdata.octets, rdata.size, &place);
        if (place.line < line)
            continue;
        line = place.line;
        last = rdata;
    }
    return last;
}

/* ---- sets of nodes ---- */

void check_nodes_add(struct check_nodes *nodes, const struct zone_node *node)
{
    td_grow(nodes->nodes, nodes->count, nodes->capacity);
    nodes->nodes[nodes->count++] = node;
}

static int nodes_order(const void *a_pointer, const void *b_pointer)
{
    const struct zone_node *const *a = a_pointer;
    const struct zone_node *const *b = b_pointer;

    return *a < *b ? -1 : *a > *b;
}

void check_nodes_sort(struct check_nodes *nodes)
{
    if (nodes->count > 1)
        qsort(nodes->nodes, nodes->count, sizeof(struct zone_node *), nodes_order);
}

bool check_nodes_have(const struct check_nodes *nodes, const struct zone_node *node)
{
    return nodes->count != 0 && bsearch(&node, nodes->nodes, nodes->count,
                                        sizeof(struct zone_node *), nodes_order) != NULL;
}
