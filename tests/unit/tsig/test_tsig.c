/*
 * Goal    RFC 8945 5.2, 5.3: requests are judged as the RFC says, in its order, and every
 *         verdict gets the answer that it should.
 * Method  messages of another implementation (vectors.h), octet for octet; messages made
 *         wrong in one place.
 */
#include "tsig/record.h"
#include "tsig/tsig.h"
#include "unit/tsig/keys.h"
#include "wire/const.h"

static const struct {
    enum tsig_algorithm algorithm;
    const char *query;
    const char *answer;
} vectors[] = {
    { TSIG_HMAC_SHA1, SHA1_QUERY, SHA1_ANSWER },
    { TSIG_HMAC_SHA224, SHA224_QUERY, SHA224_ANSWER },
    { TSIG_HMAC_SHA256, SHA256_QUERY, SHA256_ANSWER },
    { TSIG_HMAC_SHA384, SHA384_QUERY, SHA384_ANSWER },
    { TSIG_HMAC_SHA512, SHA512_QUERY, SHA512_ANSWER },
};

/* Verify the SHA-256 query of the vectors at a time. */
static enum tsig_verdict verify_at(const struct tsig_keys *keys, uint64_t now_s,
                                   struct tsig_exchange *exchange)
{
    uint8_t message[BUFFER_SIZE];
    size_t size = test_hex(SHA256_QUERY, message, sizeof(message));

    return tsig_verify(keys, message, size, QUERY_SIZE, now_s, exchange);
}

/* Sign a message given in hexadecimal and compare. */
static void check_signed(struct tsig_exchange *exchange, const char *plain, uint64_t now_s,
                         const char *want_hex)
{
    uint8_t message[BUFFER_SIZE], want[BUFFER_SIZE];
    size_t size = test_hex(plain, message, sizeof(message));
    size_t want_size = test_hex(want_hex, want, sizeof(want));
    size_t reserve = tsig_reserve(exchange);

    CHECK_EQ(size + reserve, want_size);
    CHECK_OK(tsig_sign(exchange, message, size, size + reserve, now_s, &size));
    CHECK_BYTES(message, size, want, want_size);
}

TEST(requests_and_answers_of_every_algorithm)
{
    for (size_t i = 0; i < TD_COUNT(vectors); i++) {
        struct tsig_keys *keys = test_keys(vectors[i].algorithm, 0);
        uint8_t message[BUFFER_SIZE];
        size_t size = test_hex(vectors[i].query, message, sizeof(message));
        struct tsig_exchange exchange;

        CHECK_EQ(tsig_verify(keys, message, size, QUERY_SIZE, NOW + 7, &exchange), TSIG_GOOD);
        CHECK(exchange.key == test_key(keys));
        CHECK_EQ(exchange.verdict, TSIG_GOOD);
        CHECK_EQ(exchange.skew_s, 7);
        CHECK_EQ(exchange.request_time_s, NOW);
        check_signed(&exchange, PLAIN_ANSWER, NOW, vectors[i].answer);
        tsig_keys_free(keys);
    }
}

TEST(any_changed_octet_is_seen)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 0);
    uint8_t message[BUFFER_SIZE];
    size_t size = test_hex(SHA256_QUERY, message, sizeof(message));

    for (size_t at = 2; at < size; at++) {
        struct tsig_exchange exchange;
        message[at] ^= 0x01;
        CHECK(tsig_verify(keys, message, size, QUERY_SIZE, NOW, &exchange) != TSIG_GOOD);
        message[at] ^= 0x01;
    }
    tsig_keys_free(keys);
}

/* 8945 5.2, and forwarders: the ID of the message may differ from the one that was signed. */
TEST(the_original_id_counts)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 0);
    uint8_t message[BUFFER_SIZE];
    size_t size = test_hex(SHA256_QUERY, message, sizeof(message));
    struct tsig_exchange exchange;

    message[0] ^= 0xFF;
    CHECK_EQ(tsig_verify(keys, message, size, QUERY_SIZE, NOW, &exchange), TSIG_GOOD);
    tsig_keys_free(keys);
}

