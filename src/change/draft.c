/*
 * A draft writes into the edit that its zone has in the open batch, and remembers what it did. So
 * taking back one draft among several is doing the opposite, in the opposite order.
 */
#include "change/draft.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/writer.h"
#include "change/encode.h"
#include "change/internal.h"
#include "change/net.h"
#include "change/verify.h"
#include "change/zonemd.h"
#include "wire/name.h"
#include "wire/rrtype.h"
#include "zone/sets.h"

enum { ARENA_BLOCK_SIZE = 2048, SPARE_MAX = 256, SOA_NUMBERS_SIZE = 20 };

/* ---- steps ---- */

struct change_draft *change_step_new(struct change_door *door, struct change_zone *zone)
{
    struct change_draft *step = door->spare;

    if (step != NULL) {
        door->spare = step->next;
        door->spare_count--;
    } else {
        step = td_calloc(1, sizeof(*step));
        td_arena_init(&step->arena, ARENA_BLOCK_SIZE);
    }
    step->door = door;
    step->zone = zone;
    return step;
}

static void step_fini(struct change_draft *step)
{
    td_arena_fini(&step->arena);
    td_buf_fini(&step->payload);
    free(step->effects);
    free(step);
}

void change_step_free(struct change_draft *step)
{
    struct change_door *door = step->door;

    if (door->spare_count == SPARE_MAX || step->effect_capacity > SPARE_MAX ||
        step->payload.capacity > 4 * ARENA_BLOCK_SIZE) {
        step_fini(step);
        return;
    }
    struct change_draft empty = {
        .next = door->spare,
        .effects = step->effects,
        .effect_capacity = step->effect_capacity,
        .arena = step->arena,
        .payload = step->payload,
    };
    *step = empty;
    td_arena_reset(&step->arena);
    td_buf_clear(&step->payload);
    door->spare = step;
    door->spare_count++;
}

void change_steps_fini(struct change_door *door)
{
    while (door->spare != NULL) {
        struct change_draft *step = door->spare;
        door->spare = step->next;
        step_fini(step);
    }
}

static const char *copy_text(struct change_draft *step, const char *text)
{
    return text == NULL ? NULL : td_arena_strdup(&step->arena, text);
}

void change_step_about(struct change_draft *step, const struct change_about *about)
{
    step->changeset.origin = about->origin;
    step->changeset.author = copy_text(step, about->author);
    step->changeset.reason = copy_text(step, about->reason);
    step->changeset.time_s = io_wall_s(step->door->io);
}

void change_step_encode(struct change_draft *step)
{
    const struct changeset *changeset = &step->changeset;

    change_encode(changeset, &step->payload);
    step->entry = (struct store_log_entry){
        .kind = STORE_LOG_CHANGE,
        .key = step->zone->entry->name,
        .key_size = step->zone->entry->name_size,
        .serial_from = changeset->serial_from,
        .serial_to = changeset->serial_to,
        .time_s = changeset->time_s,
        .flags = changeset->is_break ? STORE_LOG_BREAK : 0,
        .removed = changeset->removed_count,
        .added = changeset->added_count,
        .octets = step->payload.data,
        .size = (uint32_t)step->payload.size,
    };
}

/* ---- begin ---- */

/* A copy is changed by transfers only; a zone is frozen so that its file can be edited. */
static td_err refuse(const struct change_zone *zone, enum change_origin origin,
                     struct td_diag *diag)
{
    if (zone->is_copy && origin != CHANGE_TRANSFER)
        td_diag_say(diag, "the zone is a copy: change it at its primary");
    else if (zone->is_frozen && origin != CHANGE_FILE && origin != CHANGE_TRANSFER)
        td_diag_say(diag, "the zone is frozen: 'tandem zone thaw' lets it change again");
    else if (change_zone_view(zone) == NULL)
        td_diag_say(diag, "the zone has no data yet");
    else
        return TD_OK;
    return TD_E_CONFLICT;
}

