/*
 * Goal    look-ups find what the system knows, fail with the right error, and hold up nobody: not
 *         when the resolver hangs, not when their world ends meanwhile, not when there are many.
 * Method  the C library's getaddrinfo behind one of ours, which hangs for some names until it is
 *         told not to; and the table of the simulation.
 */
#include <dlfcn.h>
#include <netdb.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/lookup.h"
#include "io/sim.h"
#include "unit/io/world.h"

enum { MANY = 40, PATIENCE_MS = 20000 };

static sem_t hang; /* all zeroes: 0. Given once for each name that is let go */
static _Atomic int asked, hanging, hanging_most, ended;

/* "hang..." waits; "failN" is the resolver's error N. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **ret_found)
{
    int (*libc)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");

    memcpy(&libc, &symbol, sizeof(libc));
    atomic_fetch_add(&asked, 1);
    if (strncmp(name, "hang", 4) == 0) {
        int now = atomic_fetch_add(&hanging, 1) + 1;
        int most = atomic_load(&hanging_most);
        while (now > most && !atomic_compare_exchange_weak(&hanging_most, &most, now))
            ;
        while (sem_wait(&hang) != 0)
            ;
        atomic_fetch_sub(&hanging, 1);
        atomic_fetch_add(&ended, 1);
        return libc("192.0.2.99", service, hints, ret_found);
    }
    if (strcmp(name, "again.test") == 0)
        return EAI_AGAIN;
    if (strcmp(name, "none.test") == 0)
        return EAI_NONAME;
    return libc(name, service, hints, ret_found);
}

static void let_go(int count)
{
    for (int i = 0; i < count; i++)
        sem_post(&hang);
}

struct found {
    struct io_condition done;
    struct io *io;
    bool is_done;
    int calls;
    td_err err;
    uint32_t count;
    struct td_addr addrs[IO_LOOKUP_ADDRS_MAX];
};

static void on_done(void *context, td_err err, const struct td_addr *addrs, uint32_t count)
{
    struct found *found = context;

    found->calls++;
    found->err = err;
    found->count = count;
    for (uint32_t i = 0; i < count; i++)
        found->addrs[i] = addrs[i];
    found->is_done = true;
    io_condition_broadcast(&found->done);
}

static struct io_lookup *start(struct io *io, const char *name, uint64_t ms, struct found *found)
{
    struct io_lookup *lookup;

    *found = (struct found){ .io = io };
    CHECK_OK(io_lookup_start(io, name, io_deadline_ms(io, ms), on_done, found, &lookup));
    CHECK(!found->is_done);
    return lookup;
}

static void find(struct fiber *fiber, const char *name, struct found *found)
{
    (void)start(io_fiber_io(fiber), name, PATIENCE_MS, found);
    io_fiber_wait_deaf(fiber, &found->done, &found->is_done);
    CHECK_EQ(found->calls, 1);
}

static void system_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct td_addr v4 = world_addr("192.0.2.7", 0), v6 = world_addr("2001:db8::7", 0);
    struct td_addr loopback4 = world_addr("127.0.0.1", 0), loopback6 = world_addr("::1", 0);
    struct found found;

    find(fiber, "192.0.2.7.", &found);
    CHECK_OK(found.err);
    CHECK_EQ(found.count, 1);
    CHECK(td_addr_equal(&found.addrs[0], &v4));
    find(fiber, "2001:db8::7", &found);
    CHECK_OK(found.err);
    CHECK_EQ(found.count, 1);
    CHECK(td_addr_equal(&found.addrs[0], &v6));
    find(fiber, "localhost", &found);
    CHECK_OK(found.err);
    CHECK(found.count >= 1);
    for (uint32_t i = 0; i < found.count; i++)
        CHECK(td_addr_equal(&found.addrs[i], &loopback4) ||
              td_addr_equal(&found.addrs[i], &loopback6));
    find(fiber, "none.test", &found);
    CHECK_EQ(found.err, TD_E_NOT_FOUND);
    CHECK_EQ(found.count, 0);
    find(fiber, "again.test", &found);
    CHECK_EQ(found.err, TD_E_IO);
    find(fiber, "no.such.host.invalid", &found);
    CHECK(found.err == TD_E_NOT_FOUND || found.err == TD_E_IO); /* IO: no resolver here */
}

