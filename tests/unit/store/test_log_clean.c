/*
 * Goal    However rarely most zones change, the log takes no more room than twice what counts and a
 *         slack; and moving what counts loses nothing, whenever the machine stops or the disk
 *         fails.
 * Method  on simulated disks two zones with much to forget, others that change rarely, and keys
 *         that are set and removed, beside a model; crashes, and writes and syncs that fail.
 */
#include "test.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "io/file.h"
#include "io/sim.h"
#include "store/log.h"

enum {
    KEYS = 40,
    ZONES = 30, /* the last two are busy in turn */
    BUSY = ZONES - 2,
    RARE_MAX = 4, /* changes of any other */
    BUSY_KEPT = 60,
    PAYLOAD = 500,
    SEGMENT = 16384,
    SLACK = 32768,
};

/* One entry at a time. */
struct put {
    struct store_log_batch batch;
    struct store_log_entry entry;
    struct io_condition condition;
    uint8_t key[8];
    uint8_t payload[PAYLOAD];
    bool is_done;
    td_err err;
};

struct world {
    struct io_sim *sim;
    struct io_sim_host *host;
    struct store_log *log;
    uint64_t random;
    uint32_t value[KEYS]; /* 0: there is none */
    uint32_t count[ZONES];
    uint32_t next_value;
    uint32_t busy; /* zone */
    /* What is on its way: it may be there after a crash, or not. */
    int key_open;
    int zone_open;
    uint32_t value_open;
    struct put put;
    uint32_t puts_left;
    bool is_done;
    bool may_fail;
    uint64_t most; /* segments at a time */
};

static uint32_t draw(struct world *world, uint32_t below)
{
    world->random = world->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(world->random >> 33) % below;
}

static void no_diag(void *context, const struct td_diag *diag)
{
    (void)context;
    CHECK(strstr(diag->text, "damaged") == NULL);
}

static void open_log(struct world *world)
{
    struct store_log_config config = {
        .directory = "/state/log", .segment_size = SEGMENT, .retry_ms = 50, .slack = SLACK
    };
    struct td_diag_sink sink = { .report = no_diag };
    struct td_diag diag;

    CHECK_OK(store_log_open(io_sim_host_io(world->host), &config, &sink, &world->log, &diag));
}

static void fill(uint8_t *payload, uint32_t zone, uint32_t serial)
{
    for (uint32_t i = 0; i < PAYLOAD; i++)
        payload[i] = (uint8_t)(zone * 7 + serial * 31 + i * 3);
}

/* ---- what is done ---- */

static void forget(struct world *world)
{
    uint8_t key = (uint8_t)world->busy;
    size_t count;
    const struct store_log_change *changes = store_log_changes(world->log, &key, 1, &count);

    if (count > BUSY_KEPT)
        store_log_trim(world->log, &key, 1, changes[count - BUSY_KEPT].sequence);
}

static void settle(struct world *world, bool is_there)
{
    if (is_there && world->key_open >= 0)
        world->value[world->key_open] = world->value_open;
    if (is_there && world->zone_open >= 0)
        world->count[world->zone_open]++;
    world->key_open = world->zone_open = -1;
}

static void on_done(struct store_log_batch *batch, td_err err, const struct td_diag *diag)
{
    struct put *put = td_container_of(batch, struct put, batch);

    (void)diag;
    put->is_done = true;
    put->err = err;
    io_condition_signal(&put->condition);
}

static void put_key(struct world *world, bool is_removal)
{
    struct put *put = &world->put;
    int key = (int)draw(world, KEYS);

    world->key_open = key;
    world->value_open = is_removal ? 0 : ++world->next_value;
    snprintf((char *)put->key, sizeof(put->key), "k%02d", key);
    put->entry = (struct store_log_entry){ .kind = STORE_LOG_STATE,
                                           .key = put->key,
                                           .key_size = 3,
                                           .octets = &world->value_open,
                                           .size = is_removal ? 0 : 4 };
}

