/*
 * store/image_format.h - the head of an image.
 *
 * Shape    This struct as it lies in memory; then holes, free spans, diagnostics, the CRC of each
 *          piece, and the CRC of all that. The parts begin at the next multiple of 4096, one behind
 *          the other; pieces are counted from the start of each part. Numbers are in the byte order
 *          of the machine, and structs as the compiler made them: the build id stands for both.
 * Floor    4. Not for other directories.
 */
#pragma once

#include "base/build_id.h"
#include "base/hash.h"
#include "store/image.h"
#include "wire/name.h"

enum { IMAGE_FORMAT = 1, IMAGE_ALIGN = 4096 };

/* What every build reads alike. */
struct image_builder {
    uint8_t magic[8];
    uint32_t format;
    uint32_t build_size;
    uint8_t build[TD_BUILD_ID_SIZE_MAX];
};

struct image_head {
    struct image_builder builder;
    uint64_t head_size; /* up to the last CRC, that included */
    uint64_t sequence;
    uint64_t options;
    struct td_hash_seed seed;
    struct store_zone_file file;
    struct zone_outline outline;
    uint32_t has_file;
    uint32_t diag_count;
    uint32_t diags_left_out;
    uint32_t piece_count;
    uint8_t apex[WIRE_NAME_SIZE_MAX + 1];
};

/* Who writes and reads here; false: this program does not say. */
static inline bool image_builder_make(struct image_builder *ret_builder)
{
    static const uint8_t magic[8] = { 't', 'a', 'n', 'd', 'e', 'm', 'I', 'M' };

    *ret_builder = (struct image_builder){ .format = IMAGE_FORMAT };
    for (size_t i = 0; i < sizeof(magic); i++)
        ret_builder->magic[i] = magic[i];
    ret_builder->build_size = (uint32_t)td_build_id(ret_builder->build);
    return ret_builder->build_size != 0;
}

static inline uint64_t image_pieces(uint64_t size)
{
    return (size + STORE_IMAGE_PIECE_SIZE - 1) / STORE_IMAGE_PIECE_SIZE;
}

static inline uint64_t image_parts_at(uint64_t head_size)
{
    return (head_size + IMAGE_ALIGN - 1) / IMAGE_ALIGN * IMAGE_ALIGN;
}

/* Octets of a head with its lists and its CRC. */
static inline uint64_t image_head_size(const struct image_head *head)
{
    return sizeof(*head) + (uint64_t)head->outline.hole_count * sizeof(struct zone_hole) +
           (uint64_t)head->outline.free_count * sizeof(struct zone_free_span) +
           (uint64_t)head->diag_count * sizeof(struct td_diag) + 4ull * head->piece_count + 4;
}
