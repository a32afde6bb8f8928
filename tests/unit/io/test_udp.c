/*
 * Goal    batches are answered by one call, from the address asked; clients time out, notice closed
 * ports; a port in use is found out. Method  real sockets on loopback, in one world.
 */
#include "io/udp.h"
#include "unit/io/world.h"

static uint32_t batch_largest;
static struct io_udp_path kept_path;

/* Answers the octets backwards, in place when they begin with 'i', not at all when with 'n', and
 * later when with 'l'. */
static void answer(void *context, struct io_udp *udp, struct io_udp_item *items, uint32_t count)
{
    uint32_t *seen = context;
    *seen += count;
    batch_largest = count > batch_largest ? count : batch_largest;
    CHECK(io_udp_addr(udp)->port != 0);
    for (uint32_t i = 0; i < count; i++) {
        struct io_udp_item *item = &items[i];
        CHECK_EQ(item->answer_size, 0);
        if (item->size == 0 || item->octets[0] == 'n')
            continue;
        if (item->octets[0] == 'l') {
            kept_path = *item->path;
            continue;
        }
        if (item->octets[0] == 'i')
            item->answer = item->octets;
        else
            for (uint32_t j = 0; j < item->size; j++)
                item->answer[j] = item->octets[item->size - 1 - j];
        item->answer_size = item->size;
    }
}

static struct io_udp *server_open(struct io *io, const char *text, uint32_t *seen, bool reuse_port,
                                  uint16_t port)
{
    struct io_udp *udp;
    struct td_diag diag = { .line = 0 };
    struct io_udp_options options = {
        .addr = world_addr(text, port),
        .receive = answer,
        .context = seen,
        .reuse_port = reuse_port,
        .receive_size = 512,
        .send_size = 512,
    };
    *seen = 0;
    td_err err = io_udp_open(io, &options, &udp, &diag);
    if (err != TD_OK)
        fail_msg("%s", diag.text);
    return udp;
}

static void exchange(struct fiber *fiber, struct io_udp_client *client, const char *question,
                     const char *want)
{
    char buffer[600];
    size_t size;
    uint64_t deadline = io_deadline_ms(io_fiber_io(fiber), want != NULL ? 2000 : 20);
    CHECK_OK(io_udp_client_send(client, NULL, question, strlen(question)));
    td_err err =
        io_udp_client_receive(fiber, client, deadline, buffer, sizeof(buffer), &size, NULL);
    CHECK_EQ(err, want != NULL ? TD_OK : TD_E_TIMEOUT);
    if (want != NULL)
        CHECK_BYTES(buffer, size, want, strlen(want));
}

static void echo_body(struct fiber *fiber, void *argument)
{
    struct io *io = io_fiber_io(fiber);
    uint32_t seen;
    struct io_udp *udp = server_open(io, argument, &seen, false, 0);
    struct io_udp_client *client;
    CHECK_OK(io_udp_client_open(io, NULL, io_udp_addr(udp), &client, NULL));
    exchange(fiber, client, "abc", "cba");
    exchange(fiber, client, "in place", "in place");
    exchange(fiber, client, "none", NULL);

    exchange(fiber, client, "later", NULL);
    struct td_addr asker, own;
    io_udp_path_remote(&kept_path, &asker);
    io_udp_client_addr(client, &own);
    CHECK(td_addr_equal(&asker, &own));
    char buffer[16];
    size_t size;
    io_udp_send(udp, &kept_path, "now", 3);
    CHECK_OK(io_udp_client_receive(fiber, client, io_deadline_ms(io, 2000), buffer, sizeof(buffer),
                                   &size, &asker));
    CHECK_BYTES(buffer, size, "now", 3);
    CHECK(td_addr_equal(&asker, io_udp_addr(udp)));

    /* Larger than the receive buffer. */
    char large[513];
    memset(large, 'x', sizeof(large));
    CHECK_OK(io_udp_client_send(client, NULL, large, sizeof(large)));
    exchange(fiber, client, "abc", "cba");
    CHECK_EQ(td_count_get(&io_udp_counters(udp)->oversize), 1);
    CHECK_EQ(td_count_get(&io_udp_counters(udp)->received), 6);
    CHECK_EQ(td_count_get(&io_udp_counters(udp)->sent), 4);

    io_udp_close(udp);
    CHECK_OK(io_fiber_sleep_ms(fiber, 1));
    CHECK_OK(io_udp_client_send(client, NULL, "?", 1));
    CHECK_EQ(io_udp_client_receive(fiber, client, io_deadline_ms(io, 2000), buffer, sizeof(buffer),
                                   &size, NULL),
             TD_E_CLOSED);
    io_udp_client_close(client);
}

