#include "wire/encode.h"

#include "base/assert.h"
#include "base/macros.h"
#include "base/reader.h"
#include "base/writer.h"
#include "wire/const.h"
#include "wire/encode_name.h"
#include "wire/name.h"
#include "wire/rrtype.h"

enum { HEAD_SIZE = 8 }; /* type, class and TTL */

/* How the owner of a set's records is written: the same few octets for each. */
struct owner {
    uint16_t octets; /* a pointer, or 0 for the root; host order */
    uint16_t size;   /* 2, or 1 for the root; 0: no pointer reaches it, write it out */
    const uint8_t *name;
};

static inline uint8_t *put_owner_and_head(uint8_t *at, const struct owner *owner, uint64_t head)
{
    td_put_u16(at, owner->octets);
    at += owner->size;
    memcpy(at, &head, sizeof(head));
    return at + HEAD_SIZE;
}

/* Type, class IN and TTL as they stand in the message. */
static inline uint64_t head_of(const struct answer_set *entry)
{
    return __builtin_bswap64((uint64_t)entry->set->type << 48 | (uint64_t)WIRE_CLASS_IN << 32 |
                             entry->ttl);
}

static inline struct owner owner_in_question(const struct encode_cursor *cursor, unsigned at)
{
    at += WIRE_HEADER_SIZE;
    if (td_likely(cursor->message[at] != 0))
        return (struct owner){ .octets = (uint16_t)(ENCODE_POINTER | at), .size = 2 };
    return (struct owner){ .octets = 0, .size = 1 };
}

static inline struct owner owner_in_image(const struct encode_cursor *cursor, unsigned pointer)
{
    return (struct owner){ .octets = (uint16_t)(ENCODE_POINTER | (pointer + cursor->shift)),
                           .size = 2 };
}

/* Where in the data of a set the record that comes first this time begins. */
static size_t rotated(const struct encode_cursor *cursor, const struct wire_rrset *set)
{
    size_t skip = cursor->turn % set->count, at = 0;

    if (set->type == WIRE_TYPE_A || set->type == WIRE_TYPE_AAAA)
        return skip * (set->size / set->count);
    for (; skip > 0; skip--)
        at += 2u + td_get_u16(set->data + at);
    return at;
}

static inline size_t first_record(const struct encode_cursor *cursor,
                                  const struct answer_set *entry)
{
    return (entry->flags & ANSWER_ROTATE) == 0 || cursor->turn == 0 ? 0
                                                                    : rotated(cursor, entry->set);
}

/* Records without names to compress: room is checked once for all of them. */
static inline bool put_plain(struct encode_cursor *cursor, const struct answer_set *entry,
                             const struct owner *owner)
{
    const struct wire_rrset *set = entry->set;
    uint64_t head = head_of(entry);
    size_t size = set->size + (size_t)set->count * (owner->size + HEAD_SIZE);

    if (size > encode_left(cursor))
        return false;
    if (td_likely(set->count == 1)) {
        uint8_t *at = put_owner_and_head(cursor->at, owner, head);
        wire_copy(at, set->data, set->size);
        cursor->at = at + set->size;
        return true;
    }

    size_t from = first_record(cursor, entry);
    uint8_t *at = cursor->at;
    for (unsigned left = set->count; left > 0; left--) {
        size_t record = 2u + td_get_u16(set->data + from);
        at = put_owner_and_head(at, owner, head);
        wire_copy(at, set->data + from, record);
        at += record;
        from += record;
        if (from == set->size)
            from = 0;
    }
    cursor->at = at;
    return true;
}

/* Data with one or two names: what stands before them, the names, and what is left. */
static bool put_rdata(struct encode_cursor *cursor, const struct wire_rrtype *row,
                      const uint8_t *rdata, size_t size)
{
    uint8_t *length = cursor->at;
    struct encode_named named;
    size_t from = row->name_at;

    if (encode_left(cursor) < 2 + from)
        return false;
    memcpy(length + 2, rdata, from);
    cursor->at += 2 + from;
    for (unsigned names = row->names == WIRE_NAMES_TWO ? 2 : 1; names > 0; names--) {
        if (!encode_name(cursor, rdata + from, &named))
            return false;
        from += named.size;
    }
    if (encode_left(cursor) < size - from)
        return false;
    memcpy(cursor->at, rdata + from, size - from);
    cursor->at += size - from;
    td_put_u16(length, (uint16_t)(cursor->at - length - 2));
    return true;
}

static bool put_owner(struct encode_cursor *cursor, const struct owner *owner)
{
    struct encode_named named;

    if (owner->size == 0)
        return encode_name(cursor, owner->name, &named);
    if (encode_left(cursor) < 2)
        return false;
    td_put_u16(cursor->at, owner->octets);
    cursor->at += owner->size;
    return true;
}

