/*
 * Goal    the table of record types is whole and agrees with itself: each row is found by
 *         number and by mnemonic, and what is precomputed in a row follows from its fields.
 * Method  walks over all rows, all 65,536 numbers, and a few lists out of the RFCs.
 */
#include <ctype.h>

#include "unit/test.h"
#include "wire/rrtype.h"

TEST(rows_are_in_order_and_found_by_number)
{
    for (size_t i = 1; i < wire_rrtype_count; i++) {
        const struct wire_rrtype *row = &wire_rrtypes[i];
        CHECK_EQ_WHY(row->number > wire_rrtypes[i - 1].number, 1, row->mnemonic);
        CHECK_EQ_WHY(wire_rrtype_get(row->number) == row, 1, row->mnemonic);
        CHECK_EQ_WHY(row->fields[0] != WIRE_FIELD_END, 1, row->mnemonic);
        CHECK_EQ_WHY(row->fields[WIRE_FIELD_COUNT_MAX - 1], WIRE_FIELD_END, row->mnemonic);
        CHECK_EQ_WHY(strlen(row->mnemonic), row->mnemonic_size, row->mnemonic);
    }

    size_t found = 0;
    for (unsigned type = 0; type <= UINT16_MAX; type++) {
        const struct wire_rrtype *row = wire_rrtype_get((uint16_t)type);
        if (wire_rrtype_is_generic(row)) {
            CHECK_EQ(row->fields[0], WIRE_FIELD_GENERIC);
            CHECK_EQ(row->flags, 0);
        } else {
            CHECK_EQ(row->number, type);
            found++;
        }
    }
    CHECK_EQ(found, wire_rrtype_count - 1);
}

TEST(rows_are_found_by_mnemonic_in_any_case)
{
    for (size_t i = 1; i < wire_rrtype_count; i++) {
        const struct wire_rrtype *row = &wire_rrtypes[i];
        char lower[WIRE_RRTYPE_MNEMONIC_SIZE] = "", text[WIRE_RRTYPE_MNEMONIC_SIZE];
        uint16_t type = 0;

        for (unsigned at = 0; at < row->mnemonic_size; at++)
            lower[at] = (char)tolower(row->mnemonic[at]);
        CHECK_OK(wire_rrtype_find(row->mnemonic, row->mnemonic_size, &type));
        CHECK_EQ(type, row->number);
        type = 0;
        CHECK_OK(wire_rrtype_find(lower, row->mnemonic_size, &type));
        CHECK_EQ(type, row->number);
        CHECK_STR(wire_rrtype_format(row->number, text), row->mnemonic);
        /* A prefix is another word. */
        lower[row->mnemonic_size] = 'q';
        CHECK_EQ(wire_rrtype_find(lower, row->mnemonic_size + 1U, &type), TD_E_NOT_FOUND);
    }
}

TEST(types_without_a_row_are_typennn)
{
    char text[WIRE_RRTYPE_MNEMONIC_SIZE];
    uint16_t type;

    CHECK_STR(wire_rrtype_format(65280, text), "TYPE65280");
    CHECK_STR(wire_rrtype_format(0, text), "TYPE0");
    CHECK_STR(wire_rrtype_format(512, text), "TYPE512");
    CHECK_OK(wire_rrtype_find("TYPE65280", 9, &type));
    CHECK_EQ(type, 65280);
    CHECK_OK(wire_rrtype_find("type1", 5, &type));
    CHECK_EQ(type, 1);
    CHECK_OK(wire_rrtype_find("TyPe065535", 10, &type));
    CHECK_EQ(type, 65535);
    CHECK_OK(wire_rrtype_find("TYPE0", 5, &type));
    CHECK_EQ(type, 0);

    static const char *const refused[] = {
        "",   "TYPE",     "TYPE65536", "TYPE-1",          "TYPE1A", "TYP1",           "TYPE 1",
        "XX", "\xC3\xA4", "A\xC1",     "TYPE99999999999", "IN",     "NSEC3PARAMETERS"
    };
    type = 77;
    for (size_t i = 0; i < TD_COUNT(refused); i++)
        CHECK_EQ_WHY(wire_rrtype_find(refused[i], strlen(refused[i]), &type), TD_E_NOT_FOUND,
                     refused[i]);
    CHECK_EQ(wire_rrtype_find("A\0", 2, &type), TD_E_NOT_FOUND); /* no zero-filled word */
    type = 77;
    CHECK_EQ(wire_rrtype_find("A@", 2, &type), TD_E_NOT_FOUND);
    CHECK_EQ(wire_rrtype_find("[", 1, &type), TD_E_NOT_FOUND);
    CHECK_EQ(type, 77);
}

static bool is_name(uint8_t field)
{
    return field >= WIRE_FIELD_NAME_1035 && field <= WIRE_FIELD_NAME;
}

