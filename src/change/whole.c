/* Whole versions, what was there before a restart, keyed state, and the end of a zone. */
#include <string.h>

#include "base/assert.h"
#include "base/macros.h"
#include "change/internal.h"
#include "wire/rrtype.h"
#include "zone/soa.h"

const char *change_origin_text(enum change_origin origin)
{
    static const char *const texts[CHANGE_ORIGIN_COUNT] = {
        [CHANGE_FILE] = "file", [CHANGE_UPDATE] = "update",     [CHANGE_COMMAND] = "command",
        [CHANGE_API] = "api",   [CHANGE_TRANSFER] = "transfer", [CHANGE_SIGNER] = "signer",
    };

    td_assert(origin < CHANGE_ORIGIN_COUNT);
    return texts[origin];
}

struct change_record change_record_soa(const struct zone_version *version)
{
    const struct wire_rrset *soa = zone_soa(version);
    struct wire_rdata rdata = wire_rrset_first(soa);

    return (struct change_record){
        .owner = zone_version_name(version),
        .rdata = rdata.octets,
        .ttl = soa->ttl,
        .type = WIRE_TYPE_SOA,
        .rdata_size = rdata.size,
    };
}

/* The same by copy. */
static struct change_record soa_of(struct change_draft *step, const struct zone_version *version)
{
    struct change_record soa = change_record_soa(version);

    soa.owner = td_arena_memdup(&step->arena, soa.owner, zone_version_name_size(version));
    soa.rdata = td_arena_memdup(&step->arena, soa.rdata, soa.rdata_size);
    return soa;
}

static const struct change_record *behind_soa(struct change_draft *step,
                                              const struct zone_version *version,
                                              const struct change_record *records, uint32_t count)
{
    struct change_record *all = td_arena_alloc(&step->arena, (count + 1) * sizeof(*all));

    all[0] = soa_of(step, version);
    if (count != 0)
        memcpy(all + 1, records, count * sizeof(*all));
    return all;
}

/* The records are the caller's until it returns: the log gets them encoded, listeners the counts.
 */
static void take_records(struct change_draft *step, const struct zone_version *before,
                         const struct zone_version *after, const struct changeset *records)
{
    struct changeset *changeset = &step->changeset;

    changeset->removed = behind_soa(step, before, records->removed, records->removed_count);
    changeset->removed_count = records->removed_count + 1;
    changeset->added = behind_soa(step, after, records->added, records->added_count);
    changeset->added_count = records->added_count + 1;
}

struct all {
    struct change_draft *step;
    struct change_record *records;
    uint32_t count;
};

static void add_node(struct all *all, const struct zone_version *version,
                     const struct zone_node *node)
{
    const struct wire_rrset *set = zone_node_sets(version, node);
    struct wire_name name;

    zone_node_name(version, node, &name);
    const uint8_t *owner = td_arena_memdup(&all->step->arena, name.octets, name.size);
    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set)) {
        if (set->type == WIRE_TYPE_SOA)
            continue;
        for (size_t at = 0; at < set->size;) {
            struct wire_rdata rdata = wire_rrset_rdata(set, &at);
            all->records[all->count++] = (struct change_record){ .owner = owner,
                                                                 .rdata = rdata.octets,
                                                                 .ttl = set->ttl,
                                                                 .type = set->type,
                                                                 .rdata_size = rdata.size };
        }
    }
}

/* As take_records: the data are those of the version, and only lent. */
static void take_all(struct change_draft *step, const struct zone_version *version)
{
    static const enum zone_order orders[] = { ZONE_ORDER_NAMES, ZONE_ORDER_NSEC3 };
    struct all all = { .step = step };
    struct zone_walk walk;

    all.records = td_arena_alloc(&step->arena, (version->record_count + 1) * sizeof(*all.records));
    all.records[all.count++] = soa_of(step, version);
    for (size_t i = 0; i < TD_COUNT(orders); i++)
        for (const struct zone_node *node = zone_walk_first(&walk, version, orders[i]);
             node != NULL; node = zone_walk_next(&walk))
            add_node(&all, version, node);
    step->changeset.added = all.records;
    step->changeset.added_count = all.count;
}