TEST(names_are_compared_without_case)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 0);
    uint8_t message[BUFFER_SIZE];
    size_t size = test_hex(SHA256_QUERY, message, sizeof(message));
    struct tsig_exchange exchange;

    memcpy(message + QUERY_SIZE, "\3kEY\7eXAMPLE", 13);
    memcpy(message + QUERY_SIZE + 13 + 10, "\13HMAC-SHA256", 13);
    CHECK_EQ(tsig_verify(keys, message, size, QUERY_SIZE, NOW, &exchange), TSIG_GOOD);
    tsig_keys_free(keys);
}

TEST(times)
{
    static const struct {
        uint64_t now_s;
        enum tsig_verdict want;
    } rows[] = {
        { NOW, TSIG_GOOD },           { NOW + 300, TSIG_GOOD },           { NOW - 300, TSIG_GOOD },
        { NOW + 301, TSIG_BADTIME },  { NOW - 301, TSIG_BADTIME },        { 0, TSIG_BADTIME },
        { UINT32_MAX, TSIG_BADTIME }, { (1ull << 48) - 1, TSIG_BADTIME },
    };
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 0);

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct tsig_exchange exchange;
        CHECK_EQ(verify_at(keys, rows[i].now_s, &exchange), rows[i].want);
        CHECK_EQ(exchange.skew_s, (int64_t)rows[i].now_s - NOW);
    }
    tsig_keys_free(keys);
}

TEST(badtime_is_signed_and_carries_our_time)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 0);
    struct tsig_exchange exchange;

    CHECK_EQ(verify_at(keys, NOW + 1000, &exchange), TSIG_BADTIME);
    CHECK_EQ(exchange.skew_s, 1000);
    CHECK(exchange.key != NULL);
    CHECK_EQ(tsig_verdict_rcode(exchange.verdict), WIRE_RCODE_NOTAUTH);
    check_signed(&exchange, NOTAUTH_ANSWER, NOW + 1000, BADTIME_ANSWER);
    tsig_keys_free(keys);
}

/* The SHA-256 query with its MAC cut to `mac_size` octets; returns the size. */
static size_t truncated_query(size_t mac_size, uint8_t *message)
{
    uint8_t whole[BUFFER_SIZE];
    size_t size = test_hex(SHA256_QUERY, whole, sizeof(whole));
    struct tsig_record record;

    CHECK_OK(tsig_record_read(whole, size, QUERY_SIZE, &record));
    record.mac_size = (uint16_t)mac_size;
    size = test_hex(PLAIN_QUERY, message, BUFFER_SIZE);
    CHECK_OK(tsig_record_write(&record, message, size, BUFFER_SIZE, &size));
    return size;
}

TEST(truncated_macs)
{
    static const struct {
        uint8_t mac_size_min;
        size_t mac_size;
        enum tsig_verdict want;
    } rows[] = {
        { 0, 32, TSIG_GOOD },     { 0, 31, TSIG_GOOD },      { 0, 16, TSIG_GOOD },
        { 0, 15, TSIG_FORMERR },  { 0, 10, TSIG_FORMERR },   { 0, 1, TSIG_FORMERR },
        { 0, 0, TSIG_FORMERR },   { 32, 32, TSIG_GOOD },     { 32, 31, TSIG_BADTRUNC },
        { 20, 20, TSIG_GOOD },    { 20, 19, TSIG_BADTRUNC }, { 20, 16, TSIG_BADTRUNC },
        { 32, 15, TSIG_FORMERR },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, rows[i].mac_size_min);
        uint8_t message[BUFFER_SIZE];
        size_t size = truncated_query(rows[i].mac_size, message);
        struct tsig_exchange exchange;
        CHECK_EQ(tsig_verify(keys, message, size, QUERY_SIZE, NOW, &exchange), rows[i].want);
        tsig_keys_free(keys);
    }
}

/* RFC 8945 5.2: key, MAC, time, truncation, in this order. */
TEST(what_is_wrong_first_is_said)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 32);
    uint8_t message[BUFFER_SIZE];
    size_t size = truncated_query(20, message);
    struct tsig_exchange exchange;

    CHECK_EQ(tsig_verify(keys, message, size, QUERY_SIZE, NOW, &exchange), TSIG_BADTRUNC);
    CHECK_EQ(tsig_verify(keys, message, size, QUERY_SIZE, 0, &exchange), TSIG_BADTIME);
    message[2] ^= 1;
    CHECK_EQ(tsig_verify(keys, message, size, QUERY_SIZE, 0, &exchange), TSIG_BADSIG);
    message[QUERY_SIZE + 1] ^= 1;
    CHECK_EQ(tsig_verify(keys, message, size, QUERY_SIZE, 0, &exchange), TSIG_BADKEY);
    tsig_keys_free(keys);
}

