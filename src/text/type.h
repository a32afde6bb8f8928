/*
 * text/type.h - record types in words, the most frequent ones first.
 *
 * Shape    wire/rrtype.h has the table of mnemonics; this only gets ahead of it for the
 *          types that nearly all words of a zone file are.
 * Floor    2. Private to text.
 * Threads  Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "wire/rrtype.h"

enum { TEXT_TYPE_WORD_MAX = 7 };

/*
 * A word of 1 to 7 octets at `text` as a number, zero-filled; 8 octets must be readable. Bit 5
 * of each octet is lost: it tells the case of letters. No octet but a letter's other case turns
 * into a letter, so that a word that looks like one of letters is one; digits are not used.
 */
static inline uint64_t text_type_word(const uint8_t *text, size_t size)
{
    uint64_t octets;

    memcpy(&octets, text, sizeof(octets));
    return octets & 0xDFDFDFDFDFDFDFDF >> (64 - 8 * size);
}

#define TEXT_WORD8(a, b, c, d, e, f)                                                               \
    ((uint64_t)(a) | (uint64_t)(b) << 8 | (uint64_t)(c) << 16 | (uint64_t)(d) << 24 |              \
     (uint64_t)(e) << 32 | (uint64_t)(f) << 40)

/* The frequent types; 0 for another. */
static inline uint16_t text_type_frequent(uint64_t word)
{
    switch (word) {
    case TEXT_WORD8('A', 0, 0, 0, 0, 0):
        return WIRE_TYPE_A;
    case TEXT_WORD8('N', 'S', 0, 0, 0, 0):
        return WIRE_TYPE_NS;
    case TEXT_WORD8('D', 'S', 0, 0, 0, 0):
        return WIRE_TYPE_DS;
    case TEXT_WORD8('M', 'X', 0, 0, 0, 0):
        return WIRE_TYPE_MX;
    case TEXT_WORD8('T', 'X', 'T', 0, 0, 0):
        return WIRE_TYPE_TXT;
    case TEXT_WORD8('A', 'A', 'A', 'A', 0, 0):
        return WIRE_TYPE_AAAA;
    case TEXT_WORD8('N', 'S', 'E', 'C', 0, 0):
        return WIRE_TYPE_NSEC;
    case TEXT_WORD8('R', 'R', 'S', 'I', 'G', 0):
        return WIRE_TYPE_RRSIG;
    case TEXT_WORD8('C', 'N', 'A', 'M', 'E', 0):
        return WIRE_TYPE_CNAME;
    case TEXT_WORD8('D', 'N', 'S', 'K', 'E', 'Y'):
        return WIRE_TYPE_DNSKEY;
    default:
        return 0;
    }
}

/*
 * The type of a mnemonic or of TYPEnnn. 8 octets must be readable at `text`.
 * TD_E_NOT_FOUND  it is neither
 */
TD_NODISCARD static inline td_err text_type_find(const uint8_t *text, size_t size,
                                                 uint16_t *ret_type)
{
    if (td_likely(size - 1 < TEXT_TYPE_WORD_MAX)) {
        uint16_t type = text_type_frequent(text_type_word(text, size));
        if (type != 0) {
            *ret_type = type;
            return TD_OK;
        }
    }
    return wire_rrtype_find((const char *)text, size, ret_type);
}
