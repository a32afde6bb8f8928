/*
 * Goal    streams: dialling, reading, writing with back-pressure, half-close, reset, addresses.
 * Method  real sockets on loopback; the server side with callbacks, the client side in fibers.
 */
#include "base/alloc.h"
#include "io/tcp.h"
#include "unit/io/world.h"

enum { LARGE = 8 << 20 };

/* One accepted connection: echoes, or swallows, or pauses. */
struct server {
    struct io_tcp_listener *listener;
    struct io_tcp *tcp;
    struct td_addr remote;
    struct td_addr local;
    size_t received;
    td_err end;
    int closed;
    bool is_swallowing;
    bool is_paused_at_once;
    struct io_condition news;
};

struct echo {
    uint8_t *octets;
    struct server *server;
};

static void echo_written(void *context, td_err err TD_UNUSED)
{
    free(context);
}

static void server_read(struct io_tcp *tcp, void *context, const uint8_t *octets, size_t size)
{
    struct server *server = context;
    server->received += size;
    io_condition_broadcast(&server->news);
    if (server->is_swallowing)
        return;
    size_t n = io_tcp_write_try(tcp, octets, size);
    if (n < size) {
        void *rest = td_memdup(octets + n, size - n);
        io_tcp_write(tcp, rest, size - n, echo_written, rest);
    }
}

static void server_end(struct io_tcp *tcp, void *context, td_err why)
{
    struct server *server = context;
    server->end = why;
    io_condition_broadcast(&server->news);
    if (why == TD_E_CLOSED)
        io_tcp_shutdown(tcp);
}

static void server_closed(void *context)
{
    struct server *server = context;
    server->closed++;
    io_condition_broadcast(&server->news);
}

static const struct io_tcp_events server_events = { .read = server_read,
                                                    .end = server_end,
                                                    .closed = server_closed };

static void server_accept(void *context, struct io_tcp *tcp)
{
    struct server *server = context;
    server->tcp = tcp;
    server->remote = *io_tcp_remote(tcp);
    server->local = *io_tcp_local(tcp);
    io_tcp_start(tcp, &server_events, server);
    if (server->is_paused_at_once)
        io_tcp_pause(tcp);
    io_condition_broadcast(&server->news);
}

static void server_open(struct io *io, const char *text, struct server *ret_server)
{
    struct io_tcp_listen_options options = { .addr = world_addr(text, 0),
                                             .accept = server_accept,
                                             .context = ret_server };
    CHECK_OK(io_tcp_listen(io, &options, &ret_server->listener, NULL));
}

static struct io_tcp *server_dial(struct fiber *fiber, struct server *server, const char *to)
{
    struct io_tcp *tcp;
    struct td_addr addr = *io_tcp_listener_addr(server->listener);
    if (to != NULL)
        addr = world_addr(to, addr.port);
    CHECK_OK(io_tcp_dial(fiber, NULL, &addr, io_deadline_ms(io_fiber_io(fiber), 2000), &tcp));
    while (server->tcp == NULL)
        CHECK_OK(io_condition_wait(fiber, &server->news, IO_FOREVER));
    CHECK(td_addr_equal(&server->remote, io_tcp_local(tcp)));
    CHECK(td_addr_equal(&server->local, io_tcp_remote(tcp)));
    CHECK(io_tcp_io(tcp) == io_fiber_io(fiber));
    return tcp;
}

static void server_finish(struct fiber *fiber, struct server *server)
{
    io_tcp_close(server->tcp);
    while (server->closed == 0)
        CHECK_OK(io_condition_wait(fiber, &server->news, IO_FOREVER));
    CHECK_EQ(server->closed, 1);
    io_tcp_listener_close(server->listener);
}

static void echo_body(struct fiber *fiber, void *argument)
{
    const char **texts = argument;
    struct io *io = io_fiber_io(fiber);
    struct server server = { .received = 0 };
    server_open(io, texts[0], &server);
    struct io_tcp *tcp = server_dial(fiber, &server, texts[1]);
    uint64_t deadline = io_deadline_ms(io, 5000);
    char buffer[16];
    size_t size;
    CHECK_OK(io_tcp_write_all(fiber, tcp, "hello", 5, deadline));
    CHECK_OK(io_tcp_read_all(fiber, tcp, buffer, 5, deadline));
    CHECK_BYTES(buffer, 5, "hello", 5);
    CHECK_EQ(io_tcp_read_some(fiber, tcp, buffer, 16, io_deadline_ms(io, 5), &size), TD_E_TIMEOUT);

    /* Half-close: what we sent before still comes back. */
    CHECK_OK(io_tcp_write_all(fiber, tcp, "last", 4, deadline));
    io_tcp_shutdown(tcp);
    io_tcp_shutdown(tcp);
    CHECK_EQ(io_tcp_read_all(fiber, tcp, buffer, 5, deadline), TD_E_TRUNCATED);
    CHECK_EQ(io_tcp_read_all(fiber, tcp, buffer, 5, deadline), TD_E_CLOSED);
    CHECK_EQ(server.end, TD_E_CLOSED);
    io_tcp_close(tcp);
    server_finish(fiber, &server);
}

