/* Verbs that change a zone: records, transactions, and what is done with its file. */
#include <string.h>

#include "control/handle.h"

void control_outcome_fini(struct control_outcome *outcome)
{
    td_buf_fini(&outcome->conflicts);
    td_arena_fini(&outcome->arena);
}

static void put_texts(struct control_json *json, const char *key, const char *const *texts,
                      uint64_t count)
{
    control_json_array(json, key);
    for (uint64_t i = 0; texts != NULL && i < count; i++)
        control_json_text(json, NULL, texts[i]);
    control_json_array_end(json);
}

static void reply_outcome(struct control_reply *reply, const struct control_call *call,
                          const struct control_outcome *outcome)
{
    const struct control_change *change = &outcome->change;
    bool is_made = !call->dry_run && !outcome->is_open && change->serial_to != 0;
    struct control_json json;

    control_reply_begin(reply, &json);
    control_json_text(&json, "zone", call->zone);
    control_json_number(&json, "serial_from", change->serial_from);
    if (is_made)
        control_json_number(&json, "serial", change->serial_to);
    else
        control_json_text(&json, "serial", NULL);
    control_json_bool(&json, "unchanged", outcome->is_unchanged);
    control_json_bool(&json, "dry_run", call->dry_run);
    control_json_bool(&json, "in_transaction", outcome->is_open);
    control_json_number(&json, "steps", outcome->steps);
    control_json_text(&json, "author", change->author);
    control_json_text(&json, "note", outcome->note);
    control_json_text(&json, "problem", outcome->has_problem ? outcome->diag.text : NULL);
    put_texts(&json, "removed", change->removed, change->removed_count);
    put_texts(&json, "added", change->added, change->added_count);
    control_json_object_end(&json);
}

static void refuse(struct control_reply *reply, td_err err, const struct control_outcome *outcome)
{
    enum control_error error;

    switch (err) {
    case TD_E_NOT_FOUND:
        error = CONTROL_ERROR_NO_SUCH_ZONE;
        break;
    case TD_E_MALFORMED:
        error = CONTROL_ERROR_BAD_REQUEST;
        break;
    case TD_E_INVALID:
        error = CONTROL_ERROR_ZONE_INVALID;
        break;
    case TD_E_CONFLICT:
        error = outcome->is_other_serial ? CONTROL_ERROR_OTHER_SERIAL : CONTROL_ERROR_CONFLICT;
        break;
    case TD_E_EXISTS:
        error = CONTROL_ERROR_CONFLICT;
        break;
    case TD_E_REFUSED:
        error = CONTROL_ERROR_HELD;
        break;
    case TD_E_IO:
    case TD_E_LIMIT:
        error = CONTROL_ERROR_FAILED;
        break;
    case TD_E_TIMEOUT:
        error = CONTROL_ERROR_TIMEOUT;
        break;
    default:
        control_reply_host_error(reply, err);
        return;
    }
    control_reply_error(reply, error, outcome->conflicts.size == 0 ? NULL : &outcome->conflicts,
                        "%s", outcome->diag.text);
}

static void edit(const struct control_host *host, enum control_edit_action action,
                 const struct control_call *call, struct control_reply *reply)
{
    struct control_follow_wait wait;
    struct control_outcome outcome;

    if (call->wait != NULL && !control_wait_read(call, &wait)) {
        control_reply_error(reply, CONTROL_ERROR_BAD_REQUEST, NULL,
                            "'wait' is all, or a number of secondaries, not '%s'", call->wait);
        return;
    }
    td_err err = host->edit(host->context, action, call, &outcome);
    wait.serial = outcome.change.serial_to;
    bool must_wait = err == TD_OK && call->wait != NULL && !call->dry_run && !outcome.is_open &&
                     wait.serial != 0;
    if (err != TD_OK)
        refuse(reply, err, &outcome);
    else if (!must_wait || control_wait_for(host, &wait, reply))
        reply_outcome(reply, call, &outcome);
    control_outcome_fini(&outcome);
}

CONTROL_HANDLE(record_add)
{
    edit(host, CONTROL_EDIT_ADD, call, reply);
}

CONTROL_HANDLE(record_remove)
{
    edit(host, CONTROL_EDIT_REMOVE, call, reply);
}

CONTROL_HANDLE(record_set)
{
    edit(host, CONTROL_EDIT_SET, call, reply);
}

CONTROL_HANDLE(zone_apply)
{
    edit(host, CONTROL_EDIT_APPLY, call, reply);
}

CONTROL_HANDLE(zone_revert)
{
    edit(host, CONTROL_EDIT_REVERT, call, reply);
}

CONTROL_HANDLE(zone_begin)
{
    edit(host, CONTROL_EDIT_BEGIN, call, reply);
}

CONTROL_HANDLE(zone_pending)
{
    edit(host, CONTROL_EDIT_DIFF, call, reply);
}

CONTROL_HANDLE(zone_commit)
{
    edit(host, CONTROL_EDIT_COMMIT, call, reply);
}

