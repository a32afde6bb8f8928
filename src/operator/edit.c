/*
 * Changes by an operator: records, lists of records, transactions, and what takes one change back.
 *
 * A transaction is steps that are kept. Each new one is tried with those before it on a draft that
 * is thrown away, so that what does not fit is told at once; the commit does them all.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "change/draft.h"
#include "control/words.h"
#include "operator/held.h"
#include "operator/internal.h"
#include "operator/past.h"
#include "operator/pending.h"
#include "text/print.h"
#include "wire/rrtype.h"
#include "zone/soa.h"

/* One edit, from the thread of the API to the main world and back. */
struct edit {
    enum control_edit_action action;
    const struct control_call *call;
    struct control_outcome *outcome;
    /* Below: of the main world. */
    struct server *server;
    struct registry_zone *zone;
    const char *author;
    const char *reason;
    bool is_from_api;
    bool is_released;
    bool is_dry; /* nothing is to be made of it now */
    struct control_number if_serial;
};

/* ---- what the files of the operator share ---- */

td_err operator_find_zone(struct server *server, const char *name, struct registry_zone **ret_zone,
                          struct td_diag *diag)
{
    struct registry_zone *zone = registry_find(server->registry, name);

    if (zone == NULL) {
        td_diag_say(diag, "there is no zone '%s'", name);
        return TD_E_NOT_FOUND;
    }
    if (zone->zone.newest == NULL) {
        td_diag_say(diag, "the zone '%s' has no data: see 'tandem zone status'", name);
        return TD_E_CONFLICT;
    }
    *ret_zone = zone;
    return TD_OK;
}

const struct wire_rrset *operator_find_set(const struct zone_version *version, const uint8_t *owner,
                                           uint16_t type)
{
    struct wire_key key;

    wire_key_make(&key, zone_version_seed(version), owner);
    if (!zone_contains(version, &key))
        return NULL;
    const struct zone_node *node = zone_find_exact(version, &key, 0);
    return node == NULL ? NULL : zone_node_set(version, node, type);
}

const char *const *operator_record_texts(struct td_arena *arena,
                                         const struct change_record *records, uint32_t count,
                                         uint64_t *ret_count)
{
    const char **texts = td_arena_alloc(arena, ((size_t)count + 1) * sizeof(*texts));
    struct td_buf text = { .data = NULL };
    uint64_t told = 0;

    for (uint32_t i = 0; i < count; i++) {
        const struct change_record *record = &records[i];
        if (record->type == WIRE_TYPE_SOA)
            continue;
        td_buf_clear(&text);
        text_print_record(&text, record->owner, record->ttl, record->type, record->rdata,
                          record->rdata_size);
        texts[told++] = td_arena_strdup(arena, text.data);
    }
    td_buf_fini(&text);
    *ret_count = told;
    return texts;
}

/* ---- what a draft comes to ---- */

static char *soa_text(struct td_arena *arena, const struct zone_version *version)
{
    const struct wire_rrset *soa = zone_soa(version);
    struct wire_rdata rdata = wire_rrset_first(soa);
    struct td_buf text = { .data = NULL };

    text_print_record(&text, zone_version_name(version), soa->ttl, WIRE_TYPE_SOA, rdata.octets,
                      rdata.size);
    char *copy = td_arena_strdup(arena, text.data);
    td_buf_fini(&text);
    return copy;
}

/* An SOA that is another one besides its serial is told, too. */
static const char *const *with_soa(struct td_arena *arena, char *soa, const char *const *texts,
                                   uint64_t *count)
{
    const char **all = td_arena_alloc(arena, (*count + 1) * sizeof(*all));

    all[0] = soa;
    if (*count != 0)
        memcpy(all + 1, texts, *count * sizeof(*all));
    ++*count;
    return all;
}

static void tell_draft(struct edit *edit, struct change_draft *draft, char *soa_before)
{
    struct control_outcome *outcome = edit->outcome;
    struct control_change *change = &outcome->change;
    const struct changeset *changes = change_draft_changes(draft);
    char *soa = soa_text(&outcome->arena, change_draft_view(draft));

    change->removed = operator_record_texts(&outcome->arena, changes->removed,
                                            changes->removed_count, &change->removed_count);
    change->added = operator_record_texts(&outcome->arena, changes->added, changes->added_count,
                                          &change->added_count);
    if (strcmp(soa, soa_before) != 0) {
        change->removed =
            with_soa(&outcome->arena, soa_before, change->removed, &change->removed_count);
        change->added = with_soa(&outcome->arena, soa, change->added, &change->added_count);
    }
    outcome->is_unchanged = change->removed_count + change->added_count == 0;
}

