/* What a reload would do. */
#include <stdlib.h>

#include "control/handle.h"

void control_plan_fini(struct control_plan *plan)
{
    free(plan->items);
    td_arena_fini(&plan->arena);
}

static void put_item(struct control_json *json, const struct control_plan_item *item)
{
    static const char *const whats[] = {
        [CONTROL_PLAN_SETTING] = "setting",     [CONTROL_PLAN_KEY] = "key",
        [CONTROL_PLAN_PEER] = "peer",           [CONTROL_PLAN_CATALOG] = "catalog",
        [CONTROL_PLAN_DIRECTORY] = "directory", [CONTROL_PLAN_ZONE] = "zone",
    };
    static const char *const changes[] = {
        [CONTROL_PLAN_ADDED] = "added",
        [CONTROL_PLAN_REMOVED] = "removed",
        [CONTROL_PLAN_CHANGED] = "changed",
        [CONTROL_PLAN_FILE] = "file",
    };

    control_json_object(json, NULL);
    control_json_text(json, "what", whats[item->what]);
    control_json_text(json, "change", changes[item->change]);
    control_json_text(json, "name", item->name);
    if (item->what == CONTROL_PLAN_SETTING) {
        control_json_raw(json, "before", item->before);
        control_json_raw(json, "after", item->after);
        control_json_bool(json, "needs_restart", item->needs_restart);
    }
    if (item->file != NULL)
        control_json_text(json, "file", item->file);
    if (item->is_compared) {
        control_json_number(json, "records_removed", item->removed);
        control_json_number(json, "records_added", item->added);
        control_json_bool(json, "more", item->is_more);
    }
    if (item->note != NULL)
        control_json_text(json, "note", item->note);
    if (item->is_refused)
        control_json_bool(json, "refused", true);
    if (item->is_withheld)
        control_json_bool(json, "withheld", true);
    control_json_object_end(json);
}

CONTROL_HANDLE(plan)
{
    struct td_buf lines = { .data = NULL };
    struct control_json json;
    struct control_plan plan;

    (void)call;
    td_err err = host->plan(host->context, &lines, &plan);
    if (err == TD_E_INVALID) {
        control_reply_error(reply, CONTROL_ERROR_CONFIG_INVALID, &lines,
                            "the configuration would be refused");
    } else if (err != TD_OK) {
        control_reply_host_error(reply, err);
    } else {
        control_reply_begin(reply, &json);
        control_json_bool(&json, "dry_run", true);
        control_json_array(&json, "plan");
        for (uint32_t i = 0; i < plan.count; i++)
            put_item(&json, &plan.items[i]);
        control_json_array_end(&json);
        control_json_object_end(&json);
    }
    control_plan_fini(&plan);
    td_buf_fini(&lines);
}
