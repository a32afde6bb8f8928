/*
 * Goal    What a line of a zone file may look like (RFC 1035 5.1), and the rules of TTLs.
 * Method  Tables; each row is read in one piece and octet by octet.
 */
#include "memory.h"

#define A(owner, ttl) owner "\t" #ttl "\tIN\tA\t192.0.2.1\n"

TEST(owners)
{
    static const struct memory_row rows[] = {
        { "@ A 192.0.2.1\n", A("example.", 7), "" },
        { ". A 192.0.2.1\n", A(".", 7), "" },
        { "a.b A 192.0.2.1\n", A("a.b.example.", 7), "" },
        { "a.b. A 192.0.2.1\n", A("a.b.", 7), "" },
        { "a A 192.0.2.1\n  A 192.0.2.1\n\tA 192.0.2.1\n",
          A("a.example.", 7) A("a.example.", 7) A("a.example.", 7), "" },
        { "a A 192.0.2.1\n\n;x\n  ; y\n  A 192.0.2.1\n", A("a.example.", 7) A("a.example.", 7),
          "" },
        /* Names that look like something else. */
        { "A A 192.0.2.1\n", A("A.example.", 7), "" },
        { "IN IN A 192.0.2.1\n", A("IN.example.", 7), "" },
        { "3600 A 192.0.2.1\n", A("3600.example.", 7), "" },
        { "CLASS1 3600 TYPE1 192.0.2.1\n", A("CLASS1.example.", 3600), "" },
        { "TYPE1 A 192.0.2.1\n", A("TYPE1.example.", 7), "" },
        /* Escapes: dots, specials, any octet. */
        { "a\\.b A 192.0.2.1\n", A("a\\.b.example.", 7), "" },
        { "\\$a A 192.0.2.1\n", A("\\$a.example.", 7), "" },
        { "\\@ A 192.0.2.1\n", A("\\@.example.", 7), "" },
        { "a\\ b A 192.0.2.1\n", A("a\\032b.example.", 7), "" },
        { "a\\;b\\(\\)\\\" A 192.0.2.1\n", A("a\\;b\\(\\)\\\".example.", 7), "" },
        { "\\000\\255\\097 A 192.0.2.1\n", A("\\000\\255a.example.", 7), "" },
        { "\\097\\. A 192.0.2.1\n", A("a\\..example.", 7), "" },
        { "caf\xC3\xA9 A 192.0.2.1\n", A("caf\\195\\169.example.", 7), "" },
        { "a!#%&'*+,-/:<=>?[]^_`{|}~ A 192.0.2.1\n", A("a!#%&'*+,-/:<=>?[]^_`{|}~.example.", 7),
          "" },
        { "a\x01z A 192.0.2.1\n", A("a\\001z.example.", 7), "" },
        /* Wrong ones. */
        { " A 192.0.2.1\n", "",
          "zone:1:1: error: the line begins with a blank, so its owner would be that of the record "
          "before, and there is none\n" },
        { "\"a\" A 192.0.2.1\n", "",
          "zone:1:2: error: 'a' is not a domain name: it is in quotes\n" },
        { "$a A 192.0.2.1\n", "",
          "zone:1:1: error: '$a' is not a directive: they are $ORIGIN, $TTL, $INCLUDE and "
          "$GENERATE; write \\$ to begin an owner with a dollar sign\n" },
        { "a\\1 A 192.0.2.1\n", "",
          "zone:1:1: error: 'a\\1' is not a domain name: a backslash and a digit want three digits "
          "(\\DDD)\n" },
    };

    MEMORY_CHECK(rows);
}

#define L10 "1234567890"
#define L63 L10 L10 L10 L10 L10 L10 "123"

