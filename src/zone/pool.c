#include "zone/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "zone/version.h"

enum {
    CHUNK_SIZE = 2 << 20,
    CHUNK_PAGES = CHUNK_SIZE / ZONE_PAGE_SIZE - 1, /* the first holds the header */
};

struct chunk {
    struct chunk *next; /* among the chunks with free pages */
    struct chunk *previous;
    uint32_t free_count;
    uint32_t fresh; /* pages from here on were never taken */
    uint16_t free[CHUNK_PAGES];
    uint32_t stack_count; /* of free[] */
};

/* Hot and small: a few spare chunks save giving memory back only to ask for it again. */
enum { SPARE_CHUNKS_MAX = 4 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct chunk *open_chunks;
static uint32_t spare_chunks; /* chunks in open_chunks whose pages are all free */

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

static struct chunk *new_chunk(void)
{
    struct chunk *chunk = td_aligned_alloc(CHUNK_SIZE, CHUNK_SIZE);

    (void)madvise(chunk, CHUNK_SIZE, MADV_HUGEPAGE); /* refused: slower, not wrong */
    chunk->free_count = CHUNK_PAGES;
    chunk->fresh = 0;
    chunk->stack_count = 0;
    link_chunk(chunk);
    spare_chunks++;
    return chunk;
}

uint8_t *zone_pool_take(void)
{
    pthread_mutex_lock(&lock);
    struct chunk *chunk = open_chunks != NULL ? open_chunks : new_chunk();
    if (chunk->free_count == CHUNK_PAGES)
        spare_chunks--;
    uint32_t at = chunk->stack_count != 0 ? chunk->free[--chunk->stack_count] : chunk->fresh++;
    if (--chunk->free_count == 0)
        unlink_chunk(chunk);
    pthread_mutex_unlock(&lock);
    return (uint8_t *)chunk + (size_t)(at + 1) * ZONE_PAGE_SIZE;
}

void zone_pool_give(uint8_t *page)
{
    struct chunk *chunk = (struct chunk *)((uintptr_t)page & ~(uintptr_t)(CHUNK_SIZE - 1));
    uint32_t at = (uint32_t)((size_t)(page - (uint8_t *)chunk) / ZONE_PAGE_SIZE) - 1;

    pthread_mutex_lock(&lock);
    td_assert(at < chunk->fresh && chunk->free_count < CHUNK_PAGES);
    if (chunk->free_count++ == 0)
        link_chunk(chunk);
    chunk->free[chunk->stack_count++] = (uint16_t)at;
    if (chunk->free_count < CHUNK_PAGES) {
        chunk = NULL;
    } else if (spare_chunks < SPARE_CHUNKS_MAX) {
        spare_chunks++;
        chunk = NULL;
    } else {
        unlink_chunk(chunk);
    }
    pthread_mutex_unlock(&lock);
    free(chunk);
}
