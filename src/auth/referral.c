/* Delegations: RFC 1034 4.3.2 step 3b, 4035 3.1.4, 9471. */
#include "auth/walk.h"

void auth_refer(struct auth_walk *walk)
{
    const struct zone_node *cut = walk->found.cover;
    struct answer *answer = walk->answer;

    walk->cut = cut;
    if (walk->is_question)
        answer->is_authoritative = false; /* after an alias AA is that of the alias */
    if (walk->is_question && cut->cover != 0 && (walk->query->flags & AUTH_NO_IMAGE) == 0)
        answer->image = zone_at(walk->version, cut->cover);
    else
        auth_add_node(walk, cut, zone_node_set(walk->version, cut, WIRE_TYPE_NS),
                      SECTION_AUTHORITY);
    if (!walk->wants_proof)
        return;

    const struct wire_rrset *ds = zone_node_set(walk->version, cut, WIRE_TYPE_DS);
    if (ds != NULL)
        auth_add_node(walk, cut, ds, SECTION_AUTHORITY);
    else
        auth_deny(walk, DENY_CUT, cut);
}

static void add_addresses(struct auth_walk *walk, const uint8_t *name, uint8_t flags)
{
    const struct zone_node *node;
    enum auth_target target = auth_target_find(walk, name, &node);

    if (target == TARGET_NONE)
        return;
    auth_target_add(walk, target, node, name, WIRE_TYPE_A, flags);
    auth_target_add(walk, target, node, name, WIRE_TYPE_AAAA, flags);
}

/*
 * Name servers at or below the cut first: without their addresses nobody can go on (9471 3.1),
 * so that what is optional never takes their room.
 */
static void add_all_glue(struct auth_walk *walk, const struct wire_rrset *servers, bool is_below)
{
    unsigned left = AUTH_TARGETS_MAX;
    struct wire_name cut;

    zone_node_name(walk->version, walk->cut, &cut);
    for (size_t at = 0; at < servers->size && left > 0; left--) {
        struct wire_rdata name = wire_rrset_rdata(servers, &at);
        if (wire_name_is_subdomain(name.octets, name.size, cut.octets, cut.size) == is_below)
            add_addresses(walk, name.octets, is_below ? 0 : ANSWER_OPTIONAL);
    }
}

/* A name that is not there as it is written: made from a wildcard, or hidden. */
static void add_target_slowly(struct auth_walk *walk, const uint8_t *name, uint16_t pointer)
{
    unsigned first = walk->answer->set_count;

    add_addresses(walk, name, ANSWER_OPTIONAL);
    for (unsigned i = first; i < walk->answer->set_count; i++) {
        walk->answer->sets[i].place = PLACE_POINTER;
        walk->answer->sets[i].pointer = pointer;
    }
}

static bool is_set_said(const struct answer *answer, const struct wire_rrset *set)
{
    for (unsigned i = 0; i < answer->set_count; i++)
        if (answer->sets[i].set == set)
            return true;
    return false;
}

/* A name server whose name stands in the image: its addresses point there. */
static void add_target(struct auth_walk *walk, const struct wire_rrset *servers,
                       struct wire_image_target target)
{
    const struct zone_version *version = walk->version;
    const uint8_t *name = servers->data + target.rdata_at + 2;
    const struct wire_host *host = target.host != 0 ? zone_at(version, target.host) : NULL;

    if (td_unlikely(host == NULL || host->size == 0)) {
        add_target_slowly(walk, name, target.pointer);
        return;
    }
    const struct zone_node *node = zone_node_at(version, host->node);
    const struct wire_rrset *set = zone_node_sets(version, node);
    for (unsigned left = node->set_count; left > 0; left--, set = wire_rrset_next(set)) {
        if (set->type > WIRE_TYPE_AAAA && set->type != WIRE_TYPE_RRSIG)
            break; /* sets stand in the order of their types, signatures behind theirs */
        if ((set->type == WIRE_TYPE_A || set->type == WIRE_TYPE_AAAA) &&
            !is_set_said(walk->answer, set))
            auth_add_pointed(walk, node, set, target.pointer);
    }
}

void auth_add_glue(struct auth_walk *walk)
{
    const struct wire_image *image = walk->answer->image;
    const struct wire_rrset *servers = zone_node_set(walk->version, walk->cut, WIRE_TYPE_NS);
    bool may_more = (walk->query->flags & AUTH_NO_ADDITIONAL) == 0;

    if (image == NULL) {
        add_all_glue(walk, servers, true);
        if (may_more)
            add_all_glue(walk, servers, false);
    } else if (may_more) {
        for (unsigned i = 0; i < image->target_count; i++)
            add_target(walk, servers, wire_image_target(image, i));
    }
}
