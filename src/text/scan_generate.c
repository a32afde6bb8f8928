/*
 * $GENERATE start-stop[/step] LEFT [TTL] [CLASS] TYPE RIGHT, as BIND understands it.
 *
 * For each number of the range the signs in LEFT and RIGHT are replaced and the result is
 * read as a record, by the same code as any other.
 *
 *     $                        the number
 *     ${OFFSET[,WIDTH[,BASE]]} number + offset, filled with zeros to the width; base d, o, x,
 *                              X, or n, N: hexadecimal digits in reverse with dots between
 *     $$ and \$                a dollar sign
 *
 * RIGHT is one word, or one quoted string: its content is then read without the quotes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/number.h"
#include "text/scan_internal.h"

enum { WIDTH_MAX = 255, TEMPLATE_MAX = 65535 };

/* What stands in the braces. */
struct modifier {
    int64_t offset;
    unsigned width;
    char base;
};

static bool parse_range(struct text_token token, struct text_generate *generate)
{
    const uint8_t *text = token.text;
    const uint8_t *end = text + token.size;
    const uint8_t *dash = memchr(text, '-', token.size);
    const uint8_t *slash = memchr(text, '/', token.size);
    uint64_t start, stop, step = 1;

    if (slash == NULL)
        slash = end;
    else if (!text_number_parse(slash + 1, (size_t)(end - slash - 1), INT32_MAX, &step))
        return false;
    if (dash == NULL || dash > slash ||
        !text_number_parse(text, (size_t)(dash - text), INT32_MAX, &start) ||
        !text_number_parse(dash + 1, (size_t)(slash - dash - 1), INT32_MAX, &stop))
        return false;
    generate->next = start;
    generate->stop = stop;
    generate->step = step;
    return start <= stop && step > 0;
}

/* OFFSET[,WIDTH[,BASE]] and the closing brace; returns where it ends, or NULL. */
static const char *parse_modifier(const char *text, const char *end, struct modifier *ret)
{
    const char *brace = memchr(text, '}', (size_t)(end - text));
    bool is_negative = text < end && *text == '-';
    uint64_t number;

    if (brace == NULL)
        return NULL;
    text += text < brace && (*text == '-' || *text == '+');
    const char *comma = memchr(text, ',', (size_t)(brace - text));
    const char *stop = comma == NULL ? brace : comma;
    if (!text_number_parse((const uint8_t *)text, (size_t)(stop - text), INT32_MAX, &number))
        return NULL;
    *ret = (struct modifier){ .offset = is_negative ? -(int64_t)number : (int64_t)number,
                              .base = 'd' };
    if (comma == NULL)
        return brace + 1;
    text = comma + 1;
    comma = memchr(text, ',', (size_t)(brace - text));
    stop = comma == NULL ? brace : comma;
    if (!text_number_parse((const uint8_t *)text, (size_t)(stop - text), WIDTH_MAX, &number))
        return NULL;
    ret->width = (unsigned)number;
    if (comma == NULL)
        return brace + 1;
    ret->base = comma[1];
    return brace == comma + 2 && strchr("doxXnN", ret->base) != NULL ? brace + 1 : NULL;
}

/* Digits from the last to the first, a dot between each; dots count for the width. */
static void add_nibbles(struct td_buf *out, uint32_t value, unsigned width, char base)
{
    const char *digits = base == 'n' ? "0123456789abcdef" : "0123456789ABCDEF";

    do {
        td_buf_add_char(out, digits[value & 15]);
        value >>= 4;
        width -= width > 0;
        if (value != 0 || width > 0) {
            td_buf_add_char(out, '.');
            width -= width > 0;
        }
    } while (value != 0 || width > 0);
}

