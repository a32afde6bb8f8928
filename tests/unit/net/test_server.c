/*
 * Goal    a server of streams hands up whole messages however they come, sends answers in any
 * order, and holds its limits against clients that are slow, idle, many or rude. Method  two
 * simulated hosts; what the server does with a message is told by its first octet.
 */
#include "base/alloc.h"
#include "base/reader.h"
#include "base/writer.h"
#include "io/tcp.h"
#include "net/crowd.h"
#include "net/dial.h"
#include "net/listen.h"
#include "unit/net/hosts.h"

enum { KEPT_MAX = 1000, STREAM_MESSAGES = 200, STREAM_SIZE = 30000, BIG = 65535 };

static struct net_server *server;
static struct net_crowd *crowd; /* NULL: the server's own */
static struct net_listener *listener;
static struct net_conn *kept[KEPT_MAX]; /* answered later */
static uint8_t kept_octet[KEPT_MAX];
static uint32_t kept_count, seen;
static td_err stream_result;
static uint32_t streamed;
static struct fiber *streamer;

static void answer(struct net_conn *conn, const void *octets, size_t size)
{
    /* The tests do so from the client's world, too; it is one thread, but another time. */
    (void)io_clock_read_ns(io_sim_host_io(server_host));
    memcpy(net_conn_reserve(conn, size), octets, size);
    net_conn_commit(conn, size);
}

static void stream_out(struct fiber *fiber, void *argument)
{
    struct net_conn *conn = argument;
    static uint8_t message[STREAM_SIZE];
    stream_result = TD_OK;
    for (streamed = 0; streamed < STREAM_MESSAGES && stream_result == TD_OK; streamed++) {
        message[0] = 's';
        td_put_u32(message + 4, streamed);
        stream_result = net_conn_drain(fiber, conn);
        if (stream_result != TD_OK)
            break;
        memcpy(net_conn_reserve(conn, sizeof(message)), message, sizeof(message));
        net_conn_commit(conn, sizeof(message));
    }
    net_conn_finish(conn);
}

/* 'e' is sent back; 'k' is kept; 'n' gets nothing; 'b' something big; 's' a stream; 'c' closes. */
static void on_message(void *context TD_UNUSED, struct net_conn *conn, const uint8_t *octets,
                       size_t size)
{
    seen++;
    CHECK(size >= NET_MESSAGE_SIZE_MIN);
    CHECK(net_conn_is_open(conn));
    CHECK_EQ(net_conn_transport(conn), NET_TRANSPORT_TCP);
    switch (octets[0]) {
    case 'k':
        CHECK(kept_count < KEPT_MAX);
        kept_octet[kept_count] = octets[1];
        kept[kept_count++] = conn;
        return;
    case 's':
        CHECK_OK(
            io_fiber_spawn(io_sim_host_io(server_host), "stream", stream_out, conn, &streamer));
        return;
    case 'b': {
        uint8_t *big = net_conn_reserve(conn, BIG);
        memset(big, 'B', BIG);
        net_conn_commit(conn, BIG);
        break;
    }
    case 'c':
        answer(conn, octets, size);
        net_conn_close(conn);
        break;
    case 'n':
        break;
    default:
        answer(conn, octets, size);
        break;
    }
    net_conn_finish(conn);
}

static void serve_start(uint64_t seed, const struct net_limits *limits)
{
    hosts_start(seed);
    static const struct net_limits none = { .connections = 0 };
    struct net_handler handler = { .message = on_message };
    struct td_addr addr = world_addr("192.0.2.2", 53);
    server = net_server_new(io_sim_host_io(server_host), crowd, limits != NULL ? limits : &none,
                            &handler);
    CHECK_OK(net_listen(server, &addr, true, &listener, NULL));
    CHECK_EQ(net_listener_addr(listener)->port, 53);
    kept_count = seen = 0;
}

static void serve_finish(void)
{
    net_listener_close(listener);
    net_server_free(server);
    hosts_run_out();
    io_sim_free(sim);
}

static uint64_t soon(struct fiber *fiber)
{
    return io_deadline_ms(io_fiber_io(fiber), 5000);
}

