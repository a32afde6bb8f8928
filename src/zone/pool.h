/*
 * zone/pool.h - pages of 16 KiB, cut from huge pages.
 *
 * Shape    Chunks of 2 MiB, aligned and advised to be huge; the first page of a chunk is its
 *          header. A chunk whose pages are all free is given back.
 * Floor    3. Not for other directories.
 * Threads  Any; one lock, taken by writers only.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* One page of ZONE_PAGE_SIZE octets, not initialised. */
uint8_t *zone_pool_take(void);
void zone_pool_give(uint8_t *page);