/* Octets of a field that always has the same size; 0: it has not. */
static unsigned fixed_size(uint8_t field)
{
    switch (field) {
    case WIRE_FIELD_U8:
    case WIRE_FIELD_ALGORITHM:
    case WIRE_FIELD_DSYNC_SCHEME:
        return 1;
    case WIRE_FIELD_U16:
    case WIRE_FIELD_TYPE:
    case WIRE_FIELD_CERT_TYPE:
    case WIRE_FIELD_RCODE:
        return 2;
    case WIRE_FIELD_U32:
    case WIRE_FIELD_TTL:
    case WIRE_FIELD_TIME:
    case WIRE_FIELD_IPV4:
        return 4;
    default:
        return 0;
    }
}

static void check_names(const struct wire_rrtype *row)
{
    unsigned names = 0, at = 0;
    bool is_fixed = true;
    enum wire_names want = WIRE_NAMES_NONE;

    for (const uint8_t *field = row->fields; *field != WIRE_FIELD_END; field++) {
        if (is_name(*field)) {
            names++;
            want = !is_fixed ? WIRE_NAMES_WALK : names == 1 ? WIRE_NAMES_ONE : WIRE_NAMES_TWO;
            if (names == 2)
                CHECK_EQ_WHY(is_name(field[-1]), 1, row->mnemonic);
            CHECK_EQ_WHY(names <= 2, 1, row->mnemonic);
            bool compress = *field == WIRE_FIELD_NAME_1035;
            bool lower = *field != WIRE_FIELD_NAME;
            CHECK_EQ_WHY((row->flags & WIRE_RRTYPE_COMPRESS) != 0, compress, row->mnemonic);
            CHECK_EQ_WHY((row->flags & WIRE_RRTYPE_LOWER) != 0, lower, row->mnemonic);
        } else if (*field == WIRE_FIELD_A6 || *field == WIRE_FIELD_IPSEC_GATEWAY ||
                   *field == WIRE_FIELD_AMT_RELAY || *field == WIRE_FIELD_HIP) {
            want = WIRE_NAMES_WALK;
        } else if (names == 0) {
            at += fixed_size(*field);
            is_fixed = is_fixed && fixed_size(*field) != 0;
        }
    }
    CHECK_EQ_WHY(row->names, want, row->mnemonic);
    if (want == WIRE_NAMES_ONE || want == WIRE_NAMES_TWO)
        CHECK_EQ_WHY(row->name_at, at, row->mnemonic);
}

TEST(precomputed_places_of_names_follow_from_the_fields)
{
    for (size_t i = 1; i < wire_rrtype_count; i++)
        check_names(&wire_rrtypes[i]);
}

/* The types with this flag are exactly those listed, which end in 0. */
static void check_flag(uint16_t flag, const uint16_t *types)
{
    size_t want = 0, have = 0;

    for (; *types != 0; types++, want++) {
        const struct wire_rrtype *row = wire_rrtype_get(*types);
        CHECK_EQ_WHY((row->flags & flag) != 0, 1, row->mnemonic);
    }
    for (size_t i = 0; i < wire_rrtype_count; i++)
        have += (wire_rrtypes[i].flags & flag) != 0;
    CHECK_EQ(have, want);
}

TEST(flags_are_those_of_the_rfcs)
{
    /* RFC 3597 4: those of RFC 1035, and no other. */
    check_flag(WIRE_RRTYPE_COMPRESS, (const uint16_t[]){ 2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 15, 0 });
    /* RFC 4034 6.2 without HINFO, which has no names, and NSEC (6840 5.1). */
    check_flag(WIRE_RRTYPE_LOWER,
               (const uint16_t[]){ 2,  3,  4,  5,  6,  7,  8,  9,  12, 14, 15, 17,
                                   18, 21, 24, 26, 30, 33, 35, 36, 38, 39, 46, 0 });
    check_flag(WIRE_RRTYPE_SINGLETON, (const uint16_t[]){ 5, 6, 39, 0 });
    check_flag(WIRE_RRTYPE_META,
               (const uint16_t[]){ 41, 128, 249, 250, 251, 252, 253, 254, 255, 0 });
    check_flag(WIRE_RRTYPE_QUESTION, (const uint16_t[]){ 251, 252, 253, 254, 255, 0 });
    check_flag(WIRE_RRTYPE_AT_CNAME, (const uint16_t[]){ 24, 25, 30, 46, 47, 0 });

    CHECK(wire_rrtype_is_data(WIRE_TYPE_A));
    CHECK(wire_rrtype_is_data(65280));
    CHECK(!wire_rrtype_is_data(0));
    CHECK(!wire_rrtype_is_data(WIRE_TYPE_ANY));
    CHECK(wire_rrtype_is_data(127)); /* what lies between has no row, and is no data all the same */
    CHECK(!wire_rrtype_is_data(129));
    CHECK(!wire_rrtype_is_data(240));
    CHECK(wire_rrtype_is_data(256));
}

TESTS(rows_are_in_order_and_found_by_number, rows_are_found_by_mnemonic_in_any_case,
      types_without_a_row_are_typennn, precomputed_places_of_names_follow_from_the_fields,
      flags_are_those_of_the_rfcs)
