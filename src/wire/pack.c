#include "wire/pack.h"

#include <string.h>

#include "base/assert.h"
#include "base/hash.h"
#include "base/macros.h"
#include "base/writer.h"
#include "wire/const.h"
#include "wire/load.h"
#include "wire/rdata.h"
#include "wire/rrtype.h"

enum { FIXED_SIZE = 10, HEAD_SIZE = 8, POINTER = 0xC000 };

/* ---- names and their ends ---- */

/* The ends of a name that were not found: where they begin, and their hashes. */
struct ends {
    unsigned count;
    uint8_t offsets[WIRE_LABEL_COUNT_MAX];
    uint64_t hashes[WIRE_LABEL_COUNT_MAX];
};

/*
 * Of the size, the first eight octets, eight in the middle and the last eight: all of most names,
 * without a loop. Names that differ elsewhere take each other's place, and are told apart when
 * they are compared.
 */
static inline uint64_t hash_name(const uint8_t *name, size_t size)
{
    const uint64_t key = 0x9E3779B97F4A7C15, other = 0xD6E8FEB86659FD93;

    if (size < 8)
        return td_hash_fold(wire_load_short(name, size) ^ size, key);
    uint64_t hash = td_hash_fold(wire_load_8(name) ^ key, wire_load_8(name + size - 8) ^ other);
    return td_hash_fold(hash ^ wire_load_8(name + (size - 8) / 2) ^ size, key);
}

/* The same for memcmp. */
static inline bool is_same(const uint8_t *a, const uint8_t *b, size_t size)
{
    if (size <= 8)
        return wire_load_short(a, size) == wire_load_short(b, size);
    if (size > 16)
        return memcmp(a, b, size) == 0;
    return wire_load_8(a) == wire_load_8(b) &&
           wire_load_8(a + size - 8) == wire_load_8(b + size - 8);
}

/* Is this the name that stands there in the message? What stands there is whole. */
static bool stands_at(const uint8_t *message, size_t at, const uint8_t *name)
{
    for (;;) {
        size_t octet = message[at];
        if (octet >= 0xC0) {
            at = td_get_u16(message + at) & WIRE_PACK_OFFSET_MAX;
            continue;
        }
        if (octet != name[0] || !is_same(message + at + 1, name + 1, octet))
            return false;
        if (octet == 0)
            return true;
        at += octet + 1;
        name += octet + 1;
    }
}

static inline struct wire_pack_slot *slot_of(struct wire_pack *pack, uint64_t hash)
{
    return &pack->slots[hash % WIRE_PACK_SLOTS];
}

/* Where the name stands, or 0. */
static inline unsigned find(struct wire_pack *pack, uint64_t hash, const uint8_t *name)
{
    const struct wire_pack_slot *slot = slot_of(pack, hash);

    if (slot->offset == 0 || slot->hash != (uint32_t)(hash >> 32) ||
        !stands_at(pack->message, slot->offset, name))
        return 0;
    return slot->offset;
}

/* What was written at `at` stands there from now on. */
static inline void remember(struct wire_pack *pack, const struct ends *ends, size_t at)
{
    for (unsigned i = 0; i < ends->count && at + ends->offsets[i] <= WIRE_PACK_OFFSET_MAX; i++)
        *slot_of(pack, ends->hashes[i]) =
            (struct wire_pack_slot){ .hash = (uint32_t)(ends->hashes[i] >> 32),
                                     .offset = (uint16_t)(at + ends->offsets[i]) };
}

/*
 * The longest end of a name that stands in the message: returns its pointer, or 0, with the octets
 * before it; the ends that are longer are told, too.
 */
static inline unsigned search(struct wire_pack *pack, const uint8_t *name, size_t size,
                              struct ends *ret_ends, size_t *ret_front)
{
    unsigned pointer = 0;
    size_t at = 0;

    ret_ends->count = 0;
    for (; name[at] != 0; at += name[at] + (size_t)1) {
        if (size - at == pack->apex_size && pack->apex_pointer != 0 &&
            is_same(name + at, pack->apex, pack->apex_size)) {
            pointer = pack->apex_pointer;
            break;
        }
        uint64_t hash = hash_name(name + at, size - at);
        unsigned offset = find(pack, hash, name + at);
        if (offset != 0) {
            pointer = POINTER | offset;
            if (size - at == pack->apex_size && is_same(name + at, pack->apex, pack->apex_size))
                pack->apex_pointer = (uint16_t)pointer;
            break;
        }
        ret_ends->offsets[ret_ends->count] = (uint8_t)at;
        ret_ends->hashes[ret_ends->count++] = hash;
    }
    *ret_front = at;
    return pointer;
}

/*
 * Write a name at `at`, as short as the table permits; returns what is behind it, or 0: no room.
 * *ret_pointer is how it can be pointed at afterwards, or 0.
 */
