#include "zone/image.h"

#include <string.h>

#include "base/writer.h"
#include "wire/rrtype.h"
#include "zone/image_draft.h"
#include "zone/label.h"

static void put_servers(struct image_draft *draft, const struct wire_rrset *set)
{
    for (size_t at = 0; at < set->size && !draft->is_full;) {
        struct image_name server = { .rdata_at = (uint16_t)at };
        server.name = wire_rrset_rdata(set, &at).octets;
        image_put_pointer(draft, IMAGE_QUESTION_AT);
        image_put_head(draft, WIRE_TYPE_NS, set->ttl);
        unsigned length_at = draft->size;
        image_put(draft, "\0\0", 2);
        image_put_name(draft, &server);
        if (draft->is_full)
            return;
        td_put_u16(draft->octets + length_at, (uint16_t)(draft->size - length_at - 2));
        draft->names[draft->name_count++] = server;
    }
}

static void put_addresses(struct image_draft *draft, const struct image_name *server,
                          const struct zone_node *node, uint16_t type)
{
    const struct wire_rrset *set = zone_node_set(draft->view, node, type);

    if (set == NULL)
        return;
    for (size_t at = 0; at < set->size && !draft->is_full;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        uint8_t length[2];
        image_put_pointer(draft, server->at);
        image_put_head(draft, type, set->ttl);
        td_put_u16(length, rdata.size);
        image_put(draft, length, 2);
        image_put(draft, rdata.octets, rdata.size);
    }
}

static bool is_node_named(const struct image_draft *draft, const struct zone_node *node,
                          const uint8_t *name, unsigned size)
{
    unsigned apex_size = zone_version_name_size(draft->view);

    return node->labels_size + apex_size == size &&
           zone_labels_equal(node->labels, name, node->labels_size);
}

/* What an image is made with. */
struct making {
    struct zone_space *space;
    struct zone_host_wants *wants;
    uint32_t delegation;
};

static void put_target(struct image_draft *draft, const struct making *making,
                       const struct image_name *server)
{
    struct wire_image_target target = { .pointer = server->at, .rdata_at = server->rdata_at };
    struct wire_key key;

    wire_key_make(&key, zone_version_seed(draft->view), server->name);
    if (making->wants != NULL) {
        target.host = zone_host_want(making->wants, making->space, key.hashes[0],
                                     making->delegation, server->rdata_at);
    } else {
        uint32_t node = zone_find_index(draft->view, &key, 0);
        target.host = node == 0 ? 0 : zone_host_of(making->space, node);
    }
    wire_image_target_put(draft->targets + WIRE_IMAGE_TARGET_WORDS * draft->target_count++,
                          &target);
}

/* Glue of the name servers at or below the delegation; the rest of the zone's become targets. */
static void put_glue(struct image_draft *draft, const struct making *making, const uint32_t *below,
                     uint32_t below_count)
{
    const struct zone_node *delegation = zone_node_at(draft->view, making->delegation);
    const uint8_t *apex = zone_version_name(draft->view);
    unsigned apex_size = zone_version_name_size(draft->view);

    for (unsigned i = 0; i < draft->name_count && !draft->is_full; i++) {
        const struct image_name *server = &draft->names[i];
        unsigned size = image_name_size(server->name);
        const struct zone_node *node = NULL;
        if (image_suffix_at(server->name, size, draft->question, draft->question_size) == 0) {
            if (is_node_named(draft, delegation, server->name, size))
                node = delegation;
            for (uint32_t n = 0; node == NULL && n < below_count; n++)
                if (is_node_named(draft, zone_node_at(draft->view, below[n]), server->name, size))
                    node = zone_node_at(draft->view, below[n]);
        } else if (apex_size == 1 || image_suffix_at(server->name, size, apex, apex_size) == 0) {
            put_target(draft, making, server);
        }
        if (node == NULL)
            continue;
        put_addresses(draft, server, node, WIRE_TYPE_A);
        put_addresses(draft, server, node, WIRE_TYPE_AAAA);
    }
}

void zone_image_make(struct zone_space *space, uint32_t delegation, const uint32_t *below,
                     uint32_t below_count, struct zone_host_wants *wants)
{
    struct making making = { .space = space, .wants = wants, .delegation = delegation };
    const struct zone_node *node = zone_node_at(space->view, delegation);
    const struct wire_rrset *servers = zone_node_set(space->view, node, WIRE_TYPE_NS);
    struct image_draft draft;
    uint32_t old = node->cover;

    image_begin(&draft, space->view, node);
    draft.is_full = servers->count > IMAGE_NAMES_MAX || below_count > IMAGE_BELOW_MAX;
    put_servers(&draft, servers);
    unsigned authority_size = draft.size;
    unsigned authority_count = draft.record_count;
    put_glue(&draft, &making, below, below_count);
    uint32_t index = image_store(space, &draft, old, authority_size, authority_count);
    if (index != old)
        ((struct zone_node *)zone_space_write(space, delegation))->cover = index;
}
