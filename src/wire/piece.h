/*
 * wire/piece.h - an answer of one piece, and how it becomes octets.
 *
 * Shape    What most answers are: one record at the question's name whose data has no names; or a
 *          prepared image (wire/answer.h), perhaps with addresses whose owners stand in it. It
 *          borrows as struct answer does, which is for everything else.
 * Floor    1.
 * Threads  Pure. Laid out where it is used: it is on the road of most queries.
 * Limits   PIECE_POINTED_MAX addresses beside an image.
 * RFC      1035 4.1.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/macros.h"
#include "wire/answer.h"
#include "wire/const.h"
#include "wire/copy.h"

enum { PIECE_POINTED_MAX = 16, PIECE_QUESTION_TAIL = 4 };

/* Addresses whose owner stands in the image, at a message offset for its question. */
struct answer_pointed {
    const struct wire_host *host; /* or NULL: */
    const struct wire_rrset *set; /* of one record */
    uint16_t pointer;
};

struct answer_piece {
    const struct wire_rrset *set;   /* of one record; NULL: the image is the answer */
    const struct wire_image *image; /* or NULL */
    uint16_t rcode;
    bool is_authoritative;
    uint8_t pointed_count;   /* in `pointed` */
    uint8_t pointed_records; /* of them, for the additional section */
    bool has_signed;         /* some of them are signed, for who sets it to false before */
    const struct answer_pointed *pointed;
};

/* Owner as a pointer, type, class IN, TTL and data of the one record of a set. */
static inline uint8_t *wire_piece_put_record(uint8_t *at, unsigned owner,
                                             const struct wire_rrset *set)
{
    td_put_u16(at, (uint16_t)(0xC000 | owner));
    td_put_u32(at + 2, (uint32_t)set->type << 16 | WIRE_CLASS_IN);
    td_put_u32(at + 6, set->ttl);
    wire_copy(at + 10, set->data, set->size);
    return at + 10 + set->size;
}

static inline uint8_t *wire_piece_put_host(uint8_t *at, unsigned owner,
                                           const struct wire_host *host)
{
    unsigned size = host->size, count = host->count; /* octets that are written might be these */

    wire_copy_long(at, host->octets, size);
    td_put_u16(at, (uint16_t)(0xC000 | owner));
    if (count == 2)
        td_put_u16(at + 12 + td_get_u16(at + 10), (uint16_t)(0xC000 | owner));
    return at + size;
}

static TD_NOINLINE uint8_t *wire_piece_put_pointed(uint8_t *at, const uint8_t *end, unsigned shift,
                                                   const struct answer_piece *piece)
{
    const struct answer_pointed *pointed = piece->pointed, *last = pointed + piece->pointed_count;

    for (; pointed < last; pointed++) {
        unsigned owner = pointed->pointer + shift;
        if (td_likely(pointed->host != NULL)) {
            if (td_unlikely(pointed->host->size > end - at))
                return NULL;
            at = wire_piece_put_host(at, owner, pointed->host);
            continue;
        }
        if (10 + pointed->set->size > (size_t)(end - at))
            return NULL;
        at = wire_piece_put_record(at, owner, pointed->set);
    }
    return at;
}

/*
 * Append a piece to header and question (not of the root) of `size` octets, and set AA, RCODE and
 * counts in the header, which has none yet. Returns the message's size; 0 when it would be more
 * than `limit`: then nothing but octets behind `size` has changed.
 */
static TD_ALWAYS_INLINE uint32_t wire_piece_put(uint8_t *message, uint32_t size, uint32_t limit,
                                                const struct answer_piece *piece)
{
    uint8_t *at = message + size;
    const uint8_t *end = message + limit;

    if (piece->set != NULL) {
        if (td_unlikely(10 + (size_t)piece->set->size > limit - size))
            return 0;
        at = wire_piece_put_record(at, WIRE_HEADER_SIZE, piece->set);
        message[7] = 1;
    } else {
        const struct wire_image *image = piece->image;
        unsigned image_size = image->size; /* octets that are written might be this */
        unsigned shift = size - WIRE_HEADER_SIZE - PIECE_QUESTION_TAIL - image->name_size;
        if (td_unlikely(image_size > limit - size))
            return 0;
        wire_copy(at, image->octets, image_size);
        wire_image_patch(at, image, shift);
        at += image_size;
        if (piece->pointed_count != 0 &&
            (at = wire_piece_put_pointed(at, end, shift, piece)) == NULL)
            return 0;
        message[9] = image->authority_count;
        message[11] = (uint8_t)(image->additional_count + piece->pointed_records);
    }
    message[2] |= (uint8_t)(piece->is_authoritative * (WIRE_FLAG_AA >> 8));
    message[3] = (uint8_t)(piece->rcode & WIRE_FLAG_RCODE);
    return (uint32_t)(at - message);
}
