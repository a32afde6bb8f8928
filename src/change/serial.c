#include "change/serial.h"

enum { DAY_S = 86400, DAYS_TO_1970 = 719468, DAYS_OF_ERA = 146097 };

/*
 * The day of a time as YYYYMMDD00, UTC. Years are counted from March on, so that the leap day
 * comes last; an era is the 400 years after which the calendar repeats.
 */
static uint32_t date_of(uint64_t now_s)
{
    uint64_t days = now_s / DAY_S + DAYS_TO_1970;
    uint32_t era = (uint32_t)(days / DAYS_OF_ERA);
    uint32_t day = (uint32_t)(days % DAYS_OF_ERA);
    uint32_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    uint32_t day_of_year = day - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * day_of_year + 2) / 153;
    uint32_t day_of_month = day_of_year - (153 * month + 2) / 5 + 1;

    month = month < 10 ? month + 3 : month - 9;
    year += era * 400 + (month <= 2);
    return ((year * 100 + month) * 100 + day_of_month) * 100;
}

uint32_t change_serial_next(enum change_serial_policy policy, uint32_t current, uint64_t now_s)
{
    uint32_t next = current + 1;
    uint32_t wanted = next;

    if (policy == CHANGE_SERIAL_UNIXTIME)
        wanted = (uint32_t)now_s;
    else if (policy == CHANGE_SERIAL_DATE)
        wanted = date_of(now_s) + 1;
    if (change_serial_is_greater(wanted, current))
        next = wanted;
    return next == 0 ? 1 : next;
}
