/*
 * Goal    FILE:LINE:COL: severity: text, with what is not known left out, and never a write
 *         past the end.
 * Method  tables.
 */
#include "base/diag.h"
#include "unit/test.h"

TEST(parts_that_are_not_known_are_left_out)
{
    static const struct {
        const char *file;
        uint32_t line, column;
        enum td_severity severity;
        const char *want;
    } rows[] = {
        { "a.zone", 3, 7, TD_SEVERITY_ERROR, "a.zone:3:7: error: no good" },
        { "a.zone", 3, 0, TD_SEVERITY_WARNING, "a.zone:3: warning: no good" },
        { "a.zone", 0, 0, TD_SEVERITY_NOTE, "a.zone: note: no good" },
        { "a.zone", 0, 7, TD_SEVERITY_ERROR, "a.zone: error: no good" },
        { "", 0, 0, TD_SEVERITY_ERROR, "error: no good" },
        { NULL, 0, 0, TD_SEVERITY_ERROR, "error: no good" },
        { NULL, 3, 7, TD_SEVERITY_ERROR, "3:7: error: no good" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct td_diag diag;
        char text[1200];

        td_diag_say_at(&diag, rows[i].file, rows[i].line, rows[i].column, rows[i].severity, "no %s",
                       "good");
        CHECK_STR(td_diag_format(&diag, text, sizeof(text)), rows[i].want);
    }
}

TEST(say_fills_the_text_only)
{
    struct td_diag diag = { .file = "a", .line = 1, .column = 2, .severity = TD_SEVERITY_WARNING };

    td_diag_say(&diag, "%d apples", 3);
    CHECK_STR(diag.text, "3 apples");
    CHECK_STR(diag.file, "a");
    CHECK_EQ(diag.line, 1);
    CHECK_EQ(diag.column, 2);
    CHECK_EQ(diag.severity, TD_SEVERITY_WARNING);
}

TEST(long_texts_are_cut)
{
    char longest[2000];
    struct td_diag diag;

    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    td_diag_say_at(&diag, longest, 1, 1, TD_SEVERITY_ERROR, "%s", longest);
    CHECK_EQ(strlen(diag.file), TD_DIAG_FILE_SIZE - 1);
    CHECK_EQ(strlen(diag.text), TD_DIAG_TEXT_SIZE - 1);
}

TEST(every_size_of_the_output_is_kept)
{
    struct td_diag diag;
    char whole[64];

    td_diag_say_at(&diag, "file", 4000000000, 4000000000, TD_SEVERITY_ERROR, "text");
    td_diag_format(&diag, whole, sizeof(whole));
    CHECK_STR(whole, "file:4000000000:4000000000: error: text");
    for (int size = 1; size < (int)sizeof(whole); size++) {
        char text[65];

        memset(text, '#', sizeof(text));
        td_diag_format(&diag, text, size);
        CHECK(strlen(text) < (size_t)size);
        CHECK(strncmp(text, whole, strlen(text)) == 0);
        CHECK_EQ(text[size], '#');
    }
}

static void keep(void *context, const struct td_diag *diag)
{
    memcpy(context, diag, sizeof(*diag));
}

TEST(reports_reach_the_sink)
{
    struct td_diag seen = { .line = 0 };
    struct td_diag_sink sink = { keep, &seen };

    td_diag_report(NULL, "a", 1, 2, TD_SEVERITY_NOTE, "lost");
    td_diag_report(&(struct td_diag_sink){ NULL, NULL }, "a", 1, 2, TD_SEVERITY_NOTE, "lost");
    td_diag_report(&sink, "a", 1, 2, TD_SEVERITY_NOTE, "seen %d", 1);
    CHECK_STR(seen.file, "a");
    CHECK_STR(seen.text, "seen 1");
    CHECK_EQ(seen.line, 1);
    CHECK_EQ(seen.column, 2);
    CHECK_EQ(seen.severity, TD_SEVERITY_NOTE);
}

TESTS(parts_that_are_not_known_are_left_out, say_fills_the_text_only, long_texts_are_cut,
      every_size_of_the_output_is_kept, reports_reach_the_sink)
