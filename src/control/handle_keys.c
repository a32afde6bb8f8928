/* Verbs about keys for TSIG. */
#include "control/handle.h"

static void put_key(struct control_json *json, const struct control_key *key)
{
    control_json_text(json, "name", key->name);
    control_json_text(json, "algorithm", key->algorithm);
    if (key->secret != NULL)
        control_json_text(json, "secret", key->secret);
    control_json_number(json, "secret_octets", key->octets);
    control_json_text(json, "origin", key->is_kept ? "command" : "configuration");
    control_json_bool(json, "overridden", key->is_hidden);
    control_json_text(json, "file", key->file);
    control_json_number(json, "line", key->line);
    control_json_number(json, "uses", key->uses);
}

CONTROL_HANDLE(key_list)
{
    struct control_keys keys;
    struct control_json json;

    (void)call;
    td_err err = host->keys.list(host->context, NULL, &keys);
    if (err != TD_OK) {
        control_reply_host_error(reply, err);
        return;
    }
    control_reply_begin(reply, &json);
    control_json_array(&json, "keys");
    for (size_t i = 0; i < keys.count; i++) {
        control_json_object(&json, NULL);
        put_key(&json, &keys.keys[i]);
        control_json_object_end(&json);
    }
    control_json_array_end(&json);
    control_json_object_end(&json);
    td_arena_fini(&keys.arena);
}

CONTROL_HANDLE(key_show)
{
    struct control_keys keys;
    struct control_json json;

    td_err err = host->keys.list(host->context, call->key, &keys);
    if (err == TD_E_NOT_FOUND) {
        control_reply_error(reply, CONTROL_ERROR_REFUSED, NULL,
                            "there is no key '%s': 'tandem key list' lists them", call->key);
        return;
    }
    if (err != TD_OK) {
        control_reply_host_error(reply, err);
        return;
    }
    control_reply_begin(reply, &json);
    put_key(&json, &keys.keys[0]); /* the one that counts */
    control_json_object_end(&json);
    td_arena_fini(&keys.arena);
}

static void refuse(struct control_reply *reply, td_err err, const struct td_buf *uses,
                   const struct td_diag *diag)
{
    enum control_error error = CONTROL_ERROR_REFUSED;

    if (err == TD_E_CLOSED) {
        control_reply_host_error(reply, err);
        return;
    }
    if (err == TD_E_INVALID)
        error = CONTROL_ERROR_BAD_REQUEST;
    else if (err == TD_E_IO || err == TD_E_LIMIT)
        error = CONTROL_ERROR_FAILED;
    control_reply_error(reply, error, uses, "%s", diag->text);
}

CONTROL_HANDLE(key_add)
{
    struct td_diag diag = { .line = 0 };
    struct control_json json;

    td_err err = host->keys.add(host->context, call, &diag);
    if (err != TD_OK) {
        refuse(reply, err, NULL, &diag);
        return;
    }
    if (call->dry_run) {
        control_reply_would(reply, &diag);
        return;
    }
    control_reply_begin(reply, &json);
    control_json_text(&json, "name", call->key);
    control_json_object_end(&json);
}

CONTROL_HANDLE(key_remove)
{
    struct td_diag diag = { .line = 0 };
    struct td_buf uses = { .data = NULL };
    struct control_json json;

    td_err err = host->keys.remove(host->context, call, &uses, &diag);
    if (err != TD_OK) {
        refuse(reply, err, uses.size == 0 ? NULL : &uses, &diag);
    } else if (call->dry_run) {
        control_reply_would(reply, &diag);
    } else {
        control_reply_begin(reply, &json);
        control_json_text(&json, "name", call->key);
        control_json_text(&json, "still_named_by", uses.size == 0 ? NULL : td_buf_text(&uses));
        control_json_object_end(&json);
    }
    td_buf_fini(&uses);
}
