#include "wire/compress.h"

#include <string.h>

#include "base/assert.h"
#include "base/hash.h"
#include "base/macros.h"
#include "wire/name.h"
#include "wire/rdata.h"
#include "wire/rrtype.h"

enum { NODE_ROOT = 0, PROBES_MAX = 32, SLOT_NONE = WIRE_COMPRESS_SLOTS };

void wire_compress_reset(struct wire_compress *table, bool exact)
{
    table->exact = exact;
    table->count = 1;
    memset(table->slots, 0, sizeof(table->slots));
}

/* Fewer than 8 octets as a number; loads overlap, so that nothing beyond is read. */
static inline uint64_t load_short(const uint8_t *at, size_t size)
{
    if (size >= 4) {
        uint32_t first, last;
        memcpy(&first, at, 4);
        memcpy(&last, at + size - 4, 4);
        return (uint64_t)first << 32 | last;
    }
    if (size == 0)
        return 0;
    return (uint64_t)at[0] << 16 | (uint64_t)at[size / 2] << 8 | at[size - 1];
}

/* The hash ignores case always; equality decides. */
static inline unsigned slot_of(unsigned parent, const uint8_t *label)
{
    const uint64_t key = 0x9E3779B97F4A7C15, lower = 0x2020202020202020;
    const uint8_t *at = label + 1;
    size_t left = label[0];
    uint64_t hash = (uint64_t)parent << 8 | left;

    for (; left >= 8; at += 8, left -= 8) {
        uint64_t octets;
        memcpy(&octets, at, 8);
        hash = td_hash_fold(hash ^ (octets | lower), key);
    }
    hash = td_hash_fold(hash ^ ((load_short(at, left) | lower) << 1), key);
    return (unsigned)hash % WIRE_COMPRESS_SLOTS;
}

static bool is_same_label(const struct wire_compress *table, const uint8_t *a, const uint8_t *b)
{
    if (a[0] != b[0])
        return false;
    if (table->exact)
        return memcmp(a + 1, b + 1, a[0]) == 0;
    return wire_octets_equal(a + 1, b + 1, a[0]);
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

/* Follow the labels from the right as far as they are known. */
static unsigned match(const struct wire_compress *table, const uint8_t *message,
                      const uint8_t *name, const uint8_t *offsets, unsigned *labels)
{
    unsigned node = NODE_ROOT;

    while (*labels > 0) {
        unsigned slot;
        unsigned next = find(table, message, node, name + offsets[*labels - 1], &slot);
        if (next == 0)
            break;
        node = next;
        (*labels)--;
    }
    return node;
}

/* Remember the leftmost `labels` labels of a name that stands at `at`; `node` is behind them. */
static void remember(struct wire_compress *table, const uint8_t *message, size_t at,
                     const uint8_t *offsets, unsigned labels, unsigned node)
{
    while (labels > 0) {
        unsigned slot;
        size_t offset = at + offsets[--labels];
        unsigned known = find(table, message, node, message + offset, &slot);
        if (known != 0) {
            node = known;
            continue;
        }
        if (offset > WIRE_COMPRESS_OFFSET_MAX || table->count == WIRE_COMPRESS_NODES_MAX ||
            slot == SLOT_NONE)
            return;
        table->nodes[table->count].offset = (uint16_t)offset;
        table->nodes[table->count].parent = (uint16_t)node;
        table->slots[slot] = table->count;
        node = table->count++;
    }
}

td_err wire_compress_name(struct wire_compress *table, struct td_writer *message,
                          const uint8_t *name)
{
    uint8_t offsets[WIRE_LABEL_COUNT_MAX];
    unsigned all = wire_name_offsets(name, offsets) - 1; /* without the root */
    unsigned labels = all;
    unsigned node = match(table, message->data, name, offsets, &labels);
    size_t front = offsets[labels]; /* octets that are not known yet */
    size_t size = front + (node == NODE_ROOT ? 1 : 2);

    if (td_writer_left(message) < size)
        return TD_E_SPACE;

    uint8_t *to = message->data + message->cursor;
    memcpy(to, name, front);
    if (node == NODE_ROOT)
        to[front] = 0;
    else
        td_put_u16(to + front, (uint16_t)(0xC000 | table->nodes[node].offset));
    remember(table, message->data, message->cursor, offsets, labels, node);
    message->cursor += size;
    return TD_OK;
}

td_err wire_compress_name_plain(struct wire_compress *table, struct td_writer *message,
                                const uint8_t *name)
{
    uint8_t offsets[WIRE_LABEL_COUNT_MAX];
    unsigned labels = wire_name_offsets(name, offsets) - 1;
    size_t at = message->cursor;

    td_err err = td_write_octets(message, name, (size_t)offsets[labels] + 1);
    if (err == TD_OK)
        remember(table, message->data, at, offsets, labels, NODE_ROOT);
    return err;
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

    td_err err = wire_compress_name(table, &trial, owner);
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
        return err;
    }

    size_t rdlength = trial.cursor - fixed_at - FIXED;
    td_assert(rdlength <= UINT16_MAX);
    td_put_u16(trial.data + fixed_at + 8, (uint16_t)rdlength);
    *message = trial;
    return TD_OK;
}
