#include "change/change.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/writer.h"
#include "wire/name.h"
#include "wire/rrtype.h"
#include "zone/edit.h"
#include "zone/lineage.h"

enum { SOA_NUMBERS_SIZE = 20, SOA_SIZE_MAX = 2 * WIRE_NAME_SIZE_MAX + SOA_NUMBERS_SIZE };

/* A whole zone that was replaced or withdrawn, until nobody can read it. */
struct retired {
    struct retired *next;
    struct zone_lineage *lineage;
    uint64_t ticket;
};

struct change_door {
    struct zone_set *zones;
    struct td_rcu *rcu;
    struct change_listener *listeners;
    struct retired *retired;
    void (*dispose)(void *context, struct zone_lineage *lineage);
    void *dispose_context;
    struct change_zone *aged; /* zones with older versions that somebody may hold */
};

struct change_door *change_door_new(struct zone_set *zones, struct td_rcu *rcu)
{
    struct change_door *door = td_calloc(1, sizeof(*door));

    door->zones = zones;
    door->rcu = rcu;
    return door;
}

void change_door_free(struct change_door *door)
{
    if (door == NULL)
        return;
    uint32_t left = change_reclaim(door);
    td_assert(left == 0);
    free(door);
}

void change_dispose_by(struct change_door *door,
                       void (*dispose)(void *context, struct zone_lineage *lineage), void *context)
{
    door->dispose = dispose;
    door->dispose_context = context;
}

void change_listen(struct change_door *door, struct change_listener *listener)
{
    listener->next = door->listeners;
    door->listeners = listener;
}

/* ---- memory ---- */

static void retire(struct change_door *door, struct zone_version *newest)
{
    struct retired *retired = td_malloc(sizeof(*retired));

    retired->lineage = newest->lineage;
    retired->ticket = td_rcu_ticket(door->rcu);
    retired->next = door->retired;
    door->retired = retired;
}

static bool is_idle(struct change_door *door, const struct retired *retired)
{
    const struct zone_version *newest = zone_lineage_newest(retired->lineage);

    return td_rcu_passed(door->rcu, retired->ticket) &&
           zone_lineage_reclaim(retired->lineage, door->rcu) == 0 &&
           atomic_load_explicit(&newest->pins, memory_order_acquire) == 0;
}

/* Zones whose older versions are all given back leave the list. */
static uint32_t reclaim_aged(struct change_door *door)
{
    uint32_t left = 0;

    for (struct change_zone **at = &door->aged; *at != NULL;) {
        struct change_zone *zone = *at;
        uint32_t older = zone_lineage_reclaim(zone->newest->lineage, door->rcu);
        left += older;
        if (older != 0) {
            at = &zone->next_aged;
            continue;
        }
        *at = zone->next_aged;
        zone->is_aged = false;
    }
    return left;
}

static void forget_aged(struct change_door *door, struct change_zone *zone)
{
    for (struct change_zone **at = &door->aged; zone->is_aged; at = &(*at)->next_aged) {
        if (*at != zone)
            continue;
        *at = zone->next_aged;
        zone->is_aged = false;
        break;
    }
}

uint32_t change_reclaim(struct change_door *door)
{
    uint32_t left = reclaim_aged(door);

    for (struct retired **at = &door->retired; *at != NULL;) {
        struct retired *retired = *at;
        if (!is_idle(door, retired)) {
            left++;
            at = &retired->next;
            continue;
        }
        *at = retired->next;
        if (door->dispose != NULL)
            door->dispose(door->dispose_context, retired->lineage);
        else
            zone_lineage_free(retired->lineage);
        free(retired);
    }
    return left;
}

/* ---- publishing ---- */

static void publish(struct change_door *door, struct change_zone *zone,
                    struct zone_version *version, const struct changeset *changeset)
{
    struct zone_version *before = zone->newest;

    zone->newest = version;
    zone_entry_publish(door->zones, zone->entry, version, ZONE_STATE_SERVED);
    if (before != NULL && before->lineage == version->lineage) {
        zone_lineage_published(version->lineage, door->rcu);
        if (zone_lineage_reclaim(version->lineage, door->rcu) != 0 && !zone->is_aged) {
            zone->is_aged = true;
            zone->next_aged = door->aged;
            door->aged = zone;
        }
    } else if (before != NULL) {
        forget_aged(door, zone);
        retire(door, before);
    }
    for (struct change_listener *l = door->listeners; l != NULL; l = l->next)
        l->published(l->context, zone, changeset);
}

