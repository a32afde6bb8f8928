/*
 * store/log_runs.h - which change of a zone led to a serial, without looking at all of them.
 *
 * Shape    A run is a stretch of a zone's changes whose serials go up, by less than 2^31 from its
 *          first to its last: in it a serial is found by halving. A new one begins where history
 *          breaks, where serials go back, and each time they have gone half way round. Most zones
 *          have one.
 * Floor    4. Not for other directories.
 * Threads  The main world's.
 */
#pragma once

#include "store/log.h"

struct log_run {
    uint64_t sequence; /* of its first change, which may be forgotten */
    uint32_t serial;   /* that this one led to */
    bool is_break;
};

struct log_runs {
    struct log_run *runs;
    uint32_t count;
    uint32_t capacity;
    uint32_t last; /* serial */
};

void log_runs_free(struct log_runs *runs);

/*
 * The last of the changes is new. *runs is NULL as long as there are so few of them that they can
 * be looked at one by one, which the functions below do then.
 */
void log_runs_keep(struct log_runs **runs, const struct store_log_change *changes, size_t count);

/* What is before `sequence` is forgotten. */
void log_runs_trim(struct log_runs *runs, uint64_t sequence);

/* The newest of the changes, of which these are the runs, that led to the serial; or NULL. */
const struct store_log_change *log_runs_find(const struct log_runs *runs,
                                             const struct store_log_change *changes, size_t count,
                                             uint32_t serial);

/* The newest of them at which history breaks; or NULL. */
const struct store_log_change *log_runs_break(const struct log_runs *runs,
                                              const struct store_log_change *changes, size_t count);
