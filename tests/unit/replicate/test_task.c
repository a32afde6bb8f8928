/*
 * Goal    every task that is given comes back, once, on the loop of its owner, run or not; the
 *         keeper never has more than it has room for.
 * Method  tasks that sleep, thousands of them, in the simulator; a keeper that ends under them.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "replicate/task.h"
#include "unit/net/hosts.h"

enum { MANY = REPLICATE_TASKS_MAX + 700, NAP_MS = 100 };

struct nap {
    struct replicate_task task;
    struct io *ran_in;
    unsigned backs;
    td_err err;
};

static struct nap *naps;
static struct replicate_keeper *keeper;
static unsigned sleeping, most, back;

static void nap_run(struct fiber *fiber, struct replicate_task *task)
{
    struct nap *nap = td_container_of(task, struct nap, task);

    nap->ran_in = io_fiber_io(fiber);
    if (++sleeping > most)
        most = sleeping;
    nap->err = io_fiber_sleep_ms(fiber, NAP_MS);
    sleeping--;
}

static void nap_done(struct replicate_task *task)
{
    struct nap *nap = td_container_of(task, struct nap, task);

    CHECK_EQ(nap->backs++, 0);
    back++;
}

static void give(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        naps[i] = (struct nap){ .task = { .run = nap_run, .done = nap_done } };
        replicate_keeper_give(keeper, &naps[i].task);
    }
}

static void begin(struct fiber *fiber)
{
    struct td_diag diag;

    naps = td_calloc(MANY, sizeof(*naps));
    sleeping = most = back = 0;
    CHECK_OK(replicate_keeper_new(io_fiber_io(fiber), &keeper, &diag));
}

static void end(void)
{
    free(naps);
}

static void run(io_fiber_entry *body)
{
    hosts_start(1);
    hosts_spawn(body, NULL);
    hosts_run_out();
    io_sim_free(sim);
}

static void many(struct fiber *fiber, void *argument TD_UNUSED)
{
    begin(fiber);
    give(MANY);
    CHECK_EQ(replicate_keeper_count(keeper), MANY);
    while (back < MANY)
        CHECK_OK(io_fiber_sleep_ms(fiber, 10));
    CHECK_EQ(replicate_keeper_count(keeper), 0);
    CHECK(most > REPLICATE_TASKS_MAX / 2 && most <= REPLICATE_TASKS_MAX);
    for (unsigned i = 0; i < MANY; i++) {
        CHECK(naps[i].task.was_run && naps[i].err == TD_OK);
        CHECK(naps[i].ran_in != io_fiber_io(fiber));
    }
    replicate_keeper_free(fiber, keeper);
    end();
}

TEST(thousands_come_back)
{
    run(many);
}

static void ends(struct fiber *fiber, void *argument TD_UNUSED)
{
    begin(fiber);
    give(MANY);
    CHECK_OK(io_fiber_sleep_ms(fiber, NAP_MS / 2));
    CHECK(sleeping > 0 && back == 0);
    replicate_keeper_free(fiber, keeper);
    CHECK_EQ(back, MANY);
    CHECK_EQ(sleeping, 0);
    unsigned cancelled = 0, never = 0;
    for (unsigned i = 0; i < MANY; i++) {
        cancelled += naps[i].task.was_run && naps[i].err == TD_E_CANCELLED;
        never += !naps[i].task.was_run;
    }
    CHECK_EQ(cancelled + never, MANY);
    CHECK(cancelled > 0);
    CHECK(never >= MANY - REPLICATE_TASKS_MAX);
    end();
}

TEST(a_keeper_that_ends_gives_everything_back)
{
    run(ends);
}

static void at_once(struct fiber *fiber, void *argument TD_UNUSED)
{
    begin(fiber);
    give(3);
    replicate_keeper_free(fiber, keeper); /* it may not even stand yet */
    CHECK_EQ(back, 3);
    end();
    begin(fiber);
    replicate_keeper_free(fiber, keeper);
    end();
    replicate_keeper_free(fiber, NULL);
}

TEST(a_keeper_that_ends_at_once)
{
    run(at_once);
}

static void nap_again(struct replicate_task *task)
{
    struct nap *nap = td_container_of(task, struct nap, task);

    if (++back < 5)
        replicate_keeper_give(keeper, &nap->task);
}

static void again(struct fiber *fiber, void *argument TD_UNUSED)
{
    begin(fiber);
    naps[0].task = (struct replicate_task){ .run = nap_run, .done = nap_again };
    replicate_keeper_give(keeper, &naps[0].task);
    while (back < 5)
        CHECK_OK(io_fiber_sleep_ms(fiber, 10));
    replicate_keeper_free(fiber, keeper);
    end();
}

TEST(a_task_may_be_given_again_when_it_is_back)
{
    run(again);
}

TESTS(thousands_come_back, a_keeper_that_ends_gives_everything_back, a_keeper_that_ends_at_once,
      a_task_may_be_given_again_when_it_is_back)
