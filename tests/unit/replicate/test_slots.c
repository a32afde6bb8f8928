/*
 * Goal    never more transfers than the limits say, in all and from one peer; a slot that is free
 *         is taken by whoever may.
 * Method  fibers that take a slot and hold it for a second of virtual time.
 */
#include "replicate/slots.h"
#include "unit/net/hosts.h"

enum { FIBERS_MAX = 12 };

static struct replicate_slots slots;
static struct replicate_peer *peers[2];
static unsigned inside[2], most[2], most_in_all, done, cancelled;

static void hold(struct fiber *fiber, void *argument)
{
    unsigned which = (unsigned)(uintptr_t)argument;

    if (replicate_slots_take(fiber, &slots, peers[which]) != TD_OK) {
        cancelled++;
        return;
    }
    inside[which]++;
    if (inside[which] > most[which])
        most[which] = inside[which];
    if (inside[0] + inside[1] > most_in_all)
        most_in_all = inside[0] + inside[1];
    (void)io_fiber_sleep_ms(fiber, 1000);
    inside[which]--;
    replicate_slots_give(&slots, peers[which]);
    done++;
}

static void enter(uint32_t max, uint32_t per_peer)
{
    struct td_addr addr = world_addr("192.0.2.2", 53);

    hosts_start(1);
    slots = (struct replicate_slots){ .taken = 0 };
    atomic_store(&slots.max, max);
    atomic_store(&slots.per_peer_max, per_peer);
    done = cancelled = most_in_all = 0;
    for (unsigned i = 0; i < 2; i++) {
        peers[i] = replicate_peer_new("peer", &addr, 1, NULL, NULL);
        inside[i] = most[i] = 0;
    }
}

static void leave(void)
{
    hosts_run_out();
    CHECK_EQ(slots.taken, 0);
    for (unsigned i = 0; i < 2; i++) {
        CHECK_EQ(peers[i]->transfers, 0);
        replicate_peer_let_go(peers[i]);
    }
    io_sim_free(sim);
}

TEST(both_limits_hold_and_nobody_waits_without_need)
{
    static const struct {
        uint32_t max, per_peer;
        unsigned of_one, of_other; /* fibers */
        unsigned want_most, want_one, want_s;
    } rows[] = {
        { 50, 5, 12, 0, 5, 5, 3 }, { 3, 5, 12, 0, 3, 3, 4 }, { 50, 5, 6, 6, 10, 5, 2 },
        { 6, 5, 6, 6, 6, 5, 2 },   { 1, 1, 3, 3, 1, 1, 6 },  { 50, 1, 1, 1, 2, 1, 1 },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        enter(rows[i].max, rows[i].per_peer);
        for (unsigned k = 0; k < rows[i].of_one; k++)
            hosts_spawn(hold, (void *)0);
        for (unsigned k = 0; k < rows[i].of_other; k++)
            hosts_spawn(hold, (void *)1);
        hosts_run_ms(rows[i].want_s * 1000 + 10);
        CHECK_EQ(done, rows[i].of_one + rows[i].of_other);
        CHECK_EQ(most_in_all, rows[i].want_most);
        CHECK_EQ(most[0], rows[i].want_one);
        leave();
    }
}

TEST(one_that_waits_can_be_cancelled)
{
    enter(1, 1);
    for (unsigned k = 0; k < 3; k++)
        hosts_spawn(hold, (void *)0);
    hosts_run_ms(10);
    CHECK_EQ(inside[0], 1);
    io_fiber_cancel_all(io_sim_host_io(client_host));
    hosts_run_ms(10);
    CHECK_EQ(cancelled, 2);
    CHECK_EQ(done, 1);
    leave();
}

TEST(limits_that_are_raised_count_from_the_next_one_that_is_given_back)
{
    enter(1, 1);
    for (unsigned k = 0; k < 4; k++)
        hosts_spawn(hold, (void *)0);
    hosts_run_ms(500);
    atomic_store(&slots.max, 3);
    atomic_store(&slots.per_peer_max, 3);
    hosts_run_ms(600);
    CHECK_EQ(inside[0], 3);
    leave();
}

TESTS(both_limits_hold_and_nobody_waits_without_need, one_that_waits_can_be_cancelled,
      limits_that_are_raised_count_from_the_next_one_that_is_given_back)
