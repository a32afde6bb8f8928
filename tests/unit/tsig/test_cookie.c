/*
 * Goal    RFC 9018: cookies of any server with our secret; windows of time; two secrets.
 * Method  the examples of appendix A; a table of ages; each octet changed.
 */
#include "tsig/cookie.h"
#include "unit/crypto/hex.h"

#define SECRET   "e5e973e5a6b2a43f48e7dc849e37bfcf"
#define SECRET_6 "445536bcd2513298075a5d379663c962"
#define NEWER_6  "dd3bdf9344b678b185a6f5cb60fca715"
#define ADDR_1   "198.51.100.100"
#define ADDR_2   "203.0.113.203"
#define ADDR_6   "2001:db8:220:1:59de:d0f4:8769:82b8"
#define COOKIE_1 "2464c4abcf10c957010000005cf79f111f8130c3eee29480"

enum { MADE_AT = 1559731985 }; /* of COOKIE_1 */

static struct tsig_cookie_secrets secrets_of(const char *first, const char *second)
{
    struct tsig_cookie_secrets secrets = { .count = second == NULL ? 1 : 2 };

    test_hex(first, secrets.secrets[0], 16);
    if (second != NULL)
        test_hex(second, secrets.secrets[1], 16);
    return secrets;
}

static enum tsig_cookie_verdict answer(const struct tsig_cookie_secrets *secrets,
                                       const char *option_hex, const char *address, uint32_t now_s,
                                       uint8_t *out)
{
    uint8_t option[64];
    struct td_addr client;
    size_t size = test_hex(option_hex, option, sizeof(option));

    CHECK_OK(td_addr_parse(address, 53, &client));
    return tsig_cookie_answer(secrets, option, size, &client, now_s, out);
}

TEST(examples_of_the_rfc)
{
    static const struct {
        const char *why;
        const char *first, *second, *address, *option;
        uint32_t now_s;
        enum tsig_cookie_verdict want;
        const char *answer;
    } rows[] = {
        { "A.1 learning", SECRET, NULL, ADDR_1, "2464c4abcf10c957", MADE_AT, TSIG_COOKIE_NEW,
          COOKIE_1 },
        { "A.2 renewing after 40 minutes", SECRET, NULL, ADDR_1, COOKIE_1, 1559734385,
          TSIG_COOKIE_GOOD, "2464c4abcf10c957010000005cf7a871d4a564a1442aca77" },
        { "A.3 reserved octets", SECRET, NULL, ADDR_2,
          "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5", 1559727985, TSIG_COOKIE_GOOD,
          "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5" },
        { "A.3 renewed", SECRET, NULL, ADDR_2, "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5",
          1559731385, TSIG_COOKIE_GOOD, NULL },
        { "A.3 made by the next server", SECRET, NULL, ADDR_2, "fc93fc62807ddb86", 1559734700,
          TSIG_COOKIE_NEW, "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e" },
        { "A.4 IPv6, before the roll", SECRET_6, NULL, ADDR_6, "22681ab97d52c298", 1559741961,
          TSIG_COOKIE_NEW, "22681ab97d52c298010000005cf7c609a6bb79d16625507a" },
        { "A.4 IPv6, made with the new secret", NEWER_6, NULL, ADDR_6, "22681ab97d52c298",
          1559741817, TSIG_COOKIE_NEW, "22681ab97d52c298010000005cf7c57926556bd0934c72f8" },
        { "A.4 both secrets, by the staged one", SECRET_6, NEWER_6, ADDR_6,
          "22681ab97d52c298010000005cf7c57926556bd0934c72f8", 1559741961, TSIG_COOKIE_GOOD,
          "22681ab97d52c298010000005cf7c609a6bb79d16625507a" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct tsig_cookie_secrets secrets = secrets_of(rows[i].first, rows[i].second);
        uint8_t want[64], got[TSIG_COOKIE_SIZE];
        CHECK_EQ_WHY(answer(&secrets, rows[i].option, rows[i].address, rows[i].now_s, got),
                     rows[i].want, rows[i].why);
        if (rows[i].answer == NULL)
            continue;
        test_hex(rows[i].answer, want, sizeof(want));
        CHECK_EQ_WHY(memcmp(got, want, sizeof(got)), 0, rows[i].why);
    }
}

TEST(ages)
{
    static const struct {
        int32_t age_s;
        enum tsig_cookie_verdict want;
        bool is_kept;
    } rows[] = {
        { 0, TSIG_COOKIE_GOOD, true },         { 1799, TSIG_COOKIE_GOOD, true },
        { 1800, TSIG_COOKIE_GOOD, false },     { 3600, TSIG_COOKIE_GOOD, false },
        { 3601, TSIG_COOKIE_BAD, false },      { -300, TSIG_COOKIE_GOOD, true },
        { -301, TSIG_COOKIE_BAD, false },      { INT32_MAX, TSIG_COOKIE_BAD, false },
        { INT32_MIN, TSIG_COOKIE_BAD, false },
    };
    struct tsig_cookie_secrets secrets = secrets_of(SECRET, NULL);

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint8_t sent[64], got[TSIG_COOKIE_SIZE], again[TSIG_COOKIE_SIZE];
        uint32_t now_s = MADE_AT + (uint32_t)rows[i].age_s;
        struct td_addr client;
        CHECK_EQ(answer(&secrets, COOKIE_1, ADDR_1, now_s, got), rows[i].want);
        test_hex(COOKIE_1, sent, sizeof(sent));
        CHECK_EQ(memcmp(got, sent, sizeof(got)) == 0, rows[i].is_kept);
        /* what was given is good in turn */
        CHECK_OK(td_addr_parse(ADDR_1, 53, &client));
        CHECK_EQ(tsig_cookie_answer(&secrets, got, sizeof(got), &client, now_s, again),
                 TSIG_COOKIE_GOOD);
        CHECK_BYTES(again, sizeof(again), got, sizeof(got));
    }
}

