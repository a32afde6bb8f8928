#include "zone/build_log.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_UNITS = 4096 / BUILD_LOG_UNIT_SIZE,
    CHUNKS_MAX = (1 << 30) / BUILD_LOG_CHUNK_UNITS * 4, /* 32-bit positions */
};

void build_log_fini(struct build_log *log)
{
    for (uint32_t i = 0; i < log->count; i++)
        free(log->chunks[i].memory);
    free(log->chunks);
}

static void add_chunk(struct build_log *log, uint8_t *memory, uint32_t room)
{
    td_grow(log->chunks, log->count, log->capacity);
    log->chunks[log->count++] = (struct build_chunk){ .memory = memory };
    log->used = 0;
    log->room = room;
}

/* A larger place for the first chunk, as small zones have it. */
static void move_chunk(struct build_log *log, uint32_t room)
{
    struct build_chunk *first = &log->chunks[0];
    uint8_t *memory = room == BUILD_LOG_CHUNK_UNITS ? td_huge_alloc()
                                                    : td_malloc((size_t)room * BUILD_LOG_UNIT_SIZE);

    memcpy(memory, first->memory, (size_t)log->used * BUILD_LOG_UNIT_SIZE);
    free(first->memory);
    first->memory = memory;
    log->room = room;
}

bool build_log_grow(struct build_log *log, uint32_t units)
{
    if (log->count == 0) {
        add_chunk(log, td_malloc((size_t)FIRST_UNITS * BUILD_LOG_UNIT_SIZE), FIRST_UNITS);
        log->used = 1; /* position 0 is nothing */
    }
    uint32_t room = log->room;
    while (room < BUILD_LOG_CHUNK_UNITS && log->used + units > room)
        room *= 4;
    if (room != log->room)
        move_chunk(log, room < BUILD_LOG_CHUNK_UNITS ? room : BUILD_LOG_CHUNK_UNITS);
    if (log->used + units <= log->room)
        return true;
    if (log->count == CHUNKS_MAX)
        return false;
    add_chunk(log, td_huge_alloc(), BUILD_LOG_CHUNK_UNITS);
    return true;
}

void build_log_sweep(struct build_log *log)
{
    while (log->dead != 0) {
        struct build_chunk *chunk = &log->chunks[log->dead - 1];
        log->dead = chunk->live;
        free(chunk->memory);
        chunk->memory = NULL;
    }
}