TEST(badtrunc_is_signed)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 32);
    uint8_t message[BUFFER_SIZE];
    size_t size = truncated_query(20, message);
    struct tsig_exchange exchange;
    struct tsig_record record;

    CHECK_EQ(tsig_verify(keys, message, size, QUERY_SIZE, NOW, &exchange), TSIG_BADTRUNC);
    size = test_hex(NOTAUTH_ANSWER, message, sizeof(message));
    size_t plain_size = size;
    CHECK_OK(tsig_sign(&exchange, message, size, sizeof(message), NOW, &size));
    CHECK_OK(tsig_record_read(message, size, plain_size, &record));
    CHECK_EQ(record.error, WIRE_RCODE_BADTRUNC);
    CHECK_EQ(record.mac_size, 32);
    /* The MAC of the request is digested as it came: shorter than in the vector. */
    exchange.is_first = true;
    CHECK_EQ(verify_at(keys, NOW, &exchange), TSIG_GOOD);
    exchange.verdict = TSIG_BADTRUNC;
    check_signed(&exchange, NOTAUTH_ANSWER, NOW, BADTRUNC_ANSWER);
    tsig_keys_free(keys);
}

TEST(badkey_and_badsig_are_not_signed)
{
    static const struct {
        const char *why;
        size_t at; /* octet of the request that is changed */
        enum tsig_verdict want;
        uint16_t error;
    } rows[] = {
        { "another name", QUERY_SIZE + 1, TSIG_BADKEY, WIRE_RCODE_BADKEY },
        { "another algorithm", QUERY_SIZE + 13 + 10 + 3, TSIG_BADKEY, WIRE_RCODE_BADKEY },
        { "another flag", 3, TSIG_BADSIG, WIRE_RCODE_BADSIG },
        { "another MAC", QUERY_SIZE + 13 + 10 + 13 + 10 + 31, TSIG_BADSIG, WIRE_RCODE_BADSIG },
    };
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 0);

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint8_t message[BUFFER_SIZE], request[BUFFER_SIZE];
        size_t request_size = test_hex(SHA256_QUERY, request, sizeof(request));
        size_t size = test_hex(NOTAUTH_ANSWER, message, sizeof(message)), plain_size = size;
        struct tsig_exchange exchange;
        struct tsig_record record;

        request[rows[i].at] ^= 0x01;
        CHECK_EQ_WHY(tsig_verify(keys, request, request_size, QUERY_SIZE, NOW + 5, &exchange),
                     rows[i].want, rows[i].why);
        CHECK_EQ(tsig_verdict_rcode(exchange.verdict), WIRE_RCODE_NOTAUTH);
        CHECK_EQ(exchange.skew_s, 5);
        CHECK_OK(tsig_sign(&exchange, message, size, size + tsig_reserve(&exchange), NOW, &size));
        CHECK_EQ(size, plain_size + tsig_reserve(&exchange));
        CHECK_EQ(message[11], 1);
        CHECK_OK(tsig_record_read(message, size, plain_size, &record));
        CHECK_EQ_WHY(record.error, rows[i].error, rows[i].why);
        CHECK_EQ(record.mac_size, 0);
        CHECK_EQ(record.other_size, 0);
        CHECK_EQ(record.original_id, 0x1234);
        CHECK_BYTES(record.name.octets, record.name.size, request + QUERY_SIZE, 13);
        CHECK_BYTES(record.algorithm.octets, record.algorithm.size, request + QUERY_SIZE + 23, 13);
    }
    tsig_keys_free(keys);
}

TEST(a_key_has_one_algorithm)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA1, 0);
    struct tsig_exchange exchange;

    CHECK_EQ(verify_at(keys, NOW, &exchange), TSIG_BADKEY);
    CHECK(exchange.key == NULL);
    tsig_keys_free(keys);
}

