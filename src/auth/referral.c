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

/* A name server whose name stands in the image: its addresses point there. */
static void add_target(struct auth_walk *walk, const struct wire_rrset *servers,
                       struct wire_image_target target)
{
    unsigned first = walk->answer->set_count;
    size_t at = target.rdata_at;

    add_addresses(walk, wire_rrset_rdata(servers, &at).octets, ANSWER_OPTIONAL);
    for (unsigned i = first; i < walk->answer->set_count; i++) {
        walk->answer->sets[i].place = PLACE_POINTER;
        walk->answer->sets[i].pointer = target.pointer;
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
