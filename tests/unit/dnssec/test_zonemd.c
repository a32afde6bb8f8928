/*
 * Goal    RFC 8976: the digests of its example zones, whatever order sets and records come in.
 * Method  the zones of A.1, A.2 (with errata) and A.3; a signed zone digested by another
 *         implementation; a table of ZONEMD records that count or do not.
 */
#include "dnssec/zonemd.h"
#include "unit/dnssec/sets.h"
#include "wire/const.h"
#include "wire/rrtype.h"

enum { SERIAL = 2018031900, SETS_MAX = 16 };

/* Names in canonical order, apex first; the records of a name in any order. */
struct row {
    const char *owner;
    uint16_t type;
    uint32_t ttl;
    const char *rdata; /* hexadecimal */
};

/* clang-format off */
static const struct row simple[] = {
    { "\7example", WIRE_TYPE_SOA, 86400, "036e7331076578616d706c65000561646d696e076578616d706c65007848b91c000007080000038400093a80"
      "00015180" },
    { "\7example", WIRE_TYPE_NS, 86400, "036e7331076578616d706c6500" },
    { "\7example", WIRE_TYPE_NS, 86400, "036e7332076578616d706c6500" },
    { "\7example", WIRE_TYPE_ZONEMD, 86400, "7848b91c0101c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c9ae5"
      "cc27777f98b8e730044c" },
    { "\3ns1\7example", WIRE_TYPE_A, 3600, "cb00713f" },
    { "\3ns2\7example", WIRE_TYPE_AAAA, 3600, "20010db8000000000000000000000063" },
};
static const struct row complex[] = {
    { "\7example", WIRE_TYPE_SOA, 86400, "036e7331076578616d706c65000561646d696e076578616d706c65007848b91c000007080000038400093a80"
      "00015180" },
    { "\7example", WIRE_TYPE_NS, 86400, "036e7331076578616d706c6500" },
    { "\7example", WIRE_TYPE_NS, 86400, "036e7332076578616d706c6500" },
    { "\7example", WIRE_TYPE_ZONEMD, 86400, "7848b91c0101a3b69bad980a3504e1cffcb0fd6397f93848071c93151f552ae2f6b1711d4bd2d8b39808226d"
      "7b9db71e34b72077f8fe" },
    { "\1*\7example", WIRE_TYPE_PTR, 777, "1b646f6e742d666f726765742d61626f75742d77696c646361726473076578616d706c6500" },
    { "\11duplicate\7example", WIRE_TYPE_TXT, 300, "1c49206d757374206265206469676573746564206a757374206f6e6365" },
    { "\11duplicate\7example", WIRE_TYPE_TXT, 300, "1c49206d757374206265206469676573746564206a757374206f6e6365" },
    { "\4mail\7example", WIRE_TYPE_MX, 3600, "0014054d41494c31076578616d706c6500" },
    { "\4mail\7example", WIRE_TYPE_MX, 3600, "000a054d61696c32074578616d706c6500" },
    { "\10non-apex\7example", WIRE_TYPE_ZONEMD, 900, "7848b91c0101616c6c6f776564206275742069676e6f7265642e20616c6c6f776564206275742069676e6f72"
      "65642e20616c6c6f7765" },
    { "\3ns1\7example", WIRE_TYPE_A, 3600, "cb00713f" },
    { "\3NS2\7example", WIRE_TYPE_AAAA, 3600, "20010db8000000000000000000000063" },
    { "\6sortme\7example", WIRE_TYPE_AAAA, 3600, "20010db8000000000000000000050061" },
    { "\6sortme\7example", WIRE_TYPE_AAAA, 3600, "20010db8000000000000000000030062" },
    { "\6sortme\7example", WIRE_TYPE_AAAA, 3600, "20010db8000000000000000000040063" },
    { "\6sortme\7example", WIRE_TYPE_AAAA, 3600, "20010db8000000000000000000010065" },
    { "\6sortme\7example", WIRE_TYPE_AAAA, 3600, "20010db8000000000000000000020064" },
    { "\3sub\7example", WIRE_TYPE_NS, 7200, "036e7331076578616d706c6500" },
    { "\10occluded\3sub\7example", WIRE_TYPE_TXT, 7200, "2149276d206f63636c7564656420627574206d757374206265206469676573746564" },
    { "\11UPPERCASE\7example", WIRE_TYPE_TXT, 3600, "2263616e6f6e6963616c697a6520757070657263617365206f776e6572206e616d6573" },
};
static const struct row multiple_digests[] = {
    { "\7example", WIRE_TYPE_SOA, 86400, "036e7331076578616d706c65000561646d696e076578616d706c65007848b91c000007080000038400093a80"
      "00015180" },
    { "\7example", WIRE_TYPE_NS, 86400, "036e7331076578616d706c6500" },
    { "\7example", WIRE_TYPE_NS, 86400, "036e7332076578616d706c6500" },
    { "\7example", WIRE_TYPE_ZONEMD, 86400, "7848b91c010162e6cf51b02e54b9b5f967d547ce43136792901f9f88e637493daaf401c92c279dd10f0edb1c"
      "56f8080211f8480ee306" },
    { "\7example", WIRE_TYPE_ZONEMD, 86400, "7848b91c010208cfa1115c7b948c4163a901270395ea226a930cd2cbcf2fa9a5e6eb85f37c8a4e114d884e66"
      "f176eab121cb02db7d652e0cc4827e7a3204f166b47e5613fd27" },
    { "\7example", WIRE_TYPE_ZONEMD, 86400, "7848b91c01f0e2d523f654b9422a96c5a8f44607bbee" },
    { "\7example", WIRE_TYPE_ZONEMD, 86400, "7848b91cf101e1846540e33a9e4189792d18d5d131f605fc283eaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "aaaaaaaaaaaaaaaaaaaa" },
    { "\3ns1\7example", WIRE_TYPE_A, 3600, "cb00713f" },
    { "\3ns2\7example", WIRE_TYPE_TXT, 86400, "2154686973206578616d706c6520686173206d756c7469706c652064696765737473" },
    { "\3ns2\7example", WIRE_TYPE_AAAA, 3600, "20010db8000000000000000000000063" },
};
static const struct row signed_zone[] = {
    { "\7example", WIRE_TYPE_RRSIG, 86400, "002f0d010001518070dbd8805e0be1000001076578616d706c65000c0d" },
    { "\7example", WIRE_TYPE_NS, 86400, "036e7332076578616d706c6500" },
    { "\7example", WIRE_TYPE_RRSIG, 86400, "00300d010001518070dbd8805e0be1000001076578616d706c65000a0b" },
    { "\7example", WIRE_TYPE_NSEC, 86400, "034e5331076578616d706c650000082200000000038001" },
    { "\7example", WIRE_TYPE_RRSIG, 86400, "00060d010001518070dbd8805e0be1000001074578616d706c6500010203" },
    { "\7example", WIRE_TYPE_SOA, 86400, "036e7331076578616d706c65000561646d696e076578616d706c65007848b91c000007080000038400093a80"
      "00015180" },
    { "\7example", WIRE_TYPE_DNSKEY, 86400, "0101030d1a88c88615d437fbb8bf9e1942a1929f28562706ae6c2bd399e7b1bfb6d1e9e75b92b4aa42917ae1"
      "c61b701ef035c3fe7be3009cbafe5a2f71316c902dcf0d00" },
    { "\7example", WIRE_TYPE_RRSIG, 86400, "000208010001518070dbd8805e0be1000002076578616d706c6500070809" },
    { "\7example", WIRE_TYPE_RRSIG, 86400, "00020d010001518070dbd8805e0be1000001076578616d706c6500040506" },
    { "\7example", WIRE_TYPE_NS, 86400, "036e7331076578616d706c6500" },
    { "\7example", WIRE_TYPE_RRSIG, 86400, "003f0d010001518070dbd8805e0be1000001076578616d706c6500000000" },
    { "\7example", WIRE_TYPE_ZONEMD, 86400, "7848b91c0101c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c9ae5"
      "cc27777f98b8e730044c" },
    { "\3ns1\7example", 65400, 3600, "abcdef" },
    { "\3ns1\7example", WIRE_TYPE_RRSIG, 86400, "002f0d020001518070dbd8805e0be1000001076578616d706c65001011" },
    { "\3ns1\7example", WIRE_TYPE_NSEC, 86400, "076578616d706c65000006400000000003" },
    { "\3ns1\7example", WIRE_TYPE_RRSIG, 3600, "00010d0200000e1070dbd8805e0be1000001076578616d706c65000e0f" },
    { "\3ns1\7example", WIRE_TYPE_A, 3600, "cb00713f" },
    { "\3ns2\7example", WIRE_TYPE_AAAA, 3600, "20010db8000000000000000000000063" },
};
/* clang-format on */

/* The zone of A.1 with signatures; digests by another implementation. */
#define SIGNED_SHA384                                                                              \
    "e051ad917a9c35220549c572fbfe5b4287b871c742b9d75e313adaa538e08f6b3fb98315f89f740e082cab784c94" \
    "1c32"
#define SIGNED_SHA512                                                                              \
    "a39cca8b2229fd50629a0b74d6491f7f291946dac92fb375922fe85fba5b859a"                             \
    "2377a110a838b5d2611a1bb18732fd1ac39838a331d14b987d7f3133f3ddedfd"

/* Put a record into the set of its type, or of the type that it covers. */
static void sort_in(struct wire_rrset **sets, size_t *count, const struct row *row)
{
    uint8_t rdata[512];
    size_t size = test_hex(row->rdata, rdata, sizeof(rdata));

    for (size_t i = 0; i < *count; i++) {
        if (sets[i]->type != row->type ||
            (row->type == WIRE_TYPE_RRSIG && wire_rrset_covered(sets[i]) != td_get_u16(rdata)))
            continue;
        test_set_add(&sets[i], rdata, size);
        return;
    }
    CHECK(*count < SETS_MAX);
    sets[*count] = test_set_new(row->type, row->ttl);
    test_set_add(&sets[*count], rdata, size);
    (*count)++;
}

/* Digest a zone; *ret_zonemd is the set of ZONEMD records at the apex. */
static size_t digest_zone(const struct row *rows, size_t count, uint8_t algorithm, uint8_t *digest,
                          struct wire_rrset **ret_zonemd)
{
    struct dnssec_zonemd zonemd;

    *ret_zonemd = NULL;
    CHECK_OK(dnssec_zonemd_init(&zonemd, algorithm, (const uint8_t *)"\7Example"));
    for (size_t at = 0; at < count;) {
        struct wire_rrset *sets[SETS_MAX];
        size_t set_count = 0;
        const uint8_t *owner = (const uint8_t *)rows[at].owner;
        for (size_t first = at; at < count && strcmp(rows[at].owner, rows[first].owner) == 0; at++)
            sort_in(sets, &set_count, &rows[at]);
        dnssec_zonemd_add(&zonemd, owner, (const struct wire_rrset *const *)sets, set_count);
        for (size_t i = 0; i < set_count; i++) {
            if (sets[i]->type == WIRE_TYPE_ZONEMD && *ret_zonemd == NULL)
                *ret_zonemd = sets[i];
            else
                free(sets[i]);
        }
    }
    size_t size = dnssec_zonemd_end(&zonemd, digest);
    dnssec_zonemd_fini(&zonemd);
    return size;
}

TEST(zones_of_the_rfc)
{
    static const struct {
        const char *why;
        const struct row *rows;
        size_t count;
        uint8_t algorithm;
    } zones[] = {
        { "A.1 simple", simple, TD_COUNT(simple), DNSSEC_ZONEMD_SHA384 },
        { "A.2 complex", complex, TD_COUNT(complex), DNSSEC_ZONEMD_SHA384 },
        { "A.3 SHA-384", multiple_digests, TD_COUNT(multiple_digests), DNSSEC_ZONEMD_SHA384 },
        { "A.3 SHA-512", multiple_digests, TD_COUNT(multiple_digests), DNSSEC_ZONEMD_SHA512 },
    };

    for (size_t i = 0; i < TD_COUNT(zones); i++) {
        uint8_t digest[DNSSEC_ZONEMD_DIGEST_SIZE_MAX];
        struct wire_rrset *set;
        struct dnssec_zonemd_wish wish;
        size_t size = digest_zone(zones[i].rows, zones[i].count, zones[i].algorithm, digest, &set);

        CHECK_OK(dnssec_zonemd_choose(set, SERIAL, &wish));
        CHECK(wish.digests[zones[i].algorithm] != NULL);
        CHECK_EQ_WHY(memcmp(wish.digests[zones[i].algorithm], digest, size), 0, zones[i].why);
        free(set);
    }
}

TEST(signatures_are_ordered_by_what_they_cover)
{
    static const struct {
        uint8_t algorithm;
        const char *digest;
    } rows[] = { { DNSSEC_ZONEMD_SHA384, SIGNED_SHA384 }, { DNSSEC_ZONEMD_SHA512, SIGNED_SHA512 } };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint8_t want[DNSSEC_ZONEMD_DIGEST_SIZE_MAX], got[DNSSEC_ZONEMD_DIGEST_SIZE_MAX];
        struct wire_rrset *set;
        size_t want_size = test_hex(rows[i].digest, want, sizeof(want));
        size_t size = digest_zone(signed_zone, TD_COUNT(signed_zone), rows[i].algorithm, got, &set);
        CHECK_BYTES(got, size, want, want_size);
        free(set);
    }
}

