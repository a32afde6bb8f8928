/* Prerequisites (RFC 2136 2.4, 3.2) and permission (3.3, 3.4.1): what is asked before anything is
 * done. */
#include <stdlib.h>

#include "replicate/update_internal.h"
#include "wire/const.h"
#include "wire/rrtype.h"
#include "zone/sets.h"

static void formerr(struct update_result *result, const struct update_record *record,
                    const char *reason)
{
    update_fail_record(result, record, WIRE_RCODE_FORMERR, ANSWER_EDE_NONE, reason);
}

/* ---- prerequisites ---- */

/* 2.4.4: a name is in use when it has a record; an empty non-terminal is not. */
static bool is_in_use(const struct zone_version *view, const uint8_t *owner)
{
    const struct zone_node *node = update_find_node(view, owner);

    return node != NULL && node->sets != 0;
}

/* Classes ANY and NONE: does it exist, or not? */
static void require_existence(const struct update_record *record, const struct zone_version *view,
                              struct update_result *result)
{
    bool is_wanted = record->class == WIRE_CLASS_ANY;
    bool is_name = record->type == WIRE_TYPE_ANY;

    if (record->rdata_size != 0) {
        formerr(result, record, "prerequisite with data");
        return;
    }
    bool is_there = is_name ? is_in_use(view, record->owner)
                            : update_find_set(view, record->owner, record->type) != NULL;
    if (is_there == is_wanted)
        return;
    uint16_t rcode = is_wanted ? (is_name ? WIRE_RCODE_NXDOMAIN : WIRE_RCODE_NXRRSET)
                               : (is_name ? WIRE_RCODE_YXDOMAIN : WIRE_RCODE_YXRRSET);
    update_fail_record(result, record, rcode, ANSWER_EDE_NONE,
                       is_wanted ? "prerequisite: not there" : "prerequisite: is there");
}

static void require_one(const struct update_message *message, const struct update_record *record,
                        const struct zone_version *view, struct update_result *result)
{
    if (record->ttl != 0) {
        formerr(result, record, "prerequisite with a TTL");
        return;
    }
    if (!update_check_zone(message, record, result))
        return;
    if (record->class == WIRE_CLASS_ANY || record->class == WIRE_CLASS_NONE)
        require_existence(record, view, result);
    else if (record->class != WIRE_CLASS_IN)
        formerr(result, record, "prerequisite of another class");
}

static int by_set_and_data(const void *left, const void *right)
{
    const struct update_record *a = *(const struct update_record *const *)left;
    const struct update_record *b = *(const struct update_record *const *)right;
    int order = wire_name_compare(a->owner, b->owner);

    if (order == 0 && a->type != b->type)
        return a->type < b->type ? -1 : 1;
    return order != 0 ? order
                      : zone_rdata_order(a->type, a->rdata, a->rdata_size, b->rdata, b->rdata_size);
}

static bool is_same_set(const struct update_record *a, const struct update_record *b)
{
    return a->type == b->type && wire_name_equal(a->owner, a->owner_size, b->owner, b->owner_size);
}

/*
 * Are these records, each there once and all of one set, all of what the zone has? Both mostly
 * stand in the same order; only what does not is searched for.
 */
static bool is_whole_set(const struct wire_rrset *set, const struct update_record *const *records,
                         uint32_t count)
{
    size_t at = 0;

    if (set == NULL || set->count != count)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct update_record *record = records[i];
        struct wire_rdata has = wire_rrset_rdata(set, &at);
        if (!zone_rdata_same(set->type, has.octets, has.size, record->rdata, record->rdata_size) &&
            !update_set_has(set, record->rdata, record->rdata_size))
            return false;
    }
    return true;
}

static void fail_set(struct update_result *result, const struct update_record *record)
{
    update_fail_record(result, record, WIRE_RCODE_NXRRSET, ANSWER_EDE_NONE,
                       "prerequisite: the set is another one");
}

/* 3.2.3: those with data are compared as whole sets. */
static void require_sets(const struct update_message *message, const struct zone_version *view,
                         struct td_arena *arena, struct update_result *result)
{
    const struct update_record **list =
        td_arena_alloc(arena, (message->prerequisite_count + 1) * sizeof(*list));
    uint32_t count = 0;

    for (uint32_t i = 0; i < message->prerequisite_count; i++) {
        const struct update_record *record = &message->prerequisites[i];
        if (record->class != WIRE_CLASS_IN)
            continue;
        if (!wire_rrtype_is_data(record->type)) { /* its data was not read: no zone has it */
            fail_set(result, record);
            return;
        }
        list[count++] = record;
    }
    if (count == 0)
        return;
    qsort(list, count, sizeof(*list), by_set_and_data);
    for (uint32_t first = 0; first < count;) {
        uint32_t size = 1; /* of this set, without those that are there twice */
        uint32_t next = first + 1;
        for (; next < count && is_same_set(list[first], list[next]); next++)
            if (by_set_and_data(&list[first + size - 1], &list[next]) != 0)
                list[first + size++] = list[next];
        const struct wire_rrset *set = update_find_set(view, list[first]->owner, list[first]->type);
        if (!is_whole_set(set, list + first, size)) {
            fail_set(result, list[first]);
            return;
        }
        first = next;
    }
}

