#include "zone/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "zone/version.h"

enum {
    CHUNK_SIZE = 2 << 20,
    CHUNK_PAGES = ZONE_POOL_ROW_PAGES, /* the first of its place holds the header */
};

_Static_assert(CHUNK_SIZE == (CHUNK_PAGES + 1) * ZONE_PAGE_SIZE, "a chunk is a row and its head");

struct chunk {
    struct chunk *next; /* in one of the two lists, unless all pages are taken */
    struct chunk *previous;
    uint32_t free_count;
    uint32_t fresh; /* pages from here on were never taken */
    uint16_t free[CHUNK_PAGES];
    uint32_t stack_count; /* of free[] */
};

/* Hot and small: a few spare chunks save giving memory back only to ask for it again. */
enum { SPARE_CHUNKS_MAX = 4 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct chunk *open_chunks;  /* some pages are free */
static struct chunk *spare_chunks; /* all are */
static uint32_t spare_count;
static bool is_trimmed; /* somebody gives chunks back, one at a time */

static void link_chunk(struct chunk **list, struct chunk *chunk)
{
    chunk->previous = NULL;
    chunk->next = *list;
    if (*list != NULL)
        (*list)->previous = chunk;
    *list = chunk;
}

static void unlink_chunk(struct chunk **list, struct chunk *chunk)
{
    if (chunk->previous != NULL)
        chunk->previous->next = chunk->next;
    else
        *list = chunk->next;
    if (chunk->next != NULL)
        chunk->next->previous = chunk->previous;
}

static struct chunk *spare_take(void)
{
    struct chunk *chunk = spare_chunks;

    unlink_chunk(&spare_chunks, chunk);
    spare_count--;
    return chunk;
}

static struct chunk *new_chunk(void)
{
    struct chunk *chunk = td_aligned_alloc(CHUNK_SIZE, CHUNK_SIZE);

    (void)madvise(chunk, CHUNK_SIZE, MADV_HUGEPAGE); /* refused: slower, not wrong */
    chunk->free_count = CHUNK_PAGES;
    chunk->fresh = 0;
    chunk->stack_count = 0;
    return chunk;
}

uint8_t *zone_pool_take(void)
{
    pthread_mutex_lock(&lock);
    struct chunk *chunk = open_chunks;
    if (chunk == NULL) {
        chunk = spare_chunks != NULL ? spare_take() : new_chunk();
        link_chunk(&open_chunks, chunk);
    }
    uint32_t at = chunk->stack_count != 0 ? chunk->free[--chunk->stack_count] : chunk->fresh++;
    if (--chunk->free_count == 0)
        unlink_chunk(&open_chunks, chunk);
    pthread_mutex_unlock(&lock);
    return (uint8_t *)chunk + (size_t)(at + 1) * ZONE_PAGE_SIZE;
}

uint8_t *zone_pool_take_row(void)
{
    pthread_mutex_lock(&lock);
    struct chunk *chunk = spare_chunks != NULL ? spare_take() : NULL;
    pthread_mutex_unlock(&lock);
    if (chunk == NULL)
        chunk = new_chunk();
    chunk->free_count = chunk->stack_count = 0;
    chunk->fresh = CHUNK_PAGES;
    return (uint8_t *)chunk + ZONE_PAGE_SIZE;
}

void zone_pool_give(uint8_t *page)
{
    struct chunk *chunk = (struct chunk *)((uintptr_t)page & ~(uintptr_t)(CHUNK_SIZE - 1));
    uint32_t at = (uint32_t)((size_t)(page - (uint8_t *)chunk) / ZONE_PAGE_SIZE) - 1;
    bool is_over = false;

    pthread_mutex_lock(&lock);
    td_assert(at < chunk->fresh && chunk->free_count < CHUNK_PAGES);
    if (chunk->free_count++ == 0)
        link_chunk(&open_chunks, chunk);
    chunk->free[chunk->stack_count++] = (uint16_t)at;
    if (chunk->free_count == CHUNK_PAGES) {
        unlink_chunk(&open_chunks, chunk);
        is_over = !is_trimmed && spare_count >= SPARE_CHUNKS_MAX;
        if (!is_over) {
            link_chunk(&spare_chunks, chunk);
            spare_count++;
        }
    }
    pthread_mutex_unlock(&lock);
    if (is_over)
        free(chunk);
}

/* ---- giving back ---- */

void zone_pool_trims(bool trims)
{
    pthread_mutex_lock(&lock);
    is_trimmed = trims;
    pthread_mutex_unlock(&lock);
    while (!trims && zone_pool_trim()) {
    }
}

bool zone_pool_trim(void)
{
    pthread_mutex_lock(&lock);
    struct chunk *chunk = spare_count > SPARE_CHUNKS_MAX ? spare_take() : NULL;
    pthread_mutex_unlock(&lock);
    free(chunk);
    return chunk != NULL;
}

uint32_t zone_pool_spare_count(void)
{
    pthread_mutex_lock(&lock);
    uint32_t count = spare_count;
    pthread_mutex_unlock(&lock);
    return count;
}
