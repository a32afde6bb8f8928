#include "text/name.h"

#include <string.h>

#include "text/escape.h"

void text_name_set(struct text_name *ret_name, const uint8_t *octets)
{
    ret_name->size = wire_name_size(octets);
    memcpy(ret_name->octets, octets, ret_name->size);
    memset(ret_name->octets + ret_name->size, 0, TEXT_GROUP);
}

static inline void copy_group(uint8_t *to, const uint8_t *from)
{
    memcpy(to, from, TEXT_GROUP);
}

/* Put the origin behind the labels in out[0..size). Neither may be too long for the other. */
static inline void append_origin(uint8_t *out, size_t size, const struct text_name *origin)
{
    for (size_t at = 0; at < origin->size; at += TEXT_GROUP)
        copy_group(out + size + at, origin->octets + at);
}

/* A name that is read octet by octet: with escapes, or wrong and to be told why. */
struct slow_name {
    uint8_t *out;
    size_t size;     /* octets written */
    size_t label_at; /* where the length octet of the open label is */
};

/* End the open label. Returns what is wrong with it, or NULL. */
static const char *close_label(struct slow_name *name)
{
    size_t label_size = name->size - name->label_at - 1;

    if (label_size == 0)
        return "empty label";
    if (label_size > WIRE_LABEL_SIZE_MAX)
        return "a label of more than 63 octets";
    name->out[name->label_at] = (uint8_t)label_size;
    name->label_at = name->size;
    return NULL;
}

/* Returns what is wrong, or NULL. */
static const char *read_labels(struct slow_name *name, struct text_token token,
                               bool *ret_is_absolute)
{
    bool was_dot = false;

    name->size = 1;
    for (size_t at = 0; at < token.size;) {
        uint8_t octet = token.text[at];
        was_dot = octet == '.';
        if (was_dot) {
            const char *why = close_label(name);
            if (why != NULL)
                return why;
            at++;
        } else {
            const char *why = text_escape_next(token, &at, &octet);
            if (why != NULL)
                return why;
        }
        if (name->size == WIRE_NAME_SIZE_MAX + 1)
            return "more than 255 octets";
        name->out[name->size++] = was_dot ? 0 : octet;
    }
    *ret_is_absolute = was_dot;
    return was_dot ? NULL : close_label(name);
}

TD_COLD static td_err parse_slowly(struct text_lexer *lexer, struct text_token token,
                                   const struct text_name *origin, uint8_t *out, size_t *ret_size)
{
    struct slow_name name = { .out = out };
    bool is_absolute = false;
    const char *why = NULL;

    if (token.kind == TEXT_TOKEN_QUOTED)
        why = "it is in quotes";
    else if (token.kind == TEXT_TOKEN_WORD)
        why = read_labels(&name, token, &is_absolute);
    if (token.kind != TEXT_TOKEN_WORD || why != NULL)
        return text_fail_expected(lexer, token, "a domain name", why);

    if (!is_absolute && origin == NULL)
        return text_fail_expected(lexer, token, "an absolute name", "there is no origin here");
    /* `size` counts what stands before the root label or the origin. */
    size_t whole = is_absolute ? name.size : name.size + origin->size;
    if (whole > WIRE_NAME_SIZE_MAX)
        return text_fail_expected(lexer, token, "a domain name",
                                  is_absolute ? "more than 255 octets"
                                              : "more than 255 octets with the origin");
    if (is_absolute)
        out[name.size - 1] = 0;
    else
        append_origin(out, name.size, origin);
    *ret_size = whole;
    return TD_OK;
}

TEXT_HOT td_err text_name_parse(struct text_lexer *lexer, struct text_token token,
                                const struct text_name *origin, uint8_t *out, size_t *ret_size)
{
    const uint8_t *text = token.text;
    size_t size = token.size;
    size_t label = 0; /* where the open label begins in the text, and its length octet in out */

    if (td_unlikely(token.kind != TEXT_TOKEN_WORD || token.is_escaped || origin == NULL ||
                    size - 1 >= WIRE_NAME_SIZE_MAX - 1))
        return parse_slowly(lexer, token, origin, out, ret_size);
    if (td_unlikely(size == 1 && (text[0] == '@' || text[0] == '.'))) {
        append_origin(out, 0, origin);
        *ret_size = origin->size;
        if (text[0] == '.') {
            out[0] = 0;
            *ret_size = 1;
        }
        return TD_OK;
    }

    /* Shifted by one, so that each dot falls on the length octet of the label behind it. */
    for (size_t at = 0; at < size; at += TEXT_GROUP) {
        uint32_t dots = text_group_equals(text + at, '.');
        if (size - at < TEXT_GROUP)
            dots &= (1u << (size - at)) - 1;
        copy_group(out + 1 + at, text + at);
        for (; dots != 0; dots &= dots - 1) {
            size_t dot = at + (size_t)__builtin_ctz(dots);
            if (td_unlikely(dot - label - 1 >= WIRE_LABEL_SIZE_MAX))
                return parse_slowly(lexer, token, origin, out, ret_size);
            out[label] = (uint8_t)(dot - label);
            label = dot + 1;
        }
    }
    if (label == size) {
        out[size] = 0;
        *ret_size = size + 1;
        return TD_OK;
    }
    if (td_unlikely(size - label > WIRE_LABEL_SIZE_MAX ||
                    size + 1 + origin->size > WIRE_NAME_SIZE_MAX))
        return parse_slowly(lexer, token, origin, out, ret_size);
    out[label] = (uint8_t)(size - label);
    append_origin(out, size + 1, origin);
    *ret_size = size + 1 + origin->size;
    return TD_OK;
}
