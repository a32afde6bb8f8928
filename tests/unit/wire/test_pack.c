/*
 * Goal    RFC 1035 4.1.4, 3597 4, 5936 3.4: names are written as short as they can be, case kept,
 *         and read back as they were; what does not fit leaves no trace.
 * Method  messages by hand; then records of many names on both sides of the 16 KiB that pointers
 *         reach, read back with the reader.
 */
#include <stdio.h>
#include <stdlib.h>

#include "test.h"
#include "wire/message.h"
#include "wire/pack.h"
#include "wire/rrtype.h"

enum { A_SIZE = 10 + 4, FAR = WIRE_PACK_OFFSET_MAX + 1, MANY = 6000 };

static const uint8_t root[] = { 0 };
static const uint8_t address[] = { 192, 0, 2, 1 };

static struct wire_pack pack;
static uint8_t message[65536];
static size_t first; /* where the records begin */

static struct wire_name name_of(const char *text)
{
    struct wire_name name;
    CHECK_OK(wire_name_from_text(text, &name));
    return name;
}

/* A message without a question; `from`: it is as if there were that many octets already. */
static void begin_at(size_t from, const uint8_t *apex)
{
    memset(message, 0, sizeof(message));
    first = from;
    wire_pack_begin(&pack, message, from, 65535, apex);
}

static void begin(void)
{
    begin_at(WIRE_HEADER_SIZE, root);
}

/* With a question for this name, whose apex is the same in this case. */
static void begin_zone(const char *question, const uint8_t *apex)
{
    struct wire_name name = name_of(question);

    memset(message, 0, sizeof(message));
    memcpy(message + WIRE_HEADER_SIZE, name.octets, name.size);
    first = WIRE_HEADER_SIZE + (size_t)name.size + 4;
    wire_pack_begin(&pack, message, first, 65535, apex);
}

static void check_name(size_t at, const struct wire_name *want, size_t end)
{
    struct td_reader reader = { .data = message, .size = pack.size, .cursor = at };
    struct wire_name back;

    CHECK_OK(wire_name_read(&reader, &back));
    CHECK_EQ(reader.cursor, end);
    CHECK_BYTES(back.octets, back.size, want->octets, want->size);
}

/* Put an address; returns the octets that the owner took. */
static size_t put(const char *text)
{
    static struct wire_name name; /* stays until the next owner */
    size_t at = pack.size;

    name = name_of(text);
    wire_pack_owner(&pack, name.octets);
    CHECK_OK(wire_pack_record(&pack, WIRE_TYPE_A, 60, address, 4));
    check_name(at, &name, pack.size - A_SIZE);
    return pack.size - A_SIZE - at;
}

/* Put a name server for the owner that is in force; returns the octets that its name took. */
static size_t put_ns(const char *text, size_t owner_size)
{
    static struct wire_name names[8]; /* they stay until the message is done */
    static unsigned turn;
    struct wire_name *name = &names[turn++ % 8];
    size_t at = pack.size + owner_size + 10;

    *name = name_of(text);
    CHECK_OK(wire_pack_record(&pack, WIRE_TYPE_NS, 60, name->octets, name->size));
    check_name(at, name, pack.size);
    CHECK_EQ(td_get_u16(message + at - 2), pack.size - at);
    return pack.size - at;
}

TEST(names_get_shorter)
{
    begin();
    CHECK_EQ(put("."), 1);
    CHECK_EQ(put("www.example.com."), 17);
    CHECK_EQ(put("www.example.com."), 2);
    CHECK_EQ(put("mail.example.com."), 7);
    CHECK_EQ(put("a.mail.example.com."), 4);
    CHECK_EQ(put("com."), 2);
    CHECK_EQ(put("org."), 5);
    CHECK_EQ(put("example.org."), 10);
    CHECK_EQ(put("www.org."), 6);
    CHECK_EQ(put("."), 1);
}

