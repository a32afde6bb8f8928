/*
 * Goal    Small memory is nobody else's, is used again, and goes back to the pool.
 * Method  blocks of all sizes, filled and looked at; many of one size, given back in another order,
 *         while the pool counts its chunks.
 */
#include "unit/test.h"
#include "zone/block.h"
#include "zone/chunk.h"
#include "zone/version.h"

enum { MANY = 40000, SPREAD = 7919 /* a prime: each is met once */ };

static uint8_t *blocks[MANY];

static size_t size_at(unsigned i)
{
    return 1 + i * 13 % (ZONE_PAGE_SIZE - 1);
}

TEST(blocks_of_all_sizes_are_apart)
{
    enum { COUNT = 4000 };

    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < COUNT; i++) {
            blocks[i] = zone_block_take(size_at(i));
            CHECK_EQ((uintptr_t)blocks[i] % ZONE_BLOCK_STEP, 0);
            memset(blocks[i], (int)(i + round), size_at(i));
        }
        for (unsigned i = 0; i < COUNT; i++) {
            CHECK_EQ(blocks[i][0], (uint8_t)(i + round));
            CHECK_EQ(blocks[i][size_at(i) - 1], (uint8_t)(i + round));
            if (i % 3 == round)
                zone_block_give(blocks[i], size_at(i));
        }
        for (unsigned i = round; i < COUNT; i += 3)
            blocks[i] = memset(zone_block_take(size_at(i)), (int)(i + round), size_at(i));
        for (unsigned i = 0; i < COUNT; i++) {
            CHECK_EQ(blocks[i][size_at(i) / 2], (uint8_t)(i + round));
            zone_block_give(blocks[i], size_at(i));
        }
    }
}

#if !defined(__SANITIZE_ADDRESS__) /* which wants to see each that is freed */
static void take_many(size_t size)
{
    for (unsigned i = 0; i < MANY; i++)
        blocks[i] = memset(zone_block_take(size), 0xFF, size);
}

static void give_many(size_t size)
{
    for (unsigned i = 0; i < MANY; i++)
        zone_block_give(blocks[(uint64_t)i * SPREAD % MANY], size);
}

static void swap(const void **a, const void **b)
{
    const void *kept = *a;

    *a = *b;
    *b = kept;
}

TEST(small_ones_lie_close)
{
    enum { SIZE = 184, IN_SLAB = (ZONE_PAGE_SIZE - 32) / SIZE };
    static const void *slabs[MANY];
    unsigned count = 0;

    take_many(SIZE);
    for (unsigned i = 0; i < MANY; i++) {
        const void *slab = (const void *)((uintptr_t)blocks[i] & ~(uintptr_t)(ZONE_PAGE_SIZE - 1));
        unsigned at = count;
        while (at > 0 && slabs[at - 1] != slab)
            at--;
        if (at == 0)
            slabs[count++] = slab;
        else
            swap(&slabs[at - 1], &slabs[count - 1]); /* the next is there, too */
    }
    CHECK(count <= MANY / IN_SLAB + 2);
    give_many(SIZE);
}

TEST(small_ones_go_back_to_the_pool)
{
    for (unsigned round = 0; round < 3; round++) {
        for (size_t size = 200; size <= 1000; size += 400) { /* one size has what another left */
            take_many(size);
            CHECK(zone_chunks_spare_count() <= 4);
            give_many(size);
        }
        CHECK(zone_chunks_spare_count() >= 3);
    }
}

TEST(large_ones_are_kept_up_to_a_limit)
{
    enum { SIZE = 5000, COUNT = 3 * ZONE_BLOCK_SPARE_OCTETS / SIZE };

    for (unsigned i = 0; i < COUNT; i++)
        blocks[i] = zone_block_take(SIZE - i % 64);
    for (unsigned i = 0; i < COUNT; i++) {
        zone_block_give(blocks[i], SIZE - i % 64);
        CHECK(zone_block_spare_octets() <= ZONE_BLOCK_SPARE_OCTETS);
    }
    CHECK(zone_block_spare_octets() > ZONE_BLOCK_SPARE_OCTETS / 2);
    void *last = blocks[COUNT - 1];
    CHECK(zone_block_take(SIZE - (COUNT - 1) % 64) == last); /* the one that is near */
    zone_block_give(last, SIZE - (COUNT - 1) % 64);
    CHECK(zone_block_take(1) != last);
}

TEST(the_last_is_taken_first)
{
    take_many(300);
    for (unsigned i = 0; i < MANY; i += 100)
        zone_block_give(blocks[i], 300);
    for (unsigned i = 0; i < MANY; i += 100)
        CHECK(zone_block_take(300) == blocks[MANY - 100 - i]);
    give_many(300);
}

TESTS(blocks_of_all_sizes_are_apart, small_ones_lie_close, small_ones_go_back_to_the_pool,
      large_ones_are_kept_up_to_a_limit, the_last_is_taken_first)
#else
TESTS(blocks_of_all_sizes_are_apart)
#endif
