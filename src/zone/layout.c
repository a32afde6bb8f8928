#include "zone/layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/octets.h"
#include "wire/rrtype.h"
#include "zone/denial.h"
#include "zone/image.h"

enum {
    HASH_LOAD_NUMERATOR = 5, /* slots for each 3 names: a load of 0.6, room to grow to 0.75 */
    HASH_LOAD_DENOMINATOR = 3,
    PREFETCH_AHEAD = 16,
    TOGETHER_MAX = ZONE_PAGE_SIZE / 4,
    BELOW_MAX = IMAGE_BELOW_MAX,
    SOA_NUMBERS_SIZE = 20,
    NSEC3PARAM_FIXED_SIZE = 5,
};

void layout_init(struct layout *layout, struct zone_space *space)
{
    memset(layout, 0, offsetof(struct layout, ancestors));
    layout->space = space;
    layout->owner = 0;
    layout->owners[0].size = layout->owners[0].label_count = 0;
    layout->err = TD_OK;
    order_bulk_init(&layout->names, space);
    order_bulk_init(&layout->hashed, space);

    struct wire_key apex;
    wire_key_make(&apex, space->lineage->seed, space->lineage->name);
    layout->ancestors[0].hash = apex.hashes[0];
}

void layout_fini(struct layout *layout)
{
    free(layout->entries);
    zone_host_wants_fini(&layout->wants);
}

/* ---- nodes ---- */

uint16_t layout_node_flags(const struct zone_record *records, uint32_t count)
{
    uint16_t flags = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (records[i].type == WIRE_TYPE_CNAME)
            flags |= ZONE_NODE_CNAME;
        else if (records[i].type == WIRE_TYPE_RRSIG)
            flags |= ZONE_NODE_SIGNED;
        else if (records[i].type == WIRE_TYPE_NS)
            flags |= ZONE_NODE_DELEGATION;
        else if (records[i].type == WIRE_TYPE_DNAME)
            flags |= ZONE_NODE_DNAME;
    }
    return flags;
}

/* What an index refers to: all pages are the build's own. */
static inline void *fresh(const struct layout *layout, uint32_t index)
{
    return layout->space->view->pages[index / ZONE_PAGE_UNITS] +
           (size_t)(index % ZONE_PAGE_UNITS) * ZONE_UNIT_SIZE;
}

/* Room for a node, and for its sets behind it unless both together are too large for that. */
static uint32_t alloc_node(struct zone_space *space, size_t node_size, size_t sets_size,
                           uint32_t *ret_sets)
{
    size_t node_units = (node_size + ZONE_UNIT_SIZE - 1) / ZONE_UNIT_SIZE;
    bool is_one = node_units * ZONE_UNIT_SIZE + sets_size <= TOGETHER_MAX;
    uint32_t index =
        zone_space_alloc(space, is_one ? node_units * ZONE_UNIT_SIZE + sets_size : node_size);

    if (sets_size == 0)
        *ret_sets = 0;
    else
        *ret_sets = is_one ? index + (uint32_t)node_units : zone_space_alloc(space, sets_size);
    return index;
}

/* A node and its sets, side by side. Returns its index; 0 on an error. */
static inline uint32_t put_node(struct layout *layout, const struct zone_labels *labels,
                                uint64_t hash, bool is_lower, struct zone_record *records,
                                uint32_t count)
{
    struct zone_space *space = layout->space;
    struct zone_sets_plan plan;
    uint32_t sets;

    td_err err = zone_sets_sort(records, count, &layout->report, &plan);
    if (err != TD_OK) {
        layout->err = err;
        return 0;
    }
    uint32_t index = alloc_node(space, sizeof(struct zone_node) + labels->size, plan.size, &sets);
    if (space->is_full) {
        layout->err = TD_E_LIMIT;
        return 0;
    }
    struct zone_node *node = fresh(layout, index);
    *node = (struct zone_node){
        .hash = (uint32_t)(hash >> 32),
        .sets = sets,
        .flags =
            (uint16_t)(layout_node_flags(records, plan.count) | (is_lower ? ZONE_NODE_LOWER : 0)),
        .set_count = (uint16_t)plan.sets,
        .labels_size = labels->size,
        .label_count = labels->label_count,
    };
    td_octets_copy(node->labels, labels->octets, labels->size);
    if (plan.count != 0)
        zone_sets_write(records, &plan, fresh(layout, sets));
    space->view->record_count += plan.count;
    return index;
}

