/*
 * Goal    One record from a string, and nothing but one record.
 * Method  A table.
 */
#include <stdlib.h>

#include "text/single.h"
#include "unit/test.h"
#include "wire/rrtype.h"

static const uint8_t origin[] = "\7example";

TEST(a_record)
{
    struct td_diag diag = { .line = 0 };
    struct text_single single;
    static const char text[] = "www 300 IN A 192.0.2.1";

    CHECK_OK(text_single_parse(text, strlen(text), origin, 60, &single, &diag));
    CHECK_BYTES(single.owner.octets, single.owner.size, "\3www\7example\0", 13);
    CHECK_BYTES(single.rdata, single.rdata_size, "\xC0\x00\x02\x01", 4);
    CHECK_EQ(single.type, WIRE_TYPE_A);
    CHECK_EQ(single.ttl, 300);
    CHECK(single.has_ttl);
    text_single_fini(&single);

    static const char other[] = "@ TXT (\n a\n b ) ; c\n\n";
    CHECK_OK(text_single_parse(other, strlen(other), origin, 60, &single, &diag));
    CHECK_EQ(single.ttl, 60);
    CHECK(!single.has_ttl);
    CHECK_BYTES(single.rdata, single.rdata_size, "\1a\1b", 4);
    text_single_fini(&single);

    static const char soa[] = "@ SOA a b 1 2 3 4 5";
    CHECK_OK(text_single_parse(soa, strlen(soa), origin, 60, &single, &diag));
    CHECK_EQ(single.ttl, 60);
    text_single_fini(&single);
}

TEST(what_is_no_record)
{
    static const struct {
        const char *text;
        unsigned line;
        unsigned column;
        const char *why;
    } rows[] = {
        { "", 1, 1, "there is no record" },
        { " ; nothing", 1, 1, "there is no record" },
        { "a A 1.1.1.1\nb A 1.1.1.1", 2, 1, "a second record, where one is wanted" },
        { "$TTL 5", 1, 1, "'$TTL' is a directive, and only a record is allowed" },
        { "$INCLUDE x", 1, 1, "'$INCLUDE' is a directive, and only a record is allowed" },
        { "$GENERATE 1-2 a$ A 1.1.1.1", 1, 1,
          "'$GENERATE' is a directive, and only a record is allowed" },
        { "a A x", 1, 5, "'x' is not an IPv4 address" },
        { "a A x\nb A y", 1, 5, "'x' is not an IPv4 address" },
        { "a A 1.1.1.1\nb A y", 2, 5, "'y' is not an IPv4 address" },
        { "a TXT ( x", 1, 7, "the parenthesis is not closed" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct td_diag diag = { .line = 0 };
        struct text_single single = { .ttl = 77 };

        CHECK_EQ_WHY(
            text_single_parse(rows[i].text, strlen(rows[i].text), origin, 60, &single, &diag),
            TD_E_MALFORMED, rows[i].text);
        CHECK_STR(diag.text, rows[i].why);
        CHECK_EQ_WHY(diag.line, rows[i].line, rows[i].text);
        CHECK_EQ_WHY(diag.column, rows[i].column, rows[i].text);
        CHECK_STR(diag.file, "");
        CHECK_EQ(single.ttl, 77);
    }
}

TEST(data_by_itself)
{
    struct td_diag diag = { .line = 0 };
    uint8_t *rdata;
    size_t size = 0;

    CHECK_OK(text_single_rdata(WIRE_TYPE_MX, "10 mx", 5, origin, &rdata, &size, &diag));
    CHECK_BYTES(rdata, size, "\0\12\2mx\7example\0", 14);
    free(rdata);
    CHECK_OK(text_single_rdata(WIRE_TYPE_A, "1.2.3.4\n", 8, origin, &rdata, &size, &diag));
    free(rdata);
    CHECK_OK(text_single_rdata(WIRE_TYPE_APL, "", 0, origin, &rdata, &size, &diag));
    CHECK_EQ(size, 0);
    free(rdata);
    CHECK_EQ(text_single_rdata(WIRE_TYPE_A, "1.2.3.4\n5", 9, origin, &rdata, &size, &diag),
             TD_E_MALFORMED);
    CHECK_STR(diag.text, "more text behind the record data");
    CHECK_EQ(diag.line, 2);
}

TESTS(a_record, what_is_no_record, data_by_itself)
