/*
 * Goal    accounts are paid for, overdrawn and credited as rrl.h says, each on its own; the
 *         table forgets rather than grows.
 * Method  clients at given times, in tables of fixed seed.
 */
#include "policy/rrl.h"
#include "unit/test.h"

struct limiter {
    struct policy_rrl *rrl;
    struct policy_rrl_table *table;
};

static const struct policy_rrl_options plain = {
    .rates = { [POLICY_RRL_ANSWER] = 10 },
    .window_ms = 5000,
    .slip = 0,
    .share = 1,
    .ipv4_prefix_length = 24,
    .ipv6_prefix_length = 56,
};

static struct limiter limiter_of(const struct policy_rrl_options *options, size_t accounts)
{
    struct td_hash_seed seed = td_hash_seed_of(0x1234, 0x5678);

    return (struct limiter){ policy_rrl_new(options), policy_rrl_table_new(accounts, &seed) };
}

static void limiter_free(struct limiter *limiter)
{
    policy_rrl_free(limiter->rrl);
    policy_rrl_table_free(limiter->table);
}

static struct policy_rrl_result ask(struct limiter *limiter, const char *address,
                                    enum policy_rrl_class class, uint64_t subject, uint32_t now_ms)
{
    struct td_addr client;

    CHECK_OK(td_addr_parse(address, 53, &client));
    return policy_rrl_check(limiter->rrl, limiter->table, &client, class, subject, now_ms);
}

/* How many of `count` answers pass. */
static unsigned pass(struct limiter *limiter, const char *address, unsigned count, uint32_t now_ms)
{
    unsigned passed = 0;

    for (unsigned i = 0; i < count; i++)
        passed += ask(limiter, address, POLICY_RRL_ANSWER, 0, now_ms).verdict == POLICY_RRL_PASS;
    return passed;
}

static uint64_t counted(const struct limiter *limiter, unsigned row)
{
    return td_count_get(&policy_rrl_counters(limiter->table)[row]);
}

TEST(a_second_of_answers_and_no_more)
{
    struct limiter limiter = limiter_of(&plain, 1000);

    CHECK_EQ(pass(&limiter, "192.0.2.1", 100, 0), 10);
    CHECK_EQ(counted(&limiter, POLICY_RRL_DROPPED), 90);
    CHECK_EQ(counted(&limiter, POLICY_RRL_SLIPPED), 0);
    limiter_free(&limiter);
}

TEST(the_rate_is_kept_up)
{
    struct limiter limiter = limiter_of(&plain, 1000);

    for (uint32_t now_ms = 0; now_ms < 100000; now_ms += 100)
        CHECK_EQ(pass(&limiter, "192.0.2.1", 1, now_ms), 1);
    limiter_free(&limiter);
}

TEST(an_overdrawn_account_needs_the_window_to_recover)
{
    struct limiter limiter = limiter_of(&plain, 1000);

    CHECK_EQ(pass(&limiter, "192.0.2.1", 1000, 0), 10);    /* down to the floor: 50 answers */
    CHECK_EQ(pass(&limiter, "192.0.2.1", 1, 5000), 0);     /* exactly nothing left to pay with */
    CHECK_EQ(pass(&limiter, "192.0.2.1", 20, 6000), 9);    /* that one was paid for too */
    CHECK_EQ(pass(&limiter, "192.0.2.1", 20, 100000), 10); /* never more than a second's */
    limiter_free(&limiter);
}

TEST(a_small_overdraft_is_paid_back_soon)
{
    struct limiter limiter = limiter_of(&plain, 1000);

    CHECK_EQ(pass(&limiter, "192.0.2.1", 12, 0), 10);
    CHECK_EQ(pass(&limiter, "192.0.2.1", 1, 300), 1);
    CHECK_EQ(pass(&limiter, "192.0.2.1", 1, 301), 0);
    limiter_free(&limiter);
}

TEST(prefixes_share_an_account)
{
    struct limiter limiter = limiter_of(&plain, 1000);

    CHECK_EQ(pass(&limiter, "192.0.2.1", 10, 0), 10);
    CHECK_EQ(pass(&limiter, "192.0.2.254", 1, 0), 0);
    CHECK_EQ(pass(&limiter, "192.0.3.1", 1, 0), 1);
    CHECK_EQ(pass(&limiter, "2001:db8:0:100::1", 10, 0), 10);
    CHECK_EQ(pass(&limiter, "2001:db8:0:1ff:ffff::", 1, 0), 0);
    CHECK_EQ(pass(&limiter, "2001:db8:0:200::1", 1, 0), 1);
    limiter_free(&limiter);
}

