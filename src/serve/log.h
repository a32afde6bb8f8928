/*
 * serve/log.h - what the server tells its operator.
 *
 * Shape    One line to stderr: "level: [zone.] text", or a JSON object with the same keys. An
 *          event has a stable name (one row per event). Lines that a packet can cause go
 *          through serve_log_limited.
 * Floor    7. From here upward code logs; below it returns errors and diagnostics.
 * Threads  Any; a line is one write.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/macros.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG };

/* clang-format off */
#define LOG_EVENT_ROWS(X) \
    X(SERVER_STARTED, "server-started") \
    X(SERVER_STOPPING, "server-stopping") \
    X(SERVER_FAILED, "server-failed") \
    X(LISTENING, "listening") \
    X(SOCKET_BUFFER, "socket-buffer-small") \
    X(CONFIG_LOADED, "config-loaded") \
    X(CONFIG_REFUSED, "config-refused") \
    X(ZONE_LOADED, "zone-loaded") \
    X(ZONE_LOAD_FAILED, "zone-load-failed") \
    X(ZONE_CHECK, "zone-check") \
    X(ZONE_REMOVED, "zone-removed") \
    X(ZONE_CHANGED, "zone-changed") \
    X(ZONE_CONFLICT, "zone-conflict") \
    X(ZONE_HELD, "zone-held") \
    X(ZONE_WRITTEN, "zone-written") \
    X(ZONE_IMAGE, "zone-image") \
    X(LOG_DAMAGED, "log-damaged") \
    X(LOG_REFUSED, "log-refused") \
    X(NOTIFY_REFUSED, "notify-refused") \
    X(NOTIFY_FAILED, "notify-failed") \
    X(ZONE_FOLLOWS, "zone-follows") \
    X(ZONE_BEHIND, "zone-behind") \
    X(ZONE_EXPIRED, "zone-expired") \
    X(CATALOG, "catalog") \
    X(TRANSFER_IN, "transfer-in") \
    X(TRANSFER_IN_FAILED, "transfer-in-failed") \
    X(TRANSFER_OUT, "transfer-out") \
    X(TRANSFER_OUT_FAILED, "transfer-out-failed") \
    X(UPDATE, "update") \
    X(UPDATE_REFUSED, "update-refused") \
    X(TSIG_REFUSED, "tsig-refused") \
    X(RATE_LIMITED, "rate-limited") \
    X(CONTROL, "control") \
    X(SUPPRESSED, "messages-suppressed")
/* clang-format on */

enum log_event {
#define X(symbol, name) EVENT_##symbol,
    LOG_EVENT_ROWS(X)
#undef X
        EVENT_COUNT
};

struct log_config {
    enum log_level level; /* what is less important is not written */
    bool json;
};

/* Any time; the default is text, INFO. */
void serve_log_configure(const struct log_config *config);

/* Lines go there, without their newline, instead of to stderr; NULL: to stderr again. */
void serve_log_to(void (*take)(void *context, const char *line), void *context);

/* `zone` is a name in presentation form, or NULL. The text has no newline. */
void serve_log(enum log_level level, enum log_event event, const char *zone, const char *format,
               ...) TD_PRINTF(4, 5);

/* A diagnostic, with its place, at the level of its severity. */
void serve_log_diag(enum log_event event, const char *zone, const struct td_diag *diag);

struct serve_worker;

/* At most LOG_LIMITED_PER_S lines a second from a worker; what was left out is counted and told. */
enum { LOG_LIMITED_PER_S = 10 };
void serve_log_limited(struct serve_worker *worker, enum log_level level, enum log_event event,
                       const char *format, ...) TD_PRINTF(4, 5);

/* "UDP" or "TCP". */
const char *serve_transport_text(unsigned transport);
