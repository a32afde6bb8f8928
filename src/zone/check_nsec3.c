/*
 * The NSEC3 chain: a circle through the hashes; every name has its hash in it, or is a delegation
 * without DS (or only leads to such ones) inside an opt-out span.
 */
#include <stdlib.h>
#include <string.h>

#include "wire/rrtype.h"
#include "zone/check_run.h"
#include "zone/denial.h"

/* Digests for a whole zone: some ten seconds. */
static const uint64_t digests_max = 100000000;

/* The NSEC3 record of a node that is of the zone's chain. */
struct link {
    struct wire_rdata rdata;
    struct dnssec_nsec3 fields;
};

/* How many records of the chain the node has (one is right); *ret_link is the last of them. */
static unsigned link_of(const struct check_run *run, const struct zone_node *node,
                        struct link *ret_link)
{
    const struct wire_rrset *set = zone_node_set(run->version, node, WIRE_TYPE_NSEC3);
    struct dnssec_nsec3_params params;
    unsigned count = 0;

    for (size_t at = 0; set != NULL && at < set->size;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        struct dnssec_nsec3 fields;
        if (dnssec_nsec3_params_read(rdata.octets, rdata.size, &params) != TD_OK ||
            dnssec_nsec3_read(rdata.octets, rdata.size, &fields) != TD_OK ||
            !dnssec_nsec3_params_equal(&params, &run->nsec3.params))
            continue;
        *ret_link = (struct link){ .rdata = rdata, .fields = fields };
        count++;
    }
    return count;
}

/* ---- the circle ---- */

struct circle {
    const struct zone_node *last; /* NULL: none yet */
    struct link link;             /* of last */
    uint8_t first_hash[DNSSEC_NSEC3_HASH_SIZE];
};

static void check_step(struct check_run *run, const struct circle *circle, const uint8_t *hash)
{
    uint8_t label[1 + DNSSEC_NSEC3_LABEL_SIZE];

    if (circle->last == NULL ||
        (circle->link.fields.next_size == DNSSEC_NSEC3_HASH_SIZE &&
         memcmp(circle->link.fields.next, hash, DNSSEC_NSEC3_HASH_SIZE) == 0))
        return;
    dnssec_nsec3_label(hash, label);
    check_say(run, ZONE_CHECK_NSEC3_CHAIN, circle->last, WIRE_TYPE_NSEC3, &circle->link.rdata,
              "the next one is %.*s", DNSSEC_NSEC3_LABEL_SIZE, (const char *)label + 1);
}

static void visit_hashed(struct check_run *run, const struct zone_node *node, struct circle *circle)
{
    uint8_t hash[DNSSEC_NSEC3_HASH_SIZE];
    struct link link;

    check_signatures(run, node);
    if (node->label_count != 1 || node->labels_size != 1 + DNSSEC_NSEC3_LABEL_SIZE ||
        dnssec_nsec3_owner_hash(node->labels, hash) != TD_OK) {
        check_tell(run, ZONE_CHECK_NSEC3_OWNER, node, WIRE_TYPE_NSEC3, NULL);
        return;
    }
    unsigned count = link_of(run, node, &link);
    if (count == 0) {
        if (zone_node_set(run->version, node, WIRE_TYPE_NSEC3) != NULL)
            check_tell(run, ZONE_CHECK_NSEC3_PARAMS, node, WIRE_TYPE_NSEC3, NULL);
        return;
    }
    if (count > 1)
        check_say(run, ZONE_CHECK_NSEC3_CHAIN, node, WIRE_TYPE_NSEC3, NULL, "%u records of it",
                  count);
    if (circle->last == NULL)
        memcpy(circle->first_hash, hash, sizeof(hash));
    check_step(run, circle, hash);
    circle->last = node;
    circle->link = link;
    run->nsec3.chain_count++;
}

/* ---- parameters ---- */

static void check_params(struct check_run *run)
{
    const struct dnssec_nsec3_params *params = &run->nsec3.params;

    if (params->iterations != 0)
        check_say(run, ZONE_CHECK_NSEC3_ITERATIONS, run->apex, WIRE_TYPE_NSEC3PARAM, NULL, "%u",
                  params->iterations);
    if (params->salt_size != 0)
        check_say(run, ZONE_CHECK_NSEC3_SALT, run->apex, WIRE_TYPE_NSEC3PARAM, NULL, "%u octets",
                  params->salt_size);
}

enum chain { CHAIN_NONE, CHAIN_UNCHECKED, CHAIN_GOOD };

/* Is there a chain that can be checked? Fills in its parameters. */
static enum chain find_chain(struct check_run *run)
{
    const struct zone_nsec3 *nsec3 = run->version->nsec3;
    struct dnssec_nsec3_params *params = &run->nsec3.params;
    bool has_nodes = run->version->nsec3_order != 0;

