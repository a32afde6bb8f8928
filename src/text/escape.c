#include "text/escape.h"

#include <string.h>

const char *text_escape_undo(struct text_token token, uint8_t *out, size_t out_size,
                             const char *too_long, size_t *ret_size)
{
    size_t size = 0;

    if (!token.is_escaped) {
        if (token.size > out_size)
            return too_long;
        memcpy(out, token.text, token.size);
        *ret_size = token.size;
        return NULL;
    }
    for (size_t at = 0; at < token.size;) {
        uint8_t octet;
        const char *why = text_escape_next(token, &at, &octet);
        if (why != NULL)
            return why;
        if (size == out_size)
            return too_long;
        out[size++] = octet;
    }
    *ret_size = size;
    return NULL;
}
