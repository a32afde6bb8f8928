#include "wire/compress.h"

#include <string.h>

#include "base/assert.h"
#include "base/hash.h"
#include "base/macros.h"
#include "wire/load.h"
#include "wire/name.h"
#include "wire/rdata.h"
#include "wire/rrtype.h"

enum { NODE_ROOT = 0, PROBES_MAX = 32, SLOT_NONE = WIRE_COMPRESS_SLOTS };

void wire_compress_reset(struct wire_compress *table, bool exact)
{
    table->exact = exact;
    table->count = 1;
    table->owner_size = 0;
    memset(table->slots, 0, sizeof(table->slots));
}

/* The hash ignores case always; equality decides. */
static inline unsigned slot_of(unsigned parent, const uint8_t *label)
{
    const uint64_t key = 0x9E3779B97F4A7C15, lower = 0x2020202020202020;
    const uint8_t *at = label + 1;
    size_t left = label[0];
    uint64_t hash = (uint64_t)parent << 8 | left;

    for (; left > 8; at += 8, left -= 8)
        hash = td_hash_fold(hash ^ (wire_load_8(at) | lower), key);
    hash = td_hash_fold(hash ^ (wire_load_short(at, left) | lower), key);
    return (unsigned)hash % WIRE_COMPRESS_SLOTS;
}

static inline bool is_same_label(const struct wire_compress *table, const uint8_t *a,
                                 const uint8_t *b)
{
    size_t size = a[0];

    if (size != b[0])
        return false;
    if (size <= 8 && wire_load_short(a + 1, size) == wire_load_short(b + 1, size))
        return true;
    if (table->exact)
        return size > 8 && memcmp(a + 1, b + 1, size) == 0;
    return wire_octets_equal(a + 1, b + 1, size);
}

/*
 * The node of this label below `parent`, or 0; *ret_slot is where it would go then, or
 * SLOT_NONE. Whoever writes the zone can choose labels that collide, so the search gives up.
 */
static unsigned find(const struct wire_compress *table, const uint8_t *message, unsigned parent,
                     const uint8_t *label, unsigned *ret_slot)
{
    unsigned slot = slot_of(parent, label);

    for (unsigned i = 0; i < PROBES_MAX; i++, slot = (slot + 1) % WIRE_COMPRESS_SLOTS) {
        if (table->slots[slot] == 0) {
            *ret_slot = slot;
            return 0;
        }
        const struct wire_compress_node *node = &table->nodes[table->slots[slot]];
        if (node->parent == parent && is_same_label(table, message + node->offset, label))
            return table->slots[slot];
    }
    *ret_slot = SLOT_NONE;
    return 0;
}

/* How far a name is known: its labels from `labels` on stand in the message as `node`. */
struct match {
    unsigned labels;
    unsigned node;
    unsigned slot; /* where the label before them would go; SLOT_NONE: nowhere */
};

static struct match match(const struct wire_compress *table, const uint8_t *message,
                          const uint8_t *name, const uint8_t *offsets, unsigned labels)
{
    struct match match = { .labels = labels, .node = NODE_ROOT, .slot = SLOT_NONE };

    while (match.labels > 0) {
        const uint8_t *label = name + offsets[match.labels - 1];
        unsigned next = find(table, message, match.node, label, &match.slot);
        if (next == 0)
            break;
        match.node = next;
        match.labels--;
    }
    return match;
}

/* A free slot for a label below a node that has no other children. */
static unsigned find_free(const struct wire_compress *table, unsigned parent, const uint8_t *label)
{
    unsigned slot = slot_of(parent, label);

    for (unsigned i = 0; i < PROBES_MAX; i++, slot = (slot + 1) % WIRE_COMPRESS_SLOTS) {
        if (table->slots[slot] == 0)
            return slot;
    }
    return SLOT_NONE;
}

/* Remember the labels of a name that stands at `at` which were not known before. */
static void remember(struct wire_compress *table, const uint8_t *message, size_t at,
                     const uint8_t *offsets, struct match match)
{
    while (match.labels > 0 && match.slot != SLOT_NONE) {
        size_t offset = at + offsets[--match.labels];
        if (offset > WIRE_COMPRESS_OFFSET_MAX || table->count == WIRE_COMPRESS_NODES_MAX)
            return;
        table->nodes[table->count].offset = (uint16_t)offset;
        table->nodes[table->count].parent = (uint16_t)match.node;
        table->slots[match.slot] = table->count;
        match.node = table->count++;
        if (match.labels > 0)
            match.slot = find_free(table, match.node, message + at + offsets[match.labels - 1]);
    }
}