TEST(case_is_kept)
{
    begin();
    CHECK_EQ(put("www.example."), 13);
    CHECK_EQ(put("WWW.example."), 6);
    CHECK_EQ(put("www.Example."), 13);
    CHECK_EQ(put("WWW.example."), 2);
}

TEST(the_question_is_a_target_in_its_own_case_only)
{
    const uint8_t apex[] = "\7example\3com";

    begin_zone("example.com.", apex);
    CHECK_EQ(put("example.com."), 2);
    CHECK_EQ(put("www.example.com."), 6);
    begin_zone("Example.com.", apex);
    CHECK_EQ(put("example.com."), 13);
    CHECK_EQ(put("www.example.com."), 6);
}

TEST(labels_of_every_size_are_told_apart)
{
    begin();
    for (unsigned size = 1; size <= 63; size++) {
        char text[70];
        memset(text, 'a', size);
        memcpy(text + size, ".", 2);
        CHECK_EQ(put(text), size + 2);
        CHECK_EQ(put(text), 2);
        text[size - 1] = 'b';
        CHECK_EQ(put(text), size + 2);
        CHECK_EQ(put(text), 2);
    }
}

/* Long names that differ where the hash does not look share a place, and nothing else. */
TEST(names_with_the_same_hash_are_told_apart)
{
    begin();
    CHECK_EQ(put("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test."), 67);
    CHECK_EQ(put("aaaaaaaaaabaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test."), 63);
    CHECK_EQ(put("aaaaaaaaaabaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test."), 2);
    CHECK_EQ(put("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test."), 63);
}

TEST(pointers_reach_no_further_than_14_bits)
{
    begin_at(WIRE_PACK_OFFSET_MAX - 4, root);
    CHECK_EQ(put("aaa.bbb."), 9); /* bbb stands at 0x3FFF */
    CHECK_EQ(put("ccc.ddd."), 9);
    CHECK_EQ(put("ccc.ddd."), 9);
    CHECK_EQ(put("ddd."), 5);
    begin_at(WIRE_PACK_OFFSET_MAX - 4, root);
    CHECK_EQ(put("aaa.bbb."), 9);
    CHECK_EQ(put_ns("bbb.", 2), 2);
    CHECK_EQ(put_ns("x.aaa.bbb.", 2), 4);
}

TEST(far_names_are_written_against_what_is_in_reach)
{
    const uint8_t apex[] = "\4test";

    begin_zone("test.", apex);
    CHECK_EQ(put("near.test."), 7);
    CHECK_EQ(put("ns.other."), 10);
    pack.size = FAR;
    CHECK_EQ(put("test."), 2);
    CHECK_EQ(put("Far.test."), 6);
    CHECK_EQ(put("Far.test."), 6);               /* out of reach by itself */
    CHECK_EQ(put_ns("ns1.Far.test.", 6), 4 + 6); /* below its owner */
    CHECK_EQ(put_ns("ns1.far.test.", 6), 4 + 6); /* in another case it is another name */
    CHECK_EQ(put_ns("a.b.Far.test.", 6), 2 + 2 + 6);
    CHECK_EQ(put_ns("ns1.near.test.", 6), 4 + 2);
    CHECK_EQ(put_ns("ns1.elsewhere.test.", 6), 4 + 12);
    CHECK_EQ(put_ns("ns2.elsewhere.test.", 6), 4 + 12); /* a sibling */
    CHECK_EQ(put_ns("ns.other.", 6), 2);
    CHECK_EQ(put_ns("ns2.elsewhere.test.", 6), 4 + 12);
    CHECK_EQ(put_ns("ns2.not.there.", 6), 15);
    CHECK_EQ(put_ns("ns3.not.there.", 6), 15);
    CHECK_EQ(put_ns(".", 6), 1);
    CHECK_EQ(put_ns("test.", 6), 2);
    CHECK_EQ(put("test.outside."), 14);
}

