#include <string.h>

#include "conf/load.h"
#include "conf/print.h"

/* Text as roff takes it: no line begins with a control character, dashes stay dashes. */
static void roff_text(struct td_buf *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        td_buf_add_text(out, "\\&");
    for (; *text != '\0'; text++) {
        if (*text == '-')
            td_buf_add_text(out, "\\-");
        else if (*text == '\\')
            td_buf_add_text(out, "\\e");
        else
            td_buf_add_char(out, *text);
    }
}

static const char *reload_text(uint32_t reload)
{
    return (reload & CONF_RELOAD_RESTART) != 0 ? " A change needs a restart." : "";
}

static void value_print(struct td_buf *out, const struct conf_option *option)
{
    struct td_buf expect = { .data = NULL };

    conf_option_expect(option, &expect);
    td_buf_add_text(out, "Value: ");
    roff_text(out, td_buf_text(&expect));
    td_buf_add_char(out, '.');
    if ((option->flags & CONF_REQUIRED) != 0) {
        td_buf_add_text(out, " Required.");
    } else if (option->preset != NULL) {
        td_buf_add_text(out, " Default: ");
        roff_text(out, option->preset);
        td_buf_add_char(out, '.');
    } else if ((option->flags & CONF_INHERITED) != 0) {
        td_buf_add_text(out, " Default: that of the template, else of the server.");
    }
    td_buf_add_text(out, reload_text(option->reload));
    td_buf_add_char(out, '\n');
    td_buf_fini(&expect);
}

static void option_print(struct td_buf *out, const struct conf_option *option)
{
    td_buf_add_text(out, ".TP\n.B ");
    roff_text(out, conf_option_name(option));
    td_buf_add_char(out, '\n');
    roff_text(out, option->help);
    td_buf_add_text(out, "\n.br\n");
    value_print(out, option);
}

/* A mapping of options that have a section of their own elsewhere. */
static bool is_settings(const struct conf_section *section, const struct conf_option *option)
{
    return section->path[0] != '\0' && option->section == &conf_section_template;
}

/* A heading with the options below it, then the sections inside it with theirs. */
static void section_print(struct td_buf *out, const struct conf_section *section, const char *help)
{
    if (section->path[0] != '\0') {
        td_buf_add_text(out, ".SS ");
        roff_text(out, section->path);
        td_buf_add_char(out, '\n');
        roff_text(out, help);
        td_buf_add_char(out, '\n');
    }
    for (uint32_t i = 0; i < section->count; i++)
        if (section->options[i].section == NULL || is_settings(section, &section->options[i]))
            option_print(out, &section->options[i]);
    for (uint32_t i = 0; i < section->count; i++)
        if (section->options[i].section != NULL && !is_settings(section, &section->options[i]))
            section_print(out, section->options[i].section, section->options[i].help);
}

void conf_man_print(struct td_buf *out)
{
    section_print(out, &conf_section_file, "");
}
