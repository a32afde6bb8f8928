/*
 * Goal    what is asked is what RFC 1034, 1995, 1996 and 8945 say; an answer is taken for one only
 *         when it is; whatever it says can be told in words that help.
 * Method  questions are read back; answers are made by hand, spoiled in one place each, and signed
 *         as a server signs them.
 */
#include "replicate/ask.h"
#include "unit/net/hosts.h"
#include "unit/replicate/message.h"
#include "wire/answer.h"
#include "wire/edns.h"

static const struct tsig_key_row key_row = { .name = (const uint8_t *)"\1k",
                                             .algorithm = TSIG_HMAC_SHA256,
                                             .secret = (const uint8_t *)"secret",
                                             .secret_size = 6 };

static struct io *io;
static struct replicate_peer *plain, *keyed;
static struct tsig_keys *keys;
static struct tape tape;
static uint8_t question[REPLICATE_QUESTION_SIZE];
static size_t question_size;

static void enter(void)
{
    struct td_addr addr = world_addr("192.0.2.2", 53);
    struct tsig_key key;

    hosts_start(1);
    io = io_sim_host_io(client_host);
    CHECK_OK(tsig_key_prepare(&key, &key_row));
    CHECK_OK(tsig_keys_new(&key_row, 1, &keys));
    plain = replicate_peer_new("plain", &addr, 1, NULL, NULL);
    keyed = replicate_peer_new("keyed", &addr, 1, NULL, &key);
}

static void leave(void)
{
    replicate_peer_let_go(plain);
    replicate_peer_let_go(keyed);
    tsig_keys_free(keys);
    io_sim_free(sim);
}

static struct replicate_ask ask_of(const struct replicate_peer *peer, uint16_t type)
{
    return (struct replicate_ask){
        .peer = peer, .to = &peer->addrs[0], .apex = apex, .type = type, .has_edns = true
    };
}

static struct wire_message written(struct replicate_ask *ask)
{
    struct wire_message message;

    CHECK_OK(replicate_ask_write(io, ask, question, &question_size));
    CHECK_OK(wire_message_read(question, question_size, &message));
    CHECK_EQ(message.end, question_size);
    CHECK_EQ(message.header.id, ask->id);
    return message;
}

/* The SOA that begins this section says this serial. */
static void check_soa(const struct wire_message *message, unsigned section, uint32_t serial)
{
    size_t at = message->section_at[section];
    struct wire_record record;
    uint8_t rdata[64];
    struct td_writer out = td_writer_of(rdata, sizeof(rdata));

    CHECK_EQ(message->header.counts[section], 1);
    CHECK_OK(wire_message_record(message, &at, &record));
    CHECK_EQ(record.type, WIRE_TYPE_SOA);
    CHECK_BYTES(record.owner.octets, record.owner.size, apex, sizeof(apex));
    CHECK_OK(wire_message_rdata(message, &record, &out));
    CHECK_EQ(td_get_u32(rdata + out.cursor - 20), serial);
}

TEST(questions)
{
    enter();
    struct replicate_ask ask = ask_of(plain, WIRE_TYPE_SOA);
    struct wire_message message = written(&ask);
    CHECK_EQ(message.header.flags, 0);
    CHECK_EQ(message.header.counts[0], 1);
    CHECK(message.opt_at != 0 && message.tsig_at == 0);

    ask.has_edns = false;
    message = written(&ask);
    CHECK(message.opt_at == 0);
    CHECK_EQ(question_size, WIRE_HEADER_SIZE + sizeof(apex) + 4);

    ask = ask_of(plain, WIRE_TYPE_IXFR);
    ask.has_serial = true;
    ask.serial = 4000000000u;
    message = written(&ask);
    CHECK_EQ(message.header.counts[1], 0);
    check_soa(&message, 2, 4000000000u);

    ask = ask_of(plain, WIRE_TYPE_SOA);
    ask.is_notify = ask.has_serial = true;
    ask.serial = 7;
    message = written(&ask);
    CHECK_EQ(wire_header_opcode(&message.header), WIRE_OPCODE_NOTIFY);
    CHECK((message.header.flags & WIRE_FLAG_AA) != 0);
    check_soa(&message, 1, 7);
    leave();
}

