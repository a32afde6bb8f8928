/*
 * Goal    RFC 3007: a client may do what a row for it gives, and nothing else.
 * Method  one policy with a row of each kind; a table of questions to it.
 */
#include "policy/update.h"
#include "unit/test.h"
#include "wire/name.h"
#include "wire/rrtype.h"

static const struct policy_update_name acme[] = {
    { POLICY_UPDATE_SUBTREE, (const uint8_t *)"\017_acme-challenge\4Test" },
};
static const struct policy_update_name dyn[] = {
    { POLICY_UPDATE_BELOW, (const uint8_t *)"\3dyn\4test" },
    { POLICY_UPDATE_EXACT, (const uint8_t *)"\3www\4test" },
};
static const struct policy_update_name self[] = { { POLICY_UPDATE_SELF, NULL } };
static const uint16_t txt[] = { WIRE_TYPE_TXT, WIRE_TYPE_AAAA };
static const uint16_t any[] = { WIRE_TYPE_ANY };

static struct policy_update *policy_of_all(void)
{
    static struct td_prefix local[2];

    CHECK_OK(td_prefix_parse("127.0.0.0/8", &local[0]));
    CHECK_OK(td_prefix_parse("2001:db8::/32", &local[1]));
    const struct policy_update_row rows[] = {
        { .key_name = (const uint8_t *)"\4ACME",
          .names = acme,
          .name_count = 1,
          .types = txt,
          .type_count = 2,
          .actions = POLICY_UPDATE_ALL },
        { .key_name = (const uint8_t *)"\4dhcp",
          .names = dyn,
          .name_count = 2,
          .actions = POLICY_UPDATE_ADD },
        { .key_name = (const uint8_t *)"\4boss", .actions = POLICY_UPDATE_ALL },
        { .key_name = (const uint8_t *)"\4ends\3dyn\4test",
          .names = dyn,
          .name_count = 1,
          .types = any,
          .type_count = 1,
          .actions = POLICY_UPDATE_DELETE },
        { .key_name = (const uint8_t *)"\2me\4test",
          .names = self,
          .name_count = 1,
          .actions = POLICY_UPDATE_ALL },
        { .prefixes = local,
          .prefix_count = 2,
          .types = txt,
          .type_count = 1,
          .actions = POLICY_UPDATE_ALL },
        { .prefixes = local,
          .prefix_count = 1,
          .names = self,
          .name_count = 1,
          .actions = POLICY_UPDATE_ALL },
    };
    return policy_update_new(rows, TD_COUNT(rows));
}

static struct policy_update_client client_of(const char *address, const char *key,
                                             struct td_addr *addr)
{
    CHECK_OK(td_addr_parse(address, 0, addr));
    return (struct policy_update_client){
        .addr = addr,
        .key_name = (const uint8_t *)key,
        .key_name_size = key == NULL ? 0 : wire_name_size((const uint8_t *)key),
    };
}

