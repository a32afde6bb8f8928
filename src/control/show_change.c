/* Changes and history for people. A difference is lines that begin with '-' or '+'. */
#include <string.h>

#include "control/show.h"
#include "control/show_read.h"
#include "control/verb.h"

static void put_lines(struct td_buf *out, char sign, const json_t *records)
{
    const json_t *record;
    size_t i;

    json_array_foreach(records, i, record)
    {
        const char *text = json_string_value(record);
        td_buf_printf(out, "%c%s\n", sign, text == NULL ? "" : text);
    }
}

static void put_difference(struct td_buf *out, const json_t *answer)
{
    put_lines(out, '-', json_object_get(answer, "removed"));
    put_lines(out, '+', json_object_get(answer, "added"));
}

int control_show_edit(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    const char *zone = text_of(answer, "zone");
    unsigned long long steps = number_of(answer, "steps");

    put_difference(out, answer);
    if (has_text(answer, "problem"))
        td_buf_printf(complaints, "tandem: a commit would be refused: %s\n",
                      text_of(answer, "problem"));
    if (is_so(answer, "dry_run"))
        td_buf_printf(complaints, "%s nothing was changed, this is what would be\n", zone);
    else if (is_so(answer, "in_transaction"))
        td_buf_printf(out, "%s in the transaction of %s: %llu steps, not committed\n", zone,
                      text_of(answer, "author"), steps);
    else if (is_so(answer, "unchanged"))
        td_buf_printf(out, "%s is so already, serial %llu\n", zone,
                      number_of(answer, "serial_from"));
    else if (has_number(answer, "serial") && number_of(answer, "serial_from") == 0)
        td_buf_printf(out, "%s serial %llu\n", zone, number_of(answer, "serial"));
    else if (has_number(answer, "serial"))
        td_buf_printf(out, "%s serial %llu -> %llu, +%zu -%zu records\n", zone,
                      number_of(answer, "serial_from"), number_of(answer, "serial"),
                      json_array_size(json_object_get(answer, "added")),
                      json_array_size(json_object_get(answer, "removed")));
    if (has_text(answer, "note"))
        td_buf_printf(out, "%s\n", text_of(answer, "note"));
    return CONTROL_EXIT_OK;
}

int control_show_abort(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    (void)complaints;
    td_buf_printf(out, "%s transaction of %s with %llu steps %s given up\n",
                  text_of(answer, "zone"), text_of(answer, "author"), number_of(answer, "steps"),
                  is_so(answer, "dry_run") ? "would be" : "is");
    return CONTROL_EXIT_OK;
}

/* One line: serial, time, author, origin, records, reason. */
static void put_line(struct td_buf *out, const json_t *change, int author_width)
{
    td_buf_printf(out, "%-10llu  %s  ", number_of(change, "serial"), text_of(change, "time"));
    if (is_so(change, "damaged")) {
        td_buf_add_text(out, "damaged in the log\n");
        return;
    }
    td_buf_printf(out, "%-*s  %-8s  ", author_width, text_of(change, "author"),
                  text_of(change, "origin"));
    if (is_so(change, "break"))
        td_buf_add_text(out, "the whole zone");
    else
        td_buf_printf(out, "+%llu -%llu", number_of(change, "added_count"),
                      number_of(change, "removed_count"));
    if (has_text(change, "reason"))
        td_buf_printf(out, "  %s", text_of(change, "reason"));
    td_buf_add_char(out, '\n');
}

int control_show_log(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    const json_t *changes = json_object_get(answer, "changes");
    const json_t *change;
    size_t i, width = 1;

    json_array_foreach(changes, i, change)
    {
        size_t size = strlen(text_of(change, "author"));
        width = size > width && size <= 32 ? size : width;
    }
    json_array_foreach(changes, i, change)
    {
        put_line(out, change, (int)width);
    }
    if (json_array_size(changes) == 0)
        td_buf_printf(complaints, "%s has no history\n", text_of(answer, "zone"));
    else if (is_so(answer, "more"))
        td_buf_printf(complaints, "of %llu changes; older ones: --before %llu\n",
                      number_of(answer, "count"),
                      number_of(json_array_get(changes, json_array_size(changes) - 1), "serial"));
    return CONTROL_EXIT_OK;
}

int control_show_show(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    (void)complaints;
    td_buf_printf(out, "; %s serial %llu -> %llu\n; ", text_of(answer, "zone"),
                  number_of(answer, "serial_from"), number_of(answer, "serial"));
    put_line(out, answer, 1);
    put_difference(out, answer);
    return CONTROL_EXIT_OK;
}

int control_show_diff(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    if (json_object_get(answer, "steps") != NULL)
        return control_show_edit(answer, out, complaints);
    put_difference(out, answer);
    return CONTROL_EXIT_OK;
}

int control_show_blame(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    const json_t *record;
    size_t i;

    (void)complaints;
    json_array_foreach(json_object_get(answer, "records"), i, record)
    {
        td_buf_printf(out, "%s\n    ", text_of(record, "record"));
        if (is_so(record, "known"))
            put_line(out, record, 1);
        else
            td_buf_add_text(out, "was there before the history begins\n");
    }
    return CONTROL_EXIT_OK;
}

int control_show_backup(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    (void)complaints;
    td_buf_add_text(out, text_of(answer, "text"));
    return CONTROL_EXIT_OK;
}

int control_show_text(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    (void)complaints;
    td_buf_printf(out, "; %s serial %llu\n%s", text_of(answer, "zone"), number_of(answer, "serial"),
                  text_of(answer, "text"));
    return CONTROL_EXIT_OK;
}

/* ---- orders: how the zone is now ---- */

static void put_state(const json_t *answer, struct td_buf *out)
{
    td_buf_printf(out, "%s serial %llu, %s, %llu changes since its file\n", text_of(answer, "name"),
                  number_of(answer, "serial"), is_so(answer, "frozen") ? "frozen" : "not frozen",
                  number_of(answer, "changes_since_file"));
}

/* Freeze and thaw. What a file or the brake has to say of the zone is no matter of theirs. */
int control_show_frozen(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    if (json_object_get(answer, "steps") != NULL)
        return control_show_edit(answer, out, complaints);
    put_state(answer, out);
    return CONTROL_EXIT_OK;
}

/* The errors are those of the file that was written. */
int control_show_flush(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    const json_t *finding;
    int code = CONTROL_EXIT_OK;
    size_t i;

    if (json_object_get(answer, "steps") != NULL)
        return control_show_edit(answer, out, complaints);
    json_array_foreach(json_object_get(answer, "findings"), i, finding)
    {
        if (strcmp(text_of(finding, "severity"), "error") != 0)
            continue;
        td_buf_printf(complaints, "tandem: %s: %s\n", text_of(finding, "file"),
                      text_of(finding, "text"));
        code = CONTROL_EXIT_FAILED;
    }
    put_state(answer, out);
    return code;
}

int control_show_release(const json_t *answer, struct td_buf *out, struct td_buf *complaints)
{
    int code = control_show_flush(answer, out, complaints);

    if (json_object_get(answer, "steps") != NULL || !has_text(answer, "trouble"))
        return code;
    td_buf_printf(complaints, "tandem: %s\n", text_of(answer, "trouble"));
    return CONTROL_EXIT_FAILED;
}