static struct net_stream *dial(struct fiber *fiber)
{
    struct net_stream *stream;
    struct td_addr to = world_addr("192.0.2.2", 53);
    CHECK_OK(net_stream_dial(fiber, NET_TRANSPORT_TCP, NULL, &to, soon(fiber), &stream));
    return stream;
}

static struct io_tcp *dial_raw(struct fiber *fiber)
{
    struct io_tcp *tcp;
    struct td_addr to = world_addr("192.0.2.2", 53);
    CHECK_OK(io_tcp_dial(fiber, NULL, &to, soon(fiber), &tcp));
    return tcp;
}

/* A message of `size` octets, marked. */
static void ask_sized(struct fiber *fiber, struct net_stream *stream, char kind, uint8_t mark,
                      size_t size)
{
    uint8_t octets[4096] = { (uint8_t)kind, mark };
    CHECK_OK(net_stream_send(fiber, stream, octets, size, soon(fiber)));
}

static void ask(struct fiber *fiber, struct net_stream *stream, char kind, uint8_t mark)
{
    ask_sized(fiber, stream, kind, mark, NET_MESSAGE_SIZE_MIN);
}

static void expect(struct fiber *fiber, struct net_stream *stream, char kind, uint8_t mark,
                   size_t want_size)
{
    const uint8_t *octets;
    size_t size;
    CHECK_OK(net_stream_receive(fiber, stream, soon(fiber), &octets, &size));
    CHECK_EQ(octets[0], kind);
    CHECK_EQ(octets[1], mark);
    CHECK_EQ(size, want_size);
}

static void expect_end(struct fiber *fiber, struct net_stream *stream, td_err want, uint64_t ms)
{
    const uint8_t *octets;
    size_t size;
    uint64_t deadline = io_deadline_ms(io_fiber_io(fiber), ms);
    CHECK_EQ(net_stream_receive(fiber, stream, deadline, &octets, &size), want);
}

/* -- framing ------------------------------------------------------------------------------------
 */

static void pipeline(struct fiber *fiber, void *argument TD_UNUSED)
{
    enum { COUNT = 300 };
    struct net_stream *stream = dial(fiber);
    for (int i = 0; i < COUNT; i++)
        ask_sized(fiber, stream, 'e', (uint8_t)i, 12 + (size_t)i * 7);
    for (int i = 0; i < COUNT; i++)
        expect(fiber, stream, 'e', (uint8_t)i, 12 + (size_t)i * 7);
    net_stream_close(stream);
}

TEST(messages_are_whole_however_they_come)
{
    for (uint64_t seed = 1; seed <= 30; seed++) {
        serve_start(seed, NULL);
        hosts_spawn(pipeline, NULL);
        hosts_run_ms(3000);
        CHECK_EQ(seen, 300);
        CHECK_EQ(net_server_count(server), 0);
        CHECK_EQ(td_count_get(&net_server_counters(server)->messages), 300);
        CHECK_EQ(td_count_get(&net_server_counters(server)->answers), 300);
        serve_finish();
    }
}

static void octet_by_octet(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io_tcp *tcp = dial_raw(fiber);
    const uint8_t octets[28] = { 0, 12, 'e', 1, [14] = 0, 12, 'e', 2 };
    uint8_t got[28];
    for (size_t i = 0; i < sizeof(octets); i++) {
        CHECK_OK(io_tcp_write_all(fiber, tcp, octets + i, 1, soon(fiber)));
        CHECK_OK(io_fiber_sleep_ms(fiber, 10));
    }
    CHECK_OK(io_tcp_read_all(fiber, tcp, got, sizeof(got), soon(fiber)));
    CHECK_BYTES(got, sizeof(got), octets, sizeof(octets));
    io_tcp_close(tcp);
}

TEST(octet_by_octet_is_fine)
{
    serve_start(1, NULL);
    hosts_spawn(octet_by_octet, NULL);
    hosts_run_ms(2000);
    CHECK_EQ(seen, 2);
    serve_finish();
}

