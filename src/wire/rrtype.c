#include "wire/rrtype.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "wire/load.h"

/* clang-format off */
#define FIELDS(...) FIELDS_PADDED(__VA_ARGS__, END, END, END, END, END, END, END, END, END)
#define FIELDS_PADDED(a, b, c, d, e, f, g, h, i, ...)                                              \
    { WIRE_FIELD_##a, WIRE_FIELD_##b, WIRE_FIELD_##c, WIRE_FIELD_##d, WIRE_FIELD_##e,              \
      WIRE_FIELD_##f, WIRE_FIELD_##g, WIRE_FIELD_##h, WIRE_FIELD_##i, WIRE_FIELD_END }
#define F(flag) WIRE_RRTYPE_##flag
#define ROW(symbol, type_number, text, type_flags, where, at, more, ...)                           \
    { .mnemonic = text, .number = (type_number), .flags = (type_flags),                            \
      .mnemonic_size = sizeof(text) - 1, .names = WIRE_NAMES_##where, .name_at = (at),             \
      .additional = WIRE_ADDITIONAL_##more, .fields = FIELDS(__VA_ARGS__) },
/* clang-format on */

const struct wire_rrtype wire_rrtypes[] = { { .fields = { WIRE_FIELD_GENERIC, WIRE_FIELD_END } },
                                            WIRE_RRTYPE_ROWS(ROW) };

const size_t wire_rrtype_count = TD_COUNT(wire_rrtypes);

/* Places of the rows in the table. */
enum {
    ROW_GENERIC = 0,
#define PLACE(symbol, ...) ROW_##symbol,
    WIRE_RRTYPE_ROWS(PLACE)
#undef PLACE
        ROW_COUNT,
};

_Static_assert(ROW_COUNT <= 255, "a row has to fit the octets of the indexes");

/*
 * Numbers from 512 on all go to entry 0, which is the generic row's: an initialiser that is
 * written twice keeps the last, so entry 0 is set again at the end. Numbers from 128 to 255 are
 * kept for what is no data (RFC 6895 3.1, 3597 2), whether they have a row or not.
 */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#endif
const uint8_t wire_rrtype_index[WIRE_RRTYPE_INDEXED] = {
#define PLACE(symbol, number, ...)                                                                 \
    [(number) < WIRE_RRTYPE_INDEXED ? (number) : 0] = (uint8_t)ROW_##symbol,
    WIRE_RRTYPE_ROWS(PLACE)
#undef PLACE
        [0] = ROW_GENERIC,
};

#define TRAITS(row_flags, row_additional)                                                          \
    ((((row_flags)&WIRE_RRTYPE_META) != 0 ? WIRE_TRAIT_META : 0) |                                 \
     (((row_flags)&WIRE_RRTYPE_COMPRESS) != 0 ? WIRE_TRAIT_COMPRESS : 0) |                         \
     ((row_additional) != WIRE_ADDITIONAL_NONE ? WIRE_TRAIT_ADDITIONAL : 0))

const uint8_t wire_rrtype_traits_low[WIRE_RRTYPE_INDEXED] = {
    [128 ... 255] = WIRE_TRAIT_META,
#define PLACE(symbol, number, mnemonic, row_flags, names, name_at, row_additional, ...)            \
    [(number) < WIRE_RRTYPE_INDEXED ? (number) : 0] =                                              \
        TRAITS(row_flags, WIRE_ADDITIONAL_##row_additional),
    WIRE_RRTYPE_ROWS(PLACE)
#undef PLACE
        [0] = 0,
};
#pragma GCC diagnostic pop

unsigned wire_rrtype_traits_high(uint16_t type)
{
    const struct wire_rrtype *row = wire_rrtype_get_high(type);

    return (unsigned)TRAITS(row->flags, row->additional);
}

/* The few rows with high numbers are the last ones, since the rows are in order. */
const struct wire_rrtype *wire_rrtype_get_high(uint16_t type)
{
    for (unsigned row = ROW_COUNT - 1; wire_rrtypes[row].number >= WIRE_RRTYPE_INDEXED; row--) {
        if (wire_rrtypes[row].number == type)
            return &wire_rrtypes[row];
    }
    return &wire_rrtypes[ROW_GENERIC];
}

/*
 * Mnemonics are found by a hash table with open addressing; a zone file asks once a record.
 * It is filled before main from the rows, so that a new type stays one row.
 */
enum { SLOT_BITS = 10, SLOT_COUNT = 1 << SLOT_BITS };

static uint8_t slots[SLOT_COUNT]; /* places of rows; 0: free */

struct key {
    uint64_t low, high; /* the mnemonic, zero-filled, letters in upper case */
};

static inline uint64_t upper_case(uint64_t octets)
{
    /* Bit 5 of every octet in 'a'..'z'. All octets are below 0x80, as key_of has checked. */
    uint64_t from_a = octets + 0x1F1F1F1F1F1F1F1F; /* top bit where octet >= 0x61 */
    uint64_t past_z = octets + 0x0505050505050505; /* top bit where octet >= 0x7B */
    uint64_t is_letter = from_a & ~past_z & 0x8080808080808080;
    return octets ^ (is_letter >> 2);
}

static inline bool key_of(const char *text, size_t size, struct key *ret_key)
{
    if (size == 0 || size >= sizeof(struct key))
        return false;

    const uint8_t *octets = (const uint8_t *)text;
    struct key key = { .low = wire_load_short(octets, size < 8 ? size : 8) };
    if (size > 8)
        key.high = wire_load_short(octets + 8, size - 8);
    if (((key.low | key.high) & 0x8080808080808080) != 0)
        return false;
    ret_key->low = upper_case(key.low);
    ret_key->high = upper_case(key.high);
    return true;
}

static inline bool is_row(const struct wire_rrtype *row, const struct key *key, size_t size)
{
    struct key mnemonic;

    memcpy(&mnemonic, row->mnemonic, sizeof(mnemonic));
    return row->mnemonic_size == size && mnemonic.low == key->low && mnemonic.high == key->high;
}

static inline unsigned slot_of(const struct key *key)
{
    uint64_t mixed = (key->low ^ (key->high >> 3) * 31) * 0x9E3779B97F4A7C15;
    return (unsigned)(mixed >> (64 - SLOT_BITS));
}

__attribute__((constructor)) static void slots_fill(void)
{
    for (unsigned row = 1; row < ROW_COUNT; row++) {
        struct key key;
        if (!key_of(wire_rrtypes[row].mnemonic, wire_rrtypes[row].mnemonic_size, &key))
            continue;
        unsigned slot = slot_of(&key);
        while (slots[slot] != 0)
            slot = (slot + 1) % SLOT_COUNT;
        slots[slot] = (uint8_t)row;
    }
}

/* TYPEnnn (RFC 3597 5); leading zeros are allowed. */
static td_err find_number(const char *text, size_t size, uint16_t *ret_type)
{
    unsigned long number = 0;

    if (size < 5 || size > 4 + 10 || strncasecmp(text, "TYPE", 4) != 0)
        return TD_E_NOT_FOUND;
    for (size_t i = 4; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return TD_E_NOT_FOUND;
        number = number * 10 + (unsigned long)(text[i] - '0');
    }
    if (number > UINT16_MAX)
        return TD_E_NOT_FOUND;
    *ret_type = (uint16_t)number;
    return TD_OK;
}

td_err wire_rrtype_find(const char *text, size_t size, uint16_t *ret_type)
{
    struct key key;

    if (!key_of(text, size, &key))
        return TD_E_NOT_FOUND;

    for (unsigned slot = slot_of(&key); slots[slot] != 0; slot = (slot + 1) % SLOT_COUNT) {
        const struct wire_rrtype *row = &wire_rrtypes[slots[slot]];
        if (is_row(row, &key, size)) {
            *ret_type = row->number;
            return TD_OK;
        }
    }
    return find_number(text, size, ret_type);
}

char *wire_rrtype_format(uint16_t type, char *out)
{
    const struct wire_rrtype *row = wire_rrtype_get(type);

    if (wire_rrtype_is_generic(row))
        snprintf(out, WIRE_RRTYPE_MNEMONIC_SIZE, "TYPE%u", (unsigned)type);
    else
        memcpy(out, row->mnemonic, WIRE_RRTYPE_MNEMONIC_SIZE);
    return out;
}
