/*
 * Delegations, and what is at or below them.
 *
 * The name servers of a delegation that are below it are met on the walk right behind it, so its
 * glue costs no look-up. An address below a delegation that the delegation itself does not name
 * may still be the glue of another one: it is kept until the end of the walk.
 */
#include <string.h>

#include "wire/rrtype.h"
#include "zone/check_run.h"
#include "zone/label.h"

/* Is the name, which has `size` octets and is in the zone, at or below this node? */
static bool is_at_or_below(const struct check_run *run, const struct zone_node *node,
                           const uint8_t *name, size_t size)
{
    size_t labels_size = size - run->apex_size;

    if (labels_size < node->labels_size)
        return false;
    size_t cut = labels_size - node->labels_size;
    if (!zone_labels_equal(name + cut, node->labels, node->labels_size))
        return false;
    size_t at = 0;
    while (at < cut)
        at += 1u + name[at];
    return at == cut;
}

static void tell_target(struct check_run *run, const struct zone_node *node,
                        const struct wire_rdata *rdata, enum check_target target)
{
    enum zone_check_id id;
    char text[CHECK_NAME_SIZE];

    switch (target) {
    case CHECK_TARGET_NO_ADDRESS:
    case CHECK_TARGET_ABSENT:
        id = ZONE_CHECK_CUT_NO_ADDRESS;
        break;
    case CHECK_TARGET_ALIAS:
    case CHECK_TARGET_REDIRECTED:
        id = ZONE_CHECK_CUT_ALIAS;
        break;
    case CHECK_TARGET_NO_GLUE:
        id = ZONE_CHECK_GLUE_SIBLING;
        break;
    default:
        return;
    }
    check_say(run, id, node, WIRE_TYPE_NS, rdata, "%s", check_name_text(rdata->octets, text));
}

static void enter_target(struct check_run *run, const struct zone_node *node,
                         const struct wire_rdata *rdata)
{
    struct check_cut *cut = &run->cut;

    check_target_host(run, node, WIRE_TYPE_NS, rdata, rdata->octets);
    if (!check_is_inside(run, rdata->octets, rdata->size))
        return;
    if (!is_at_or_below(run, node, rdata->octets, rdata->size)) {
        tell_target(run, node, rdata, check_target_inside(run, rdata->octets, rdata->size));
    } else if (cut->count < CHECK_CUT_TARGETS_MAX) {
        run->cut_targets[cut->count].name = *rdata;
        run->cut_targets[cut->count].labels_size = (uint8_t)(rdata->size - run->apex_size);
        run->cut_targets[cut->count].has_address = false;
        cut->count++;
    } else if (check_target_inside(run, rdata->octets, rdata->size) == CHECK_TARGET_NO_GLUE) {
        char text[CHECK_NAME_SIZE];
        check_say(run, ZONE_CHECK_GLUE_MISSING, node, WIRE_TYPE_NS, rdata, "%s",
                  check_name_text(rdata->octets, text));
    }
}

/* Mark the name servers that this node, at or below the cut, is the glue of. */
static void take_glue(struct check_run *run, const struct zone_node *node)
{
    struct check_cut *cut = &run->cut;
    bool is_needed = false;

    for (unsigned i = 0; i < cut->count; i++) {
        if (run->cut_targets[i].labels_size != node->labels_size ||
            !zone_labels_equal(run->cut_targets[i].name.octets, node->labels, node->labels_size))
            continue;
        run->cut_targets[i].has_address = true;
        is_needed = true;
    }
    if (!is_needed)
        check_nodes_add(&run->orphans, node);
}

static void check_size(struct check_run *run, const struct zone_node *node,
                       const struct wire_rrset *set)
{
    if (set->count > run->options->set_max)
        check_say(run, ZONE_CHECK_SET_LARGE, node, set->type, NULL, "%u records", set->count);
}

/* What may not stand at a delegation. */
static void enter_other(struct check_run *run, const struct zone_node *node,
                        const struct wire_rrset *set)
{
    char mnemonic[WIRE_RRTYPE_MNEMONIC_SIZE];

    if (wire_rrtype_get(set->type)->flags & WIRE_RRTYPE_AT_PARENT)
        return;
    if (set->type == WIRE_TYPE_DNAME)
        check_tell(run, ZONE_CHECK_DNAME_NS, node, set->type, NULL);
    else
        check_say(run, ZONE_CHECK_OCCLUDED, node, set->type, NULL, "%s",
                  wire_rrtype_format(set->type, mnemonic));
}

