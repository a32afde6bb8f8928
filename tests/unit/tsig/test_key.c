/*
 * Goal    keys are found by name in any case; algorithms by name; bad sets are refused.
 * Method  sets of many keys; tables.
 */
#include "tsig/key.h"
#include "unit/test.h"

static const uint8_t secret[] = { 1, 2, 3 };

static struct tsig_key_row row_of(const char *name)
{
    return (struct tsig_key_row){ .name = (const uint8_t *)name,
                                  .algorithm = TSIG_HMAC_SHA256,
                                  .secret = secret,
                                  .secret_size = sizeof(secret) };
}

TEST(every_key_of_many_is_found)
{
    enum { COUNT = 200 };
    char names[COUNT][8];
    struct tsig_key_row rows[COUNT];
    struct tsig_keys *keys;

    for (unsigned i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof(names[i]), "\5kE%03u", i * 7 % COUNT);
        rows[i] = row_of(names[i]);
    }
    CHECK_OK(tsig_keys_new(rows, COUNT, &keys));
    CHECK_EQ(tsig_keys_count(keys), COUNT);
    for (unsigned i = 0; i < COUNT; i++) {
        names[i][1] = 'K';
        const struct tsig_key *key = tsig_keys_find(keys, (const uint8_t *)names[i], 7);
        CHECK(key != NULL);
        names[i][1] = 'k';
        names[i][2] = 'e';
        CHECK_BYTES(key->name, key->name_size, names[i], 7);
    }
    CHECK(tsig_keys_find(keys, (const uint8_t *)"\5ke200", 7) == NULL);
    CHECK(tsig_keys_find(keys, (const uint8_t *)"\4ke00", 6) == NULL);
    CHECK(tsig_keys_find(keys, (const uint8_t *)"", 1) == NULL);
    tsig_keys_free(keys);
}

TEST(an_empty_set_has_no_key)
{
    struct tsig_keys *keys;

    CHECK_OK(tsig_keys_new(NULL, 0, &keys));
    CHECK_EQ(tsig_keys_count(keys), 0);
    CHECK(tsig_keys_find(keys, (const uint8_t *)"\1a", 3) == NULL);
    tsig_keys_free(keys);
    CHECK(tsig_keys_find(NULL, (const uint8_t *)"\1a", 3) == NULL);
    tsig_keys_free(NULL);
}

TEST(bad_sets_are_refused)
{
    struct tsig_key_row rows[] = { row_of("\1a"), row_of("\1b"), row_of("\1A") };
    struct tsig_keys *keys = NULL;

    CHECK_EQ(tsig_keys_new(rows, 3, &keys), TD_E_EXISTS);
    rows[1].secret_size = 0;
    CHECK_EQ(tsig_keys_new(rows, 2, &keys), TD_E_INVALID);
    CHECK(keys == NULL);
    rows[1].secret_size = 1;
    CHECK_OK(tsig_keys_new(rows, 2, &keys));
    tsig_keys_free(keys);
}

