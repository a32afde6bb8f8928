/*
 * What was: pages of the log, one change, the difference of two serials, and who put a record where
 * it is.
 */
#include <string.h>

#include "control/words.h"
#include "operator/fold.h"
#include "operator/past.h"
#include "text/print.h"
#include "wire/rrtype.h"

enum { PAGE_DEFAULT = 20, PAGE_MAX = 10000 };

struct look {
    enum control_history_kind kind;
    const struct control_call *call;
    struct control_history *history;
    struct operator_past past;
    /* Of a difference. */
    struct operator_span span;
    uint32_t serials[2];
    bool is_backward;
};

/* ---- telling ---- */

static struct control_past *new_items(struct look *look, size_t count)
{
    look->history->items =
        td_arena_zalloc(&look->history->arena, (count + 1) * sizeof(*look->history->items));
    return look->history->items;
}

static const char *copy_text(struct td_arena *arena, const char *text)
{
    return text == NULL ? NULL : td_arena_strdup(arena, text);
}

/* What the index has. */
static void tell_indexed(const struct store_log_change *change, struct control_change *ret_change)
{
    bool is_break = change->flags & STORE_LOG_BREAK;

    *ret_change = (struct control_change){
        .serial_from = change->serial_from,
        .serial_to = change->serial_to,
        .time_s = change->time_s,
        /* The SOAs are counted there. */
        .removed_count = is_break || change->removed == 0 ? 0 : change->removed - 1,
        .added_count = is_break || change->added == 0 ? 0 : change->added - 1,
        .is_break = is_break,
    };
}

/* Besides, who and why; with the records when they are wanted. */
static void tell(struct look *look, const struct store_log_change *change, bool wants_records,
                 struct control_change *ret_change)
{
    struct td_arena *arena = &look->history->arena;
    struct changeset changeset;
    struct td_diag diag;

    tell_indexed(change, ret_change);
    if (operator_past_read(&look->past, change, &changeset, &diag) != TD_OK) {
        ret_change->is_damaged = true;
        return;
    }
    ret_change->author = copy_text(arena, changeset.author);
    ret_change->reason = copy_text(arena, changeset.reason);
    ret_change->origin = change_origin_text(changeset.origin);
    if (!wants_records)
        return;
    ret_change->removed = operator_record_texts(arena, changeset.removed, changeset.removed_count,
                                                &ret_change->removed_count);
    ret_change->added = operator_record_texts(arena, changeset.added, changeset.added_count,
                                              &ret_change->added_count);
}

/* ---- log ---- */

static td_err read_serial(struct look *look, const char *text, uint32_t *ret_serial)
{
    if (text != NULL && control_number_read(text, ret_serial))
        return TD_OK;
    td_diag_say(&look->history->diag, "'%s' is not a serial", text == NULL ? "" : text);
    return TD_E_MALFORMED;
}

/* Where the page begins: the sequence behind its newest change. */
static td_err page_start(struct look *look, uint64_t *ret_sequence)
{
    uint32_t before = look->call->before.value;
    bool is_origin;

    *ret_sequence = UINT64_MAX;
    if (!look->call->before.is_given)
        return TD_OK;
    const struct store_log_change *change = operator_past_find(&look->past, before, &is_origin);
    if (change == NULL && !is_origin)
        return operator_past_none(&look->past, before, &look->history->diag);
    *ret_sequence = change == NULL ? 0 : change->sequence;
    return TD_OK;
}

static td_err do_log(struct fiber *fiber, struct look *look)
{
    uint32_t max = look->call->max.is_given ? look->call->max.value : PAGE_DEFAULT;
    uint64_t sequence;
    size_t total;

    td_err err = page_start(look, &sequence);
    if (err != TD_OK)
        return err;
    max = max > PAGE_MAX ? PAGE_MAX : max;
    operator_past_all(&look->past, &total);
    look->history->total = total;
    struct control_past *items = new_items(look, max);
    while (look->history->count < max) {
        const struct store_log_change *change = operator_past_next(&look->past, sequence, true);
        if (change == NULL)
            break;
        sequence = change->sequence;
        struct control_past *item = &items[look->history->count++];
        item->is_known = true;
        tell(look, change, false, &item->change);
        err = operator_past_yield(fiber, &look->past);
        if (err != TD_OK)
            return err;
    }
    look->history->has_more = operator_past_next(&look->past, sequence, true) != NULL;
    return TD_OK;
}

