#include "daemon/updates.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "change/draft.h"
#include "replicate/update.h"
#include "serve/log.h"
#include "serve/update.h"
#include "tsig/seen.h"
#include "wire/answer.h"
#include "wire/const.h"

enum { AUTHOR_SIZE = WIRE_NAME_TEXT_SIZE + 8, LINES_PER_S = 20 };

struct updates {
    struct server *server;
    struct tsig_seen *seen;
    uint64_t line_second; /* of the lines that were logged about refusals */
    uint32_t lines;
};

/* Refusals come from packets: a few of them a second are told. */
static bool may_log(struct updates *updates)
{
    uint64_t second = io_now_ns(updates->server->io) / IO_NS_PER_S;

    if (second != updates->line_second) {
        updates->line_second = second;
        updates->lines = 0;
    }
    return updates->lines++ < LINES_PER_S;
}

/* "key NAME", or the address: who is made responsible for the change. */
static const char *author_of(const struct serve_update *update, char out[AUTHOR_SIZE])
{
    char text[WIRE_NAME_TEXT_SIZE];

    if (update->key != NULL)
        snprintf(out, AUTHOR_SIZE, "key %s", wire_name_format(update->key->name, text));
    else
        td_addr_format(&update->remote, out);
    return out;
}

static void log_refused(struct updates *updates, const struct serve_update *update, const char *why)
{
    char remote[TD_ADDR_TEXT_SIZE];
    char zone[WIRE_NAME_TEXT_SIZE];
    char author[AUTHOR_SIZE];

    if (may_log(updates))
        serve_log(LOG_WARNING, EVENT_UPDATE_REFUSED, wire_name_format(update->zone, zone),
                  "UPDATE, incoming, remote %s %s, %s, refused: %s",
                  td_addr_format_port(&update->remote, remote), update->transport,
                  update->key == NULL ? "key none" : author_of(update, author), why);
}

static void answer(struct updates *updates, struct serve_update *update, uint16_t rcode,
                   uint16_t ede, const char *text)
{
    if (update->mac_size != 0)
        tsig_seen_answer(updates->seen, update->mac, update->mac_size, rcode);
    serve_update_answer(update, rcode, ede, text);
}

static void refuse(struct updates *updates, struct serve_update *update, uint16_t rcode,
                   uint16_t ede, const char *text)
{
    log_refused(updates, update, text == NULL ? "malformed" : text);
    answer(updates, update, rcode, ede, text);
}

/* ---- a signed update is done once ---- */

/* Is it the first time? If not, it has been answered. */
static bool is_new(struct updates *updates, struct serve_update *update)
{
    uint16_t rcode;

    if (update->mac_size == 0)
        return true;
    switch (tsig_seen_look(updates->seen, update->mac, update->mac_size, &update->remote,
                           io_wall_s(updates->server->io), &rcode)) {
    case TSIG_SEEN_NEW:
        return true;
    case TSIG_SEEN_WORKING:
        serve_update_drop(update); /* the answer to the first one is on its way */
        break;
    case TSIG_SEEN_AGAIN:
        serve_update_answer(update, rcode, ANSWER_EDE_NONE, NULL);
        break;
    case TSIG_SEEN_REPLAY:
        log_refused(updates, update, "its signature was seen before, from elsewhere: a replay");
        serve_update_refuse_replay(update);
        break;
    }
    return false;
}

/* ---- commit ---- */

static void on_done(struct change_wait *wait, td_err err, const struct td_diag *diag)
{
    struct serve_update *update = td_container_of(wait, struct serve_update, wait);
    struct updates *updates = update->context;

    if (err == TD_OK) {
        answer(updates, update, WIRE_RCODE_NOERROR, ANSWER_EDE_NONE, NULL);
        return;
    }
    log_refused(updates, update, diag->text);
    answer(updates, update, WIRE_RCODE_SERVFAIL, WIRE_EDE_OTHER,
           err == TD_E_LIMIT ? "the disk is full: nothing was changed"
                             : "the change could not be written to disk: nothing was changed");
}

