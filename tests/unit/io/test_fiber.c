/*
 * Goal    fibers wait, wake, time out, are cancelled and joined as fiber.h says, and keep their
 *         stacks; limits return errors.
 * Method  a real world; orders are written to a string.
 */
#include "io/fiber_switch.h"
#include "io/ops.h"
#include "unit/io/world.h"

static char order[256];

static void note(char letter)
{
    size_t size = strlen(order);
    assert_true(size + 1 < sizeof(order));
    order[size] = letter;
    order[size + 1] = '\0';
}

static void note_thrice(struct fiber *fiber, void *argument)
{
    const char *letter = argument;
    for (int i = 0; i < 3; i++) {
        note(*letter);
        CHECK_OK(io_fiber_yield(fiber));
    }
}

static void yield_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct fiber *a, *b;
    char letters[] = "ab";
    order[0] = '\0';
    CHECK_OK(io_fiber_spawn(io_fiber_io(fiber), "a", note_thrice, letters, &a));
    CHECK_OK(io_fiber_spawn(io_fiber_io(fiber), "b", note_thrice, letters + 1, &b));
    CHECK_STR(io_fiber_name(a), "a");
    io_fiber_join(fiber, a);
    io_fiber_join(fiber, b);
    CHECK_STR(order, "ababab");
}

TEST(fibers_take_turns)
{
    world_run(yield_body, NULL);
}

static void sleeper(struct fiber *fiber, void *argument)
{
    uint64_t ms = (uint64_t)(uintptr_t)argument;
    CHECK_OK(io_fiber_sleep_ms(fiber, ms * 5));
    note((char)('0' + ms));
}

static void sleep_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    static const uintptr_t delays[] = { 5, 1, 4, 2, 3 };
    struct fiber *fibers[TD_COUNT(delays)];
    order[0] = '\0';
    uint64_t start = io_clock_read_ns(io_fiber_io(fiber));
    for (size_t i = 0; i < TD_COUNT(delays); i++)
        CHECK_OK(io_fiber_spawn(io_fiber_io(fiber), "s", sleeper, (void *)delays[i], &fibers[i]));
    for (size_t i = 0; i < TD_COUNT(delays); i++)
        io_fiber_join(fiber, fibers[i]);
    CHECK_STR(order, "12345");
    CHECK(io_now_ns(io_fiber_io(fiber)) - start >= 25 * IO_NS_PER_MS);
}

TEST(sleepers_wake_by_time)
{
    world_run(sleep_body, NULL);
}

static struct io_condition condition;
static int woken;

static void waiter(struct fiber *fiber, void *argument)
{
    td_err want = (td_err)(uintptr_t)argument;
    uint64_t deadline = want == TD_E_TIMEOUT ? io_deadline_ms(io_fiber_io(fiber), 3) : IO_FOREVER;
    CHECK_EQ(io_condition_wait(fiber, &condition, deadline), want);
    if (want == TD_E_CANCELLED) {
        /* And so do all later waits. */
        CHECK(io_fiber_is_cancelled(fiber));
        CHECK_EQ(io_condition_wait(fiber, &condition, IO_FOREVER), TD_E_CANCELLED);
        CHECK_EQ(io_fiber_yield(fiber), TD_E_CANCELLED);
        CHECK_EQ(io_fiber_sleep_ms(fiber, 1), TD_E_CANCELLED);
    }
    woken++;
}

static struct fiber *wait_for(struct fiber *fiber, td_err want)
{
    struct fiber *waiting;
    CHECK_OK(
        io_fiber_spawn(io_fiber_io(fiber), "waiter", waiter, (void *)(uintptr_t)want, &waiting));
    CHECK_OK(io_fiber_yield(fiber));
    CHECK(io_condition_is_awaited(&condition));
    return waiting;
}

