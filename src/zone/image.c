#include "zone/image.h"

#include <string.h>

#include "base/writer.h"
#include "wire/rrtype.h"
#include "zone/label.h"

enum {
    IMAGE_SIZE_MAX = 1200,
    SERVERS_MAX = 32,
    POINTERS_MAX = 200,
    HEADER_SIZE = 12,
    QUESTION_TAIL = 4, /* QTYPE and QCLASS */
    CLASS_IN = 1,
    SOA_NUMBERS_SIZE = 20,
};

/* A name server's name as it stands in the image. */
struct server {
    const uint8_t *name; /* uncompressed, in the NS set */
    uint16_t at;         /* message offset of the name, for the image's question */
    uint16_t own;        /* octets of it that were written out there */
    uint16_t rdata_at;
};

struct layout {
    const struct zone_version *view;
    uint8_t question[WIRE_NAME_SIZE_MAX]; /* the delegation's name */
    unsigned question_size;
    struct server servers[SERVERS_MAX];
    unsigned server_count;
    uint16_t pointers[POINTERS_MAX];
    unsigned pointer_count;
    unsigned pointer_top;
    uint16_t targets[WIRE_IMAGE_TARGET_WORDS * SERVERS_MAX];
    unsigned target_count;
    uint8_t octets[IMAGE_SIZE_MAX];
    unsigned size;
    unsigned record_count;
    bool is_full;
};

static unsigned name_size(const uint8_t *name)
{
    unsigned size = 1;

    for (; *name != 0; name += 1u + *name)
        size += 1u + *name;
    return size;
}

/* Where the longest suffix of `name` that is also one of `in` begins in it; 0xFFFF: none but the
 * root. */
static unsigned suffix_at(const uint8_t *name, unsigned size, const uint8_t *in, unsigned in_size)
{
    unsigned in_at = 0;

    for (; in[in_at] != 0; in_at += 1u + in[in_at]) {
        unsigned left = in_size - in_at;
        if (left <= size && zone_labels_equal(name + size - left, in + in_at, (uint8_t)left)) {
            /* The suffix must begin at a label of `name`. */
            unsigned at = 0;
            while (at < size - left)
                at += 1u + name[at];
            if (at == size - left)
                return in_at;
        }
    }
    return 0xFFFF;
}

static void put(struct layout *layout, const void *octets, unsigned size)
{
    if (layout->size + size > IMAGE_SIZE_MAX) {
        layout->is_full = true;
        return;
    }
    memcpy(layout->octets + layout->size, octets, size);
    layout->size += size;
}

static void put_pointer(struct layout *layout, unsigned offset)
{
    uint8_t octets[2];

    if (layout->pointer_count == POINTERS_MAX) {
        layout->is_full = true;
        return;
    }
    layout->pointers[layout->pointer_count++] = (uint16_t)layout->size;
    if (offset > layout->pointer_top)
        layout->pointer_top = offset;
    td_put_u16(octets, (uint16_t)(0xC000 | offset));
    put(layout, octets, 2);
}

static unsigned message_offset(const struct layout *layout)
{
    return HEADER_SIZE + layout->question_size + QUESTION_TAIL + layout->size;
}

/* Write a name against the question and those before it; server->at says where it can be found. */
static void put_name(struct layout *layout, struct server *server)
{
    const uint8_t *name = server->name;
    unsigned size = name_size(name);
    unsigned best_at = suffix_at(name, size, layout->question, layout->question_size);
    unsigned best_left = best_at == 0xFFFF ? 1 : layout->question_size - best_at;
    unsigned best_offset = HEADER_SIZE + best_at;

    for (unsigned i = 0; i < layout->server_count; i++) {
        const struct server *before = &layout->servers[i];
        unsigned before_size = name_size(before->name);
        unsigned at = suffix_at(name, size, before->name, before_size);
        /* Only labels that were written out stand in a row behind `at`. */
        if ((at == 0 || at < before->own) && before_size - at > best_left) {
            best_left = before_size - at;
            best_offset = before->at + at;
        }
    }
    server->own = (uint16_t)(size - best_left);
    server->at = (uint16_t)(server->own != 0 ? message_offset(layout) : best_offset);
    put(layout, name, server->own);
    if (best_left > 1)
        put_pointer(layout, best_offset);
    else
        put(layout, "", 1);
}

