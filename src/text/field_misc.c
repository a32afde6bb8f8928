/* Structures of their own: HIP, NSAP, ATMA, LOC. */
#include "text/field.h"

#include <string.h>

#include "base/writer.h"
#include "text/base.h"
#include "text/number.h"

/* RFC 8005 6: algorithm, host identity tag, key, and names of rendezvous servers. */
td_err text_field_hip(struct text_parse *parse)
{
    uint8_t *head = parse->out; /* tag size, algorithm, key size in 2 octets */
    struct text_base16 hex = { .has_half = false };
    struct text_base64 base64 = { .digits = 0 };
    struct text_token token;
    uint64_t algorithm = 0;
    td_err err = text_field_number(parse, UINT8_MAX, "an algorithm up to 255", &algorithm);

    if (err == TD_OK)
        err = text_field_word(parse, &token, "a host identity tag");
    if (err != TD_OK)
        return err;
    if (token.size > 2 * 255)
        return text_fail_expected(&parse->lexer, token, "a host identity tag",
                                  "more than 255 octets");
    size_t tag_size = text_base16_piece(&hex, token.text, token.size, head + 4);
    if (tag_size == SIZE_MAX || hex.has_half)
        return text_fail_expected(&parse->lexer, token, "a host identity tag", "it is hexadecimal");
    parse->out += 4 + tag_size;

    err = text_field_word(parse, &token, "a key in base64");
    if (err == TD_OK)
        err = text_field_room(parse, token, token.size / 4 * 3 + 3);
    if (err != TD_OK)
        return err;
    size_t key_size = text_base64_piece(&base64, token.text, token.size, parse->out);
    if (key_size == SIZE_MAX || base64.digits != 0)
        return text_fail_expected(&parse->lexer, token, "a key in base64", NULL);
    parse->out += key_size;
    head[0] = (uint8_t)tag_size;
    head[1] = (uint8_t)algorithm;
    td_put_u16(head + 2, (uint16_t)key_size);

    for (;;) {
        size_t name_size = 0;
        err = text_lexer_next(&parse->lexer, &token);
        if (err != TD_OK || token.kind == TEXT_TOKEN_END)
            return err;
        err = text_name_parse(&parse->lexer, token, parse->origin, parse->out, &name_size);
        if (err == TD_OK)
            err = text_field_room(parse, token, name_size);
        if (err != TD_OK)
            return err;
        parse->out += name_size;
    }
}

/* Hexadecimal digits with dots anywhere between them. Returns the octets, or SIZE_MAX. */
static size_t dotted_hex(const uint8_t *text, size_t size, uint8_t *out)
{
    struct text_base16 state = { .has_half = false };
    size_t used = 0;

    for (size_t at = 0; at < size;) {
        const uint8_t *dot = memchr(text + at, '.', size - at);
        size_t piece = dot == NULL ? size - at : (size_t)(dot - text) - at;
        size_t got = text_base16_piece(&state, text + at, piece, out + used);
        if (got == SIZE_MAX)
            return SIZE_MAX;
        used += got;
        at += piece + 1;
    }
    return state.has_half || used == 0 ? SIZE_MAX : used;
}

/* RFC 1706 7. */
td_err text_field_nsap(struct text_parse *parse)
{
    static const char what[] = "an NSAP address (0x, hexadecimal digits and dots)";
    struct text_token token;
    td_err err = text_field_word(parse, &token, what);
    size_t size = SIZE_MAX;

    if (err == TD_OK)
        err = text_field_room(parse, token, token.size / 2 + 1);
    if (err != TD_OK)
        return err;
    if (token.size > 2 && token.text[0] == '0' && (token.text[1] | 0x20) == 'x')
        size = dotted_hex(token.text + 2, token.size - 2, parse->out);
    if (size == SIZE_MAX)
        return text_fail_expected(&parse->lexer, token, what, NULL);
    parse->out += size;
    return TD_OK;
}

/* ATM Name System 5.3: +digits is E.164 (format 1), else hexadecimal digits (format 0). */
td_err text_field_atma(struct text_parse *parse)
{
    static const char what[] = "an ATM address (+digits, or hexadecimal digits and dots)";
    struct text_token token;
    size_t size = 0;
    td_err err = text_field_word(parse, &token, what);

    if (err == TD_OK)
        err = text_field_room(parse, token, token.size + 1);
    if (err != TD_OK)
        return err;
    *parse->out++ = token.text[0] == '+';
    if (token.text[0] == '+') {
        for (size_t i = 1; i < token.size && size != SIZE_MAX; i++) {
            uint8_t octet = token.text[i];
            if (octet >= '0' && octet <= '9')
                parse->out[size++] = octet;
            else if (octet != '.')
                size = SIZE_MAX;
        }
    } else {
        size = dotted_hex(token.text, token.size, parse->out);
    }
    if (size == 0 || size == SIZE_MAX)
        return text_fail_expected(&parse->lexer, token, what, NULL);
    parse->out += size;
    return TD_OK;
}
