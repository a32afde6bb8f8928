/*
 * Goal    an exchange takes the answer that is accepted, from whom was asked, by its deadline; each
 *         named error is reached.
 * Method  a simulated server that answers as the first octet of the question tells.
 */
#include "base/alloc.h"
#include "io/tcp.h"
#include "io/udp.h"
#include "net/dial.h"
#include "net/listen.h"
#include "unit/net/hosts.h"

static struct io_udp *udp;
static struct net_server *server;
static struct net_listener *listener;

/* 'g' good; 'w' a wrong one, then a good one; 'n' nothing; 't' too short. */
static void udp_answer(void *context TD_UNUSED, struct io_udp *socket, struct io_udp_item *items,
                       uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct io_udp_item *item = &items[i];
        if (item->octets[0] == 'n')
            continue;
        memcpy(item->answer, item->octets, item->size);
        if (item->octets[0] == 'w') {
            item->answer[1] = 'X';
            io_udp_send(socket, item->path, item->answer, item->size);
            io_udp_send(socket, item->path, item->answer, 5);
            memcpy(item->answer, item->octets, item->size);
        }
        item->answer_size = item->octets[0] == 't' ? 11 : item->size;
    }
}

/* 'g' good; 'w' wrong; 'n' nothing; 'c' closes. */
static void tcp_answer(void *context TD_UNUSED, struct net_conn *conn, const uint8_t *octets,
                       size_t size)
{
    if (octets[0] == 'g' || octets[0] == 'w') {
        uint8_t *answer = net_conn_reserve(conn, size);
        memcpy(answer, octets, size);
        answer[1] = octets[0] == 'w' ? 'X' : octets[1];
        net_conn_commit(conn, size);
    }
    if (octets[0] == 'c')
        net_conn_close(conn);
    net_conn_finish(conn);
}

static bool accept_mine(void *context, const uint8_t *octets, size_t size)
{
    CHECK(size >= NET_MESSAGE_SIZE_MIN);
    return octets[1] == *(uint8_t *)context;
}

static void run(io_fiber_entry *body)
{
    hosts_start(1);
    struct io *io = io_sim_host_io(server_host);
    struct td_addr addr = world_addr("192.0.2.2", 53);
    struct io_udp_options options = { .addr = addr, .receive = udp_answer };
    struct net_handler handler = { .message = tcp_answer };
    struct net_limits limits = { .connections = 10 };
    CHECK_OK(io_udp_open(io, &options, &udp, NULL));
    server = net_server_new(io, NULL, &limits, &handler);
    CHECK_OK(net_listen(server, &addr, false, &listener, NULL));
    hosts_spawn(body, NULL);
    hosts_run_ms(100000);
    CHECK_EQ(io_sim_host_io(client_host)->fiber_count, 0);
    net_listener_close(listener);
    net_server_free(server);
    io_udp_close(udp);
    hosts_run_out();
    io_sim_free(sim);
}

typedef td_err exchange_call(struct fiber *fiber, const struct net_exchange *exchange,
                             uint8_t *answer, size_t answer_size_max, size_t *ret_answer_size);

static void exchange(struct fiber *fiber, exchange_call *call, char kind, const char *to,
                     size_t room, td_err want)
{
    uint8_t question[20] = { (uint8_t)kind, 7 }, answer[64], mine = 7;
    size_t size = 0;
    struct td_addr remote = world_addr(to, 53);
    struct net_exchange ask = {
        .remote = &remote,
        .question = question,
        .question_size = sizeof(question),
        .accept = accept_mine,
        .context = &mine,
        .deadline_ns = io_deadline_ms(io_fiber_io(fiber), 1000),
    };
    uint64_t start_ms = io_now_ms(io_fiber_io(fiber));
    CHECK_EQ_WHY(call(fiber, &ask, answer, room, &size), want, &kind);
    CHECK(io_now_ms(io_fiber_io(fiber)) <= start_ms + 1001);
    if (want == TD_OK)
        CHECK_BYTES(answer, size, question, sizeof(question));
    else
        CHECK_EQ(size, 0);
}

static void udp_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    exchange(fiber, net_exchange_udp, 'g', "192.0.2.2", 64, TD_OK);
    exchange(fiber, net_exchange_udp, 'w', "192.0.2.2", 64, TD_OK);
    exchange(fiber, net_exchange_udp, 'n', "192.0.2.2", 64, TD_E_TIMEOUT);
    exchange(fiber, net_exchange_udp, 't', "192.0.2.2", 64, TD_E_TIMEOUT);
    io_udp_close(udp);
    exchange(fiber, net_exchange_udp, 'g', "192.0.2.2", 64, TD_E_CLOSED);
    struct td_addr addr = world_addr("192.0.2.2", 53);
    struct io_udp_options options = { .addr = addr, .receive = udp_answer };
    CHECK_OK(io_udp_open(io_sim_host_io(server_host), &options, &udp, NULL));
    io_sim_partition(sim, client_host, server_host, true);
    exchange(fiber, net_exchange_udp, 'g', "192.0.2.2", 64, TD_E_TIMEOUT);
}

