/*
 * Goal    SipHash-2-4 in the octet order that RFC 9018 expects.
 * Method  the first and the last vector of the reference implementation (vectors.h).
 */
#include "crypto/siphash.h"
#include "unit/test.h"

TEST(reference_vectors)
{
    static const struct {
        size_t size;
        uint8_t want[8];
    } rows[] = {
        { 0, { 0x31, 0x0e, 0x0e, 0xdd, 0x47, 0xdb, 0x6f, 0x72 } },
        { 15, { 0xe5, 0x45, 0xbe, 0x49, 0x61, 0xca, 0x29, 0xa1 } },
        { 63, { 0x72, 0x45, 0x06, 0xeb, 0x4c, 0x32, 0x8a, 0x95 } },
    };
    uint8_t key[16], data[64], got[8];

    for (uint8_t i = 0; i < 64; i++)
        data[i] = i;
    memcpy(key, data, sizeof(key));
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        crypto_siphash(key, data, rows[i].size, got);
        CHECK_BYTES(got, sizeof(got), rows[i].want, sizeof(rows[i].want));
    }
}

TESTS(reference_vectors)
