/*
 * Goal    Numbers are big-endian; too few octets change neither cursor nor result.
 * Method  every read at every number of octets left.
 */
#include "base/reader.h"
#include "unit/test.h"

static const uint8_t octets[] = { 0x01, 0x82, 0x03, 0x84, 0x05, 0x86 };

TEST(numbers_are_big_endian)
{
    struct td_reader reader = td_reader_of(octets, sizeof(octets));
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u48;

    CHECK_OK(td_read_u8(&reader, &u8));
    CHECK_EQ(u8, 0x01);
    CHECK_OK(td_read_u16(&reader, &u16));
    CHECK_EQ(u16, 0x8203);
    CHECK_EQ(td_reader_left(&reader), 3);
    reader.cursor = 1;
    CHECK_OK(td_read_u32(&reader, &u32));
    CHECK_EQ(u32, 0x82038405);
    reader.cursor = 0;
    CHECK_OK(td_read_u48(&reader, &u48));
    CHECK_EQ(u48, 0x018203840586);
    CHECK_EQ(td_reader_left(&reader), 0);
}

TEST(octets_are_given_in_place)
{
    struct td_reader reader = td_reader_of(octets, sizeof(octets));
    const uint8_t *at;

    CHECK_OK(td_read_octets(&reader, 2, &at));
    CHECK(at == octets);
    CHECK_OK(td_read_octets(&reader, 4, &at));
    CHECK(at == octets + 2);
    CHECK_OK(td_read_octets(&reader, 0, &at));
    CHECK(at == octets + 6);
}

TEST(too_few_octets_leave_no_trace)
{
    for (size_t left = 0; left < sizeof(octets); left++) {
        struct td_reader reader = { octets, sizeof(octets), sizeof(octets) - left };
        uint8_t u8 = 7;
        uint16_t u16 = 7;
        uint32_t u32 = 7;
        uint64_t u48 = 7;
        const uint8_t *at = NULL;

        CHECK_EQ(td_read_u48(&reader, &u48), TD_E_TRUNCATED);
        CHECK_EQ(td_read_octets(&reader, left + 1, &at), TD_E_TRUNCATED);
        CHECK_EQ(td_read_octets(&reader, SIZE_MAX, &at), TD_E_TRUNCATED);
        if (left < 4)
            CHECK_EQ(td_read_u32(&reader, &u32), TD_E_TRUNCATED);
        if (left < 2)
            CHECK_EQ(td_read_u16(&reader, &u16), TD_E_TRUNCATED);
        if (left < 1)
            CHECK_EQ(td_read_u8(&reader, &u8), TD_E_TRUNCATED);
        CHECK_EQ(td_reader_left(&reader), left);
        CHECK_EQ(u8, 7);
        CHECK_EQ(u16, 7);
        CHECK_EQ(u32, 7);
        CHECK_EQ(u48, 7);
        CHECK(at == NULL);
    }
}

TESTS(numbers_are_big_endian, octets_are_given_in_place, too_few_octets_leave_no_trace)