static td_err check_serial(struct edit *edit, uint32_t serial)
{
    if (!edit->if_serial.is_given || edit->if_serial.value == serial)
        return TD_OK;
    edit->outcome->is_other_serial = true;
    td_diag_say(&edit->outcome->diag,
                "the zone has serial %u by now, not %u: somebody else has changed it, look again",
                serial, edit->if_serial.value);
    return TD_E_CONFLICT;
}

static struct change_about about_of(const struct edit *edit)
{
    return (struct change_about){
        .origin = edit->is_from_api ? CHANGE_API : CHANGE_COMMAND,
        .author = edit->author,
        .reason = edit->reason,
        .is_released = edit->is_released,
    };
}

/*
 * The brake has said no: keep it, for somebody to release. `obstacle` says why that would be
 * refused as things are; "": it would not be.
 */
static void hold(struct fiber *fiber, struct edit *edit, const struct operator_steps *steps,
                 const char *obstacle)
{
    struct td_diag *diag = &edit->outcome->diag, why = *diag, failed;
    struct operator_held held = {
        .by = edit->author,
        .reason = edit->reason,
        .why = why.text,
        .is_from_api = edit->is_from_api,
        .steps = *steps,
    };

    if (edit->zone->is_held)
        td_diag_say(
            diag,
            "%s; the brake holds what the zone file says already: release that, or mend the "
            "file, first",
            why.text);
    else if (operator_held_put(fiber, edit->server, edit->zone, &held, &failed) != TD_OK)
        return;
    else if (obstacle[0] != '\0')
        td_diag_say(diag, "%s; it is held, but a release would be refused as things are: %s",
                    why.text, obstacle);
    else
        td_diag_say(diag, "%s; 'tandem zone release %s' does it all the same", why.text,
                    edit->call->zone);
}

/* Commit it and wait. With it goes what was held, if this is that. */
static td_err commit(struct fiber *fiber, struct edit *edit, struct change_draft *draft,
                     const struct change_about *about)
{
    struct change_patience patience;

    change_patience_init(&patience);
    td_err err = change_draft_commit(draft, about, &patience.wait, &edit->outcome->diag);
    if (err == TD_OK && edit->action == CONTROL_EDIT_RELEASE)
        operator_held_drop(edit->server, edit->zone);
    if (err == TD_OK)
        err = change_patience_end(fiber, &patience, &edit->outcome->diag);
    if (err == TD_OK)
        edit->outcome->change.serial_to = patience.wait.serial;
    return err;
}

/* Do the steps; what came of it is in the outcome. The zone may be gone when this returns. */
static td_err carry_out(struct fiber *fiber, struct edit *edit, const struct operator_steps *steps)
{
    struct control_outcome *outcome = edit->outcome;
    struct change_about about = about_of(edit);
    struct change_draft *draft;

    td_err err = change_draft_begin(registry_door(edit->server->registry), &edit->zone->zone,
                                    about.origin, &draft, &outcome->diag);
    if (err != TD_OK)
        return err;
    char *soa_before = soa_text(&outcome->arena, change_draft_view(draft));
    outcome->change.serial_from = zone_soa_number(change_draft_view(draft), ZONE_SOA_SERIAL);
    err = check_serial(edit, outcome->change.serial_from);
    if (err == TD_OK)
        err = operator_steps_do(steps, draft, &outcome->conflicts, &outcome->diag);
    if (err == TD_OK)
        tell_draft(edit, draft, soa_before);
    if (err == TD_OK && edit->is_dry && !outcome->is_open)
        err = change_draft_check(draft, &about, &outcome->diag);
    if (err != TD_OK && edit->action == CONTROL_EDIT_DIFF && err != TD_E_CONFLICT) {
        outcome->has_problem = true; /* it can be looked at all the same */
        err = TD_OK;
    }
    if (err != TD_OK || edit->is_dry) {
        change_draft_abort(draft);
        return err;
    }
    err = change_draft_check(draft, &about, &outcome->diag);
    if (err == TD_OK)
        return commit(fiber, edit, draft, &about);
    struct td_diag obstacle = { .line = 0 };
    about.is_released = true;
    if (err == TD_E_REFUSED && change_draft_check(draft, &about, &obstacle) == TD_OK)
        obstacle.text[0] = '\0';
    change_draft_abort(draft);
    if (err == TD_E_REFUSED)
        hold(fiber, edit, steps, obstacle.text);
    return err;
}

