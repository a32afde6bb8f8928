#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "control/handle.h"
#include "control/json.h"

enum { TEXT_SIZE = 1024 };

const struct control_error_row control_errors[CONTROL_ERROR_COUNT] = {
    [CONTROL_ERROR_BAD_REQUEST] = { "bad-request", 400, CONTROL_EXIT_USAGE },
    [CONTROL_ERROR_NOT_FOUND] = { "not-found", 404, CONTROL_EXIT_USAGE },
    [CONTROL_ERROR_NO_SUCH_ZONE] = { "no-such-zone", 404, CONTROL_EXIT_FAILED },
    [CONTROL_ERROR_METHOD] = { "method-not-allowed", 405, CONTROL_EXIT_USAGE },
    [CONTROL_ERROR_TOO_LARGE] = { "too-large", 413, CONTROL_EXIT_USAGE },
    [CONTROL_ERROR_CONFIG_INVALID] = { "config-invalid", 422, CONTROL_EXIT_INVALID },
    [CONTROL_ERROR_ZONE_INVALID] = { "zone-invalid", 422, CONTROL_EXIT_INVALID },
    [CONTROL_ERROR_NOT_IN_HISTORY] = { "not-in-history", 404, CONTROL_EXIT_FAILED },
    [CONTROL_ERROR_CONFLICT] = { "conflict", 409, CONTROL_EXIT_FAILED },
    [CONTROL_ERROR_OTHER_SERIAL] = { "other-serial", 412, CONTROL_EXIT_FAILED },
    [CONTROL_ERROR_HELD] = { "held", 409, CONTROL_EXIT_FAILED },
    [CONTROL_ERROR_REFUSED] = { "refused", 409, CONTROL_EXIT_FAILED },
    [CONTROL_ERROR_FAILED] = { "failed", 500, CONTROL_EXIT_FAILED },
    [CONTROL_ERROR_STOPPING] = { "stopping", 503, CONTROL_EXIT_FAILED },
    [CONTROL_ERROR_TIMEOUT] = { "timeout", 504, CONTROL_EXIT_TIMEOUT },
};

/* Each line of a text becomes an item. */
static void put_lines(struct control_json *json, const char *text)
{
    control_json_array(json, "lines");
    while (*text != '\0') {
        size_t size = strcspn(text, "\n");
        struct td_buf line = { .data = NULL };
        td_buf_add(&line, text, size);
        control_json_text(json, NULL, td_buf_text(&line));
        td_buf_fini(&line);
        text += size + (text[size] == '\n');
    }
    control_json_array_end(json);
}

void control_reply_error(struct control_reply *reply, enum control_error error,
                         const struct td_buf *lines, const char *format, ...)
{
    struct control_json json;
    char text[TEXT_SIZE];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    reply->status = control_errors[error].status;
    reply->type = CONTROL_TYPE_JSON;
    td_buf_clear(&reply->body);
    control_json_init(&json, &reply->body);
    control_json_object(&json, NULL);
    control_json_object(&json, "error");
    control_json_text(&json, "code", control_errors[error].code);
    control_json_text(&json, "text", text);
    if (lines != NULL)
        put_lines(&json, td_buf_text(lines));
    control_json_object_end(&json);
    control_json_object_end(&json);
}

int control_error_exit(const char *code)
{
    for (unsigned i = 0; i < CONTROL_ERROR_COUNT; i++)
        if (strcmp(control_errors[i].code, code) == 0)
            return control_errors[i].exit_code;
    return CONTROL_EXIT_FAILED;
}

void control_reply_begin(struct control_reply *reply, struct control_json *json)
{
    reply->status = 200;
    reply->type = CONTROL_TYPE_JSON;
    td_buf_clear(&reply->body);
    control_json_init(json, &reply->body);
    control_json_object(json, NULL);
}

void control_reply_would(struct control_reply *reply, const struct td_diag *diag)
{
    struct control_json json;

    control_reply_begin(reply, &json);
    control_json_bool(&json, "dry_run", true);
    control_json_text(&json, "would", diag->text);
    control_json_object_end(&json);
}

void control_reply_host_error(struct control_reply *reply, td_err err)
{
    if (err == TD_E_CLOSED)
        control_reply_error(reply, CONTROL_ERROR_STOPPING, NULL, "the daemon is stopping");
    else
        control_reply_error(reply, CONTROL_ERROR_FAILED, NULL, "%s", td_err_text(err));
}
