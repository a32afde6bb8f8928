/*
 * Goal    What was acknowledged is there after a crash at any instant, what was refused is not; a
 *         damaged entry costs itself and nothing else.
 * Method  the real log on simulated disks: many seeds, crashes, failing writes and syncs, a full
 * disk; then every octet of a segment changed in turn.
 */
#include "test.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "io/file.h"
#include "io/sim.h"
#include "store/log.h"

/* All is in one thread: ThreadSanitizer sees nothing here, and takes thirty times as long. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define IS_SLOW 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define IS_SLOW 1
#endif

#ifdef IS_SLOW
enum { DAMAGE_STEP = 13, DAMAGE_STEP_BEHIND = 997 };
#else
enum { DAMAGE_STEP = 1, DAMAGE_STEP_BEHIND = 97 };
#endif

enum { ENTRIES_MAX = 400, PAYLOAD_MAX = 600 };

/* What became of an entry that the test has sent. */
enum fate { FATE_OPEN, FATE_DURABLE, FATE_REFUSED };

struct sent {
    enum fate fate;
    uint64_t sequence;
    uint32_t serial;
    uint8_t zone;
    bool is_first; /* of its batch */
    uint32_t size;
};

struct world {
    struct io_sim *sim;
    struct io_sim_host *host;
    struct store_log *log;
    struct sent sent[ENTRIES_MAX];
    uint32_t sent_count;
    unsigned diags;
    uint64_t random;
    bool is_over;    /* the host has crashed */
    bool wants_stop; /* no batch any more */
    bool is_done;
};

static uint32_t draw(struct world *world, uint32_t below)
{
    world->random = world->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(world->random >> 33) % below;
}

static void count_diag(void *context, const struct td_diag *diag)
{
    struct world *world = context;

    CHECK(diag->text[0] != '\0');
    world->diags++;
}

static td_err open_log(struct world *world)
{
    struct store_log_config config = { .directory = "/state/log",
                                       .segment_size = 16384,
                                       .retry_ms = 50 };
    struct td_diag_sink sink = { .report = count_diag, .context = world };
    struct td_diag diag;

    return store_log_open(io_sim_host_io(world->host), &config, &sink, &world->log, &diag);
}

static void world_init(struct world *world, uint64_t seed)
{
    struct io_sim_options options = { .seed = seed };
    struct td_addr addr;

    memset(world, 0, sizeof(*world));
    world->random = seed * 2 + 1;
    world->sim = io_sim_new(&options);
    CHECK_OK(td_addr_parse("192.0.2.1", 0, &addr));
    CHECK_OK(io_sim_host_new(world->sim, "machine", &addr, 1, &world->host));
    CHECK_OK(open_log(world));
}

static void world_fini(struct world *world)
{
    io_sim_free(world->sim);
}

/* ---- one life of the log ---- */

struct trip {
    struct store_log_batch batch;
    struct store_log_entry entries[8];
    uint8_t payload[8][PAYLOAD_MAX];
    uint32_t first; /* in sent */
    uint32_t count;
    struct io_condition condition;
    struct world *world;
    bool is_done;
};

static const uint8_t zones[3][6] = { "\1a", "\1b", "\1c" };

static void on_done(struct store_log_batch *batch, td_err err, const struct td_diag *diag)
{
    struct trip *trip = td_container_of(batch, struct trip, batch);

    CHECK(err == TD_OK || diag->text[0] != '\0');
    for (uint32_t i = 0; i < trip->count; i++) {
        struct sent *sent = &trip->world->sent[trip->first + i];
        if (!trip->world->is_over) /* else nobody is told any more */
            sent->fate = err == TD_OK ? FATE_DURABLE : FATE_REFUSED;
        sent->sequence = trip->entries[i].sequence;
    }
    trip->is_done = true;
    io_condition_signal(&trip->condition);
}

/* The payload of a serial: so that what comes back can be compared. */
static void fill(uint8_t *payload, uint32_t serial, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        payload[i] = (uint8_t)(serial * 31 + i * 7);
}

