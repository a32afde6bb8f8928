#include "wire/encode_name.h"

#include "base/macros.h"
#include "base/reader.h"
#include "base/writer.h"
#include "wire/const.h"
#include "wire/name.h"

enum { PROBES_MAX = 8, QUESTION_NAME_AT = WIRE_HEADER_SIZE };

void wire_encode_table_init(struct wire_encode_table *table)
{
    memset(table, 0, sizeof(*table));
}

/* A new generation makes all slots free. */
static void table_open(struct encode_cursor *cursor)
{
    struct wire_encode_table *table = cursor->table;

    cursor->is_table_open = true;
    table->used = 0;
    if (++table->generation == 0) {
        wire_encode_table_init(table);
        table->generation = 1;
    }
}

static inline uint64_t load_word(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

/* 2 to 7 octets, some of them twice. */
static inline uint64_t load_short(const uint8_t *at, size_t size)
{
    if (size >= 4) {
        uint32_t head, tail;
        memcpy(&head, at, 4);
        memcpy(&tail, at + size - 4, 4);
        return (uint64_t)tail << 32 | head;
    }
    return (uint64_t)at[0] << 16 | (uint64_t)at[1] << 8 | at[size - 1];
}

/*
 * Setting bit 5 of every octet makes letters of either case the same (and some other octets
 * too, which costs nothing: labels are compared). The table is bounded by PROBES_MAX, so that
 * whoever chooses labels that collide makes answers longer, not slower.
 */
static inline unsigned slot_of(unsigned parent, const uint8_t *label)
{
    size_t size = (size_t)label[0] + 1;
    uint64_t octets;

    if (size >= 8) {
        uint64_t tail = load_word(label + size - 8);
        octets = load_word(label) ^ (tail << 29 | tail >> 35);
    } else {
        octets = load_short(label, size);
    }
    octets |= 0x2020202020202020u;
    octets = (octets ^ parent * 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u;
    return (unsigned)(octets >> 40) % WIRE_ENCODE_SLOTS;
}

/* Are eight octets the same, whatever the case of letters? */
static inline bool words_equal(uint64_t a, uint64_t b)
{
    const uint64_t case_bits = 0x2020202020202020, high_bits = 0x8080808080808080;
    uint64_t differing = a ^ b;

    if (td_likely(differing == 0))
        return true;
    if ((differing & ~case_bits) != 0)
        return false;
    uint64_t low7 = (a | case_bits) & ~high_bits;
    uint64_t from_a = low7 + 0x1F1F1F1F1F1F1F1F; /* top bit where the octet is 'a' or above */
    uint64_t past_z = low7 + 0x0505050505050505; /* top bit where it is above 'z' */
    uint64_t is_letter = from_a & ~past_z & ~a & high_bits;
    return (differing & ~(is_letter >> 2)) == 0;
}

/* Length octets are below 64 and so never look like letters: they are compared like the rest. */
static inline bool labels_equal(const uint8_t *a, const uint8_t *b)
{
    size_t size = (size_t)a[0] + 1;

    if (a[0] != b[0])
        return false;
    if (size < 8)
        return words_equal(load_short(a, size), load_short(b, size));
    for (size_t at = 0; at + 8 <= size; at += 8) {
        if (!words_equal(load_word(a + at), load_word(b + at)))
            return false;
    }
    return words_equal(load_word(a + size - 8), load_word(b + size - 8));
}

/* The offset of `label` in front of the name at `parent`, or 0. */
static unsigned table_find(const struct encode_cursor *cursor, unsigned parent,
                           const uint8_t *label)
{
    const struct wire_encode_table *table = cursor->table;
    unsigned slot = slot_of(parent, label);

    for (unsigned probe = 0; probe < PROBES_MAX; probe++) {
        if (table->slots[slot].generation != table->generation)
            return 0;
        if (table->slots[slot].parent == parent &&
            labels_equal(cursor->message + table->slots[slot].offset, label))
            return table->slots[slot].offset;
        slot = (slot + 1) % WIRE_ENCODE_SLOTS;
    }
    return 0;
}

static void table_add(struct wire_encode_table *table, unsigned parent, unsigned offset,
                      const uint8_t *label)
{
    unsigned slot = slot_of(parent, label);

    for (unsigned probe = 0; probe < PROBES_MAX; probe++) {
        if (table->slots[slot].generation != table->generation) {
            table->slots[slot].generation = table->generation;
            table->slots[slot].parent = (uint16_t)parent;
            table->slots[slot].offset = (uint16_t)offset;
            table->used++;
            return;
        }
        slot = (slot + 1) % WIRE_ENCODE_SLOTS;
    }
}

/* A name split into labels, and how much of it stands in the message already. */
struct split {
    const uint8_t *name;
    unsigned size;        /* octets, the root label included */
    unsigned label_count; /* without the root */
    unsigned new_count;   /* labels that have to be written */
    unsigned parent;      /* offset of what is behind them; 0: the root */
    uint8_t offsets[WIRE_LABEL_COUNT_MAX];
};

static inline void split_name(struct split *split, const uint8_t *name)
{
    unsigned at = 0, count = 0;

    while (name[at] != 0) {
        split->offsets[count++] = (uint8_t)at;
        at += name[at] + 1u;
    }
    split->offsets[count] = (uint8_t)at;
    split->name = name;
    split->size = at + 1;
    split->label_count = count;
}

/* What has the name in common with the question's, and then with names written before? */
static inline void split_match(struct split *split, const struct encode_cursor *cursor)
{
    const struct wire_key *key = cursor->key;
    unsigned left = split->label_count;
    unsigned key_left = key->label_count;

    while (left > 0 && key_left > 0 &&
           labels_equal(split->name + split->offsets[left - 1],
                        key->lower + key->offsets[key_left - 1])) {
        left--;
        key_left--;
    }
    split->parent =
        left == split->label_count ? 0 : QUESTION_NAME_AT + (unsigned)key->offsets[key_left];
    if (cursor->is_table_open) {
        while (left > 0) {
            unsigned found =
                table_find(cursor, split->parent, split->name + split->offsets[left - 1]);
            if (found == 0)
                break;
            split->parent = found;
            left--;
        }
    }
    split->new_count = left;
}

/* Enter the new labels, the rightmost first. Returns the offset of the whole name, or 0. */
static unsigned split_remember(const struct split *split, struct encode_cursor *cursor,
                               unsigned start)
{
    unsigned parent = split->parent;

    if (!cursor->is_table_open)
        table_open(cursor);
    for (unsigned i = split->new_count; i-- > 0;) {
        unsigned offset = start + split->offsets[i];
        if (offset >= ENCODE_OFFSET_END)
            return 0;
        if (cursor->table->used < WIRE_ENCODE_SLOTS * 3 / 4)
            table_add(cursor->table, parent, offset, split->name + split->offsets[i]);
        parent = offset;
    }
    return parent;
}

/* A pointer, or the root. */
static void put_rest(struct encode_cursor *cursor, unsigned offset)
{
    if (offset != 0) {
        td_put_u16(cursor->at, (uint16_t)(ENCODE_POINTER | offset));
        cursor->at += 2;
    } else {
        *cursor->at++ = 0;
    }
}

bool encode_name(struct encode_cursor *cursor, const uint8_t *name, struct encode_named *ret_named)
{
    struct split split;

    split_name(&split, name);
    split_match(&split, cursor);

    size_t literal = split.offsets[split.new_count];
    if (literal + 2 > encode_left(cursor) &&
        !(split.parent == 0 && literal + 1 == encode_left(cursor)))
        return false;

    unsigned offset = split.parent;
    if (literal != 0) {
        unsigned start = (unsigned)(cursor->at - cursor->message);
        wire_copy(cursor->at, name, literal);
        offset = split_remember(&split, cursor, start);
        cursor->at += literal;
    }
    put_rest(cursor, split.parent);
    ret_named->offset = (uint16_t)offset;
    ret_named->size = (uint16_t)split.size;
    return true;
}

bool encode_child(struct encode_cursor *cursor, const uint8_t *label, unsigned qname_offset,
                  bool is_shared, uint16_t *ret_offset)
{
    unsigned parent = QUESTION_NAME_AT + qname_offset;
    unsigned start = (unsigned)(cursor->at - cursor->message);
    size_t size = (size_t)label[0] + 1;

    if (size + 2 > encode_left(cursor))
        return false;
    if (cursor->message[parent] == 0)
        parent = 0;
    unsigned found = is_shared && cursor->is_table_open ? table_find(cursor, parent, label) : 0;
    if (found != 0) {
        put_rest(cursor, found);
        *ret_offset = (uint16_t)found;
        return true;
    }
    wire_copy(cursor->at, label, size);
    cursor->at += size;
    put_rest(cursor, parent);
    *ret_offset = (uint16_t)start;
    if (!is_shared)
        return true;
    if (!cursor->is_table_open)
        table_open(cursor);
    if (cursor->table->used < WIRE_ENCODE_SLOTS * 3 / 4)
        table_add(cursor->table, parent, start, label);
    return true;
}