TEST(names_at_their_limits)
{
    static const struct memory_row rows[] = {
        { L63 " A 192.0.2.1\n", A(L63 ".example.", 7), "" },
        { L63 "4 A 192.0.2.1\n", "",
          "zone:1:1: error: '" L63 "4' is not a domain name: a label of more than 63 octets\n" },
        /* 3 * 64 + 62 + 1 = 255, with the origin 3 * 64 + 1 + 53 + 9. */
        { L63 "." L63 "." L63 "." L10 L10 L10 L10 L10 L10 "1. A 192.0.2.1\n",
          A(L63 "." L63 "." L63 "." L10 L10 L10 L10 L10 L10 "1.", 7), "" },
        { L63 "." L63 "." L63 "." L10 L10 L10 L10 L10 "123 A 192.0.2.1\n",
          A(L63 "." L63 "." L63 "." L10 L10 L10 L10 L10 "123.example.", 7), "" },
    };
    static const struct memory_row too_long[] = {
        { L63 "." L63 "." L63 "." L10 L10 L10 L10 L10 L10 "12. A 192.0.2.1\n", "", "" },
        { L63 "." L63 "." L63 "." L10 L10 L10 L10 L10 "1234 A 192.0.2.1\n", "", "" },
        { L63 "." L63 "." L63 "." L63 ". A 192.0.2.1\n", "", "" },
        { L63 "." L63 "." L63 "." L63 "." L63 "." L63 " A 192.0.2.1\n", "", "" },
        { L63 "." L63 "." L63 ".\\049" L10 L10 L10 L10 L10 L10 "1. A 192.0.2.1\n", "", "" },
    };

    MEMORY_CHECK(rows);
    for (size_t i = 0; i < TD_COUNT(too_long); i++) {
        struct memory memory = { .text = too_long[i].text };
        CHECK_EQ(memory_scan(&memory), TD_E_MALFORMED);
        CHECK_EQ(memory.counts.records, 0);
        CHECK(strstr(td_buf_text(&memory.diags), "is not a domain name: more than 255 octets") !=
              NULL);
        memory_fini(&memory);
    }
}

TEST(class_and_ttl)
{
    static const struct memory_row rows[] = {
        { "a IN A 192.0.2.1\n", A("a.example.", 7), "" },
        { "a in a 192.0.2.1\n", A("a.example.", 7), "" },
        { "a\tIN\tA\t192.0.2.1\n", A("a.example.", 7), "" },
        { "a \t IN \t A \t 192.0.2.1 \t \n", A("a.example.", 7), "" },
        { "a 300 A 192.0.2.1\n", A("a.example.", 300), "" },
        { "a 300 IN A 192.0.2.1\n", A("a.example.", 300), "" },
        { "a IN 300 A 192.0.2.1\n", A("a.example.", 300), "" },
        { "a CLASS1 1h30m TYPE1 192.0.2.1\n", A("a.example.", 5400), "" },
        { "a 1W2D3h4m5s A 192.0.2.1\n", A("a.example.", 788645), "" },
        { "a 0 A 192.0.2.1\n", A("a.example.", 0), "" },
        { "a 2147483647 A 192.0.2.1\n", A("a.example.", 2147483647), "" },
        { "a 2147483648 A 192.0.2.1\n", A("a.example.", 0),
          "zone:1:3: warning: '2147483648' is more than 2147483647 seconds and counts as 0 (RFC "
          "2181 8)\n" },
        { "a 4294967296 A 192.0.2.1\n", "",
          "zone:1:3: error: '4294967296' is not a TTL, class or type\n" },
        { "a 300 300 A 192.0.2.1\n", "", "zone:1:7: error: '300' is not a record type\n" },
        { "a IN IN A 192.0.2.1\n", "", "zone:1:6: error: 'IN' is not a record type\n" },
        { "a IN 300 IN A 192.0.2.1\n", "", "zone:1:10: error: 'IN' is not a record type\n" },
        { "a 1h30 A 192.0.2.1\n", "", "zone:1:3: error: '1h30' is not a TTL, class or type\n" },
        { "a 1x A 192.0.2.1\n", "", "zone:1:3: error: '1x' is not a TTL, class or type\n" },
        { "a CH A 192.0.2.1\n", "",
          "zone:1:3: error: 'CH' is a class that is not served: only IN is\n" },
        { "a HS A 192.0.2.1\n", "",
          "zone:1:3: error: 'HS' is a class that is not served: only IN is\n" },
        { "a CLASS3 A 192.0.2.1\n", "",
          "zone:1:3: error: 'CLASS3' is a class that is not served: only IN is\n" },
        { "a CLASS65536 A 192.0.2.1\n", "",
          "zone:1:3: error: 'CLASS65536' is not a record type\n" },
        { "a ANY A 192.0.2.1\n", "",
          "zone:1:3: error: 'ANY' is a class that is not served: only IN is\n" },
    };

    MEMORY_CHECK(rows);
}

