/*
 * Goal    Numbers are big-endian; without room nothing is written.
 * Method  every write at every number of octets left, between guards.
 */
#include "base/writer.h"
#include "unit/test.h"

TEST(numbers_are_big_endian)
{
    uint8_t out[16];
    struct td_writer writer = td_writer_of(out, sizeof(out));

    CHECK_OK(td_write_u8(&writer, 0x01));
    CHECK_OK(td_write_u16(&writer, 0x8203));
    CHECK_OK(td_write_u32(&writer, 0x84050607));
    CHECK_OK(td_write_u48(&writer, UINT64_C(0x88090A0B0C0D)));
    CHECK_OK(td_write_octets(&writer, "ab", 2));
    CHECK_OK(td_write_octets(&writer, NULL, 0));
    CHECK_EQ(td_writer_left(&writer), 1);
    CHECK_BYTES(out, writer.cursor,
                "\x01\x82\x03\x84\x05\x06\x07\x88\x09\x0A\x0B\x0C\x0D"
                "ab",
                15);
}

TEST(without_room_nothing_is_written)
{
    for (size_t left = 0; left < 6; left++) {
        uint8_t out[8];
        struct td_writer writer = { out, left + 1, 1 };
        static const uint8_t untouched[8] = { 9, 9, 9, 9, 9, 9, 9, 9 };

        memset(out, 9, sizeof(out));
        CHECK_EQ(td_write_u48(&writer, 0), TD_E_SPACE);
        CHECK_EQ(td_write_octets(&writer, "1234567", left + 1), TD_E_SPACE);
        if (left < 4)
            CHECK_EQ(td_write_u32(&writer, 0), TD_E_SPACE);
        if (left < 2)
            CHECK_EQ(td_write_u16(&writer, 0), TD_E_SPACE);
        if (left < 1)
            CHECK_EQ(td_write_u8(&writer, 0), TD_E_SPACE);
        CHECK_EQ(writer.cursor, 1);
        CHECK_BYTES(out, sizeof(out), untouched, sizeof(untouched));

        CHECK_OK(td_write_octets(&writer, "1234567", left));
        CHECK_EQ(td_writer_left(&writer), 0);
        CHECK_EQ(out[0], 9);
        CHECK_EQ(out[left + 1], 9);
    }
}

TESTS(numbers_are_big_endian, without_room_nothing_is_written)
