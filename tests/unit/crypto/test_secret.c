/*
 * Goal    comparing sees every octet; wiping leaves none.
 * Method  one differing octet at each place.
 */
#include "crypto/secret.h"
#include "unit/test.h"

TEST(a_difference_anywhere_is_seen)
{
    uint8_t a[64], b[64];

    memset(a, 7, sizeof(a));
    memset(b, 7, sizeof(b));
    CHECK(crypto_equal(a, b, sizeof(a)));
    CHECK(crypto_equal(a, b, 0));
    for (size_t i = 0; i < sizeof(a); i++) {
        b[i] ^= 1;
        CHECK(!crypto_equal(a, b, sizeof(a)));
        CHECK(crypto_equal(a, b, i));
        b[i] ^= 1;
    }
}

TEST(wiped_is_zero)
{
    uint8_t a[33], zero[33] = { 0 };

    memset(a, 7, sizeof(a));
    crypto_wipe(a, sizeof(a));
    CHECK_BYTES(a, sizeof(a), zero, sizeof(zero));
}

TESTS(a_difference_anywhere_is_seen, wiped_is_zero)
