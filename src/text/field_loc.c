/* LOC: a place on earth (RFC 1876 3). */
#include "text/field.h"

#include <string.h>

#include "base/writer.h"
#include "text/number.h"

enum {
    LOC_SIZE = 16,
    MS_OF_DEGREE = 3600000,
    MS_OF_MINUTE = 60000,
    ALTITUDE_BASE_CM = 10000000, /* altitudes count from 100 km below the reference spheroid */
};

/* A number with up to `places` digits behind a dot, as a multiple of the last place. */
static bool parse_decimal(const uint8_t *text, size_t size, unsigned places, uint64_t max,
                          uint64_t *ret)
{
    const uint8_t *dot = memchr(text, '.', size);
    size_t whole_size = dot == NULL ? size : (size_t)(dot - text);
    size_t part_size = dot == NULL ? 0 : size - whole_size - 1;
    uint64_t whole, part = 0;

    if (part_size > places || (dot != NULL && part_size == 0) ||
        !text_number_parse(text, whole_size, UINT32_MAX, &whole) ||
        (part_size != 0 && !text_number_parse(dot + 1, part_size, UINT32_MAX, &part)))
        return false;
    for (size_t i = 0; i < places; i++)
        whole *= 10;
    for (size_t i = part_size; i < places; i++)
        part *= 10;
    *ret = whole + part;
    return *ret <= max;
}

/* Is the token one of the two letters of a hemisphere? */
static bool is_hemisphere(struct text_token token, char positive, char negative)
{
    uint8_t upper = token.text[0] & 0xDF;

    return token.size == 1 && (upper == positive || upper == negative);
}

/* degrees [minutes [seconds]] and a letter: 2^31 plus or minus thousandths of a second. */
static td_err parse_angle(struct text_parse *parse, unsigned degrees_max, char positive,
                          char negative, const char *what)
{
    static const uint64_t weights[] = { MS_OF_DEGREE, MS_OF_MINUTE, 1 };
    const uint64_t maxima[] = { degrees_max, 59, 59999 };
    uint64_t total = 0;

    for (unsigned i = 0;; i++) {
        struct text_token token;
        uint64_t number;
        td_err err = text_field_word(parse, &token, what);

        if (err != TD_OK)
            return err;
        if (i > 0 && is_hemisphere(token, positive, negative)) {
            bool is_positive = (token.text[0] & 0xDF) == positive;
            uint32_t middle = (uint32_t)1 << 31;
            td_put_u32(parse->out,
                       is_positive ? middle + (uint32_t)total : middle - (uint32_t)total);
            parse->out += 4;
            return TD_OK;
        }
        if (i == 3 || !parse_decimal(token.text, token.size, i == 2 ? 3 : 0, maxima[i], &number))
            return text_fail_expected(&parse->lexer, token, what, NULL);
        total += number * weights[i];
        if (total > (uint64_t)degrees_max * MS_OF_DEGREE)
            return text_fail_expected(&parse->lexer, token, what, "it is out of range");
    }
}

/* Metres with an optional m at the end, in centimetres. */
static bool parse_metres(const uint8_t *text, size_t size, uint64_t max, uint64_t *ret)
{
    if (size > 1 && (text[size - 1] | 0x20) == 'm')
        size--;
    return parse_decimal(text, size, 2, max, ret);
}

static td_err parse_altitude(struct text_parse *parse)
{
    static const char what[] = "an altitude from -100000.00 to 42849672.95 metres";
    struct text_token token;
    uint64_t cm = 0;
    td_err err = text_field_word(parse, &token, what);

    if (err != TD_OK)
        return err;
    bool is_negative = token.text[0] == '-';
    bool is_good =
        parse_metres(token.text + is_negative, token.size - is_negative,
                     is_negative ? ALTITUDE_BASE_CM : UINT32_MAX - ALTITUDE_BASE_CM, &cm);
    if (!is_good)
        return text_fail_expected(&parse->lexer, token, what, NULL);
    td_put_u32(parse->out,
               is_negative ? ALTITUDE_BASE_CM - (uint32_t)cm : ALTITUDE_BASE_CM + (uint32_t)cm);
    parse->out += 4;
    return TD_OK;
}

/* A size in centimetres as a digit and a power of ten; what does not fit is cut off. */
static uint8_t size_octet(uint64_t cm)
{
    unsigned exponent = 0;

    for (; cm > 9; cm /= 10)
        exponent++;
    return (uint8_t)(cm << 4 | exponent);
}

td_err text_field_loc(struct text_parse *parse)
{
    static const char what[] = "a size or precision up to 90000000.00 metres";
    uint8_t *loc = parse->out;
    const uint64_t cm_max = 9000000000;

    /* Version 0; size 1 m, horizontal precision 10 km, vertical precision 10 m. */
    memcpy(loc, "\x00\x12\x16\x13", 4);
    parse->out += 4;
    td_err err = parse_angle(parse, 90, 'N', 'S', "a latitude (d [m [s]] N or S)");
    if (err == TD_OK)
        err = parse_angle(parse, 180, 'E', 'W', "a longitude (d [m [s]] E or W)");
    if (err == TD_OK)
        err = parse_altitude(parse);
    for (unsigned i = 1; i <= 3 && err == TD_OK; i++) {
        struct text_token token;
        uint64_t cm;

        err = text_lexer_next(&parse->lexer, &token);
        if (err != TD_OK || token.kind == TEXT_TOKEN_END)
            break;
        if (token.kind == TEXT_TOKEN_QUOTED || !parse_metres(token.text, token.size, cm_max, &cm))
            return text_fail_expected(&parse->lexer, token, what, NULL);
        loc[i] = size_octet(cm);
    }
    return err;
}