TEST(what_a_row_gives_is_allowed)
{
    enum { ADD = POLICY_UPDATE_ADD, DELETE = POLICY_UPDATE_DELETE };
    static const struct {
        const char *why;
        const char *address;
        const char *key; /* wire form, lower case */
        const char *owner;
        uint16_t type;
        int action;
        bool want;
    } table[] = {
        { "subtree, itself", "192.0.2.1", "\4acme", "\017_acme-challenge\4test", WIRE_TYPE_TXT, ADD,
          true },
        { "subtree, below, another case", "192.0.2.1", "\4acme", "\1A\017_ACME-challenge\4test",
          WIRE_TYPE_TXT, DELETE, true },
        { "subtree, beside", "192.0.2.1", "\4acme", "\3www\4test", WIRE_TYPE_TXT, ADD, false },
        { "subtree, not a label of its own", "192.0.2.1", "\4acme", "\020x_acme-challenge\4test",
          WIRE_TYPE_TXT, ADD, false },
        { "subtree, above", "192.0.2.1", "\4acme", "\4test", WIRE_TYPE_TXT, ADD, false },
        { "the second of its types", "192.0.2.1", "\4acme", "\017_acme-challenge\4test",
          WIRE_TYPE_AAAA, ADD, true },
        { "not of its types", "192.0.2.1", "\4acme", "\017_acme-challenge\4test", WIRE_TYPE_A, ADD,
          false },
        { "another good key", "192.0.2.1", "\4mine", "\017_acme-challenge\4test", WIRE_TYPE_TXT,
          ADD, false },
        { "no key", "192.0.2.1", NULL, "\017_acme-challenge\4test", WIRE_TYPE_TXT, ADD, false },
        { "exact", "192.0.2.1", "\4dhcp", "\3WWW\4test", WIRE_TYPE_A, ADD, true },
        { "exact, below", "192.0.2.1", "\4dhcp", "\1a\3www\4test", WIRE_TYPE_A, ADD, false },
        { "wildcard, below", "192.0.2.1", "\4dhcp", "\1b\1a\3dyn\4test", WIRE_TYPE_A, ADD, true },
        { "wildcard, not itself", "192.0.2.1", "\4dhcp", "\3dyn\4test", WIRE_TYPE_A, ADD, false },
        { "not its action", "192.0.2.1", "\4dhcp", "\1a\3dyn\4test", WIRE_TYPE_A, DELETE, false },
        { "names without types: no NS", "192.0.2.1", "\4dhcp", "\1a\3dyn\4test", WIRE_TYPE_NS, ADD,
          false },
        { "names without types: no SOA", "192.0.2.1", "\4dhcp", "\1a\3dyn\4test", WIRE_TYPE_SOA,
          ADD, false },
        { "the whole zone: NS", "192.0.2.1", "\4boss", "\4test", WIRE_TYPE_NS, DELETE, true },
        { "the whole zone: SOA", "192.0.2.1", "\4boss", "\4test", WIRE_TYPE_SOA, ADD, true },
        { "every type", "192.0.2.1", "\4ends\3dyn\4test", "\1a\3dyn\4test", WIRE_TYPE_NS, DELETE,
          true },
        { "self", "192.0.2.1", "\2me\4test", "\2Me\4test", WIRE_TYPE_A, ADD, true },
        { "not self", "192.0.2.1", "\2me\4test", "\2we\4test", WIRE_TYPE_A, ADD, false },
        { "below self", "192.0.2.1", "\2me\4test", "\1a\2me\4test", WIRE_TYPE_A, ADD, false },
        { "address", "127.0.0.1", NULL, "\1a\4test", WIRE_TYPE_TXT, DELETE, true },
        { "the second prefix", "2001:db8::1", NULL, "\1a\4test", WIRE_TYPE_TXT, ADD, true },
        { "address, not its type", "127.0.0.1", NULL, "\1a\4test", WIRE_TYPE_A, ADD, false },
        { "a key there has the address, too", "127.0.0.1", "\4mine", "\1a\4test", WIRE_TYPE_TXT,
          ADD, true },
        { "self without a key", "127.0.0.1", NULL, "\1a\4test", WIRE_TYPE_A, ADD, false },
        { "another address", "198.51.100.1", NULL, "\1a\4test", WIRE_TYPE_TXT, ADD, false },
    };
    struct policy_update *policy = policy_of_all();

    for (size_t i = 0; i < TD_COUNT(table); i++) {
        struct td_addr addr;
        struct policy_update_client client = client_of(table[i].address, table[i].key, &addr);
        const uint8_t *owner = (const uint8_t *)table[i].owner;
        bool got = policy_update_allows(policy, &client, owner, wire_name_size(owner),
                                        table[i].type, (enum policy_update_action)table[i].action);
        CHECK_EQ_WHY(got, table[i].want, table[i].why);
    }
    policy_update_free(policy);
}

TEST(who_has_no_row_is_not_admitted)
{
    static const struct {
        const char *address;
        const char *key;
        bool want;
    } table[] = {
        { "192.0.2.1", "\4acme", true }, { "192.0.2.1", "\4mine", false },
        { "192.0.2.1", NULL, false },    { "127.9.9.9", NULL, true },
        { "127.9.9.9", "\4mine", true }, { "2001:db9::1", NULL, false },
    };
    struct policy_update *policy = policy_of_all();

    for (size_t i = 0; i < TD_COUNT(table); i++) {
        struct td_addr addr;
        struct policy_update_client client = client_of(table[i].address, table[i].key, &addr);
        CHECK_EQ(policy_update_admits(policy, &client), table[i].want);
    }
    policy_update_free(policy);

    struct td_addr addr;
    struct policy_update_client client = client_of("127.0.0.1", "\4boss", &addr);
    policy = policy_update_new(NULL, 0);
    CHECK(!policy_update_admits(policy, &client));
    policy_update_free(policy);
    policy_update_free(NULL);
}

TESTS(what_a_row_gives_is_allowed, who_has_no_row_is_not_admitted)
