/*
 * Goal    Going on after mistakes, limits, stops and steps of a whole scan.
 * Method  Zone files in memory; each table row is read in one piece and octet by octet.
 */
#include "memory.h"

TEST(scanning_goes_on_behind_what_is_wrong)
{
    static const struct memory_row rows[] = {
        { "a A 1.2.3\nb A 1.2.3.4\n", "b.example.\t7\tIN\tA\t1.2.3.4\n",
          "zone:1:5: error: '1.2.3' is not an IPv4 address\n" },
        /* The whole of a record that is wrong is passed over. */
        { "a SOA a b ( x\n 1 2 ; )\n 3 4 )\nb A 1.2.3.4\n", "b.example.\t7\tIN\tA\t1.2.3.4\n",
          "zone:1:13: error: 'x' is not a number up to 4294967295\n" },
        { "a A x ) y\nb A 1.2.3.4\n", "b.example.\t7\tIN\tA\t1.2.3.4\n",
          "zone:1:5: error: 'x' is not an IPv4 address\n" },
        { "a TXT \"x\nb A 1.2.3.4\n", "b.example.\t7\tIN\tA\t1.2.3.4\n",
          "zone:1:7: error: the quote is not closed on its line\n" },
        /* The owner of a record that is wrong is good for the next, if it is good itself. */
        { "a A x\n A 1.2.3.4\n", "a.example.\t7\tIN\tA\t1.2.3.4\n",
          "zone:1:5: error: 'x' is not an IPv4 address\n" },
        { "z A 1.1.1.1\na..b A 1.2.3.4\n A 1.2.3.4\nb A 1.1.1.1\n",
          "z.example.\t7\tIN\tA\t1.1.1.1\nb.example.\t7\tIN\tA\t1.1.1.1\n",
          "zone:2:1: error: 'a..b' is not a domain name: empty label\n"
          "zone:3:1: error: the line begins with a blank, so its owner would be that of the record "
          "before, and there is none\n" },
        { "a A 1.2.3.4 )\nb A 1.2.3.4\n", "b.example.\t7\tIN\tA\t1.2.3.4\n",
          "zone:1:13: error: a closing parenthesis without an opening one\n" },
        { "a TXT x\\\nb A 1.2.3.4\n", "b.example.\t7\tIN\tA\t1.2.3.4\n",
          "zone:1:8: error: a backslash at the end of the line\n" },
    };

    MEMORY_CHECK(rows);
}

TEST(a_parenthesis_that_is_never_closed_costs_its_line)
{
    static const struct memory_row rows[] = {
        { "a TXT ( x\nb A 1.2.3.4\nc A 1.2.3.5\n",
          "b.example.\t7\tIN\tA\t1.2.3.4\nc.example.\t7\tIN\tA\t1.2.3.5\n",
          "zone:1:7: error: the parenthesis is not closed\n" },
        { "a TXT x ; (\nb TXT x (", "a.example.\t7\tIN\tTXT\t\"x\"\n",
          "zone:2:9: error: the parenthesis is not closed\n" },
        { "a TXT (\n\"x\n", "", "zone:2:1: error: the quote is not closed on its line\n" },
    };

    /* The last one ends inside of both; the quote is met first. */
    MEMORY_CHECK(rows);
}

TEST(not_many_parentheses_may_stay_open)
{
    struct memory memory = { .text = NULL };
    struct td_buf text = { .data = NULL };

    for (unsigned i = 0; i < 100; i++)
        td_buf_add_text(&text, "a TXT ( x\n");
    memory.text = text.data;
    CHECK_EQ(memory_scan(&memory), TD_E_MALFORMED);
    CHECK_EQ(memory.counts.errors, 18);
    CHECK_EQ(memory.counts.records, 0);
    CHECK(strstr(td_buf_text(&memory.diags),
                 "more than 16 parentheses are not closed; the rest of the file is not read") !=
          NULL);
    td_buf_fini(&text);
    memory_fini(&memory);
}

