#include "text/number.h"

#include <stdio.h>

enum { SECONDS_OF_DAY = 86400 };

static uint64_t unit_seconds(uint8_t unit)
{
    switch (unit | 0x20) {
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    case 'd':
        return SECONDS_OF_DAY;
    case 'w':
        return 7 * SECONDS_OF_DAY;
    default:
        return 0;
    }
}

bool text_ttl_parse(const uint8_t *text, size_t size, uint32_t *ret_ttl)
{
    uint64_t total = 0;
    uint64_t number;

    if (text_number_parse(text, size, UINT32_MAX, &number)) {
        *ret_ttl = (uint32_t)number;
        return true;
    }
    for (size_t at = 0; at < size;) {
        size_t digits = 0;
        while (at + digits < size && text[at + digits] >= '0' && text[at + digits] <= '9')
            digits++;
        if (at + digits == size || !text_number_parse(text + at, digits, UINT32_MAX, &number))
            return false;
        uint64_t unit = unit_seconds(text[at + digits]);
        total += number * unit;
        if (unit == 0 || total > UINT32_MAX)
            return false;
        at += digits + 1;
    }
    *ret_ttl = (uint32_t)total;
    return size != 0;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar; years begin in March here. */
static uint64_t days_of(uint64_t year, uint64_t month, uint64_t day)
{
    uint64_t y = month > 2 ? year : year - 1;
    uint64_t m = month > 2 ? month - 3 : month + 9;

    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

static uint64_t month_days(uint64_t year, uint64_t month)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && is_leap);
}

/* A number of two digits; 100 or more when they are none. */
static inline uint64_t two_digits(const uint8_t *text)
{
    unsigned tens = (unsigned)text[0] - '0';
    unsigned ones = (unsigned)text[1] - '0';

    return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

bool text_time_parse(const uint8_t *text, size_t size, uint32_t *ret_time)
{
    uint64_t number;

    if (size <= 10) {
        if (!text_number_parse(text, size, UINT32_MAX, &number))
            return false;
        *ret_time = (uint32_t)number;
        return true;
    }
    if (size != 14)
        return false;
    uint64_t century = two_digits(text), year = century * 100 + two_digits(text + 2);
    uint64_t month = two_digits(text + 4), day = two_digits(text + 6);
    uint64_t hour = two_digits(text + 8), minute = two_digits(text + 10);
    uint64_t second = two_digits(text + 12);
    if (century > 99 || two_digits(text + 2) > 99 || year < 1970 || month - 1 > 11 || day == 0 ||
        day > month_days(year, month) || hour > 23 || minute > 59 || second > 60)
        return false;
    number = days_of(year, month, day) * SECONDS_OF_DAY + hour * 3600 + minute * 60 + second;
    if (number > UINT32_MAX)
        return false;
    *ret_time = (uint32_t)number;
    return true;
}

char *text_time_format(uint32_t time, char *out)
{
    uint32_t second = time % SECONDS_OF_DAY;
    uint32_t day = time / SECONDS_OF_DAY;
    unsigned year = 1970, month = 1;

    for (uint32_t size; day >= (size = (uint32_t)month_days(year, 2) + 337); day -= size)
        year++;
    for (uint32_t size; day >= (size = (uint32_t)month_days(year, month)); day -= size)
        month++;
    snprintf(out, TEXT_TIME_SIZE, "%04u%02u%02u%02u%02u%02u", year % 10000, month, (day + 1) % 100,
             second / 3600, second / 60 % 60, second % 60);
    return out;
}
