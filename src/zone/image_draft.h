/*
 * zone/image_draft.h - an image (struct wire_image of wire/answer.h) while it is laid out.
 *
 * Shape    Records one behind the other, as they will stand behind a question for the draft's own
 *          name; names are compressed against that and against names before them.
 * Floor    3. Not for other directories.
 * Threads  The zone's one writer.
 * Limits   IMAGE_SIZE_MAX octets; what has no room makes the draft full, and there is no image.
 * RFC      1035 4.1.4.
 */
#pragma once

#include "wire/answer.h"
#include "zone/space.h"

enum {
    IMAGE_SIZE_MAX = 1200,
    IMAGE_NAMES_MAX = 32,
    IMAGE_POINTERS_MAX = 200,
    IMAGE_NAME_WORDS = 4,   /* of 64 bits: names have 255 octets */
    IMAGE_QUESTION_AT = 12, /* where the question's name stands in a message */
};

/*
 * A name that others are compressed against. Labels begin so many octets before its end: a bit for
 * each distance up to its size, so that what two names may have in common is found without walking
 * them.
 */
struct image_name {
    const uint8_t *octets; /* uncompressed */
    uint64_t starts[IMAGE_NAME_WORDS];
    uint16_t at;       /* message offset of the name, for the image's question */
    uint16_t own;      /* octets of it that were written out there */
    uint16_t rdata_at; /* offset of its rdlength in its set */
    uint8_t size;
    uint8_t shared; /* octets at its end that are also the question's end; 1: only the root */
};

struct image_draft {
    const struct zone_version *view;
    struct wire_name owner;     /* the delegation's name, or the apex */
    struct image_name question; /* the same */
    struct image_name names[IMAGE_NAMES_MAX];
    unsigned name_count;
    uint16_t pointers[IMAGE_POINTERS_MAX];
    unsigned pointer_count;
    unsigned pointer_top;
    uint16_t targets[WIRE_IMAGE_TARGET_WORDS * IMAGE_NAMES_MAX];
    unsigned target_count;
    uint8_t octets[IMAGE_SIZE_MAX];
    unsigned size;
    unsigned record_count;
    bool is_full;
};

/* An empty image for questions at or below a node. */
void image_begin(struct image_draft *draft, const struct zone_version *view,
                 const struct zone_node *node);

void image_put(struct image_draft *draft, const void *octets, unsigned size);

/* A compression pointer, which moves with the question. */
void image_put_pointer(struct image_draft *draft, unsigned offset);

/* A name that is uncompressed and lives as long as the draft. */
void image_name_set(struct image_name *ret_name, const uint8_t *octets);

/* How many octets at the end of two names are names and the same, whatever the case; 1: only the
 * root. */
unsigned image_name_common(const struct image_name *a, const struct image_name *b);

/* A name against the question and those before it, of which it is to be the next. */
void image_put_name(struct image_draft *draft, struct image_name *name);

/* Type, class IN and TTL of a record whose owner was put. */
void image_put_head(struct image_draft *draft, uint16_t type, uint32_t ttl);

/* A record whose owner stands elsewhere, up to its data; those, of this size, come next. */
void image_put_record(struct image_draft *draft, unsigned owner_at, uint16_t type, uint32_t ttl,
                      unsigned rdata_size);

/* Where the next octet will stand in a message, for the image's question. */
unsigned image_offset(const struct image_draft *draft);

/*
 * Put the image in the place of the one that was there (`old`, 0: none) and return its index; 0
 * when it is full: then the old one is released and there is none.
 */
uint32_t image_store(struct zone_space *space, const struct image_draft *draft, uint32_t old,
                     unsigned authority_size, unsigned authority_count);
