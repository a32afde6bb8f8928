/*
 * Goal    Each error has words of its own; a number that is none has words too.
 * Method  all pairs.
 */
#include "unit/test.h"

TEST(each_error_has_words_of_its_own)
{
    for (int i = 0; i < TD_E_COUNT; i++) {
        const char *text = td_err_text((td_err)i);

        CHECK(text != NULL && text[0] != '\0');
        for (int j = 0; j < i; j++)
            CHECK(strcmp(text, td_err_text((td_err)j)) != 0);
    }
}

TEST(a_number_that_is_none_has_words_too)
{
    CHECK_STR(td_err_text(TD_E_COUNT), "unknown error");
    CHECK_STR(td_err_text((td_err)-1), "unknown error");
}

TESTS(each_error_has_words_of_its_own, a_number_that_is_none_has_words_too)