static size_t put_name(struct wire_pack *pack, size_t at, const uint8_t *name, size_t size,
                       uint16_t *ret_pointer)
{
    struct ends ends;
    size_t front;
    unsigned pointer = search(pack, name, size, &ends, &front);
    size_t tail = pointer != 0 ? 2 : 1;

    if (pack->limit - at < front + tail)
        return 0;
    wire_copy_short(pack->message + at, name, front);
    if (pointer != 0)
        td_put_u16(pack->message + at + front, (uint16_t)pointer);
    else
        pack->message[at + front] = 0;
    if (at <= WIRE_PACK_OFFSET_MAX)
        remember(pack, &ends, at);
    if (front == 0)
        *ret_pointer = (uint16_t)pointer; /* the root is no target */
    else
        *ret_pointer = at <= WIRE_PACK_OFFSET_MAX ? (uint16_t)(POINTER | at) : 0;
    return at + front + tail;
}

/* ---- owners ---- */

/* Does the apex stand in the message, or is it shorter than a pointer to it? */
static inline bool has_apex(const struct wire_pack *pack)
{
    return pack->apex_pointer != 0 || pack->rest_size == 1;
}

/* Write the owner against the apex alone; 0: no room. */
static inline size_t put_below_apex(struct wire_pack *pack, size_t at)
{
    size_t size = pack->labels_size;
    size_t tail = pack->rest_size == 1 ? 1 : 2;

    if (pack->limit - at < size + tail)
        return 0;
    wire_copy_short(pack->message + at, pack->labels, size);
    if (tail == 1)
        pack->message[at + size] = 0;
    else
        td_put_u16(pack->message + at + size, pack->apex_pointer);
    return at + size + tail;
}

/* In the first 16 KiB: a target for what comes later. */
static size_t put_new_owner(struct wire_pack *pack, size_t at)
{
    uint8_t owner[WIRE_NAME_SIZE_MAX];

    wire_copy_short(owner, pack->labels, pack->labels_size);
    wire_copy_short(owner + pack->labels_size, pack->rest, pack->rest_size);
    size_t size = (size_t)pack->labels_size + pack->rest_size;
    size_t end = put_name(pack, at, owner, size, &pack->owner_pointer);
    if (pack->labels_size == 0 && pack->apex_pointer == 0)
        pack->apex_pointer = pack->owner_pointer;
    return end;
}

static inline size_t put_owner(struct wire_pack *pack, size_t at)
{
    if (pack->owner_pointer != 0) {
        if (pack->limit - at < 2)
            return 0;
        td_put_u16(pack->message + at, pack->owner_pointer);
        return at + 2;
    }
    if (at > WIRE_PACK_OFFSET_MAX && has_apex(pack))
        return put_below_apex(pack, at);
    return put_new_owner(pack, at);
}

void wire_pack_owner_below(struct wire_pack *pack, const uint8_t *labels, uint8_t labels_size)
{
    pack->labels = labels;
    pack->labels_size = labels_size;
    pack->rest = pack->apex;
    pack->rest_size = pack->apex_size;
    pack->owner_pointer = 0;
}

void wire_pack_owner(struct wire_pack *pack, const uint8_t *owner)
{
    size_t size = wire_name_size(owner);
    size_t at = 0;

    while (size - at > pack->apex_size)
        at += owner[at] + 1u;
    if (size - at != pack->apex_size || memcmp(owner + at, pack->apex, pack->apex_size) != 0)
        at = size - 1; /* outside, or in another case: below the root */
    wire_pack_owner_below(pack, owner, (uint8_t)at);
    pack->rest = owner + at;
    pack->rest_size = (uint8_t)(size - at);
}

/* ---- data ---- */

/* Is this a label and the owner? That is how most name servers inside a zone are called. */
static inline bool is_below_owner(const struct wire_pack *pack, const uint8_t *name, size_t size)
{
    size_t front = name[0] + (size_t)1;

    return size == front + pack->labels_size + pack->rest_size &&
           is_same(name + front, pack->labels, pack->labels_size) &&
           is_same(name + front + pack->labels_size, pack->rest, pack->rest_size);
}

/* Has the name written last the same name above it? Then that is written as it was then. */
static inline bool is_sibling(const struct wire_pack *pack, const uint8_t *name, size_t size)
{
    size_t front = name[0] + (size_t)1;

    return pack->last != NULL && size - front == pack->last_size &&
           is_same(name + front, pack->last, pack->last_size);
}

static size_t put_sibling(struct wire_pack *pack, size_t at, const uint8_t *name)
{
    size_t front = name[0] + (size_t)1;

    if (pack->limit - at < front + pack->shape_size)
        return 0;
    wire_copy_short(pack->message + at, name, front);
    memcpy(pack->message + at + front, pack->message + pack->shape_at, pack->shape_size);
    return at + front + pack->shape_size;
}

