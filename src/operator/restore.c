/*
 * A zone is made what a backup says. The backup is read, checked, built and compared on the thread
 * of the API that asked; what is served meanwhile is pinned. Only then the main thread makes the
 * change.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "change/draft.h"
#include "operator/internal.h"
#include "server/backup.h"
#include "server/followers.h"
#include "server/registry_fate.h"
#include "server/registry_restore.h"
#include "store/base.h"
#include "wire/rrtype.h"
#include "zone/lineage.h"

enum { LOOK_AGAIN_MS = 20 };

struct restore {
    const struct control_call *call;
    struct control_outcome *outcome;
    struct backup backup;
    struct loader_job *job;
    struct io *io;
    const char *author;
    const char *reason;
    char *base_path;
    bool takes_past; /* the history, too: the zone has none */
    bool is_late;    /* the zone was changed since it was compared */
    unsigned tries;  /* comparisons so far */
};

/* ---- on the thread of the API ---- */

/* The records, and what makes them of what is served. */
static td_err load(struct restore *restore)
{
    struct loader_job *job = restore->job;
    struct td_diag *diag = &restore->outcome->diag;

    loader_work(restore->io, job);
    if (job->result != TD_OK) {
        operator_say_error(job, diag);
        return TD_E_INVALID;
    }
    if (job->version->serial != restore->backup.serial ||
        job->version->record_count != restore->backup.records) {
        td_diag_say(diag, "the backup has %llu records and serial %u, and says that it has others",
                    (unsigned long long)job->version->record_count, job->version->serial);
        return TD_E_INVALID;
    }
    return TD_OK;
}

/* What it would change: there may be very much of it. */
static void list_records(struct restore *restore)
{
    const struct loader_diff *diff = &restore->job->diff;
    struct control_change *change = &restore->outcome->change;
    struct td_arena *arena = &restore->outcome->arena;

    change->removed =
        operator_record_texts(arena, diff->removed, diff->removed_count, &change->removed_count);
    change->added =
        operator_record_texts(arena, diff->added, diff->added_count, &change->added_count);
}

/* ---- on the main thread ---- */

static td_err find(struct server *server, struct restore *restore, struct registry_zone **ret_zone)
{
    struct td_diag *diag = &restore->outcome->diag;
    struct registry_zone *zone = registry_find(server->registry, restore->call->zone);

    if (zone == NULL) {
        td_diag_say(
            diag,
            "there is no zone '%.200s': put it into the configuration and reload, or 'tandem "
            "zone add' it, then restore",
            restore->call->zone);
        return TD_E_NOT_FOUND;
    }
    if (zone->secondary != NULL || zone->catalog != REGISTRY_CATALOG_NOT) {
        td_diag_say(diag, zone->secondary != NULL
                              ? "the zone comes from its primaries: restore it there"
                              : "the zone is made of the zones of this server");
        return TD_E_CONFLICT;
    }
    *ret_zone = zone;
    return TD_OK;
}

/* Nothing but changes is under way with the zone. */
static td_err find_idle(struct fiber *fiber, struct server *server, struct restore *restore,
                        struct registry_zone **ret_zone)
{
    uint64_t deadline =
        io_deadline_ms(server->io, (uint64_t)restore->call->timeout_s * IO_MS_PER_S);

    for (;;) {
        td_err err = find(server, restore, ret_zone);
        if (err != TD_OK)
            return err;
        const struct registry_zone *zone = *ret_zone;
        if (!registry_zone_is_working(zone) && !zone->is_asking)
            return TD_OK;
        if (io_now_ns(server->io) >= deadline) {
            td_diag_say(&restore->outcome->diag, "the zone is being loaded still after %u s",
                        restore->call->timeout_s);
            return TD_E_TIMEOUT;
        }
        if (server->wants_stop || io_fiber_sleep_ms(fiber, LOOK_AGAIN_MS) != TD_OK)
            return TD_E_CLOSED;
    }
}

