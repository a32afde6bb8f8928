/*
 * Goal    the simulation: one seed gives one history; losses, partitions, crashes and faults of the
 *         disk happen as asked, in virtual time; threads of a host talk by mail.
 * Method  small programs of fibers on simulated hosts.
 */
#include <signal.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "io/file.h"
#include "io/mailbox.h"
#include "io/ops.h"
#include "io/signal.h"
#include "io/sim.h"
#include "io/tcp.h"
#include "io/thread.h"
#include "io/udp.h"
#include "unit/io/world.h"

enum { PING_FIBERS = 1000, PING_ROUNDS = 5 };

static struct io_sim *sim;
static struct io_sim_host *a, *b;
static struct td_addr addr_a, addr_b;

static void start(uint64_t seed, const struct io_sim_link *link)
{
    setenv("CMOCKA_TEST_ABORT", "1", 1);
    struct io_sim_options options = { .seed = seed, .mail_delay_ns = 20000 };
    if (link != NULL)
        options.link = *link;
    else
        options.link.latency_ns = IO_NS_PER_MS;
    sim = io_sim_new(&options);
    addr_a = world_addr("192.0.2.1", 0);
    addr_b = world_addr("2001:db8::2", 0);
    struct td_addr both_a[2] = { addr_a, world_addr("2001:db8::1", 0) };
    struct td_addr both_b[2] = { addr_b, world_addr("192.0.2.2", 0) };
    CHECK_OK(io_sim_host_new(sim, "a", both_a, 2, &a));
    CHECK_OK(io_sim_host_new(sim, "b", both_b, 2, &b));
    struct io_sim_host *twice;
    CHECK_EQ(io_sim_host_new(sim, "c", &addr_b, 1, &twice), TD_E_EXISTS);
}

static void finish(void)
{
    io_sim_free(sim);
}

static uint64_t after_s(uint64_t s)
{
    return io_sim_now_ns(sim) + s * IO_NS_PER_S;
}

static void spawn(struct io_sim_host *host, io_fiber_entry *entry, void *argument)
{
    CHECK_OK(io_fiber_spawn(io_sim_host_io(host), "test", entry, argument, NULL));
}

/* -- a thousand fibers through a network that loses a fifth ------------------------------------ */

static int pings_done, pings_tried, pongs;
static struct io_udp *server;

static void pong(void *context TD_UNUSED, struct io_udp *udp TD_UNUSED, struct io_udp_item *items,
                 uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        pongs++;
        items[i].answer = items[i].octets;
        items[i].answer_size = items[i].size;
    }
}

/* One question, asked until it is answered. */
static void ask(struct fiber *fiber, struct io_udp_client *client, uint32_t question)
{
    for (;;) {
        uint32_t answer = 0;
        size_t size;
        pings_tried++;
        CHECK_OK(io_udp_client_send(client, NULL, &question, sizeof(question)));
        uint64_t deadline = io_deadline_ms(io_fiber_io(fiber), 100);
        td_err err;
        do {
            err = io_udp_client_receive(fiber, client, deadline, &answer, sizeof(answer), &size,
                                        NULL);
        } while (err == TD_OK && answer != question); /* a duplicate of an earlier one */
        if (err == TD_OK)
            return;
        CHECK_EQ(err, TD_E_TIMEOUT);
    }
}

static void ping(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io_udp_client *client;
    struct td_addr to = world_addr("192.0.2.2", 53);
    CHECK_OK(io_udp_client_open(io_fiber_io(fiber), NULL, &to, &client, NULL));
    for (int i = 0; i < PING_ROUNDS; i++) {
        uint32_t question = (uint32_t)io_random_u64(io_fiber_io(fiber));
        ask(fiber, client, question);
        CHECK_OK(io_fiber_sleep_ms(fiber, io_random_below(io_fiber_io(fiber), 50)));
    }
    io_udp_client_close(client);
    pings_done++;
}

