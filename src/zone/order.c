#include "zone/order.h"

#include "base/assert.h"
#include "base/macros.h"

static const struct order_node *tree_node(const struct zone_version *version, uint32_t index)
{
    return zone_at(version, index);
}

static struct zone_labels labels_of(const struct zone_node *node)
{
    return (struct zone_labels){ node->labels, node->labels_size, node->label_count };
}

/* The first name below an entry. */
static const struct zone_node *first_below(const struct zone_version *version, unsigned level,
                                           uint32_t ref)
{
    for (; level != 0; level--)
        ref = order_refs(tree_node(version, ref))[0];
    return zone_node_at(version, ref);
}

/* Is the entry's (first) name not behind the one sought? Their sort keys are equal. */
static bool tie_is_not_behind(const struct zone_version *version, const struct order_node *tree,
                              unsigned at, const struct zone_labels *labels)
{
    struct zone_labels entry = labels_of(first_below(version, tree->level, order_refs(tree)[at]));

    return zone_labels_order(&entry, labels) <= 0;
}

static inline const uint64_t *skip(const uint64_t *base, unsigned by, uint64_t key)
{
    return base[by] <= key ? base + by : base;
}

/*
 * How many keys are not greater. A search without branches: whether a key is greater nobody could
 * foretell. The greatest power of two that is not more than the count halves step by step.
 */
static TD_ALWAYS_INLINE unsigned count_not_greater(const struct order_node *tree, uint64_t key)
{
    const uint64_t *base = tree->keys;
    unsigned count = tree->count;

    if (td_unlikely(count == 0))
        return 0;
    unsigned power = 31u - (unsigned)__builtin_clz(count);
    base = skip(base, count - (1u << power), key);
    switch (power) {
    default:
        base = skip(base, 128, key);
        /* fallthrough */
    case 7:
        base = skip(base, 64, key);
        /* fallthrough */
    case 6:
        base = skip(base, 32, key);
        /* fallthrough */
    case 5:
        base = skip(base, 16, key);
        /* fallthrough */
    case 4:
        base = skip(base, 8, key);
        /* fallthrough */
    case 3:
        base = skip(base, 4, key);
        /* fallthrough */
    case 2:
        base = skip(base, 2, key);
        /* fallthrough */
    case 1:
        base = skip(base, 1, key);
        /* fallthrough */
    case 0:
        break;
    }
    return (unsigned)(base - tree->keys) + (*base <= key);
}

_Static_assert(ORDER_CAPACITY_MAX < 512, "a search begins with steps of 128");

