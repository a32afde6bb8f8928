/*
 * A zone file and what it includes. Octet 0 is how many octets a read gives at a time; the rest
 * is cut at octets 0xFF into the files "zone", "1", "2" and so on.
 *
 * Records have good names and good data, and print as something that reads the same. In pieces
 * the files give the same records and diagnostics as in one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/buf.h"
#include "base/hash.h"
#include "text/print.h"
#include "text/scan.h"
#include "text/single.h"
#include "wire/name.h"
#include "wire/rdata.h"
#include "wire/rrtype.h"

enum { FILES_MAX = 5, GENERATE_MAX = 64, RECORDS_MAX = 4096 };

struct file {
    const uint8_t *octets;
    size_t size;
    size_t at;
};

struct run {
    struct file files[FILES_MAX];
    size_t chunk;
    unsigned open;
    unsigned records;
    struct td_hash_seed seed;
    uint64_t seen; /* a hash of all records and diagnostics */
};

static void see(struct run *run, const void *octets, size_t size)
{
    run->seen =
        td_hash_fold(run->seen ^ td_hash_octets(&run->seed, octets, size), 0x9E3779B97F4A7C15);
}

static td_err open_file(void *context, const char *path, void **ret_file, struct td_diag *diag)
{
    struct run *run = context;
    bool is_number = path[0] >= '1' && path[0] < '0' + FILES_MAX && path[1] == '\0';
    unsigned number = is_number ? (unsigned)(path[0] - '0') : 0;

    if ((number == 0 && strcmp(path, "zone") != 0) || run->files[number].octets == NULL) {
        td_diag_say(diag, "no such file");
        return TD_E_NOT_FOUND;
    }
    run->open++;
    run->files[number].at = 0;
    *ret_file = &run->files[number];
    return TD_OK;
}

static td_err read_file(void *context, void *file_pointer, uint8_t *into, size_t size,
                        size_t *ret_size, struct td_diag *diag)
{
    struct run *run = context;
    struct file *file = file_pointer;

    (void)diag;
    if (run->chunk != 0 && size > run->chunk)
        size = run->chunk;
    if (size > file->size - file->at)
        size = file->size - file->at;
    memcpy(into, file->octets + file->at, size);
    file->at += size;
    *ret_size = size;
    return TD_OK;
}

static void close_file(void *context, void *file)
{
    (void)file;
    ((struct run *)context)->open--;
}

static void check_round(const struct text_record *record)
{
    struct td_buf out = { .data = NULL };
    struct text_single single;
    struct td_diag diag;

    text_print_record(&out, record->owner, record->ttl, record->type, record->rdata,
                      record->rdata_size);
    if (out.size <= TEXT_SCAN_RECORD_MAX) {
        td_assert(text_single_parse(out.data, out.size, (const uint8_t *)"", 0, &single, &diag) ==
                  TD_OK);
        td_assert(single.owner.size == record->owner_size &&
                  memcmp(single.owner.octets, record->owner, record->owner_size) == 0);
        td_assert(single.rdata_size == record->rdata_size &&
                  memcmp(single.rdata, record->rdata, record->rdata_size) == 0);
        td_assert(single.ttl == record->ttl && single.type == record->type);
        text_single_fini(&single);
    }
    td_buf_fini(&out);
}

static td_err on_record(void *context, const struct text_record *record)
{
    struct run *run = context;
    size_t size;

    td_assert(wire_name_check(record->owner, record->owner_size, &size) == TD_OK);
    td_assert(size == record->owner_size);
    td_assert(wire_rdata_check(record->type, record->rdata, record->rdata_size) == TD_OK);
    td_assert(wire_rrtype_is_data(record->type) && record->ttl <= 0x7FFFFFFF);
    see(run, record->owner, record->owner_size);
    see(run, record->rdata, record->rdata_size);
    see(run, &record->ttl, sizeof(record->ttl));
    see(run, &record->type, sizeof(record->type));
    see(run, &record->line, sizeof(record->line));
    see(run, &record->is_owner_repeated, sizeof(record->is_owner_repeated));
    if (run->chunk == 0 && run->records % 16 == 0)
        check_round(record);
    return ++run->records < RECORDS_MAX ? TD_OK : TD_E_LIMIT;
}

static void report(void *context, const struct td_diag *diag)
{
    struct run *run = context;

    see(run, diag->text, strlen(diag->text));
    see(run, diag->file, strlen(diag->file));
    see(run, &diag->line, sizeof(diag->line));
    see(run, &diag->column, sizeof(diag->column));
}

static td_err scan_files(struct run *run, size_t chunk)
{
    const struct text_files files = {
        .open = open_file, .read = read_file, .close = close_file, .context = run
    };
    const struct td_diag_sink sink = { .report = report, .context = run };
    const struct text_scan_config config = {
        .origin = (const uint8_t *)"\7example",
        .path = "zone",
        .files = &files,
        .on_record = on_record,
        .context = run,
        .sink = &sink,
        .may_include = true,
        .block_size = chunk == 0 ? 65536 : (uint32_t)chunk,
        .generate_max = GENERATE_MAX,
    };
    bool is_done = false;
    td_err err = TD_OK;

    run->chunk = chunk;
    run->seed = td_hash_seed_of(1, 2);
    run->seen = 0;
    run->records = 0;
    struct text_scan *scan = text_scan_new(&config);
    while (!is_done)
        err = text_scan_run(scan, 7, &is_done);
    text_scan_free(scan);
    td_assert(run->open == 0);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run run = { .open = 0 };

    if (size < 1)
        return 0;
    size_t chunk = data[0] % 64 + 1u;
    const uint8_t *at = data + 1;
    for (unsigned i = 0; i < FILES_MAX; i++) {
        size_t left = size - (size_t)(at - data);
        const uint8_t *end = left == 0 ? NULL : memchr(at, 0xFF, left);
        run.files[i].octets = at;
        run.files[i].size = end == NULL ? left : (size_t)(end - at);
        if (end == NULL)
            break;
        at = end + 1;
    }

    td_err whole = scan_files(&run, 0);
    uint64_t seen = run.seen;
    td_err pieces = scan_files(&run, chunk);
    td_assert(whole == pieces && run.seen == seen);
    return 0;
}