TEST(each_question_has_an_id_of_its_own)
{
    enum { COUNT = 64 };
    unsigned same = 0;

    enter();
    struct replicate_ask ask = ask_of(plain, WIRE_TYPE_SOA);
    for (unsigned i = 0, before = 0; i < COUNT; i++, before = ask.id) {
        (void)written(&ask);
        same += ask.id == before;
    }
    CHECK(same <= 1);
    leave();
}

TEST(signed_questions)
{
    enter();
    struct replicate_ask ask = ask_of(keyed, WIRE_TYPE_AXFR);
    struct wire_message message = written(&ask);
    struct tsig_exchange exchange;
    CHECK(message.tsig_at != 0);
    CHECK_EQ(tsig_verify(keys, question, question_size, message.tsig_at, io_wall_s(io), &exchange),
             TSIG_GOOD);
    leave();
}

/* ---- is it an answer? ---- */

enum { ID_AT = 0, FLAGS_AT = 2, QDCOUNT_AT = 4, NAME_AT = 12, TYPE_AT = 15, CLASS_AT = 17 };

TEST(answers_that_fit)
{
    static const struct {
        const char *why;
        size_t at;
        uint16_t value; /* two octets there */
        bool is_notify;
        bool want;
    } rows[] = {
        { "as it should be", QDCOUNT_AT, 1, false, true },
        { "name in another case", NAME_AT, 0x0100 | 'Z', false, true },
        { "another ID", ID_AT, 1, false, false },
        { "a question", FLAGS_AT, 0, false, false },
        { "another opcode", FLAGS_AT, 0x8000 | WIRE_OPCODE_NOTIFY << 11, false, false },
        { "NOTIFY", FLAGS_AT, 0x8000 | WIRE_OPCODE_NOTIFY << 11, true, true },
        { "no NOTIFY", FLAGS_AT, 0x8000, true, false },
        { "another name", NAME_AT, 0x0100 | 'y', false, false },
        { "a pointer", NAME_AT, 0xC00C, false, false },
        { "another type", TYPE_AT, WIRE_TYPE_NS, false, false },
        { "another class", CLASS_AT, WIRE_CLASS_CH, false, false },
        { "two questions", QDCOUNT_AT, 2, false, false },
        { "no question and no error", QDCOUNT_AT, 0, false, false },
    };

    enter();
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct replicate_ask ask = ask_of(plain, WIRE_TYPE_SOA);
        ask.is_notify = rows[i].is_notify;
        (void)written(&ask);
        tape_begin(&tape, ask.id, WIRE_TYPE_SOA);
        td_put_u16(tape.octets + rows[i].at,
                   rows[i].at == ID_AT ? (uint16_t)(ask.id ^ 1) : rows[i].value);
        CHECK_EQ_WHY(replicate_ask_fits(&ask, tape.octets, tape.size), rows[i].want, rows[i].why);
    }
    leave();
}

TEST(an_error_may_leave_the_question_out)
{
    enter();
    struct replicate_ask ask = ask_of(plain, WIRE_TYPE_SOA);
    (void)written(&ask);
    tape_begin(&tape, ask.id, WIRE_TYPE_SOA);
    td_put_u16(tape.octets + QDCOUNT_AT, 0);
    td_put_u16(tape.octets + FLAGS_AT, 0x8000 | WIRE_RCODE_FORMERR);
    CHECK(replicate_ask_fits(&ask, tape.octets, WIRE_HEADER_SIZE));
    for (size_t size = 0; size < WIRE_HEADER_SIZE; size++)
        CHECK(!replicate_ask_fits(&ask, tape.octets, size));
    /* And one that is cut inside its question is none. */
    tape_begin(&tape, ask.id, WIRE_TYPE_SOA);
    for (size_t size = WIRE_HEADER_SIZE; size < tape.size; size++)
        CHECK(!replicate_ask_fits(&ask, tape.octets, size));
    leave();
}

