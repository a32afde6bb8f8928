/*
 * Goal    what a scenario does to a simulated world and learns of it: clocks that drift, datagrams
 *         that are cut or changed on their way, what a host has open, and when it syncs.
 * Method  small programs of fibers on simulated hosts.
 */
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "io/ops.h"
#include "io/sim.h"
#include "io/udp.h"
#include "unit/io/world.h"

enum { SIZE = 1000, MTU = 600, DRIFT_PPM = 10000, DRIFT_S = 100 };

static struct io_sim *sim;
static struct io_sim_host *a, *b;
static struct td_addr addr_a, addr_b;

static void start(const struct io_sim_link *link)
{
    struct io_sim_options options = { .seed = 7, .link = *link };

    setenv("CMOCKA_TEST_ABORT", "1", 1);
    sim = io_sim_new(&options);
    addr_a = world_addr("192.0.2.1", 0);
    addr_b = world_addr("192.0.2.2", 0);
    CHECK_OK(io_sim_host_new(sim, "a", &addr_a, 1, &a));
    CHECK_OK(io_sim_host_new(sim, "b", &addr_b, 1, &b));
}

static void spawn(struct io_sim_host *host, io_fiber_entry *entry)
{
    CHECK_OK(io_fiber_spawn(io_sim_host_io(host), "test", entry, NULL, NULL));
}

static void run_all(void)
{
    CHECK(!io_sim_run(sim, IO_FOREVER));
    io_sim_free(sim);
}

/* ---- clocks ---- */

static uint64_t slept_until_ns, wall_before_ns, wall_after_ns;

static void sleeper(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io *io = io_fiber_io(fiber);

    wall_before_ns = io_wall_ns(io);
    CHECK_OK(io_fiber_sleep_ms(fiber, (uint64_t)DRIFT_S * 1000));
    wall_after_ns = io_wall_ns(io);
    slept_until_ns = io_sim_now_ns(sim);
}

/* Returns how long a sleep of DRIFT_S is in the time of the world. */
static uint64_t sleep_with(int32_t ppm)
{
    struct io_sim_link link = { .latency_ns = 1 };

    start(&link);
    uint64_t began_ns = io_sim_now_ns(sim);
    io_sim_clock_drift(a, ppm);
    spawn(a, sleeper);
    CHECK(!io_sim_run(sim, IO_FOREVER));
    io_sim_free(sim);
    CHECK_EQ(wall_after_ns - wall_before_ns, (uint64_t)DRIFT_S * IO_NS_PER_S);
    return slept_until_ns - began_ns;
}

TEST(clocks_drift)
{
    uint64_t s = (uint64_t)DRIFT_S * IO_NS_PER_S;

    CHECK_EQ(sleep_with(0), s);
    uint64_t fast = sleep_with(DRIFT_PPM), slow = sleep_with(-DRIFT_PPM);
    CHECK(fast > s - s / 100 && fast < s - s / 110);
    CHECK(slow < s + s / 98 && slow > s + s / 100);
}

/* A clock that changes its rate goes on from what it shows. */
TEST(a_clock_never_jumps)
{
    struct io_sim_link link = { .latency_ns = 1 };
    uint64_t before_ns = 0;

    start(&link);
    for (int32_t ppm = -DRIFT_PPM; ppm <= DRIFT_PPM; ppm += DRIFT_PPM / 4) {
        uint64_t now_ns = io_clock_read_ns(io_sim_host_io(a));
        CHECK(now_ns >= before_ns);
        before_ns = now_ns;
        io_sim_clock_drift(a, ppm);
        CHECK_EQ(io_clock_read_ns(io_sim_host_io(a)), now_ns);
        spawn(a, sleeper);
        CHECK(!io_sim_run(sim, IO_FOREVER));
    }
    io_sim_free(sim);
}

/* ---- datagrams ---- */

static size_t arrived_size;
static uint8_t arrived_first;
static struct io_sim_usage usage_b;

