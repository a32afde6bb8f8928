/*
 * text/name.h - domain names: text to wire form.
 *
 * Shape    A name that does not end in a dot is relative: the origin is put behind it.
 *          "@" alone is the origin. \. and \DDD escapes (RFC 1035 5.1); a quoted string is
 *          not a name. Letter case is kept. struct text_name has room for whole groups of
 *          16 to be copied in and out.
 * Floor    2.
 * Threads  Pure.
 * Limits   255 octets a name, 63 a label.
 * RFC      1035 2.3.4, 3.1, 5.1; 2181 11 (any octet may stand in a label).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "text/lexer.h"
#include "wire/name.h"

enum { TEXT_NAME_SPACE = WIRE_NAME_SIZE_MAX + 2 * TEXT_GROUP + 1 };

struct text_name {
    uint8_t octets[TEXT_NAME_SPACE]; /* a name, then anything */
    size_t size;                     /* of the name, 1..255 */
};

/* A copy of a good name. */
void text_name_set(struct text_name *ret_name, const uint8_t *octets);

/*
 * Write the name of a token to `out`, which has TEXT_NAME_SPACE octets. Without an origin
 * (NULL) relative names are refused. On error `out` may have been written to.
 * TD_E_MALFORMED  not a name; the lexer's diagnostic says why
 */
TD_NODISCARD td_err text_name_parse(struct text_lexer *lexer, struct text_token token,
                                    const struct text_name *origin, uint8_t *out, size_t *ret_size);
