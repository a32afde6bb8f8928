/*
 * Goal    RFC 4035 5.3: signatures of every algorithm; each field that can be wrong is caught.
 * Method  the examples of RFC 5702, 6605 and 8080 (with errata); sets signed by another
 *         implementation for SHA-1, mixed case and a wildcard.
 */
#include "dnssec/verify.h"
#include "unit/dnssec/sets.h"
#include "wire/const.h"
#include "wire/rrtype.h"

/* Made by another implementation; inception 2001, expiration 2033, signer Example.COM. */
/* clang-format off */
#define SHA1_KEY \
    "0100030503010001f9dd3b4edec2339f25279ddead396075814f5658bd1932890e3521cc05b9f7ee5d30f16884" \
    "8b9405a5c40e6b2cc525bb3f20801f2928dd9121e5efd4b91390b386f46dccbdb906bc978082df6ab6169a6e54" \
    "b0ae92a910ec33017814451e9f3e30543c19f078e27dd4e3e1251a295c5da3da397336769b5cfbff592c62aa4e" \
    "e5"
#define SHA1_MX_RRSIG \
    "000f050300000e10773594003b9aca006c57074578616d706c6503434f4d004805797e0f9eae7f148faa192794" \
    "eb1e08965c6e6ac5261610f243e9b27d41785486f7e17430890be3bb1af873d1708802ef535129c6e371249e01" \
    "76357e5a8ac93beef83b028859e9f3f3026121c47f650721bf0094d02bd9eff2debbf0355ba3dd98cbf7a89b3f" \
    "9a3afdf5e6d9dfe713d65d0eac1aacca6fa073d3fecd5fdf"
#define NSEC3SHA1_KEY \
    "0100030703010001f9dd3b4edec2339f25279ddead396075814f5658bd1932890e3521cc05b9f7ee5d30f16884" \
    "8b9405a5c40e6b2cc525bb3f20801f2928dd9121e5efd4b91390b386f46dccbdb906bc978082df6ab6169a6e54" \
    "b0ae92a910ec33017814451e9f3e30543c19f078e27dd4e3e1251a295c5da3da397336769b5cfbff592c62aa4e" \
    "e5"
#define NSEC3SHA1_MX_RRSIG \
    "000f070300000e10773594003b9aca006c59074578616d706c6503434f4d00a6603f519a2d571f050bc3aaa4bd" \
    "1d55329f5c40062f6bd046bf4da861d7c32048fef4736143fe4bcf4a5e34bceefa9e3d64239ed871814b95f8f1" \
    "29eb02ba51aa1a4101ffc3557fcc059f55b2703b54d942a650ad98ac0b47992829db2f578ef4c6c1a9c0f94850" \
    "6a29cefab80884db2016ad6d71b055c29a411035d6e49e23"
#define WILD_KEY \
    "0100030803010001f9dd3b4edec2339f25279ddead396075814f5658bd1932890e3521cc05b9f7ee5d30f16884" \
    "8b9405a5c40e6b2cc525bb3f20801f2928dd9121e5efd4b91390b386f46dccbdb906bc978082df6ab6169a6e54" \
    "b0ae92a910ec33017814451e9f3e30543c19f078e27dd4e3e1251a295c5da3da397336769b5cfbff592c62aa4e" \
    "e5"
#define WILD_A_RRSIG \
    "0001080200000e10773594003b9aca006c5a074578616d706c6503434f4d008e351e51c374c55234eb7d055c63" \
    "05df310dd82311745a43a3a67121cec28f70dccb710ef173c44fe2656785ec0a2b476cd9ed7fed5fe7ef07b59a" \
    "4911c84cab4d6b3dec4f3082c0e261c20482e19c9a41cb27ba60868170a7a6ce652acb610eb49ea2cfe4b45d0c" \
    "0c86271b9128f0574e597c55acd0fb643a75c23a4c5cf5b1"
/* clang-format on */

struct example {
    const char *why;
    const char *zone;
    const char *owner;
    uint16_t type;
    const char *rdata; /* hexadecimal */
    uint16_t flags;
    uint8_t algorithm;
    const char *key; /* base64 */
    uint8_t labels;
    uint32_t expiration;
    uint32_t inception;
    uint16_t key_tag;
    const char *signature; /* base64 */
};

#define NET  "\7example\3net"
#define COM  "\7example\3com"
#define WWW  "\3www\7example\3net"
#define MAIL "000a 046d61696c 076578616d706c65 03636f6d 00"

