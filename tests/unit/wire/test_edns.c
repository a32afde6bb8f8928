/*
 * Goal    the OPT record is read option by option, malformed ones are refused as their RFCs
 *         say, and what is written can be read again.
 * Method  one row per option and refusal; writers followed by the reader.
 */
#include <stdlib.h>

#include "unit/test.h"
#include "wire/edns.h"

#define OPTION(text) (const uint8_t *)(text), sizeof(text) - 1

enum { BEFORE = 5 }; /* octets of message before the record */

static size_t build(uint8_t *message, const uint8_t *options, size_t size)
{
    static const uint8_t fixed[] = { 0, 0, 41, 0x10, 0, 0, 0, 0xC0, 0 };

    memset(message, 0, BEFORE);
    memcpy(message + BEFORE, fixed, sizeof(fixed));
    td_put_u16(message + BEFORE + sizeof(fixed), (uint16_t)size);
    memcpy(message + BEFORE + WIRE_EDNS_OPT_SIZE, options, size);
    return BEFORE + WIRE_EDNS_OPT_SIZE + size;
}

static td_err read_options(const uint8_t *options, size_t size, enum wire_edns_role role,
                           struct wire_edns *edns)
{
    uint8_t message[256];
    size_t end = 0, message_size = build(message, options, size);
    uint8_t *exact = malloc(message_size);

    memcpy(exact, message, message_size);
    td_err err = wire_edns_read(exact, message_size, BEFORE, role, edns, &end);
    free(exact);
    CHECK_EQ(end, err == TD_OK ? message_size : 0);
    return err;
}

TEST(the_fixed_part)
{
    uint8_t message[64];
    size_t end, size = build(message, (const uint8_t *)"", 0);
    struct wire_edns edns = { .payload = 77 };

    for (size_t cut = BEFORE; cut < size; cut++) {
        CHECK_EQ(wire_edns_read(message, cut, BEFORE, WIRE_EDNS_QUERY, &edns, &end),
                 TD_E_TRUNCATED);
        CHECK_EQ(edns.payload, 77);
    }
    CHECK_OK(wire_edns_read(message, size, BEFORE, WIRE_EDNS_QUERY, &edns, &end));
    CHECK_EQ(edns.payload, 4096);
    CHECK_EQ(edns.flags, WIRE_EDNS_FLAG_DO | WIRE_EDNS_FLAG_CO);
    CHECK_EQ(edns.version, 0);
    CHECK_EQ(edns.at, BEFORE);
    CHECK_EQ(edns.seen, 0);

    /* Of another version options are not looked at, but they have to be there. */
    size = build(message, OPTION("\0\x0A\0\1"));
    message[BEFORE + 6] = 1;
    CHECK_OK(wire_edns_read(message, size, BEFORE, WIRE_EDNS_QUERY, &edns, &end));
    CHECK_EQ(edns.version, 1);
    CHECK_EQ(edns.seen, 0);
    CHECK_EQ(wire_edns_read(message, size - 1, BEFORE, WIRE_EDNS_QUERY, &edns, &end),
             TD_E_TRUNCATED);
}

