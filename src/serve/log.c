#include "serve/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/io.h"
#include "serve/worker.h"

enum { TEXT_SIZE = 1024, LINE_SIZE = 2600 };

static const char *const level_names[] = { "error", "warning", "notice", "info", "debug" };

static const char *const event_names[EVENT_COUNT] = {
#define X(symbol, name) name,
    LOG_EVENT_ROWS(X)
#undef X
};

static _Atomic unsigned wanted_level = LOG_INFO;
static _Atomic bool wants_json;

/* Set while there is one thread. */
static void (*taker)(void *context, const char *line);
static void *taker_context;

void serve_log_configure(const struct log_config *config)
{
    atomic_store_explicit(&wanted_level, config->level, memory_order_relaxed);
    atomic_store_explicit(&wants_json, config->json, memory_order_relaxed);
}

void serve_log_to(void (*take)(void *context, const char *line), void *context)
{
    taker = take;
    taker_context = context;
}

const char *serve_transport_text(unsigned transport)
{
    static const char *const names[] = { "UDP", "TCP" };

    return transport < TD_COUNT(names) ? names[transport] : "?";
}

/* Append text as a JSON string; what does not fit is left out. */
static size_t put_json(char *out, size_t at, const char *text)
{
    out[at++] = '"';
    for (; *text != '\0' && at + 8 < LINE_SIZE; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            out[at++] = '\\';
            out[at++] = (char)c;
        } else if (c < 0x20) {
            at += (size_t)snprintf(out + at, LINE_SIZE - at, "\\u%04x", c);
        } else {
            out[at++] = (char)c;
        }
    }
    out[at++] = '"';
    return at;
}

static size_t format_json(char *line, enum log_level level, enum log_event event, const char *zone,
                          const char *text)
{
    struct timespec now;
    struct tm tm;

    clock_gettime(CLOCK_REALTIME, &now); /* the wall time of a line is for people, not for us */
    gmtime_r(&now.tv_sec, &tm);
    size_t at = strftime(line, LINE_SIZE, "{\"time\":\"%Y-%m-%dT%H:%M:%S", &tm);
    at += (size_t)snprintf(line + at, LINE_SIZE - at, ".%03ldZ\",\"level\":\"%s\",\"event\":\"%s\"",
                           now.tv_nsec / 1000000, level_names[level], event_names[event]);
    if (zone != NULL) {
        at += (size_t)snprintf(line + at, LINE_SIZE - at, ",\"zone\":");
        at = put_json(line, at, zone);
    }
    at += (size_t)snprintf(line + at, LINE_SIZE - at, ",\"message\":");
    at = put_json(line, at, text);
    line[at++] = '}';
    line[at++] = '\n';
    return at;
}

static void write_line(enum log_level level, enum log_event event, const char *zone,
                       const char *text)
{
    char line[LINE_SIZE + 8];
    size_t size;

    if (atomic_load_explicit(&wants_json, memory_order_relaxed)) {
        size = format_json(line, level, event, zone, text);
    } else {
        int want = zone == NULL
                       ? snprintf(line, LINE_SIZE, "%s: %s\n", level_names[level], text)
                       : snprintf(line, LINE_SIZE, "%s: [%s] %s\n", level_names[level], zone, text);
        size = want < LINE_SIZE ? (size_t)want : LINE_SIZE - 1;
        for (size_t i = 0; i + 1 < size; i++) /* one line is one line, whatever a file name has */
            if ((unsigned char)line[i] < 0x20)
                line[i] = '?';
    }
    if (taker != NULL) {
        line[size - 1] = '\0';
        taker(taker_context, line);
        return;
    }
    ssize_t written = write(STDERR_FILENO, line, size);
    (void)written; /* there is nobody to tell */
}

static void log_v(enum log_level level, enum log_event event, const char *zone, const char *format,
                  va_list args)
{
    char text[TEXT_SIZE];

    if (level > atomic_load_explicit(&wanted_level, memory_order_relaxed))
        return;
    vsnprintf(text, sizeof(text), format, args);
    write_line(level, event, zone, text);
}

void serve_log(enum log_level level, enum log_event event, const char *zone, const char *format,
               ...)
{
    va_list args;

    va_start(args, format);
    log_v(level, event, zone, format, args);
    va_end(args);
}

void serve_log_diag(enum log_event event, const char *zone, const struct td_diag *diag)
{
    static const enum log_level levels[] = {
        [TD_SEVERITY_NOTE] = LOG_INFO,
        [TD_SEVERITY_WARNING] = LOG_WARNING,
        [TD_SEVERITY_ERROR] = LOG_ERROR,
    };

    if (diag->file[0] == '\0')
        serve_log(levels[diag->severity], event, zone, "%s", diag->text);
    else
        serve_log(levels[diag->severity], event, zone, "%s:%u:%u: %s", diag->file, diag->line,
                  diag->column, diag->text);
}

void serve_log_limited(struct serve_worker *worker, enum log_level level, enum log_event event,
                       const char *format, ...)
{
    uint64_t second = io_now_ns(worker->io) / IO_NS_PER_S;
    va_list args;

    if (second != worker->log_second) {
        if (worker->log_lines > LOG_LIMITED_PER_S)
            serve_log(LOG_WARNING, EVENT_SUPPRESSED, NULL, "%u messages were left out",
                      worker->log_lines - LOG_LIMITED_PER_S);
        worker->log_second = second;
        worker->log_lines = 0;
    }
    if (worker->log_lines++ >= LOG_LIMITED_PER_S)
        return;
    va_start(args, format);
    log_v(level, event, NULL, format, args);
    va_end(args);
}
