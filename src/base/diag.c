#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const severity_names[] = { "note", "warning", "error" };

static void place(struct td_diag *diag, const char *file, uint32_t line, uint32_t column,
                  enum td_severity severity)
{
    snprintf(diag->file, sizeof(diag->file), "%s", file == NULL ? "" : file);
    diag->line = line;
    diag->column = column;
    diag->severity = severity;
}

void td_diag_say(struct td_diag *diag, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(diag->text, sizeof(diag->text), format, args);
    va_end(args);
}

void td_diag_say_at(struct td_diag *diag, const char *file, uint32_t line, uint32_t column,
                    enum td_severity severity, const char *format, ...)
{
    va_list args;

    place(diag, file, line, column, severity);
    va_start(args, format);
    vsnprintf(diag->text, sizeof(diag->text), format, args);
    va_end(args);
}

void td_diag_report(const struct td_diag_sink *sink, const char *file, uint32_t line,
                    uint32_t column, enum td_severity severity, const char *format, ...)
{
    struct td_diag diag;
    va_list args;

    if (sink == NULL || sink->report == NULL)
        return;
    place(&diag, file, line, column, severity);
    va_start(args, format);
    vsnprintf(diag.text, sizeof(diag.text), format, args);
    va_end(args);
    sink->report(sink->context, &diag);
}

char *td_diag_format(const struct td_diag *diag, char *out, int out_size)
{
    int at = 0;

    out[0] = '\0';
    if (diag->file[0] != '\0')
        at = snprintf(out, (size_t)out_size, "%s:", diag->file);
    if (at < out_size && diag->line != 0)
        at += snprintf(out + at, (size_t)(out_size - at), "%u:", diag->line);
    if (at < out_size && diag->line != 0 && diag->column != 0)
        at += snprintf(out + at, (size_t)(out_size - at), "%u:", diag->column);
    if (at < out_size)
        snprintf(out + at, (size_t)(out_size - at), "%s%s: %s", at > 0 ? " " : "",
                 severity_names[diag->severity], diag->text);
    return out;
}
