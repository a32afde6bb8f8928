/* Names, numbers, mnemonics and identifiers of fixed size. */
#include "text/field.h"

#include <string.h>

#include "text/number.h"
#include "text/type.h"

td_err text_field_room(struct text_parse *parse, struct text_token token, size_t size)
{
    if (td_likely(size <= WIRE_RDATA_SIZE_MAX &&
                  text_field_used(parse) <= WIRE_RDATA_SIZE_MAX - size))
        return TD_OK;
    return text_fail_at(&parse->lexer, token.text, "the record has more than %d octets of data",
                        WIRE_RDATA_SIZE_MAX);
}

TEXT_HOT td_err text_field_word(struct text_parse *parse, struct text_token *ret_token,
                                const char *what)
{
    struct text_token token;
    td_err err = text_lexer_next(&parse->lexer, &token);

    if (td_unlikely(err != TD_OK))
        return err;
    if (td_unlikely(token.kind != TEXT_TOKEN_WORD))
        return text_fail_expected(&parse->lexer, token, what,
                                  token.kind == TEXT_TOKEN_QUOTED ? "it is in quotes" : NULL);
    *ret_token = token;
    return TD_OK;
}

TEXT_HOT td_err text_field_name(struct text_parse *parse)
{
    struct text_token token;
    size_t size = 0;
    td_err err = text_lexer_next(&parse->lexer, &token);

    if (td_likely(err == TD_OK))
        err = text_name_parse(&parse->lexer, token, parse->origin, parse->out, &size);
    if (td_likely(err == TD_OK))
        parse->out += size;
    return err;
}

td_err text_field_number(struct text_parse *parse, uint64_t max, const char *what,
                         uint64_t *ret_number)
{
    struct text_token token;
    td_err err = text_field_word(parse, &token, what);

    if (td_unlikely(err != TD_OK))
        return err;
    if (td_unlikely(!text_number_parse(token.text, token.size, max, ret_number)))
        return text_fail_expected(&parse->lexer, token, what, NULL);
    return TD_OK;
}

/* Write the last `octets` octets of a number, big-endian. */
static void put_number(struct text_parse *parse, uint64_t number, unsigned octets)
{
    uint64_t big_endian = __builtin_bswap64(number << (64 - 8 * octets));

    memcpy(parse->out, &big_endian, sizeof(big_endian));
    parse->out += octets;
}

static inline td_err number_field(struct text_parse *parse, unsigned octets, const char *what)
{
    uint64_t number = 0;
    td_err err = text_field_number(parse, UINT64_MAX >> (64 - 8 * octets), what, &number);

    if (td_likely(err == TD_OK))
        put_number(parse, number, octets);
    return err;
}

td_err text_field_u8(struct text_parse *parse)
{
    return number_field(parse, 1, "a number up to 255");
}

td_err text_field_u16(struct text_parse *parse)
{
    return number_field(parse, 2, "a number up to 65535");
}

td_err text_field_u32(struct text_parse *parse)
{
    return number_field(parse, 4, "a number up to 4294967295");
}

td_err text_field_u48(struct text_parse *parse)
{
    return number_field(parse, 6, "a number up to 281474976710655");
}

td_err text_field_u64(struct text_parse *parse)
{
    return number_field(parse, 8, "a number up to 18446744073709551615");
}

td_err text_field_ttl(struct text_parse *parse)
{
    static const char what[] = "a time in seconds or like 1w2d3h4m5s";
    struct text_token token;
    uint32_t seconds;
    td_err err = text_field_word(parse, &token, what);

    if (err != TD_OK)
        return err;
    if (!text_ttl_parse(token.text, token.size, &seconds))
        return text_fail_expected(&parse->lexer, token, what, NULL);
    put_number(parse, seconds, 4);
    return TD_OK;
}