void change_withdraw(struct change_door *door, struct change_zone *zone, enum zone_state state)
{
    struct zone_version *before = zone->newest;

    forget_aged(door, zone);
    zone->newest = NULL;
    zone_entry_publish(door->zones, zone->entry, NULL, state);
    if (before != NULL)
        retire(door, before);
}

/* ---- records ---- */

static td_err fail(struct td_diag *diag, const struct change_record *record, td_err err)
{
    char owner[WIRE_NAME_TEXT_SIZE];
    char type[WIRE_RRTYPE_MNEMONIC_SIZE];
    const char *why = err == TD_E_NOT_FOUND ? "there is no such record"
                      : err == TD_E_INVALID ? "the name is not in the zone"
                                            : td_err_text(err);

    td_diag_say(diag, "%s %s: %s", wire_name_format(record->owner, owner),
                wire_rrtype_format(record->type, type), why);
    return err;
}

static td_err apply(struct zone_edit *edit, const struct changeset *changeset, struct td_diag *diag)
{
    for (uint32_t i = 0; i < changeset->removed_count; i++) {
        const struct change_record *record = &changeset->removed[i];
        td_err err = zone_edit_remove(edit, record->owner, record->type, record->rdata,
                                      record->rdata_size, NULL);
        if (err != TD_OK)
            return fail(diag, record, err);
    }
    for (uint32_t i = 0; i < changeset->added_count; i++) {
        const struct change_record *record = &changeset->added[i];
        td_err err = zone_edit_add(edit, record->owner, record->type, record->ttl, record->rdata,
                                   record->rdata_size);
        if (err != TD_OK && err != TD_E_EXISTS)
            return fail(diag, record, err);
    }
    return TD_OK;
}

static bool touches_soa(const struct changeset *changeset)
{
    for (uint32_t i = 0; i < changeset->added_count; i++)
        if (changeset->added[i].type == WIRE_TYPE_SOA)
            return true;
    return false;
}

/* Replace the SOA by one with the next serial; 0 is stepped over, since many take it for "none". */
static td_err raise_serial(struct zone_edit *edit)
{
    const struct zone_version *view = zone_edit_view(edit);
    const struct wire_rrset *soa = zone_node_set(view, zone_version_apex(view), WIRE_TYPE_SOA);
    uint8_t rdata[SOA_SIZE_MAX];

    if (soa == NULL)
        return TD_E_INVALID;
    struct wire_rdata old = wire_rrset_first(soa);
    uint32_t ttl = soa->ttl;
    uint16_t size = old.size;
    uint32_t serial = view->serial + 1;
    memcpy(rdata, old.octets, size);
    td_err err = zone_edit_remove(edit, zone_version_name(view), WIRE_TYPE_SOA, rdata, size, NULL);
    if (err != TD_OK)
        return err;
    td_put_u32(rdata + size - SOA_NUMBERS_SIZE, serial == 0 ? 1 : serial);
    return zone_edit_add(edit, zone_version_name(view), WIRE_TYPE_SOA, ttl, rdata, size);
}

static td_err make_next(struct change_zone *zone, const struct changeset *changeset,
                        struct zone_version **ret_version, struct td_diag *diag)
{
    if (zone->newest == NULL) {
        td_diag_say(diag, "the zone has no data yet");
        return TD_E_CONFLICT;
    }
    struct zone_edit *edit = zone_edit_begin(zone->newest);
    td_err err = apply(edit, changeset, diag);
    if (err == TD_OK && !touches_soa(changeset)) {
        err = raise_serial(edit);
        if (err != TD_OK)
            td_diag_say(diag, "the SOA cannot be removed");
    }
    if (err != TD_OK) {
        zone_edit_abort(edit);
        return err;
    }
    err = zone_edit_finish(edit, ret_version);
    if (err != TD_OK)
        td_diag_say(diag, "the zone would not have exactly one SOA, or is too large");
    return err;
}

td_err change_commit(struct change_door *door, struct change_zone *zone,
                     struct changeset *changeset, struct td_diag *diag)
{
    struct zone_version *version = changeset->whole;

    changeset->serial_from = zone->newest == NULL ? 0 : zone->newest->serial;
    if (version == NULL) {
        td_err err = make_next(zone, changeset, &version, diag);
        if (err != TD_OK)
            return err;
    }
    changeset->serial_to = version->serial;
    changeset->whole = NULL;
    publish(door, zone, version, changeset);
    return TD_OK;
}
