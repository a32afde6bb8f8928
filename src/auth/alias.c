/*
 * CNAME and DNAME. Aliases are followed inside of the zone that was asked, not into others that
 * happen to be served here: a resolver believes only what the zone's own servers say, and
 * asks again (docs/design/answers.md).
 */
#include <string.h>

#include "auth/walk.h"
#include "base/arena.h"
#include "base/writer.h"

/* A set of one CNAME in the answer's scratch. */
static const struct wire_rrset *make_cname(struct auth_walk *walk, uint32_t ttl,
                                           const uint8_t *front, size_t front_size,
                                           struct wire_rdata back)
{
    size_t size = front_size + back.size;
    struct wire_rrset *set =
        td_arena_alloc(walk->answer->scratch, sizeof(struct wire_rrset) + 2 + size);

    set->ttl = ttl;
    set->size = (uint32_t)(2 + size);
    set->type = WIRE_TYPE_CNAME;
    set->count = 1;
    td_put_u16(set->data, (uint16_t)size);
    memcpy(set->data + 2, front, front_size);
    memcpy(set->data + 2 + front_size, back.octets, back.size);
    return set;
}

static bool is_said(const struct answer *answer, const struct wire_rrset *set)
{
    for (unsigned i = 0; i < answer->set_count; i++) {
        if (answer->sets[i].set == set)
            return true;
    }
    return false;
}

/* Add the name that was looked for as an alias of `target`; it has no node and no signature. */
static void add_made(struct auth_walk *walk, const struct wire_rrset *cname)
{
    bool wants_proof = walk->wants_proof;

    walk->wants_proof = false;
    auth_add_here(walk, NULL, cname);
    walk->wants_proof = wants_proof;
}

const uint8_t *auth_dname(struct auth_walk *walk)
{
    const struct zone_node *owner = walk->found.cover;
    const struct wire_rrset *set = zone_node_set(walk->version, owner, WIRE_TYPE_DNAME);
    struct wire_rdata target = wire_rrset_first(set);
    size_t front_size = walk->key->offsets[walk->found.cover_label];

    if (!is_said(walk->answer, set))
        auth_add_node(walk, owner, set, SECTION_ANSWER);
    if (front_size + target.size > WIRE_NAME_SIZE_MAX) {
        walk->answer->rcode = WIRE_RCODE_YXDOMAIN;
        return NULL;
    }
    const struct wire_rrset *cname = make_cname(walk, set->ttl, walk->name, front_size, target);
    add_made(walk, cname);

    uint16_t type = walk->query->type;
    if (type == WIRE_TYPE_CNAME || type == WIRE_TYPE_ANY)
        return NULL;
    /* A DNAME to a name below itself only makes longer and longer names: once is enough. */
    const uint8_t *above = walk->key->lower + front_size;
    if (wire_name_is_subdomain(target.octets, target.size, above, walk->key->size - front_size))
        return NULL;
    return wire_rrset_first(cname).octets;
}

/* A chain that comes back to a name has said all that there is to say. */
static bool is_known(const uint64_t *seen, unsigned count, uint64_t hash)
{
    for (unsigned i = 0; i < count; i++) {
        if (seen[i] == hash)
            return true;
    }
    return false;
}

void auth_follow(struct auth_walk *walk, const uint8_t *target)
{
    const struct zone_version *version = walk->version;
    uint64_t seen[AUTH_ALIASES_MAX + 1] = { walk->key->hashes[0] };
    struct wire_key key;

    walk->is_question = false;
    walk->key = &key;
    for (unsigned count = 1; target != NULL && count <= AUTH_ALIASES_MAX; count++) {
        wire_key_make(&key, zone_version_seed(version), target);
        if (is_known(seen, count, key.hashes[0]) || !zone_contains(version, &key))
            break;
        seen[count] = key.hashes[0];
        walk->name = target;
        zone_find(version, &key, &walk->found);
        target = auth_name(walk);
    }
    walk->key = NULL; /* it ends with this function */
}
