/*
 * Goal    A command line becomes the call that was meant, or a complaint that says what is wrong.
 * Method  Tables of lines; the table of verbs itself is checked for what its readers rely on.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "control/cli.h"
#include "control/client.h"
#include "unit/test.h"

enum { WORDS_MAX = 300 };

#define SIXTEEN(text)                                                                              \
    text text text text text text text text text text text text text text text text

struct parsed {
    struct control_line line;
    struct td_buf complaint, hint;
    char *text;
    char *words[WORDS_MAX];
    int code;
};

static void parse(const char *text, struct parsed *parsed)
{
    int count = 0;

    *parsed = (struct parsed){ .text = td_strdup(text) };
    for (char *at = parsed->text; *at != '\0';) {
        size_t size = strcspn(at, " ");
        parsed->words[count++] = at;
        at += size;
        if (*at == ' ')
            *at++ = '\0';
    }
    parsed->code =
        control_line_parse(count, parsed->words, &parsed->line, &parsed->complaint, &parsed->hint);
}

static void drop(struct parsed *parsed)
{
    control_line_fini(&parsed->line);
    td_buf_fini(&parsed->complaint);
    td_buf_fini(&parsed->hint);
    free(parsed->text);
}

TEST(lines_become_calls)
{
    static const struct {
        const char *text, *verb, *zone, *file;
        bool is_hinted;
    } rows[] = {
        { "status", "status", NULL, NULL, false },
        { "zone status example.com", "zone status", "example.com", NULL, false },
        { "--json zone status example.com --socket /x", "zone status", "example.com", NULL, false },
        { "zone status -- --json", "zone status", "--json", NULL, false },
        { "zone check example.com -", "zone check", "example.com", "-", false },
        { "config check /a.yaml", "config check", NULL, "/a.yaml", false },
        { "--version", "version", NULL, NULL, false },
        { "zonestatus example.com", "zone status", "example.com", NULL, true },
        { "zone-reload example.com", "zone reload", "example.com", NULL, true },
        { "reload example.com", "zone reload", "example.com", NULL, true },
        { "reconfig", "reload", NULL, NULL, true },
        { "status example.com", "zone status", "example.com", NULL, true },
        { "checkzone example.com f", "zone check", "example.com", "f", true },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct parsed parsed;
        parse(rows[i].text, &parsed);
        CHECK_EQ_WHY(parsed.code, CONTROL_EXIT_OK, rows[i].text);
        CHECK_STR(parsed.line.call.verb->words, rows[i].verb);
        CHECK_EQ_WHY(parsed.hint.size != 0, rows[i].is_hinted, rows[i].text);
        if (rows[i].zone != NULL)
            CHECK_STR(parsed.line.call.zone, rows[i].zone);
        if (rows[i].file != NULL)
            CHECK_STR(parsed.line.call.file, rows[i].file);
        drop(&parsed);
    }
}

TEST(options_stand_anywhere)
{
    struct parsed parsed;

    parse("zone --force --timeout=7 reload --json x --no-wait --socket /s", &parsed);
    CHECK_EQ(parsed.code, CONTROL_EXIT_OK);
    CHECK_STR(parsed.line.call.zone, "x");
    CHECK_STR(parsed.line.socket, "/s");
    CHECK_EQ(parsed.line.call.timeout_s, 7);
    CHECK(parsed.line.call.force && parsed.line.call.no_wait && parsed.line.call.json);
    drop(&parsed);
    parse("reload --timeout 3600", &parsed);
    CHECK_EQ(parsed.line.call.timeout_s, 3600);
    CHECK(!parsed.line.call.no_wait);
    drop(&parsed);
    parse("reload", &parsed);
    CHECK_EQ(parsed.line.call.timeout_s, CONTROL_TIMEOUT_S);
    drop(&parsed);
}

TEST(wrong_use_is_told)
{
    static const struct {
        const char *text, *word;
    } rows[] = {
        { "", "a verb is missing" },
        { "dance", "'dance'" },
        { "zone", "'zone'" },
        { "zone dance now", "'zone dance'" },
        { "zone status", "NAME is missing" },
        { "zone status a b", "'b' is one word too many" },
        { "zone check example.com", "FILE is missing" },
        { "config check", "FILE is missing" },
        { "status --dance", "'--dance'" },
        { "status -x", "'-x'" },
        { "status --force", "'--force'" },
        { "zone reload x --force=yes", "'--force=yes'" },
        { "status --socket", "--socket wants a value" },
        { "reload --timeout", "--timeout wants a value" },
        { "reload --timeout 0", "'0'" },
        { "reload --timeout 3601", "'3601'" },
        { "reload --timeout -1", "'-1'" },
        { "reload --timeout 5x", "'5x'" },
        { SIXTEEN(SIXTEEN("a ")) "a", "one word too many" },
        { "--a --a --a --a --a --a --a --a --a --a --a --a --a --a --a --a --a", "too many" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct parsed parsed;
        parse(rows[i].text, &parsed);
        CHECK_EQ_WHY(parsed.code, CONTROL_EXIT_USAGE, rows[i].text);
        if (strstr(td_buf_text(&parsed.complaint), rows[i].word) == NULL)
            fail_msg("'%s': '%s' does not say %s", rows[i].text, td_buf_text(&parsed.complaint),
                     rows[i].word);
        drop(&parsed);
    }
}

TEST(a_call_becomes_a_request)
{
    static const struct {
        const char *text, *path, *body;
    } rows[] = {
        { "status", "/v1/status", "" },
        { "zone status example.com", "/v1/zones/example.com", "" },
        { "zone status .", "/v1/zones/%2E", "" },
        { "zone status 0/25.test", "/v1/zones/0%2F25.test", "" },
        { "zone status \\032a?b#c%", "/v1/zones/%5C032a%3Fb%23c%25", "" },
        { "zone reload x --force", "/v1/zones/x/reload", "{\"force\": true, \"timeout\": 120}" },
        { "reload --no-wait --timeout 5", "/v1/reload", "{\"no-wait\": true, \"timeout\": 5}" },
    };

    for (size_t i = 0; i < TD_COUNT(rows); i++) {
        struct td_buf path = { .data = NULL }, body = { .data = NULL };
        struct parsed parsed;
        parse(rows[i].text, &parsed);
        CHECK_EQ_WHY(parsed.code, CONTROL_EXIT_OK, rows[i].text);
        control_client_request(&parsed.line.call, &path, &body);
        CHECK_STR(td_buf_text(&path), rows[i].path);
        CHECK_STR(td_buf_text(&body), rows[i].body);
        td_buf_fini(&path);
        td_buf_fini(&body);
        drop(&parsed);
    }
}

static bool has_arg(const struct control_verb *verb, const char *name, size_t size)
{
    for (unsigned i = 0; i < CONTROL_ARGS_MAX; i++)
        if (verb->args[i].kind == CONTROL_ARG_WORD && strlen(verb->args[i].name) == size &&
            memcmp(verb->args[i].name, name, size) == 0)
            return true;
    return false;
}

TEST(the_table_is_whole)
{
    for (size_t i = 0; i < control_verb_count; i++) {
        const struct control_verb *verb = &control_verbs[i];
        CHECK(verb->help != NULL && verb->help[strlen(verb->help) - 1] == '.');
        CHECK_EQ_WHY(verb->local == NULL && verb->path == NULL, false, verb->words);
        CHECK_EQ_WHY(verb->path != NULL, verb->method != NULL, verb->words);
        CHECK_EQ_WHY(verb->path != NULL, verb->handle != NULL, verb->words);
        CHECK_EQ_WHY(verb->path != NULL, verb->show != NULL, verb->words);
        for (const char *at = verb->path; at != NULL && (at = strchr(at, '{')) != NULL; at++)
            CHECK(has_arg(verb, at + 1, strcspn(at + 1, "}")));
        for (size_t k = 0; k < i; k++)
            CHECK(strcmp(verb->words, control_verbs[k].words) != 0);
        for (unsigned k = 1; k < CONTROL_ARGS_MAX; k++) /* no gaps */
            CHECK(verb->args[k].kind == CONTROL_ARG_NONE ||
                  verb->args[k - 1].kind != CONTROL_ARG_NONE);
    }
}