static bool pings_are_left(void *context TD_UNUSED)
{
    return pings_done < PING_FIBERS;
}

static uint64_t ping_pong(uint64_t seed)
{
    struct io_sim_link link = {
        .latency_ns = 5 * IO_NS_PER_MS,
        .jitter_ns = 10 * IO_NS_PER_MS,
        .loss_ppm = 200000,
        .duplicate_ppm = 50000,
    };
    start(seed, &link);
    pings_done = pings_tried = pongs = 0;
    struct io_udp_options options = { .addr = world_addr("0.0.0.0", 53), .receive = pong };
    CHECK_OK(io_udp_open(io_sim_host_io(b), &options, &server, NULL));
    for (int i = 0; i < PING_FIBERS; i++)
        spawn(a, ping, NULL);
    CHECK(io_sim_run_while(sim, pings_are_left, NULL, after_s(600)));
    CHECK_EQ(pings_done, PING_FIBERS);
    CHECK(pings_tried > PING_FIBERS * PING_ROUNDS * 5 / 4);
    CHECK(pings_tried < PING_FIBERS * PING_ROUNDS * 2);
    CHECK(pongs > PING_FIBERS * PING_ROUNDS);
    CHECK(td_count_get(&io_udp_counters(server)->batches) < (uint64_t)pongs);
    CHECK(io_sim_now_ns(sim) < 10 * (uint64_t)IO_NS_PER_S); /* virtual time */
    io_udp_close(server);
    io_sim_run(sim, after_s(1)); /* what is under way arrives or is lost */
    uint64_t hash = io_sim_trace_hash(sim);
    CHECK(io_sim_event_count(sim) > 10000);
    finish();
    return hash;
}

TEST(one_seed_gives_one_history)
{
    uint64_t first = ping_pong(42);
    CHECK(ping_pong(42) == first);
    CHECK(ping_pong(43) != first);
}

/* -- datagrams
 * ------------------------------------------------------------------------------------- */

static void closed_port(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io *io = io_fiber_io(fiber);
    struct td_addr to = addr_b;
    struct io_udp_client *client;
    char buffer[2000] = "x";
    size_t size;
    to.port = 99;
    CHECK_OK(io_udp_client_open(io, NULL, &to, &client, NULL));
    CHECK_OK(io_udp_client_send(client, NULL, "?", 1));
    CHECK_EQ(io_udp_client_receive(fiber, client, io_deadline_ms(io, 100), buffer, 1, &size, NULL),
             TD_E_CLOSED);
    struct io_sim_link mute = { .is_cut = true };
    io_sim_link_set(sim, b, a, &mute); /* one way: we hear nothing */
    CHECK_OK(io_udp_client_send(client, NULL, "?", 1));
    CHECK_EQ(io_udp_client_receive(fiber, client, io_deadline_ms(io, 100), buffer, 1, &size, NULL),
             TD_E_TIMEOUT);
    io_udp_client_close(client);
    CHECK_EQ(io_udp_probe(io, &to, false, NULL), TD_E_INVALID);
}

TEST(a_closed_port_and_a_link_cut_one_way)
{
    start(1, NULL);
    spawn(a, closed_port, NULL);
    CHECK(!io_sim_run(sim, IO_FOREVER)); /* until nothing is left to happen */
    CHECK_EQ(io_sim_host_io(a)->fiber_count, 0);
    finish();
}

/* -- streams
 * ------------------------------------------------------------------------------------------ */

enum { STREAM_SIZE = 500000 };

static struct io_tcp_listener *listener;
static struct io_tcp *accepted;
static size_t stream_received;
static bool stream_good;
static td_err stream_end;
static int stream_closed;