static void make_batch(struct world *world, struct trip *trip)
{
    trip->world = world;
    trip->first = world->sent_count;
    trip->count = 1 + draw(world, 4);
    trip->is_done = false;
    trip->batch.first = trip->batch.last = NULL;
    trip->batch.done = on_done;
    for (uint32_t i = 0; i < trip->count; i++) {
        struct sent *sent = &world->sent[world->sent_count++];
        *sent = (struct sent){
            .serial = world->sent_count,
            .zone = (uint8_t)draw(world, 3),
            .is_first = i == 0,
            .size = 1 + draw(world, PAYLOAD_MAX),
        };
        fill(trip->payload[i], sent->serial, sent->size);
        trip->entries[i] = (struct store_log_entry){
            .kind = STORE_LOG_CHANGE,
            .key = zones[sent->zone],
            .key_size = 3,
            .serial_from = sent->serial - 1,
            .serial_to = sent->serial,
            .octets = trip->payload[i],
            .size = sent->size,
        };
        if (trip->batch.last != NULL)
            trip->batch.last->next = &trip->entries[i];
        else
            trip->batch.first = &trip->entries[i];
        trip->batch.last = &trip->entries[i];
    }
}

/* Batch after batch, until there is no room in the test or the host stops. */
static void send_all(struct fiber *fiber, void *argument)
{
    struct world *world = argument;
    struct trip *trip = td_calloc(1, sizeof(*trip));
    struct td_diag diag;

    if (store_log_start(fiber, world->log, &diag) != TD_OK)
        goto out;
    while (world->sent_count + 8 <= ENTRIES_MAX) {
        if (world->wants_stop && store_log_is_refusing(world->log))
            goto out;
        make_batch(world, trip);
        store_log_submit(world->log, &trip->batch);
        while (!trip->is_done)
            if (io_condition_wait(fiber, &trip->condition, IO_FOREVER) != TD_OK)
                goto out;
        if (io_fiber_sleep_ms(fiber, draw(world, 20)) != TD_OK)
            break;
    }
    /* Only then is it said on disk what was refused. */
    while (store_log_is_refusing(world->log) && io_fiber_sleep_ms(fiber, 10) == TD_OK)
        continue;
out:
    store_log_stop(fiber, world->log);
    store_log_batch_fini(&trip->batch);
    store_log_free(world->log);
    world->log = NULL;
    free(trip);
    world->is_done = true;
}

static bool goes_on(void *context)
{
    return !((struct world *)context)->is_done;
}

static void live(struct world *world, uint64_t ms)
{
    world->is_done = false;
    CHECK_OK(io_fiber_spawn(io_sim_host_io(world->host), "test", send_all, world, NULL));
    io_sim_run_while(world->sim, goes_on, world, io_sim_now_ns(world->sim) + ms * IO_NS_PER_MS);
}

/* Until it ends by itself. */
static void live_on(struct world *world)
{
    io_sim_run_while(world->sim, goes_on, world, UINT64_MAX);
}

/* ---- what must be so ---- */

static bool find(const struct world *world, const struct sent *sent, struct td_buf *octets)
{
    size_t count;
    const struct store_log_change *changes =
        store_log_changes(world->log, zones[sent->zone], 3, &count);
    struct td_diag diag;

    for (size_t i = 0; i < count; i++) {
        CHECK(i == 0 || changes[i].sequence > changes[i - 1].sequence);
        if (changes[i].serial_to != sent->serial)
            continue;
        CHECK_OK(store_log_read(world->log, &changes[i], octets, &diag));
        return true;
    }
    return false;
}

static bool is_found(const struct world *world, const struct sent *sent)
{
    struct td_buf octets = { .data = NULL };
    bool is_there = find(world, sent, &octets);

    td_buf_fini(&octets);
    return is_there;
}

/*
 * Returns how many of the durable entries are not there. Of a batch that was torn there may be the
 * beginning, but nothing behind a hole: later entries stand on earlier ones.
 */
