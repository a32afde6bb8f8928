/*
 * zone/order.h - a B+tree of nodes in canonical order, inside the arena.
 *
 * Shape    A tree node has up to ORDER_CAPACITY_MAX entries: sort keys (zone/label.h), then
 *          references: to zone nodes in a leaf, to tree nodes above. The key of an upper
 *          entry is the first key below it; equal keys are told apart by the names.
 *          Small trees have small nodes: as large as need be when built, then the capacity
 *          doubles from 8.
 * Floor    3. Not for other directories; walks are in zone/version.h.
 * Threads  As the arena.
 */
#pragma once

#include "zone/label.h"
#include "zone/space.h"
#include "zone/version.h"

enum { ORDER_CAPACITY_MIN = 8, ORDER_CAPACITY_MAX = 340, ORDER_LEVELS_MAX = 8 };

struct order_node {
    uint16_t count;
    uint16_t capacity;
    uint16_t level; /* 0: a leaf */
    uint16_t spare;
    uint64_t keys[]; /* capacity keys; then capacity references of 32 bits */
};

static inline const uint32_t *order_refs(const struct order_node *node)
{
    return (const uint32_t *)(const void *)(node->keys + node->capacity);
}

/* ---- building in one go: entries come in order ---- */

struct order_bulk {
    struct zone_space *space;
    struct {
        uint64_t keys[ORDER_CAPACITY_MAX];
        uint32_t refs[ORDER_CAPACITY_MAX];
        unsigned count;
    } levels[ORDER_LEVELS_MAX];
};

void order_bulk_init(struct order_bulk *bulk, struct zone_space *space);
void order_bulk_add(struct order_bulk *bulk, uint64_t key, uint32_t node);
/* Returns the root; 0 when nothing was added. */
uint32_t order_bulk_finish(struct order_bulk *bulk);

/* ---- changing; `root` is view->order or view->nsec3_order ---- */

/* The name is not in the tree. */
void order_insert(struct zone_space *space, uint32_t *root, const struct zone_labels *labels,
                  uint32_t node);
/* The name is in the tree. */
void order_remove(struct zone_space *space, uint32_t *root, const struct zone_labels *labels);

/* ---- reading ---- */

/* Put the walk on the last entry whose name is not behind `labels`; false: there is none. */
bool order_seek(struct zone_walk *walk, const struct zone_version *version, uint32_t root,
                const struct zone_labels *labels);

/* The same for who has the sort key of the labels already. */
bool order_seek_key(struct zone_walk *walk, const struct zone_version *version, uint32_t root,
                    uint64_t key, const struct zone_labels *labels);

/*
 * The last entry whose key is less than this one, if no key is the same in what `mask` keeps; and
 * what it refers to. 0: none is less, or there is such a key, so that the names have to be looked
 * at.
 */
uint32_t order_below(const struct zone_version *version, uint32_t root, uint64_t key,
                     uint64_t mask);

/* How many entries of a tree node are not behind the name sought; `key` is its sort key. */
unsigned order_count_not_behind(const struct zone_version *version, const struct order_node *tree,
                                uint64_t key, const struct zone_labels *labels);
