/*
 * Goal    RFC 8945 5.3.1, 5.4: our requests are signed as others sign them; answers are
 *         accepted only when they prove something.
 * Method  messages of another implementation (vectors.h), and of our own server's side.
 */
#include "tsig/record.h"
#include "tsig/tsig.h"
#include "unit/tsig/keys.h"
#include "wire/const.h"

/* Sign the plain query, as in the vectors. */
static size_t begin(const struct tsig_keys *keys, uint8_t *message, struct tsig_exchange *exchange)
{
    size_t size = test_hex(PLAIN_QUERY, message, BUFFER_SIZE);
    size_t capacity = size + tsig_reserve_request(test_key(keys));

    CHECK_OK(tsig_sign_request(test_key(keys), message, size, capacity, NOW, &size, exchange));
    CHECK_EQ(size, capacity);
    return size;
}

/* Feed a message in hexadecimal, whose TSIG record begins at `tsig_at`. */
static enum tsig_verdict feed(struct tsig_exchange *exchange, const char *hex, size_t tsig_at)
{
    uint8_t message[BUFFER_SIZE];
    size_t size = test_hex(hex, message, sizeof(message));

    return tsig_verify_response(exchange, message, size, tsig_at, NOW);
}

static size_t hex_size(const char *hex)
{
    return strlen(hex) / 2;
}

TEST(requests_are_signed_as_others_do)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 0);
    uint8_t message[BUFFER_SIZE];
    struct tsig_exchange client, server;
    size_t size = begin(keys, message, &client), got = 77;

    /* Only the case of the key's name differs; the digest does not see it. */
    CHECK_EQ(size, hex_size(SHA256_QUERY));
    memcpy(message + QUERY_SIZE, KEY_NAME, sizeof(KEY_NAME));
    uint8_t want[BUFFER_SIZE];
    CHECK_BYTES(message, size, want, test_hex(SHA256_QUERY, want, sizeof(want)));
    CHECK_EQ(tsig_verify(keys, message, size, QUERY_SIZE, NOW, &server), TSIG_GOOD);

    test_hex(PLAIN_QUERY, message, sizeof(message));
    CHECK_EQ(tsig_sign_request(test_key(keys), message, QUERY_SIZE, size - 1, NOW, &got, &client),
             TD_E_SPACE);
    CHECK_EQ(got, 77);
    tsig_keys_free(keys);
}

TEST(good_answers)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 0);
    uint8_t message[BUFFER_SIZE];
    struct tsig_exchange exchange;

    begin(keys, message, &exchange);
    CHECK(!tsig_is_settled(&exchange));
    CHECK_EQ(feed(&exchange, SHA256_ANSWER, hex_size(PLAIN_ANSWER)), TSIG_GOOD);
    CHECK(tsig_is_settled(&exchange));
    CHECK_EQ(exchange.skew_s, 0);
    tsig_keys_free(keys);
}

TEST(long_answers)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 0);
    uint8_t message[BUFFER_SIZE];
    struct tsig_exchange exchange;

    begin(keys, message, &exchange);
    CHECK_EQ(feed(&exchange, LONG_SIGNED_1, hex_size(LONG_PLAIN_1)), TSIG_GOOD);
    CHECK_EQ(feed(&exchange, LONG_SIGNED_2, hex_size(LONG_PLAIN_2)), TSIG_GOOD);
    CHECK(tsig_is_settled(&exchange));
    CHECK_EQ(feed(&exchange, LONG_SIGNED_3, hex_size(LONG_PLAIN_3)), TSIG_GOOD);

    begin(keys, message, &exchange);
    CHECK_EQ(feed(&exchange, LONG_SIGNED_1, hex_size(LONG_PLAIN_1)), TSIG_GOOD);
    CHECK_EQ(feed(&exchange, LONG_PLAIN_2, 0), TSIG_GOOD);
    CHECK(!tsig_is_settled(&exchange));
    CHECK_EQ(feed(&exchange, LONG_PLAIN_3, 0), TSIG_GOOD);
    CHECK_EQ(feed(&exchange, GAP_SIGNED_4, hex_size(GAP_PLAIN_4)), TSIG_GOOD);
    CHECK(tsig_is_settled(&exchange));
    tsig_keys_free(keys);
}

