#include "zone/edit.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "wire/rrtype.h"
#include "zone/denial.h"
#include "zone/edit_target.h"
#include "zone/host.h"
#include "zone/image.h"
#include "zone/label.h"
#include "zone/layout.h"
#include "zone/sets.h"
#include "zone/slots.h"
#include "zone/space.h"

enum {
    FLAGS_OF_TYPES = ZONE_NODE_DELEGATION | ZONE_NODE_DNAME | ZONE_NODE_CNAME | ZONE_NODE_SIGNED,
    FLAGS_THAT_HIDE = ZONE_NODE_DELEGATION | ZONE_NODE_DNAME,
};

struct zone_edit *zone_edit_begin(struct zone_version *newest)
{
    struct zone_edit *edit = td_calloc(1, sizeof(*edit));

    td_assert(newest->lineage->newest == newest);
    zone_space_open(&edit->space, newest->lineage);
    return edit;
}

const struct zone_version *zone_edit_view(struct zone_edit *edit)
{
    return edit->space.view;
}

/* ---- what hides what ---- */

static void mark_stale(struct zone_edit *edit, uint32_t delegation)
{
    if (zone_node_at(edit->space.view, delegation)->flags & ZONE_NODE_STALE)
        return;
    struct zone_node *node = zone_space_write(&edit->space, delegation);
    node->flags |= ZONE_NODE_STALE;
    td_grow(edit->stale, edit->stale_count, edit->stale_capacity);
    edit->stale[edit->stale_count++] = delegation;
}

static bool is_below(const struct zone_node *node, const struct zone_labels *above)
{
    if (node->label_count <= above->label_count || node->labels_size <= above->size)
        return false;
    unsigned at = 0;
    for (unsigned i = node->label_count; i > above->label_count; i--)
        at += 1u + node->labels[at];
    return node->labels_size - at == above->size &&
           zone_labels_equal(node->labels + at, above->octets, above->size);
}

static struct zone_labels labels_of(const struct zone_node *node)
{
    return (struct zone_labels){ node->labels, node->labels_size, node->label_count };
}

static uint16_t flags_of_sets(const struct zone_version *view, const struct zone_node *node)
{
    const struct wire_rrset *set = zone_node_sets(view, node);
    uint16_t flags = 0;

    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set)) {
        struct zone_record record = { .type = set->type };
        flags |= layout_node_flags(&record, 1);
    }
    return flags;
}

static uint32_t kept_hash(const struct zone_version *view, const struct zone_node *node)
{
    struct dnssec_nsec3_params chain;

    if (node->nsec3 != 0 || !view->nsec3_is_kept || !zone_nsec3_params(view, &chain))
        return node->nsec3;
    return zone_nsec3_bits(view, &chain, node);
}

/* Once the parameters are others, what nodes keep is worth nothing until the zone is built anew. */
static void check_kept_hashes(struct zone_version *view, const struct zone_version *before)
{
    struct dnssec_nsec3_params now, then;

    view->nsec3_is_kept = before->nsec3_is_kept && zone_nsec3_params(view, &now) &&
                          zone_nsec3_params(before, &then) &&
                          dnssec_nsec3_params_equal(&now, &then);
}

/*
 * Give a node the flags that its types and its place ask for, and keep the count of cuts and
 * the referrals in step. `hidden_by`: what hides it, or 0. Returns whether it hides others.
 */
