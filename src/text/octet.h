/*
 * text/octet.h - finding the octets that mean something in a zone file, 16 at a time.
 *
 * Shape    Special octets end a word: those up to the space (blanks, line ends, NUL and
 *          the other controls), " ( ) ; and the backslash. The rest is ordinary, octets
 *          above 127 included.
 *          What stops a word is found by fewer comparisons than what is special: octets up
 *          to the closing parenthesis, semicolon and backslash. Those of them that are not
 *          special (! # $ % & ') are rare, and are looked at again.
 * Floor    2. Private to text.
 * Threads  Pure.
 * Limits   Both searches read whole groups of 16: 16 octets behind the one that stops
 *          them must be readable. They end, because TEXT_PAD zero octets follow any input.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/macros.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { TEXT_PAD = 64, TEXT_GROUP = 16 };

static inline bool text_octet_is_special(uint8_t octet)
{
    return octet <= ' ' || octet == '"' || octet == '(' || octet == ')' || octet == ';' ||
           octet == '\\';
}

/* Is it a blank or a line end? */
static inline bool text_octet_is_space(uint8_t octet)
{
    const uint64_t spaces = 1u << '\t' | 1u << '\n' | 1u << '\r' | (uint64_t)1 << ' ';

    return octet <= ' ' && (spaces >> octet & 1) != 0;
}

#if defined(__SSE2__)

/* Bit i is set when octet i of the group stops a word. */
static inline uint32_t text_group_stops(const uint8_t *at)
{
    const __m128i group = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i hit = _mm_cmpeq_epi8(_mm_min_epu8(group, _mm_set1_epi8(')')), group);

    hit = _mm_or_si128(hit, _mm_cmpeq_epi8(group, _mm_set1_epi8(';')));
    hit = _mm_or_si128(hit, _mm_cmpeq_epi8(group, _mm_set1_epi8('\\')));
    return (uint32_t)_mm_movemask_epi8(hit);
}

/* Bit i is set when octet i of the group is `octet`. */
static inline uint32_t text_group_equals(const uint8_t *at, char octet)
{
    const __m128i group = _mm_loadu_si128((const __m128i *)(const void *)at);

    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(group, _mm_set1_epi8(octet)));
}

/* Bit i is set when octet i is the same in both groups. */
static inline uint32_t text_group_same(const uint8_t *a, const uint8_t *b)
{
    const __m128i left = _mm_loadu_si128((const __m128i *)(const void *)a);
    const __m128i right = _mm_loadu_si128((const __m128i *)(const void *)b);

    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(left, right));
}

#else

static inline uint32_t text_group_stops(const uint8_t *at)
{
    uint32_t hits = 0;

    for (unsigned i = 0; i < TEXT_GROUP; i++)
        hits |= (uint32_t)(at[i] <= ')' || at[i] == ';' || at[i] == '\\') << i;
    return hits;
}

static inline uint32_t text_group_equals(const uint8_t *at, char octet)
{
    uint32_t hits = 0;

    for (unsigned i = 0; i < TEXT_GROUP; i++)
        hits |= (uint32_t)(at[i] == (uint8_t)octet) << i;
    return hits;
}

static inline uint32_t text_group_same(const uint8_t *a, const uint8_t *b)
{
    uint32_t hits = 0;

    for (unsigned i = 0; i < TEXT_GROUP; i++)
        hits |= (uint32_t)(a[i] == b[i]) << i;
    return hits;
}

#endif

/* How many octets there are before the next one that stops a word. */
static inline size_t text_word_span(const uint8_t *at)
{
    uint32_t hits = text_group_stops(at);
    size_t size = 0;

    while (td_unlikely(hits == 0)) {
        size += TEXT_GROUP;
        hits = text_group_stops(at + size);
    }
    return size + (size_t)__builtin_ctz(hits);
}

/* How many octets there are before the next quote, backslash, line feed or NUL. */
static inline size_t text_quoted_span(const uint8_t *at)
{
    for (size_t size = 0;; size += TEXT_GROUP) {
        uint32_t hits = text_group_equals(at + size, '"') | text_group_equals(at + size, '\\') |
                        text_group_equals(at + size, '\n') | text_group_equals(at + size, 0);
        if (hits != 0)
            return size + (size_t)__builtin_ctz(hits);
    }
}
