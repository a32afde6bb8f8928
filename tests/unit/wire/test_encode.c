/*
 * Goal    An answer becomes octets: RFC 1035 4.1, 2181 9 (what TC means), 3597 4 (which names are
 *         compressed); prepared images; nothing is ever written behind the limit.
 * Method  answers by hand and their octets; then answers of many sets within every limit, read back
 *         with the reader of messages.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "unit/test.h"
#include "wire/encode.h"
#include "wire/message.h"
#include "wire/rrtype.h"

enum { SPACE = 65536 };

static struct td_hash_seed seed = { .root = 1, .k0 = 3, .k1 = 5 };
static struct wire_encode_table table;

/* A message under test, in memory of exactly `limit` octets so that a sanitizer sees the end. */
struct work {
    struct answer answer;
    struct wire_key key;
    struct wire_encode encode;
    uint8_t question[WIRE_HEADER_SIZE + WIRE_NAME_SIZE_MAX + 4];
    uint8_t *octets;
    td_err err;
};

static struct work work;

static const uint8_t *name_of(const char *text)
{
    static struct wire_name names[64];
    static unsigned next;
    struct wire_name *name = &names[next++ % TD_COUNT(names)];

    CHECK_OK(wire_name_from_text(text, name));
    return name->octets;
}

static void begin(const char *question)
{
    const uint8_t *name = name_of(question);
    size_t size = wire_name_size(name);

    memset(work.question, 0, sizeof(work.question));
    td_put_u16(work.question, 0xABCD);
    td_put_u16(work.question + 2, WIRE_FLAG_QR | WIRE_FLAG_RD | WIRE_FLAG_TC | WIRE_FLAG_RCODE);
    td_put_u16(work.question + 4, 1);
    td_put_u16(work.question + 10, 1);
    memcpy(work.question + WIRE_HEADER_SIZE, name, size);
    td_put_u16(work.question + WIRE_HEADER_SIZE + size, WIRE_TYPE_A);
    td_put_u16(work.question + WIRE_HEADER_SIZE + size + 2, WIRE_CLASS_IN);
    wire_key_make(&work.key, &seed, name);
    answer_reset(&work.answer, NULL);
    work.encode = (struct wire_encode){ .key = &work.key, .table = &table };
}

static uint32_t question_size(void)
{
    return WIRE_HEADER_SIZE + work.key.size + 4u;
}

static void finish(uint32_t limit)
{
    free(work.octets);
    work.octets = td_malloc(limit);
    memcpy(work.octets, work.question, question_size());
    work.encode.message = work.octets;
    work.encode.size = question_size();
    work.encode.limit = limit;
    work.err = wire_encode(&work.encode, &work.answer);
    CHECK(work.encode.size <= limit);
}

/* What was put behind the question. */
#define CHECK_RECORDS(want)                                                                        \
    CHECK_BYTES(work.octets + question_size(), work.encode.size - question_size(), (want),         \
                sizeof(want) - 1)

static unsigned flags_of(void)
{
    return td_get_u16(work.octets + 2);
}

static unsigned count_of(enum wire_section section)
{
    return td_get_u16(work.octets + 6 + 2 * section);
}

/* A set of one record after another; `rdata` is {size, octets...} for each. Lives to the end. */
static const struct wire_rrset *set_of(uint16_t type, unsigned count, const void *rdata,
                                       size_t size)
{
    static uint8_t pool[1 << 20];
    static size_t used;
    used = (used + 7) & ~(size_t)7;
    if (used + sizeof(struct wire_rrset) + size > sizeof(pool))
        used = 0;
    struct wire_rrset *set = (struct wire_rrset *)(void *)(pool + used);

    *set = (struct wire_rrset){
        .ttl = 3600, .size = (uint32_t)size, .type = type, .count = (uint16_t)count
    };
    memcpy(set->data, rdata, size);
    used += sizeof(struct wire_rrset) + size;
    return set;
}

#define SET(type, count, octets) set_of((type), (count), (octets), sizeof(octets) - 1)

/* A set whose one record is a name. */
static const struct wire_rrset *set_named(uint16_t type, const char *text)
{
    uint8_t rdata[2 + WIRE_NAME_SIZE_MAX];
    const uint8_t *name = name_of(text);
    size_t size = wire_name_size(name);

    td_put_u16(rdata, (uint16_t)size);
    memcpy(rdata + 2, name, size);
    return set_of(type, 1, rdata, 2 + size);
}