static const struct example examples[] = {
    { "RFC 5702 6.1", NET, WWW, WIRE_TYPE_A, "c000025b", 256, 8,
      "AwEAAcFcGsaxxdgiuuGmCkVI my4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8P"
      "kxUdp6p/DlUmObdk=",
      3, 1893456000, 946684800, 9033,
      "kRCOH6u7l0QGy9qpC9l1sLncJcOKFLJ7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEa"
      "cFYK/lPtPiVYP4bwg==" },
    { "RFC 5702 6.2", NET, WWW, WIRE_TYPE_A, "c000025b", 256, 10,
      "AwEAAdHoNTOW+et86KuJOWRD p1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6pnWnjJQujX/AyhqFD"
      "xj13tOnD9u/1kTg7cV6rklMrZDtJCQ5PCl/D7QNPsgVsMu1J2Q8g "
      "pMpztNFLpPBz1bWXjDtaR7ZQBlZ3PFY12ZTSncor"
      "ffcGmhOL",
      3, 1893456000, 946684800, 3740,
      "tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRa"
      "eUw1ep94PzEWzr0iGYgZBWm/"
      "zpq+9fOuagYJRfDqfReKBzMweOLDiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0f"
      "thPgxdDLw=" },
    { "RFC 6605 6.1", NET, WWW, WIRE_TYPE_A, "c0000201", 257, 13,
      "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==", 3,
      1284026679, 1281607479, 55648,
      "qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==" },
    { "RFC 6605 6.2", NET, WWW, WIRE_TYPE_A, "c0000201", 257, 14,
      "xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8"
      "/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40",
      3, 1284027625, 1281608425, 10771,
      "/L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuz"
      "WTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm" },
    { "RFC 8080 6.1, first", COM, COM, WIRE_TYPE_MX, MAIL, 257, 15,
      "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=", 2, 1440021600, 1438207200, 3613,
      "oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==" },
    { "RFC 8080 6.1, second", COM, COM, WIRE_TYPE_MX, MAIL, 257, 15,
      "zPnZ/QwEe7S8C5SPz2OfS5RR40ATk2/rYnE9xHIEijs=", 2, 1440021600, 1438207200, 35217,
      "zXQ0bkYgQTEFyfLyi9QoiY6D8ZdYo4wyUhVioYZXFdT410QPRITQSqJSnzQoSm5poJ7gD7AQR0O7KuI5k2pcBg==" },
    { "RFC 8080 6.2, first", COM, COM, WIRE_TYPE_MX, MAIL, 257, 16,
      "3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTPhpj/OiBVHHSfPodx1FYYUcJKm1MDpJtIA", 2, 1440021600,
      1438207200, 9713,
      "3cPAHkmlnxcDHMyg7vFC34l0blBhuG1qpwLmjInI8w1CMB29FkEAIJUA0amxWndkmnBZ6SKiwZSAxGILn/NBtOXft0+G"
      "j7FSvOKxE/07+4RQvE581N3Aj/JtIyaiYVdnYtyMWbSNyGEY2213WKsJlwEA" },
    { "RFC 8080 6.2, second", COM, COM, WIRE_TYPE_MX, MAIL, 257, 16,
      "kkreGWoccSDmUBGAe7+zsbG6ZAFQp+syPmYUurBRQc3tDjeMCJcVMRDmgcNLp5HlHAMy12VoISsA", 2, 1440021600,
      1438207200, 38353,
      "E1/oLjSGIbmLny/4fcgM1z4oL6aqo+izT3urCyHyvEp4Sp8Syg1eI+lJ57CSnZqjJP41O/9l4m0AsQ4f7qI1gVnML8vW"
      "WiyW2KXhT9kuAICUSxv5OWbf81Rq7Yu60npabODB0QFPb/rkW3kUZmQ0YQUA" },
};

static td_err key_of_example(const struct example *example, struct dnssec_key **ret_key)
{
    uint8_t rdata[1024] = { (uint8_t)(example->flags >> 8), (uint8_t)example->flags, 3,
                            example->algorithm };
    size_t size = 4 + test_base64(example->key, rdata + 4, sizeof(rdata) - 4);

    return dnssec_key_new((const uint8_t *)example->zone, rdata, size, ret_key);
}

static struct wire_rdata rrsig_of_example(const struct example *example, uint8_t *out)
{
    size_t signer_size = strlen(example->zone) + 1;

    td_put_u16(out, example->type);
    out[2] = example->algorithm;
    out[3] = example->labels;
    td_put_u32(out + 4, 3600);
    td_put_u32(out + 8, example->expiration);
    td_put_u32(out + 12, example->inception);
    td_put_u16(out + 16, example->key_tag);
    memcpy(out + 18, example->zone, signer_size);
    size_t size = 18 + signer_size;
    size += test_base64(example->signature, out + size, 512);
    return (struct wire_rdata){ .octets = out, .size = (uint16_t)size };
}