TEST(the_system_is_asked)
{
    world_run(system_body, NULL);
}

/* Until so many threads are in getaddrinfo. */
static void await(struct fiber *fiber, const _Atomic int *number, int count)
{
    while (atomic_load(number) != count)
        (void)io_fiber_sleep_ms(fiber, 2);
}

static void many_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io *io = io_fiber_io(fiber);
    struct found *found = td_calloc(MANY, sizeof(*found));

    for (int i = 0; i < MANY; i++)
        (void)start(io, "hang.test", PATIENCE_MS, &found[i]);
    await(fiber, &hanging, IO_LOOKUP_THREADS_MAX);
    let_go(MANY);
    for (int i = 0; i < MANY; i++) {
        io_fiber_wait_deaf(fiber, &found[i].done, &found[i].is_done);
        CHECK_OK(found[i].err);
    }
    CHECK_EQ(atomic_load(&hanging_most), IO_LOOKUP_THREADS_MAX);
    free(found);
}

TEST(so_many_at_once_and_the_others_stand_in_line)
{
    world_run(many_body, NULL);
}

static void deadline_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io *io = io_fiber_io(fiber);
    struct found found[IO_LOOKUP_THREADS_MAX + 2];
    struct io_lookup *lookups[IO_LOOKUP_THREADS_MAX + 2];
    int before = atomic_load(&ended), asked_before = atomic_load(&asked);

    for (int i = 0; i < IO_LOOKUP_THREADS_MAX + 2; i++)
        lookups[i] = start(io, "hang.test", i == 1 ? PATIENCE_MS : 50, &found[i]);
    await(fiber, &hanging, IO_LOOKUP_THREADS_MAX);
    io_lookup_cancel(lookups[1]); /* it hangs */
    io_lookup_cancel(lookups[5]); /* it stands in line */
    for (int i = 0; i < IO_LOOKUP_THREADS_MAX + 1; i++) {
        if (i == 1)
            continue;
        io_fiber_wait_deaf(fiber, &found[i].done, &found[i].is_done);
        CHECK_EQ(found[i].err, TD_E_TIMEOUT);
    }
    let_go(IO_LOOKUP_THREADS_MAX);
    await(fiber, &ended, before + IO_LOOKUP_THREADS_MAX);
    find(fiber, "none.test", &found[5]); /* what came too late has come by now */
    CHECK_EQ(atomic_load(&asked), asked_before + IO_LOOKUP_THREADS_MAX + 1);
    CHECK_EQ(found[0].calls, 1);
    CHECK_EQ(found[1].calls, 0);
}

TEST(what_takes_too_long_is_given_up)
{
    world_run(deadline_body, NULL);
}

static void stop_body(struct fiber *fiber, void *argument)
{
    struct found *found = argument;
    struct io_lookup *lookups[IO_LOOKUP_THREADS_MAX + 1];

    for (int i = 0; i < IO_LOOKUP_THREADS_MAX + 1; i++)
        lookups[i] = start(io_fiber_io(fiber), "hang.test", PATIENCE_MS, &found[i]);
    await(fiber, &hanging, IO_LOOKUP_THREADS_MAX);
    for (int i = 0; i < IO_LOOKUP_THREADS_MAX + 1; i++)
        io_lookup_cancel(lookups[i]);
}

/* The world is freed while they hang; they end after it. */
TEST(a_world_ends_while_look_ups_hang)
{
    struct found found[IO_LOOKUP_THREADS_MAX + 1];
    int before = atomic_load(&ended);

    world_run(stop_body, found);
    CHECK_EQ(atomic_load(&hanging), IO_LOOKUP_THREADS_MAX);
    CHECK_EQ(atomic_load(&ended), before);
    let_go(IO_LOOKUP_THREADS_MAX);
    while (atomic_load(&ended) != before + IO_LOOKUP_THREADS_MAX)
        usleep(1000);
    for (int i = 0; i < IO_LOOKUP_THREADS_MAX + 1; i++)
        CHECK_EQ(found[i].calls, 0);
}

