#include "text/print.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/basen.h"
#include "base/macros.h"
#include "base/reader.h"
#include "text/number.h"
#include "text/print_internal.h"
#include "wire/const.h"
#include "wire/name.h"
#include "wire/rdata.h"

enum { PIECE_SIZE = 192 }; /* octets encoded at a time; a multiple of 3 */

void text_print_number(struct td_buf *out, uint64_t number)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    td_buf_add(out, digits + at, sizeof(digits) - at);
}

void text_print_hex(struct td_buf *out, const uint8_t *octets, size_t size)
{
    char text[2 * PIECE_SIZE];

    for (size_t at = 0; at < size; at += PIECE_SIZE) {
        size_t piece = size - at < PIECE_SIZE ? size - at : PIECE_SIZE;
        td_buf_add(out, text, td_base16_encode(octets + at, piece, text));
    }
}

void text_print_base64(struct td_buf *out, const uint8_t *octets, size_t size)
{
    char text[PIECE_SIZE / 3 * 4];

    for (size_t at = 0; at < size; at += PIECE_SIZE) {
        size_t piece = size - at < PIECE_SIZE ? size - at : PIECE_SIZE;
        td_buf_add(out, text, td_base64_encode(octets + at, piece, text));
    }
}

void text_print_ipv4(struct td_buf *out, const uint8_t *address)
{
    for (unsigned i = 0; i < 4; i++) {
        if (i > 0)
            td_buf_add_char(out, '.');
        text_print_number(out, address[i]);
    }
}

void text_print_ipv6(struct td_buf *out, const uint8_t *address)
{
    char text[INET6_ADDRSTRLEN];

    inet_ntop(AF_INET6, address, text, sizeof(text));
    td_buf_add_text(out, text);
}

void text_print_quoted_octet(struct td_buf *out, uint8_t octet)
{
    char escape[5];

    if (octet >= ' ' && octet < 0x7F) {
        if (octet == '"' || octet == '\\')
            td_buf_add_char(out, '\\');
        td_buf_add_char(out, (char)octet);
    } else {
        snprintf(escape, sizeof(escape), "\\%03u", octet);
        td_buf_add(out, escape, 4);
    }
}

void text_print_quoted(struct td_buf *out, const uint8_t *octets, size_t size)
{
    size_t plain = 0; /* octets that need no escape and have not been added yet */

    td_buf_add_char(out, '"');
    for (size_t at = 0; at < size; at++) {
        uint8_t octet = octets[at];
        if (octet >= ' ' && octet < 0x7F && octet != '"' && octet != '\\') {
            plain++;
            continue;
        }
        td_buf_add(out, octets + at - plain, plain);
        plain = 0;
        text_print_quoted_octet(out, octet);
    }
    td_buf_add(out, octets + size - plain, plain);
    td_buf_add_char(out, '"');
}

void text_print_name(struct td_buf *out, const uint8_t *name)
{
    char text[WIRE_NAME_TEXT_SIZE];

    td_buf_add_text(out, wire_name_format(name, text));
}

static bool print_name(struct td_buf *out, const struct text_printed *field)
{
    text_print_name(out, field->octets);
    return true;
}

/* Big-endian numbers of any size. */
static bool print_number(struct td_buf *out, const struct text_printed *field)
{
    uint64_t number = 0;

    for (size_t i = 0; i < field->size; i++)
        number = number << 8 | field->octets[i];
    text_print_number(out, number);
    return true;
}

static bool print_time(struct td_buf *out, const struct text_printed *field)
{
    char text[TEXT_TIME_SIZE];

    td_buf_add_text(out, text_time_format(td_get_u32(field->octets), text));
    return true;
}

static bool print_type(struct td_buf *out, const struct text_printed *field)
{
    char text[WIRE_RRTYPE_MNEMONIC_SIZE];

    td_buf_add_text(out, wire_rrtype_format(td_get_u16(field->octets), text));
    return true;
}

/* The name of a number, or the number. */
static void print_mnemonic(struct td_buf *out, const struct wire_mnemonics *table, uint16_t number)
{
    const char *text = wire_mnemonic_text(table, number);

    if (text != NULL)
        td_buf_add_text(out, text);
    else
        text_print_number(out, number);
}

static bool print_cert_type(struct td_buf *out, const struct text_printed *field)
{
    print_mnemonic(out, &wire_cert_types, td_get_u16(field->octets));
    return true;
}