TEST(types)
{
    static const struct memory_row rows[] = {
        { "a type1 192.0.2.1\na TYPE00001 192.0.2.1\n", A("a.example.", 7) A("a.example.", 7), "" },
        { "a TYPE65280 \\# 2 ABCD\n", "a.example.\t7\tIN\tTYPE65280\t\\# 2 ABCD\n", "" },
        { "a mX 1 @\n", "a.example.\t7\tIN\tMX\t1 example.\n", "" },
        { "a FOO x\n", "", "zone:1:3: error: 'FOO' is not a record type\n" },
        { "a \"A\" 192.0.2.1\n", "", "zone:1:4: error: 'A' is not a record type\n" },
        { "a\n", "", "zone:1:2: error: the record ends here, where a record type should be\n" },
        { "a 300\n", "", "zone:1:6: error: the record ends here, where a record type should be\n" },
        { "a IN\n", "", "zone:1:5: error: the record ends here, where a record type should be\n" },
        { "a A\n", "", "zone:1:4: error: the record ends here, where an IPv4 address should be\n" },
        { "a AXFR x\n", "", "zone:1:3: error: 'AXFR' is not a type that a zone can hold\n" },
        { "a OPT \\# 0\n", "", "zone:1:3: error: 'OPT' is not a type that a zone can hold\n" },
        { "a TKEY \\# 0\n", "", "zone:1:3: error: 'TKEY' is not a type that a zone can hold\n" },
        { "a TYPE0 \\# 0\n", "", "zone:1:3: error: 'TYPE0' is not a type that a zone can hold\n" },
        { "a TYPE200 \\# 0\n", "",
          "zone:1:3: error: 'TYPE200' is not a type that a zone can hold\n" },
        { "a TYPE65536 \\# 0\n", "", "zone:1:3: error: 'TYPE65536' is not a record type\n" },
    };

    MEMORY_CHECK(rows);
}

#define SOA(ttl) "example.\t" #ttl "\tIN\tSOA\tns.example. h.example. 1 2 3 4 60\n"

/* RFC 2308 4, RFC 1035 5.1, and what BIND does where neither says anything. */
TEST(times_to_live)
{
    static const struct memory_row rows[] = {
        { "$TTL 300\n@ SOA ns h 1 2 3 4 60\na 10 A 192.0.2.1\nb A 192.0.2.1\n",
          SOA(300) A("a.example.", 10) A("b.example.", 300), "" },
        { "@ 20 SOA ns h 1 2 3 4 60\na A 192.0.2.1\nb 10 A 192.0.2.1\nc A 192.0.2.1\n",
          SOA(20) A("a.example.", 20) A("b.example.", 10) A("c.example.", 10), "" },
        { "@ SOA ns h 1 2 3 4 60\nb 10 A 192.0.2.1\nc A 192.0.2.1\n",
          SOA(60) A("b.example.", 10) A("c.example.", 60),
          "zone:1:1: warning: no TTL: 60 is taken, the last number of the SOA record\n" },
        { "c A 192.0.2.1\n@ 30 SOA ns h 1 2 3 4 60\nd A 192.0.2.1\n", SOA(30) A("d.example.", 30),
          "zone:1:4: error: no TTL: neither here, nor in a $TTL or a record before\n" },
        { "b 10 A 192.0.2.1\n@ SOA ns h 1 2 3 4 60\n", A("b.example.", 10) SOA(10), "" },
        { "@ 30 SOA ns h 1 2 3 4 60\n$TTL 9\na A 192.0.2.1\n$TTL 1m\nb A 192.0.2.1\n",
          SOA(30) A("a.example.", 9) A("b.example.", 60), "" },
    };
    const struct memory like = { .has_no_default = true };

    for (size_t i = 0; i < TD_COUNT(rows); i++)
        memory_check(&rows[i], &like);
}

