/*
 * A small zone behind a door, in a simulated world, with a log that the test lets land or fail.
 */
#pragma once

#include "unit/test.h"

#include "base/writer.h"
#include "change/draft.h"
#include "io/sim.h"
#include "store/log.h"
#include "wire/name.h"
#include "wire/rrtype.h"
#include "zone/build.h"
#include "zone/lineage.h"

struct world {
    struct io_sim *sim;
    struct io *io;
    struct td_hash_seed seed;
    struct td_rcu *rcu;
    struct td_rcu_reader reader;
    struct zone_set *zones;
    struct change_door *door;
    struct change_zone zone;
    struct change_listener listener;
    struct store_log_batch *batch; /* with the log; NULL: none */
    bool lands;                    /* by itself, at once */
    unsigned batches;
    unsigned told;
    uint32_t told_from;
    uint32_t told_to;
    uint32_t told_removed;
    uint32_t told_added;
};

/* Waits, and says how it ended. */
struct waiter {
    struct change_wait wait;
    unsigned called;
    td_err err;
};

static const uint8_t apex[] = "\4test";
static const uint8_t host[] = "\3www\4test";
static const uint8_t other[] = "\5other\4test";
static const uint8_t outside[] = "\3www\7outside";
static const uint8_t address[] = { 192, 0, 2, 1 };
static const uint8_t address2[] = { 192, 0, 2, 2 };
static const uint8_t address3[] = { 192, 0, 2, 3 };

static inline void world_turn(struct world *world)
{
    io_sim_run(world->sim, io_sim_now_ns(world->sim) + IO_NS_PER_MS);
}

static inline void world_land(struct world *world, td_err err)
{
    struct td_diag diag = { .text = "the disk is full" };
    struct store_log_batch *batch = world->batch;

    CHECK(batch != NULL);
    world->batch = NULL;
    batch->done(batch, err, err == TD_OK ? NULL : &diag);
    world_turn(world);
}

static inline void world_submit(void *context, struct store_log_batch *batch)
{
    struct world *world = context;

    CHECK(world->batch == NULL);
    world->batches++;
    world->batch = batch;
    for (struct store_log_entry *entry = batch->first; entry != NULL; entry = entry->next)
        CHECK(entry->size != 0 || entry->kind == STORE_LOG_STATE);
    if (world->lands) {
        world->batch = NULL;
        batch->done(batch, TD_OK, NULL);
    }
}

static inline void world_published(void *context, struct change_zone *zone,
                                   const struct changeset *changeset)
{
    struct world *world = context;

    CHECK(zone == &world->zone);
    world->told++;
    world->told_from = changeset->serial_from;
    world->told_to = changeset->serial_to;
    world->told_removed = changeset->removed_count;
    world->told_added = changeset->added_count;
}

static inline void world_init(struct world *world)
{
    struct io_sim_options options = { .seed = 1 };
    struct io_sim_host *machine;
    struct td_addr addr;

    memset(world, 0, sizeof(*world));
    world->sim = io_sim_new(&options);
    CHECK_OK(td_addr_parse("192.0.2.53", 0, &addr));
    CHECK_OK(io_sim_host_new(world->sim, "machine", &addr, 1, &machine));
    world->io = io_sim_host_io(machine);
    world->seed = td_hash_seed_of(7, 8);
    world->rcu = td_rcu_new();
    td_rcu_reader_add(world->rcu, &world->reader);
    world->zones = zone_set_new(&world->seed, world->rcu);
    world->lands = true;
    struct change_log log = { .submit = world_submit, .context = world };
    world->door = change_door_new(world->io, world->zones, world->rcu, &log);
    CHECK_OK(zone_set_add(world->zones, apex, &world->zone.entry));
    world->listener = (struct change_listener){ .published = world_published, .context = world };
    change_listen(world->door, &world->listener);
}

