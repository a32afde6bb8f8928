#include "store/log_runs.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define HALF_WAY 0x80000000u

enum { CHANGES_FEW = 64 };

void log_runs_free(struct log_runs *runs)
{
    if (runs == NULL)
        return;
    free(runs->runs);
    free(runs);
}

/* Does the change go on where the last run is? */
static bool goes_on(const struct log_runs *runs, const struct store_log_change *change)
{
    if (runs->count == 0 || (change->flags & STORE_LOG_BREAK) != 0)
        return false;
    uint32_t first = runs->runs[runs->count - 1].serial;
    uint32_t far = change->serial_to - first;
    return far > runs->last - first && far < HALF_WAY;
}

static void add(struct log_runs *runs, const struct store_log_change *change)
{
    if (!goes_on(runs, change)) {
        td_grow_slowly(runs->runs, runs->count, runs->capacity);
        runs->runs[runs->count++] = (struct log_run){
            .sequence = change->sequence,
            .serial = change->serial_to,
            .is_break = (change->flags & STORE_LOG_BREAK) != 0,
        };
    }
    runs->last = change->serial_to;
}

void log_runs_keep(struct log_runs **runs, const struct store_log_change *changes, size_t count)
{
    if (*runs != NULL) {
        add(*runs, &changes[count - 1]);
        return;
    }
    if (count <= CHANGES_FEW)
        return;
    *runs = td_calloc(1, sizeof(**runs));
    for (size_t i = 0; i < count; i++)
        add(*runs, &changes[i]);
}

void log_runs_trim(struct log_runs *runs, uint64_t sequence)
{
    uint32_t gone = 0;

    if (runs == NULL)
        return;
    while (gone + 1 < runs->count && runs->runs[gone + 1].sequence <= sequence)
        gone++;
    runs->count -= gone;
    if (gone != 0)
        memmove(runs->runs, runs->runs + gone, runs->count * sizeof(*runs->runs));
}

size_t store_log_behind(const struct store_log_change *changes, size_t count, uint64_t sequence)
{
    size_t at = 0;

    for (size_t left = count; left > 0;) {
        size_t half = left / 2;
        bool is_before = changes[at + half].sequence <= sequence;
        at = is_before ? at + half + 1 : at;
        left = is_before ? left - half - 1 : half;
    }
    return at;
}

/* Of those that begin with the run's first. NULL: none led to the serial. */
static const struct store_log_change *find_in(const struct log_run *run,
                                              const struct store_log_change *changes, size_t count,
                                              uint32_t serial)
{
    uint32_t want = serial - run->serial;
    size_t at = 0;

    for (size_t left = count; left > 0;) {
        size_t half = left / 2;
        bool is_before = changes[at + half].serial_to - run->serial < want;
        at = is_before ? at + half + 1 : at;
        left = is_before ? left - half - 1 : half;
    }
    return at < count && changes[at].serial_to == serial ? &changes[at] : NULL;
}

const struct store_log_change *log_runs_find(const struct log_runs *runs,
                                             const struct store_log_change *changes, size_t count,
                                             uint32_t serial)
{
    const struct store_log_change *found = NULL;

    if (runs == NULL) {
        while (count-- > 0)
            if (changes[count].serial_to == serial)
                return &changes[count];
        return NULL;
    }
    for (uint32_t i = runs->count; i-- > 0 && found == NULL;) {
        size_t at = store_log_behind(changes, count, runs->runs[i].sequence - 1);
        found = find_in(&runs->runs[i], changes + at, count - at, serial);
        count = at;
    }
    return found;
}

const struct store_log_change *log_runs_break(const struct log_runs *runs,
                                              const struct store_log_change *changes, size_t count)
{
    if (runs == NULL) {
        while (count-- > 0)
            if (changes[count].flags & STORE_LOG_BREAK)
                return &changes[count];
        return NULL;
    }
    for (uint32_t i = runs->count; i-- > 0;) {
        if (!runs->runs[i].is_break)
            continue;
        size_t at = store_log_behind(changes, count, runs->runs[i].sequence - 1);
        bool is_there = at < count && changes[at].sequence == runs->runs[i].sequence;
        return is_there ? &changes[at] : NULL;
    }
    return NULL;
}