/* ---- records ---- */

/* The steps go into the transaction, if they fit. */
static td_err collect(struct fiber *fiber, struct edit *edit, struct operator_pending *open,
                      const struct operator_steps *steps)
{
    struct operator_steps all;

    edit->outcome->is_open = true;
    if (open->steps.count + steps->count > OPERATOR_STEPS_MAX) {
        td_diag_say(&edit->outcome->diag, "a transaction has at most %d records",
                    OPERATOR_STEPS_MAX);
        return TD_E_LIMIT;
    }
    bool is_dry = edit->is_dry;
    operator_steps_init(&all);
    operator_steps_append(&all, &open->steps);
    operator_steps_append(&all, steps);
    edit->is_dry = true;
    td_err err = carry_out(fiber, edit, &all); /* does not wait: it is dry */
    operator_steps_fini(&all);
    if (err == TD_OK && !is_dry)
        operator_steps_append(&open->steps, steps);
    edit->outcome->steps = open->steps.count;
    return err;
}

static td_err do_records(struct fiber *fiber, struct edit *edit)
{
    struct operator_pending *open =
        operator_pending_find(edit->server, edit->zone->name, edit->author);
    struct operator_steps steps;

    operator_steps_init(&steps);
    td_err err = operator_steps_read(&steps, edit->action, edit->call, edit->zone->zone.entry->name,
                                     &edit->outcome->diag);
    if (err == TD_OK && open != NULL && edit->action != CONTROL_EDIT_APPLY)
        err = collect(fiber, edit, open, &steps);
    else if (err == TD_OK)
        err = carry_out(fiber, edit, &steps);
    operator_steps_fini(&steps);
    return err;
}

/* ---- taking a change back ---- */

static td_err do_revert(struct fiber *fiber, struct edit *edit)
{
    struct td_buf reason = { .data = NULL };
    struct operator_steps steps;
    uint32_t serial;

    if (!control_number_read(edit->call->serial, &serial)) {
        td_diag_say(&edit->outcome->diag, "'%s' is not a serial", edit->call->serial);
        return TD_E_MALFORMED;
    }
    operator_steps_init(&steps);
    steps.is_strict = true;
    td_buf_printf(&reason, "revert %u", serial);
    if (edit->reason != NULL)
        td_buf_printf(&reason, ": %s", edit->reason);
    edit->reason = reason.data;
    td_err err = operator_past_undo(edit->server, edit->zone, serial, &steps, &edit->outcome->diag);
    if (err == TD_OK)
        err = carry_out(fiber, edit, &steps);
    operator_steps_fini(&steps);
    td_buf_fini(&reason);
    return err;
}

/* ---- transactions ---- */

static td_err no_transaction(struct edit *edit)
{
    td_diag_say(&edit->outcome->diag,
                "%s has no transaction of '%s': 'tandem zone begin' opens one", edit->author,
                edit->zone->name);
    return TD_E_EXISTS;
}

static td_err do_begin(struct edit *edit, struct operator_pending *open)
{
    if (open != NULL) {
        td_diag_say(&edit->outcome->diag,
                    "%s has a transaction of '%s' already, with %u steps: commit or abort it",
                    edit->author, edit->zone->name, open->steps.count);
        return TD_E_EXISTS;
    }
    edit->outcome->change.serial_from = edit->zone->zone.newest->serial;
    edit->outcome->is_open = !edit->is_dry;
    edit->outcome->note = edit->is_dry ? "a transaction would be begun" : NULL;
    if (edit->is_dry)
        return TD_OK;
    open = operator_pending_new(edit->server, edit->zone->name, edit->author);
    if (open == NULL) {
        td_diag_say(&edit->outcome->diag, "there are %d transactions already",
                    OPERATOR_PENDING_MAX);
        return TD_E_LIMIT;
    }
    open->serial_seen = edit->zone->zone.newest->serial;
    open->reason = edit->reason == NULL ? NULL : td_strdup(edit->reason);
    return TD_OK;
}

