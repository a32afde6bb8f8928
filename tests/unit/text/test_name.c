/*
 * Goal    Names of every size and shape, by the quick ways and by the slow one, are alike.
 * Method  Each name is written plain and with its letters escaped, and both are read.
 */
#include <stdlib.h>

#include "text/name.h"
#include "unit/test.h"

static td_err parse(const char *text, const char *origin, uint8_t *out, size_t *ret_size,
                    struct td_diag *diag)
{
    size_t size = strlen(text);
    uint8_t *padded = calloc(1, size + 1 + TEXT_PAD);
    struct text_lexer lexer;
    struct text_token token;
    struct text_name name;
    struct wire_name parsed;

    memcpy(padded, text, size);
    padded[size] = '\n';
    text_lexer_init(&lexer, padded, size + 1, diag);
    if (origin != NULL) {
        CHECK_OK(wire_name_from_text(origin, &parsed));
        text_name_set(&name, parsed.octets);
    }
    td_err err = text_lexer_next(&lexer, &token);
    if (err == TD_OK)
        err = text_name_parse(&lexer, token, origin == NULL ? NULL : &name, out, ret_size);
    free(padded);
    return err;
}

TEST(plain_and_escaped_names_are_the_same)
{
    for (size_t first = 1; first <= 64; first++) {
        for (size_t second = 0; second <= 64; second++) {
            char plain[160] = "", escaped[600] = "";
            for (size_t i = 0; i < first; i++) {
                strcat(plain, "a");
                strcat(escaped, "\\097");
            }
            if (second > 0) {
                strcat(plain, ".");
                strcat(escaped, ".");
            }
            for (size_t i = 0; i + 1 < second; i++) {
                strcat(plain, "a");
                strcat(escaped, "\\a");
            }
            uint8_t a[TEXT_NAME_SPACE], b[TEXT_NAME_SPACE];
            size_t a_size = 0, b_size = 0;
            struct td_diag a_diag, b_diag;
            td_err a_err = parse(plain, "origin.", a, &a_size, &a_diag);
            td_err b_err = parse(escaped, "origin.", b, &b_size, &b_diag);
            CHECK_EQ(a_err, b_err);
            CHECK_EQ(a_err, first <= 63 && second <= 64 ? TD_OK : TD_E_MALFORMED);
            if (a_err != TD_OK)
                continue;
            CHECK_BYTES(a, a_size, b, b_size);
            size_t checked;
            CHECK_OK(wire_name_check(a, a_size, &checked));
            CHECK_EQ(checked, a_size);
        }
    }
}

/* Quick ways must not hide a name that is too long with its origin. */
TEST(origins_of_every_size)
{
    char origin[300] = "";

    for (size_t size = 1; size <= 250; size++) {
        strcat(origin, size % 40 == 0 ? "." : "o");
        uint8_t out[TEXT_NAME_SPACE];
        size_t out_size = 0;
        struct td_diag diag;
        struct wire_name name;
        if (size % 40 == 0 || wire_name_from_text(origin, &name) != TD_OK)
            continue;
        for (size_t front = 1; front <= 20; front++) {
            char text[32] = "";
            memset(text, 'x', front);
            td_err err = parse(text, origin, out, &out_size, &diag);
            CHECK_EQ(err, front + 1 + name.size <= 255 ? TD_OK : TD_E_MALFORMED);
            if (err == TD_OK)
                CHECK_EQ(out_size, front + 1 + name.size);
            else
                CHECK(strstr(diag.text, "more than 255 octets with the origin") != NULL);
        }
    }
}

TEST(without_an_origin_names_are_absolute)
{
    uint8_t out[TEXT_NAME_SPACE];
    size_t size = 0;
    struct td_diag diag = { .line = 0 };

    CHECK_OK(parse("a.", NULL, out, &size, &diag));
    CHECK_BYTES(out, size, "\1a\0", 3);
    CHECK_EQ(parse("a", NULL, out, &size, &diag), TD_E_MALFORMED);
    CHECK_STR(diag.text, "'a' is not an absolute name: there is no origin here");
    CHECK_EQ(parse("@", NULL, out, &size, &diag), TD_E_MALFORMED);
}

TESTS(plain_and_escaped_names_are_the_same, origins_of_every_size,
      without_an_origin_names_are_absolute)
