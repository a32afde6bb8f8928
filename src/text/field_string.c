/* Character-strings and texts. */
#include "text/field.h"

#include <string.h>

#include "text/escape.h"

enum { STRING_SIZE_MAX = 255 };

/* Write a token as a character-string: a length octet and the octets. */
static td_err put_string(struct text_parse *parse, struct text_token token)
{
    size_t size = 0;
    /* Written first: TEXT_RDATA_SPACE has room for a string behind the largest data. */
    const char *why = text_escape_undo(token, parse->out + 1, STRING_SIZE_MAX,
                                       "more than 255 octets; write several strings", &size);

    if (td_unlikely(why != NULL))
        return text_fail_expected(&parse->lexer, token, "a character-string", why);
    parse->out[0] = (uint8_t)size;
    td_err err = text_field_room(parse, token, 1 + size);
    parse->out += err == TD_OK ? 1 + size : 0;
    return err;
}

td_err text_field_string(struct text_parse *parse)
{
    struct text_token token;
    td_err err = text_lexer_next(&parse->lexer, &token);

    if (err != TD_OK)
        return err;
    if (token.kind == TEXT_TOKEN_END)
        return text_fail_expected(&parse->lexer, token, "a character-string", NULL);
    return put_string(parse, token);
}

td_err text_field_string_digits(struct text_parse *parse)
{
    static const char what[] = "a string of at least four digits";
    uint8_t *start = parse->out;
    struct text_token token;
    td_err err = text_lexer_next(&parse->lexer, &token);

    if (err != TD_OK)
        return err;
    if (token.kind == TEXT_TOKEN_END)
        return text_fail_expected(&parse->lexer, token, what, NULL);
    err = put_string(parse, token);
    if (err == TD_OK && *start < 4)
        return text_fail_expected(&parse->lexer, token, what, NULL);
    for (const uint8_t *at = start + 1; err == TD_OK && at < parse->out; at++) {
        if (*at < '0' || *at > '9')
            err = text_fail_expected(&parse->lexer, token, what, NULL);
    }
    return err;
}

td_err text_field_string_optional(struct text_parse *parse)
{
    struct text_token token;
    td_err err = text_lexer_next(&parse->lexer, &token);

    if (err != TD_OK || token.kind == TEXT_TOKEN_END)
        return err;
    return put_string(parse, token);
}

td_err text_field_strings(struct text_parse *parse)
{
    td_err err = text_field_string(parse);

    while (err == TD_OK) {
        struct text_token token;
        err = text_lexer_next(&parse->lexer, &token);
        if (err != TD_OK || token.kind == TEXT_TOKEN_END)
            break;
        err = put_string(parse, token);
    }
    return err;
}

td_err text_field_tag(struct text_parse *parse)
{
    static const char what[] = "a tag of letters and digits";
    struct text_token token;
    td_err err = text_lexer_next(&parse->lexer, &token);

    if (err != TD_OK)
        return err;
    if (token.kind == TEXT_TOKEN_END || token.size == 0 || token.size > STRING_SIZE_MAX)
        return text_fail_expected(&parse->lexer, token, what, NULL);
    for (size_t i = 0; i < token.size; i++) {
        uint8_t lower = token.text[i] | 0x20;
        if (!(lower >= 'a' && lower <= 'z') && !(token.text[i] >= '0' && token.text[i] <= '9'))
            return text_fail_expected(&parse->lexer, token, what, NULL);
    }
    return put_string(parse, token);
}

td_err text_field_text(struct text_parse *parse)
{
    struct text_token token;
    size_t size = 0;
    td_err err = text_lexer_next(&parse->lexer, &token);

    if (err != TD_OK)
        return err;
    if (token.kind == TEXT_TOKEN_END)
        return text_fail_expected(&parse->lexer, token, "a text", NULL);
    const char *why =
        text_escape_undo(token, parse->out, WIRE_RDATA_SIZE_MAX - text_field_used(parse),
                         "more than 65535 octets of record data", &size);
    if (why != NULL)
        return text_fail_expected(&parse->lexer, token, "a text", why);
    parse->out += size;
    return TD_OK;
}