/* The subtree of a delegation is complete. */
static void finish_cut(struct layout *layout)
{
    if (layout->cut != 0)
        zone_image_make(layout->space, layout->cut, layout->below, layout->below_count,
                        &layout->wants);
    layout->cut = 0;
}

/* Flags that depend on where the node is; returns what hides the nodes below it. */
static uint32_t place_node(struct layout *layout, uint32_t index, uint32_t hidden_by)
{
    struct zone_version *view = layout->space->view;
    struct zone_node *node = fresh(layout, index);

    if (node->label_count == 0) {
        node->flags = (uint16_t)((node->flags & ~ZONE_NODE_DELEGATION) | ZONE_NODE_APEX);
        if (node->flags & ZONE_NODE_DNAME)
            view->flags |= ZONE_HAS_DNAME;
        return (node->flags & ZONE_NODE_DNAME) ? index : 0;
    }
    if (hidden_by != 0) {
        node->flags &= (uint16_t) ~(ZONE_NODE_DELEGATION | ZONE_NODE_DNAME);
        node->flags |= ZONE_NODE_OCCLUDED;
        node->cover = hidden_by;
        if (hidden_by == layout->cut && layout->below_count <= BELOW_MAX)
            layout->below[layout->below_count++] = index;
        return hidden_by;
    }
    if (node->flags & ZONE_NODE_DELEGATION) {
        /* A DNAME beside NS below the apex is occluded with everything else there. */
        node->flags &= (uint16_t)~ZONE_NODE_DNAME;
        view->flags |= ZONE_HAS_DELEGATION;
        view->delegation_count++;
        layout->cut = index;
        layout->below_count = 0;
        return index;
    }
    if (node->flags & ZONE_NODE_DNAME) {
        view->flags |= ZONE_HAS_DNAME;
        return index;
    }
    return 0;
}

/* Where the labels of an owner's ancestor (or of itself) with `depth` labels begin. */
static inline unsigned ancestor_at(const struct layout_owner *owner, unsigned depth)
{
    return depth == 0 ? owner->size : owner->offsets[owner->label_count - depth];
}

/* The first NSEC3PARAM with flags 0 is in force (RFC 5155 4.1.2). */
static void read_nsec3param(struct zone_version *view, const struct zone_node *apex)
{
    const struct wire_rrset *set = zone_node_set(view, apex, WIRE_TYPE_NSEC3PARAM);

    view->nsec3 = NULL;
    for (size_t at = 0; set != NULL && at < set->size;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        if (rdata.size < NSEC3PARAM_FIXED_SIZE || rdata.octets[1] != 0 ||
            rdata.size != NSEC3PARAM_FIXED_SIZE + rdata.octets[4])
            continue;
        view->nsec3_param = (struct zone_nsec3){
            .algorithm = rdata.octets[0],
            .iterations = td_get_u16(rdata.octets + 2),
            .salt_size = rdata.octets[4],
            .salt = rdata.octets + NSEC3PARAM_FIXED_SIZE,
        };
        view->nsec3 = &view->nsec3_param;
        return;
    }
}

/* The hash of each name that proofs are about is kept, from the apex on, which comes first. */
static void keep_hash(struct layout *layout, struct zone_node *node)
{
    struct zone_version *view = layout->space->view;

    if (node->label_count == 0) {
        read_nsec3param(view, node);
        view->nsec3_is_kept = zone_nsec3_params(view, &layout->chain);
    }
    if (view->nsec3_is_kept && (node->flags & ZONE_NODE_OCCLUDED) == 0)
        node->nsec3 = zone_nsec3_bits(view, &layout->chain, node);
}

/* The current owner, or an ancestor of it. */
static void put_name(struct layout *layout, const struct zone_labels *labels, uint64_t sort_key,
                     struct zone_record *records, uint32_t count)
{
    struct zone_version *view = layout->space->view;
    unsigned depth = labels->label_count;
    struct layout_ancestor *parent = depth == 0 ? NULL : &layout->ancestors[depth - 1];
    const struct layout_owner *owner = &layout->owners[layout->owner];
    const uint8_t *label = owner->lower + ancestor_at(owner, depth);
    uint64_t hash = depth == 0
                        ? layout->ancestors[0].hash
                        : td_hash_label(view->lineage->seed, parent->hash, label + 1, *label);
    uint32_t hidden_by = depth == 0 ? 0 : parent->hidden_by;

