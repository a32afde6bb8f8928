/*
 * base/buf.h - text that grows.
 *
 * Shape    data[0..size], always ended by a 0 octet that size does not count.
 * Floor    0.
 * Threads  One owner.
 */
#pragma once

#include <stddef.h>

#include "base/macros.h"

struct td_buf {
    char *data; /* NULL while nothing was added */
    size_t size;
    size_t capacity;
};

void td_buf_fini(struct td_buf *buf);
void td_buf_add(struct td_buf *buf, const void *octets, size_t size);
void td_buf_add_text(struct td_buf *buf, const char *text);
void td_buf_add_char(struct td_buf *buf, char c);
void td_buf_printf(struct td_buf *buf, const char *format, ...) TD_PRINTF(2, 3);

/* The text so far; "" when there is none. */
const char *td_buf_text(const struct td_buf *buf);

static inline void td_buf_clear(struct td_buf *buf)
{
    buf->size = 0;
    if (buf->data != NULL)
        buf->data[0] = '\0';
}
