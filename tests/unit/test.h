/*
 * unit/test.h - a thin skin over cmocka: TEST(name) { ... } and CHECK_*; TESTS(...) is main.
 *
 *     TEST(names_are_read) { CHECK_OK(...); }
 *     TESTS(names_are_read)
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/macros.h"

#define TEST(name) static void name(void **test_state TD_UNUSED)

#define CHECK(x)        assert_true(x)
#define CHECK_OK(x)     assert_int_equal((x), TD_OK)
#define CHECK_EQ(a, b)  assert_int_equal((a), (b))
#define CHECK_STR(a, b) assert_string_equal((a), (b))
#define CHECK_EQ_WHY(a, b, why)                                                                    \
    do {                                                                                           \
        long long check_a = (long long)(a), check_b = (long long)(b);                              \
        if (check_a != check_b)                                                                    \
            fail_msg("%s: %s is %lld, want %lld", (why), #a, check_a, check_b);                    \
    } while (0)
#define CHECK_BYTES(data, size, want, want_size)                                                   \
    do {                                                                                           \
        assert_int_equal((size), (want_size));                                                     \
        assert_memory_equal((data), (want), (want_size));                                          \
    } while (0)

#define TEST_ROW1(name) cmocka_unit_test(name),
#define TESTS(...)                                                                                 \
    int main(void)                                                                                 \
    {                                                                                              \
        const struct CMUnitTest tests[] = { TEST_EACH(TEST_ROW1, __VA_ARGS__) };                   \
        return cmocka_run_group_tests(tests, NULL, NULL);                                          \
    }

#define TEST_PARENS           ()
#define TEST_EXPAND(...)      TEST_EXPAND3(TEST_EXPAND3(TEST_EXPAND3(TEST_EXPAND3(__VA_ARGS__))))
#define TEST_EXPAND3(...)     TEST_EXPAND2(TEST_EXPAND2(TEST_EXPAND2(TEST_EXPAND2(__VA_ARGS__))))
#define TEST_EXPAND2(...)     TEST_EXPAND1(TEST_EXPAND1(TEST_EXPAND1(TEST_EXPAND1(__VA_ARGS__))))
#define TEST_EXPAND1(...)     __VA_ARGS__
#define TEST_EACH(macro, ...) __VA_OPT__(TEST_EXPAND(TEST_EACH_STEP(macro, __VA_ARGS__)))
#define TEST_EACH_STEP(macro, first, ...)                                                          \
    macro(first) __VA_OPT__(TEST_EACH_AGAIN TEST_PARENS(macro, __VA_ARGS__))
#define TEST_EACH_AGAIN() TEST_EACH_STEP
