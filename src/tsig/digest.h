/*
 * tsig/digest.h - what goes into a MAC, and the checks of it that both sides make. Only for
 * src/tsig.
 *
 * Floor    2.
 * Threads  Pure.
 * RFC      8945 4.3, 5.2.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/hmac.h"
#include "tsig/record.h"
#include "tsig/tsig.h"

enum { TSIG_ARCOUNT_AT = 10, TSIG_TIME_SIZE = 6 };

/*
 * 4.3.2: the message as it was before TSIG came to it: with the ID that its maker gave it, and
 * one additional record less when `has_tsig`. `size` goes up to the TSIG record.
 */
void tsig_digest_message(struct crypto_hmac *hmac, const uint8_t *message, size_t size,
                         uint16_t original_id, bool has_tsig);

/* 4.3.3: the record without what is in the MAC's way. */
void tsig_digest_variables(struct crypto_hmac *hmac, const struct tsig_record *record);

/* The variables with the first message of an answer, the timers with the others. */
void tsig_digest_rest(struct crypto_hmac *hmac, const struct tsig_record *record, bool is_first);

/* Begin the next MAC of an answer; the messages that stand in line are in it already. */
struct crypto_hmac tsig_digest_next(const struct tsig_exchange *exchange);

/* A MAC has been sent or seen: it is what the next one continues. */
void tsig_exchange_continue(struct tsig_exchange *exchange, const uint8_t *mac, size_t mac_size);

/* 5.2.2.1: is it a size that a sender may make? */
bool tsig_mac_size_is_possible(const struct tsig_key *key, size_t mac_size);

/* End the MAC and compare it with as much as the record has. */
bool tsig_mac_is_good(struct crypto_hmac *hmac, const struct tsig_record *record);

/* 5.2.3 and 5.2.4, in this order, once the MAC has matched. */
enum tsig_verdict tsig_check_time_and_size(const struct tsig_exchange *exchange,
                                           const struct tsig_record *record);

/* The record of the next message but for its MAC, which `mac` is the place of. */
struct tsig_record tsig_record_next(const struct tsig_exchange *exchange, const uint8_t *message,
                                    uint64_t now_s, const uint8_t *mac);
