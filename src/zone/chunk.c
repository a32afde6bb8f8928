#include "zone/chunk.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/alloc.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25 /* Linux 6.1 */
#endif

/* Hot and small: a few spare chunks save freeing memory only to ask for it again. */
enum { SPARE_MAX = 4 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct zone_chunk *spare;
static uint32_t spare_count;
static struct zone_chunk **small; /* chunks of small pages, in no order */
static uint32_t small_count;
static uint32_t small_capacity;
static bool is_trimmed; /* somebody frees chunks, one at a time */
static bool is_calm;

/* ---- with the lock held ---- */

static struct zone_chunk *spare_take(void)
{
    struct zone_chunk *chunk = spare;

    if (chunk == NULL)
        return NULL;
    spare = chunk->next;
    spare_count--;
    return chunk;
}

static void small_add(struct zone_chunk *chunk)
{
    td_grow(small, small_count, small_capacity);
    small[small_count++] = chunk;
    chunk->small_at = small_count;
}

static void small_remove(struct zone_chunk *chunk)
{
    if (chunk->small_at == 0)
        return;
    struct zone_chunk *last = small[--small_count];
    small[chunk->small_at - 1] = last;
    last->small_at = chunk->small_at;
    chunk->small_at = 0;
    if (small_count == 0) {
        free(small);
        small = NULL;
        small_capacity = 0;
    }
}

/* ---- */

/*
 * A huge page that the host of a virtual machine has not given yet costs 5 ms; small ones are
 * mostly left from something else, and cost 0.5 ms when they are asked for together. What the
 * system refuses here makes it slower, not wrong.
 */
static struct zone_chunk *chunk_new(bool is_small)
{
    struct zone_chunk *chunk = td_aligned_alloc(ZONE_CHUNK_SIZE, ZONE_CHUNK_SIZE);

    (void)madvise(chunk, ZONE_CHUNK_SIZE, is_small ? MADV_POPULATE_WRITE : MADV_HUGEPAGE);
    *chunk = (struct zone_chunk){ .next = NULL };
    if (is_small) {
        pthread_mutex_lock(&lock);
        small_add(chunk);
        pthread_mutex_unlock(&lock);
    }
    return chunk;
}

static struct zone_chunk *take(bool may_be_small)
{
    pthread_mutex_lock(&lock);
    struct zone_chunk *chunk = spare_take();
    bool is_small = may_be_small && !is_calm;
    pthread_mutex_unlock(&lock);
    return chunk != NULL ? chunk : chunk_new(is_small);
}

struct zone_chunk *zone_chunk_take(void)
{
    return take(true);
}

struct zone_chunk *zone_chunk_take_huge(void)
{
    return take(false);
}

void zone_chunk_give(struct zone_chunk *chunk)
{
    pthread_mutex_lock(&lock);
    bool is_over = !is_trimmed && spare_count >= SPARE_MAX;
    if (is_over) {
        small_remove(chunk);
    } else {
        chunk->next = spare;
        spare = chunk;
        spare_count++;
    }
    pthread_mutex_unlock(&lock);
    if (is_over)
        free(chunk);
}

void zone_chunks_trims(bool trims)
{
    pthread_mutex_lock(&lock);
    is_trimmed = trims;
    pthread_mutex_unlock(&lock);
    while (!trims && zone_chunks_trim()) {
    }
}

bool zone_chunks_trim(void)
{
    pthread_mutex_lock(&lock);
    struct zone_chunk *chunk = spare_count > SPARE_MAX ? spare_take() : NULL;
    if (chunk != NULL)
        small_remove(chunk);
    pthread_mutex_unlock(&lock);
    free(chunk);
    return chunk != NULL;
}

void zone_chunks_calm(bool calm)
{
    pthread_mutex_lock(&lock);
    is_calm = calm;
    pthread_mutex_unlock(&lock);
}

/* Should the chunk be freed meanwhile: advice about what is not there is refused. */
bool zone_chunks_join(void)
{
    pthread_mutex_lock(&lock);
    struct zone_chunk *chunk = is_calm && small_count != 0 ? small[small_count - 1] : NULL;
    if (chunk != NULL)
        small_remove(chunk);
    pthread_mutex_unlock(&lock);
    if (chunk != NULL)
        (void)madvise(chunk, ZONE_CHUNK_SIZE, MADV_COLLAPSE);
    return chunk != NULL;
}

/* ---- for tests ---- */

uint32_t zone_chunks_spare_count(void)
{
    pthread_mutex_lock(&lock);
    uint32_t count = spare_count;
    pthread_mutex_unlock(&lock);
    return count;
}

uint32_t zone_chunks_small_count(void)
{
    pthread_mutex_lock(&lock);
    uint32_t count = small_count;
    pthread_mutex_unlock(&lock);
    return count;
}
