/*
 * Goal    CRC-32C as everybody computes it (RFC 3720 B.4), in pieces or at once.
 * Method  the vectors of the RFC; a long text cut at every place.
 */
#include "test.h"

#include "base/crc32c.h"

TEST(vectors_of_rfc_3720)
{
    uint8_t octets[32];

    CHECK_EQ(td_crc32c(0, "123456789", 9), 0xE3069283);
    memset(octets, 0, sizeof(octets));
    CHECK_EQ(td_crc32c(0, octets, sizeof(octets)), 0x8A9136AA);
    memset(octets, 0xFF, sizeof(octets));
    CHECK_EQ(td_crc32c(0, octets, sizeof(octets)), 0x62A8AB43);
    for (unsigned i = 0; i < sizeof(octets); i++)
        octets[i] = (uint8_t)i;
    CHECK_EQ(td_crc32c(0, octets, sizeof(octets)), 0x46DD794E);
}

TEST(pieces_give_the_whole)
{
    uint8_t octets[100];

    for (unsigned i = 0; i < sizeof(octets); i++)
        octets[i] = (uint8_t)(i * 7 + 3);
    uint32_t whole = td_crc32c(0, octets, sizeof(octets));
    CHECK_EQ(td_crc32c_plain(0, octets, sizeof(octets)), whole);
    for (size_t cut = 0; cut <= sizeof(octets); cut++)
        CHECK_EQ(td_crc32c(td_crc32c(0, octets, cut), octets + cut, sizeof(octets) - cut), whole);
}

TEST(lanes_are_the_same_with_help_and_without)
{
    uint8_t octets[200];

    for (unsigned i = 0; i < sizeof(octets); i++)
        octets[i] = (uint8_t)(i * 7 + 3);
    for (size_t size = 0; size <= sizeof(octets); size++) {
        uint32_t whole = td_crc32c_lanes(octets, size);
        CHECK_EQ(td_crc32c_lanes_plain(octets, size), whole);
        for (size_t at = 0; at < size; at++) {
            octets[at] ^= (uint8_t)(1 << at % 8);
            CHECK(td_crc32c_lanes(octets, size) != whole);
            octets[at] ^= (uint8_t)(1 << at % 8);
        }
    }
}

TESTS(vectors_of_rfc_3720, pieces_give_the_whole, lanes_are_the_same_with_help_and_without)