/* False when the number leaves the range of 32 bits. */
static bool add_number(struct td_buf *out, uint64_t number, const struct modifier *modifier)
{
    int64_t value = (int64_t)number + modifier->offset;
    int width = (int)modifier->width;

    if (value > INT32_MAX || value < INT32_MIN)
        return false;
    switch (modifier->base) {
    case 'd':
        td_buf_printf(out, "%0*d", width, (int)value);
        break;
    case 'o':
        td_buf_printf(out, "%0*o", width, (unsigned)value);
        break;
    case 'x':
        td_buf_printf(out, "%0*x", width, (unsigned)value);
        break;
    case 'X':
        td_buf_printf(out, "%0*X", width, (unsigned)value);
        break;
    default:
        add_nibbles(out, (uint32_t)value, modifier->width, modifier->base);
        break;
    }
    return true;
}

/* Append a template with the number put in. Returns what is wrong, or NULL. */
static const char *expand(struct td_buf *out, const struct td_buf *template, uint64_t number)
{
    const char *text = td_buf_text(template);
    const char *end = text + template->size;

    while (text < end) {
        struct modifier modifier = { .base = 'd' };
        if (*text == '\\' && text + 1 < end) {
            td_buf_add(out, text, 2);
            text += 2;
            continue;
        }
        if (*text != '$') {
            td_buf_add_char(out, *text++);
            continue;
        }
        text++;
        if (text < end && *text == '$') {
            td_buf_add_char(out, *text++);
            continue;
        }
        if (text < end && *text == '{')
            text = parse_modifier(text + 1, end, &modifier);
        if (text == NULL)
            return "${...} takes an offset, a width up to 255 and a base out of d o x X n N";
        if (!add_number(out, number, &modifier))
            return "${...} gives a number of more than 32 bits";
    }
    return NULL;
}

/* The content of the quotes; of the escapes only that of the quote itself is undone. */
static void add_unquoted(struct td_buf *out, struct text_token token)
{
    for (size_t i = 0; i < token.size; i++) {
        if (token.text[i] == '\\' && i + 1 < token.size) {
            i++;
            if (token.text[i] != '"')
                td_buf_add_char(out, '\\');
        }
        td_buf_add_char(out, (char)token.text[i]);
    }
}

/* TTL, class and type as they are, then the data: words up to the last one. */
static td_err read_right(struct text_scan *scan, struct td_buf *right)
{
    struct text_lexer *lexer = &scan->parse.lexer;
    bool has_type = false;

    for (;;) {
        struct text_token token;
        td_err err = text_lexer_next(lexer, &token);

        if (err != TD_OK)
            return err;
        if (token.kind == TEXT_TOKEN_END || (!has_type && token.kind != TEXT_TOKEN_WORD))
            return text_fail_expected(lexer, token, has_type ? "record data" : "a record type",
                                      NULL);
        if (right->size + token.size + 1 > TEMPLATE_MAX)
            return text_fail_at(lexer, token.text, "the template is too long");
        td_buf_add_char(right, ' ');
        if (token.kind == TEXT_TOKEN_QUOTED)
            add_unquoted(right, token);
        else
            td_buf_add(right, token.text, token.size);
        if (has_type)
            return TD_OK;
        /* What is neither a TTL nor a class is the type; the record will say if it is none. */
        bool is_ttl = token.text[0] >= '0' && token.text[0] <= '9';
        uint16_t class_number;
        bool is_class = wire_mnemonic_find(&wire_classes, (const char *)token.text, token.size,
                                           &class_number) == TD_OK;
        bool is_number = token.size > 5 && strncasecmp((const char *)token.text, "CLASS", 5) == 0;
        has_type = !is_ttl && !is_class && !is_number;
    }
}

/* Make the text of the next record in generate->text. Returns what is wrong, or NULL. */
static const char *make_text(struct text_generate *generate)
{
    static const char zeros[TEXT_PAD];
    struct td_buf *text = &generate->text;

    td_buf_clear(text);
    const char *why = expand(text, &generate->left, generate->next);
    if (why == NULL)
        why = expand(text, &generate->right, generate->next);
    if (why != NULL)
        return why;
    td_buf_add_char(text, '\n');
    td_buf_add(text, zeros, sizeof(zeros));
    text->size -= sizeof(zeros);
    return NULL;
}

