#include "text/lexer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"

enum { SHOWN_MAX = 96 }; /* characters of an offending token in a diagnostic */

void text_lexer_init(struct text_lexer *lexer, const uint8_t *text, size_t size,
                     struct td_diag *diag)
{
    *lexer = (struct text_lexer){
        .at = text,
        .record = text,
        .end = text + size,
        .line_start = text,
        .diag = diag,
        .line = 1,
        .is_last = true,
    };
}

/* The input is used up, and the token might go on. */
static td_err starve(struct text_lexer *lexer)
{
    lexer->is_starved = true;
    return TD_E_TRUNCATED;
}

/* The octet at `at` is NUL: the end of the input, or an octet that no zone file has. */
static td_err meet_nul(struct text_lexer *lexer, const uint8_t *at)
{
    if (at < lexer->end)
        return text_fail_at(lexer, at, "a NUL octet; is this a zone file?");
    if (!lexer->is_last)
        return starve(lexer);
    lexer->is_unclosed = true;
    return text_fail_at(lexer, lexer->opened_at, "the parenthesis is not closed");
}

/* A word from `at` on that needs a closer look: escapes, controls, the end of the input. */
static td_err read_word(struct text_lexer *lexer, const uint8_t *at, struct text_token *ret_token)
{
    struct text_token token = { .text = at, .kind = TEXT_TOKEN_WORD };

    for (;; at++) {
        at += text_word_span(at);
        if (*at == '\\') {
            token.is_escaped = true;
            at++;
            if (at >= lexer->end)
                return lexer->is_last ? text_fail_at(lexer, at - 1, "a backslash before the end")
                                      : starve(lexer);
            if (*at == '\n' || *at == '\r')
                return text_fail_at(lexer, at - 1, "a backslash at the end of the line");
            if (*at == 0)
                return meet_nul(lexer, at);
        } else if (*at == 0 && at < lexer->end) {
            return meet_nul(lexer, at);
        } else if (*at == 0 || text_octet_is_space(*at) ||
                   (*at > ' ' && text_octet_is_special(*at))) {
            break; /* what is left are controls, and octets that only looked special */
        }
    }
    if (at == lexer->end && !lexer->is_last)
        return starve(lexer);
    token.size = (uint32_t)(at - token.text);
    lexer->at = at;
    *ret_token = token;
    return TD_OK;
}

/* A quoted string; `at` is behind its first quote. */
static td_err read_quoted(struct text_lexer *lexer, const uint8_t *at, struct text_token *ret_token)
{
    struct text_token token = { .text = at, .kind = TEXT_TOKEN_QUOTED };
    const uint8_t *line_start = lexer->line_start;
    uint32_t line = lexer->line;

    for (;; at++) {
        at += text_quoted_span(at);
        if (*at == '"')
            break;
        if (*at == '\\') {
            token.is_escaped = true;
            at++;
        }
        if (at >= lexer->end && !lexer->is_last)
            return starve(lexer);
        if (at >= lexer->end || (*at == '\n' && lexer->depth == 0))
            return text_fail_at(lexer, token.text - 1, "the quote is not closed on its line");
        if (*at == 0)
            return meet_nul(lexer, at);
        if (*at == '\n') {
            line++;
            line_start = at + 1;
        }
    }
    token.size = (uint32_t)(at - token.text);
    lexer->at = at + 1;
    lexer->line = line;
    lexer->line_start = line_start;
    *ret_token = token;
    return TD_OK;
}

/* Behind a comment, at its line end or at the end of the input. */
static const uint8_t *skip_comment(const struct text_lexer *lexer, const uint8_t *at)
{
    const uint8_t *line_end = memchr(at, '\n', (size_t)(lexer->end - at));

    return line_end != NULL ? line_end : lexer->end;
}

static td_err meet_parenthesis(struct text_lexer *lexer)
{
    if (*lexer->at == '(') {
        if (lexer->depth == TEXT_DEPTH_MAX)
            return text_fail_at(lexer, lexer->at, "more than %d open parentheses", TEXT_DEPTH_MAX);
        if (lexer->depth++ == 0)
            lexer->opened_at = lexer->at;
    } else {
        if (lexer->depth == 0)
            return text_fail_at(lexer, lexer->at, "a closing parenthesis without an opening one");
        lexer->depth--;
    }
    lexer->at++;
    return TD_OK;
}

/*
 * Is there a line end at `at`? A carriage return alone ends a line too, as it does for
 * BIND, but is not counted as one.
 */
static bool is_line_end(uint8_t octet)
{
    return octet == '\n' || octet == '\r';
}

static void pass_line_end(struct text_lexer *lexer)
{
    if (*lexer->at++ == '\n') {
        lexer->line++;
        lexer->line_start = lexer->at;
    }
}

/* The end of the input: the end of a record when no parenthesis is open. */
static td_err meet_end(struct text_lexer *lexer, struct text_token *ret_token)
{
    if (!lexer->is_last || lexer->depth != 0)
        return meet_nul(lexer, lexer->end);
    *ret_token = (struct text_token){ .text = lexer->end, .kind = TEXT_TOKEN_END };
    return TD_OK;
}