/* What secondaries have was published before: a greater serial than theirs is needed. */
static td_err ask_secondaries(struct fiber *fiber, struct server *server, struct restore *restore,
                              struct registry_zone **zone)
{
    if ((*zone)->zone.newest != NULL || (*zone)->zone.has_floor || (*zone)->has_asked ||
        (*zone)->followers == NULL)
        return TD_OK;
    (*zone)->has_asked = true;
    (*zone)->is_asking = followers_ask_first((*zone)->followers);
    return find_idle(fiber, server, restore, zone);
}

static td_err prepare(struct fiber *fiber, struct server *server, void *argument)
{
    struct restore *restore = argument;
    struct registry_zone *zone;

    td_err err = find_idle(fiber, server, restore, &zone);
    if (err == TD_OK)
        err = ask_secondaries(fiber, server, restore, &zone);
    if (err != TD_OK)
        return err;
    if (wire_name_compare(zone->zone.entry->name, restore->backup.apex.octets) != 0) {
        char name[WIRE_NAME_TEXT_SIZE];
        td_diag_say(&restore->outcome->diag, "it is a backup of %s, not of %s",
                    wire_name_format(restore->backup.apex.octets, name), zone->name);
        return TD_E_CONFLICT;
    }
    restore->job = loader_job_new(LOADER_LOAD, zone->zone.entry->name, "backup");
    restore->job->zonefile.text = restore->call->upload.octets;
    restore->job->zonefile.text_size = restore->call->upload.size;
    restore->job->zonefile.seed = &server->seed;
    zone_check_options_init(&restore->job->checks, ZONE_CHECK_NORMAL, 0);
    loader_job_pin(restore->job, zone->zone.newest, zone->sequence);
    restore->takes_past =
        registry_may_take_past(server->registry, zone, &restore->backup) && !restore->call->dry_run;
    restore->base_path = store_base_path(server->state, zone->zone.entry->name);
    return TD_OK;
}

static void tell(struct restore *restore, const struct registry_zone *zone)
{
    const struct loader_job *job = restore->job;
    struct control_outcome *outcome = restore->outcome;

    outcome->change.serial_from = job->before == NULL ? 0 : job->before->serial;
    if (job->before == NULL)
        outcome->note = restore->takes_past
                            ? "restored with its history"
                            : "nothing of it was served before; its history begins here";
    else if (job->diff.is_too_large)
        outcome->note = "it differs from what was served in more than can be listed";
    outcome->is_unchanged = job->before != NULL && registry_is_same(zone, job);
}

static td_err check_serial(struct restore *restore)
{
    const struct control_number *wanted = &restore->call->if_serial;
    uint32_t serial = restore->outcome->change.serial_from;

    if (!wanted->is_given || wanted->value == serial)
        return TD_OK;
    restore->outcome->is_other_serial = true;
    td_diag_say(&restore->outcome->diag, "the zone has serial %u by now, not %u", serial,
                wanted->value);
    return TD_E_CONFLICT;
}

static td_err commit(struct fiber *fiber, struct server *server, struct restore *restore,
                     struct registry_zone *zone)
{
    struct control_outcome *outcome = restore->outcome;
    struct change_patience patience;
    struct change_about about = {
        .origin = restore->call->is_from_api ? CHANGE_API : CHANGE_COMMAND,
        .author = restore->author,
        .reason = restore->reason,
        .is_released = restore->call->force,
    };

    change_patience_init(&patience);
    td_err err = registry_restore(server->registry, zone, restore->job, &about, &patience.wait,
                                  &outcome->diag);
    if (err == TD_E_REFUSED) {
        struct td_diag why = outcome->diag;
        td_diag_say(&outcome->diag, "%s; --force does it all the same", why.text);
    }
    if (err != TD_OK)
        return err;
    zone->is_committing = true;
    err = change_patience_end(fiber, &patience, &outcome->diag);
    zone = registry_find(server->registry, restore->call->zone);
    if (zone != NULL)
        zone->is_committing = false;
    if (err != TD_OK)
        return err;
    outcome->change.serial_to = patience.wait.serial;
    return TD_OK;
}

/* What is served by now is what it will be compared with. */
static td_err pin_again(struct fiber *fiber, struct server *server, struct restore *restore,
                        struct registry_zone *zone)
{
    td_err err = TD_OK;

