#include <string.h>

#include "base/assert.h"
#include "base/reader.h"
#include "tsig/digest.h"
#include "tsig/tsig.h"
#include "wire/const.h"

static void exchange_init(struct tsig_exchange *exchange, const struct tsig_key *key)
{
    size_t size;
    const uint8_t *algorithm = tsig_algorithm_name((enum tsig_algorithm)key->algorithm, &size);

    exchange->key = key;
    exchange->verdict = TSIG_GOOD;
    exchange->skew_s = 0;
    exchange->peer_error = 0;
    wire_name_set(&exchange->name, key->name);
    wire_name_set(&exchange->algorithm, algorithm);
    exchange->prior_size = 0;
    exchange->is_first = true;
    exchange->unsigned_count = 0;
}

size_t tsig_reserve_request(const struct tsig_key *key)
{
    struct tsig_exchange exchange;

    exchange_init(&exchange, key);
    return tsig_reserve(&exchange);
}

td_err tsig_sign_request(const struct tsig_key *key, uint8_t *message, size_t size, size_t capacity,
                         uint64_t now_s, size_t *ret_size, struct tsig_exchange *ret_exchange)
{
    struct tsig_exchange exchange;
    uint8_t mac[CRYPTO_HMAC_SIZE_MAX];
    struct crypto_hmac hmac;

    td_assert(size >= WIRE_HEADER_SIZE);
    exchange_init(&exchange, key);
    exchange.request_time_s = now_s;
    struct tsig_record record = tsig_record_next(&exchange, message, now_s, mac);
    crypto_hmac_begin(&hmac, &key->hmac);
    tsig_digest_message(&hmac, message, size, record.original_id, false);
    tsig_digest_variables(&hmac, &record);
    crypto_hmac_end(&hmac, mac);
    td_err err = tsig_record_write(&record, message, size, capacity, ret_size);
    if (err != TD_OK)
        return err;
    tsig_exchange_continue(&exchange, mac, record.mac_size);
    exchange.is_first = true;
    *ret_exchange = exchange;
    return TD_OK;
}

/* A message without TSIG: the first has to have one, and every hundredth. */
static enum tsig_verdict take_unsigned(struct tsig_exchange *exchange, const uint8_t *message,
                                       size_t size)
{
    if (size < WIRE_HEADER_SIZE)
        return TSIG_FORMERR;
    return tsig_add(exchange, message, size) == TD_OK ? TSIG_GOOD : TSIG_MISSING;
}

/* 5.4: names and algorithm are ours, the MAC matches, the time is near. */
static enum tsig_verdict verify_answer(struct tsig_exchange *exchange, const uint8_t *message,
                                       size_t tsig_at, const struct tsig_record *record)
{
    if (!wire_name_equal(record->name.octets, record->name.size, exchange->name.octets,
                         exchange->name.size) ||
        !wire_name_equal(record->algorithm.octets, record->algorithm.size,
                         exchange->algorithm.octets, exchange->algorithm.size))
        return TSIG_BADKEY;
    /* 5.3.2: that is what a server says that cannot sign; nobody vouches for it. */
    if (record->mac_size == 0 &&
        (record->error == WIRE_RCODE_BADKEY || record->error == WIRE_RCODE_BADSIG))
        return TSIG_REFUSED;
    if (!tsig_mac_size_is_possible(exchange->key, record->mac_size))
        return TSIG_FORMERR;

    struct crypto_hmac hmac = tsig_digest_next(exchange);
    tsig_digest_message(&hmac, message, tsig_at, record->original_id, true);
    tsig_digest_rest(&hmac, record, exchange->is_first);
    if (!tsig_mac_is_good(&hmac, record))
        return TSIG_BADSIG;
    tsig_exchange_continue(exchange, record->mac, record->mac_size);
    if (record->error == WIRE_RCODE_BADTIME && record->other_size == TSIG_TIME_SIZE)
        exchange->skew_s = (int64_t)exchange->request_time_s - (int64_t)td_get_u48(record->other);
    if (record->error != 0)
        return TSIG_REFUSED;
    return tsig_check_time_and_size(exchange, record);
}

enum tsig_verdict tsig_verify_response(struct tsig_exchange *exchange, const uint8_t *message,
                                       size_t size, size_t tsig_at, uint64_t now_s)
{
    struct tsig_record record;

    if (exchange->verdict != TSIG_GOOD)
        return exchange->verdict;
    if (tsig_at == 0) {
        exchange->verdict = take_unsigned(exchange, message, size);
    } else if (tsig_record_read(message, size, tsig_at, &record) != TD_OK ||
               td_get_u16(message + TSIG_ARCOUNT_AT) == 0) {
        exchange->verdict = TSIG_FORMERR;
    } else {
        exchange->skew_s = (int64_t)now_s - (int64_t)record.time_s;
        exchange->peer_error = record.error;
        exchange->verdict = verify_answer(exchange, message, tsig_at, &record);
    }
    return exchange->verdict;
}

bool tsig_is_settled(const struct tsig_exchange *exchange)
{
    return exchange->verdict == TSIG_GOOD && !exchange->is_first && exchange->unsigned_count == 0;
}