TEST(a_message_left_out_changed_or_swapped_is_seen)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 0);
    uint8_t message[BUFFER_SIZE];
    struct tsig_exchange exchange;

    begin(keys, message, &exchange); /* left out */
    CHECK_EQ(feed(&exchange, LONG_SIGNED_1, hex_size(LONG_PLAIN_1)), TSIG_GOOD);
    CHECK_EQ(feed(&exchange, LONG_SIGNED_3, hex_size(LONG_PLAIN_3)), TSIG_BADSIG);
    /* and then it is over */
    CHECK_EQ(feed(&exchange, LONG_SIGNED_2, hex_size(LONG_PLAIN_2)), TSIG_BADSIG);
    CHECK(!tsig_is_settled(&exchange));

    begin(keys, message, &exchange); /* an unsigned one swapped */
    CHECK_EQ(feed(&exchange, LONG_SIGNED_1, hex_size(LONG_PLAIN_1)), TSIG_GOOD);
    CHECK_EQ(feed(&exchange, LONG_PLAIN_3, 0), TSIG_GOOD);
    CHECK_EQ(feed(&exchange, LONG_PLAIN_2, 0), TSIG_GOOD);
    CHECK_EQ(feed(&exchange, GAP_SIGNED_4, hex_size(GAP_PLAIN_4)), TSIG_BADSIG);
    tsig_keys_free(keys);
}

TEST(missing_signatures)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 0);
    uint8_t message[BUFFER_SIZE];
    struct tsig_exchange exchange;

    begin(keys, message, &exchange);
    CHECK_EQ(feed(&exchange, PLAIN_ANSWER, 0), TSIG_MISSING);
    CHECK(!tsig_is_settled(&exchange));

    begin(keys, message, &exchange);
    CHECK_EQ(feed(&exchange, LONG_SIGNED_1, hex_size(LONG_PLAIN_1)), TSIG_GOOD);
    for (unsigned i = 0; i < TSIG_UNSIGNED_MAX; i++)
        CHECK_EQ(feed(&exchange, LONG_PLAIN_2, 0), TSIG_GOOD);
    CHECK_EQ(feed(&exchange, LONG_PLAIN_2, 0), TSIG_MISSING);

    begin(keys, message, &exchange);
    CHECK_EQ(feed(&exchange, LONG_SIGNED_1, hex_size(LONG_PLAIN_1)), TSIG_GOOD);
    CHECK_EQ(feed(&exchange, "1234", 0), TSIG_FORMERR);
    tsig_keys_free(keys);
}

TEST(refusals_of_the_server)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 0);
    uint8_t message[BUFFER_SIZE];
    struct tsig_exchange exchange;

    begin(keys, message, &exchange);
    CHECK_EQ(feed(&exchange, BADTIME_ANSWER, hex_size(NOTAUTH_ANSWER)), TSIG_REFUSED);
    CHECK_EQ(exchange.peer_error, WIRE_RCODE_BADTIME);
    CHECK_EQ(exchange.skew_s, -1000); /* the server's clock is ahead of ours */
    begin(keys, message, &exchange);
    CHECK_EQ(feed(&exchange, BADTRUNC_ANSWER, hex_size(NOTAUTH_ANSWER)), TSIG_REFUSED);
    CHECK_EQ(exchange.peer_error, WIRE_RCODE_BADTRUNC);
    tsig_keys_free(keys);
}

TEST(a_refusal_without_mac)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 0);
    struct tsig_keys *others = test_keys(TSIG_HMAC_SHA1, 0);
    uint8_t message[BUFFER_SIZE];
    struct tsig_exchange client, server;
    size_t size = begin(keys, message, &client);

    CHECK_EQ(tsig_verify(others, message, size, QUERY_SIZE, NOW, &server), TSIG_BADKEY);
    size = test_hex(NOTAUTH_ANSWER, message, sizeof(message));
    size_t tsig_at = size;
    CHECK_OK(tsig_sign(&server, message, size, sizeof(message), NOW, &size));
    CHECK_EQ(tsig_verify_response(&client, message, size, tsig_at, NOW), TSIG_REFUSED);
    CHECK_EQ(client.peer_error, WIRE_RCODE_BADKEY);
    tsig_keys_free(keys);
    tsig_keys_free(others);
}

