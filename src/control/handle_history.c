/* Verbs that look at the past of a zone. */
#include "control/handle.h"

static void put_texts(struct control_json *json, const char *key, const char *const *texts,
                      uint64_t count)
{
    if (texts == NULL)
        return;
    control_json_array(json, key);
    for (uint64_t i = 0; i < count; i++)
        control_json_text(json, NULL, texts[i]);
    control_json_array_end(json);
}

static void put_change(struct control_json *json, const struct control_change *change)
{
    control_json_number(json, "serial_from", change->serial_from);
    control_json_number(json, "serial", change->serial_to);
    control_json_time(json, "time", change->time_s);
    control_json_text(json, "author", change->author);
    control_json_text(json, "origin", change->origin);
    control_json_text(json, "reason", change->reason);
    control_json_number(json, "added_count", change->added_count);
    control_json_number(json, "removed_count", change->removed_count);
    control_json_bool(json, "break", change->is_break);
    control_json_bool(json, "damaged", change->is_damaged);
    put_texts(json, "removed", change->removed, change->removed_count);
    put_texts(json, "added", change->added, change->added_count);
}

static void refuse(struct control_reply *reply, td_err err, const struct td_diag *diag)
{
    switch (err) {
    case TD_E_NOT_FOUND:
        control_reply_error(reply, CONTROL_ERROR_NO_SUCH_ZONE, NULL, "%s", diag->text);
        break;
    case TD_E_MALFORMED:
        control_reply_error(reply, CONTROL_ERROR_BAD_REQUEST, NULL, "%s", diag->text);
        break;
    case TD_E_INVALID:
        control_reply_error(reply, CONTROL_ERROR_NOT_IN_HISTORY, NULL, "%s", diag->text);
        break;
    case TD_E_CONFLICT:
        control_reply_error(reply, CONTROL_ERROR_REFUSED, NULL, "%s", diag->text);
        break;
    default:
        control_reply_host_error(reply, err);
    }
}

CONTROL_HANDLE(zone_log)
{
    struct control_history history;
    struct control_json json;

    td_err err = host->history(host->context, CONTROL_HISTORY_LOG, call, &history);
    if (err == TD_OK) {
        control_reply_begin(reply, &json);
        control_json_text(&json, "zone", call->zone);
        control_json_number(&json, "count", history.total);
        control_json_bool(&json, "more", history.has_more);
        control_json_array(&json, "changes");
        for (size_t i = 0; i < history.count; i++) {
            control_json_object(&json, NULL);
            put_change(&json, &history.items[i].change);
            control_json_object_end(&json);
        }
        control_json_array_end(&json);
        control_json_object_end(&json);
    } else {
        refuse(reply, err, &history.diag);
    }
    td_arena_fini(&history.arena);
}

static void look_at_one(const struct control_host *host, enum control_history_kind kind,
                        const struct control_call *call, struct control_reply *reply)
{
    struct control_history history;
    struct control_json json;

    td_err err = host->history(host->context, kind, call, &history);
    if (err == TD_OK) {
        control_reply_begin(reply, &json);
        control_json_text(&json, "zone", call->zone);
        put_change(&json, &history.items[0].change);
        control_json_object_end(&json);
    } else {
        refuse(reply, err, &history.diag);
    }
    td_arena_fini(&history.arena);
}

CONTROL_HANDLE(zone_show)
{
    look_at_one(host, CONTROL_HISTORY_SHOW, call, reply);
}

CONTROL_HANDLE(zone_blame)
{
    struct control_history history;
    struct control_json json;

    td_err err = host->history(host->context, CONTROL_HISTORY_BLAME, call, &history);
    if (err == TD_OK) {
        control_reply_begin(reply, &json);
        control_json_text(&json, "zone", call->zone);
        control_json_array(&json, "records");
        for (size_t i = 0; i < history.count; i++) {
            control_json_object(&json, NULL);
            control_json_text(&json, "record", history.items[i].record);
            control_json_bool(&json, "known", history.items[i].is_known);
            if (history.items[i].is_known)
                put_change(&json, &history.items[i].change);
            control_json_object_end(&json);
        }
        control_json_array_end(&json);
        control_json_object_end(&json);
    } else {
        refuse(reply, err, &history.diag);
    }
    td_arena_fini(&history.arena);
}

CONTROL_HANDLE(zone_diff)
{
    if (call->serial == NULL) {
        control_handle_zone_pending(host, call, reply);
        return;
    }
    if (call->serial_to == NULL) {
        control_reply_error(reply, CONTROL_ERROR_BAD_REQUEST, NULL,
                            "two serials make a difference; without any it is that of the "
                            "transaction");
        return;
    }
    look_at_one(host, CONTROL_HISTORY_DIFF, call, reply);
}

static void reply_text(const struct control_call *call, td_err err, uint32_t serial,
                       struct td_buf *text, const struct td_diag *diag, struct control_reply *reply)
{
    struct control_json json;

    if (err == TD_OK) {
        control_reply_begin(reply, &json);
        control_json_text(&json, "zone", call->zone);
        control_json_number(&json, "serial", serial);
        control_json_text(&json, "text", td_buf_text(text));
        control_json_object_end(&json);
    } else if (err == TD_E_LIMIT) {
        control_reply_error(reply, CONTROL_ERROR_FAILED, NULL, "%s", diag->text);
    } else {
        refuse(reply, err, diag);
    }
    td_buf_fini(text);
}

CONTROL_HANDLE(zone_at)
{
    struct td_buf text = { .data = NULL };
    struct td_diag diag = { .line = 0 };
    uint32_t serial = 0;

    td_err err = host->zone_text(host->context, call, &text, &serial, &diag);
    reply_text(call, err, serial, &text, &diag, reply);
}

CONTROL_HANDLE(zone_backup)
{
    struct td_buf text = { .data = NULL };
    struct td_diag diag = { .line = 0 };
    uint32_t serial = 0;

    td_err err = host->backup(host->context, call, &text, &serial, &diag);
    reply_text(call, err, serial, &text, &diag, reply);
}