    if (layout->cut != 0 && hidden_by != layout->cut)
        finish_cut(layout);
    bool is_lower = owner->is_lower || zone_labels_are_lower(labels->octets, labels->size);
    uint32_t index = put_node(layout, labels, hash, is_lower, records, count);
    if (index == 0)
        return;
    uint32_t hides = place_node(layout, index, hidden_by);
    if (depth == 0 || view->nsec3_is_kept)
        keep_hash(layout, fresh(layout, index));
    if (depth != 0 && label[0] == 1 && label[1] == '*') {
        struct zone_node *above = fresh(layout, parent->node);
        above->flags |= ZONE_NODE_WILDCARD_BELOW;
        view->flags |= ZONE_HAS_WILDCARD;
    }
    layout->ancestors[depth] =
        (struct layout_ancestor){ .hash = hash, .node = index, .hidden_by = hides };
    td_grow(layout->entries, layout->entry_count, layout->entry_capacity);
    layout->entries[layout->entry_count++] = (struct layout_entry){ hash, index };
    order_bulk_add(&layout->names, sort_key, index);
    view->node_count++;
    if (depth > view->depth)
        view->depth = (uint8_t)depth;
}

/* Remember the owner; returns how many of its ancestors (the apex included) are there already. */
static unsigned take_owner(struct layout *layout, const struct zone_labels *labels)
{
    const struct layout_owner *before = &layout->owners[layout->owner];
    struct layout_owner *owner = &layout->owners[layout->owner ^= 1];
    unsigned both =
        before->label_count < labels->label_count ? before->label_count : labels->label_count;
    unsigned common = 0;

    owner->size = labels->size;
    owner->label_count = labels->label_count;
    for (unsigned i = 0, at = 0; i < labels->label_count; i++) {
        owner->offsets[i] = (uint8_t)at;
        at += 1u + labels->octets[at];
    }
    owner->is_lower = td_octets_copy_lower(owner->lower, labels->octets, labels->size);
    for (; common < both; common++) {
        const uint8_t *a = before->lower + ancestor_at(before, common + 1);
        const uint8_t *b = owner->lower + ancestor_at(owner, common + 1);
        if (!td_octets_same(a, b, 1u + *b))
            break;
    }
    return common + 1;
}

void layout_name(struct layout *layout, const struct zone_labels *labels, uint64_t sort_key,
                 struct zone_record *records, uint32_t count)
{
    unsigned have = take_owner(layout, labels);

    if (layout->entry_count == 0)
        have = 0;
    for (unsigned depth = have; depth < labels->label_count && layout->err == TD_OK; depth++) {
        unsigned at = ancestor_at(&layout->owners[layout->owner], depth);
        struct zone_labels own = { labels->octets + at, (uint8_t)(labels->size - at),
                                   (uint8_t)depth };
        put_name(layout, &own, zone_labels_sort_key(&own), NULL, 0);
    }
    if (layout->err == TD_OK)
        put_name(layout, labels, sort_key, records, count);
}

void layout_hashed(struct layout *layout, const struct zone_labels *labels, uint64_t sort_key,
                   struct zone_record *records, uint32_t count)
{
    if (layout->err != TD_OK)
        return;
    bool is_lower = zone_labels_are_lower(labels->octets, labels->size);
    uint32_t index = put_node(layout, labels, 0, is_lower, records, count);
    if (index == 0)
        return;
    struct zone_node *node = fresh(layout, index);
    node->flags |= ZONE_NODE_NSEC3;
    order_bulk_add(&layout->hashed, sort_key, index);
}

/* ---- the hash index ---- */

static uint64_t *slot_of(struct layout *layout, uint32_t slot)
{
    return fresh(layout, layout->space->view->slots + slot);
}

static void put_entry(struct layout *layout, const struct layout_entry *entry)
{
    uint32_t slot_count = layout->space->view->slot_count;
    uint32_t slot = (uint32_t)(((entry->hash >> 32) * slot_count) >> 32);
    uint64_t *unit;

    while (*(unit = slot_of(layout, slot)) != 0)
        if (++slot == slot_count)
            slot = 0;
    *unit = entry->hash << 32 | entry->node;
}

