#include "wire/signed.h"

enum { HEAD_SIZE = 8 /* type, class and TTL */ };

/* Signatures and images: mostly more than 64 octets. */
static inline void copy(uint8_t *to, const uint8_t *from, size_t size)
{
    if (td_likely(size >= 16))
        wire_copy_many(to, from, size);
    else
        wire_copy(to, from, size);
}

static inline uint8_t *put_head(uint8_t *at, uint16_t type, uint32_t ttl)
{
    uint64_t head = __builtin_bswap64((uint64_t)type << 48 | (uint64_t)WIRE_CLASS_IN << 32 | ttl);

    memcpy(at, &head, sizeof(head));
    return at + sizeof(head);
}

/* The records of a set whose owner stands at a message offset. There is room. */
static inline uint8_t *put_records(uint8_t *at, unsigned owner, const struct wire_rrset *set,
                                   uint32_t ttl)
{
    const uint8_t *data = set->data, *end = data + set->size;

    do {
        size_t size = 2u + td_get_u16(data);
        td_put_u16(at, (uint16_t)(0xC000 | owner));
        at = put_head(at + 2, set->type, ttl);
        copy(at, data, size);
        at += size;
        data += size;
    } while (td_unlikely(data != end));
    return at;
}

static inline size_t size_of(const struct wire_rrset *set)
{
    return set->size + set->count * (2u + HEAD_SIZE);
}

static inline uint32_t signature_ttl(const struct wire_rrset *set,
                                     const struct wire_rrset *signature)
{
    return signature->ttl < set->ttl ? signature->ttl : set->ttl;
}

/* A set of one record below a label of its own; puts the owner, of which others are pointers. */
static inline uint8_t *put_child(uint8_t *message, uint8_t *at, const struct answer_pair *pair)
{
    unsigned parent = WIRE_HEADER_SIZE + pair->qname_offset;
    unsigned size = 1u + pair->label[0];

    wire_copy(at, pair->label, size);
    at += size;
    if (td_likely(message[parent] != 0)) {
        td_put_u16(at, (uint16_t)(0xC000 | parent));
        at += 2;
    } else {
        *at++ = 0;
    }
    at = put_head(at, pair->set->type, pair->set->ttl);
    wire_copy(at, pair->set->data, pair->set->size);
    return at + pair->set->size;
}

/* NULL: no room. */
static uint8_t *put_pair(uint8_t *message, uint8_t *at, const uint8_t *end,
                         const struct answer_pair *pair)
{
    size_t size = size_of(pair->set) + size_of(pair->signature);
    unsigned owner = WIRE_HEADER_SIZE + pair->qname_offset;

    if (pair->label != NULL)
        size += pair->label[0] + (message[owner] != 0); /* behind it the root is one octet */
    if (td_unlikely(size > (size_t)(end - at)))
        return NULL;
    if (pair->label != NULL) {
        owner = (unsigned)(at - message);
        at = put_child(message, at, pair);
    } else {
        at = put_records(at, owner, pair->set, pair->set->ttl);
    }
    return put_records(at, owner, pair->signature, signature_ttl(pair->set, pair->signature));
}

/* The pointers of an image that stands in two places, each given where offset 0 would be. */
static inline void patch_parts(uint8_t *first, uint8_t *second, const struct wire_image *image,
                               unsigned shift)
{
    const uint16_t *offset = wire_image_offsets(image), *end = offset + image->pointer_count;

    for (; offset < end; offset++) {
        uint8_t *at = (*offset < image->authority_size ? first : second) + *offset;
        td_put_u16(at, (uint16_t)(td_get_u16(at) + shift));
    }
}

/* Records that were laid out behind a question for the apex. NULL: no room. */
static inline uint8_t *put_proof(uint8_t *message, uint8_t *at, const uint8_t *end, unsigned shift,
                                 const struct wire_image *proof)
{
    unsigned own = WIRE_HEADER_SIZE + proof->name_size + PIECE_QUESTION_TAIL;
    unsigned moved = (unsigned)(at - message) - own;
    const uint16_t *offset = wire_image_offsets(proof), *last = offset + proof->pointer_count;

    if (td_unlikely(proof->size > end - at))
        return NULL;
    copy(at, proof->octets, proof->size);
    for (; offset < last; offset++) {
        unsigned pointer = td_get_u16(at + *offset);
        pointer += (pointer & 0x3FFF) < own ? shift : moved;
        td_put_u16(at + *offset, (uint16_t)pointer);
    }
    return at + proof->size;
}

/* An image, with the proofs between its parts, and the addresses behind it. NULL: no room. */
static inline uint8_t *put_image(uint8_t *message, uint32_t size, const uint8_t *end,
                                 const struct answer_signed *answer)
{
    const struct wire_image *image = answer->piece.image;
    unsigned shift = size - WIRE_HEADER_SIZE - PIECE_QUESTION_TAIL - image->name_size;
    unsigned rest = (unsigned)image->size - image->authority_size;
    uint8_t *first = message + size, *at = first + image->authority_size;
    unsigned count = image->authority_count;

    if (td_unlikely(image->size > (size_t)(end - first)))
        return NULL;
    copy(first, image->octets, image->authority_size);
    if (answer->proof != NULL) {
        unsigned further = shift + image->name_size - answer->proof->name_size;
        if ((at = put_proof(message, at, end, further, answer->proof)) == NULL)
            return NULL;
        count += answer->proof->authority_count;
    }
    for (unsigned i = 0; i < answer->pair_count; i++) {
        const struct answer_pair *pair = &answer->pairs[i];
        if ((at = put_pair(message, at, end, pair)) == NULL)
            return NULL;
        count += pair->set->count + pair->signature->count;
    }
    uint8_t *second = at - image->authority_size;
    if (rest != 0) {
        if (td_unlikely(rest > (size_t)(end - at)))
            return NULL;
        wire_copy(at, image->octets + image->authority_size, rest);
        at += rest;
    }
    if (rest != 0)
        patch_parts(first, second, image, shift);
    else
        wire_image_patch(first, image, shift);
    if (answer->piece.pointed_count != 0 &&
        (at = wire_piece_put_pointed(at, end, shift, &answer->piece)) == NULL)
        return NULL;
    td_put_u16(message + 8, (uint16_t)count);
    td_put_u16(message + 10, (uint16_t)(image->additional_count + answer->piece.pointed_records));
    return at;
}

uint32_t wire_signed_put(uint8_t *message, uint32_t size, uint32_t limit,
                         const struct answer_signed *answer)
{
    const struct wire_rrset *set = answer->piece.set;
    uint8_t *at = message + size;

    if (set != NULL) {
        if (td_unlikely(size_of(set) + size_of(answer->signature) > limit - size))
            return 0;
        at = put_records(at, WIRE_HEADER_SIZE, set, set->ttl);
        at = put_records(at, WIRE_HEADER_SIZE, answer->signature,
                         signature_ttl(set, answer->signature));
        td_put_u16(message + 6, (uint16_t)(set->count + answer->signature->count));
    } else if ((at = put_image(message, size, message + limit, answer)) == NULL) {
        return 0;
    }
    message[2] |= (uint8_t)(answer->piece.is_authoritative * (WIRE_FLAG_AA >> 8));
    message[3] = (uint8_t)(answer->piece.rcode & WIRE_FLAG_RCODE);
    return (uint32_t)(at - message);
}