td_err text_lexer_next_slow(struct text_lexer *lexer, struct text_token *ret_token)
{
    td_err err = TD_OK;

    while (err == TD_OK) {
        const uint8_t *at = lexer->at;

        if (at == lexer->end)
            return meet_end(lexer, ret_token);
        if (*at == ' ' || *at == '\t') {
            lexer->at++;
        } else if (is_line_end(*at)) {
            if (lexer->depth == 0) {
                *ret_token = (struct text_token){ .text = at, .kind = TEXT_TOKEN_END };
                return TD_OK;
            }
            pass_line_end(lexer);
        } else if (*at == ';') {
            lexer->at = skip_comment(lexer, at);
        } else if (*at == '(' || *at == ')') {
            err = meet_parenthesis(lexer);
        } else if (*at == '"') {
            return read_quoted(lexer, at + 1, ret_token);
        } else {
            return read_word(lexer, at, ret_token);
        }
    }
    return err;
}

/* Pass the line end that a TEXT_TOKEN_END stands before. */
static td_err pass_end(struct text_lexer *lexer)
{
    if (lexer->at == lexer->end)
        return TD_OK;
    td_assert(is_line_end(*lexer->at));
    if (*lexer->at == '\r') {
        if (lexer->at + 1 == lexer->end && !lexer->is_last)
            return starve(lexer);
        if (lexer->at[1] == '\n')
            lexer->at++;
    }
    pass_line_end(lexer);
    lexer->line_start = lexer->at;
    return TD_OK;
}

td_err text_lexer_finish_slow(struct text_lexer *lexer)
{
    struct text_token token;
    td_err err = text_lexer_next_slow(lexer, &token);
    if (err != TD_OK)
        return err;
    if (token.kind != TEXT_TOKEN_END)
        return text_fail(lexer, token, "is more than the record can hold");
    return pass_end(lexer);
}

td_err text_lexer_skip_record(struct text_lexer *lexer)
{
    struct text_token token = { .kind = TEXT_TOKEN_WORD };

    while (token.kind != TEXT_TOKEN_END) {
        td_err err = text_lexer_next_slow(lexer, &token);
        if (err != TD_OK)
            return err;
    }
    return pass_end(lexer);
}

td_err text_lexer_skip_line(struct text_lexer *lexer)
{
    const uint8_t *line_end = skip_comment(lexer, lexer->at);

    if (line_end == lexer->end && !lexer->is_last)
        return starve(lexer);
    lexer->at = line_end;
    lexer->depth = 0;
    if (line_end != lexer->end)
        pass_line_end(lexer);
    return TD_OK;
}

void text_lexer_locate(const struct text_lexer *lexer, const uint8_t *place, uint32_t *ret_line,
                       uint32_t *ret_column)
{
    const uint8_t *line_start = lexer->line_start;
    uint32_t line = lexer->line;

    if (place < line_start) {
        for (const uint8_t *at = place; at < line_start; at++)
            line -= *at == '\n';
        for (line_start = place; line_start > lexer->record && line_start[-1] != '\n';)
            line_start--;
    }
    *ret_line = line;
    *ret_column = (uint32_t)(place - line_start) + 1;
}

static void say(struct text_lexer *lexer, const uint8_t *place, const char *before,
                const char *format, va_list args) __attribute__((format(printf, 4, 0)));

/* Fill the diagnostic: place, then `before` and the words of the format. */
static void say(struct text_lexer *lexer, const uint8_t *place, const char *before,
                const char *format, va_list args)
{
    struct td_diag *diag = lexer->diag;
    int used = snprintf(diag->text, sizeof(diag->text), "%s", before);

    vsnprintf(diag->text + used, sizeof(diag->text) - (size_t)used, format, args);
    diag->severity = TD_SEVERITY_ERROR;
    text_lexer_locate(lexer, place, &diag->line, &diag->column);
}

/* The text of a token, printable and of bounded size, in quotes. */
static void show(struct text_token token, char *out)
{
    char *at = out;

    *at++ = '\'';
    for (size_t i = 0; i < token.size; i++) {
        if (at - out > SHOWN_MAX) {
            at = stpcpy(at, "...");
            break;
        }
        if (token.text[i] > ' ' - 1 && token.text[i] < 0x7F)
            *at++ = (char)token.text[i];
        else
            at += snprintf(at, sizeof("\\DDD"), "\\%03u", token.text[i]);
    }
    memcpy(at, "' ", sizeof("' "));
}

td_err text_fail_at(struct text_lexer *lexer, const uint8_t *place, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(lexer, place, "", format, args);
    va_end(args);
    return TD_E_MALFORMED;
}

td_err text_fail(struct text_lexer *lexer, struct text_token token, const char *format, ...)
{
    char shown[SHOWN_MAX + 16] = "the end of the record ";
    va_list args;

    if (token.kind != TEXT_TOKEN_END)
        show(token, shown);
    va_start(args, format);
    say(lexer, token.text, shown, format, args);
    va_end(args);
    return TD_E_MALFORMED;
}

td_err text_fail_expected(struct text_lexer *lexer, struct text_token token, const char *what,
                          const char *why)
{
    if (token.kind == TEXT_TOKEN_END)
        return text_fail_at(lexer, token.text, "the record ends here, where %s should be", what);
    return text_fail(lexer, token, "is not %s%s%s", what, why == NULL ? "" : ": ",
                     why == NULL ? "" : why);
}
