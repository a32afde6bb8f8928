/*
 * Goal    RFC 1035 4.1.4, 3597 4: names are written as short as they can be and read back as
 *         they were; what does not fit leaves no trace; limits hold.
 * Method  messages by hand; then many records of changing names, read back with the reader.
 */
#include <stdlib.h>

#include "unit/test.h"
#include "wire/compress.h"
#include "wire/message.h"
#include "wire/rrtype.h"

static struct wire_compress table;
static uint8_t message[65536];

static struct wire_name name_of(const char *text)
{
    struct wire_name name;
    CHECK_OK(wire_name_from_text(text, &name));
    return name;
}

static struct td_writer begin(bool exact)
{
    wire_compress_reset(&table, exact);
    memset(message, 0, WIRE_HEADER_SIZE);
    return (
        struct td_writer){ .data = message, .size = sizeof(message), .cursor = WIRE_HEADER_SIZE };
}

/* Write a name; returns the octets it took. */
static size_t put(struct td_writer *writer, const char *text)
{
    struct wire_name name = name_of(text), back;
    size_t at = writer->cursor;

    CHECK_OK(wire_compress_name(&table, writer, name.octets));
    struct td_reader reader = { .data = message, .size = writer->cursor, .cursor = at };
    CHECK_OK(wire_name_read(&reader, &back));
    CHECK_EQ(reader.cursor, writer->cursor);
    CHECK(wire_name_equal(back.octets, back.size, name.octets, name.size));
    if (table.exact)
        CHECK_EQ(memcmp(back.octets, name.octets, name.size), 0);
    return writer->cursor - at;
}

TEST(names_get_shorter)
{
    struct td_writer writer = begin(false);

    CHECK_EQ(put(&writer, "."), 1);
    CHECK_EQ(put(&writer, "www.example.com."), 17);
    CHECK_EQ(put(&writer, "www.example.com."), 2);
    CHECK_EQ(put(&writer, "WWW.Example.com."), 2);
    CHECK_EQ(put(&writer, "mail.example.com."), 7);
    CHECK_EQ(put(&writer, "a.mail.EXAMPLE.com."), 4);
    CHECK_EQ(put(&writer, "com."), 2);
    CHECK_EQ(put(&writer, "org."), 5);
    CHECK_EQ(put(&writer, "example.org."), 10);
    CHECK_EQ(put(&writer, "www.org."), 6);
    CHECK_EQ(put(&writer, "."), 1);
}

TEST(exact_tables_keep_case)
{
    struct td_writer writer = begin(true);

    CHECK_EQ(put(&writer, "www.example."), 13);
    CHECK_EQ(put(&writer, "WWW.example."), 6);
    CHECK_EQ(put(&writer, "www.Example."), 13);
    CHECK_EQ(put(&writer, "WWW.example."), 2);
}

TEST(labels_of_every_size_are_told_apart)
{
    struct td_writer writer = begin(false);

    for (unsigned size = 1; size <= 63; size++) {
        char text[70];
        memset(text, 'a', size);
        memcpy(text + size, ".", 2);
        CHECK_EQ(put(&writer, text), size + 2);
        CHECK_EQ(put(&writer, text), 2);
        text[size - 1] = 'b';
        CHECK_EQ(put(&writer, text), size + 2);
        text[size - 1] = 'B';
        CHECK_EQ(put(&writer, text), 2);
    }
}

TEST(pointers_reach_no_further_than_14_bits)
{
    struct td_writer writer = begin(false);

    writer.cursor = 0x3FFF - 4;
    CHECK_EQ(put(&writer, "aaa.bbb."), 9); /* bbb stands at 0x3FFF */
    CHECK_EQ(put(&writer, "bbb."), 2);
    CHECK_EQ(put(&writer, "ccc.ddd."), 9);
    CHECK_EQ(put(&writer, "ccc.ddd."), 9);
    CHECK_EQ(put(&writer, "x.aaa.bbb."), 4);
}

TEST(a_full_table_still_writes)
{
    struct td_writer writer = begin(false);
    char text[32];

    for (unsigned i = 0; i < 2 * WIRE_COMPRESS_NODES_MAX; i++) {
        snprintf(text, sizeof(text), "n%u.", i);
        put(&writer, text);
        CHECK(table.count <= WIRE_COMPRESS_NODES_MAX);
    }
    CHECK_EQ(put(&writer, "n0."), 2);
    CHECK_EQ(put(&writer, "n2000."), 7);
    writer = begin(false);
    CHECK_EQ(put(&writer, "n0."), 4);
}

TEST(plain_names_are_targets)
{
    struct td_writer writer = begin(false);
    struct wire_name name = name_of("a.example.");
    size_t at = writer.cursor;

    CHECK_EQ(put(&writer, "example."), 9);
    CHECK_OK(wire_compress_name_plain(&table, &writer, name.octets));
    CHECK_EQ(writer.cursor - at, 9 + name.size);
    CHECK_EQ(put(&writer, "a.example."), 2);

    writer.size = writer.cursor + name.size - 1;
    unsigned count = table.count;
    CHECK_EQ(wire_compress_name_plain(&table, &writer, name_of("b.example.").octets), TD_E_SPACE);
    CHECK_EQ(table.count, count);
}

