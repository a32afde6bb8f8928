/*
 * zone/block.h - memory of less than a page, for what very many small zones have each.
 *
 * Shape    What is small is cut from slabs: pages of the pool that hold blocks of one size, without
 *          a head of their own, so that zones lie close together, in huge pages. What is larger
 *          comes from the heap. Some of what is given back is kept: whoever changes a thousand
 *          small zones takes the like again at once.
 * Floor    3; also for whoever has something of each zone, or takes the like again and again.
 * Threads  Any; one lock, taken by writers only.
 */
#pragma once

#include <stddef.h>

enum {
    ZONE_BLOCK_STEP = 8,               /* sizes are rounded up to a multiple of it */
    ZONE_BLOCK_SLAB_MAX = 2040,        /* octets; eight to a slab */
    ZONE_BLOCK_SPARE_OCTETS = 1 << 20, /* of the heap's are kept at most */
};

/* Less than ZONE_PAGE_SIZE octets, not initialised, aligned to 8; given back with the same size. */
void *zone_block_take(size_t size) __attribute__((returns_nonnull));
void zone_block_give(void *block, size_t size);

/* For tests. */
size_t zone_block_spare_octets(void);
