/*
 * Goal    Pages are used again; what is spare is given back at once, or bit by bit when somebody
 *         says so.
 * Method  as many pages as make some chunks, taken and given; the spare chunks are counted.
 */
#include "unit/test.h"
#include "zone/chunk.h"
#include "zone/pool.h"
#include "zone/version.h"

enum { PAGES = 127 * 10, KEPT = 4 }; /* ten chunks; the pool keeps four */

static uint8_t *pages[PAGES];

static void take_all(void)
{
    for (unsigned i = 0; i < PAGES; i++) {
        pages[i] = zone_pool_take();
        memset(pages[i], (int)i, ZONE_PAGE_SIZE);
    }
    for (unsigned i = 0; i < PAGES; i++)
        CHECK_EQ(pages[i][ZONE_PAGE_SIZE - 1], (uint8_t)i); /* nobody else's */
}

static void give_all(void)
{
    for (unsigned i = 0; i < PAGES; i++)
        zone_pool_give(pages[i]);
}

TEST(a_few_chunks_are_kept)
{
    take_all();
    CHECK_EQ(zone_chunks_spare_count(), 0);
    give_all();
    CHECK_EQ(zone_chunks_spare_count(), KEPT);
    CHECK(!zone_chunks_trim());
}

TEST(a_row_is_a_whole_chunk)
{
    uint8_t *rows[3];

    for (unsigned i = 0; i < 3; i++) {
        rows[i] = zone_pool_take_row();
        memset(rows[i], (int)i, (size_t)ZONE_POOL_ROW_PAGES * ZONE_PAGE_SIZE);
    }
    uint8_t *page = zone_pool_take(); /* of another one */
    memset(page, 9, ZONE_PAGE_SIZE);
    for (unsigned i = 0; i < 3; i++)
        for (unsigned at = 0; at < ZONE_POOL_ROW_PAGES; at++) {
            CHECK_EQ(rows[i][(size_t)at * ZONE_PAGE_SIZE], i);
            zone_pool_give(rows[i] + (size_t)at * ZONE_PAGE_SIZE);
        }
    zone_pool_give(page);
    CHECK_EQ(zone_chunks_spare_count(), KEPT);
}

TEST(who_trims_does_so_one_by_one)
{
    zone_chunks_trims(true);
    take_all();
    give_all();
    uint32_t spare = zone_chunks_spare_count();
    CHECK(spare >= 10);
    take_all(); /* from what is spare */
    CHECK_EQ(zone_chunks_spare_count(), spare - 10);
    give_all();
    for (uint32_t left = spare; left > KEPT; left--) {
        CHECK_EQ(zone_chunks_spare_count(), left);
        CHECK(zone_chunks_trim());
    }
    CHECK(!zone_chunks_trim());
    CHECK_EQ(zone_chunks_spare_count(), KEPT);
    zone_chunks_trims(false);
}

TEST(who_no_longer_trims_leaves_nothing)
{
    zone_chunks_trims(true);
    take_all();
    give_all();
    CHECK(zone_chunks_spare_count() > KEPT);
    zone_chunks_trims(false);
    CHECK_EQ(zone_chunks_spare_count(), KEPT);
    take_all();
    give_all();
    CHECK_EQ(zone_chunks_spare_count(), KEPT);
}

TESTS(a_few_chunks_are_kept, a_row_is_a_whole_chunk, who_trims_does_so_one_by_one,
      who_no_longer_trims_leaves_nothing)
