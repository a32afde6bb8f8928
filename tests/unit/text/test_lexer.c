/*
 * Goal    Words, quoted strings, ends; the input that ends too early; places.
 * Method  Strings with zeros behind them, cut at every octet.
 */
#include <stdlib.h>

#include "text/lexer.h"
#include "unit/test.h"

/* A copy of text with TEXT_PAD zeros behind it, and nothing behind these. */
static uint8_t *pad(const char *text, size_t size)
{
    uint8_t *padded = calloc(1, size + TEXT_PAD);

    memcpy(padded, text, size);
    return padded;
}

TEST(tokens)
{
    static const char text[] = "a  \"b c\" \t(d;e\n f)g\\ h\\\"i \"\" j!k\r\nnext";
    static const struct {
        enum text_token_kind kind;
        const char *text;
        bool is_escaped;
    } want[] = {
        { TEXT_TOKEN_WORD, "a", false },         { TEXT_TOKEN_QUOTED, "b c", false },
        { TEXT_TOKEN_WORD, "d", false },         { TEXT_TOKEN_WORD, "f", false },
        { TEXT_TOKEN_WORD, "g\\ h\\\"i", true }, { TEXT_TOKEN_QUOTED, "", false },
        { TEXT_TOKEN_WORD, "j!k", false },       { TEXT_TOKEN_END, "", false },
        { TEXT_TOKEN_END, "", false },
    };
    uint8_t *padded = pad(text, sizeof(text) - 1);
    struct text_lexer lexer;
    struct text_token token;
    struct td_diag diag;

    text_lexer_init(&lexer, padded, sizeof(text) - 1, &diag);
    for (size_t i = 0; i < TD_COUNT(want); i++) {
        CHECK_OK(text_lexer_next(&lexer, &token));
        CHECK_EQ(token.kind, want[i].kind);
        CHECK_BYTES(token.text, token.size, want[i].text, strlen(want[i].text));
        CHECK_EQ(token.is_escaped, want[i].is_escaped);
    }
    CHECK_EQ(lexer.line, 2);
    CHECK_OK(text_lexer_finish(&lexer));
    CHECK_EQ(lexer.line, 3);
    CHECK_OK(text_lexer_next(&lexer, &token));
    CHECK_BYTES(token.text, token.size, "next", 4);
    CHECK_OK(text_lexer_finish(&lexer));
    free(padded);
}

/* Whatever is cut off, the lexer asks for more, and never takes half a token for a whole. */
TEST(input_that_goes_on_is_asked_for)
{
    static const char text[] =
        "word (\"quoted\" ; comment\n esc\\\\aped \\065 ) \"x\\\"y\" last\r\n";

    for (size_t cut = 0; cut < sizeof(text) - 1; cut++) {
        uint8_t *padded = pad(text, cut);
        struct text_lexer lexer;
        struct text_token token = { .kind = TEXT_TOKEN_WORD };
        struct td_diag diag;
        td_err err = TD_OK;

        text_lexer_init(&lexer, padded, cut, &diag);
        lexer.is_last = false;
        while (err == TD_OK && token.kind != TEXT_TOKEN_END)
            err = text_lexer_next(&lexer, &token);
        if (err == TD_OK)
            err = text_lexer_finish(&lexer);
        CHECK_EQ(err, TD_E_TRUNCATED);
        CHECK(lexer.is_starved);
        free(padded);
    }
}

TEST(records_and_lines_are_passed_over)
{
    static const char text[] = "a ( b \" \n \" \n c ) ; d (\ne \"f\ng (\n";
    uint8_t *padded = pad(text, sizeof(text) - 1);
    struct text_lexer lexer;
    struct td_diag diag = { .line = 0 };

    text_lexer_init(&lexer, padded, sizeof(text) - 1, &diag);
    CHECK_OK(text_lexer_skip_record(&lexer));
    CHECK_EQ(*lexer.at, 'e');
    CHECK_EQ(lexer.line, 4);
    CHECK_EQ(text_lexer_skip_record(&lexer), TD_E_MALFORMED);
    CHECK_STR(diag.text, "the quote is not closed on its line");
    CHECK_EQ(diag.line, 4);
    CHECK_EQ(diag.column, 3);
    CHECK_OK(text_lexer_skip_line(&lexer));
    CHECK_EQ(*lexer.at, 'g');
    CHECK_EQ(text_lexer_skip_record(&lexer), TD_E_MALFORMED);
    CHECK(lexer.is_unclosed);
    CHECK_STR(diag.text, "the parenthesis is not closed");
    CHECK_EQ(diag.line, 5);
    CHECK_EQ(diag.column, 3);
    CHECK_OK(text_lexer_skip_line(&lexer));
    CHECK_EQ(lexer.depth, 0);
    CHECK(lexer.at == lexer.end);
    free(padded);
}

TEST(parentheses_have_a_limit)
{
    uint8_t text[TEXT_DEPTH_MAX + 1 + TEXT_PAD] = { 0 };
    struct text_lexer lexer;
    struct text_token token;
    struct td_diag diag;

    memset(text, '(', TEXT_DEPTH_MAX + 1);
    text_lexer_init(&lexer, text, TEXT_DEPTH_MAX + 1, &diag);
    CHECK_EQ(text_lexer_next(&lexer, &token), TD_E_MALFORMED);
    CHECK_STR(diag.text, "more than 255 open parentheses");
}

/* Words of all sizes around the groups of 16 that are searched at once. */
TEST(words_of_every_size)
{
    static const char stops[] = { ' ', '\t', '\n', '\r', ';', '(', '"' };

    for (size_t size = 1; size < 70; size++) {
        for (size_t stop = 0; stop < sizeof(stops); stop++) {
            char text[80];
            memset(text, '~', sizeof(text));
            text[size / 2] = "!#$%&'*+,-./x\x7F\x80\xFF"[size % 16];
            text[size] = stops[stop];
            uint8_t *padded = pad(text, size + 1);
            struct text_lexer lexer;
            struct text_token token;
            struct td_diag diag;
            text_lexer_init(&lexer, padded, size + 1, &diag);
            CHECK_OK(text_lexer_next(&lexer, &token));
            CHECK_BYTES(token.text, token.size, text, size);
            free(padded);
        }
    }
}

TESTS(tokens, input_that_goes_on_is_asked_for, records_and_lines_are_passed_over,
      parentheses_have_a_limit, words_of_every_size)