TEST(options_are_judged_one_by_one)
{
    static const struct {
        const char *why;
        const uint8_t *option;
        size_t size;
        td_err query, response;
        uint32_t seen;
    } rows[] = {
        { "half a code", OPTION("\0"), TD_E_TRUNCATED, TD_E_TRUNCATED, 0 },
        { "half a length", OPTION("\0\3\0"), TD_E_TRUNCATED, TD_E_TRUNCATED, 0 },
        { "data cut off", OPTION("\0\3\0\2x"), TD_E_TRUNCATED, TD_E_TRUNCATED, 0 },
        { "NSID asked for", OPTION("\0\3\0\0"), TD_OK, TD_OK, 1 << 3 },
        { "NSID", OPTION("\0\3\0\3ns1"), TD_OK, TD_OK, 1 << 3 },
        { "code 20 is not noted", OPTION("\0\x14\0\0"), TD_OK, TD_OK, 0 },
        { "code 65001", OPTION("\xFD\xE9\0\1x"), TD_OK, TD_OK, 0 },
        { "client cookie", OPTION("\0\xA\0\x08zzzzzzzz"), TD_OK, TD_OK, 1 << 10 },
        { "empty cookie", OPTION("\0\xA\0\0"), TD_E_MALFORMED, TD_E_MALFORMED, 0 },
        { "cookie of 7", OPTION("\0\xA\0\7zzzzzzz"), TD_E_MALFORMED, TD_E_MALFORMED, 0 },
        { "cookie of 15", OPTION("\0\xA\0\xFzzzzzzzzzzzzzzz"), TD_E_MALFORMED, TD_E_MALFORMED, 0 },
        { "cookie of 16", OPTION("\0\xA\0\x10zzzzzzzzzzzzzzzz"), TD_OK, TD_OK, 1 << 10 },
        { "cookie of 40", OPTION("\0\xA\0\x28zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"), TD_OK,
          TD_OK, 1 << 10 },
        { "cookie of 41", OPTION("\0\xA\0\x29zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"),
          TD_E_MALFORMED, TD_E_MALFORMED, 0 },
        { "ECS /24", OPTION("\0\x08\0\7\0\1\x18\0\xC0\0\2"), TD_OK, TD_OK, 1 << 8 },
        { "ECS /0", OPTION("\0\x08\0\4\0\1\0\0"), TD_OK, TD_OK, 1 << 8 },
        { "ECS /56 IPv6", OPTION("\0\x08\0\xB\0\2\x38\0\x20\1\xD\xB8\1\2\3"), TD_OK, TD_OK,
          1 << 8 },
        { "ECS with scope", OPTION("\0\x08\0\7\0\1\x18\x18\xC0\0\2"), TD_E_MALFORMED, TD_OK,
          1 << 8 },
        { "ECS too short", OPTION("\0\x08\0\3\0\1\0"), TD_E_MALFORMED, TD_E_MALFORMED, 0 },
        { "ECS /33", OPTION("\0\x08\0\x09\0\1\x21\0\xC0\0\2\1\0"), TD_E_MALFORMED, TD_E_MALFORMED,
          0 },
        { "ECS scope 33", OPTION("\0\x08\0\4\0\1\0\x21"), TD_E_MALFORMED, TD_E_MALFORMED, 0 },
        { "ECS bits behind the prefix", OPTION("\0\x08\0\7\0\1\x17\0\xC0\0\3"), TD_E_MALFORMED,
          TD_E_MALFORMED, 0 },
        { "ECS an octet too many", OPTION("\0\x08\0\x08\0\1\x18\0\xC0\0\2\0"), TD_E_MALFORMED,
          TD_E_MALFORMED, 0 },
        { "ECS an octet too few", OPTION("\0\x08\0\6\0\1\x18\0\xC0\0"), TD_E_MALFORMED,
          TD_E_MALFORMED, 0 },
        { "ECS family 3", OPTION("\0\x08\0\4\0\3\0\0"), TD_E_MALFORMED, TD_E_MALFORMED, 0 },
        { "ECS family 0", OPTION("\0\x08\0\4\0\0\0\0"), TD_OK, TD_OK, 1 << 8 },
        { "EXPIRE asked for", OPTION("\0\x09\0\0"), TD_OK, TD_OK, 1 << 9 },
        { "EXPIRE of 4", OPTION("\0\x09\0\4\0\0\0\1"), TD_OK, TD_OK, 1 << 9 },
        { "EXPIRE of 3", OPTION("\0\x09\0\3\0\0\0"), TD_OK, TD_E_MALFORMED, 1 << 9 },
        { "KEEPALIVE asked for", OPTION("\0\xB\0\0"), TD_OK, TD_OK, 1 << 11 },
        { "KEEPALIVE of 2", OPTION("\0\xB\0\2\0\1"), TD_OK, TD_OK, 1 << 11 },
        { "KEEPALIVE of 1", OPTION("\0\xB\0\1\0"), TD_OK, TD_E_MALFORMED, 1 << 11 },
        { "PADDING", OPTION("\0\xC\0\3\0\0\0"), TD_OK, TD_OK, 1 << 12 },
        { "CHAIN", OPTION("\0\xD\0\4\2ex\0"), TD_OK, TD_OK, 1 << 13 },
        { "CHAIN no name", OPTION("\0\xD\0\4\3ex\0"), TD_E_MALFORMED, TD_E_MALFORMED, 0 },
        { "CHAIN and more", OPTION("\0\xD\0\5\2ex\0\0"), TD_E_MALFORMED, TD_E_MALFORMED, 0 },
        { "KEY-TAG", OPTION("\0\xE\0\4\1\2\3\4"), TD_OK, TD_OK, 1 << 14 },
        { "KEY-TAG odd", OPTION("\0\xE\0\3\1\2\3"), TD_E_MALFORMED, TD_OK, 1 << 14 },
        { "EDE", OPTION("\0\xF\0\3\0\1x"), TD_OK, TD_OK, 1 << 15 },
        { "EDE of 1", OPTION("\0\xF\0\1\0"), TD_OK, TD_E_MALFORMED, 1 << 15 },
        { "Report-Channel", OPTION("\0\x12\0\4\2ag\0"), TD_OK, TD_OK, 1 << 18 },
        { "Report-Channel no name", OPTION("\0\x12\0\0"), TD_OK, TD_E_MALFORMED, 1 << 18 },
        { "ZONEVERSION asked for", OPTION("\0\x13\0\0"), TD_OK, TD_OK, 1 << 19 },
        { "ZONEVERSION", OPTION("\0\x13\0\6\1\0\0\0\0\1"), TD_E_MALFORMED, TD_OK, 1 << 19 },
        { "ZONEVERSION of 1", OPTION("\0\x13\0\1\1"), TD_E_MALFORMED, TD_E_MALFORMED, 0 },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct wire_edns edns;
        td_err err = read_options(rows[i].option, rows[i].size, WIRE_EDNS_QUERY, &edns);
        CHECK_EQ_WHY(err, rows[i].query, rows[i].why);
        if (err == TD_OK)
            CHECK_EQ_WHY(edns.seen, rows[i].seen, rows[i].why);
        err = read_options(rows[i].option, rows[i].size, WIRE_EDNS_RESPONSE, &edns);
        CHECK_EQ_WHY(err, rows[i].response, rows[i].why);
        if (err == TD_OK)
            CHECK_EQ_WHY(edns.seen, rows[i].seen, rows[i].why);
    }
}

