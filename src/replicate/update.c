#include "replicate/update.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/assert.h"
#include "change/fold.h"
#include "wire/answer.h"
#include "wire/key.h"
#include "wire/rdata.h"
#include "wire/rrtype.h"
#include "zone/sets.h"

enum { SECTION_PREREQUISITE = 1, SECTION_UPDATE = 2, SOA_NUMBERS_SIZE = 20 };

struct update {
    struct change_draft *draft;
    const struct update_request *request;
    struct wire_message message;
    const uint8_t *zone; /* the apex */
    uint8_t zone_size;
    struct td_arena arena;
    uint8_t *rdata; /* of the record that is read, WIRE_RDATA_SIZE_MAX octets */
    uint16_t rdata_size;
    struct change_record *wanted; /* value-dependent prerequisites */
    uint32_t wanted_count;
    uint32_t wanted_capacity;
    struct update_result result;
};

/* Returns false, so that callers can end with it. */
static bool fail(struct update *update, uint16_t rcode, uint16_t ede, const char *text)
{
    update->result = (struct update_result){ .rcode = rcode, .ede = ede, .text = text };
    return false;
}

static bool form_error(struct update *update, const char *text)
{
    return fail(update, WIRE_RCODE_FORMERR, ANSWER_EDE_NONE, text);
}

/* ---- looking at the zone ---- */

static const struct zone_node *find_node(struct update *update, const struct wire_name *name)
{
    const struct zone_version *view = change_draft_view(update->draft);
    struct wire_key key;

    wire_key_make(&key, zone_version_seed(view), name->octets);
    const struct zone_node *node = zone_find_exact(view, &key, 0);
    return node == NULL || node->sets == 0 ? NULL : node;
}

static const struct wire_rrset *find_set(struct update *update, const struct wire_name *name,
                                         uint16_t type)
{
    const struct zone_node *node = find_node(update, name);

    return node == NULL ? NULL : zone_node_set(change_draft_view(update->draft), node, type);
}

static bool is_apex(const struct update *update, const struct wire_name *name)
{
    return wire_name_equal(name->octets, name->size, update->zone, update->zone_size);
}

static bool is_in_zone(const struct update *update, const struct wire_name *name)
{
    return wire_name_is_subdomain(name->octets, name->size, update->zone, update->zone_size);
}

/* ---- reading records ---- */

/* TKEY, AXFR, MAILB and so on: no data. ANY is told apart by the callers. */
static bool is_meta(uint16_t type)
{
    return !wire_rrtype_is_data(type);
}

static bool read_rdata(struct update *update, const struct wire_record *record)
{
    struct td_writer writer = { .data = update->rdata, .size = WIRE_RDATA_SIZE_MAX };

    if (wire_message_rdata(&update->message, record, &writer) != TD_OK)
        return form_error(update, "the data of a record is malformed");
    update->rdata_size = (uint16_t)writer.cursor;
    return true;
}

/* Run over a section; false: it was refused. */
static bool each(struct update *update, unsigned section,
                 bool (*visit)(struct update *update, const struct wire_record *record))
{
    const struct wire_message *message = &update->message;
    size_t end = message->section_at[section + 1];
    struct wire_record record;

    for (size_t at = message->section_at[section]; at < end;) {
        if (wire_message_record(message, &at, &record) != TD_OK)
            return form_error(update, "a record is malformed");
        if (!visit(update, &record))
            return false;
    }
    return true;
}

/* ---- prerequisites (3.2) ---- */

static bool want_exists(struct update *update, const struct wire_record *record)
{
    if (record->rdlength != 0)
        return form_error(update, "a prerequisite of class ANY has data");
    if (record->type == WIRE_TYPE_ANY)
        return find_node(update, &record->owner) != NULL ||
               fail(update, WIRE_RCODE_NXDOMAIN, ANSWER_EDE_NONE, "a name is not in use");
    if (is_meta(record->type))
        return form_error(update, "a prerequisite is of a type that is no data");
    return find_set(update, &record->owner, record->type) != NULL ||
           fail(update, WIRE_RCODE_NXRRSET, ANSWER_EDE_NONE, "a set does not exist");
}