static void put_change(struct world *world, uint32_t zone)
{
    struct put *put = &world->put;
    uint32_t serial = world->count[zone] + 1;

    world->zone_open = (int)zone;
    put->key[0] = (uint8_t)zone;
    fill(put->payload, zone, serial);
    put->entry = (struct store_log_entry){ .kind = STORE_LOG_CHANGE,
                                           .key = put->key,
                                           .key_size = 1,
                                           .serial_from = serial - 1,
                                           .serial_to = serial,
                                           .octets = put->payload,
                                           .size = PAYLOAD };
}

static void draw_put(struct world *world)
{
    uint32_t chance = draw(world, 100);
    uint32_t zone = draw(world, BUSY);

    if (chance < 40)
        put_key(world, chance < 15);
    else if (chance < 45 && world->count[zone] < RARE_MAX)
        put_change(world, zone);
    else
        put_change(world, world->busy);
    if (draw(world, 150) == 0)
        world->busy = BUSY + draw(world, ZONES - BUSY);
    world->put.batch.first = world->put.batch.last = &world->put.entry;
    world->put.batch.done = on_done;
    world->put.is_done = false;
}

static void watch(struct world *world)
{
    struct store_log_stats stats;

    store_log_stats(world->log, &stats);
    if (stats.segments > world->most)
        world->most = stats.segments;
}

static void work(struct fiber *fiber, void *argument)
{
    struct world *world = argument;
    struct td_diag diag;

    if (store_log_start(fiber, world->log, &diag) != TD_OK)
        goto out;
    for (; world->puts_left > 0; world->puts_left--) {
        draw_put(world);
        store_log_submit(world->log, &world->put.batch);
        while (!world->put.is_done)
            if (io_condition_wait(fiber, &world->put.condition, IO_FOREVER) != TD_OK)
                goto out;
        CHECK(world->put.err == TD_OK || world->may_fail);
        settle(world, world->put.err == TD_OK);
        forget(world);
        watch(world);
        if (io_fiber_sleep_ms(fiber, draw(world, 15)) != TD_OK)
            goto out;
    }
    if (io_fiber_sleep_ms(fiber, 3000) == TD_OK) { /* what is left to be moved is */
        struct store_log_stats stats;
        store_log_stats(world->log, &stats);
        CHECK(stats.octets <= 2 * stats.live_octets + SLACK + SEGMENT || world->may_fail);
    }
out:
    store_log_stop(fiber, world->log);
    store_log_batch_fini(&world->put.batch);
    world->put.batch = (struct store_log_batch){ .first = NULL };
    store_log_free(world->log);
    world->log = NULL;
    world->is_done = true;
}

/* ---- what must be so ---- */

static void check_keys(struct world *world)
{
    for (int i = 0; i < KEYS; i++) {
        char key[8];
        size_t size = 0;
        uint64_t sequence;
        uint32_t value = 0;
        snprintf(key, sizeof(key), "k%02d", i);
        const uint8_t *found = store_log_state(world->log, key, 3, &size, &sequence);
        if (found != NULL)
            memcpy(&value, found, sizeof(value));
        if (i == world->key_open && value == world->value_open)
            world->value[i] = value;
        CHECK_EQ(value, world->value[i]);
    }
}

static void check_zone(struct world *world, uint32_t zone)
{
    uint8_t key = (uint8_t)zone, want[PAYLOAD];
    struct td_buf octets = { .data = NULL };
    struct td_diag diag;
    size_t count;
    const struct store_log_change *changes = store_log_changes(world->log, &key, 1, &count);
    uint32_t newest = count == 0 ? 0 : changes[count - 1].serial_to;

    if ((int)zone == world->zone_open && newest == world->count[zone] + 1)
        world->count[zone] = newest;
    CHECK_EQ(newest, world->count[zone]);
    CHECK(count >= (newest < BUSY_KEPT ? newest : BUSY_KEPT));
    for (size_t i = 0; i < count; i++) {
        CHECK_EQ(changes[i].serial_to, newest - (count - 1 - i));
        td_buf_clear(&octets);
        CHECK_OK(store_log_read(world->log, &changes[i], &octets, &diag));
        fill(want, zone, changes[i].serial_to);
        CHECK_BYTES(octets.data, octets.size, want, sizeof(want));
    }
    td_buf_fini(&octets);
}