static td_err read_templates(struct text_scan *scan, struct text_token *range)
{
    struct text_lexer *lexer = &scan->parse.lexer;
    struct text_generate *generate = &scan->generate;
    struct text_token left;
    td_err err = text_lexer_next(lexer, range);

    if (err == TD_OK && (range->kind != TEXT_TOKEN_WORD || !parse_range(*range, generate)))
        err = text_fail_expected(lexer, *range, "a range like 1-254 or 0-100/2",
                                 "numbers up to 2147483647, the first not above the last, the step "
                                 "not 0");
    if (err == TD_OK)
        err = text_lexer_next(lexer, &left);
    if (err == TD_OK && left.kind != TEXT_TOKEN_WORD)
        err = text_fail_expected(lexer, left, "the template of an owner", NULL);
    if (err != TD_OK)
        return err;
    td_buf_clear(&generate->left);
    td_buf_clear(&generate->right);
    td_buf_add(&generate->left, left.text, left.size);
    return read_right(scan, &generate->right);
}

td_err text_generate_begin(struct text_scan *scan)
{
    struct text_lexer *lexer = &scan->parse.lexer;
    struct text_generate *generate = &scan->generate;
    struct text_token range;
    td_err err = read_templates(scan, &range);

    if (err != TD_OK)
        return err;
    uint64_t count = (generate->stop - generate->next) / generate->step + 1;
    if (count > scan->config.generate_max)
        return text_fail(lexer, range, "makes %llu records, and %u are allowed",
                         (unsigned long long)count, scan->config.generate_max);
    const char *why = make_text(generate);
    if (why != NULL)
        return text_fail_at(lexer, lexer->record, "$GENERATE: %s", why);
    generate->line = scan->record.line;
    err = text_lexer_finish(lexer);
    generate->is_on = err == TD_OK;
    return err;
}

/* The record in generate->text, as if it stood in the file; the owner before it stays. */
static td_err read_text(struct text_scan *scan)
{
    struct text_generate *generate = &scan->generate;
    struct text_lexer *lexer = &scan->parse.lexer;
    struct text_lexer outer = *lexer;
    struct text_name owner = scan->owner;
    bool has_owner = scan->has_owner;

    text_lexer_init(lexer, (const uint8_t *)generate->text.data, generate->text.size, &scan->diag);
    lexer->line = generate->line;
    lexer->record = lexer->at;
    scan->record.line = generate->line;
    scan->owner_text_size = 0;
    td_err err = text_scan_generated(scan);
    if (err == TD_OK && lexer->at != lexer->end)
        err = text_fail_at(lexer, lexer->at, "the template has a line end outside of parentheses");
    *lexer = outer;
    scan->owner = owner;
    scan->has_owner = has_owner;
    scan->owner_text_size = 0;
    scan->is_owner_new = true;
    return err;
}

td_err text_generate_next(struct text_scan *scan)
{
    struct text_generate *generate = &scan->generate;
    uint64_t number = generate->next;
    const char *why = make_text(generate);
    td_err err = TD_OK;

    if (why != NULL)
        td_diag_say(&scan->diag, "%s", why);
    else
        err = read_text(scan);
    generate->next += generate->step;
    generate->is_on = generate->next <= generate->stop;
    if ((err == TD_OK && why == NULL) || scan->stopped != TD_OK)
        return err;

    /* One template makes one kind of mistake: the rest would only repeat it. */
    char reason[TD_DIAG_TEXT_SIZE];
    memcpy(reason, scan->diag.text, sizeof(reason));
    td_diag_say(&scan->diag, "$GENERATE, for %llu: %.400s", (unsigned long long)number, reason);
    scan->diag.line = generate->line;
    scan->diag.column = 1;
    text_scan_report(scan, TD_SEVERITY_ERROR);
    generate->is_on = false;
    return TD_OK;
}
