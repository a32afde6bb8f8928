/*
 * Goal    Chunks are whole and nobody else's; those of small pages are known until they are joined
 * or freed, and joining changes nothing of what they hold. Method  some chunks, taken and given;
 * those of small pages are counted. Whether the system joins pages is its own affair.
 */
#include "unit/test.h"
#include "zone/chunk.h"

enum { COUNT = 10, KEPT = 4 };

static struct zone_chunk *chunks[COUNT];

static uint8_t *inside(struct zone_chunk *chunk)
{
    return (uint8_t *)(chunk + 1);
}

static void take_all(void)
{
    for (unsigned i = 0; i < COUNT; i++) {
        chunks[i] = zone_chunk_take();
        CHECK_EQ((uintptr_t)chunks[i] % ZONE_CHUNK_SIZE, 0);
        memset(inside(chunks[i]), (int)i + 1, ZONE_CHUNK_SIZE - sizeof(struct zone_chunk));
    }
}

static void check_all(void)
{
    for (unsigned i = 0; i < COUNT; i++) {
        CHECK_EQ(*inside(chunks[i]), i + 1);
        CHECK_EQ(((uint8_t *)chunks[i])[ZONE_CHUNK_SIZE - 1], i + 1);
    }
}

static void give_all(void)
{
    for (unsigned i = 0; i < COUNT; i++)
        zone_chunk_give(chunks[i]);
}

TEST(what_is_wanted_at_once_is_small_and_joined_later)
{
    take_all();
    CHECK_EQ(zone_chunks_small_count(), COUNT);
    CHECK(!zone_chunks_join()); /* somebody waits */
    CHECK_EQ(zone_chunks_small_count(), COUNT);
    zone_chunks_calm(true);
    for (unsigned left = COUNT; left > 0; left--) {
        CHECK_EQ(zone_chunks_small_count(), left);
        CHECK(zone_chunks_join());
    }
    CHECK(!zone_chunks_join());
    check_all();
    zone_chunks_calm(false);
    give_all();
    CHECK_EQ(zone_chunks_spare_count(), KEPT);
    CHECK_EQ(zone_chunks_small_count(), 0);
}

TEST(what_nobody_waits_for_is_huge_from_the_first)
{
    zone_chunks_calm(true);
    take_all();
    CHECK_EQ(zone_chunks_small_count(), 0);
    check_all();
    give_all();
    zone_chunks_calm(false);
    for (unsigned i = 0; i <= KEPT; i++)
        chunks[i] = zone_chunk_take_huge();
    CHECK_EQ(zone_chunks_small_count(), 0); /* the last of them is new */
    for (unsigned i = 0; i <= KEPT; i++)
        zone_chunk_give(chunks[i]);
}

TEST(what_is_freed_is_joined_no_more)
{
    take_all(); /* those that are kept are huge */
    CHECK_EQ(zone_chunks_small_count(), COUNT - KEPT);
    give_all(); /* the last few are freed, all of them small */
    CHECK_EQ(zone_chunks_small_count(), 0);
    zone_chunks_trims(true);
    take_all();
    give_all();
    CHECK_EQ(zone_chunks_spare_count(), COUNT);
    CHECK_EQ(zone_chunks_small_count(), COUNT - KEPT);
    while (zone_chunks_trim()) {
    }
    CHECK_EQ(zone_chunks_spare_count(), KEPT);
    CHECK(zone_chunks_small_count() <= KEPT);
    zone_chunks_trims(false);
}

TESTS(what_is_wanted_at_once_is_small_and_joined_later,
      what_nobody_waits_for_is_huge_from_the_first, what_is_freed_is_joined_no_more)
