/*
 * Goal    Octets of any size are compared, copied, lowered and put in front of a word as they are
 *         one by one, and nothing else is touched.
 * Method  All sizes up to 80, each block alone on the heap, so that AddressSanitizer sees what is
 *         read or written beside it; all values of an octet.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/octets.h"
#include "unit/test.h"

enum { SIZE_MAX_TESTED = 80 };

static uint8_t lower(unsigned octet)
{
    return (uint8_t)(octet >= 'A' && octet <= 'Z' ? octet + 32 : octet);
}

static void fill(uint8_t *octets, size_t size, unsigned from)
{
    for (size_t at = 0; at < size; at++)
        octets[at] = (uint8_t)(from + at * 7);
}

TEST(same_until_one_differs)
{
    for (size_t size = 0; size <= SIZE_MAX_TESTED; size++) {
        uint8_t *a = td_malloc(size), *b = td_malloc(size);
        fill(a, size, 3);
        fill(b, size, 3);
        CHECK(td_octets_same(a, b, size));
        for (size_t at = 0; at < size; at++) {
            b[at] ^= 0x20;
            CHECK(!td_octets_same(a, b, size));
            b[at] ^= 0x20;
        }
        free(a);
        free(b);
    }
}

TEST(copies_of_any_size)
{
    for (size_t size = 0; size <= SIZE_MAX_TESTED; size++) {
        for (unsigned from = 0; from < 256; from += 5) {
            uint8_t *a = td_malloc(size), *b = td_malloc(size), *c = td_malloc(size);
            fill(a, size, from);
            td_octets_copy(b, a, size);
            bool was_lower = td_octets_copy_lower(c, a, size);
            CHECK_EQ(was_lower, size == 0 || memcmp(a, c, size) == 0);
            for (size_t at = 0; at < size; at++) {
                CHECK_EQ(b[at], a[at]);
                CHECK_EQ(c[at], lower(a[at]));
            }
            free(a);
            free(b);
            free(c);
        }
    }
}

TEST(upper_case_of_all_octets)
{
    for (unsigned octet = 0; octet < 256; octet++) {
        for (unsigned at = 0; at < 8; at++) {
            uint64_t others = 0xFF5A417A80003F60u & ~((uint64_t)0xFF << 8 * at);
            uint64_t word = others | (uint64_t)octet << 8 * at;
            bool is_upper = octet >= 'A' && octet <= 'Z';
            CHECK_EQ(td_octets_upper8(word) >> 8 * at & 0xFF, is_upper ? 0x80 : 0);
            CHECK_EQ(td_octets_lower8(word) >> 8 * at & 0xFF, lower(octet));
        }
    }
}

TEST(equal_but_for_case)
{
    for (size_t size = 0; size <= SIZE_MAX_TESTED; size++) {
        uint8_t *a = td_malloc(size), *b = td_malloc(size);
        for (unsigned from = 0; from < 256; from += 3) {
            fill(a, size, from);
            for (size_t at = 0; at < size; at++)
                b[at] = lower(a[at]);
            CHECK(td_octets_equal(a, b, size));
            for (size_t at = 0; at < size; at++) {
                b[at] ^= 0x80;
                CHECK(!td_octets_equal(a, b, size));
                b[at] ^= 0x80;
            }
        }
        free(a);
        free(b);
    }
}

TEST(the_front_of_a_word)
{
    for (size_t size = 0; size <= 12; size++) {
        uint8_t *octets = td_malloc(size);
        uint64_t want = 0;
        fill(octets, size, 200);
        for (size_t at = 0; at < size && at < 8; at++)
            want |= (uint64_t)octets[at] << (56 - 8 * at);
        CHECK(td_octets_front(octets, size) == want);
        free(octets);
    }
}

TESTS(same_until_one_differs, copies_of_any_size, upper_case_of_all_octets, equal_but_for_case,
      the_front_of_a_word)
