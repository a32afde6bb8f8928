/*
 * What a reload would do. The configuration is read on the thread that asks, and compared with the
 * one in force; the main thread only says how the zones are, and whether addresses are free.
 */
#include "operator/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "conf/diff.h"
#include "conf/origin.h"

struct control_plan_item *operator_plan_add(struct operator_plan *plan, enum control_plan_what what,
                                            enum control_plan_change change, const char *name)
{
    struct control_plan *out = plan->plan;

    td_grow(out->items, out->count, out->capacity);
    struct control_plan_item *item = &out->items[out->count++];
    *item = (struct control_plan_item){
        .what = what,
        .change = change,
        .name = td_arena_strdup(&out->arena, name),
    };
    return item;
}

/* ---- on the main thread ---- */

static const char *copy(struct td_arena *arena, const char *text)
{
    return text == NULL ? NULL : td_arena_strdup(arena, text);
}

static td_err take(struct fiber *fiber, struct server *server, void *argument)
{
    struct operator_plan *plan = argument;
    struct td_arena *arena = &plan->plan->arena;
    struct registry_zone **zones = registry_list(server->registry, &plan->row_count);

    (void)fiber;
    plan->io = server->io;
    plan->state = server->state;
    plan->path = server->path;
    plan->before = conf_hold(server->conf);
    plan->rows = td_arena_zalloc(arena, (plan->row_count + 1) * sizeof(*plan->rows));
    for (size_t i = 0; i < plan->row_count; i++) {
        const struct registry_zone *zone = zones[i];
        plan->rows[i] = (struct operator_plan_row){
            .name = copy(arena, zone->name),
            .apex = td_arena_memdup(arena, zone->zone.entry->name, zone->zone.entry->name_size),
            .path = copy(arena, zone->path),
            .owner = copy(arena, zone->owner),
            .origin = zone->origin,
            .is_catalog = zone->catalog != REGISTRY_CATALOG_NOT,
            .is_known =
                zone->has_file && zone->failed_s == 0 && !zone->has_conflict && !zone->is_held,
            .file = zone->file,
        };
    }
    free(zones);
    return TD_OK;
}

static td_err probe(struct fiber *fiber, struct server *server, void *argument)
{
    struct operator_plan *plan = argument;

    (void)fiber;
    return server_probe(server, plan->after, &plan->diag);
}

/* ---- the configuration ---- */

static void add_line(void *context, const struct td_diag *diag)
{
    char line[TD_DIAG_FILE_SIZE + TD_DIAG_TEXT_SIZE + 64];

    td_buf_printf(context, "%s\n", td_diag_format(diag, line, sizeof(line)));
}

static td_err load(struct operator_plan *plan, struct td_buf *out)
{
    struct td_diag_sink sink = { .report = add_line, .context = out };
    struct conf_reader reader = conf_reader_of(plan->io);

    reader.state = plan->state;
    if (conf_load(plan->path, &reader, &sink, &plan->after) != TD_OK)
        return TD_E_INVALID;
    td_err err = operator_ask_main(plan->context, probe, plan);
    if (err == TD_OK || err == TD_E_CLOSED)
        return err;
    add_line(out, &plan->diag);
    return TD_E_INVALID;
}

struct value {
    struct td_arena *arena;
    const char *path;
    const char *value;
};

static void look_for(void *context, const struct conf_setting *setting)
{
    struct value *value = context;

    if (strcmp(setting->path, value->path) == 0)
        value->value = copy(value->arena, setting->value);
}

static const char *value_of(struct operator_plan *plan, const struct conf *conf, const char *path)
{
    struct value value = { .arena = &plan->plan->arena, .path = path };
    struct conf_visitor visitor = { .visit = look_for, .context = &value };

    conf_visit_server(conf, &visitor);
    return value.value;
}

static bool needs_restart(const struct conf_diff *diff, const char *option)
{
    const char *restart;
    uint32_t at = 0;

    while ((restart = conf_diff_restart_next(diff, &at)) != NULL)
        if (strcmp(restart, option) == 0)
            return true;
    return false;
}

static void compare_settings(struct operator_plan *plan, const struct conf_diff *diff)
{
    for (uint32_t i = 0; i < diff->option_count; i++) {
        struct control_plan_item *item =
            operator_plan_add(plan, CONTROL_PLAN_SETTING, CONTROL_PLAN_CHANGED, diff->options[i]);
        item->before = value_of(plan, plan->before, diff->options[i]);
        item->after = value_of(plan, plan->after, diff->options[i]);
        item->needs_restart = needs_restart(diff, diff->options[i]);
    }
}

struct rows {
    struct operator_plan *plan;
    enum control_plan_what what;
};

static void take_row(void *context, const char *name, enum conf_row_change change)
{
    static const enum control_plan_change changes[] = {
        [CONF_ROW_ADDED] = CONTROL_PLAN_ADDED,
        [CONF_ROW_REMOVED] = CONTROL_PLAN_REMOVED,
        [CONF_ROW_CHANGED] = CONTROL_PLAN_CHANGED,
    };
    const struct rows *rows = context;

    operator_plan_add(rows->plan, rows->what, changes[change], name);
}

static void compare_rows(struct operator_plan *plan)
{
    static const enum control_plan_what whats[CONF_ROW_KINDS] = {
        [CONF_ROW_KEY] = CONTROL_PLAN_KEY,
        [CONF_ROW_PEER] = CONTROL_PLAN_PEER,
        [CONF_ROW_CATALOG] = CONTROL_PLAN_CATALOG,
    };

    for (unsigned kind = 0; kind < CONF_ROW_KINDS; kind++) {
        struct rows rows = { plan, whats[kind] };
        conf_diff_rows((enum conf_row_kind)kind, plan->before, plan->after, take_row, &rows);
    }
}

static void compare_directories(struct operator_plan *plan, const struct conf_diff *diff)
{
    for (uint32_t i = 0; i < diff->directories_added_count; i++)
        operator_plan_add(plan, CONTROL_PLAN_DIRECTORY, CONTROL_PLAN_ADDED,
                          plan->after->directories[diff->directories_added[i]].path);
    for (uint32_t i = 0; i < diff->directories_removed_count; i++)
        operator_plan_add(plan, CONTROL_PLAN_DIRECTORY, CONTROL_PLAN_REMOVED,
                          plan->before->directories[diff->directories_removed[i]].path);
    for (uint32_t i = 0; i < diff->directories_changed_count; i++)
        operator_plan_add(plan, CONTROL_PLAN_DIRECTORY, CONTROL_PLAN_CHANGED,
                          plan->after->directories[diff->directories_changed[i].after].path);
}

static td_err compare(struct operator_plan *plan)
{
    struct conf_diff diff;

    conf_diff_init(plan->before, plan->after, &diff);
    compare_settings(plan, &diff);
    compare_rows(plan);
    compare_directories(plan, &diff);
    conf_diff_fini(&diff);
    return operator_plan_zones(plan);
}

td_err operator_plan(void *context, struct td_buf *out, struct control_plan *ret_plan)
{
    struct operator_plan plan = { .context = context, .plan = ret_plan };

    *ret_plan = (struct control_plan){ .items = NULL };
    td_arena_init(&ret_plan->arena, 0);
    td_err err = operator_ask_main(context, take, &plan);
    if (err == TD_OK)
        err = load(&plan, out);
    if (err == TD_OK)
        err = compare(&plan);
    conf_free(plan.after);
    conf_free(plan.before);
    return err;
}
