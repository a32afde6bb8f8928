/*
 * The update section, done (RFC 2136 3.4.2). Every look at the zone is made anew: the view is good
 * only until the draft changes.
 */
#include "replicate/update.h"

#include <string.h>

#include "base/reader.h"
#include "replicate/update_internal.h"
#include "wire/const.h"
#include "wire/message.h"
#include "wire/rrtype.h"

enum { SOA_NUMBERS_SIZE = 20, WKS_KEY_SIZE = 5 };

struct work {
    const struct update_message *message;
    struct change_draft *draft;
    struct td_arena *arena;
    struct update_result *result;
    uint32_t removed; /* by deletions of sets and names */
};

static void fail(struct work *work, const struct update_record *record, td_err err)
{
    update_fail_record(work->result, record, WIRE_RCODE_SERVFAIL, WIRE_EDE_OTHER,
                       err == TD_E_LIMIT ? "the zone has no room for it" : td_err_text(err));
}

static const struct zone_version *view_of(const struct work *work)
{
    return change_draft_view(work->draft);
}

/* ---- removing ---- */

static void remove_record(struct work *work, const struct update_record *record, uint16_t type,
                          const uint8_t *rdata, uint16_t rdata_size)
{
    td_err err = change_draft_remove(work->draft, record->owner, type, rdata, rdata_size);

    if (err != TD_OK && err != TD_E_NOT_FOUND)
        fail(work, record, err);
}

/* The records of a set, out of the way of what the draft does. */
static const struct wire_rrset *copy_set(struct work *work, const struct wire_rrset *set)
{
    return td_arena_memdup(work->arena, set, sizeof(*set) + set->size);
}

/* A whole set. Removing record by record costs its square, so there is a limit. */
static void remove_set(struct work *work, const struct update_record *record,
                       const struct wire_rrset *set)
{
    const struct wire_rrset *copy = copy_set(work, set);

    work->removed += copy->count;
    if (work->removed > UPDATE_RECORDS_MAX) {
        update_fail_record(work->result, record, WIRE_RCODE_REFUSED, WIRE_EDE_OTHER,
                           "it would delete too many records at once");
        return;
    }
    for (size_t at = 0; at < copy->size && work->result->rcode == WIRE_RCODE_NOERROR;) {
        struct wire_rdata rdata = wire_rrset_rdata(copy, &at);
        remove_record(work, record, copy->type, rdata.octets, rdata.size);
    }
}

static bool is_kept(const struct work *work, const struct update_record *record, uint16_t type)
{
    return update_is_guarded(type) || (update_is_apex(work->message, record) &&
                                       (type == WIRE_TYPE_SOA || type == WIRE_TYPE_NS));
}

/* The first set of a name that may go, or NULL. */
static const struct wire_rrset *first_to_go(const struct work *work,
                                            const struct update_record *record)
{
    const struct zone_node *node = update_find_node(view_of(work), record->owner);

    if (node == NULL || node->sets == 0)
        return NULL;
    const struct wire_rrset *set = zone_node_sets(view_of(work), node);
    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set))
        if (!is_kept(work, record, set->type))
            return set;
    return NULL;
}

/* 3.4.2.3: class ANY. */
static void delete_sets(struct work *work, const struct update_record *record)
{
    const struct wire_rrset *set;

    if (record->type == WIRE_TYPE_ANY) {
        while (work->result->rcode == WIRE_RCODE_NOERROR &&
               (set = first_to_go(work, record)) != NULL)
            remove_set(work, record, set);
        return;
    }
    if (is_kept(work, record, record->type))
        return;
    set = update_find_set(view_of(work), record->owner, record->type);
    if (set != NULL)
        remove_set(work, record, set);
}

/* 3.4.2.4: class NONE. The SOA stays, and so does the last NS of the zone. */
static void delete_record(struct work *work, const struct update_record *record)
{
    if (record->type == WIRE_TYPE_SOA)
        return;
    if (record->type == WIRE_TYPE_NS && update_is_apex(work->message, record)) {
        const struct wire_rrset *set = update_find_set(view_of(work), record->owner, WIRE_TYPE_NS);
        if (set == NULL || set->count == 1)
            return;
    }
    remove_record(work, record, record->type, record->rdata, record->rdata_size);
}

