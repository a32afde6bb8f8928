/*
 * Goal    schema and manual tell of every option, and are what they claim to be: JSON, and roff
 *         whose lines begin with no accidental request.
 * Method  a small JSON reader; a walk over the table.
 */
#include "helper.h"

#include "base/buf.h"
#include "conf/option.h"
#include "conf/print.h"

static bool json_value(const char **at, unsigned depth);

static void json_space(const char **at)
{
    *at += strspn(*at, " \n");
}

static bool json_string(const char **at)
{
    if (*(*at)++ != '"')
        return false;
    for (; **at != '"'; (*at)++) {
        if ((unsigned char)**at < 0x20)
            return false;
        if (**at == '\\' && strchr("\"\\/bfnrt", *++*at) == NULL)
            return false;
    }
    (*at)++;
    return true;
}

/* An object or an array, behind its bracket. */
static bool json_members(const char **at, char end, unsigned depth)
{
    json_space(at);
    if (**at == end)
        return (*at)++, true;
    for (;;) {
        json_space(at);
        if (end == '}') {
            if (!json_string(at))
                return false;
            json_space(at);
            if (*(*at)++ != ':')
                return false;
        }
        if (!json_value(at, depth + 1))
            return false;
        json_space(at);
        char c = *(*at)++;
        if (c == end)
            return true;
        if (c != ',')
            return false;
    }
}

static bool json_value(const char **at, unsigned depth)
{
    static const char *const words[] = { "true", "false", "null" };

    if (depth > 50)
        return false;
    json_space(at);
    for (size_t i = 0; i < TD_COUNT(words); i++)
        if (strncmp(*at, words[i], strlen(words[i])) == 0)
            return *at += strlen(words[i]), true;
    if (**at == '"')
        return json_string(at);
    if (**at == '{')
        return (*at)++, json_members(at, '}', depth);
    if (**at == '[')
        return (*at)++, json_members(at, ']', depth);
    size_t digits = strspn(*at, "-0123456789");
    *at += digits;
    return digits != 0;
}

static void each_option(const struct conf_section *section,
                        void (*look)(const struct conf_option *option, const char *text),
                        const char *text)
{
    for (uint32_t i = 0; i < section->count; i++) {
        look(&section->options[i], text);
        if (section->options[i].section != NULL)
            each_option(section->options[i].section, look, text);
    }
}

static void look_in_schema(const struct conf_option *option, const char *text)
{
    char want[600];

    snprintf(want, sizeof(want), "\"%s\": {", conf_option_name(option));
    if (strstr(text, want) == NULL)
        fail_msg("the schema has no %s", option->path);
}

static void look_in_man(const struct conf_option *option, const char *text)
{
    char want[100] = ".B ";
    size_t at = 3;

    if (option->section != NULL)
        return;
    for (const char *name = conf_option_name(option); *name != '\0'; name++) {
        if (*name == '-')
            want[at++] = '\\';
        want[at++] = *name;
    }
    want[at] = '\n';
    want[at + 1] = '\0';
    if (strstr(text, want) == NULL)
        fail_msg("the manual has no %s", option->path);
}

/* What everybody who reads the table relies on. */
static void look_at_row(const struct conf_option *option, const char *text TD_UNUSED)
{
    CHECK(option->help != NULL && strlen(option->help) > 10);
    CHECK_EQ_WHY(option->help[strlen(option->help) - 1], '.', option->path);
    CHECK_EQ_WHY((option->type == CONF_MAP || option->type == CONF_LIST), option->section != NULL,
                 option->path);
    CHECK_EQ_WHY(option->type != CONF_MAP && option->reload == 0 && option->section == NULL, false,
                 option->path);
    CHECK(conf_option_by_path(option->path) == option);
    CHECK_EQ_WHY(option->min <= option->max || option->max == 0, true, option->path);
}

TEST(every_row_is_whole)
{
    each_option(&conf_section_file, look_at_row, "");
    CHECK(conf_option_by_path("server.tcp.none") == NULL);
}

TEST(the_schema_is_json_and_has_every_option)
{
    struct td_buf out = { .data = NULL };

    conf_schema_print(&out);
    const char *at = td_buf_text(&out);
    CHECK(json_value(&at, 0));
    CHECK_STR(at, "\n");
    each_option(&conf_section_file, look_in_schema, td_buf_text(&out));
    CHECK(strstr(td_buf_text(&out), "https://json-schema.org/draft/2020-12/schema") != NULL);
    td_buf_fini(&out);
}

TEST(the_manual_has_every_option)
{
    struct td_buf out = { .data = NULL };

    conf_man_print(&out);
    each_option(&conf_section_file, look_in_man, td_buf_text(&out));
    for (const char *at = td_buf_text(&out); *at != '\0'; at = strchr(at, '\n') + 1) {
        bool is_request = strncmp(at, ".S", 2) == 0 || strncmp(at, ".TP\n", 4) == 0 ||
                          strncmp(at, ".B ", 3) == 0 || strncmp(at, ".br\n", 4) == 0;
        CHECK(is_request || (at[0] != '.' && at[0] != '\''));
    }
    td_buf_fini(&out);
}

TESTS(every_row_is_whole, the_schema_is_json_and_has_every_option, the_manual_has_every_option)