TEST(examples_of_the_rfcs)
{
    struct dnssec_verifier verifier = { .capacity = 0 };

    for (size_t i = 0; i < TD_COUNT(examples); i++) {
        const struct example *example = &examples[i];
        const uint8_t *owner = (const uint8_t *)example->owner;
        struct wire_rrset *set = test_set_new(example->type, 77);
        struct dnssec_key *key;
        uint8_t octets[1024];
        bool is_wildcard = true;

        test_set_add_hex(&set, example->rdata);
        CHECK_OK(key_of_example(example, &key));
        CHECK_EQ(dnssec_key_get_tag(key), example->key_tag);
        CHECK_EQ(dnssec_key_flags(key), example->flags);
        CHECK_EQ(dnssec_key_algorithm(key), example->algorithm);
        CHECK(dnssec_algorithm_is_known(example->algorithm));
        struct wire_rdata rrsig = rrsig_of_example(example, octets);
        CHECK_EQ_WHY(
            dnssec_verify(&verifier, key, owner, set, rrsig, example->inception, &is_wildcard),
            DNSSEC_VERDICT_GOOD, example->why);
        CHECK(!is_wildcard);
        set->data[set->size - 2] ^= 1;
        CHECK_EQ(dnssec_verify(&verifier, key, owner, set, rrsig, example->inception, NULL),
                 DNSSEC_VERDICT_BAD);
        dnssec_key_free(key);
        free(set);
    }
    dnssec_verifier_fini(&verifier);
}

/* Verify hexadecimal record data against hexadecimal DNSKEY and RRSIG data. */
static enum dnssec_verdict verify_hex(const char *dnskey, const char *rrsig, const char *owner,
                                      uint16_t type, const char *const *rdata, bool *ret_wildcard)
{
    struct dnssec_verifier verifier = { .capacity = 0 };
    uint8_t key_octets[512], rrsig_octets[512];
    size_t key_size = test_hex(dnskey, key_octets, sizeof(key_octets));
    size_t rrsig_size = test_hex(rrsig, rrsig_octets, sizeof(rrsig_octets));
    struct wire_rdata rrsig_data = { rrsig_octets, (uint16_t)rrsig_size };
    struct wire_rrset *set = test_set_new(type, 60);
    struct dnssec_key *key;

    for (; *rdata != NULL; rdata++)
        test_set_add_hex(&set, *rdata);
    CHECK_OK(dnssec_key_new((const uint8_t *)"\7exAMPle\3com", key_octets, key_size, &key));
    enum dnssec_verdict verdict = dnssec_verify(&verifier, key, (const uint8_t *)owner, set,
                                                rrsig_data, 1500000000, ret_wildcard);
    dnssec_key_free(key);
    dnssec_verifier_fini(&verifier);
    free(set);
    return verdict;
}

/* 20 MAIL1.Example.COM., 10 Mail2.EXAMPLE., 10 a., 10 A.: not sorted, mixed case, a duplicate */
TEST(canonical_form_under_sha1)
{
    static const char *const mx[] = { "0014 054d41494c31 074578616d706c65 03434f4d 00",
                                      "000a 054d61696c32 074558414d504c45 00", "000a 0161 00",
                                      "000a 0141 00", NULL };
    static const char owner[] = "\4MAIL\7example\3com";
    bool is_wildcard = true;

    CHECK_EQ(verify_hex(SHA1_KEY, SHA1_MX_RRSIG, owner, WIRE_TYPE_MX, mx, &is_wildcard),
             DNSSEC_VERDICT_GOOD);
    CHECK(!is_wildcard);
    CHECK_EQ(verify_hex(NSEC3SHA1_KEY, NSEC3SHA1_MX_RRSIG, owner, WIRE_TYPE_MX, mx, NULL),
             DNSSEC_VERDICT_GOOD);
    CHECK_EQ(verify_hex(NSEC3SHA1_KEY, SHA1_MX_RRSIG, owner, WIRE_TYPE_MX, mx, NULL),
             DNSSEC_VERDICT_OTHER_KEY);
}

TEST(sets_made_from_a_wildcard)
{
    static const char *const a[] = { "c0000201", NULL };
    static const struct {
        const char *owner;
        enum dnssec_verdict want;
        bool is_wildcard;
    } rows[] = {
        { "\1*\7example\3com", DNSSEC_VERDICT_GOOD, false },
        { "\1x\7example\3com", DNSSEC_VERDICT_GOOD, true },
        { "\1x\1y\1Z\7example\3com", DNSSEC_VERDICT_GOOD, true },
        { "\1*\1y\7example\3com", DNSSEC_VERDICT_GOOD, true },
        { "\7example\3com", DNSSEC_VERDICT_BAD, false },
        { "\1x\7example\3net", DNSSEC_VERDICT_OTHER_SET, false },
        { "\3com", DNSSEC_VERDICT_OTHER_SET, false },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        bool is_wildcard = false;
        CHECK_EQ_WHY(
            verify_hex(WILD_KEY, WILD_A_RRSIG, rows[i].owner, WIRE_TYPE_A, a, &is_wildcard),
            rows[i].want, rows[i].owner);
        CHECK_EQ_WHY(is_wildcard, rows[i].is_wildcard, rows[i].owner);
    }
}

