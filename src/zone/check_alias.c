/* CNAME and DNAME. */
#include "wire/key.h"
#include "wire/rrtype.h"
#include "zone/check_run.h"

enum { CHAIN_MAX = 16 };

/*
 * Where the name ends up when the aliases of this zone are followed: NULL when they lead out of
 * the zone, to nothing, or on and on. *ret_is_absent: the first step already leads to nothing.
 */
static const struct zone_node *step(const struct check_run *run, const uint8_t *name, size_t size,
                                    bool *ret_is_absent)
{
    struct wire_key key;
    struct zone_found found;

    *ret_is_absent = false;
    if (!check_is_inside(run, name, size))
        return NULL;
    wire_key_make(&key, zone_version_seed(run->version), name);
    zone_find(run->version, &key, &found);
    if (found.cover != NULL)
        return NULL;
    const struct zone_node *node = found.node;
    if (node == NULL)
        node = zone_find_wildcard(run->version, &key, found.encloser_label);
    *ret_is_absent = node == NULL;
    return node;
}

void check_cname(struct check_run *run, const struct zone_node *node, const struct wire_rrset *set)
{
    struct wire_rdata first = wire_rrset_first(set);
    char text[CHECK_NAME_SIZE];
    bool is_absent;

    if (set->count > 1) {
        struct wire_rdata last = check_last(run, node, set);
        check_say(run, ZONE_CHECK_CNAME_MULTIPLE, node, set->type, &last, "%u records", set->count);
    }
    const struct zone_node *at = step(run, first.octets, first.size, &is_absent);
    if (is_absent)
        check_say(run, ZONE_CHECK_CNAME_DANGLING, node, set->type, &first, "%s",
                  check_name_text(first.octets, text));
    for (unsigned i = 0; at != NULL && i < CHAIN_MAX; i++) {
        if (at == node) {
            check_say(run, ZONE_CHECK_CNAME_LOOP, node, set->type, &first, "%s",
                      check_name_text(first.octets, text));
            return;
        }
        if (!(at->flags & ZONE_NODE_CNAME) || run->alias_left == 0)
            return;
        run->alias_left--;
        struct wire_rdata next = wire_rrset_first(zone_node_set(run->version, at, WIRE_TYPE_CNAME));
        at = step(run, next.octets, next.size, &is_absent);
    }
}

void check_dname(struct check_run *run, const struct zone_node *node, const struct wire_rrset *set)
{
    struct wire_rdata first = wire_rrset_first(set);
    struct wire_name owner;
    char text[CHECK_NAME_SIZE];

    if (set->count > 1) {
        struct wire_rdata last = check_last(run, node, set);
        check_say(run, ZONE_CHECK_DNAME_MULTIPLE, node, set->type, &last, "%u records", set->count);
    }
    if (node->labels_size >= 2 && wire_name_is_wildcard(node->labels))
        check_tell(run, ZONE_CHECK_WILDCARD_DNAME, node, set->type, NULL);
    zone_node_name(run->version, node, &owner);
    if (wire_name_is_subdomain(first.octets, first.size, owner.octets, owner.size))
        check_say(run, ZONE_CHECK_DNAME_LOOP, node, set->type, &first, "%s",
                  check_name_text(first.octets, text));
}
