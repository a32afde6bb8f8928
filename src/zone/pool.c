#include "zone/pool.h"

#include <pthread.h>
#include <stddef.h>

#include "base/assert.h"
#include "zone/chunk.h"
#include "zone/version.h"

enum {
    CHUNK_PAGES = ZONE_POOL_ROW_PAGES, /* the first of its place holds the header */
};

_Static_assert(ZONE_CHUNK_SIZE == (CHUNK_PAGES + 1) * ZONE_PAGE_SIZE,
               "a chunk is a row and its head");

struct chunk {
    struct zone_chunk chunk;
    struct chunk *next; /* in the list, unless all pages are taken */
    struct chunk *previous;
    uint32_t free_count;
    uint32_t fresh; /* pages from here on were never taken */
    uint16_t free[CHUNK_PAGES];
    uint32_t stack_count; /* of free[] */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct chunk *open_chunks; /* some pages are free, and some are not */

static void link_chunk(struct chunk *chunk)
{
    chunk->previous = NULL;
    chunk->next = open_chunks;
    if (open_chunks != NULL)
        open_chunks->previous = chunk;
    open_chunks = chunk;
}

static void unlink_chunk(struct chunk *chunk)
{
    if (chunk->previous != NULL)
        chunk->previous->next = chunk->next;
    else
        open_chunks = chunk->next;
    if (chunk->next != NULL)
        chunk->next->previous = chunk->previous;
}

static struct chunk *new_chunk(struct zone_chunk *memory, uint32_t free_count)
{
    struct chunk *chunk = (struct chunk *)(void *)memory;

    chunk->free_count = free_count;
    chunk->fresh = CHUNK_PAGES - free_count;
    chunk->stack_count = 0;
    return chunk;
}

uint8_t *zone_pool_take(void)
{
    pthread_mutex_lock(&lock);
    struct chunk *chunk = open_chunks;
    if (chunk == NULL) {
        chunk = new_chunk(zone_chunk_take(), CHUNK_PAGES);
        link_chunk(chunk);
    }
    uint32_t at = chunk->stack_count != 0 ? chunk->free[--chunk->stack_count] : chunk->fresh++;
    if (--chunk->free_count == 0)
        unlink_chunk(chunk);
    pthread_mutex_unlock(&lock);
    return (uint8_t *)chunk + (size_t)(at + 1) * ZONE_PAGE_SIZE;
}

uint8_t *zone_pool_take_row(void)
{
    return (uint8_t *)new_chunk(zone_chunk_take_huge(), 0) + ZONE_PAGE_SIZE;
}

void zone_pool_give(uint8_t *page)
{
    struct chunk *chunk = (struct chunk *)((uintptr_t)page & ~(uintptr_t)(ZONE_CHUNK_SIZE - 1));
    uint32_t at = (uint32_t)((size_t)(page - (uint8_t *)chunk) / ZONE_PAGE_SIZE) - 1;

    pthread_mutex_lock(&lock);
    td_assert(at < chunk->fresh && chunk->free_count < CHUNK_PAGES);
    if (chunk->free_count++ == 0)
        link_chunk(chunk);
    chunk->free[chunk->stack_count++] = (uint16_t)at;
    bool is_free = chunk->free_count == CHUNK_PAGES;
    if (is_free)
        unlink_chunk(chunk);
    pthread_mutex_unlock(&lock);
    if (is_free)
        zone_chunk_give(&chunk->chunk);
}