TEST(the_first_of_a_kind_counts)
{
    struct wire_edns edns;

    CHECK_OK(read_options(OPTION("\0\3\0\1a\0\xA\0\x08zzzzzzzz\0\3\0\2bc\0\xA\0\0"),
                          WIRE_EDNS_QUERY, &edns));
    CHECK_EQ(edns.options[WIRE_EDNS_NSID].size, 1);
    CHECK_EQ(edns.options[WIRE_EDNS_NSID].at, BEFORE + WIRE_EDNS_OPT_SIZE + 4);
    CHECK_EQ(edns.options[WIRE_EDNS_COOKIE].size, 8);
}

TEST(what_is_written_is_read)
{
    uint8_t message[256] = { 0 };
    struct td_writer writer = { .data = message, .size = sizeof(message), .cursor = BEFORE };
    size_t mark, end;
    struct wire_edns edns;
    struct wire_edns_ecs ecs = {
        .family = 1, .source = 20, .scope = 16, .address = (const uint8_t *)"\xC0\0\x20"
    };

    CHECK_OK(wire_edns_begin(&writer, 1232, 23, WIRE_EDNS_FLAG_DO, &mark));
    CHECK_OK(wire_edns_add(&writer, WIRE_EDNS_NSID, "ns1", 3));
    CHECK_OK(wire_edns_add(&writer, WIRE_EDNS_COOKIE, "0123456789abcdef", 16));
    CHECK_OK(wire_edns_add_ede(&writer, WIRE_EDE_NOT_READY, "later", 5));
    CHECK_OK(wire_edns_add_keepalive(&writer, 300));
    CHECK_OK(wire_edns_add_expire(&writer, 86400));
    CHECK_OK(wire_edns_add_zoneversion(&writer, 2, 2024010101));
    CHECK_OK(wire_edns_add_ecs(&writer, &ecs));
    CHECK_OK(wire_edns_add(&writer, WIRE_EDNS_REPORT, "\2ag", 4));
    CHECK_OK(wire_edns_add_padding(&writer, 128));
    wire_edns_end(&writer, mark);
    CHECK_EQ(writer.cursor, 128);

    CHECK_OK(wire_edns_read(message, writer.cursor, BEFORE, WIRE_EDNS_RESPONSE, &edns, &end));
    CHECK_EQ(end, writer.cursor);
    CHECK_EQ(edns.payload, 1232);
    CHECK_EQ(edns.rcode_high, 1);
    CHECK_EQ(edns.flags, WIRE_EDNS_FLAG_DO);
    static const struct {
        enum wire_edns_code code;
        const uint8_t *data;
        size_t size;
    } rows[] = {
        { WIRE_EDNS_NSID, OPTION("ns1") },
        { WIRE_EDNS_COOKIE, OPTION("0123456789abcdef") },
        { WIRE_EDNS_EDE, OPTION("\0\xElater") },
        { WIRE_EDNS_KEEPALIVE, OPTION("\1\x2C") },
        { WIRE_EDNS_EXPIRE, OPTION("\0\1\x51\x80") },
        { WIRE_EDNS_ZONEVERSION, OPTION("\2\0\x78\xA3\xF1\x75") },
        { WIRE_EDNS_ECS, OPTION("\0\1\x14\x10\xC0\0\x20") },
        { WIRE_EDNS_REPORT, OPTION("\2ag\0") },
    };
    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        CHECK(wire_edns_has(&edns, rows[i].code));
        struct wire_edns_option option = edns.options[rows[i].code];
        CHECK_BYTES(message + option.at, option.size, rows[i].data, rows[i].size);
    }
    CHECK(wire_edns_has(&edns, WIRE_EDNS_PADDING));
    struct wire_edns_ecs back = wire_edns_ecs(&edns, message);
    CHECK_EQ(back.family, 1);
    CHECK_EQ(back.source, 20);
    CHECK_EQ(back.scope, 16);
    CHECK_EQ(memcmp(back.address, ecs.address, 3), 0);
}

