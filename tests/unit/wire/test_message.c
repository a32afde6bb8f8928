/*
 * Goal    RFC 1035 4.1, 6891 6.1.1, 8945 5.1: a whole message is walked, its records are read,
 *         OPT and TSIG are found and refused where they must not be.
 * Method  messages put together from pieces; one row per refusal; a message cut at every octet.
 */
#include "unit/test.h"
#include "wire/message.h"
#include "wire/rrtype.h"

#define PIECE(text) (const uint8_t *)(text), sizeof(text) - 1

static size_t add(uint8_t *message, size_t size, const uint8_t *piece, size_t piece_size)
{
    memcpy(message + size, piece, piece_size);
    return size + piece_size;
}

static size_t begin(uint8_t *message, unsigned qd, unsigned an, unsigned ns, unsigned ar)
{
    struct wire_header header = { .id = 0x1234,
                                  .flags = WIRE_FLAG_QR | WIRE_FLAG_AA,
                                  .counts = { (uint16_t)qd, (uint16_t)an, (uint16_t)ns,
                                              (uint16_t)ar } };
    wire_header_put(message, &header);
    return WIRE_HEADER_SIZE;
}

#define QUESTION "\2ex\0\0\xF\0\1"
#define MX       "\xC0\xC\0\xF\0\1\0\0\xE\x10\0\7\0\xA\2mx\xC0\xC"
#define A        "\xC0\xC\0\1\0\1\xFF\0\0\0\0\4\xC0\0\2\1"
#define OPT      "\0\0\x29\4\xD0\0\0\0\0\0\0"
#define TSIG     "\1k\0\0\xFA\0\xFF\0\0\0\0\0\x11\0\0\0\0\0\0\1\0\1\0\0\x12\x34\0\0\0\0"

/* The TSIG rdata above: name, time 6, fudge 2, size 2, id 2, error 2, other 2: 17 octets. */

static size_t build(uint8_t *message)
{
    size_t size = begin(message, 1, 1, 0, 3);
    size = add(message, size, PIECE(QUESTION));
    size = add(message, size, PIECE(MX));
    size = add(message, size, PIECE(A));
    size = add(message, size, PIECE(OPT));
    return add(message, size, PIECE(TSIG));
}

TEST(a_message_is_read)
{
    uint8_t octets[256], out[64];
    size_t size = build(octets), at;
    struct wire_message message;
    struct wire_message_question question;
    struct wire_record record;
    struct td_writer writer = td_writer_of(out, sizeof(out));

    CHECK_OK(wire_message_read(octets, size, &message));
    CHECK_EQ(message.header.id, 0x1234);
    CHECK_EQ(message.header.flags, 0x8400);
    CHECK_EQ(wire_header_opcode(&message.header), WIRE_OPCODE_QUERY);
    CHECK_EQ(message.end, size);
    CHECK_EQ(message.section_at[2], message.section_at[3]);

    at = message.section_at[0];
    CHECK_OK(wire_message_question(&message, &at, &question));
    CHECK_BYTES(question.name.octets, question.name.size, "\2ex", 4);
    CHECK_EQ(question.type, WIRE_TYPE_MX);
    CHECK_EQ(question.class, WIRE_CLASS_IN);
    CHECK_EQ(wire_message_question(&message, &at, &question), TD_E_NOT_FOUND);

    CHECK_EQ(at, message.section_at[1]);
    CHECK_OK(wire_message_record(&message, &at, &record));
    CHECK_EQ(record.type, WIRE_TYPE_MX);
    CHECK_EQ(record.ttl, 3600);
    CHECK_EQ(record.rdlength, 7);
    CHECK_BYTES(record.owner.octets, record.owner.size, "\2ex", 4);
    CHECK_OK(wire_message_rdata(&message, &record, &writer));
    CHECK_BYTES(out, writer.cursor, "\0\xA\2mx\2ex", 9);

    CHECK_EQ(at, message.section_at[3]);
    CHECK_OK(wire_message_record(&message, &at, &record));
    CHECK_EQ(record.type, WIRE_TYPE_A);
    CHECK_EQ(record.ttl, 0xFF000000);
    CHECK_EQ(wire_ttl(record.ttl), 0);
    CHECK_EQ(wire_ttl(0x7FFFFFFF), 0x7FFFFFFF);

    CHECK_EQ(at, message.opt_at);
    CHECK_OK(wire_message_record(&message, &at, &record));
    CHECK_EQ(record.type, WIRE_TYPE_OPT);
    CHECK_EQ(at, message.tsig_at);
    CHECK_OK(wire_message_record(&message, &at, &record));
    CHECK_EQ(record.type, WIRE_TYPE_TSIG);
    CHECK_EQ(record.at, message.tsig_at);
    writer.cursor = 0;
    CHECK_OK(wire_message_rdata(&message, &record, &writer));
    CHECK_EQ(writer.cursor, 17);
    CHECK_EQ(wire_message_record(&message, &at, &record), TD_E_NOT_FOUND);
}

