/* What a reload would do, a line for each thing. */
#include <string.h>

#include "control/show.h"
#include "control/show_read.h"
#include "control/verb.h"

static char sign_of(const char *change)
{
    return strcmp(change, "added") == 0 ? '+' : strcmp(change, "removed") == 0 ? '-' : '~';
}

static void put_value(struct td_buf *out, const json_t *value)
{
    char *text = json_is_null(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);

    td_buf_add_text(out, text == NULL ? "not told" : text);
    free(text);
}

static void put_setting(struct td_buf *out, const json_t *item)
{
    td_buf_add_text(out, ": ");
    put_value(out, json_object_get(item, "before"));
    td_buf_add_text(out, " becomes ");
    put_value(out, json_object_get(item, "after"));
    if (is_so(item, "needs_restart"))
        td_buf_add_text(out, ", with the next start");
}

static void put_records(struct td_buf *out, const json_t *item)
{
    const char *more = is_so(item, "more") ? " and more" : "";

    if (has_number(item, "records_added"))
        td_buf_printf(out, ": -%llu +%llu records%s", number_of(item, "records_removed"),
                      number_of(item, "records_added"), more);
}

int control_show_plan(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    const json_t *items = json_object_get(answer, "plan"), *item;
    int code = CONTROL_EXIT_OK;
    size_t i;

    (void)complaints;
    if (json_array_size(items) == 0)
        td_buf_add_text(out, "nothing would be changed\n");
    json_array_foreach(items, i, item)
    {
        td_buf_printf(out, "%c %s %s", sign_of(text_of(item, "change")), text_of(item, "what"),
                      text_of(item, "name"));
        if (strcmp(text_of(item, "what"), "setting") == 0)
            put_setting(out, item);
        if (has_text(item, "file"))
            td_buf_printf(out, " file '%s'", text_of(item, "file"));
        put_records(out, item);
        if (has_text(item, "note"))
            td_buf_printf(out, "%s%s", is_so(item, "refused") ? " would be refused: " : "; ",
                          text_of(item, "note"));
        td_buf_add_char(out, '\n');
        if (is_so(item, "refused"))
            code = CONTROL_EXIT_INVALID;
        else if (is_so(item, "withheld") && code == CONTROL_EXIT_OK)
            code = CONTROL_EXIT_FAILED;
    }
    return code;
}