static void rude(struct fiber *fiber, void *argument)
{
    struct net_stream *stream = dial(fiber);
    struct io_tcp *tcp = dial_raw(fiber);
    uint8_t octets[30] = { 0, (uint8_t) * (int *)argument };
    uint8_t got[1];
    CHECK_OK(io_tcp_write_all(fiber, tcp, octets, sizeof(octets), soon(fiber)));
    td_err err = io_tcp_read_all(fiber, tcp, got, 1, soon(fiber));
    CHECK(err == TD_E_CLOSED || err == TD_E_IO);
    io_tcp_close(tcp);
    ask(fiber, stream, 'e', 9); /* nobody else suffers */
    expect(fiber, stream, 'e', 9, 12);
    net_stream_close(stream);
}

TEST(a_message_shorter_than_a_header_ends_the_connection)
{
    for (int size = 0; size < NET_MESSAGE_SIZE_MIN; size++) {
        serve_start(1, NULL);
        hosts_spawn(rude, &size);
        hosts_run_ms(2000);
        CHECK_EQ(seen, 1);
        CHECK_EQ(td_count_get(&net_server_counters(server)->malformed), 1);
        serve_finish();
    }
}

/* -- answers
 * ---------------------------------------------------------------------------------------- */

static void out_of_order(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct net_stream *stream = dial(fiber);
    ask(fiber, stream, 'k', 1);
    ask(fiber, stream, 'k', 2);
    ask(fiber, stream, 'e', 3);
    expect(fiber, stream, 'e', 3, 12);
    CHECK_EQ(kept_count, 2);
    for (int i = 1; i >= 0; i--) {
        uint8_t octets[12] = { 'k', kept_octet[i] };
        answer(kept[i], octets, sizeof(octets));
        net_conn_finish(kept[i]);
        expect(fiber, stream, 'k', (uint8_t)(i + 1), 12);
    }
    net_stream_close(stream);
}

TEST(answers_may_come_later_and_in_any_order)
{
    serve_start(1, NULL);
    hosts_spawn(out_of_order, NULL);
    hosts_run_ms(2000);
    CHECK_EQ(net_server_count(server), 0);
    serve_finish();
}

static void many_kept(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct net_stream *stream = dial(fiber);
    for (int i = 0; i < 100; i++)
        ask(fiber, stream, 'k', (uint8_t)i);
    CHECK_OK(io_fiber_sleep_ms(fiber, 100));
    CHECK_EQ(kept_count, 16); /* the limit */
    for (uint32_t i = 0; i < 100; i++) {
        CHECK(i < kept_count && kept_count <= i + 16);
        uint8_t octets[12] = { 'k', kept_octet[i] };
        answer(kept[i], octets, sizeof(octets));
        net_conn_finish(kept[i]);
        expect(fiber, stream, 'k', (uint8_t)i, 12);
        CHECK_OK(io_fiber_sleep_ms(fiber, 5));
    }
    net_stream_close(stream);
}

TEST(queries_in_flight_are_limited)
{
    struct net_limits limits = { .in_flight = 16 };
    serve_start(1, &limits);
    hosts_spawn(many_kept, NULL);
    hosts_run_ms(3000);
    CHECK_EQ(kept_count, 100);
    serve_finish();
}

static void half_close(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io_tcp *tcp = dial_raw(fiber);
    uint8_t octets[28] = { 0, 12, 'k', 1, [14] = 0, 12, 'e', 2 }, got[14];
    CHECK_OK(io_tcp_write_all(fiber, tcp, octets, sizeof(octets), soon(fiber)));
    CHECK_OK(io_tcp_write_all(fiber, tcp, "\1\2half a message", 16, soon(fiber)));
    io_tcp_shutdown(tcp);
    CHECK_OK(io_tcp_read_all(fiber, tcp, got, 14, soon(fiber)));
    CHECK_EQ(got[2], 'e');
    CHECK_EQ(kept_count, 1);
    answer(kept[0], octets, 12);
    net_conn_finish(kept[0]);
    CHECK_OK(io_tcp_read_all(fiber, tcp, got, 14, soon(fiber)));
    CHECK_EQ(io_tcp_read_all(fiber, tcp, got, 1, soon(fiber)), TD_E_CLOSED);
    io_tcp_close(tcp);
}

