/*
 * Proofs by NSEC3: RFC 5155 7.2. Each costs one to three hashes; the apex, its wildcard and a name
 * that is there but has no NSEC3 (an insecure delegation) cost none.
 */
#include <string.h>

#include "auth/walk.h"
#include "zone/denial.h"

/* The parameters of the zone's chain, once for an answer. */
struct hasher {
    struct auth_walk *walk;
    struct dnssec_nsec3_params params;
};

static const struct zone_node *look(const struct hasher *hasher, const uint8_t *name, size_t size,
                                    bool *ret_match)
{
    uint8_t hash[DNSSEC_NSEC3_HASH_SIZE];

    dnssec_nsec3_hash_lower(&hasher->params, name, size, hash);
    *ret_match = false;
    return zone_nsec3_at_or_before(hasher->walk->version, hash, ret_match);
}

static unsigned apex_label(const struct auth_walk *walk)
{
    return (unsigned)walk->key->label_count - zone_version_label_count(walk->version);
}

/* The node of the name that begins at `label`, if it was found on the way; or NULL. */
static const struct zone_node *node_at(const struct auth_walk *walk, unsigned label)
{
    if (label == walk->found.encloser_label)
        return walk->found.encloser;
    return walk->found.cover != NULL && label == walk->found.cover_label ? walk->found.cover : NULL;
}

/* The NSEC3 that matches (then *ret_match) or covers the name that begins at `label`. */
static const struct zone_node *look_at(const struct hasher *hasher, unsigned label, bool *ret_match)
{
    const struct auth_walk *walk = hasher->walk;
    const struct wire_key *key = walk->key;
    const struct zone_node *node = node_at(walk, label), *covering;

    if (label == apex_label(walk) && walk->version->nsec3_apex != 0) {
        *ret_match = true;
        return zone_node_at(walk->version, walk->version->nsec3_apex);
    }
    if (node != NULL && (covering = zone_nsec3_covering(walk->version, node)) != NULL) {
        *ret_match = false;
        return covering;
    }
    size_t at = key->offsets[label];
    return look(hasher, key->lower + at, key->size - at, ret_match);
}

/* The NSEC3 for the wildcard below the name that begins at `label`. */
static const struct zone_node *look_wildcard(const struct hasher *hasher, unsigned label)
{
    const struct wire_key *key = hasher->walk->key;
    size_t at = key->offsets[label];
    uint8_t name[2 + WIRE_KEY_SIZE_MAX] = { 1, '*' };
    const struct auth_walk *walk = hasher->walk;
    bool is_match;

    if (label == apex_label(walk) && walk->version->nsec3_wildcard != 0)
        return zone_node_at(walk->version, walk->version->nsec3_wildcard);
    memcpy(name + 2, key->lower + at, key->size - at);
    return look(hasher, name, 2 + key->size - at, &is_match);
}

/*
 * The closest encloser proof (5155 7.2.1) for a name that does not exist: the NSEC3 of the
 * closest ancestor, from `label` on upwards, that has one, and the one that covers the name a
 * label longer. In an opt-out zone that need not be the closest encloser itself. `next_closer` is
 * that of the name a label longer than the first, if it is known. Returns the label of that
 * ancestor.
 */
static unsigned prove_encloser(const struct hasher *hasher, unsigned label,
                               const struct zone_node *next_closer)
{
    struct auth_walk *walk = hasher->walk;
    unsigned last = apex_label(walk);
    bool is_match = false;

    for (; label <= last; label++) {
        const struct zone_node *node = look_at(hasher, label, &is_match);
        if (is_match) {
            auth_proof_note(walk, node);
            break;
        }
        next_closer = node;
    }
    if (label > last)
        return last; /* a chain without its apex: nothing can be proved */
    if (next_closer == NULL && label > 0)
        next_closer = look_at(hasher, label - 1, &is_match);
    auth_proof_note(walk, next_closer);
    return label;
}

/* No data: the NSEC3 of the name, or what shows that it may be in an opt-out span. */
static void prove_no_type(const struct hasher *hasher, unsigned label)
{
    bool is_match;
    const struct zone_node *node = look_at(hasher, label, &is_match);

    if (is_match)
        auth_proof_note(hasher->walk, node);
    else
        prove_encloser(hasher, label + 1, node);
}

void auth_deny_hashed(struct auth_walk *walk, enum auth_denial denial)
{
    struct hasher hasher = { .walk = walk };
    unsigned encloser = walk->found.encloser_label;
    bool is_match;

    if (!zone_nsec3_params(walk->version, &hasher.params))
        return; /* the checks of loading have said so */

    switch (denial) {
    case DENY_NAME:
        auth_proof_note(walk, look_wildcard(&hasher, prove_encloser(&hasher, encloser, NULL)));
        break;
    case DENY_TYPE:
        prove_no_type(&hasher, 0);
        break;
    case DENY_WILDCARD_NAME:
        auth_proof_note(walk, look_at(&hasher, encloser - 1, &is_match));
        break;
    case DENY_WILDCARD_TYPE:
        prove_encloser(&hasher, encloser, NULL);
        auth_proof_note(walk, look_wildcard(&hasher, encloser));
        break;
    case DENY_CUT:
        prove_no_type(&hasher, walk->found.cover_label);
        break;
    }
}