/* ---- what it says ---- */

static struct replicate_reply read_tape(struct replicate_ask *ask)
{
    struct replicate_reply reply;

    CHECK_OK(replicate_ask_read(io, ask, tape.octets, tape.size, &reply));
    return reply;
}

/* An OPT record with one option behind it, or with none. */
static void put_opt(uint16_t rcode_high, uint16_t code, const char *data, size_t size)
{
    uint8_t *at = tape.octets + tape.size;

    at[0] = 0;
    td_put_u16(at + 1, WIRE_TYPE_OPT);
    td_put_u16(at + 3, 1232);
    td_put_u32(at + 5, (uint32_t)rcode_high << 24);
    td_put_u16(at + 9, (uint16_t)(code == 0 ? 0 : 4 + size));
    tape.size += 11;
    td_put_u16(tape.octets + 10, 1);
    if (code == 0)
        return;
    td_put_u16(at + 11, code);
    td_put_u16(at + 13, (uint16_t)size);
    memcpy(at + 15, data, size);
    tape.size += 4 + size;
}

TEST(serials)
{
    static const struct {
        const char *words;
        bool has_serial;
        uint32_t serial;
    } rows[] = {
        { "S7", true, 7 },
        { "a A 1.1.1.1; S7", true, 7 },
        { "S7; S8", true, 7 },
        { "a SOA n. m. 9 1 1 1 1", false, 0 },
        { "a SOA n. m. 9 1 1 1 1; S7", true, 7 },
        { "", false, 0 },
    };

    enter();
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct replicate_ask ask = ask_of(plain, WIRE_TYPE_SOA);
        (void)written(&ask);
        tape_begin(&tape, ask.id, WIRE_TYPE_SOA);
        (void)tape_words(&tape, rows[i].words);
        struct replicate_reply reply = read_tape(&ask);
        CHECK_EQ_WHY(reply.has_serial, rows[i].has_serial, rows[i].words);
        CHECK_EQ_WHY(reply.serial, rows[i].serial, rows[i].words);
        CHECK(replicate_reply_is_good(&reply) && reply.is_authoritative && !reply.is_truncated);
    }
    leave();
}

TEST(short_and_foreign_soas_have_no_serial)
{
    static const uint8_t rdata[22] = { [5] = 7 };

    enter();
    struct replicate_ask ask = ask_of(plain, WIRE_TYPE_SOA);
    (void)written(&ask);
    for (size_t size = 0; size < sizeof(rdata); size++) {
        tape_begin(&tape, ask.id, WIRE_TYPE_SOA);
        tape_put(&tape, apex, 3, WIRE_TYPE_SOA, WIRE_CLASS_IN, rdata, size);
        CHECK(!read_tape(&ask).has_serial);
    }
    tape_begin(&tape, ask.id, WIRE_TYPE_SOA);
    tape_put(&tape, apex, 3, WIRE_TYPE_SOA, WIRE_CLASS_CH, rdata, sizeof(rdata));
    CHECK(!read_tape(&ask).has_serial);
    tape_begin(&tape, ask.id, WIRE_TYPE_SOA);
    tape_put(&tape, apex, 3, WIRE_TYPE_SOA, WIRE_CLASS_IN, rdata, sizeof(rdata));
    CHECK_EQ(read_tape(&ask).serial, 7);
    leave();
}

