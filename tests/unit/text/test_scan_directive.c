/*
 * Goal    $ORIGIN, $TTL and $INCLUDE: what they change, for how long, and what is refused.
 * Method  Tables over files in memory; each row is read in one piece and octet by octet.
 */
#include "memory.h"

#define A(owner) owner "\t7\tIN\tA\t192.0.2.1\n"

TEST(origins)
{
    static const struct memory_row rows[] = {
        { "$ORIGIN a.\nb A 192.0.2.1\n@ A 192.0.2.1\n", A("b.a.") A("a."), "" },
        { "$origin a\nb A 192.0.2.1\n$ORIGIN c\nb A 192.0.2.1\n",
          A("b.a.example.") A("b.c.a.example."), "" },
        { "$ORIGIN @ ; the same\nb A 192.0.2.1\n", A("b.example."), "" },
        { "$ORIGIN .\nb A 192.0.2.1\n", A("b."), "" },
        { "$ORIGIN (\na. )\nb NS c\n", "b.a.\t7\tIN\tNS\tc.a.\n", "" },
        /* The owner of the record before stays what it was. */
        { "b A 192.0.2.1\n$ORIGIN a.\n A 192.0.2.1\nb A 192.0.2.1\n",
          A("b.example.") A("b.example.") A("b.a."), "" },
        { "$ORIGIN\nb A 192.0.2.1\n", A("b.example."),
          "zone:1:8: error: the record ends here, where a domain name should be\n" },
        { "$ORIGIN a..b\nb A 192.0.2.1\n", A("b.example."),
          "zone:1:9: error: 'a..b' is not a domain name: empty label\n" },
        { "$ORIGIN \"a.\"\nb A 192.0.2.1\n", A("b.example."),
          "zone:1:10: error: 'a.' is not a domain name: it is in quotes\n" },
        { "$ORIGIN a. b.\nb A 192.0.2.1\n", A("b.example."),
          "zone:1:12: error: 'b.' is more than the record can hold\n" },
    };

    MEMORY_CHECK(rows);
}

TEST(default_ttls)
{
    static const struct memory_row rows[] = {
        { "$TTL 1h\na A 192.0.2.1\n", "a.example.\t3600\tIN\tA\t192.0.2.1\n", "" },
        { "$ttl 0 ; none\na A 192.0.2.1\n", "a.example.\t0\tIN\tA\t192.0.2.1\n", "" },
        { "$TTL 2147483648\na A 192.0.2.1\n", "a.example.\t0\tIN\tA\t192.0.2.1\n",
          "zone:1:6: warning: '2147483648' is more than 2147483647 seconds and counts as 0 (RFC "
          "2181 8)\n" },
        { "$TTL\na A 192.0.2.1\n", A("a.example."),
          "zone:1:5: error: the record ends here, where a TTL should be\n" },
        { "$TTL -1\na A 192.0.2.1\n", A("a.example."), "zone:1:6: error: '-1' is not a TTL\n" },
        { "$TTL 1x\na A 192.0.2.1\n", A("a.example."), "zone:1:6: error: '1x' is not a TTL\n" },
        { "$TTL 1 1\na A 192.0.2.1\n", A("a.example."),
          "zone:1:8: error: '1' is more than the record can hold\n" },
        { "$TTLS 1\na A 192.0.2.1\n", A("a.example."),
          "zone:1:1: error: '$TTLS' is not a directive: they are $ORIGIN, $TTL, $INCLUDE and "
          "$GENERATE; write \\$ to begin an owner with a dollar sign\n" },
    };

    MEMORY_CHECK(rows);
}

static const struct memory_file files[] = {
    { "one", "x A 192.0.2.1" },
    { "blank", " A 192.0.2.1\ny A 192.0.2.1\n" },
    { "origin", "$ORIGIN sub\nx A 192.0.2.1\n" },
    { "ttl", "$TTL 9\nx A 192.0.2.1\n" },
    { "dir/a", "$INCLUDE b\n$INCLUDE /c\n" },
    { "dir/b", "b A 192.0.2.1\n" },
    { "/c", "c A 192.0.2.1\n" },
    { "with space", "x A 192.0.2.1\n" },
    { "bad", "x A 192.0.2.1\ny A z\n" },
    { "open", "x A ( 192.0.2.1\n" },
    { "self", "$INCLUDE self\nx A 192.0.2.1\n" },
    { "ping", "$INCLUDE pong\n" },
    { "pong", "$INCLUDE ping\n" },
    { "empty", "" },
    { NULL, NULL },
};