void check_cut_enter(struct check_run *run, const struct zone_node *node)
{
    const struct wire_rrset *set = zone_node_sets(run->version, node);
    bool is_glue = false;

    run->cut.node = node;
    run->cut.count = 0;
    if (node->labels_size >= 2 && wire_name_is_wildcard(node->labels))
        check_tell(run, ZONE_CHECK_WILDCARD_NS, node, WIRE_TYPE_NS, NULL);
    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set)) {
        check_size(run, node, set);
        switch (set->type) {
        case WIRE_TYPE_NS:
            for (size_t at = 0; at < set->size;) {
                struct wire_rdata rdata = wire_rrset_rdata(set, &at);
                enter_target(run, node, &rdata);
            }
            break;
        case WIRE_TYPE_A:
        case WIRE_TYPE_AAAA:
            is_glue = true;
            break;
        case WIRE_TYPE_DS:
            check_ds(run, node, set);
            break;
        case WIRE_TYPE_NSEC:
        case WIRE_TYPE_RRSIG:
            break;
        default:
            enter_other(run, node, set);
        }
    }
    if (is_glue)
        take_glue(run, node);
}

void check_cut_leave(struct check_run *run)
{
    struct check_cut *cut = &run->cut;
    char text[CHECK_NAME_SIZE];

    for (unsigned i = 0; i < cut->count; i++)
        if (!run->cut_targets[i].has_address)
            check_say(run, ZONE_CHECK_GLUE_MISSING, cut->node, WIRE_TYPE_NS,
                      &run->cut_targets[i].name, "%s",
                      check_name_text(run->cut_targets[i].name.octets, text));
    cut->node = NULL;
    cut->count = 0;
}

/* ---- below ---- */

static void check_below_dname(struct check_run *run, const struct zone_node *node)
{
    const struct wire_rrset *set = zone_node_sets(run->version, node);
    char mnemonic[WIRE_RRTYPE_MNEMONIC_SIZE];

    if (set != NULL)
        check_say(run, ZONE_CHECK_DNAME_BELOW, node, set->type, NULL, "%s",
                  wire_rrtype_format(set->type, mnemonic));
}

void check_hidden(struct check_run *run, const struct zone_node *node)
{
    const struct wire_rrset *set = zone_node_sets(run->version, node);
    char mnemonic[WIRE_RRTYPE_MNEMONIC_SIZE];
    bool is_glue = false;

    if (!(zone_node_at(run->version, node->cover)->flags & ZONE_NODE_DELEGATION)) {
        check_below_dname(run, node);
        return;
    }
    for (unsigned i = 0; i < node->set_count; i++, set = wire_rrset_next(set)) {
        check_size(run, node, set);
        switch (set->type) {
        case WIRE_TYPE_A:
        case WIRE_TYPE_AAAA:
            is_glue = true;
            break;
        case WIRE_TYPE_NSEC:
            check_tell(run, ZONE_CHECK_NSEC_EXTRA, node, set->type, NULL);
            break;
        case WIRE_TYPE_RRSIG:
            check_say(run, ZONE_CHECK_RRSIG_CUT, node, set->type, NULL, "%s",
                      wire_rrtype_format(wire_rrset_covered(set), mnemonic));
            break;
        default:
            check_say(run, ZONE_CHECK_OCCLUDED, node, set->type, NULL, "%s",
                      wire_rrtype_format(set->type, mnemonic));
        }
    }
    if (is_glue)
        take_glue(run, node);
}

void check_orphans(struct check_run *run)
{
    char mnemonic[WIRE_RRTYPE_MNEMONIC_SIZE];

    check_nodes_sort(&run->referenced);
    for (size_t i = 0; i < run->orphans.count; i++) {
        const struct zone_node *node = run->orphans.nodes[i];
        if (check_nodes_have(&run->referenced, node))
            continue;
        uint16_t type =
            zone_node_set(run->version, node, WIRE_TYPE_A) != NULL ? WIRE_TYPE_A : WIRE_TYPE_AAAA;
        check_say(run, ZONE_CHECK_GLUE_ORPHAN, node, type, NULL, "%s",
                  wire_rrtype_format(type, mnemonic));
    }
}
