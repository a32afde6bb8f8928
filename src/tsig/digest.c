#include "tsig/digest.h"

#include <string.h>

#include "base/assert.h"
#include "base/reader.h"
#include "base/writer.h"
#include "crypto/secret.h"
#include "wire/const.h"

enum { ID_AT = 0 };

static void add_u16(struct crypto_hmac *hmac, uint16_t value)
{
    uint8_t octets[2];

    td_put_u16(octets, value);
    crypto_hmac_add(hmac, octets, sizeof(octets));
}

static void add_name(struct crypto_hmac *hmac, const struct wire_name *name)
{
    uint8_t lower[WIRE_NAME_SIZE_MAX];

    wire_name_lower(lower, name->octets, name->size);
    crypto_hmac_add(hmac, lower, name->size);
}

/* 4.3.3: time and fudge; all there is behind the first message of an answer. */
static void add_timers(struct crypto_hmac *hmac, const struct tsig_record *record)
{
    uint8_t octets[TSIG_TIME_SIZE + 2];

    td_put_u48(octets, record->time_s);
    td_put_u16(octets + TSIG_TIME_SIZE, record->fudge_s);
    crypto_hmac_add(hmac, octets, sizeof(octets));
}

/* 4.3.3: the record without what is in the MAC's way. */
void tsig_digest_variables(struct crypto_hmac *hmac, const struct tsig_record *record)
{
    uint8_t class_and_ttl[6] = { 0, WIRE_CLASS_ANY };

    add_name(hmac, &record->name);
    crypto_hmac_add(hmac, class_and_ttl, sizeof(class_and_ttl));
    add_name(hmac, &record->algorithm);
    add_timers(hmac, record);
    add_u16(hmac, record->error);
    add_u16(hmac, record->other_size);
    crypto_hmac_add(hmac, record->other, record->other_size);
}

/* 4.3.1: a MAC that this one continues. */
static void add_prior(struct crypto_hmac *hmac, const struct tsig_exchange *exchange)
{
    add_u16(hmac, exchange->prior_size);
    crypto_hmac_add(hmac, exchange->prior, exchange->prior_size);
}

/*
 * 4.3.2: the message as it was before TSIG came to it: with the ID that its maker gave it, and
 * one additional record less when `has_tsig`. `size` goes up to the TSIG record.
 */
void tsig_digest_message(struct crypto_hmac *hmac, const uint8_t *message, size_t size,
                         uint16_t original_id, bool has_tsig)
{
    uint8_t header[WIRE_HEADER_SIZE];

    memcpy(header, message, sizeof(header));
    td_put_u16(header + ID_AT, original_id);
    if (has_tsig)
        td_put_u16(header + TSIG_ARCOUNT_AT, (uint16_t)(td_get_u16(header + TSIG_ARCOUNT_AT) - 1));
    crypto_hmac_add(hmac, header, sizeof(header));
    crypto_hmac_add(hmac, message + sizeof(header), size - sizeof(header));
}

/* Begin the next MAC of an answer; the messages that stand in line are in it already. */
struct crypto_hmac tsig_digest_next(const struct tsig_exchange *exchange)
{
    struct crypto_hmac hmac;

    if (exchange->unsigned_count != 0)
        return exchange->hmac;
    crypto_hmac_begin(&hmac, &exchange->key->hmac);
    add_prior(&hmac, exchange);
    return hmac;
}

void tsig_digest_rest(struct crypto_hmac *hmac, const struct tsig_record *record, bool is_first)
{
    if (is_first)
        tsig_digest_variables(hmac, record);
    else
        add_timers(hmac, record);
}

/* A MAC has been sent or seen: it is what the next one continues. */
void tsig_exchange_continue(struct tsig_exchange *exchange, const uint8_t *mac, size_t mac_size)
{
    td_assert(mac_size <= sizeof(exchange->prior));
    memcpy(exchange->prior, mac, mac_size);
    exchange->prior_size = (uint8_t)mac_size;
    exchange->unsigned_count = 0;
    exchange->is_first = false;
}

/* 5.2.2.1: sizes that no sender may make. */
bool tsig_mac_size_is_possible(const struct tsig_key *key, size_t mac_size)
{
    return mac_size <= key->mac_size &&
           mac_size >= tsig_algorithm_mac_size_min((enum tsig_algorithm)key->algorithm);
}

bool tsig_mac_is_good(struct crypto_hmac *hmac, const struct tsig_record *record)
{
    uint8_t mac[CRYPTO_HMAC_SIZE_MAX];

    crypto_hmac_end(hmac, mac);
    return crypto_equal(mac, record->mac, record->mac_size);
}

/* 5.2.3 and 5.2.4, in this order, once the MAC has matched. */
enum tsig_verdict tsig_check_time_and_size(const struct tsig_exchange *exchange,
                                           const struct tsig_record *record)
{
    int64_t skew_s = exchange->skew_s;

    if ((skew_s < 0 ? -skew_s : skew_s) > record->fudge_s)
        return TSIG_BADTIME;
    if (record->mac_size < exchange->key->mac_size_min)
        return TSIG_BADTRUNC;
    return TSIG_GOOD;
}
