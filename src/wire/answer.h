/*
 * wire/answer.h - what is to be said, before it is octets.
 *
 * Shape    Record sets per section in the order they will stand in, with RCODE and EDE;
 *          and perhaps a prepared image, which stands before the sets of its sections.
 *          An answer borrows: sets, names and images belong to zone versions (or to the
 *          answer's own scratch) and are good until the worker's next quiet point.
 * Floor    1.
 * Threads  One owner: a worker has one for each request under way.
 * Limits   ANSWER_SETS_MAX sets; what is more is left out of the additional section
 *          (optional) or makes the answer SERVFAIL (never with real zones).
 * RFC      1035 4.1, 2181 9 (TC), 8914 (EDE), 9471 (glue is required).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/reader.h"
#include "base/writer.h"
#include "wire/rrset.h"

enum {
    ANSWER_SETS_MAX = 96,
    ANSWER_EDE_TEXT_SIZE = 128,
};

enum wire_section { SECTION_ANSWER, SECTION_AUTHORITY, SECTION_ADDITIONAL, SECTION_COUNT };

/* How the encoder finds the owner of a set. */
enum answer_place {
    PLACE_QNAME,    /* the owner is the question's name: pointer to offset 12 */
    PLACE_IN_QNAME, /* the owner is the question's name from octet `qname_offset` on */
    PLACE_CHILD,    /* the owner is one label, `owner`, in front of the question's from
                       `qname_offset` on; no ancestor of the question */
    PLACE_NAME,     /* the owner is written out: owner (labels without an end) and suffix */
    PLACE_POINTER,  /* the owner stands in the prepared image: message offset `pointer` */
};

enum {
    ANSWER_ROTATE = 1,    /* the records may be turned (round robin) */
    ANSWER_OPTIONAL = 2,  /* may be left out without TC, whole sets at a time */
    ANSWER_SIGNATURE = 4, /* belongs to the set before it: left out together */
};

struct answer_set {
    const struct wire_rrset *set;
    const uint8_t *owner;  /* PLACE_NAME: labels without an end, owner_size octets */
    const uint8_t *suffix; /* PLACE_NAME: the rest of the name, an uncompressed name */
    uint32_t ttl;          /* the TTL to be said: that of the set, or less */
    uint16_t pointer; /* PLACE_POINTER: laid out for the image's question, so the shift is added */
    uint8_t owner_size;
    uint8_t qname_offset;
    uint8_t place;   /* enum answer_place */
    uint8_t section; /* enum wire_section; sections stand in ascending order */
    uint8_t flags;
};

/*
 * A prepared piece of message. It was laid out for a question whose name is `name_size`
 * octets long and which is the question's name or an ancestor of it, so a question longer
 * by d adds d to each compression pointer. authority_size octets of authority records
 * come first, then those of the additional section.
 */
struct wire_image {
    uint16_t size;           /* octets of records */
    uint16_t authority_size; /* of them in the authority section */
    uint16_t name_size;
    uint8_t authority_count; /* records */
    uint8_t additional_count;
    uint8_t pointer_count; /* compression pointers to patch */
    uint8_t target_count;  /* name servers whose addresses are not in the image, see below */
    uint16_t pointer_top;  /* the last message offset that a pointer leads to, for its question */
    uint8_t octets[];      /* the records; then, at an even address, wire_image_offsets */
};

/* pointer_count places to patch, then the targets. */
static inline const uint16_t *wire_image_offsets(const struct wire_image *image)
{
    return (const uint16_t *)(const void *)(image->octets + (image->size + 1u) / 2 * 2);
}

/*
 * A name server inside the zone but not below the delegation: its addresses belong to another
 * part of the zone, which may have laid them out for all who refer to it (struct wire_host).
 */
struct wire_image_target {
    uint32_t host;     /* the zone's number for its wire_host; 0: look its name up */
    uint16_t pointer;  /* message offset of its name, for the image's question */
    uint16_t rdata_at; /* offset of its rdlength in the data of the NS set */
};

