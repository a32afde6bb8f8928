/*
 * Goal    records one behind the other are what they are one by one, whatever is remembered.
 * Method  the records of a delegation as servers write them, and odd ones; each is compared with
 *         what wire/message.h reads, in the whole message and in one that is cut at every octet.
 */
#include <stdlib.h>

#include "unit/test.h"
#include "wire/message.h"
#include "wire/records.h"
#include "wire/rrtype.h"

/* Behind the question: "ex." at 12; records begin at 20, and the owner a.ex. is there. */
#define QUESTION "\2ex\0\0\xFC\0\1"
#define HEAD     "\0\1\0\0\0\1"

static const struct {
    const char *what;
    const char *octets;
    size_t size;
    bool is_same;
} rows[] = {
#define ROW(what, text, is_same)                                                                   \
    {                                                                                              \
        what, text, sizeof(text) - 1, is_same                                                      \
    }
    ROW("labels and a pointer", "\1a\xC0\xC\0\2" HEAD "\0\5\2ns\xC0\xC", false),
    ROW("a pointer to that", "\xC0\x14\0\2" HEAD "\0\5\2ns\xC0\x14", true),
    ROW("the same octets again", "\1a\xC0\xC\0\1" HEAD "\0\4\300\0\2\1", true),
    ROW("glue, a pointer to data", "\xC0\x22\0\1" HEAD "\0\4\300\0\2\1", false),
    ROW("more of it", "\xC0\x22\0\34" HEAD "\0\20\1\2\3\4\5\6\7\1\1\2\3\4\5\6\7\1", true),
    ROW("other glue", "\xC0\x33\0\1" HEAD "\0\4\300\0\2\1", false),
    ROW("the owner once more", "\1a\xC0\xC\0\20" HEAD "\0\2\1t", false),
    ROW("data that is a pointer", "\xC0\x14\0\2" HEAD "\0\2\xC0\x14", false),
    ROW("the apex", "\xC0\xC\0\2" HEAD "\0\5\2ns\xC0\x14", false),
    ROW("the same pointer", "\xC0\xC\0\34" HEAD "\0\20\1\2\3\4\5\6\7\1\1\2\3\4\5\6\7\1", true),
    ROW("another case", "\1A\xC0\xC\0\20" HEAD "\0\2\1t", false),
    ROW("labels before the owner before", "\1b\xC0\x14\0\17" HEAD "\0\7\0\1\2mx\xC0\xC", false),
    ROW("no pointer", "\1b\2ex\0\0\5" HEAD "\0\5\2ns\xC0\xC", false),
    ROW("no pointer again", "\1b\2ex\0\0\5" HEAD "\0\4\2ns\0", true),
    ROW("the root", "\0\0\2" HEAD "\0\1\0", false),
    ROW("an address that is too long", "\1c\xC0\xC\0\1" HEAD "\0\5\300\0\2\1\1", false),
    ROW("a name that is too short", "\xC0\x14\0\2" HEAD "\0\6\2ns\xC0\xC\0", false),
    ROW("a name that goes on behind the data", "\xC0\x14\0\2" HEAD "\0\4\2ns\xC0", true),
    ROW("an unknown type", "\xC0\x14\xFF\1" HEAD "\0\2\xC0\xC", true),
    ROW("nothing for a name", "\xC0\x14\0\2" HEAD "\0\0", true),
};

static size_t build(uint8_t *octets)
{
    struct wire_header header = { .counts = { 1, (uint16_t)TD_COUNT(rows), 0, 0 } };
    size_t size = WIRE_HEADER_SIZE;

    wire_header_put(octets, &header);
    memcpy(octets + size, QUESTION, sizeof(QUESTION) - 1);
    size += sizeof(QUESTION) - 1;
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        memcpy(octets + size, rows[i].octets, rows[i].size);
        size += rows[i].size;
    }
    return size;
}

