/*
 * Goal    A program knows its build id.
 * Method  the one of this program, as the linker of every build here makes it: a SHA-1.
 */
#include "test.h"

#include "base/build_id.h"

TEST(a_program_has_one_and_it_stays)
{
    uint8_t first[TD_BUILD_ID_SIZE_MAX], second[TD_BUILD_ID_SIZE_MAX], none[20] = { 0 };
    size_t size = td_build_id(first);

    CHECK(size >= 8 && size <= TD_BUILD_ID_SIZE_MAX);
    CHECK_EQ(td_build_id(second), size);
    CHECK(memcmp(first, second, size) == 0);
    CHECK(memcmp(first, none, 8) != 0);
}

TESTS(a_program_has_one_and_it_stays)