static bool want_absent(struct update *update, const struct wire_record *record)
{
    if (record->rdlength != 0)
        return form_error(update, "a prerequisite of class NONE has data");
    if (record->type == WIRE_TYPE_ANY)
        return find_node(update, &record->owner) == NULL ||
               fail(update, WIRE_RCODE_YXDOMAIN, ANSWER_EDE_NONE, "a name is in use");
    if (is_meta(record->type))
        return form_error(update, "a prerequisite is of a type that is no data");
    return find_set(update, &record->owner, record->type) == NULL ||
           fail(update, WIRE_RCODE_YXRRSET, ANSWER_EDE_NONE, "a set exists");
}

/* Sets of which each record is named: collected, and compared when all are known. */
static bool want_record(struct update *update, const struct wire_record *record)
{
    if (is_meta(record->type))
        return form_error(update, "a prerequisite is of a type that is no data");
    if (!read_rdata(update, record))
        return false;
    td_grow(update->wanted, update->wanted_count, update->wanted_capacity);
    update->wanted[update->wanted_count++] = (struct change_record){
        .owner = td_arena_memdup(&update->arena, record->owner.octets, record->owner.size),
        .rdata = td_arena_memdup(&update->arena, update->rdata, update->rdata_size),
        .type = record->type,
        .rdata_size = update->rdata_size,
    };
    return true;
}

static bool visit_prerequisite(struct update *update, const struct wire_record *record)
{
    if (record->ttl != 0)
        return form_error(update, "a prerequisite has a TTL");
    if (!is_in_zone(update, &record->owner))
        return fail(update, WIRE_RCODE_NOTZONE, ANSWER_EDE_NONE,
                    "a prerequisite is outside of the zone");
    switch (record->class) {
    case WIRE_CLASS_ANY:
        return want_exists(update, record);
    case WIRE_CLASS_NONE:
        return want_absent(update, record);
    case WIRE_CLASS_IN:
        return want_record(update, record);
    default:
        return form_error(update, "a prerequisite is of another class");
    }
}

static bool has_record(const struct wire_rrset *set, const struct change_record *record)
{
    for (size_t at = 0; at < set->size;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        if (zone_rdata_same(set->type, rdata.octets, rdata.size, record->rdata, record->rdata_size))
            return true;
    }
    return false;
}

/* Records of one owner and type, sorted, some perhaps twice: is the set these, and no others? */
static bool is_set(struct update *update, const struct change_record *records, uint32_t count)
{
    struct wire_name owner;
    uint32_t different = 0;

    wire_name_set(&owner, records[0].owner);
    const struct wire_rrset *set = find_set(update, &owner, records[0].type);
    if (set == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (i != 0 &&
            zone_rdata_same(records[i].type, records[i - 1].rdata, records[i - 1].rdata_size,
                            records[i].rdata, records[i].rdata_size))
            continue;
        if (different++ >= set->count || !has_record(set, &records[i]))
            return false;
    }
    return different == set->count;
}

static bool compare_sets(struct update *update)
{
    struct change_record *wanted = update->wanted;
    uint32_t first = 0;

    if (update->wanted_count > 1)
        qsort(wanted, update->wanted_count, sizeof(*wanted), change_record_order);
    for (uint32_t i = 1; i <= update->wanted_count; i++) {
        if (i < update->wanted_count && wanted[i].type == wanted[first].type &&
            wire_name_compare(wanted[i].owner, wanted[first].owner) == 0)
            continue;
        if (!is_set(update, &wanted[first], i - first))
            return fail(update, WIRE_RCODE_NXRRSET, ANSWER_EDE_NONE, "a set is another one");
        first = i;
    }
    return true;
}

/* ---- is it well formed, and allowed? (3.3, 3.4.1) ---- */

/* Only a signer makes these; one that is not right breaks the zone for everybody who validates. */
static bool is_signers(uint16_t type)
{
    return type == WIRE_TYPE_RRSIG || type == WIRE_TYPE_NSEC || type == WIRE_TYPE_NSEC3 ||
           type == WIRE_TYPE_NSEC3PARAM;
}

static bool allows(const struct update *update, const struct wire_record *record, uint16_t type,
                   enum policy_update_action action)
{
    return policy_update_allows(update->request->policy, &update->request->client,
                                record->owner.octets, record->owner.size, type, action);
}

/* Every type at the name that would go. */
static bool may_delete_all(struct update *update, const struct wire_record *record)
{
    const struct zone_node *node = find_node(update, &record->owner);

    if (node == NULL)
        return true;
    const struct wire_rrset *set = zone_node_sets(change_draft_view(update->draft), node);
    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set)) {
        bool stays = is_apex(update, &record->owner) &&
                     (set->type == WIRE_TYPE_SOA || set->type == WIRE_TYPE_NS);
        if (!stays && !allows(update, record, set->type, POLICY_UPDATE_DELETE))
            return false;
    }
    return true;
}

