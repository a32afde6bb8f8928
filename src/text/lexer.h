/*
 * text/lexer.h - from octets of a zone file to words (RFC 1035 5.1).
 *
 * Shape    A record is a row of words and quoted strings that ends at a line end outside
 *          parentheses. Blanks, comments and, inside parentheses, line ends separate words.
 *          Tokens point into the input; escapes in them are still there. The input is
 *          followed by TEXT_PAD zero octets.
 *          When more input will follow (`is_last` is off), a word that might go on behind
 *          `end` is not given: TD_E_TRUNCATED, with `is_starved` on. The caller gets more
 *          and begins with the record again.
 * Floor    2.
 * Threads  Pure: one owner, no allocation.
 * Limits   TEXT_DEPTH_MAX open parentheses.
 * RFC      1035 5.1.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/err.h"
#include "base/macros.h"
#include "text/octet.h"

enum { TEXT_DEPTH_MAX = 255 };

/*
 * For the few functions that every record passes through: their frames hold no arrays, so
 * that there is nothing for a canary to guard.
 */
#define TEXT_HOT __attribute__((hot, no_stack_protector))

/* What they do seldom, kept out of them so that they save few registers. */
#define TEXT_ASIDE __attribute__((noinline))

enum text_token_kind {
    TEXT_TOKEN_END, /* the record ends; the lexer stays before the line end */
    TEXT_TOKEN_WORD,
    TEXT_TOKEN_QUOTED,
};

/* Two words, so that it is passed and returned in registers. */
struct text_token {
    const uint8_t *text; /* without the quotes */
    uint32_t size;
    uint8_t kind;    /* enum text_token_kind */
    bool is_escaped; /* there is a backslash in it */
};

_Static_assert(sizeof(struct text_token) == 16, "a token is two words");

struct text_lexer {
    const uint8_t *at;         /* the next octet */
    const uint8_t *record;     /* where the record begins, which is where a line begins */
    const uint8_t *end;        /* one behind the last octet */
    const uint8_t *line_start; /* where the line of `at` begins */
    const uint8_t *opened_at;  /* the outermost open parenthesis */
    struct td_diag *diag;      /* filled with line, column and text when something is wrong */
    uint32_t line;             /* of `at`, from 1 */
    uint32_t depth;            /* open parentheses */
    bool is_last;              /* no input follows `end` */
    bool is_starved;           /* TD_E_TRUNCATED only because more input is needed */
    bool is_unclosed;          /* the input ended inside a parenthesis */
};

/* The lexer of `size` octets that are followed by TEXT_PAD zeros; nothing follows them. */
void text_lexer_init(struct text_lexer *lexer, const uint8_t *text, size_t size,
                     struct td_diag *diag);

/* What text_lexer_next does when it is not simply the next word. */
TD_NODISCARD td_err text_lexer_next_slow(struct text_lexer *lexer, struct text_token *ret_token);

/*
 * The next token.
 * TD_E_MALFORMED  a quote or parenthesis without its other half, NUL, or a backslash at
 *                 the end of a line; the diagnostic says which
 * TD_E_TRUNCATED  the token might go on behind the input
 */
TD_NODISCARD static inline td_err text_lexer_next(struct text_lexer *lexer,
                                                  struct text_token *ret_token)
{
    const uint8_t *at = lexer->at;

    at += *at == ' ' || *at == '\t';
    size_t size = text_word_span(at);
    if (td_likely(size != 0 && text_octet_is_space(at[size]))) {
        *ret_token = (struct text_token){ .text = at, .size = (uint32_t)size, TEXT_TOKEN_WORD };
        lexer->at = at + size;
        return TD_OK;
    }
    /* A token of its own, so that the caller's may stay in registers. */
    struct text_token token;
    td_err err = text_lexer_next_slow(lexer, &token);
    *ret_token = token;
    return err;
}

/* What text_lexer_finish does when there is more than a line feed. */
TD_NODISCARD td_err text_lexer_finish_slow(struct text_lexer *lexer);

/*
 * The end of the record must come now; moves behind its line end.
 * TD_E_MALFORMED  there is a further token, or what text_lexer_next says
 */
TD_NODISCARD static inline td_err text_lexer_finish(struct text_lexer *lexer)
{
    if (td_unlikely(*lexer->at != '\n' || lexer->depth != 0))
        return text_lexer_finish_slow(lexer);
    lexer->at++;
    lexer->line++;
    lexer->line_start = lexer->at;
    return TD_OK;
}

/* As text_lexer_finish, but whatever comes before the end is passed over. */
TD_NODISCARD td_err text_lexer_skip_record(struct text_lexer *lexer);

/* Move behind the next line end; parentheses mean nothing. TD_E_TRUNCATED: starved. */
TD_NODISCARD td_err text_lexer_skip_line(struct text_lexer *lexer);

/*
 * Say what is wrong at a token ("'TEXT' " and the words of `format`), and return
 * TD_E_MALFORMED. At the end of a record the words are about the end.
 */
td_err text_fail(struct text_lexer *lexer, struct text_token token, const char *format, ...)
    TD_PRINTF(3, 4) TD_COLD;

/*
 * "'TEXT' is not WHAT: WHY", or "the record ends where WHAT should be". `why` may be NULL.
 * Returns TD_E_MALFORMED.
 */
td_err text_fail_expected(struct text_lexer *lexer, struct text_token token, const char *what,
                          const char *why) TD_COLD;

/* Say what is wrong at a place in the input. Returns TD_E_MALFORMED. */
td_err text_fail_at(struct text_lexer *lexer, const uint8_t *place, const char *format, ...)
    TD_PRINTF(3, 4) TD_COLD;

/* The line and column of a place in the record, which is not behind `at`. */
void text_lexer_locate(const struct text_lexer *lexer, const uint8_t *place, uint32_t *ret_line,
                       uint32_t *ret_column);
