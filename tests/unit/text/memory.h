/*
 * Zone files in memory: run the scanner over them and see, as text, what came out.
 *
 *     struct memory memory = { .text = "..." };
 *     CHECK_EQ(memory_scan(&memory), TD_OK);
 *     CHECK_STR(td_buf_text(&memory.records), "...");
 *     memory_fini(&memory);
 */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "text/print.h"
#include "text/scan.h"
#include "unit/test.h"
#include "wire/name.h"

struct memory_file {
    const char *path;
    const char *text;
};

struct memory {
    const char *text;                /* of the zone file, "zone" */
    size_t size;                     /* 0: up to the final 0 */
    const struct memory_file *files; /* others, ended by a path of NULL */
    const char *origin;              /* NULL: "example." */
    size_t chunk;                    /* octets a read gives; 0: as many as are asked for */
    uint32_t block_size;
    uint32_t errors_max;
    uint32_t generate_max;
    bool has_no_default; /* records without any TTL are errors */
    size_t stop_after;   /* records after which on_record ends the scan; 0: never */
    size_t fail_after;   /* octets after which reading fails; 0: never */

    struct td_buf records; /* one line each, as printed */
    struct td_buf diags;   /* one line each: FILE:LINE:COL: severity: text */
    struct text_scan_counts counts;
    unsigned repeated; /* records whose owner is said to be repeated */
    unsigned open;     /* files open now */
};

struct memory_handle {
    const char *text;
    size_t size;
    size_t at;
};

static inline td_err memory_open(void *context, const char *path, void **ret_file,
                                 struct td_diag *diag)
{
    struct memory *memory = context;
    const char *text = NULL;
    size_t size = 0;

    if (strcmp(path, "zone") == 0) {
        text = memory->text;
        size = memory->size != 0 ? memory->size : strlen(text);
    }
    for (const struct memory_file *file = memory->files; file != NULL && file->path != NULL;
         file++) {
        if (strcmp(path, file->path) == 0) {
            text = file->text;
            size = strlen(text);
        }
    }
    if (text == NULL) {
        td_diag_say(diag, "no such file");
        return TD_E_NOT_FOUND;
    }
    struct memory_handle *handle = calloc(1, sizeof(*handle));
    handle->text = text;
    handle->size = size;
    memory->open++;
    *ret_file = handle;
    return TD_OK;
}

static inline td_err memory_read(void *context, void *file, uint8_t *into, size_t size,
                                 size_t *ret_size, struct td_diag *diag)
{
    struct memory *memory = context;
    struct memory_handle *handle = file;
    size_t left = handle->size - handle->at;

    if (memory->fail_after != 0 && handle->at >= memory->fail_after) {
        td_diag_say(diag, "the disk is gone");
        return TD_E_IO;
    }
    if (memory->chunk != 0 && size > memory->chunk)
        size = memory->chunk;
    if (size > left)
        size = left;
    memcpy(into, handle->text + handle->at, size);
    handle->at += size;
    *ret_size = size;
    return TD_OK;
}

static inline void memory_close(void *context, void *file)
{
    struct memory *memory = context;

    memory->open--;
    free(file);
}

static inline void memory_report(void *context, const struct td_diag *diag)
{
    struct memory *memory = context;
    char line[TD_DIAG_TEXT_SIZE + TD_DIAG_FILE_SIZE + 64];

    td_buf_add_text(&memory->diags, td_diag_format(diag, line, sizeof(line)));
    td_buf_add_char(&memory->diags, '\n');
}

static inline td_err memory_record(void *context, const struct text_record *record)
{
    struct memory *memory = context;

    CHECK_EQ(wire_name_size(record->owner), record->owner_size);
    text_print_record(&memory->records, record->owner, record->ttl, record->type, record->rdata,
                      record->rdata_size);
    td_buf_add_char(&memory->records, '\n');
    memory->repeated += record->is_owner_repeated;
    if (memory->stop_after != 0 && --memory->stop_after == 0)
        return TD_E_CANCELLED;
    return TD_OK;
}

static inline td_err memory_scan(struct memory *memory)
{
    const struct text_files files = {
        .open = memory_open, .read = memory_read, .close = memory_close, .context = memory
    };
    const struct td_diag_sink sink = { .report = memory_report, .context = memory };
    struct wire_name origin;

    CHECK_OK(wire_name_from_text(memory->origin == NULL ? "example." : memory->origin, &origin));
    const struct text_scan_config config = {
        .origin = origin.octets,
        .path = "zone",
        .files = &files,
        .on_record = memory_record,
        .context = memory,
        .sink = &sink,
        .may_include = true,
        .has_ttl_default = !memory->has_no_default,
        .ttl_default = 7,
        .block_size = memory->block_size,
        .errors_max = memory->errors_max,
        .generate_max = memory->generate_max,
    };
    td_buf_clear(&memory->records);
    td_buf_clear(&memory->diags);
    struct text_scan *scan = text_scan_new(&config);
    bool is_done = false;
    td_err err = TD_OK;
    while (!is_done)
        err = text_scan_run(scan, 3, &is_done);
    text_scan_counts(scan, &memory->counts);
    text_scan_free(scan);
    CHECK_EQ(memory->open, 0);
    return err;
}

static inline void memory_fini(struct memory *memory)
{
    td_buf_fini(&memory->records);
    td_buf_fini(&memory->diags);
}

/* A row of a table: a zone file, and what comes of it. */
struct memory_row {
    const char *text;
    const char *records;
    const char *diags;
};

/* Run one row, in one piece and octet by octet. */
static inline void memory_check(const struct memory_row *row, const struct memory *like)
{
    static const size_t chunks[] = { 0, 1, 5 };

    for (size_t i = 0; i < TD_COUNT(chunks); i++) {
        struct memory memory = *like;
        memory.text = row->text;
        memory.chunk = chunks[i];
        memory.block_size = (uint32_t)chunks[i];
        td_err err = memory_scan(&memory);
        if (strcmp(td_buf_text(&memory.records), row->records) != 0 ||
            strcmp(td_buf_text(&memory.diags), row->diags) != 0)
            fail_msg("zone file, %zu octets at a "
                     "time:\n%s\nrecords:\n%swant:\n%sdiagnostics:\n%swant:\n%s",
                     chunks[i], row->text, td_buf_text(&memory.records), row->records,
                     td_buf_text(&memory.diags), row->diags);
        CHECK_EQ(err, strstr(row->diags, "error:") == NULL ? TD_OK : TD_E_MALFORMED);
        memory_fini(&memory);
    }
}

#define MEMORY_CHECK(rows)                                                                         \
    do {                                                                                           \
        struct memory memory_like = { .size = 0 };                                                 \
        for (size_t row_i = 0; row_i < TD_COUNT(rows); row_i++)                                    \
            memory_check(&(rows)[row_i], &memory_like);                                            \
    } while (0)
