/*
 * base/diag.h - words for people: where something is wrong, and what.
 *
 * A function that can fail for a reason a person must act on takes a struct td_diag
 * and fills it before it returns its error. Functions that find many things take a
 * struct td_diag_sink and go on.
 * Floor    0.
 * Threads  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"

enum { TD_DIAG_TEXT_SIZE = 480, TD_DIAG_FILE_SIZE = 512 };

enum td_severity { TD_SEVERITY_NOTE, TD_SEVERITY_WARNING, TD_SEVERITY_ERROR };

struct td_diag {
    char file[TD_DIAG_FILE_SIZE]; /* empty: not about a file */
    uint32_t line;                /* from 1; 0: not known */
    uint32_t column;              /* from 1; 0: not known */
    enum td_severity severity;
    char text[TD_DIAG_TEXT_SIZE]; /* what is wrong and what to do, without a full stop */
};

/* Where many diagnostics go. `report` must not keep the pointer. */
struct td_diag_sink {
    void (*report)(void *context, const struct td_diag *diag);
    void *context;
};

/* Fill text (and only text); a text that is too long is cut. */
void td_diag_say(struct td_diag *diag, const char *format, ...) TD_PRINTF(2, 3);

/* Fill place, severity and text. `file` may be NULL. */
void td_diag_say_at(struct td_diag *diag, const char *file, uint32_t line, uint32_t column,
                    enum td_severity severity, const char *format, ...) TD_PRINTF(6, 7);

/* Report to a sink; a sink of NULL swallows it. */
void td_diag_report(const struct td_diag_sink *sink, const char *file, uint32_t line,
                    uint32_t column, enum td_severity severity, const char *format, ...)
    TD_PRINTF(6, 7);

/* "FILE:LINE:COL: error: TEXT"; parts that are not known are left out. Returns `out`. */
char *td_diag_format(const struct td_diag *diag, char *out, int out_size);