static void put_head(struct layout *layout, uint16_t type, uint32_t ttl)
{
    uint8_t head[8];

    td_put_u16(head, type);
    td_put_u16(head + 2, CLASS_IN);
    td_put_u32(head + 4, ttl);
    put(layout, head, sizeof(head));
    layout->record_count++;
}

static void put_servers(struct layout *layout, const struct wire_rrset *set)
{
    for (size_t at = 0; at < set->size && !layout->is_full;) {
        struct server server = { .rdata_at = (uint16_t)at };
        server.name = wire_rrset_rdata(set, &at).octets;
        put_pointer(layout, HEADER_SIZE);
        put_head(layout, WIRE_TYPE_NS, set->ttl);
        unsigned length_at = layout->size;
        put(layout, "\0\0", 2);
        put_name(layout, &server);
        if (layout->is_full)
            return;
        td_put_u16(layout->octets + length_at, (uint16_t)(layout->size - length_at - 2));
        layout->servers[layout->server_count++] = server;
    }
}

static void put_addresses(struct layout *layout, const struct server *server,
                          const struct zone_node *node, uint16_t type)
{
    const struct wire_rrset *set = zone_node_set(layout->view, node, type);

    if (set == NULL)
        return;
    for (size_t at = 0; at < set->size && !layout->is_full;) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        uint8_t length[2];
        put_pointer(layout, server->at);
        put_head(layout, type, set->ttl);
        td_put_u16(length, rdata.size);
        put(layout, length, 2);
        put(layout, rdata.octets, rdata.size);
    }
}

static bool is_node_named(const struct layout *layout, const struct zone_node *node,
                          const uint8_t *name, unsigned size)
{
    unsigned apex_size = zone_version_name_size(layout->view);

    return node->labels_size + apex_size == size &&
           zone_labels_equal(node->labels, name, node->labels_size);
}

static void put_target(struct layout *layout, const struct server *server)
{
    struct wire_key key;

    wire_key_make(&key, zone_version_seed(layout->view), server->name);
    struct wire_image_target target = { .hash = key.hashes[0],
                                        .pointer = server->at,
                                        .rdata_at = server->rdata_at };
    wire_image_target_put(layout->targets + WIRE_IMAGE_TARGET_WORDS * layout->target_count++,
                          &target);
}

/* Glue of the name servers at or below the delegation; the rest of the zone's become targets. */
static void put_glue(struct layout *layout, const struct zone_node *delegation,
                     const uint32_t *below, uint32_t below_count)
{
    const uint8_t *apex = zone_version_name(layout->view);
    unsigned apex_size = zone_version_name_size(layout->view);

    for (unsigned i = 0; i < layout->server_count && !layout->is_full; i++) {
        const struct server *server = &layout->servers[i];
        unsigned size = name_size(server->name);
        const struct zone_node *node = NULL;
        if (suffix_at(server->name, size, layout->question, layout->question_size) == 0) {
            if (is_node_named(layout, delegation, server->name, size))
                node = delegation;
            for (uint32_t n = 0; node == NULL && n < below_count; n++)
                if (is_node_named(layout, zone_node_at(layout->view, below[n]), server->name, size))
                    node = zone_node_at(layout->view, below[n]);
        } else if (apex_size == 1 || suffix_at(server->name, size, apex, apex_size) == 0) {
            put_target(layout, server);
        }
        if (node == NULL)
            continue;
        put_addresses(layout, server, node, WIRE_TYPE_A);
        put_addresses(layout, server, node, WIRE_TYPE_AAAA);
    }
}

size_t zone_image_span(const struct wire_image *image)
{
    return wire_image_span(image->size, image->pointer_count, image->target_count);
}

