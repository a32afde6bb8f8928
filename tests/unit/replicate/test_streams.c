/*
 * Goal    RFC 7766 6.2: connections are used again, few at a time and not for ever; that a peer has
 *         closed one that rested, or does not answer on it, harms no question.
 * Method  a server in the simulator that answers SOA questions over TCP as a script says, and
 *         counts connections; minutes of virtual time.
 */
#include "base/alloc.h"
#include "net/listen.h"
#include "replicate/ask.h"
#include "unit/net/hosts.h"
#include "unit/replicate/message.h"

enum { PATIENCE_MS = 1500, MANY = 40 };

struct script {
    bool closes;       /* the server, behind each answer */
    bool answers_once; /* the first question of a connection only */
    bool adds_another; /* a message that nobody asked for, behind each answer */
    int keepalive;     /* in units of 100 ms; -1: not told */
    unsigned delay_ms;
};

static struct script script;
static struct net_server *server;
static struct net_listener *listener;
static uint64_t answered; /* connections, all but the last one gone */
static struct replicate_streams *streams;
static struct replicate_peer *peer;
static struct tape tape;
static unsigned good, bad, most;

static uint64_t connections(void)
{
    return td_count_get(&net_server_counters(server)->accepted);
}

static void put_keepalive(void)
{
    uint8_t opt[17] = { [2] = WIRE_TYPE_OPT, [3] = 4, [10] = 6, [12] = 11, [14] = 2 };

    td_put_u16(opt + 15, (uint16_t)script.keepalive);
    memcpy(tape.octets + tape.size, opt, sizeof(opt));
    tape.size += sizeof(opt);
    td_put_u16(tape.octets + 10, 1);
}

static void send_tape(struct net_conn *conn)
{
    memcpy(net_conn_reserve(conn, tape.size), tape.octets, tape.size);
    net_conn_commit(conn, tape.size);
}

struct question {
    struct net_conn *conn;
    uint16_t id;
};

static void answer(struct fiber *fiber, void *argument)
{
    struct question *question = argument;

    (void)io_fiber_sleep_ms(fiber, script.delay_ms);
    tape_begin(&tape, question->id, WIRE_TYPE_SOA);
    (void)tape_words(&tape, "S7");
    if (script.keepalive >= 0)
        put_keepalive();
    if (!script.answers_once || connections() != answered)
        send_tape(question->conn);
    answered = connections();
    if (script.adds_another)
        send_tape(question->conn);
    if (script.closes)
        net_conn_close(question->conn);
    net_conn_finish(question->conn);
    free(question);
}

static void on_message(void *context TD_UNUSED, struct net_conn *conn, const uint8_t *octets,
                       size_t size TD_UNUSED)
{
    struct question *question = td_calloc(1, sizeof(*question));

    *question = (struct question){ .conn = conn, .id = td_get_u16(octets) };
    if (net_server_count(server) > most)
        most = net_server_count(server);
    CHECK_OK(io_fiber_spawn(io_sim_host_io(server_host), "answer", answer, question, NULL));
}

static void begin(struct script what)
{
    struct td_addr addr = world_addr("192.0.2.2", 53);
    struct net_limits limits = { .connections = 100, .per_client = 100, .idle_ms = 3600000 };
    struct net_handler handler = { .message = on_message };

    hosts_start(1);
    script = what;
    answered = 0;
    good = bad = most = 0;
    server = net_server_new(io_sim_host_io(server_host), NULL, &limits, &handler);
    CHECK_OK(net_listen(server, &addr, false, &listener, NULL));
    streams = replicate_streams_new(io_sim_host_io(client_host));
    peer = replicate_peer_new("ns", &addr, 1, NULL, NULL);
}

static void end(void)
{
    replicate_streams_free(streams);
    net_listener_close(listener);
    net_server_free(server);
    replicate_peer_let_go(peer);
    hosts_run_out();
    io_sim_free(sim);
}

static void ask(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct replicate_ask question = { .peer = peer,
                                      .to = &peer->addrs[0],
                                      .apex = apex,
                                      .type = WIRE_TYPE_SOA,
                                      .has_edns = true,
                                      .streams = streams };
    struct replicate_reply reply;

    td_err err = replicate_ask(fiber, &question, 0, (uint64_t)PATIENCE_MS * IO_NS_PER_MS, &reply);
    good += err == TD_OK && reply.serial == 7;
    bad += err != TD_OK;
}

static void ask_one(void)
{
    hosts_spawn(ask, NULL);
    hosts_run_ms(2 * PATIENCE_MS);
}

TEST(one_after_the_other_share_a_connection_until_it_has_rested_long_enough)
{
    begin((struct script){ .keepalive = -1 });
    for (unsigned i = 0; i < 10; i++)
        ask_one();
    CHECK_EQ(good, 10);
    CHECK_EQ(connections(), 1);
    hosts_run_ms(STREAMS_REST_MS);
    CHECK_EQ(net_server_count(server), 0);
    ask_one();
    CHECK_EQ(connections(), 2);
    end();
}

