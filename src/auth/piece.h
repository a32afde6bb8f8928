/*
 * auth/piece.h - answers that are one piece, without a walk.
 *
 * Shape    What the walk of RFC 1034 4.3.2 (auth/answer.h) comes to for most questions that want
 *          no proofs: the one record of a type that brings nothing along, a referral that was laid
 *          out, or the SOA of a name or type that is not there. It says what the walk would say;
 *          builds that test compare the two each time (auth/prepared.h).
 * Floor    5.
 * Threads  Any that borrows or pins the version. Pure.
 */
#pragma once

#include "auth/answer.h"
#include "wire/piece.h"
#include "wire/rrtype.h"

/* Find the addresses of an image's targets. False: that takes the walk. */
bool auth_piece_targets(const struct zone_version *version, const struct zone_node *cut,
                        struct answer_pointed pointed[PIECE_POINTED_MAX],
                        struct answer_piece *piece);

/* For builds that test: does the walk say the same? */
bool auth_piece_is_right(const struct auth_query *query, const struct answer_piece *piece);

/* The same as struct answer; the caller frees it. Without what is pointed: that is last. */
struct answer *auth_piece_answer(const struct answer_piece *piece);
void auth_piece_point(const struct zone_version *version, const struct answer_piece *piece,
                      struct answer *answer);

static inline bool auth_piece_refer(const struct zone_version *version, const struct zone_node *cut,
                                    struct answer_pointed pointed[PIECE_POINTED_MAX],
                                    struct answer_piece *piece)
{
    if (td_unlikely(cut->cover == 0))
        return false;
    piece->image = zone_at(version, cut->cover);
    piece->is_authoritative = false;
    return piece->image->target_count == 0 || auth_piece_targets(version, cut, pointed, piece);
}

/* The name exists and nothing covers it. True: the set of the type is the answer, or there is none
 * (then piece->set is NULL). */
static inline bool auth_piece_set(const struct zone_version *version, const struct zone_node *node,
                                  uint16_t type, struct answer_piece *piece)
{
    const struct wire_rrset *set = zone_node_set(version, node, type);

    if (set == NULL)
        return (node->flags & ZONE_NODE_CNAME) == 0;
    piece->set = set;
    return set->count == 1;
}

enum { AUTH_TRAITS_MORE = WIRE_TRAIT_META | WIRE_TRAIT_COMPRESS | WIRE_TRAIT_ADDITIONAL };

/* Is it a type of data whose sets have no names to compress and bring nothing along? */
static inline bool auth_piece_is_plain(uint16_t type)
{
    return type < WIRE_RRTYPE_INDEXED && type != WIRE_TYPE_RRSIG &&
           (wire_rrtype_traits_low[type] & AUTH_TRAITS_MORE) == 0;
}

/*
 * The answer to a question that wants no proofs, for a name that is the apex or below it and not
 * the root; `nearest` is of zone_look_end. False: it takes auth_answer; *ret_piece is good for
 * nothing. `pointed` is for what the piece may refer to.
 */
static TD_ALWAYS_INLINE bool auth_piece_find(const struct zone_version *version,
                                             struct zone_nearest nearest, uint16_t type,
                                             struct answer_pointed pointed[PIECE_POINTED_MAX],
                                             struct answer_piece *ret_piece)
{
    const struct zone_node *node = nearest.encloser;
    bool is_name = nearest.label == 0;

    ret_piece->set = NULL;
    ret_piece->pointed_count = ret_piece->pointed_records = 0;
    ret_piece->rcode = WIRE_RCODE_NOERROR;
    if (td_unlikely(node->flags & ZONE_NODE_MAY_COVER)) {
        if (!(node->flags & ZONE_NODE_DELEGATION) ||
            (is_name && (type == WIRE_TYPE_DS || type == WIRE_TYPE_NSEC)))
            return false;
        return auth_piece_refer(version, node, pointed, ret_piece);
    }
    ret_piece->is_authoritative = true;
    if (is_name) {
        if (!auth_piece_is_plain(type) || !auth_piece_set(version, node, type, ret_piece))
            return false;
        if (ret_piece->set != NULL)
            return true;
    } else {
        if (node->flags & ZONE_NODE_WILDCARD_BELOW)
            return false;
        ret_piece->rcode = WIRE_RCODE_NXDOMAIN;
    }
    if (td_unlikely(version->negative == 0))
        return false;
    ret_piece->image = zone_at(version, version->negative);
    return true;
}
