#include "auth/signed.h"

#include <stdlib.h>

#include "auth/piece.h"
#include "auth/prepared.h"
#include "zone/denial.h"

/* One look-up under way. */
struct find {
    const struct zone_version *version;
    const struct wire_key *key;
    struct answer_signed *answer;
    unsigned apex_label;
};

static inline bool is_hashed(const struct zone_version *version)
{
    return version->nsec3 != NULL && version->nsec3_order != 0;
}

/* Add a set of a node with its signature, neither of them long. */
static inline struct answer_pair *add_pair(struct find *find, const struct zone_node *node,
                                           uint16_t type)
{
    struct answer_pair *pair = &find->answer->pairs[find->answer->pair_count];
    const struct wire_rrset *set = zone_node_set(find->version, node, type);

    if (td_unlikely(set == NULL || set->count > SIGNED_RECORDS_MAX))
        return NULL;
    pair->set = set;
    pair->signature = zone_node_signature(find->version, node, set);
    if (td_unlikely(pair->signature == NULL || pair->signature->count > SIGNED_RECORDS_MAX))
        return NULL;
    find->answer->pair_count++;
    return pair;
}

/* The same for the node whose name begins at `label` of the question's. */
static bool add_here(struct find *find, const struct zone_node *node, unsigned label, uint16_t type)
{
    struct answer_pair *pair = add_pair(find, node, type);

    if (td_unlikely(pair == NULL) || td_unlikely(find->key->lower[find->key->offsets[label]] == 0))
        return false;
    pair->label = NULL;
    pair->qname_offset = find->key->offsets[label];
    return true;
}

/* The same for one that is no ancestor of the question's name, but one label below the apex. */
static bool add_child(struct find *find, const struct zone_node *node, uint16_t type)
{
    struct answer_pair *pair;

    if (td_unlikely(node->label_count != 1) || (pair = add_pair(find, node, type)) == NULL)
        return false;
    pair->label = node->labels;
    pair->qname_offset = find->key->offsets[find->apex_label];
    return pair->set->count == 1;
}

/* The NSEC3 that matches (then *ret_match) or covers the name that begins at `label`, or NULL. */
static const struct zone_node *hashed_at(const struct find *find, unsigned label, bool *ret_match)
{
    const struct wire_key *key = find->key;
    struct dnssec_nsec3_params params;
    uint8_t hash[DNSSEC_NSEC3_HASH_SIZE];
    size_t at = key->offsets[label];

    *ret_match = false;
    if (td_unlikely(!zone_nsec3_params(find->version, &params)))
        return NULL;
    dnssec_nsec3_hash_lower(&params, key->lower + at, key->size - at, hash);
    return zone_nsec3_at_or_before(find->version, hash, ret_match);
}

/* The NSEC3 of the apex. */
static inline bool prove_apex(struct find *find)
{
    if (td_unlikely(find->version->apex_signed == 0))
        return false;
    find->answer->proof = zone_at(find->version, find->version->apex_signed);
    return true;
}

/* A node, which is no apex, does not have a type: the NSEC3 of its name, or opt-out. */
static bool deny_hashed(struct find *find, const struct zone_node *node, unsigned label)
{
    const struct zone_version *version = find->version;
    const struct zone_node *covering = zone_nsec3_covering(version, node);
    bool is_match = false;

    if (covering == NULL && (covering = hashed_at(find, label, &is_match)) == NULL)
        return false;
    if (is_match)
        return add_child(find, covering, WIRE_TYPE_NSEC3);
    return label + 1 == find->apex_label && prove_apex(find) &&
           (covering == zone_node_at(version, version->nsec3_apex) ||
            add_child(find, covering, WIRE_TYPE_NSEC3));
}

static inline bool deny(struct find *find, const struct zone_node *node, unsigned label)
{
    const struct zone_version *version = find->version;

    if (!is_hashed(version))
        return add_here(find, node, label, WIRE_TYPE_NSEC);
    if (td_likely(label != find->apex_label))
        return deny_hashed(find, node, label);
    return prove_apex(find);
}

static bool say_no_type(struct find *find, const struct zone_node *node)
{
    if ((node->flags & ZONE_NODE_CNAME) || td_unlikely(find->version->negative_signed == 0))
        return false;
    find->answer->piece.image = zone_at(find->version, find->version->negative_signed);
    return deny(find, node, 0);
}

static bool say_set(struct find *find, const struct zone_node *node, const struct wire_rrset *set)
{
    struct answer_signed *answer = find->answer;

    if (set->count != 1 && (set->type == WIRE_TYPE_A || set->type == WIRE_TYPE_AAAA))
        return false; /* it may turn */
    answer->signature = zone_node_signature(find->version, node, set);
    answer->piece.set = set;
    return answer->signature != NULL;
}

