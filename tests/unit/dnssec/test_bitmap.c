/*
 * Goal    RFC 4034 4.1.2: types are found, walked and written; bad windows end or refuse a set.
 * Method  the RFC's example (4.3), then a table with one row per refusal.
 */
#include "dnssec/bitmap.h"
#include "unit/test.h"

/* A MX RRSIG NSEC TYPE1234 */
static const uint8_t example[] = {
    0x00, 0x06, 0x40, 0x01, 0x00, 0x00, 0x00, 0x03, 0x04, 0x1b, 0, 0, 0, 0, 0, 0, 0, 0,    0,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0, 0, 0, 0, 0, 0, 0, 0x20,
};
static const uint16_t example_types[] = { 1, 15, 46, 47, 1234 };

TEST(the_example_of_the_rfc)
{
    struct dnssec_bitmap_walk walk = dnssec_bitmap_walk_of(example, sizeof(example));
    uint8_t written[DNSSEC_BITMAP_SIZE_MAX];
    uint16_t type;
    size_t next = 0;

    CHECK_OK(dnssec_bitmap_check(example, sizeof(example)));
    while (dnssec_bitmap_next(&walk, &type)) {
        CHECK(next < TD_COUNT(example_types));
        CHECK_EQ(type, example_types[next++]);
    }
    CHECK_EQ(next, TD_COUNT(example_types));
    CHECK_BYTES(written, dnssec_bitmap_write(example_types, TD_COUNT(example_types), written),
                example, sizeof(example));
}

TEST(membership_of_every_type)
{
    size_t next = 0;

    for (uint32_t type = 0; type <= UINT16_MAX; type++) {
        bool want = next < TD_COUNT(example_types) && type == example_types[next];
        next += want;
        CHECK_EQ(dnssec_bitmap_has(example, sizeof(example), (uint16_t)type), want);
    }
    CHECK(!dnssec_bitmap_has(NULL, 0, 1));
}

TEST(all_types_fit)
{
    static uint16_t types[65536];
    static uint8_t bitmap[DNSSEC_BITMAP_SIZE_MAX];

    for (uint32_t i = 0; i < TD_COUNT(types); i++)
        types[i] = (uint16_t)i;
    size_t size = dnssec_bitmap_write(types, TD_COUNT(types), bitmap);
    CHECK_EQ(size, sizeof(bitmap));
    CHECK_OK(dnssec_bitmap_check(bitmap, size));
    CHECK(dnssec_bitmap_has(bitmap, size, 65535));
    CHECK_EQ(dnssec_bitmap_write(types, 0, bitmap), 0);
}

static const struct {
    const char *why;
    uint8_t octets[8];
    size_t size;
} bad[] = {
    { "half a head", { 0 }, 1 },
    { "empty window", { 0, 0 }, 2 },
    { "longer than 32", { 0, 33, 1 }, 3 },
    { "cut off", { 0, 2, 1 }, 3 },
    { "last octet is 0", { 0, 2, 1, 0 }, 4 },
    { "same window twice", { 0, 1, 1, 0, 1, 1 }, 6 },
    { "descending windows", { 1, 1, 1, 0, 1, 1 }, 6 },
};

TEST(bad_windows_are_refused)
{
    for (size_t i = 0; i < TD_COUNT(bad); i++)
        CHECK_EQ_WHY(dnssec_bitmap_check(bad[i].octets, bad[i].size), TD_E_MALFORMED, bad[i].why);
    CHECK_OK(dnssec_bitmap_check(NULL, 0));
}

TEST(bad_windows_do_no_harm)
{
    for (size_t i = 0; i < TD_COUNT(bad); i++) {
        struct dnssec_bitmap_walk walk = dnssec_bitmap_walk_of(bad[i].octets, bad[i].size);
        uint16_t type;
        unsigned count = 0;
        while (dnssec_bitmap_next(&walk, &type))
            CHECK(++count < 64);
        CHECK(!dnssec_bitmap_has(bad[i].octets, bad[i].size, 300));
    }
}

TESTS(the_example_of_the_rfc, membership_of_every_type, all_types_fit, bad_windows_are_refused,
      bad_windows_do_no_harm)