static void stream_read(struct io_tcp *tcp, void *context TD_UNUSED, const uint8_t *octets,
                        size_t size)
{
    for (size_t i = 0; i < size; i++)
        stream_good = stream_good && octets[i] == (uint8_t)((stream_received + i) * 7);
    stream_received += size;
    if (stream_received == STREAM_SIZE) {
        static const char thanks[] = "thanks";
        io_tcp_write(tcp, thanks, 6, NULL, NULL);
        io_tcp_shutdown(tcp);
    }
}

static void stream_ended(struct io_tcp *tcp, void *context TD_UNUSED, td_err why)
{
    stream_end = why;
    io_tcp_close(tcp);
}

static void stream_gone(void *context TD_UNUSED)
{
    stream_closed++;
}

static const struct io_tcp_events stream_events = { .read = stream_read,
                                                    .end = stream_ended,
                                                    .closed = stream_gone };

static void stream_accept(void *context TD_UNUSED, struct io_tcp *tcp)
{
    accepted = tcp;
    CHECK(td_addr_same_host(io_tcp_local(tcp), &addr_b));
    io_tcp_start(tcp, &stream_events, NULL);
}

static void stream_listen(void)
{
    struct io_tcp_listen_options options = { .addr = addr_b, .accept = stream_accept };
    options.addr.port = 53;
    CHECK_OK(io_tcp_listen(io_sim_host_io(b), &options, &listener, NULL));
    stream_received = 0;
    stream_good = true;
    stream_end = TD_OK;
    stream_closed = 0;
}

static td_err stream_result;

static td_err stream_send(struct fiber *fiber, struct io_tcp *tcp)
{
    uint8_t *octets = td_malloc(STREAM_SIZE);
    char answer[6];
    for (size_t i = 0; i < STREAM_SIZE; i++)
        octets[i] = (uint8_t)(i * 7);
    uint64_t deadline = io_deadline_ms(io_fiber_io(fiber), 3600 * 1000);
    td_err err = io_tcp_write_all(fiber, tcp, octets, STREAM_SIZE, deadline);
    free(octets);
    if (err == TD_OK)
        err = io_tcp_read_all(fiber, tcp, answer, 6, deadline);
    if (err == TD_OK) {
        CHECK_BYTES(answer, 6, "thanks", 6);
        size_t size;
        CHECK_EQ(io_tcp_read_some(fiber, tcp, answer, 6, deadline, &size), TD_E_CLOSED);
    }
    return err;
}

static void stream_client(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct td_addr to = addr_b;
    struct io_tcp *tcp;
    to.port = 53;
    stream_result = io_tcp_dial(fiber, NULL, &to, io_deadline_ms(io_fiber_io(fiber), 60000), &tcp);
    if (stream_result != TD_OK)
        return;
    stream_result = stream_send(fiber, tcp);
    io_tcp_close(tcp);
}

TEST(a_stream_survives_loss_and_a_partition)
{
    struct io_sim_link link = { .latency_ns = 2 * IO_NS_PER_MS,
                                .jitter_ns = 5 * IO_NS_PER_MS,
                                .loss_ppm = 20000 };
    for (uint64_t seed = 1; seed <= 20; seed++) {
        start(seed, &link);
        stream_listen();
        spawn(a, stream_client, NULL);
        CHECK(io_sim_run(sim, io_sim_now_ns(sim) + 50 * IO_NS_PER_MS));
        io_sim_partition(sim, a, b, true);
        CHECK(io_sim_run(sim, after_s(10)));
        CHECK(stream_received < STREAM_SIZE);
        io_sim_partition(sim, a, b, false);
        CHECK(!io_sim_run(sim, IO_FOREVER));
        CHECK_OK(stream_result);
        CHECK_EQ(stream_received, STREAM_SIZE);
        CHECK(stream_good);
        CHECK_EQ(stream_end, TD_E_CLOSED);
        CHECK_EQ(stream_closed, 1);
        io_tcp_listener_close(listener);
        finish();
    }
}