static struct answer_set *add(const struct wire_rrset *set, enum wire_section section,
                              enum answer_place place)
{
    struct answer_set *entry = answer_add(&work.answer);

    *entry = (struct answer_set){
        .set = set, .ttl = set->ttl, .section = (uint8_t)section, .place = (uint8_t)place
    };
    return entry;
}

static struct answer_set *add_named(const struct wire_rrset *set, enum wire_section section,
                                    const char *owner)
{
    struct answer_set *entry = add(set, section, PLACE_NAME);

    entry->suffix = name_of(owner);
    return entry;
}

#define A1     "\0\4\300\0\2\1"
#define A2     "\0\4\300\0\2\2"
#define A3     "\0\4\300\0\2\3"
#define HEAD_A "\0\1\0\1\0\0\16\20"

TEST(one_address)
{
    begin("www.example.");
    work.answer.is_authoritative = true;
    add(SET(WIRE_TYPE_A, 1, A1), SECTION_ANSWER, PLACE_QNAME);
    finish(SPACE);

    CHECK_OK(work.err);
    CHECK_RECORDS("\300\14" HEAD_A A1);
    CHECK_EQ(td_get_u16(work.octets), 0xABCD);
    CHECK_EQ(flags_of(), WIRE_FLAG_QR | WIRE_FLAG_AA | WIRE_FLAG_RD);
    CHECK_EQ(td_get_u16(work.octets + 4), 1);
    CHECK_EQ(count_of(SECTION_ANSWER), 1);
    CHECK_EQ(count_of(SECTION_AUTHORITY), 0);
    CHECK_EQ(count_of(SECTION_ADDITIONAL), 0);
}

TEST(the_header_says_what_the_answer_does)
{
    begin("www.example.");
    work.answer.rcode = WIRE_RCODE_NXDOMAIN;
    finish(SPACE);
    CHECK_EQ(flags_of(), WIRE_FLAG_QR | WIRE_FLAG_RD | WIRE_RCODE_NXDOMAIN);
    CHECK_EQ(work.encode.size, question_size());
    CHECK_EQ(count_of(SECTION_ADDITIONAL), 0);

    work.answer.rcode = WIRE_RCODE_BADCOOKIE; /* 23: the low four bits are 7 */
    work.answer.is_truncated = true;
    finish(SPACE);
    CHECK_EQ(flags_of(), WIRE_FLAG_QR | WIRE_FLAG_RD | WIRE_FLAG_TC | 7);
}

TEST(owners_are_found_where_they_stand)
{
    begin("www.example.");
    add(SET(WIRE_TYPE_A, 1, A1), SECTION_ANSWER, PLACE_IN_QNAME)->qname_offset = 4;
    add_named(SET(WIRE_TYPE_A, 1, A2), SECTION_ANSWER, "mail.Example.");
    add_named(SET(WIRE_TYPE_A, 2, A1 A2), SECTION_AUTHORITY, "mail.example.");
    struct answer_set *entry = add_named(SET(WIRE_TYPE_A, 1, A3), SECTION_ADDITIONAL, "example.");
    entry->owner = (const uint8_t *)"\3two\3new";
    entry->owner_size = 8;
    finish(SPACE);

    CHECK_RECORDS("\300\20" HEAD_A A1 "\4mail\300\20" HEAD_A A2 "\300\55" HEAD_A A1
                  "\300\55" HEAD_A A2 "\3two\3new\300\20" HEAD_A A3);
    CHECK_EQ(count_of(SECTION_ANSWER), 2);
    CHECK_EQ(count_of(SECTION_AUTHORITY), 2);
    CHECK_EQ(count_of(SECTION_ADDITIONAL), 1);
}

/* A pointer to the root would be longer than the root. */
TEST(the_root_is_written_out)
{
    begin(".");
    add(SET(WIRE_TYPE_A, 2, A1 A2), SECTION_ANSWER, PLACE_QNAME);
    add_named(SET(WIRE_TYPE_A, 1, A3), SECTION_ANSWER, ".");
    add(set_named(WIRE_TYPE_NS, "."), SECTION_ANSWER, PLACE_QNAME);
    finish(SPACE);
    CHECK_RECORDS("\0" HEAD_A A1 "\0" HEAD_A A2 "\0" HEAD_A A3 "\0\0\2\0\1\0\0\16\20\0\1\0");

    begin(".");
    add(SET(WIRE_TYPE_A, 1, A1), SECTION_ANSWER, PLACE_QNAME);
    finish(SPACE);
    CHECK_RECORDS("\0" HEAD_A A1);
}

