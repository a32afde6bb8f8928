/* Fields that are structures of their own. */
#include <string.h>

#include "base/reader.h"
#include "text/print.h"
#include "text/print_internal.h"
#include "wire/name.h"
#include "wire/rdata_bitmap.h"
#include "wire/rrtype.h"

static void print_type(struct td_buf *out, uint16_t type)
{
    char text[WIRE_RRTYPE_MNEMONIC_SIZE];

    td_buf_add_text(out, wire_rrtype_format(type, text));
}

/* A number of hundredths or thousandths, with all its places. */
static void print_decimal(struct td_buf *out, uint64_t number, unsigned places)
{
    char digits[3] = "";
    uint64_t part = number;

    for (unsigned i = places; i > 0; i--, part /= 10)
        digits[i - 1] = (char)('0' + part % 10);
    text_print_number(out, part);
    td_buf_add_char(out, '.');
    td_buf_add(out, digits, places);
}

static void print_angle(struct td_buf *out, uint32_t angle, char positive, char negative)
{
    uint32_t middle = (uint32_t)1 << 31;
    bool is_positive = angle >= middle;
    uint32_t ms = is_positive ? angle - middle : middle - angle;

    text_print_number(out, ms / 3600000);
    td_buf_add_char(out, ' ');
    text_print_number(out, ms / 60000 % 60);
    td_buf_add_char(out, ' ');
    print_decimal(out, ms % 60000, 3);
    td_buf_add_char(out, ' ');
    td_buf_add_char(out, is_positive ? positive : negative);
}

/* A digit and a power of ten, in centimetres. */
static bool print_size(struct td_buf *out, uint8_t octet)
{
    uint64_t cm = octet >> 4;
    unsigned exponent = octet & 15;

    /* 0 is written in one way only. */
    if (cm == 0 && exponent != 0)
        return false;
    for (; exponent > 0; exponent--)
        cm *= 10;
    td_buf_add_char(out, ' ');
    print_decimal(out, cm, 2);
    td_buf_add_char(out, 'm');
    return true;
}

bool text_print_loc(struct td_buf *out, const struct text_printed *field)
{
    const uint8_t *loc = field->octets;
    const uint32_t base = 10000000;
    uint32_t altitude = td_get_u32(loc + 12);

    print_angle(out, td_get_u32(loc + 4), 'N', 'S');
    td_buf_add_char(out, ' ');
    print_angle(out, td_get_u32(loc + 8), 'E', 'W');
    td_buf_add_text(out, altitude < base ? " -" : " ");
    print_decimal(out, altitude < base ? base - altitude : altitude - base, 2);
    td_buf_add_char(out, 'm');
    return print_size(out, loc[1]) && print_size(out, loc[2]) && print_size(out, loc[3]);
}

bool text_print_nsap(struct td_buf *out, const struct text_printed *field)
{
    td_buf_add_text(out, "0x");
    text_print_hex(out, field->octets, field->size);
    return true;
}

bool text_print_atma(struct td_buf *out, const struct text_printed *field)
{
    if (field->octets[0] > 1)
        return false;
    if (field->octets[0] == 1) {
        td_buf_add_char(out, '+');
        td_buf_add(out, field->octets + 1, field->size - 1);
    } else {
        text_print_hex(out, field->octets + 1, field->size - 1);
    }
    return true;
}

bool text_print_bitmap(struct td_buf *out, const struct text_printed *field)
{
    struct wire_bitmap_walk walk = { .at = 0 };
    uint16_t type;

    for (bool is_first = true; wire_bitmap_next(field->octets, field->size, &walk, &type);
         is_first = false) {
        if (!is_first)
            td_buf_add_char(out, ' ');
        print_type(out, type);
    }
    return true;
}

bool text_print_bitmap_nxt(struct td_buf *out, const struct text_printed *field)
{
    bool is_first = true;

    /* Type 0 would be another format, which was never defined. */
    if (field->size > 0 && (field->octets[0] & 0x80) != 0)
        return false;
    for (unsigned type = 1; type < field->size * 8; type++) {
        if ((field->octets[type / 8] & (0x80 >> (type & 7))) == 0)
            continue;
        if (!is_first)
            td_buf_add_char(out, ' ');
        is_first = false;
        print_type(out, (uint16_t)type);
    }
    return true;
}

