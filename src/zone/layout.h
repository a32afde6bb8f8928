/*
 * zone/layout.h - from sorted owners to nodes, sets, images, hash index and order.
 *
 * Shape    Owners are given in canonical order, each once, with their records; missing
 *          ancestors (empty non-terminals) are made on the way.
 * Floor    3. Not for other directories.
 * Threads  One owner.
 */
#pragma once

#include "dnssec/nsec3.h"
#include "zone/host.h"
#include "zone/order.h"
#include "zone/sets.h"
#include "zone/space.h"

struct layout_ancestor {
    uint64_t hash;
    uint32_t node;
    uint32_t hidden_by; /* nodes below are hidden by this one; 0: they are not */
};

struct layout_owner {
    uint8_t lower[WIRE_KEY_SIZE_MAX + TD_HASH_PAD + 1]; /* labels, in lower case */
    uint8_t offsets[WIRE_KEY_LABELS_MAX];               /* of them */
    uint8_t size;
    uint8_t label_count;
    bool is_lower; /* as it was given */
};

struct layout_entry {
    uint64_t hash;
    uint32_t node;
};

struct layout {
    struct zone_space *space;
    struct order_bulk names;
    struct order_bulk hashed;
    struct layout_entry *entries;
    uint32_t entry_count;
    uint32_t entry_capacity;
    struct zone_sets_report report;
    struct zone_host_wants wants;
    uint32_t cut; /* the delegation whose subtree is being laid out; 0: none */
    uint32_t below[65];
    uint32_t below_count;
    struct dnssec_nsec3_params chain;                          /* when view->nsec3_is_kept */
    struct layout_ancestor ancestors[WIRE_KEY_LABELS_MAX + 1]; /* by label count */
    struct layout_owner owners[2]; /* the last one, and the one before */
    unsigned owner;                /* which is the last */
    td_err err;                    /* the first that happened */
};

void layout_init(struct layout *layout, struct zone_space *space);
void layout_fini(struct layout *layout);

/* Records of a name with this sort key, in any order; the array is sorted in place. */
void layout_name(struct layout *layout, const struct zone_labels *labels, uint64_t sort_key,
                 struct zone_record *records, uint32_t count);

/* Records of an owner of NSEC3. */
void layout_hashed(struct layout *layout, const struct zone_labels *labels, uint64_t sort_key,
                   struct zone_record *records, uint32_t count);

/* Hash index, order and what the version says of itself. Returns the first error. */
TD_NODISCARD td_err layout_finish(struct layout *layout);

/* Flags of a node from the types that it has; not those that depend on its place. */
uint16_t layout_node_flags(const struct zone_record *records, uint32_t count);

/* What the apex says of the whole version: serial, flags, NSEC3 parameters. TD_E_INVALID: no SOA,
 * or two. */
TD_NODISCARD td_err layout_read_apex(struct zone_space *space);

/* The salt is in the arena, of which small ones move when they grow or are trimmed: find it again.
 */
void layout_find_salt(struct zone_version *view);
