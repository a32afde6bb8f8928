#include "operator/past.h"

#include <string.h>

#include "change/encode.h"
#include "wire/rrtype.h"

/* How long the main world is kept. What is not in memory takes a read of the disk as long as that.
 */
enum { SLICE_US = 1000, SOA_NUMBERS_SIZE = 20 };

void operator_past_init(struct operator_past *past, struct server *server,
                        const struct registry_zone *zone)
{
    const struct zone_entry *entry = zone->zone.entry;

    *past = (struct operator_past){ .server = server, .apex_size = entry->name_size };
    memcpy(past->apex, entry->name, entry->name_size);
    td_arena_init(&past->arena, 0);
}

void operator_past_fini(struct operator_past *past)
{
    td_buf_fini(&past->octets);
    td_arena_fini(&past->arena);
}

const struct store_log_change *operator_past_all(const struct operator_past *past,
                                                 size_t *ret_count)
{
    return store_log_changes(registry_log(past->server->registry), past->apex, past->apex_size,
                             ret_count);
}

const struct store_log_change *operator_past_next(const struct operator_past *past,
                                                  uint64_t sequence, bool is_older)
{
    size_t count;
    const struct store_log_change *all = operator_past_all(past, &count);
    size_t from = store_log_behind(all, count, is_older ? sequence - 1 : sequence);

    if (is_older)
        return from == 0 ? NULL : &all[from - 1];
    return from == count ? NULL : &all[from];
}

const struct store_log_change *operator_past_find(const struct operator_past *past, uint32_t serial,
                                                  bool *ret_is_origin)
{
    size_t count;
    const struct store_log_change *all = operator_past_all(past, &count);

    const struct store_log_change *found =
        store_log_find(registry_log(past->server->registry), past->apex, past->apex_size, serial);

    *ret_is_origin = found == NULL && count != 0 && all[0].serial_from == serial &&
                     (all[0].flags & STORE_LOG_BREAK) == 0;
    return found;
}

td_err operator_past_read(struct operator_past *past, const struct store_log_change *change,
                          struct changeset *ret_changeset, struct td_diag *diag)
{
    td_buf_clear(&past->octets);
    td_arena_reset(&past->arena);
    td_err err = store_log_read(registry_log(past->server->registry), change, &past->octets, diag);
    if (err != TD_OK)
        return err;
    err = change_decode((const uint8_t *)past->octets.data, past->octets.size, &past->arena,
                        ret_changeset);
    if (err != TD_OK) {
        td_diag_say(diag, "the change from serial %u to %u is damaged in the log",
                    change->serial_from, change->serial_to);
        return err;
    }
    ret_changeset->time_s = change->time_s;
    ret_changeset->serial_from = change->serial_from;
    ret_changeset->serial_to = change->serial_to;
    return TD_OK;
}

td_err operator_past_yield(struct fiber *fiber, struct operator_past *past)
{
    struct io *io = past->server->io;

    uint64_t now_ns = io_clock_read_ns(io);
    if (past->slice_ns == 0)
        past->slice_ns = now_ns;
    if (now_ns - past->slice_ns < SLICE_US * (uint64_t)1000)
        return TD_OK;
    if (past->server->wants_stop)
        return TD_E_CLOSED;
    td_err err = io_fiber_yield(fiber);
    past->slice_ns = io_clock_read_ns(io);
    return err;
}

td_err operator_past_none(const struct operator_past *past, uint32_t serial, struct td_diag *diag)
{
    size_t count;
    const struct store_log_change *all = operator_past_all(past, &count);

    if (count == 0)
        td_diag_say(diag, "serial %u is not in the history: the zone has none yet", serial);
    else
        td_diag_say(diag, "serial %u is not in the history, which goes from %u to %u", serial,
                    all[0].serial_from == 0 ? all[0].serial_to : all[0].serial_from,
                    all[count - 1].serial_to);
    return TD_E_INVALID;
}

/* ---- undoing one ---- */

static td_err add_records(struct operator_steps *steps, enum operator_step_kind kind,
                          const struct change_record *records, uint32_t count)
{
    td_err err = TD_OK;

    for (uint32_t i = 0; i < count && err == TD_OK; i++) {
        const struct change_record *record = &records[i];
        struct operator_step step = {
            .kind = kind,
            .has_ttl = true,
            .ttl = record->ttl,
            .type = record->type,
            .owner = record->owner,
            .rdata = record->rdata,
            .rdata_size = record->rdata_size,
        };
        if (record->type != WIRE_TYPE_SOA)
            err = operator_steps_add(steps, &step);
    }
    return err;
}

/* An SOA that was changed besides its serial comes back, with a new one. */
static td_err add_soa(struct operator_steps *steps, const struct changeset *changeset)
{
    const struct change_record *before = &changeset->removed[0];
    const struct change_record *after = &changeset->added[0];
    struct operator_step step = { .kind = OPERATOR_STEP_ADD, .has_ttl = true };

    if (changeset->removed_count == 0 || changeset->added_count == 0 ||
        before->type != WIRE_TYPE_SOA || after->type != WIRE_TYPE_SOA)
        return TD_OK;
    size_t names = (size_t)(before->rdata_size - SOA_NUMBERS_SIZE);
    if (before->ttl == after->ttl && before->rdata_size == after->rdata_size &&
        memcmp(before->rdata, after->rdata, names) == 0 &&
        memcmp(before->rdata + names + 4, after->rdata + names + 4, SOA_NUMBERS_SIZE - 4) == 0)
        return TD_OK;
    step.type = WIRE_TYPE_SOA;
    step.ttl = before->ttl;
    step.owner = before->owner;
    step.rdata = before->rdata;
    step.rdata_size = before->rdata_size;
    return operator_steps_add(steps, &step);
}

static td_err undo(struct operator_past *past, uint32_t serial, struct operator_steps *steps,
                   struct td_diag *diag)
{
    struct changeset changeset;
    bool is_origin;

    const struct store_log_change *change = operator_past_find(past, serial, &is_origin);
    if (change == NULL)
        return operator_past_none(past, serial, diag);
    if (change->flags & STORE_LOG_BREAK) {
        td_diag_say(diag,
                    "the change to serial %u replaced the zone as a whole: it cannot be undone",
                    serial);
        return TD_E_INVALID;
    }
    td_err err = operator_past_read(past, change, &changeset, diag);
    if (err != TD_OK)
        return TD_E_INVALID;
    err = add_records(steps, OPERATOR_STEP_REMOVE, changeset.added, changeset.added_count);
    if (err == TD_OK)
        err = add_records(steps, OPERATOR_STEP_ADD, changeset.removed, changeset.removed_count);
    if (err == TD_OK)
        err = add_soa(steps, &changeset);
    if (err != TD_OK)
        td_diag_say(diag, "the change to serial %u has more than %d records", serial,
                    OPERATOR_STEPS_MAX);
    return err;
}

td_err operator_past_undo(struct server *server, const struct registry_zone *zone, uint32_t serial,
                          struct operator_steps *steps, struct td_diag *diag)
{
    struct operator_past past;

    operator_past_init(&past, server, zone);
    td_err err = undo(&past, serial, steps, diag);
    operator_past_fini(&past);
    return err;
}