TEST(algorithms)
{
    static const struct {
        const char *name;
        const char *text;
        enum tsig_algorithm algorithm;
        size_t mac_size, mac_size_min;
    } rows[] = {
        { "\11HMAC-sha1", "hmac-sha1", TSIG_HMAC_SHA1, 20, 10 },
        { "\13hmac-SHA224", "hmac-sha224", TSIG_HMAC_SHA224, 28, 14 },
        { "\13hmac-sha256", "hmac-sha256", TSIG_HMAC_SHA256, 32, 16 },
        { "\13hmac-sha384", "hmac-sha384", TSIG_HMAC_SHA384, 48, 24 },
        { "\13hmac-sha512", "hmac-sha512", TSIG_HMAC_SHA512, 64, 32 },
    };
    static const char md5[] = "\10hmac-md5\7sig-alg\3reg\3int";
    enum tsig_algorithm algorithm = TSIG_ALGORITHM_COUNT;

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        size_t size = strlen(rows[i].name) + 1, known_size;
        CHECK_OK(tsig_algorithm_find((const uint8_t *)rows[i].name, size, &algorithm));
        CHECK_EQ(algorithm, rows[i].algorithm);
        CHECK_STR(tsig_algorithm_text(algorithm), rows[i].text);
        CHECK_EQ(tsig_algorithm_mac_size(algorithm), rows[i].mac_size);
        CHECK_EQ(tsig_algorithm_mac_size_min(algorithm), rows[i].mac_size_min);
        const uint8_t *known = tsig_algorithm_name(algorithm, &known_size);
        CHECK(wire_name_equal(known, known_size, (const uint8_t *)rows[i].name, size));
    }
    algorithm = TSIG_ALGORITHM_COUNT;
    CHECK_EQ(tsig_algorithm_find((const uint8_t *)md5, sizeof(md5), &algorithm), TD_E_UNSUPPORTED);
    CHECK_EQ(tsig_algorithm_find((const uint8_t *)"", 1, &algorithm), TD_E_UNSUPPORTED);
    CHECK_EQ(algorithm, TSIG_ALGORITHM_COUNT);
}

TEST(the_shortest_mac_stays_within_bounds)
{
    static const struct {
        uint8_t wish, want;
    } rows[] = { { 0, 16 }, { 1, 16 }, { 16, 16 }, { 20, 20 }, { 32, 32 }, { 99, 32 } };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct tsig_key_row row = row_of("\1a");
        struct tsig_keys *keys;
        row.mac_size_min = rows[i].wish;
        CHECK_OK(tsig_keys_new(&row, 1, &keys));
        CHECK_EQ(tsig_keys_find(keys, (const uint8_t *)"\1a", 3)->mac_size_min, rows[i].want);
        tsig_keys_free(keys);
    }
}

static void sum(const struct tsig_key *key, uint8_t mac[CRYPTO_HMAC_SIZE_MAX])
{
    struct crypto_hmac hmac;

    crypto_hmac_begin(&hmac, &key->hmac);
    crypto_hmac_add(&hmac, "text", 4);
    crypto_hmac_end(&hmac, mac);
}

TEST(one_key_by_itself_is_as_in_a_set)
{
    struct tsig_key_row row = row_of("\1A");
    struct tsig_key one, same;
    struct tsig_keys *keys;
    uint8_t mac_of_one[CRYPTO_HMAC_SIZE_MAX], mac_of_set[CRYPTO_HMAC_SIZE_MAX];

    CHECK_OK(tsig_keys_new(&row, 1, &keys));
    CHECK_OK(tsig_key_prepare(&one, &row));
    CHECK_BYTES(one.name, one.name_size, "\1a", 3);
    CHECK_EQ(one.mac_size, 32);
    CHECK_EQ(one.mac_size_min, 16);
    sum(&one, mac_of_one);
    sum(tsig_keys_find(keys, row.name, 3), mac_of_set);
    CHECK_BYTES(mac_of_one, 32, mac_of_set, 32);
    tsig_keys_free(keys);
    /* Peers are compared octet by octet. */
    memset(&same, 0x5a, sizeof(same));
    CHECK_OK(tsig_key_prepare(&same, &row));
    CHECK_BYTES(&same, sizeof(same), &one, sizeof(one));
    row.secret = (const uint8_t *)"\1\2\4";
    CHECK_OK(tsig_key_prepare(&same, &row));
    CHECK(memcmp(&same, &one, sizeof(one)) != 0);
    row.secret_size = 0;
    CHECK_EQ(tsig_key_prepare(&same, &row), TD_E_INVALID);
}

TESTS(every_key_of_many_is_found, an_empty_set_has_no_key, bad_sets_are_refused, algorithms,
      the_shortest_mac_stays_within_bounds, one_key_by_itself_is_as_in_a_set)
