/*
 * Goal    a peer's description lives as long as somebody holds it; it is the same when it is
 *         reached in the same way, with the same key.
 * Method  one description, then the same with one thing changed; counts under a sanitizer.
 */
#include "replicate/peer.h"
#include "unit/test.h"

static struct td_addr addr(const char *text)
{
    struct td_addr parsed;

    CHECK_OK(td_addr_parse(text, 53, &parsed));
    return parsed;
}

static struct tsig_key key(const char *name, const char *secret)
{
    struct tsig_key_row row = { .name = (const uint8_t *)name,
                                .algorithm = TSIG_HMAC_SHA256,
                                .secret = (const uint8_t *)secret,
                                .secret_size = strlen(secret) };
    struct tsig_key prepared;

    CHECK_OK(tsig_key_prepare(&prepared, &row));
    return prepared;
}

/* Row 0 is what the others are compared with. */
static struct replicate_peer *peer_of(unsigned row)
{
    struct td_addr addrs[2] = { addr("192.0.2.1"), addr("2001:db8::1") };
    struct td_addr source = addr(row == 5 ? "192.0.2.8" : "192.0.2.9");
    struct tsig_key own = key(row == 7 ? "\1l" : "\1k", row == 8 ? "other" : "secret");

    if (row == 3)
        addrs[0].port = 54;
    if (row == 4) {
        struct td_addr first = addrs[0];
        addrs[0] = addrs[1];
        addrs[1] = first;
    }
    return replicate_peer_new(row == 1 ? "b" : "a", addrs, row == 2 ? 1 : 2,
                              row == 6 ? NULL : &source, row == 9 ? NULL : &own);
}

TEST(what_makes_a_peer)
{
    enum { ROWS = 10 };
    struct replicate_peer *first = peer_of(0), *again = peer_of(0);

    CHECK(replicate_peer_is_same(first, again));
    replicate_peer_let_go(again);
    for (unsigned row = 1; row < ROWS; row++) {
        struct replicate_peer *other = peer_of(row);
        CHECK_EQ_WHY(replicate_peer_is_same(first, other), false, other->name);
        CHECK_EQ_WHY(replicate_peer_is_same(other, first), false, other->name);
        replicate_peer_let_go(other);
    }
    struct replicate_peer *bare = peer_of(9), *as_bare = peer_of(9);
    CHECK(replicate_peer_is_same(bare, as_bare));
    replicate_peer_let_go(bare);
    replicate_peer_let_go(as_bare);
    replicate_peer_let_go(first);
}

TEST(whoever_holds_it_has_it)
{
    struct replicate_peer *peer = peer_of(0);

    CHECK(replicate_peer_hold(peer) == peer);
    replicate_peer_let_go(peer);
    CHECK_STR(peer->name, "a");
    CHECK_EQ(peer->key.name_size, 3);
    replicate_peer_let_go(peer);
    replicate_peer_let_go(NULL);
}

TEST(its_addresses_whatever_the_port)
{
    struct replicate_peer *peer = peer_of(0);
    struct td_addr there = addr("192.0.2.1:9999"), v6 = addr("[2001:db8::1]:1");
    struct td_addr other = addr("192.0.2.2"), own_source = addr("192.0.2.9");

    CHECK(replicate_peer_has(peer, &there));
    CHECK(replicate_peer_has(peer, &v6));
    CHECK(!replicate_peer_has(peer, &other));
    CHECK(!replicate_peer_has(peer, &own_source));
    replicate_peer_let_go(peer);
}

TEST(a_source_is_for_its_family)
{
    struct replicate_peer *with = peer_of(0), *without = peer_of(6);

    CHECK(replicate_peer_source(with, &with->addrs[0]) == &with->source);
    CHECK(replicate_peer_source(with, &with->addrs[1]) == NULL);
    CHECK(replicate_peer_source(without, &without->addrs[0]) == NULL);
    replicate_peer_let_go(with);
    replicate_peer_let_go(without);
}

TESTS(what_makes_a_peer, whoever_holds_it_has_it, its_addresses_whatever_the_port,
      a_source_is_for_its_family)