static void commit(struct updates *updates, struct serve_update *update, struct change_draft *draft)
{
    char author[AUTHOR_SIZE];
    struct change_about about = { .origin = CHANGE_UPDATE, .author = author_of(update, author) };
    struct td_diag diag;

    update->wait.done = on_done;
    update->context = updates;
    switch (change_draft_commit(draft, &about, &update->wait, &diag)) {
    case TD_OK:
        return;
    case TD_E_REFUSED:
        log_refused(updates, update, diag.text);
        answer(updates, update, WIRE_RCODE_REFUSED, WIRE_EDE_PROHIBITED,
               "the brake: it would remove too much of the zone");
        return;
    case TD_E_LIMIT:
        refuse(updates, update, WIRE_RCODE_SERVFAIL, WIRE_EDE_OTHER, "the zone is too large");
        return;
    default:
        log_refused(updates, update, diag.text);
        answer(updates, update, WIRE_RCODE_REFUSED, WIRE_EDE_PROHIBITED,
               "the zone would not be fit to be served");
        return;
    }
}

static void apply(struct updates *updates, struct serve_update *update, struct registry_zone *zone)
{
    struct update_request request = {
        .octets = update->octets,
        .size = update->size,
        .policy = zone->settings->update,
        .client = { .addr = &update->remote },
    };
    struct update_result result;
    struct change_draft *draft;
    struct td_diag diag;

    if (update->key != NULL) {
        request.client.key_name = update->key->name;
        request.client.key_name_size = update->key->name_size;
    }
    if (change_draft_begin(registry_door(updates->server->registry), &zone->zone, &draft, &diag) !=
        TD_OK) {
        log_refused(updates, update, diag.text);
        answer(updates, update,
               zone->zone.newest == NULL ? WIRE_RCODE_SERVFAIL : WIRE_RCODE_REFUSED,
               zone->zone.newest == NULL ? WIRE_EDE_NOT_READY : WIRE_EDE_PROHIBITED,
               zone->zone.is_frozen ? "the zone is frozen" : "the zone cannot be changed here");
        return;
    }
    update_apply(draft, &request, &result);
    if (result.rcode == WIRE_RCODE_NOERROR) {
        commit(updates, update, draft);
        return;
    }
    change_draft_abort(draft);
    /* That a prerequisite is not met is how clients look: no news for the operator. */
    bool is_news = result.rcode == WIRE_RCODE_REFUSED || result.rcode == WIRE_RCODE_FORMERR ||
                   result.rcode == WIRE_RCODE_NOTZONE || result.rcode == WIRE_RCODE_SERVFAIL;
    if (is_news)
        refuse(updates, update, result.rcode, result.ede, result.text);
    else
        answer(updates, update, result.rcode, result.ede, result.text);
}

static void take(void *context, struct serve_update *update)
{
    struct updates *updates = context;
    struct registry *registry = updates->server->registry;

    if (!is_new(updates, update))
        return;
    struct registry_zone *zone =
        registry == NULL ? NULL : registry_find_wire(registry, update->zone);
    if (zone == NULL || zone->settings == NULL || zone->settings->update == NULL)
        refuse(updates, update, WIRE_RCODE_REFUSED, WIRE_EDE_PROHIBITED,
               "the zone takes no updates any more");
    else
        apply(updates, update, zone);
}

struct updates *updates_new(struct server *server)
{
    struct updates *updates = td_calloc(1, sizeof(*updates));

    updates->server = server;
    updates->seen = tsig_seen_new(io_random_u64(server->io));
    serve_updates_to(server->serve, take, updates);
    return updates;
}

void updates_free(struct updates *updates)
{
    if (updates == NULL)
        return;
    tsig_seen_free(updates->seen);
    free(updates);
}