/* Many records are digested at once: it does not matter where one of them does not fit. */
TEST(records_of_all_sizes)
{
    static const uint8_t apex[] = "\1z", head[] = "\0\20\0\1\0\0\0\7";
    static const size_t sizes[] = { 3, 8000, 170, 171, 8180, 8179, 1, 8192, 40000, 0, 65535, 9 };
    static uint8_t rdata[65535];
    uint8_t digest[DNSSEC_ZONEMD_DIGEST_SIZE_MAX], want[DNSSEC_ZONEMD_DIGEST_SIZE_MAX], size[2];
    struct crypto_digest by_hand;
    struct dnssec_zonemd zonemd;

    crypto_digest_begin(&by_hand, CRYPTO_SHA384);
    CHECK_OK(dnssec_zonemd_init(&zonemd, DNSSEC_ZONEMD_SHA384, apex));
    for (size_t i = 0; i < TD_COUNT(sizes); i++) {
        struct wire_rrset *set = test_set_new(WIRE_TYPE_TXT, 7);
        memset(rdata, (int)i, sizes[i]);
        test_set_add(&set, rdata, sizes[i]);
        dnssec_zonemd_add(&zonemd, apex, (const struct wire_rrset *const *)&set, 1);
        free(set);
        td_put_u16(size, (uint16_t)sizes[i]);
        crypto_digest_add(&by_hand, apex, sizeof(apex));
        crypto_digest_add(&by_hand, head, sizeof(head) - 1);
        crypto_digest_add(&by_hand, size, sizeof(size));
        crypto_digest_add(&by_hand, rdata, sizes[i]);
    }
    CHECK_EQ(dnssec_zonemd_end(&zonemd, digest), CRYPTO_SHA384_SIZE);
    dnssec_zonemd_fini(&zonemd);
    CHECK_EQ(crypto_digest_end(&by_hand, want), CRYPTO_SHA384_SIZE);
    CHECK_BYTES(digest, CRYPTO_SHA384_SIZE, want, CRYPTO_SHA384_SIZE);
}