static bool is_allowed(struct update *update, const struct wire_record *record)
{
    if (record->class == WIRE_CLASS_IN)
        return allows(update, record, record->type, POLICY_UPDATE_ADD);
    if (record->type == WIRE_TYPE_ANY)
        return may_delete_all(update, record);
    return allows(update, record, record->type, POLICY_UPDATE_DELETE);
}

static bool has_good_form(struct update *update, const struct wire_record *record)
{
    switch (record->class) {
    case WIRE_CLASS_IN:
        return is_meta(record->type) ? form_error(update, "a record is of a type that is no data")
                                     : read_rdata(update, record);
    case WIRE_CLASS_ANY:
        if (record->ttl != 0 || record->rdlength != 0)
            return form_error(update, "a set to be deleted has a TTL or data");
        return (record->type == WIRE_TYPE_ANY || !is_meta(record->type)) ||
               form_error(update, "a set is of a type that is no data");
    case WIRE_CLASS_NONE:
        if (record->ttl != 0)
            return form_error(update, "a record to be deleted has a TTL");
        return is_meta(record->type) ? form_error(update, "a record is of a type that is no data")
                                     : read_rdata(update, record);
    default:
        return form_error(update, "a record is of another class");
    }
}

static bool visit_before(struct update *update, const struct wire_record *record)
{
    if (!is_in_zone(update, &record->owner))
        return fail(update, WIRE_RCODE_NOTZONE, ANSWER_EDE_NONE, "a record is outside of the zone");
    if (!has_good_form(update, record))
        return false;
    if (is_signers(record->type))
        return fail(update, WIRE_RCODE_REFUSED, WIRE_EDE_PROHIBITED,
                    "RRSIG, NSEC, NSEC3 and NSEC3PARAM are made by a signer, not by update");
    return is_allowed(update, record) ||
           fail(update, WIRE_RCODE_REFUSED, WIRE_EDE_PROHIBITED,
                "the update policy does not allow this name, type or action");
}

/* ---- apply (3.4.2) ---- */

static bool remove_record(struct update *update, const struct wire_record *record, uint16_t type,
                          const struct wire_rdata *rdata)
{
    uint8_t *copy = td_arena_memdup(&update->arena, rdata->octets, rdata->size);
    td_err err = change_draft_remove(update->draft, record->owner.octets, type, copy, rdata->size);

    return err != TD_E_LIMIT ||
           fail(update, WIRE_RCODE_SERVFAIL, WIRE_EDE_OTHER, "the zone or the change is too large");
}

static bool remove_set(struct update *update, const struct wire_record *record, uint16_t type)
{
    const struct wire_rrset *set;

    while ((set = find_set(update, &record->owner, type)) != NULL) {
        struct wire_rdata first = wire_rrset_first(set);
        uint16_t count = set->count;
        if (!remove_record(update, record, type, &first))
            return false;
        set = find_set(update, &record->owner, type);
        if (set != NULL && set->count >= count)
            break; /* it cannot be removed */
    }
    return true;
}

static bool remove_all(struct update *update, const struct wire_record *record)
{
    const struct zone_node *node = find_node(update, &record->owner);
    uint16_t types[64];
    unsigned count = 0;

    if (node == NULL)
        return true;
    const struct wire_rrset *set = zone_node_sets(change_draft_view(update->draft), node);
    for (unsigned i = 0; i < node->set_count && count < TD_COUNT(types);
         i++, set = wire_rrset_next(set))
        if (!is_apex(update, &record->owner) ||
            (set->type != WIRE_TYPE_SOA && set->type != WIRE_TYPE_NS))
            types[count++] = set->type;
    for (unsigned i = 0; i < count; i++)
        if (!remove_set(update, record, types[i]))
            return false;
    /* More types than fit are taken in turn: each round removes some. */
    return count < TD_COUNT(types) || remove_all(update, record);
}

static bool is_last_ns(struct update *update, const struct wire_record *record)
{
    const struct wire_rrset *set = find_set(update, &record->owner, WIRE_TYPE_NS);

    return record->type == WIRE_TYPE_NS && is_apex(update, &record->owner) && set != NULL &&
           set->count == 1;
}

