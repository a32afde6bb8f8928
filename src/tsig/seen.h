/*
 * tsig/seen.h - which signed requests have been seen already.
 *
 * Shape    A request that changes something shall be done once, however often its octets arrive:
 *          for as long as its signature is in time (time signed and fudge) its MAC is remembered,
 *          and what was answered. The same octets from the same address and port are a client
 *          that asks again, since the answer was lost: it gets that answer. From anywhere else
 *          they are a replay. The order of requests is not looked at, since UDP reorders.
 * Floor    2.
 * Threads  One owner.
 * Limits   TSIG_SEEN_MAX requests; beyond, the oldest is forgotten. Memory grows with those that
 *          are remembered, up to 50 MiB.
 * RFC      8945 5.2.3 and 10 (replay), 3007 2.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

enum { TSIG_SEEN_MAX = 1 << 20, TSIG_SEEN_FIRST = 1 << 8 };

struct tsig_seen;

struct tsig_seen *tsig_seen_new(uint64_t seed);
void tsig_seen_free(struct tsig_seen *seen);

enum tsig_seen_verdict {
    TSIG_SEEN_NEW,     /* it is remembered from now on, as being worked on */
    TSIG_SEEN_WORKING, /* asked again, and there is no answer yet */
    TSIG_SEEN_AGAIN,   /* asked again: *ret_rcode is what was answered */
    TSIG_SEEN_REPLAY,
};

/* A request whose signature is good, and in time until `until_s`. */
enum tsig_seen_verdict tsig_seen_look(struct tsig_seen *seen, const uint8_t *mac, size_t mac_size,
                                      const struct td_addr *remote, uint64_t until_s,
                                      uint64_t now_s, uint16_t *ret_rcode);

/* What was answered. */
void tsig_seen_answer(struct tsig_seen *seen, const uint8_t *mac, size_t mac_size, uint16_t rcode);

/* How many are remembered, those that are out of time by now included. */
uint32_t tsig_seen_count(const struct tsig_seen *seen);