TEST(records_of_more_than_a_mebibyte_are_refused)
{
    struct memory memory = { .block_size = 4096 };
    struct td_buf text = { .data = NULL };

    /* On one line, in parentheses over many lines, and as a comment. */
    td_buf_add_text(&text, "a TXT ");
    for (unsigned i = 0; i < TEXT_SCAN_RECORD_MAX; i++)
        td_buf_add_char(&text, 'x');
    td_buf_add_text(&text, "\nb A 1.1.1.1\n;");
    for (unsigned i = 0; i < TEXT_SCAN_RECORD_MAX; i++)
        td_buf_add_char(&text, 'x');
    td_buf_add_text(&text, "\nc A 1.1.1.1\nd TXT (\n");
    for (unsigned i = 0; i < TEXT_SCAN_RECORD_MAX / 16; i++)
        td_buf_add_text(&text, " ; 23456789012345\n");
    td_buf_add_text(&text, " x )\ne A 1.1.1.1\n");
    memory.text = text.data;
    CHECK_EQ(memory_scan(&memory), TD_E_MALFORMED);
    CHECK_STR(td_buf_text(&memory.records), "b.example.\t7\tIN\tA\t1.1.1.1\n"
                                            "c.example.\t7\tIN\tA\t1.1.1.1\n"
                                            "e.example.\t7\tIN\tA\t1.1.1.1\n");
    CHECK(strstr(td_buf_text(&memory.diags),
                 "zone:1:1: error: the record has more than 1048576 octets of text\n") != NULL);
    CHECK(strstr(td_buf_text(&memory.diags),
                 "zone:5:1: error: the record has more than 1048576 octets of text; is a "
                 "parenthesis not closed?\n") != NULL);
    td_buf_fini(&text);
    memory_fini(&memory);
}

TEST(a_bounded_number_of_mistakes_is_told_and_all_are_counted)
{
    struct memory memory = { .errors_max = 2,
                             .text = "a A 1\nb A 2\nc A 3\nd 4294967295 A 1.1.1.1\ne A 4\n" };

    CHECK_EQ(memory_scan(&memory), TD_E_MALFORMED);
    CHECK_STR(
        td_buf_text(&memory.diags),
        "zone:1:5: error: '1' is not an IPv4 address\n"
        "zone:2:5: error: '2' is not an IPv4 address\n"
        "zone: error: 3 more errors and warnings are not shown (4 errors, 1 warnings in all)\n");
    CHECK_EQ(memory.counts.errors, 4);
    CHECK_EQ(memory.counts.warnings, 1);
    CHECK_EQ(memory.counts.records, 1);
    memory_fini(&memory);
}

TEST(the_callback_ends_the_scan)
{
    struct memory memory = { .text = "a A 1.1.1.1\nb A 1.1.1.1\nc A 1.1.1.1\n", .stop_after = 2 };

    CHECK_EQ(memory_scan(&memory), TD_E_CANCELLED);
    CHECK_EQ(memory.counts.records, 2);
    CHECK_EQ(memory.counts.errors, 0);
    memory_fini(&memory);

    struct memory inside = { .text = "$INCLUDE inner\n$GENERATE 1-9 a$ A 1.1.1.$\n",
                             .files = (const struct memory_file[]){ { "inner", "a A 1.1.1.1\n" },
                                                                    { NULL, NULL } },
                             .stop_after = 3 };
    CHECK_EQ(memory_scan(&inside), TD_E_CANCELLED);
    CHECK_EQ(inside.counts.records, 3);
    memory_fini(&inside);
}

TEST(repeated_owners_are_told)
{
    struct memory memory = { .text = "a A 1.1.1.1\na A 1.1.1.2\n A 1.1.1.3\nb A 1.1.1.1\n"
                                     "$ORIGIN sub\nb A 1.1.1.1\nb A 1.1.1.2\n" };

    CHECK_OK(memory_scan(&memory));
    CHECK_EQ(memory.counts.records, 6);
    CHECK_EQ(memory.repeated, 3);
    memory_fini(&memory);
}

TEST(an_empty_file_has_no_records_and_no_mistakes)
{
    static const struct memory_row rows[] = {
        { "", "", "" },        { "\n\n", "", "" }, { ";", "", "" },
        { " \t ; x", "", "" }, { "()", "", "" },   { " ( ; x\n ) ; y\n", "", "" },
    };

    MEMORY_CHECK(rows);
}

TESTS(scanning_goes_on_behind_what_is_wrong, a_parenthesis_that_is_never_closed_costs_its_line,
      not_many_parentheses_may_stay_open, records_of_more_than_a_mebibyte_are_refused,
      a_bounded_number_of_mistakes_is_told_and_all_are_counted, the_callback_ends_the_scan,
      repeated_owners_are_told, an_empty_file_has_no_records_and_no_mistakes)