TEST(echo_on_ipv4)
{
    char text[] = "127.0.0.1";
    world_run(echo_body, text);
}

TEST(echo_on_ipv6)
{
    char text[] = "::1";
    world_run(echo_body, text);
}

static void wildcard_body(struct fiber *fiber, void *argument)
{
    const char **texts = argument;
    struct io *io = io_fiber_io(fiber);
    uint32_t seen;
    struct io_udp *udp = server_open(io, texts[0], &seen, true, 0);
    for (size_t i = 1; i < 3; i++) {
        /* Connected: an answer from any other address than the one asked does not arrive. */
        struct td_addr to = world_addr(texts[i], io_udp_addr(udp)->port), local;
        struct io_udp_client *client;
        CHECK_OK(io_udp_client_open(io, NULL, &to, &client, NULL));
        exchange(fiber, client, "abc", "cba");
        exchange(fiber, client, "later", NULL);
        io_udp_path_local(udp, &kept_path, &local);
        CHECK(td_addr_equal(&local, &to));
        io_udp_send(udp, &kept_path, "now", 3);
        char buffer[8];
        size_t size;
        CHECK_OK(io_udp_client_receive(fiber, client, io_deadline_ms(io, 2000), buffer,
                                       sizeof(buffer), &size, NULL));
        io_udp_client_close(client);
    }
    io_udp_close(udp);
}

TEST(a_wildcard_answers_from_the_address_asked)
{
    const char *ipv4[] = { "0.0.0.0", "127.0.0.1", "127.0.0.77" };
    const char *ipv6[] = { "::", "::1", "::1" };
    world_run(wildcard_body, ipv4);
    world_run(wildcard_body, ipv6);
}

static void batch_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    enum { ROUNDS = 20, PER_ROUND = 200 };
    struct io *io = io_fiber_io(fiber);
    uint32_t seen;
    struct io_udp *udp = server_open(io, "127.0.0.1", &seen, false, 0);
    struct td_addr local = world_addr("127.0.0.1", 0);
    struct io_udp_client *client;
    CHECK_OK(io_udp_client_open(io, &local, NULL, &client, NULL));
    batch_largest = 0;
    for (int round = 0; round < ROUNDS; round++) {
        uint8_t was[PER_ROUND] = { 0 };
        int unanswered = 0;
        for (int i = 0; i < PER_ROUND; i++) {
            /* A third of them is not answered: the rest must not be mixed up. */
            uint8_t octets[3] = { i % 3 == 0 ? 'n' : 'x', (uint8_t)i, 'y' };
            unanswered += i % 3 == 0;
            CHECK_OK(io_udp_client_send(client, io_udp_addr(udp), octets, sizeof(octets)));
        }
        for (int i = 0; i < PER_ROUND - unanswered; i++) {
            uint8_t octets[8];
            size_t size;
            struct td_addr from;
            CHECK_OK(io_udp_client_receive(fiber, client, io_deadline_ms(io, 2000), octets,
                                           sizeof(octets), &size, &from));
            CHECK_EQ(size, 3);
            CHECK(octets[0] == 'y' && octets[2] == 'x' && was[octets[1]]++ == 0);
            CHECK(octets[1] % 3 != 0);
            CHECK(td_addr_equal(&from, io_udp_addr(udp)));
        }
    }
    CHECK_EQ(seen, ROUNDS * PER_ROUND);
    CHECK_EQ(batch_largest, IO_UDP_BATCH_MAX);
    CHECK(td_count_get(&io_udp_counters(udp)->batches) < ROUNDS * 10);
    io_udp_client_close(client);
    io_udp_close(udp);
}