/* RFC 1035 5.1: the parent's origin is never changed; the owner is put back as well. */
TEST(included_files)
{
    static const struct memory_row rows[] = {
        { "$INCLUDE one\ny A 192.0.2.1\n", A("x.example.") A("y.example."), "" },
        { "$include \"with space\" ; x\n$INCLUDE with\\ space\n", A("x.example.") A("x.example."),
          "" },
        { "$INCLUDE one sub\ny A 192.0.2.1\n", A("x.sub.example.") A("y.example."), "" },
        { "$INCLUDE one other.\ny A 192.0.2.1\n", A("x.other.") A("y.example."), "" },
        { "$INCLUDE origin\ny A 192.0.2.1\n", A("x.sub.example.") A("y.example."), "" },
        { "a A 192.0.2.1\n$INCLUDE blank\n A 192.0.2.1\n",
          A("a.example.") A("a.example.") A("y.example.") A("a.example."), "" },
        { "$INCLUDE blank\n A 192.0.2.1\n", A("y.example."),
          "blank:1:1: error: the line begins with a blank, so its owner would be that of the "
          "record before, and there is none\n"
          "zone:2:1: error: the line begins with a blank, so its owner would be that of the record "
          "before, and there is none\n" },
        /* As with BIND a $TTL of the included file goes on. */
        { "$INCLUDE ttl\ny A 192.0.2.1\n",
          "x.example.\t9\tIN\tA\t192.0.2.1\ny.example.\t9\tIN\tA\t192.0.2.1\n", "" },
        { "$INCLUDE dir/a\n", A("b.example.") A("c.example."), "" },
        { "$INCLUDE empty\n$INCLUDE one", A("x.example."), "" },
    };
    const struct memory like = { .files = files };

    for (size_t i = 0; i < TD_COUNT(rows); i++)
        memory_check(&rows[i], &like);
}

TEST(files_that_cannot_be_included)
{
    static const struct memory_row rows[] = {
        { "$INCLUDE none\ny A 192.0.2.1\n", A("y.example."),
          "zone:1:10: error: 'none' cannot be included: no such file\n" },
        { "$INCLUDE\ny A 192.0.2.1\n", A("y.example."),
          "zone:1:9: error: the record ends here, where the path of a file should be\n" },
        { "$INCLUDE \"\"\ny A 192.0.2.1\n", A("y.example."),
          "zone:1:11: error: '' is not the path of a file: it is empty\n" },
        { "$INCLUDE a\\000b\n", "",
          "zone:1:10: error: 'a\\000b' is not the path of a file: there is a NUL octet in it\n" },
        { "$INCLUDE one a..b\n", "",
          "zone:1:14: error: 'a..b' is not a domain name: empty label\n" },
        { "$INCLUDE one a. b.\n", "", "zone:1:17: error: 'b.' is more than the record can hold\n" },
        { "$INCLUDE zone\n", "",
          "zone:1:10: error: 'zone' cannot be included: it is being read already\n" },
        { "$INCLUDE self\n", A("x.example."),
          "self:1:10: error: 'self' cannot be included: it is being read already\n" },
        { "$INCLUDE ping\n", "",
          "pong:1:10: error: 'ping' cannot be included: it is being read already\n" },
        { "$INCLUDE bad\ny A 192.0.2.1\nz A z\n", A("x.example.") A("y.example."),
          "bad:2:5: error: 'z' is not an IPv4 address\n"
          "zone:3:5: error: 'z' is not an IPv4 address\n" },
        { "$INCLUDE open\ny A 192.0.2.1\n", A("y.example."),
          "open:1:5: error: the parenthesis is not closed\n" },
    };
    const struct memory like = { .files = files };

    for (size_t i = 0; i < TD_COUNT(rows); i++)
        memory_check(&rows[i], &like);
}

TEST(files_inside_each_other_are_limited)
{
    static char paths[20][8], texts[20][20];
    struct memory_file deep[21] = { { NULL, NULL } };
    struct memory memory = { .text = "$INCLUDE f0\n", .files = deep };

    for (unsigned i = 0; i < 20; i++) {
        snprintf(paths[i], sizeof(paths[i]), "f%u", i);
        snprintf(texts[i], sizeof(texts[i]), "$INCLUDE f%u\n", i + 1);
        deep[i] = (struct memory_file){ paths[i], texts[i] };
    }
    CHECK_EQ(memory_scan(&memory), TD_E_MALFORMED);
    CHECK_STR(td_buf_text(&memory.diags),
              "f14:1:10: error: 'f15' cannot be included: more than 16 files inside each other\n");
    memory_fini(&memory);
}

TEST(paths_are_limited)
{
    struct td_buf text = { .data = NULL };
    struct memory memory = { .text = NULL };

    td_buf_add_text(&text, "$INCLUDE ");
    for (unsigned i = 0; i < TEXT_SCAN_PATH_MAX; i++)
        td_buf_add_char(&text, 'x');
    memory.text = text.data;
    CHECK_EQ(memory_scan(&memory), TD_E_MALFORMED);
    CHECK(strstr(td_buf_text(&memory.diags), "the path is too long") != NULL);
    td_buf_fini(&text);
    memory_fini(&memory);
}

TESTS(origins, default_ttls, included_files, files_that_cannot_be_included,
      files_inside_each_other_are_limited, paths_are_limited)
