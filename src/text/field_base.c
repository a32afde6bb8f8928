/* Octets in hexadecimal, base32hex and base64. */
#include "text/field.h"

#include <string.h>

#include "base/writer.h"
#include "text/base.h"
#include "text/number.h"
#include "wire/rrtype.h"

/*
 * RFC 8078 4 wrote the key data of "delete the DS" as a single 0 before its erratum 5049
 * made it 00 and AA==; zones with either are about.
 */
static bool is_delete_form(const struct text_parse *parse, struct text_token token)
{
    static const uint8_t cds[] = { 0, 0, 0, 0 }, cdnskey[] = { 0, 0, 3, 0 };
    bool is_cds = parse->type == WIRE_TYPE_CDS && memcmp(parse->rdata, cds, 4) == 0;
    bool is_cdnskey = parse->type == WIRE_TYPE_CDNSKEY && memcmp(parse->rdata, cdnskey, 4) == 0;

    return (is_cds || is_cdnskey) && parse->out == parse->rdata + 4 && token.size == 1 &&
           token.text[0] == '0';
}

td_err text_field_hex(struct text_parse *parse)
{
    static const char what[] = "hexadecimal data";
    struct text_base16 state = { .has_half = false };
    struct text_token last = { .text = NULL };

    for (;;) {
        struct text_token token;
        td_err err = text_lexer_next(&parse->lexer, &token);

        if (td_likely(err == TD_OK))
            err = text_field_room(parse, token, (token.size + 1) / 2);
        if (td_unlikely(err != TD_OK))
            return err;
        if (token.kind != TEXT_TOKEN_WORD) {
            if (token.kind == TEXT_TOKEN_QUOTED || last.text == NULL)
                return text_fail_expected(&parse->lexer, token, what, NULL);
            break;
        }
        size_t size = text_base16_piece(&state, token.text, token.size, parse->out);
        if (td_unlikely(size == SIZE_MAX))
            return text_fail_expected(&parse->lexer, token, what, NULL);
        parse->out += size;
        last = token;
    }
    if (td_unlikely(state.has_half)) {
        if (!is_delete_form(parse, last))
            return text_fail_expected(&parse->lexer, last, what, "the last octet has one digit");
        *parse->out++ = 0;
    }
    return TD_OK;
}

td_err text_field_hex_8(struct text_parse *parse)
{
    static const char what[] = "hexadecimal data without blanks, or -";
    struct text_base16 state = { .has_half = false };
    struct text_token token;
    size_t size = 0;
    td_err err = text_field_word(parse, &token, what);

    if (err != TD_OK)
        return err;
    if (token.size != 1 || token.text[0] != '-') {
        if (token.size > 2 * 255)
            return text_fail_expected(&parse->lexer, token, what, "more than 255 octets");
        size = text_base16_piece(&state, token.text, token.size, parse->out + 1);
        if (size == SIZE_MAX || state.has_half)
            return text_fail_expected(&parse->lexer, token, what, NULL);
    }
    parse->out[0] = (uint8_t)size;
    parse->out += 1 + size;
    return TD_OK;
}

td_err text_field_base32hex_8(struct text_parse *parse)
{
    static const char what[] = "base32hex data";
    struct text_token token;
    size_t size = 0;
    td_err err = text_field_word(parse, &token, what);

    if (err != TD_OK)
        return err;
    if (token.size <= 255 * 8 / 5)
        size = text_base32hex(token.text, token.size, parse->out + 1);
    if (size == 0 || size == SIZE_MAX)
        return text_fail_expected(&parse->lexer, token, what, NULL);
    parse->out[0] = (uint8_t)size;
    parse->out += 1 + size;
    return TD_OK;
}

/*
 * Room for what `size` more digits make. Padding may make it two octets less, so these are
 * not asked for: there is a place for them, and the size of the whole is looked at in the end.
 */
static td_err base64_room(struct text_parse *parse, const struct text_base64 *state,
                          struct text_token token)
{
    size_t size = (state->digits + (size_t)token.size) / 4 * 3;

    return text_field_room(parse, token, size < 2 ? 0 : size - 2);
}