/* RFC 3597 4: only the types of RFC 1035. */
TEST(names_in_data_are_compressed_where_that_is_allowed)
{
    begin("www.example.");
    add(set_named(WIRE_TYPE_CNAME, "a.b.EXAMPLE."), SECTION_ANSWER, PLACE_QNAME);
    add(set_named(WIRE_TYPE_NS, "A.B.example."), SECTION_ANSWER, PLACE_QNAME);
    add(set_named(WIRE_TYPE_PTR, "x.b.example."), SECTION_ANSWER, PLACE_QNAME);
    add(set_named(WIRE_TYPE_DNAME, "x.b.example."), SECTION_ANSWER, PLACE_QNAME);
    add(SET(WIRE_TYPE_MX, 1, "\0\5\0\12\1o\0"), SECTION_ANSWER, PLACE_QNAME);
    finish(SPACE);
    /* The question ends at 29; the name in the first record is at 41. */
    CHECK_RECORDS("\300\14\0\5\0\1\0\0\16\20\0\6\1a\1b\300\20"
                  "\300\14\0\2\0\1\0\0\16\20\0\2\300\51"
                  "\300\14\0\14\0\1\0\0\16\20\0\4\1x\300\53"
                  "\300\14\0\47\0\1\0\0\16\20\0\15\1x\1b\7example\0"
                  "\300\14\0\17\0\1\0\0\16\20\0\5\0\12\1o\0");
}

TEST(both_names_of_a_soa)
{
    begin("example.");
    add(SET(WIRE_TYPE_SOA, 1,
            "\0\46\1a\4test\0\1b\1a\4test\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"),
        SECTION_AUTHORITY, PLACE_QNAME);
    work.answer.sets[0].ttl = 5;
    finish(SPACE);
    CHECK_RECORDS("\300\14\0\6\0\1\0\0\0\5\0\40\1a\4test\0\1b\300\45"
                  "\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5");
}

/* A label that looks like two: "\3a\1b" is not "a" in front of "b". */
TEST(labels_are_not_octets)
{
    begin("a\\001b.c.");
    add(set_named(WIRE_TYPE_NS, "b.c."), SECTION_ANSWER, PLACE_QNAME);
    add(set_named(WIRE_TYPE_NS, "a.b.c."), SECTION_ANSWER, PLACE_QNAME);
    finish(SPACE);
    CHECK_RECORDS("\300\14\0\2\0\1\0\0\16\20\0\4\1b\300\20"
                  "\300\14\0\2\0\1\0\0\16\20\0\4\1a\300\43");
}

TEST(sets_are_turned)
{
    static const char *const want[] = {
        "\300\14" HEAD_A A1 "\300\14" HEAD_A A2 "\300\14" HEAD_A A3,
        "\300\14" HEAD_A A2 "\300\14" HEAD_A A3 "\300\14" HEAD_A A1,
        "\300\14" HEAD_A A3 "\300\14" HEAD_A A1 "\300\14" HEAD_A A2,
    };

    for (unsigned turn = 0; turn < 7; turn++) {
        begin("www.example.");
        add(SET(WIRE_TYPE_A, 3, A1 A2 A3), SECTION_ANSWER, PLACE_QNAME)->flags = ANSWER_ROTATE;
        work.encode.turn = turn;
        finish(SPACE);
        CHECK_BYTES(work.octets + question_size(), work.encode.size - question_size(),
                    want[turn % 3], 48);
    }
    /* Records of different sizes, and a set that must not be turned. */
    begin("www.example.");
    add(SET(WIRE_TYPE_TXT, 3, "\0\1\0\0\2\1a\0\3\2ab"), SECTION_ANSWER, PLACE_QNAME)->flags =
        ANSWER_ROTATE;
    add(SET(WIRE_TYPE_A, 2, A1 A2), SECTION_ANSWER, PLACE_QNAME);
    work.encode.turn = 2;
    finish(SPACE);
    CHECK_RECORDS("\300\14\0\20\0\1\0\0\16\20\0\3\2ab"
                  "\300\14\0\20\0\1\0\0\16\20\0\1\0"
                  "\300\14\0\20\0\1\0\0\16\20\0\2\1a"
                  "\300\14" HEAD_A A1 "\300\14" HEAD_A A2);
}

