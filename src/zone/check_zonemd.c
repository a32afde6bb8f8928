/* The digest of the zone: one more walk, when there is a ZONEMD that can be verified. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "dnssec/zonemd.h"
#include "wire/rrtype.h"
#include "zone/check_run.h"
#include "zone/label.h"

struct digest_sets {
    const struct wire_rrset **sets;
    size_t count;
    size_t capacity;
};

static void add_sets(const struct check_run *run, const struct zone_node *node,
                     struct digest_sets *sets)
{
    const struct wire_rrset *set = zone_node_sets(run->version, node);

    for (unsigned i = 0; set != NULL && i < node->set_count; i++, set = wire_rrset_next(set)) {
        td_grow(sets->sets, sets->count, sets->capacity);
        sets->sets[sets->count++] = set;
    }
}

static struct zone_labels labels_of(const struct zone_node *node)
{
    return (struct zone_labels){ node->labels, node->labels_size, node->label_count };
}

/* Which of the two comes first: below 0, 0 for the same name, above 0. NULL is behind all. */
static int nodes_order(const struct zone_node *a, const struct zone_node *b)
{
    if (a == NULL || b == NULL)
        return a == NULL ? b != NULL : -1;
    struct zone_labels a_labels = labels_of(a);
    struct zone_labels b_labels = labels_of(b);
    return zone_labels_order(&a_labels, &b_labels);
}

/* Names and owners of NSEC3 are in two orders: merge them. */
static void digest_zone(const struct check_run *run, struct dnssec_zonemd *zonemd)
{
    struct zone_walk names, hashes;
    struct digest_sets sets = { .count = 0 };
    const struct zone_node *name = zone_walk_first(&names, run->version, ZONE_ORDER_NAMES);
    const struct zone_node *hashed = run->version->nsec3_order == 0
                                         ? NULL
                                         : zone_walk_first(&hashes, run->version, ZONE_ORDER_NSEC3);

    while (name != NULL || hashed != NULL) {
        int order = nodes_order(name, hashed);
        struct wire_name owner;
        sets.count = 0;
        zone_node_name(run->version, order <= 0 ? name : hashed, &owner);
        if (order <= 0) {
            add_sets(run, name, &sets);
            name = zone_walk_next(&names);
        }
        if (order >= 0) {
            add_sets(run, hashed, &sets);
            hashed = zone_walk_next(&hashes);
        }
        if (sets.count != 0)
            dnssec_zonemd_add(zonemd, owner.octets, sets.sets, sets.count);
    }
    free(sets.sets);
}

static bool is_right(const struct check_run *run, uint8_t algorithm, const uint8_t *want)
{
    struct dnssec_zonemd zonemd;
    uint8_t digest[DNSSEC_ZONEMD_DIGEST_SIZE_MAX];

    if (dnssec_zonemd_init(&zonemd, algorithm, run->apex_name) != TD_OK)
        return false;
    digest_zone(run, &zonemd);
    size_t size = dnssec_zonemd_end(&zonemd, digest);
    dnssec_zonemd_fini(&zonemd);
    return memcmp(digest, want, size) == 0;
}

/* RFC 8976 4: one good digest is enough. */
void check_zonemd(struct check_run *run)
{
    const struct wire_rrset *set = zone_node_set(run->version, run->apex, WIRE_TYPE_ZONEMD);
    struct dnssec_zonemd_wish wish;
    unsigned wrong = 0;

    if (set == NULL || run->options->levels[ZONE_CHECK_ZONEMD_WRONG] == ZONE_LEVEL_OFF)
        return;
    td_err err = dnssec_zonemd_choose(set, run->version->serial, &wish);
    if (err != TD_OK) {
        check_tell(run, err == TD_E_INVALID ? ZONE_CHECK_ZONEMD_SERIAL : ZONE_CHECK_ZONEMD_UNKNOWN,
                   run->apex, WIRE_TYPE_ZONEMD, NULL);
        return;
    }
    for (unsigned i = 0; i < TD_COUNT(wish.digests); i++) {
        if (wish.digests[i] == NULL)
            continue;
        if (is_right(run, (uint8_t)i, wish.digests[i]))
            return;
        wrong = i;
    }
    check_say(run, ZONE_CHECK_ZONEMD_WRONG, run->apex, WIRE_TYPE_ZONEMD, NULL, "hash algorithm %u",
              wrong);
}