TEST(it_rests_as_long_as_the_peer_says)
{
    static const struct {
        int keepalive;
        unsigned connections;
        uint64_t rest_ms;
    } rows[] = {
        { 0, 2, 0 }, { 50, 1, 5000 }, { 300, 1, 30000 }, { 65535, 1, STREAMS_REST_MAX_MS }
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        begin((struct script){ .keepalive = rows[i].keepalive });
        hosts_spawn(ask, NULL);
        hosts_run_ms(1000);
        hosts_spawn(ask, NULL);
        hosts_run_ms(1000);
        CHECK_EQ(good, 2);
        CHECK_EQ(connections(), rows[i].connections);
        if (rows[i].rest_ms != 0) {
            hosts_run_ms(rows[i].rest_ms - 1100);
            CHECK_EQ(net_server_count(server), 1);
        }
        hosts_run_ms(200);
        CHECK_EQ(net_server_count(server), 0);
        end();
    }
}

TEST(one_that_the_peer_has_closed_meanwhile_is_no_failure)
{
    begin((struct script){ .keepalive = -1, .closes = true });
    for (unsigned i = 0; i < 5; i++)
        ask_one();
    CHECK_EQ(good, 5);
    CHECK_EQ(bad, 0);
    CHECK_EQ(connections(), 5);
    end();
}

TEST(a_peer_that_answers_once_a_connection_is_given_one_each_time)
{
    begin((struct script){ .keepalive = -1, .answers_once = true });
    for (unsigned i = 0; i < 5; i++)
        ask_one();
    CHECK_EQ(good, 5);
    CHECK_EQ(bad, 0);
    CHECK_EQ(connections(), 5);
    CHECK_EQ(td_count_get(&net_server_counters(server)->messages), 6); /* tried once */
    end();
}

TEST(what_nobody_asked_for_is_not_taken_for_an_answer)
{
    begin((struct script){ .keepalive = -1, .adds_another = true });
    for (unsigned i = 0; i < 5; i++)
        ask_one();
    CHECK_EQ(good, 5);
    CHECK_EQ(bad, 0);
    end();
}

TEST(many_at_a_time_wait_for_their_turn)
{
    begin((struct script){ .keepalive = -1, .delay_ms = 20 });
    for (unsigned i = 0; i < MANY; i++)
        hosts_spawn(ask, NULL);
    hosts_run_ms(PATIENCE_MS);
    CHECK_EQ(good, MANY);
    CHECK_EQ(most, STREAMS_ASKING_MAX);
    CHECK_EQ(connections(), STREAMS_ASKING_MAX);
    end();
}

TEST(waiting_for_a_turn_ends_as_well)
{
    begin((struct script){ .keepalive = -1, .delay_ms = 3600000 });
    for (unsigned i = 0; i < MANY; i++)
        hosts_spawn(ask, NULL);
    hosts_run_ms(2 * PATIENCE_MS);
    CHECK_EQ(bad, MANY);
    CHECK_EQ(most, STREAMS_ASKING_MAX);
    script.delay_ms = 0;
    ask_one();
    CHECK_EQ(good, 1);
    end();
}

static void borrow_all(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct replicate_stream borrows[2 * STREAMS_RESTING_PEER_MAX];

    for (size_t i = 0; i < TD_COUNT(borrows); i++) {
        borrows[i] = (struct replicate_stream){ .remote = &peer->addrs[0], .is_transfer = true };
        CHECK_OK(replicate_stream_borrow(fiber, streams, IO_FOREVER, &borrows[i]));
        CHECK(!borrows[i].was_used);
    }
    for (size_t i = 0; i < TD_COUNT(borrows); i++)
        replicate_stream_give(&borrows[i], STREAMS_REST_MS);
    struct replicate_stream other = { .remote = &peer->addrs[0], .local = &peer->addrs[0] };
    CHECK(replicate_stream_borrow(fiber, streams, IO_FOREVER, &other) != TD_OK); /* not ours */
    struct replicate_stream anew = { .remote = &peer->addrs[0], .is_anew = true };
    CHECK_OK(replicate_stream_borrow(fiber, streams, IO_FOREVER, &anew));
    CHECK(!anew.was_used);
    replicate_stream_drop(&anew, TD_E_TIMEOUT);
    struct replicate_stream again = { .remote = &peer->addrs[0] };
    CHECK_OK(replicate_stream_borrow(fiber, streams, IO_FOREVER, &again));
    CHECK(again.was_used);
    replicate_stream_drop(&again, TD_OK);
}

TEST(not_all_that_are_given_back_are_kept)
{
    begin((struct script){ .keepalive = -1 });
    hosts_spawn(borrow_all, NULL);
    hosts_run_ms(1000);
    CHECK_EQ(net_server_count(server), STREAMS_RESTING_PEER_MAX - 1);
    end();
}

TESTS(one_after_the_other_share_a_connection_until_it_has_rested_long_enough,
      it_rests_as_long_as_the_peer_says, one_that_the_peer_has_closed_meanwhile_is_no_failure,
      a_peer_that_answers_once_a_connection_is_given_one_each_time,
      what_nobody_asked_for_is_not_taken_for_an_answer, many_at_a_time_wait_for_their_turn,
      waiting_for_a_turn_ends_as_well, not_all_that_are_given_back_are_kept)
