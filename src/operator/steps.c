#include "operator/steps.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "operator/internal.h"
#include "text/print.h"
#include "text/single.h"
#include "wire/name.h"
#include "wire/rrtype.h"

void operator_steps_init(struct operator_steps *steps)
{
    *steps = (struct operator_steps){ .items = NULL };
    td_arena_init(&steps->arena, 0);
}

void operator_steps_fini(struct operator_steps *steps)
{
    free(steps->items);
    td_arena_fini(&steps->arena);
}

td_err operator_steps_add(struct operator_steps *steps, const struct operator_step *step)
{
    struct operator_step kept = *step;

    if (steps->count >= OPERATOR_STEPS_MAX)
        return TD_E_LIMIT;
    kept.owner = td_arena_memdup(&steps->arena, step->owner, wire_name_size(step->owner));
    if (step->rdata != NULL)
        kept.rdata = td_arena_memdup(&steps->arena, step->rdata, step->rdata_size);
    td_grow(steps->items, steps->count, steps->capacity);
    steps->items[steps->count++] = kept;
    return TD_OK;
}

void operator_steps_append(struct operator_steps *steps, const struct operator_steps *more)
{
    for (uint32_t i = 0; i < more->count; i++) {
        td_err err = operator_steps_add(steps, &more->items[i]);
        (void)err; /* the caller has counted */
    }
}

/* ---- reading ---- */

/* Relative to the zone, unless it ends with a dot; "@" is the apex. */
static td_err read_owner(const char *text, const uint8_t *apex, struct wire_name *ret_owner,
                         struct td_diag *diag)
{
    struct wire_name front;
    size_t size = strlen(text);
    bool is_absolute = size > 0 && text[size - 1] == '.' && (size < 2 || text[size - 2] != '\\');

    if (strcmp(text, "@") == 0) {
        wire_name_set(ret_owner, apex);
        return TD_OK;
    }
    td_err err = size == 0 ? TD_E_MALFORMED : wire_name_from_text(text, &front);
    if (err == TD_OK && is_absolute)
        *ret_owner = front;
    else if (err == TD_OK)
        err = wire_name_concat(front.octets, apex, ret_owner);
    if (err != TD_OK) {
        td_diag_say(diag, "'%s' is not a domain name", text);
        return TD_E_MALFORMED;
    }
    if (wire_name_is_subdomain(ret_owner->octets, ret_owner->size, apex, wire_name_size(apex)))
        return TD_OK;
    td_diag_say(diag, "'%s' is not in the zone; a name without a last dot is relative to it", text);
    return TD_E_MALFORMED;
}

static td_err read_type(const char *text, size_t size, uint16_t *ret_type, struct td_diag *diag)
{
    if (wire_rrtype_find(text, size, ret_type) == TD_OK && wire_rrtype_is_data(*ret_type))
        return TD_OK;
    td_diag_say(diag, "'%.*s' is not a type of records", (int)size, text);
    return TD_E_MALFORMED;
}

static td_err add(struct operator_steps *steps, const struct operator_step *step,
                  struct td_diag *diag)
{
    td_err err = operator_steps_add(steps, step);

    if (err != TD_OK)
        td_diag_say(diag, "more than %d records at once", OPERATOR_STEPS_MAX);
    return err;
}

/* Each text of the call is the data of a record. */
static td_err read_rdata(struct operator_steps *steps, struct operator_step *step,
                         const struct control_call *call, const uint8_t *apex, struct td_diag *diag)
{
    td_err err = TD_OK;

    for (size_t i = 0; i < call->rdata.count && err == TD_OK; i++) {
        const char *text = call->rdata.items[i];
        uint8_t *rdata;
        size_t size;
        err = text_single_rdata(step->type, text, strlen(text), apex, &rdata, &size, diag);
        if (err != TD_OK)
            return err;
        step->rdata = rdata;
        step->rdata_size = (uint16_t)size;
        err = add(steps, step, diag);
        free(rdata);
    }
    return err;
}

static td_err read_record(struct operator_steps *steps, enum control_edit_action action,
                          const struct control_call *call, const uint8_t *apex,
                          struct td_diag *diag)
{
    struct operator_step step = {
        .kind = action == CONTROL_EDIT_REMOVE ? OPERATOR_STEP_REMOVE : OPERATOR_STEP_ADD,
        .has_ttl = call->ttl.is_given,
        .ttl = call->ttl.value,
    };
    struct wire_name owner;