TEST(edns)
{
    enter();
    struct replicate_ask ask = ask_of(plain, WIRE_TYPE_SOA);
    char why[REPLICATE_WHY_SIZE];
    (void)written(&ask);

    tape_begin(&tape, ask.id, WIRE_TYPE_SOA);
    (void)tape_words(&tape, "S7");
    put_opt(0, 9, "\0\0\1\2", 4); /* EXPIRE */
    struct replicate_reply reply = read_tape(&ask);
    CHECK(reply.has_expire && reply.has_serial);
    CHECK_EQ(reply.expire_s, 258);

    tape_begin(&tape, ask.id, WIRE_TYPE_SOA);
    put_opt(0, 9, "", 0); /* as in a question */
    CHECK(!read_tape(&ask).has_expire);

    tape_begin(&tape, ask.id, WIRE_TYPE_SOA);
    put_opt(1, 0, "", 0);
    CHECK_EQ(read_tape(&ask).rcode, 16);

    tape_begin(&tape, ask.id, WIRE_TYPE_SOA);
    tape.octets[3] |= WIRE_RCODE_REFUSED;
    put_opt(0, 15, "\0\22not\033you", 9); /* EDE */
    reply = read_tape(&ask);
    CHECK_EQ(reply.ede, 18);
    CHECK_STR(reply.ede_text, "not?you");
    CHECK_STR(
        replicate_reply_why(&ask, &reply, why),
        "it answered REFUSED (\"not?you\"): it does not allow us: allow this server's address "
        "and key there");

    char longest[2 + 300];
    memset(longest, 'x', sizeof(longest));
    tape_begin(&tape, ask.id, WIRE_TYPE_SOA);
    put_opt(0, 15, longest, sizeof(longest));
    CHECK_EQ(strlen(read_tape(&ask).ede_text), REPLICATE_EDE_TEXT_SIZE - 1);
    leave();
}

TEST(flags_and_what_cannot_be_read)
{
    enter();
    struct replicate_ask ask = ask_of(plain, WIRE_TYPE_SOA);
    struct replicate_reply reply;
    (void)written(&ask);
    tape_begin(&tape, ask.id, WIRE_TYPE_SOA);
    td_put_u16(tape.octets + FLAGS_AT, WIRE_FLAG_QR | WIRE_FLAG_TC);
    reply = read_tape(&ask);
    CHECK(reply.is_truncated && !reply.is_authoritative);
    td_put_u16(tape.octets + 6, 1); /* an answer that is not there */
    CHECK_EQ(replicate_ask_read(io, &ask, tape.octets, tape.size, &reply), TD_E_MALFORMED);
    leave();
}

/* ---- signatures ---- */

/* As a server does it whose clock differs by so much. */
static void sign(const struct replicate_ask *ask, int64_t clock_s)
{
    struct wire_message asked;
    struct tsig_exchange exchange;
    uint64_t now_s = (uint64_t)((int64_t)io_wall_s(io) + clock_s);

    (void)ask;
    CHECK_OK(wire_message_read(question, question_size, &asked));
    (void)tsig_verify(keys, question, question_size, asked.tsig_at, now_s, &exchange);
    CHECK_OK(tsig_sign(&exchange, tape.octets, tape.size, sizeof(tape.octets), now_s, &tape.size));
}

static struct replicate_reply signed_reply(struct replicate_ask *ask, int64_t clock_s)
{
    *ask = ask_of(keyed, WIRE_TYPE_SOA);
    (void)written(ask);
    tape_begin(&tape, ask->id, WIRE_TYPE_SOA);
    (void)tape_words(&tape, "S7");
    sign(ask, clock_s);
    return read_tape(ask);
}

static void check_why(const struct replicate_ask *ask, const struct replicate_reply *reply,
                      const char *want)
{
    char why[REPLICATE_WHY_SIZE];

    CHECK(!replicate_reply_is_good(reply));
    if (strstr(replicate_reply_why(ask, reply, why), want) == NULL)
        fail_msg("'%s', want '%s'", why, want);
}

