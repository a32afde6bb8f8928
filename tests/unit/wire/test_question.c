/*
 * Goal    the reader on the road of every query says the same as the general reader, refuses
 *         the same, and finds EDNS and TSIG behind the question.
 * Method  questions by hand, cut at every octet; tails with and without more than OPT.
 */
#include <stdlib.h>

#include "unit/test.h"
#include "wire/question.h"
#include "wire/rrtype.h"

#define PIECE(text) (const uint8_t *)(text), sizeof(text) - 1

static size_t build(uint8_t *message, unsigned an, unsigned ns, unsigned ar, const uint8_t *piece,
                    size_t piece_size)
{
    struct wire_header header = { .counts = { 1, (uint16_t)an, (uint16_t)ns, (uint16_t)ar } };
    wire_header_put(message, &header);
    memcpy(message + WIRE_HEADER_SIZE, piece, piece_size);
    return WIRE_HEADER_SIZE + piece_size;
}

/* In an allocation of exactly that size, so that a sanitizer sees a read beyond it. */
static td_err read_exact(const uint8_t *message, size_t size, struct wire_question *question)
{
    uint8_t *exact = malloc(size == 0 ? 1 : size);
    memcpy(exact, message, size);
    td_err err = wire_question_read(exact, size, question);
    free(exact);
    return err;
}

#define QUESTION "\3wWw\2ex\0\0\x1C\0\1"

TEST(a_question_is_read_in_one_pass)
{
    uint8_t message[128];
    size_t size = build(message, 0, 0, 0, PIECE(QUESTION "tail"));
    struct wire_question question;

    CHECK_OK(wire_question_read(message, size, &question));
    CHECK_EQ(question.type, WIRE_TYPE_AAAA);
    CHECK_EQ(question.class, WIRE_CLASS_IN);
    CHECK_EQ(question.name_size, 8);
    CHECK_EQ(question.label_count, 3);
    CHECK_BYTES(question.offsets, question.label_count, "\0\4\7", 3);
    CHECK_EQ(question.end, size - 4);
    for (size_t cut = 0; cut < size - 4; cut++)
        CHECK_EQ(read_exact(message, cut, &question), TD_E_TRUNCATED);
}

TEST(the_root_is_a_question)
{
    uint8_t message[128];
    size_t size = build(message, 0, 0, 0, PIECE("\0\0\2\0\1"));
    struct wire_question question;

    CHECK_OK(read_exact(message, size, &question));
    CHECK_EQ(question.name_size, 1);
    CHECK_EQ(question.label_count, 1);
    CHECK_EQ(question.type, WIRE_TYPE_NS);
    CHECK_EQ(question.end, size);
}

TEST(questions_that_are_none)
{
    uint8_t message[400] = { 0 };
    struct wire_question question;
    size_t size;

    size = build(message, 0, 0, 0, PIECE("\xC0\xC\0\1\0\1"));
    CHECK_EQ(wire_question_read(message, size, &question), TD_E_MALFORMED);
    size = build(message, 0, 0, 0, PIECE("\1a\xC0\xC\0\1\0\1"));
    CHECK_EQ(wire_question_read(message, size, &question), TD_E_MALFORMED);
    size = build(message, 0, 0, 0, PIECE("\x40\0\1\0\1"));
    CHECK_EQ(wire_question_read(message, size, &question), TD_E_MALFORMED);

    /* 128 labels are the most; one more makes 257 octets. */
    for (unsigned labels = 127; labels <= 128; labels++) {
        for (unsigned i = 0; i < labels; i++)
            memcpy(message + WIRE_HEADER_SIZE + 2 * i, "\1a", 2);
        memset(message + WIRE_HEADER_SIZE + 2 * labels, 0, 5);
        td_err err = wire_question_read(message, WIRE_HEADER_SIZE + 2 * labels + 5, &question);
        CHECK_EQ(err, labels == 127 ? TD_OK : TD_E_MALFORMED);
        if (err == TD_OK) {
            CHECK_EQ(question.label_count, 128);
            CHECK_EQ(question.name_size, 255);
            CHECK_EQ(question.offsets[127], 254);
        }
    }
}

static td_err read_tail(const uint8_t *message, size_t size, struct wire_tail *tail)
{
    struct wire_header header;
    struct wire_question question;

    CHECK_OK(wire_header_read(message, size, &header));
    CHECK_OK(wire_question_read(message, size, &question));
    uint8_t *exact = malloc(size);
    memcpy(exact, message, size);
    td_err err = wire_question_tail(exact, size, &header, question.end, tail);
    free(exact);
    return err;
}