    td_err err = read_owner(call->owner, apex, &owner, diag);
    if (err == TD_OK)
        err = read_type(call->type == NULL ? "" : call->type,
                        call->type == NULL ? 0 : strlen(call->type), &step.type, diag);
    if (err != TD_OK)
        return err;
    step.owner = owner.octets;
    if (call->rdata.count == 0 && action != CONTROL_EDIT_REMOVE) {
        td_diag_say(diag, "the data of the record is missing");
        return TD_E_MALFORMED;
    }
    if (action == CONTROL_EDIT_SET || call->rdata.count == 0) {
        struct operator_step clear = step;
        clear.kind =
            action == CONTROL_EDIT_SET ? OPERATOR_STEP_CLEAR_SET : OPERATOR_STEP_REMOVE_SET;
        err = add(steps, &clear, diag);
    }
    return err == TD_OK ? read_rdata(steps, &step, call, apex, diag) : err;
}

/* "-OWNER TYPE": a whole set. False: it is something else. */
static bool read_whole_set(const char *line, const uint8_t *apex, struct operator_step *step,
                           struct wire_name *owner)
{
    char name[WIRE_NAME_TEXT_SIZE];
    struct td_diag diag;
    size_t size = strcspn(line, " \t");
    const char *type = line + size + strspn(line + size, " \t");
    size_t type_size = strcspn(type, " \t");

    if (size >= sizeof(name) || type_size == 0 || type[type_size] != '\0')
        return false;
    memcpy(name, line, size);
    name[size] = '\0';
    step->kind = OPERATOR_STEP_REMOVE_SET;
    return read_owner(name, apex, owner, &diag) == TD_OK &&
           read_type(type, type_size, &step->type, &diag) == TD_OK;
}

/* A line of a difference: '+' or '-', then a record as in a zone file. */
static td_err read_line(struct operator_steps *steps, const char *line, const uint8_t *apex,
                        struct td_diag *diag)
{
    struct operator_step step = { .kind = OPERATOR_STEP_ADD };
    struct text_single single;
    struct wire_name owner;

    if (line[0] != '+' && line[0] != '-') {
        td_diag_say(diag, "a line begins with '+' or '-', not so '%s'", line);
        return TD_E_MALFORMED;
    }
    if (line[0] == '-' && read_whole_set(line + 1, apex, &step, &owner)) {
        step.owner = owner.octets;
        return add(steps, &step, diag);
    }
    td_err err = text_single_parse(line + 1, strlen(line + 1), apex, 0, &single, diag);
    if (err != TD_OK)
        return err;
    step.kind = line[0] == '+' ? OPERATOR_STEP_ADD : OPERATOR_STEP_REMOVE;
    step.owner = single.owner.octets;
    step.type = single.type;
    step.has_ttl = single.has_ttl;
    step.ttl = single.ttl;
    step.rdata = single.rdata;
    step.rdata_size = (uint16_t)single.rdata_size;
    err = add(steps, &step, diag);
    text_single_fini(&single);
    return err;
}

td_err operator_steps_read(struct operator_steps *steps, enum control_edit_action action,
                           const struct control_call *call, const uint8_t *apex,
                           struct td_diag *diag)
{
    td_err err = TD_OK;

    if (action != CONTROL_EDIT_APPLY)
        return read_record(steps, action, call, apex, diag);
    for (size_t i = 0; i < call->lines.count && err == TD_OK; i++)
        if (call->lines.items[i][0] != '\0')
            err = read_line(steps, call->lines.items[i], apex, diag);
    return err;
}

/* ---- doing ---- */

/* What the steps of one set hand on. */
struct progress {
    struct change_draft *draft;
    struct td_buf *conflicts;
    uint32_t conflict_count;
    bool has_kept; /* a set was cleared: its TTL is that of what comes in its place */
    uint32_t ttl_kept;
};

