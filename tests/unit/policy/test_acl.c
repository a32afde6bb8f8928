/*
 * Goal    an address or a key that fits any row is let in, and nobody else.
 * Method  a table of lists; a list of thousands of prefixes against the plain test of each.
 */
#include "policy/acl.h"
#include "unit/test.h"

enum { ROWS_MAX = 6 };

/* Rows from text: "key NAME" with the name in wire form, "PREFIX key NAME", else a prefix. */
static struct policy_acl *acl_of(const char *const *texts, size_t count)
{
    struct policy_acl_row rows[ROWS_MAX];

    for (size_t i = 0; i < count; i++) {
        const char *both = strstr(texts[i], " key ");
        if (both != NULL) {
            char prefix[64];
            snprintf(prefix, sizeof(prefix), "%.*s", (int)(both - texts[i]), texts[i]);
            rows[i] = (struct policy_acl_row){ .kind = POLICY_ACL_BOTH,
                                               .key_name = (const uint8_t *)both + 5 };
            CHECK_OK(td_prefix_parse(prefix, &rows[i].prefix));
        } else if (strncmp(texts[i], "key ", 4) == 0) {
            rows[i] = (struct policy_acl_row){ .kind = POLICY_ACL_KEY,
                                               .key_name = (const uint8_t *)texts[i] + 4 };
        } else {
            rows[i].kind = POLICY_ACL_PREFIX;
            CHECK_OK(td_prefix_parse(texts[i], &rows[i].prefix));
        }
    }
    return policy_acl_new(rows, count);
}

TEST(lists)
{
    static const struct {
        const char *why;
        const char *rows[ROWS_MAX];
        const char *address;
        const char *key; /* wire form, lower case; NULL: none */
        bool want;
    } table[] = {
        { "nobody", { NULL }, "192.0.2.1", "\1k", false },
        { "the address", { "192.0.2.1" }, "192.0.2.1", NULL, true },
        { "its neighbour", { "192.0.2.1" }, "192.0.2.2", NULL, false },
        { "first of a prefix", { "192.0.2.0/24" }, "192.0.2.0", NULL, true },
        { "last of a prefix", { "192.0.2.0/24" }, "192.0.2.255", NULL, true },
        { "before a prefix", { "192.0.2.0/24" }, "192.0.1.255", NULL, false },
        { "behind a prefix", { "192.0.2.0/24" }, "192.0.3.0", NULL, false },
        { "inner prefix first", { "10.1.0.0/16", "10.0.0.0/8" }, "10.2.0.0", NULL, true },
        { "behind an inner prefix", { "10.0.0.0/8", "10.1.0.0/16" }, "10.255.0.0", NULL, true },
        { "between two", { "10.0.0.0/8", "12.0.0.0/8" }, "11.0.0.0", NULL, false },
        { "neighbours joined", { "10.0.0.0/9", "10.128.0.0/9" }, "10.200.0.0", NULL, true },
        { "all of IPv4", { "0.0.0.0/0" }, "255.255.255.255", NULL, true },
        { "all of IPv4 is not IPv6", { "0.0.0.0/0" }, "::1", NULL, false },
        { "all of IPv6", { "::/0" }, "ffff::ffff", NULL, true },
        { "all of IPv6 is not IPv4", { "::/0" }, "1.2.3.4", NULL, false },
        { "any", { "0.0.0.0/0", "::/0" }, "::", NULL, true },
        { "half of IPv6", { "8000::/1" }, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, true },
        { "other half", { "8000::/1" }, "7fff::", NULL, false },
        { "IPv6 address", { "2001:db8::1" }, "2001:db8::1", NULL, true },
        { "IPv6 /64", { "2001:db8::/64" }, "2001:db8::ffff:ffff:ffff:ffff", NULL, true },
        { "IPv6 next /64", { "2001:db8::/64" }, "2001:db8:0:1::", NULL, false },
        { "key", { "key \1k" }, "192.0.2.1", "\1k", true },
        { "key of another case", { "key \1K" }, "192.0.2.1", "\1k", true },
        { "another key", { "key \1k" }, "192.0.2.1", "\1l", false },
        { "no key", { "key \1k" }, "192.0.2.1", NULL, false },
        { "one of three keys", { "key \2bb", "key \1a", "key \1c" }, "::1", "\1c", true },
        { "none of three keys", { "key \2bb", "key \1a", "key \1c" }, "::1", "\2bc", false },
        { "address or key: key", { "10.0.0.1", "key \1k" }, "10.0.0.2", "\1k", true },
        { "address or key: address", { "10.0.0.1", "key \1k" }, "10.0.0.1", NULL, true },
        { "address or key: another key", { "10.0.0.1", "key \1k" }, "10.0.0.1", "\1x", true },
        { "address or key: neither", { "10.0.0.1", "key \1k" }, "10.0.0.2", "\1x", false },
        { "peer", { "10.0.0.1 key \1k" }, "10.0.0.1", "\1k", true },
        { "peer: its key of another case", { "10.0.0.1 key \1K" }, "10.0.0.1", "\1k", true },
        { "peer: without its key", { "10.0.0.1 key \1k" }, "10.0.0.1", NULL, false },
        { "peer: another key from there", { "10.0.0.1 key \1k" }, "10.0.0.1", "\1x", false },
        { "peer: its key from elsewhere", { "10.0.0.1 key \1k" }, "10.0.0.2", "\1k", false },
        { "peer: the same number in IPv6", { "0.0.0.1 key \1k" }, "::1", "\1k", false },
        { "peer: IPv6", { "2001:db8::/64 key \1k" }, "2001:db8::9", "\1k", true },
        { "peer: behind its prefix", { "10.0.0.0/30 key \1k" }, "10.0.0.4", "\1k", false },
        { "two peers: each its own",
          { "10.0.0.1 key \1a", "10.0.0.2 key \1b" },
          "10.0.0.2",
          "\1b",
          true },
        { "two peers: the other's key",
          { "10.0.0.1 key \1a", "10.0.0.2 key \1b" },
          "10.0.0.1",
          "\1b",
          false },
        { "two peers at one address",
          { "10.0.0.1 key \1a", "10.0.0.1 key \1b" },
          "10.0.0.1",
          "\1b",
          true },
        { "a peer does not lend its key",
          { "10.0.0.1 key \1a", "key \1b" },
          "10.9.9.9",
          "\1a",
          false },
        { "nor its address", { "10.0.0.1 key \1a", "10.0.0.2" }, "10.0.0.1", NULL, false },
    };

    for (size_t i = 0; i < TD_COUNT(table); i++) {
        size_t count = 0;
        while (count < ROWS_MAX && table[i].rows[count] != NULL)
            count++;
        struct policy_acl *acl = acl_of(table[i].rows, count);
        const uint8_t *key = (const uint8_t *)table[i].key;
        struct td_addr addr;
        CHECK_OK(td_addr_parse(table[i].address, 53, &addr));
        CHECK_EQ_WHY(policy_acl_match(acl, &addr, key, key == NULL ? 0 : strlen(table[i].key) + 1),
                     table[i].want, table[i].why);
        policy_acl_free(acl);
    }
}