TEST(who_ends_its_side_still_gets_its_answers)
{
    serve_start(1, NULL);
    hosts_spawn(half_close, NULL);
    hosts_run_ms(3000);
    CHECK_EQ(net_server_count(server), 0);
    serve_finish();
}

static void asked_to_close(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct net_stream *stream = dial(fiber);
    ask(fiber, stream, 'e', 1);
    ask(fiber, stream, 'c', 2);
    ask(fiber, stream, 'e', 3);
    expect(fiber, stream, 'e', 1, 12);
    expect(fiber, stream, 'c', 2, 12);
    expect_end(fiber, stream, TD_E_CLOSED, 1000);
    net_stream_close(stream);
}

TEST(a_closed_connection_loses_no_answer)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        serve_start(seed, NULL);
        hosts_spawn(asked_to_close, NULL);
        hosts_run_ms(3000);
        CHECK_EQ(seen, 2);
        CHECK_EQ(net_server_count(server), 0);
        serve_finish();
    }
}

static void leave_early(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct net_stream *stream = dial(fiber);
    ask(fiber, stream, 'k', 1);
    ask(fiber, stream, 'k', 2);
    CHECK_OK(io_fiber_sleep_ms(fiber, 50));
    net_stream_close(stream);
}

TEST(a_query_in_flight_outlives_its_client_and_the_server)
{
    serve_start(1, NULL);
    hosts_spawn(leave_early, NULL);
    hosts_run_ms(1000);
    uint8_t octets[12] = { 'k' };
    CHECK_EQ(kept_count, 2);
    net_listener_close(listener);
    net_server_free(server);
    hosts_run_ms(10);
    for (int i = 0; i < 2; i++) {
        CHECK(!net_conn_is_open(kept[i]));
        CHECK_EQ(net_conn_remote(kept[i])->family, 4);
        answer(kept[i], octets, sizeof(octets)); /* swallowed */
        net_conn_finish(kept[i]);
    }
    hosts_run_out();
    io_sim_free(sim);
}

/* -- limits
 * --------------------------------------------------------------------------------------------- */

static uint64_t closed_after_ms;

static void idle(struct fiber *fiber, void *argument)
{
    struct io *io = io_fiber_io(fiber);
    const char *kinds = argument;
    struct io_tcp *tcp = dial_raw(fiber);
    uint8_t octets[14] = { 0, 12, 'e' }, got[14];
    for (; *kinds != '\0'; kinds++) {
        CHECK_OK(io_fiber_sleep_ms(fiber, 6000));
        if (*kinds == 'p') { /* a part of a message is no message */
            CHECK_OK(io_tcp_write_all(fiber, tcp, octets, 3, soon(fiber)));
            continue;
        }
        CHECK_OK(io_tcp_write_all(fiber, tcp, octets, sizeof(octets), soon(fiber)));
        CHECK_OK(io_tcp_read_all(fiber, tcp, got, sizeof(got), soon(fiber)));
    }
    uint64_t start = io_now_ms(io);
    td_err err = io_tcp_read_all(fiber, tcp, got, 1, IO_FOREVER);
    CHECK(err == TD_E_CLOSED || err == TD_E_IO);
    closed_after_ms = io_now_ms(io) - start;
    io_tcp_close(tcp);
}

TEST(an_idle_connection_is_closed)
{
    static const struct {
        char kinds[4];
        uint64_t least, most;
    } rows[] = {
        { "", 9900, 10200 },   /* nothing was ever asked */
        { "e", 9900, 10200 },  /* from the last message */
        { "ee", 9900, 10200 }, /* which lengthens it */
        { "p", 3900, 4200 },   /* but a part of one does not */
    };
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        serve_start(i, NULL);
        char kinds[4];
        memcpy(kinds, rows[i].kinds, sizeof(kinds));
        hosts_spawn(idle, kinds);
        hosts_run_ms(60000);
        CHECK(closed_after_ms >= rows[i].least && closed_after_ms <= rows[i].most);
        CHECK_EQ(td_count_get(&net_server_counters(server)->idle), 1);
        CHECK_EQ(net_server_count(server), 0);
        serve_finish();
    }
}