static bool settle(struct zone_edit *edit, uint32_t index, uint32_t hidden_by)
{
    struct zone_version *view = edit->space.view;
    const struct zone_node *node = zone_node_at(view, index);
    uint16_t flags = (uint16_t)(node->flags & ~(FLAGS_OF_TYPES | ZONE_NODE_OCCLUDED));
    bool was_cut = (node->flags & ZONE_NODE_DELEGATION) != 0;

    flags |= flags_of_sets(view, node);
    if (flags & ZONE_NODE_APEX)
        flags &= (uint16_t)~ZONE_NODE_DELEGATION;
    if (hidden_by != 0)
        flags = (uint16_t)((flags & ~FLAGS_THAT_HIDE) | ZONE_NODE_OCCLUDED);
    if (flags & ZONE_NODE_DELEGATION)
        flags &= (uint16_t)~ZONE_NODE_DNAME;

    bool is_cut = (flags & ZONE_NODE_DELEGATION) != 0;
    uint32_t cover = is_cut && was_cut ? node->cover : hidden_by;
    uint32_t nsec3 = node->nsec3;

    if ((flags & ZONE_NODE_HOST) && hidden_by == 0 && view->nsec3_is_kept) {
        zone_host_leave(&edit->space, index); /* there is room for one of the two */
        return settle(edit, index, hidden_by);
    }
    if ((flags & ZONE_NODE_HOST) == 0)
        nsec3 = hidden_by != 0 ? 0 : kept_hash(view, node);
    if (was_cut && !is_cut && node->cover != 0)
        zone_space_release(&edit->space, node->cover, zone_image_span(zone_at(view, node->cover)));
    view->delegation_count += (uint32_t)is_cut - (uint32_t)was_cut;
    if (is_cut)
        view->flags |= ZONE_HAS_DELEGATION;
    if (flags & ZONE_NODE_DNAME)
        view->flags |= ZONE_HAS_DNAME;
    if (flags != node->flags || cover != node->cover || nsec3 != node->nsec3) {
        struct zone_node *writable = zone_space_write(&edit->space, index);
        writable->flags = flags;
        writable->cover = cover;
        writable->nsec3 = nsec3;
    }
    zone_host_renew(&edit->space, index);
    if (is_cut)
        mark_stale(edit, index);
    if (hidden_by != 0 && (zone_node_at(view, hidden_by)->flags & ZONE_NODE_DELEGATION))
        mark_stale(edit, hidden_by);
    return (flags & FLAGS_THAT_HIDE) != 0;
}

/* A node began or ceased to hide what is below it: settle everything below. */
static void settle_below(struct zone_edit *edit, uint32_t top, bool top_hides)
{
    const struct zone_version *view = edit->space.view;
    struct zone_labels top_labels = labels_of(zone_node_at(view, top));
    uint32_t hider = top_hides ? top : 0;
    struct zone_walk walk;

    if (!order_seek(&walk, view, view->order, &top_labels))
        return;
    for (const struct zone_node *node = zone_walk_next(&walk);
         node != NULL && is_below(node, &top_labels); node = zone_walk_next(&walk)) {
        uint32_t index = edit_walk_index(&walk);
        if (hider != 0 && hider != top) {
            struct zone_labels hider_labels = labels_of(zone_node_at(view, hider));
            if (!is_below(node, &hider_labels))
                hider = 0;
        }
        if (settle(edit, index, hider) && hider == 0)
            hider = index;
        top_labels = labels_of(zone_node_at(view, top)); /* its page may have been copied */
    }
}

/* ---- nodes ---- */

static uint32_t hidden_by_of(const struct zone_version *view, uint32_t parent)
{
    const struct zone_node *node = zone_node_at(view, parent);

    if (node->flags & FLAGS_THAT_HIDE)
        return parent;
    return (node->flags & ZONE_NODE_OCCLUDED) ? node->cover : 0;
}

/* The node for the suffix of a name that begins at `label`, below an existing parent. */
static uint32_t create_node(struct zone_edit *edit, const struct edit_target *target,
                            unsigned label, uint32_t parent)
{
    struct zone_space *space = &edit->space;
    unsigned at = target->key.offsets[label];
    struct zone_labels labels = {
        .octets = target->labels.octets + at,
        .size = (uint8_t)(target->labels.size - at),
        .label_count = (uint8_t)(target->labels.label_count - label),
    };
    uint64_t hash = target->key.hashes[label];
    uint32_t index = zone_space_alloc(space, sizeof(struct zone_node) + labels.size);

    if (space->is_full)
        return 0;
    struct zone_node *node = zone_space_write(space, index);
    *node = (struct zone_node){
        .hash = (uint32_t)(hash >> 32),
        .labels_size = labels.size,
        .label_count = labels.label_count,
        .flags = zone_labels_are_lower(labels.octets, labels.size) ? ZONE_NODE_LOWER : 0,
    };
    memcpy(node->labels, labels.octets, labels.size);
    zone_slots_insert(space, hash, index);
    order_insert(space, &space->view->order, &labels, index);
    space->view->node_count++;
    if (labels.label_count > space->view->depth)
        space->view->depth = labels.label_count;
    settle(edit, index, hidden_by_of(space->view, parent));
    if (labels.octets[0] == 1 && labels.octets[1] == '*') {
        struct zone_node *above = zone_space_write(space, parent);
        above->flags |= ZONE_NODE_WILDCARD_BELOW;
        space->view->flags |= ZONE_HAS_WILDCARD;
    }
    return index;
}

