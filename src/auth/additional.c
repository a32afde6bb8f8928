/*
 * The additional section of positive answers: what a client will ask next, when it is in the same
 * zone (RFC 1034 4.3.2 step 6; 2782, 3403 and 9460 4.1 for their types). All of it is optional.
 */
#include "auth/walk.h"

enum auth_target auth_target_find(const struct auth_walk *walk, const uint8_t *name,
                                  const struct zone_node **ret_node)
{
    const struct zone_version *version = walk->version;
    struct zone_found found;
    struct wire_key key;

    wire_key_make(&key, zone_version_seed(version), name);
    if (!zone_contains(version, &key))
        return TARGET_NONE;
    zone_find(version, &key, &found);
    const struct zone_node *node = found.node;
    if (node == NULL && found.cover == NULL &&
        (found.encloser->flags & ZONE_NODE_WILDCARD_BELOW) != 0)
        node = zone_find_wildcard(version, &key, found.encloser_label);
    if (node == NULL)
        return TARGET_NONE;
    *ret_node = node;
    if (found.cover == NULL)
        return TARGET_OWN;
    return (found.cover->flags & ZONE_NODE_DELEGATION) != 0 ? TARGET_GLUE : TARGET_NONE;
}

/* The whole name under which a set is said, when it need not be that of the set's node. */
static const uint8_t *name_said(const struct auth_walk *walk, const struct answer_set *entry)
{
    if (entry->place == PLACE_QNAME)
        return walk->query->name;
    return entry->place == PLACE_NAME && entry->owner_size == 0 ? entry->suffix : NULL;
}

/* Two names may share a set: those that are made from one wildcard. */
static bool is_said(const struct auth_walk *walk, const struct wire_rrset *set, const uint8_t *name)
{
    const struct answer *answer = walk->answer;

    for (unsigned i = 0; i < answer->set_count; i++) {
        if (answer->sets[i].set != set)
            continue;
        const uint8_t *said = name_said(walk, &answer->sets[i]);
        if (said == NULL || wire_name_equal(said, wire_name_size(said), name, wire_name_size(name)))
            return true;
    }
    return false;
}

void auth_target_add(struct auth_walk *walk, enum auth_target target, const struct zone_node *node,
                     const uint8_t *name, uint16_t type, uint8_t flags)
{
    const struct wire_rrset *set = zone_node_set(walk->version, node, type);

    if (set == NULL || target == TARGET_NONE || is_said(walk, set, name))
        return;
    auth_add_named(walk, node, set, name, SECTION_ADDITIONAL, flags);
}

/* One or two types for a name in record data; glue is only given to who asked for name servers. */
static void add_types(struct auth_walk *walk, const uint8_t *name, uint16_t first, uint16_t second)
{
    const struct zone_node *node;
    enum auth_target target = auth_target_find(walk, name, &node);

    if (target == TARGET_NONE || (target == TARGET_GLUE && walk->additional->type != WIRE_TYPE_NS))
        return;
    auth_target_add(walk, target, node, name, first, ANSWER_OPTIONAL);
    if (second != 0)
        auth_target_add(walk, target, node, name, second, ANSWER_OPTIONAL);
}

/* RFC 3403 4.1: flags "s" lead to SRV, "a" to addresses; others are not for the DNS. */
static void add_naptr(struct auth_walk *walk, struct wire_rdata rdata)
{
    enum { FLAGS_AT = 4, STRINGS = 3 };
    size_t at = FLAGS_AT;

    if (rdata.size <= FLAGS_AT + 1 || rdata.octets[FLAGS_AT] != 1)
        return;
    for (unsigned i = 0; i < STRINGS && at < rdata.size; i++)
        at += 1u + rdata.octets[at];
    if (at >= rdata.size)
        return;
    uint8_t flag = rdata.octets[FLAGS_AT + 1] | 0x20;
    if (flag == 's')
        add_types(walk, rdata.octets + at, WIRE_TYPE_SRV, 0);
    else if (flag == 'a')
        add_types(walk, rdata.octets + at, WIRE_TYPE_A, WIRE_TYPE_AAAA);
}

/* RFC 9460 2.5: "." is the owner itself in ServiceMode, and nothing in AliasMode. */
static void add_svcb(struct auth_walk *walk, struct wire_rdata rdata)
{
    bool is_alias = td_get_u16(rdata.octets) == 0;
    const uint8_t *name = rdata.octets + 2;

    if (wire_name_is_root(name)) {
        if (is_alias)
            return;
        name = walk->name;
    }
    if (is_alias)
        add_types(walk, name, walk->additional->type, 0);
    add_types(walk, name, WIRE_TYPE_A, WIRE_TYPE_AAAA);
}

void auth_additional(struct auth_walk *walk)
{
    const struct wire_rrset *set = walk->additional;
    const struct wire_rrtype *row = wire_rrtype_get(set->type);
    unsigned left = AUTH_TARGETS_MAX;

    for (size_t at = 0; at < set->size && left > 0; left--) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        if (walk->answer->set_count == ANSWER_SETS_MAX)
            break;
        switch (row->additional) {
        case WIRE_ADDITIONAL_ADDRESS:
            add_types(walk, rdata.octets + row->name_at, WIRE_TYPE_A, WIRE_TYPE_AAAA);
            break;
        case WIRE_ADDITIONAL_NAPTR:
            add_naptr(walk, rdata);
            break;
        case WIRE_ADDITIONAL_SVCB:
            add_svcb(walk, rdata);
            break;
        case WIRE_ADDITIONAL_LP:
            add_types(walk, rdata.octets + row->name_at, WIRE_TYPE_L32, WIRE_TYPE_L64);
            break;
        default:
            return;
        }
    }
}
