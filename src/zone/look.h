/*
 * zone/look.h - a look-up in steps, so that those of a batch wait for memory together.
 *
 * Shape    In a large zone nothing is near: neither the slot of the hash index, nor the node that
 *          it leads to, nor what that node answers with. Each step takes what the one before has
 *          brought near, and asks for the next; the last one says what a look-up at once would
 *          say. `relative` is always the number of labels that the key's name has below the apex.
 *          Laid out where it is used: it is on the road of every query.
 * Floor    3.
 * Threads  As zone/version.h.
 */
#pragma once

#include "base/macros.h"
#include "base/octets.h"
#include "zone/version.h"

enum { ZONE_LOOK_NAME_END = 40 }; /* octets of a node with a name of 18 */

struct zone_look {
    const uint64_t *slot;         /* where the search for a name begins; NULL: not begun */
    const struct zone_node *node; /* after the second step: what its hash leads to, or NULL */
    uint8_t label;                /* key->offsets[label] is where that name begins */
};

/* ---- the hash index ---- */

static inline const uint64_t *zone_slot_at(const struct zone_version *version, uint32_t slot)
{
    return zone_at(version, version->slots + slot);
}

static inline uint32_t zone_slot_home(const struct zone_version *version, uint64_t hash)
{
    return (uint32_t)(((hash >> 32) * version->slot_count) >> 32);
}

/* Is the slot taken, and by another name? */
static inline bool zone_slot_is_others(uint64_t value, uint64_t hash)
{
    return value != 0 && (uint32_t)(value >> 32) != (uint32_t)hash;
}

/* What the next slot holds. */
static inline uint64_t zone_slot_next(const struct zone_version *version, uint32_t *slot)
{
    if (td_unlikely(++*slot == version->slot_count))
        *slot = 0;
    return *zone_slot_at(version, *slot);
}

/*
 * Does the node have this name, beyond doubt? Else it may still be so, if its name is long or not
 * in lower case.
 */
static inline bool zone_node_is_surely(const struct zone_node *node, uint64_t hash,
                                       const uint8_t *lower, unsigned size)
{
    return node->hash == (uint32_t)(hash >> 32) && node->labels_size == size &&
           size <= TD_OCTETS_SHORT_MAX && td_octets_same_short(node->labels, lower, size);
}

/* ---- the steps ---- */

/* Names deeper than the deepest of the zone need not be looked for. */
static inline unsigned zone_look_deepest(const struct zone_version *version, unsigned relative)
{
    return relative > version->depth ? relative - version->depth : 0;
}

/*
 * Every fourth name is a cut: then a look-up goes from the apex down, since it ends at the cut,
 * whatever is asked below it. Else it goes upwards, from the deepest name that there may be.
 */
static inline unsigned zone_look_first(const struct zone_version *version, unsigned relative)
{
    return zone_is_mostly_cuts(version) ? relative - 1 : zone_look_deepest(version, relative);
}

/* First step, for a name below the apex. */
static inline void zone_look_begin(const struct zone_version *version, const struct wire_key *key,
                                   unsigned relative, struct zone_look *ret_look)
{
    unsigned label = zone_look_first(version, relative);
    const uint64_t *slot = zone_slot_at(version, zone_slot_home(version, key->hashes[label]));

    __builtin_prefetch(slot);
    ret_look->slot = slot;
    ret_look->label = (uint8_t)label;
    if (label + 1 < relative) /* upwards, then: the next name is as likely */
        __builtin_prefetch(zone_slot_at(version, zone_slot_home(version, key->hashes[label + 1])));
}

static inline const struct zone_node *zone_look_find(const struct zone_version *version,
                                                     uint64_t hash, const uint64_t *slot)
{
    uint64_t value = *slot;

    if (zone_slot_is_others(value, hash)) {
        uint32_t next = zone_slot_home(version, hash);
        do
            value = zone_slot_next(version, &next);
        while (zone_slot_is_others(value, hash));
    }
    return value == 0 ? NULL : zone_node_at(version, (uint32_t)value);
}

/* Second step, when the first was done. */
static inline void zone_look_node(const struct zone_version *version, const struct wire_key *key,
                                  unsigned relative, struct zone_look *look)
{
    const struct zone_node *node = zone_look_find(version, key->hashes[look->label], look->slot);

    if (node == NULL && look->label + 1u < relative) {
        uint64_t hash = key->hashes[++look->label];
        node = zone_look_find(version, hash, zone_slot_at(version, zone_slot_home(version, hash)));
    }
    look->node = node;
    if (node == NULL)
        return;
    __builtin_prefetch(node); /* and its name, if that is not on the same line */
    __builtin_prefetch((const uint8_t *)node + ZONE_LOOK_NAME_END);
}

/*
 * Third step: the referral of a cut, which is laid out behind its subtree; or the sets behind the
 * node. (A compiler takes a function that only prefetches for one without effect, so it must not be
 * one.)
 */
static TD_ALWAYS_INLINE void zone_look_answer(const struct zone_version *version,
                                              const struct zone_look *look)
{
    const struct zone_node *node = look->node;

    if (node == NULL)
        return;
    if (td_unlikely(node->cover == 0)) {
        __builtin_prefetch((const uint8_t *)node + 64);
        return;
    }
    const uint8_t *image = zone_at(version, node->cover);
    __builtin_prefetch(image);
    __builtin_prefetch(image + 64);
    __builtin_prefetch(image + 128);
}

/* The last step is not as plain as most. */
struct zone_nearest zone_look_further(const struct zone_version *version,
                                      const struct wire_key *key, unsigned relative,
                                      const struct zone_look *look);

/*
 * Last step, also when none was done before: the closest encloser of a name that is the apex or
 * below it. At or below a cut it is the cut, if most names are cuts.
 */
static TD_ALWAYS_INLINE struct zone_nearest zone_look_end(const struct zone_version *version,
                                                          const struct wire_key *key,
                                                          unsigned relative,
                                                          const struct zone_look *look)
{
    if (look->slot == NULL)
        return zone_is_mostly_cuts(version) ? zone_find_downwards(version, key, relative)
                                            : zone_find_nearest(version, key, relative);
    const struct zone_node *node = look->node;
    unsigned label = look->label, at = key->offsets[label], size = key->offsets[relative] - at;

    if (node == NULL && label + 1 == relative)
        return (struct zone_nearest){ zone_version_apex(version), relative };
    if (td_likely(node != NULL) &&
        td_likely(zone_node_is_surely(node, key->hashes[label], key->lower + at, size)) &&
        (td_likely(node->flags & (ZONE_NODE_DELEGATION | ZONE_NODE_DNAME)) || label == 0 ||
         !zone_is_mostly_cuts(version)))
        return (struct zone_nearest){ node, label };
    return zone_look_further(version, key, relative, look);
}