TEST(a_message_cut_anywhere_is_truncated)
{
    uint8_t octets[256];
    size_t size = build(octets);
    struct wire_message message = { .size = 77 };

    for (size_t cut = 0; cut < size; cut++) {
        CHECK_EQ(wire_message_read(octets, cut, &message), TD_E_TRUNCATED);
        CHECK_EQ(message.size, 77);
    }
}

TEST(octets_behind_the_last_record_are_told)
{
    uint8_t octets[256];
    size_t size = build(octets);
    struct wire_message message;

    CHECK_OK(wire_message_read(octets, size + 3, &message));
    CHECK_EQ(message.end, size);
    CHECK_EQ(message.size, size + 3);
}

TEST(opt_and_tsig_have_their_places)
{
    static const struct {
        const char *why;
        uint8_t counts[4];
        const uint8_t *records;
        size_t size;
    } rows[] = {
        { "two OPT", { 0, 0, 0, 2 }, PIECE(OPT OPT) },
        { "OPT with an owner", { 0, 0, 0, 1 }, PIECE("\1x\0\0\x29\4\xD0\0\0\0\0\0\0") },
        { "OPT in the answer section", { 0, 1, 0, 0 }, PIECE(OPT) },
        { "OPT in the authority section", { 0, 0, 1, 0 }, PIECE(OPT) },
        { "TSIG in the answer section", { 0, 1, 0, 0 }, PIECE(TSIG) },
        { "TSIG before OPT", { 0, 0, 0, 2 }, PIECE(TSIG OPT) },
        { "two TSIG", { 0, 0, 0, 2 }, PIECE(TSIG TSIG) },
        { "reserved label type", { 1, 0, 0, 0 }, PIECE("\x80\0\1\0\1") },
        { "reserved label type in a record", { 0, 1, 0, 0 }, PIECE("\x40\0\1\0\1\0\0\0\0\0\0") },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint8_t octets[256];
        const uint8_t *counts = rows[i].counts;
        size_t size = begin(octets, counts[0], counts[1], counts[2], counts[3]);
        struct wire_message message;
        size = add(octets, size, rows[i].records, rows[i].size);
        CHECK_EQ_WHY(wire_message_read(octets, size, &message), TD_E_MALFORMED, rows[i].why);
    }
}

TEST(names_that_point_astray_are_refused_when_read)
{
    /* The walk does not follow pointers; reading the record does. */
    uint8_t octets[64];
    size_t size = begin(octets, 1, 1, 0, 0), at;
    struct wire_message message;
    struct wire_message_question question;
    struct wire_record record = { .ttl = 77 };

    size = add(octets, size, PIECE("\xC0\x20\0\1\0\1"));
    size = add(octets, size, PIECE("\xC0\x30\0\1\0\1\0\0\0\0\0\0"));
    CHECK_OK(wire_message_read(octets, size, &message));
    at = message.section_at[0];
    CHECK_EQ(wire_message_question(&message, &at, &question), TD_E_MALFORMED);
    CHECK_EQ(at, message.section_at[0]);
    at = message.section_at[1];
    CHECK_EQ(wire_message_record(&message, &at, &record), TD_E_MALFORMED);
    CHECK_EQ(at, message.section_at[1]);
    CHECK_EQ(record.ttl, 77);
}

TEST(headers_go_there_and_back)
{
    uint8_t octets[WIRE_HEADER_SIZE];
    struct wire_header header = { .id = 0xABCD, .flags = 0x2910, .counts = { 1, 2, 3, 65535 } };
    struct wire_header back;

    wire_header_put(octets, &header);
    CHECK_OK(wire_header_read(octets, sizeof(octets), &back));
    CHECK_EQ(memcmp(&header, &back, sizeof(header)), 0);
    CHECK_EQ(wire_header_opcode(&back), WIRE_OPCODE_UPDATE);
    CHECK_EQ(wire_header_read(octets, sizeof(octets) - 1, &back), TD_E_TRUNCATED);
}

TESTS(a_message_is_read, a_message_cut_anywhere_is_truncated,
      octets_behind_the_last_record_are_told, opt_and_tsig_have_their_places,
      names_that_point_astray_are_refused_when_read, headers_go_there_and_back)
