#include <string.h>

#include "base/assert.h"
#include "zone/order.h"

/* A tree that is built in one go is left with room, so that the first insertions split nothing. */
enum { BULK_FILL = ORDER_CAPACITY_MAX * 7 / 8 };

static size_t tree_size(unsigned capacity)
{
    return sizeof(struct order_node) + capacity * (sizeof(uint64_t) + sizeof(uint32_t));
}

static uint32_t *refs_of(struct order_node *tree)
{
    return (uint32_t *)(void *)(tree->keys + tree->capacity);
}

static unsigned capacity_for(unsigned count)
{
    unsigned capacity = ORDER_CAPACITY_MIN;

    while (capacity < count)
        capacity *= 2;
    return capacity < ORDER_CAPACITY_MAX ? capacity : ORDER_CAPACITY_MAX;
}

/* A tree that is built has room for what is in it, if that is little: zones of few names are many.
 */
static unsigned capacity_built(unsigned count)
{
    return count < ORDER_CAPACITY_MIN ? (count + 1) / 2 * 2 : capacity_for(count);
}

static uint32_t tree_new(struct zone_space *space, unsigned level, const uint64_t *keys,
                         const uint32_t *refs, unsigned count, unsigned capacity)
{
    uint32_t index = zone_space_alloc(space, tree_size(capacity));

    if (space->is_full)
        return 0;
    struct order_node *tree = zone_space_write(space, index);
    *tree = (struct order_node){
        .count = (uint16_t)count,
        .capacity = (uint16_t)capacity,
        .level = (uint16_t)level,
    };
    memcpy(tree->keys, keys, count * sizeof(*keys));
    memcpy(refs_of(tree), refs, count * sizeof(*refs));
    return index;
}

/* ---- building in one go ---- */

void order_bulk_init(struct order_bulk *bulk, struct zone_space *space)
{
    bulk->space = space;
    for (unsigned i = 0; i < ORDER_LEVELS_MAX; i++)
        bulk->levels[i].count = 0;
}

static void bulk_put(struct order_bulk *bulk, unsigned level, uint64_t key, uint32_t ref);

static void bulk_flush(struct order_bulk *bulk, unsigned level)
{
    unsigned count = bulk->levels[level].count;
    uint32_t index = tree_new(bulk->space, level, bulk->levels[level].keys,
                              bulk->levels[level].refs, count, ORDER_CAPACITY_MAX);

    bulk->levels[level].count = 0;
    bulk_put(bulk, level + 1, bulk->levels[level].keys[0], index);
}

static void bulk_put(struct order_bulk *bulk, unsigned level, uint64_t key, uint32_t ref)
{
    td_assert(level < ORDER_LEVELS_MAX);
    if (bulk->levels[level].count == BULK_FILL)
        bulk_flush(bulk, level);
    unsigned at = bulk->levels[level].count++;
    bulk->levels[level].keys[at] = key;
    bulk->levels[level].refs[at] = ref;
}

void order_bulk_add(struct order_bulk *bulk, uint64_t key, uint32_t node)
{
    bulk_put(bulk, 0, key, node);
}

uint32_t order_bulk_finish(struct order_bulk *bulk)
{
    unsigned level = 0;

    if (bulk->levels[0].count == 0)
        return 0;
    while (bulk->levels[level + 1].count != 0) {
        bulk_flush(bulk, level);
        level++;
    }
    unsigned count = bulk->levels[level].count;
    return tree_new(bulk->space, level, bulk->levels[level].keys, bulk->levels[level].refs, count,
                    capacity_built(count));
}

/* ---- changing ---- */

static struct order_node *tree_write(struct zone_space *space, uint32_t index)
{
    return zone_space_write(space, index);
}

static const struct order_node *tree_read(const struct zone_space *space, uint32_t index)
{
    return zone_at(space->view, index);
}

/* What has become of a tree node: perhaps it moved, perhaps it was cut in two. */
struct grown {
    uint32_t self;
    uint32_t right; /* 0: not cut */
    uint64_t right_key;
};

static void entry_insert(struct order_node *tree, unsigned at, uint64_t key, uint32_t ref)
{
    uint32_t *refs = refs_of(tree);
    unsigned behind = tree->count - at;

    memmove(tree->keys + at + 1, tree->keys + at, behind * sizeof(uint64_t));
    memmove(refs + at + 1, refs + at, behind * sizeof(uint32_t));
    tree->keys[at] = key;
    refs[at] = ref;
    tree->count++;
}

/* A larger copy of a small node that is full. */
static uint32_t enlarge(struct zone_space *space, uint32_t index)
{
    struct order_node *tree = tree_write(space, index); /* stays where it is until we are done */
    size_t old_size = tree_size(tree->capacity);
    uint64_t keys[ORDER_CAPACITY_MAX];
    uint32_t refs[ORDER_CAPACITY_MAX];

    memcpy(keys, tree->keys, tree->count * sizeof(*keys));
    memcpy(refs, refs_of(tree), tree->count * sizeof(*refs));
    uint32_t larger =
        tree_new(space, tree->level, keys, refs, tree->count, capacity_for(tree->capacity + 1u));
    if (larger != 0)
        zone_space_release(space, index, old_size);
    return larger;
}