enum { WIRE_IMAGE_TARGET_WORDS = 4 }; /* of 16 bits: pointer, rdata_at, host */

/*
 * The addresses of a name server: at most one A and one AAAA record, whose owners are pointers that
 * the answer fills in.
 */
struct wire_host {
    uint32_t node;  /* the zone's number for whose they are; 0: the name is gone */
    uint16_t size;  /* octets of records; 0: look the name up */
    uint8_t count;  /* records */
    bool is_signed; /* there are signatures, which are not here */
    uint8_t octets[];
};

/* Octets of records that fit: 2 of the owner, 10 of head and length, then the address. */
enum { WIRE_HOST_RECORDS_SIZE = 12 + 4 + 12 + 16 };

static inline struct wire_image_target wire_image_target_get(const uint16_t *words)
{
    struct wire_image_target target = { .pointer = words[0], .rdata_at = words[1] };

    memcpy(&target.host, words + 2, sizeof(target.host));
    return target;
}

static inline struct wire_image_target wire_image_target(const struct wire_image *image, unsigned i)
{
    return wire_image_target_get(wire_image_offsets(image) + image->pointer_count +
                                 WIRE_IMAGE_TARGET_WORDS * i);
}

static inline void wire_image_target_put(uint16_t *words, const struct wire_image_target *target)
{
    words[0] = target->pointer;
    words[1] = target->rdata_at;
    memcpy(words + 2, &target->host, sizeof(target->host));
}

/*
 * Make the pointers of an image that was copied to `at` good for a question that is `shift` octets
 * longer. While all of them lead to the first 256 octets only their second octet changes.
 */
static inline void wire_image_patch(uint8_t *at, const struct wire_image *image, unsigned shift)
{
    const uint16_t *offset = wire_image_offsets(image), *end = offset + image->pointer_count;

    if (image->pointer_top + shift < 256) {
        if (image->pointer_count % 2 != 0) {
            at[*offset + 1] = (uint8_t)(at[*offset + 1] + shift);
            offset++;
        }
        for (; offset < end; offset += 2) {
            at[offset[0] + 1] = (uint8_t)(at[offset[0] + 1] + shift);
            at[offset[1] + 1] = (uint8_t)(at[offset[1] + 1] + shift);
        }
        return;
    }
    for (; offset < end; offset++)
        td_put_u16(at + *offset, (uint16_t)(td_get_u16(at + *offset) + shift));
}

/* Octets of an image of so many octets of records, places and targets, itself included. */
static inline size_t wire_image_span(size_t size, size_t pointers, size_t targets)
{
    return sizeof(struct wire_image) + (size + 1) / 2 * 2 +
           (pointers + WIRE_IMAGE_TARGET_WORDS * targets) * sizeof(uint16_t);
}

struct answer {
    uint16_t rcode; /* extended RCODEs are possible */
    uint16_t set_count;
    uint16_t ede_code; /* 0xFFFF: none */
    bool is_authoritative;
    bool is_truncated;              /* asked for by whoever collected it (ANY over UDP, RRL slip) */
    const char *ede_text;           /* NULL or a text that outlives the answer */
    const struct wire_image *image; /* NULL: none */
    struct td_arena *scratch;       /* for what is made up: synthesised CNAMEs */
    struct answer_set sets[ANSWER_SETS_MAX];
};

enum { ANSWER_EDE_NONE = 0xFFFF };

static inline void answer_reset(struct answer *answer, struct td_arena *scratch)
{
    answer->rcode = 0;
    answer->set_count = 0;
    answer->ede_code = ANSWER_EDE_NONE;
    answer->is_authoritative = false;
    answer->is_truncated = false;
    answer->ede_text = NULL;
    answer->image = NULL;
    answer->scratch = scratch;
}

/* A place for one more set, or NULL when the answer is full. */
static inline struct answer_set *answer_add(struct answer *answer)
{
    if (answer->set_count == ANSWER_SETS_MAX)
        return NULL;
    return &answer->sets[answer->set_count++];
}
