#include "server/updates.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "change/draft.h"
#include "io/timer.h"
#include "replicate/update.h"
#include "serve/log.h"
#include "serve/update.h"
#include "server/forward.h"
#include "server/registry.h"
#include "server/replication.h"
#include "tsig/seen.h"
#include "wire/answer.h"
#include "wire/const.h"

enum { AUTHOR_SIZE = WIRE_NAME_TEXT_SIZE + 8, LINES_PER_S = 20, LOOK_EVERY_MS = 20 };

struct updates {
    struct server *server;
    struct tsig_seen *seen;
    struct td_arena arena; /* of the update that is being done */
    uint64_t line_second;  /* of the lines that were logged about refusals */
    uint32_t lines;
    struct io_timer look;         /* runs while there are any of: */
    struct serve_update *waiting; /* for zones that are kept still; in the order they came in */
    struct serve_update **waiting_end;
    bool is_stopping; /* none waits any more */
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

static void answer(struct updates *updates, struct serve_update *update)
{
    if (update->mac_size != 0)
        tsig_seen_answer(updates->seen, update->mac, update->mac_size, update->result.rcode);
    serve_update_answer(update);
}

/* With another text for the log, where the client need not know so much; NULL: the same. */
static void refuse(struct updates *updates, struct serve_update *update, uint16_t rcode,
                   uint16_t ede, const char *text, const char *log_text)
{
    update->result.rcode = rcode;
    update->result.ede = ede;
    snprintf(update->result.text, sizeof(update->result.text), "%s", text);
    log_refused(updates, update, log_text == NULL ? text : log_text);
    answer(updates, update);
}

/* ---- a signed update is done once ---- */

/* Is it the first time? If not, it has been answered. */
static bool is_new(struct updates *updates, struct serve_update *update)
{
    uint16_t rcode;

    if (update->mac_size == 0)
        return true;
    switch (tsig_seen_look(updates->seen, update->mac, update->mac_size, &update->remote,
                           update->mac_until_s, io_wall_s(updates->server->io), &rcode)) {
    case TSIG_SEEN_NEW:
        return true;
    case TSIG_SEEN_WORKING:
        serve_update_drop(update); /* the answer to the first one is on its way */
        break;
    case TSIG_SEEN_AGAIN:
        update_result_init(&update->result);
        update->result.rcode = rcode;
        serve_update_answer(update);
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

    if (err == TD_OK)
        answer(updates, update);
    else
        refuse(updates, update, WIRE_RCODE_SERVFAIL, WIRE_EDE_OTHER,
               err == TD_E_LIMIT ? "the disk is full: nothing was changed"
                                 : "the change could not be written to disk: nothing was changed",
               diag->text);
}

static void commit(struct updates *updates, struct serve_update *update, struct change_draft *draft)
{
    char author[AUTHOR_SIZE];
    struct change_about about = { .origin = CHANGE_UPDATE, .author = author_of(update, author) };
    struct td_diag diag;

    switch (change_draft_commit(draft, &about, &update->wait, &diag)) {
    case TD_OK:
        return;
    case TD_E_REFUSED:
        refuse(updates, update, WIRE_RCODE_REFUSED, WIRE_EDE_PROHIBITED,
               "the brake: it would remove too much of the zone", diag.text);
        return;
    case TD_E_LIMIT:
        refuse(updates, update, WIRE_RCODE_SERVFAIL, WIRE_EDE_OTHER, "the zone is too large", NULL);
        return;
    default:
        refuse(updates, update, WIRE_RCODE_REFUSED, WIRE_EDE_PROHIBITED,
               "the zone would not be fit to be served", diag.text);
        return;
    }
}

static struct change_draft *begin(struct updates *updates, struct serve_update *update,
                                  struct registry_zone *zone)
{
    struct change_draft *draft;
    struct td_diag diag;

    if (change_draft_begin(registry_door(updates->server->registry), &zone->zone, CHANGE_UPDATE,
                           &draft, &diag) == TD_OK)
        return draft;
    if (zone->zone.newest == NULL)
        refuse(updates, update, WIRE_RCODE_SERVFAIL, WIRE_EDE_NOT_READY, "the zone is not loaded",
               diag.text);
    else
        refuse(updates, update, WIRE_RCODE_REFUSED, WIRE_EDE_PROHIBITED,
               zone->zone.is_frozen ? "the zone is frozen" : "the zone cannot be changed here",
               diag.text);
    return NULL;
}

/* That a prerequisite is not met is how clients look: no news for the operator. */
static bool is_news(uint16_t rcode)
{
    return rcode == WIRE_RCODE_REFUSED || rcode == WIRE_RCODE_FORMERR ||
           rcode == WIRE_RCODE_NOTZONE || rcode == WIRE_RCODE_SERVFAIL;
}

/*
 * What the prerequisites saw may not be on the disk yet, and may never be: the answer waits for it
 * as that of a change does, by a draft that changes nothing.
 */
static void answer_unmet(struct updates *updates, struct serve_update *update,
                         struct registry_zone *zone)
{
    struct change_draft *draft;

    if (is_news(update->result.rcode))
        log_refused(updates, update, update->result.text);
    if (is_news(update->result.rcode) || !change_zone_is_busy(&zone->zone))
        answer(updates, update);
    else if ((draft = begin(updates, update, zone)) != NULL)
        commit(updates, update, draft);
}

static void apply(struct updates *updates, struct serve_update *update, struct registry_zone *zone)
{
    struct update_request request = {
        .octets = update->octets,
        .size = update->size,
        .policy = zone->settings->update,
        .client = { .addr = &update->remote },
    };
    const struct zone_version *view = change_zone_view(&zone->zone);
    struct update_message message = { .zone = NULL };
    struct change_draft *draft;

    if (update->key != NULL) {
        request.client.key_name = update->key->name;
        request.client.key_name_size = update->key->name_size;
    }
    update->wait.done = on_done;
    update->context = updates;
    td_arena_reset(&updates->arena);
    update_result_init(&update->result);
    if (view != NULL)
        update_look(&request, view, &updates->arena, &message, &update->result);
    if (update->result.rcode != WIRE_RCODE_NOERROR) {
        answer_unmet(updates, update, zone);
        return;
    }
    draft = begin(updates, update, zone);
    if (draft == NULL)
        return;
    update_apply(&message, draft, &updates->arena, &update->result);
    if (update->result.rcode == WIRE_RCODE_NOERROR) {
        commit(updates, update, draft);
        return;
    }
    change_draft_abort(draft);
    log_refused(updates, update, update->result.text);
    answer(updates, update);
}

static struct registry_zone *zone_of(const struct updates *updates,
                                     const struct serve_update *update)
{
    struct registry *registry = updates->server->registry;

    return registry == NULL ? NULL : registry_find_wire(registry, update->zone);
}

static void wait(struct updates *updates, struct serve_update *update)
{
    update->next = NULL;
    *updates->waiting_end = update;
    updates->waiting_end = &update->next;
    if (!io_timer_is_running(&updates->look))
        io_timer_start(updates->server->io, &updates->look,
                       io_deadline_ms(updates->server->io, LOOK_EVERY_MS));
}

/* A policy may have been taken away while it waited. */
static void apply_if_wanted(struct updates *updates, struct serve_update *update,
                            struct registry_zone *zone)
{
    if (zone == NULL || zone->settings == NULL || zone->settings->update == NULL)
        refuse(updates, update, WIRE_RCODE_REFUSED, WIRE_EDE_PROHIBITED,
               "the zone takes no updates any more", NULL);
    else if (registry_zone_is_still(zone) && !updates->is_stopping)
        wait(updates, update);
    else
        apply(updates, update, zone);
}

/* Those whose zone may be changed again; the others begin to wait anew, in the same order. */
static void look_again(struct io_timer *timer, void *context)
{
    struct updates *updates = context;
    struct serve_update *update = updates->waiting;

    (void)timer;
    updates->waiting = NULL;
    updates->waiting_end = &updates->waiting;
    while (update != NULL) {
        struct serve_update *next = update->next;
        apply_if_wanted(updates, update, zone_of(updates, update));
        update = next;
    }
}

static void take(void *context, struct serve_update *update)
{
    struct updates *updates = context;
    struct registry_zone *zone = zone_of(updates, update);

    if (zone != NULL && zone->secondary != NULL && update->is_forwarded) {
        forward_update(updates->server->replication->keeper, zone->secondary, update);
        return;
    }
    if (is_new(updates, update))
        apply_if_wanted(updates, update, zone);
}

struct updates *updates_new(struct server *server)
{
    struct updates *updates = td_calloc(1, sizeof(*updates));

    updates->server = server;
    td_arena_init(&updates->arena, 0);
    updates->seen = tsig_seen_new(io_random_u64(server->io));
    io_timer_init(&updates->look, look_again, updates);
    updates->waiting_end = &updates->waiting;
    serve_updates_to(server->serve, take, updates);
    return updates;
}

void updates_stop(struct updates *updates)
{
    updates->is_stopping = true;
    io_timer_stop(&updates->look);
    look_again(&updates->look, updates);
}

void updates_free(struct updates *updates)
{
    if (updates == NULL)
        return;
    tsig_seen_free(updates->seen);
    td_arena_fini(&updates->arena);
    free(updates);
}
