#include "zone/compare.h"

#include <string.h>

#include "base/macros.h"
#include "wire/rrtype.h"
#include "zone/label.h"
#include "zone/sets.h"

/* A place among the records of a node. */
struct cursor {
    const struct zone_node *node;
    const struct wire_rrset *set; /* NULL: behind the last */
    unsigned sets_left;           /* `set` included */
    size_t at;                    /* of the record in set->data */
    size_t next;
    struct wire_rdata rdata;
};

/* ---- the records of a node ---- */

static void cursor_settle(struct cursor *cursor)
{
    while (cursor->sets_left != 0) {
        bool is_soa = cursor->set->type == WIRE_TYPE_SOA && cursor->node->label_count == 0;
        if (!is_soa && cursor->next < cursor->set->size) {
            cursor->at = cursor->next;
            cursor->rdata = wire_rrset_rdata(cursor->set, &cursor->next);
            return;
        }
        cursor->set = wire_rrset_next(cursor->set);
        cursor->sets_left--;
        cursor->next = 0;
    }
    cursor->set = NULL;
}

static struct cursor cursor_of(const struct zone_version *version, const struct zone_node *node)
{
    struct cursor cursor = { .node = node };

    if (node != NULL && node->sets != 0) {
        cursor.set = zone_node_sets(version, node);
        cursor.sets_left = node->set_count;
    }
    cursor_settle(&cursor);
    return cursor;
}

/* The order in which zone/sets.h packs records: by type, signatures behind what they cover. */
static int cursor_order(const struct cursor *a, const struct cursor *b)
{
    bool a_signs = a->set->type == WIRE_TYPE_RRSIG;
    bool b_signs = b->set->type == WIRE_TYPE_RRSIG;
    int a_type = a_signs ? wire_rrset_covered(a->set) : a->set->type;
    int b_type = b_signs ? wire_rrset_covered(b->set) : b->set->type;

    if (a_type != b_type)
        return a_type - b_type;
    if (a_signs != b_signs)
        return (int)a_signs - (int)b_signs;
    return zone_rdata_order(a->set->type, a->rdata.octets, a->rdata.size, b->rdata.octets,
                            b->rdata.size);
}

/* The same to the octet, TTL included? */
static bool is_alike(const struct cursor *a, const struct cursor *b)
{
    return a->set->ttl == b->set->ttl &&
           memcmp(a->rdata.octets, b->rdata.octets, a->rdata.size) == 0;
}

/* ---- telling ---- */

static bool tell(const struct zone_compare *compare, const struct zone_version *version,
                 const struct cursor *cursor, bool is_added)
{
    struct wire_name owner;

    zone_node_name(version, cursor->node, &owner);
    struct zone_compare_record record = {
        .owner = owner.octets,
        .owner_size = owner.size,
        .type = cursor->set->type,
        .rdata_size = cursor->rdata.size,
        .ttl = cursor->set->ttl,
        .rdata = cursor->rdata.octets,
    };
    return is_added ? compare->added(compare->context, &record)
                    : compare->removed(compare->context, &record);
}

/* Nodes that are alike to the octet, which most are. */
static bool is_same(const struct zone_compare *compare, const struct zone_node *before,
                    const struct zone_node *after)
{
    if (before->set_count != after->set_count)
        return false;
    if (before->set_count == 0)
        return true;
    const struct wire_rrset *a = zone_node_sets(compare->before, before);
    const struct wire_rrset *b = zone_node_sets(compare->after, after);
    for (unsigned i = 0; i < before->set_count; i++) {
        if (a->type != b->type || a->ttl != b->ttl || a->size != b->size ||
            memcmp(a->data, b->data, a->size) != 0)
            return false;
        a = wire_rrset_next(a);
        b = wire_rrset_next(b);
    }
    return true;
}

/* Either may be NULL: the name is only in the other. */
static bool compare_nodes(const struct zone_compare *compare, const struct zone_node *before,
                          const struct zone_node *after)
{
    if (before != NULL && after != NULL && is_same(compare, before, after))
        return true;
    struct cursor a = cursor_of(compare->before, before);
    struct cursor b = cursor_of(compare->after, after);
    bool goes_on = true;
    while (goes_on && (a.set != NULL || b.set != NULL)) {
        int order = a.set == NULL ? 1 : b.set == NULL ? -1 : cursor_order(&a, &b);
        bool differs = order != 0 || !is_alike(&a, &b);
        if (order <= 0) {
            goes_on = !differs || tell(compare, compare->before, &a, false);
            cursor_settle(&a);
        }
        if (order >= 0) {
            goes_on = goes_on && (!differs || tell(compare, compare->after, &b, true));
            cursor_settle(&b);
        }
    }
    return goes_on;
}

/* ---- the walk ---- */

static struct zone_labels labels_of(const struct zone_node *node)
{
    return (struct zone_labels){ node->labels, node->labels_size, node->label_count };
}

static void start(struct zone_compare *compare, enum zone_order order)
{
    compare->order = order;
    compare->node_before = zone_walk_first(&compare->walk_before, compare->before, order);
    compare->node_after = zone_walk_first(&compare->walk_after, compare->after, order);
}

/* One name, of either or of both. */
static bool step(struct zone_compare *compare)
{
    const struct zone_node *before = compare->node_before;
    const struct zone_node *after = compare->node_after;
    int order = before == NULL ? 1 : -1;

    if (before != NULL && after != NULL) {
        struct zone_labels a = labels_of(before);
        struct zone_labels b = labels_of(after);
        order = zone_labels_order(&a, &b);
    }
    bool goes_on = compare_nodes(compare, order <= 0 ? before : NULL, order >= 0 ? after : NULL);
    if (order <= 0)
        compare->node_before = zone_walk_next(&compare->walk_before);
    if (order >= 0)
        compare->node_after = zone_walk_next(&compare->walk_after);
    return goes_on;
}

bool zone_compare_run(struct zone_compare *compare, size_t names)
{
    if (!compare->has_begun) {
        compare->has_begun = true;
        start(compare, ZONE_ORDER_NAMES);
    }
    while (!compare->is_done && names-- != 0) {
        if (compare->node_before != NULL || compare->node_after != NULL)
            compare->is_done = !step(compare);
        else if (compare->order == ZONE_ORDER_NAMES)
            start(compare, ZONE_ORDER_NSEC3);
        else
            compare->is_done = true;
    }
    return !compare->is_done;
}
