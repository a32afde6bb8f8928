/* The files of a scan and their blocks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "text/scan_internal.h"

td_err text_source_path(const struct text_scan *scan, const char *path,
                        char ret_path[TEXT_SCAN_PATH_MAX])
{
    const char *base = scan->source->path;
    const char *slash = strrchr(base, '/');
    size_t base_size = path[0] == '/' || slash == NULL ? 0 : (size_t)(slash - base) + 1;
    size_t size = strlen(path);

    if (base_size + size >= TEXT_SCAN_PATH_MAX)
        return TD_E_LIMIT;
    memcpy(ret_path, base, base_size);
    memcpy(ret_path + base_size, path, size + 1);
    return TD_OK;
}

bool text_source_is_open(const struct text_scan *scan, const char *path)
{
    for (const struct text_source *source = scan->source; source != NULL; source = source->outer) {
        if (strcmp(source->path, path) == 0)
            return true;
    }
    return false;
}

td_err text_source_push(struct text_scan *scan, const char *path)
{
    const struct text_files *files = scan->config.files;
    void *file = NULL;
    td_err err = files->open(files->context, path, &file, &scan->diag);

    if (err != TD_OK)
        return err;
    struct text_source *source = td_malloc(sizeof(*source));
    *source = (struct text_source){
        .outer = scan->source,
        .file = file,
        .path = td_strdup(path),
        .capacity = scan->config.block_size,
        .is_fresh = true,
        .outer_lexer = scan->parse.lexer,
        .outer_has_owner = scan->has_owner,
    };
    source->outer_origin = scan->origin;
    source->outer_owner = scan->owner;
    source->buffer = td_malloc(source->capacity + 1 + TEXT_PAD);
    memset(source->buffer, 0, TEXT_PAD);
    text_lexer_init(&scan->parse.lexer, source->buffer, 0, &scan->diag);
    scan->parse.lexer.is_last = false;
    scan->source = source;
    scan->record.file = source->path;
    scan->depth++;
    return TD_OK;
}

void text_source_pop(struct text_scan *scan)
{
    const struct text_files *files = scan->config.files;
    struct text_source *source = scan->source;

    files->close(files->context, source->file);
    scan->parse.lexer = source->outer_lexer;
    scan->origin = source->outer_origin;
    scan->owner = source->outer_owner;
    scan->has_owner = source->outer_has_owner;
    scan->owner_text_size = 0;
    scan->is_owner_new = true;
    scan->source = source->outer;
    scan->record.file = source->outer != NULL ? source->outer->path : NULL;
    scan->depth--;
    free(source->buffer);
    free(source->path);
    free(source);
}

/* Room for a block behind the `kept` octets at the start of the buffer. */
static void make_room(struct text_source *source, uint32_t block_size, size_t kept)
{
    if (source->capacity - kept >= block_size)
        return;
    source->capacity =
        2 * source->capacity > kept + block_size ? 2 * source->capacity : kept + block_size;
    source->buffer = td_realloc(source->buffer, source->capacity + 1 + TEXT_PAD);
}

/* A byte-order mark of UTF-8 is no part of the first line. */
static size_t mark_size(const uint8_t *buffer, size_t size)
{
    return size >= 3 && memcmp(buffer, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

/*
 * Append a block to the `*size` octets in the buffer; at the end of the file a line feed, if
 * it lacks one. Short reads are repeated: the record at the end of the buffer is read again
 * after each block, so that it must not come octet by octet. The first block has at least what
 * a byte-order mark takes.
 */
static td_err read_block(struct text_scan *scan, size_t *size, bool *ret_is_last)
{
    const struct text_files *files = scan->config.files;
    struct text_source *source = scan->source;
    size_t want = *size + scan->config.block_size / 2 + 1;

    if (source->is_fresh && want < 3)
        want = 3;
    while (*size < want) {
        size_t got = 0;
        size_t room = source->capacity - *size;
        if (room > scan->config.block_size)
            room = scan->config.block_size;
        td_err err = files->read(files->context, source->file, source->buffer + *size, room, &got,
                                 &scan->diag);
        if (err != TD_OK)
            return err;
        td_assert(got <= room);
        *size += got;
        *ret_is_last = got == 0;
        if (got == 0)
            break;
    }
    if (*ret_is_last && *size > 0 && source->buffer[*size - 1] != '\n')
        source->buffer[(*size)++] = '\n';
    return TD_OK;
}

td_err text_source_fill(struct text_scan *scan)
{
    struct text_lexer *lexer = &scan->parse.lexer;
    struct text_source *source = scan->source;
    size_t size = (size_t)(lexer->end - lexer->record);
    bool is_last = false;

    memmove(source->buffer, lexer->record, size);
    /* A byte-order mark needs 3 octets, so the smallest block has room for them. */
    make_room(source, scan->config.block_size > 3 ? scan->config.block_size : 3, size);
    td_err err = read_block(scan, &size, &is_last);
    if (err != TD_OK) {
        scan->diag.line = 0;
        text_scan_report(scan, TD_SEVERITY_ERROR);
        return TD_E_IO;
    }
    memset(source->buffer + size, 0, TEXT_PAD);
    lexer->at = source->buffer + (source->is_fresh ? mark_size(source->buffer, size) : 0);
    lexer->line_start = lexer->at;
    lexer->end = source->buffer + size;
    lexer->is_last = is_last;
    source->is_fresh = false;
    lexer->record = lexer->at;
    return TD_OK;
}
