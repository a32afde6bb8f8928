#include "zone/build_log.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum {
    HEAD_UNITS =
        sizeof(struct zone_chunk) / BUILD_LOG_UNIT_SIZE, /* so that position 0 is nothing */
    FIRST_UNITS = 4096 / BUILD_LOG_UNIT_SIZE,
    CHUNKS_MAX = (1 << 30) / BUILD_LOG_CHUNK_UNITS * 4, /* 32-bit positions */
};

/* The first chunk of a small log is none. */
static void give(struct build_log *log, uint32_t at)
{
    uint8_t *memory = log->chunks[at].memory;

    log->chunks[at].memory = NULL;
    if (log->count == 1 && log->room < BUILD_LOG_CHUNK_UNITS)
        free(memory);
    else if (memory != NULL)
        zone_chunk_give((struct zone_chunk *)(void *)memory);
}

void build_log_fini(struct build_log *log)
{
    for (uint32_t i = 0; i < log->count; i++)
        give(log, i);
    free(log->chunks);
}

static void add_chunk(struct build_log *log, uint8_t *memory, uint32_t room)
{
    td_grow(log->chunks, log->count, log->capacity);
    log->chunks[log->count++] = (struct build_chunk){ .memory = memory };
    log->used = HEAD_UNITS;
    log->room = room;
}

/* A larger place for the first chunk, as small zones have it. */
static void move_chunk(struct build_log *log, uint32_t room)
{
    struct build_chunk *first = &log->chunks[0];
    uint8_t *memory = room == BUILD_LOG_CHUNK_UNITS ? (uint8_t *)zone_chunk_take()
                                                    : td_malloc((size_t)room * BUILD_LOG_UNIT_SIZE);

    memcpy(memory + sizeof(struct zone_chunk), first->memory + sizeof(struct zone_chunk),
           (size_t)(log->used - HEAD_UNITS) * BUILD_LOG_UNIT_SIZE);
    free(first->memory);
    first->memory = memory;
    log->room = room;
}

bool build_log_grow(struct build_log *log, uint32_t units)
{
    if (log->count == 0)
        add_chunk(log, td_malloc((size_t)FIRST_UNITS * BUILD_LOG_UNIT_SIZE), FIRST_UNITS);
    uint32_t room = log->room;
    while (room < BUILD_LOG_CHUNK_UNITS && log->used + units > room)
        room *= 4;
    if (room != log->room)
        move_chunk(log, room < BUILD_LOG_CHUNK_UNITS ? room : BUILD_LOG_CHUNK_UNITS);
    if (log->used + units <= log->room)
        return true;
    if (log->count == CHUNKS_MAX)
        return false;
    add_chunk(log, (uint8_t *)zone_chunk_take(), BUILD_LOG_CHUNK_UNITS);
    return true;
}

void build_log_sweep(struct build_log *log)
{
    while (log->dead != 0) {
        uint32_t at = log->dead - 1;
        log->dead = log->chunks[at].live;
        give(log, at);
    }
}
