/*
 * Goal    RFC 5155: hashes, labels and owners, there and back; limits of RFC 9276.
 * Method  the hashes of RFC 5155 A; a table of refusals.
 */
#include "dnssec/nsec3.h"
#include "unit/test.h"

static const struct dnssec_nsec3_params example = {
    .algorithm = 1, .iterations = 12, .salt_size = 4, .salt = { 0xAA, 0xBB, 0xCC, 0xDD }
};

TEST(hashes_of_the_rfc)
{
    static const struct {
        const char *name;
        const char *label;
    } rows[] = {
        { "\7example", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom" },
        { "\1a\7example", "35mthgpgcu1qg68fab165klnsnk3dpvl" },
        { "\2AI\7Example", "gjeqe526plbf1g8mklp59enfd789njgi" },
        { "\3ns2\7example", "q04jkcevqvmu85r014c7dkba38o0ji5r" },
        { "\1w\7example", "k8udemvp1j2f7eg6jebps17vp3n8i58h" },
        { "\1*\1w\7example", "r53bq7cc2uvmubfu5ocmm6pers9tk9en" },
        { "\1x\1w\7example", "b4um86eghhds6nea196smvmlo4ors995" },
        { "\1y\1w\7example", "ji6neoaepv8b5o6k4ev33abha8ht9fgc" },
        { "\1x\1y\1w\7example", "2vptu5timamqttgl4luu9kg21e0aor3s" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        const uint8_t *name = (const uint8_t *)rows[i].name;
        uint8_t hash[DNSSEC_NSEC3_HASH_SIZE], back[DNSSEC_NSEC3_HASH_SIZE];
        uint8_t label[1 + DNSSEC_NSEC3_LABEL_SIZE];
        struct wire_name owner;

        dnssec_nsec3_hash(&example, name, wire_name_size(name), hash);
        dnssec_nsec3_label(hash, label);
        CHECK_EQ(label[0], 32);
        CHECK_BYTES(label + 1, sizeof(label) - 1, rows[i].label, 32);
        CHECK_OK(dnssec_nsec3_owner(hash, (const uint8_t *)"\7example", &owner));
        CHECK_EQ(owner.size, 33 + 9);
        CHECK_EQ(owner.label_count, 3);
        CHECK_OK(dnssec_nsec3_owner_hash(owner.octets, back));
        CHECK_BYTES(back, sizeof(back), hash, sizeof(hash));
    }
}

TEST(names_in_lower_case_need_no_copy)
{
    uint8_t a[DNSSEC_NSEC3_HASH_SIZE], b[DNSSEC_NSEC3_HASH_SIZE];

    dnssec_nsec3_hash(&example, (const uint8_t *)"\1A\7EXAMPLE", 11, a);
    dnssec_nsec3_hash_lower(&example, (const uint8_t *)"\1a\7example", 11, b);
    CHECK_BYTES(a, sizeof(a), b, sizeof(b));
}

TEST(owners_that_do_not_fit)
{
    uint8_t hash[DNSSEC_NSEC3_HASH_SIZE] = { 0 };
    uint8_t apex[223 + 1];
    struct wire_name owner = { .size = 77 };

    /* 222 octets: 3 labels of 63 and one of 28, and the root */
    memset(apex, 'a', sizeof(apex));
    apex[0] = apex[64] = apex[128] = 63;
    apex[192] = 28;
    apex[221] = 0;
    CHECK_OK(dnssec_nsec3_owner(hash, apex, &owner));
    CHECK_EQ(owner.size, 255);
    owner.size = 77;
    apex[192] = 29;
    apex[221] = 'a';
    apex[222] = 0;
    CHECK_EQ(dnssec_nsec3_owner(hash, apex, &owner), TD_E_LIMIT);
    CHECK_EQ(owner.size, 77);
}

TEST(owners_that_are_no_hash)
{
    static const char *const owners[] = {
        "",
        "\1a",
        "\37"
        "0p9mhaveqvm6t7vbl5lop2u3t2rp3to",
        "\41"
        "0p9mhaveqvm6t7vbl5lop2u3t2rp3tomm",
        "\40"
        "0p9mhaveqvm6t7vbl5lop2u3t2rp3tow",
        "\40"
        "0p9mhaveqvm6t7vbl5lop2u3t2rp3to.",
    };

    for (size_t i = 0; i < TD_COUNT(owners); i++) {
        uint8_t hash[DNSSEC_NSEC3_HASH_SIZE] = { 77 };
        CHECK_EQ_WHY(dnssec_nsec3_owner_hash((const uint8_t *)owners[i], hash), TD_E_MALFORMED,
                     owners[i]);
        CHECK_EQ(hash[0], 77);
    }
}

TEST(parameters)
{
    static const uint8_t data[] = { 1, 1, 0, 12, 4, 0xAA, 0xBB, 0xCC, 0xDD, 99 };
    struct dnssec_nsec3_params params = { .algorithm = 77 };

    for (size_t size = 0; size < 9; size++)
        CHECK_EQ(dnssec_nsec3_params_read(data, size, &params), TD_E_TRUNCATED);
    CHECK_EQ(params.algorithm, 77);
    CHECK_OK(dnssec_nsec3_params_read(data, sizeof(data), &params));
    CHECK_EQ(params.flags, DNSSEC_NSEC3_OPT_OUT);
    CHECK(dnssec_nsec3_params_equal(&params, &example));
    CHECK_OK(dnssec_nsec3_params_check(&params));
    params.salt[3] = 0;
    CHECK(!dnssec_nsec3_params_equal(&params, &example));
    params = example;
    params.iterations = DNSSEC_NSEC3_ITERATIONS_MAX;
    CHECK(!dnssec_nsec3_params_equal(&params, &example));
    CHECK_OK(dnssec_nsec3_params_check(&params));
    params.iterations++;
    CHECK_EQ(dnssec_nsec3_params_check(&params), TD_E_LIMIT);
    params.algorithm = 2;
    CHECK_EQ(dnssec_nsec3_params_check(&params), TD_E_UNSUPPORTED);
}

TESTS(hashes_of_the_rfc, names_in_lower_case_need_no_copy, owners_that_do_not_fit,
      owners_that_are_no_hash, parameters)