/* Neither the name nor a wildcard for it: only where that would be a child of the apex. */
static bool say_no_name(struct find *find, unsigned encloser_label)
{
    const struct zone_version *version = find->version;
    const struct zone_node *covering;
    bool is_match;

    if (encloser_label != find->apex_label || td_unlikely(version->no_name_signed == 0))
        return false;
    find->answer->piece.rcode = WIRE_RCODE_NXDOMAIN;
    find->answer->piece.image = zone_at(version, version->no_name_signed);
    if (!is_hashed(version)) {
        covering = zone_nsec_before(version, find->key);
        return covering != NULL && (covering == zone_version_apex(version) ||
                                    add_child(find, covering, WIRE_TYPE_NSEC));
    }
    covering = hashed_at(find, encloser_label - 1, &is_match);
    if (covering == NULL)
        return false;
    return covering == zone_node_at(version, version->nsec3_apex) ||
           covering == zone_node_at(version, version->nsec3_wildcard) ||
           add_child(find, covering, WIRE_TYPE_NSEC3);
}

static bool refer(struct find *find, const struct zone_node *cut, unsigned label,
                  struct answer_pointed *pointed)
{
    struct answer_piece *piece = &find->answer->piece;

    if (!auth_piece_refer(find->version, cut, pointed, piece) || piece->has_signed)
        return false;
    if (zone_node_set(find->version, cut, WIRE_TYPE_DS) != NULL)
        return add_here(find, cut, label, WIRE_TYPE_DS);
    return deny(find, cut, label);
}

bool auth_signed_find(const struct zone_version *version, const struct wire_key *key,
                      struct zone_nearest nearest, uint16_t type,
                      struct answer_pointed pointed[PIECE_POINTED_MAX],
                      struct answer_signed *ret_answer)
{
    const struct zone_node *node = nearest.encloser;
    struct find find = {
        .version = version,
        .key = key,
        .answer = ret_answer,
        .apex_label = (unsigned)key->label_count - zone_version_label_count(version),
    };

    ret_answer->piece.set = NULL;
    ret_answer->piece.pointed_count = ret_answer->piece.pointed_records = 0;
    ret_answer->piece.has_signed = false;
    ret_answer->piece.rcode = WIRE_RCODE_NOERROR;
    ret_answer->piece.is_authoritative = true;
    ret_answer->pair_count = 0;
    ret_answer->proof = NULL;
    if (node->flags & ZONE_NODE_MAY_COVER) {
        if (!(node->flags & ZONE_NODE_DELEGATION) || (nearest.label == 0 && type == WIRE_TYPE_NSEC))
            return false;
        if (nearest.label != 0 || type != WIRE_TYPE_DS)
            return refer(&find, node, (unsigned)nearest.label, pointed);
    }
    if (nearest.label != 0)
        return (node->flags & ZONE_NODE_WILDCARD_BELOW) == 0 &&
               say_no_name(&find, (unsigned)nearest.label);
    if (!auth_piece_is_plain(type))
        return false;
    const struct wire_rrset *set = zone_node_set(version, node, type);
    return set != NULL ? say_set(&find, node, set) : say_no_type(&find, node);
}

static void check_set(const struct auth_query *query, struct answer *answer,
                      const struct wire_rrset *set, enum wire_section section, uint32_t ttl,
                      const struct answer_pair *pair)
{
    struct answer_set *entry = answer_add(answer);

    *entry = (struct answer_set){ .set = set,
                                  .ttl = set->ttl < ttl ? set->ttl : ttl,
                                  .place = PLACE_QNAME,
                                  .section = (uint8_t)section };
    if (pair == NULL)
        return;
    entry->place = pair->label == NULL ? PLACE_IN_QNAME : PLACE_CHILD;
    entry->qname_offset = pair->qname_offset;
    entry->owner = pair->label;
    entry->owner_size = (uint8_t)(pair->label == NULL ? 0 : 1 + pair->label[0]);
    entry->suffix = zone_version_name(query->version);
}

static void check_proof(const struct auth_query *query, struct answer *answer)
{
    const struct zone_version *version = query->version;
    const struct zone_node *node = zone_node_at(version, version->nsec3_apex);
    const struct wire_rrset *set = zone_node_set(version, node, WIRE_TYPE_NSEC3);
    struct answer_pair pair = {
        .label = node->labels,
        .qname_offset = query->key->offsets[query->apex_label],
    };

    check_set(query, answer, set, SECTION_AUTHORITY, set->ttl, &pair);
    check_set(query, answer, zone_node_signature(version, node, set), SECTION_AUTHORITY, set->ttl,
              &pair);
}

bool auth_signed_is_right(const struct auth_query *query, const struct answer_signed *signed_answer)
{
    const struct answer_piece *piece = &signed_answer->piece;
    struct answer *answer = auth_piece_answer(piece);

    if (signed_answer->proof != NULL)
        check_proof(query, answer);
    for (unsigned i = 0; i < signed_answer->pair_count; i++) {
        const struct answer_pair *pair = &signed_answer->pairs[i];
        uint32_t ttl = pair->set->ttl;
        check_set(query, answer, pair->set, SECTION_AUTHORITY, ttl, pair);
        check_set(query, answer, pair->signature, SECTION_AUTHORITY, ttl, pair);
    }
    if (piece->set != NULL)
        check_set(query, answer, signed_answer->signature, SECTION_ANSWER, piece->set->ttl, NULL);
    auth_piece_point(query->version, piece, answer);
    bool is_right = auth_prepared_is_right(query, answer);
    free(answer);
    return is_right;
}