static td_err put_record(const char *owner, uint16_t type, const char *rdata, size_t size)
{
    static struct wire_name name;

    name = name_of(owner);
    wire_pack_owner(&pack, name.octets);
    return wire_pack_record(&pack, type, 3600, (const uint8_t *)rdata, size);
}

#define SOA_RDATA "\2ns\2ex\0\4host\2ex\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"

TEST(records_are_compressed_where_rfc_3597_says_so)
{
    begin();
    CHECK_OK(put_record("ex.", WIRE_TYPE_SOA, SOA_RDATA, sizeof(SOA_RDATA) - 1));
    CHECK_EQ(pack.size, 12 + 4 + 10 + 5 + 7 + 20);
    CHECK_EQ(td_get_u16(message + 12 + 4 + 8), 32);
    CHECK_EQ(memcmp(message + 26, "\2ns\xC0\xC\4host\xC0\xC\0\0\0\1", 16), 0);

    size_t at = pack.size;
    CHECK_OK(put_record("www.ex.", WIRE_TYPE_MX, "\0\5\2ns\2ex", 9));
    CHECK_EQ(pack.size - at, 6 + 10 + 4);
    /* SRV names are not compressed on output, though they are when read. */
    at = pack.size;
    CHECK_OK(
        wire_pack_record(&pack, WIRE_TYPE_SRV, 60, (const uint8_t *)"\0\0\0\0\0\0\2ns\2ex", 13));
    CHECK_EQ(pack.size - at, 2 + 10 + 13);
    at = pack.size;
    CHECK_OK(wire_pack_record(&pack, 65280, 60, address, 0));
    CHECK_EQ(pack.size - at, 2 + 10);
    CHECK_EQ(pack.count, 4);

    td_put_u16(message + 6, 4);
    struct wire_message whole;
    struct wire_record record;
    uint8_t out[64];
    struct td_writer rdata = td_writer_of(out, sizeof(out));
    CHECK_OK(wire_message_read(message, pack.size, &whole));
    CHECK_EQ(whole.end, pack.size);
    at = whole.section_at[1];
    CHECK_OK(wire_message_record(&whole, &at, &record));
    CHECK_EQ(record.ttl, 3600);
    CHECK_OK(wire_message_rdata(&whole, &record, &rdata));
    CHECK_BYTES(out, rdata.cursor, SOA_RDATA, sizeof(SOA_RDATA) - 1);
}

/* Near, far, as the first of its owner or not: exactly as much room as it takes is enough. */
TEST(a_record_without_room_leaves_no_trace)
{
    static const struct {
        const char *why;
        size_t from;
        const char *owner;
        uint16_t type;
        const char *rdata;
        size_t size;
        size_t takes;
    } rows[] = {
        { "SOA", 12, "ex.", WIRE_TYPE_SOA, SOA_RDATA, sizeof(SOA_RDATA) - 1, 4 + 10 + 5 + 7 + 20 },
        { "A", 12, "a.ex.", WIRE_TYPE_A, "\1\2\3\4", 4, 6 + 10 + 4 },
        { "far A", FAR, "a.ex.", WIRE_TYPE_A, "\1\2\3\4", 4, 6 + 10 + 4 },
        { "far NS below it", FAR, "a.ex.", WIRE_TYPE_NS, "\1n\1a\2ex", 8, 6 + 10 + 8 },
        { "far MX", FAR, "a.ex.", WIRE_TYPE_MX, "\0\1\1n\1b\2ex", 10, 6 + 10 + 10 },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        for (size_t room = 0; room <= rows[i].takes; room++) {
            begin_at(rows[i].from, root);
            pack.limit = pack.size + room;
            td_err err = put_record(rows[i].owner, rows[i].type, rows[i].rdata, rows[i].size);
            CHECK_EQ_WHY(err, room == rows[i].takes ? TD_OK : TD_E_SPACE, rows[i].why);
            CHECK_EQ_WHY(pack.size, rows[i].from + (err == TD_OK ? rows[i].takes : 0), rows[i].why);
            CHECK(pack.size <= pack.limit);
            CHECK_EQ(pack.count, err == TD_OK);
        }
    }
}