static void condition_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    woken = 0;
    struct fiber *first = wait_for(fiber, TD_OK), *second = wait_for(fiber, TD_OK);
    io_condition_signal(&condition);
    io_fiber_join(fiber, first);
    CHECK_EQ(woken, 1);
    CHECK(!io_fiber_is_done(second));
    struct fiber *third = wait_for(fiber, TD_OK);
    io_condition_broadcast(&condition);
    io_fiber_join(fiber, second);
    io_fiber_join(fiber, third);
    CHECK_EQ(woken, 3);

    struct fiber *late = wait_for(fiber, TD_E_TIMEOUT);
    io_fiber_join(fiber, late);
    CHECK(!io_condition_is_awaited(&condition));

    struct fiber *cancelled = wait_for(fiber, TD_E_CANCELLED);
    io_fiber_cancel(cancelled);
    io_fiber_cancel(cancelled);
    CHECK(!io_condition_is_awaited(&condition));
    io_fiber_join(fiber, cancelled);
    CHECK_EQ(woken, 5);
    io_condition_signal(&condition); /* nobody there */
}

TEST(conditions_signal_time_out_and_cancel)
{
    world_run(condition_body, NULL);
}

static void late_child(struct fiber *fiber, void *argument TD_UNUSED)
{
    CHECK_OK(io_fiber_sleep_ms(fiber, 5));
    note('c');
}

static void joining(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct fiber *child;
    CHECK_OK(io_fiber_spawn(io_fiber_io(fiber), "child", late_child, NULL, &child));
    io_fiber_join(fiber, child); /* cancelled meanwhile */
    note('j');
    CHECK_EQ(io_fiber_yield(fiber), TD_E_CANCELLED);
}

static void join_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct fiber *other;
    order[0] = '\0';
    CHECK_OK(io_fiber_spawn(io_fiber_io(fiber), "joining", joining, NULL, &other));
    CHECK_OK(io_fiber_yield(fiber));
    io_fiber_cancel(other);
    io_fiber_join(fiber, other);
    CHECK_STR(order, "cj");
}

TEST(a_join_waits_even_when_cancelled)
{
    world_run(join_body, NULL);
}

static uint64_t dig(uint64_t depth)
{
    volatile uint8_t frame[256];
    for (size_t i = 0; i < sizeof(frame); i++)
        frame[i] = (uint8_t)(depth + i);
    uint64_t sum = depth == 0 ? 0 : dig(depth - 1);
    for (size_t i = 0; i < sizeof(frame); i++)
        sum += frame[i] == (uint8_t)(depth + i);
    return sum;
}

static void digger(struct fiber *fiber, void *argument)
{
    uint64_t *total = argument;
    char text[64];
    double before = (double)*total + 0.5;
    CHECK_OK(io_fiber_yield(fiber));
    *total += dig(60);                                  /* some 20 KiB of stack */
    (void)snprintf(text, sizeof(text), "%.1f", before); /* wants an aligned stack */
    CHECK(strchr(text, '.') != NULL);
}

static void thousand_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    static struct fiber *fibers[1000];
    uint64_t total = 0;
    for (size_t i = 0; i < TD_COUNT(fibers); i++)
        CHECK_OK(io_fiber_spawn(io_fiber_io(fiber), "d", digger, &total, &fibers[i]));
    for (size_t i = 0; i < TD_COUNT(fibers); i++)
        io_fiber_join(fiber, fibers[i]);
    CHECK_EQ(total, 1000 * 61 * 256);
}

TEST(a_thousand_fibers_keep_their_stacks)
{
    world_run(thousand_body, NULL);
}

static void until_cancelled(struct fiber *fiber, void *argument)
{
    CHECK_EQ(io_condition_wait(fiber, argument, IO_FOREVER), TD_E_CANCELLED);
}

static void limit_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    static struct fiber *fibers[IO_FIBER_WORLD_MAX];
    struct io_condition never = { .first = NULL };
    struct fiber *one_more;
    size_t count = 0;
    td_err err;
    while ((err = io_fiber_spawn(io_fiber_io(fiber), "many", until_cancelled, &never,
                                 &fibers[count])) == TD_OK)
        count++;
    CHECK_EQ(err, TD_E_LIMIT);
    CHECK_EQ(count, (IO_TSAN ? IO_FIBER_WORLD_MAX_TSAN : IO_FIBER_WORLD_MAX) -
                        1); /* this one counts too */
    CHECK_OK(io_fiber_yield(fiber));
    for (size_t i = 0; i < count; i++)
        io_fiber_cancel(fibers[i]);
    for (size_t i = 0; i < count; i++)
        io_fiber_join(fiber, fibers[i]);
    CHECK_OK(io_fiber_spawn(io_fiber_io(fiber), "more", until_cancelled, &never, &one_more));
    io_fiber_cancel(one_more);
    io_fiber_join(fiber, one_more);
}

