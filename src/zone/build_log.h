/*
 * zone/build_log.h - what a build was given, in the order in which it came.
 *
 * Shape    Octets in chunks, addressed by 32-bit positions in units of 4 octets; 0 is nothing. A
 *          chunk (zone/chunk.h) is given back when all that was put into it has been dropped: what
 *          is made of it is put there next. The first one of a small zone is small and moves when
 *          it grows: keep positions, not pointers.
 * Floor    3. Not for other directories.
 * Threads  One owner.
 * Limits   16 GiB.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "zone/chunk.h"

enum {
    BUILD_LOG_UNIT_SIZE = 4,
    BUILD_LOG_CHUNK_UNITS = ZONE_CHUNK_SIZE / BUILD_LOG_UNIT_SIZE,
};

struct build_chunk {
    uint8_t *memory;
    uint32_t live; /* reserved and not dropped; when that is nothing, `dead` before this one */
};

struct build_log {
    struct build_chunk *chunks;
    uint32_t count;
    uint32_t capacity;
    uint32_t used; /* units of the last chunk */
    uint32_t room; /* units that it has */
    uint32_t dead; /* 1 + the chunk that was last dropped whole, of those not freed yet; 0: none */
};

void build_log_fini(struct build_log *log);

/* For build_log_reserve: make room in the last chunk for so many units; false: the log is full. */
bool build_log_grow(struct build_log *log, uint32_t units);

/* Give back the chunks of which all has been dropped. */
void build_log_sweep(struct build_log *log);

static inline uint32_t build_log_units(size_t size)
{
    return (uint32_t)((size + BUILD_LOG_UNIT_SIZE - 1) / BUILD_LOG_UNIT_SIZE);
}

/* Room for less than half a chunk; 0: the log is full. */
static inline uint32_t build_log_reserve(struct build_log *log, size_t size)
{
    uint32_t units = build_log_units(size);

    if (td_unlikely(log->used + units > log->room) && !build_log_grow(log, units))
        return 0;
    uint32_t position = (log->count - 1) * BUILD_LOG_CHUNK_UNITS + log->used;
    log->used += units;
    log->chunks[log->count - 1].live++;
    return position;
}

static inline void *build_log_at(const struct build_log *log, uint32_t position)
{
    return log->chunks[position / BUILD_LOG_CHUNK_UNITS].memory +
           (size_t)(position % BUILD_LOG_CHUNK_UNITS) * BUILD_LOG_UNIT_SIZE;
}

/* What was reserved here is no longer needed, when build_log_sweep comes; nothing is added then. */
static inline void build_log_drop(struct build_log *log, uint32_t position)
{
    struct build_chunk *chunk = &log->chunks[position / BUILD_LOG_CHUNK_UNITS];

    if (td_unlikely(--chunk->live == 0)) {
        chunk->live = log->dead;
        log->dead = position / BUILD_LOG_CHUNK_UNITS + 1;
    }
}
