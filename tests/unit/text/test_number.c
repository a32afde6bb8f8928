/*
 * Goal    Numbers, times to live, dates: limits and forms.
 * Method  Tables; every day of the 136 years of 32-bit time there and back.
 */
#include "text/number.h"
#include "unit/test.h"

TEST(numbers)
{
    static const struct {
        const char *text;
        uint64_t max;
        bool is_good;
        uint64_t want;
    } rows[] = {
        { "0", 0, true, 0 },
        { "007", 7, true, 7 },
        { "255", 255, true, 255 },
        { "256", 255, false, 0 },
        { "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
        { "18446744073709551616", UINT64_MAX, false, 0 },
        { "99999999999999999999", UINT64_MAX, false, 0 },
        { "28446744073709551615", UINT64_MAX, false, 0 },
        { "018446744073709551615", UINT64_MAX, false, 0 },
        { "", 9, false, 0 },
        { "-1", 9, false, 0 },
        { "1 ", 9, false, 0 },
        { "a", 9, false, 0 },
        { "1:", 99, false, 0 },
        { "/", 99, false, 0 },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint64_t number = 0;
        bool is_good = text_number_parse((const uint8_t *)rows[i].text, strlen(rows[i].text),
                                         rows[i].max, &number);
        CHECK_EQ_WHY(is_good, rows[i].is_good, rows[i].text);
        if (is_good)
            CHECK_EQ_WHY(number, rows[i].want, rows[i].text);
    }
}

TEST(times_to_live)
{
    static const struct {
        const char *text;
        bool is_good;
        uint32_t want;
    } rows[] = {
        { "0", true, 0 },
        { "4294967295", true, UINT32_MAX },
        { "4294967296", false, 0 },
        { "1s", true, 1 },
        { "1S1m1H1d1W", true, 1 + 60 + 3600 + 86400 + 604800 },
        { "1w1w", true, 1209600 },
        { "7101w", true, 4294684800 },
        { "7102w", false, 0 },
        { "1h30", false, 0 },
        { "h", false, 0 },
        { "1hh", false, 0 },
        { "1y", false, 0 },
        { "", false, 0 },
        { "1.5h", false, 0 },
        { "-1h", false, 0 },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint32_t ttl = 0;
        bool is_good = text_ttl_parse((const uint8_t *)rows[i].text, strlen(rows[i].text), &ttl);
        CHECK_EQ_WHY(is_good, rows[i].is_good, rows[i].text);
        if (is_good)
            CHECK_EQ_WHY(ttl, rows[i].want, rows[i].text);
    }
}

TEST(dates)
{
    static const struct {
        const char *text;
        bool is_good;
        uint32_t want;
    } rows[] = {
        { "19700101000000", true, 0 },
        { "20000229235959", true, 951868799 },
        { "20380119031408", true, 2147483648 },
        { "21060207062815", true, UINT32_MAX },
        { "21060207062816", false, 0 },
        { "19691231235959", false, 0 },
        { "20230229000000", false, 0 },
        { "21000229000000", false, 0 },
        { "20231301000000", false, 0 },
        { "20230001000000", false, 0 },
        { "20230100000000", false, 0 },
        { "20230101240000", false, 0 },
        { "20230101006000", false, 0 },
        { "2023010100000", false, 0 },
        { "202301010000000", false, 0 },
        { "2023010100000x", false, 0 },
        { "4294967295", true, UINT32_MAX },
        { "4294967296", false, 0 },
        { "12345678901", false, 0 },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        uint32_t time = 0;
        bool is_good = text_time_parse((const uint8_t *)rows[i].text, strlen(rows[i].text), &time);
        CHECK_EQ_WHY(is_good, rows[i].is_good, rows[i].text);
        if (is_good)
            CHECK_EQ_WHY(time, rows[i].want, rows[i].text);
    }
}

TEST(every_day_there_and_back)
{
    char before[TEXT_TIME_SIZE] = "";

    for (uint64_t time = 0; time <= UINT32_MAX; time += 86399) {
        char text[TEXT_TIME_SIZE];
        uint32_t back = 0;
        text_time_format((uint32_t)time, text);
        CHECK(text_time_parse((const uint8_t *)text, 14, &back));
        CHECK_EQ(back, (uint32_t)time);
        CHECK(strcmp(before, text) < 0);
        memcpy(before, text, sizeof(before));
    }
}

TESTS(numbers, times_to_live, dates, every_day_there_and_back)
