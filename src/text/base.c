#include "text/base.h"

#include <string.h>

#include "base/macros.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* clang-format off */
#define DIGITS10(c, v) [c] = (v), [(c) + 1] = (v) + 1, [(c) + 2] = (v) + 2, [(c) + 3] = (v) + 3, \
    [(c) + 4] = (v) + 4, [(c) + 5] = (v) + 5, [(c) + 6] = (v) + 6, [(c) + 7] = (v) + 7,          \
    [(c) + 8] = (v) + 8, [(c) + 9] = (v) + 9
#define LETTERS6(c, v) [c] = (v), [(c) + 1] = (v) + 1, [(c) + 2] = (v) + 2, [(c) + 3] = (v) + 3, \
    [(c) + 4] = (v) + 4, [(c) + 5] = (v) + 5
#define LETTERS26(c, v) DIGITS10(c, v), DIGITS10((c) + 10, (v) + 10), LETTERS6((c) + 20, (v) + 20)

/* Values of digits plus one, so that what is no digit is 0. */
static const uint8_t digits16[256] = {
    DIGITS10('0', 1), LETTERS6('A', 11), LETTERS6('a', 11),
};
static const uint8_t digits32[256] = {
    DIGITS10('0', 1), DIGITS10('A', 11), DIGITS10('K', 21), ['U'] = 31, ['V'] = 32,
    DIGITS10('a', 11), DIGITS10('k', 21), ['u'] = 31, ['v'] = 32,
};
static const uint8_t digits64[256] = {
    LETTERS26('A', 1), LETTERS26('a', 27), DIGITS10('0', 53), ['+'] = 63, ['/'] = 64,
};
/* clang-format on */

#if defined(__SSE2__)

/* 16 hexadecimal digits to 8 octets. False when one is no digit; then nothing is written. */
static bool decode16_group(const uint8_t *text, uint8_t *out)
{
    const __m128i group = _mm_loadu_si128((const __m128i *)(const void *)text);
    const __m128i nine = _mm_set1_epi8(9);
    const __m128i five = _mm_set1_epi8(5);
    __m128i number = _mm_sub_epi8(group, _mm_set1_epi8('0'));
    __m128i letter = _mm_sub_epi8(_mm_or_si128(group, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
    __m128i is_number = _mm_cmpeq_epi8(_mm_min_epu8(number, nine), number);
    __m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, five), letter);

    if (_mm_movemask_epi8(_mm_or_si128(is_number, is_letter)) != 0xFFFF)
        return false;
    letter = _mm_and_si128(is_letter, _mm_add_epi8(letter, _mm_set1_epi8(10)));
    __m128i value = _mm_or_si128(letter, _mm_and_si128(is_number, number));
    /* In each pair of octets the first is the high half. */
    __m128i octets = _mm_or_si128(_mm_slli_epi16(value, 4), _mm_srli_epi16(value, 8));
    octets = _mm_and_si128(octets, _mm_set1_epi16(0xFF));
    _mm_storel_epi64((__m128i *)(void *)out, _mm_packus_epi16(octets, octets));
    return true;
}

#else

static bool decode16_group(const uint8_t *text, uint8_t *out)
{
    uint8_t octets[8];

    for (unsigned i = 0; i < 8; i++) {
        unsigned high = digits16[text[2 * i]], low = digits16[text[2 * i + 1]];
        if (high == 0 || low == 0)
            return false;
        octets[i] = (uint8_t)((high - 1) << 4 | (low - 1));
    }
    memcpy(out, octets, 8);
    return true;
}

#endif

size_t text_base16_piece(struct text_base16 *state, const uint8_t *text, size_t size, uint8_t *out)
{
    const uint8_t *start = out;
    const uint8_t *end = text + size;

    if (!state->has_half) {
        for (; end - text >= 16; text += 16, out += 8) {
            if (!decode16_group(text, out))
                return SIZE_MAX;
        }
    }
    for (; text < end; text++) {
        unsigned digit = digits16[*text];
        if (digit == 0)
            return SIZE_MAX;
        if (state->has_half)
            *out++ = (uint8_t)(state->half << 4 | (digit - 1));
        else
            state->half = (uint8_t)(digit - 1);
        state->has_half = !state->has_half;
    }
    return (size_t)(out - start);
}

/* Padding: only as the third and fourth of a group, and the bits it leaves over are zero. */
static bool base64_pad(struct text_base64 *state)
{
    if (state->digits < 2 ||
        (state->padding == 0 && state->digits == 2 && (state->hold & 15) != 0) ||
        (state->padding == 0 && state->digits == 3 && (state->hold & 3) != 0))
        return false;
    state->padding++;
    return true;
}

/* One digit or sign of padding; up to three octets are written behind *out. */
static bool base64_step(struct text_base64 *state, uint8_t octet, uint8_t **out)
{
    unsigned digit = digits64[octet];

    if (state->is_finished ||
        (octet == '=' ? !base64_pad(state) : digit == 0 || state->padding != 0))
        return false;
    state->hold = state->hold << 6 | (digit == 0 ? 0 : digit - 1);
    if (++state->digits < 4)
        return true;
    for (unsigned i = 0; i < 3 - state->padding; i++)
        *(*out)++ = (uint8_t)(state->hold >> (16 - 8 * i));
    state->is_finished = state->padding != 0;
    state->digits = 0;
    state->hold = 0;
    return true;
}

/* Four digits to three octets, and one more octet is written to; false when one is no digit. */
static inline bool decode64_group(const uint8_t *text, uint8_t *out)
{
    uint32_t a = digits64[text[0]] - 1u, b = digits64[text[1]] - 1u, c = digits64[text[2]] - 1u,
             d = digits64[text[3]] - 1u;

    /* What is no digit has become 2^32 - 1. */
    if (td_unlikely((a | b | c | d) > 63))
        return false;
    uint32_t octets = __builtin_bswap32(a << 26 | b << 20 | c << 14 | d << 8);
    memcpy(out, &octets, 4);
    return true;
}

size_t text_base64_piece(struct text_base64 *state, const uint8_t *text, size_t size, uint8_t *out)
{
    uint8_t *start = out;
    const uint8_t *end = text + size;

    while (text < end) {
        if (state->digits == 0 && !state->is_finished) {
            for (; end - text >= 4 && decode64_group(text, out); text += 4)
                out += 3;
        }
        if (text < end && !base64_step(state, *text++, &out))
            return SIZE_MAX;
    }
    return (size_t)(out - start);
}

size_t text_base32hex(const uint8_t *text, size_t size, uint8_t *out)
{
    size_t octets_size = size * 5 / 8;
    uint64_t bits = 0;
    uint32_t all = 0;

    for (size_t at = 0; at < size; at += 8, out += 5) {
        size_t digits = size - at < 8 ? size - at : 8;
        bits = 0;
        for (size_t i = 0; i < digits; i++) {
            uint32_t digit = digits32[text[at + i]] - 1u;
            all |= digit;
            bits = bits << 5 | digit;
        }
        bits <<= 64 - 5 * digits;
        uint64_t octets = __builtin_bswap64(bits);
        memcpy(out, &octets, 8);
    }
    /* The last group must make whole octets, and leave over nothing but zeros. */
    size_t tail = size % 8;
    bool is_whole = tail != 1 && tail != 3 && tail != 6;
    bool is_zero = tail == 0 || bits << (tail * 5 / 8 * 8) == 0;
    return all <= 31 && is_whole && is_zero ? octets_size : SIZE_MAX;
}