TEST(a_stream_is_reset_or_breaks_after_a_long_partition)
{
    struct io_sim_link link = { .latency_ns = IO_NS_PER_MS, .reset_ppm = IO_SIM_PPM / 4 };
    start(3, &link);
    stream_listen();
    spawn(a, stream_client, NULL);
    CHECK(!io_sim_run(sim, IO_FOREVER));
    CHECK_EQ(stream_result, TD_E_IO);
    CHECK_EQ(stream_end, TD_E_IO);
    io_tcp_listener_close(listener);
    finish();

    link.reset_ppm = 0;
    start(3, &link);
    stream_listen();
    spawn(a, stream_client, NULL);
    CHECK(io_sim_run(sim, io_sim_now_ns(sim) + 5 * IO_NS_PER_MS));
    io_sim_partition(sim, a, b, true);
    CHECK(!io_sim_run(sim, IO_FOREVER));
    CHECK_EQ(stream_result, TD_E_IO);
    CHECK_EQ(stream_end, TD_OK); /* half open: the server has not noticed */
    io_tcp_close(accepted);
    io_tcp_listener_close(listener);
    io_sim_run(sim, IO_FOREVER);
    CHECK_EQ(stream_closed, 1);
    finish();
}

TEST(nobody_listens_and_nobody_is_there)
{
    start(4, NULL);
    spawn(a, stream_client, NULL);
    CHECK(!io_sim_run(sim, IO_FOREVER));
    CHECK_EQ(stream_result, TD_E_CLOSED);
    io_sim_partition(sim, a, b, true);
    spawn(a, stream_client, NULL);
    io_sim_run(sim, IO_FOREVER);
    CHECK_EQ(stream_result, TD_E_TIMEOUT);
    finish();
}

/* -- crashes and disks
 * ---------------------------------------------------------------------------------- */

static const char *const disk_path = "/var/log/one";

static void disk_write(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io *io = io_fiber_io(fiber);
    struct io_file *file;
    CHECK_OK(io_dir_make(io, "/var/log", NULL));
    CHECK_OK(io_dir_sync(fiber, io, "/", NULL));
    CHECK_OK(io_dir_sync(fiber, io, "/var", NULL));
    CHECK_OK(io_file_open(io, disk_path, IO_FILE_WRITE | IO_FILE_CREATE, &file, NULL));
    CHECK_OK(io_file_append(file, "synced.", 7, NULL));
    uint64_t before = io_now_ns(io);
    CHECK_OK(io_file_sync(fiber, file, NULL));
    CHECK(io_now_ns(io) >= before + 3 * IO_NS_PER_MS);
    CHECK_OK(io_dir_sync(fiber, io, "/var/log", NULL));
    CHECK_OK(io_file_append(file, "not synced", 10, NULL));
    CHECK_OK(io_path_rename(io, disk_path, "/var/log/two", NULL));
    io_file_close(file);
    CHECK_EQ(io_fiber_sleep_ms(fiber, 1000000), TD_E_CANCELLED);
    CHECK_EQ(io_file_open(io, disk_path, IO_FILE_READ, &file, NULL), TD_E_IO);
}

/* What is left: bit 0 the old name, bit 1 the new; in ret_size the octets. */
static int disk_look(size_t *ret_size)
{
    static const char *const paths[] = { "/var/log/one", "//var/./log/two/" };
    int found = 0;
    for (int i = 0; i < 2; i++) {
        char *octets;
        td_err err = io_path_read(io_sim_host_io(a), paths[i], 1000, &octets, ret_size, NULL);
        if (err != TD_OK) {
            CHECK_EQ(err, TD_E_NOT_FOUND);
            continue;
        }
        found |= 1 << i;
        CHECK(*ret_size >= 7 && memcmp(octets, "synced.", 7) == 0);
        free(octets);
    }
    return found;
}

