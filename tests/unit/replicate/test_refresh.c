/*
 * Goal    one round over the primaries ends, whatever they do: with what the newest good one has,
 *         or with the reason of each; trouble with IXFR is AXFR in the same round; time and rate
 *         are limited.
 * Method  primaries in the simulator that say what a script says, message by message, and hours of
 *         virtual time.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "io/udp.h"
#include "net/listen.h"
#include "replicate/refresh.h"
#include "unit/net/hosts.h"
#include "unit/replicate/message.h"

enum { PRIMARIES = 3, KINDS = 3, HAD = 5, MIN_RATE = 1024 };
enum kind { ASK_SOA, ASK_IXFR, ASK_AXFR };

/* Words as in message.h; "!5" an RCODE; NULL: silence. */
struct script {
    const char *words[KINDS];
    unsigned pause_ms; /* between two messages */
    bool is_endless;   /* the last message again and again */
    bool is_udp_closed;
    bool is_tcp_closed;
};

struct primary {
    struct script script;
    struct io_udp *udp;
    struct net_server *server;
    struct net_listener *listener;
    unsigned asked[KINDS];
    struct replicate_peer *peer;
};

static const struct td_hash_seed seed = { .root = 1, .k0 = 2, .k1 = 3 };
static struct primary primaries[PRIMARIES];
static unsigned primary_count;
static struct tape tape;

static enum kind kind_of(const uint8_t *octets)
{
    switch (td_get_u16(octets + WIRE_HEADER_SIZE + sizeof(apex))) {
    case WIRE_TYPE_IXFR:
        return ASK_IXFR;
    case WIRE_TYPE_AXFR:
        return ASK_AXFR;
    default:
        return ASK_SOA;
    }
}

/* The next message of the script; returns where the one behind it begins. */
static const char *speak(const char *words, uint16_t id, uint16_t type)
{
    tape_begin(&tape, id, type);
    if (words[0] != '!')
        return tape_words(&tape, words);
    tape.octets[3] |= (uint8_t)atoi(words + 1);
    return NULL;
}

static void udp_answer(void *context, struct io_udp *udp TD_UNUSED, struct io_udp_item *items,
                       uint32_t count)
{
    struct primary *primary = context;

    for (uint32_t i = 0; i < count; i++) {
        enum kind kind = kind_of(items[i].octets);
        const char *words = primary->script.words[kind];
        primary->asked[kind]++;
        if (words == NULL)
            continue;
        (void)speak(words, td_get_u16(items[i].octets), WIRE_TYPE_SOA);
        memcpy(items[i].answer, tape.octets, tape.size);
        items[i].answer_size = (uint32_t)tape.size;
    }
}

struct stream {
    struct primary *primary;
    struct net_conn *conn;
    uint16_t id;
    uint16_t type;
    enum kind kind;
};

static void tell_stream(struct fiber *fiber, void *argument)
{
    struct stream *stream = argument;
    const struct script *script = &stream->primary->script;
    const char *words = script->words[stream->kind];

    while (words != NULL && net_conn_is_open(stream->conn)) {
        const char *next = speak(words, stream->id, stream->type);
        memcpy(net_conn_reserve(stream->conn, tape.size), tape.octets, tape.size);
        net_conn_commit(stream->conn, tape.size);
        words = next == NULL && script->is_endless ? words : next;
        if (words != NULL && io_fiber_sleep_ms(fiber, script->pause_ms) != TD_OK)
            break;
    }
    net_conn_finish(stream->conn);
    free(stream);
}

static void tcp_answer(void *context, struct net_conn *conn, const uint8_t *octets, size_t size)
{
    struct primary *primary = context;
    struct stream *stream = td_calloc(1, sizeof(*stream));

    CHECK(size >= WIRE_HEADER_SIZE + sizeof(apex) + 4);
    *stream = (struct stream){ .primary = primary,
                               .conn = conn,
                               .id = td_get_u16(octets),
                               .type = td_get_u16(octets + WIRE_HEADER_SIZE + sizeof(apex)),
                               .kind = kind_of(octets) };
    primary->asked[stream->kind]++;
    CHECK_OK(io_fiber_spawn(io_sim_host_io(server_host), "stream", tell_stream, stream, NULL));
}

