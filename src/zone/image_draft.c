#include "zone/image_draft.h"

#include <string.h>

#include "base/macros.h"
#include "base/octets.h"
#include "base/writer.h"
#include "wire/const.h"
#include "zone/image.h"
#include "zone/label.h"

enum {
    QUESTION_TAIL = 4, /* QTYPE and QCLASS */
    RECORD_SIZE = 12,  /* of a record before its data, its owner being a pointer */
};

static TD_NOINLINE void set_starts(struct image_name *name)
{
    memset(name->starts, 0, sizeof(name->starts));
    for (unsigned at = 0; name->octets[at] != 0; at += 1u + name->octets[at])
        name->starts[(name->size - at) / 64] |= (uint64_t)1 << (name->size - at) % 64;
}

void image_name_set(struct image_name *ret_name, const uint8_t *octets)
{
    uint64_t starts = 0;
    unsigned at = 0;

    for (; octets[at] != 0; at += 1u + octets[at])
        starts = (starts | 1) << 1 << octets[at];
    ret_name->octets = octets;
    ret_name->size = (uint8_t)(at + 1);
    ret_name->starts[0] = starts << 1;
    if (td_unlikely(at + 1 >= 64))
        set_starts(ret_name);
}

unsigned image_name_common(const struct image_name *a, const struct image_name *b)
{
    const uint8_t *a_end = a->octets + a->size, *b_end = b->octets + b->size;

    for (unsigned word = (a->size < b->size ? a->size : b->size) / 64u + 1; word-- > 0;) {
        uint64_t both = a->starts[word] & b->starts[word];
        while (both != 0) {
            unsigned bit = 63u - (unsigned)__builtin_clzll(both);
            unsigned size = 64 * word + bit;
            if (td_octets_equal(a_end - size, b_end - size, size))
                return size;
            both ^= (uint64_t)1 << bit;
        }
    }
    return 1;
}

void image_put(struct image_draft *draft, const void *octets, unsigned size)
{
    if (draft->size + size > IMAGE_SIZE_MAX) {
        draft->is_full = true;
        return;
    }
    td_octets_copy(draft->octets + draft->size, octets, size);
    draft->size += size;
}

/* Room for so many octets, the first two of which will be a pointer; NULL: there is none. */
static uint8_t *take_pointer(struct image_draft *draft, unsigned offset, unsigned size)
{
    uint8_t *at = draft->octets + draft->size;

    if (draft->pointer_count == IMAGE_POINTERS_MAX || draft->size + size > IMAGE_SIZE_MAX) {
        draft->is_full = true;
        return NULL;
    }
    draft->pointers[draft->pointer_count++] = (uint16_t)draft->size;
    if (offset > draft->pointer_top)
        draft->pointer_top = offset;
    td_put_u16(at, (uint16_t)(0xC000 | offset));
    draft->size += size;
    return at;
}

void image_put_pointer(struct image_draft *draft, unsigned offset)
{
    (void)take_pointer(draft, offset, 2);
}

unsigned image_offset(const struct image_draft *draft)
{
    return IMAGE_QUESTION_AT + draft->question.size + QUESTION_TAIL + draft->size;
}

void image_put_name(struct image_draft *draft, struct image_name *name)
{
    unsigned best = name->shared = (uint8_t)image_name_common(name, &draft->question);
    unsigned best_offset = IMAGE_QUESTION_AT + draft->question.size - best;

    for (unsigned i = 0; i < draft->name_count; i++) {
        const struct image_name *before = &draft->names[i];
        unsigned common = image_name_common(name, before);
        unsigned at = before->size - common;
        /* Only labels that were written out stand in a row behind `at`. */
        if (common > best && (at == 0 || at < before->own)) {
            best = common;
            best_offset = before->at + at;
        }
    }
    name->own = (uint16_t)(name->size - best);
    name->at = (uint16_t)(name->own != 0 ? image_offset(draft) : best_offset);
    image_put(draft, name->octets, name->own);
    if (best > 1)
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

void image_put_record(struct image_draft *draft, unsigned owner_at, uint16_t type, uint32_t ttl,
                      unsigned rdata_size)
{
    uint8_t *at = take_pointer(draft, owner_at, RECORD_SIZE);

    if (at == NULL)
        return;
    td_put_u16(at + 2, type);
    td_put_u16(at + 4, WIRE_CLASS_IN);
    td_put_u32(at + 6, ttl);
    td_put_u16(at + 10, (uint16_t)rdata_size);
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
        .name_size = draft->question.size,
        .authority_count = (uint8_t)authority_count,
        .additional_count = (uint8_t)(draft->record_count - authority_count),
        .pointer_count = (uint8_t)draft->pointer_count,
        .target_count = (uint8_t)draft->target_count,
        .pointer_top = (uint16_t)draft->pointer_top,
    };
    uint16_t *offsets = (uint16_t *)(uintptr_t)wire_image_offsets(image); /* ours to write */
    memcpy(image->octets, draft->octets, draft->size);
    for (unsigned i = 0; i < draft->pointer_count; i++)
        *offsets++ = draft->pointers[i];
    for (unsigned i = 0; i < draft->target_count; i++)
        memcpy(offsets + WIRE_IMAGE_TARGET_WORDS * i, draft->targets + WIRE_IMAGE_TARGET_WORDS * i,
               WIRE_IMAGE_TARGET_WORDS * sizeof(uint16_t));
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
    zone_node_name(view, node, &draft->owner);
    image_name_set(&draft->question, draft->owner.octets);
    draft->view = view;
    draft->name_count = draft->pointer_count = draft->target_count = 0;
    draft->pointer_top = 0;
    draft->size = draft->record_count = 0;
    draft->is_full = false;
}
