/*
 * Goal    Text grows, is always ended by a 0 octet, and takes octets of any value.
 * Method  by hand.
 */
#include "base/buf.h"
#include "unit/test.h"

TEST(an_empty_one_is_an_empty_text)
{
    struct td_buf buf = { .data = NULL };

    CHECK_STR(td_buf_text(&buf), "");
    td_buf_clear(&buf);
    td_buf_printf(&buf, "%s", "");
    CHECK_STR(td_buf_text(&buf), "");
    CHECK_EQ(buf.size, 0);
    td_buf_fini(&buf);
    td_buf_fini(&buf);
}

TEST(what_is_added_stands_in_order)
{
    struct td_buf buf = { .data = NULL };

    td_buf_add_text(&buf, "one");
    td_buf_add_char(&buf, ' ');
    td_buf_printf(&buf, "%s %d", "two", 3);
    td_buf_add(&buf, "\0four", 5);
    CHECK_BYTES(buf.data, buf.size, "one two 3\0four", 14);
    CHECK_EQ(buf.data[buf.size], 0);
    td_buf_clear(&buf);
    CHECK_STR(td_buf_text(&buf), "");
    td_buf_add_text(&buf, "again");
    CHECK_STR(td_buf_text(&buf), "again");
    td_buf_fini(&buf);
}

TEST(every_size_is_ended)
{
    struct td_buf buf = { .data = NULL };

    for (size_t size = 1; size <= 5000; size++) {
        td_buf_add_char(&buf, 'x');
        CHECK_EQ(buf.size, size);
        CHECK_EQ(strlen(td_buf_text(&buf)), size);
    }
    td_buf_fini(&buf);
}

TEST(printf_of_any_size)
{
    struct td_buf buf = { .data = NULL };

    for (int width = 1; width <= 300; width++) {
        td_buf_clear(&buf);
        td_buf_printf(&buf, "%*d", width, 7);
        CHECK_EQ(buf.size, width);
        CHECK_EQ(buf.data[width - 1], '7');
        CHECK_EQ(buf.data[width], 0);
    }
    td_buf_fini(&buf);
}

TESTS(an_empty_one_is_an_empty_text, what_is_added_stands_in_order, every_size_is_ended,
      printf_of_any_size)