/* A CNAME stands alone, but for what may be beside it; who comes second is ignored. */
static bool clashes(struct update *update, const struct wire_record *record)
{
    const struct zone_node *node = find_node(update, &record->owner);

    if (node == NULL || (wire_rrtype_get(record->type)->flags & WIRE_RRTYPE_AT_CNAME) != 0)
        return false;
    if (record->type != WIRE_TYPE_CNAME)
        return (node->flags & ZONE_NODE_CNAME) != 0;
    const struct wire_rrset *set = zone_node_sets(change_draft_view(update->draft), node);
    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set))
        if (set->type != WIRE_TYPE_CNAME &&
            (wire_rrtype_get(set->type)->flags & WIRE_RRTYPE_AT_CNAME) == 0)
            return true;
    return false;
}

static bool is_old_soa(struct update *update, const struct wire_record *record)
{
    const struct wire_rrset *soa = find_set(update, &record->owner, WIRE_TYPE_SOA);

    if (record->type != WIRE_TYPE_SOA)
        return false;
    if (soa == NULL)
        return true;
    struct wire_rdata old = wire_rrset_first(soa);
    uint32_t ours = td_get_u32(old.octets + old.size - SOA_NUMBERS_SIZE);
    uint32_t theirs = td_get_u32(update->rdata + update->rdata_size - SOA_NUMBERS_SIZE);
    return theirs != ours && !change_serial_is_greater(theirs, ours);
}

static bool add_record(struct update *update, const struct wire_record *record)
{
    if (!read_rdata(update, record))
        return false;
    if (clashes(update, record) || is_old_soa(update, record))
        return true;
    /* Of CNAME and DNAME there is one: it takes the place of the other. */
    if ((record->type == WIRE_TYPE_CNAME || record->type == WIRE_TYPE_DNAME) &&
        !remove_set(update, record, record->type))
        return false;
    td_err err = change_draft_add(update->draft, record->owner.octets, record->type,
                                  wire_ttl(record->ttl), update->rdata, update->rdata_size);
    return err != TD_E_LIMIT ||
           fail(update, WIRE_RCODE_SERVFAIL, WIRE_EDE_OTHER, "the zone or the change is too large");
}

static bool visit_update(struct update *update, const struct wire_record *record)
{
    bool is_kept = is_apex(update, &record->owner) &&
                   (record->type == WIRE_TYPE_SOA || record->type == WIRE_TYPE_NS);

    if (record->class == WIRE_CLASS_IN)
        return add_record(update, record);
    if (record->class == WIRE_CLASS_ANY) {
        if (record->type == WIRE_TYPE_ANY)
            return remove_all(update, record);
        return is_kept || remove_set(update, record, record->type);
    }
    if (record->type == WIRE_TYPE_SOA || is_last_ns(update, record))
        return true;
    if (!read_rdata(update, record))
        return false;
    struct wire_rdata rdata = { .octets = update->rdata, .size = update->rdata_size };
    return remove_record(update, record, record->type, &rdata);
}

/* ---- the whole ---- */

static bool run(struct update *update)
{
    const struct zone_version *view = change_draft_view(update->draft);

    if (wire_message_read(update->request->octets, update->request->size, &update->message) !=
        TD_OK)
        return form_error(update, "the message is malformed");
    if (view->flags & ZONE_IS_SIGNED)
        return fail(update, WIRE_RCODE_REFUSED, WIRE_EDE_NOT_SUPPORTED,
                    "the zone is signed elsewhere: an update would break its signatures");
    return each(update, SECTION_PREREQUISITE, visit_prerequisite) && compare_sets(update) &&
           each(update, SECTION_UPDATE, visit_before) && each(update, SECTION_UPDATE, visit_update);
}

void update_apply(struct change_draft *draft, const struct update_request *request,
                  struct update_result *ret_result)
{
    const struct zone_version *view = change_draft_view(draft);
    struct update update = {
        .draft = draft,
        .request = request,
        .zone = zone_version_name(view),
        .zone_size = zone_version_name_size(view),
        .rdata = td_malloc(WIRE_RDATA_SIZE_MAX),
        .result = { .rcode = WIRE_RCODE_NOERROR, .ede = ANSWER_EDE_NONE },
    };

    td_arena_init(&update.arena, 0);
    bool is_good = run(&update);
    td_assert(is_good == (update.result.rcode == WIRE_RCODE_NOERROR));
    td_arena_fini(&update.arena);
    free(update.wanted);
    free(update.rdata);
    *ret_result = update.result;
}