static td_err put_record(struct td_writer *writer, const char *owner, uint16_t type,
                         const char *rdata, size_t size)
{
    struct wire_name name = name_of(owner);
    return wire_compress_record(&table, writer, name.octets, type, WIRE_CLASS_IN, 3600,
                                (const uint8_t *)rdata, size);
}

#define SOA_RDATA "\2ns\2ex\0\4host\2EX\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"

TEST(records_are_compressed_where_rfc_3597_says_so)
{
    struct td_writer writer = begin(false);

    CHECK_OK(put_record(&writer, "ex.", WIRE_TYPE_SOA, SOA_RDATA, sizeof(SOA_RDATA) - 1));
    CHECK_EQ(writer.cursor, 12 + 4 + 10 + 5 + 7 + 20);
    CHECK_EQ(td_get_u16(message + 12 + 4 + 8), 32);
    CHECK_EQ(memcmp(message + 26, "\2ns\xC0\xC\4host\xC0\xC\0\0\0\1", 16), 0);

    size_t at = writer.cursor;
    CHECK_OK(put_record(&writer, "www.ex.", WIRE_TYPE_MX, "\0\5\2ns\2ex", 9));
    CHECK_EQ(writer.cursor - at, 6 + 10 + 4);
    /* SRV names are not compressed on output, though they are when read. */
    at = writer.cursor;
    CHECK_OK(put_record(&writer, "www.ex.", WIRE_TYPE_SRV, "\0\0\0\0\0\0\2ns\2ex", 13));
    CHECK_EQ(writer.cursor - at, 2 + 10 + 13);
    at = writer.cursor;
    CHECK_OK(put_record(&writer, "www.ex.", WIRE_TYPE_A, "\1\2\3\4", 4));
    CHECK_EQ(writer.cursor - at, 2 + 10 + 4);
    at = writer.cursor;
    CHECK_OK(put_record(&writer, "www.ex.", 65280, "", 0));
    CHECK_EQ(writer.cursor - at, 2 + 10);

    td_put_u16(message + 6, 5);
    struct wire_message whole;
    struct wire_record record;
    uint8_t out[64];
    struct td_writer rdata = td_writer_of(out, sizeof(out));
    CHECK_OK(wire_message_read(message, writer.cursor, &whole));
    CHECK_EQ(whole.end, writer.cursor);
    at = whole.section_at[1];
    CHECK_OK(wire_message_record(&whole, &at, &record));
    CHECK_OK(wire_message_rdata(&whole, &record, &rdata));
    CHECK_EQ(rdata.cursor, sizeof(SOA_RDATA) - 1);
    CHECK(wire_octets_equal(out, (const uint8_t *)SOA_RDATA, rdata.cursor));
}

TEST(a_record_without_room_leaves_no_trace)
{
    for (size_t room = 0; room < 12 + 4 + 10 + 12 + 20; room++) {
        struct td_writer writer = begin(false);
        CHECK_EQ(put(&writer, "com."), 5);
        struct wire_compress before = table;
        size_t at = writer.cursor;

        writer.size = writer.cursor + room < sizeof(message) ? writer.cursor + room : 0;
        td_err err = put_record(&writer, "ex.", WIRE_TYPE_SOA, SOA_RDATA, sizeof(SOA_RDATA) - 1);
        if (room >= 4 + 10 + 5 + 7 + 20) {
            CHECK_OK(err);
            continue;
        }
        CHECK_EQ(err, TD_E_SPACE);
        CHECK_EQ(writer.cursor, at);
        CHECK_EQ(table.count, before.count);
        CHECK_EQ(memcmp(table.slots, before.slots, sizeof(table.slots)), 0);
    }
}

TEST(many_names_come_back)
{
    static struct wire_name names[4000];
    static size_t places[TD_COUNT(names)];
    uint32_t random = 12345;

    for (unsigned round = 0; round < 4; round++) {
        struct td_writer writer = begin(round % 2 == 0);
        for (unsigned i = 0; i < TD_COUNT(names); i++) {
            char text[128] = "";
            unsigned labels = 1 + (random >> 8) % 6;
            for (unsigned l = 0; l < labels; l++) {
                char label[24];
                random = random * 1664525 + 1013904223;
                snprintf(label, sizeof(label), "%s%u.", (random >> 20) % 2 ? "Host" : "hosT",
                         (random >> 10) % (1 + 4 * round));
                strcat(text, label);
            }
            names[i] = name_of(text);
            places[i] = writer.cursor;
            CHECK_OK(wire_compress_name(&table, &writer, names[i].octets));
        }
        for (unsigned i = 0; i < TD_COUNT(names); i++) {
            struct td_reader reader = { .data = message,
                                        .size = writer.cursor,
                                        .cursor = places[i] };
            struct wire_name back;
            CHECK_OK(wire_name_read(&reader, &back));
            CHECK(wire_name_equal(back.octets, back.size, names[i].octets, names[i].size));
            if (table.exact)
                CHECK_EQ(memcmp(back.octets, names[i].octets, back.size), 0);
        }
    }
}

TESTS(names_get_shorter, exact_tables_keep_case, labels_of_every_size_are_told_apart,
      pointers_reach_no_further_than_14_bits, a_full_table_still_writes, plain_names_are_targets,
      records_are_compressed_where_rfc_3597_says_so, a_record_without_room_leaves_no_trace,
      many_names_come_back)
