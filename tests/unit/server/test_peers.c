/*
 * Goal    what is known about a peer outlives a reload that leaves it as it is; one that does not
 *         answer is left alone for longer and longer, by everybody.
 * Method  configurations as text, one after the other; times by hand.
 */
#include "server/peers.h"
#include "unit/conf/helper.h"

static const uint64_t second = IO_NS_PER_S;

static void apply(struct peers *peers, const char *text)
{
    struct conf *conf;

    if (parse(text, &conf) != TD_OK)
        fail_msg("%s", said);
    peers_apply_begin(peers, conf);
    peers_apply_end(peers);
    conf_free(conf);
}

TEST(a_row_outlives_a_reload)
{
    struct peers peers = { .rows = NULL };

    apply(&peers, "peers: {a: {address: 192.0.2.1}, b: {address: 192.0.2.2}}");
    CHECK_EQ(peers.count, 2);
    struct peers_row *a = peers_find(&peers, "a"), *b = peers_find(&peers, "b");
    CHECK(a != NULL && b != NULL && peers_find(&peers, "c") == NULL);
    a->transfers_in = 7;
    apply(&peers, "peers: {c: {address: 192.0.2.3}, a: {address: 192.0.2.1}}");
    CHECK_EQ(peers.count, 2);
    CHECK(peers_find(&peers, "a") == a);
    CHECK_EQ(a->transfers_in, 7);
    CHECK(peers_find(&peers, "b") == NULL);
    CHECK_STR(peers_find(&peers, "c")->peer->name, "c");
    apply(&peers, "server: {workers: 1}");
    CHECK_EQ(peers.count, 0);
    peers_fini(&peers);
}

#define KEY                                                                                        \
    "keys: [{name: k, algorithm: hmac-sha256, secret: AAECAwQFBgcICQoLDA0ODw==}]\n"                \
    "peers: {a: {address: 192.0.2.1, key: k}}"

TEST(a_changed_peer_is_another_one)
{
    static const char *const changed[] = {
        "peers: {a: {address: 192.0.2.2}}",
        "peers: {a: {address: 192.0.2.1, source: 192.0.2.9}}",
        "peers: {a: {address: [192.0.2.1, 192.0.2.2]}}",
        "peers: {a: {address: '192.0.2.1:54'}}",
        KEY,
    };

    for (size_t i = 0; i < TD_COUNT(changed); i++) {
        struct peers peers = { .rows = NULL };
        apply(&peers, "peers: {a: {address: 192.0.2.1}}");
        peers_find(&peers, "a")->heard_s = 9;
        apply(&peers, changed[i]);
        CHECK_EQ_WHY(peers_find(&peers, "a")->heard_s, 0, changed[i]);
        peers_find(&peers, "a")->heard_s = 9;
        apply(&peers, changed[i]);
        CHECK_EQ_WHY(peers_find(&peers, "a")->heard_s, 9, changed[i]);
        peers_fini(&peers);
    }
}

TEST(whoever_talks_to_a_peer_keeps_its_description)
{
    struct peers peers = { .rows = NULL };

    apply(&peers, KEY);
    struct replicate_peer *held = replicate_peer_hold(peers_find(&peers, "a")->peer);
    apply(&peers, "peers: {}");
    CHECK_STR(held->name, "a");
    CHECK_BYTES(held->key.name, held->key.name_size, "\1k", 3);
    replicate_peer_let_go(held);
    peers_fini(&peers);
}

/* Lost this many times, each time as soon as it may be asked again. Returns the last time. */
static uint64_t lose(struct peers_row *row, unsigned times)
{
    uint64_t now = 1000 * second;

    for (unsigned i = 0; i < times; i++) {
        while (!peers_may_ask(row, now, false))
            now += second;
        peers_probe(row, now);
        peers_lost(row, now, now + second, 1000);
        now += second;
    }
    return now;
}

TEST(one_that_is_lost_is_left_alone_for_longer_and_longer)
{
    static const unsigned holds_s[] = { 5, 10, 20, 40, 80, 160, 300, 300, 300 };

    for (unsigned times = 1; times <= TD_COUNT(holds_s); times++) {
        struct peers_row row = { .losses = 0 };
        uint64_t hold_s = holds_s[times - 1], only_s = hold_s < 30 ? hold_s : 30;
        CHECK(peers_may_ask(&row, 0, false));
        uint64_t lost_ns = lose(&row, times);
        CHECK_EQ(row.losses, times);
        CHECK(!peers_may_ask(&row, lost_ns + hold_s * second - 1, false));
        CHECK(peers_may_ask(&row, lost_ns + hold_s * second, false));
        /* Zones that have no other one wait half a minute at most. */
        CHECK(!peers_may_ask(&row, lost_ns + only_s * second - 1, true));
        CHECK(peers_may_ask(&row, lost_ns + only_s * second, true));
        CHECK_EQ(peers_ask_next_ns(&row), lost_ns + only_s * second);
        peers_heard(&row, 2000);
        CHECK(peers_may_ask(&row, lost_ns, false));
        CHECK_EQ(row.lost_s, 0);
        CHECK_EQ(row.heard_s, 2000);
    }
}

TEST(many_that_lose_it_at_once_count_once)
{
    struct peers_row row = { .losses = 0 };

    for (unsigned i = 0; i < 100; i++)
        peers_lost(&row, (100 + i / 50) * second, (110 + i / 50) * second, 50 + i);
    CHECK_EQ(row.losses, 1);
    CHECK_EQ(row.lost_s, 50);
}

TEST(one_look_finds_out_for_all)
{
    struct peers_row row = { .losses = 0 };
    uint64_t now = lose(&row, 1) + 5 * second;

    CHECK(peers_may_ask(&row, now, false));
    peers_probe(&row, now);
    CHECK(!peers_may_ask(&row, now, false));
    CHECK(!peers_may_ask(&row, now + second, true));
}

TESTS(a_row_outlives_a_reload, a_changed_peer_is_another_one,
      whoever_talks_to_a_peer_keeps_its_description,
      one_that_is_lost_is_left_alone_for_longer_and_longer, many_that_lose_it_at_once_count_once,
      one_look_finds_out_for_all)