/* ---- adding ---- */

/* 3.4.2.2: a CNAME and other data do not stand beside each other: who comes second is ignored. */
static bool is_in_conflict(const struct work *work, const struct update_record *record)
{
    const struct zone_node *node = update_find_node(view_of(work), record->owner);

    if (node == NULL || node->sets == 0)
        return false;
    if (record->type != WIRE_TYPE_CNAME)
        return (wire_rrtype_get(record->type)->flags & WIRE_RRTYPE_AT_CNAME) == 0 &&
               zone_node_set(view_of(work), node, WIRE_TYPE_CNAME) != NULL;
    const struct wire_rrset *set = zone_node_sets(view_of(work), node);
    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set))
        if (set->type != WIRE_TYPE_CNAME &&
            (wire_rrtype_get(set->type)->flags & WIRE_RRTYPE_AT_CNAME) == 0)
            return true;
    return false;
}

static uint32_t serial_of(const uint8_t *soa, uint16_t size)
{
    return td_get_u32(soa + size - SOA_NUMBERS_SIZE);
}

/* An SOA counts only at the apex, and only if its serial is greater (3.4.2.2). */
static bool is_old_soa(const struct work *work, const struct update_record *record)
{
    const struct wire_rrset *set = update_find_set(view_of(work), record->owner, WIRE_TYPE_SOA);

    if (set == NULL)
        return true;
    struct wire_rdata soa = wire_rrset_first(set);
    uint32_t before = serial_of(soa.octets, soa.size);
    uint32_t after = serial_of(record->rdata, record->rdata_size);
    return !change_serial_is_greater(after, before);
}

/* Does a new record take the place of this one, though it is another? */
static bool is_replaced(const struct update_record *record, struct wire_rdata has)
{
    if (record->type == WIRE_TYPE_WKS) /* the same address and protocol */
        return has.size >= WKS_KEY_SIZE && record->rdata_size >= WKS_KEY_SIZE &&
               memcmp(has.octets, record->rdata, WKS_KEY_SIZE) == 0;
    return (wire_rrtype_get(record->type)->flags & WIRE_RRTYPE_SINGLETON) != 0;
}

static void make_place(struct work *work, const struct update_record *record)
{
    const struct wire_rrset *set = update_find_set(view_of(work), record->owner, record->type);

    if (record->type == WIRE_TYPE_SOA || set == NULL ||
        update_set_has(set, record->rdata, record->rdata_size) ||
        !(record->type == WIRE_TYPE_WKS || is_replaced(record, wire_rrset_first(set))))
        return;
    set = copy_set(work, set);
    for (size_t at = 0; at < set->size;) {
        struct wire_rdata has = wire_rrset_rdata(set, &at);
        if (is_replaced(record, has))
            remove_record(work, record, record->type, has.octets, has.size);
    }
}

static void add_record(struct work *work, const struct update_record *record)
{
    if (is_in_conflict(work, record))
        return;
    if (record->type == WIRE_TYPE_SOA && is_old_soa(work, record))
        return;
    make_place(work, record);
    td_err err = change_draft_add(work->draft, record->owner, record->type, wire_ttl(record->ttl),
                                  record->rdata, record->rdata_size);
    if (err != TD_OK && err != TD_E_EXISTS)
        fail(work, record, err);
}

void update_apply(const struct update_message *message, struct change_draft *draft,
                  struct td_arena *arena, struct update_result *result)
{
    struct work work = { .message = message, .draft = draft, .arena = arena, .result = result };

    for (uint32_t i = 0; i < message->update_count && result->rcode == WIRE_RCODE_NOERROR; i++) {
        const struct update_record *record = &message->updates[i];
        if (record->class == WIRE_CLASS_IN)
            add_record(&work, record);
        else if (record->class == WIRE_CLASS_ANY)
            delete_sets(&work, record);
        else
            delete_record(&work, record);
    }
}