static bool print_dsync_scheme(struct td_buf *out, const struct text_printed *field)
{
    print_mnemonic(out, &wire_dsync_schemes, field->octets[0]);
    return true;
}

/* Only TSIG and TKEY have this field, and for them 16 is BADSIG. */
static bool print_rcode(struct td_buf *out, const struct text_printed *field)
{
    print_mnemonic(out, &wire_tsig_rcodes, td_get_u16(field->octets));
    return true;
}

static bool print_ipv4(struct td_buf *out, const struct text_printed *field)
{
    text_print_ipv4(out, field->octets);
    return true;
}

static bool print_ipv6(struct td_buf *out, const struct text_printed *field)
{
    text_print_ipv6(out, field->octets);
    return true;
}

/* Groups of `group` octets in lower-case hexadecimal with a separator between them. */
static void print_groups(struct td_buf *out, const struct text_printed *field, size_t group,
                         char separator)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < field->size; i++) {
        if (i > 0 && i % group == 0)
            td_buf_add_char(out, separator);
        td_buf_add_char(out, digits[field->octets[i] >> 4]);
        td_buf_add_char(out, digits[field->octets[i] & 15]);
    }
}

static bool print_eui(struct td_buf *out, const struct text_printed *field)
{
    print_groups(out, field, 1, '-');
    return true;
}

static bool print_ilnp64(struct td_buf *out, const struct text_printed *field)
{
    print_groups(out, field, 2, ':');
    return true;
}

/* One or more strings; none are written as nothing. */
static bool print_strings(struct td_buf *out, const struct text_printed *field)
{
    for (size_t at = 0; at < field->size; at += 1u + field->octets[at]) {
        if (at > 0)
            td_buf_add_char(out, ' ');
        text_print_quoted(out, field->octets + at + 1, field->octets[at]);
    }
    return true;
}

static bool print_tag(struct td_buf *out, const struct text_printed *field)
{
    td_buf_add(out, field->octets + 1, field->octets[0]);
    return true;
}

static bool print_text(struct td_buf *out, const struct text_printed *field)
{
    text_print_quoted(out, field->octets, field->size);
    return true;
}

static bool print_hex(struct td_buf *out, const struct text_printed *field)
{
    text_print_hex(out, field->octets, field->size);
    return true;
}

static bool print_hex_8(struct td_buf *out, const struct text_printed *field)
{
    if (field->octets[0] == 0)
        td_buf_add_char(out, '-');
    text_print_hex(out, field->octets + 1, field->octets[0]);
    return true;
}

static bool print_base32hex_8(struct td_buf *out, const struct text_printed *field)
{
    char text[(255 * 8 + 4) / 5];

    td_buf_add(out, text, td_base32hex_encode(field->octets + 1, field->octets[0], text));
    return true;
}

static bool print_base64(struct td_buf *out, const struct text_printed *field)
{
    text_print_base64(out, field->octets, field->size);
    return true;
}

static bool print_base64_dash(struct td_buf *out, const struct text_printed *field)
{
    if (field->size == 0)
        td_buf_add_char(out, '-');
    text_print_base64(out, field->octets, field->size);
    return true;
}

static bool print_base64_16(struct td_buf *out, const struct text_printed *field)
{
    text_print_number(out, field->size - 2);
    if (field->size > 2)
        td_buf_add_char(out, ' ');
    text_print_base64(out, field->octets + 2, field->size - 2);
    return true;
}

/* What has no text form of its own. */
static bool print_nothing(struct td_buf *out, const struct text_printed *field)
{
    (void)out;
    (void)field;
    return false;
}

