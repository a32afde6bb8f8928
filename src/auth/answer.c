/*
 * The walk: RFC 1034 4.3.2 step 3, with the zone found by the caller. A name is looked up once;
 * what is at it, above it or instead of it decides.
 */
#include "auth/answer.h"

#include "auth/prepared.h"
#include "auth/walk.h"
#include "base/assert.h"

static void name_error(struct auth_walk *walk)
{
    walk->answer->rcode = WIRE_RCODE_NXDOMAIN;
    auth_add_soa(walk);
    if (walk->wants_proof)
        auth_deny(walk, DENY_NAME, NULL);
}

static void no_data(struct auth_walk *walk, const struct zone_node *node, bool is_wildcard)
{
    auth_add_soa(walk);
    if (walk->wants_proof)
        auth_deny(walk, is_wildcard ? DENY_WILDCARD_TYPE : DENY_TYPE, node);
}

/* RFC 8482 4.1: which set of a name stands for all of them? Not one that only a signer needs. */
static bool stands_for_all(uint16_t type)
{
    return type != WIRE_TYPE_RRSIG && type != WIRE_TYPE_NSEC;
}

/* ANY, and RRSIG, which is as many sets as a name has signed ones. Was anything there? */
static bool add_many(struct auth_walk *walk, const struct zone_node *node)
{
    const struct wire_rrset *set = zone_node_sets(walk->version, node);
    bool is_any = walk->query->type == WIRE_TYPE_ANY;
    bool is_found = false;

    for (unsigned left = node->set_count; left > 0; left--, set = wire_rrset_next(set)) {
        if (is_any ? !stands_for_all(set->type) && (walk->query->flags & AUTH_MINIMAL_ANY) != 0
                   : set->type != WIRE_TYPE_RRSIG)
            continue;
        if (is_any && set->type == WIRE_TYPE_RRSIG)
            continue; /* comes with the set that it signs */
        auth_add_here(walk, node, set);
        is_found = true;
        if ((walk->query->flags & AUTH_MINIMAL_ANY) != 0)
            break;
    }
    return is_found;
}

/* NSEC and RRSIG stand beside a CNAME (4035 2.5): who asks for them means this name, not its
 * target. */
static bool is_followed_for(uint16_t type)
{
    return type != WIRE_TYPE_NSEC && type != WIRE_TYPE_RRSIG;
}

/* What a node has to say; a wildcard's node says it in the name of the name asked. */
static inline const uint8_t *answer_from(struct auth_walk *walk, const struct zone_node *node,
                                         bool is_wildcard)
{
    uint16_t type = walk->query->type;
    const struct wire_rrset *set;
    bool is_alias = false;

    if (td_unlikely(type == WIRE_TYPE_ANY || type == WIRE_TYPE_RRSIG))
        set = add_many(walk, node) ? zone_node_sets(walk->version, node) : NULL;
    else if ((set = zone_node_set(walk->version, node, type)) != NULL) {
        auth_add_here(walk, node, set);
        if (wire_rrtype_get(type)->additional != WIRE_ADDITIONAL_NONE)
            walk->additional = set;
    }
    if (set == NULL && (node->flags & ZONE_NODE_CNAME) != 0 && is_followed_for(type)) {
        set = zone_node_set(walk->version, node, WIRE_TYPE_CNAME);
        auth_add_here(walk, node, set);
        is_alias = true;
    }
    if (set == NULL) {
        no_data(walk, node, is_wildcard);
        return NULL;
    }
    if (is_wildcard && walk->wants_proof)
        auth_deny(walk, DENY_WILDCARD_NAME, node);
    return is_alias ? wire_rrset_first(set).octets : NULL;
}

/* At a cut the parent answers for DS, and for the NSEC that says that there is none. */
static bool is_parents(const struct auth_walk *walk)
{
    const struct zone_found *found = &walk->found;
    uint16_t type = walk->query->type;

    if (found->node == NULL || found->node != found->cover)
        return false;
    return type == WIRE_TYPE_DS ||
           (type == WIRE_TYPE_NSEC &&
            zone_node_set(walk->version, found->node, WIRE_TYPE_NSEC) != NULL);
}

const uint8_t *auth_name(struct auth_walk *walk)
{
    const struct zone_found *found = &walk->found;

    if (td_unlikely(found->cover != NULL) && !is_parents(walk)) {
        if ((found->cover->flags & ZONE_NODE_DELEGATION) == 0)
            return auth_dname(walk);
        auth_refer(walk);
        return NULL;
    }
    if (found->node != NULL)
        return answer_from(walk, found->node, false);

    if ((found->encloser->flags & ZONE_NODE_WILDCARD_BELOW) != 0) {
        const struct zone_node *wildcard =
            zone_find_wildcard(walk->version, walk->key, found->encloser_label);
        if (wildcard != NULL)
            return answer_from(walk, wildcard, true);
    }
    name_error(walk);
    return NULL;
}

/* What could not be added before all of the answer section was there. */
static void finish(struct auth_walk *walk)
{
    if (walk->proof_count != 0)
        auth_add_proofs(walk);
    if (walk->cut != NULL)
        auth_add_glue(walk);
    else if (walk->additional != NULL && (walk->query->flags & AUTH_NO_ADDITIONAL) == 0)
        auth_additional(walk);
    if (walk->is_full) {
        walk->answer->set_count = 0;
        walk->answer->image = NULL;
        walk->answer->rcode = WIRE_RCODE_SERVFAIL;
        walk->answer->is_authoritative = false;
    }
}

void auth_answer(const struct auth_query *query, struct answer *answer)
{
    struct auth_walk walk; /* not initialised as a whole: it is large, and few fields matter */

    walk.query = query;
    walk.answer = answer;
    walk.version = query->version;
    walk.key = query->key;
    walk.name = query->name;
    walk.is_question = true;
    walk.wants_proof =
        (query->flags & AUTH_DO) != 0 && (query->version->flags & ZONE_IS_SIGNED) != 0;
    walk.is_full = false;
    walk.proof_count = 0;
    walk.additional = NULL;
    walk.cut = NULL;

    answer->is_authoritative = true;
    zone_find(query->version, query->key, &walk.found);
    const uint8_t *target = auth_name(&walk);
    if (td_unlikely(target != NULL))
        auth_follow(&walk, target);
    if (walk.proof_count != 0 || walk.cut != NULL || walk.additional != NULL || walk.is_full)
        finish(&walk);
    if (AUTH_PREPARED_IS_CHECKED && answer->image != NULL)
        (void)td_never(!auth_prepared_is_right(query, answer));
}