/* Make an answer whose record is as `change` wants it, and feed it. */
static enum tsig_verdict feed_changed(const struct tsig_keys *keys,
                                      void (*change)(struct tsig_record *record))
{
    uint8_t message[BUFFER_SIZE], answer[BUFFER_SIZE], query[BUFFER_SIZE];
    size_t size = test_hex(SHA256_ANSWER, answer, sizeof(answer));
    size_t plain_size = test_hex(PLAIN_ANSWER, message, sizeof(message));
    struct tsig_exchange exchange;
    struct tsig_record record;

    begin(keys, query, &exchange);
    CHECK_OK(tsig_record_read(answer, size, plain_size, &record));
    change(&record);
    CHECK_OK(tsig_record_write(&record, message, plain_size, sizeof(message), &size));
    return tsig_verify_response(&exchange, message, size, plain_size, NOW);
}

static void change_nothing(struct tsig_record *record)
{
    record->name.octets[1] ^= 0x20;
}

static void change_name(struct tsig_record *record)
{
    record->name.octets[1] ^= 0x01;
}

static void change_algorithm(struct tsig_record *record)
{
    record->algorithm.octets[1] ^= 0x01;
}

static void change_time(struct tsig_record *record)
{
    record->time_s++;
}

static void drop_mac(struct tsig_record *record)
{
    record->mac_size = 0;
}

static void cut_mac(struct tsig_record *record)
{
    record->mac_size = 20;
}

TEST(records_that_are_wrong)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 0);
    struct tsig_keys *strict = test_keys(TSIG_HMAC_SHA256, 32);

    CHECK_EQ(feed_changed(keys, change_nothing), TSIG_GOOD);
    CHECK_EQ(feed_changed(keys, change_name), TSIG_BADKEY);
    CHECK_EQ(feed_changed(keys, change_algorithm), TSIG_BADKEY);
    CHECK_EQ(feed_changed(keys, change_time), TSIG_BADSIG);
    CHECK_EQ(feed_changed(keys, drop_mac), TSIG_FORMERR);
    CHECK_EQ(feed_changed(keys, cut_mac), TSIG_GOOD);
    CHECK_EQ(feed_changed(strict, cut_mac), TSIG_BADTRUNC);
    tsig_keys_free(keys);
    tsig_keys_free(strict);
}

TEST(old_answers_and_broken_ones)
{
    struct tsig_keys *keys = test_keys(TSIG_HMAC_SHA256, 0);
    uint8_t message[BUFFER_SIZE];
    size_t size = test_hex(SHA256_ANSWER, message, sizeof(message));
    size_t tsig_at = hex_size(PLAIN_ANSWER);
    uint8_t query[BUFFER_SIZE];
    struct tsig_exchange exchange;

    begin(keys, query, &exchange);
    CHECK_EQ(tsig_verify_response(&exchange, message, size, tsig_at, NOW + 301), TSIG_BADTIME);
    CHECK_EQ(exchange.skew_s, 301);
    begin(keys, query, &exchange);
    CHECK_EQ(tsig_verify_response(&exchange, message, size - 1, tsig_at, NOW), TSIG_FORMERR);
    begin(keys, query, &exchange);
    message[11] = 0;
    CHECK_EQ(tsig_verify_response(&exchange, message, size, tsig_at, NOW), TSIG_FORMERR);
    tsig_keys_free(keys);
}

TESTS(requests_are_signed_as_others_do, good_answers, long_answers,
      a_message_left_out_changed_or_swapped_is_seen, missing_signatures, refusals_of_the_server,
      a_refusal_without_mac, records_that_are_wrong, old_answers_and_broken_ones)
