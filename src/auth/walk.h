/*
 * auth/walk.h - the state of one walk of RFC 1034 4.3.2, and what its parts give each other.
 *
 * Shape    The sections of an answer stand in order, and the walk finds out about the
 *          authority section while it still adds to the answer section (wildcards on the way
 *          of a CNAME chain): so proofs are noted, and added when the last name is known.
 * Floor    5. Not for other directories.
 * Threads  One owner; lives on the stack of auth_answer.
 */
#pragma once

#include <stdbool.h>

#include "auth/answer.h"
#include "base/macros.h"
#include "wire/const.h"
#include "wire/name.h"
#include "wire/rrtype.h"

enum { AUTH_PROOFS_MAX = 3 * (AUTH_ALIASES_MAX + 1) };

struct auth_walk {
    const struct auth_query *query;
    struct answer *answer;
    const struct zone_version *version;
    const struct wire_key *key; /* of the name that is looked for now; only while auth_name runs */
    const uint8_t *name;        /* its spelling: the question's, or the target of the last alias */
    bool is_question;           /* the name is the question's: no alias was followed */
    bool wants_proof;           /* signatures are wanted and the zone has them */
    bool is_full;               /* a set that must be there found no place */
    uint8_t proof_count;
    const struct wire_rrset *additional; /* the set whose data names what may be added, or NULL */
    const struct zone_node *cut;         /* the delegation that is referred to, or NULL */
    struct zone_found found;
    const struct zone_node *proofs[AUTH_PROOFS_MAX]; /* owners of NSEC or NSEC3, each once */
};

/* ---- adding sets (auth/add.c) ---- */

/*
 * Add a set under the name that is looked for now (which may be made from a wildcard), and its
 * signature, to the answer section.
 */
void auth_add_here(struct auth_walk *walk, const struct zone_node *node,
                   const struct wire_rrset *set);

/* Add a set of a node under the node's own name, and its signature. */
void auth_add_node(struct auth_walk *walk, const struct zone_node *node,
                   const struct wire_rrset *set, enum wire_section section);

/* Add a set of a node under this name, and its signature when it is signed. */
void auth_add_named(struct auth_walk *walk, const struct zone_node *node,
                    const struct wire_rrset *set, const uint8_t *name, enum wire_section section,
                    uint8_t flags);

/* Add an optional set of a node whose name stands in the prepared image, and its signature. */
void auth_add_pointed(struct auth_walk *walk, const struct zone_node *node,
                      const struct wire_rrset *set, uint16_t pointer);

/* Add the SOA of a negative answer, with the TTL of RFC 2308 3. */
void auth_add_soa(struct auth_walk *walk);

/* Add the NSEC and NSEC3 sets that were noted. */
void auth_add_proofs(struct auth_walk *walk);

/* ---- denial (auth/denial.c, auth/denial3.c) ---- */

enum auth_denial {
    DENY_NAME,          /* neither the name nor a wildcard for it exists */
    DENY_TYPE,          /* the name exists (maybe as an empty non-terminal), the type does not */
    DENY_WILDCARD_NAME, /* the answer was made from a wildcard: the name itself does not exist */
    DENY_WILDCARD_TYPE, /* the same, and the wildcard does not have the type */
    DENY_CUT,           /* the delegation has no DS */
};

/* Note what proves it. `node` is the name, wildcard or delegation; NULL for DENY_NAME. */
void auth_deny(struct auth_walk *walk, enum auth_denial denial, const struct zone_node *node);
void auth_deny_hashed(struct auth_walk *walk, enum auth_denial denial);

/* Note an owner of NSEC or NSEC3, unless it was; NULL is nothing. */
void auth_proof_note(struct auth_walk *walk, const struct zone_node *owner);

/* ---- the rest ---- */

/* Answer for walk->key. Returns the name to go on with when the answer is an alias, or NULL. */
const uint8_t *auth_name(struct auth_walk *walk);

/* The cover is a delegation: refer to it (auth/referral.c). */
void auth_refer(struct auth_walk *walk);

/* Add the addresses that a referral has to carry, then those that it may (auth/referral.c). */
void auth_add_glue(struct auth_walk *walk);

/* The cover is a DNAME (auth/alias.c). Returns as auth_name does. */
const uint8_t *auth_dname(struct auth_walk *walk);

/* Go on with the target of an alias until a name answers (auth/alias.c). */
void auth_follow(struct auth_walk *walk, const uint8_t *target);

/* Add what the data of walk->additional names (auth/additional.c). */
void auth_additional(struct auth_walk *walk);

enum auth_target {
    TARGET_NONE,
    TARGET_OWN,  /* authoritative data, perhaps made from a wildcard */
    TARGET_GLUE, /* below a delegation */
};

/* The node that has the data of a name in record data, if it is in the zone (auth/additional.c). */
enum auth_target auth_target_find(const struct auth_walk *walk, const uint8_t *name,
                                  const struct zone_node **ret_node);

/* What a node is whose name stands in record data. */
static inline enum auth_target auth_target_of(const struct zone_version *version,
                                              const struct zone_node *node)
{
    if (node->flags & ZONE_NODE_OCCLUDED)
        node = zone_node_at(version, node->cover);
    else if (!(node->flags & ZONE_NODE_DELEGATION))
        return TARGET_OWN;
    return (node->flags & ZONE_NODE_DELEGATION) != 0 ? TARGET_GLUE : TARGET_NONE;
}

/* Add the set of a type for such a name to the additional section (auth/additional.c). */
void auth_target_add(struct auth_walk *walk, enum auth_target target, const struct zone_node *node,
                     const uint8_t *name, uint16_t type, uint8_t flags);