TEST(echo_and_half_close)
{
    const char *ipv4[] = { "127.0.0.1", NULL }, *ipv6[] = { "::1", NULL };
    const char *any[] = { "0.0.0.0", "127.0.0.5" };
    world_run(echo_body, ipv4);
    world_run(echo_body, ipv6);
    world_run(echo_body, any);
}

static void write_large(struct fiber *fiber, void *argument)
{
    struct io_tcp *tcp = argument;
    uint8_t *octets = td_malloc(LARGE);
    for (size_t i = 0; i < LARGE; i++)
        octets[i] = (uint8_t)(i * 31 + (i >> 12));
    CHECK_OK(io_tcp_write_all(fiber, tcp, octets, LARGE, IO_FOREVER));
    io_tcp_shutdown(tcp);
    free(octets);
}

static void large_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io *io = io_fiber_io(fiber);
    struct server server = { .is_paused_at_once = true };
    struct fiber *writer;
    server_open(io, "127.0.0.1", &server);
    struct io_tcp *tcp = server_dial(fiber, &server, NULL);
    CHECK_OK(io_fiber_spawn(io, "writer", write_large, tcp, &writer));
    CHECK_OK(io_fiber_sleep_ms(fiber, 20));
    CHECK_EQ(server.received, 0); /* paused: the writer is held */
    CHECK(!io_fiber_is_done(writer));
    CHECK(io_tcp_write_queue_size(tcp) > 0);
    io_tcp_resume(server.tcp);

    uint8_t *block = td_malloc(100000);
    size_t at = 0, size;
    td_err err;
    while ((err = io_tcp_read_some(fiber, tcp, block, 100000, io_deadline_ms(io, 5000), &size)) ==
           TD_OK)
        for (size_t i = 0; i < size; i++, at++)
            CHECK_EQ(block[i], (uint8_t)(at * 31 + (at >> 12)));
    CHECK_EQ(err, TD_E_CLOSED);
    CHECK_EQ(at, LARGE);
    io_fiber_join(fiber, writer);
    free(block);
    io_tcp_close(tcp);
    server_finish(fiber, &server);
}

TEST(a_large_stream_with_back_pressure)
{
    world_run(large_body, NULL);
}

static void stuck_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    /* The peer reads nothing: the write ends with the deadline, and the octets are ours again. */
    struct io *io = io_fiber_io(fiber);
    struct server server = { .is_paused_at_once = true };
    server_open(io, "127.0.0.1", &server);
    struct io_tcp *tcp = server_dial(fiber, &server, NULL);
    uint8_t *octets = td_calloc(1, 4 * LARGE);
    CHECK_EQ(io_tcp_write_all(fiber, tcp, octets, 4 * LARGE, io_deadline_ms(io, 20)), TD_E_TIMEOUT);
    free(octets);
    io_tcp_close(tcp);
    io_tcp_resume(server.tcp); /* sees the reset */
    while (server.end == TD_OK)
        CHECK_OK(io_condition_wait(fiber, &server.news, io_deadline_ms(io, 2000)));
    CHECK_EQ(server.end, TD_E_IO);
    server_finish(fiber, &server);
}

TEST(a_peer_that_does_not_read)
{
    world_run(stuck_body, NULL);
}

static void cancelled_reader(struct fiber *fiber, void *argument)
{
    char buffer[4];
    size_t size;
    CHECK_EQ(io_tcp_read_some(fiber, argument, buffer, 4, IO_FOREVER, &size), TD_E_CANCELLED);
    CHECK_EQ(io_tcp_write_all(fiber, argument, "x", 1, IO_FOREVER), TD_E_CANCELLED);
}

static void refused_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io *io = io_fiber_io(fiber);
    struct server server = { .is_swallowing = true };
    struct io_tcp *tcp;
    struct td_diag diag = { .line = 0 };
    server_open(io, "127.0.0.1", &server);
    struct td_addr addr = *io_tcp_listener_addr(server.listener);
    CHECK_EQ(io_tcp_probe(io, &addr, false, &diag), TD_E_EXISTS);
    CHECK(strstr(diag.text, "in use") != NULL);

    tcp = server_dial(fiber, &server, NULL);
    struct fiber *reader;
    CHECK_OK(io_fiber_spawn(io, "reader", cancelled_reader, tcp, &reader));
    CHECK_OK(io_fiber_yield(fiber));
    io_fiber_cancel(reader);
    io_fiber_join(fiber, reader);
    io_tcp_reset(tcp);
    while (server.end == TD_OK)
        CHECK_OK(io_condition_wait(fiber, &server.news, io_deadline_ms(io, 2000)));
    CHECK_EQ(server.end, TD_E_IO);
    server_finish(fiber, &server);

    CHECK_OK(io_fiber_sleep_ms(fiber, 2));
    CHECK_OK(io_tcp_probe(io, &addr, false, &diag));
    CHECK_EQ(io_tcp_dial(fiber, NULL, &addr, io_deadline_ms(io, 2000), &tcp), TD_E_CLOSED);
    struct td_addr strange = world_addr("192.0.2.77", 0);
    CHECK_EQ(io_tcp_dial(fiber, &strange, &addr, io_deadline_ms(io, 2000), &tcp), TD_E_INVALID);
}

TEST(refused_reset_and_cancelled)
{
    world_run(refused_body, NULL);
}

TESTS(echo_and_half_close, a_large_stream_with_back_pressure, a_peer_that_does_not_read,
      refused_reset_and_cancelled)