static unsigned check(struct world *world)
{
    unsigned lost = 0;
    bool is_behind_hole = false;
    uint8_t want[PAYLOAD_MAX];
    struct td_buf octets = { .data = NULL };

    for (uint32_t i = 0; i < world->sent_count; i++) {
        const struct sent *sent = &world->sent[i];
        td_buf_clear(&octets);
        bool is_there = find(world, sent, &octets);
        if (is_there) {
            fill(want, sent->serial, sent->size);
            CHECK_BYTES(octets.data, octets.size, want, sent->size);
        }
        if (sent->fate == FATE_REFUSED)
            CHECK(!is_there);
        is_behind_hole = is_behind_hole && !sent->is_first;
        CHECK(!is_there || !is_behind_hole || sent->fate == FATE_DURABLE);
        is_behind_hole = is_behind_hole || !is_there;
        lost += sent->fate == FATE_DURABLE && !is_there;
    }
    td_buf_fini(&octets);
    return lost;
}

static void reopen(struct world *world)
{
    CHECK(world->log == NULL);
    CHECK_OK(open_log(world));
}

TEST(what_was_written_is_there_after_a_restart)
{
    struct world world;

    world_init(&world, 1);
    live(&world, 100000);
    CHECK(world.is_done);
    CHECK(world.sent_count > ENTRIES_MAX - 8);
    for (unsigned again = 0; again < 3; again++) {
        reopen(&world);
        CHECK_EQ(check(&world), 0);
        CHECK_EQ(world.diags, 0);
        struct store_log_stats stats;
        store_log_stats(world.log, &stats);
        CHECK_EQ(stats.changes, world.sent_count);
        CHECK(stats.segments > 3);
        CHECK_EQ(stats.sequence, world.sent_count + 1); /* and the mark */
        store_log_free(world.log);
        world.log = NULL;
    }
    world_fini(&world);
}

TEST(a_crash_at_any_instant_loses_nothing_acknowledged)
{
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct world world;
        struct io_sim_disk disk = {
            .sync_ns = seed % 5 == 0 ? 0 : 2 * IO_NS_PER_MS,
            .sync_jitter_ns = seed % 5 == 0 ? 0 : 10 * IO_NS_PER_MS,
            .keep_ppm = seed % 2 == 0 ? 0 : 500000,
            .tear_ppm = seed % 3 == 0 ? 0 : 300000,
        };
        world_init(&world, seed);
        io_sim_disk_set(world.host, &disk);
        for (unsigned lives = 0; lives < 3; lives++) {
            live(&world, 1 + draw(&world, 400));
            world.is_over = true;
            io_sim_host_crash(world.host);
            io_sim_run_while(world.sim, goes_on, &world, UINT64_MAX);
            io_sim_run(world.sim, io_sim_now_ns(world.sim) + IO_NS_PER_S);
            io_sim_host_restart(world.host);
            world.is_over = false;
            reopen(&world);
            CHECK_EQ_WHY(check(&world), 0, "lost");
        }
        store_log_free(world.log);
        world_fini(&world);
    }
}

TEST(what_the_disk_refuses_never_comes_back)
{
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct world world;
        struct io_sim_disk disk = {
            .sync_ns = seed % 3 == 0 ? 0 : IO_NS_PER_MS, /* 0: the main world writes */
            .write_fail_ppm = seed % 2 == 0 ? 30000 : 0,
            .sync_fail_ppm = seed % 2 == 1 ? 30000 : 0,
            .keep_ppm = 500000,
        };
        world_init(&world, seed);
        io_sim_disk_set(world.host, &disk);
        live(&world, 3600000);
        CHECK(world.is_done);
        unsigned refused = 0, durable = 0;
        for (uint32_t i = 0; i < world.sent_count; i++) {
            refused += world.sent[i].fate == FATE_REFUSED;
            durable += world.sent[i].fate == FATE_DURABLE;
        }
        CHECK(refused > 0 && durable > 0); /* and it recovers by itself */
        disk.write_fail_ppm = disk.sync_fail_ppm = 0;
        io_sim_disk_set(world.host, &disk);
        reopen(&world);
        CHECK_EQ(check(&world), 0);
        store_log_free(world.log);
        world_fini(&world);
    }
}

