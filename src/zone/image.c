#include "zone/image.h"

#include <string.h>

#include "base/assert.h"
#include "base/writer.h"
#include "wire/rrtype.h"
#include "zone/image_draft.h"
#include "zone/label.h"

static void put_servers(struct image_draft *draft, const struct wire_rrset *set)
{
    for (size_t at = 0; at < set->size && !draft->is_full;) {
        struct image_name *server = &draft->names[draft->name_count];
        server->rdata_at = (uint16_t)at;
        image_name_set(server, wire_rrset_rdata(set, &at).octets);
        image_put_record(draft, IMAGE_QUESTION_AT, WIRE_TYPE_NS, set->ttl, 0);
        unsigned name_at = draft->size;
        image_put_name(draft, server);
        if (draft->is_full)
            return;
        td_put_u16(draft->octets + name_at - 2, (uint16_t)(draft->size - name_at));
        draft->name_count++;
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
        image_put_record(draft, server->at, type, set->ttl, rdata.size);
        image_put(draft, rdata.octets, rdata.size);
    }
}

/* Is it the name of a node in the zone? */
static bool is_node_named(const struct image_draft *draft, const struct zone_node *node,
                          const struct image_name *name)
{
    return node->labels_size + zone_version_name_size(draft->view) == name->size &&
           zone_labels_equal(node->labels, name->octets, node->labels_size);
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

    td_err err = wire_key_read(&key, zone_version_seed(draft->view), server->octets, server->size);
    td_assert(err == TD_OK);
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

/* The node of a name server at or below the delegation, or NULL. */
static const struct zone_node *find_glue(const struct image_draft *draft,
                                         const struct making *making,
                                         const struct image_name *server, const uint32_t *below,
                                         uint32_t below_count)
{
    const struct zone_node *node = zone_node_at(draft->view, making->delegation);

    if (is_node_named(draft, node, server))
        return node;
    for (uint32_t i = 0; i < below_count; i++) {
        node = zone_node_at(draft->view, below[i]);
        if (is_node_named(draft, node, server))
            return node;
    }
    return NULL;
}

/* Glue of the name servers at or below the delegation; the rest of the zone's become targets. */
static void put_glue(struct image_draft *draft, const struct making *making, const uint32_t *below,
                     uint32_t below_count)
{
    for (unsigned i = 0; i < draft->name_count && !draft->is_full; i++) {
        const struct image_name *server = &draft->names[i];
        if (server->shared == draft->question.size) {
            const struct zone_node *node = find_glue(draft, making, server, below, below_count);
            if (node == NULL)
                continue;
            put_addresses(draft, server, node, WIRE_TYPE_A);
            put_addresses(draft, server, node, WIRE_TYPE_AAAA);
        } else if (server->shared >= zone_version_name_size(draft->view)) {
            put_target(draft, making, server);
        }
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