#define OPT        "\0\0\x29\x02\0\1\0\x80\0\0\0"
#define OPT_COOKIE "\0\0\x29\x04\xD0\0\0\0\0\0\xC\0\xA\0\x08\1\2\3\4\5\6\7\x08"
#define SOA        "\2ex\0\0\6\0\1\0\0\0\0\0\x16\0\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"
#define TSIG       "\1k\0\0\xFA\0\xFF\0\0\0\0\0\x11\0\0\0\0\0\0\1\0\1\0\0\x12\x34\0\0\0\0"

TEST(mostly_nothing_is_behind_a_question)
{
    uint8_t message[256];
    size_t size = build(message, 0, 0, 0, PIECE(QUESTION));
    struct wire_tail tail;

    memset(&tail, 0xEE, sizeof(tail));
    CHECK_OK(read_tail(message, size, &tail));
    CHECK_EQ(tail.has_edns, false);
    CHECK_EQ(tail.tsig_at, 0);
    CHECK_EQ(tail.end, size);
    CHECK_EQ(tail.edns.payload, 512);
    CHECK_EQ(tail.edns.flags, 0);
    CHECK_EQ(tail.edns.seen, 0);

    /* Octets that trail are the caller's to judge. */
    CHECK_OK(read_tail(message, size + 2, &tail));
    CHECK_EQ(tail.end, size);
}

TEST(an_opt_record_alone)
{
    uint8_t message[256];
    size_t size = build(message, 0, 0, 1, PIECE(QUESTION OPT));
    struct wire_tail tail;

    CHECK_OK(read_tail(message, size, &tail));
    CHECK_EQ(tail.has_edns, true);
    CHECK_EQ(tail.end, size);
    CHECK_EQ(tail.edns.flags, WIRE_EDNS_FLAG_DO);
    CHECK_EQ(tail.edns.rcode_high, 1);
    CHECK_EQ(tail.edns.payload, 512);
    CHECK_EQ(read_tail(message, size - 1, &tail), TD_E_TRUNCATED);

    size = build(message, 0, 0, 1, PIECE(QUESTION OPT_COOKIE));
    CHECK_OK(read_tail(message, size, &tail));
    CHECK_EQ(tail.edns.payload, 1232);
    CHECK(wire_edns_has(&tail.edns, WIRE_EDNS_COOKIE));
    CHECK_EQ(tail.edns.options[WIRE_EDNS_COOKIE].size, 8);
    CHECK_EQ(message[tail.edns.options[WIRE_EDNS_COOKIE].at], 1);
    CHECK_EQ(read_tail(message, size - 1, &tail), TD_E_TRUNCATED);
}

TEST(more_behind_a_question_goes_the_long_way)
{
    uint8_t message[256];
    struct wire_tail tail;
    size_t size = build(message, 0, 1, 2, PIECE(QUESTION SOA OPT_COOKIE TSIG));

    CHECK_OK(read_tail(message, size, &tail));
    CHECK_EQ(tail.has_edns, true);
    CHECK_EQ(tail.edns.payload, 1232);
    CHECK(wire_edns_has(&tail.edns, WIRE_EDNS_COOKIE));
    CHECK_EQ(tail.tsig_at, size - (sizeof(TSIG) - 1));
    CHECK_EQ(tail.end, size);

    size = build(message, 0, 1, 1, PIECE(QUESTION SOA TSIG));
    CHECK_OK(read_tail(message, size, &tail));
    CHECK_EQ(tail.has_edns, false);
    CHECK_EQ(tail.edns.payload, 512);
    CHECK(tail.tsig_at != 0);

    size = build(message, 0, 0, 2, PIECE(QUESTION OPT OPT));
    CHECK_EQ(read_tail(message, size, &tail), TD_E_MALFORMED);
    size = build(message, 1, 0, 0, PIECE(QUESTION OPT));
    CHECK_EQ(read_tail(message, size, &tail), TD_E_MALFORMED);
    size = build(message, 0, 0, 2, PIECE(QUESTION OPT));
    CHECK_EQ(read_tail(message, size, &tail), TD_E_TRUNCATED);
    /* A cookie of seven octets, beside a TSIG record. */
    size = build(message, 0, 0, 2,
                 PIECE(QUESTION "\0\0\x29\4\xD0\0\0\0\0\0\xB\0\xA\0\7\1\2\3\4\5\6\7" TSIG));
    CHECK_EQ(read_tail(message, size, &tail), TD_E_MALFORMED);
}

TESTS(a_question_is_read_in_one_pass, the_root_is_a_question, questions_that_are_none,
      mostly_nothing_is_behind_a_question, an_opt_record_alone,
      more_behind_a_question_goes_the_long_way)