/* ---- what does not fit ---- */

static void build_sections(void)
{
    begin("www.example.");
    work.answer.is_authoritative = true;
    add(SET(WIRE_TYPE_A, 2, A1 A2), SECTION_ANSWER, PLACE_QNAME);                /* 32 octets */
    add(set_named(WIRE_TYPE_NS, "ns.example."), SECTION_AUTHORITY, PLACE_QNAME); /* 17 */
    add_named(SET(WIRE_TYPE_A, 1, A3), SECTION_ADDITIONAL, "ns.example.");       /* 16, required */
    add_named(SET(WIRE_TYPE_A, 2, A1 A2), SECTION_ADDITIONAL, "h.example.")->flags =
        ANSWER_OPTIONAL; /* 34 */
    add_named(SET(WIRE_TYPE_RRSIG, 1, "\0\2zz"), SECTION_ADDITIONAL, "h.example.")->flags =
        ANSWER_OPTIONAL | ANSWER_SIGNATURE; /* 14 */
    add_named(SET(WIRE_TYPE_TXT, 1, "\0\1\0"), SECTION_ADDITIONAL, "h.example.")->flags =
        ANSWER_OPTIONAL; /* 13, or 15 without the one before */
}

TEST(what_does_not_fit_is_left_out_or_truncates)
{
    static const struct {
        unsigned room, size, tc, counts[3];
    } rows[] = {
        { 126, 126, 0, { 2, 1, 5 } }, /* all of it */
        { 125, 113, 0, { 2, 1, 4 } }, /* not the last */
        { 113, 113, 0, { 2, 1, 4 } },
        { 112, 80, 0, { 2, 1, 2 } }, /* not the addresses and their signature, but the text */
        { 80, 80, 0, { 2, 1, 2 } },
        { 79, 65, 0, { 2, 1, 1 } },
        { 65, 65, 0, { 2, 1, 1 } },
        { 64, 64, 1, { 2, 1, 1 } }, /* not the required one: TC, and what fits in its place */
        { 63, 49, 1, { 2, 1, 0 } },
        { 49, 49, 1, { 2, 1, 0 } },
        { 48, 0, 1, { 0, 0, 0 } }, /* not the authority section: nothing */
        { 32, 0, 1, { 0, 0, 0 } },
        { 31, 0, 1, { 0, 0, 0 } },
        { 1, 0, 1, { 0, 0, 0 } },
        { 0, 0, 1, { 0, 0, 0 } },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        char why[20];
        snprintf(why, sizeof(why), "room for %u", rows[i].room);
        build_sections();
        finish(question_size() + rows[i].room);
        CHECK_OK(work.err);
        CHECK_EQ_WHY(work.encode.size - question_size(), rows[i].size, why);
        CHECK_EQ_WHY((flags_of() & WIRE_FLAG_TC) != 0, rows[i].tc, why);
        for (unsigned section = 0; section < 3; section++)
            CHECK_EQ_WHY(count_of(section), rows[i].counts[section], why);
    }
}

/* Names of sets that were taken back are not pointed to. */
TEST(what_was_taken_back_is_forgotten)
{
    begin("www.example.");
    add(set_named(WIRE_TYPE_NS, "one.test."), SECTION_ADDITIONAL, PLACE_QNAME);
    add(SET(WIRE_TYPE_MX, 2,
            "\0\17\0\1\3two\4test\2de\0"
            "\0\5\0\1\1x\0"),
        SECTION_ADDITIONAL, PLACE_QNAME)
        ->flags = ANSWER_OPTIONAL;
    add(set_named(WIRE_TYPE_NS, "two.test.de."), SECTION_ADDITIONAL, PLACE_QNAME);
    finish(question_size() + 22 + 25);
    CHECK_RECORDS("\300\14\0\2\0\1\0\0\16\20\0\12\3one\4test\0"
                  "\300\14\0\2\0\1\0\0\16\20\0\15\3two\4test\2de\0");
    CHECK_EQ(flags_of() & WIRE_FLAG_TC, 0);
}

/* ---- images ---- */

