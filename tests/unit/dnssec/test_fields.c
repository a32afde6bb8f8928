/*
 * Goal    fields are found, short data is refused at every length, periods follow RFC 1982.
 * Method  one good record of each kind, cut at every place; a table of times.
 */
#include "dnssec/fields.h"
#include "unit/test.h"
#include "wire/name.h"

static const uint8_t rrsig_data[] = {
    0, 15,   13,   2, 0,   0,   14,  16,  0x70, 0xDB, 0xD8, 0x80, 0x5E, 0x0B, 0xE1,
    0, 0x12, 0x34, 7, 'e', 'x', 'a', 'm', 'p',  'l',  'e',  0,    0xAA, 0xBB,
};

TEST(rrsig_fields)
{
    struct dnssec_rrsig rrsig = { .labels = 99 };

    for (size_t size = 0; size < 27; size++)
        CHECK_EQ(dnssec_rrsig_read(rrsig_data, size, &rrsig), TD_E_TRUNCATED);
    CHECK_EQ(dnssec_rrsig_read(rrsig_data, 27, &rrsig), TD_E_MALFORMED); /* no signature */
    CHECK_EQ(rrsig.labels, 99);
    CHECK_OK(dnssec_rrsig_read(rrsig_data, sizeof(rrsig_data), &rrsig));
    CHECK_EQ(rrsig.covered, 15);
    CHECK_EQ(rrsig.algorithm, 13);
    CHECK_EQ(rrsig.labels, 2);
    CHECK_EQ(rrsig.original_ttl, 3600);
    CHECK_EQ(rrsig.expiration, 0x70DBD880u);
    CHECK_EQ(rrsig.inception, 0x5E0BE100u);
    CHECK_EQ(rrsig.key_tag, 0x1234);
    CHECK_BYTES(rrsig.signer, rrsig.signer_size, "\7example", 9);
    CHECK_BYTES(rrsig.signature, rrsig.signature_size, "\xAA\xBB", 2);
}

TEST(compressed_names_are_refused)
{
    uint8_t data[sizeof(rrsig_data)];
    struct dnssec_rrsig rrsig;
    struct dnssec_nsec nsec;

    memcpy(data, rrsig_data, sizeof(data));
    data[18] = 0xC0;
    CHECK_EQ(dnssec_rrsig_read(data, sizeof(data), &rrsig), TD_E_MALFORMED);
    CHECK_EQ(dnssec_nsec_read(data + 18, sizeof(data) - 18, &nsec), TD_E_MALFORMED);
}

TEST(nsec_fields)
{
    static const uint8_t data[] = { 1, 'b', 0, 0, 1, 0x40 };
    struct dnssec_nsec nsec;

    for (size_t size = 0; size < 3; size++)
        CHECK_EQ(dnssec_nsec_read(data, size, &nsec), TD_E_TRUNCATED);
    CHECK_OK(dnssec_nsec_read(data, sizeof(data), &nsec));
    CHECK_BYTES(nsec.next, nsec.next_size, "\1b", 3);
    CHECK_BYTES(nsec.bitmap, nsec.bitmap_size, "\0\1\x40", 3);
}

TEST(nsec3_fields)
{
    static const uint8_t data[] = { 1, 1, 0, 12, 2, 0xAB, 0xCD, 3, 7, 8, 9, 0, 1, 0x40 };
    static const uint8_t empty_hash[] = { 1, 0, 0, 0, 0, 0 };
    struct dnssec_nsec3 nsec3 = { .algorithm = 99 };

    for (size_t size = 0; size < 11; size++)
        CHECK_EQ(dnssec_nsec3_read(data, size, &nsec3), TD_E_TRUNCATED);
    CHECK_EQ(dnssec_nsec3_read(empty_hash, sizeof(empty_hash), &nsec3), TD_E_MALFORMED);
    CHECK_EQ(nsec3.algorithm, 99);
    CHECK_OK(dnssec_nsec3_read(data, sizeof(data), &nsec3));
    CHECK_EQ(nsec3.algorithm, 1);
    CHECK_EQ(nsec3.flags, 1);
    CHECK_EQ(nsec3.iterations, 12);
    CHECK_BYTES(nsec3.salt, nsec3.salt_size, "\xAB\xCD", 2);
    CHECK_BYTES(nsec3.next, nsec3.next_size, "\7\10\11", 3);
    CHECK_BYTES(nsec3.bitmap, nsec3.bitmap_size, "\0\1\x40", 3);
}

TEST(dnskey_and_ds_fields)
{
    static const uint8_t data[] = { 1, 1, 3, 13, 0xAA, 0xBB };
    struct dnssec_dnskey dnskey;
    struct dnssec_ds ds;

    for (size_t size = 0; size < 4; size++) {
        CHECK_EQ(dnssec_dnskey_read(data, size, &dnskey), TD_E_TRUNCATED);
        CHECK_EQ(dnssec_ds_read(data, size, &ds), TD_E_TRUNCATED);
    }
    CHECK_EQ(dnssec_dnskey_read(data, 4, &dnskey), TD_E_MALFORMED);
    CHECK_EQ(dnssec_ds_read(data, 4, &ds), TD_E_MALFORMED);
    CHECK_OK(dnssec_dnskey_read(data, sizeof(data), &dnskey));
    CHECK_EQ(dnskey.flags, DNSSEC_DNSKEY_ZONE | DNSSEC_DNSKEY_SEP);
    CHECK_EQ(dnskey.protocol, 3);
    CHECK_EQ(dnskey.algorithm, 13);
    CHECK_BYTES(dnskey.key, dnskey.key_size, "\xAA\xBB", 2);
    CHECK_OK(dnssec_ds_read(data, sizeof(data), &ds));
    CHECK_EQ(ds.key_tag, 0x0101);
    CHECK_EQ(ds.algorithm, 3);
    CHECK_EQ(ds.digest_type, 13);
    CHECK_BYTES(ds.digest, ds.digest_size, "\xAA\xBB", 2);
}

TEST(periods)
{
    static const struct {
        uint32_t inception, expiration, now;
        enum dnssec_period want;
    } rows[] = {
        { 100, 200, 100, DNSSEC_PERIOD_CURRENT },
        { 100, 200, 200, DNSSEC_PERIOD_CURRENT },
        { 100, 200, 99, DNSSEC_PERIOD_FUTURE },
        { 100, 200, 201, DNSSEC_PERIOD_EXPIRED },
        { 200, 100, 150, DNSSEC_PERIOD_EXPIRED },
        /* across 2^32, in the year 2106 */
        { 0xFFFFFF00u, 0x00000100u, 0xFFFFFFFFu, DNSSEC_PERIOD_CURRENT },
        { 0xFFFFFF00u, 0x00000100u, 0x00000000u, DNSSEC_PERIOD_CURRENT },
        { 0xFFFFFF00u, 0x00000100u, 0x00000101u, DNSSEC_PERIOD_EXPIRED },
        { 0xFFFFFF00u, 0x00000100u, 0xFFFFFE00u, DNSSEC_PERIOD_FUTURE },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct dnssec_rrsig rrsig = { .inception = rows[i].inception,
                                      .expiration = rows[i].expiration };
        CHECK_EQ(dnssec_rrsig_period(&rrsig, rows[i].now), rows[i].want);
    }
    CHECK(!dnssec_time_is_later(0, 0x80000000u));
    CHECK(!dnssec_time_is_later(0x80000000u, 0));
}

TESTS(rrsig_fields, compressed_names_are_refused, nsec_fields, nsec3_fields, dnskey_and_ds_fields,
      periods)