bool text_print_wks(struct td_buf *out, const struct text_printed *field)
{
    const uint8_t *bits = field->octets + 1;
    size_t size = field->size - 1;

    /* Zero octets at the end would be lost. */
    if (size > 0 && bits[size - 1] == 0)
        return false;
    text_print_number(out, field->octets[0]);
    for (size_t port = 0; port < size * 8; port++) {
        if ((bits[port / 8] & (0x80 >> (port & 7))) == 0)
            continue;
        td_buf_add_char(out, ' ');
        text_print_number(out, port);
    }
    return true;
}

bool text_print_apl(struct td_buf *out, const struct text_printed *field)
{
    for (size_t at = 0; at < field->size;) {
        const uint8_t *item = field->octets + at;
        unsigned family = td_get_u16(item);
        size_t size = item[3] & 0x7F;
        uint8_t address[16] = { 0 };

        if (family != 1 && family != 2)
            return false;
        memcpy(address, item + 4, size);
        if (at > 0)
            td_buf_add_char(out, ' ');
        if ((item[3] & 0x80) != 0)
            td_buf_add_char(out, '!');
        text_print_number(out, family);
        td_buf_add_char(out, ':');
        if (family == 1)
            text_print_ipv4(out, address);
        else
            text_print_ipv6(out, address);
        td_buf_add_char(out, '/');
        text_print_number(out, item[2]);
        at += 4 + size;
    }
    return true;
}

bool text_print_a6(struct td_buf *out, const struct text_printed *field)
{
    unsigned prefix = field->octets[0];
    size_t suffix = (128 - prefix + 7) / 8;
    uint8_t address[16] = { 0 };

    /* Bits of the suffix that belong to the prefix would be lost. */
    if (prefix % 8 != 0 && field->octets[1] >> (8 - prefix % 8) != 0)
        return false;
    text_print_number(out, prefix);
    if (suffix > 0) {
        memcpy(address + 16 - suffix, field->octets + 1, suffix);
        td_buf_add_char(out, ' ');
        text_print_ipv6(out, address);
    }
    if (prefix > 0) {
        td_buf_add_char(out, ' ');
        text_print_name(out, field->octets + 1 + suffix);
    }
    return true;
}

static bool print_gateway(struct td_buf *out, unsigned type, const uint8_t *gateway)
{
    switch (type) {
    case 0:
        td_buf_add_char(out, '.');
        return true;
    case 1:
        text_print_ipv4(out, gateway);
        return true;
    case 2:
        text_print_ipv6(out, gateway);
        return true;
    case 3:
        text_print_name(out, gateway);
        return true;
    default:
        return false;
    }
}

bool text_print_ipsec_gateway(struct td_buf *out, const struct text_printed *field)
{
    return print_gateway(out, field->rdata[1], field->octets);
}

bool text_print_amt_relay(struct td_buf *out, const struct text_printed *field)
{
    unsigned type = field->octets[0] & 0x7F;

    text_print_number(out, field->octets[0] >> 7);
    td_buf_add_char(out, ' ');
    text_print_number(out, type);
    td_buf_add_char(out, ' ');
    return print_gateway(out, type, field->octets + 1);
}

bool text_print_hip(struct td_buf *out, const struct text_printed *field)
{
    const uint8_t *hip = field->octets;
    size_t tag_size = hip[0];
    size_t key_size = td_get_u16(hip + 2);

    text_print_number(out, hip[1]);
    td_buf_add_char(out, ' ');
    text_print_hex(out, hip + 4, tag_size);
    td_buf_add_char(out, ' ');
    text_print_base64(out, hip + 4 + tag_size, key_size);
    for (size_t at = 4 + tag_size + key_size; at < field->size; at += wire_name_size(hip + at)) {
        td_buf_add_char(out, ' ');
        text_print_name(out, hip + at);
    }
    return true;
}