TEST(the_second_secret_is_accepted_and_replaced)
{
    struct tsig_cookie_secrets secrets = secrets_of(SECRET_6, SECRET);
    uint8_t got[TSIG_COOKIE_SIZE], sent[TSIG_COOKIE_SIZE];

    test_hex(COOKIE_1, sent, sizeof(sent));
    CHECK_EQ(answer(&secrets, COOKIE_1, ADDR_1, MADE_AT + 1, got), TSIG_COOKIE_GOOD);
    CHECK(memcmp(got, sent, sizeof(got)) != 0);
    secrets.count = 1;
    CHECK_EQ(answer(&secrets, COOKIE_1, ADDR_1, MADE_AT + 1, got), TSIG_COOKIE_BAD);
}

TEST(every_octet_counts)
{
    struct tsig_cookie_secrets secrets = secrets_of(SECRET, NULL);
    uint8_t option[TSIG_COOKIE_SIZE], got[TSIG_COOKIE_SIZE];
    struct td_addr client;

    test_hex(COOKIE_1, option, sizeof(option));
    CHECK_OK(td_addr_parse(ADDR_1, 53, &client));
    for (size_t at = 0; at < sizeof(option); at++) {
        option[at] ^= 0x01;
        CHECK_EQ(tsig_cookie_answer(&secrets, option, sizeof(option), &client, MADE_AT, got),
                 TSIG_COOKIE_BAD);
        CHECK_BYTES(got, 8, option, 8);
        option[at] ^= 0x01;
    }
    for (size_t at = 0; at < 4; at++) {
        client.octets[at] ^= 0x01;
        CHECK_EQ(tsig_cookie_answer(&secrets, option, sizeof(option), &client, MADE_AT, got),
                 TSIG_COOKIE_BAD);
        client.octets[at] ^= 0x01;
    }
    client.port++; /* not the port, which a client changes */
    CHECK_EQ(tsig_cookie_answer(&secrets, option, sizeof(option), &client, MADE_AT, got),
             TSIG_COOKIE_GOOD);
}

TEST(sizes)
{
    struct tsig_cookie_secrets secrets = secrets_of(SECRET, NULL);
    uint8_t option[64] = { 0 }, got[TSIG_COOKIE_SIZE];
    struct td_addr client;

    CHECK_OK(td_addr_parse(ADDR_1, 53, &client));
    for (size_t size = 0; size <= sizeof(option); size++) {
        enum tsig_cookie_verdict want = TSIG_COOKIE_MALFORMED;
        if (size == 8)
            want = TSIG_COOKIE_NEW;
        else if (size >= 16 && size <= 40)
            want = TSIG_COOKIE_BAD;
        CHECK_EQ(tsig_cookie_answer(&secrets, option, size, &client, MADE_AT, got), want);
    }
}

TESTS(examples_of_the_rfc, ages, the_second_secret_is_accepted_and_replaced, every_octet_counts,
      sizes)