static void conflict(struct progress *progress, const struct operator_step *step, const char *why)
{
    char type[WIRE_RRTYPE_MNEMONIC_SIZE];

    if (progress->conflict_count++ >= CONTROL_CONFLICTS_MAX)
        return;
    td_buf_printf(progress->conflicts, "%s", why);
    if (step->rdata != NULL) {
        text_print_record(progress->conflicts, step->owner, step->ttl, step->type, step->rdata,
                          step->rdata_size);
    } else {
        text_print_name(progress->conflicts, step->owner);
        td_buf_printf(progress->conflicts, " %s", wire_rrtype_format(step->type, type));
    }
    td_buf_add_char(progress->conflicts, '\n');
}

static td_err clear_set(struct progress *progress, const struct operator_step *step)
{
    const struct wire_rrset *set;
    td_err err = TD_OK;

    while (err == TD_OK && (set = operator_find_set(change_draft_view(progress->draft), step->owner,
                                                    step->type)) != NULL) {
        struct wire_rdata rdata = wire_rrset_first(set);
        progress->has_kept = true;
        progress->ttl_kept = set->ttl;
        if (step->type == WIRE_TYPE_SOA)
            return TD_OK; /* another one takes its place */
        uint8_t *copy = td_memdup(rdata.octets, rdata.size);
        err = change_draft_remove(progress->draft, step->owner, step->type, copy, rdata.size);
        free(copy);
    }
    return err;
}

/* The TTL that a record gets when none was given. */
static uint32_t ttl_of(const struct progress *progress, const struct operator_step *step)
{
    const struct zone_version *view = change_draft_view(progress->draft);
    const struct wire_rrset *set = operator_find_set(view, step->owner, step->type);

    if (step->has_ttl)
        return step->ttl;
    if (set != NULL)
        return set->ttl;
    if (progress->has_kept)
        return progress->ttl_kept;
    return zone_node_set(view, zone_version_apex(view), WIRE_TYPE_SOA)->ttl;
}

static td_err do_step(struct progress *progress, const struct operator_step *step)
{
    bool is_absent;

    switch (step->kind) {
    case OPERATOR_STEP_ADD:
        return change_draft_add(progress->draft, step->owner, step->type, ttl_of(progress, step),
                                step->rdata, step->rdata_size);
    case OPERATOR_STEP_REMOVE:
        return change_draft_remove(progress->draft, step->owner, step->type, step->rdata,
                                   step->rdata_size);
    case OPERATOR_STEP_REMOVE_SET:
    case OPERATOR_STEP_CLEAR_SET:
        is_absent =
            operator_find_set(change_draft_view(progress->draft), step->owner, step->type) == NULL;
        if (is_absent)
            return step->kind == OPERATOR_STEP_CLEAR_SET ? TD_OK : TD_E_NOT_FOUND;
        if (step->kind == OPERATOR_STEP_REMOVE_SET && step->type == WIRE_TYPE_SOA)
            return TD_E_INVALID;
        return clear_set(progress, step);
    }
    return TD_E_INVALID;
}

td_err operator_steps_do(const struct operator_steps *steps, struct change_draft *draft,
                         struct td_buf *conflicts, struct td_diag *diag)
{
    struct progress progress = { .draft = draft, .conflicts = conflicts };

    for (uint32_t i = 0; i < steps->count; i++) {
        const struct operator_step *step = &steps->items[i];
        const struct operator_step *before = i == 0 ? NULL : step - 1;
        if (before == NULL || before->type != step->type ||
            wire_name_compare(before->owner, step->owner) != 0)
            progress.has_kept = false;
        td_err err = do_step(&progress, step);
        if (err == TD_E_NOT_FOUND)
            conflict(&progress, step, "is not there: ");
        else if (err == TD_E_EXISTS && steps->is_strict)
            conflict(&progress, step, "is there already: ");
        else if (err == TD_E_INVALID)
            conflict(&progress, step,
                     step->type == WIRE_TYPE_SOA ? "cannot be removed, only set: "
                                                 : "is not in the zone: ");
        else if (err != TD_OK && err != TD_E_EXISTS) {
            td_diag_say(diag, "a set, or the change, has too many records");
            return TD_E_LIMIT;
        }
    }
    if (progress.conflict_count == 0)
        return TD_OK;
    td_diag_say(diag, "%u of the records do not fit the zone as it is now",
                progress.conflict_count);
    return TD_E_CONFLICT;
}
