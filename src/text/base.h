/*
 * text/base.h - base16 and base64 that come in pieces, and base32hex.
 *
 * Shape    In a zone file such data may be cut by blanks and line ends anywhere, so what
 *          base/basen.h decodes at once is decoded here piece by piece, by tables: signatures
 *          and hashes are most of a signed zone.
 * Floor    2. Private to text.
 * Threads  Pure.
 * RFC      4648.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text_base16 {
    uint8_t half; /* the first digit of an octet whose second has not come yet */
    bool has_half;
};

struct text_base64 {
    uint32_t hold;    /* digits that do not make octets yet */
    unsigned digits;  /* of a group of four, padding included: 0..3 */
    unsigned padding; /* signs = in the group */
    bool is_finished; /* padding has ended it */
};

/*
 * Decode a piece to `out`, which has room for `size` / 2 + 1 octets. Returns the octets
 * written, or SIZE_MAX when something else than a digit is met.
 */
size_t text_base16_piece(struct text_base16 *state, const uint8_t *text, size_t size, uint8_t *out);

/* The same; `out` has room for `size` * 3 / 4 + 4 octets. */
size_t text_base64_piece(struct text_base64 *state, const uint8_t *text, size_t size, uint8_t *out);

/*
 * base32hex in one piece, without padding. `out` has room for `size` * 5 / 8 + 8 octets. Returns
 * the octets written, or SIZE_MAX when it is none.
 */
size_t text_base32hex(const uint8_t *text, size_t size, uint8_t *out);