static int crash_once(uint64_t seed, uint32_t keep_ppm, uint32_t tear_ppm, size_t *ret_size)
{
    struct io_sim_disk disk = { .sync_ns = 3 * IO_NS_PER_MS,
                                .keep_ppm = keep_ppm,
                                .tear_ppm = tear_ppm };
    start(seed, NULL);
    io_sim_disk_set(a, &disk);
    spawn(a, disk_write, NULL);
    CHECK(io_sim_run(sim, after_s(1)));
    io_sim_host_crash(a);
    io_sim_run(sim, after_s(1));
    CHECK_EQ(io_sim_host_io(a)->fiber_count, 0);
    io_sim_host_restart(a);
    int found = disk_look(ret_size);
    finish();
    return found;
}

TEST(a_crash_leaves_what_was_synced)
{
    size_t size;
    CHECK_EQ(crash_once(1, 0, 0, &size), 1);
    CHECK_EQ(size, 7);
    CHECK_EQ(crash_once(1, IO_SIM_PPM, 0, &size), 2);
    CHECK_EQ(size, 17);
    unsigned seen_names = 0, seen_torn = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        int found = crash_once(seed, IO_SIM_PPM / 2, IO_SIM_PPM / 2, &size);
        CHECK(found == 1 || found == 2); /* a rename is whole or not at all */
        seen_names |= 1U << found;
        seen_torn += size > 7 && size < 17;
    }
    CHECK_EQ(seen_names, 6);
    CHECK(seen_torn > 0);
}

static void disk_faults(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io *io = io_fiber_io(fiber);
    struct td_diag diag = { .line = 0 };
    struct io_sim_disk disk = { .capacity = 1000 };
    struct io_file *file, *other;
    char buffer[2000] = { 0 };
    size_t size;
    CHECK_EQ(io_file_open(io, "x", IO_FILE_READ, &file, &diag), TD_E_NOT_FOUND);
    CHECK_EQ(io_file_open(io, "no/x", IO_FILE_WRITE | IO_FILE_CREATE, &file, &diag),
             TD_E_NOT_FOUND);
    CHECK_OK(io_file_open(io, "./x", IO_FILE_WRITE | IO_FILE_CREATE, &file, &diag));
    CHECK_EQ(
        io_file_open(io, "x", IO_FILE_WRITE | IO_FILE_CREATE | IO_FILE_EXCLUSIVE, &other, &diag),
        TD_E_EXISTS);
    CHECK_OK(io_file_open(io, "x", IO_FILE_READ, &other, &diag));
    CHECK_EQ(io_file_write_at(other, 0, "y", 1, &diag), TD_E_IO);
    CHECK_OK(io_file_lock(file, &diag));
    CHECK_EQ(io_file_lock(other, &diag), TD_E_EXISTS);
    io_sim_disk_set(a, &disk);
    CHECK_EQ(io_file_write_at(file, 0, buffer, 1001, &diag), TD_E_LIMIT);
    CHECK_OK(io_file_write_at(file, 0, buffer, 1000, &diag));
    CHECK_OK(io_file_write_at(file, 500, "y", 1, &diag)); /* in place: no room needed */
    CHECK_OK(io_file_truncate(file, 0, &diag));
    CHECK_OK(io_file_preallocate(file, 900, &diag));
    disk.write_fail_ppm = disk.sync_fail_ppm = disk.read_fail_ppm = IO_SIM_PPM;
    io_sim_disk_set(a, &disk);
    CHECK_EQ(io_file_write_at(file, 0, "y", 1, &diag), TD_E_IO);
    CHECK_EQ(io_file_sync(fiber, file, &diag), TD_E_IO);
    CHECK_EQ(io_file_read_at(file, 0, buffer, 1, &size, &diag), TD_E_IO);
    CHECK_EQ(io_dir_sync(fiber, io, ".", &diag), TD_E_IO);
    io_file_close(other);
    io_file_close(file);
    CHECK_OK(io_path_remove(io, "x", &diag));
    CHECK_EQ(io_path_remove(io, "x", &diag), TD_E_NOT_FOUND);
    CHECK_OK(io_dir_make(io, "d", &diag));
    disk = (struct io_sim_disk){ .capacity = 0 };
    io_sim_disk_set(a, &disk);
    CHECK_OK(io_path_replace(fiber, io, "d/e", "hello", 5, 0, &diag));
    CHECK_EQ(io_path_remove(io, "d", &diag), TD_E_EXISTS);
    struct io_file_stat stat;
    CHECK_OK(io_path_stat(io, "d", &stat, &diag));
    CHECK(stat.is_directory);
}