static void write_image(struct wire_image *image, const struct layout *layout,
                        unsigned authority_size, unsigned authority_count)
{
    *image = (struct wire_image){
        .size = (uint16_t)layout->size,
        .authority_size = (uint16_t)authority_size,
        .name_size = (uint16_t)layout->question_size,
        .authority_count = (uint8_t)authority_count,
        .additional_count = (uint8_t)(layout->record_count - authority_count),
        .pointer_count = (uint8_t)layout->pointer_count,
        .target_count = (uint8_t)layout->target_count,
        .pointer_top = (uint16_t)layout->pointer_top,
    };
    uint16_t *offsets = (uint16_t *)(uintptr_t)wire_image_offsets(image); /* ours to write */
    memcpy(image->octets, layout->octets, layout->size);
    memcpy(offsets, layout->pointers, layout->pointer_count * sizeof(uint16_t));
    memcpy(offsets + layout->pointer_count, layout->targets,
           WIRE_IMAGE_TARGET_WORDS * layout->target_count * sizeof(uint16_t));
}

/* Put an image in the place of the one that was there (0: none), if it has the same size. */
static uint32_t store(struct zone_space *space, const struct layout *layout, uint32_t old,
                      unsigned authority_size, unsigned authority_count)
{
    size_t size = wire_image_span(layout->size, layout->pointer_count, layout->target_count);
    uint32_t index = old;

    if (old == 0 || zone_image_span(zone_at(space->view, old)) != size) {
        zone_image_release(space, old);
        index = zone_space_alloc(space, size);
    }
    if (space->is_full)
        return 0;
    write_image(zone_space_write(space, index), layout, authority_size, authority_count);
    return index;
}

void zone_image_release(struct zone_space *space, uint32_t index)
{
    if (index != 0)
        zone_space_release(space, index, zone_image_span(zone_at(space->view, index)));
}

static void layout_begin(struct layout *layout, struct zone_space *space,
                         const struct zone_node *node)
{
    struct wire_name name;

    zone_node_name(space->view, node, &name);
    layout->view = space->view;
    layout->question_size = name.size;
    memcpy(layout->question, name.octets, name.size);
    layout->server_count = layout->pointer_count = layout->target_count = 0;
    layout->pointer_top = 0;
    layout->size = layout->record_count = 0;
    layout->is_full = false;
}

void zone_image_make(struct zone_space *space, uint32_t delegation, const uint32_t *below,
                     uint32_t below_count)
{
    const struct zone_node *node = zone_node_at(space->view, delegation);
    const struct wire_rrset *servers = zone_node_set(space->view, node, WIRE_TYPE_NS);
    struct layout layout;
    uint32_t old = node->cover;
    uint32_t index = 0;

    layout.is_full = servers->count > SERVERS_MAX || below_count > IMAGE_BELOW_MAX;
    if (!layout.is_full) {
        layout_begin(&layout, space, node);
        put_servers(&layout, servers);
        unsigned authority_size = layout.size;
        unsigned authority_count = layout.record_count;
        put_glue(&layout, node, below, below_count);
        if (!layout.is_full)
            index = store(space, &layout, old, authority_size, authority_count);
    }
    if (layout.is_full)
        zone_image_release(space, old);
    if (index != old)
        ((struct zone_node *)zone_space_write(space, delegation))->cover = index;
}

void zone_image_make_negative(struct zone_space *space)
{
    struct zone_version *view = space->view;
    const struct zone_node *apex = zone_version_apex(view);
    const struct wire_rrset *soa = zone_node_set(view, apex, WIRE_TYPE_SOA);
    struct wire_rdata rdata = wire_rrset_first(soa);
    uint32_t minimum = td_get_u32(rdata.octets + rdata.size - 4);
    struct layout layout;

    layout_begin(&layout, space, apex);
    if (layout.question_size == 1)
        put(&layout, "", 1); /* nobody points to the root */
    else
        put_pointer(&layout, HEADER_SIZE);
    put_head(&layout, WIRE_TYPE_SOA, minimum < soa->ttl ? minimum : soa->ttl);
    unsigned length_at = layout.size;
    put(&layout, "\0\0", 2);
    layout.servers[0].name = rdata.octets;
    put_name(&layout, &layout.servers[0]);
    layout.server_count = 1; /* the second name may end as the first does */
    layout.servers[1].name = rdata.octets + name_size(rdata.octets);
    put_name(&layout, &layout.servers[1]);
    put(&layout, rdata.octets + rdata.size - SOA_NUMBERS_SIZE, SOA_NUMBERS_SIZE);
    td_put_u16(layout.octets + length_at, (uint16_t)(layout.size - length_at - 2));
    view->negative = store(space, &layout, view->negative, layout.size, 1);
}
