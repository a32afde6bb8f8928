/*
 * Goal    names are asked for as long as somebody uses them, at their times, and who uses one hears
 *         of it when its addresses become others, and only then.
 * Method  the simulated resolver.
 */
#include "base/addr.h"
#include "io/sim.h"
#include "server/lookups.h"
#include "unit/test.h"

enum { MINUTE_S = 60, HOUR_S = 3600, MANY = 200 };

struct zone {
    struct lookups_user user;
    int calls;
};

struct run {
    struct io_sim *sim;
    struct io *io;
    struct lookups *lookups;
    struct td_hash_seed seed;
    struct td_addr one, two;
};

static void on_change(void *context)
{
    ((struct zone *)context)->calls++;
}

static void zone_init(struct zone *zone)
{
    *zone = (struct zone){ .user = { .call = on_change, .context = zone } };
}

static void run_init(struct run *run)
{
    struct io_sim_options options = { .seed = 7 };
    struct io_sim_host *host;
    struct td_addr own;

    CHECK_OK(td_addr_parse("10.0.0.1", 0, &own));
    CHECK_OK(td_addr_parse("192.0.2.1", 0, &run->one));
    CHECK_OK(td_addr_parse("2001:db8::2", 0, &run->two));
    run->sim = io_sim_new(&options);
    CHECK_OK(io_sim_host_new(run->sim, "a", &own, 1, &host));
    run->io = io_sim_host_io(host);
    run->seed = td_hash_seed_of(1, 2);
    run->lookups = lookups_new(run->io, &run->seed);
}

static void run_fini(struct run *run)
{
    lookups_free(run->lookups);
    io_sim_free(run->sim);
}

static void pass(struct run *run, uint64_t seconds)
{
    (void)io_sim_run(run->sim, io_sim_now_ns(run->sim) + seconds * IO_NS_PER_S);
}

static void use(struct run *run, struct zone *zone, const char *name)
{
    lookups_use(run->lookups, &zone->user, &name, name == NULL ? 0 : 1);
}

TEST(who_uses_a_name_hears_of_its_addresses)
{
    struct td_addr both[2], turned[2];
    const struct lookups_name *name;
    struct zone a, b;
    struct run run;

    run_init(&run);
    zone_init(&a);
    zone_init(&b);
    both[0] = turned[1] = run.one;
    both[1] = turned[0] = run.two;
    io_sim_name_set(run.sim, "ns.example", both, 2);
    CHECK(lookups_find(run.lookups, "ns.example.") == NULL);
    use(&run, &a, "NS.example.");
    name = lookups_find(run.lookups, "ns.Example.");
    CHECK(name != NULL && !name->is_answered);
    pass(&run, 1);
    CHECK(name->is_answered);
    CHECK_OK(name->err);
    CHECK_EQ(name->count, 2);
    CHECK_EQ(a.calls, 1);

    use(&run, &b, "ns.example."); /* it is known already */
    pass(&run, 1);
    CHECK_EQ(b.calls, 0);
    io_sim_name_set(run.sim, "ns.example", turned, 2);
    pass(&run, HOUR_S + 1);
    CHECK_EQ(a.calls, 1); /* another order is no news */
    io_sim_name_set(run.sim, "ns.example", &run.one, 1);
    pass(&run, HOUR_S - MINUTE_S);
    CHECK_EQ(a.calls + b.calls, 1); /* not asked again before its time */
    pass(&run, MINUTE_S * 2);
    CHECK_EQ(a.calls, 2);
    CHECK_EQ(b.calls, 1);
    CHECK_EQ(name->count, 1);
    CHECK(td_addr_equal(&name->addrs[0], &run.one));

    use(&run, &a, NULL);
    CHECK(lookups_find(run.lookups, "ns.example.") == name); /* b uses it */
    use(&run, &b, NULL);
    CHECK(lookups_find(run.lookups, "ns.example.") == NULL);
    run_fini(&run);
}

TEST(what_failed_is_asked_again_soon)
{
    const struct lookups_name *name;
    struct zone zone;
    struct run run;

    run_init(&run);
    zone_init(&zone);
    use(&run, &zone, "ns.example.");
    pass(&run, 1);
    name = lookups_find(run.lookups, "ns.example.");
    CHECK(name->is_answered);
    CHECK_EQ(name->err, TD_E_NOT_FOUND);
    CHECK_EQ(zone.calls, 0); /* it had no address before */
    io_sim_name_set(run.sim, "ns.example", &run.one, 1);
    pass(&run, 4 * MINUTE_S);
    CHECK_EQ(zone.calls, 0);
    pass(&run, 2 * MINUTE_S);
    CHECK_EQ(zone.calls, 1);
    io_sim_name_set(run.sim, "ns.example", NULL, 0);
    pass(&run, HOUR_S);
    CHECK_EQ(zone.calls, 2); /* it has gone */
    CHECK_EQ(name->count, 0);
    use(&run, &zone, NULL);
    run_fini(&run);
}

TEST(one_that_ends_is_not_called)
{
    struct zone zones[MANY];
    struct run run;
    int calls = 0;

    run_init(&run);
    io_sim_name_set(run.sim, "ns.example", &run.one, 1);
    for (int i = 0; i < MANY; i++) {
        zone_init(&zones[i]);
        use(&run, &zones[i], "ns.example.");
    }
    use(&run, &zones[0], NULL);
    use(&run, &zones[1], "other.example.");
    pass(&run, 1);
    for (int i = 0; i < MANY; i++)
        calls += zones[i].calls;
    CHECK_EQ(calls, MANY - 2);
    CHECK_EQ(zones[0].calls + zones[1].calls, 0);
    for (int i = 0; i < MANY; i++)
        use(&run, &zones[i], NULL);
    use(&run, &zones[0], "ns.example."); /* it ends while the look-up is under way */
    use(&run, &zones[0], NULL);
    pass(&run, 1);
    CHECK_EQ(zones[0].calls, 0);
    run_fini(&run);
}

TEST(there_is_an_end_to_names)
{
    static struct zone zones[LOOKUPS_NAMES_MAX + 1];
    struct run run;
    char name[32];

    run_init(&run);
    for (int i = 0; i <= LOOKUPS_NAMES_MAX; i++) {
        snprintf(name, sizeof(name), "ns%d.example.", i);
        zone_init(&zones[i]);
        use(&run, &zones[i], name);
    }
    CHECK(lookups_find(run.lookups, "ns0.example.") != NULL);
    CHECK(lookups_find(run.lookups, name) == NULL);
    use(&run, &zones[0], NULL);
    use(&run, &zones[LOOKUPS_NAMES_MAX], name);
    CHECK(lookups_find(run.lookups, name) != NULL);
    for (int i = 0; i <= LOOKUPS_NAMES_MAX; i++)
        use(&run, &zones[i], NULL);
    run_fini(&run);
}

TESTS(who_uses_a_name_hears_of_its_addresses, what_failed_is_asked_again_soon,
      one_that_ends_is_not_called, there_is_an_end_to_names)
