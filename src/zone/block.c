#include "zone/block.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "zone/pool.h"
#include "zone/version.h"

enum {
    CLASSES = ZONE_PAGE_SIZE / ZONE_BLOCK_STEP + 1,
    SLAB_CLASSES = ZONE_BLOCK_SLAB_MAX / ZONE_BLOCK_STEP + 1
};

struct block {
    struct block *next;
};

/* The head of a page that is cut into blocks of one size. */
struct slab {
    struct slab *next; /* among those of its class that have room */
    struct slab *previous;
    struct block *free;
    uint32_t fresh; /* where the part begins that was never taken */
    uint32_t used;  /* blocks */
};

/* AddressSanitizer wants to see each block that is freed. */
#if defined(__SANITIZE_ADDRESS__)
enum { KEEPS_BLOCKS = 0 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { KEEPS_BLOCKS = 0 };
#else
enum { KEEPS_BLOCKS = 1 };
#endif
#else
enum { KEEPS_BLOCKS = 1 };
#endif

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct slab *open_slabs[SLAB_CLASSES]; /* some blocks are free */
static struct block *spare[CLASSES];          /* of the heap: the last one first */
static size_t spare_octets;
static unsigned spare_hand; /* the class that gives way next */

static unsigned class_of(size_t size)
{
    return (unsigned)((size + ZONE_BLOCK_STEP - 1) / ZONE_BLOCK_STEP);
}

static size_t size_of(unsigned class)
{
    return (size_t) class * ZONE_BLOCK_STEP;
}

static bool is_slabbed(unsigned class)
{
    return KEEPS_BLOCKS && class < SLAB_CLASSES;
}

/* ---- slabs; all of it locked ---- */

static bool is_full(const struct slab *slab, unsigned class)
{
    return slab->free == NULL && slab->fresh + size_of(class) > ZONE_PAGE_SIZE;
}

static void link_slab(struct slab *slab, unsigned class)
{
    slab->previous = NULL;
    slab->next = open_slabs[class];
    if (slab->next != NULL)
        slab->next->previous = slab;
    open_slabs[class] = slab;
}

static void unlink_slab(struct slab *slab, unsigned class)
{
    if (slab->previous != NULL)
        slab->previous->next = slab->next;
    else
        open_slabs[class] = slab->next;
    if (slab->next != NULL)
        slab->next->previous = slab->previous;
}

static struct block *cut(unsigned class)
{
    struct slab *slab = open_slabs[class];

    if (slab == NULL) {
        slab = (struct slab *)(void *)zone_pool_take();
        *slab = (struct slab){ .fresh = sizeof(*slab) };
        link_slab(slab, class);
    }
    struct block *block = slab->free;
    if (block != NULL) {
        slab->free = block->next;
    } else {
        block = (struct block *)(void *)((uint8_t *)slab + slab->fresh);
        slab->fresh += (uint32_t)size_of(class);
    }
    slab->used++;
    if (is_full(slab, class))
        unlink_slab(slab, class);
    return block;
}

/*
 * What was given back last is taken first. The last slab of its class that has room stays, so that
 * one block is not a page each time.
 */
static void put_back(struct block *block, unsigned class)
{
    struct slab *slab = (struct slab *)((uintptr_t)block & ~(uintptr_t)(ZONE_PAGE_SIZE - 1));

    td_assert(slab->used != 0);
    if (!is_full(slab, class))
        unlink_slab(slab, class);
    block->next = slab->free;
    slab->free = block;
    if (--slab->used == 0 && open_slabs[class] != NULL)
        zone_pool_give((uint8_t *)slab);
    else
        link_slab(slab, class);
}

/* ---- what is kept of the heap's; locked ---- */

static struct block *take_spare(unsigned class)
{
    struct block *block = spare[class];

    if (block == NULL)
        return NULL;
    spare[class] = block->next;
    spare_octets -= size_of(class);
    return block;
}

/* Returns what gives way to it. */
static struct block *keep(struct block *block, unsigned class)
{
    struct block *gone = NULL;

    while (spare_octets + size_of(class) > ZONE_BLOCK_SPARE_OCTETS) {
        struct block *oldest = take_spare(spare_hand);
        if (oldest == NULL) {
            spare_hand = (spare_hand + 1) % CLASSES;
            continue;
        }
        oldest->next = gone;
        gone = oldest;
    }
    block->next = spare[class];
    spare[class] = block;
    spare_octets += size_of(class);
    return gone;
}

/* ---- */

void *zone_block_take(size_t size)
{
    unsigned class = class_of(size);

    td_assert(size != 0 && class < CLASSES);
    pthread_mutex_lock(&lock);
    struct block *block = is_slabbed(class) ? cut(class) : take_spare(class);
    pthread_mutex_unlock(&lock);
    return block != NULL ? block : td_malloc(size_of(class));
}

void zone_block_give(void *block, size_t size)
{
    unsigned class = class_of(size);
    struct block *gone = NULL;

    if (!KEEPS_BLOCKS) {
        free(block);
        return;
    }
    pthread_mutex_lock(&lock);
    if (is_slabbed(class))
        put_back(block, class);
    else
        gone = keep(block, class);
    pthread_mutex_unlock(&lock);
    while (gone != NULL) {
        struct block *next = gone->next;
        free(gone);
        gone = next;
    }
}

size_t zone_block_spare_octets(void)
{
    pthread_mutex_lock(&lock);
    size_t octets = spare_octets;
    pthread_mutex_unlock(&lock);
    return octets;
}