TEST(zoneversions)
{
    static const struct {
        const char *why;
        const uint8_t *octets;
        size_t size;
        bool want;
    } rows[] = {
        { "of the zone", OPTION("\0\x13\0\6\2\0\0\0\0\7"), true },
        { "of its parent", OPTION("\0\x13\0\6\1\0\0\0\0\7"), false },
        { "of another type", OPTION("\0\x13\0\6\2\xF6\0\0\0\7"), false },
        { "short", OPTION("\0\x13\0\5\2\0\0\0\7"), false },
        { "long", OPTION("\0\x13\0\7\2\0\0\0\0\7\0"), false },
        { "the second", OPTION("\0\x13\0\2\2\xF6\0\3\0\0\0\x13\0\6\2\0\0\0\0\7"), true },
        { "none", OPTION("\0\3\0\0"), false },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint8_t message[BEFORE + WIRE_EDNS_OPT_SIZE + 64] = { 0 };
        struct wire_edns edns;
        uint32_t serial = 0;
        size_t end;
        td_put_u16(message + BEFORE + 9, (uint16_t)rows[i].size);
        memcpy(message + BEFORE + WIRE_EDNS_OPT_SIZE, rows[i].octets, rows[i].size);
        CHECK_OK(wire_edns_read(message, sizeof(message), BEFORE, WIRE_EDNS_RESPONSE, &edns, &end));
        CHECK_EQ_WHY(wire_edns_zoneversion(&edns, message, 2, &serial), rows[i].want, rows[i].why);
        CHECK_EQ_WHY(serial, rows[i].want ? 7 : 0, rows[i].why);
    }
}

TEST(without_room_nothing_is_written)
{
    uint8_t message[64];
    size_t mark;
    struct wire_edns_ecs ecs = { .family = 1 };

    for (size_t room = 0; room < 6; room++) {
        struct td_writer writer = td_writer_of(message, room);
        CHECK_EQ(wire_edns_begin(&writer, 512, 0, 0, &mark), TD_E_SPACE);
        CHECK_EQ(wire_edns_add(&writer, WIRE_EDNS_NSID, "ab", 2), room < 6 ? TD_E_SPACE : TD_OK);
        CHECK_EQ(wire_edns_add_ede(&writer, 0, "", 0), TD_E_SPACE);
        CHECK_EQ(wire_edns_add_keepalive(&writer, 1), TD_E_SPACE);
        CHECK_EQ(wire_edns_add_expire(&writer, 1), TD_E_SPACE);
        CHECK_EQ(wire_edns_add_zoneversion(&writer, 1, 1), TD_E_SPACE);
        CHECK_EQ(wire_edns_add_ecs(&writer, &ecs), TD_E_SPACE);
        CHECK_EQ(wire_edns_add_padding(&writer, 64), TD_E_SPACE);
        CHECK_EQ(writer.cursor, 0);
    }
    uint8_t *large = calloc(1, 70000);
    struct td_writer writer = td_writer_of(large, 70000);
    CHECK_EQ(wire_edns_add(&writer, WIRE_EDNS_PADDING, large, 65536), TD_E_SPACE);
    free(large);
}

TESTS(the_fixed_part, options_are_judged_one_by_one, the_first_of_a_kind_counts,
      what_is_written_is_read, zoneversions, without_room_nothing_is_written)