TEST(the_number_of_fibers_is_limited)
{
    world_run(limit_body, NULL);
}

struct hook_counts {
    int quiet, sleep, awake;
};

static void count_quiet(void *context)
{
    struct hook_counts *counts = context;
    CHECK_EQ(counts->sleep, counts->awake); /* never while it sleeps */
    counts->quiet++;
}

static void count_sleep(void *context)
{
    ((struct hook_counts *)context)->sleep++;
}

static void count_awake(void *context)
{
    struct hook_counts *counts = context;
    counts->awake++;
    CHECK_EQ(counts->sleep, counts->awake);
}

static int calls_at[3];
static int call_count;

static void count_call(struct io *io TD_UNUSED, void *context)
{
    *(int *)context = ++call_count;
}

static void requeue(struct io *io, void *context)
{
    struct io_deferred *self = context;
    call_count++;
    if (call_count < 100)
        io_defer(io, self);
}

static void hook_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io *io = io_fiber_io(fiber);
    struct hook_counts counts = { .quiet = 0 };
    struct io_hooks hooks = {
        .quiet = count_quiet, .sleep = count_sleep, .awake = count_awake, .context = &counts
    };
    io_hooks_set(io, &hooks);
    CHECK_OK(io_fiber_sleep_ms(fiber, 2));
    CHECK(counts.quiet >= 1 && counts.sleep >= 1);
    CHECK_EQ(counts.sleep, counts.awake); /* a fiber never runs in a world that sleeps */

    struct io_deferred calls[3];
    for (size_t i = 0; i < 3; i++) {
        calls[i] = (struct io_deferred){ .call = count_call, .context = &calls_at[i] };
        io_defer(io, &calls[i]);
        io_defer(io, &calls[i]);
    }
    io_defer_cancel(io, &calls[1]);
    io_defer_cancel(io, &calls[1]);
    CHECK_OK(io_fiber_sleep_ms(fiber, 1));
    CHECK_EQ(calls_at[0], 1);
    CHECK_EQ(calls_at[1], 0);
    CHECK_EQ(calls_at[2], 2);

    struct io_deferred again = { .call = requeue, .context = &again };
    io_defer(io, &again);
    while (call_count < 100)
        CHECK_OK(io_fiber_yield(fiber));
    io_hooks_set(io, &(struct io_hooks){ .context = NULL });
}

TEST(hooks_and_deferred_calls)
{
    world_run(hook_body, NULL);
}

static void random_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io *io = io_fiber_io(fiber);
    uint8_t large[4096];
    memset(large, 0, sizeof(large));
    io_random_fill(io, large, sizeof(large));
    int zeros = 0;
    for (size_t i = 0; i < sizeof(large); i++)
        zeros += large[i] == 0;
    CHECK(zeros < 100);
    uint32_t seen = 0;
    for (int i = 0; i < 1000; i++) {
        uint32_t below = io_random_below(io, 7);
        CHECK(below < 7);
        seen |= 1U << below;
    }
    CHECK_EQ(seen, 0x7F);
    CHECK(io_random_u64(io) != io_random_u64(io));
    CHECK_EQ(io_random_below(io, 1), 0);
    CHECK(io_wall_s(io) > 1700000000);
    CHECK(io_cpu_count(io) >= 1);
}

TEST(clock_and_randomness)
{
    world_run(random_body, NULL);
}

TESTS(fibers_take_turns, sleepers_wake_by_time, conditions_signal_time_out_and_cancel,
      a_join_waits_even_when_cancelled, a_thousand_fibers_keep_their_stacks,
      the_number_of_fibers_is_limited, hooks_and_deferred_calls, clock_and_randomness)
