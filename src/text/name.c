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

/* A name of up to two groups of octets without escapes, as most names in zone files are. */
static inline size_t write_short(struct text_token token, const struct text_name *origin,
                                 uint8_t *out)
{
    uint32_t dots = text_group_equals(token.text, '.');

    /* Shifted by one, so that each dot falls on the length octet of the label behind it. */
    copy_group(out + 1, token.text);
    if (token.size > TEXT_GROUP) {
        dots |= text_group_equals(token.text + TEXT_GROUP, '.') << TEXT_GROUP;
        copy_group(out + 1 + TEXT_GROUP, token.text + TEXT_GROUP);
    }
    dots &= (1u << token.size) - 1;
    size_t label = 0;

    /* No dot at the start and none behind another. */
    if (td_unlikely((dots & (dots << 1 | 1)) != 0))
        return 0;
    for (; dots != 0; dots &= dots - 1) {
        size_t dot = (size_t)__builtin_ctz(dots);
        out[label] = (uint8_t)(dot - label);
        label = dot + 1;
    }
    out[label] = (uint8_t)(token.size - label);
    if (label == token.size)
        return label + 1; /* absolute: the last length is that of the root label */
    append_origin(out, token.size + 1, origin);
    return token.size + 1 + origin->size;
}

/* The same for names of any size; 0 where a closer look is needed. */
static size_t write_long(struct text_token token, const struct text_name *origin, uint8_t *out)
{
    size_t size = token.size;
    size_t label = 0; /* where the open label begins in the text, and its length octet in out */

    for (size_t at = 0; at < size; at += TEXT_GROUP) {
        uint32_t dots = text_group_equals(token.text + at, '.');
        if (size - at < TEXT_GROUP)
            dots &= (1u << (size - at)) - 1;
        copy_group(out + 1 + at, token.text + at);
        for (; dots != 0; dots &= dots - 1) {
            size_t dot = at + (size_t)__builtin_ctz(dots);
            if (dot - label - 1 >= WIRE_LABEL_SIZE_MAX)
                return 0;
            out[label] = (uint8_t)(dot - label);
            label = dot + 1;
        }
    }
    if (size - label > WIRE_LABEL_SIZE_MAX)
        return 0;
    out[label] = (uint8_t)(size - label);
    if (label == size)
        return size + 1;
    if (size + 1 + origin->size > WIRE_NAME_SIZE_MAX)
        return 0;
    append_origin(out, size + 1, origin);
    return size + 1 + origin->size;
}

TEXT_ASIDE static td_err parse_special(struct text_lexer *lexer, struct text_token token,
                                       const struct text_name *origin, uint8_t *out,
                                       size_t *ret_size)
{
    bool is_plain = token.kind == TEXT_TOKEN_WORD && !token.is_escaped && origin != NULL;

    if (is_plain && token.size == 1 && token.text[0] == '@') {
        append_origin(out, 0, origin);
        *ret_size = origin->size;
        return TD_OK;
    }
    if (is_plain && token.size == 1 && token.text[0] == '.') {
        out[0] = 0;
        *ret_size = 1;
        return TD_OK;
    }
    if (is_plain && token.size < WIRE_NAME_SIZE_MAX) {
        size_t size = write_long(token, origin, out);
        if (size != 0) {
            *ret_size = size;
            return TD_OK;
        }
    }
    return parse_slowly(lexer, token, origin, out, ret_size);
}

TEXT_HOT td_err text_name_parse(struct text_lexer *lexer, struct text_token token,
                                const struct text_name *origin, uint8_t *out, size_t *ret_size)
{
    bool is_short = token.kind == TEXT_TOKEN_WORD && !token.is_escaped && origin != NULL &&
                    token.size - 2 < 2 * TEXT_GROUP - 2;

    if (td_likely(is_short && origin->size <= WIRE_NAME_SIZE_MAX - 2 * TEXT_GROUP)) {
        size_t size = write_short(token, origin, out);
        if (td_likely(size != 0)) {
            *ret_size = size;
            return TD_OK;
        }
    }
    return parse_special(lexer, token, origin, out, ret_size);
}
