/*
 * zone/pool.h - pages of 16 KiB.
 *
 * Shape    Cut from chunks (zone/chunk.h); the first page of a chunk is its header. A chunk whose
 *          pages are all free is given back.
 * Floor    3. Not for other directories.
 * Threads  Any; one lock, taken by writers only.
 */
#pragma once

#include <stdint.h>

enum { ZONE_POOL_ROW_PAGES = 127 }; /* of a chunk */

/* One page of ZONE_PAGE_SIZE octets, not initialised. */
uint8_t *zone_pool_take(void);
void zone_pool_give(uint8_t *page);

/* All pages of a chunk, in a row; they are given back one by one. */
uint8_t *zone_pool_take_row(void);