    if (nsec3 == NULL) {
        if (has_nodes)
            check_say(run, ZONE_CHECK_NSEC3_PARAMS, run->apex, WIRE_TYPE_NSEC3PARAM, NULL,
                      "there is NSEC3 but no NSEC3PARAM with flags 0");
        return CHAIN_NONE;
    }
    params->algorithm = nsec3->algorithm;
    params->iterations = nsec3->iterations;
    params->salt_size = nsec3->salt_size;
    if (nsec3->salt_size != 0)
        memcpy(params->salt, nsec3->salt, nsec3->salt_size);
    check_params(run);
    if (!has_nodes) {
        check_say(run, ZONE_CHECK_NSEC3_PARAMS, run->apex, WIRE_TYPE_NSEC3PARAM, NULL,
                  "there is NSEC3PARAM but no NSEC3");
        return CHAIN_NONE;
    }
    if (dnssec_nsec3_params_check(params) == TD_OK &&
        (uint64_t)run->version->node_count * (params->iterations + 1u) <= digests_max)
        return CHAIN_GOOD;
    check_tell(run, ZONE_CHECK_NSEC3_UNCHECKED, run->apex, WIRE_TYPE_NSEC3PARAM, NULL);
    return CHAIN_UNCHECKED;
}

static void check_circle(struct check_run *run)
{
    struct circle circle = { .last = NULL };
    struct zone_walk walk;

    for (const struct zone_node *node = zone_walk_first(&walk, run->version, ZONE_ORDER_NSEC3);
         node != NULL; node = zone_walk_next(&walk))
        visit_hashed(run, node, &circle);
    check_step(run, &circle, circle.first_hash);
    run->has_nsec3 = circle.last != NULL;
}

void check_nsec3_start(struct check_run *run)
{
    struct zone_walk walk;

    if (!run->is_signed) {
        if (run->version->nsec3_order != 0)
            check_say(run, ZONE_CHECK_NSEC3_EXTRA,
                      zone_walk_first(&walk, run->version, ZONE_ORDER_NSEC3), WIRE_TYPE_NSEC3, NULL,
                      "the zone is not signed");
        return;
    }
    enum chain chain = find_chain(run);
    if (chain == CHAIN_GOOD)
        check_circle(run);
    if (chain != CHAIN_UNCHECKED && !run->has_nsec3 && !run->has_nsec)
        check_tell(run, ZONE_CHECK_DENIAL_MISSING, run->apex, WIRE_TYPE_SOA, NULL);
}

/* ---- names ---- */

/* Forget the empty names that this one is not below. */
static void drop_ents(struct check_run *run, const struct zone_node *node)
{
    unsigned *count = &run->nsec3.ent_count;

    while (*count > 0 && run->ents[*count - 1]->label_count >= node->label_count)
        --*count;
}

/* This name is in the chain, so the empty ones above it have to be, too. */
static void tell_ents(struct check_run *run)
{
    struct check_nsec3 *nsec3 = &run->nsec3;

    for (unsigned i = 0; i < nsec3->ent_count; i++)
        check_tell(run, ZONE_CHECK_NSEC3_MISSING, run->ents[i], 0, NULL);
    nsec3->ent_count = 0;
}

static bool is_opted_out(const struct check_run *run, const struct zone_node *cover)
{
    struct link link;

    return cover != NULL && link_of(run, cover, &link) != 0 &&
           (link.fields.flags & DNSSEC_NSEC3_OPT_OUT) != 0;
}

/* A name whose hash is not in the chain. */
static void check_absent(struct check_run *run, const struct zone_node *node,
                         const struct zone_node *cover)
{
    struct check_nsec3 *nsec3 = &run->nsec3;
    bool is_insecure = (node->flags & ZONE_NODE_DELEGATION) != 0 &&
                       zone_node_set(run->version, node, WIRE_TYPE_DS) == NULL;

    if (!(is_insecure || node->sets == 0) || !is_opted_out(run, cover)) {
        check_tell(run, ZONE_CHECK_NSEC3_MISSING, node, 0, NULL);
        tell_ents(run);
    } else if (node->sets == 0 && nsec3->ent_count < CHECK_ENTS_MAX) {
        run->ents[nsec3->ent_count++] = node;
    }
}

void check_nsec3_name(struct check_run *run, const struct zone_node *node)
{
    uint8_t hash[DNSSEC_NSEC3_HASH_SIZE];
    struct wire_name name;
    struct link link;
    bool is_match;
    char why[64];

    drop_ents(run, node);
    zone_node_name(run->version, node, &name);
    dnssec_nsec3_hash(&run->nsec3.params, name.octets, name.size, hash);
    const struct zone_node *hashed = zone_nsec3_at_or_before(run->version, hash, &is_match);
    if (hashed == NULL || !is_match || link_of(run, hashed, &link) == 0) {
        check_absent(run, node, hashed);
        return;
    }
    tell_ents(run);
    check_nodes_add(&run->nsec3.matched, hashed);
    if (!check_bitmap(run, node, link.fields.bitmap, link.fields.bitmap_size, why, sizeof(why)))
        check_say(run, ZONE_CHECK_NSEC3_BITMAP, node, 0, NULL, "%s", why);
}

void check_nsec3_finish(struct check_run *run)
{
    struct zone_walk walk;
    struct link link;

    if (!run->has_nsec3 || run->nsec3.matched.count == run->nsec3.chain_count)
        return;
    check_nodes_sort(&run->nsec3.matched);
    for (const struct zone_node *node = zone_walk_first(&walk, run->version, ZONE_ORDER_NSEC3);
         node != NULL; node = zone_walk_next(&walk))
        if (!check_nodes_have(&run->nsec3.matched, node) && link_of(run, node, &link) != 0)
            check_tell(run, ZONE_CHECK_NSEC3_EXTRA, node, WIRE_TYPE_NSEC3, NULL);
}
