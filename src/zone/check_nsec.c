/* Type bitmaps, and the NSEC chain: a circle through the names in canonical order. */
#include <stdio.h>

#include "dnssec/bitmap.h"
#include "wire/rrtype.h"
#include "zone/check_run.h"
#include "zone/label.h"

/* Is a set of this type listed in the bitmap of its name? RFC 4035 2.3, RFC 5155 7.1. */
static bool is_listed(const struct zone_node *node, uint16_t type)
{
    if (!(node->flags & ZONE_NODE_DELEGATION))
        return true;
    return type == WIRE_TYPE_NS || type == WIRE_TYPE_NSEC || type == WIRE_TYPE_RRSIG ||
           (wire_rrtype_get(type)->flags & WIRE_RRTYPE_AT_PARENT) != 0;
}

static unsigned bits_of(const uint8_t *bitmap, size_t size)
{
    struct dnssec_bitmap_walk walk = dnssec_bitmap_walk_of(bitmap, size);
    unsigned count = 0;
    uint16_t type;

    while (dnssec_bitmap_next(&walk, &type))
        count++;
    return count;
}

static bool has_type(const struct check_run *run, const struct zone_node *node, uint16_t type)
{
    return is_listed(node, type) && node->sets != 0 &&
           zone_node_set(run->version, node, type) != NULL;
}

/* A listed type that is not there; the caller knows that there is one. */
static uint16_t extra_type(const struct check_run *run, const struct zone_node *node,
                           const uint8_t *bitmap, size_t size)
{
    struct dnssec_bitmap_walk walk = dnssec_bitmap_walk_of(bitmap, size);
    uint16_t type = 0;

    while (dnssec_bitmap_next(&walk, &type))
        if (!has_type(run, node, type))
            break;
    return type;
}

bool check_bitmap(const struct check_run *run, const struct zone_node *node, const uint8_t *bitmap,
                  size_t size, char *ret_why, size_t why_size)
{
    const struct wire_rrset *set = zone_node_sets(run->version, node);
    char mnemonic[WIRE_RRTYPE_MNEMONIC_SIZE];
    unsigned present = 0;
    bool has_signature = false;

    for (unsigned i = 0; set != NULL && i < node->set_count; i++, set = wire_rrset_next(set)) {
        if (!is_listed(node, set->type))
            continue;
        if (set->type != WIRE_TYPE_RRSIG || !has_signature)
            present++;
        has_signature |= set->type == WIRE_TYPE_RRSIG;
        if (!dnssec_bitmap_has(bitmap, size, set->type)) {
            snprintf(ret_why, why_size, "%s is missing", wire_rrtype_format(set->type, mnemonic));
            return false;
        }
    }
    if (bits_of(bitmap, size) == present)
        return true;
    snprintf(ret_why, why_size, "%s is too much",
             wire_rrtype_format(extra_type(run, node, bitmap, size), mnemonic));
    return false;
}

/* ---- the chain ---- */

static bool is_name_of(const struct check_run *run, const struct zone_node *node,
                       const uint8_t *name, size_t size)
{
    return size == (size_t)node->labels_size + run->apex_size &&
           zone_labels_equal(name, node->labels, node->labels_size) &&
           wire_octets_equal(name + node->labels_size, run->apex_name, run->apex_size);
}

/* Does the last NSEC lead to this name? */
static void check_link(struct check_run *run, const struct zone_node *node)
{
    struct check_nsec *nsec = &run->nsec;
    struct wire_name name;
    char next[CHECK_NAME_SIZE];
    char want[CHECK_NAME_SIZE];

    if (nsec->node == NULL || is_name_of(run, node, nsec->next, nsec->next_size))
        return;
    zone_node_name(run->version, node, &name);
    check_say(run, ZONE_CHECK_NSEC_CHAIN, nsec->node, WIRE_TYPE_NSEC, &nsec->rdata,
              "it says %s and not %s", check_name_text(nsec->next, next),
              check_name_text(name.octets, want));
}

void check_nsec(struct check_run *run, const struct zone_node *node)
{
    const struct wire_rrset *set = zone_node_set(run->version, node, WIRE_TYPE_NSEC);
    struct dnssec_nsec fields;
    char why[64];

    if (set == NULL) {
        check_tell(run, ZONE_CHECK_NSEC_MISSING, node, 0, NULL);
        return;
    }
    check_link(run, node);
    run->nsec.node = NULL;
    struct wire_rdata rdata = wire_rrset_first(set);
    if (set->count > 1)
        check_tell(run, ZONE_CHECK_NSEC_MULTIPLE, node, WIRE_TYPE_NSEC, NULL);
    if (dnssec_nsec_read(rdata.octets, rdata.size, &fields) != TD_OK)
        return;
    run->nsec = (struct check_nsec){
        .node = node, .rdata = rdata, .next = fields.next, .next_size = fields.next_size
    };
    if (!check_bitmap(run, node, fields.bitmap, fields.bitmap_size, why, sizeof(why)))
        check_say(run, ZONE_CHECK_NSEC_BITMAP, node, WIRE_TYPE_NSEC, &rdata, "%s", why);
}

void check_nsec_finish(struct check_run *run)
{
    if (run->has_nsec)
        check_link(run, run->apex);
}
