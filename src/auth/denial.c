/* Proofs by NSEC: RFC 4035 3.1.3. */
#include "zone/denial.h"
#include "auth/walk.h"

void auth_proof_note(struct auth_walk *walk, const struct zone_node *owner)
{
    if (owner == NULL)
        return;
    for (unsigned i = 0; i < walk->proof_count; i++) {
        if (walk->proofs[i] == owner)
            return;
    }
    if (walk->proof_count < AUTH_PROOFS_MAX)
        walk->proofs[walk->proof_count++] = owner;
}

/* The NSEC that matches or covers the name that is looked for. */
static void note_name(struct auth_walk *walk)
{
    auth_proof_note(walk, zone_nsec_before(walk->version, walk->key));
}

/*
 * Does the NSEC of the closest encloser, which is in front of its wildcard, reach beyond that? The
 * next name is below the encloser, by a label that may be behind "*", or behind all that is below.
 */
static bool covers_wildcard(const struct auth_walk *walk)
{
    const struct wire_key *key = walk->key;
    unsigned at = key->offsets[walk->found.encloser_label], size = key->size - at;
    const struct wire_rrset *set =
        zone_node_set(walk->version, walk->found.encloser, WIRE_TYPE_NSEC);
    if (set == NULL)
        return false;

    const uint8_t *next = wire_rrset_first(set).octets;
    unsigned left = (unsigned)wire_name_size(next);
    const uint8_t *label = NULL;
    for (; left > size; left -= 1u + *label, next += 1u + *label)
        label = next;
    if (left != size || label == NULL || !wire_octets_equal(next, key->lower + at, size))
        return label != NULL; /* without a label it might be the end of a chain: look */
    return label[1] > '*';
}

/* The same for the wildcard of the closest encloser. */
static void note_wildcard(struct auth_walk *walk)
{
    const struct wire_key *key = walk->key;
    struct wire_key wildcard;

    if (covers_wildcard(walk)) {
        auth_proof_note(walk, walk->found.encloser);
        return;
    }
    wire_key_join(&wildcard, zone_version_seed(walk->version), (const uint8_t *)"\1*", 2,
                  key->lower + key->offsets[walk->found.encloser_label]);
    auth_proof_note(walk, zone_nsec_before(walk->version, &wildcard));
}

void auth_deny(struct auth_walk *walk, enum auth_denial denial, const struct zone_node *node)
{
    const struct zone_version *version = walk->version;

    if (version->nsec3 != NULL && version->nsec3_order != 0) {
        auth_deny_hashed(walk, denial);
        return;
    }
    if ((version->flags & ZONE_HAS_NSEC) == 0)
        return;

    /* An empty non-terminal has no NSEC of its own; one in front of it covers it. */
    bool has_own = node != NULL && zone_node_set(version, node, WIRE_TYPE_NSEC) != NULL;
    switch (denial) {
    case DENY_NAME:
        note_name(walk);
        note_wildcard(walk);
        break;
    case DENY_TYPE:
        if (has_own)
            auth_proof_note(walk, node);
        else
            note_name(walk);
        break;
    case DENY_WILDCARD_NAME:
        note_name(walk);
        break;
    case DENY_WILDCARD_TYPE:
        if (has_own)
            auth_proof_note(walk, node);
        else
            note_wildcard(walk);
        note_name(walk);
        break;
    case DENY_CUT:
        if (has_own)
            auth_proof_note(walk, node);
        break;
    }
}