TEST(help_tells_of_every_verb_and_argument)
{
    struct td_buf list = { .data = NULL }, manual = { .data = NULL };

    control_help_print(NULL, &list);
    control_manual_print(&manual);
    for (size_t i = 0; i < control_verb_count; i++) {
        const struct control_verb *verb = &control_verbs[i];
        struct td_buf one = { .data = NULL };
        CHECK(strstr(list.data, verb->words) != NULL);
        CHECK(strstr(manual.data, verb->words) != NULL);
        control_help_print(verb, &one);
        for (unsigned k = 0; k < CONTROL_ARGS_MAX && verb->args[k].kind != CONTROL_ARG_NONE; k++)
            CHECK(verb->args[k].is_hidden || strstr(one.data, verb->args[k].name) != NULL);
        for (const char *at = one.data; *at != '\0'; at += strcspn(at, "\n") + 1)
            CHECK(strcspn(at, "\n") <= 79);
        td_buf_fini(&one);
    }
    CHECK(strstr(manual.data, "--") == NULL); /* roff would make a dash of it */
    td_buf_fini(&list);
    td_buf_fini(&manual);
}

TESTS(lines_become_calls, options_stand_anywhere, wrong_use_is_told, a_call_becomes_a_request,
      the_table_is_whole, help_tells_of_every_verb_and_argument)
