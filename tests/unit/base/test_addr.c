/*
 * Goal    Addresses, ports and prefixes as people write them, and nothing else.
 * Method  one table of spellings that are read, one of those that are refused; the octets
 *         are compared with what inet_pton says of a plain spelling.
 */
#include <arpa/inet.h>

#include "base/addr.h"
#include "unit/test.h"

TEST(every_spelling_of_host_and_port_is_read)
{
    static const struct {
        const char *text;
        uint8_t family;
        const char *host;
        uint16_t port;
        uint32_t scope;
    } rows[] = {
        { "192.0.2.1", 4, "192.0.2.1", 53, 0 },
        { "192.0.2.1:5300", 4, "192.0.2.1", 5300, 0 },
        { "192.0.2.1@5300", 4, "192.0.2.1", 5300, 0 },
        { "0.0.0.0:0", 4, "0.0.0.0", 0, 0 },
        { "[192.0.2.1]:65535", 4, "192.0.2.1", 65535, 0 },
        { "::", 6, "::", 53, 0 },
        { "2001:db8::1", 6, "2001:db8::1", 53, 0 },
        { "2001:db8::1@5300", 6, "2001:db8::1", 5300, 0 },
        { "[2001:db8::1]", 6, "2001:db8::1", 53, 0 },
        { "[2001:db8::1]:5300", 6, "2001:db8::1", 5300, 0 },
        { "[2001:db8::1]@5300", 6, "2001:db8::1", 5300, 0 },
        { "::ffff:192.0.2.1", 4, "192.0.2.1", 53, 0 },
        { "fe80::1%7", 6, "fe80::1", 53, 7 },
        { "[fe80::1%7]:5300", 6, "fe80::1", 5300, 7 },
        { "fe80::1%7@5300", 6, "fe80::1", 5300, 7 },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct td_addr addr;
        uint8_t want[16] = { 0 };

        CHECK_EQ(inet_pton(rows[i].family == 4 ? AF_INET : AF_INET6, rows[i].host, want), 1);
        CHECK_EQ_WHY(td_addr_parse(rows[i].text, 53, &addr), TD_OK, rows[i].text);
        CHECK_EQ_WHY(addr.family, rows[i].family, rows[i].text);
        CHECK_EQ_WHY(addr.port, rows[i].port, rows[i].text);
        CHECK_EQ_WHY(addr.scope, rows[i].scope, rows[i].text);
        CHECK_BYTES(addr.octets, 16, want, 16);
    }
}

TEST(a_scope_may_be_the_name_of_an_interface)
{
    struct td_addr addr;

    CHECK_OK(td_addr_parse("fe80::1%lo", 0, &addr));
    CHECK(addr.scope != 0);
}

TEST(refused_addresses_leave_no_trace)
{
    static const char *const rows[] = {
        "",
        "localhost",
        "192.0.2",
        "192.0.2.256",
        "192.0.2.1:",
        "192.0.2.1@",
        "192.0.2.1:65536",
        "192.0.2.1:-1",
        "192.0.2.1: 53",
        "192.0.2.1:53x",
        "192.0.2.1:99999999999999999999999999",
        "192.0.2.1 ",
        " 192.0.2.1",
        "192.0.2.1%1",
        "2001:db8::1::2",
        "2001:db8::g",
        "[2001:db8::1",
        "[2001:db8::1]53",
        "[2001:db8::1]:",
        "[]",
        "[]:53",
        "fe80::1%",
        "fe80::1%4294967296",
        "fe80::1%no-such-interface",
        "2001:0db8:0000:0000:0000:0000:0000:0001@53-and-far-more-than-an-address-can-have....",
        "2001:0db8:0000:0000:0000:0000:0000:0001%11111111111111111111111111111111111111",
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct td_addr addr = { .port = 4711, .family = 9 };

        CHECK_EQ_WHY(td_addr_parse(rows[i], 53, &addr), TD_E_MALFORMED, rows[i]);
        CHECK_EQ_WHY(addr.port, 4711, rows[i]);
        CHECK_EQ_WHY(addr.family, 9, rows[i]);
    }
}

