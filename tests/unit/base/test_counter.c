/*
 * Goal    Arrays of one table are added up, row by row, in the order of registration.
 * Method  write down what a visit says, as text.
 */
#include "base/buf.h"
#include "base/counter.h"
#include "unit/test.h"

static const struct td_counter_row animals[] = {
    { "cats_total", "color=\"black\"", "Cats.", TD_COUNTER_TOTAL },
    { "cats_total", "color=\"white\"", "", TD_COUNTER_TOTAL },
    { "dogs", "", "Dogs.", TD_COUNTER_GAUGE },
};
static const struct td_counter_row plants[] = { { "trees", "", "Trees.", TD_COUNTER_GAUGE } };

static void write_down(void *context, const struct td_counter_row *row, uint64_t sum)
{
    td_buf_printf(context, "%s{%s} %llu\n", row->metric, row->labels, (unsigned long long)sum);
}

static void check_visit(struct td_counters *counters, const char *want)
{
    struct td_buf seen = { .data = NULL };

    td_counters_visit(counters, write_down, &seen);
    CHECK_STR(td_buf_text(&seen), want);
    td_buf_fini(&seen);
}

TEST(arrays_of_a_table_are_added_up)
{
    struct td_counters *counters = td_counters_new();
    struct td_counter first[3] = { 0 }, second[3] = { 0 }, other[1] = { 0 };

    check_visit(counters, "");
    td_counters_add(counters, animals, 3, first);
    td_counters_add(counters, plants, 1, other);
    td_counters_add(counters, animals, 3, second);

    td_count(&first[0]);
    td_count_add(&second[0], 10);
    td_count(&second[1]);
    td_count_set(&first[2], 4);
    td_count_set(&other[0], UINT64_C(5000000000));
    CHECK_EQ(td_count_get(&second[0]), 10);
    check_visit(counters, "cats_total{color=\"black\"} 11\n"
                          "cats_total{color=\"white\"} 1\n"
                          "dogs{} 4\n"
                          "trees{} 5000000000\n");

    td_counters_remove(counters, first);
    check_visit(counters, "trees{} 5000000000\n"
                          "cats_total{color=\"black\"} 10\n"
                          "cats_total{color=\"white\"} 1\n"
                          "dogs{} 0\n");
    td_counters_remove(counters, other);
    td_counters_remove(counters, second);
    td_counters_remove(counters, second);
    check_visit(counters, "");
    td_counters_free(counters);
    td_counters_free(NULL);
}

TESTS(arrays_of_a_table_are_added_up)