TEST(whole_addresses)
{
    struct policy_rrl_options options = plain;
    options.ipv4_prefix_length = 32;
    options.ipv6_prefix_length = 128;
    struct limiter limiter = limiter_of(&options, 1000);

    CHECK_EQ(pass(&limiter, "192.0.2.1", 11, 0), 10);
    CHECK_EQ(pass(&limiter, "192.0.2.2", 1, 0), 1);
    CHECK_EQ(pass(&limiter, "2001:db8::1", 11, 0), 10);
    CHECK_EQ(pass(&limiter, "2001:db8::2", 1, 0), 1);
    limiter_free(&limiter);
}

TEST(classes_and_subjects_have_accounts_of_their_own)
{
    struct policy_rrl_options options = plain;
    for (unsigned i = 0; i < POLICY_RRL_ALL; i++)
        options.rates[i] = 1;
    options.rates[POLICY_RRL_REFERRAL] = 0;
    struct limiter limiter = limiter_of(&options, 1000);

    for (unsigned class = 0; class < POLICY_RRL_ALL; class ++) {
        for (uint64_t subject = 0; subject < 3; subject++) {
            enum policy_rrl_verdict want =
                class == POLICY_RRL_REFERRAL ? POLICY_RRL_PASS : POLICY_RRL_DROP;
            CHECK_EQ(ask(&limiter, "192.0.2.1", class, subject, 0).verdict, POLICY_RRL_PASS);
            CHECK_EQ(ask(&limiter, "192.0.2.1", class, subject, 0).verdict, want);
        }
    }
    limiter_free(&limiter);
}

TEST(all_classes_together)
{
    struct policy_rrl_options options = plain;
    options.rates[POLICY_RRL_ALL] = 15;
    struct limiter limiter = limiter_of(&options, 1000);

    CHECK_EQ(pass(&limiter, "192.0.2.1", 100, 0), 10);
    for (unsigned i = 0; i < 5; i++)
        CHECK_EQ(ask(&limiter, "192.0.2.1", POLICY_RRL_ERROR, i, 0).verdict, POLICY_RRL_PASS);
    CHECK_EQ(ask(&limiter, "192.0.2.1", POLICY_RRL_ERROR, 5, 0).verdict, POLICY_RRL_DROP);
    limiter_free(&limiter);
}

TEST(slips)
{
    static const char *const want[] = { "DDDDDD", "SSSSSS", "DSDSDS", "DDSDDS" };

    for (uint32_t slip = 0; slip < TD_COUNT(want); slip++) {
        struct policy_rrl_options options = plain;
        options.slip = slip;
        struct limiter limiter = limiter_of(&options, 1000);
        char got[7] = "";
        CHECK_EQ(pass(&limiter, "192.0.2.1", 10, 0), 10);
        for (unsigned i = 0; i < 6; i++) {
            enum policy_rrl_verdict verdict =
                ask(&limiter, "192.0.2.1", POLICY_RRL_ANSWER, 0, 0).verdict;
            got[i] = verdict == POLICY_RRL_SLIP ? 'S' : verdict == POLICY_RRL_DROP ? 'D' : 'P';
        }
        CHECK_STR(got, want[slip]);
        CHECK_EQ(counted(&limiter, POLICY_RRL_DROPPED) + counted(&limiter, POLICY_RRL_SLIPPED), 6);
        limiter_free(&limiter);
    }
}

TEST(the_beginning_is_told_once)
{
    struct limiter limiter = limiter_of(&plain, 1000);

    CHECK_EQ(pass(&limiter, "192.0.2.1", 10, 0), 10);
    CHECK(ask(&limiter, "192.0.2.1", POLICY_RRL_ANSWER, 0, 0).begins);
    CHECK(!ask(&limiter, "192.0.2.1", POLICY_RRL_ANSWER, 0, 0).begins);
    CHECK_EQ(pass(&limiter, "192.0.2.1", 10, 10000), 10);
    CHECK(ask(&limiter, "192.0.2.1", POLICY_RRL_ANSWER, 0, 10000).begins);
    limiter_free(&limiter);
}

TEST(only_logged)
{
    struct policy_rrl_options options = plain;
    options.log_only = true;
    struct limiter limiter = limiter_of(&options, 1000);

    CHECK_EQ(pass(&limiter, "192.0.2.1", 10, 0), 10);
    CHECK(ask(&limiter, "192.0.2.1", POLICY_RRL_ANSWER, 0, 0).begins);
    CHECK_EQ(pass(&limiter, "192.0.2.1", 100, 0), 100);
    CHECK_EQ(counted(&limiter, POLICY_RRL_LOGGED), 101);
    CHECK_EQ(counted(&limiter, POLICY_RRL_DROPPED), 0);
    limiter_free(&limiter);
}

