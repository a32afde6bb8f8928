/*
 * Goal    which addresses are ours: those that we listen at, or where that is all there are, those
 *         of the interfaces; and which may be, though they are not.
 * Method  a table of what is listened at, on simulated hosts with addresses of both families.
 */
#include "io/sim.h"
#include "server/own_addrs.h"
#include "unit/test.h"

enum { LISTEN_MAX = 2 };

struct seen {
    const char *addr;
    bool is_ours;
    bool may_be_ours;
};

static struct td_addr addr_of(const char *text)
{
    struct td_addr addr;

    CHECK_OK(td_addr_parse(text, 53, &addr));
    return addr;
}

static void check(const char *const *host, const char *const *listen, const struct seen *seen)
{
    struct io_sim_options options = { .seed = 1 };
    struct io_sim *sim = io_sim_new(&options);
    struct td_addr addrs[LISTEN_MAX], listens[LISTEN_MAX];
    struct conf_addrs conf = { .items = listens };
    struct own_addrs own = { .listen = NULL };
    struct io_sim_host *made;
    uint32_t count = 0;

    for (; count < LISTEN_MAX && host[count] != NULL; count++)
        addrs[count] = addr_of(host[count]);
    for (; conf.count < LISTEN_MAX && listen[conf.count] != NULL; conf.count++)
        listens[conf.count] = addr_of(listen[conf.count]);
    CHECK_OK(io_sim_host_new(sim, "a", addrs, count, &made));
    own_addrs_set(&own, io_sim_host_io(made), &conf);
    for (; seen->addr != NULL; seen++) {
        struct td_addr addr = addr_of(seen->addr);
        CHECK_EQ_WHY(own_addrs_has(&own, &addr), seen->is_ours, seen->addr);
        CHECK_EQ_WHY(own_addrs_may_have(&own, &addr), seen->may_be_ours, seen->addr);
    }
    own_addrs_fini(&own);
    io_sim_free(sim);
}

TEST(what_is_listened_at_is_ours)
{
    static const char *const host[] = { "192.0.2.1", "2001:db8::1" };
    static const char *const listen[] = { "192.0.2.1", NULL };
    static const struct seen seen[] = {
        { "192.0.2.1", true, false },
        { "2001:db8::1", false, false },
        { "192.0.2.2", false, false },
        { NULL, false, false },
    };

    check(host, listen, seen);
}

TEST(who_listens_everywhere_has_the_addresses_of_its_interfaces)
{
    static const char *const host[] = { "192.0.2.1", "2001:db8::1" };
    static const char *const four[] = { "0.0.0.0", NULL }, *const both[] = { "0.0.0.0", "::" };
    static const struct seen of_four[] = {
        { "192.0.2.1", true, false },
        { "2001:db8::1", false, false },
        { "192.0.2.2", false, false },
        { NULL, false, false },
    };
    static const struct seen of_both[] = {
        { "192.0.2.1", true, false },
        { "2001:db8::1", true, false },
        { "2001:db8::2", false, false },
        { NULL, false, false },
    };

    check(host, four, of_four);
    check(host, both, of_both);
}

/* Its zone may well name it by an address that a router translates. */
TEST(a_public_address_may_be_that_of_a_private_host)
{
    static const char *const host[] = { "10.1.2.3", "fd00::1" };
    static const char *const all[] = { "0.0.0.0", "::" }, *const one[] = { "10.1.2.3", NULL };
    static const struct seen of_all[] = {
        { "10.1.2.3", true, false },  { "192.0.2.1", false, true }, { "2001:db8::1", false, true },
        { "10.1.2.4", false, false }, { NULL, false, false },
    };
    static const struct seen of_one[] = {
        { "10.1.2.3", true, false },
        { "192.0.2.1", false, false },
        { NULL, false, false },
    };

    check(host, all, of_all);
    check(host, one, of_one);
}

TESTS(what_is_listened_at_is_ours, who_listens_everywhere_has_the_addresses_of_its_interfaces,
      a_public_address_may_be_that_of_a_private_host)