CONTROL_HANDLE(zone_abort)
{
    edit(host, CONTROL_EDIT_ABORT, call, reply);
}

CONTROL_HANDLE(zone_restore)
{
    struct control_outcome outcome;

    td_err err = host->restore(host->context, call, &outcome);
    if (err == TD_OK)
        reply_outcome(reply, call, &outcome);
    else
        refuse(reply, err, &outcome);
    control_outcome_fini(&outcome);
}

/* ---- orders ---- */

void control_reply_zone(struct control_reply *reply, const struct control_call *call, td_err err,
                        struct control_zone_status *zone, const struct td_diag *diag)
{
    struct control_json json;

    switch (err) {
    case TD_OK:
        control_reply_begin(reply, &json);
        control_put_zone_status(&json, zone);
        control_json_object_end(&json);
        td_arena_fini(&zone->arena);
        break;
    case TD_E_NOT_FOUND:
        control_reply_error(reply, CONTROL_ERROR_NO_SUCH_ZONE, NULL, "there is no zone '%s'",
                            call->zone);
        break;
    case TD_E_TIMEOUT:
        control_reply_error(reply, CONTROL_ERROR_TIMEOUT, NULL, "%s", diag->text);
        break;
    case TD_E_IO:
    case TD_E_LIMIT:
        control_reply_error(reply, CONTROL_ERROR_FAILED, NULL, "%s", diag->text);
        break;
    case TD_E_UNSUPPORTED:
    case TD_E_CONFLICT:
    case TD_E_REFUSED:
    case TD_E_INVALID:
        control_reply_error(reply, CONTROL_ERROR_REFUSED, NULL, "%s", diag->text);
        break;
    default:
        control_reply_host_error(reply, err);
    }
}

void control_handle_order(const struct control_host *host, enum control_order what,
                          const struct control_call *call, struct control_reply *reply)
{
    struct td_diag diag = { .line = 0 };
    struct control_zone_status zone;

    td_err err = host->zone_order(host->context, what, call, &zone, &diag);
    if (err == TD_OK && call->dry_run)
        control_reply_would(reply, &diag);
    else
        control_reply_zone(reply, call, err, &zone, &diag);
}

CONTROL_HANDLE(zone_freeze)
{
    control_handle_order(host, CONTROL_ORDER_FREEZE, call, reply);
}

CONTROL_HANDLE(zone_thaw)
{
    control_handle_order(host, CONTROL_ORDER_THAW, call, reply);
}

CONTROL_HANDLE(zone_flush)
{
    control_handle_order(host, CONTROL_ORDER_FLUSH, call, reply);
}

static void preview(const struct control_host *host, const struct control_call *call,
                    bool is_release, struct control_reply *reply)
{
    struct control_outcome outcome;

    td_err err = host->preview(host->context, call, is_release, &outcome);
    if (err == TD_OK)
        reply_outcome(reply, call, &outcome);
    else if (err == TD_E_UNSUPPORTED)
        control_reply_error(reply, CONTROL_ERROR_REFUSED, NULL, "nothing of '%s' is held",
                            call->zone);
    else
        refuse(reply, err, &outcome);
    control_outcome_fini(&outcome);
}

/* Of a command, or else of the file. */
CONTROL_HANDLE(zone_release)
{
    struct td_diag diag = { .line = 0 };
    struct control_zone_status zone;
    struct control_outcome outcome;

    td_err err = host->edit(host->context, CONTROL_EDIT_RELEASE, call, &outcome);
    if (err == TD_OK)
        reply_outcome(reply, call, &outcome);
    else if (err != TD_E_UNSUPPORTED)
        refuse(reply, err, &outcome);
    control_outcome_fini(&outcome);
    if (err != TD_E_UNSUPPORTED)
        return;
    if (call->dry_run) {
        preview(host, call, true, reply);
        return;
    }
    err = host->zone_order(host->context, CONTROL_ORDER_RELEASE, call, &zone, &diag);
    if (err == TD_E_NOT_FOUND)
        control_reply_error(reply, CONTROL_ERROR_REFUSED, NULL, "nothing of '%s' is held",
                            call->zone);
    else
        control_reply_zone(reply, call, err, &zone, &diag);
}

void control_handle_preview(const struct control_host *host, const struct control_call *call,
                            struct control_reply *reply)
{
    preview(host, call, false, reply);
}

void control_handle_take(const struct control_host *host, const struct control_call *call,
                         struct control_reply *reply)
{
    if (strcmp(call->take, "file") == 0)
        control_handle_order(host, CONTROL_ORDER_TAKE_FILE, call, reply);
    else if (strcmp(call->take, "log") == 0)
        control_handle_order(host, CONTROL_ORDER_TAKE_LOG, call, reply);
    else if (strcmp(call->take, "merge") == 0)
        control_handle_order(host, CONTROL_ORDER_TAKE_MERGE, call, reply);
    else
        control_reply_error(reply, CONTROL_ERROR_BAD_REQUEST, NULL,
                            "'take' is file, log or merge, not '%s'", call->take);
}