TEST(questions_over_udp)
{
    run(udp_body);
}

static void tcp_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    exchange(fiber, net_exchange_tcp, 'g', "192.0.2.2", 64, TD_OK);
    exchange(fiber, net_exchange_tcp, 'g', "192.0.2.2", 20, TD_OK);
    exchange(fiber, net_exchange_tcp, 'g', "192.0.2.2", 19, TD_E_SPACE);
    exchange(fiber, net_exchange_tcp, 'w', "192.0.2.2", 64, TD_E_MALFORMED);
    exchange(fiber, net_exchange_tcp, 'n', "192.0.2.2", 64, TD_E_TIMEOUT);
    exchange(fiber, net_exchange_tcp, 'c', "192.0.2.2", 64, TD_E_TRUNCATED);
    exchange(fiber, net_exchange_tcp, 'g', "192.0.2.99", 64, TD_E_IO);
    net_listener_close(listener);
    listener = NULL;
    exchange(fiber, net_exchange_tcp, 'g', "192.0.2.2", 64, TD_E_CLOSED);
    io_sim_partition(sim, client_host, server_host, true);
    exchange(fiber, net_exchange_tcp, 'g', "192.0.2.2", 64, TD_E_TIMEOUT);
}

TEST(questions_over_tcp)
{
    run(tcp_body);
}

/* -- a server that misframes ---------------------------------------------------------------------
 */

static const uint8_t *raw;
static size_t raw_size;

static void raw_accept(void *context TD_UNUSED, struct io_tcp *tcp)
{
    static const struct io_tcp_events none = { .read = NULL };
    io_tcp_start(tcp, &none, NULL);
    io_tcp_write(tcp, raw, raw_size, NULL, NULL);
    io_tcp_shutdown(tcp);
    *(struct io_tcp **)context = tcp;
}

static void raw_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    static const struct {
        uint8_t octets[16];
        size_t size;
        td_err first, second;
    } rows[] = {
        { { 0, 12, 1 }, 14, TD_OK, TD_E_CLOSED },
        { { 0, 12, 1 }, 13, TD_E_TRUNCATED, TD_E_TRUNCATED },
        { { 0 }, 1, TD_E_TRUNCATED, TD_E_TRUNCATED },
        { { 0, 12, 1, [14] = 0 }, 15, TD_OK, TD_E_TRUNCATED },
        { { 0, 11 }, 13, TD_E_MALFORMED, TD_E_MALFORMED },
        { { 0, 0 }, 2, TD_E_MALFORMED, TD_E_MALFORMED },
        { { 0 }, 0, TD_E_CLOSED, TD_E_CLOSED },
    };
    struct io_tcp *accepted = NULL;
    struct io_tcp_listener *raw_listener;
    struct io_tcp_listen_options options = { .addr = world_addr("192.0.2.2", 54),
                                             .accept = raw_accept,
                                             .context = &accepted };
    CHECK_OK(io_tcp_listen(io_sim_host_io(server_host), &options, &raw_listener, NULL));
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct net_stream *stream;
        const uint8_t *octets;
        size_t size;
        uint64_t deadline = io_deadline_ms(io_fiber_io(fiber), 1000);
        raw = rows[i].octets;
        raw_size = rows[i].size;
        CHECK_OK(net_stream_dial(fiber, NET_TRANSPORT_TCP, NULL, &options.addr, deadline, &stream));
        CHECK(td_addr_equal(net_stream_remote(stream), &options.addr));
        CHECK_EQ(net_stream_local(stream)->family, 4);
        CHECK_EQ(net_stream_receive(fiber, stream, deadline, &octets, &size), rows[i].first);
        CHECK_EQ(net_stream_receive(fiber, stream, deadline, &octets, &size), rows[i].second);
        net_stream_close(stream);
        io_tcp_close(accepted);
    }
    struct net_stream *stream;
    CHECK_EQ(net_stream_dial(fiber, NET_TRANSPORT_TLS, NULL, &options.addr, IO_FOREVER, &stream),
             TD_E_UNSUPPORTED);
    io_tcp_listener_close(raw_listener);
}

TEST(streams_that_end_badly)
{
    run(raw_body);
}

TESTS(questions_over_udp, questions_over_tcp, streams_that_end_badly)