/* Cut a full node in two and put the entry into its half. */
static struct grown split(struct zone_space *space, uint32_t index, unsigned at, uint64_t key,
                          uint32_t ref)
{
    struct order_node *tree = tree_write(space, index);
    unsigned keep = tree->count / 2;
    unsigned move = tree->count - keep;
    uint64_t keys[ORDER_CAPACITY_MAX];
    uint32_t refs[ORDER_CAPACITY_MAX];

    memcpy(keys, tree->keys + keep, move * sizeof(*keys));
    memcpy(refs, refs_of(tree) + keep, move * sizeof(*refs));
    struct grown grown = { .self = index };
    grown.right = tree_new(space, tree->level, keys, refs, move, ORDER_CAPACITY_MAX);
    if (grown.right == 0)
        return grown;
    tree_write(space, index)->count = (uint16_t)keep;
    if (at <= keep)
        entry_insert(tree_write(space, index), at, key, ref);
    else
        entry_insert(tree_write(space, grown.right), at - keep, key, ref);
    grown.right_key = tree_read(space, grown.right)->keys[0];
    return grown;
}

static struct grown put(struct zone_space *space, uint32_t index, unsigned at, uint64_t key,
                        uint32_t ref)
{
    const struct order_node *tree = tree_read(space, index);

    if (tree->count == tree->capacity) {
        if (tree->capacity == ORDER_CAPACITY_MAX)
            return split(space, index, at, key, ref);
        uint32_t larger = enlarge(space, index);
        if (larger == 0)
            return (struct grown){ .self = index };
        index = larger;
    }
    entry_insert(tree_write(space, index), at, key, ref);
    return (struct grown){ .self = index };
}

/* Bounded: one call for each level of the tree. */
static struct grown insert_below(struct zone_space *space, uint32_t index, uint64_t key,
                                 const struct zone_labels *labels, uint32_t node)
{
    const struct order_node *tree = tree_read(space, index);
    unsigned count = order_count_not_behind(space->view, tree, key, labels);

    if (tree->level == 0)
        return put(space, index, count, key, node);

    unsigned at = count == 0 ? 0 : count - 1;
    uint32_t child = order_refs(tree)[at];
    struct grown below = insert_below(space, child, key, labels, node);
    uint64_t first_key = tree_read(space, below.self)->keys[0];
    tree = tree_read(space, index);
    if (below.self != child || tree->keys[at] != first_key) {
        struct order_node *writable = tree_write(space, index);
        refs_of(writable)[at] = below.self;
        writable->keys[at] = first_key;
    }
    if (below.right == 0)
        return (struct grown){ .self = index };
    return put(space, index, at + 1, below.right_key, below.right);
}

void order_insert(struct zone_space *space, uint32_t *root, const struct zone_labels *labels,
                  uint32_t node)
{
    uint64_t key = zone_labels_sort_key(labels);

    if (*root == 0) {
        *root = tree_new(space, 0, &key, &node, 1, ORDER_CAPACITY_MIN);
        return;
    }
    struct grown top = insert_below(space, *root, key, labels, node);
    *root = top.self;
    if (top.right == 0)
        return;
    const struct order_node *left = tree_read(space, top.self);
    uint64_t keys[2] = { left->keys[0], top.right_key };
    uint32_t refs[2] = { top.self, top.right };
    td_assert(left->level + 1 < ORDER_LEVELS_MAX);
    uint32_t above = tree_new(space, left->level + 1u, keys, refs, 2, ORDER_CAPACITY_MIN);
    if (above != 0)
        *root = above;
}

/* Returns false when nothing is left below this tree node, which is then released. */
static bool remove_below(struct zone_space *space, uint32_t index, uint64_t key,
                         const struct zone_labels *labels)
{
    const struct order_node *tree = tree_read(space, index);
    unsigned count = order_count_not_behind(space->view, tree, key, labels);
    bool is_gone = true;

    td_assert(count != 0);
    unsigned at = count - 1;
    uint32_t child = order_refs(tree)[at];
    if (tree->level != 0)
        is_gone = !remove_below(space, child, key, labels);
    if (is_gone && tree->count == 1) {
        zone_space_release(space, index, tree_size(tree->capacity));
        return false;
    }
    if (is_gone) {
        struct order_node *writable = tree_write(space, index);
        uint32_t *refs = refs_of(writable);
        unsigned behind = writable->count - at - 1u;
        memmove(writable->keys + at, writable->keys + at + 1, behind * sizeof(uint64_t));
        memmove(refs + at, refs + at + 1, behind * sizeof(uint32_t));
        writable->count--;
        return true;
    }
    uint64_t first_key = tree_read(space, child)->keys[0];
    if (tree->keys[at] != first_key)
        tree_write(space, index)->keys[at] = first_key;
    return true;
}

void order_remove(struct zone_space *space, uint32_t *root, const struct zone_labels *labels)
{
    if (!remove_below(space, *root, zone_labels_sort_key(labels), labels))
        *root = 0;
}
