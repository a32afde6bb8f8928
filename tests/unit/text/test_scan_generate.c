/*
 * Goal    $GENERATE makes what BIND 9.18 makes of it, and refuses what BIND refuses.
 * Method  A table; the rows were compared with named-checkzone.
 */
#include "memory.h"

#define R(owner, data)    owner ".example.\t7\tIN\tA\t" data "\n"
#define BAD(column, text) "zone:1:" #column ": error: " text "\n"
#define RANGE                                                                                      \
    "is not a range like 1-254 or 0-100/2: numbers up to 2147483647, the first not above the "     \
    "last, the step not 0"
#define BRACES "$GENERATE: ${...} takes an offset, a width up to 255 and a base out of d o x X n N"

TEST(what_bind_makes_of_it)
{
    static const struct memory_row rows[] = {
        { "$GENERATE 1-2 a$ A 1.2.3.$\n", R("a1", "1.2.3.1") R("a2", "1.2.3.2"), "" },
        { "$generate 0-0 $ A 1.2.3.$ ; one\n", R("0", "1.2.3.0"), "" },
        { "$GENERATE 1-6/2 t${0,3,d} A 1.2.3.$\n",
          R("t001", "1.2.3.1") R("t003", "1.2.3.3") R("t005", "1.2.3.5"), "" },
        { "$GENERATE 1-2 t${-1} A 1.2.3.${+10}\n", R("t0", "1.2.3.11") R("t1", "1.2.3.12"), "" },
        { "$GENERATE 10-11 t${0,4,x} A 1.2.3.$\n", R("t000a", "1.2.3.10") R("t000b", "1.2.3.11"),
          "" },
        { "$GENERATE 10-10 t${0,4,X} A 1.2.3.$\n", R("t000A", "1.2.3.10"), "" },
        { "$GENERATE 8-8 t${0,4,o} A 1.2.3.$\n", R("t0010", "1.2.3.8"), "" },
        { "$GENERATE 18-18 ${0,5,n} A 1.2.3.$\n", R("2.1.0", "1.2.3.18"), "" },
        { "$GENERATE 188-188 ${0,0,N} A 1.2.3.$\n", R("C.B", "1.2.3.188"), "" },
        { "$GENERATE 188-188 x${0,1,n}y A 1.2.3.$\n", R("xc.by", "1.2.3.188"), "" },
        { "$GENERATE 188-188 x${0,2,n}y A 1.2.3.$\n", R("xc.by", "1.2.3.188"), "" },
        { "$GENERATE 188-188 x${0,4,n}y A 1.2.3.$\n", R("xc.b.y", "1.2.3.188"), "" },
        { "$GENERATE 188-188 ${0,8,N} A 1.2.3.$\n", "C.B.0.0.\t7\tIN\tA\t1.2.3.188\n", "" },
        { "$GENERATE 1-1 a$$b A 1.2.3.$\n", R("a\\$b", "1.2.3.1"), "" },
        { "$GENERATE 1-1 a\\$b$ A 1.2.3.$\n", R("a\\$b1", "1.2.3.1"), "" },
        { "$GENERATE 1-1 $$ A 1.2.3.$\n", R("\\$", "1.2.3.1"), "" },
        { "$GENERATE 1-1 a${-5} A 1.2.3.$\n", R("a-4", "1.2.3.1"), "" },
        { "$GENERATE 1-1 a${-5,0,x} A 1.2.3.$\n", R("afffffffc", "1.2.3.1"), "" },
        { "$GENERATE 1-2 @ A 1.2.3.$\n",
          "example.\t7\tIN\tA\t1.2.3.1\nexample.\t7\tIN\tA\t1.2.3.2\n", "" },
        { "$GENERATE 1-2147483647/1073741824 a$ NS ns\n",
          "a1.example.\t7\tIN\tNS\tns.example.\na1073741825.example.\t7\tIN\tNS\tns.example.\n",
          "" },
        { "$GENERATE 1-1 t$ TXT \"foo $ bar\"\n",
          "t1.example.\t7\tIN\tTXT\t\"foo\" \"1\" \"bar\"\n", "" },
        { "$GENERATE 1-1 t$ TXT \"\\\"foo $ bar\\\"\"\n",
          "t1.example.\t7\tIN\tTXT\t\"foo 1 bar\"\n", "" },
        { "$GENERATE 1-1 t$ MX \"10 foo$\"\n", "t1.example.\t7\tIN\tMX\t10 foo1.example.\n", "" },
        { "$GENERATE 1-1 t$ TYPE65280 \"\\# 1 0$\"\n", "t1.example.\t7\tIN\tTYPE65280\t\\# 1 01\n",
          "" },
        { "$GENERATE 1-1 t$ 30 IN A 1.2.3.$\n", "t1.example.\t30\tIN\tA\t1.2.3.1\n", "" },
        { "$GENERATE 1-1 t$ IN 30 A 1.2.3.$\n", "t1.example.\t30\tIN\tA\t1.2.3.1\n", "" },
        { "$GENERATE 1-1 t$ CLASS1 A 1.2.3.$\n", R("t1", "1.2.3.1"), "" },
        /* The owner of the record before is still that. */
        { "a A 1.1.1.1\n$GENERATE 1-1 t$ A 1.2.3.$\n A 1.1.1.2\n",
          R("a", "1.1.1.1") R("t1", "1.2.3.1") R("a", "1.1.1.2"), "" },
        { "$ORIGIN sub\n$GENERATE 1-1 t$ NS n$\n", "t1.sub.example.\t7\tIN\tNS\tn1.sub.example.\n",
          "" },
    };

    MEMORY_CHECK(rows);
}