static bool put_octets(struct encode_cursor *cursor, const void *octets, size_t size)
{
    if (encode_left(cursor) < size)
        return false;
    wire_copy(cursor->at, octets, size);
    cursor->at += size;
    return true;
}

/*
 * Records one by one: those with names to compress, and owners that are written out.
 * is_owner_put: the owner of the first one stands before the cursor already.
 */
static bool put_each(struct encode_cursor *cursor, const struct answer_set *entry,
                     const struct wire_rrtype *row, const struct owner *owner, bool is_owner_put)
{
    const struct wire_rrset *set = entry->set;
    uint64_t head = head_of(entry);
    size_t from = first_record(cursor, entry);

    for (unsigned left = set->count; left > 0; left--) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &from);
        if (!is_owner_put && !put_owner(cursor, owner))
            return false;
        is_owner_put = false;
        if (!put_octets(cursor, &head, HEAD_SIZE))
            return false;
        if ((row->flags & WIRE_RRTYPE_COMPRESS) != 0
                ? !put_rdata(cursor, row, rdata.octets, rdata.size)
                : !put_octets(cursor, rdata.octets - 2, 2u + rdata.size))
            return false;
        if (from == set->size)
            from = 0;
    }
    return true;
}

/* An owner that is not part of the question's name is put once; other records point to it. */
static bool put_named(struct encode_cursor *cursor, const struct answer_set *entry,
                      const struct wire_rrtype *row)
{
    uint8_t name[WIRE_NAME_SIZE_MAX];
    struct owner owner = { .name = entry->suffix };
    struct encode_named named;

    if (entry->owner_size != 0) {
        size_t rest = wire_name_size(entry->suffix);
        td_assert(entry->owner_size + rest <= sizeof(name));
        memcpy(name, entry->owner, entry->owner_size);
        memcpy(name + entry->owner_size, entry->suffix, rest);
        owner.name = name;
    }
    if (!encode_name(cursor, owner.name, &named))
        return false;
    if (named.offset != 0) {
        owner.octets = (uint16_t)(ENCODE_POINTER | named.offset);
        owner.size = 2;
    }
    return put_each(cursor, entry, row, &owner, true);
}

/* The same for one label before a part of the question's name, which needs no comparing. */
static bool put_child(struct encode_cursor *cursor, const struct answer_set *entry,
                      const struct wire_rrtype *row)
{
    struct owner owner = { .name = entry->suffix };
    bool is_first = cursor->child_at == 0 || cursor->child != entry->owner;

    if (td_unlikely(cursor->at - cursor->message >= ENCODE_OFFSET_END))
        return put_named(cursor, entry, row);
    /* Nobody else has the name of a hash. */
    if (is_first && !encode_child(cursor, entry->owner, entry->qname_offset,
                                  entry->set->type != WIRE_TYPE_NSEC3, &cursor->child_at))
        return false;
    cursor->child = entry->owner;
    owner.octets = (uint16_t)(ENCODE_POINTER | cursor->child_at);
    owner.size = 2;
    if (is_first || (row->flags & WIRE_RRTYPE_COMPRESS) != 0)
        return put_each(cursor, entry, row, &owner, is_first);
    return put_plain(cursor, entry, &owner);
}

static inline bool put_set(struct encode_cursor *cursor, const struct answer_set *entry)
{
    const struct wire_rrtype *row = wire_rrtype_get(entry->set->type);

    if (td_unlikely(entry->place == PLACE_NAME))
        return put_named(cursor, entry, row);
    if (entry->place == PLACE_CHILD)
        return put_child(cursor, entry, row);

    struct owner owner = entry->place == PLACE_POINTER
                             ? owner_in_image(cursor, entry->pointer)
                             : owner_in_question(cursor, entry->qname_offset);
    if ((row->flags & WIRE_RRTYPE_COMPRESS) != 0)
        return put_each(cursor, entry, row, &owner, false);
    return put_plain(cursor, entry, &owner);
}

/*
 * A piece of a prepared image, of which octets[from..from + size) are wanted. The pointers in
 * it are good for a question that ends where the image's ends; `shift` octets are between them.
 */
static inline bool put_image(struct encode_cursor *cursor, const struct wire_image *image,
                             size_t from, size_t size, unsigned shift)
{
    if (size > encode_left(cursor))
        return false;
    wire_copy(cursor->at, image->octets + from, size);
    for (unsigned i = 0; i < image->pointer_count; i++) {
        size_t pointer = wire_image_offsets(image)[i] - from;
        if (pointer >= size)
            continue; /* of the other part */
        uint8_t *at = cursor->at + pointer;
        td_put_u16(at, (uint16_t)(td_get_u16(at) + shift));
    }
    cursor->at += size;
    return true;
}