TEST(disks_fail_and_fill)
{
    start(5, NULL);
    spawn(a, disk_faults, NULL);
    CHECK(!io_sim_run(sim, IO_FOREVER));
    CHECK_EQ(io_sim_host_io(a)->fiber_count, 0);
    finish();
}

static void crashing_client(struct fiber *fiber, void *argument TD_UNUSED)
{
    stream_client(fiber, NULL);
    CHECK(io_fiber_is_cancelled(fiber) || stream_result != TD_OK);
}

TEST(a_crashed_host_is_silent_and_comes_back)
{
    struct io_sim_link link = { .latency_ns = 2 * IO_NS_PER_MS };
    start(6, &link);
    stream_listen();
    spawn(a, crashing_client, NULL);
    CHECK(io_sim_run(sim, io_sim_now_ns(sim) + 20 * IO_NS_PER_MS));
    CHECK(stream_received > 0 && stream_received < STREAM_SIZE);
    io_sim_host_crash(b);
    CHECK(io_sim_run(sim, after_s(5)));
    CHECK_EQ(stream_end, TD_E_IO); /* its own side unwinds */
    io_tcp_listener_close(listener);
    io_sim_run(sim, after_s(5));
    io_sim_host_restart(b);
    CHECK(!io_sim_run(sim, IO_FOREVER));
    CHECK_EQ(stream_result, TD_E_IO); /* the new host knows nothing of the connection */
    stream_listen();
    spawn(a, stream_client, NULL);
    io_sim_run(sim, IO_FOREVER);
    CHECK_OK(stream_result);
    io_tcp_listener_close(listener);
    io_sim_run(sim, IO_FOREVER);
    finish();
}

static td_err unplugged_result;

static void outlives_the_plug(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io_file *file;
    CHECK_OK(io_fiber_sleep_ms(fiber, 2000));
    CHECK_EQ(io_sim_host_running(sim), a);
    unplugged_result =
        io_file_open(io_fiber_io(fiber), "/x", IO_FILE_WRITE | IO_FILE_CREATE, &file, NULL);
}

TEST(an_unplugged_host_ends_in_its_own_way)
{
    start(11, NULL);
    unplugged_result = TD_OK;
    spawn(a, outlives_the_plug, NULL);
    CHECK(io_sim_run(sim, after_s(1)));
    CHECK_EQ(io_sim_host_running(sim), NULL);
    io_sim_host_unplug(a);
    io_sim_run(sim, after_s(5));
    CHECK_EQ(unplugged_result, TD_E_IO);
    CHECK_EQ(io_sim_host_io(a)->fiber_count, 0);
    io_sim_host_restart(a);
    finish();
}

/* -- threads, mail, signals, clocks
 * ------------------------------------------------------------------------ */

struct worker {
    struct io_mailbox *to;
    struct io_mailbox *from;
    struct fiber *fiber;
    int finished;
};

static void worker_main(struct fiber *fiber, void *argument)
{
    struct worker *worker = argument;
    void *letter;
    while (io_mailbox_receive(fiber, worker->to, IO_FOREVER, &letter) == TD_OK)
        CHECK_OK(io_mailbox_post(worker->from, letter));
}