    if (restore->tries >= REGISTRY_STILL_FROM) {
        err = registry_keep_still(fiber, server->registry, zone, &restore->outcome->diag);
        if (err == TD_OK)
            err = find(server, restore, &zone);
    }
    if (err == TD_OK)
        loader_job_pin(restore->job, zone->zone.newest, zone->sequence);
    return err;
}

/* It was compared with what is served. */
static td_err carry_out(struct fiber *fiber, struct server *server, struct restore *restore,
                        struct registry_zone *zone)
{
    struct control_outcome *outcome = restore->outcome;

    tell(restore, zone);
    td_err err = check_serial(restore);
    if (err != TD_OK || restore->call->dry_run || outcome->is_unchanged)
        return err;
    if (restore->takes_past) {
        err = registry_restore_past(fiber, server->registry, zone, restore->job, &restore->backup,
                                    &outcome->diag);
        outcome->change.serial_to = restore->backup.serial;
    } else {
        err = commit(fiber, server, restore, zone);
    }
    if (err == TD_OK && (zone = registry_find(server->registry, restore->call->zone)) != NULL)
        registry_restored(server->registry, zone);
    return err;
}

static td_err finish(struct fiber *fiber, struct server *server, void *argument)
{
    struct restore *restore = argument;
    struct registry_zone *zone;

    td_err err = find_idle(fiber, server, restore, &zone);
    if (err != TD_OK)
        return err;
    restore->is_late =
        zone->zone.newest != restore->job->before || change_zone_is_busy(&zone->zone);
    if (restore->is_late && restore->tries < REGISTRY_COMPARISONS_MAX)
        return pin_again(fiber, server, restore, zone);
    if (!restore->is_late)
        err = carry_out(fiber, server, restore, zone);
    if ((zone = registry_find(server->registry, restore->call->zone)) != NULL)
        registry_let_move(zone);
    return err;
}

/* ---- the whole ---- */

static td_err ask_io(struct fiber *fiber, struct server *server, void *argument)
{
    struct restore *restore = argument;

    (void)fiber;
    restore->io = server->io;
    return TD_OK;
}

static td_err make(void *context, struct restore *restore)
{
    td_err err = load(restore);

    if (err == TD_OK && restore->takes_past)
        err = store_base_write(NULL, restore->io, restore->base_path, restore->job->version, 0,
                               &restore->outcome->diag);
    while (err == TD_OK && restore->tries < REGISTRY_COMPARISONS_MAX) {
        restore->tries++;
        list_records(restore);
        err = operator_ask(context, finish, restore);
        if (err != TD_OK || !restore->is_late)
            return err;
        restore->takes_past = false;
        restore->job->kind = LOADER_COMPARE;
        loader_work(restore->io, restore->job);
    }
    if (err == TD_OK) {
        td_diag_say(&restore->outcome->diag, "the zone is changed too often just now: try again");
        err = TD_E_CONFLICT;
    }
    return err;
}

static void say_reason(struct restore *restore, struct td_buf *reason)
{
    td_buf_printf(reason, "restore of serial %u", restore->backup.serial);
    if (restore->call->reason != NULL)
        td_buf_printf(reason, ": %s", restore->call->reason);
    restore->reason = td_buf_text(reason);
}

td_err operator_restore(void *context, const struct control_call *call,
                        struct control_outcome *ret_outcome)
{
    struct restore restore = {
        .call = call,
        .outcome = ret_outcome,
        .author = call->author == NULL ? "unknown" : call->author,
    };
    struct td_buf reason = { .data = NULL };

    *ret_outcome = (struct control_outcome){ .steps = 0 };
    td_arena_init(&ret_outcome->arena, 0);
    ret_outcome->change.author = restore.author;
    td_err err = operator_ask(context, ask_io, &restore);
    if (err != TD_OK)
        return err;
    err = backup_read(call->upload.octets, call->upload.size, &restore.backup, &ret_outcome->diag);
    if (err != TD_OK)
        return err;
    say_reason(&restore, &reason);
    err = operator_ask(context, prepare, &restore);
    if (err == TD_OK)
        err = make(context, &restore);
    if (restore.job != NULL)
        loader_job_free(restore.job);
    free(restore.base_path);
    td_buf_fini(&reason);
    td_arena_fini(&restore.backup.arena);
    return err;
}