static void begin(const struct script *scripts, unsigned count)
{
    struct net_limits limits = { .connections = 100, .idle_ms = 100000000 };

    hosts_start(1);
    primary_count = count;
    for (unsigned i = 0; i < count; i++) {
        struct primary *primary = &primaries[i];
        struct io *io = io_sim_host_io(server_host);
        struct td_addr addr = world_addr("192.0.2.2", (uint16_t)(53 + i));
        struct io_udp_options options = { .addr = addr, .receive = udp_answer, .context = primary };
        struct net_handler handler = { .message = tcp_answer, .context = primary };
        *primary = (struct primary){ .script = scripts[i] };
        if (!scripts[i].is_udp_closed)
            CHECK_OK(io_udp_open(io, &options, &primary->udp, NULL));
        primary->server = net_server_new(io, NULL, &limits, &handler);
        if (!scripts[i].is_tcp_closed)
            CHECK_OK(net_listen(primary->server, &addr, false, &primary->listener, NULL));
        char name[8];
        snprintf(name, sizeof(name), "ns%u", i);
        primary->peer = replicate_peer_new(name, &addr, 1, NULL, NULL);
    }
}

static void end(struct refresh *refresh)
{
    refresh_fini(refresh);
    for (unsigned i = 0; i < primary_count; i++) {
        struct primary *primary = &primaries[i];
        if (primary->listener != NULL)
            net_listener_close(primary->listener);
        net_server_free(primary->server);
        if (primary->udp != NULL)
            io_udp_close(primary->udp);
        replicate_peer_let_go(primary->peer);
    }
    hosts_run_out();
    io_sim_free(sim);
}

static uint64_t took_s;

static void run_body(struct fiber *fiber, void *argument)
{
    struct refresh *refresh = argument;
    uint64_t began_ns = io_now_ns(io_fiber_io(fiber));

    refresh_run(fiber, &refresh->task);
    took_s = (io_now_ns(io_fiber_io(fiber)) - began_ns) / IO_NS_PER_S;
}

static void prepare(struct refresh *refresh)
{
    *refresh = (struct refresh){ .has_serial = true,
                                 .serial = HAD,
                                 .min_rate = MIN_RATE,
                                 .limits = { .octets_max = 1 << 26, .records_max = 1 << 20 },
                                 .seed = &seed,
                                 .peer_count = primary_count };
    memcpy(refresh->apex, apex, sizeof(apex));
    for (unsigned i = 0; i < primary_count; i++)
        refresh->peers[i] = replicate_peer_hold(primaries[i].peer);
}

static void run(struct refresh *refresh)
{
    hosts_spawn(run_body, refresh);
    hosts_run_ms(3 * 7300 * 1000);
    CHECK_EQ(io_sim_host_io(client_host)->fiber_count, 0);
}

#define GOOD_IXFR "S7; S5; a A 1.1.1.1; S7; b A 1.1.1.1; S7"
#define GOOD_AXFR "S7; z. NS ns; ns A 1.1.1.1|b A 1.1.1.1|S7"

