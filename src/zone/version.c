#include "zone/version.h"

#include <string.h>

#include "base/assert.h"
#include "base/macros.h"
#include "base/octets.h"
#include "base/reader.h"
#include "wire/rrtype.h"
#include "zone/label.h"
#include "zone/look.h"
#include "zone/space.h"

const uint8_t *zone_version_name(const struct zone_version *version)
{
    return version->lineage->name;
}

uint8_t zone_version_name_size(const struct zone_version *version)
{
    return version->lineage->name_size;
}

uint8_t zone_version_label_count(const struct zone_version *version)
{
    return version->lineage->label_count;
}

const struct td_hash_seed *zone_version_seed(const struct zone_version *version)
{
    return version->lineage->seed;
}

const struct wire_rrset *zone_node_signature(const struct zone_version *version,
                                             const struct zone_node *node,
                                             const struct wire_rrset *set)
{
    (void)version;
    if (!(node->flags & ZONE_NODE_SIGNED))
        return NULL;
    /* The sets of a signed node end with one of type 0 (zone/sets.h). */
    const struct wire_rrset *next = wire_rrset_next(set);
    if (next->type != WIRE_TYPE_RRSIG || wire_rrset_covered(next) != set->type)
        return NULL;
    return next;
}

void zone_node_name(const struct zone_version *version, const struct zone_node *node,
                    struct wire_name *ret_name)
{
    memcpy(ret_name->octets, node->labels, node->labels_size);
    memcpy(ret_name->octets + node->labels_size, version->lineage->name,
           version->lineage->name_size);
    ret_name->size = (uint8_t)(node->labels_size + version->lineage->name_size);
    ret_name->label_count = (uint8_t)(node->label_count + version->lineage->label_count + 1);
}

/* ---- look-up by name ---- */

static inline bool is_named(const struct zone_node *node, const uint8_t *lower, unsigned size)
{
    return node->labels_size == size &&
           (td_likely(td_octets_same(node->labels, lower, size)) ||
            td_unlikely(!(node->flags & ZONE_NODE_LOWER) &&
                        zone_labels_equal(node->labels, lower, (uint8_t)size)));
}

/* What the slot of a name holds, given its hash and its lower-cased labels; 0: no such name. */
static TD_NOINLINE uint64_t probe(const struct zone_version *version, uint64_t hash,
                                  const uint8_t *lower, unsigned size)
{
    uint32_t slot = zone_slot_home(version, hash);
    uint64_t value = *zone_slot_at(version, slot);

    for (; value != 0; value = zone_slot_next(version, &slot)) {
        if (zone_slot_is_others(value, hash))
            continue;
        const struct zone_node *node = zone_node_at(version, (uint32_t)value);
        if (node->hash == (uint32_t)(hash >> 32) && is_named(node, lower, size))
            break;
    }
    return value;
}

static inline const struct zone_node *node_of(const struct zone_version *version, uint64_t value)
{
    return value == 0 ? NULL : zone_node_at(version, (uint32_t)value);
}

/*
 * The same for most names: without a call, and so without registers to be saved. *ret_is_sure is
 * false when it takes probe() to tell.
 */
static TD_ALWAYS_INLINE const struct zone_node *look(const struct zone_version *version,
                                                     uint64_t hash, const uint8_t *lower,
                                                     unsigned size, bool *ret_is_sure)
{
    uint32_t slot = zone_slot_home(version, hash);
    uint64_t value = *zone_slot_at(version, slot);

    *ret_is_sure = true;
    while (zone_slot_is_others(value, hash))
        value = zone_slot_next(version, &slot);
    if (value == 0)
        return NULL;
    const struct zone_node *node = zone_node_at(version, (uint32_t)value);
    *ret_is_sure = zone_node_is_surely(node, hash, lower, size);
    return node;
}

static inline uint64_t probe_label(const struct zone_version *version, const struct wire_key *key,
                                   unsigned label)
{
    unsigned at = key->offsets[label];

    return probe(version, key->hashes[label], key->lower + at,
                 key->size - at - version->lineage->name_size);
}

uint32_t zone_find_index(const struct zone_version *version, const struct wire_key *key,
                         unsigned label)
{
    return (uint32_t)probe_label(version, key, label);
}

const struct zone_node *zone_find_exact(const struct zone_version *version,
                                        const struct wire_key *key, unsigned label)
{
    return node_of(version, probe_label(version, key, label));
}

const struct zone_node *zone_find_wildcard(const struct zone_version *version,
                                           const struct wire_key *key, unsigned label)
{
    uint8_t lower[WIRE_KEY_SIZE_MAX + TD_HASH_PAD] = { 1, '*' };
    unsigned at = key->offsets[label];
    unsigned size = key->size - at - version->lineage->name_size;
    uint64_t hash = td_hash_label(version->lineage->seed, key->hashes[label], lower + 1, 1);

    if (size + 2u > WIRE_KEY_SIZE_MAX)
        return NULL;
    memcpy(lower + 2, key->lower + at, size);
    return node_of(version, probe(version, hash, lower, size + 2));
}