/* Laid out for "sub.example.", whose question is 29 octets: NS ns.sub.example. and its address. */
static const struct wire_image *make_image(void)
{
    static _Alignas(8) uint8_t space[128];
    static const char octets[] = "\300\14\0\2\0\1\0\0\16\20\0\5\2ns\300\14"
                                 "\300\51" HEAD_A A1;
    struct wire_image *image = (struct wire_image *)(void *)space;

    *image = (struct wire_image){
        .size = sizeof(octets) - 1,
        .authority_size = 17,
        .name_size = 13,
        .authority_count = 1,
        .additional_count = 1,
        .pointer_count = 3,
        .pointer_top = 41,
    };
    memcpy(image->octets, octets, sizeof(octets) - 1);
    static const uint16_t offsets[] = { 0, 15, 17 };
    memcpy((void *)(uintptr_t)wire_image_offsets(image), offsets, sizeof(offsets));
    return image;
}

TEST(an_image_is_shifted)
{
    begin("sub.example.");
    work.answer.image = make_image();
    finish(SPACE);
    CHECK_RECORDS("\300\14\0\2\0\1\0\0\16\20\0\5\2ns\300\14\300\51" HEAD_A A1);
    CHECK_EQ(count_of(SECTION_AUTHORITY), 1);
    CHECK_EQ(count_of(SECTION_ADDITIONAL), 1);

    begin("a.bc.sub.example.");
    work.answer.image = make_image();
    finish(SPACE);
    CHECK_RECORDS("\300\21\0\2\0\1\0\0\16\20\0\5\2ns\300\21\300\56" HEAD_A A1);
}

TEST(sets_stand_behind_the_image_in_their_sections)
{
    begin("a.bc.sub.example.");
    work.answer.image = make_image();
    add(SET(WIRE_TYPE_DS, 1, "\0\2ds"), SECTION_AUTHORITY, PLACE_IN_QNAME)->qname_offset = 5;
    struct answer_set *entry =
        add(SET(WIRE_TYPE_AAAA, 1, "\0\0201234567890123456"), SECTION_ADDITIONAL, PLACE_POINTER);
    entry->pointer = 41;
    entry->flags = ANSWER_OPTIONAL;
    finish(SPACE);
    CHECK_RECORDS("\300\21\0\2\0\1\0\0\16\20\0\5\2ns\300\21"
                  "\300\21\0\53\0\1\0\0\16\20\0\2ds"
                  "\300\56" HEAD_A A1 "\300\56\0\34\0\1\0\0\16\20\0\0201234567890123456");
    CHECK_EQ(count_of(SECTION_AUTHORITY), 2);
    CHECK_EQ(count_of(SECTION_ADDITIONAL), 2);
}

TEST(an_image_fits_or_is_refused)
{
    for (unsigned room = 0; room < 33; room++) {
        begin("a.bc.sub.example.");
        work.answer.image = make_image();
        finish(question_size() + room);
        CHECK_EQ(work.err, TD_E_SPACE);
        CHECK_EQ(work.encode.size, question_size());
        CHECK_BYTES(work.octets, question_size(), work.question, question_size());
    }
    finish(question_size() + 33);
    CHECK_OK(work.err);
}

/* ---- many ---- */

/* Names out of few labels in changing case, so that much can be compressed, and much not. */
static const char *some_name(unsigned *state, char *text)
{
    static const char *const labels[] = { "a", "B", "example", "EXAMPLE", "mail", "x1", "ns-one" };

    text[0] = '\0';
    do {
        *state = *state * 1103515245 + 12345;
        strcat(strcat(text, labels[*state >> 16 & 3 ? (*state >> 18) % 7 : 2]), ".");
    } while ((*state >> 24) % 4 != 0 && strlen(text) < 60);
    return text;
}

static void check_name(const struct wire_message *message, const struct wire_record *record,
                       const uint8_t *owner, const uint8_t *rdata)
{
    static uint8_t octets[65536];
    struct td_writer writer = td_writer_of(octets, sizeof(octets));

    CHECK(wire_name_equal(record->owner.octets, record->owner.size, owner, wire_name_size(owner)));
    CHECK_OK(wire_message_rdata(message, record, &writer));
    CHECK(wire_name_equal(octets, writer.cursor, rdata, wire_name_size(rdata)));
}

TEST(names_of_all_kinds_read_back)
{
    char text[200];

    for (unsigned round = 0; round < 200; round++) {
        unsigned state = round;
        begin(some_name(&state, text));
        const uint8_t *owners[20];
        for (unsigned i = 0; i < 20; i++) {
            const struct wire_rrset *set = set_named(WIRE_TYPE_NS, some_name(&state, text));
            struct answer_set *entry = add_named(set, SECTION_ANSWER, some_name(&state, text));
            owners[i] = entry->suffix;
        }
        finish(SPACE);
        struct wire_message message;
        struct wire_record record;
        CHECK_OK(wire_message_read(work.octets, work.encode.size, &message));
        size_t at = message.section_at[1];
        for (unsigned i = 0; i < 20; i++) {
            CHECK_OK(wire_message_record(&message, &at, &record));
            check_name(&message, &record, owners[i], work.answer.sets[i].set->data + 2);
        }
        CHECK_EQ(at, work.encode.size);
    }
}