static void same_rdata(struct wire_records *records, const struct wire_message *message,
                       const struct wire_record *record)
{
    uint8_t one[512];
    static uint8_t other[WIRE_RDATA_SIZE_MAX];
    struct td_writer writer = td_writer_of(one, sizeof(one));
    const uint8_t *octets;
    size_t size;

    td_err err = wire_message_rdata(message, record, &writer);
    CHECK_EQ(wire_records_rdata(records, other, &octets, &size), err);
    if (err == TD_OK)
        CHECK_BYTES(octets, size, one, writer.cursor);
}

/* Returns how many were read. */
static size_t compare(const struct wire_message *message, bool is_whole)
{
    struct wire_records records;
    struct wire_record record;
    size_t at = message->section_at[1], count = 0;

    wire_records_begin(&records, message, 1);
    while (at < message->section_at[2]) {
        td_err err = wire_message_record(message, &at, &record);
        CHECK_EQ(wire_records_next(&records), err);
        if (err != TD_OK)
            return count;
        CHECK_EQ(records.at, at);
        CHECK_EQ(records.record.at, record.at);
        CHECK_EQ(records.record.type, record.type);
        CHECK_EQ(records.record.class, record.class);
        CHECK_EQ(records.record.ttl, record.ttl);
        CHECK_EQ(records.record.rdlength, record.rdlength);
        CHECK_EQ(records.record.owner.label_count, record.owner.label_count);
        CHECK_BYTES(records.record.owner.octets, records.record.owner.size, record.owner.octets,
                    record.owner.size);
        if (is_whole)
            CHECK_EQ_WHY(records.is_same_owner, rows[count].is_same, rows[count].what);
        same_rdata(&records, message, &record);
        count++;
    }
    CHECK_EQ(wire_records_next(&records), TD_E_NOT_FOUND);
    return count;
}

TEST(records_are_what_they_are_one_by_one)
{
    uint8_t octets[1024];
    struct wire_message message;
    size_t size = build(octets);

    CHECK_OK(wire_message_read(octets, size, &message));
    CHECK_EQ(compare(&message, true), TD_COUNT(rows));
}

/* Behind a walk of the whole it cannot end early; the cursor does not rely on that. */
TEST(a_message_that_is_cut_is_not_read_beyond_its_end)
{
    uint8_t octets[1024];
    struct wire_message message;
    size_t size = build(octets), count = 0;

    CHECK_OK(wire_message_read(octets, size, &message));
    for (size_t cut = message.section_at[1]; cut < size; cut++) {
        uint8_t *exact = malloc(cut); /* so that a sanitizer sees what is read behind it */
        struct wire_message part = message;
        memcpy(exact, octets, cut);
        part.octets = exact;
        part.size = part.end = part.section_at[2] = part.section_at[3] = cut;
        count += compare(&part, false);
        free(exact);
    }
    CHECK(count > size);
}

/* Names that end as another does, and have not more than 255 octets only without that. */
TEST(a_name_that_becomes_too_long_is_refused)
{
    uint8_t octets[2048] = { [5] = 1, [7] = 2 }, *at = octets + WIRE_HEADER_SIZE;
    struct wire_message message;
    struct wire_records records;
    size_t long_at = (size_t)(at - octets);

    for (unsigned i = 0; i < 3; i++, at += 64)
        memset(at + 1, 'x', (at[0] = 63));
    at[0] = 0;
    memcpy(at + 1, "\0\1\0\1", 4);
    at += 5;
    for (unsigned i = 0; i < 2; i++) {
        unsigned size = 61 + i;
        memset(at + 1, 'y', (at[0] = (uint8_t)size));
        at += 1 + size;
        memcpy(at, "\xC0\xC\0\1\0\1\0\0\0\1\0\4\1\2\3\4", 16);
        at += 16;
    }
    CHECK_EQ(long_at, 12);
    CHECK_OK(wire_message_read(octets, (size_t)(at - octets), &message));
    wire_records_begin(&records, &message, 1);
    CHECK_OK(wire_records_next(&records));
    CHECK_EQ(records.record.owner.size, 255);
    CHECK_EQ(wire_records_next(&records), TD_E_MALFORMED);
}

TESTS(records_are_what_they_are_one_by_one, a_message_that_is_cut_is_not_read_beyond_its_end,
      a_name_that_becomes_too_long_is_refused)
