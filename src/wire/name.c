#include "wire/name.h"

#include "base/assert.h"
#include "base/macros.h"

enum { LABEL_TYPE_MASK = 0xC0, LABEL_TYPE_PLAIN = 0x00, LABEL_TYPE_POINTER = 0xC0 };

/* A walk over a name that may be in several pieces. */
struct walk {
    const uint8_t *message;
    size_t message_size;
    size_t at;      /* index of the next octet to read */
    size_t ceiling; /* a pointer must land below this index, so walks end */
    size_t resume;  /* cursor after the first pointer; 0 while none was met */
};

static td_err walk_jump(struct walk *walk)
{
    if (walk->message_size - walk->at < 2)
        return TD_E_TRUNCATED;

    const uint8_t *pointer = walk->message + walk->at;
    size_t target = ((size_t)(pointer[0] & 0x3F) << 8) | pointer[1];
    if (target >= walk->ceiling)
        return TD_E_MALFORMED;

    if (walk->resume == 0)
        walk->resume = walk->at + 2;
    walk->ceiling = target;
    walk->at = target;
    return TD_OK;
}

/* Move one label, length octet included, from the message to the name. */
static td_err walk_label(struct walk *walk, struct wire_name *name)
{
    size_t label_size = (size_t)walk->message[walk->at] + 1;

    if (walk->message_size - walk->at < label_size)
        return TD_E_TRUNCATED;
    if (label_size > (size_t)(WIRE_NAME_SIZE_MAX - name->size))
        return TD_E_MALFORMED;

    memcpy(name->octets + name->size, walk->message + walk->at, label_size);
    name->size = (uint8_t)(name->size + label_size);
    name->label_count++;
    walk->at += label_size;
    return TD_OK;
}

td_err wire_name_read(struct td_reader *reader, struct wire_name *ret_name)
{
    td_assert(reader->cursor <= reader->size);

    struct wire_name name;
    name.size = 0;
    name.label_count = 0;
    struct walk walk = {
        .message = reader->data,
        .message_size = reader->size,
        .at = reader->cursor,
        .ceiling = reader->cursor,
    };

    /* Bounded: every turn lengthens the name (<= 255) or lowers the ceiling. */
    for (bool is_root = false; !is_root;) {
        if (walk.at >= walk.message_size)
            return TD_E_TRUNCATED;

        uint8_t octet = walk.message[walk.at];
        td_err err = TD_E_MALFORMED; /* 0x40 and 0x80 are reserved */
        if ((octet & LABEL_TYPE_MASK) == LABEL_TYPE_POINTER) {
            err = walk_jump(&walk);
        } else if ((octet & LABEL_TYPE_MASK) == LABEL_TYPE_PLAIN) {
            err = walk_label(&walk, &name);
            is_root = (octet == 0);
        }
        if (err != TD_OK)
            return err;
    }

    reader->cursor = walk.resume != 0 ? walk.resume : walk.at;
    memcpy(ret_name->octets, name.octets, name.size);
    ret_name->size = name.size;
    ret_name->label_count = name.label_count;
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

/* Up to 16 octets, the rest zero. Overlapping loads, so that nothing beyond is read. */
static inline lanes lanes_load_short(const uint8_t *from, size_t size)
{
    uint64_t low = 0, high = 0;

    if (size >= 8) {
        memcpy(&low, from, 8);
        memcpy(&high, from + size - 8, 8);
    } else if (size >= 4) {
        uint32_t first, last;
        memcpy(&first, from, 4);
        memcpy(&last, from + size - 4, 4);
        low = first;
        high = last;
    } else if (size > 0) {
        low = from[0];
        high = (uint64_t)from[size / 2] << 8 | from[size - 1];
    }

    uint64_t halves[2] = { low, high };
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
    return at == start && wire_octets_equal(name + at, above, above_size);
}

/* Compare two labels as canonical order does: lower case, and a prefix comes first. */
static int label_compare(const uint8_t *a, const uint8_t *b)
{
    size_t size = a[0] < b[0] ? a[0] : b[0];

    for (size_t i = 1; i <= size; i++) {
        int difference = (int)lower(a[i]) - (int)lower(b[i]);
        if (difference != 0)
            return difference;
    }
    return (int)a[0] - (int)b[0];
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
