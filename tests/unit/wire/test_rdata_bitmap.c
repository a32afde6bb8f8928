/*
 * Goal    RFC 4034 4.1.2: type bitmaps are asked, walked and made.
 * Method  the example of RFC 4034 4.3, and sets of types there and back.
 */
#include "unit/test.h"
#include "wire/rdata.h"
#include "wire/rdata_bitmap.h"

/* A MX RRSIG NSEC TYPE1234 */
static const uint8_t example[] = {
    0x00, 0x06, 0x40, 0x01, 0x00, 0x00, 0x00, 0x03, 0x04, 0x1B, 0, 0, 0, 0, 0, 0, 0, 0,    0,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0, 0, 0, 0, 0, 0, 0, 0x20,
};

TEST(the_example_of_the_rfc)
{
    static const uint16_t types[] = { 1, 15, 46, 47, 1234 };
    struct wire_bitmap_walk walk = { 0 };
    uint16_t type;

    for (size_t i = 0; i < TD_COUNT(types); i++) {
        CHECK(wire_bitmap_next(example, sizeof(example), &walk, &type));
        CHECK_EQ(type, types[i]);
    }
    CHECK(!wire_bitmap_next(example, sizeof(example), &walk, &type));

    unsigned has = 0;
    for (unsigned t = 0; t <= UINT16_MAX; t++)
        has += wire_bitmap_has(example, sizeof(example), (uint16_t)t);
    CHECK_EQ(has, TD_COUNT(types));
    for (size_t i = 0; i < TD_COUNT(types); i++)
        CHECK(wire_bitmap_has(example, sizeof(example), types[i]));

    uint8_t out[64];
    struct td_writer writer = td_writer_of(out, sizeof(out));
    CHECK_OK(wire_bitmap_write(&writer, types, TD_COUNT(types)));
    CHECK_BYTES(out, writer.cursor, example, sizeof(example));
}

TEST(sets_of_types_come_back)
{
    static const uint16_t types[] = { 0, 0, 1, 255, 256, 257, 511, 512, 32768, 65535, 65535 };

    for (size_t from = 0; from < TD_COUNT(types); from++) {
        for (size_t to = from; to <= TD_COUNT(types); to++) {
            uint8_t out[300];
            struct td_writer writer = td_writer_of(out, sizeof(out));
            size_t end;
            CHECK_OK(wire_bitmap_write(&writer, types + from, to - from));
            CHECK_OK(wire_rdata_field(WIRE_FIELD_BITMAP, out, writer.cursor, 0, &end));

            struct wire_bitmap_walk walk = { 0 };
            uint16_t type;
            for (size_t i = from; i < to; i++) {
                if (i > from && types[i] == types[i - 1])
                    continue;
                CHECK(wire_bitmap_next(out, writer.cursor, &walk, &type));
                CHECK_EQ(type, types[i]);
                CHECK(wire_bitmap_has(out, writer.cursor, type));
            }
            CHECK(!wire_bitmap_next(out, writer.cursor, &walk, &type));
        }
    }
}

TEST(without_room_nothing_is_written)
{
    static const uint16_t types[] = { 1, 300 };
    uint8_t out[16];

    for (size_t room = 0; room < 11; room++) {
        struct td_writer writer = td_writer_of(out, room);
        CHECK_EQ(wire_bitmap_write(&writer, types, 2), TD_E_SPACE);
        CHECK_EQ(writer.cursor, 0);
    }
    CHECK(!wire_bitmap_has(out, 0, 1));
}

TESTS(the_example_of_the_rfc, sets_of_types_come_back, without_room_nothing_is_written)
