/*
 * Goal    Limits hold in all and for each client, whoever asks; a client is an IPv4 address or an
 *         IPv6 /64.
 * Method  by hand; then threads that come and go at one crowd, watched by a sanitizer.
 */
#include <pthread.h>

#include "net/crowd.h"
#include "unit/io/world.h"

enum { THREADS = 4, ROUNDS = 20000, TOGETHER_MAX = 5, CLIENT_MAX = 2, HELD_MAX = 4 };

static const struct td_hash_seed seed = { .root = 1, .k0 = 2, .k1 = 3 };

static enum net_entry enter(struct net_crowd *crowd, const char *text, uint32_t connections,
                            uint32_t per_client, struct net_client **ret_client)
{
    struct td_addr addr = world_addr(text, 1000);

    return net_crowd_enter(crowd, &addr, connections, per_client, ret_client);
}

TEST(a_client_is_an_address_or_a_network)
{
    static const struct {
        const char *first, *second;
        bool is_same;
    } rows[] = {
        { "192.0.2.1", "192.0.2.1", true },
        { "192.0.2.1", "192.0.2.2", false },
        { "2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true },
        { "2001:db8:0:1::1", "2001:db8:0:2::1", false },
        { "0.0.0.0", "::", false },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct net_crowd *crowd = net_crowd_new(&seed);
        struct net_client *first, *second = NULL;
        CHECK_EQ(enter(crowd, rows[i].first, 9, 1, &first), NET_ENTRY_GOOD);
        CHECK_EQ_WHY(enter(crowd, rows[i].second, 9, 1, &second),
                     rows[i].is_same ? NET_ENTRY_CLIENT_FULL : NET_ENTRY_GOOD, rows[i].second);
        if (second != NULL)
            net_crowd_leave(crowd, second);
        net_crowd_leave(crowd, first);
        CHECK_EQ(net_crowd_count(crowd), 0);
        net_crowd_free(crowd);
    }
}

TEST(the_limit_in_all_is_for_everybody)
{
    struct net_crowd *crowd = net_crowd_new(&seed);
    struct net_client *first, *second, *third;

    CHECK_EQ(enter(crowd, "192.0.2.1", 2, 1, &first), NET_ENTRY_GOOD);
    CHECK_EQ(enter(crowd, "192.0.2.2", 2, 1, &second), NET_ENTRY_GOOD);
    CHECK_EQ(enter(crowd, "192.0.2.3", 2, 1, &third), NET_ENTRY_FULL);
    CHECK_EQ(enter(crowd, "192.0.2.1", 2, 1, &third), NET_ENTRY_CLIENT_FULL);
    CHECK_EQ(net_crowd_count(crowd), 2);
    net_crowd_leave(crowd, first);
    CHECK_EQ(enter(crowd, "192.0.2.3", 2, 1, &third), NET_ENTRY_GOOD);
    CHECK_EQ(enter(crowd, "192.0.2.4", 1, 1, &first), NET_ENTRY_FULL); /* fewer from now on */
    net_crowd_leave(crowd, second);
    net_crowd_leave(crowd, third);
    net_crowd_free(crowd);
}

static struct net_crowd *shared;
static _Atomic int inside, most_inside, refused;

/* Come as often as is allowed, then go again: how many are inside is counted from outside. */
static void *come_and_go(void *argument)
{
    const char *text = argument;
    struct net_client *held[HELD_MAX];
    int count = 0;

    for (int i = 0; i < ROUNDS; i++) {
        if (count == HELD_MAX || (count > 0 && i % 3 == 0)) {
            inside--; /* before, so that the count is never too high */
            net_crowd_leave(shared, held[--count]);
            continue;
        }
        if (enter(shared, text, TOGETHER_MAX, CLIENT_MAX, &held[count]) != NET_ENTRY_GOOD) {
            refused++;
            continue;
        }
        count++;
        int now = ++inside, most = most_inside;
        while (now > most && !atomic_compare_exchange_weak(&most_inside, &most, now)) {
        }
    }
    while (count > 0) {
        inside--;
        net_crowd_leave(shared, held[--count]);
    }
    return NULL;
}

TEST(threads_share_the_limits)
{
    static char texts[THREADS][16] = { "192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.3" };
    pthread_t threads[THREADS];

    shared = net_crowd_new(&seed);
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, come_and_go, texts[i]), 0);
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    CHECK_EQ(net_crowd_count(shared), 0);
    CHECK(most_inside >= CLIENT_MAX && most_inside <= TOGETHER_MAX);
    CHECK(refused > 0);
    net_crowd_free(shared);
}

TESTS(a_client_is_an_address_or_a_network, the_limit_in_all_is_for_everybody,
      threads_share_the_limits)
