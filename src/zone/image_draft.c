#include "zone/image_draft.h"

#include <string.h>

#include "base/writer.h"
#include "wire/const.h"
#include "zone/image.h"
#include "zone/label.h"

enum { QUESTION_TAIL = 4 /* QTYPE and QCLASS */ };

unsigned image_name_size(const uint8_t *name)
{
    unsigned size = 1;

    for (; *name != 0; name += 1u + *name)
        size += 1u + *name;
    return size;
}

unsigned image_suffix_at(const uint8_t *name, unsigned size, const uint8_t *in, unsigned in_size)
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

void image_put(struct image_draft *draft, const void *octets, unsigned size)
{
    if (draft->size + size > IMAGE_SIZE_MAX) {
        draft->is_full = true;
        return;
    }
    memcpy(draft->octets + draft->size, octets, size);
    draft->size += size;
}

void image_put_pointer(struct image_draft *draft, unsigned offset)
{
    uint8_t octets[2];

    if (draft->pointer_count == IMAGE_POINTERS_MAX) {
        draft->is_full = true;
        return;
    }
    draft->pointers[draft->pointer_count++] = (uint16_t)draft->size;
    if (offset > draft->pointer_top)
        draft->pointer_top = offset;
    td_put_u16(octets, (uint16_t)(0xC000 | offset));
    image_put(draft, octets, 2);
}

unsigned image_offset(const struct image_draft *draft)
{
    return IMAGE_QUESTION_AT + draft->question_size + QUESTION_TAIL + draft->size;
}

void image_put_name(struct image_draft *draft, struct image_name *ret_name)
{
    const uint8_t *name = ret_name->name;
    unsigned size = image_name_size(name);
    unsigned best_at = image_suffix_at(name, size, draft->question, draft->question_size);
    unsigned best_left = best_at == 0xFFFF ? 1 : draft->question_size - best_at;
    unsigned best_offset = IMAGE_QUESTION_AT + best_at;

    for (unsigned i = 0; i < draft->name_count; i++) {
        const struct image_name *before = &draft->names[i];
        unsigned before_size = image_name_size(before->name);
        unsigned at = image_suffix_at(name, size, before->name, before_size);
        /* Only labels that were written out stand in a row behind `at`. */
        if ((at == 0 || at < before->own) && before_size - at > best_left) {
            best_left = before_size - at;
            best_offset = before->at + at;
        }
    }
    ret_name->own = (uint16_t)(size - best_left);
    ret_name->at = (uint16_t)(ret_name->own != 0 ? image_offset(draft) : best_offset);
    image_put(draft, name, ret_name->own);
    if (best_left > 1)
        image_put_pointer(draft, best_offset);
    else
        image_put(draft, "", 1);
}

void image_put_head(struct image_draft *draft, uint16_t type, uint32_t ttl)
{
    uint8_t head[8];

    td_put_u16(head, type);
    td_put_u16(head + 2, WIRE_CLASS_IN);
    td_put_u32(head + 4, ttl);
    image_put(draft, head, sizeof(head));
    draft->record_count++;
}

size_t zone_image_span(const struct wire_image *image)
{
    return wire_image_span(image->size, image->pointer_count, image->target_count);
}

static void write_image(struct wire_image *image, const struct image_draft *draft,
                        unsigned authority_size, unsigned authority_count)
{
    *image = (struct wire_image){
        .size = (uint16_t)draft->size,
        .authority_size = (uint16_t)authority_size,
        .name_size = (uint16_t)draft->question_size,
        .authority_count = (uint8_t)authority_count,
        .additional_count = (uint8_t)(draft->record_count - authority_count),
        .pointer_count = (uint8_t)draft->pointer_count,
        .target_count = (uint8_t)draft->target_count,
        .pointer_top = (uint16_t)draft->pointer_top,
    };
    uint16_t *offsets = (uint16_t *)(uintptr_t)wire_image_offsets(image); /* ours to write */
    memcpy(image->octets, draft->octets, draft->size);
    memcpy(offsets, draft->pointers, draft->pointer_count * sizeof(uint16_t));
    memcpy(offsets + draft->pointer_count, draft->targets,
           WIRE_IMAGE_TARGET_WORDS * draft->target_count * sizeof(uint16_t));
}

uint32_t image_store(struct zone_space *space, const struct image_draft *draft, uint32_t old,
                     unsigned authority_size, unsigned authority_count)
{
    size_t size = wire_image_span(draft->size, draft->pointer_count, draft->target_count);
    uint32_t index = old;

    if (draft->is_full) {
        zone_image_release(space, old);
        return 0;
    }
    if (old == 0 || zone_image_span(zone_at(space->view, old)) != size) {
        zone_image_release(space, old);
        index = zone_space_alloc(space, size);
    }
    if (space->is_full)
        return 0;
    write_image(zone_space_write(space, index), draft, authority_size, authority_count);
    return index;
}

void zone_image_release(struct zone_space *space, uint32_t index)
{
    if (index != 0)
        zone_space_release(space, index, zone_image_span(zone_at(space->view, index)));
}

void image_begin(struct image_draft *draft, const struct zone_version *view,
                 const struct zone_node *node)
{
    struct wire_name name;

    zone_node_name(view, node, &name);
    draft->view = view;
    draft->question_size = name.size;
    memcpy(draft->question, name.octets, name.size);
    draft->name_count = draft->pointer_count = draft->target_count = 0;
    draft->pointer_top = 0;
    draft->size = draft->record_count = 0;
    draft->is_full = false;
}