TEST(batches_with_gaps_are_answered)
{
    world_run(batch_body, NULL);
}

static int warning_count;

static void warn(void *context TD_UNUSED, const struct td_diag *diag)
{
    CHECK_EQ(diag->severity, TD_SEVERITY_WARNING);
    CHECK(strstr(diag->text, "sysctl") != NULL);
    warning_count++;
}

static void probe_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io *io = io_fiber_io(fiber);
    uint32_t seen, seen2;
    struct io_udp *udp = server_open(io, "127.0.0.1", &seen, true, 0);
    struct td_addr addr = *io_udp_addr(udp);
    struct td_diag diag = { .line = 0 };

    /* SO_REUSEPORT lets a second one in; the probe does not. */
    struct io_udp *second = server_open(io, "127.0.0.1", &seen2, true, addr.port);
    CHECK_EQ(io_udp_probe(io, &addr, false, &diag), TD_E_EXISTS);
    CHECK(strstr(diag.text, "in use") != NULL);
    struct io_udp *third;
    struct td_diag_sink sink = { .report = warn };
    struct io_udp_options options = { .addr = addr, .receive = answer, .warnings = &sink };
    CHECK_EQ(io_udp_open(io, &options, &third, &diag), TD_E_EXISTS);
    io_udp_close(second);
    io_udp_close(udp);
    CHECK_OK(io_fiber_sleep_ms(fiber, 1));
    CHECK_OK(io_udp_probe(io, &addr, false, &diag));

    struct td_addr strange = world_addr("192.0.2.77", 0);
    CHECK_EQ(io_udp_probe(io, &strange, false, &diag), TD_E_INVALID);
    CHECK(strstr(diag.text, "192.0.2.77") != NULL);
    CHECK_OK(io_udp_probe(io, &strange, true, &diag));
    CHECK_OK(io_udp_open(io, &options, &third, &diag));
    CHECK(warning_count <= 2);
    io_udp_close(third);
    io_udp_close(NULL);
}

TEST(a_port_in_use_is_found_out)
{
    world_run(probe_body, NULL);
}

static void flood_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    /* Somebody who sends faster than we read does not keep us past the deadline. */
    struct io *io = io_fiber_io(fiber);
    struct td_addr any = world_addr("127.0.0.1", 0), own;
    struct io_udp_client *client;
    CHECK_OK(io_udp_client_open(io, &any, NULL, &client, NULL));
    io_udp_client_addr(client, &own);
    uint64_t deadline = io_deadline_ms(io, 20);
    td_err err = TD_OK;
    for (int i = 0; err == TD_OK; i++) {
        char buffer[8];
        size_t size;
        CHECK(i < 100000000);
        CHECK_OK(io_udp_client_send(client, &own, "flood", 5));
        err = io_udp_client_receive(fiber, client, deadline, buffer, sizeof(buffer), &size, NULL);
    }
    CHECK_EQ(err, TD_E_TIMEOUT);
    io_udp_client_close(client);
}

TEST(a_flood_does_not_keep_a_client)
{
    world_run(flood_body, NULL);
}

TESTS(echo_on_ipv4, echo_on_ipv6, a_wildcard_answers_from_the_address_asked,
      batches_with_gaps_are_answered, a_port_in_use_is_found_out, a_flood_does_not_keep_a_client)
