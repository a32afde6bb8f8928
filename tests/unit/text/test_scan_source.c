/*
 * Goal    Files as they come: blocks, line ends, byte-order marks, NUL, reading that fails.
 * Method  Zone files in memory, given in pieces of every small size.
 */
#include "memory.h"

#define A(owner) owner "\t7\tIN\tA\t192.0.2.1\n"

TEST(line_ends)
{
    static const struct memory_row rows[] = {
        { "a A 192.0.2.1", A("a.example."), "" }, /* none at the end */
        { "a A 192.0.2.1\r\nb A 192.0.2.1\r\n", A("a.example.") A("b.example."), "" },
        { "a A 192.0.2.1\rb A 192.0.2.1\r", A("a.example.") A("b.example."), "" },
        { "a A 192.0.2.1\r\r\nb A 192.0.2.1\n", A("a.example.") A("b.example."), "" },
        { "a A ( 192.0.2.1\r\n )\r\n", A("a.example."), "" },
        { "a A 192.0.2.1 ; x\r\nb A 192.0.2.1\n", A("a.example.") A("b.example."), "" },
        /* A carriage return ends a comment only before a line feed, and counts no line. */
        { "; x\rb A 192.0.2.1\n", "", "" },
        { "a A 192.0.2.1\rb A x\n", A("a.example."),
          "zone:1:5: error: 'x' is not an IPv4 address\n" },
        { "\r\n\r\nb A x\r\n", "", "zone:3:5: error: 'x' is not an IPv4 address\n" },
        { "a TXT \"x\ry\"\n", "a.example.\t7\tIN\tTXT\t\"x\\013y\"\n", "" },
    };

    MEMORY_CHECK(rows);
}

TEST(byte_order_marks)
{
    static const struct memory_row rows[] = {
        { "\xEF\xBB\xBF"
          "a A 192.0.2.1\n",
          A("a.example."), "" },
        { "\xEF\xBB\xBF", "", "" },
        { "\xEF\xBB\xBF"
          "a A x\n",
          "", "zone:1:5: error: 'x' is not an IPv4 address\n" },
        { "\xEF\xBB", "",
          "zone:1:3: error: the record ends here, where a record type should be\n" },
        { "\n\xEF\xBB\xBF A 192.0.2.1\n", A("\\239\\187\\191.example."), "" },
    };

    MEMORY_CHECK(rows);
}

TEST(nul_is_refused_but_in_comments)
{
    static const struct {
        const char *text;
        size_t size;
        const char *diags;
    } rows[] = {
        { "a A 192.0.2.1 ; \0 \nb A 192.0.2.1\n", 32, "" },
        { "a TXT x\0y\n", 10, "zone:1:8: error: a NUL octet; is this a zone file?\n" },
        { "a TXT \"x\0y\"\n", 12, "zone:1:9: error: a NUL octet; is this a zone file?\n" },
        { "a TXT x\\\0y\n", 11, "zone:1:9: error: a NUL octet; is this a zone file?\n" },
        { "\0\0\0\0", 4, "zone:1:1: error: a NUL octet; is this a zone file?\n" },
        { "a A 192.0.2.1 \0\n", 16, "zone:1:15: error: a NUL octet; is this a zone file?\n" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        for (size_t chunk = 0; chunk < 4; chunk++) {
            struct memory memory = { .text = rows[i].text,
                                     .size = rows[i].size,
                                     .chunk = chunk,
                                     .block_size = (uint32_t)chunk };
            CHECK_EQ(memory_scan(&memory), rows[i].diags[0] == '\0' ? TD_OK : TD_E_MALFORMED);
            CHECK_STR(td_buf_text(&memory.diags), rows[i].diags);
            memory_fini(&memory);
        }
    }
}

/* A file with everything in it, in blocks of any size: always the same records. */
TEST(the_size_of_blocks_makes_no_difference)
{
    static const char text[] =
        "$TTL 1h ; an hour\r\n"
        "@ SOA ns.example. host\\.master ( 1 2 ; (\n 3\t4 5 )\n"
        "  NS ns\n"
        "ns A 192.0.2.1\n"
        "   AAAA 2001:db8::1\n"
        "a-name-that-is-longer-than-sixteen.octets TXT \"a \\\" b\" ( \"c\nd\" ) \\# e\n"
        "$ORIGIN sub\n"
        "x DS 1 8 2 ( D4B7D520E7BB5F0F67674A0CCEB1E3E0\n 614B93C4F9E99B8383F6A1E4469DA50A )\n"
        "y TYPE65280 \\# 4 ( 01 02\n03 04 )\n"
        "$GENERATE 1-3 g$ A 192.0.2.$\n"
        "z SVCB 1 . alpn=\"h2,h3\" port=53";
    struct memory whole = { .text = text };

    CHECK_OK(memory_scan(&whole));
    CHECK_EQ(whole.counts.records, 11);
    for (size_t chunk = 1; chunk < 120; chunk++) {
        for (uint32_t block = 1; block < 40; block += 13) {
            struct memory memory = { .text = text, .chunk = chunk, .block_size = block };
            CHECK_OK(memory_scan(&memory));
            CHECK_STR(td_buf_text(&memory.records), td_buf_text(&whole.records));
            CHECK_STR(td_buf_text(&memory.diags), "");
            memory_fini(&memory);
        }
    }
    memory_fini(&whole);
}

TEST(what_cannot_be_read_is_told)
{
    struct memory memory = {
        .text = "a A 192.0.2.1\nb A 192.0.2.1\n", .chunk = 10, .block_size = 10, .fail_after = 20
    };

    CHECK_EQ(memory_scan(&memory), TD_E_IO);
    CHECK_STR(td_buf_text(&memory.records), A("a.example."));
    CHECK_STR(td_buf_text(&memory.diags), "zone: error: the disk is gone\n");
    memory_fini(&memory);
}

static td_err no_file(void *context, const char *path, void **ret_file, struct td_diag *diag)
{
    (void)context;
    (void)ret_file;
    td_diag_say(diag, "cannot open '%s'", path);
    return TD_E_NOT_FOUND;
}

TEST(a_zone_file_that_cannot_be_opened_is_told)
{
    struct memory memory = { .text = "" };
    const struct text_files files = { .open = no_file };
    const struct td_diag_sink sink = { .report = memory_report, .context = &memory };
    const struct text_scan_config config = {
        .origin = (const uint8_t *)"", .path = "zone", .files = &files, .sink = &sink
    };
    bool is_done = false;

    struct text_scan *scan = text_scan_new(&config);
    CHECK_EQ(text_scan_run(scan, 1, &is_done), TD_E_IO);
    CHECK(is_done);
    CHECK_STR(td_buf_text(&memory.diags), "zone: error: cannot open 'zone'\n");
    text_scan_free(scan);
    text_scan_free(NULL);
    memory_fini(&memory);
}

TESTS(line_ends, byte_order_marks, nul_is_refused_but_in_comments,
      the_size_of_blocks_makes_no_difference, what_cannot_be_read_is_told,
      a_zone_file_that_cannot_be_opened_is_told)
