/*
 * Goal    One door: a changeset is published whole or not at all, raises the serial by itself,
 *         wakes listeners, and what nobody reads comes back.
 * Method  A small zone built by hand, a reader of RCU played by the test.
 */
#include "test.h"

#include "change/change.h"
#include "wire/name.h"
#include "wire/rrtype.h"
#include "zone/build.h"
#include "zone/lineage.h"

struct world {
    struct td_hash_seed seed;
    struct td_rcu *rcu;
    struct td_rcu_reader reader;
    struct zone_set *zones;
    struct change_door *door;
    struct change_zone zone;
    struct change_listener listener;
    unsigned told;
    uint32_t told_from;
    uint32_t told_to;
};

static const uint8_t apex[] = "\4test";
static const uint8_t host[] = "\3www\4test";
static const uint8_t outside[] = "\3www\5other";
static const uint8_t address[] = { 192, 0, 2, 1 };
static const uint8_t other_address[] = { 192, 0, 2, 2 };

static void published(void *context, struct change_zone *zone, const struct changeset *changeset)
{
    struct world *world = context;

    CHECK(zone == &world->zone);
    world->told++;
    world->told_from = changeset->serial_from;
    world->told_to = changeset->serial_to;
}

static struct zone_version *build(struct world *world, uint32_t serial)
{
    struct zone_build *build = zone_build_new(apex, &world->seed, NULL);
    struct zone_build_report report;
    struct zone_version *version;
    uint8_t soa[22] = { 0 };
    uint8_t ns[] = "\2ns\4test";

    soa[2] = (uint8_t)(serial >> 24);
    soa[3] = (uint8_t)(serial >> 16);
    soa[4] = (uint8_t)(serial >> 8);
    soa[5] = (uint8_t)serial;
    CHECK_OK(zone_build_add(build, apex, WIRE_TYPE_SOA, 60, soa, sizeof(soa)));
    CHECK_OK(zone_build_add(build, apex, WIRE_TYPE_NS, 60, ns, sizeof(ns)));
    CHECK_OK(zone_build_add(build, host, WIRE_TYPE_A, 60, address, 4));
    CHECK_OK(zone_build_finish(build, &report, &version));
    return version;
}

static void world_init(struct world *world)
{
    memset(world, 0, sizeof(*world));
    world->seed = td_hash_seed_of(7, 8);
    world->rcu = td_rcu_new();
    td_rcu_reader_add(world->rcu, &world->reader);
    world->zones = zone_set_new(&world->seed, world->rcu);
    world->door = change_door_new(world->zones, world->rcu);
    CHECK_OK(zone_set_add(world->zones, apex, &world->zone.entry));
    world->listener = (struct change_listener){ .published = published, .context = world };
    change_listen(world->door, &world->listener);
}

static void world_fini(struct world *world)
{
    td_rcu_reader_remove(&world->reader);
    change_withdraw(world->door, &world->zone, ZONE_STATE_FAILED);
    CHECK_EQ(change_reclaim(world->door), 0);
    change_door_free(world->door);
    td_rcu_reclaim(world->rcu);
    zone_set_free(world->zones);
    td_rcu_free(world->rcu);
}

static void load(struct world *world, uint32_t serial)
{
    struct changeset changeset = { .origin = CHANGE_FILE, .whole = build(world, serial) };
    struct td_diag diag;

    CHECK_OK(change_commit(world->door, &world->zone, &changeset, &diag));
    CHECK(changeset.whole == NULL);
}

static struct zone_version *served(const struct world *world)
{
    return atomic_load(&world->zone.entry->version);
}

static td_err add(struct world *world, const uint8_t *owner, const uint8_t *rdata,
                  struct td_diag *diag)
{
    struct change_record record = {
        .owner = owner, .rdata = rdata, .ttl = 60, .type = WIRE_TYPE_A, .rdata_size = 4
    };
    struct changeset changeset = { .origin = CHANGE_COMMAND, .added = &record, .added_count = 1 };

    return change_commit(world->door, &world->zone, &changeset, diag);
}

TEST(a_change_raises_the_serial_and_is_told)
{
    struct world world;
    struct td_diag diag;

    world_init(&world);
    CHECK_EQ(add(&world, host, address, &diag), TD_E_CONFLICT); /* nothing to change yet */
    load(&world, 41);
    CHECK_EQ(world.told, 1);
    CHECK_EQ(atomic_load(&world.zone.entry->state), ZONE_STATE_SERVED);
    uint64_t generation = zone_set_generation(world.zones);
    CHECK_OK(add(&world, host, other_address, &diag));
    CHECK_EQ(served(&world)->serial, 42);
    CHECK_EQ(world.told, 2);
    CHECK_EQ(world.told_from, 41);
    CHECK_EQ(world.told_to, 42);
    CHECK(zone_set_generation(world.zones) != generation);
    world_fini(&world);
}

TEST(serials_step_over_zero)
{
    struct world world;
    struct td_diag diag;

    world_init(&world);
    load(&world, UINT32_MAX);
    CHECK_OK(add(&world, host, other_address, &diag));
    CHECK_EQ(served(&world)->serial, 1);
    world_fini(&world);
}

TEST(what_is_refused_leaves_the_zone)
{
    struct world world;
    struct td_diag diag;
    struct change_record missing = {
        .owner = host, .rdata = other_address, .type = WIRE_TYPE_A, .rdata_size = 4
    };
    struct changeset removal = { .removed = &missing, .removed_count = 1 };

    world_init(&world);
    load(&world, 5);
    struct zone_version *before = served(&world);
    CHECK_EQ(add(&world, outside, address, &diag), TD_E_INVALID);
    CHECK_STR(diag.text, "www.other. A: the name is not in the zone");
    CHECK_EQ(change_commit(world.door, &world.zone, &removal, &diag), TD_E_NOT_FOUND);
    CHECK_STR(diag.text, "www.test. A: there is no such record");
    CHECK(served(&world) == before);
    CHECK_EQ(world.told, 1);
    world_fini(&world);
}

TEST(readers_keep_what_they_borrowed)
{
    struct world world;
    struct td_diag diag;

    world_init(&world);
    load(&world, 1);
    td_rcu_quiet(&world.reader);
    struct zone_version *borrowed = served(&world);
    CHECK_OK(add(&world, host, other_address, &diag));
    CHECK_EQ(change_reclaim(world.door), 1); /* the reader may still look */
    CHECK_EQ(borrowed->serial, 1);
    td_rcu_quiet(&world.reader);
    CHECK_EQ(change_reclaim(world.door), 0);

    struct zone_version *pinned = served(&world);
    zone_version_pin(pinned);
    load(&world, 9); /* a new lineage: the old one goes with its last pin */
    td_rcu_quiet(&world.reader);
    CHECK_EQ(change_reclaim(world.door), 1);
    CHECK_EQ(pinned->serial, 2);
    zone_version_unpin(pinned);
    CHECK_EQ(change_reclaim(world.door), 0);
    world_fini(&world);
}

TESTS(a_change_raises_the_serial_and_is_told, serials_step_over_zero,
      what_is_refused_leaves_the_zone, readers_keep_what_they_borrowed)
