#include "policy/rrl.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/macros.h"
#include "policy/acl.h"

enum {
    LINE_SIZE = 64,
    LINE_ACCOUNTS = 4,
    OVERDRAFT_MAX = 2000000000, /* of a balance in 32 bits */
};

/*
 * Money: a rate of r answers a second is a credit of r coins a millisecond, so an answer costs
 * 1000 coins - times the number of workers that share the rate.
 */
struct price {
    uint32_t credit; /* coins a millisecond; 0: not limited */
    int32_t balance_max;
    int32_t balance_min;
};

struct policy_rrl {
    struct price prices[POLICY_RRL_CLASS_COUNT];
    int32_t cost; /* coins an answer */
    uint32_t slip;
    bool log_only;
    uint32_t ipv4_mask;    /* in the byte order of the network, as loaded from memory */
    uint64_t ipv6_mask[2]; /* the same */
    struct policy_acl *exempt;
};

struct account {
    uint32_t tag;     /* upper half of the hash; 0: nobody's */
    uint32_t time_ms; /* of the last payment */
    int32_t balance;
    uint16_t withheld; /* answers since the balance went below zero, modulo slip */
    bool is_limited;   /* the last answer was withheld */
};

struct line {
    _Alignas(LINE_SIZE) struct account accounts[LINE_ACCOUNTS];
};

_Static_assert(sizeof(struct line) == LINE_SIZE, "four accounts fill a cache line");

struct policy_rrl_table {
    struct line *lines;
    uint64_t mask; /* lines - 1 */
    struct td_hash_seed seed;
    struct td_counter counters[POLICY_RRL_COUNTER_COUNT];
};

const struct td_counter_row policy_rrl_counter_rows[POLICY_RRL_COUNTER_COUNT] = {
    [POLICY_RRL_DROPPED] = { "tandem_rate_limited_total", "action=\"drop\"",
                             "Answers withheld by response rate limiting.", TD_COUNTER_TOTAL },
    [POLICY_RRL_SLIPPED] = { "tandem_rate_limited_total", "action=\"slip\"",
                             "Answers withheld by response rate limiting.", TD_COUNTER_TOTAL },
    [POLICY_RRL_LOGGED] = { "tandem_rate_limited_total", "action=\"log\"",
                            "Answers withheld by response rate limiting.", TD_COUNTER_TOTAL },
};

static struct price price_of(uint32_t rate, uint32_t window_ms, int32_t cost)
{
    if (rate > POLICY_RRL_RATE_MAX)
        rate = POLICY_RRL_RATE_MAX;
    if (window_ms > POLICY_RRL_WINDOW_MAX_MS)
        window_ms = POLICY_RRL_WINDOW_MAX_MS;
    int64_t most = (int64_t)rate * 1000;
    int64_t least = (int64_t)rate * window_ms;
    if (most < cost)
        most = cost; /* less than one answer a second of a share: one at a time */
    if (least > OVERDRAFT_MAX)
        least = OVERDRAFT_MAX;
    return (struct price){ .credit = rate,
                           .balance_max = (int32_t)most,
                           .balance_min = (int32_t)-least };
}

/* The first `length` bits, as they stand in memory. */
static void mask_fill(void *mask, size_t size, unsigned length)
{
    uint8_t *octets = mask;

    for (unsigned i = 0; i < size; i++) {
        unsigned keep = length > i * 8 ? length - i * 8 : 0;
        octets[i] = (uint8_t)(keep >= 8 ? 0xFFu : 0xFF00u >> keep);
    }
}

static struct policy_acl *exempt_of(const struct policy_rrl_options *options)
{
    struct policy_acl_row *rows = td_calloc(options->exempt_count + 1, sizeof(*rows));

    for (size_t i = 0; i < options->exempt_count; i++) {
        rows[i].kind = POLICY_ACL_PREFIX;
        rows[i].prefix = options->exempt[i];
    }
    struct policy_acl *acl = policy_acl_new(rows, options->exempt_count);
    free(rows);
    return acl;
}

struct policy_rrl *policy_rrl_new(const struct policy_rrl_options *options)
{
    struct policy_rrl *rrl = td_calloc(1, sizeof(*rrl));
    uint32_t share = options->share;

