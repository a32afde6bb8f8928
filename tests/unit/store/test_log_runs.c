/*
 * Goal    The change that led to a serial, and the newest break, are those that looking at all
 *         changes finds.
 * Method  histories by chance, with serials that go round, go back and break, whose oldest are
 *         forgotten now and then, beside the plain walk.
 */
#include "test.h"

#include <stdlib.h>

#include "store/log_runs.h"

enum { CHANGES_MAX = 3000 };

struct history {
    struct store_log_change changes[CHANGES_MAX];
    size_t first;
    size_t count; /* behind `first` */
    struct log_runs *runs;
    uint64_t random;
};

static uint32_t draw(struct history *history, uint32_t below)
{
    history->random = history->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(history->random >> 33) % below;
}

static void add(struct history *history, uint32_t serial_from, uint32_t serial_to, uint8_t flags)
{
    size_t end = history->first + history->count++;

    history->changes[end] = (struct store_log_change){
        .sequence = end == 0 ? 5 : history->changes[end - 1].sequence + 1 + draw(history, 3),
        .serial_from = serial_from,
        .serial_to = serial_to,
        .flags = flags,
    };
    log_runs_keep(&history->runs, history->changes + history->first, history->count);
}

static void forget(struct history *history, size_t count)
{
    history->first += count;
    history->count -= count;
    log_runs_trim(history->runs, history->changes[history->first].sequence);
}

static const struct store_log_change *plain_find(const struct history *history, uint32_t serial,
                                                 bool is_break)
{
    for (size_t i = history->count; i-- > 0;) {
        const struct store_log_change *change = &history->changes[history->first + i];
        if (is_break ? (change->flags & STORE_LOG_BREAK) != 0 : change->serial_to == serial)
            return change;
    }
    return NULL;
}

static void check(struct history *history)
{
    const struct store_log_change *changes = history->changes + history->first;

    for (unsigned i = 0; i < 50; i++) {
        /* Of what was, near it, and far away. */
        uint32_t serial =
            history->changes[draw(history, (uint32_t)(history->first + history->count))].serial_to +
            (i % 3 == 0 ? draw(history, 3) : 0) + (i % 7 == 0 ? 0x80000000u : 0);
        CHECK(log_runs_find(history->runs, changes, history->count, serial) ==
              plain_find(history, serial, false));
    }
    CHECK(log_runs_break(history->runs, changes, history->count) == plain_find(history, 0, true));
}

static void live(uint64_t seed, uint32_t step_max, uint32_t back_in, uint32_t break_in)
{
    struct history *history = calloc(1, sizeof(*history));
    uint32_t serial = (uint32_t)seed * 0x40000000u;

    CHECK(history != NULL);
    history->random = seed;
    while (history->first + history->count < CHANGES_MAX) {
        uint32_t next = serial + 1 + draw(history, step_max);
        bool is_break = break_in != 0 && draw(history, break_in) == 0;
        if (back_in != 0 && draw(history, back_in) == 0)
            next = serial - draw(history, 1000);
        add(history, serial, next, is_break ? STORE_LOG_BREAK : 0);
        serial = next;
        if (draw(history, 200) == 0)
            check(history);
        if (draw(history, 300) == 0 && history->count > 1)
            forget(history, draw(history, (uint32_t)history->count));
    }
    check(history);
    log_runs_free(history->runs);
    free(history);
}

TEST(what_is_found_is_what_a_walk_finds)
{
    for (uint64_t seed = 0; seed < 40; seed++) {
        live(seed, 1, 0, 0);
        live(seed, 5, 100, 300);
        live(seed, 0x7ffffffe, 0, 500); /* half way round at each step */
        live(seed, 0x10000000, 30, 0);
    }
}

TEST(one_run_as_long_as_serials_go_up)
{
    struct history *history = calloc(1, sizeof(*history));

    CHECK(history != NULL);
    for (uint32_t i = 0; i < CHANGES_MAX; i++)
        add(history, 0xfffffff0u + i, 0xfffffff1u + i, 0); /* over zero, too */
    CHECK_EQ(history->runs->count, 1);
    check(history);
    log_runs_free(history->runs);
    free(history);
}

TESTS(what_is_found_is_what_a_walk_finds, one_run_as_long_as_serials_go_up)