/* What becomes of the answer in the message. */
struct progress {
    const struct answer *answer;
    unsigned next; /* the set that is to be put next */
    bool is_truncated;
    uint16_t counts[SECTION_COUNT];
};

/* All sets of a section that must be there whole. */
static inline bool put_required(struct encode_cursor *cursor, struct progress *progress,
                                enum wire_section section)
{
    const struct answer *answer = progress->answer;
    unsigned i = progress->next;
    unsigned count = 0;

    for (; i < answer->set_count && answer->sets[i].section == section; i++) {
        if (!put_set(cursor, &answer->sets[i]))
            return false;
        count += answer->sets[i].set->count;
    }
    progress->next = i;
    progress->counts[section] = (uint16_t)(progress->counts[section] + count);
    return true;
}

/* The additional section: sets are left out one by one, a signature with what it signs. */
static void put_additional(struct encode_cursor *cursor, struct progress *progress)
{
    const struct answer *answer = progress->answer;
    unsigned i = progress->next;

    while (i < answer->set_count) {
        const struct answer_set *entry = &answer->sets[i];
        uint8_t *start = cursor->at;
        unsigned count = 0;
        bool fits = true;
        do {
            fits = fits && put_set(cursor, &answer->sets[i]);
            count += answer->sets[i].set->count;
            i++;
        } while (i < answer->set_count && (answer->sets[i].flags & ANSWER_SIGNATURE) != 0);
        if (td_likely(fits)) {
            progress->counts[SECTION_ADDITIONAL] =
                (uint16_t)(progress->counts[SECTION_ADDITIONAL] + count);
            continue;
        }
        encode_rewind(cursor, start);
        if ((entry->flags & ANSWER_OPTIONAL) == 0)
            progress->is_truncated = true;
    }
}

static void set_header(uint8_t *message, const struct progress *progress)
{
    const struct answer *answer = progress->answer;
    unsigned flags = td_get_u16(message + 2);

    flags &= ~(unsigned)(WIRE_FLAG_AA | WIRE_FLAG_TC | WIRE_FLAG_RCODE);
    flags |= answer->rcode & WIRE_FLAG_RCODE;
    if (answer->is_authoritative)
        flags |= WIRE_FLAG_AA;
    if (progress->is_truncated)
        flags |= WIRE_FLAG_TC;
    td_put_u16(message + 2, (uint16_t)flags);
    td_put_u16(message + 6, progress->counts[SECTION_ANSWER]);
    td_put_u16(message + 8, progress->counts[SECTION_AUTHORITY]);
    td_put_u16(message + 10, progress->counts[SECTION_ADDITIONAL]);
}

/* The image's parts stand before the sets of their sections. */
static td_err put_with_image(struct encode_cursor *cursor, struct progress *progress)
{
    const struct wire_image *image = progress->answer->image;
    unsigned shift = (unsigned)cursor->key->size - image->name_size;
    size_t rest = (size_t)image->size - image->authority_size;

    cursor->shift = shift;
    progress->counts[SECTION_AUTHORITY] = image->authority_count;
    progress->counts[SECTION_ADDITIONAL] = image->additional_count;
    if (!put_required(cursor, progress, SECTION_ANSWER) ||
        !put_image(cursor, image, 0, image->authority_size, shift))
        return TD_E_SPACE;
    if (!put_required(cursor, progress, SECTION_AUTHORITY) ||
        (rest != 0 && !put_image(cursor, image, image->authority_size, rest, shift)))
        return TD_E_SPACE;
    put_additional(cursor, progress);
    return TD_OK;
}

td_err wire_encode(struct wire_encode *encode, const struct answer *answer)
{
    struct encode_cursor cursor = {
        .message = encode->message,
        .at = encode->message + encode->size,
        .end = encode->message + encode->limit,
        .key = encode->key,
        .table = encode->table,
        .turn = encode->turn,
    };
    td_assert(encode->size <= encode->limit);
    struct progress progress = { .answer = answer, .is_truncated = answer->is_truncated };
    if (answer->image != NULL) {
        if (put_with_image(&cursor, &progress) != TD_OK)
            return TD_E_SPACE;
    } else if (put_required(&cursor, &progress, SECTION_ANSWER) &&
               put_required(&cursor, &progress, SECTION_AUTHORITY)) {
        put_additional(&cursor, &progress);
    } else {
        cursor.at = encode->message + encode->size;
        progress = (struct progress){ .answer = answer, .is_truncated = true };
    }
    set_header(encode->message, &progress);
    encode->size = (uint32_t)(cursor.at - encode->message);
    return TD_OK;
}
