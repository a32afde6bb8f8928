/*
 * unit/crypto/hex.h - vectors as RFCs print them: hexadecimal and base64, blanks anywhere.
 */
#pragma once

#include "base/basen.h"
#include "unit/test.h"

/* Copy without white space; ends the test if it does not fit. */
static inline size_t test_squeeze(const char *text, char *out, size_t out_size)
{
    size_t used = 0;

    for (; *text != '\0'; text++) {
        if (*text == ' ' || *text == '\n' || *text == '\t')
            continue;
        assert_true(used < out_size);
        out[used++] = *text;
    }
    return used;
}

static inline size_t test_hex(const char *text, uint8_t *out, size_t out_size)
{
    char squeezed[8192];
    size_t size = 0;

    CHECK_OK(td_base16_decode(squeezed, test_squeeze(text, squeezed, sizeof(squeezed)), out,
                              out_size, &size));
    return size;
}

static inline size_t test_base64(const char *text, uint8_t *out, size_t out_size)
{
    char squeezed[8192];
    size_t size = 0;

    CHECK_OK(td_base64_decode(squeezed, test_squeeze(text, squeezed, sizeof(squeezed)), out,
                              out_size, &size));
    return size;
}
