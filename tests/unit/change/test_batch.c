/*
 * Goal    Nothing is seen before it is durable, and what could not be made durable has never been.
 * Method  a log that the test holds back, lets land, or fails.
 */
#include "world.h"

TEST(a_change_raises_the_serial_and_is_told)
{
    struct world world;
    struct waiter waiter;

    world_init(&world);
    world_load(&world, 41);
    CHECK_EQ(world.told, 1);
    CHECK_EQ(atomic_load(&world.zone.entry->state), ZONE_STATE_SERVED);
    uint64_t generation = zone_set_generation(world.zones);
    world_add(&world, host, address2, &waiter);
    CHECK_EQ(waiter.called, 0); /* in this turn, but not before it returns */
    world_turn(&world);
    CHECK_EQ(waiter.called, 1);
    CHECK_OK(waiter.err);
    CHECK_EQ(waiter.wait.serial, 42);
    CHECK_EQ(world_served(&world)->serial, 42);
    CHECK_EQ(world.told, 2);
    CHECK_EQ(world.told_from, 41);
    CHECK_EQ(world.told_to, 42);
    CHECK_EQ(world.told_removed, 1); /* the SOA */
    CHECK_EQ(world.told_added, 2);
    CHECK(zone_set_generation(world.zones) != generation);
    world_fini(&world);
}

TEST(nothing_is_seen_before_it_is_durable)
{
    struct world world;
    struct waiter first, second, third;

    world_init(&world);
    world_load(&world, 1);
    world.lands = false;
    world_add(&world, host, address2, &first);
    world_turn(&world);
    CHECK(world.batch != NULL);
    CHECK_EQ(world_served(&world)->serial, 1);
    CHECK_EQ(addresses_of(world_served(&world), host, NULL), 1);

    /* These are collected meanwhile, and see the first. */
    world_add(&world, host, address3, &second);
    world_add(&world, other, address, &third);
    CHECK_EQ(addresses_of(change_zone_view(&world.zone), host, NULL), 3);
    world_turn(&world);
    CHECK_EQ(first.called + second.called + third.called, 0);

    unsigned batches = world.batches;
    world_land(&world, TD_OK);
    CHECK_EQ(first.called, 1);
    CHECK_EQ(second.called, 0);
    CHECK_EQ(world_served(&world)->serial, 2);
    CHECK_EQ(world.batches, batches + 1); /* both in one */
    world_land(&world, TD_OK);
    CHECK_EQ(second.called, 1);
    CHECK_EQ(third.called, 1);
    CHECK_EQ(second.wait.serial, 3);
    CHECK_EQ(third.wait.serial, 4);
    CHECK_EQ(world_served(&world)->serial, 4);
    CHECK_EQ(addresses_of(world_served(&world), host, NULL), 3);
    CHECK_EQ(world.told, 4);
    world_fini(&world);
}

TEST(what_the_log_refuses_has_never_been)
{
    struct world world;
    struct waiter first, second, third;

    world_init(&world);
    world_load(&world, 1);
    world.lands = false;
    world_add(&world, host, address2, &first);
    world_turn(&world);
    world_add(&world, other, address3, &second); /* on top of it */
    world_land(&world, TD_E_LIMIT);
    CHECK_EQ(first.called, 1);
    CHECK_EQ(first.err, TD_E_LIMIT);
    CHECK_EQ(second.called, 1);
    CHECK_EQ(second.err, TD_E_LIMIT);
    CHECK_EQ(world_served(&world)->serial, 1);
    CHECK_EQ(world.told, 1);
    CHECK(!change_zone_is_busy(&world.zone));

    /* And the zone goes on as if nothing had happened. */
    world.lands = true;
    for (unsigned i = 0; i < 50; i++) {
        uint8_t rdata[4] = { 10, 0, 0, (uint8_t)i };
        world_add(&world, i % 2 == 0 ? host : other, rdata, &third);
        world_turn(&world);
        CHECK_OK(third.err);
        td_rcu_quiet(&world.reader);
        change_reclaim(world.door);
    }
    CHECK_EQ(world_served(&world)->serial, 51);
    CHECK_EQ(addresses_of(world_served(&world), host, NULL), 26);
    CHECK_EQ(addresses_of(world_served(&world), other, NULL), 25);
    world_fini(&world);
}

