/* Answers about keys, for people and for what they paste them into. */
#include <string.h>

#include "control/show.h"
#include "control/show_read.h"
#include "control/verb.h"

enum { ALGORITHM_WIDTH = 11 };

int control_show_key_added(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    (void)complaints;
    td_buf_printf(out, "key %s added; 'tandem key show %s' prints it\n", text_of(answer, "name"),
                  text_of(answer, "name"));
    return CONTROL_EXIT_OK;
}

int control_show_key_removed(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    td_buf_printf(out, "key %s removed\n", text_of(answer, "name"));
    if (has_text(answer, "still_named_by"))
        td_buf_printf(complaints,
                      "%standem: the configuration still names it, and will be refused at the next "
                      "reload or start\n",
                      text_of(answer, "still_named_by"));
    return CONTROL_EXIT_OK;
}

static void put_origin(struct td_buf *out, const json_t *key)
{
    if (strcmp(text_of(key, "origin"), "configuration") == 0)
        td_buf_printf(out, "%s:%llu", text_of(key, "file"), number_of(key, "line"));
    else if (is_so(key, "overridden"))
        td_buf_add_text(out, "command, but the configuration's goes before it");
    else
        td_buf_add_text(out, "command");
}

int control_show_key_list(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    const json_t *keys = json_object_get(answer, "keys");
    size_t width = strlen("NAME"), i;
    const json_t *key;

    (void)complaints;
    if (json_array_size(keys) == 0) {
        td_buf_add_text(out, "no keys\n");
        return CONTROL_EXIT_OK;
    }
    json_array_foreach(keys, i, key)
    {
        size_t size = strlen(text_of(key, "name"));
        width = size > width ? size : width;
    }
    td_buf_printf(out, "%-*s  %-*s  %5s  %s\n", (int)width, "NAME", ALGORITHM_WIDTH, "ALGORITHM",
                  "USES", "ORIGIN");
    json_array_foreach(keys, i, key)
    {
        td_buf_printf(out, "%-*s  %-*s  %5llu  ", (int)width, text_of(key, "name"), ALGORITHM_WIDTH,
                      text_of(key, "algorithm"), number_of(key, "uses"));
        put_origin(out, key);
        td_buf_add_char(out, '\n');
    }
    return CONTROL_EXIT_OK;
}

int control_show_key(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    const char *name = text_of(answer, "name");
    const char *algorithm = text_of(answer, "algorithm");
    const char *secret = text_of(answer, "secret");

    (void)complaints;
    td_buf_printf(out,
                  "# tandem.yaml\n"
                  "keys:\n"
                  "  - {name: '%s', algorithm: %s, secret: '%s'}\n",
                  name, algorithm, secret);
    td_buf_printf(out,
                  "\n# BIND\n"
                  "key \"%s\" {\n\talgorithm %s;\n\tsecret \"%s\";\n};\n",
                  name, algorithm, secret);
    td_buf_printf(out,
                  "\n# Knot DNS\n"
                  "key:\n  - id: \"%s\"\n    algorithm: %s\n    secret: \"%s\"\n",
                  name, algorithm, secret);
    td_buf_printf(out, "\n# nsupdate, knsupdate, dig, kdig: behind -y\n%s:%s:%s\n", algorithm, name,
                  secret);
    return CONTROL_EXIT_OK;
}
