#include "zone/edit_target.h"

#include "wire/rrtype.h"
#include "zone/order.h"

td_err edit_target(const struct zone_edit *edit, const uint8_t *owner, struct edit_target *ret)
{
    const struct zone_version *view = edit->space.view;

    wire_key_make(&ret->key, zone_version_seed(view), owner);
    if (!zone_contains(view, &ret->key))
        return TD_E_INVALID;
    ret->labels = (struct zone_labels){
        .octets = owner,
        .size = (uint8_t)(ret->key.size - zone_version_name_size(view)),
        .label_count = (uint8_t)(ret->key.label_count - zone_version_label_count(view)),
    };
    return TD_OK;
}

bool edit_is_hashed(uint16_t type, const uint8_t *rdata, uint16_t size)
{
    return type == WIRE_TYPE_NSEC3 ||
           (type == WIRE_TYPE_RRSIG && size >= 2 && td_get_u16(rdata) == WIRE_TYPE_NSEC3);
}

uint32_t edit_walk_index(const struct zone_walk *walk)
{
    unsigned leaf = walk->level_count - 1u;

    return order_refs(zone_at(walk->version, walk->path[leaf]))[walk->at[leaf]];
}

uint32_t edit_find_hashed(const struct zone_version *view, const struct zone_labels *labels)
{
    struct zone_walk walk;

    if (!order_seek(&walk, view, view->nsec3_order, labels))
        return 0;
    uint32_t index = edit_walk_index(&walk);
    const struct zone_node *node = zone_node_at(view, index);
    struct zone_labels found = { node->labels, node->labels_size, node->label_count };
    return zone_labels_order(&found, labels) == 0 ? index : 0;
}

/* The set of this type and, of signatures, over the same type. */
static const struct wire_rrset *find_set(const struct zone_version *view,
                                         const struct zone_node *node, uint16_t type,
                                         const uint8_t *rdata)
{
    const struct wire_rrset *set = zone_node_sets(view, node);

    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set))
        if (set->type == type &&
            (type != WIRE_TYPE_RRSIG || wire_rrset_covered(set) == td_get_u16(rdata)))
            return set;
    return NULL;
}

const struct wire_rrset *zone_edit_find(const struct zone_edit *edit, const uint8_t *owner,
                                        uint16_t type, const uint8_t *rdata, uint16_t rdata_size)
{
    const struct zone_version *view = edit->space.view;
    struct edit_target target;

    if (edit_target(edit, owner, &target) != TD_OK)
        return NULL;
    uint32_t index = edit_is_hashed(type, rdata, rdata_size)
                         ? edit_find_hashed(view, &target.labels)
                         : zone_find_index(view, &target.key, 0);
    return index == 0 ? NULL : find_set(view, zone_node_at(view, index), type, rdata);
}