static void receiver(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io *io = io_fiber_io(fiber);
    struct td_addr local = addr_b;
    struct io_udp_client *client;
    uint8_t octets[SIZE];

    local.port = 53;
    CHECK_OK(io_udp_client_open(io, &local, NULL, &client, NULL));
    usage_b = io_sim_usage_of(b);
    arrived_size = 0;
    if (io_udp_client_receive(fiber, client, io_deadline_ms(io, 1000), octets, sizeof(octets),
                              &arrived_size, NULL) == TD_OK)
        arrived_first = octets[0];
    io_udp_client_close(client);
}

static void sender(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct td_addr to = addr_b;
    struct io_udp_client *client;
    uint8_t octets[SIZE] = { 1 };

    to.port = 53;
    CHECK_OK(io_udp_client_open(io_fiber_io(fiber), NULL, &to, &client, NULL));
    CHECK_OK(io_udp_client_send(client, NULL, octets, sizeof(octets)));
    CHECK_EQ(octets[0], 1); /* whoever looks at it on its way has a copy */
    io_udp_client_close(client);
}

static void send_over(const struct io_sim_link *link, io_sim_filter *filter)
{
    start(link);
    io_sim_filter_set(sim, filter, NULL);
    spawn(b, receiver);
    spawn(a, sender);
    run_all();
}

TEST(a_path_mtu)
{
    struct io_sim_link link = { .latency_ns = IO_NS_PER_MS, .mtu = MTU };

    send_over(&link, NULL);
    CHECK_EQ(arrived_size, 0);
    link.is_truncating = true;
    send_over(&link, NULL);
    CHECK_EQ(arrived_size, MTU);
    link.mtu = SIZE;
    send_over(&link, NULL);
    CHECK_EQ(arrived_size, SIZE);
}

static bool change(void *context TD_UNUSED, const struct io_sim_passing *passing)
{
    passing->octets[0] = 42;
    return false;
}

TEST(a_middlebox_changes_octets)
{
    struct io_sim_link link = { .latency_ns = IO_NS_PER_MS };

    send_over(&link, NULL);
    CHECK_EQ(arrived_first, 1);
    send_over(&link, change);
    CHECK_EQ(arrived_first, 42);
}

TEST(what_a_host_has_open)
{
    struct io_sim_link link = { .latency_ns = IO_NS_PER_MS };

    send_over(&link, NULL);
    CHECK_EQ(usage_b.fibers, 1);
    CHECK_EQ(usage_b.sockets, 1);
    CHECK_EQ(usage_b.connections, 0);
}

/* ---- syncs ---- */

static uint32_t syncs_begun, syncs_over;

static void watch(void *context TD_UNUSED, const struct io_sim_host *host, bool is_over)
{
    CHECK(host == a);
    *(is_over ? &syncs_over : &syncs_begun) += 1;
}

static void writer(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io *io = io_fiber_io(fiber);
    struct io_file *file;

    CHECK_OK(io_file_open(io, "/file", IO_FILE_WRITE | IO_FILE_CREATE, &file, NULL));
    CHECK_OK(io_file_write_at(file, 0, "text", 4, NULL));
    CHECK_OK(io_file_sync(fiber, file, NULL));
    CHECK_OK(io_dir_sync(fiber, io, "/", NULL));
    io_file_close(file);
    CHECK_EQ(io_sim_disk_used(a), 4);
}

TEST(syncs_are_watched)
{
    struct io_sim_link link = { .latency_ns = 1 };
    struct io_sim_disk disk = { .sync_ns = IO_NS_PER_MS };

    start(&link);
    io_sim_disk_set(a, &disk);
    io_sim_sync_watch(sim, watch, NULL);
    spawn(a, writer);
    CHECK(io_sim_run(sim, io_sim_now_ns(sim) + IO_NS_PER_MS / 2));
    CHECK_EQ(syncs_begun, 1);
    CHECK_EQ(syncs_over, 0);
    run_all();
    CHECK_EQ(syncs_begun, 2);
    CHECK_EQ(syncs_over, 2);
}

TESTS(clocks_drift, a_clock_never_jumps, a_path_mtu, a_middlebox_changes_octets,
      what_a_host_has_open, syncs_are_watched)