/*
 * A process ends while the disk fails, the next one reads what was never written (the system has it
 * in memory), goes on, and then the power fails.
 */
TEST(what_a_failed_sync_left_in_memory_is_written_before_it_counts)
{
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct world world;
        struct io_sim_disk bad = { .sync_ns = IO_NS_PER_MS, .sync_fail_ppm = IO_SIM_PPM };
        struct io_sim_disk good = { .sync_ns = IO_NS_PER_MS };

        world_init(&world, seed);
        io_sim_disk_set(world.host, &good);
        live(&world, 1 + draw(&world, 200)); /* some are durable; then no more */
        io_sim_disk_set(world.host, &bad);
        world.wants_stop = true;
        live_on(&world);
        io_sim_disk_set(world.host, &good);
        world.wants_stop = false;
        reopen(&world);
        for (uint32_t i = 0; i < world.sent_count; i++) /* what is found now counts for ever */
            world.sent[i].fate = is_found(&world, &world.sent[i]) ? FATE_DURABLE : FATE_REFUSED;
        store_log_free(world.log);
        world.log = NULL;
        world.is_over = true;
        io_sim_host_crash(world.host);
        io_sim_run(world.sim, io_sim_now_ns(world.sim) + IO_NS_PER_S);
        io_sim_host_restart(world.host);
        reopen(&world);
        CHECK_EQ_WHY(check(&world), 0, "lost");
        store_log_free(world.log);
        world_fini(&world);
    }
}

static bool refuses(void *context)
{
    const struct world *world = context;
    return world->log != NULL && store_log_is_refusing(world->log);
}

/*
 * The same, but the disk does not take anything at the start either: what is there is served, and
 * nothing is taken until it has been written.
 */
TEST(what_a_start_cannot_write_is_written_before_anything_else)
{
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct world world;
        struct io_sim_disk bad = { .sync_ns = IO_NS_PER_MS, .sync_fail_ppm = IO_SIM_PPM };
        struct io_sim_disk good = { .sync_ns = IO_NS_PER_MS };

        world_init(&world, seed);
        io_sim_disk_set(world.host, &good);
        live(&world, 30 + draw(&world, 200));
        io_sim_disk_set(world.host, &bad);
        world.wants_stop = true;
        live_on(&world);
        world.wants_stop = false;
        world.diags = 0;
        reopen(&world);
        CHECK(store_log_is_refusing(world.log) && world.diags != 0);
        uint32_t before = world.sent_count;
        for (uint32_t i = 0; i < before; i++)
            world.sent[i].fate = is_found(&world, &world.sent[i]) ? FATE_DURABLE : FATE_REFUSED;
        live(&world, 300); /* what is sent meanwhile is refused */
        CHECK(refuses(&world));
        for (uint32_t i = before; i < world.sent_count; i++)
            CHECK(world.sent[i].fate != FATE_DURABLE);
        io_sim_disk_set(world.host, &good);
        io_sim_run_while(world.sim, refuses, &world, UINT64_MAX);
        io_sim_run_while(world.sim, goes_on, &world, io_sim_now_ns(world.sim) + 1000000);
        world.is_over = true;
        if (!world.is_done) {
            io_sim_host_crash(world.host);
            live_on(&world);
            io_sim_run(world.sim, io_sim_now_ns(world.sim) + IO_NS_PER_S);
            io_sim_host_restart(world.host);
        }
        reopen(&world);
        CHECK(!store_log_is_refusing(world.log));
        CHECK_EQ_WHY(check(&world), 0, "lost");
        store_log_free(world.log);
        world_fini(&world);
    }
}