TEST(what_is_refused)
{
    static const struct memory_row rows[] = {
        { "$GENERATE 2-1 a$ A 1.2.3.$\n", "", BAD(11, "'2-1' " RANGE) },
        { "$GENERATE 1 a$ A 1.2.3.$\n", "", BAD(11, "'1' " RANGE) },
        { "$GENERATE 1-3/0 a$ A 1.2.3.$\n", "", BAD(11, "'1-3/0' " RANGE) },
        { "$GENERATE 1-3/2x a$ A 1.2.3.$\n", "", BAD(11, "'1-3/2x' " RANGE) },
        { "$GENERATE -1-3 a$ A 1.2.3.$\n", "", BAD(11, "'-1-3' " RANGE) },
        { "$GENERATE 1/2-3 a$ A 1.2.3.$\n", "", BAD(11, "'1/2-3' " RANGE) },
        { "$GENERATE 1-2147483648 a$ A 1.2.3.$\n", "", BAD(11, "'1-2147483648' " RANGE) },
        { "$GENERATE\n", "",
          BAD(10, "the record ends here, where a range like 1-254 or 0-100/2 should be") },
        { "$GENERATE 1-2\n", "",
          BAD(14, "the record ends here, where the template of an owner should be") },
        { "$GENERATE 1-2 \"a$\" A 1.2.3.$\n", "", BAD(16, "'a$' is not the template of an owner") },
        { "$GENERATE 1-2 a$\n", "",
          BAD(17, "the record ends here, where a record type should be") },
        { "$GENERATE 1-2 a$ A\n", "",
          BAD(19, "the record ends here, where record data should be") },
        { "$GENERATE 1-2 a$ A 1.2.3.$ foo\n", "",
          BAD(28, "'foo' is more than the record can hold") },
        { "$GENERATE 1-2 a${0,2 A 1.2.3.$\n", "", BAD(1, BRACES) },
        { "$GENERATE 1-2 a${ A 1.2.3.$\n", "", BAD(1, BRACES) },
        { "$GENERATE 1-2 a${} A 1.2.3.$\n", "", BAD(1, BRACES) },
        { "$GENERATE 1-2 a${x} A 1.2.3.$\n", "", BAD(1, BRACES) },
        { "$GENERATE 1-2 a${0,,d} A 1.2.3.$\n", "", BAD(1, BRACES) },
        { "$GENERATE 1-2 a${0,3,q} A 1.2.3.$\n", "", BAD(1, BRACES) },
        { "$GENERATE 1-2 a${0,3,dd} A 1.2.3.$\n", "", BAD(1, BRACES) },
        { "$GENERATE 1-2 a${0,300,d} A 1.2.3.$\n", "", BAD(1, BRACES) },
        { "$GENERATE 0-7 host$ A 1.2.3.${1,0,dgarbage}\n", "", BAD(1, BRACES) },
        { "$GENERATE 1-1 a$ TXT foo${2147483647}\n", "",
          BAD(1, "$GENERATE: ${...} gives a number of more than 32 bits") },
        { "$GENERATE 0-1 a$ TXT foo${2147483647}\n", "a0.example.\t7\tIN\tTXT\t\"foo2147483647\"\n",
          BAD(1, "$GENERATE, for 1: ${...} gives a number of more than 32 bits") },
        { "$GENERATE 1-9 a$ TKEY x\nb A 1.1.1.1\n", R("b", "1.1.1.1"),
          BAD(1, "$GENERATE, for 1: 'TKEY' is not a type that a zone can hold") },
        { "$GENERATE 254-999 a$ A 1.2.3.$\n", R("a254", "1.2.3.254") R("a255", "1.2.3.255"),
          BAD(1, "$GENERATE, for 256: '1.2.3.256' is not an IPv4 address") },
        { "$GENERATE 1-2 a..$ A 1.2.3.$\n", "",
          BAD(1, "$GENERATE, for 1: 'a..1' is not a domain name: empty label") },
        { "$GENERATE 1-2 a$ CH A 1.2.3.$\n", "",
          BAD(1, "$GENERATE, for 1: 'CH' is a class that is not served: only IN is") },
        { "$GENERATE 1-16777217 a$ A 1.1.1.1\n", "",
          BAD(11, "'1-16777217' makes 16777217 records, and 16777216 are allowed") },
        { "$GENERATE 1-2 a$ TXT ( \"x\ny\" )\n", "",
          BAD(1, "$GENERATE, for 1: the template has a line end outside of parentheses") },
    };
    struct memory like = { .size = 0 };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct memory memory = like;
        memory.text = rows[i].text;
        CHECK_EQ_WHY(memory_scan(&memory), TD_E_MALFORMED, rows[i].text);
        CHECK_STR(td_buf_text(&memory.diags), rows[i].diags);
        if (rows[i].records[0] != '\0')
            CHECK_STR(td_buf_text(&memory.records), rows[i].records);
        memory_fini(&memory);
    }
}

TEST(the_number_of_records_is_limited_as_configured)
{
    struct memory memory = { .text = "$GENERATE 1-10 a$ A 1.2.3.$\n", .generate_max = 9 };

    CHECK_EQ(memory_scan(&memory), TD_E_MALFORMED);
    CHECK_EQ(memory.counts.records, 0);
    memory.generate_max = 10;
    CHECK_OK(memory_scan(&memory));
    CHECK_EQ(memory.counts.records, 10);
    memory_fini(&memory);
}

TEST(warnings_are_on_the_line_of_the_directive)
{
    struct memory memory = { .text = "\n\n$GENERATE 1-1 a$ 4294967295 A 1.2.3.$\n" };

    CHECK_OK(memory_scan(&memory));
    CHECK(strncmp(td_buf_text(&memory.diags), "zone:3:", 7) == 0);
    memory_fini(&memory);
}

TESTS(what_bind_makes_of_it, what_is_refused, the_number_of_records_is_limited_as_configured,
      warnings_are_on_the_line_of_the_directive)
