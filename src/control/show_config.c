/* The configuration in force as YAML, with where each setting comes from behind it. */
#include <string.h>

#include "control/show.h"
#include "control/show_read.h"
#include "control/verb.h"

enum { COMMENT_COLUMN = 44, INDENT = 2 };

struct printer {
    struct td_buf *out;
    bool has_origin;
    const char *map; /* what is open below the section: "tcp" of "server.tcp.idle-timeout" */
    size_t map_size;
};

static void put_origin(struct td_buf *out, const json_t *setting)
{
    const char *origin = text_of(setting, "origin");

    if (strcmp(origin, "template") == 0)
        td_buf_printf(out, "template %s, ", text_of(setting, "template"));
    if (has_text(setting, "file"))
        td_buf_printf(out, "%s:%llu", text_of(setting, "file"), number_of(setting, "line"));
    else
        td_buf_add_text(out, origin);
}

static void put_value(struct td_buf *out, const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY);

    td_buf_add_text(out, text == NULL ? "" : text);
    free(text);
}

static void put_comment(struct printer *printer, size_t line_start, const json_t *setting)
{
    const json_t *later = json_object_get(setting, "value_after_restart");
    size_t width = printer->out->size - line_start;

    if (!printer->has_origin && later == NULL)
        return;
    td_buf_printf(printer->out, "%*s # ",
                  width < COMMENT_COLUMN ? (int)(COMMENT_COLUMN - width) : 1, "");
    if (printer->has_origin)
        put_origin(printer->out, setting);
    if (later == NULL)
        return;
    td_buf_add_text(printer->out, printer->has_origin ? ", " : "");
    if (json_is_null(later))
        td_buf_add_text(printer->out, "nothing");
    else
        put_value(printer->out, later);
    td_buf_add_text(printer->out, " after a restart");
}

/* "NAME: VALUE", with what stands before it on the line. */
static void put_setting(struct printer *printer, size_t indent, bool has_dash, const char *name,
                        const json_t *setting)
{
    struct td_buf *out = printer->out;
    size_t start = out->size;

    td_buf_printf(out, "%*s%s", (int)indent, "", has_dash ? "- " : "");
    if (is_so(setting, "hidden")) {
        td_buf_printf(out, "# %s: not shown", name);
    } else if (json_is_null(json_object_get(setting, "value"))) {
        td_buf_printf(out, "# %s: nothing yet", name);
    } else {
        td_buf_printf(out, "%s: ", name);
        put_value(out, json_object_get(setting, "value"));
    }
    put_comment(printer, start, setting);
    td_buf_add_char(out, '\n');
}

/* What stands between the section and the last name: "tcp", or nothing. */
static void open_map(struct printer *printer, const char *rest, size_t indent)
{
    const char *dot = strchr(rest, '.');
    size_t size = dot == NULL ? 0 : (size_t)(dot - rest);

    if (size != 0 && (size != printer->map_size || memcmp(rest, printer->map, size) != 0))
        td_buf_printf(printer->out, "%*s%.*s:\n", (int)indent, "", (int)size, rest);
    printer->map = rest;
    printer->map_size = size;
}

/* The settings of a row, or (no dash) of the server. */
static void put_settings(struct printer *printer, const json_t *settings, bool has_dash)
{
    size_t indent = has_dash ? 2 * INDENT : INDENT;
    const json_t *setting;
    size_t i;

    printer->map_size = 0;
    json_array_foreach(settings, i, setting)
    {
        const char *rest = strchr(text_of(setting, "option"), '.');
        bool is_first = has_dash && i == 0;
        if (rest == NULL)
            continue;
        rest++;
        open_map(printer, rest, indent);
        size_t deeper = printer->map_size == 0 ? indent : indent + INDENT;
        rest += printer->map_size + (printer->map_size != 0);
        put_setting(printer, is_first ? indent - 2 : deeper, is_first, rest, setting);
    }
}

static void put_rows(struct printer *printer, const json_t *answer, const char *name)
{
    const json_t *rows = json_object_get(answer, name), *row;
    size_t i;

    if (json_array_size(rows) == 0)
        return;
    td_buf_printf(printer->out, "%s:\n", name);
    json_array_foreach(rows, i, row)
    {
        put_settings(printer, row, true);
    }
}

/* "server" and "transfers" are told as one list. */
static void put_server(struct printer *printer, const json_t *settings)
{
    static const char *const sections[] = { "server", "transfers" };

    for (size_t k = 0; k < 2; k++) {
        json_t *part = json_array(), *setting;
        size_t size = strlen(sections[k]), i;
        json_array_foreach(settings, i, setting)
        {
            if (strncmp(text_of(setting, "option"), sections[k], size) == 0)
                json_array_append(part, setting);
        }
        if (json_array_size(part) != 0)
            td_buf_printf(printer->out, "%s:\n", sections[k]);
        put_settings(printer, part, false);
        json_decref(part);
    }
}

int control_show_config(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    struct printer printer = { .out = out, .has_origin = is_so(answer, "with_origin") };

    (void)complaints;
    put_server(&printer, json_object_get(answer, "server"));
    put_rows(&printer, answer, "keys");
    put_rows(&printer, answer, "peers");
    put_rows(&printer, answer, "templates");
    put_rows(&printer, answer, "catalogs");
    put_rows(&printer, answer, "zones");
    return CONTROL_EXIT_OK;
}