TEST(parentheses_comments_and_quotes)
{
    static const struct memory_row rows[] = {
        { "a A ( 192.0.2.1 )\n", A("a.example.", 7), "" },
        { "a A (192.0.2.1)\n", A("a.example.", 7), "" },
        { "a ( A\n192.0.2.1\n)\n", A("a.example.", 7), "" },
        { "a (\n ( A ) 192.0.2.1 ; ) (\n)\n", A("a.example.", 7), "" },
        { "( a ) A 192.0.2.1\n", A("a.example.", 7), "" },
        { "(a\nA 192.0.2.1)\n", A("a.example.", 7), "" },
        { "a A 192.0.2.1\n ( A 192.0.2.1 )\n", A("a.example.", 7) A("a.example.", 7), "" },
        { "a A 192.0.2.1;comment\n", A("a.example.", 7), "" },
        { "a A 192.0.2.1 ; com\"ment (\n", A("a.example.", 7), "" },
        { "a TXT \"a;b\" a;b\n", "a.example.\t7\tIN\tTXT\t\"a;b\" \"a\"\n", "" },
        { "a TXT \"a\"\"b\"c\"d\"\n", "a.example.\t7\tIN\tTXT\t\"a\" \"b\" \"c\" \"d\"\n", "" },
        { "a TXT ( \"a\nb\" )\nb A 192.0.2.1\n",
          "a.example.\t7\tIN\tTXT\t\"a\\010b\"\n" A("b.example.", 7), "" },
        { "a TXT a(b)c\n", "a.example.\t7\tIN\tTXT\t\"a\" \"b\" \"c\"\n", "" },
        { "a TXT \"a\\\nb\"\n", "",
          "zone:1:7: error: the quote is not closed on its line\n"
          "zone:2:2: error: the quote is not closed on its line\n" },
    };

    MEMORY_CHECK(rows);
}

TEST(where_mistakes_are)
{
    static const struct memory_row rows[] = {
        { "\n\n  ;\na SOA a b ( 1\n 2\n 3 x\n 5 )\n", "",
          "zone:6:4: error: 'x' is not a time in seconds or like 1w2d3h4m5s\n" },
        { "a\tTXT\t\"\\000\t\\999\"\n", "",
          "zone:1:8: error: '\\000\\009\\999' is not a character-string: \\DDD goes up to "
          "\\255\n" },
        { "a TXT ( \"a\nb\nc\\300\" )\n", "",
          "zone:1:10: error: 'a\\010b\\010c\\300' is not a character-string: \\DDD goes up to "
          "\\255\n" },
        { "a A \x7F\x80\xFF\n", "", "zone:1:5: error: '\\127\\128\\255' is not an IPv4 address\n" },
        { "a A " L63 L63 "\n", "",
          "zone:1:5: error: '" L63 L10 L10 L10 "123...' is not an IPv4 address\n" },
    };

    MEMORY_CHECK(rows);
}

TESTS(owners, names_at_their_limits, class_and_ttl, types, times_to_live,
      parentheses_comments_and_quotes, where_mistakes_are)