/* The node of a name, made with its missing ancestors if need be. */
static uint32_t need_node(struct zone_edit *edit, const struct edit_target *target)
{
    struct zone_space *space = &edit->space;
    unsigned label = 0;
    uint32_t index;

    while ((index = zone_find_index(space->view, &target->key, label)) == 0)
        label++; /* ends: the apex is there */
    while (label > 0 && !space->is_full)
        index = create_node(edit, target, --label, index);
    return index;
}

static bool has_children(const struct zone_version *view, const struct zone_labels *labels)
{
    struct zone_walk walk;

    if (!order_seek(&walk, view, view->order, labels))
        return false;
    const struct zone_node *next = zone_walk_next(&walk);
    return next != NULL && is_below(next, labels);
}

/* Take out a node without sets if nothing is below it, and then its ancestors likewise. */
static void remove_if_empty(struct zone_edit *edit, const struct edit_target *target)
{
    struct zone_space *space = &edit->space;
    struct zone_version *view = space->view;

    for (unsigned label = 0; label < target->labels.label_count; label++) {
        unsigned at = target->key.offsets[label];
        struct zone_labels labels = {
            .octets = target->labels.octets + at,
            .size = (uint8_t)(target->labels.size - at),
            .label_count = (uint8_t)(target->labels.label_count - label),
        };
        uint32_t index = zone_find_index(view, &target->key, label);
        if (zone_node_at(view, index)->sets != 0 || has_children(view, &labels))
            return;
        zone_host_leave(space, index);
        order_remove(space, &view->order, &labels);
        zone_slots_remove(space, target->key.hashes[label], index);
        zone_space_release(space, index, sizeof(struct zone_node) + labels.size);
        view->node_count--;
        if (labels.octets[0] == 1 && labels.octets[1] == '*') {
            uint32_t parent = zone_find_index(view, &target->key, label + 1);
            struct zone_node *above = zone_space_write(space, parent);
            above->flags &= (uint16_t)~ZONE_NODE_WILDCARD_BELOW;
        }
    }
}

/* ---- owners of NSEC3, which are no names ---- */

static uint32_t need_hashed(struct zone_edit *edit, const struct zone_labels *labels)
{
    struct zone_space *space = &edit->space;
    uint32_t index = edit_find_hashed(space->view, labels);

    if (index != 0)
        return index;
    index = zone_space_alloc(space, sizeof(struct zone_node) + labels->size);
    if (space->is_full)
        return 0;
    struct zone_node *node = zone_space_write(space, index);
    *node = (struct zone_node){
        .labels_size = labels->size,
        .label_count = labels->label_count,
        .flags = ZONE_NODE_NSEC3,
    };
    memcpy(node->labels, labels->octets, labels->size);
    if (zone_labels_are_lower(labels->octets, labels->size))
        node->flags |= ZONE_NODE_LOWER;
    order_insert(space, &space->view->nsec3_order, labels, index);
    return index;
}

/* ---- sets ---- */

/* The records of a node; room for one more. Pointers are into the arena. */
static struct zone_record *unpack(const struct zone_version *view, const struct zone_node *node,
                                  uint32_t *ret_count)
{
    const struct wire_rrset *set = zone_node_sets(view, node);
    uint32_t total = 0;

    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set))
        total += set->count;
    struct zone_record *records = td_malloc((total + 1) * sizeof(*records));
    uint32_t count = 0;
    set = zone_node_sets(view, node);
    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set)) {
        for (size_t at = 0; at < set->size; count++) {
            struct wire_rdata rdata = wire_rrset_rdata(set, &at);
            records[count] = (struct zone_record){
                .rdata = rdata.octets,
                .ttl = set->ttl,
                .arrival = count + 1,
                .type = set->type,
                .size = rdata.size,
            };
        }
    }
    *ret_count = count;
    return records;
}