static struct change_record copy_record(struct td_arena *arena, const uint8_t *owner,
                                        size_t owner_size, uint16_t type, uint32_t ttl,
                                        const uint8_t *rdata, uint16_t rdata_size)
{
    return (struct change_record){
        .owner = td_arena_memdup(arena, owner, owner_size),
        .rdata = td_arena_memdup(arena, rdata, rdata_size),
        .ttl = ttl,
        .type = type,
        .rdata_size = rdata_size,
    };
}

/* The SOA as it stands in the draft, by copy. */
static struct change_record soa_now(struct change_draft *draft)
{
    const struct zone_version *view = zone_edit_view(draft->zone->edit);
    const struct wire_rrset *soa = zone_node_set(view, zone_version_apex(view), WIRE_TYPE_SOA);
    struct wire_rdata rdata = wire_rrset_first(soa);

    return copy_record(&draft->arena, zone_version_name(view), zone_version_name_size(view),
                       WIRE_TYPE_SOA, soa->ttl, rdata.octets, rdata.size);
}

static uint32_t serial_of(const struct change_record *soa)
{
    return td_get_u32(soa->rdata + soa->rdata_size - SOA_NUMBERS_SIZE);
}

td_err change_draft_begin(struct change_door *door, struct change_zone *zone,
                          enum change_origin origin, struct change_draft **ret_draft,
                          struct td_diag *diag)
{
    td_err err = refuse(zone, origin, diag);

    if (err != TD_OK)
        return err;
    struct change_draft *draft = change_step_new(door, zone);
    draft->opens_edit = zone->edit == NULL;
    change_batch_edit(door, zone);
    draft->soa_before = soa_now(draft);
    draft->serial_before = serial_of(&draft->soa_before);
    *ret_draft = draft;
    return TD_OK;
}

const struct zone_version *change_draft_view(struct change_draft *draft)
{
    return zone_edit_view(draft->zone->edit);
}

/* ---- records ---- */

static void note(struct change_draft *draft, bool is_added, const struct change_record *record)
{
    td_grow(draft->effects, draft->effect_count, draft->effect_capacity);
    draft->effects[draft->effect_count++] = (struct change_effect){ *record, is_added };
}

/* The record of a set that is this one, names without case. */
static bool find_record(const struct wire_rrset *set, const uint8_t *rdata, uint16_t size,
                        struct wire_rdata *ret_record)
{
    for (size_t at = 0; set != NULL && at < set->size;) {
        *ret_record = wire_rrset_rdata(set, &at);
        if (zone_rdata_same(set->type, ret_record->octets, ret_record->size, rdata, size))
            return true;
    }
    return false;
}

td_err change_draft_remove(struct change_draft *draft, const uint8_t *owner, uint16_t type,
                           const uint8_t *rdata, uint16_t rdata_size)
{
    const struct wire_rrset *set =
        zone_edit_find(draft->zone->edit, owner, type, rdata, rdata_size);
    struct wire_rdata found;

    if (!find_record(set, rdata, rdata_size, &found))
        return TD_E_NOT_FOUND;
    if (type == WIRE_TYPE_SOA)
        return TD_E_INVALID;
    if (draft->effect_count >= CHANGE_DRAFT_RECORDS_MAX)
        return TD_E_LIMIT;
    struct change_record record = copy_record(&draft->arena, owner, wire_name_size(owner), type,
                                              set->ttl, found.octets, found.size);
    td_err err = zone_edit_remove(draft->zone->edit, record.owner, type, record.rdata,
                                  record.rdata_size, NULL);
    if (err == TD_OK)
        note(draft, false, &record);
    return err;
}

static td_err put_soa(struct change_draft *draft, uint32_t ttl, const uint8_t *rdata,
                      uint16_t rdata_size)
{
    struct zone_edit *edit = draft->zone->edit;
    struct change_record soa = soa_now(draft);

    td_err err = zone_edit_remove(edit, soa.owner, WIRE_TYPE_SOA, soa.rdata, soa.rdata_size, NULL);
    td_assert(err == TD_OK);
    return zone_edit_add(edit, soa.owner, WIRE_TYPE_SOA, ttl, rdata, rdata_size);
}