/* What others did meanwhile must have been seen by whoever commits. */
static td_err do_commit(struct fiber *fiber, struct edit *edit, struct operator_pending *open)
{
    char *zone = td_strdup(open->zone);
    struct control_outcome *outcome = edit->outcome;

    if (!edit->if_serial.is_given && !edit->call->force)
        edit->if_serial = (struct control_number){ true, open->serial_seen };
    if (edit->reason == NULL)
        edit->reason = open->reason;
    outcome->steps = open->steps.count;
    td_err err = carry_out(fiber, edit, &open->steps);
    /* It may have been aborted, and the zone removed, while this has waited. */
    open = operator_pending_find(edit->server, zone, edit->author);
    free(zone);
    if (open != NULL && (err == TD_OK || err == TD_E_REFUSED) && !edit->is_dry)
        operator_pending_drop(edit->server, open);
    else if (outcome->is_other_serial)
        td_diag_say(
            &outcome->diag,
            "the zone has serial %u by now, not %u: look at 'tandem zone diff', then commit "
            "with --force, or abort",
            outcome->change.serial_from, edit->if_serial.value);
    return err;
}

static td_err do_transaction(struct fiber *fiber, struct edit *edit)
{
    struct operator_pending *open =
        operator_pending_find(edit->server, edit->zone->name, edit->author);

    if (edit->action == CONTROL_EDIT_BEGIN)
        return do_begin(edit, open);
    if (open == NULL)
        return no_transaction(edit);
    edit->outcome->steps = open->steps.count;
    if (edit->action == CONTROL_EDIT_COMMIT)
        return do_commit(fiber, edit, open);
    if (edit->action == CONTROL_EDIT_ABORT) {
        if (!edit->is_dry)
            operator_pending_drop(edit->server, open);
        return TD_OK;
    }
    edit->is_dry = true;
    return carry_out(fiber, edit, &open->steps);
}

/* ---- what the brake holds ---- */

static td_err do_release(struct fiber *fiber, struct edit *edit)
{
    struct operator_held held;

    if (!operator_held_read(edit->server, edit->zone, &edit->outcome->arena, &held))
        return TD_E_UNSUPPORTED; /* perhaps of a file */
    edit->author = held.by;
    edit->reason = held.reason;
    edit->is_released = true;
    edit->is_from_api = held.is_from_api;
    td_err err = TD_OK;
    if (edit->call->abort) {
        edit->outcome->note = edit->is_dry ? "it would be given up" : "it is given up";
        edit->outcome->change.serial_from = edit->zone->zone.newest->serial;
        if (!edit->is_dry)
            err = operator_held_give_up(fiber, edit->server, edit->zone, &edit->outcome->diag);
    } else {
        err = carry_out(fiber, edit, &held.steps);
    }
    operator_steps_fini(&held.steps);
    return err;
}

/* ---- the whole ---- */

static td_err do_edit(struct fiber *fiber, struct server *server, void *argument)
{
    struct edit *edit = argument;
    struct control_change *change = &edit->outcome->change;

    edit->server = server;
    td_err err = operator_find_zone(server, edit->call->zone, &edit->zone, &edit->outcome->diag);
    if (err != TD_OK)
        return err;
    switch (edit->action) {
    case CONTROL_EDIT_ADD:
    case CONTROL_EDIT_REMOVE:
    case CONTROL_EDIT_SET:
    case CONTROL_EDIT_APPLY:
        err = do_records(fiber, edit);
        break;
    case CONTROL_EDIT_REVERT:
        err = do_revert(fiber, edit);
        break;
    case CONTROL_EDIT_BEGIN:
    case CONTROL_EDIT_DIFF:
    case CONTROL_EDIT_COMMIT:
    case CONTROL_EDIT_ABORT:
        err = do_transaction(fiber, edit);
        break;
    case CONTROL_EDIT_RELEASE:
        err = do_release(fiber, edit);
        break;
    }
    change->author = edit->author;
    change->origin = change_origin_text(edit->is_from_api ? CHANGE_API : CHANGE_COMMAND);
    return err;
}

td_err operator_edit(void *context, enum control_edit_action action,
                     const struct control_call *call, struct control_outcome *ret_outcome)
{
    struct edit edit = {
        .action = action,
        .call = call,
        .outcome = ret_outcome,
        .author = call->author == NULL ? "unknown" : call->author,
        .reason = call->reason,
        .is_from_api = call->is_from_api,
        .is_dry = call->dry_run,
        .if_serial = call->if_serial,
    };

    *ret_outcome = (struct control_outcome){ .steps = 0 };
    td_arena_init(&ret_outcome->arena, 0);
    return operator_ask(context, do_edit, &edit);
}