static void reopen(struct world *world)
{
    open_log(world);
    check_keys(world);
    for (uint32_t zone = 0; zone < ZONES; zone++)
        check_zone(world, zone);
    world->key_open = world->zone_open = -1;
}

static bool goes_on(void *context)
{
    return !((struct world *)context)->is_done;
}

static void begin(struct world *world, uint32_t puts)
{
    world->puts_left = puts;
    world->is_done = false;
    CHECK_OK(io_fiber_spawn(io_sim_host_io(world->host), "test", work, world, NULL));
}

static void world_init(struct world *world, uint64_t seed)
{
    struct io_sim_options options = { .seed = seed };
    struct td_addr addr;

    memset(world, 0, sizeof(*world));
    world->random = seed * 2 + 1;
    world->busy = BUSY;
    world->key_open = world->zone_open = -1;
    world->sim = io_sim_new(&options);
    CHECK_OK(td_addr_parse("192.0.2.1", 0, &addr));
    CHECK_OK(io_sim_host_new(world->sim, "machine", &addr, 1, &world->host));
    open_log(world);
}

static void world_fini(struct world *world)
{
    store_log_free(world->log);
    io_sim_free(world->sim);
}

TEST(a_log_takes_no_more_than_twice_what_counts_and_a_slack)
{
    struct world world;

    world_init(&world, 1);
    for (unsigned life = 0; life < 4; life++) {
        begin(&world, 4000);
        io_sim_run_while(world.sim, goes_on, &world, UINT64_MAX);
        reopen(&world);
    }
    /* Of about 600 octets: more than two hundred segments. */
    CHECK(world.count[BUSY] + world.count[BUSY + 1] > 7000);
    CHECK(world.most < 50);
    world_fini(&world);
}

TEST(a_crash_at_any_instant_loses_nothing_that_is_moved)
{
    for (uint64_t seed = 1; seed <= 150; seed++) {
        struct world world;
        struct io_sim_disk disk = {
            .sync_ns = seed % 5 == 0 ? 0 : 2 * IO_NS_PER_MS,
            .sync_jitter_ns = seed % 5 == 0 ? 0 : 10 * IO_NS_PER_MS,
            .keep_ppm = seed % 2 == 0 ? 0 : 500000,
            .tear_ppm = seed % 3 == 0 ? 0 : 300000,
        };
        world_init(&world, seed);
        io_sim_disk_set(world.host, &disk);
        for (unsigned lives = 0; lives < 6; lives++) {
            begin(&world, 100000);
            uint64_t until_ns =
                io_sim_now_ns(world.sim) + (1 + draw(&world, 4000)) * (uint64_t)IO_NS_PER_MS;
            io_sim_run_while(world.sim, goes_on, &world, until_ns);
            io_sim_host_crash(world.host);
            io_sim_run_while(world.sim, goes_on, &world, UINT64_MAX);
            io_sim_run(world.sim, io_sim_now_ns(world.sim) + IO_NS_PER_S);
            io_sim_host_restart(world.host);
            reopen(&world);
        }
        world_fini(&world);
    }
}

TEST(a_disk_that_fails_loses_nothing_that_is_moved)
{
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct world world;
        struct io_sim_disk disk = {
            .sync_ns = seed % 3 == 0 ? 0 : IO_NS_PER_MS,
            .write_fail_ppm = seed % 2 == 0 ? 20000 : 0,
            .sync_fail_ppm = seed % 2 == 1 ? 20000 : 0,
            .read_fail_ppm = seed % 4 == 0 ? 20000 : 0,
            .keep_ppm = 500000,
        };
        world_init(&world, seed);
        world.may_fail = true;
        io_sim_disk_set(world.host, &disk);
        begin(&world, 1000);
        io_sim_run_while(world.sim, goes_on, &world, UINT64_MAX);
        disk.write_fail_ppm = disk.sync_fail_ppm = disk.read_fail_ppm = 0;
        io_sim_disk_set(world.host, &disk);
        reopen(&world);
        world_fini(&world);
    }
}

TESTS(a_log_takes_no_more_than_twice_what_counts_and_a_slack,
      a_crash_at_any_instant_loses_nothing_that_is_moved,
      a_disk_that_fails_loses_nothing_that_is_moved)
