/*
 * zone/pool.h - pages of 16 KiB, cut from huge pages.
 *
 * Shape    Chunks of 2 MiB, aligned and advised to be huge; the first page of a chunk is its
 *          header. A chunk whose pages are all free is spare: a few are kept for the next
 *          taker, the rest is given back. Much memory given back at once can stop a whole machine
 *          for some time (a host that takes it from its guest), so whoever has the time may do it
 *          bit by bit instead.
 * Floor    3. For other directories only zone_pool_trim and zone_pool_trims.
 * Threads  Any; one lock, taken by writers only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ZONE_POOL_ROW_PAGES = 127 }; /* of a chunk */

/* One page of ZONE_PAGE_SIZE octets, not initialised. */
uint8_t *zone_pool_take(void);
void zone_pool_give(uint8_t *page);

/* All pages of a chunk, in a row; they are given back one by one. */
uint8_t *zone_pool_take_row(void);

/*
 * From now on somebody calls zone_pool_trim again and again, and spare chunks wait for that; or no
 * longer, and what is too much is given back at once.
 */
void zone_pool_trims(bool trims);

/* Give back one chunk (2 MiB) if more than a few are spare; was there one? */
bool zone_pool_trim(void);

/* For tests. */
uint32_t zone_pool_spare_count(void);
