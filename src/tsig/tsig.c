#include "tsig/tsig.h"

#include <string.h>

#include "base/assert.h"
#include "base/reader.h"
#include "base/writer.h"
#include "tsig/digest.h"
#include "wire/const.h"

const char *tsig_verdict_text(enum tsig_verdict verdict)
{
    static const char *const texts[TSIG_VERDICT_COUNT] = {
        [TSIG_GOOD] = "NOERROR",       [TSIG_FORMERR] = "FORMERR",
        [TSIG_BADKEY] = "BADKEY",      [TSIG_BADSIG] = "BADSIG",
        [TSIG_BADTIME] = "BADTIME",    [TSIG_BADTRUNC] = "BADTRUNC",
        [TSIG_MISSING] = "not signed", [TSIG_REFUSED] = "refused by the server",
    };

    td_assert(verdict < TSIG_VERDICT_COUNT);
    return texts[verdict];
}

uint16_t tsig_verdict_rcode(enum tsig_verdict verdict)
{
    if (verdict == TSIG_GOOD)
        return WIRE_RCODE_NOERROR;
    return verdict == TSIG_FORMERR ? WIRE_RCODE_FORMERR : WIRE_RCODE_NOTAUTH;
}

static uint16_t verdict_error(enum tsig_verdict verdict)
{
    switch (verdict) {
    case TSIG_BADKEY:
        return WIRE_RCODE_BADKEY;
    case TSIG_BADSIG:
        return WIRE_RCODE_BADSIG;
    case TSIG_BADTIME:
        return WIRE_RCODE_BADTIME;
    case TSIG_BADTRUNC:
        return WIRE_RCODE_BADTRUNC;
    default:
        return 0;
    }
}

static enum tsig_verdict verify_request(struct tsig_exchange *exchange, const uint8_t *message,
                                        size_t tsig_at, const struct tsig_record *record)
{
    const struct tsig_key *key = exchange->key;
    struct crypto_hmac hmac;

    if (!tsig_mac_size_is_possible(key, record->mac_size))
        return TSIG_FORMERR;
    crypto_hmac_begin(&hmac, &key->hmac);
    tsig_digest_message(&hmac, message, tsig_at, record->original_id, true);
    tsig_digest_variables(&hmac, record);
    if (!tsig_mac_is_good(&hmac, record))
        return TSIG_BADSIG;
    tsig_exchange_continue(exchange, record->mac, record->mac_size);
    exchange->is_first = true;
    return tsig_check_time_and_size(exchange, record);
}

/* 5.2.1: the key of that name, if it is for that algorithm. */
static const struct tsig_key *find_key(const struct tsig_keys *keys,
                                       const struct tsig_record *record)
{
    const struct tsig_key *key = tsig_keys_find(keys, record->name.octets, record->name.size);
    enum tsig_algorithm algorithm;

    if (key == NULL ||
        tsig_algorithm_find(record->algorithm.octets, record->algorithm.size, &algorithm) !=
            TD_OK ||
        algorithm != key->algorithm)
        return NULL;
    return key;
}

enum tsig_verdict tsig_verify(const struct tsig_keys *keys, const uint8_t *message, size_t size,
                              size_t tsig_at, uint64_t now_s, struct tsig_exchange *ret_exchange)
{
    struct tsig_exchange *exchange = ret_exchange;
    struct tsig_record record;

    exchange->key = NULL;
    exchange->verdict = TSIG_FORMERR;
    exchange->skew_s = 0;
    exchange->peer_error = 0;
    exchange->request_time_s = 0;
    exchange->request_fudge_s = 0;
    exchange->prior_size = 0;
    exchange->is_first = true;
    exchange->unsigned_count = 0;
    /* A count of 0 would be one too few for the record that is there. */
    if (tsig_record_read(message, size, tsig_at, &record) != TD_OK ||
        td_get_u16(message + TSIG_ARCOUNT_AT) == 0)
        return TSIG_FORMERR;

    exchange->name = record.name;
    exchange->algorithm = record.algorithm;
    exchange->request_time_s = record.time_s;
    exchange->request_fudge_s = record.fudge_s;
    exchange->skew_s = (int64_t)now_s - (int64_t)record.time_s;
    exchange->key = find_key(keys, &record);
    if (exchange->key == NULL)
        exchange->verdict = TSIG_BADKEY;
    else
        exchange->verdict = verify_request(exchange, message, tsig_at, &record);
    if (exchange->verdict == TSIG_FORMERR)
        exchange->key = NULL;
    return exchange->verdict;
}