/* Thousands of names, most of them where no pointer reaches, and more labels than slots. */
TEST(large_messages)
{
    static uint8_t rdata[60000];
    size_t size = 0;
    unsigned count = 0;

    for (; count < 2000; count++) {
        char text[40];
        snprintf(text, sizeof(text), "host%u.sub%u.test.", count, count % 600);
        const uint8_t *name = name_of(text);
        size_t name_size = wire_name_size(name);
        td_put_u16(rdata + size, (uint16_t)name_size);
        memcpy(rdata + size + 2, name, name_size);
        size += 2 + name_size;
    }
    for (unsigned kind = 0; kind < 2; kind++) {
        begin("www.example.");
        const struct wire_rrset *set = set_of(WIRE_TYPE_PTR, count, rdata, size);
        if (kind == 0)
            add(set, SECTION_ANSWER, PLACE_QNAME);
        else
            add_named(set, SECTION_ANSWER, "other.test.");
        finish(65535);
        CHECK_OK(work.err);
        CHECK_EQ(count_of(SECTION_ANSWER), count);
        struct wire_message message;
        struct wire_record record;
        CHECK_OK(wire_message_read(work.octets, work.encode.size, &message));
        size_t at = message.section_at[1], from = 0;
        const uint8_t *owner = name_of(kind == 0 ? "www.example." : "other.test.");
        for (unsigned i = 0; i < count; i++) {
            CHECK_OK(wire_message_record(&message, &at, &record));
            check_name(&message, &record, owner, wire_rrset_rdata(set, &from).octets);
        }
    }
}

/* An owner that begins where no pointer reaches is written for each record. */
TEST(far_owners_are_written_out)
{
    static uint8_t filler[2 + 20000];

    td_put_u16(filler, 20000);
    begin("www.example.");
    add(set_of(WIRE_TYPE_NULL, 1, filler, sizeof(filler)), SECTION_ANSWER, PLACE_QNAME);
    add_named(SET(WIRE_TYPE_A, 2, A1 A2), SECTION_ANSWER, "far.test.");
    add_named(SET(WIRE_TYPE_A, 1, A3), SECTION_ANSWER, "far.example.");
    finish(SPACE);
    static const char want[] =
        "\3far\4test\0" HEAD_A A1 "\3far\4test\0" HEAD_A A2 "\3far\300\20" HEAD_A A3;
    CHECK_BYTES(work.octets + work.encode.size - (sizeof(want) - 1), sizeof(want) - 1, want,
                sizeof(want) - 1);
}

/* Slots of 2^32 messages ago are not taken for those of this one. */
TEST(generations_wrap)
{
    begin("www.example.");
    add(set_named(WIRE_TYPE_NS, "ns.test."), SECTION_ANSWER, PLACE_QNAME);
    add(set_named(WIRE_TYPE_NS, "ns.test."), SECTION_ANSWER, PLACE_QNAME);
    for (unsigned i = 0; i < WIRE_ENCODE_SLOTS; i++) {
        table.slots[i].generation = 1;
        table.slots[i].offset = 12;
    }
    table.generation = UINT32_MAX;
    finish(SPACE);
    CHECK_EQ(table.generation, 1);
    CHECK_RECORDS("\300\14\0\2\0\1\0\0\16\20\0\11\2ns\4test\0"
                  "\300\14\0\2\0\1\0\0\16\20\0\2\300\51");
}

TESTS(one_address, the_header_says_what_the_answer_does, owners_are_found_where_they_stand,
      the_root_is_written_out, names_in_data_are_compressed_where_that_is_allowed,
      both_names_of_a_soa, labels_are_not_octets, sets_are_turned,
      what_does_not_fit_is_left_out_or_truncates, what_was_taken_back_is_forgotten,
      an_image_is_shifted, sets_stand_behind_the_image_in_their_sections,
      an_image_fits_or_is_refused, names_of_all_kinds_read_back, large_messages,
      far_owners_are_written_out, generations_wrap)