TEST(lists_that_need_no_question)
{
    static const char *const any[] = { "128.0.0.0/1", "::/0", "0.0.0.0/1", "key \1k" };
    static const char *const nearly[] = { "0.0.0.0/0", "8000::/1" };
    struct policy_acl *acl = acl_of(any, TD_COUNT(any));

    CHECK(policy_acl_is_any(acl));
    CHECK(!policy_acl_is_none(acl));
    policy_acl_free(acl);
    acl = acl_of(nearly, TD_COUNT(nearly));
    CHECK(!policy_acl_is_any(acl));
    CHECK(!policy_acl_is_none(acl));
    policy_acl_free(acl);
    acl = policy_acl_new(NULL, 0);
    CHECK(!policy_acl_is_any(acl));
    CHECK(policy_acl_is_none(acl));
    policy_acl_free(acl);
    static const char *const peer[] = { "0.0.0.0/0 key \1k", "::/0 key \1k" };
    acl = acl_of(peer, TD_COUNT(peer));
    CHECK(!policy_acl_is_any(acl));
    CHECK(!policy_acl_is_none(acl));
    policy_acl_free(acl);
    policy_acl_free(NULL);
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

/* A prefix with at most 16 bits that differ, so that many of them touch or overlap. */
static struct td_prefix random_prefix(uint32_t *state)
{
    struct td_prefix prefix = { .family = next_random(state) % 2 ? 4 : 6 };
    unsigned whole = prefix.family == 4 ? 32 : 128;

    prefix.length = (uint8_t)(whole - next_random(state) % 8);
    for (unsigned bit = whole - 16; bit < prefix.length; bit++) {
        if (next_random(state) % 2)
            prefix.octets[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    }
    return prefix;
}

TEST(many_prefixes_as_each_of_them)
{
    enum { COUNT = 1500, TRIES = 20000 };
    static struct policy_acl_row rows[COUNT];
    uint32_t state = 1;
    unsigned inside = 0;

    for (unsigned i = 0; i < COUNT; i++)
        rows[i] = (struct policy_acl_row){ POLICY_ACL_PREFIX, random_prefix(&state), NULL };
    struct policy_acl *acl = policy_acl_new(rows, COUNT);
    for (unsigned i = 0; i < TRIES; i++) {
        struct td_prefix prefix = random_prefix(&state);
        struct td_addr addr = { .family = prefix.family };
        bool want = false;
        memcpy(addr.octets, prefix.octets, 16);
        for (unsigned row = 0; row < COUNT && !want; row++)
            want = td_prefix_contains(&rows[row].prefix, &addr);
        CHECK_EQ(policy_acl_match(acl, &addr, NULL, 0), want);
        inside += want;
    }
    CHECK(inside > TRIES / 20 && inside < TRIES); /* both happen */
    policy_acl_free(acl);
}

TESTS(lists, lists_that_need_no_question, many_prefixes_as_each_of_them)