/* Another SOA; its serial stands only if it is greater. */
static td_err add_soa(struct change_draft *draft, const uint8_t *owner, uint32_t ttl,
                      const uint8_t *rdata, uint16_t rdata_size)
{
    struct change_record before = soa_now(draft);

    if (!wire_name_equal(owner, wire_name_size(owner), before.owner, wire_name_size(before.owner)))
        return TD_E_INVALID;
    struct change_record soa = copy_record(&draft->arena, owner, wire_name_size(owner),
                                           WIRE_TYPE_SOA, ttl, rdata, rdata_size);
    if (!change_serial_is_greater(serial_of(&soa), serial_of(&before)))
        td_put_u32((uint8_t *)(uintptr_t)soa.rdata + rdata_size - SOA_NUMBERS_SIZE,
                   serial_of(&before));
    if (ttl == before.ttl && rdata_size == before.rdata_size &&
        memcmp(soa.rdata, before.rdata, rdata_size) == 0)
        return TD_E_EXISTS;
    draft->touches_soa = true;
    return put_soa(draft, ttl, soa.rdata, soa.rdata_size);
}

td_err change_draft_set_serial(struct change_draft *draft, uint32_t serial)
{
    struct change_record soa = soa_now(draft);

    td_put_u32((uint8_t *)(uintptr_t)soa.rdata + soa.rdata_size - SOA_NUMBERS_SIZE, serial);
    return change_draft_add(draft, soa.owner, WIRE_TYPE_SOA, soa.ttl, soa.rdata, soa.rdata_size);
}

/* All records of a set that gets another TTL go and come again; `changed` is one of them, or NULL.
 */
static void note_ttl(struct change_draft *draft, const uint8_t *owner, const struct wire_rrset *set,
                     uint32_t ttl, const struct wire_rdata *changed)
{
    for (size_t at = 0; at < set->size;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        struct change_record record = copy_record(&draft->arena, owner, wire_name_size(owner),
                                                  set->type, set->ttl, rdata.octets, rdata.size);
        note(draft, false, &record);
        record.ttl = ttl;
        if (changed == NULL || rdata.octets != changed->octets)
            note(draft, true, &record);
    }
}

td_err change_draft_add(struct change_draft *draft, const uint8_t *owner, uint16_t type,
                        uint32_t ttl, const uint8_t *rdata, uint16_t rdata_size)
{
    if (type == WIRE_TYPE_SOA)
        return add_soa(draft, owner, ttl, rdata, rdata_size);
    const struct wire_rrset *set =
        zone_edit_find(draft->zone->edit, owner, type, rdata, rdata_size);
    uint32_t count = set == NULL ? 0 : set->count;
    struct wire_rdata found = { .octets = NULL };
    bool has_same = find_record(set, rdata, rdata_size, &found);

    if (has_same && set->ttl == ttl)
        return TD_E_EXISTS;
    if (draft->effect_count + 2 * count >= CHANGE_DRAFT_RECORDS_MAX)
        return TD_E_LIMIT;
    struct change_record record =
        copy_record(&draft->arena, owner, wire_name_size(owner), type, ttl, rdata, rdata_size);
    uint32_t mark = draft->effect_count;
    if (set != NULL && set->ttl != ttl)
        note_ttl(draft, record.owner, set, ttl, has_same ? &found : NULL);
    note(draft, true, &record);
    td_err err =
        zone_edit_add(draft->zone->edit, record.owner, type, ttl, record.rdata, rdata_size);
    if (err != TD_OK)
        draft->effect_count = mark;
    return err;
}

/* ---- the end ---- */

static void undo(struct change_draft *draft)
{
    struct zone_edit *edit = draft->zone->edit;

    for (uint32_t i = draft->effect_count; i-- > 0;) {
        const struct change_record *record = &draft->effects[i].record;
        td_err err = draft->effects[i].is_added
                         ? zone_edit_remove(edit, record->owner, record->type, record->rdata,
                                            record->rdata_size, NULL)
                         : zone_edit_add(edit, record->owner, record->type, record->ttl,
                                         record->rdata, record->rdata_size);
        (void)err; /* out of room: the batch will find the edit full, and give it up whole */
    }
    const struct change_record *soa = &draft->soa_before;
    td_err err = put_soa(draft, soa->ttl, soa->rdata, soa->rdata_size);
    (void)err;
}