/* Behind the first 16 KiB. */
static size_t put_far_name(struct wire_pack *pack, size_t at, const uint8_t *name, size_t size)
{
    size_t front = name[0] + (size_t)1;
    uint16_t ignored;

    if (front != 1 && is_below_owner(pack, name, size) && has_apex(pack)) {
        if (pack->limit - at < front)
            return 0;
        wire_copy_short(pack->message + at, name, front);
        return put_owner(pack, at + front);
    }
    if (front != 1 && is_sibling(pack, name, size))
        return put_sibling(pack, at, name);
    size_t end = put_name(pack, at, name, size, &ignored);
    pack->last = NULL;
    if (end > at + front && pack->message[at] == name[0]) {
        pack->last = name + front;
        pack->last_size = size - front;
        pack->shape_at = at + front;
        pack->shape_size = end - pack->shape_at;
    }
    return end;
}

static inline size_t put_data_name(struct wire_pack *pack, size_t at, const uint8_t *name,
                                   size_t size)
{
    uint16_t ignored;

    return at > WIRE_PACK_OFFSET_MAX ? put_far_name(pack, at, name, size)
                                     : put_name(pack, at, name, size, &ignored);
}

static size_t put_plain(struct wire_pack *pack, size_t at, const uint8_t *octets, size_t size)
{
    if (pack->limit - at < size)
        return 0;
    memcpy(pack->message + at, octets, size);
    return at + size;
}

/* Data with names in it that may be compressed; 0: no room. */
static size_t put_data(struct wire_pack *pack, size_t at, const struct wire_rrtype *row,
                       const uint8_t *rdata, size_t size)
{
    struct wire_rdata_name names[WIRE_RDATA_NAMES_MAX];
    size_t done = 0;

    if (row->names == WIRE_NAMES_ONE && row->name_at == 0 && row->fields[1] == WIRE_FIELD_END)
        return put_data_name(pack, at, rdata, size);
    unsigned count = wire_rdata_names(row->number, rdata, size, names);
    for (unsigned i = 0; at != 0 && i < count; i++) {
        at = put_plain(pack, at, rdata + done, names[i].at - done);
        if (at != 0)
            at = put_data_name(pack, at, rdata + names[i].at, names[i].size);
        done = (size_t)names[i].at + names[i].size;
    }
    return at != 0 ? put_plain(pack, at, rdata + done, size - done) : 0;
}

/* ---- records ---- */

/* Type, class and TTL are the same for a whole set. */
static inline void make_head(uint8_t head[HEAD_SIZE], uint16_t type, uint32_t ttl)
{
    td_put_u16(head, type);
    td_put_u16(head + 2, WIRE_CLASS_IN);
    td_put_u32(head + 4, ttl);
}

static inline td_err put_record(struct wire_pack *pack, const uint8_t head[HEAD_SIZE],
                                const struct wire_rrtype *row, const uint8_t *rdata, size_t size)
{
    size_t at = put_owner(pack, pack->size);

    if (at == 0 || pack->limit - at < FIXED_SIZE || pack->count == WIRE_PACK_RECORDS_MAX)
        return TD_E_SPACE;
    uint8_t *fixed = pack->message + at;
    memcpy(fixed, head, HEAD_SIZE);
    at += FIXED_SIZE;
    size_t end = (row->flags & WIRE_RRTYPE_COMPRESS) != 0 ? put_data(pack, at, row, rdata, size)
                                                          : put_plain(pack, at, rdata, size);
    if (end == 0)
        return TD_E_SPACE;
    td_put_u16(fixed + HEAD_SIZE, (uint16_t)(end - at));
    pack->size = end;
    pack->count++;
    return TD_OK;
}

td_err wire_pack_record(struct wire_pack *pack, uint16_t type, uint32_t ttl, const uint8_t *rdata,
                        size_t size)
{
    uint8_t head[HEAD_SIZE];

    make_head(head, type, ttl);
    return put_record(pack, head, wire_rrtype_get(type), rdata, size);
}

td_err wire_pack_set(struct wire_pack *pack, const struct wire_rrset *set, size_t *at)
{
    const struct wire_rrtype *row = wire_rrtype_get(set->type);
    uint8_t head[HEAD_SIZE];
    td_err err = TD_OK;

    make_head(head, set->type, set->ttl);
    while (*at < set->size) {
        size_t next = *at;
        struct wire_rdata rdata = wire_rrset_rdata(set, &next);
        err = put_record(pack, head, row, rdata.octets, rdata.size);
        if (err != TD_OK)
            break;
        *at = next;
    }
    return err;
}

void wire_pack_begin(struct wire_pack *pack, uint8_t *message, size_t size, size_t limit,
                     const uint8_t *apex)
{
    td_assert(size >= WIRE_HEADER_SIZE && size <= limit);
    pack->message = message;
    pack->size = size;
    pack->limit = limit;
    pack->count = 0;
    pack->apex = apex;
    pack->apex_size = (uint8_t)wire_name_size(apex);
    pack->apex_pointer = 0;
    pack->last = NULL;
    memset(pack->slots, 0, sizeof(pack->slots));
    wire_pack_owner_below(pack, apex, 0);
    if (pack->apex_size == 1 || size < WIRE_HEADER_SIZE + (size_t)pack->apex_size ||
        memcmp(message + WIRE_HEADER_SIZE, apex, pack->apex_size) != 0)
        return;
    pack->apex_pointer = POINTER | WIRE_HEADER_SIZE;
}