td_err text_field_time(struct text_parse *parse)
{
    static const char what[] = "a time like YYYYMMDDHHMMSS, up to the year 2106, or in seconds";
    struct text_token token;
    uint32_t seconds;
    td_err err = text_field_word(parse, &token, what);

    if (err != TD_OK)
        return err;
    if (!text_time_parse(token.text, token.size, &seconds))
        return text_fail_expected(&parse->lexer, token, what, NULL);
    put_number(parse, seconds, 4);
    return TD_OK;
}

td_err text_field_type(struct text_parse *parse)
{
    static const char what[] = "a record type (a mnemonic, or TYPE and a number)";
    struct text_token token;
    uint16_t type;
    td_err err = text_field_word(parse, &token, what);

    if (err != TD_OK)
        return err;
    if (text_type_find(token.text, token.size, &type) != TD_OK)
        return text_fail_expected(&parse->lexer, token, what, NULL);
    put_number(parse, type, 2);
    return TD_OK;
}

/* A number, or a name out of a table. */
static td_err mnemonic_field(struct text_parse *parse, const struct wire_mnemonics *table,
                             unsigned octets, const char *what)
{
    struct text_token token;
    uint64_t number;
    uint16_t found;
    td_err err = text_field_word(parse, &token, what);

    if (err != TD_OK)
        return err;
    if (!text_number_parse(token.text, token.size, (1u << (8 * octets)) - 1, &number)) {
        if (wire_mnemonic_find(table, (const char *)token.text, token.size, &found) != TD_OK)
            return text_fail_expected(&parse->lexer, token, what, NULL);
        number = found;
    }
    put_number(parse, number, octets);
    return TD_OK;
}

td_err text_field_algorithm(struct text_parse *parse)
{
    return mnemonic_field(parse, &wire_algorithms, 1,
                          "an algorithm (up to 255, or a name like ECDSAP256SHA256)");
}

td_err text_field_cert_type(struct text_parse *parse)
{
    return mnemonic_field(parse, &wire_cert_types, 2,
                          "a certificate type (up to 65535, or a name like PKIX)");
}

td_err text_field_dsync_scheme(struct text_parse *parse)
{
    return mnemonic_field(parse, &wire_dsync_schemes, 1, "a scheme (up to 255, or NOTIFY)");
}

td_err text_field_rcode(struct text_parse *parse)
{
    const struct wire_mnemonics *table =
        parse->type == WIRE_TYPE_TSIG || parse->type == WIRE_TYPE_TKEY ? &wire_tsig_rcodes
                                                                       : &wire_rcodes;

    return mnemonic_field(parse, table, 2, "a response code (up to 65535, or a name)");
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Groups of exactly `digits` hexadecimal digits with a separator between them. */
static td_err hex_groups(struct text_parse *parse, unsigned groups, unsigned digits, char separator,
                         const char *what)
{
    struct text_token token;
    td_err err = text_field_word(parse, &token, what);

    if (err != TD_OK)
        return err;
    if (token.size != (size_t)groups * (digits + 1) - 1)
        return text_fail_expected(&parse->lexer, token, what, NULL);
    for (size_t i = 0, nibbles = 0; i < token.size; i++) {
        int digit = hex_digit(token.text[i]);
        if (i % (digits + 1) == digits) {
            if (token.text[i] != (uint8_t)separator)
                return text_fail_expected(&parse->lexer, token, what, NULL);
            continue;
        }
        if (digit < 0)
            return text_fail_expected(&parse->lexer, token, what, NULL);
        if (nibbles++ % 2 == 0)
            *parse->out = (uint8_t)(digit << 4);
        else
            *parse->out++ |= (uint8_t)digit;
    }
    return TD_OK;
}

td_err text_field_eui48(struct text_parse *parse)
{
    return hex_groups(parse, 6, 2, '-', "an EUI-48 (xx-xx-xx-xx-xx-xx)");
}

td_err text_field_eui64(struct text_parse *parse)
{
    return hex_groups(parse, 8, 2, '-', "an EUI-64 (xx-xx-xx-xx-xx-xx-xx-xx)");
}