TEST(unknown_algorithms_are_refused)
{
    struct dnssec_zonemd zonemd;

    CHECK_EQ(dnssec_zonemd_init(&zonemd, 0, (const uint8_t *)""), TD_E_UNSUPPORTED);
    CHECK_EQ(dnssec_zonemd_init(&zonemd, 3, (const uint8_t *)""), TD_E_UNSUPPORTED);
}

#define SHA384_DIGEST                                                                              \
    "abababababababababababababababababababababababab"                                             \
    "abababababababababababababababababababababababab"

TEST(short_records_are_refused)
{
    struct dnssec_zonemd_fields fields = { .scheme = 77 };
    uint8_t rdata[6 + 64] = { 0, 0, 0, 1, 1, 1 };

    for (size_t size = 0; size < 6; size++)
        CHECK_EQ(dnssec_zonemd_read(rdata, size, &fields), TD_E_TRUNCATED);
    for (size_t size = 6; size < 6 + 48; size++)
        CHECK_EQ(dnssec_zonemd_read(rdata, size, &fields), TD_E_MALFORMED);
    CHECK_EQ(dnssec_zonemd_read(rdata, 6 + 49, &fields), TD_E_MALFORMED);
    CHECK_EQ(fields.scheme, 77);
    CHECK_OK(dnssec_zonemd_read(rdata, 6 + 48, &fields));
    CHECK_EQ(fields.serial, 1);
    CHECK_EQ(fields.digest_size, 48);
    rdata[5] = 240; /* of algorithms that are not known, only the least is known */
    CHECK_EQ(dnssec_zonemd_read(rdata, 6 + 11, &fields), TD_E_MALFORMED);
    CHECK_OK(dnssec_zonemd_read(rdata, 6 + 12, &fields));
}