static size_t sets_size(const struct zone_version *view, const struct zone_node *node)
{
    const struct wire_rrset *set = zone_node_sets(view, node);
    size_t size = (node->flags & ZONE_NODE_SIGNED) ? sizeof(*set) : 0;

    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set))
        size += wire_rrset_span(set);
    return size;
}

static size_t units_of(size_t size)
{
    return (size + ZONE_UNIT_SIZE - 1) / ZONE_UNIT_SIZE;
}

/* Put the records of a node anew: in place when they take the same room. */
static td_err repack(struct zone_edit *edit, uint32_t index, struct zone_record *records,
                     uint32_t count)
{
    struct zone_space *space = &edit->space;
    const struct zone_node *node = zone_node_at(space->view, index);
    struct zone_sets_report report = { .duplicates = 0 };
    uint32_t old = node->sets;
    size_t old_size = old == 0 ? 0 : sets_size(space->view, node);
    struct zone_sets_plan plan;

    td_err err = zone_sets_sort(records, count, &report, &plan);
    if (err != TD_OK)
        return err;
    /* Packed aside: the records point into what is about to be overwritten. */
    size_t size = plan.size;
    uint8_t *packed = td_malloc(size);
    if (plan.count != 0)
        zone_sets_write(records, &plan, packed);
    uint32_t sets = old;
    if (units_of(size) != units_of(old_size) || size > ZONE_PAGE_SIZE - ZONE_UNIT_SIZE) {
        if (old != 0)
            zone_space_release(space, old, old_size);
        sets = size == 0 ? 0 : zone_space_alloc(space, size);
    }
    if (!space->is_full) {
        if (size != 0)
            memcpy(zone_space_write(space, sets), packed, size);
        if (sets != old || plan.sets != zone_node_at(space->view, index)->set_count) {
            struct zone_node *writable = zone_space_write(space, index);
            writable->sets = sets;
            writable->set_count = (uint16_t)plan.sets;
        }
    }
    free(packed);
    return space->is_full ? TD_E_LIMIT : TD_OK;
}

/* The sets of a node have changed: what follows for it and for what is below. */
static void follow(struct zone_edit *edit, uint32_t index)
{
    const struct zone_version *view = edit->space.view;
    const struct zone_node *node = zone_node_at(view, index);
    uint16_t before = node->flags;

    if (before & ZONE_NODE_NSEC3) {
        uint16_t flags = (uint16_t)((before & ~FLAGS_OF_TYPES) | flags_of_sets(view, node));
        if (flags != before)
            ((struct zone_node *)zone_space_write(&edit->space, index))->flags = flags;
        return;
    }
    uint32_t hidden_by = (before & ZONE_NODE_OCCLUDED) ? node->cover : 0;
    bool hides = settle(edit, index, hidden_by);
    uint16_t after = zone_node_at(view, index)->flags;
    if (((before ^ after) & FLAGS_THAT_HIDE) != 0 && hidden_by == 0)
        settle_below(edit, index, hides);
}

static const struct zone_record *find_record(const struct zone_record *records, uint32_t count,
                                             uint16_t type, const uint8_t *rdata, uint16_t size)
{
    for (uint32_t i = 0; i < count; i++)
        if (records[i].type == type &&
            zone_rdata_same(type, records[i].rdata, records[i].size, rdata, size))
            return &records[i];
    return NULL;
}

td_err zone_edit_add(struct zone_edit *edit, const uint8_t *owner, uint16_t type, uint32_t ttl,
                     const uint8_t *rdata, uint16_t rdata_size)
{
    struct edit_target target;
    uint32_t count;

    td_err err = edit_target(edit, owner, &target);
    if (err != TD_OK)
        return err;
    uint32_t index = edit_is_hashed(type, rdata, rdata_size) ? need_hashed(edit, &target.labels)
                                                             : need_node(edit, &target);
    if (edit->space.is_full)
        return TD_E_LIMIT;
    struct zone_record *records =
        unpack(edit->space.view, zone_node_at(edit->space.view, index), &count);
    const struct zone_record *same = find_record(records, count, type, rdata, rdata_size);
    uint32_t had = count;
    if (same != NULL && same->ttl == ttl) {
        err = TD_E_EXISTS;
    } else {
        had -= same != NULL;
        /* First to arrive: its TTL becomes that of the set, its spelling replaces the old one. */
        records[count++] = (struct zone_record){
            .rdata = rdata, .ttl = ttl, .arrival = 0, .type = type, .size = rdata_size
        };
        err = repack(edit, index, records, count);
    }
    free(records);
    if (err != TD_OK)
        return err;
    edit->space.view->record_count += 1 + had;
    edit->space.view->record_count -= count - 1;
    follow(edit, index);
    return TD_OK;
}

