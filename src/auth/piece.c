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
static bool add_addresses(const struct zone_version *version, const struct zone_node *node,
                          uint16_t pointer, struct answer_pointed *pointed, unsigned *count)
{
    const struct wire_rrset *set = zone_node_sets(version, node);

    for (unsigned left = node->set_count; left > 0; left--, set = wire_rrset_next(set)) {
        if (set->type == WIRE_TYPE_A || set->type == WIRE_TYPE_AAAA) {
            if (td_unlikely(set->count != 1 || *count == PIECE_POINTED_MAX))
                return false;
            if (is_pointed(pointed, *count, set))
                continue;
            pointed[(*count)++] = (struct answer_pointed){ .set = set, .pointer = pointer };
        } else if (set->type > WIRE_TYPE_AAAA && set->type != WIRE_TYPE_RRSIG) {
            break; /* sets stand in the order of their types, signatures behind theirs */
        }
    }
    return true;
}

static const struct zone_node *node_of(const struct zone_version *version,
                                       const struct wire_rrset *servers,
                                       struct wire_image_target target)
{
    const struct wire_host *host = target.host != 0 ? zone_at(version, target.host) : NULL;
    struct wire_key key;

    if (host != NULL && host->node != 0)
        return zone_node_at(version, host->node);
    wire_key_make(&key, zone_version_seed(version), servers->data + target.rdata_at + 2);
    return zone_find_exact(version, &key, 0);
}

/* The addresses of some name server were not laid out: all are taken from their nodes. */
static TD_NOINLINE bool look_up_targets(const struct zone_version *version,
                                        const struct zone_node *cut, struct answer_pointed *pointed,
                                        struct answer_piece *piece)
{
    const struct wire_rrset *servers = zone_node_set(version, cut, WIRE_TYPE_NS);
    unsigned count = 0;

    for (unsigned i = 0; i < piece->image->target_count; i++) {
        struct wire_image_target target = wire_image_target(piece->image, i);
        const struct zone_node *node = node_of(version, servers, target);
        if (node == NULL)
            return false;
        if (auth_target_of(version, node) != TARGET_NONE &&
            !add_addresses(version, node, target.pointer, pointed, &count))
            return false;
        if (node->flags & ZONE_NODE_SIGNED)
            piece->has_signed = true;
    }
    piece->pointed_count = piece->pointed_records = (uint8_t)count;
    return true;
}

bool auth_piece_targets(const struct zone_version *version, const struct zone_node *cut,
                        struct answer_pointed first[PIECE_POINTED_MAX], struct answer_piece *piece)
{
    struct answer_pointed *pointed = first;
    const struct wire_image *image = piece->image;
    const uint16_t *words = wire_image_offsets(image) + image->pointer_count;
    unsigned targets = image->target_count, records = 0, is_signed = 0;

    if (td_unlikely(targets > PIECE_POINTED_MAX))
        return false;
    for (; pointed < first + targets; pointed++) {
        struct wire_image_target target = wire_image_target_get(words);
        if (td_unlikely(target.host == 0))
            break;
        const struct wire_host *host = zone_at(version, target.host);
        if (td_unlikely(host->size == 0))
            break;
        pointed->host = host;
        pointed->pointer = target.pointer;
        records += host->count;
        is_signed |= host->is_signed;
        words += WIRE_IMAGE_TARGET_WORDS;
    }
    piece->pointed = first;
    if (td_unlikely(pointed != first + targets))
        return look_up_targets(version, cut, first, piece);
    piece->pointed_count = (uint8_t)targets;
    piece->pointed_records = (uint8_t)records;
    piece->has_signed = is_signed != 0;
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
    struct answer *answer = td_malloc(sizeof(*answer));

    answer_reset(answer, NULL);
    answer->rcode = piece->rcode;
    answer->is_authoritative = piece->is_authoritative;
    if (piece->set != NULL)
        add_set(answer, piece->set, SECTION_ANSWER, PLACE_QNAME, 0);
    else
        answer->image = piece->image;
    return answer;
}

void auth_piece_point(const struct zone_version *version, const struct answer_piece *piece,
                      struct answer *answer)
{
    for (unsigned i = 0; i < piece->pointed_count; i++) {
        const struct answer_pointed *pointed = &piece->pointed[i];
        if (pointed->host == NULL) {
            add_set(answer, pointed->set, SECTION_ADDITIONAL, PLACE_POINTER, pointed->pointer);
            continue;
        }
        static const uint16_t types[] = { WIRE_TYPE_A, WIRE_TYPE_AAAA };
        const struct zone_node *node = zone_node_at(version, pointed->host->node);
        for (unsigned n = 0; n < 2; n++) {
            const struct wire_rrset *set = zone_node_set(version, node, types[n]);
            if (set != NULL)
                add_set(answer, set, SECTION_ADDITIONAL, PLACE_POINTER, pointed->pointer);
        }
    }
}

bool auth_piece_is_right(const struct auth_query *query, const struct answer_piece *piece)
{
    struct answer *answer = auth_piece_answer(piece);

    auth_piece_point(query->version, piece, answer);
    bool is_right = auth_prepared_is_right(query, answer);
    free(answer);
    return is_right;
}