TEST(fields_that_do_not_fit)
{
    static const struct {
        const char *why;
        size_t at; /* octet of the RRSIG to change */
        uint8_t value;
        enum dnssec_verdict want;
    } rows[] = {
        { "covers another type", 1, 16, DNSSEC_VERDICT_OTHER_SET },
        { "another algorithm", 2, 8, DNSSEC_VERDICT_OTHER_KEY },
        { "more labels than the owner has", 3, 4, DNSSEC_VERDICT_OTHER_SET },
        { "expired", 8, 0x10, DNSSEC_VERDICT_EXPIRED },
        { "not yet valid", 13, 0x70, DNSSEC_VERDICT_FUTURE },
        { "another tag", 17, 0, DNSSEC_VERDICT_OTHER_KEY },
        { "another signer below", 27, 0, DNSSEC_VERDICT_OTHER_SET },
        { "signer is no name", 18, 0xC0, DNSSEC_VERDICT_MALFORMED },
        { "original TTL", 7, 1, DNSSEC_VERDICT_BAD },
    };
    const struct example *example = &examples[2];
    struct dnssec_verifier verifier = { .capacity = 0 };
    struct wire_rrset *set = test_set_new(example->type, 77);
    struct dnssec_key *key;

    test_set_add_hex(&set, example->rdata);
    CHECK_OK(key_of_example(example, &key));
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint8_t octets[1024];
        struct wire_rdata rrsig = rrsig_of_example(example, octets);
        octets[rows[i].at] = rows[i].value;
        CHECK_EQ_WHY(dnssec_verify(&verifier, key, (const uint8_t *)example->owner, set, rrsig,
                                   example->inception, NULL),
                     rows[i].want, rows[i].why);
        CHECK(dnssec_verdict_text(rows[i].want) != NULL);
    }
    dnssec_key_free(key);
    dnssec_verifier_fini(&verifier);
    free(set);
}

TEST(a_signer_above_the_zone_is_another_key)
{
    const struct example *example = &examples[2];
    struct example above = *example;
    struct dnssec_verifier verifier = { .capacity = 0 };
    struct wire_rrset *set = test_set_new(example->type, 77);
    struct dnssec_key *key;
    uint8_t octets[1024];

    test_set_add_hex(&set, example->rdata);
    CHECK_OK(key_of_example(example, &key));
    above.zone = "\3net";
    CHECK_EQ(dnssec_verify(&verifier, key, (const uint8_t *)example->owner, set,
                           rrsig_of_example(&above, octets), example->inception, NULL),
             DNSSEC_VERDICT_OTHER_KEY);
    dnssec_key_free(key);
    dnssec_verifier_fini(&verifier);
    free(set);
}

TEST(keys_that_are_refused)
{
    static const struct {
        const char *why;
        uint8_t octets[16];
        size_t size;
        td_err want;
    } rows[] = {
        { "cut off", { 1, 1, 3, 13 }, 3, TD_E_MALFORMED },
        { "no key", { 1, 1, 3, 13 }, 4, TD_E_MALFORMED },
        { "no zone key", { 0, 1, 3, 13, 1 }, 5, TD_E_INVALID },
        { "other protocol", { 1, 1, 2, 13, 1 }, 5, TD_E_INVALID },
        { "RSA/MD5", { 1, 1, 3, 1, 1 }, 5, TD_E_UNSUPPORTED },
        { "DSA", { 1, 1, 3, 3, 1 }, 5, TD_E_UNSUPPORTED },
        { "GOST", { 1, 1, 3, 12, 1 }, 5, TD_E_UNSUPPORTED },
        { "delete", { 1, 1, 3, 0, 1 }, 5, TD_E_UNSUPPORTED },
        { "half a point", { 1, 1, 3, 13, 1 }, 5, TD_E_MALFORMED },
        { "a small modulus", { 1, 1, 3, 8, 1, 3, 0xC1, 0xC1 }, 8, TD_E_LIMIT },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct dnssec_key *key = NULL;
        CHECK_EQ_WHY(dnssec_key_new((const uint8_t *)"", rows[i].octets, rows[i].size, &key),
                     rows[i].want, rows[i].why);
        CHECK(key == NULL);
        CHECK_EQ_WHY(dnssec_algorithm_is_known(rows[i].octets[3]), rows[i].want != TD_E_UNSUPPORTED,
                     rows[i].why);
    }
    dnssec_key_free(NULL);
}

TESTS(examples_of_the_rfcs, canonical_form_under_sha1, sets_made_from_a_wildcard,
      fields_that_do_not_fit, a_signer_above_the_zone_is_another_key, keys_that_are_refused)