td_err wire_compress_name(struct wire_compress *table, struct td_writer *message,
                          const uint8_t *name)
{
    uint8_t offsets[WIRE_LABEL_COUNT_MAX];
    unsigned labels = wire_name_offsets(name, offsets) - 1; /* without the root */
    struct match known = match(table, message->data, name, offsets, labels);
    size_t front = offsets[known.labels]; /* octets that are not known yet */
    size_t size = front + (known.node == NODE_ROOT ? 1 : 2);

    if (td_writer_left(message) < size)
        return TD_E_SPACE;

    uint8_t *to = message->data + message->cursor;
    memcpy(to, name, front);
    if (known.node == NODE_ROOT)
        to[front] = 0;
    else
        td_put_u16(to + front, (uint16_t)(0xC000 | table->nodes[known.node].offset));
    remember(table, message->data, message->cursor, offsets, known);
    message->cursor += size;
    return TD_OK;
}

td_err wire_compress_name_plain(struct wire_compress *table, struct td_writer *message,
                                const uint8_t *name)
{
    uint8_t offsets[WIRE_LABEL_COUNT_MAX];
    unsigned labels = wire_name_offsets(name, offsets) - 1;
    struct match known = match(table, message->data, name, offsets, labels);
    size_t at = message->cursor;

    td_err err = td_write_octets(message, name, (size_t)offsets[labels] + 1);
    if (err == TD_OK)
        remember(table, message->data, at, offsets, known);
    return err;
}

/* The owner of a record is mostly that of the record before. */
static td_err write_owner(struct wire_compress *table, struct td_writer *message,
                          const uint8_t *owner)
{
    size_t size = wire_name_size(owner);

    if (size == table->owner_size && memcmp(owner, table->owner, size) == 0) {
        if (td_writer_left(message) < 2)
            return TD_E_SPACE;
        td_put_u16(message->data + message->cursor, table->owner_pointer);
        message->cursor += 2;
        return TD_OK;
    }

    size_t at = message->cursor;
    td_err err = wire_compress_name(table, message, owner);
    if (err != TD_OK || at > WIRE_COMPRESS_OFFSET_MAX || size == 1)
        return err;
    /* A name that is a pointer alone is not pointed at, but where it points. */
    bool is_pointer = message->data[at] >= 0xC0;
    table->owner_pointer = is_pointer ? td_get_u16(message->data + at) : (uint16_t)(0xC000 | at);
    table->owner_size = (uint8_t)size;
    memcpy(table->owner, owner, size);
    return TD_OK;
}

/* Put rdata with its names compressed; they stand one behind the other (law of the rows). */
static td_err write_rdata(struct wire_compress *table, struct td_writer *message, uint16_t type,
                          const uint8_t *rdata, size_t size)
{
    if ((wire_rrtype_get(type)->flags & WIRE_RRTYPE_COMPRESS) == 0)
        return td_write_octets(message, rdata, size);

    struct wire_rdata_name names[WIRE_RDATA_NAMES_MAX];
    unsigned count = wire_rdata_names(type, rdata, size, names);
    size_t at = 0;
    td_err err = TD_OK;
    for (unsigned i = 0; err == TD_OK && i < count; i++) {
        err = td_write_octets(message, rdata + at, names[i].at - at);
        if (err == TD_OK)
            err = wire_compress_name(table, message, rdata + names[i].at);
        at = (size_t)names[i].at + names[i].size;
    }
    if (err == TD_OK)
        err = td_write_octets(message, rdata + at, size - at);
    return err;
}

/* Take back the nodes from `count` on; they are the last that went into their slots. */
static void forget(struct wire_compress *table, const uint8_t *message, uint16_t count)
{
    while (table->count > count) {
        table->count--;
        const struct wire_compress_node *node = &table->nodes[table->count];
        unsigned slot = slot_of(node->parent, message + node->offset);
        while (table->slots[slot] != table->count)
            slot = (slot + 1) % WIRE_COMPRESS_SLOTS;
        table->slots[slot] = 0;
    }
}

td_err wire_compress_record(struct wire_compress *table, struct td_writer *message,
                            const uint8_t *owner, uint16_t type, uint16_t class, uint32_t ttl,
                            const uint8_t *rdata, size_t rdata_size)
{
    enum { FIXED = 10 };
    struct td_writer trial = *message;
    uint16_t count = table->count;

    td_err err = write_owner(table, &trial, owner);
    size_t fixed_at = trial.cursor;
    if (err == TD_OK && td_writer_left(&trial) < FIXED)
        err = TD_E_SPACE;
    if (err == TD_OK) {
        uint8_t *fixed = trial.data + fixed_at;
        td_put_u16(fixed, type);
        td_put_u16(fixed + 2, class);
        td_put_u32(fixed + 4, ttl);
        trial.cursor += FIXED;
        err = write_rdata(table, &trial, type, rdata, rdata_size);
    }
    if (err != TD_OK) {
        forget(table, message->data, count);
        table->owner_size = 0;
        return err;
    }

    size_t rdlength = trial.cursor - fixed_at - FIXED;
    td_assert(rdlength <= UINT16_MAX);
    td_put_u16(trial.data + fixed_at + 8, (uint16_t)rdlength);
    *message = trial;
    return TD_OK;
}
