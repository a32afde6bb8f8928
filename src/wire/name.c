#include "wire/name.h"

#include "base/assert.h"
#include "base/macros.h"
#include "base/octets.h"
#include "wire/load.h"

enum { LABEL_TYPE_MASK = 0xC0, LABEL_TYPE_PLAIN = 0x00, LABEL_TYPE_POINTER = 0xC0 };

/*
 * A walk over a name that may be in several pieces. Labels are copied a run at a time: all
 * those that stand one behind the other, up to a pointer or the root.
 */
struct walk {
    const uint8_t *message;
    size_t message_size;
    size_t at;        /* index of the next octet to read */
    size_t ceiling;   /* a pointer must land below this index, so walks end */
    size_t name_size; /* octets of the runs before and of this one so far */
    unsigned labels;  /* the same, labels */
};

/*
 * Move on over one run, to its pointer or behind its root. The name's size is checked here,
 * so that runs can be copied without looking.
 */
static td_err walk_run(struct walk *walk, bool *ret_is_root)
{
    for (;;) {
        if (walk->at >= walk->message_size)
            return TD_E_TRUNCATED;

        uint8_t octet = walk->message[walk->at];
        if (octet > WIRE_LABEL_SIZE_MAX) {
            *ret_is_root = false;
            return (octet & LABEL_TYPE_MASK) == LABEL_TYPE_POINTER ? TD_OK : TD_E_MALFORMED;
        }

        size_t label_size = (size_t)octet + 1;
        if (walk->message_size - walk->at < label_size)
            return TD_E_TRUNCATED;
        walk->at += label_size;
        walk->name_size += label_size;
        walk->labels++;
        if (walk->name_size > WIRE_NAME_SIZE_MAX)
            return TD_E_MALFORMED;
        if (octet == 0) {
            *ret_is_root = true;
            return TD_OK;
        }
    }
}

static td_err walk_jump(struct walk *walk)
{
    if (walk->message_size - walk->at < 2)
        return TD_E_TRUNCATED;

    const uint8_t *pointer = walk->message + walk->at;
    size_t target = ((size_t)(pointer[0] & 0x3F) << 8) | pointer[1];
    if (target >= walk->ceiling)
        return TD_E_MALFORMED;
    walk->ceiling = target;
    walk->at = target;
    return TD_OK;
}

/* The rest of a name whose first run, already in `name`, has ended in a pointer. */
static td_err walk_rest(struct walk *walk, struct wire_name *name)
{
    unsigned jumps = 0;

    /* No writer jumps more often than there can be labels; a chain of pointers is an attack. */
    for (bool is_root = false; !is_root; jumps++) {
        td_err err = jumps < WIRE_LABEL_COUNT_MAX ? walk_jump(walk) : TD_E_MALFORMED;
        if (err != TD_OK)
            return err;

        size_t run_at = walk->at, size_before = walk->name_size;
        err = walk_run(walk, &is_root);
        if (err != TD_OK)
            return err;
        memcpy(name->octets + size_before, walk->message + run_at, walk->at - run_at);
    }
    return TD_OK;
}

static void walk_finish(const struct walk *walk, const uint8_t *octets, struct wire_name *ret_name)
{
    memcpy(ret_name->octets, octets, walk->name_size);
    ret_name->size = (uint8_t)walk->name_size;
    ret_name->label_count = (uint8_t)walk->labels;
}

td_err wire_name_read(struct td_reader *reader, struct wire_name *ret_name)
{
    td_assert(reader->cursor <= reader->size);

    struct walk walk = {
        .message = reader->data,
        .message_size = reader->size,
        .at = reader->cursor,
        .ceiling = reader->cursor,
    };
    bool is_root;
    td_err err = walk_run(&walk, &is_root);
    if (err != TD_OK)
        return err;
    if (is_root) {
        walk_finish(&walk, reader->data + reader->cursor, ret_name);
        reader->cursor = walk.at;
        return TD_OK;
    }

    struct wire_name name;
    size_t resume = walk.at + 2;
    memcpy(name.octets, reader->data + reader->cursor, walk.name_size);
    err = walk_rest(&walk, &name);
    if (err != TD_OK)
        return err;
    walk_finish(&walk, name.octets, ret_name);
    reader->cursor = resume;
    return TD_OK;
}