    if (share < 1)
        share = 1;
    if (share > POLICY_RRL_SHARE_MAX)
        share = POLICY_RRL_SHARE_MAX;
    rrl->cost = (int32_t)(1000 * share);
    for (unsigned i = 0; i < POLICY_RRL_CLASS_COUNT; i++)
        rrl->prices[i] = price_of(options->rates[i], options->window_ms, rrl->cost);
    rrl->slip = options->slip > UINT16_MAX ? UINT16_MAX : options->slip;
    rrl->log_only = options->log_only;
    mask_fill(&rrl->ipv4_mask, sizeof(rrl->ipv4_mask), options->ipv4_prefix_length);
    mask_fill(rrl->ipv6_mask, sizeof(rrl->ipv6_mask), options->ipv6_prefix_length);
    rrl->exempt = exempt_of(options);
    return rrl;
}

void policy_rrl_free(struct policy_rrl *rrl)
{
    if (rrl == NULL)
        return;
    policy_acl_free(rrl->exempt);
    free(rrl);
}

struct policy_rrl_table *policy_rrl_table_new(size_t accounts, const struct td_hash_seed *seed)
{
    struct policy_rrl_table *table = td_calloc(1, sizeof(*table));
    size_t lines = 1;

    while (lines * LINE_ACCOUNTS < accounts)
        lines *= 2;
    table->lines = td_aligned_alloc(LINE_SIZE, lines * sizeof(struct line));
    memset(table->lines, 0, lines * sizeof(struct line));
    table->mask = lines - 1;
    table->seed = *seed;
    return table;
}

void policy_rrl_table_free(struct policy_rrl_table *table)
{
    if (table == NULL)
        return;
    free(table->lines);
    free(table);
}

const struct td_counter *policy_rrl_counters(const struct policy_rrl_table *table)
{
    return table->counters;
}

/* Class and family stand where no prefix bits do. */
static TD_ALWAYS_INLINE uint64_t hash_of(const struct policy_rrl *rrl,
                                         const struct policy_rrl_table *table,
                                         const struct td_addr *client, unsigned class,
                                         uint64_t subject)
{
    uint64_t high, low = 0;
    uint64_t kind = (uint64_t) class << 8 | client->family;

    if (client->family == 4) {
        uint32_t octets;
        memcpy(&octets, client->octets, sizeof(octets));
        high = octets & rrl->ipv4_mask;
    } else {
        high = td_hash_load(client->octets) & rrl->ipv6_mask[0];
        low = td_hash_load(client->octets + 8) & rrl->ipv6_mask[1];
    }
    uint64_t hash = td_hash_fold(high ^ table->seed.k0, low ^ table->seed.k1);
    return td_hash_fold(hash ^ subject ^ table->seed.root, kind ^ table->seed.k1);
}

static inline uint32_t elapsed_ms(const struct account *account, uint32_t now_ms)
{
    uint32_t elapsed = now_ms - account->time_ms;

    return elapsed > INT32_MAX ? 0 : elapsed; /* another clock reading, a little older */
}

/* Who makes room: rather one that is not limited, and of those the one longest unused. */
static struct account *find_victim(struct line *line, uint32_t now_ms)
{
    struct account *victim = NULL;
    uint64_t victim_score = 0;

    for (unsigned i = 0; i < LINE_ACCOUNTS; i++) {
        struct account *account = &line->accounts[i];
        uint64_t score = (uint64_t)elapsed_ms(account, now_ms) + 1;
        if (!account->is_limited)
            score += 1ull << 32;
        if (account->tag == 0)
            score += 1ull << 33;
        if (score > victim_score) {
            victim = account;
            victim_score = score;
        }
    }
    return victim;
}

static TD_COLD struct account *account_open(struct line *line, uint32_t tag,
                                            const struct price *price, uint32_t now_ms)
{
    struct account *account = find_victim(line, now_ms);

    *account = (struct account){ .tag = tag, .time_ms = now_ms, .balance = price->balance_max };
    return account;
}