void update_require(const struct update_message *message, const struct zone_version *view,
                    struct td_arena *arena, struct update_result *result)
{
    for (uint32_t i = 0; i < message->prerequisite_count; i++) {
        require_one(message, &message->prerequisites[i], view, result);
        if (result->rcode != WIRE_RCODE_NOERROR)
            return;
    }
    require_sets(message, view, arena, result);
}

/* ---- permission ---- */

struct asker {
    const struct update_message *message;
    const struct zone_version *view;
    const struct policy_update *policy;
    const struct policy_update_client *client;
};

static bool may(const struct asker *asker, const struct update_record *record, uint16_t type,
                enum policy_update_action action, struct update_result *result)
{
    if (policy_update_allows(asker->policy, asker->client, record->owner, record->owner_size, type,
                             action))
        return true;
    struct update_record about = *record;
    about.type = type;
    update_fail_record(result, &about, WIRE_RCODE_REFUSED, WIRE_EDE_PROHIBITED,
                       action == POLICY_UPDATE_ADD ? "adding is not allowed"
                                                   : "deleting is not allowed");
    return false;
}

/* 3.4.1.3: the forms that the classes have. */
static bool is_well_formed(const struct update_record *record)
{
    bool is_data = wire_rrtype_is_data(record->type);

    switch (record->class) {
    case WIRE_CLASS_IN:
        return is_data;
    case WIRE_CLASS_ANY:
        return record->ttl == 0 && record->rdata_size == 0 &&
               (is_data || record->type == WIRE_TYPE_ANY);
    case WIRE_CLASS_NONE:
        return record->ttl == 0 && is_data;
    default:
        return false;
    }
}

/* A new CNAME or DNAME takes the place of the one there is: that is deleting, too. */
static void permit_add(const struct asker *asker, const struct update_record *record,
                       struct update_result *result)
{
    if (!may(asker, record, record->type, POLICY_UPDATE_ADD, result))
        return;
    if (record->type == WIRE_TYPE_SOA ||
        (wire_rrtype_get(record->type)->flags & WIRE_RRTYPE_SINGLETON) == 0)
        return;
    const struct wire_rrset *set = update_find_set(asker->view, record->owner, record->type);
    if (set != NULL && !update_set_has(set, record->rdata, record->rdata_size))
        (void)may(asker, record, record->type, POLICY_UPDATE_DELETE, result);
}

/* All that a name has: each set that would go has to be allowed. */
static void permit_clear(const struct asker *asker, const struct update_record *record,
                         struct update_result *result)
{
    const struct zone_node *node = update_find_node(asker->view, record->owner);
    bool is_apex = update_is_apex(asker->message, record);

    if (node == NULL || node->sets == 0)
        return;
    const struct wire_rrset *set = zone_node_sets(asker->view, node);
    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set)) {
        if (update_is_guarded(set->type) ||
            (is_apex && (set->type == WIRE_TYPE_SOA || set->type == WIRE_TYPE_NS)))
            continue;
        if (!may(asker, record, set->type, POLICY_UPDATE_DELETE, result))
            return;
    }
}

static void permit_one(const struct asker *asker, const struct update_record *record,
                       struct update_result *result)
{
    if (!update_check_zone(asker->message, record, result))
        return;
    if (!is_well_formed(record))
        formerr(result, record, "not a form of update");
    else if (update_is_guarded(record->type))
        update_fail_record(result, record, WIRE_RCODE_REFUSED, WIRE_EDE_NOT_SUPPORTED,
                           "only a signer writes this type");
    else if (record->class == WIRE_CLASS_IN)
        permit_add(asker, record, result);
    else if (record->class == WIRE_CLASS_ANY && record->type == WIRE_TYPE_ANY)
        permit_clear(asker, record, result);
    else
        (void)may(asker, record, record->type, POLICY_UPDATE_DELETE, result);
}

void update_look(const struct update_request *request, const struct zone_version *view,
                 struct td_arena *arena, struct update_message *ret_message,
                 struct update_result *ret_result)
{
    update_result_init(ret_result);
    update_read(request->octets, request->size, arena, ret_message, ret_result);
    if (ret_result->rcode == WIRE_RCODE_NOERROR)
        update_require(ret_message, view, arena, ret_result);
    if (ret_result->rcode == WIRE_RCODE_NOERROR)
        update_permit(ret_message, view, request->policy, &request->client, ret_result);
}

void update_permit(const struct update_message *message, const struct zone_version *view,
                   const struct policy_update *policy, const struct policy_update_client *client,
                   struct update_result *result)
{
    struct asker asker = { message, view, policy, client };

    if (view->flags & (ZONE_IS_SIGNED | ZONE_HAS_NSEC | ZONE_HAS_NSEC3)) {
        update_fail(result, WIRE_RCODE_REFUSED, WIRE_EDE_NOT_SUPPORTED,
                    "the zone comes signed: change it where it is signed");
        return;
    }
    for (uint32_t i = 0; i < message->update_count && result->rcode == WIRE_RCODE_NOERROR; i++)
        permit_one(&asker, &message->updates[i], result);
}
