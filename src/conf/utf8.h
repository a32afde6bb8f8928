/*
 * conf/utf8.h - is it text?
 *
 * Floor    8.
 * Threads  Pure.
 * RFC      3629.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf_place {
    uint32_t line;   /* from 1 */
    uint32_t column; /* from 1, in characters */
    uint8_t octet;
};

/*
 * Well-formed UTF-8 without control characters other than tab, line feed and carriage return.
 * When not, *ret_place is that of the first octet that does not fit.
 */
bool conf_utf8_check(const char *text, size_t size, struct conf_place *ret_place);