/* ---- this host ---- */

static void host_body(struct fiber *fiber, void *argument)
{
    struct td_addr addrs[64], loopback;
    bool has_loopback = false;

    (void)argument;
    CHECK_OK(td_addr_parse("127.0.0.1", 0, &loopback));
    uint32_t count = io_host_addrs(io_fiber_io(fiber), addrs, 64);
    for (uint32_t i = 0; i < count; i++)
        has_loopback = has_loopback || td_addr_equal(&addrs[i], &loopback);
    CHECK(has_loopback);
    CHECK_EQ(io_host_addrs(io_fiber_io(fiber), addrs, 0), 0);
}

TEST(this_host_has_addresses)
{
    world_run(host_body, NULL);
}

/* ---- the simulation ---- */

struct sim_run {
    struct found known, unknown, slow, never, failed, hung, late;
    uint64_t hash;
};

static void simulate(uint64_t seed, struct sim_run *run)
{
    struct io_sim_options options = { .seed = seed };
    struct io_sim *sim = io_sim_new(&options);
    struct td_addr addr = world_addr("10.0.0.1", 0), found = world_addr("192.0.2.7", 0);
    struct io_sim_host *host;

    CHECK_OK(io_sim_host_new(sim, "a", &addr, 1, &host));
    struct io *io = io_sim_host_io(host);
    io_sim_name_set(sim, "ns.example", &found, 1);
    io_sim_name_set(sim, "gone.example", &found, 1);
    io_sim_name_set(sim, "gone.example", NULL, 0);
    (void)start(io, "NS.example.", 1000, &run->known);
    (void)start(io, "gone.example.", 1000, &run->unknown);
    (void)start(io, "ns.example", 0, &run->slow);
    io_lookup_cancel(start(io, "ns.example", 1000, &run->never));
    (void)io_sim_run(sim, io_sim_now_ns(sim) + IO_NS_PER_S);
    CHECK_OK(run->known.err);
    CHECK_EQ(run->known.count, 1);
    CHECK(td_addr_equal(&run->known.addrs[0], &found));
    CHECK_EQ(run->unknown.err, TD_E_NOT_FOUND);
    CHECK_EQ(run->slow.err, TD_E_TIMEOUT);
    CHECK_EQ(run->known.calls + run->unknown.calls + run->slow.calls, 3);
    CHECK_EQ(run->never.calls, 0);
    io_sim_resolver_set(sim, &(struct io_sim_resolver){ .delay_ns = 1, .fail_ppm = IO_SIM_PPM });
    (void)start(io, "ns.example", 1000, &run->failed);
    io_sim_resolver_set(sim, &(struct io_sim_resolver){ .delay_ns = 1, .hang_ppm = IO_SIM_PPM });
    (void)start(io, "ns.example", 1000, &run->hung);
    io_sim_resolver_set(sim, &(struct io_sim_resolver){ .delay_ns = 3600 * (uint64_t)IO_NS_PER_S });
    (void)start(io, "ns.example", 1, &run->late);
    (void)io_sim_run(sim, io_sim_now_ns(sim) + 2 * (uint64_t)IO_NS_PER_S);
    CHECK_EQ(run->failed.err, TD_E_IO);
    CHECK_EQ(run->hung.err, TD_E_TIMEOUT);
    CHECK_EQ(run->late.err, TD_E_TIMEOUT);
    CHECK_EQ(run->failed.calls + run->hung.calls + run->late.calls, 3);
    run->hash = io_sim_trace_hash(sim);
    io_sim_free(sim);
}

TEST(the_simulation_answers_from_its_table)
{
    struct sim_run one, same, other;

    simulate(1, &one);
    simulate(1, &same);
    simulate(2, &other);
    CHECK_EQ(one.hash, same.hash);
    CHECK(one.hash != other.hash);
}

TESTS(this_host_has_addresses, the_system_is_asked, so_many_at_once_and_the_others_stand_in_line,
      what_takes_too_long_is_given_up, a_world_ends_while_look_ups_hang,
      the_simulation_answers_from_its_table)