TEST(formerr_is_answered_without_tsig)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 0);
    uint8_t message[BUFFER_SIZE];
    size_t size = test_hex(SHA256_QUERY, message, sizeof(message));
    struct tsig_exchange exchange;

    message[11] = 0; /* no additional record, says the header */
    CHECK_EQ(tsig_verify(keys, message, size, QUERY_SIZE, NOW, &exchange), TSIG_FORMERR);
    message[11] = 1;
    CHECK_EQ(tsig_verify(keys, message, size - 1, QUERY_SIZE, NOW, &exchange), TSIG_FORMERR);
    CHECK_EQ(tsig_verify(keys, message, size, 0, NOW, &exchange), TSIG_FORMERR);
    CHECK_EQ(exchange.verdict, TSIG_FORMERR);
    CHECK(exchange.key == NULL);
    CHECK_EQ(tsig_verdict_rcode(exchange.verdict), WIRE_RCODE_FORMERR);
    CHECK_EQ(tsig_reserve(&exchange), 0);
    size = test_hex(PLAIN_ANSWER, message, sizeof(message));
    size_t signed_size = 0;
    CHECK_OK(tsig_sign(&exchange, message, size, size, NOW, &signed_size));
    CHECK_EQ(signed_size, size);
    CHECK_EQ(message[11], 0);
    CHECK_EQ(tsig_add(&exchange, message, size), TD_E_INVALID);
    tsig_keys_free(keys);
}

TEST(no_room_changes_nothing)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 0);
    struct tsig_exchange exchange;
    uint8_t message[BUFFER_SIZE];
    size_t size = test_hex(PLAIN_ANSWER, message, sizeof(message)), signed_size = 77;

    CHECK_EQ(verify_at(keys, NOW, &exchange), TSIG_GOOD);
    for (size_t capacity = size; capacity < size + tsig_reserve(&exchange); capacity++)
        CHECK_EQ(tsig_sign(&exchange, message, size, capacity, NOW, &signed_size), TD_E_SPACE);
    CHECK_EQ(signed_size, 77);
    check_signed(&exchange, PLAIN_ANSWER, NOW, SHA256_ANSWER);
    memset(message + 10, 0xFF, 2);
    CHECK_EQ(tsig_sign(&exchange, message, size, sizeof(message), NOW, &signed_size), TD_E_LIMIT);
    tsig_keys_free(keys);
}

TEST(long_answers)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 0);
    struct tsig_exchange exchange;
    uint8_t message[BUFFER_SIZE];

    CHECK_EQ(verify_at(keys, NOW, &exchange), TSIG_GOOD);
    check_signed(&exchange, LONG_PLAIN_1, NOW, LONG_SIGNED_1);
    check_signed(&exchange, LONG_PLAIN_2, NOW, LONG_SIGNED_2);
    check_signed(&exchange, LONG_PLAIN_3, NOW, LONG_SIGNED_3);

    CHECK_EQ(verify_at(keys, NOW, &exchange), TSIG_GOOD);
    size_t size = test_hex(LONG_PLAIN_2, message, sizeof(message));
    CHECK_EQ(tsig_add(&exchange, message, size), TD_E_INVALID); /* the first is signed */
    check_signed(&exchange, LONG_PLAIN_1, NOW, LONG_SIGNED_1);
    CHECK_OK(tsig_add(&exchange, message, size));
    size = test_hex(LONG_PLAIN_3, message, sizeof(message));
    CHECK_OK(tsig_add(&exchange, message, size));
    check_signed(&exchange, GAP_PLAIN_4, NOW, GAP_SIGNED_4);
    for (unsigned i = 0; i < TSIG_UNSIGNED_MAX; i++)
        CHECK_OK(tsig_add(&exchange, message, size));
    CHECK_EQ(tsig_add(&exchange, message, size), TD_E_LIMIT);
    tsig_keys_free(keys);
}

TEST(verdicts_have_names)
{
    CHECK_STR(tsig_verdict_text(TSIG_BADSIG), "BADSIG");
    for (unsigned i = 0; i < TSIG_VERDICT_COUNT; i++)
        CHECK(tsig_verdict_text((enum tsig_verdict)i) != NULL);
    CHECK_EQ(tsig_verdict_rcode(TSIG_GOOD), WIRE_RCODE_NOERROR);
}

TESTS(requests_and_answers_of_every_algorithm, any_changed_octet_is_seen, the_original_id_counts,
      names_are_compared_without_case, times, badtime_is_signed_and_carries_our_time,
      truncated_macs, what_is_wrong_first_is_said, badtrunc_is_signed,
      badkey_and_badsig_are_not_signed, a_key_has_one_algorithm, formerr_is_answered_without_tsig,
      no_room_changes_nothing, long_answers, verdicts_have_names)