/* The same among entries below `high`, of which the last has the same key. */
static TD_NOINLINE unsigned count_among_ties(const struct zone_version *version,
                                             const struct order_node *tree, unsigned high,
                                             uint64_t key, const struct zone_labels *labels)
{
    unsigned low = key == 0 ? 0 : count_not_greater(tree, key - 1);

    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (tie_is_not_behind(version, tree, middle, labels))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

unsigned order_count_not_behind(const struct zone_version *version, const struct order_node *tree,
                                uint64_t key, const struct zone_labels *labels)
{
    unsigned count = count_not_greater(tree, key);

    if (count == 0 || tree->keys[count - 1] != key)
        return count;
    return count_among_ties(version, tree, count, key, labels);
}

bool order_seek(struct zone_walk *walk, const struct zone_version *version, uint32_t root,
                const struct zone_labels *labels)
{
    return order_seek_key(walk, version, root, zone_labels_sort_key(labels), labels);
}

TD_HOT bool order_seek_key(struct zone_walk *walk, const struct zone_version *version,
                           uint32_t root, uint64_t key, const struct zone_labels *labels)
{
    unsigned depth = 0;

    walk->version = version;
    walk->level_count = 0;
    if (root == 0)
        return false;
    for (uint32_t index = root;; depth++) {
        const struct order_node *tree = tree_node(version, index);
        unsigned count = count_not_greater(tree, key);
        if (td_unlikely(count != 0 && tree->keys[count - 1] == key))
            count = count_among_ties(version, tree, count, key, labels);
        if (count == 0)
            return false; /* only at the root: below, the first entry was compared above */
        walk->path[depth] = index;
        walk->at[depth] = (uint16_t)(count - 1);
        if (tree->level == 0)
            break;
        index = order_refs(tree)[count - 1];
    }
    walk->level_count = (uint8_t)(depth + 1);
    return true;
}

TD_HOT uint32_t order_below(const struct zone_version *version, uint32_t root, uint64_t key,
                            uint64_t mask)
{
    uint32_t index = root;

    if (td_unlikely(root == 0))
        return 0;
    for (;;) {
        const struct order_node *tree = tree_node(version, index);
        unsigned count = count_not_greater(tree, key);
        if (td_unlikely(count == 0) || ((tree->keys[count - 1] ^ key) & mask) == 0)
            return 0;
        index = order_refs(tree)[count - 1];
        if (tree->level == 0)
            return index;
    }
}

static uint32_t root_of(const struct zone_version *version, enum zone_order order)
{
    return order == ZONE_ORDER_NAMES ? version->order : version->nsec3_order;
}

static const struct zone_node *walk_here(const struct zone_walk *walk)
{
    unsigned leaf = walk->level_count - 1u;
    const struct order_node *tree = tree_node(walk->version, walk->path[leaf]);

    return zone_node_at(walk->version, order_refs(tree)[walk->at[leaf]]);
}

/* From a tree node on `depth`, go down its first or last entries to a leaf. */
static const struct zone_node *walk_down(struct zone_walk *walk, unsigned depth, uint32_t index,
                                         bool to_last)
{
    for (;; depth++) {
        const struct order_node *tree = tree_node(walk->version, index);
        walk->path[depth] = index;
        walk->at[depth] = to_last ? (uint16_t)(tree->count - 1) : 0;
        if (tree->level == 0)
            break;
        index = order_refs(tree)[walk->at[depth]];
    }
    walk->level_count = (uint8_t)(depth + 1);
    return walk_here(walk);
}

static const struct zone_node *walk_end(struct zone_walk *walk, const struct zone_version *version,
                                        enum zone_order order, bool to_last)
{
    uint32_t root = root_of(version, order);

    walk->version = version;
    walk->level_count = 0;
    return root == 0 ? NULL : walk_down(walk, 0, root, to_last);
}

const struct zone_node *zone_walk_first(struct zone_walk *walk, const struct zone_version *version,
                                        enum zone_order order)
{
    return walk_end(walk, version, order, false);
}

const struct zone_node *zone_walk_last(struct zone_walk *walk, const struct zone_version *version,
                                       enum zone_order order)
{
    return walk_end(walk, version, order, true);
}

const struct zone_node *zone_walk_at_or_before(struct zone_walk *walk,
                                               const struct zone_version *version,
                                               enum zone_order order, const struct wire_key *key)
{
    struct zone_labels labels = {
        .octets = key->lower,
        .size = (uint8_t)(key->size - zone_version_name_size(version)),
        .label_count = (uint8_t)(key->label_count - zone_version_label_count(version)),
    };

    if (!order_seek(walk, version, root_of(version, order), &labels))
        return NULL;
    return walk_here(walk);
}

const struct zone_node *zone_walk_next(struct zone_walk *walk)
{
    for (unsigned depth = walk->level_count; depth-- > 0;) {
        const struct order_node *tree = tree_node(walk->version, walk->path[depth]);
        if (walk->at[depth] + 1 == tree->count)
            continue;
        walk->at[depth]++;
        if (tree->level == 0)
            return walk_here(walk);
        return walk_down(walk, depth + 1, order_refs(tree)[walk->at[depth]], false);
    }
    walk->level_count = 0;
    return NULL;
}

const struct zone_node *zone_walk_previous(struct zone_walk *walk)
{
    for (unsigned depth = walk->level_count; depth-- > 0;) {
        const struct order_node *tree = tree_node(walk->version, walk->path[depth]);
        if (walk->at[depth] == 0)
            continue;
        walk->at[depth]--;
        if (tree->level == 0)
            return walk_here(walk);
        return walk_down(walk, depth + 1, order_refs(tree)[walk->at[depth]], true);
    }
    walk->level_count = 0;
    return NULL;
}
