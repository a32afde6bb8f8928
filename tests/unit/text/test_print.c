/*
 * Goal    What is printed reads back to the same octets, whatever the octets.
 * Method  All octet values in names and strings; data without a text form of its own.
 */
#include <stdlib.h>

#include "base/basen.h"
#include "text/print.h"
#include "text/single.h"
#include "unit/test.h"
#include "wire/rdata.h"
#include "wire/rrtype.h"

static void check_round(uint16_t type, const uint8_t *rdata, size_t size)
{
    struct td_buf out = { .data = NULL };
    struct td_diag diag = { .line = 0 };
    uint8_t *back;
    size_t back_size;

    text_print_rdata(&out, type, rdata, size);
    if (text_single_rdata(type, out.data, out.size, (const uint8_t *)"", &back, &back_size,
                          &diag) != TD_OK)
        fail_msg("%s: %s", out.data, diag.text);
    CHECK_BYTES(back, back_size, rdata, size);
    free(back);
    td_buf_fini(&out);
}

TEST(every_octet_in_a_name_and_a_string)
{
    for (unsigned octet = 0; octet < 256; octet++) {
        const uint8_t name[] = { 3, 'a', (uint8_t)octet, 'b', 1, (uint8_t)octet, 0 };
        const uint8_t string[] = { 3, 'a', (uint8_t)octet, 'b', 1, (uint8_t)octet, 0 };
        const uint8_t caa[] = { 0, 1, 'a', (uint8_t)octet, (uint8_t)octet };
        const uint8_t svcb[] = { 0,
                                 1,
                                 0,
                                 0,
                                 1,
                                 0,
                                 2,
                                 1,
                                 (uint8_t)octet, /* alpn */
                                 2,
                                 0,
                                 0,
                                 1,
                                 (uint8_t)octet }; /* key512 */
        check_round(WIRE_TYPE_NS, name, sizeof(name));
        check_round(WIRE_TYPE_TXT, string, sizeof(string));
        check_round(WIRE_TYPE_CAA, caa, sizeof(caa));
        check_round(WIRE_TYPE_SVCB, svcb, sizeof(svcb));
    }
}

TEST(owners_of_every_octet)
{
    for (unsigned octet = 0; octet < 256; octet++) {
        const uint8_t name[] = { 2, (uint8_t)octet, 'b', 1, (uint8_t)octet, 0 };
        struct td_buf out = { .data = NULL };
        struct td_diag diag = { .line = 0 };
        struct text_single single;

        text_print_record(&out, name, 300, WIRE_TYPE_A, (const uint8_t *)"\1\2\3\4", 4);
        CHECK_OK(text_single_parse(out.data, out.size, (const uint8_t *)"", 0, &single, &diag));
        CHECK_BYTES(single.owner.octets, single.owner.size, name, sizeof(name));
        CHECK_EQ(single.ttl, 300);
        text_single_fini(&single);
        td_buf_fini(&out);
    }
}

TEST(what_has_no_text_form_is_generic)
{
    static const struct {
        uint16_t type;
        const char *octets;
        const char *printed;
    } rows[] = {
        { WIRE_TYPE_A, "010203", "\\# 3 010203" },               /* too short */
        { WIRE_TYPE_A, "0102030405", "\\# 5 0102030405" },       /* too long */
        { WIRE_TYPE_NS, "0161", "\\# 2 0161" },                  /* no end */
        { WIRE_TYPE_NS, "C00C", "\\# 2 C00C" },                  /* compressed */
        { WIRE_TYPE_APL, "00030000", "\\# 4 00030000" },         /* a family of its own */
        { WIRE_TYPE_ATMA, "02AB", "\\# 2 02AB" },                /* a format of its own */
        { WIRE_TYPE_NXT, "0080", "\\# 2 0080" },                 /* the other bitmap */
        { WIRE_TYPE_WKS, "010203040600", "\\# 6 010203040600" }, /* a zero at the end */
        { WIRE_TYPE_A6, "7D1F00", "\\# 3 7D1F00" },              /* bits of the prefix */
        { WIRE_TYPE_LOC, "00011613800000008000000000989680",
          "\\# 16 00011613800000008000000000989680" },                        /* zero in two ways */
        { WIRE_TYPE_SVCB, "000100000A00030161", "\\# 9 000100000A00030161" }, /* cut off */
        { WIRE_TYPE_OPT, "", "\\# 0" },
        { 65280, "", "\\# 0" },
        { 65280, "AB", "\\# 1 AB" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint8_t octets[64];
        size_t size = 0;
        struct td_buf out = { .data = NULL };
        CHECK_OK(td_base16_decode(rows[i].octets, strlen(rows[i].octets), octets, sizeof(octets),
                                  &size));
        text_print_rdata(&out, rows[i].type, octets, size);
        CHECK_STR(td_buf_text(&out), rows[i].printed);
        if (wire_rdata_check(rows[i].type, octets, size) == TD_OK && rows[i].type != WIRE_TYPE_OPT)
            check_round(rows[i].type, octets, size);
        td_buf_fini(&out);
    }
}

TEST(parameters_that_their_own_form_would_change)
{
    /* docpath with an empty segment, oots that is no list of pairs. */
    static const uint8_t docpath[] = { 0, 1, 0, 0, 10, 0, 3, 1, 'a', 0 };
    static const uint8_t oots[] = { 0, 1, 0, 0, 12, 0, 2, ':', ',' };
    struct td_buf out = { .data = NULL };

    text_print_rdata(&out, WIRE_TYPE_SVCB, docpath, sizeof(docpath));
    CHECK_STR(out.data, "1 . key10=\"\\001a\\000\"");
    check_round(WIRE_TYPE_SVCB, docpath, sizeof(docpath));
    td_buf_clear(&out);
    text_print_rdata(&out, WIRE_TYPE_SVCB, oots, sizeof(oots));
    CHECK_STR(out.data, "1 . key12=\":,\"");
    check_round(WIRE_TYPE_SVCB, oots, sizeof(oots));
    td_buf_fini(&out);
}

TEST(large_data)
{
    uint8_t *octets = malloc(65535);
    struct td_buf out = { .data = NULL };

    for (unsigned i = 0; i < 65535; i++)
        octets[i] = (uint8_t)(i * 31);
    check_round(65280, octets, 65535);
    check_round(WIRE_TYPE_OPENPGPKEY, octets, 65535);
    check_round(WIRE_TYPE_OPENPGPKEY, octets, 65534);
    check_round(WIRE_TYPE_OPENPGPKEY, octets, 65533);
    check_round(WIRE_TYPE_TLSA, octets, 65535);
    octets[4] = 1;
    octets[5] = 'a';
    octets[0] = octets[1] = octets[2] = octets[3] = 0;
    check_round(WIRE_TYPE_URI, octets, 65535);
    for (unsigned i = 0; i < 65535; i += 256)
        octets[i] = 255;
    octets[65280] = 254;
    check_round(WIRE_TYPE_TXT, octets, 65535);
    td_buf_fini(&out);
    free(octets);
}

TESTS(every_octet_in_a_name_and_a_string, owners_of_every_octet, what_has_no_text_form_is_generic,
      parameters_that_their_own_form_would_change, large_data)