td_err zone_edit_remove(struct zone_edit *edit, const uint8_t *owner, uint16_t type,
                        const uint8_t *rdata, uint16_t rdata_size, uint32_t *ret_ttl)
{
    struct zone_version *view = edit->space.view;
    struct edit_target target;
    uint32_t count;

    if (edit_target(edit, owner, &target) != TD_OK)
        return TD_E_NOT_FOUND;
    bool hashed = edit_is_hashed(type, rdata, rdata_size);
    uint32_t index =
        hashed ? edit_find_hashed(view, &target.labels) : zone_find_index(view, &target.key, 0);
    if (index == 0)
        return TD_E_NOT_FOUND;
    struct zone_record *records = unpack(view, zone_node_at(view, index), &count);
    const struct zone_record *found = find_record(records, count, type, rdata, rdata_size);
    if (found == NULL) {
        free(records);
        return TD_E_NOT_FOUND;
    }
    if (ret_ttl != NULL)
        *ret_ttl = found->ttl;
    records[found - records] = records[--count];
    td_err err = repack(edit, index, records, count);
    free(records);
    if (err != TD_OK)
        return err;
    view->record_count--;
    follow(edit, index);
    if (count != 0)
        return TD_OK;
    if (hashed) {
        order_remove(&edit->space, &view->nsec3_order, &target.labels);
        zone_space_release(&edit->space, index, sizeof(struct zone_node) + target.labels.size);
    } else {
        remove_if_empty(edit, &target);
    }
    return TD_OK;
}

/* ---- the end ---- */

static void lay_out_referral(struct zone_edit *edit, uint32_t delegation)
{
    const struct zone_version *view = edit->space.view;
    const struct zone_node *node;
    struct zone_labels labels;
    uint32_t below[IMAGE_BELOW_MAX + 1];
    uint32_t count = 0;
    struct zone_walk walk;

    ((struct zone_node *)zone_space_write(&edit->space, delegation))->flags &=
        (uint16_t)~ZONE_NODE_STALE;
    node = zone_node_at(view, delegation);
    labels = labels_of(node);
    if (!(node->flags & ZONE_NODE_DELEGATION) || !order_seek(&walk, view, view->order, &labels))
        return;
    for (node = zone_walk_next(&walk);
         node != NULL && count <= IMAGE_BELOW_MAX && is_below(node, &labels);
         node = zone_walk_next(&walk))
        below[count++] = edit_walk_index(&walk);
    zone_image_make(&edit->space, delegation, below, count, NULL);
}

td_err zone_edit_finish(struct zone_edit *edit, struct zone_version **ret_version)
{
    for (uint32_t i = 0; i < edit->stale_count && !edit->space.is_full; i++)
        lay_out_referral(edit, edit->stale[i]);
    td_err err = edit->space.is_full ? TD_E_LIMIT : layout_read_apex(&edit->space);
    if (err == TD_OK) {
        check_kept_hashes(edit->space.view, edit->space.lineage->newest);
        zone_image_make_apex(&edit->space);
        layout_find_salt(edit->space.view);
    }
    if (edit->space.is_full)
        err = TD_E_LIMIT;
    if (err != TD_OK) {
        zone_edit_abort(edit);
        return err;
    }
    *ret_version = zone_space_seal(&edit->space);
    free(edit->stale);
    free(edit);
    return TD_OK;
}

void zone_edit_abort(struct zone_edit *edit)
{
    zone_space_abort(&edit->space);
    free(edit->stale);
    free(edit);
}