TEST(a_whole_version_that_fails_is_gone)
{
    struct world world;
    struct waiter waiter;
    struct change_about about = { .origin = CHANGE_FILE };
    struct td_diag diag;

    world_init(&world);
    world_load(&world, 1);
    world.lands = false;
    waiter_init(&waiter);
    CHECK_OK(change_commit_whole(world.door, &world.zone, world_build(&world, 7), NULL, &about,
                                 &waiter.wait, &diag));
    struct zone_version *second = world_build(&world, 8);
    CHECK_EQ(change_commit_whole(world.door, &world.zone, second, NULL, &about, NULL, &diag),
             TD_E_CONFLICT);
    zone_lineage_free(second->lineage);
    world_turn(&world);
    world_land(&world, TD_E_IO);
    CHECK_EQ(waiter.err, TD_E_IO);
    CHECK_EQ(world_served(&world)->serial, 1);
    CHECK(!change_zone_is_busy(&world.zone));
    world_fini(&world);
}

TEST(a_change_stands_on_a_whole_version_of_its_batch)
{
    struct world world;
    struct waiter waiter;
    struct change_about about = { .origin = CHANGE_FILE };
    struct td_diag diag;

    world_init(&world);
    world_load(&world, 1);
    CHECK_OK(change_commit_whole(world.door, &world.zone, world_build(&world, 7), NULL, &about,
                                 NULL, &diag));
    world_add(&world, other, address, &waiter);
    unsigned batches = world.batches;
    world_turn(&world);
    CHECK_EQ(world.batches, batches + 1);
    CHECK_EQ(waiter.wait.serial, 8);
    CHECK_EQ(world_served(&world)->serial, 8);
    td_rcu_quiet(&world.reader);
    CHECK_EQ(change_reclaim(world.door), 0);
    world_fini(&world);
}

TEST(state_goes_with_the_changes)
{
    struct world world;
    struct waiter waiter;

    world_init(&world);
    waiter_init(&waiter);
    change_put_state(world.door, "Zx", 2, "value", 5, &waiter.wait);
    CHECK_EQ(waiter.called, 0);
    world_turn(&world);
    CHECK_EQ(waiter.called, 1);
    CHECK_EQ(world.told, 0);
    world_fini(&world);
}

TEST(readers_keep_what_they_borrowed)
{
    struct world world;
    struct waiter waiter;

    world_init(&world);
    world_load(&world, 1);
    td_rcu_quiet(&world.reader);
    struct zone_version *borrowed = world_served(&world);
    world_add(&world, host, address2, &waiter);
    world_turn(&world);
    CHECK_EQ(change_reclaim(world.door), 1); /* the reader may still look */
    CHECK_EQ(borrowed->serial, 1);
    td_rcu_quiet(&world.reader);
    CHECK_EQ(change_reclaim(world.door), 0);

    struct zone_version *pinned = world_served(&world);
    zone_version_pin(pinned);
    world_load(&world, 9); /* a new lineage: the old one goes with its last pin */
    td_rcu_quiet(&world.reader);
    CHECK_EQ(change_reclaim(world.door), 1);
    CHECK_EQ(pinned->serial, 2);
    zone_version_unpin(pinned);
    CHECK_EQ(change_reclaim(world.door), 0);
    world_fini(&world);
}

static uint32_t versions_of(const struct world *world)
{
    struct zone_lineage_stats stats;

    zone_lineage_stats(world_served(world)->lineage, &stats);
    return stats.versions;
}

/* Nobody has to ask for it: what the next batch needs is what the one before it has left. */
TEST(what_was_replaced_is_given_back_with_a_later_batch)
{
    struct world world;
    struct waiter waiter;

    world_init(&world);
    world_load(&world, 1);
    td_rcu_quiet(&world.reader);
    world_add(&world, host, address2, &waiter);
    world_turn(&world);
    waiter_init(&waiter);
    change_put_state(world.door, "Zx", 2, "value", 5, &waiter.wait);
    world_turn(&world);
    CHECK_EQ(versions_of(&world), 2); /* the reader may still look */
    td_rcu_quiet(&world.reader);
    waiter_init(&waiter);
    change_put_state(world.door, "Zx", 2, "other", 5, &waiter.wait);
    world_turn(&world);
    CHECK_EQ(versions_of(&world), 1);
    CHECK_EQ(change_reclaim(world.door), 0);
    world_fini(&world);
}

TESTS(a_change_raises_the_serial_and_is_told, nothing_is_seen_before_it_is_durable,
      what_the_log_refuses_has_never_been, a_whole_version_that_fails_is_gone,
      a_change_stands_on_a_whole_version_of_its_batch, state_goes_with_the_changes,
      readers_keep_what_they_borrowed, what_was_replaced_is_given_back_with_a_later_batch)