static void waiting(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct net_stream *stream = dial(fiber);
    ask(fiber, stream, 'k', 1);
    CHECK_OK(io_fiber_sleep_ms(fiber, 100 * 1000));
    uint8_t octets[12] = { 'k', 1 };
    answer(kept[0], octets, sizeof(octets));
    net_conn_finish(kept[0]);
    expect(fiber, stream, 'k', 1, 12);
    net_stream_close(stream);
}

TEST(who_waits_for_us_is_not_idle)
{
    serve_start(1, NULL);
    hosts_spawn(waiting, NULL);
    hosts_run_ms(200 * 1000);
    CHECK_EQ(td_count_get(&net_server_counters(server)->idle), 0);
    serve_finish();
}

static int refused, closed;

static void one_of_many(struct fiber *fiber, void *argument)
{
    const char *kind = argument;
    struct net_stream *stream;
    struct td_addr to = world_addr("192.0.2.2", 53);
    if (net_stream_dial(fiber, NET_TRANSPORT_TCP, NULL, &to, soon(fiber), &stream) != TD_OK) {
        refused++;
        return;
    }
    if (kind != NULL) {
        uint8_t octets[12] = { (uint8_t)*kind };
        if (net_stream_send(fiber, stream, octets, 12, soon(fiber)) != TD_OK)
            refused++;
    }
    const uint8_t *octets;
    size_t size;
    td_err err = net_stream_receive(fiber, stream, io_deadline_ms(io_fiber_io(fiber), 60000),
                                    &octets, &size);
    refused += err == TD_E_IO;
    closed += err == TD_E_CLOSED;
    net_stream_close(stream);
}

TEST(pressure_shortens_the_idle_time_and_makes_room)
{
    struct net_limits limits = { .connections = 8, .per_client = 100 };
    char keep[] = "k";
    serve_start(1, &limits);
    refused = closed = 0;
    hosts_spawn(one_of_many, keep); /* one that waits for its answer */
    hosts_run_ms(100);
    CHECK_EQ(net_conn_keepalive(kept[0]), 100);
    for (int i = 0; i < 5; i++)
        hosts_spawn(one_of_many, NULL);
    hosts_run_ms(100);
    CHECK_EQ(net_server_count(server), 6);
    CHECK_EQ(net_conn_keepalive(kept[0]), 100); /* three quarters */
    hosts_spawn(one_of_many, NULL);
    hosts_run_ms(100);
    CHECK_EQ(net_conn_keepalive(kept[0]), 51);
    hosts_spawn(one_of_many, NULL);
    hosts_run_ms(100);
    CHECK_EQ(net_server_count(server), 7); /* all taken: 200 ms, so the oldest had to go */
    CHECK_EQ(td_count_get(&net_server_counters(server)->idle), 1);
    hosts_run_ms(6000);
    CHECK(net_server_count(server) <= 6);
    CHECK(td_count_get(&net_server_counters(server)->idle) >= 2);

    /* At once more than there is room for. */
    hosts_run_ms(20000);
    CHECK_EQ(net_server_count(server), 1);
    for (int i = 0; i < 20; i++)
        hosts_spawn(one_of_many, NULL);
    hosts_run_ms(50);
    CHECK_EQ(net_server_count(server), 8);
    CHECK_EQ(net_conn_keepalive(kept[0]), 2);
    CHECK_EQ(td_count_get(&net_server_counters(server)->refused), 13);
    hosts_run_ms(200); /* now they have been idle for long enough to go */
    hosts_spawn(one_of_many, NULL);
    hosts_run_ms(10);
    CHECK(td_count_get(&net_server_counters(server)->evicted) +
              td_count_get(&net_server_counters(server)->idle) >=
          8);
    CHECK_EQ(td_count_get(&net_server_counters(server)->refused), 13);
    CHECK(net_conn_is_open(kept[0]));
    net_conn_finish(kept[0]);
    serve_finish();
    CHECK(refused >= 13);
}

