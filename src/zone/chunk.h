/*
 * zone/chunk.h - memory in chunks of 2 MiB.
 *
 * Shape    A chunk is aligned to its size. Its head is the room's own; the rest is its taker's.
 *          What is given back is spare: a few chunks are kept for the next taker, the others are
 *          freed. Much memory freed at once can stop a whole machine for some time (a host that
 *          takes it from its guest), so whoever has the time may do it bit by bit instead.
 *          While somebody waits for what is being loaded, a chunk is made of small pages, which
 *          the system mostly has at hand; later it is joined to a huge one, which is better for
 *          those who ask. Where nobody waits it is huge from the first.
 * Floor    3. For other directories only what is said to be theirs.
 * Threads  Any; one lock, taken by writers only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ZONE_CHUNK_SIZE = 2 << 20 };

struct zone_chunk {
    struct zone_chunk *next; /* spare ones */
    uint32_t small_at;       /* 1 + its place among those of small pages; 0: it is huge */
    uint32_t unused;
};

/* ZONE_CHUNK_SIZE octets, not initialised but for their head. */
struct zone_chunk *zone_chunk_take(void);
/* The same for who writes it as a whole at once: that is faster in a huge page. */
struct zone_chunk *zone_chunk_take_huge(void);
void zone_chunk_give(struct zone_chunk *chunk);

/* ---- for whoever runs a server ---- */

/*
 * From now on somebody calls zone_chunks_trim again and again, and spare chunks wait for that; or
 * no longer, and what is too much is freed at once.
 */
void zone_chunks_trims(bool trims);

/* Free one chunk if more than a few are spare; was there one? */
bool zone_chunks_trim(void);

/* From now on nobody waits for what is loaded; or somebody does, as at first. */
void zone_chunks_calm(bool is_calm);

/*
 * Join the small pages of one chunk, if nobody waits; was there one? Who reads there meanwhile is
 * held up for as long as 2 MiB are copied.
 */
bool zone_chunks_join(void);

/* For tests. */
uint32_t zone_chunks_spare_count(void);
uint32_t zone_chunks_small_count(void);