TEST(one_primary)
{
    static const struct {
        const char *why;
        struct script script;
        enum refresh_result want;
        unsigned asked[KINDS];
        const char *text; /* of the last step */
    } rows[] = {
        { "as new as we", { { "S5", NULL, NULL } }, REFRESH_CURRENT, { 1, 0, 0 }, "5, as we" },
        { "older", { { "S4", NULL, NULL } }, REFRESH_FAILED, { 1, 0, 0 }, "lower than our 5" },
        { "IXFR", { { "S7", GOOD_IXFR, NULL } }, REFRESH_CHANGES, { 1, 1, 0 }, "serial 7, 6 rec" },
        { "AXFR in answer to IXFR",
          { { "S7", GOOD_AXFR, NULL } },
          REFRESH_WHOLE,
          { 1, 1, 0 },
          "the whole zone" },
        { "IXFR says: nothing new", { { "S7", "S5", NULL } }, REFRESH_CURRENT, { 1, 1, 0 }, "" },
        { "IXFR refused", { { "S7", "!5", GOOD_AXFR } }, REFRESH_WHOLE, { 1, 1, 1 }, "serial 7" },
        { "IXFR of another history",
          { { "S7", "S7; S4; S7; S7", GOOD_AXFR } },
          REFRESH_WHOLE,
          { 1, 1, 1 },
          "serial 7" },
        { "both bad",
          { { "S7", "a A 1.1.1.1", "S7; S6" } },
          REFRESH_FAILED,
          { 1, 1, 1 },
          "with another serial" },
        { "an older AXFR",
          { { "S7", "!4", "S4; S4" } },
          REFRESH_FAILED,
          { 1, 1, 1 },
          "lower than" },
        { "an older IXFR",
          { { "S7", "S4", "S4; S4" } },
          REFRESH_FAILED,
          { 1, 1, 1 },
          "lower than" },
        { "no SOA", { { "a A 1.1.1.1", NULL, NULL } }, REFRESH_FAILED, { 1, 0, 0 }, "no SOA" },
        { "SERVFAIL", { { "!2", NULL, NULL } }, REFRESH_FAILED, { 1, 0, 0 }, "SERVFAIL" },
        { "silence", { { NULL, NULL, NULL } }, REFRESH_FAILED, { 3, 0, 0 }, "no answer" },
        { "nobody listens",
          { { NULL }, .is_udp_closed = true, .is_tcp_closed = true },
          REFRESH_FAILED,
          { 0, 0, 0 },
          "the port is closed" },
        { "TCP only",
          { { "S7", GOOD_IXFR, NULL }, .is_udp_closed = true },
          REFRESH_CHANGES,
          { 1, 1, 0 },
          "serial 7" },
        { "UDP only",
          { { "S7", GOOD_IXFR, GOOD_AXFR }, .is_tcp_closed = true },
          REFRESH_FAILED,
          { 1, 0, 0 },
          "the port is closed" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct refresh refresh;
        begin(&rows[i].script, 1);
        prepare(&refresh);
        run(&refresh);
        const struct refresh_step *last = &refresh.steps[refresh.step_count - 1];
        CHECK_EQ_WHY(refresh.result, rows[i].want, rows[i].why);
        for (unsigned kind = 0; kind < KINDS; kind++)
            CHECK_EQ_WHY(primaries[0].asked[kind], rows[i].asked[kind], rows[i].why);
        if (strstr(last->text, rows[i].text) == NULL)
            fail_msg("%s: '%s', want '%s'", rows[i].why, last->text, rows[i].text);
        CHECK_EQ_WHY(refresh.has_missed,
                     refresh.result == REFRESH_FAILED && refresh.steps[0].is_good &&
                         refresh.steps[0].serial == 7,
                     rows[i].why);
        end(&refresh);
    }
}

TEST(a_transfer_that_drips_is_given_up_by_its_rate)
{
    static const struct script script = { { "S7", "S7; S5|a TXT x", NULL }, 10000, true };
    struct refresh refresh;

    begin(&script, 1);
    prepare(&refresh);
    run(&refresh);
    CHECK_EQ(refresh.result, REFRESH_FAILED);
    CHECK_EQ(primaries[0].asked[ASK_IXFR], 1);
    CHECK(strstr(refresh.steps[1].text, "transfers.min-rate") != NULL);
    /* The IXFR after a minute; the AXFR, of which nothing came, after another. */
    CHECK_EQ(took_s / 10, 12);
    end(&refresh);
}

TEST(an_ixfr_of_a_newer_soa_and_silence_is_an_axfr_soon)
{
    static const struct script script = { { "S7", "S7", GOOD_AXFR }, 0, false };
    struct refresh refresh;

    begin(&script, 1);
    prepare(&refresh);
    run(&refresh);
    CHECK_EQ(refresh.result, REFRESH_WHOLE);
    CHECK_EQ(primaries[0].asked[ASK_IXFR], 1);
    CHECK_EQ(primaries[0].asked[ASK_AXFR], 1);
    CHECK(strstr(refresh.steps[1].text, "nothing follows") != NULL);
    CHECK(took_s >= 5 && took_s <= 6);
    end(&refresh);
}

TEST(an_ixfr_that_takes_its_time_after_its_first_soa_is_taken)
{
    static const struct script script = { { "S7", "S7|S5; a A 1.1.1.1; S7; b A 1.1.1.1; S7", NULL },
                                          4000,
                                          false };
    struct refresh refresh;

    begin(&script, 1);
    prepare(&refresh);
    run(&refresh);
    CHECK_EQ(refresh.result, REFRESH_CHANGES);
    end(&refresh);
}

TEST(messages_that_come_at_the_end_of_each_minute_are_not_fast)
{
    static const struct script script = { { "S7", "!5", "S7|a TXT x" }, 59999, true };
    struct refresh refresh;

    begin(&script, 1);
    prepare(&refresh);
    run(&refresh);
    CHECK_EQ(refresh.result, REFRESH_FAILED);
    CHECK(strstr(refresh.steps[refresh.step_count - 1].text, "transfers.min-rate") != NULL);
    CHECK(took_s <= 61);
    end(&refresh);
}

TEST(a_transfer_without_end_is_given_up_by_its_time)
{
    static const struct script script = { { "S7", "!5", "S7|a TXT x" }, 50000, true };
    struct refresh refresh;

    begin(&script, 1);
    prepare(&refresh);
    refresh.min_rate = 0;
    run(&refresh);
    CHECK_EQ(refresh.result, REFRESH_FAILED);
    CHECK(strstr(refresh.steps[refresh.step_count - 1].text, "took too long") != NULL);
    CHECK(took_s >= REFRESH_TIME_MAX_S && took_s <= REFRESH_TIME_MAX_S + 1);
    end(&refresh);
}

TEST(a_transfer_without_end_is_given_up_by_its_size)
{
    static const struct script script = { { "S7", "!5", "S7|a TXT x; b TXT x; c TXT x" }, 1, true };
    struct refresh refresh;

    begin(&script, 1);
    prepare(&refresh);
    refresh.limits.octets_max = 10000;
    run(&refresh);
    CHECK_EQ(refresh.result, REFRESH_FAILED);
    CHECK(strstr(refresh.steps[refresh.step_count - 1].text, "transfers.max-size") != NULL);
    CHECK(refresh.steps[refresh.step_count - 1].octets <= 11000);
    end(&refresh);
}

TEST(the_newest_good_one)
{
    static const struct script scripts[PRIMARIES] = {
        { { "S6", "S6; S5; S6; S6", NULL } },
        { { "S8", "!5", "!2" } },
        { { "S7", GOOD_IXFR, NULL } },
    };
    struct refresh refresh;

    begin(scripts, PRIMARIES);
    prepare(&refresh);
    run(&refresh);
    CHECK_EQ(refresh.result, REFRESH_CHANGES);
    CHECK_EQ(refresh.peer, 2);
    CHECK_EQ(refresh.read.serial, 7);
    CHECK_EQ(primaries[0].asked[ASK_IXFR], 0);
    CHECK_EQ(primaries[1].asked[ASK_AXFR], 1);
    CHECK(!refresh.has_missed);
    end(&refresh);
}

TEST(whoever_has_notified_is_asked_first_and_not_twice)
{
    static const struct script scripts[2] = { { { "S7", "!5", "!2" } },
                                              { { "S7", GOOD_IXFR, NULL } } };
    struct refresh refresh;

    begin(scripts, 2);
    prepare(&refresh);
    refresh.has_hint = true;
    run(&refresh);
    CHECK_EQ(refresh.result, REFRESH_CHANGES);
    CHECK_EQ(refresh.peer, 1);
    CHECK_EQ(primaries[0].asked[ASK_IXFR], 1);
    CHECK_EQ(primaries[0].asked[ASK_AXFR], 1);
    end(&refresh);
}

TEST(one_confirms_and_another_has_more_but_does_not_give_it)
{
    static const struct script scripts[2] = { { { "S5", NULL, NULL } }, { { "S7", "!5", "!2" } } };
    struct refresh refresh;

    begin(scripts, 2);
    prepare(&refresh);
    run(&refresh);
    CHECK_EQ(refresh.result, REFRESH_CURRENT);
    CHECK_EQ(refresh.peer, 0);
    CHECK(refresh.has_missed);
    end(&refresh);
}

TEST(without_data_it_is_axfr_at_once_and_any_serial_when_wanted)
{
    static const struct script scripts[2] = { { { "S3", NULL, "S3; S3" } } };
    struct refresh refresh;

    for (unsigned takes_any = 0; takes_any < 2; takes_any++) {
        begin(scripts, 1);
        prepare(&refresh);
        refresh.has_serial = takes_any != 0;
        refresh.takes_any = refresh.wants_whole = takes_any != 0;
        run(&refresh);
        CHECK_EQ(refresh.result, REFRESH_WHOLE);
        CHECK_EQ(refresh.read.serial, 3);
        CHECK_EQ(primaries[0].asked[ASK_IXFR], 0);
        end(&refresh);
    }
}

static void cancel_soon(struct fiber *fiber, void *argument TD_UNUSED)
{
    (void)io_fiber_sleep_ms(fiber, 2500);
    io_fiber_cancel_all(io_fiber_io(fiber));
}

TEST(a_round_can_be_cancelled_anywhere)
{
    static const struct script scripts[2] = { { { "S7", "S7|a TXT x", NULL }, 1000, true },
                                              { { NULL, NULL, NULL } } };

    for (unsigned first = 0; first < 2; first++) {
        struct refresh refresh;
        begin(scripts + first, 1);
        prepare(&refresh);
        hosts_spawn(cancel_soon, NULL);
        run(&refresh);
        CHECK_EQ(refresh.result, REFRESH_FAILED);
        CHECK(took_s <= 3);
        CHECK_EQ(primaries[0].asked[ASK_AXFR], 0);
        end(&refresh);
    }
}

TESTS(one_primary, a_transfer_that_drips_is_given_up_by_its_rate,
      an_ixfr_of_a_newer_soa_and_silence_is_an_axfr_soon,
      an_ixfr_that_takes_its_time_after_its_first_soa_is_taken,
      messages_that_come_at_the_end_of_each_minute_are_not_fast,
      a_transfer_without_end_is_given_up_by_its_time,
      a_transfer_without_end_is_given_up_by_its_size, the_newest_good_one,
      whoever_has_notified_is_asked_first_and_not_twice,
      one_confirms_and_another_has_more_but_does_not_give_it,
      without_data_it_is_axfr_at_once_and_any_serial_when_wanted, a_round_can_be_cancelled_anywhere)
