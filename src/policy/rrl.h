/*
 * policy/rrl.h - response rate limiting: a server is no amplifier for forged addresses.
 *
 * Shape    struct policy_rrl is the rule, immutable. struct policy_rrl_table is the memory of a
 *          worker: accounts of 16 octets, four to a cache line, found by a keyed hash of client
 *          prefix, class and subject; the oldest of the line makes room for a new one, so the
 *          table forgets but never grows. An account is credited its rate every second, up to
 *          one second's worth, and pays for every answer; it may be overdrawn by `window`. Below
 *          zero answers are withheld, and every slip-th is sent truncated instead, so that who
 *          really asked can come back by TCP.
 * Floor    4. Includes base.
 * Threads  A table belongs to one thread; the rule may be shared.
 * Limits   nothing is allocated per query.
 *
 * What is sent over TCP, and to clients that have shown a good cookie, is not for rate limiting:
 * those addresses are not forged.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/counter.h"
#include "base/hash.h"

enum policy_rrl_class {
    POLICY_RRL_ANSWER,
    POLICY_RRL_NODATA,
    POLICY_RRL_NXDOMAIN,
    POLICY_RRL_REFERRAL,
    POLICY_RRL_ERROR, /* REFUSED, FORMERR, SERVFAIL and the like */
    POLICY_RRL_ALL,   /* paid for in addition by each of the others */
    POLICY_RRL_CLASS_COUNT,
};

enum {
    POLICY_RRL_RATE_MAX = 1000000,
    POLICY_RRL_WINDOW_MAX_MS = 3600000,
    POLICY_RRL_SHARE_MAX = 1024,
};

struct policy_rrl_options {
    uint32_t rates[POLICY_RRL_CLASS_COUNT]; /* answers a second; 0: not limited */
    uint32_t window_ms;                     /* how far an account may be overdrawn */
    uint32_t slip;                          /* 0: none, 1: each, n: every n-th withheld answer */
    uint32_t share;                         /* 1, or how many workers share the rates */
    uint8_t ipv4_prefix_length;             /* 1..32 */
    uint8_t ipv6_prefix_length;             /* 1..128 */
    bool log_only;                          /* count, but let everything pass */
    const struct td_prefix *exempt;         /* clients that are never limited; copied */
    size_t exempt_count;
};

struct policy_rrl;

/* Values beyond their limits are brought back to them. The caller frees it. */
struct policy_rrl *policy_rrl_new(const struct policy_rrl_options *options);

/* NULL is fine. */
void policy_rrl_free(struct policy_rrl *rrl);

struct policy_rrl_table;

/* Room for at least `accounts`; the seed is secret and drawn at random. The caller frees it. */
struct policy_rrl_table *policy_rrl_table_new(size_t accounts, const struct td_hash_seed *seed);

/* NULL is fine. */
void policy_rrl_table_free(struct policy_rrl_table *table);

/* Counters of a table: one value for each row. */
enum {
    POLICY_RRL_DROPPED,
    POLICY_RRL_SLIPPED,
    POLICY_RRL_LOGGED, /* would have been withheld, but for log_only */
    POLICY_RRL_COUNTER_COUNT,
};
extern const struct td_counter_row policy_rrl_counter_rows[POLICY_RRL_COUNTER_COUNT];
const struct td_counter *policy_rrl_counters(const struct policy_rrl_table *table);

enum policy_rrl_verdict { POLICY_RRL_PASS, POLICY_RRL_DROP, POLICY_RRL_SLIP };

struct policy_rrl_result {
    enum policy_rrl_verdict verdict;
    bool begins; /* the first answer of this account that is over the limit: worth a log line */
};

/*
 * May this answer go to this client? `subject` is the hash of what is asked about, so that one
 * name or zone has an account of its own: 0 when only prefix and class count. `now_ms` is
 * of a clock that does not go back, modulo 2^32.
 */
struct policy_rrl_result policy_rrl_check(const struct policy_rrl *rrl,
                                          struct policy_rrl_table *table,
                                          const struct td_addr *client, enum policy_rrl_class class,
                                          uint64_t subject, uint32_t now_ms);
