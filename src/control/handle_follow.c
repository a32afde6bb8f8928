/* Verbs about replication: what is seen of it, and what can be ordered. */
#include <string.h>

#include "control/handle.h"
#include "control/words.h"

static const char *state_word(enum control_peer_state state)
{
    static const char *const words[] = {
        [CONTROL_PEER_UNKNOWN] = "unknown", [CONTROL_PEER_IN_STEP] = "in-step",
        [CONTROL_PEER_BEHIND] = "behind",   [CONTROL_PEER_AHEAD] = "ahead",
        [CONTROL_PEER_FAILING] = "failing",
    };

    return words[state];
}

/* ---- of a zone ---- */

static void put_number_if(struct control_json *json, const char *key, bool is_known,
                          uint64_t number)
{
    if (is_known)
        control_json_number(json, key, number);
    else
        control_json_text(json, key, NULL);
}

static void put_zone_peer(struct control_json *json, const struct control_zone_peer *peer)
{
    control_json_object(json, NULL);
    control_json_text(json, "name", peer->name);
    control_json_text(json, "address", peer->address);
    control_json_text(json, "role", peer->is_primary ? "primary" : "secondary");
    control_json_bool(json, "in_configuration", !peer->is_found);
    control_json_text(json, "state", state_word(peer->state));
    put_number_if(json, "serial", peer->has_serial, peer->serial);
    put_number_if(json, "lag_ms", peer->has_lag, peer->lag_ms);
    control_json_number(json, "behind_ms", peer->behind_ms);
    control_json_time(json, "heard", peer->heard_s);
    control_json_time(json, "notified", peer->notified_s);
    control_json_text(json, "why", peer->why);
    control_json_object_end(json);
}

static void put_transfer(struct control_json *json, const struct control_follow *follow)
{
    control_json_object(json, "last_transfer");
    control_json_text(json, "type", follow->transfer);
    control_json_text(json, "peer", follow->transfer_peer);
    control_json_time(json, "time", follow->transfer_s);
    control_json_number(json, "ms", follow->transfer_ms);
    control_json_number(json, "octets", follow->transfer_octets);
    control_json_number(json, "records", follow->transfer_records);
    control_json_object_end(json);
}

static void put_servers(struct control_json *json, const struct control_follow *follow)
{
    control_json_bool(json, "is_hidden", follow->is_hidden);
    control_json_text(json, "hidden_trouble", follow->hidden_trouble);
    control_json_array(json, "name_servers");
    for (uint32_t i = 0; i < follow->server_count; i++) {
        const struct control_name_server *server = &follow->servers[i];
        control_json_object(json, NULL);
        control_json_text(json, "name", server->name);
        control_json_text(json, "address", server->address);
        control_json_text(json, "says", server->says);
        control_json_bool(json, "is_trouble", server->is_trouble);
        control_json_object_end(json);
    }
    control_json_array_end(json);
}

void control_put_follow(struct control_json *json, const struct control_zone_status *zone)
{
    const struct control_follow *follow = &zone->follow;

    if (follow->is_secondary) {
        control_json_bool(json, "is_looking", follow->is_looking);
        control_json_time(json, "refreshed", follow->refreshed_s);
        control_json_number(json, "next_look_s", follow->look_in_s);
        put_number_if(json, "expires_in_s", zone->zone.has_version, follow->expires_in_s);
        control_json_number(json, "failures", follow->failures);
        if (follow->transfer != NULL)
            put_transfer(json, follow);
    }
    control_json_text(json, "serial_on_its_way", follow->walk);
    control_json_number(json, "secondaries", follow->secondaries);
    control_json_number(json, "secondaries_in_step", follow->in_step);
    control_json_array(json, "peers");
    for (uint32_t i = 0; i < follow->peer_count; i++)
        put_zone_peer(json, &follow->peers[i]);
    control_json_array_end(json);
    put_servers(json, follow);
}

CONTROL_HANDLE(zone_why)
{
    struct td_diag diag = { .line = 0 };
    struct control_story story;
    struct control_json json;

    td_err err = host->follow.why(host->context, call, &story, &diag);
    if (err == TD_E_NOT_FOUND) {
        control_reply_error(reply, CONTROL_ERROR_NO_SUCH_ZONE, NULL, "%s", diag.text);
        return;
    }
    if (err != TD_OK) {
        control_reply_host_error(reply, err);
        return;
    }
    control_reply_begin(reply, &json);
    control_json_text(&json, "zone", call->zone);
    control_json_array(&json, "lines");
    for (uint32_t i = 0; i < story.count; i++) {
        control_json_object(&json, NULL);
        control_json_time(&json, "time", story.lines[i].time_s);
        control_json_text(&json, "peer", story.lines[i].peer);
        control_json_text(&json, "text", story.lines[i].text);
        control_json_object_end(&json);
    }
    control_json_array_end(&json);
    control_json_text(&json, "advice", story.advice);
    control_json_text(&json, "more", story.more);
    control_json_object_end(&json);
    td_arena_fini(&story.arena);
}

/* ---- of all ---- */

