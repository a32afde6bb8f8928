#include "base/basen.h"

static const char alphabet16[] = "0123456789ABCDEF";
static const char alphabet32[] = "0123456789abcdefghijklmnopqrstuv";
static const char alphabet64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t td_base16_encode(const uint8_t *data, size_t size, char *out)
{
    for (size_t i = 0; i < size; i++) {
        *out++ = alphabet16[data[i] >> 4];
        *out++ = alphabet16[data[i] & 15];
    }
    return size * 2;
}

size_t td_base32hex_encode(const uint8_t *data, size_t size, char *out)
{
    char *start = out;
    unsigned bits = 0;
    uint32_t hold = 0;

    for (; size >= 5; data += 5, size -= 5) {
        uint64_t five = (uint64_t)data[0] << 32 | (uint64_t)data[1] << 24 |
                        (uint64_t)data[2] << 16 | (uint64_t)data[3] << 8 | data[4];
#pragma GCC unroll 8
        for (unsigned i = 0; i < 8; i++)
            out[i] = alphabet32[five >> (35 - 5 * i) & 31];
        out += 8;
    }
    for (size_t i = 0; i < size; i++) {
        hold = hold << 8 | data[i];
        for (bits += 8; bits >= 5; bits -= 5)
            *out++ = alphabet32[hold >> (bits - 5) & 31];
    }
    if (bits != 0)
        *out++ = alphabet32[hold << (5 - bits) & 31];
    return (size_t)(out - start);
}

size_t td_base64_encode(const uint8_t *data, size_t size, char *out)
{
    char *start = out;

    for (size_t i = 0; i < size; i += 3) {
        size_t have = size - i < 3 ? size - i : 3;
        uint32_t hold = (uint32_t)data[i] << 16;
        if (have > 1)
            hold |= (uint32_t)data[i + 1] << 8;
        if (have > 2)
            hold |= data[i + 2];
        *out++ = alphabet64[hold >> 18];
        *out++ = alphabet64[hold >> 12 & 63];
        *out++ = have > 1 ? alphabet64[hold >> 6 & 63] : '=';
        *out++ = have > 2 ? alphabet64[hold & 63] : '=';
    }
    return (size_t)(out - start);
}

/* The value of a digit, or -1. */
static int digit16(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int digit32(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'v' ? c - 'a' + 10 : -1;
}

static int digit64(unsigned char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : -1;
}

/* Digits of `width` bits each; the bits left over at the end must be zero. */
static td_err decode(const char *text, size_t size, unsigned width, int (*digit)(unsigned char),
                     uint8_t *out, size_t out_size, size_t *ret_size)
{
    unsigned bits = 0;
    uint32_t hold = 0;
    size_t used = 0;

    for (size_t i = 0; i < size; i++) {
        int value = digit((unsigned char)text[i]);
        if (value < 0)
            return TD_E_MALFORMED;
        hold = hold << width | (uint32_t)value;
        bits += width;
        if (bits >= 8) {
            if (used == out_size)
                return TD_E_SPACE;
            bits -= 8;
            out[used++] = (uint8_t)(hold >> bits);
        }
    }
    if (bits >= width || (hold & ((1u << bits) - 1)) != 0)
        return TD_E_MALFORMED;
    *ret_size = used;
    return TD_OK;
}

td_err td_base16_decode(const char *text, size_t size, uint8_t *out, size_t out_size,
                        size_t *ret_size)
{
    return decode(text, size, 4, digit16, out, out_size, ret_size);
}

td_err td_base32hex_decode(const char *text, size_t size, uint8_t *out, size_t out_size,
                           size_t *ret_size)
{
    return decode(text, size, 5, digit32, out, out_size, ret_size);
}

td_err td_base64_decode(const char *text, size_t size, uint8_t *out, size_t out_size,
                        size_t *ret_size)
{
    if (size % 4 != 0)
        return TD_E_MALFORMED;
    if (size != 0 && text[size - 1] == '=')
        size -= text[size - 2] == '=' ? 2 : 1;
    return decode(text, size, 6, digit64, out, out_size, ret_size);
}
