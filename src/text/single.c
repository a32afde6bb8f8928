#include "text/single.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "text/rdata.h"
#include "text/scan.h"

enum { BLOCK_SIZE = 4096 }; /* most records are much smaller */

/* A string as a file, and the record that is found in it. */
struct reading {
    const char *text;
    size_t left;
    struct text_single single;
    struct td_diag *diag;
    unsigned records;
    bool has_error;
};

static td_err open_text(void *context, const char *path, void **ret_file, struct td_diag *diag)
{
    (void)path;
    (void)diag;
    *ret_file = context;
    return TD_OK;
}

static td_err read_text(void *context, void *file, uint8_t *into, size_t size, size_t *ret_size,
                        struct td_diag *diag)
{
    struct reading *reading = context;

    (void)file;
    (void)diag;
    if (size > reading->left)
        size = reading->left;
    memcpy(into, reading->text, size);
    reading->text += size;
    reading->left -= size;
    *ret_size = size;
    return TD_OK;
}

static void close_text(void *context, void *file)
{
    (void)context;
    (void)file;
}

/* Keep the first error. */
static void keep_diag(void *context, const struct td_diag *diag)
{
    struct reading *reading = context;

    if (diag->severity != TD_SEVERITY_ERROR || reading->has_error)
        return;
    reading->has_error = true;
    *reading->diag = *diag;
    reading->diag->file[0] = '\0';
}

static td_err keep_record(void *context, const struct text_record *record)
{
    struct reading *reading = context;

    if (reading->records++ > 0) {
        td_diag_say_at(reading->diag, NULL, record->line, record->column, TD_SEVERITY_ERROR,
                       "a second record, where one is wanted");
        reading->has_error = true;
        return TD_E_MALFORMED;
    }
    wire_name_set(&reading->single.owner, record->owner);
    reading->single.rdata = td_memdup(record->rdata, record->rdata_size);
    reading->single.rdata_size = record->rdata_size;
    reading->single.ttl = record->ttl;
    reading->single.type = record->type;
    reading->single.has_ttl = record->has_ttl;
    return TD_OK;
}

td_err text_single_parse(const char *text, size_t size, const uint8_t *origin, uint32_t ttl_default,
                         struct text_single *ret_single, struct td_diag *diag)
{
    struct reading reading = { .text = text, .left = size, .diag = diag };
    const struct text_files files = {
        .open = open_text, .read = read_text, .close = close_text, .context = &reading
    };
    const struct td_diag_sink sink = { .report = keep_diag, .context = &reading };
    const struct text_scan_config config = {
        .origin = origin,
        .path = "record",
        .files = &files,
        .on_record = keep_record,
        .context = &reading,
        .sink = &sink,
        .has_ttl_default = true,
        .ttl_default = ttl_default,
        .is_single = true,
        .block_size = BLOCK_SIZE,
    };
    bool is_done;

    struct text_scan *scan = text_scan_new(&config);
    td_err err = text_scan_run(scan, SIZE_MAX, &is_done);
    text_scan_free(scan);
    if (err == TD_OK && reading.records == 0) {
        td_diag_say_at(diag, NULL, 1, 1, TD_SEVERITY_ERROR, "there is no record");
        err = TD_E_MALFORMED;
    }
    if (err != TD_OK) {
        free(reading.single.rdata);
        return err;
    }
    *ret_single = reading.single;
    return TD_OK;
}

void text_single_fini(struct text_single *single)
{
    free(single->rdata);
    single->rdata = NULL;
}

td_err text_single_rdata(uint16_t type, const char *text, size_t size, const uint8_t *origin,
                         uint8_t **ret_rdata, size_t *ret_size, struct td_diag *diag)
{
    struct text_name name;
    struct text_parse parse = { .origin = &name };

    if (size > TEXT_SCAN_RECORD_MAX) {
        td_diag_say_at(diag, NULL, 1, 1, TD_SEVERITY_ERROR, "more than %d octets of text",
                       TEXT_SCAN_RECORD_MAX);
        return TD_E_MALFORMED;
    }
    uint8_t *padded = td_calloc(1, size + TEXT_PAD);
    memcpy(padded, text, size);
    text_name_set(&name, origin);
    parse.rdata = td_malloc(TEXT_RDATA_SPACE);
    text_lexer_init(&parse.lexer, padded, size, diag);
    diag->file[0] = '\0';
    td_err err = text_rdata_parse(&parse, type);
    if (err == TD_OK && parse.lexer.at != parse.lexer.end)
        err = text_fail_at(&parse.lexer, parse.lexer.at, "more text behind the record data");
    if (err == TD_OK) {
        *ret_size = (size_t)(parse.out - parse.rdata);
        *ret_rdata = td_memdup(parse.rdata, *ret_size);
    }
    free(parse.rdata);
    free(padded);
    return err;
}