static void put_peer(struct control_json *json, const struct control_peer *peer)
{
    control_json_object(json, NULL);
    control_json_text(json, "name", peer->name);
    control_json_text(json, "address", peer->address);
    control_json_text(json, "key", peer->key);
    control_json_bool(json, "silent", peer->is_silent);
    control_json_time(json, "silent_since", peer->silent_s);
    control_json_time(json, "heard", peer->heard_s);
    control_json_number(json, "from_zones", peer->from_zones);
    control_json_number(json, "to_zones", peer->to_zones);
    control_json_number(json, "in_step", peer->in_step);
    control_json_number(json, "behind", peer->behind);
    control_json_number(json, "failing", peer->failing);
    control_json_number(json, "transfers_in", peer->transfers_in);
    control_json_number(json, "transfers_in_failed", peer->transfers_in_failed);
    control_json_number(json, "transfers_out", peer->transfers_out);
    control_json_number(json, "transfers_out_failed", peer->transfers_out_failed);
    control_json_number(json, "notifies_out", peer->notifies_out);
    control_json_number(json, "notifies_out_failed", peer->notifies_out_failed);
    control_json_text(json, "why_zone", peer->why_zone);
    control_json_text(json, "why", peer->why);
    control_json_object_end(json);
}

CONTROL_HANDLE(peer_status)
{
    struct control_peers peers;
    struct control_json json;

    td_err err = host->follow.peers(host->context, call->peer, &peers);
    if (err == TD_E_NOT_FOUND) {
        control_reply_error(reply, CONTROL_ERROR_NOT_FOUND, NULL,
                            "there is no peer '%s' in the configuration", call->peer);
        return;
    }
    if (err != TD_OK) {
        control_reply_host_error(reply, err);
        return;
    }
    control_reply_begin(reply, &json);
    control_json_array(&json, "peers");
    for (uint32_t i = 0; i < peers.count; i++)
        put_peer(&json, &peers.peers[i]);
    control_json_array_end(&json);
    control_json_object_end(&json);
    td_arena_fini(&peers.arena);
}

/* ---- orders ---- */

CONTROL_HANDLE(zone_refresh)
{
    control_handle_order(host, CONTROL_ORDER_REFRESH, call, reply);
}

CONTROL_HANDLE(zone_retransfer)
{
    control_handle_order(host, CONTROL_ORDER_RETRANSFER, call, reply);
}

CONTROL_HANDLE(zone_notify)
{
    control_handle_order(host, CONTROL_ORDER_NOTIFY, call, reply);
}

CONTROL_HANDLE(zone_add)
{
    struct td_diag diag = { .line = 0 };
    struct control_zone_status zone;

    td_err err = host->zone_add(host->context, call, &zone, &diag);
    if (err == TD_E_EXISTS || err == TD_E_NOT_FOUND)
        control_reply_error(reply, CONTROL_ERROR_CONFLICT, NULL, "%s", diag.text);
    else if (err == TD_OK && call->dry_run)
        control_reply_would(reply, &diag);
    else
        control_reply_zone(reply, call, err, &zone, &diag);
}

CONTROL_HANDLE(zone_remove)
{
    struct td_diag diag = { .line = 0 };
    struct control_json json;

    td_err err = host->zone_remove(host->context, call, &diag);
    if (err != TD_OK) {
        control_reply_zone(reply, call, err, NULL, &diag);
        return;
    }
    if (call->dry_run) {
        control_reply_would(reply, &diag);
        return;
    }
    control_reply_begin(reply, &json);
    control_json_text(&json, "zone", call->zone);
    control_json_object_end(&json);
}

CONTROL_HANDLE(zone_purge)
{
    control_handle_order(host, CONTROL_ORDER_PURGE, call, reply);
}

CONTROL_HANDLE(zone_promote)
{
    control_handle_order(host, CONTROL_ORDER_PROMOTE, call, reply);
}

CONTROL_HANDLE(zone_demote)
{
    control_handle_order(host, CONTROL_ORDER_DEMOTE, call, reply);
}

CONTROL_HANDLE(zone_serial)
{
    if (call->abort == call->set.is_given)
        control_reply_error(reply, CONTROL_ERROR_BAD_REQUEST, NULL,
                            "one of 'set' and 'abort' must be given");
    else
        control_handle_order(host, CONTROL_ORDER_SERIAL, call, reply);
}

/* ---- waiting for secondaries ---- */

bool control_wait_read(const struct control_call *call, struct control_follow_wait *ret_wait)
{
    *ret_wait = (struct control_follow_wait){ .zone = call->zone, .timeout_s = call->timeout_s };
    ret_wait->is_all = strcmp(call->wait, "all") == 0;
    return ret_wait->is_all || control_number_read(call->wait, &ret_wait->count);
}

bool control_wait_for(const struct control_host *host, struct control_follow_wait *wait,
                      struct control_reply *reply)
{
    struct td_diag diag = { .line = 0 };

    td_err err = host->follow.wait(host->context, wait, &diag);
    switch (err) {
    case TD_OK:
        return true;
    case TD_E_TIMEOUT:
        control_reply_error(reply, CONTROL_ERROR_TIMEOUT, NULL,
                            "serial %u is published, but after %u s only %u of %u secondaries "
                            "have it: 'tandem zone status %s' tells which do not",
                            wait->serial, wait->timeout_s, wait->ret_in_step, wait->ret_secondaries,
                            wait->zone);
        break;
    case TD_E_INVALID:
        control_reply_error(reply, CONTROL_ERROR_REFUSED, NULL, "serial %u is published, but %s",
                            wait->serial, diag.text);
        break;
    default:
        control_reply_host_error(reply, err);
    }
    return false;
}