static bool is_signed(const struct tsig_exchange *exchange)
{
    return exchange->verdict != TSIG_BADKEY && exchange->verdict != TSIG_BADSIG;
}

/* The record of the next message but for its MAC, which `mac` is the place of. */
struct tsig_record tsig_record_next(const struct tsig_exchange *exchange, const uint8_t *message,
                                    uint64_t now_s, const uint8_t *mac)
{
    return (struct tsig_record){
        .name = exchange->name,
        .algorithm = exchange->algorithm,
        .time_s = now_s,
        .fudge_s = TSIG_FUDGE_S,
        .mac = mac,
        .mac_size = is_signed(exchange) ? exchange->key->mac_size : 0,
        .original_id = td_get_u16(message),
        .error = verdict_error(exchange->verdict),
    };
}

size_t tsig_reserve(const struct tsig_exchange *exchange)
{
    static const uint8_t header[WIRE_HEADER_SIZE];

    if (exchange->verdict == TSIG_FORMERR)
        return 0;
    struct tsig_record record = tsig_record_next(exchange, header, 0, NULL);
    if (exchange->verdict == TSIG_BADTIME)
        record.other_size = TSIG_TIME_SIZE;
    return tsig_record_size(&record);
}

td_err tsig_sign(struct tsig_exchange *exchange, uint8_t *message, size_t size, size_t capacity,
                 uint64_t now_s, size_t *ret_size)
{
    uint8_t mac[CRYPTO_HMAC_SIZE_MAX] = { 0 };
    uint8_t other[TSIG_TIME_SIZE];

    td_assert(size >= WIRE_HEADER_SIZE);
    if (exchange->verdict == TSIG_FORMERR) {
        *ret_size = size;
        return TD_OK;
    }
    struct tsig_record record = tsig_record_next(exchange, message, now_s, mac);
    if (exchange->verdict == TSIG_BADTIME) {
        /* 5.2.3: the client's own time, so that it accepts the answer; ours beside it. */
        record.time_s = exchange->request_time_s;
        td_put_u48(other, now_s);
        record.other = other;
        record.other_size = sizeof(other);
    }
    if (is_signed(exchange)) {
        struct crypto_hmac hmac = tsig_digest_next(exchange);
        tsig_digest_message(&hmac, message, size, record.original_id, false);
        tsig_digest_rest(&hmac, &record, exchange->is_first);
        crypto_hmac_end(&hmac, mac);
    }
    td_err err = tsig_record_write(&record, message, size, capacity, ret_size);
    if (err == TD_OK && is_signed(exchange))
        tsig_exchange_continue(exchange, mac, record.mac_size);
    return err;
}

td_err tsig_add(struct tsig_exchange *exchange, const uint8_t *message, size_t size)
{
    td_assert(size >= WIRE_HEADER_SIZE);
    if (exchange->is_first || exchange->verdict != TSIG_GOOD)
        return TD_E_INVALID;
    if (exchange->unsigned_count == TSIG_UNSIGNED_MAX)
        return TD_E_LIMIT;
    exchange->hmac = tsig_digest_next(exchange);
    crypto_hmac_add(&exchange->hmac, message, size);
    exchange->unsigned_count++;
    return TD_OK;
}
