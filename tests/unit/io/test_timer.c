/*
 * Goal    timers go off once, in order, never early; moving and stopping work anywhere in the heap.
 * Method  a model (an array of due times) beside thousands of random starts, moves and stops.
 */
#include "io/ops.h"
#include "io/timer.h"
#include "unit/io/world.h"

enum { COUNT = 2000, STEPS = 20000 };

static struct io_timer timers[COUNT];
static uint64_t due[COUNT]; /* 0: not running */
static uint64_t last_ns;
static int fired;

static void went_off(struct io_timer *timer, void *context)
{
    size_t i = (size_t)(uintptr_t)context;
    CHECK(timer == &timers[i]);
    CHECK(!io_timer_is_running(timer));
    CHECK(due[i] != 0 && due[i] >= last_ns);
    last_ns = due[i];
    due[i] = 0;
    fired++;
}

TEST(a_heap_agrees_with_a_model)
{
    struct io *io;
    CHECK_OK(io_real_new("timers", &io, NULL));
    io->now_ns = 1000;
    for (size_t i = 0; i < COUNT; i++)
        io_timer_init(&timers[i], went_off, (void *)i);

    uint32_t state = 1;
    int started = 0, stopped = 0;
    for (int step = 0; step < STEPS; step++) {
        state = state * 1664525 + 1013904223;
        size_t i = (state >> 8) % COUNT;
        if (state >> 29 == 0) {
            stopped += due[i] != 0;
            io_timer_stop(&timers[i]);
            due[i] = 0;
        } else {
            started += due[i] == 0;
            due[i] = io->now_ns + 1 + (state >> 4) % 100000;
            io_timer_start(io, &timers[i], due[i]);
        }
        CHECK_EQ(io_timer_is_running(&timers[i]), due[i] != 0);
        CHECK(io_timer_next_ns(io) > io->now_ns);
        if (step % 7 == 0) {
            io->now_ns += state % 1000;
            last_ns = 0;
            io_timer_run_due(io);
            for (size_t j = 0; step % 700 == 0 && j < COUNT; j++)
                CHECK(due[j] == 0 || due[j] > io->now_ns);
        }
    }
    io->now_ns += 1000000;
    last_ns = 0;
    io_timer_run_due(io);
    CHECK_EQ(fired + stopped, started);
    CHECK(fired > 1000 && stopped > 100);
    CHECK_EQ(io_timer_next_ns(io), IO_FOREVER);
    io_real_free(io);
}

static int again_count;

static void again(struct io_timer *timer, void *context)
{
    again_count++;
    io_timer_start(context, timer, 0); /* in the past: now */
}

TEST(a_timer_that_starts_itself_does_not_hold_the_loop)
{
    struct io *io;
    struct io_timer timer;
    CHECK_OK(io_real_new("timers", &io, NULL));
    io_timer_init(&timer, again, io);
    io_timer_start(io, &timer, 0);
    io_timer_run_due(io);
    CHECK_EQ(again_count, 1);
    io_timer_run_due(io);
    CHECK_EQ(again_count, 2);
    io_timer_start(io, &timer, IO_FOREVER);
    CHECK(!io_timer_is_running(&timer));
    io_real_free(io);
}

static uint64_t went_off_ns;

static void note_time(struct io_timer *timer TD_UNUSED, void *context)
{
    went_off_ns = io_clock_read_ns(context);
    io_stop(context);
}

TEST(real_time_is_kept)
{
    struct io *io;
    struct io_timer timer;
    CHECK_OK(io_real_new("timers", &io, NULL));
    uint64_t due_ns = io_clock_read_ns(io) + 12345678;
    io_timer_init(&timer, note_time, io);
    io_timer_start(io, &timer, due_ns);
    io_run(io);
    CHECK(went_off_ns >= due_ns);
    CHECK(went_off_ns < due_ns + (uint64_t)500 * IO_NS_PER_MS);
    io_real_free(io);
}

TESTS(a_heap_agrees_with_a_model, a_timer_that_starts_itself_does_not_hold_the_loop,
      real_time_is_kept)