TEST(prefixes)
{
    static const struct {
        const char *text;
        td_err want;
        uint8_t family;
        uint8_t length;
    } rows[] = {
        { "192.0.2.0/24", TD_OK, 4, 24 },
        { "192.0.2.1", TD_OK, 4, 32 },
        { "0.0.0.0/0", TD_OK, 4, 0 },
        { "128.0.0.0/1", TD_OK, 4, 1 },
        { "192.0.2.254/31", TD_OK, 4, 31 },
        { "::/0", TD_OK, 6, 0 },
        { "2001:db8::/32", TD_OK, 6, 32 },
        { "2001:db8:8000::/33", TD_OK, 6, 33 },
        { "2001:db8::1", TD_OK, 6, 128 },
        { "192.0.2.1/24", TD_E_INVALID, 0, 0 },
        { "192.0.2.255/31", TD_E_INVALID, 0, 0 },
        { "64.0.0.0/1", TD_E_INVALID, 0, 0 },
        { "0.0.0.1/0", TD_E_INVALID, 0, 0 },
        { "2001:db8::1/127", TD_E_INVALID, 0, 0 },
        { "192.0.2.0/33", TD_E_MALFORMED, 0, 0 },
        { "192.0.2.0/", TD_E_MALFORMED, 0, 0 },
        { "192.0.2.0/-1", TD_E_MALFORMED, 0, 0 },
        { "192.0.2.0/24/8", TD_E_MALFORMED, 0, 0 },
        { "2001:db8::/129", TD_E_MALFORMED, 0, 0 },
        { "192.0.2/24", TD_E_MALFORMED, 0, 0 },
        { "any", TD_E_MALFORMED, 0, 0 },
        { "", TD_E_MALFORMED, 0, 0 },
        { "/24", TD_E_MALFORMED, 0, 0 },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct td_prefix prefix = { .family = 0, .length = 0 };

        CHECK_EQ_WHY(td_prefix_parse(rows[i].text, &prefix), rows[i].want, rows[i].text);
        CHECK_EQ_WHY(prefix.family, rows[i].family, rows[i].text);
        CHECK_EQ_WHY(prefix.length, rows[i].length, rows[i].text);
    }
}

TEST(a_prefix_holds_its_first_and_last_address_and_not_their_neighbours)
{
    static const struct {
        const char *prefix;
        const char *addr;
        bool want;
    } rows[] = {
        { "192.0.2.0/24", "192.0.2.0", true },
        { "192.0.2.0/24", "192.0.2.255", true },
        { "192.0.2.0/24", "192.0.1.255", false },
        { "192.0.2.0/24", "192.0.3.0", false },
        { "192.0.2.64/26", "192.0.2.63", false },
        { "192.0.2.64/26", "192.0.2.64", true },
        { "192.0.2.64/26", "192.0.2.127", true },
        { "192.0.2.64/26", "192.0.2.128", false },
        { "192.0.2.7", "192.0.2.7", true },
        { "192.0.2.7", "192.0.2.6", false },
        { "0.0.0.0/0", "255.255.255.255", true },
        { "0.0.0.0/0", "::", false },
        { "::/0", "192.0.2.1", false },
        { "::/0", "ffff::", true },
        { "2001:db8:8000::/33", "2001:db8:8000::", true },
        { "2001:db8:8000::/33", "2001:db8:7fff::", false },
        { "2001:db8::1", "2001:db8::1", true },
        { "2001:db8::1", "2001:db8::2", false },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct td_prefix prefix;
        struct td_addr addr;

        CHECK_OK(td_prefix_parse(rows[i].prefix, &prefix));
        CHECK_OK(td_addr_parse(rows[i].addr, 0, &addr));
        CHECK_EQ_WHY(td_prefix_contains(&prefix, &addr), rows[i].want, rows[i].addr);
    }
}

TEST(sockets_give_back_what_they_were_given)
{
    static const char *const rows[] = { "192.0.2.1:53", "[2001:db8::1]:5300", "[fe80::1%3]:1" };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct td_addr before, after;
        struct sockaddr_storage sa;

        CHECK_OK(td_addr_parse(rows[i], 0, &before));
        socklen_t size = td_addr_to_sockaddr(&before, &sa);
        CHECK_EQ(size,
                 before.family == 4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
        CHECK_OK(td_addr_from_sockaddr((struct sockaddr *)&sa, &after));
        CHECK(td_addr_equal(&before, &after));
        CHECK_EQ(before.scope, after.scope);
    }
}

TEST(a_mapped_address_of_a_socket_is_ipv4)
{
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(53) };
    struct td_addr addr;
    char text[TD_ADDR_TEXT_SIZE];

    CHECK_EQ(inet_pton(AF_INET6, "::ffff:192.0.2.1", &in6.sin6_addr), 1);
    CHECK_OK(td_addr_from_sockaddr((struct sockaddr *)&in6, &addr));
    CHECK_STR(td_addr_format_port(&addr, text), "192.0.2.1@53");
}