TEST(a_set_goes_on_where_there_was_no_room)
{
    static const uint8_t data[] = { 0, 4, 1, 1, 1, 1, 0, 4, 2, 2, 2, 2, 0, 4, 3, 3, 3, 3 };
    struct wire_rrset *set = calloc(1, sizeof(*set) + sizeof(data));
    size_t at = 0;

    *set = (struct wire_rrset){ .ttl = 60, .size = sizeof(data), .type = WIRE_TYPE_A, .count = 3 };
    memcpy(set->data, data, sizeof(data));
    begin();
    wire_pack_owner(&pack, root);
    pack.limit = pack.size + 2 * (1 + A_SIZE);
    CHECK_EQ(wire_pack_set(&pack, set, &at), TD_E_SPACE);
    CHECK_EQ(at, 12);
    CHECK_EQ(pack.count, 2);
    begin();
    wire_pack_owner(&pack, root);
    CHECK_OK(wire_pack_set(&pack, set, &at));
    CHECK_EQ(at, sizeof(data));
    CHECK_EQ(pack.count, 1);
    CHECK_BYTES(message + pack.size - 4, 4, data + 14, 4);
    free(set);
}

/* Labels from few or many, in two cases, below the apex or not. */
static struct wire_name random_name(uint32_t *random, unsigned round)
{
    char text[160] = "";
    unsigned labels = 1 + (*random >> 8) % 5;

    for (unsigned l = 0; l < labels; l++) {
        char label[24];
        *random = *random * 1664525 + 1013904223;
        snprintf(label, sizeof(label), "%s%u.", (*random >> 20) % 2 ? "Host" : "hosT",
                 (*random >> 10) % (1 + 4 * round));
        strcat(text, label);
    }
    if (*random % 8 != 0)
        strcat(text, *random % 16 != 1 ? "zone.test." : "Zone.test.");
    return name_of(text);
}

TEST(many_names_come_back)
{
    static struct wire_name owners[MANY], targets[MANY];
    const uint8_t apex[] = "\4zone\4test";
    uint32_t random = 12345;

    for (unsigned round = 0; round < 8; round++) {
        unsigned count = 0, at = 0;
        begin_zone(round % 2 == 0 ? "zone.test." : "ZONE.test.", apex);
        for (; count < MANY; count++) {
            owners[count] = count % 3 != 0 ? owners[count - 1] : random_name(&random, round);
            targets[count] = random_name(&random, round);
            if (count % 3 == 0)
                wire_pack_owner(&pack, owners[count].octets);
            if (wire_pack_record(&pack, WIRE_TYPE_NS, 60, targets[count].octets,
                                 targets[count].size) != TD_OK)
                break;
        }
        CHECK(pack.size > 65000 || count == MANY);
        CHECK_EQ(count, pack.count);
        for (size_t cursor = first; cursor < pack.size; at++) {
            struct td_reader reader = { .data = message, .size = pack.size, .cursor = cursor };
            struct wire_name back;
            CHECK_OK(wire_name_read(&reader, &back));
            CHECK_BYTES(back.octets, back.size, owners[at].octets, owners[at].size);
            cursor = reader.cursor + 10 + td_get_u16(message + reader.cursor + 8);
            check_name(reader.cursor + 10, &targets[at], cursor);
        }
        CHECK_EQ(at, count);
    }
}

TESTS(names_get_shorter, case_is_kept, the_question_is_a_target_in_its_own_case_only,
      labels_of_every_size_are_told_apart, names_with_the_same_hash_are_told_apart,
      pointers_reach_no_further_than_14_bits, far_names_are_written_against_what_is_in_reach,
      records_are_compressed_where_rfc_3597_says_so, a_record_without_room_leaves_no_trace,
      a_set_goes_on_where_there_was_no_room, many_names_come_back)