TEST(a_full_disk_refuses_and_room_ends_that)
{
    struct world world;
    struct io_sim_disk disk = { .capacity = 60 * 1024 };

    world_init(&world, 7);
    io_sim_disk_set(world.host, &disk);
    world.is_done = false;
    CHECK_OK(io_fiber_spawn(io_sim_host_io(world.host), "test", send_all, &world, NULL));
    io_sim_run_while(world.sim, goes_on, &world, io_sim_now_ns(world.sim) + IO_NS_PER_S);
    CHECK(!world.is_done && world.sent_count < ENTRIES_MAX / 2 + 100);
    CHECK(store_log_is_refusing(world.log));
    disk.capacity = 0;
    io_sim_disk_set(world.host, &disk);
    io_sim_run(world.sim, io_sim_now_ns(world.sim) + 200 * (uint64_t)IO_NS_PER_MS);
    CHECK(world.log == NULL || !store_log_is_refusing(world.log));
    io_sim_run_while(world.sim, goes_on, &world, UINT64_MAX);
    reopen(&world);
    CHECK_EQ(check(&world), 0);
    store_log_free(world.log);
    world_fini(&world);
}

static char *path_of(unsigned number)
{
    static char path[40];

    snprintf(path, sizeof(path), "/state/log/%08x.log", number);
    return path;
}

/* Each octet of a segment in turn, one bit of it: what is lost is one entry at most. */
static void damage(struct world *world, unsigned number, unsigned first_bit)
{
    struct io *io = io_sim_host_io(world->host);
    struct td_diag diag;
    char *octets;
    size_t size;
    unsigned bit = first_bit;

    CHECK_OK(io_path_read(io, path_of(number), 1 << 20, &octets, &size, &diag));
    for (size_t at = 0; at < size; at += at < 4000 ? DAMAGE_STEP : DAMAGE_STEP_BEHIND, bit++) {
        octets[at] = (char)(octets[at] ^ 1 << bit % 8);
        CHECK_OK(io_path_replace(NULL, io, path_of(number), octets, size, IO_FILE_PRIVATE, &diag));
        octets[at] = (char)(octets[at] ^ 1 << bit % 8);
        world->diags = 0;
        reopen(world);
        unsigned lost = check(world);
        CHECK(lost <= 1);
        CHECK(lost == 0 || world->diags >= 1);
        store_log_free(world->log);
        world->log = NULL;
    }
    CHECK_OK(io_path_replace(NULL, io, path_of(number), octets, size, IO_FILE_PRIVATE, &diag));
    free(octets);
}

TEST(a_damaged_entry_costs_itself_only)
{
    struct world world;

    world_init(&world, 3);
    live(&world, 100000);
    damage(&world, 2, 0);
    damage(&world, 2, 5);
    world_fini(&world);
}

/* Its last batch was synced: the mark behind it says so. Only the mark itself may be lost. */
TEST(the_last_segment_is_as_safe_after_an_orderly_end)
{
    struct world world;
    struct store_log_stats stats;
    struct td_diag diag;
    char *octets;
    size_t size;
    unsigned number = 1;

    world_init(&world, 11);
    live(&world, 100000);
    struct io *io = io_sim_host_io(world.host);
    while (io_path_read(io, path_of(number + 1), 1 << 20, &octets, &size, &diag) == TD_OK) {
        number++;
        free(octets);
    }
    damage(&world, number, 0);
    damage(&world, number, 3);
    reopen(&world);
    CHECK_EQ(check(&world), 0);
    store_log_stats(world.log, &stats);
    CHECK_EQ(stats.changes, world.sent_count);
    store_log_free(world.log);
    world_fini(&world);
}

/* ---- state, and what is forgotten ---- */

struct put {
    struct store_log_batch batch;
    struct store_log_entry entry;
    bool is_done;
};

static void put_done(struct store_log_batch *batch, td_err err, const struct td_diag *diag)
{
    (void)diag;
    CHECK_OK(err);
    td_container_of(batch, struct put, batch)->is_done = true;
}

static bool is_put(void *context)
{
    return !((struct put *)context)->is_done;
}

static void put(struct world *world, uint8_t kind, const char *key, const char *value)
{
    struct put put = {
        .batch = { .first = &put.entry, .last = &put.entry, .done = put_done },
        .entry = { .kind = kind,
                   .key = key,
                   .key_size = (uint16_t)strlen(key),
                   .octets = value,
                   .size = (uint32_t)strlen(value) },
    };

    store_log_submit(world->log, &put.batch);
    CHECK(io_sim_run_while(world->sim, is_put, &put, UINT64_MAX));
    store_log_batch_fini(&put.batch);
}

