/*
 * Goal    key tags and DS digests of the RFCs.
 * Method  RFC 4034 5.4, 4509 2.3, 6605 6, 8080 6 (with errata).
 */
#include "dnssec/keytag.h"
#include "unit/crypto/hex.h"

#define RSASHA1_KEY                                                                                \
    "AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAph" \
    "XdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw=="

static const struct {
    const char *owner;
    uint16_t flags;
    uint8_t algorithm;
    const char *key; /* base64 */
    uint16_t tag;
    uint8_t digest_type;
    const char *digest;
} rows[] = {
    { "\5dskey\7example\3com", 256, 5, RSASHA1_KEY, 60485, 1,
      "2BB183AF5F22588179A53B0A98631FAD1A292118" },
    { "\5DSkey\7example\3COM", 256, 5, RSASHA1_KEY, 60485, 2,
      "D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A" },
    { "\7example\3net", 257, 13,
      "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
      55648, 2, "b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17" },
    { "\7example\3net", 257, 14,
      "xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8"
      "/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40",
      10771, 4,
      "72d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0563a9b5f4d288405c3008a946df9"
      "83d6" },
    { "\7example\3com", 257, 15, "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=", 3613, 2,
      "3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b" },
    { "\7example\3com", 257, 16,
      "3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTPhpj/OiBVHHSfPodx1FYYUcJKm1MDpJtIA", 9713, 2,
      "6ccf18d5bc5d7fc2fceb1d59d17321402f2aa8d368048db93dd811f5cb2b19c7" },
};

TEST(tags_and_digests_of_the_rfcs)
{
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint8_t rdata[512] = { (uint8_t)(rows[i].flags >> 8), (uint8_t)rows[i].flags, 3,
                               rows[i].algorithm };
        uint8_t want[64], got[DNSSEC_DS_DIGEST_SIZE_MAX];
        size_t size = 4 + test_base64(rows[i].key, rdata + 4, sizeof(rdata) - 4);
        size_t want_size = test_hex(rows[i].digest, want, sizeof(want));
        size_t got_size = 0;

        CHECK_EQ(dnssec_key_tag(rdata, size), rows[i].tag);
        CHECK_OK(dnssec_ds_digest(rows[i].digest_type, (const uint8_t *)rows[i].owner,
                                  strlen(rows[i].owner) + 1, rdata, size, got, &got_size));
        CHECK_BYTES(got, got_size, want, want_size);
        CHECK_EQ(dnssec_ds_digest_size(rows[i].digest_type), want_size);
    }
}

TEST(unknown_digest_types_are_refused)
{
    uint8_t digest[DNSSEC_DS_DIGEST_SIZE_MAX];
    size_t size = 77;

    for (uint8_t type = 0; type < 255; type++) {
        if (type == 1 || type == 2 || type == 4)
            continue;
        CHECK_EQ(dnssec_ds_digest_size(type), 0);
        CHECK_EQ(dnssec_ds_digest(type, (const uint8_t *)"", 1, digest, 4, digest, &size),
                 TD_E_UNSUPPORTED);
    }
    CHECK_EQ(size, 77);
}

TEST(tags_of_odd_data)
{
    /* B.1: of an RSA/MD5 key, the last three octets but one */
    static const uint8_t md5[] = { 1, 0, 3, 1, 1, 3, 0xAA, 0x12, 0x34, 0x56 };
    static const uint8_t odd[] = { 1, 0, 3, 5, 0xFF };

    CHECK_EQ(dnssec_key_tag(md5, sizeof(md5)), 0x1234);
    CHECK_EQ(dnssec_key_tag(md5, 4), 0);
    CHECK_EQ(dnssec_key_tag(odd, sizeof(odd)), (0x0100 + 0x0305 + 0xFF00 + 1) & 0xFFFF);
    CHECK_EQ(dnssec_key_tag(odd, 0), 0);
    CHECK_EQ(dnssec_key_tag(odd, 1), 0x0100);
}

TESTS(tags_and_digests_of_the_rfcs, unknown_digest_types_are_refused, tags_of_odd_data)
