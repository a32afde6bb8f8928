/*
 * base/counter.h - what is counted, and where it is read.
 *
 * Shape    A module has a table of rows (law 7) and, per worker, an array of values with
 *          one value for each row. Values are added up over all arrays of one table.
 * Floor    0.
 * Threads  One thread writes an array; any thread reads. No read-modify-write.
 */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct td_counter {
    _Atomic uint64_t value;
};

enum td_counter_kind { TD_COUNTER_TOTAL, TD_COUNTER_GAUGE };

struct td_counter_row {
    const char *metric; /* "tandem_queries_total"; rows of one metric stand together */
    const char *labels; /* "transport=\"udp\"", or "" */
    const char *help;   /* one sentence; taken from the first row of a metric */
    enum td_counter_kind kind;
};

/* Add to a counter that this thread owns. */
static inline void td_count_add(struct td_counter *counter, uint64_t n)
{
    uint64_t value = atomic_load_explicit(&counter->value, memory_order_relaxed);
    atomic_store_explicit(&counter->value, value + n, memory_order_relaxed);
}

static inline void td_count(struct td_counter *counter)
{
    td_count_add(counter, 1);
}

static inline void td_count_set(struct td_counter *counter, uint64_t value)
{
    atomic_store_explicit(&counter->value, value, memory_order_relaxed);
}

static inline uint64_t td_count_get(const struct td_counter *counter)
{
    return atomic_load_explicit(&counter->value, memory_order_relaxed);
}

/* The counters of one server: tables, and the arrays that belong to them. */
struct td_counters;

struct td_counters *td_counters_new(void);
void td_counters_free(struct td_counters *counters);

/* Make known an array of `count` values for `rows`. Both outlive the registry or are taken out
 * first. */
void td_counters_add(struct td_counters *counters, const struct td_counter_row *rows, size_t count,
                     const struct td_counter *values);
void td_counters_remove(struct td_counters *counters, const struct td_counter *values);

/* Call `visit` for each row of each table, in the order of registration, with its sum. */
void td_counters_visit(struct td_counters *counters,
                       void (*visit)(void *context, const struct td_counter_row *row, uint64_t sum),
                       void *context);
