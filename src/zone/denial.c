/* Which NSEC or NSEC3 proves that a name is not there: searched for in the order of their owners.
 */
#include "zone/denial.h"

#include <string.h>

#include "base/basen.h"
#include "base/macros.h"
#include "base/reader.h"
#include "wire/rrtype.h"
#include "zone/label.h"
#include "zone/order.h"

static inline bool has_nsec(const struct zone_version *version, const struct zone_node *node)
{
    return (node->flags & ZONE_NODE_OCCLUDED) == 0 &&
           zone_node_set(version, node, WIRE_TYPE_NSEC) != NULL;
}

const struct zone_node *zone_nsec_before(const struct zone_version *version,
                                         const struct wire_key *key)
{
    struct zone_walk walk;
    const struct zone_node *node = zone_walk_at_or_before(&walk, version, ZONE_ORDER_NAMES, key);

    /* What hides a name is the last in front of it that has an NSEC, if any has. */
    if (td_likely(node != NULL)) {
        const struct zone_node *visible =
            node->flags & ZONE_NODE_OCCLUDED ? zone_node_at(version, node->cover) : node;
        if (td_likely(has_nsec(version, visible)))
            return visible;
    }
    while (node != NULL && !has_nsec(version, node))
        node = zone_walk_previous(&walk);
    return node;
}

/*
 * The sort key of an NSEC3's owner (zone/label.h): eight digits of base32hex for the first 40 bits
 * of the hash. They are spread five bits an octet; digits above 9 are letters.
 */
static inline uint64_t sort_key_of(uint64_t bits40)
{
    const uint64_t ones = 0x0101010101010101;
    uint64_t key = (bits40 & 0xFFFFF00000) << 12 | (bits40 & 0xFFFFF);

    key = (key & 0x000FFC00000FFC00) << 6 | (key & 0x000003FF000003FF);
    key = (key & 0x03E003E003E003E0) << 3 | (key & 0x001F001F001F001F);
    uint64_t is_letter = ((key + ones * (0x80 - 10)) & ones << 7) >> 7;
    return key + ones * '0' + is_letter * ('a' - '0' - 10);
}

static uint32_t index_here(const struct zone_walk *walk)
{
    unsigned leaf = walk->level_count - 1u;
    const struct order_node *tree = zone_at(walk->version, walk->path[leaf]);

    return order_refs(tree)[walk->at[leaf]];
}

/* The whole hash decides: it begins like that of an owner, or is in front of all. */
static TD_NOINLINE uint32_t find_slowly(const struct zone_version *version, const uint8_t hash[20],
                                        uint64_t key, bool *ret_match)
{
    uint8_t label[1 + 32] = { 32 };
    struct zone_labels labels = { .octets = label, .size = sizeof(label), .label_count = 1 };
    struct zone_walk walk;

    td_base32hex_encode(hash, 20, (char *)label + 1);
    if (!order_seek_key(&walk, version, version->nsec3_order, key, &labels) &&
        zone_walk_last(&walk, version, ZONE_ORDER_NSEC3) == NULL)
        return 0;
    uint32_t index = index_here(&walk);
    const struct zone_node *node = zone_node_at(version, index);
    *ret_match =
        node->labels_size == sizeof(label) && zone_labels_equal(node->labels, label, sizeof(label));
    return index;
}

uint32_t zone_nsec3_index(const struct zone_version *version, const uint8_t hash[20],
                          bool *ret_match)
{
    uint64_t key = sort_key_of((uint64_t)td_get_u32(hash) << 8 | hash[4]);
    uint32_t index = order_below(version, version->nsec3_order, key, UINT64_MAX);

    *ret_match = false;
    if (td_likely(index != 0) || version->nsec3_order == 0)
        return index;
    return find_slowly(version, hash, key, ret_match);
}

const struct zone_node *zone_nsec3_at_or_before(const struct zone_version *version,
                                                const uint8_t hash[20], bool *ret_match)
{
    uint32_t index = zone_nsec3_index(version, hash, ret_match);

    return index == 0 ? NULL : zone_node_at(version, index);
}

const struct zone_node *zone_nsec3_covering(const struct zone_version *version,
                                            const struct zone_node *node)
{
    const uint64_t six_digits = UINT64_MAX << 16; /* 30 of the 32 bits that are known */
    uint64_t bits = node->nsec3;

    if (td_unlikely(!version->nsec3_is_kept) || bits == 0)
        return NULL;
    uint32_t index =
        order_below(version, version->nsec3_order, sort_key_of(bits << 8 | 0xFF), six_digits);
    return td_likely(index != 0) ? zone_node_at(version, index) : NULL;
}

bool zone_nsec3_params(const struct zone_version *version, struct dnssec_nsec3_params *ret_params)
{
    const struct zone_nsec3 *chain = version->nsec3;

    if (chain == NULL)
        return false;
    ret_params->algorithm = chain->algorithm;
    ret_params->flags = 0;
    ret_params->iterations = chain->iterations;
    ret_params->salt_size = chain->salt_size;
    memcpy(ret_params->salt, chain->salt, chain->salt_size);
    return dnssec_nsec3_params_check(ret_params) == TD_OK;
}

uint32_t zone_nsec3_bits(const struct zone_version *version,
                         const struct dnssec_nsec3_params *params, const struct zone_node *node)
{
    uint8_t hash[DNSSEC_NSEC3_HASH_SIZE];
    struct wire_name name;

    zone_node_name(version, node, &name);
    dnssec_nsec3_hash(params, name.octets, name.size, hash);
    return td_get_u32(hash);
}