/* The account of a hash, opened when there is none, with its credit up to now. */
static TD_ALWAYS_INLINE struct account *account_find(struct policy_rrl_table *table, uint64_t hash,
                                                     const struct price *price, uint32_t now_ms)
{
    struct line *line = &table->lines[hash & table->mask];
    uint32_t tag = (uint32_t)(hash >> 32) | 1;

    for (unsigned i = 0; i < LINE_ACCOUNTS; i++) {
        struct account *account = &line->accounts[i];
        if (account->tag != tag)
            continue;
        uint32_t elapsed = elapsed_ms(account, now_ms);
        int64_t balance = account->balance + (int64_t)elapsed * price->credit;
        account->balance = balance > price->balance_max ? price->balance_max : (int32_t)balance;
        account->time_ms += elapsed;
        return account;
    }
    return account_open(line, tag, price, now_ms);
}

/* Pay for one answer; is the account overdrawn now? */
static TD_ALWAYS_INLINE bool account_pay(struct account *account, const struct price *price,
                                         int32_t cost)
{
    int64_t balance = (int64_t)account->balance - cost;

    account->balance = balance < price->balance_min ? price->balance_min : (int32_t)balance;
    return balance < 0;
}

static TD_COLD struct policy_rrl_result withhold(const struct policy_rrl *rrl,
                                                 struct policy_rrl_table *table,
                                                 struct account *account,
                                                 const struct td_addr *client)
{
    struct policy_rrl_result result = { .verdict = POLICY_RRL_DROP };

    if (policy_acl_match(rrl->exempt, client, NULL, 0))
        return (struct policy_rrl_result){ .verdict = POLICY_RRL_PASS };
    result.begins = !account->is_limited;
    if (result.begins)
        account->withheld = 0;
    account->is_limited = true;
    if (rrl->log_only) {
        td_count(&table->counters[POLICY_RRL_LOGGED]);
        result.verdict = POLICY_RRL_PASS;
        return result;
    }
    account->withheld++;
    if (rrl->slip != 0 && account->withheld >= rrl->slip) {
        account->withheld = 0;
        result.verdict = POLICY_RRL_SLIP;
        td_count(&table->counters[POLICY_RRL_SLIPPED]);
    } else {
        td_count(&table->counters[POLICY_RRL_DROPPED]);
    }
    return result;
}

static TD_ALWAYS_INLINE struct policy_rrl_result check_class(const struct policy_rrl *rrl,
                                                             struct policy_rrl_table *table,
                                                             const struct td_addr *client,
                                                             unsigned class, uint64_t subject,
                                                             uint32_t now_ms)
{
    const struct price *price = &rrl->prices[class];

    if (price->credit == 0)
        return (struct policy_rrl_result){ .verdict = POLICY_RRL_PASS };
    uint64_t hash = hash_of(rrl, table, client, class, subject);
    struct account *account = account_find(table, hash, price, now_ms);
    if (td_unlikely(account_pay(account, price, rrl->cost)))
        return withhold(rrl, table, account, client);
    account->is_limited = false;
    return (struct policy_rrl_result){ .verdict = POLICY_RRL_PASS };
}

/* With a second account, of all classes together, which few will want. */
static TD_COLD struct policy_rrl_result check_both(const struct policy_rrl *rrl,
                                                   struct policy_rrl_table *table,
                                                   const struct td_addr *client,
                                                   enum policy_rrl_class class, uint64_t subject,
                                                   uint32_t now_ms)
{
    struct policy_rrl_result result = check_class(rrl, table, client, class, subject, now_ms);

    if (result.verdict != POLICY_RRL_PASS)
        return result;
    struct policy_rrl_result all = check_class(rrl, table, client, POLICY_RRL_ALL, 0, now_ms);
    all.begins = all.begins || result.begins;
    return all;
}

struct policy_rrl_result policy_rrl_check(const struct policy_rrl *rrl,
                                          struct policy_rrl_table *table,
                                          const struct td_addr *client, enum policy_rrl_class class,
                                          uint64_t subject, uint32_t now_ms)
{
    td_assert(class < POLICY_RRL_ALL);
    if (td_unlikely(rrl->prices[POLICY_RRL_ALL].credit != 0))
        return check_both(rrl, table, client, class, subject, now_ms);
    return check_class(rrl, table, client, class, subject, now_ms);
}