static void worker_start(struct io *io, void *context)
{
    struct worker *worker = context;
    worker->to = io_mailbox_new(io, 16);
    CHECK_OK(io_fiber_spawn(io, "worker", worker_main, worker, &worker->fiber));
    CHECK_OK(io_mailbox_post(worker->from, worker));
}

static void worker_finish(struct io *io TD_UNUSED, void *context)
{
    struct worker *worker = context;
    io_fiber_cancel(worker->fiber);
    worker->finished++;
}

static char mail_order[64];

static void mail_main(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io *io = io_fiber_io(fiber);
    struct worker workers[4] = { { .finished = 0 } };
    struct io_thread *threads[4];
    struct io_mailbox *box = io_mailbox_new(io, 64);
    void *letter;
    for (size_t i = 0; i < 4; i++) {
        workers[i].from = box;
        struct io_thread_options options = {
            .name = "worker", .start = worker_start, .finish = worker_finish, .context = &workers[i]
        };
        CHECK_OK(io_thread_start(io, &options, &threads[i], NULL));
        CHECK_OK(io_mailbox_receive(fiber, box, IO_FOREVER, &letter));
    }
    for (size_t i = 0; i < 4; i++)
        CHECK_OK(io_mailbox_post(workers[i].to, &workers[i]));
    for (size_t i = 0; i < 4; i++) {
        CHECK_OK(io_mailbox_receive(fiber, box, IO_FOREVER, &letter));
        mail_order[i] = (char)('0' + ((struct worker *)letter - workers));
    }
    mail_order[4] = '\0';
    for (size_t i = 0; i < 4; i++) {
        io_stop(io_thread_io(threads[i]));
        io_thread_join(fiber, threads[i]);
        CHECK_EQ(workers[i].finished, 1);
        io_fiber_reap(workers[i].fiber);
        io_mailbox_free(workers[i].to);
    }
    io_mailbox_free(box);
}

TEST(threads_of_a_host_in_seeded_order)
{
    char orders[8][8];
    int different = 0;
    for (uint64_t seed = 0; seed < 8; seed++) {
        start(seed, NULL);
        spawn(a, mail_main, NULL);
        io_sim_run(sim, IO_FOREVER);
        CHECK_EQ(io_sim_host_io(a)->fiber_count, 0);
        memcpy(orders[seed], mail_order, 5);
        different += strcmp(orders[seed], orders[0]) != 0;
        finish();
    }
    CHECK(different > 0);
}

static int signal_seen;

static void on_signal(void *context TD_UNUSED, int number)
{
    signal_seen = number;
}

TEST(signals_and_clock_jumps)
{
    struct io_signal *watch;
    start(7, NULL);
    struct io *io = io_sim_host_io(a);
    CHECK_OK(io_signal_watch(io, SIGTERM, on_signal, NULL, &watch));
    CHECK_EQ(io_signal_watch(io, SIGKILL, on_signal, NULL, &watch), TD_E_INVALID);
    io_sim_signal(a, SIGTERM);
    io_sim_run(sim, after_s(1));
    CHECK_EQ(signal_seen, SIGTERM);
    io_signal_unwatch(watch);
    uint64_t wall = io_wall_s(io), now = io_now_ns(io);
    io_sim_wall_jump(a, -100 * (int64_t)IO_NS_PER_S);
    CHECK_EQ(io_wall_s(io), wall - 100);
    CHECK(io_now_ns(io) == now);
    CHECK_STR(io_sim_host_name(a), "a");
    finish();
}

TESTS(one_seed_gives_one_history, a_closed_port_and_a_link_cut_one_way,
      a_stream_survives_loss_and_a_partition, a_stream_is_reset_or_breaks_after_a_long_partition,
      nobody_listens_and_nobody_is_there, a_crash_leaves_what_was_synced, disks_fail_and_fill,
      a_crashed_host_is_silent_and_comes_back, an_unplugged_host_ends_in_its_own_way,
      threads_of_a_host_in_seeded_order, signals_and_clock_jumps)
