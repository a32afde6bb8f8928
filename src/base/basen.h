/*
 * base/basen.h - base16, base32hex and base64 (RFC 4648).
 *
 * Shape    Encoding writes no 0 octet and no line breaks. Decoding takes either case for
 *          base16 and base32hex; base64 must be padded as the RFC says; base32hex is
 *          without padding (as in NSEC3, RFC 5155). White space is the caller's matter.
 * Floor    0.
 * Threads  Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Octets of text for `size` octets of data. */
static inline size_t td_base16_size(size_t size)
{
    return size * 2;
}

static inline size_t td_base32hex_size(size_t size)
{
    return (size * 8 + 4) / 5;
}

static inline size_t td_base64_size(size_t size)
{
    return (size + 2) / 3 * 4;
}

/* Encode; `out` has room for the size above. Returns the octets written. Upper case hex. */
size_t td_base16_encode(const uint8_t *data, size_t size, char *out);
size_t td_base32hex_encode(const uint8_t *data, size_t size, char *out); /* lower case */
size_t td_base64_encode(const uint8_t *data, size_t size, char *out);

/*
 * Decode `size` octets of text.
 * TD_E_MALFORMED  an octet outside the alphabet, a wrong length, or bits left over
 * TD_E_SPACE      more than `out_size` octets come out
 */
TD_NODISCARD td_err td_base16_decode(const char *text, size_t size, uint8_t *out, size_t out_size,
                                     size_t *ret_size);
TD_NODISCARD td_err td_base32hex_decode(const char *text, size_t size, uint8_t *out,
                                        size_t out_size, size_t *ret_size);
TD_NODISCARD td_err td_base64_decode(const char *text, size_t size, uint8_t *out, size_t out_size,
                                     size_t *ret_size);
