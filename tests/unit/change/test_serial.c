/*
 * Goal    RFC 1982: the next serial is greater than the one before, whatever the policy and clock.
 * Method  tables; dates against those that the C library makes.
 */
#include "test.h"

#include <time.h>

#include "change/serial.h"

TEST(greater_goes_round)
{
    CHECK(change_serial_is_greater(1, 0));
    CHECK(!change_serial_is_greater(1, 1));
    CHECK(!change_serial_is_greater(0, 1));
    CHECK(change_serial_is_greater(0, UINT32_MAX));
    CHECK(change_serial_is_greater(0x7FFFFFFF, 0));
    CHECK(!change_serial_is_greater(0x80000000, 0)); /* exactly 2^31: lower, both ways */
    CHECK(!change_serial_is_greater(0, 0x80000000));
    CHECK(!change_serial_is_greater(0x80000001, 0));
}

TEST(policies_give_the_next_one)
{
    enum { NOON = 1796212800 }; /* 2026-12-02 12:00 UTC */
    static const struct {
        enum change_serial_policy policy;
        uint32_t current;
        uint32_t want;
    } rows[] = {
        { CHANGE_SERIAL_INCREMENT, 1, 2 },
        { CHANGE_SERIAL_INCREMENT, UINT32_MAX, 1 },
        { CHANGE_SERIAL_UNIXTIME, 1, NOON },
        { CHANGE_SERIAL_UNIXTIME, NOON, NOON + 1 },
        { CHANGE_SERIAL_UNIXTIME, NOON + 500, NOON + 501 }, /* the clock went back */
        { CHANGE_SERIAL_DATE, 1, 2026120201 },
        { CHANGE_SERIAL_DATE, 2026120299, 2026120300 }, /* the 100th of the day */
        { CHANGE_SERIAL_DATE, 2026120201, 2026120202 },
        { CHANGE_SERIAL_DATE, 2027010101, 2027010102 },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++)
        CHECK_EQ_WHY(change_serial_next(rows[i].policy, rows[i].current, NOON), rows[i].want,
                     "row");
}

TEST(dates_are_those_of_the_calendar)
{
    for (uint64_t day = 0; day < 60000; day++) {
        time_t when = (time_t)(day * 86400 + 86399);
        struct tm tm;
        gmtime_r(&when, &tm);
        uint32_t want =
            (uint32_t)(((tm.tm_year + 1900) * 100 + tm.tm_mon + 1) * 100 + tm.tm_mday) * 100 + 1;
        CHECK_EQ(change_serial_next(CHANGE_SERIAL_DATE, want - 1, (uint64_t)when), want);
    }
}

TESTS(greater_goes_round, policies_give_the_next_one, dates_are_those_of_the_calendar)