bool zone_contains(const struct zone_version *version, const struct wire_key *key)
{
    const struct zone_lineage *lineage = version->lineage;

    if (key->label_count < lineage->label_count || key->size < lineage->name_size)
        return false;
    unsigned at = key->offsets[key->label_count - lineage->label_count];
    return key->size - at == lineage->name_size &&
           zone_labels_equal(key->lower + at, lineage->name, lineage->name_size);
}

static TD_NOINLINE void find_cover(const struct zone_version *version, const struct wire_key *key,
                                   struct zone_found *found)
{
    const struct zone_node *encloser = found->encloser;

    if (encloser->flags & ZONE_NODE_DELEGATION) {
        found->cover = encloser;
        found->cover_label = found->encloser_label;
    } else if (encloser->flags & ZONE_NODE_OCCLUDED) {
        found->cover = zone_node_at(version, encloser->cover);
        found->cover_label =
            (uint8_t)(key->label_count - version->lineage->label_count - found->cover->label_count);
    } else if ((encloser->flags & ZONE_NODE_DNAME) && found->node == NULL) {
        found->cover = encloser;
        found->cover_label = found->encloser_label;
    }
}

/* From a label on. */
static TD_NOINLINE struct zone_nearest find_from(const struct zone_version *version,
                                                 const struct wire_key *key, unsigned relative,
                                                 unsigned label)
{
    const struct zone_node *node = NULL;

    while (label < relative && (node = node_of(version, probe_label(version, key, label))) == NULL)
        label++;
    return (struct zone_nearest){ node != NULL ? node : zone_version_apex(version), label };
}

static TD_NOINLINE struct zone_nearest find_downwards_from(const struct zone_version *version,
                                                           const struct wire_key *key,
                                                           struct zone_nearest nearest)
{
    while (nearest.label != 0) {
        const struct zone_node *node =
            node_of(version, probe_label(version, key, (unsigned)nearest.label - 1));
        if (node == NULL)
            break;
        nearest.encloser = node;
        nearest.label--;
        if (node->flags & (ZONE_NODE_DELEGATION | ZONE_NODE_DNAME))
            break;
    }
    return nearest;
}

struct zone_nearest zone_look_further(const struct zone_version *version,
                                      const struct wire_key *key, unsigned relative,
                                      const struct zone_look *look)
{
    if (zone_is_mostly_cuts(version))
        return find_downwards_from(version, key,
                                   (struct zone_nearest){ zone_version_apex(version), relative });
    return find_from(version, key, relative, look->label + (look->node == NULL));
}

TD_HOT struct zone_nearest zone_find_nearest(const struct zone_version *version,
                                             const struct wire_key *key, unsigned relative)
{
    unsigned end = key->offsets[relative]; /* of the labels below the apex */
    bool is_sure;

    for (unsigned label = zone_look_deepest(version, relative); label < relative; label++) {
        unsigned at = key->offsets[label];
        const struct zone_node *node =
            look(version, key->hashes[label], key->lower + at, end - at, &is_sure);
        if (node == NULL)
            continue;
        if (td_unlikely(!is_sure))
            return find_from(version, key, relative, label);
        return (struct zone_nearest){ node, label };
    }
    return (struct zone_nearest){ zone_version_apex(version), relative };
}

/* Each ancestor of a name exists: the first that does not is where the search ends. */
TD_HOT struct zone_nearest zone_find_downwards(const struct zone_version *version,
                                               const struct wire_key *key, unsigned relative)
{
    unsigned end = key->offsets[relative]; /* of the labels below the apex */
    struct zone_nearest nearest = { zone_version_apex(version), relative };

    while (nearest.label != 0) {
        unsigned at = key->offsets[nearest.label - 1];
        uint64_t hash = key->hashes[nearest.label - 1];
        bool is_sure;
        const struct zone_node *node = look(version, hash, key->lower + at, end - at, &is_sure);
        if (node == NULL)
            break;
        if (td_unlikely(!is_sure))
            return find_downwards_from(version, key, nearest);
        nearest.encloser = node;
        nearest.label--;
        if (td_likely(node->flags & (ZONE_NODE_DELEGATION | ZONE_NODE_DNAME)))
            break;
    }
    return nearest;
}

void zone_find(const struct zone_version *version, const struct wire_key *key,
               struct zone_found *ret_found)
{
    unsigned relative = (unsigned)key->label_count - version->lineage->label_count;
    struct zone_nearest nearest = zone_find_nearest(version, key, relative);

    ret_found->node = nearest.label == 0 ? nearest.encloser : NULL;
    ret_found->cover = NULL;
    ret_found->cover_label = 0;
    ret_found->encloser = nearest.encloser;
    ret_found->encloser_label = (uint8_t)nearest.label;
    if (nearest.encloser->flags & ZONE_NODE_MAY_COVER)
        find_cover(version, key, ret_found);
}
