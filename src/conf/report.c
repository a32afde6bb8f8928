#include "conf/load.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void conf_load_error(struct conf_load *load, uint32_t line, uint32_t column, const char *format,
                     ...)
{
    char text[TD_DIAG_TEXT_SIZE];
    va_list args;

    if (conf_load_is_full(load))
        return;
    td_grow(load->errors, load->error_count, load->error_capacity);

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    td_diag_say_at(&load->errors[load->error_count], load->path, line, column, TD_SEVERITY_ERROR,
                   "%s", text);
    load->error_count++;
}

static int diag_compare(const void *a, const void *b)
{
    const struct td_diag *left = a;
    const struct td_diag *right = b;

    if (left->line != right->line)
        return left->line < right->line ? -1 : 1;
    if (left->column != right->column)
        return left->column < right->column ? -1 : 1;
    return strcmp(left->text, right->text);
}

void conf_load_report(struct conf_load *load, const struct td_diag_sink *sink)
{
    if (load->error_count != 0)
        qsort(load->errors, load->error_count, sizeof(*load->errors), diag_compare);
    for (uint32_t i = 0; i < load->error_count; i++)
        td_diag_report(sink, load->errors[i].file, load->errors[i].line, load->errors[i].column,
                       TD_SEVERITY_ERROR, "%s", load->errors[i].text);
    if (conf_load_is_full(load))
        td_diag_report(sink, load->path, 0, 0, TD_SEVERITY_NOTE,
                       "%d errors; what comes behind was not looked at", CONF_ERROR_COUNT_MAX);
}

/* The tree has no control characters in its scalars, so nothing needs an escape. */
char *conf_quote(const char *text, char *out)
{
    enum { ROOM = CONF_QUOTE_SIZE - 8 };
    size_t size = strlen(text);

    if (size <= ROOM) {
        snprintf(out, CONF_QUOTE_SIZE, "'%s'", text);
        return out;
    }
    size = ROOM;
    while (size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80)
        size--; /* not in the middle of a character */
    snprintf(out, CONF_QUOTE_SIZE, "'%.*s...'", (int)size, text);
    return out;
}

enum { WORD_SIZE_MAX = 40 };

/* Damerau's distance: letters changed, added, left out, or two exchanged. */
static unsigned word_distance(const char *a, const char *b)
{
    unsigned rows[3][WORD_SIZE_MAX + 1];
    size_t a_size = strlen(a);
    size_t b_size = strlen(b);

    if (a_size > WORD_SIZE_MAX || b_size > WORD_SIZE_MAX)
        return UINT32_MAX;
    for (size_t k = 0; k <= b_size; k++)
        rows[0][k] = (unsigned)k;
    for (size_t i = 1; i <= a_size; i++) {
        unsigned *now = rows[i % 3];
        const unsigned *before = rows[(i + 2) % 3];
        const unsigned *two_before = rows[(i + 1) % 3];

        now[0] = (unsigned)i;
        for (size_t k = 1; k <= b_size; k++) {
            unsigned best = before[k - 1] + (a[i - 1] == b[k - 1] ? 0 : 1);
            if (before[k] + 1 < best)
                best = before[k] + 1;
            if (now[k - 1] + 1 < best)
                best = now[k - 1] + 1;
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
                two_before[k - 2] + 1 < best)
                best = two_before[k - 2] + 1;
            now[k] = best;
        }
    }
    return rows[a_size % 3][b_size];
}

void conf_guess_offer(struct conf_guess *guess, const char *candidate)
{
    if (guess->offered++ >= CONF_GUESS_COUNT_MAX)
        return;

    size_t size = strlen(guess->written);
    unsigned enough = size <= 2 ? 0 : size <= 5 ? 1 : 2;
    unsigned distance = word_distance(guess->written, candidate);

    if (distance <= enough && (guess->best == NULL || distance < guess->distance)) {
        guess->best = candidate;
        guess->distance = distance;
    }
}

char *conf_guess_text(const struct conf_guess *guess, char *out)
{
    out[0] = '\0';
    if (guess->best != NULL && strlen(guess->best) < CONF_QUOTE_SIZE - 24)
        snprintf(out, CONF_QUOTE_SIZE, "; did you mean '%s'?", guess->best);
    return out;
}