TEST(signatures)
{
    struct replicate_ask ask;

    enter();
    struct replicate_reply reply = signed_reply(&ask, 0);
    CHECK(replicate_reply_is_good(&reply));
    CHECK_EQ(reply.serial, 7);
    reply = signed_reply(&ask, 299);
    CHECK(replicate_reply_is_good(&reply));

    /* The peer says that our clock is wrong. */
    reply = signed_reply(&ask, 7000);
    CHECK_EQ(reply.verdict, TSIG_REFUSED);
    CHECK_EQ(reply.peer_error, WIRE_RCODE_BADTIME);
    CHECK_EQ(reply.skew_s, -7000);
    check_why(&ask, &reply, "the clocks differ by 7000 seconds (TSIG BADTIME): set both by NTP");

    /* The answer was on its way for too long. */
    ask = ask_of(keyed, WIRE_TYPE_SOA);
    (void)written(&ask);
    tape_begin(&tape, ask.id, WIRE_TYPE_SOA);
    sign(&ask, 0);
    io_sim_wall_jump(client_host, (int64_t)301 * IO_NS_PER_S);
    reply = read_tape(&ask);
    CHECK_EQ(reply.verdict, TSIG_BADTIME);
    CHECK_EQ(reply.skew_s, 301);
    check_why(&ask, &reply, "the clocks differ by 301 seconds");
    leave();
}

TEST(bad_signatures)
{
    enter();
    struct replicate_ask ask = ask_of(keyed, WIRE_TYPE_SOA);
    (void)written(&ask);
    tape_begin(&tape, ask.id, WIRE_TYPE_SOA);
    struct replicate_reply reply = read_tape(&ask);
    CHECK_EQ(reply.verdict, TSIG_MISSING);
    check_why(&ask, &reply, "the answer is not signed, and must be with key k.");

    (void)written(&ask);
    tape_begin(&tape, ask.id, WIRE_TYPE_SOA);
    sign(&ask, 0);
    tape.octets[FLAGS_AT] ^= WIRE_FLAG_AA >> 8;
    reply = read_tape(&ask);
    CHECK_EQ(reply.verdict, TSIG_BADSIG);
    check_why(&ask, &reply, "the answer's signature with key k. is wrong (TSIG BADSIG)");

    /* Another secret there: it cannot sign, and says BADSIG; another name: BADKEY. */
    static const struct {
        const char *name, *why;
    } rows[] = { { "\1k", "is the secret the same on both sides?" },
                 { "\1l", "the peer does not know the key k." } };
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct tsig_key_row other = key_row;
        other.name = (const uint8_t *)rows[i].name;
        other.secret = (const uint8_t *)"Secret";
        tsig_keys_free(keys);
        CHECK_OK(tsig_keys_new(&other, 1, &keys));
        (void)written(&ask);
        tape_begin(&tape, ask.id, WIRE_TYPE_SOA);
        sign(&ask, 0);
        reply = read_tape(&ask);
        CHECK_EQ(reply.verdict, TSIG_REFUSED);
        check_why(&ask, &reply, rows[i].why);
    }
    leave();
}

TEST(words_for_what_never_came)
{
    static const struct {
        td_err err;
        const char *why;
    } rows[] = {
        { TD_E_TIMEOUT, "no answer" },        { TD_E_CLOSED, "the port is closed" },
        { TD_E_INVALID, "peers.source" },     { TD_E_TRUNCATED, "closed the connection" },
        { TD_E_MALFORMED, "cannot be read" }, { TD_E_CANCELLED, "the server stops" },
        { TD_E_IO, "it cannot be reached" },
    };

    enter();
    struct replicate_ask ask = ask_of(plain, WIRE_TYPE_SOA);
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct replicate_reply reply = { .err = rows[i].err, .verdict = TSIG_GOOD };
        check_why(&ask, &reply, rows[i].why);
    }
    leave();
}

TESTS(questions, each_question_has_an_id_of_its_own, signed_questions, answers_that_fit,
      an_error_may_leave_the_question_out, serials, short_and_foreign_soas_have_no_serial, edns,
      flags_and_what_cannot_be_read, signatures, bad_signatures, words_for_what_never_came)
