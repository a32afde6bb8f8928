#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void td_buf_fini(struct td_buf *buf)
{
    free(buf->data);
    *buf = (struct td_buf){ .data = NULL };
}

static void reserve(struct td_buf *buf, size_t more)
{
    size_t want = buf->size + more + 1;

    if (want <= buf->capacity)
        return;
    size_t capacity = buf->capacity == 0 ? 64 : buf->capacity;
    while (capacity < want)
        capacity *= 2;
    buf->data = td_realloc(buf->data, capacity);
    buf->capacity = capacity;
}

void td_buf_add(struct td_buf *buf, const void *octets, size_t size)
{
    reserve(buf, size);
    if (size != 0)
        memcpy(buf->data + buf->size, octets, size);
    buf->size += size;
    buf->data[buf->size] = '\0';
}

void td_buf_add_text(struct td_buf *buf, const char *text)
{
    td_buf_add(buf, text, strlen(text));
}

void td_buf_add_char(struct td_buf *buf, char c)
{
    td_buf_add(buf, &c, 1);
}

void td_buf_printf(struct td_buf *buf, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (size <= 0)
        return;
    reserve(buf, (size_t)size);
    va_start(args, format);
    vsnprintf(buf->data + buf->size, (size_t)size + 1, format, args);
    va_end(args);
    buf->size += (size_t)size;
}

const char *td_buf_text(const struct td_buf *buf)
{
    return buf->data == NULL ? "" : buf->data;
}