td_err change_commit_whole(struct change_door *door, struct change_zone *zone,
                           struct zone_version *version, const struct changeset *records,
                           const struct change_about *about, struct change_wait *wait,
                           struct td_diag *diag)
{
    if (change_zone_is_busy(zone)) {
        td_diag_say(diag, "the zone is being changed");
        return TD_E_CONFLICT;
    }
    struct change_draft *step = change_step_new(door, zone);
    step->wait = wait;
    change_step_about(step, about);
    step->changeset.serial_from = zone->newest == NULL ? 0 : zone->newest->serial;
    step->changeset.serial_to = version->serial;
    if (wait != NULL) {
        wait->serial = version->serial;
        wait->is_unchanged = false;
    }
    change_batch_stage(door, zone, version);
    if (about->is_known) {
        change_batch_wait(door, step);
        return TD_OK;
    }
    if (records == NULL || zone->newest == NULL)
        step->changeset.is_break = true;
    else
        take_records(step, zone->newest, version, records);
    if (step->changeset.is_break && about->tells_all)
        take_all(step, version);
    change_step_encode(step);
    step->changeset.removed = step->changeset.added = NULL;
    change_batch_add(door, step);
    return TD_OK;
}

void change_restore(struct change_door *door, struct change_zone *zone,
                    struct zone_version *version)
{
    td_assert(zone->newest == NULL && !change_zone_is_busy(zone));
    zone->newest = version;
    zone_entry_publish(door->zones, zone->entry, version, ZONE_STATE_SERVED);
}

void change_put_state(struct change_door *door, const void *key, size_t key_size, const void *value,
                      size_t value_size, struct change_wait *wait)
{
    struct change_draft *step = change_step_new(door, NULL);

    step->wait = wait;
    if (wait != NULL)
        wait->is_unchanged = false;
    td_buf_add(&step->payload, value, value_size);
    step->entry = (struct store_log_entry){
        .kind = STORE_LOG_STATE,
        .key = td_arena_memdup(&step->arena, key, key_size),
        .key_size = (uint16_t)key_size,
        .time_s = io_wall_s(door->io),
        .octets = step->payload.data,
        .size = (uint32_t)value_size,
    };
    change_batch_add(door, step);
}

void change_put_past(struct change_door *door, const uint8_t *apex, size_t apex_size,
                     const struct change_past *past, struct change_wait *wait)
{
    struct change_draft *step = change_step_new(door, NULL);

    step->wait = wait;
    step->entry = (struct store_log_entry){
        .kind = STORE_LOG_CHANGE,
        .key = td_arena_memdup(&step->arena, apex, apex_size),
        .key_size = (uint16_t)apex_size,
        .serial_from = past->serial_from,
        .serial_to = past->serial_to,
        .removed = past->removed,
        .added = past->added,
        .time_s = past->time_s,
        .octets = past->octets,
        .size = past->size,
    };
    change_batch_add(door, step);
}

/* ---- waiting ---- */

static void on_done(struct change_wait *wait, td_err err, const struct td_diag *diag)
{
    struct change_patience *patience = td_container_of(wait, struct change_patience, wait);

    patience->err = err;
    if (err != TD_OK)
        patience->diag = *diag;
    patience->is_done = true;
    io_condition_signal(&patience->condition);
}

void change_patience_init(struct change_patience *patience)
{
    *patience = (struct change_patience){ .wait = { .done = on_done } };
}

td_err change_patience_end(struct fiber *fiber, struct change_patience *patience,
                           struct td_diag *diag)
{
    io_fiber_wait_deaf(fiber, &patience->condition, &patience->is_done);
    if (patience->err != TD_OK)
        *diag = patience->diag;
    return patience->err;
}

void change_withdraw(struct change_door *door, struct change_zone *zone, enum zone_state state)
{
    struct zone_version *before = zone->newest;

    td_assert(!change_zone_is_busy(zone));
    zone->newest = NULL;
    zone_entry_publish(door->zones, zone->entry, NULL, state);
    change_retire(door, zone, before, NULL);
}