/* ---- show and diff ---- */

static td_err do_show(struct look *look)
{
    uint32_t serial;
    bool is_origin;

    td_err err = read_serial(look, look->call->serial, &serial);
    if (err != TD_OK)
        return err;
    const struct store_log_change *change = operator_past_find(&look->past, serial, &is_origin);
    if (change == NULL)
        return operator_past_none(&look->past, serial, &look->history->diag);
    struct control_past *item = new_items(look, 1);
    look->history->count = 1;
    item->is_known = true;
    tell(look, change, true, &item->change);
    return TD_OK;
}

/* The sequence of the change that led to the serial; 0 when it is before the oldest. */
static td_err find_sequence(struct look *look, uint32_t serial, uint64_t *ret_sequence)
{
    bool is_origin;
    const struct store_log_change *change = operator_past_find(&look->past, serial, &is_origin);

    if (change == NULL && !is_origin)
        return operator_past_none(&look->past, serial, &look->history->diag);
    *ret_sequence = change == NULL ? 0 : change->sequence;
    return TD_OK;
}

static void tell_fold(struct look *look, const struct change_fold *fold)
{
    struct td_arena *arena = &look->history->arena;
    bool is_backward = look->is_backward;
    struct control_change *change = &new_items(look, 1)->change;

    look->history->count = 1;
    change->serial_from = look->serials[0];
    change->serial_to = look->serials[1];
    change->removed = operator_record_texts(arena, is_backward ? fold->added : fold->removed,
                                            is_backward ? fold->added_count : fold->removed_count,
                                            &change->removed_count);
    change->added = operator_record_texts(arena, is_backward ? fold->removed : fold->added,
                                          is_backward ? fold->removed_count : fold->added_count,
                                          &change->added_count);
}

/* Where the two serials are; the rest is not the main world's. */
static td_err find_span(struct look *look)
{
    uint64_t at[2];

    td_err err = read_serial(look, look->call->serial, &look->serials[0]);
    if (err == TD_OK)
        err = read_serial(look, look->call->serial_to, &look->serials[1]);
    for (unsigned i = 0; i < 2 && err == TD_OK; i++)
        err = find_sequence(look, look->serials[i], &at[i]);
    if (err != TD_OK)
        return err;
    look->is_backward = at[0] > at[1];
    look->span = (struct operator_span){
        .from = at[look->is_backward],
        .to = at[!look->is_backward],
        .serial = look->serials[look->is_backward],
    };
    return TD_OK;
}

static td_err tell_difference(void *context, struct look *look)
{
    struct change_fold fold;

    change_fold_init(&fold);
    td_err err = operator_fold(context, look->call->zone, &look->span, &fold, &look->history->diag);
    if (err == TD_OK)
        tell_fold(look, &fold);
    change_fold_fini(&fold);
    return err;
}

/* ---- blame ---- */

/* The records of a set that nobody has been found for yet. */
struct blame {
    struct wire_name owner;
    uint16_t type;
    uint32_t open;
    struct wire_rdata *records; /* octets NULL: found */
};

static td_err read_set(struct look *look, const struct zone_version *version, struct blame *blame)
{
    struct control_history *history = look->history;
    const struct control_call *call = look->call;
    size_t size = strlen(call->owner);
    bool is_absolute = size > 0 && call->owner[size - 1] == '.';
    struct wire_name front;
    struct td_buf text = { .data = NULL };
    size_t at = 0;

    td_err err = strcmp(call->owner, "@") == 0 ? wire_name_from_text(".", &front)
                                               : wire_name_from_text(call->owner, &front);
    if (err == TD_OK && is_absolute)
        blame->owner = front;
    else if (err == TD_OK)
        err = wire_name_concat(front.octets, zone_version_name(version), &blame->owner);
    if (err == TD_OK)
        err = wire_rrtype_find(call->type, strlen(call->type), &blame->type);
    if (err != TD_OK) {
        td_diag_say(&history->diag, "'%s %s' is not a name and a type", call->owner, call->type);
        return TD_E_MALFORMED;
    }
    const struct wire_rrset *set = operator_find_set(version, blame->owner.octets, blame->type);
    if (set == NULL) {
        td_diag_say(&history->diag, "there are no such records");
        return TD_E_INVALID;
    }
    blame->records = td_arena_alloc(&history->arena, set->count * sizeof(*blame->records));
    struct control_past *items = new_items(look, set->count);
    for (; blame->open < set->count; blame->open++) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        td_buf_clear(&text);
        text_print_record(&text, blame->owner.octets, set->ttl, set->type, rdata.octets,
                          rdata.size);
        items[blame->open].record = td_arena_strdup(&history->arena, text.data);
        blame->records[blame->open].octets =
            td_arena_memdup(&history->arena, rdata.octets, rdata.size);
        blame->records[blame->open].size = rdata.size;
    }
    td_buf_fini(&text);
    history->count = blame->open;
    return TD_OK;
}