TEST(records_that_count)
{
    static const struct {
        const char *why;
        const char *rdata[2];
        td_err want;
    } rows[] = {
        { "good", { "00000001 01 01" SHA384_DIGEST, NULL }, TD_OK },
        { "other serial", { "00000002 01 01" SHA384_DIGEST, NULL }, TD_E_INVALID },
        { "other scheme", { "00000001 02 01" SHA384_DIGEST, NULL }, TD_E_UNSUPPORTED },
        { "other algorithm", { "00000001 01 03" SHA384_DIGEST, NULL }, TD_E_UNSUPPORTED },
        { "malformed", { "00000001 01 02" SHA384_DIGEST, NULL }, TD_E_UNSUPPORTED },
        { "twice the same algorithm",
          { "00000001 01 01" SHA384_DIGEST, "00000002 01 01" SHA384_DIGEST },
          TD_E_UNSUPPORTED },
        { "one of two is old",
          { "00000002 01 02" SHA384_DIGEST "abababababababababababababababab",
            "00000001 01 01" SHA384_DIGEST },
          TD_OK },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct wire_rrset *set = test_set_new(WIRE_TYPE_ZONEMD, 3600);
        struct dnssec_zonemd_wish wish = { .digests = { NULL } };
        for (size_t row = 0; row < 2 && rows[i].rdata[row] != NULL; row++)
            test_set_add_hex(&set, rows[i].rdata[row]);
        CHECK_EQ_WHY(dnssec_zonemd_choose(set, 1, &wish), rows[i].want, rows[i].why);
        CHECK_EQ_WHY(wish.digests[DNSSEC_ZONEMD_SHA384] != NULL, rows[i].want == TD_OK,
                     rows[i].why);
        CHECK_EQ_WHY(wish.digests[DNSSEC_ZONEMD_SHA512] != NULL, false, rows[i].why);
        free(set);
    }
}

TESTS(zones_of_the_rfc, signatures_are_ordered_by_what_they_cover, records_of_all_sizes,
      unknown_algorithms_are_refused, short_records_are_refused, records_that_count)
