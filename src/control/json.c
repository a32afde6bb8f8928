#include "control/json.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static void comma(struct control_json *json)
{
    if (json->needs_comma)
        td_buf_add(json->out, ", ", 2);
}

/* Octets of the well-formed UTF-8 character at the start of text, which ends in 0; 0: none. */
static unsigned utf8_size(const unsigned char *text)
{
    unsigned char c = text[0];
    unsigned size = c < 0x80 ? 1 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;

    for (unsigned i = 1; i < size; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    if ((c == 0xE0 && text[1] < 0xA0) || (c == 0xED && text[1] > 0x9F) ||
        (c == 0xF0 && text[1] < 0x90) || (c == 0xF4 && text[1] > 0x8F))
        return 0; /* longer than need be, a surrogate, or past the last character */
    return size;
}

static void put_text(struct td_buf *out, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    td_buf_add_char(out, '"');
    while (*at != '\0') {
        unsigned size = utf8_size(at);
        if (size == 0)
            td_buf_add_text(out, "\xEF\xBF\xBD");
        else if (*at == '"' || *at == '\\')
            td_buf_printf(out, "\\%c", *at);
        else if (*at < 0x20 || *at == 0x7F)
            td_buf_printf(out, "\\u%04x", *at);
        else
            td_buf_add(out, at, size);
        at += size == 0 ? 1 : size;
    }
    td_buf_add_char(out, '"');
}

/* What stands before a value. */
static void begin(struct control_json *json, const char *key)
{
    comma(json);
    if (key != NULL) {
        put_text(json->out, key);
        td_buf_add(json->out, ": ", 2);
    }
    json->needs_comma = true;
}

void control_json_object(struct control_json *json, const char *key)
{
    begin(json, key);
    td_buf_add_char(json->out, '{');
    json->needs_comma = false;
}

void control_json_object_end(struct control_json *json)
{
    td_buf_add_char(json->out, '}');
    json->needs_comma = true;
}

void control_json_array(struct control_json *json, const char *key)
{
    begin(json, key);
    td_buf_add_char(json->out, '[');
    json->needs_comma = false;
}

void control_json_array_end(struct control_json *json)
{
    td_buf_add_char(json->out, ']');
    json->needs_comma = true;
}

void control_json_text(struct control_json *json, const char *key, const char *text)
{
    begin(json, key);
    if (text == NULL)
        td_buf_add_text(json->out, "null");
    else
        put_text(json->out, text);
}

void control_json_number(struct control_json *json, const char *key, uint64_t number)
{
    begin(json, key);
    td_buf_printf(json->out, "%llu", (unsigned long long)number);
}

void control_json_bool(struct control_json *json, const char *key, bool value)
{
    begin(json, key);
    td_buf_add_text(json->out, value ? "true" : "false");
}

void control_json_time(struct control_json *json, const char *key, uint64_t time_s)
{
    time_t seconds = (time_t)time_s;
    char text[32];
    struct tm tm;

    if (time_s == 0 || gmtime_r(&seconds, &tm) == NULL) {
        control_json_text(json, key, NULL);
        return;
    }
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
    control_json_text(json, key, text);
}

void control_json_diag(struct control_json *json, const struct td_diag *diag)
{
    static const char *const severities[] = { "note", "warning", "error" };

    control_json_object(json, NULL);
    control_json_text(json, "severity", severities[diag->severity]);
    if (diag->file[0] != '\0')
        control_json_text(json, "file", diag->file);
    if (diag->line != 0)
        control_json_number(json, "line", diag->line);
    if (diag->column != 0)
        control_json_number(json, "column", diag->column);
    control_json_text(json, "text", diag->text);
    control_json_object_end(json);
}

void control_json_raw_array(struct control_json *json, const char *key, const struct td_buf *items)
{
    begin(json, key);
    td_buf_add_char(json->out, '[');
    td_buf_add(json->out, td_buf_text(items), items->size);
    td_buf_add_char(json->out, ']');
}

void control_json_raw(struct control_json *json, const char *key, const char *value)
{
    begin(json, key);
    td_buf_add_text(json->out, value == NULL ? "null" : value);
}
