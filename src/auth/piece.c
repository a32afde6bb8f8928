#include "auth/piece.h"

#include <stdlib.h>

#include "auth/prepared.h"
#include "auth/walk.h"
#include "base/alloc.h"

static bool is_pointed(const struct answer_pointed *pointed, unsigned count,
                       const struct wire_rrset *set)
{
    for (unsigned i = 0; i < count; i++)
        if (pointed[i].set == set)
            return true;
    return false;
}

/* Add the addresses of a name server. False: they are more than single records, or too many. */
static inline bool add_addresses(const struct zone_version *version, const struct zone_node *node,
                                 uint16_t pointer, struct answer_pointed *pointed, unsigned *count)
{
    const struct wire_rrset *set = zone_node_sets(version, node);

    for (unsigned left = node->set_count; left > 0; left--, set = wire_rrset_next(set)) {
        if (set->type == WIRE_TYPE_A || set->type == WIRE_TYPE_AAAA) {
            if (td_unlikely(set->count != 1 || *count == PIECE_POINTED_MAX))
                return false;
            if (is_pointed(pointed, *count, set))
                continue;
            pointed[*count].set = set;
            pointed[*count].pointer = pointer;
            ++*count;
        } else if (set->type > WIRE_TYPE_AAAA && set->type != WIRE_TYPE_RRSIG) {
            break; /* sets stand in the order of their types, signatures behind theirs */
        }
    }
    return true;
}

bool auth_piece_targets(const struct zone_version *version, const struct zone_node *cut,
                        struct answer_pointed pointed[PIECE_POINTED_MAX],
                        struct answer_piece *piece)
{
    const struct wire_rrset *servers = zone_node_set(version, cut, WIRE_TYPE_NS);
    const struct wire_image *image = piece->image;
    unsigned apex_size = zone_version_name_size(version);
    unsigned count = 0;

    for (unsigned i = 0; i < image->target_count; i++) {
        struct wire_image_target target = wire_image_target(image, i);
        const uint8_t *name = servers->data + target.rdata_at + 2;
        const struct zone_node *node =
            zone_find_hashed(version, target.hash, name, td_get_u16(name - 2) - apex_size);
        if (td_unlikely(node == NULL))
            return false;
        if (td_likely(auth_target_of(version, node) != TARGET_NONE) &&
            !add_addresses(version, node, target.pointer, pointed, &count))
            return false;
        if (td_unlikely(node->flags & ZONE_NODE_SIGNED))
            piece->has_signed = true;
    }
    piece->pointed = pointed;
    piece->pointed_count = (uint8_t)count;
    return true;
}

static void add_set(struct answer *answer, const struct wire_rrset *set, enum wire_section section,
                    enum answer_place place, uint16_t pointer)
{
    struct answer_set *entry = answer_add(answer);

    *entry = (struct answer_set){ .set = set,
                                  .ttl = set->ttl,
                                  .place = (uint8_t)place,
                                  .section = (uint8_t)section,
                                  .pointer = pointer,
                                  .flags = section == SECTION_ADDITIONAL ? ANSWER_OPTIONAL : 0 };
}

struct answer *auth_piece_answer(const struct answer_piece *piece)
{
    struct answer *answer = td_calloc(1, sizeof(*answer));

    answer_reset(answer, NULL);
    answer->rcode = piece->rcode;
    answer->is_authoritative = piece->is_authoritative;
    if (piece->set != NULL)
        add_set(answer, piece->set, SECTION_ANSWER, PLACE_QNAME, 0);
    else
        answer->image = piece->image;
    return answer;
}

void auth_piece_point(const struct answer_piece *piece, struct answer *answer)
{
    for (unsigned i = 0; i < piece->pointed_count; i++)
        add_set(answer, piece->pointed[i].set, SECTION_ADDITIONAL, PLACE_POINTER,
                piece->pointed[i].pointer);
}

bool auth_piece_is_right(const struct auth_query *query, const struct answer_piece *piece)
{
    struct answer *answer = auth_piece_answer(piece);

    auth_piece_point(piece, answer);
    bool is_right = auth_prepared_is_right(query, answer);
    free(answer);
    return is_right;
}
