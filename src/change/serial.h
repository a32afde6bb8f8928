/*
 * change/serial.h - which serial a zone gets next.
 *
 * Shape    32-bit serials in a circle: b is greater than a when it is less than 2^31 ahead; at a
 *          distance of exactly 2^31, which RFC 1982 leaves open, it counts as lower. The next
 *          serial is always greater than the one before, and never 0, which many take for
 *          "none".
 * Floor    5.
 * Threads  Pure.
 * RFC      1982 3, 1912 2.2 (dates).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum change_serial_policy {
    CHANGE_SERIAL_INCREMENT,
    CHANGE_SERIAL_UNIXTIME, /* seconds since 1970 */
    CHANGE_SERIAL_DATE,     /* YYYYMMDDnn, nn from 01; UTC */
};

static inline bool change_serial_is_greater(uint32_t serial, uint32_t than)
{
    return (int32_t)(serial - than) > 0;
}

/* What the policy says, or current + 1 where clock or calendar give no more than that. */
uint32_t change_serial_next(enum change_serial_policy policy, uint32_t current, uint64_t now_s);
