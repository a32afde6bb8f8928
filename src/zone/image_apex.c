/*
 * What all negative answers of a zone have in common: its SOA; with DO the signature over that;
 * and, for a name without an ancestor but the apex, what shows that no wildcard made it.
 */
#include <string.h>

#include "base/writer.h"
#include "wire/rrtype.h"
#include "zone/denial.h"
#include "zone/image.h"
#include "zone/image_draft.h"

enum { SOA_NUMBERS_SIZE = 20 };

static uint32_t negative_ttl(const struct wire_rrset *soa)
{
    uint32_t minimum = td_get_u32(soa->data + soa->size - 4);

    return minimum < soa->ttl ? minimum : soa->ttl;
}

/* The apex, or, where nobody points to the root, the root. */
static void put_apex(struct image_draft *draft)
{
    if (draft->question.size == 1)
        image_put(draft, "", 1);
    else
        image_put_pointer(draft, IMAGE_QUESTION_AT);
}

static void put_soa(struct image_draft *draft, const struct wire_rrset *soa)
{
    struct wire_rdata rdata = wire_rrset_first(soa);

    put_apex(draft);
    image_put_head(draft, WIRE_TYPE_SOA, negative_ttl(soa));
    unsigned length_at = draft->size;
    image_put(draft, "\0\0", 2);
    image_name_set(&draft->names[0], rdata.octets);
    image_put_name(draft, &draft->names[0]);
    draft->name_count = 1; /* the second name may end as the first does */
    image_name_set(&draft->names[1], rdata.octets + draft->names[0].size);
    image_put_name(draft, &draft->names[1]);
    image_put(draft, rdata.octets + rdata.size - SOA_NUMBERS_SIZE, SOA_NUMBERS_SIZE);
    if (!draft->is_full)
        td_put_u16(draft->octets + length_at, (uint16_t)(draft->size - length_at - 2));
}

/* The records of a set whose names are never compressed; `owner_at` 0: they are the apex's. */
static void put_set(struct image_draft *draft, const struct wire_rrset *set, uint32_t ttl,
                    unsigned owner_at)
{
    for (size_t at = 0; at < set->size && !draft->is_full;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        if (owner_at == 0)
            put_apex(draft);
        else
            image_put_pointer(draft, owner_at);
        image_put_head(draft, set->type, ttl);
        image_put(draft, rdata.octets - 2, 2u + rdata.size);
    }
}

/* The signatures over a set of a node that was put. False: there are none. */
static bool put_signature(struct image_draft *draft, const struct zone_node *node,
                          const struct wire_rrset *set, uint32_t ttl, unsigned owner_at)
{
    const struct wire_rrset *signature = zone_node_signature(draft->view, node, set);

    if (signature == NULL)
        return false;
    put_set(draft, signature, signature->ttl < ttl ? signature->ttl : ttl, owner_at);
    return true;
}

static bool put_nsec(struct image_draft *draft, const struct zone_node *apex)
{
    const struct wire_rrset *set = zone_node_set(draft->view, apex, WIRE_TYPE_NSEC);

    put_set(draft, set, set->ttl, 0);
    return put_signature(draft, apex, set, set->ttl, 0);
}

/* One NSEC3 record, whose owner is one label in front of the apex, and its signatures. */
static bool put_nsec3(struct image_draft *draft, const struct zone_node *node)
{
    const struct wire_rrset *set = zone_node_set(draft->view, node, WIRE_TYPE_NSEC3);
    unsigned owner_at = image_offset(draft);

    if (set == NULL || set->count != 1 || node->label_count != 1)
        return false;
    image_put(draft, node->labels, node->labels_size);
    put_apex(draft);
    image_put_head(draft, WIRE_TYPE_NSEC3, set->ttl);
    image_put(draft, set->data, set->size);
    return put_signature(draft, node, set, set->ttl, owner_at);
}

/* That no name of one label exists, "*" included. */
static bool put_no_wildcard(struct image_draft *draft, const struct zone_node *apex)
{
    const struct zone_version *view = draft->view;
    uint8_t name[2 + WIRE_NAME_SIZE_MAX] = { 1, '*' };
    struct wire_key key;

    if (apex->flags & ZONE_NODE_WILDCARD_BELOW)
        return false;
    if (view->nsec3 != NULL && view->nsec3_order != 0)
        return view->nsec3_apex != 0 && view->nsec3_wildcard != 0 &&
               put_nsec3(draft, zone_node_at(view, view->nsec3_apex)) &&
               (view->nsec3_wildcard == view->nsec3_apex ||
                put_nsec3(draft, zone_node_at(view, view->nsec3_wildcard)));
    if ((view->flags & ZONE_HAS_NSEC) == 0 || draft->question.size + 2 > WIRE_NAME_SIZE_MAX)
        return false;
    memcpy(name + 2, draft->owner.octets, draft->owner.size);
    wire_key_make(&key, zone_version_seed(view), name);
    return zone_nsec_before(view, &key) == apex && put_nsec(draft, apex);
}

static uint32_t store(struct zone_space *space, struct image_draft *draft, bool is_wanted,
                      uint32_t old)
{
    draft->is_full |= !is_wanted || draft->record_count > UINT8_MAX;
    return image_store(space, draft, old, draft->size, draft->record_count);
}

void zone_image_make_apex(struct zone_space *space)
{
    struct zone_version *view = space->view;
    const struct zone_node *apex = zone_version_apex(view);
    const struct wire_rrset *soa = zone_node_set(view, apex, WIRE_TYPE_SOA);
    struct image_draft draft;

    image_begin(&draft, view, apex);
    put_soa(&draft, soa);
    view->negative = store(space, &draft, true, view->negative);

    /* The sets may have moved: storing is writing. */
    apex = zone_version_apex(view);
    soa = zone_node_set(view, apex, WIRE_TYPE_SOA);
    bool is_signed = (view->flags & ZONE_IS_SIGNED) != 0 &&
                     put_signature(&draft, apex, soa, negative_ttl(soa), 0);
    view->negative_signed = store(space, &draft, is_signed, view->negative_signed);

    apex = zone_version_apex(view);
    is_signed = is_signed && put_no_wildcard(&draft, apex);
    view->no_name_signed = store(space, &draft, is_signed, view->no_name_signed);

    image_begin(&draft, view, zone_version_apex(view));
    is_signed = (view->flags & ZONE_IS_SIGNED) != 0 && view->nsec3_apex != 0 &&
                put_nsec3(&draft, zone_node_at(view, view->nsec3_apex));
    view->apex_signed = store(space, &draft, is_signed, view->apex_signed);
}
