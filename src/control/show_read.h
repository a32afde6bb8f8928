/*
 * control/show_read.h - reading the daemon's answers, for those who show them.
 *
 * Floor    9. Not for other directories.
 * Threads  Pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* "-" where there is no text. */
static inline const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "-" : text;
}

/* 0 where there is no number. */
static inline unsigned long long number_of(const json_t *object, const char *key)
{
    return (unsigned long long)json_integer_value(json_object_get(object, key));
}

static inline bool is_so(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

static inline bool has_text(const json_t *object, const char *key)
{
    return json_is_string(json_object_get(object, key));
}

static inline bool has_number(const json_t *object, const char *key)
{
    return json_is_integer(json_object_get(object, key));
}