td_err wire_name_read_plain(struct td_reader *reader, struct wire_name *ret_name)
{
    const uint8_t *octets = reader->data + reader->cursor;
    size_t size;

    td_err err = wire_name_check(octets, td_reader_left(reader), &size);
    if (err != TD_OK)
        return err;
    wire_name_set(ret_name, octets);
    reader->cursor += size;
    return TD_OK;
}

td_err wire_name_skip(struct td_reader *reader)
{
    size_t at = reader->cursor;

    for (;;) {
        if (at >= reader->size)
            return TD_E_TRUNCATED;

        uint8_t octet = reader->data[at];
        if ((octet & LABEL_TYPE_MASK) == LABEL_TYPE_POINTER) {
            if (reader->size - at < 2)
                return TD_E_TRUNCATED;
            reader->cursor = at + 2;
            return TD_OK;
        }
        if ((octet & LABEL_TYPE_MASK) != LABEL_TYPE_PLAIN)
            return TD_E_MALFORMED;
        at += (size_t)octet + 1;
        if (at - reader->cursor > WIRE_NAME_SIZE_MAX)
            return TD_E_MALFORMED;
        if (octet == 0) {
            reader->cursor = at;
            return TD_OK;
        }
    }
}

td_err wire_name_check(const uint8_t *octets, size_t size, size_t *ret_name_size)
{
    size_t end = size < WIRE_NAME_SIZE_MAX ? size : WIRE_NAME_SIZE_MAX;
    size_t at = 0;

    while (at < end) {
        uint8_t octet = octets[at];
        if (octet == 0) {
            *ret_name_size = at + 1;
            return TD_OK;
        }
        if (octet > WIRE_LABEL_SIZE_MAX)
            return TD_E_MALFORMED;
        at += (size_t)octet + 1;
    }
    return at >= WIRE_NAME_SIZE_MAX ? TD_E_MALFORMED : TD_E_TRUNCATED;
}

unsigned wire_name_offsets(const uint8_t *name, uint8_t ret_offsets[WIRE_LABEL_COUNT_MAX])
{
    unsigned count = 0;
    size_t at = 0;

    for (;;) {
        ret_offsets[count++] = (uint8_t)at;
        if (name[at] == 0)
            return count;
        at += (size_t)name[at] + 1;
    }
}

void wire_name_set(struct wire_name *ret_name, const uint8_t *name)
{
    unsigned count = 1;
    size_t at = 0;

    for (; name[at] != 0; at += (size_t)name[at] + 1)
        count++;
    memcpy(ret_name->octets, name, at + 1);
    ret_name->size = (uint8_t)(at + 1);
    ret_name->label_count = (uint8_t)count;
}

/* Sixteen octets at once; gcc and clang turn these into vector instructions. */
typedef uint8_t lanes __attribute__((vector_size(16)));

static inline lanes lanes_load(const uint8_t *from)
{
    lanes v;
    memcpy(&v, from, sizeof(v));
    return v;
}

static inline lanes lanes_lower(lanes v)
{
    lanes from_a = v - 'A';
    return v | ((lanes)(from_a < 26) & 0x20);
}

static inline bool lanes_equal(lanes a, lanes b)
{
    lanes different = lanes_lower(a) ^ lanes_lower(b);
    uint64_t halves[2];
    memcpy(halves, &different, sizeof(halves));
    return (halves[0] | halves[1]) == 0;
}

/* Up to 16 octets, the rest zero. */
static inline lanes lanes_load_short(const uint8_t *from, size_t size)
{
    uint64_t halves[2];

    halves[0] = wire_load_short(from, size < 8 ? size : 8);
    halves[1] = size > 8 ? wire_load_short(from + 8, size - 8) : 0;
    lanes v;
    memcpy(&v, halves, sizeof(v));
    return v;
}

bool wire_octets_equal(const uint8_t *a, const uint8_t *b, size_t size)
{
    if (size < 16)
        return lanes_equal(lanes_load_short(a, size), lanes_load_short(b, size));

    size_t at = 0;
    for (; at + 16 <= size; at += 16) {
        if (!lanes_equal(lanes_load(a + at), lanes_load(b + at)))
            return false;
    }
    return lanes_equal(lanes_load(a + size - 16), lanes_load(b + size - 16));
}

