#include "base/counter.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct entry {
    const struct td_counter_row *rows;
    size_t count;
    const struct td_counter *values;
};

struct td_counters {
    pthread_mutex_t lock;
    struct entry *entries;
    size_t count;
    size_t capacity;
};

struct td_counters *td_counters_new(void)
{
    struct td_counters *counters = td_calloc(1, sizeof(*counters));

    pthread_mutex_init(&counters->lock, NULL);
    return counters;
}

void td_counters_free(struct td_counters *counters)
{
    if (counters == NULL)
        return;
    pthread_mutex_destroy(&counters->lock);
    free(counters->entries);
    free(counters);
}

void td_counters_add(struct td_counters *counters, const struct td_counter_row *rows, size_t count,
                     const struct td_counter *values)
{
    pthread_mutex_lock(&counters->lock);
    td_grow(counters->entries, counters->count, counters->capacity);
    counters->entries[counters->count++] = (struct entry){ rows, count, values };
    pthread_mutex_unlock(&counters->lock);
}

void td_counters_remove(struct td_counters *counters, const struct td_counter *values)
{
    pthread_mutex_lock(&counters->lock);
    size_t kept = 0;
    for (size_t i = 0; i < counters->count; i++)
        if (counters->entries[i].values != values)
            counters->entries[kept++] = counters->entries[i];
    counters->count = kept;
    pthread_mutex_unlock(&counters->lock);
}

static bool is_first(const struct td_counters *counters, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (counters->entries[i].rows == counters->entries[at].rows)
            return false;
    return true;
}

static void visit_table(const struct td_counters *counters, size_t first,
                        void (*visit)(void *, const struct td_counter_row *, uint64_t),
                        void *context)
{
    const struct td_counter_row *rows = counters->entries[first].rows;

    for (size_t row = 0; row < counters->entries[first].count; row++) {
        uint64_t sum = 0;
        for (size_t i = first; i < counters->count; i++)
            if (counters->entries[i].rows == rows)
                sum += td_count_get(&counters->entries[i].values[row]);
        visit(context, &rows[row], sum);
    }
}

void td_counters_visit(struct td_counters *counters,
                       void (*visit)(void *context, const struct td_counter_row *row, uint64_t sum),
                       void *context)
{
    pthread_mutex_lock(&counters->lock);
    for (size_t i = 0; i < counters->count; i++)
        if (is_first(counters, i))
            visit_table(counters, i, visit, context);
    pthread_mutex_unlock(&counters->lock);
}