static void stop(struct fiber *fiber, void *argument)
{
    struct world *world = argument;

    store_log_stop(fiber, world->log);
    store_log_free(world->log);
    world->log = NULL;
    world->is_done = true;
}

static void close_log(struct world *world)
{
    world->is_done = false;
    CHECK_OK(io_fiber_spawn(io_sim_host_io(world->host), "stop", stop, world, NULL));
    io_sim_run_while(world->sim, goes_on, world, UINT64_MAX);
}

struct seen {
    char text[200];
};

static void see(void *context, const uint8_t *key, size_t key_size, const uint8_t *value,
                size_t value_size)
{
    struct seen *seen = context;
    size_t used = strlen(seen->text);

    snprintf(seen->text + used, sizeof(seen->text) - used, "%.*s=%.*s ", (int)key_size, key,
             (int)value_size, value);
}

static void check_state(struct world *world, const char *want)
{
    struct seen seen = { .text = "" };
    size_t size;
    uint64_t sequence;

    store_log_state_visit(world->log, "k", 1, see, &seen);
    CHECK_STR(seen.text, want);
    CHECK(store_log_state(world->log, "kb", 2, &size, &sequence) == NULL);
}

static void start(struct fiber *fiber, void *argument)
{
    struct world *world = argument;
    struct td_diag diag;

    CHECK_OK(store_log_start(fiber, world->log, &diag));
    world->is_done = true;
}

TEST(the_latest_state_counts)
{
    struct world world;

    world_init(&world, 9);
    CHECK_OK(io_fiber_spawn(io_sim_host_io(world.host), "start", start, &world, NULL));
    io_sim_run_while(world.sim, goes_on, &world, UINT64_MAX);
    put(&world, STORE_LOG_STATE, "kc", "1");
    put(&world, STORE_LOG_STATE, "ka", "1");
    put(&world, STORE_LOG_STATE, "x", "other");
    put(&world, STORE_LOG_STATE, "kb", "1");
    put(&world, STORE_LOG_STATE, "ka", "22");
    put(&world, STORE_LOG_STATE, "kb", "");
    check_state(&world, "ka=22 kc=1 ");
    close_log(&world);
    reopen(&world);
    check_state(&world, "ka=22 kc=1 ");
    store_log_free(world.log);
    world_fini(&world);
}

TEST(what_is_trimmed_gives_its_files_back)
{
    struct world world;
    struct store_log_stats before, after;
    size_t count;

    world_init(&world, 5);
    live(&world, 100000);
    reopen(&world);
    store_log_stats(world.log, &before);
    for (unsigned i = 0; i < 3; i++)
        store_log_trim(world.log, zones[i], 3, world.sent_count - 10);
    store_log_stats(world.log, &after);
    CHECK(after.segments < before.segments && after.segments <= 3);
    CHECK_EQ(after.changes, 11);
    store_log_changes(world.log, zones[0], 3, &count);
    CHECK(count <= 11);
    store_log_free(world.log);
    world.log = NULL;
    reopen(&world); /* what lies in a file that is kept comes back: it is forgotten again */
    store_log_stats(world.log, &after);
    CHECK(after.changes >= 11 && after.changes < before.changes);
    store_log_free(world.log);
    world_fini(&world);
}

TESTS(what_was_written_is_there_after_a_restart, a_crash_at_any_instant_loses_nothing_acknowledged,
      the_last_segment_is_as_safe_after_an_orderly_end, what_the_disk_refuses_never_comes_back,
      a_full_disk_refuses_and_room_ends_that, a_damaged_entry_costs_itself_only,
      what_a_failed_sync_left_in_memory_is_written_before_it_counts,
      what_a_start_cannot_write_is_written_before_anything_else, the_latest_state_counts,
      what_is_trimmed_gives_its_files_back)