TEST(a_client_has_so_many_connections)
{
    struct net_limits limits = { .connections = 100, .per_client = 3 };
    serve_start(1, &limits);
    for (int i = 0; i < 10; i++)
        hosts_spawn(one_of_many, NULL);
    hosts_run_ms(100);
    CHECK_EQ(net_server_count(server), 3);
    CHECK_EQ(td_count_get(&net_server_counters(server)->refused_client), 7);
    hosts_run_ms(20000);
    CHECK_EQ(net_server_count(server), 0);
    hosts_spawn(one_of_many, NULL);
    hosts_run_ms(100);
    CHECK_EQ(net_server_count(server), 1);
    serve_finish();
}

/* What another server of the same crowd has counts here as well, and here only so far. */
TEST(servers_of_one_crowd_share_its_limits)
{
    struct net_limits limits = { .connections = 5, .per_client = 3 };
    struct td_hash_seed seed = td_hash_seed_of(1, 2);
    struct td_addr same = world_addr("192.0.2.1", 4711), others = world_addr("192.0.2.99", 4711);
    struct net_client *elsewhere[4];
    crowd = net_crowd_new(&seed);
    CHECK_EQ(net_crowd_enter(crowd, &same, 5, 3, &elsewhere[0]), NET_ENTRY_GOOD);
    serve_start(1, &limits);
    for (int i = 0; i < 10; i++)
        hosts_spawn(one_of_many, NULL);
    hosts_run_ms(100);
    CHECK_EQ(net_server_count(server), 2);
    CHECK_EQ(td_count_get(&net_server_counters(server)->refused_client), 8);
    hosts_run_ms(20000);
    CHECK_EQ(net_server_count(server), 0);
    CHECK_EQ(net_crowd_count(crowd), 1);

    /* All are taken elsewhere: there is nobody here who could go. */
    for (int i = 1; i < 4; i++)
        CHECK_EQ(net_crowd_enter(crowd, &others, 5, 3, &elsewhere[i]), NET_ENTRY_GOOD);
    for (int i = 0; i < 2; i++)
        hosts_spawn(one_of_many, NULL);
    hosts_run_ms(20);
    CHECK_EQ(net_server_count(server), 1);
    CHECK_EQ(td_count_get(&net_server_counters(server)->refused), 1);
    hosts_run_ms(2000); /* ... and pressure from elsewhere shortens the idle time here */
    CHECK_EQ(net_server_count(server), 0);
    for (int i = 0; i < 4; i++)
        net_crowd_leave(crowd, elsewhere[i]);
    serve_finish();
    net_crowd_free(crowd);
    crowd = NULL;
}

static void greedy(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct net_stream *stream = dial(fiber);
    uint8_t octets[12] = { 'b' };
    td_err err = TD_OK;
    for (int i = 0; i < 1000 && err == TD_OK; i++)
        err = net_stream_send(fiber, stream, octets, sizeof(octets), IO_FOREVER);
    CHECK_OK(io_fiber_sleep_ms(fiber, 60000)); /* and reads nothing */
    net_stream_close(stream);
}

TEST(who_does_not_read_is_not_read_and_then_dropped)
{
    serve_start(1, NULL);
    hosts_spawn(greedy, NULL);
    hosts_run_ms(1000);
    CHECK(seen >= 4 && seen < 12); /* 256 KiB of 64 each, and what is under way */
    CHECK_EQ(net_server_count(server), 1);
    hosts_run_ms(30000);
    CHECK_EQ(net_server_count(server), 0);
    CHECK_EQ(td_count_get(&net_server_counters(server)->slow), 1);
    CHECK(seen < 12);
    hosts_run_ms(60000);
    serve_finish();
}

static void greedy_reader(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct net_stream *stream = dial(fiber);
    const uint8_t *octets;
    size_t size;
    for (int i = 0; i < 50; i++)
        ask(fiber, stream, 'b', 0);
    for (int i = 0; i < 50; i++) {
        CHECK_OK(net_stream_receive(fiber, stream, soon(fiber), &octets, &size));
        CHECK_EQ(size, BIG);
        CHECK(octets[0] == 'B' && octets[BIG - 1] == 'B');
    }
    net_stream_close(stream);
}