static inline uint8_t lower(uint8_t octet)
{
    return (uint8_t)(octet - 'A') < 26 ? octet | 0x20 : octet;
}

void wire_name_lower(uint8_t *to, const uint8_t *from, size_t size)
{
    size_t at = 0;

    for (; at + 16 <= size; at += 16) {
        lanes v = lanes_lower(lanes_load(from + at));
        memcpy(to + at, &v, sizeof(v));
    }
    for (; at < size; at++)
        to[at] = lower(from[at]);
}

bool wire_name_is_subdomain(const uint8_t *name, size_t name_size, const uint8_t *above,
                            size_t above_size)
{
    if (name_size < above_size)
        return false;

    size_t start = name_size - above_size;
    size_t at = 0;
    while (at < start)
        at += (size_t)name[at] + 1;
    return at == start && (td_octets_same(name + at, above, above_size) ||
                           wire_octets_equal(name + at, above, above_size));
}

/* Up to eight octets as a big-endian number, in lower case, zero-filled at the end. */
static inline uint64_t label_word(const uint8_t *at, size_t size)
{
    uint64_t word = wire_load_short(at, size < 8 ? size : 8);

    /* Bit 5 where an octet is 'A'..'Z': below 0x80, at least 0x41, below 0x5B. */
    uint64_t low7 = word & 0x7F7F7F7F7F7F7F7F;
    uint64_t from_a = low7 + 0x3F3F3F3F3F3F3F3F;
    uint64_t past_z = low7 + 0x2525252525252525;
    uint64_t is_letter = from_a & ~past_z & ~word & 0x8080808080808080;
    word |= is_letter >> 2;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* Compare two labels as canonical order does: lower case, and a prefix comes first. */
static int label_compare(const uint8_t *a, const uint8_t *b)
{
    size_t a_left = *a++, b_left = *b++;

    for (;;) {
        uint64_t a_word = label_word(a, a_left), b_word = label_word(b, b_left);
        if (a_word != b_word)
            return a_word < b_word ? -1 : 1;
        if (a_left <= 8 || b_left <= 8)
            return (int)a_left - (int)b_left;
        a += 8;
        b += 8;
        a_left -= 8;
        b_left -= 8;
    }
}

int wire_name_compare(const uint8_t *a, const uint8_t *b)
{
    uint8_t a_offsets[WIRE_LABEL_COUNT_MAX], b_offsets[WIRE_LABEL_COUNT_MAX];
    unsigned a_left = wire_name_offsets(a, a_offsets);
    unsigned b_left = wire_name_offsets(b, b_offsets);

    while (a_left > 0 && b_left > 0) {
        int difference = label_compare(a + a_offsets[--a_left], b + b_offsets[--b_left]);
        if (difference != 0)
            return difference;
    }
    return (int)a_left - (int)b_left;
}

unsigned wire_name_common_labels(const uint8_t *a, const uint8_t *b)
{
    uint8_t a_offsets[WIRE_LABEL_COUNT_MAX], b_offsets[WIRE_LABEL_COUNT_MAX];
    unsigned a_left = wire_name_offsets(a, a_offsets);
    unsigned b_left = wire_name_offsets(b, b_offsets);
    unsigned common = 0;

    while (a_left > 0 && b_left > 0) {
        const uint8_t *a_label = a + a_offsets[--a_left];
        const uint8_t *b_label = b + b_offsets[--b_left];
        if (a_label[0] != b_label[0] ||
            !wire_octets_equal(a_label, b_label, (size_t)a_label[0] + 1))
            break;
        common++;
    }
    return common;
}

td_err wire_name_concat(const uint8_t *front, const uint8_t *back, struct wire_name *ret_name)
{
    size_t front_size = wire_name_size(front) - 1;
    size_t back_size = wire_name_size(back);

    if (front_size + back_size > WIRE_NAME_SIZE_MAX)
        return TD_E_LIMIT;

    struct wire_name name;
    memcpy(name.octets, front, front_size);
    memcpy(name.octets + front_size, back, back_size);
    wire_name_set(ret_name, name.octets);
    return TD_OK;
}
