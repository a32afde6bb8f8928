/*
 * text/escape.h - the octets of a word or a quoted string, escapes undone.
 *
 * Shape    \DDD is the octet of that decimal number, three digits up to 255; \X is X.
 * Floor    2. Private to text.
 * Threads  Pure.
 * RFC      1035 5.1.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "text/lexer.h"

/*
 * The octet at `*at` of a token's text, and `*at` moved behind it. Returns NULL, or what is
 * wrong with the escape.
 */
static inline const char *text_escape_next(struct text_token token, size_t *at, uint8_t *ret_octet)
{
    const uint8_t *text = token.text + *at;
    size_t left = token.size - *at;
    unsigned number = 0;

    if (text[0] != '\\') {
        *ret_octet = text[0];
        *at += 1;
        return NULL;
    }
    if (left < 2)
        return "a backslash at the end";
    if (text[1] < '0' || text[1] > '9') {
        *ret_octet = text[1];
        *at += 2;
        return NULL;
    }
    for (size_t i = 1; i <= 3; i++) {
        if (i >= left || text[i] < '0' || text[i] > '9')
            return "a backslash and a digit want three digits (\\DDD)";
        number = number * 10 + (text[i] - '0');
    }
    if (number > 255)
        return "\\DDD goes up to \\255";
    *ret_octet = (uint8_t)number;
    *at += 4;
    return NULL;
}

/*
 * All octets of a token, escapes undone, up to `out_size` of them; the count goes to
 * *ret_size. Returns NULL, or what is wrong; `too_long` when it is more than `out_size`.
 */
const char *text_escape_undo(struct text_token token, uint8_t *out, size_t out_size,
                             const char *too_long, size_t *ret_size);
