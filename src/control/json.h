/*
 * control/json.h - JSON as it goes out: written straight into a buffer.
 *
 * Shape    Objects and arrays are opened and closed; commas come by themselves. A key of NULL is
 *          for items of an array and for the outermost value. Octets that are no UTF-8 become
 *          U+FFFD, since JSON must be (a file name need not be).
 * Floor    9.
 * Threads  One owner.
 * RFC      8259.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/diag.h"

struct control_json {
    struct td_buf *out;
    bool needs_comma;
};

static inline void control_json_init(struct control_json *json, struct td_buf *out)
{
    *json = (struct control_json){ .out = out };
}

void control_json_object(struct control_json *json, const char *key);
void control_json_object_end(struct control_json *json);
void control_json_array(struct control_json *json, const char *key);
void control_json_array_end(struct control_json *json);

/* NULL is written as null. */
void control_json_text(struct control_json *json, const char *key, const char *text);
void control_json_number(struct control_json *json, const char *key, uint64_t number);
void control_json_bool(struct control_json *json, const char *key, bool value);

/* Seconds since 1970 as RFC 3339 in UTC; 0 is written as null. */
void control_json_time(struct control_json *json, const char *key, uint64_t time_s);

/* {"severity", "file", "line", "column", "text"}; what is not known is left out. */
void control_json_diag(struct control_json *json, const struct td_diag *diag);

/* A value that is JSON already; NULL is written as null. */
void control_json_raw(struct control_json *json, const char *key, const char *value);

/* Items that were written with a writer of their own, as an array. */
void control_json_raw_array(struct control_json *json, const char *key, const struct td_buf *items);
