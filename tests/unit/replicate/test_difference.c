/*
 * Goal    RFC 1995 4 and 5: only an unbroken row of changes makes a difference, and several are
 *         sent as one where that is smaller.
 * Method  the choice by a table of histories and questions; steps that undo each other, and steps
 *         that have nothing in common.
 */
#include "test.h"

#include "unit/replicate/steps.h"

enum { NO_LIMIT = 1 << 30 };

#define STEP(from, to)                                                                             \
    {                                                                                              \
        .serial_from = (from), .serial_to = (to), .size = 100                                      \
    }

TEST(the_chain_is_the_last_that_leads_there_without_a_gap_or_a_break)
{
    static const struct store_log_change plain[] = { STEP(1, 2), STEP(2, 3), STEP(3, 10) };
    static const struct store_log_change gap[] = { STEP(1, 2), STEP(3, 4), STEP(4, 5) };
    static const struct store_log_change broken[] = {
        STEP(1, 2), { .serial_to = 3, .size = 100, .flags = STORE_LOG_BREAK }, STEP(3, 4)
    };
    static const struct store_log_change wrap[] = { STEP(0xFFFFFFFF, 0), STEP(0, 5) };
    static const struct store_log_change twice[] = { STEP(5, 6), STEP(6, 5), STEP(5, 7) };
    static const struct {
        const char *why;
        const struct store_log_change *changes;
        size_t count;
        uint32_t from, to;
        uint64_t octets_max;
        td_err want;
        size_t first;
    } rows[] = {
        { "the last step", plain, 3, 3, 10, NO_LIMIT, TD_OK, 2 },
        { "all of them", plain, 3, 1, 10, NO_LIMIT, TD_OK, 0 },
        { "a serial in between that never was", plain, 3, 7, 10, NO_LIMIT, TD_E_NOT_FOUND, 9 },
        { "older than the history", plain, 3, 0, 10, NO_LIMIT, TD_E_NOT_FOUND, 9 },
        { "the zone is ahead of the log", plain, 3, 3, 11, NO_LIMIT, TD_E_NOT_FOUND, 9 },
        { "no history", plain, 0, 3, 10, NO_LIMIT, TD_E_NOT_FOUND, 9 },
        { "just small enough", plain, 3, 2, 10, 200, TD_OK, 1 },
        { "too large", plain, 3, 1, 10, 299, TD_E_LIMIT, 9 },
        { "behind the gap", gap, 3, 3, 5, NO_LIMIT, TD_OK, 1 },
        { "across the gap", gap, 3, 1, 5, NO_LIMIT, TD_E_NOT_FOUND, 9 },
        { "to the gap", gap, 3, 2, 5, NO_LIMIT, TD_E_NOT_FOUND, 9 },
        { "behind the break", broken, 3, 3, 4, NO_LIMIT, TD_OK, 2 },
        { "across the break", broken, 3, 1, 4, NO_LIMIT, TD_E_NOT_FOUND, 9 },
        { "the break itself", broken, 2, 0, 3, NO_LIMIT, TD_E_NOT_FOUND, 9 },
        { "past zero", wrap, 2, 0xFFFFFFFF, 5, NO_LIMIT, TD_OK, 0 },
        { "a serial that came twice counts where it was last", twice, 3, 5, 7, NO_LIMIT, TD_OK, 2 },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        size_t first = 9;
        CHECK_EQ_WHY(difference_chain(rows[i].changes, rows[i].count, rows[i].from, rows[i].to,
                                      rows[i].octets_max, &first),
                     rows[i].want, rows[i].why);
        CHECK_EQ_WHY(first, rows[i].first, rows[i].why);
    }
}

static const uint8_t a[] = "\1a\4test", b[] = "\1b\4test";
static const uint8_t one[] = { 192, 0, 2, 1 }, two[] = { 192, 0, 2, 2 };

TEST(one_step_stays_as_it_is)
{
    struct difference *difference = difference_new();
    struct step step;

    step_begin(&step, 4, 9);
    step_remove(&step, a, one);
    step_add(&step, a, two);
    CHECK_OK(step_take(&step, difference));
    CHECK_OK(difference_finish(NULL, difference));
    CHECK_EQ(difference->serial_from, 4);
    CHECK_EQ(difference->serial_to, 9);
    CHECK_EQ(difference->step_count, 1);
    CHECK(!difference->is_condensed);
    CHECK_EQ(difference->records, 6);
    CHECK_EQ(difference->octets, 4 * (6 + 10 + 22) + 2 * (8 + 10 + 4));
    difference_let_go(difference);
}

TEST(steps_that_undo_each_other_are_condensed)
{
    struct difference *difference = difference_new();
    struct step step;

    step_begin(&step, 1, 2);
    step_remove(&step, a, one);
    step_add(&step, a, two);
    step_add(&step, b, one);
    CHECK_OK(step_take(&step, difference));
    step_begin(&step, 2, 3);
    step_remove(&step, a, two);
    step_add(&step, a, one);
    CHECK_OK(step_take(&step, difference));
    CHECK_OK(difference_finish(NULL, difference));
    CHECK(difference->is_condensed);
    CHECK_EQ(difference->step_count, 1);
    CHECK_EQ(difference->records, 5);
    const struct changeset *left = &difference->steps[0];
    CHECK_EQ(left->removed_count, 1);
    CHECK_EQ(left->added_count, 2);
    CHECK_EQ(left->removed[0].type, WIRE_TYPE_SOA);
    CHECK_EQ(td_get_u32(left->removed[0].rdata + 2), 1);
    CHECK_EQ(td_get_u32(left->added[0].rdata + 2), 3);
    CHECK_BYTES(left->added[1].owner, sizeof(b), b, sizeof(b));
    difference_let_go(difference);
}

TEST(what_does_not_lead_from_serial_to_serial_is_refused)
{
    struct difference *difference = difference_new();
    struct step step;

    CHECK_EQ(difference_finish(NULL, difference), TD_E_MALFORMED);
    CHECK_EQ(difference_add(difference, one, sizeof(one)), TD_E_MALFORMED);
    step_begin(&step, 1, 2);
    step.changeset.is_break = true;
    CHECK_EQ(step_take(&step, difference), TD_E_MALFORMED);
    step_begin(&step, 1, 2);
    step.changeset.removed_count = 0;
    CHECK_EQ(step_take(&step, difference), TD_E_MALFORMED);
    step_begin(&step, 1, 2);
    step.added[0].rdata_size = 21;
    CHECK_EQ(step_take(&step, difference), TD_E_MALFORMED);
    step_begin(&step, 1, 2);
    CHECK_OK(step_take(&step, difference));
    step_begin(&step, 3, 4);
    CHECK_EQ(step_take(&step, difference), TD_E_MALFORMED);
    difference_let_go(difference);
}

TEST(the_last_holder_frees_it)
{
    struct difference *difference = difference_new();

    CHECK(difference_hold(NULL) == NULL);
    difference_let_go(NULL);
    CHECK(difference_hold(difference) == difference);
    difference_let_go(difference);
    CHECK_EQ(difference->step_count, 0); /* AddressSanitizer would tell */
    difference_let_go(difference);
}

TESTS(the_chain_is_the_last_that_leads_there_without_a_gap_or_a_break, one_step_stays_as_it_is,
      steps_that_undo_each_other_are_condensed, what_does_not_lead_from_serial_to_serial_is_refused,
      the_last_holder_frees_it)