static void put_slots(struct layout *layout)
{
    struct zone_version *view = layout->space->view;
    uint32_t count = layout->entry_count;

    view->slot_count =
        (uint32_t)((uint64_t)count * HASH_LOAD_NUMERATOR / HASH_LOAD_DENOMINATOR + 2);
    view->slots = zone_space_alloc_table(layout->space, view->slot_count);
    if (layout->space->is_full)
        return;
    for (uint32_t at = 0; at < view->slot_count;) {
        uint32_t in_page = ZONE_PAGE_UNITS - (view->slots + at) % ZONE_PAGE_UNITS;
        uint32_t run = view->slot_count - at < in_page ? view->slot_count - at : in_page;
        memset(slot_of(layout, at), 0, (size_t)run * ZONE_UNIT_SIZE);
        at += run;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (i + PREFETCH_AHEAD < count) {
            uint64_t hash = layout->entries[i + PREFETCH_AHEAD].hash;
            uint32_t slot = (uint32_t)(((hash >> 32) * view->slot_count) >> 32);
            __builtin_prefetch(slot_of(layout, slot), 1);
        }
        put_entry(layout, &layout->entries[i]);
    }
}

/* ---- the apex ---- */

/* What nearly every proof needs, so that no answer has to hash for it. */
static void find_nsec3_of_apex(struct zone_version *view)
{
    struct dnssec_nsec3_params params;
    uint8_t name[2 + WIRE_NAME_SIZE_MAX] = { 1, '*' }, hash[DNSSEC_NSEC3_HASH_SIZE];
    size_t size = zone_version_name_size(view);
    bool is_match;

    view->nsec3_apex = view->nsec3_wildcard = 0;
    if ((view->flags & ZONE_HAS_NSEC3) == 0 || !zone_nsec3_params(view, &params) ||
        size + 2 > WIRE_NAME_SIZE_MAX)
        return;
    memcpy(name + 2, zone_version_name(view), size);
    dnssec_nsec3_hash(&params, name + 2, size, hash);
    uint32_t index = zone_nsec3_index(view, hash, &is_match);
    if (is_match)
        view->nsec3_apex = index;
    dnssec_nsec3_hash(&params, name, size + 2, hash);
    view->nsec3_wildcard = zone_nsec3_index(view, hash, &is_match);
}

void layout_find_salt(struct zone_version *view)
{
    read_nsec3param(view, zone_version_apex(view));
}

td_err layout_read_apex(struct zone_space *space)
{
    struct zone_version *view = space->view;
    const struct zone_node *apex = zone_node_at(view, view->apex);
    const struct wire_rrset *soa = zone_node_set(view, apex, WIRE_TYPE_SOA);

    if (soa == NULL || soa->count != 1)
        return TD_E_INVALID;
    struct wire_rdata rdata = wire_rrset_first(soa);
    if (rdata.size < SOA_NUMBERS_SIZE + 2)
        return TD_E_INVALID;
    view->serial = td_get_u32(rdata.octets + rdata.size - SOA_NUMBERS_SIZE);

    view->flags &= ~(uint32_t)(ZONE_IS_SIGNED | ZONE_HAS_NSEC | ZONE_HAS_NSEC3);
    if ((apex->flags & ZONE_NODE_SIGNED) && zone_node_set(view, apex, WIRE_TYPE_DNSKEY) != NULL)
        view->flags |= ZONE_IS_SIGNED;
    if (zone_node_set(view, apex, WIRE_TYPE_NSEC) != NULL)
        view->flags |= ZONE_HAS_NSEC;
    read_nsec3param(view, apex);
    if (view->nsec3 != NULL && view->nsec3_order != 0)
        view->flags |= ZONE_HAS_NSEC3;
    find_nsec3_of_apex(view);
    return TD_OK;
}

td_err layout_finish(struct layout *layout)
{
    struct zone_space *space = layout->space;

    if (layout->err != TD_OK)
        return layout->err;
    if (layout->entry_count == 0)
        return TD_E_INVALID;
    finish_cut(layout);
    space->view->apex = layout->entries[0].node;
    put_slots(layout);
    if (!space->is_full)
        zone_host_meet(&layout->wants, space);
    space->view->order = order_bulk_finish(&layout->names);
    space->view->nsec3_order = order_bulk_finish(&layout->hashed);
    td_err err = space->is_full ? TD_E_LIMIT : layout_read_apex(space);
    if (err == TD_OK)
        zone_image_make_apex(space);
    return err == TD_OK && space->is_full ? TD_E_LIMIT : err;
}