TEST(who_reads_gets_it_all)
{
    serve_start(1, NULL);
    hosts_spawn(greedy_reader, NULL);
    hosts_run_ms(20000);
    CHECK_EQ(seen, 50);
    CHECK_EQ(net_server_count(server), 0);
    serve_finish();
}

/* -- long answers
 * ----------------------------------------------------------------------------------------- */

static uint32_t read_count;

static void transfer(struct fiber *fiber, void *argument)
{
    uint64_t pause_ms = *(uint64_t *)argument;
    struct net_stream *stream = dial(fiber);
    ask(fiber, stream, 's', 0);
    const uint8_t *octets;
    size_t size;
    for (read_count = 0; read_count < STREAM_MESSAGES; read_count++) {
        uint64_t deadline = io_deadline_ms(io_fiber_io(fiber), 600000);
        if (net_stream_receive(fiber, stream, deadline, &octets, &size) != TD_OK)
            break;
        CHECK_EQ(size, STREAM_SIZE);
        CHECK_EQ(td_get_u32(octets + 4), read_count);
        CHECK_OK(io_fiber_sleep_ms(fiber, pause_ms));
    }
    net_stream_close(stream);
}

TEST(a_transfer_keeps_the_pace_of_its_reader)
{
    serve_start(1, NULL);
    uint64_t pause_ms = 100;
    hosts_spawn(transfer, &pause_ms);
    hosts_run_ms(2000);
    CHECK(streamed < 60); /* it does not run ahead */
    hosts_run_ms(60000);
    CHECK_EQ(read_count, STREAM_MESSAGES);
    CHECK_OK(stream_result);
    CHECK(io_fiber_is_done(streamer));
    io_fiber_reap(streamer);
    serve_finish();
}

TEST(a_transfer_to_a_reader_that_is_too_slow_is_dropped)
{
    struct net_limits limits = { .rate_min = 5000 };
    uint64_t pause_ms = 8000; /* 30,000 octets every 8 s: progress, but below the rate */
    serve_start(1, &limits);
    hosts_spawn(transfer, &pause_ms);
    hosts_run_ms(600000);
    CHECK_EQ(stream_result, TD_E_TIMEOUT);
    CHECK_EQ(td_count_get(&net_server_counters(server)->slow), 1);
    CHECK(read_count < STREAM_MESSAGES);
    io_fiber_reap(streamer);
    serve_finish();
}

static void transfer_abandoned(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct net_stream *stream = dial(fiber);
    ask(fiber, stream, 's', 0);
    CHECK_OK(io_fiber_sleep_ms(fiber, 100));
    net_stream_close(stream);
}

TEST(a_transfer_that_is_abandoned_or_cancelled_ends)
{
    serve_start(1, NULL);
    hosts_spawn(transfer_abandoned, NULL);
    hosts_run_ms(2000);
    CHECK_EQ(stream_result, TD_E_CLOSED);
    io_fiber_reap(streamer);
    uint64_t pause_ms = 1000;
    hosts_spawn(transfer, &pause_ms);
    hosts_run_ms(2000);
    io_fiber_cancel(streamer);
    hosts_run_ms(10);
    CHECK_EQ(stream_result, TD_E_CANCELLED);
    io_fiber_reap(streamer);
    serve_finish();
}

TESTS(messages_are_whole_however_they_come, octet_by_octet_is_fine,
      a_message_shorter_than_a_header_ends_the_connection, answers_may_come_later_and_in_any_order,
      queries_in_flight_are_limited, who_ends_its_side_still_gets_its_answers,
      a_closed_connection_loses_no_answer, a_query_in_flight_outlives_its_client_and_the_server,
      an_idle_connection_is_closed, who_waits_for_us_is_not_idle,
      pressure_shortens_the_idle_time_and_makes_room, a_client_has_so_many_connections,
      servers_of_one_crowd_share_its_limits, who_does_not_read_is_not_read_and_then_dropped,
      who_reads_gets_it_all, a_transfer_keeps_the_pace_of_its_reader,
      a_transfer_to_a_reader_that_is_too_slow_is_dropped,
      a_transfer_that_is_abandoned_or_cancelled_ends)