static text_field_print *const printers[WIRE_FIELD_COUNT] = {
    [WIRE_FIELD_NAME_1035] = print_name,
    [WIRE_FIELD_NAME_DECOMPRESS] = print_name,
    [WIRE_FIELD_NAME_LOWER] = print_name,
    [WIRE_FIELD_NAME] = print_name,
    [WIRE_FIELD_U8] = print_number,
    [WIRE_FIELD_U16] = print_number,
    [WIRE_FIELD_U32] = print_number,
    [WIRE_FIELD_U48] = print_number,
    [WIRE_FIELD_U64] = print_number,
    [WIRE_FIELD_TTL] = print_number,
    [WIRE_FIELD_TIME] = print_time,
    [WIRE_FIELD_TYPE] = print_type,
    [WIRE_FIELD_ALGORITHM] = print_number,
    [WIRE_FIELD_CERT_TYPE] = print_cert_type,
    [WIRE_FIELD_DSYNC_SCHEME] = print_dsync_scheme,
    [WIRE_FIELD_RCODE] = print_rcode,
    [WIRE_FIELD_IPV4] = print_ipv4,
    [WIRE_FIELD_IPV6] = print_ipv6,
    [WIRE_FIELD_EUI48] = print_eui,
    [WIRE_FIELD_EUI64] = print_eui,
    [WIRE_FIELD_ILNP64] = print_ilnp64,
    [WIRE_FIELD_LOC] = text_print_loc,
    [WIRE_FIELD_STRING] = print_strings,
    [WIRE_FIELD_STRING_DIGITS] = print_strings,
    [WIRE_FIELD_STRING_OPTIONAL] = print_strings,
    [WIRE_FIELD_STRINGS] = print_strings,
    [WIRE_FIELD_TAG] = print_tag,
    [WIRE_FIELD_TEXT] = print_text,
    [WIRE_FIELD_HEX] = print_hex,
    [WIRE_FIELD_HEX_8] = print_hex_8,
    [WIRE_FIELD_BASE32HEX_8] = print_base32hex_8,
    [WIRE_FIELD_BASE64] = print_base64,
    [WIRE_FIELD_BASE64_OPTIONAL] = print_base64,
    [WIRE_FIELD_BASE64_DASH] = print_base64_dash,
    [WIRE_FIELD_BASE64_16] = print_base64_16,
    [WIRE_FIELD_NSAP] = text_print_nsap,
    [WIRE_FIELD_ATMA] = text_print_atma,
    [WIRE_FIELD_BITMAP] = text_print_bitmap,
    [WIRE_FIELD_BITMAP_NXT] = text_print_bitmap_nxt,
    [WIRE_FIELD_WKS] = text_print_wks,
    [WIRE_FIELD_APL] = text_print_apl,
    [WIRE_FIELD_A6] = text_print_a6,
    [WIRE_FIELD_IPSEC_GATEWAY] = text_print_ipsec_gateway,
    [WIRE_FIELD_AMT_RELAY] = text_print_amt_relay,
    [WIRE_FIELD_HIP] = text_print_hip,
    [WIRE_FIELD_SVCB_PARAMS] = text_print_svcb_params,
    [WIRE_FIELD_EDNS] = print_nothing,
    [WIRE_FIELD_GENERIC] = print_nothing,
};

/* RFC 3597 5. */
static void print_generic(struct td_buf *out, const uint8_t *rdata, size_t size)
{
    td_buf_add_text(out, "\\# ");
    text_print_number(out, size);
    if (size > 0)
        td_buf_add_char(out, ' ');
    text_print_hex(out, rdata, size);
}

static void cut(struct td_buf *out, size_t size)
{
    if (out->size == size)
        return;
    out->size = size;
    out->data[size] = '\0';
}

/* All fields with a blank between them. False: the data has not the form of its type. */
static bool print_fields(struct td_buf *out, uint16_t type, const uint8_t *rdata, size_t size)
{
    const struct wire_rrtype *row = wire_rrtype_get(type);
    size_t at = 0;
    size_t end = 0;

    for (const uint8_t *field = row->fields; *field != WIRE_FIELD_END; field++, at = end) {
        if (wire_rdata_field((enum wire_field) * field, rdata, size, at, &end) != TD_OK)
            return false;
        struct text_printed printed = { .rdata = rdata, .octets = rdata + at, .size = end - at };
        size_t before = out->size;
        if (field != row->fields)
            td_buf_add_char(out, ' ');
        size_t start = out->size;
        if (!printers[*field](out, &printed))
            return false;
        if (out->size == start)
            cut(out, before); /* nothing was written: no blank */
    }
    return at == size;
}

void text_print_rdata(struct td_buf *out, uint16_t type, const uint8_t *rdata, size_t size)
{
    size_t start = out->size;

    if (print_fields(out, type, rdata, size))
        return;
    cut(out, start);
    print_generic(out, rdata, size);
}

void text_print_record(struct td_buf *out, const uint8_t *owner, uint32_t ttl, uint16_t type,
                       const uint8_t *rdata, size_t size)
{
    char mnemonic[WIRE_RRTYPE_MNEMONIC_SIZE];

    text_print_name(out, owner);
    td_buf_add_char(out, '\t');
    text_print_number(out, ttl);
    td_buf_add_text(out, "\tIN\t");
    td_buf_add_text(out, wire_rrtype_format(type, mnemonic));
    td_buf_add_char(out, '\t');
    text_print_rdata(out, type, rdata, size);
}
