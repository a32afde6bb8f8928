/*
 * text/number.h - numbers, times to live and dates in zone files.
 *
 * Shape    Decimal digits without a sign; leading zeros are allowed. A time to live may
 *          have units (1w2d3h4m5s, either case, any order). A date is YYYYMMDDHHMMSS in UTC.
 * Floor    2.
 * Threads  Pure.
 * RFC      1035 5.1; 2308 4 ($TTL); 2181 8 (a TTL has 31 bits); 4034 3.2 (dates).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Are all of text[0..size) digits, and is their number not above `max`? */
static inline bool text_number_parse(const uint8_t *text, size_t size, uint64_t max,
                                     uint64_t *ret_number)
{
    uint64_t number = 0;

    if (size == 0 || size > 20)
        return false;
    for (size_t i = 0; i < size; i++) {
        unsigned digit = (unsigned)text[i] - '0';
        if (digit > 9 || (i == 19 && number > UINT64_MAX / 10))
            return false;
        number = number * 10 + digit;
        if (i == 19 && number < digit)
            return false;
    }
    *ret_number = number;
    return number <= max;
}

/* Seconds, with or without units, up to 2^32 - 1. */
bool text_ttl_parse(const uint8_t *text, size_t size, uint32_t *ret_ttl);

/* Seconds since 1970 from a date of 14 digits, or from up to 10 digits as they are. */
bool text_time_parse(const uint8_t *text, size_t size, uint32_t *ret_time);

enum { TEXT_TIME_SIZE = 15 };

/* YYYYMMDDHHMMSS; returns `out`, of TEXT_TIME_SIZE characters. */
char *text_time_format(uint32_t time, char *out);