static inline void world_fini(struct world *world)
{
    td_rcu_reader_remove(&world->reader);
    change_withdraw(world->door, &world->zone, ZONE_STATE_FAILED);
    CHECK_EQ(change_reclaim(world->door), 0);
    change_door_free(world->door);
    td_rcu_reclaim(world->rcu);
    zone_set_free(world->zones);
    td_rcu_free(world->rcu);
    io_sim_free(world->sim);
}

static inline void soa_of(uint32_t serial, uint8_t soa[22])
{
    memset(soa, 0, 22);
    td_put_u32(soa + 2, serial);
}

static inline struct zone_version *world_build(struct world *world, uint32_t serial)
{
    struct zone_build *build = zone_build_new(apex, &world->seed, NULL);
    struct zone_build_report report;
    struct zone_version *version;
    uint8_t soa[22];
    uint8_t ns[] = "\2ns\4test";

    soa_of(serial, soa);
    CHECK_OK(zone_build_add(build, apex, WIRE_TYPE_SOA, 60, soa, sizeof(soa)));
    CHECK_OK(zone_build_add(build, apex, WIRE_TYPE_NS, 60, ns, sizeof(ns)));
    CHECK_OK(zone_build_add(build, ns, WIRE_TYPE_A, 60, address, 4));
    CHECK_OK(zone_build_add(build, host, WIRE_TYPE_A, 60, address, 4));
    CHECK_OK(zone_build_finish(build, &report, &version));
    return version;
}

static inline void world_load(struct world *world, uint32_t serial)
{
    struct change_about about = { .origin = CHANGE_FILE };
    struct td_diag diag;

    CHECK_OK(change_commit_whole(world->door, &world->zone, world_build(world, serial), NULL,
                                 &about, NULL, &diag));
    world_turn(world);
}

static inline struct zone_version *world_served(const struct world *world)
{
    return atomic_load(&world->zone.entry->version);
}

static inline void waiter_done(struct change_wait *wait, td_err err, const struct td_diag *diag)
{
    struct waiter *waiter = td_container_of(wait, struct waiter, wait);

    CHECK(err == TD_OK || diag->text[0] != '\0');
    waiter->called++;
    waiter->err = err;
}

static inline void waiter_init(struct waiter *waiter)
{
    *waiter = (struct waiter){ .wait = { .done = waiter_done } };
}

static inline struct change_draft *world_draft(struct world *world)
{
    struct change_draft *draft;
    struct td_diag diag;

    CHECK_OK(change_draft_begin(world->door, &world->zone, CHANGE_COMMAND, &draft, &diag));
    return draft;
}

static inline td_err world_commit(struct change_draft *draft, enum change_origin origin,
                                  struct waiter *waiter, struct td_diag *diag)
{
    struct change_about about = { .origin = origin, .author = "somebody" };

    waiter_init(waiter);
    return change_draft_commit(draft, &about, &waiter->wait, diag);
}

/* Add an address in a change of its own. */
static inline void world_add(struct world *world, const uint8_t *owner, const uint8_t *rdata,
                             struct waiter *waiter)
{
    struct change_draft *draft = world_draft(world);
    struct td_diag diag;

    CHECK_OK(change_draft_add(draft, owner, WIRE_TYPE_A, 60, rdata, 4));
    CHECK_OK(world_commit(draft, CHANGE_UPDATE, waiter, &diag));
}

/* How many addresses a name has in a version; their TTL in *ret_ttl, which may be NULL. */
static inline unsigned addresses_of(const struct zone_version *version, const uint8_t *owner,
                                    uint32_t *ret_ttl)
{
    struct wire_key key;

    wire_key_make(&key, zone_version_seed(version), owner);
    const struct zone_node *node = zone_find_exact(version, &key, 0);
    const struct wire_rrset *set = node == NULL ? NULL : zone_node_set(version, node, WIRE_TYPE_A);
    if (set != NULL && ret_ttl != NULL)
        *ret_ttl = set->ttl;
    return set == NULL ? 0 : set->count;
}