TEST(exempt_clients)
{
    struct policy_rrl_options options = plain;
    struct td_prefix exempt[2];
    CHECK_OK(td_prefix_parse("192.0.2.128/25", &exempt[0]));
    CHECK_OK(td_prefix_parse("2001:db8::/32", &exempt[1]));
    options.exempt = exempt;
    options.exempt_count = TD_COUNT(exempt);
    struct limiter limiter = limiter_of(&options, 1000);

    CHECK_EQ(pass(&limiter, "2001:db8::1", 100, 0), 100);
    CHECK_EQ(pass(&limiter, "192.0.2.129", 100, 0), 100);
    CHECK_EQ(pass(&limiter, "2001:db9::1", 100, 0), 10);
    limiter_free(&limiter);
}

TEST(workers_share_the_rate)
{
    struct policy_rrl_options options = plain;
    options.share = 4;
    struct limiter limiter = limiter_of(&options, 1000);

    CHECK_EQ(pass(&limiter, "192.0.2.1", 100, 0), 2); /* two and a half */
    limiter_free(&limiter);
    options.share = 100; /* a tenth a second: still one at a time */
    limiter = limiter_of(&options, 1000);
    CHECK_EQ(pass(&limiter, "192.0.2.1", 3, 0), 1);
    limiter_free(&limiter);
}

TEST(clocks_turn_over_and_jitter)
{
    struct limiter limiter = limiter_of(&plain, 1000);

    CHECK_EQ(pass(&limiter, "192.0.2.1", 20, UINT32_MAX - 100), 10);
    CHECK_EQ(pass(&limiter, "192.0.2.1", 1, UINT32_MAX - 200), 0); /* a little back */
    CHECK_EQ(pass(&limiter, "192.0.2.1", 1, 1099), 1);             /* 1200 ms later */
    limiter_free(&limiter);
}

TEST(limits_of_options)
{
    struct policy_rrl_options options = plain;
    options.rates[POLICY_RRL_ANSWER] = UINT32_MAX;
    options.window_ms = UINT32_MAX;
    options.slip = UINT32_MAX;
    options.share = UINT32_MAX;
    struct limiter limiter = limiter_of(&options, 1);

    /* 1,000,000 a second, shared by 1,024 */
    CHECK_EQ(pass(&limiter, "192.0.2.1", 2000, 0), 976);
    CHECK_EQ(pass(&limiter, "192.0.2.1", 2000, INT32_MAX), 976);
    options.share = 0;
    limiter_free(&limiter);
    limiter = limiter_of(&options, 1);
    CHECK_EQ(pass(&limiter, "192.0.2.1", 5000, 0), 5000);
    limiter_free(&limiter);
    policy_rrl_free(NULL);
    policy_rrl_table_free(NULL);
}

/* Many clients go through a table of one line: who is limited stays, as long as it can. */
TEST(a_full_table_forgets_the_innocent_first)
{
    struct limiter limiter = limiter_of(&plain, 4);

    CHECK_EQ(pass(&limiter, "192.0.2.1", 1000, 0), 10);
    for (unsigned i = 0; i < 1000; i++) {
        char address[TD_ADDR_TEXT_SIZE];
        snprintf(address, sizeof(address), "10.%u.%u.1", i / 256, i % 256);
        CHECK_EQ(pass(&limiter, address, 1, i), 1);
    }
    CHECK_EQ(pass(&limiter, "192.0.2.1", 1, 1000), 0);
    limiter_free(&limiter);
}

TEST(many_clients_do_not_disturb_one_another)
{
    struct limiter limiter = limiter_of(&plain, 4 * 4000);
    unsigned passed = 0;

    for (unsigned round = 0; round < 12; round++) {
        for (unsigned i = 0; i < 4000; i++) {
            char address[TD_ADDR_TEXT_SIZE];
            snprintf(address, sizeof(address), "10.%u.%u.1", i / 256, i % 256);
            passed += pass(&limiter, address, 1, 0);
        }
    }
    /* 10 of 12 each; a few lines have more than four clients */
    CHECK(passed >= 40000 && passed < 40400);
    limiter_free(&limiter);
}

TEST(counters_have_rows)
{
    for (unsigned i = 0; i < POLICY_RRL_COUNTER_COUNT; i++)
        CHECK_STR(policy_rrl_counter_rows[i].metric, "tandem_rate_limited_total");
}

TESTS(a_second_of_answers_and_no_more, the_rate_is_kept_up,
      an_overdrawn_account_needs_the_window_to_recover, a_small_overdraft_is_paid_back_soon,
      prefixes_share_an_account, whole_addresses, classes_and_subjects_have_accounts_of_their_own,
      all_classes_together, slips, the_beginning_is_told_once, only_logged, exempt_clients,
      workers_share_the_rate, clocks_turn_over_and_jitter, limits_of_options,
      a_full_table_forgets_the_innocent_first, many_clients_do_not_disturb_one_another,
      counters_have_rows)