/* Is it one of those? Then this change put it there. */
static void blame_record(struct look *look, struct blame *blame, const struct change_record *record,
                         const struct control_change *change)
{
    if (record->type != blame->type || wire_name_compare(record->owner, blame->owner.octets) != 0)
        return;
    for (size_t i = 0; i < look->history->count; i++) {
        struct wire_rdata *rdata = &blame->records[i];
        struct control_past *item = &look->history->items[i];
        if (rdata->octets == NULL || rdata->size != record->rdata_size ||
            memcmp(rdata->octets, record->rdata, rdata->size) != 0)
            continue;
        rdata->octets = NULL;
        item->is_known = true;
        item->change = *change;
        item->change.author = copy_text(&look->history->arena, change->author);
        item->change.reason = copy_text(&look->history->arena, change->reason);
        blame->open--;
        return;
    }
}

static void blame_change(struct look *look, struct blame *blame,
                         const struct store_log_change *indexed)
{
    struct control_change change;
    struct changeset changeset;
    struct td_diag diag;

    tell_indexed(indexed, &change);
    if (operator_past_read(&look->past, indexed, &changeset, &diag) != TD_OK)
        return;
    change.author = changeset.author;
    change.reason = changeset.reason;
    change.origin = change_origin_text(changeset.origin);
    for (uint32_t i = 0; i < changeset.added_count && blame->open != 0; i++)
        blame_record(look, blame, &changeset.added[i], &change);
}

static td_err do_blame(struct fiber *fiber, struct look *look, const struct registry_zone *zone)
{
    struct blame blame = { .open = 0 };
    uint64_t sequence = UINT64_MAX;

    td_err err = read_set(look, zone->zone.newest, &blame);
    while (err == TD_OK && blame.open != 0) {
        const struct store_log_change *change = operator_past_next(&look->past, sequence, true);
        if (change == NULL)
            break;
        sequence = change->sequence;
        blame_change(look, &blame, change);
        if (change->flags & STORE_LOG_BREAK)
            break; /* what is older is of another zone */
        err = operator_past_yield(fiber, &look->past);
    }
    return err;
}

/* ---- the whole ---- */

static td_err do_look(struct fiber *fiber, struct server *server, void *argument)
{
    struct look *look = argument;
    struct registry_zone *zone = registry_find(server->registry, look->call->zone);

    td_err err = TD_OK;
    if (look->kind == CONTROL_HISTORY_BLAME || zone == NULL)
        err = operator_find_zone(server, look->call->zone, &zone, &look->history->diag);
    if (err != TD_OK)
        return err;
    operator_past_init(&look->past, server, zone);
    switch (look->kind) {
    case CONTROL_HISTORY_LOG:
        err = do_log(fiber, look);
        break;
    case CONTROL_HISTORY_SHOW:
        err = do_show(look);
        break;
    case CONTROL_HISTORY_DIFF:
        err = find_span(look);
        break;
    case CONTROL_HISTORY_BLAME:
        err = do_blame(fiber, look, zone);
        break;
    }
    operator_past_fini(&look->past);
    return err;
}

td_err operator_history(void *context, enum control_history_kind kind,
                        const struct control_call *call, struct control_history *ret_history)
{
    struct look look = { .kind = kind, .call = call, .history = ret_history };

    *ret_history = (struct control_history){ .count = 0 };
    td_arena_init(&ret_history->arena, 0);
    td_err err = operator_ask(context, do_look, &look);
    if (err == TD_OK && kind == CONTROL_HISTORY_DIFF)
        err = tell_difference(context, &look);
    return err;
}