TEST(other_families_are_unsupported)
{
    struct sockaddr sa = { .sa_family = AF_UNIX };
    struct td_addr addr = { .family = 9 };

    CHECK_EQ(td_addr_from_sockaddr(&sa, &addr), TD_E_UNSUPPORTED);
    CHECK_EQ(addr.family, 9);
}

TEST(text)
{
    static const struct {
        const char *text;
        const char *host;
        const char *with_port;
    } rows[] = {
        { "192.0.2.1", "192.0.2.1", "192.0.2.1@53" },
        { "2001:0DB8:0:0::1", "2001:db8::1", "2001:db8::1@53" },
        { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
          "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff@53" },
    };
    char text[TD_ADDR_TEXT_SIZE];

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct td_addr addr;

        CHECK_OK(td_addr_parse(rows[i].text, 53, &addr));
        CHECK_STR(td_addr_format(&addr, text), rows[i].host);
        CHECK_STR(td_addr_format_port(&addr, text), rows[i].with_port);
    }
    CHECK_STR(td_addr_format(&(struct td_addr){ .family = 0 }, text), "-");
}

TEST(same_host_and_any)
{
    struct td_addr a, b;

    CHECK_OK(td_addr_parse("192.0.2.1:1", 0, &a));
    CHECK_OK(td_addr_parse("192.0.2.1:2", 0, &b));
    CHECK(td_addr_same_host(&a, &b));
    CHECK(!td_addr_equal(&a, &b));
    CHECK_OK(td_addr_parse("::", 1, &b));
    CHECK(!td_addr_same_host(&a, &b));
    CHECK(td_addr_is_any(&b));
    CHECK(!td_addr_is_any(&a));
    CHECK(!td_addr_is_any(&(struct td_addr){ .family = 0 }));
}

TEST(private_addresses)
{
    static const struct {
        const char *text;
        bool is_private;
    } rows[] = {
        { "9.255.255.255", false },
        { "10.0.0.0", true },
        { "10.255.255.255", true },
        { "11.0.0.0", false },
        { "100.63.255.255", false },
        { "100.64.0.0", true },
        { "100.127.255.255", true },
        { "100.128.0.0", false },
        { "127.0.0.11", true },
        { "169.254.1.1", true },
        { "172.15.255.255", false },
        { "172.16.0.0", true },
        { "172.31.255.255", true },
        { "172.32.0.0", false },
        { "192.168.1.1", true },
        { "192.169.0.0", false },
        { "192.0.2.1", false },
        { "::1", true },
        { "::2", false },
        { "fc00::1", true },
        { "fdff::1", true },
        { "fe80::1", true },
        { "febf::1", true },
        { "fec0::1", false },
        { "2001:db8::1", false },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct td_addr addr;
        CHECK_OK(td_addr_parse(rows[i].text, 53, &addr));
        CHECK_EQ_WHY(td_addr_is_private(&addr), rows[i].is_private, rows[i].text);
    }
}

TEST(the_prefix_of_a_host_holds_nobody_else)
{
    static const struct {
        const char *host, *next;
        unsigned length;
    } rows[] = { { "192.0.2.1:53", "192.0.2.0", 32 },
                 { "255.255.255.255", "255.255.255.254", 32 },
                 { "[2001:db8::1]:53", "2001:db8::", 128 },
                 { "::", "0.0.0.0", 128 } };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct td_addr host, next;
        CHECK_OK(td_addr_parse(rows[i].host, 0, &host));
        CHECK_OK(td_addr_parse(rows[i].next, 0, &next));
        struct td_prefix prefix = td_prefix_of_host(&host);
        CHECK_EQ_WHY(prefix.length, rows[i].length, rows[i].host);
        CHECK_EQ_WHY(prefix.family, host.family, rows[i].host);
        CHECK(td_prefix_contains(&prefix, &host));
        CHECK(!td_prefix_contains(&prefix, &next));
    }
}

TESTS(every_spelling_of_host_and_port_is_read, a_scope_may_be_the_name_of_an_interface,
      refused_addresses_leave_no_trace, prefixes,
      a_prefix_holds_its_first_and_last_address_and_not_their_neighbours,
      sockets_give_back_what_they_were_given, a_mapped_address_of_a_socket_is_ipv4,
      other_families_are_unsupported, text, same_host_and_any, private_addresses,
      the_prefix_of_a_host_holds_nobody_else)
