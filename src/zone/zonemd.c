#include "zone/zonemd.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/writer.h"
#include "wire/rrtype.h"
#include "zone/label.h"
#include "zone/soa.h"

struct digest_sets {
    const struct wire_rrset **sets;
    size_t count;
    size_t capacity;
};

static void add_sets(const struct zone_version *version, const struct zone_node *node,
                     struct digest_sets *sets)
{
    const struct wire_rrset *set = zone_node_sets(version, node);

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
static void digest_zone(const struct zone_version *version, struct dnssec_zonemd *zonemd)
{
    struct zone_walk names, hashes;
    struct digest_sets sets = { .count = 0 };
    const struct zone_node *name = zone_walk_first(&names, version, ZONE_ORDER_NAMES);
    const struct zone_node *hashed =
        version->nsec3_order == 0 ? NULL : zone_walk_first(&hashes, version, ZONE_ORDER_NSEC3);

    while (name != NULL || hashed != NULL) {
        int order = nodes_order(name, hashed);
        struct wire_name owner;
        sets.count = 0;
        zone_node_name(version, order <= 0 ? name : hashed, &owner);
        if (order <= 0) {
            add_sets(version, name, &sets);
            name = zone_walk_next(&names);
        }
        if (order >= 0) {
            add_sets(version, hashed, &sets);
            hashed = zone_walk_next(&hashes);
        }
        if (sets.count != 0)
            dnssec_zonemd_add(zonemd, owner.octets, sets.sets, sets.count);
    }
    free(sets.sets);
}

static size_t make(const struct zone_version *version, uint8_t algorithm,
                   uint8_t ret_digest[DNSSEC_ZONEMD_DIGEST_SIZE_MAX])
{
    struct dnssec_zonemd zonemd;

    if (dnssec_zonemd_init(&zonemd, algorithm, zone_version_name(version)) != TD_OK)
        return 0;
    digest_zone(version, &zonemd);
    size_t size = dnssec_zonemd_end(&zonemd, ret_digest);
    dnssec_zonemd_fini(&zonemd);
    return size;
}

static bool is_right(const struct zone_version *version, uint8_t algorithm, const uint8_t *want)
{
    uint8_t digest[DNSSEC_ZONEMD_DIGEST_SIZE_MAX];
    size_t size = make(version, algorithm, digest);

    return size != 0 && memcmp(digest, want, size) == 0;
}

enum zone_zonemd zone_zonemd_check(const struct zone_version *version, unsigned *ret_algorithm)
{
    const struct wire_rrset *set =
        zone_node_set(version, zone_version_apex(version), WIRE_TYPE_ZONEMD);
    struct dnssec_zonemd_wish wish;

    *ret_algorithm = 0;
    if (set == NULL)
        return ZONE_ZONEMD_NONE;
    td_err err = dnssec_zonemd_choose(set, zone_soa_number(version, ZONE_SOA_SERIAL), &wish);
    if (err != TD_OK)
        return err == TD_E_INVALID ? ZONE_ZONEMD_SERIAL : ZONE_ZONEMD_UNKNOWN;
    for (unsigned i = 0; i < TD_COUNT(wish.digests); i++) {
        if (wish.digests[i] == NULL)
            continue;
        if (is_right(version, (uint8_t)i, wish.digests[i]))
            return ZONE_ZONEMD_GOOD;
        *ret_algorithm = i;
    }
    return ZONE_ZONEMD_WRONG;
}

td_err zone_zonemd_renew(const struct zone_version *version, const struct wire_rdata *rdata,
                         uint8_t ret_rdata[ZONE_ZONEMD_RDATA_SIZE_MAX], size_t *ret_size)
{
    struct dnssec_zonemd_fields fields;

    if (dnssec_zonemd_read(rdata->octets, rdata->size, &fields) != TD_OK ||
        fields.scheme != DNSSEC_ZONEMD_SIMPLE)
        return TD_E_UNSUPPORTED;
    size_t size = make(version, fields.algorithm, ret_rdata + 6);
    if (size == 0)
        return TD_E_UNSUPPORTED;
    td_put_u32(ret_rdata, zone_soa_number(version, ZONE_SOA_SERIAL));
    ret_rdata[4] = fields.scheme;
    ret_rdata[5] = fields.algorithm;
    *ret_size = 6 + size;
    return TD_OK;
}