/* The zone is as it was before the draft. */
static void take_back(struct change_draft *draft)
{
    struct change_zone *zone = draft->zone;

    if (!draft->opens_edit) {
        undo(draft);
        return;
    }
    zone_edit_abort(zone->edit);
    zone->edit = NULL;
    if (!zone->is_staged_whole)
        change_batch_forget(draft->door, zone);
}

void change_draft_abort(struct change_draft *draft)
{
    take_back(draft);
    change_step_free(draft);
}

const struct changeset *change_draft_changes(struct change_draft *draft)
{
    change_net_effect(draft);
    return &draft->changeset;
}

td_err change_draft_check(struct change_draft *draft, const struct change_about *about,
                          struct td_diag *diag)
{
    change_net_effect(draft);
    return change_verify(draft, about, diag);
}

/* Nothing is changed: told when what was seen is durable. */
static void commit_nothing(struct change_draft *draft, struct change_wait *wait)
{
    wait->serial = draft->serial_before;
    wait->is_unchanged = true;
    take_back(draft);
    draft->zone = NULL;
    change_batch_wait(draft->door, draft);
}

/* The SOA with the serial that this change gets. */
static td_err raise_serial(struct change_draft *draft)
{
    const struct change_zone *zone = draft->zone;
    struct change_record soa = soa_now(draft);
    uint32_t serial = serial_of(&soa);
    uint32_t least = draft->serial_before;

    if (zone->has_floor && change_serial_is_greater(zone->serial_floor, least))
        least = zone->serial_floor;
    if (!change_serial_is_greater(serial, least)) {
        serial = change_serial_next(zone->rules.serial, least, io_wall_s(draft->door->io));
        td_put_u32((uint8_t *)(uintptr_t)soa.rdata + soa.rdata_size - SOA_NUMBERS_SIZE, serial);
        td_err err = put_soa(draft, soa.ttl, soa.rdata, soa.rdata_size);
        if (err != TD_OK)
            return err;
    }
    draft->changeset.serial_from = draft->serial_before;
    draft->changeset.serial_to = serial;
    change_net_soa(draft, &draft->soa_before, &soa);
    return TD_OK;
}

static td_err renew_digest(struct change_draft *draft)
{
    td_err err = change_zonemd_renew(draft);
    struct change_record soa = soa_now(draft);

    change_net_effect(draft);
    change_net_soa(draft, &draft->soa_before, &soa);
    return err;
}

td_err change_draft_commit(struct change_draft *draft, const struct change_about *about,
                           struct change_wait *wait, struct td_diag *diag)
{
    draft->wait = wait;
    wait->is_unchanged = false;
    change_net_effect(draft);
    if (about->has_serial_seen && about->serial_seen != draft->serial_before) {
        td_diag_say(diag, "the zone has serial %u by now, not %u: look again", draft->serial_before,
                    about->serial_seen);
        change_draft_abort(draft);
        return TD_E_CONFLICT;
    }
    if (draft->changeset.removed_count + draft->changeset.added_count == 0 && !draft->touches_soa) {
        commit_nothing(draft, wait);
        return TD_OK;
    }
    change_step_about(draft, about);
    td_err err = change_verify(draft, about, diag);
    if (err == TD_OK)
        err = raise_serial(draft);
    if (err == TD_OK && change_zonemd_is_due(draft, about))
        err = renew_digest(draft);
    if (err == TD_E_LIMIT)
        td_diag_say(diag, "the zone is too large for another change");
    if (err != TD_OK) {
        change_draft_abort(draft);
        return err;
    }
    wait->serial = draft->changeset.serial_to;
    change_step_encode(draft);
    change_batch_add(draft->door, draft);
    return TD_OK;
}

/* ---- in a fiber ---- */

td_err change_draft_commit_wait(struct fiber *fiber, struct change_draft *draft,
                                const struct change_about *about, struct change_wait *ret_wait,
                                struct td_diag *diag)
{
    struct change_patience patience;

    change_patience_init(&patience);
    td_err err = change_draft_commit(draft, about, &patience.wait, diag);
    if (err != TD_OK)
        return err;
    err = change_patience_end(fiber, &patience, diag);
    *ret_wait = patience.wait;
    return err;
}