/* base64 to the end of the record. *ret_last is the last word, if there was any. */
static td_err base64_words(struct text_parse *parse, struct text_base64 *state,
                           struct text_token *ret_last)
{
    *ret_last = (struct text_token){ .text = NULL };
    for (;;) {
        struct text_token token;
        td_err err = text_lexer_next(&parse->lexer, &token);

        if (td_likely(err == TD_OK))
            err = base64_room(parse, state, token);
        if (td_unlikely(err != TD_OK))
            return err;
        if (token.kind == TEXT_TOKEN_END)
            return TD_OK;
        size_t size = SIZE_MAX;
        if (td_likely(token.kind == TEXT_TOKEN_WORD))
            size = text_base64_piece(state, token.text, token.size, parse->out);
        if (td_unlikely(size == SIZE_MAX))
            return text_fail_expected(&parse->lexer, token, "base64 data", NULL);
        parse->out += size;
        *ret_last = token;
    }
}

static td_err base64_field(struct text_parse *parse, bool is_optional)
{
    struct text_base64 state = { .digits = 0 };
    struct text_token last;
    td_err err = base64_words(parse, &state, &last);

    if (err != TD_OK)
        return err;
    if (last.text == NULL && !is_optional) {
        struct text_token end = { .text = parse->lexer.at, .kind = TEXT_TOKEN_END };
        return text_fail_expected(&parse->lexer, end, "base64 data", NULL);
    }
    if (state.digits != 0) {
        if (!is_delete_form(parse, last))
            return text_fail_expected(&parse->lexer, last, "base64 data",
                                      "its digits and padding (=) do not make groups of four");
        *parse->out++ = 0;
    }
    return TD_OK;
}

td_err text_field_base64(struct text_parse *parse)
{
    return base64_field(parse, false);
}

td_err text_field_base64_optional(struct text_parse *parse)
{
    return base64_field(parse, true);
}

td_err text_field_base64_dash(struct text_parse *parse)
{
    struct text_lexer before = parse->lexer;
    struct text_token token;
    td_err err = text_lexer_next(&parse->lexer, &token);

    if (err != TD_OK || (token.kind == TEXT_TOKEN_WORD && token.size == 1 && token.text[0] == '-'))
        return err;
    parse->lexer = before;
    return base64_field(parse, false);
}

/* One word, behind its size; "-" or a size of 0 and nothing behind it when empty. */
td_err text_field_base64_16(struct text_parse *parse)
{
    struct text_base64 state = { .digits = 0 };
    struct text_token token;
    uint64_t want = 0;
    td_err err = text_field_number(parse, UINT16_MAX, "a number of octets", &want);

    if (err != TD_OK)
        return err;
    td_put_u16(parse->out, (uint16_t)want);
    parse->out += 2;
    if (want == 0)
        return TD_OK;
    err = text_field_word(parse, &token, "base64 data");
    if (err == TD_OK)
        err = base64_room(parse, &state, token);
    if (err != TD_OK)
        return err;
    if (text_base64_piece(&state, token.text, token.size, parse->out) != want || state.digits != 0)
        return text_fail_expected(&parse->lexer, token, "base64 data",
                                  "it has not that many octets");
    parse->out += want;
    return TD_OK;
}

/* RFC 3597 5: \# has been read; the size and that many octets come. */
td_err text_field_generic(struct text_parse *parse)
{
    struct text_token last;
    struct text_base16 state = { .has_half = false };
    uint64_t want = 0;
    td_err err = text_field_number(parse, UINT16_MAX, "a number of octets up to 65535", &want);
    uint8_t *start = parse->out;

    while (err == TD_OK) {
        err = text_lexer_next(&parse->lexer, &last);
        if (err == TD_OK)
            err = text_field_room(parse, last, (last.size + 1) / 2);
        if (err != TD_OK || last.kind == TEXT_TOKEN_END)
            break;
        size_t size = SIZE_MAX;
        if (last.kind == TEXT_TOKEN_WORD)
            size = text_base16_piece(&state, last.text, last.size, parse->out);
        if (size == SIZE_MAX)
            return text_fail_expected(&parse->lexer, last, "hexadecimal data", NULL);
        parse->out += size;
    }
    size_t got = (size_t)(parse->out - start);
    if (err == TD_OK && (got != want || state.has_half))
        err = text_fail_at(&parse->lexer, last.text, "%zu%s octets of data, where \\# says %u", got,
                           state.has_half ? " and a half" : "", (unsigned)want);
    return err;
}
