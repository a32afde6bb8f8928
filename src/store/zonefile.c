#include "store/zonefile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/fiber.h"
#include "store/digest.h"
#include "text/scan.h"
#include "wire/name.h"
#include "zone/build.h"
#include "zone/lineage.h"
#include "zone/places.h"

enum { OUT_OF_ZONE_TOLD_MAX = 20, DIGEST_BLOCK_SIZE = 256 * 1024 };

struct load {
    struct io *io;
    const struct store_zonefile *zonefile;
    const struct td_diag_sink *sink;
    struct store_zonefile_report *report;
    struct zone_build *build;
    struct zone_places *places;
    const char *file; /* the record before's, as the scanner names it */
    uint16_t file_number;
    uint32_t out_of_zone;
    struct store_digest digest;
    struct text_files files; /* for the scanner */
};

struct open_file {
    struct io_file *file; /* NULL: the text in memory */
    uint64_t offset;
};

/* ---- files for the scanner ---- */

static td_err file_open(void *context, const char *path, void **ret_file, struct td_diag *diag)
{
    struct load *load = context;
    struct io_file *file = NULL;

    td_err err = load->zonefile->text != NULL
                     ? TD_OK
                     : io_file_open(load->io, path, IO_FILE_READ, &file, diag);
    if (err != TD_OK)
        return err;
    struct open_file *open_file = td_calloc(1, sizeof(*open_file));
    open_file->file = file;
    load->report->files++;
    *ret_file = open_file;
    return TD_OK;
}

static td_err read_text(const struct store_zonefile *zonefile, uint64_t offset, uint8_t *into,
                        size_t size, size_t *ret_size)
{
    size_t left = zonefile->text_size - (size_t)offset;

    *ret_size = size < left ? size : left;
    memcpy(into, zonefile->text + offset, *ret_size);
    return TD_OK;
}

static td_err file_read(void *context, void *file, uint8_t *into, size_t size, size_t *ret_size,
                        struct td_diag *diag)
{
    struct load *load = context;
    struct open_file *open_file = file;

    td_err err =
        open_file->file == NULL
            ? read_text(load->zonefile, open_file->offset, into, size, ret_size)
            : io_file_read_at(open_file->file, open_file->offset, into, size, ret_size, diag);
    if (err == TD_OK) {
        open_file->offset += *ret_size;
        store_digest_add(&load->digest, into, *ret_size);
    }
    return err;
}

static void file_close(void *context, void *file)
{
    struct open_file *open_file = file;

    (void)context;
    if (open_file->file != NULL)
        io_file_close(open_file->file);
    free(open_file);
}

/* ---- records ---- */

/* A record that is not of this zone is left out, as every server does, and told. */
static void tell_out_of_zone(struct load *load, const struct text_record *record)
{
    char owner[WIRE_NAME_TEXT_SIZE];
    char apex[WIRE_NAME_TEXT_SIZE];

    load->report->warnings++;
    if (load->out_of_zone++ >= OUT_OF_ZONE_TOLD_MAX)
        return;
    td_diag_report(load->sink, record->file, record->line, record->column, TD_SEVERITY_WARNING,
                   "'%s' is not in the zone '%s'; the record is ignored",
                   wire_name_format(record->owner, owner),
                   wire_name_format(load->zonefile->apex, apex));
}

/* `owner` is NULL when it is that of the record before. */
static inline td_err add_record(struct zone_build *build, const uint8_t *owner,
                                const struct text_record *record)
{
    uint16_t size = (uint16_t)record->rdata_size;

    if (owner == NULL)
        return zone_build_add_again(build, record->type, record->ttl, record->rdata, size);
    return zone_build_add(build, owner, record->type, record->ttl, record->rdata, size);
}

static td_err on_record(void *context, const struct text_record *record)
{
    struct load *load = context;

    const uint8_t *owner = record->is_owner_repeated ? NULL : record->owner;

    td_err err = add_record(load->build, owner, record);
    if (err == TD_E_INVALID) {
        tell_out_of_zone(load, record);
        return TD_OK;
    }
    if (err != TD_OK) {
        load->report->errors++;
        td_diag_report(load->sink, record->file, record->line, record->column, TD_SEVERITY_ERROR,
                       "the zone has more records than its limit of %llu",
                       (unsigned long long)load->zonefile->records_max);
        return err;
    }
    if (record->file != load->file) {
        load->file = record->file;
        load->file_number = zone_places_file(load->places, record->file);
    }
    zone_places_add(load->places, load->file_number, record->line, owner, record->type, record->ttl,
                    record->rdata, (uint16_t)record->rdata_size);
    return TD_OK;
}

static td_err scan(struct fiber *fiber, struct load *load)
{
    struct text_scan_config config = {
        .origin = load->zonefile->apex,
        .path = load->zonefile->path,
        .files = &load->files,
        .on_record = on_record,
        .context = load,
        .sink = load->sink,
        .may_include = load->zonefile->may_include,
    };
    TD_CLEANUP(text_scan_cleanup) struct text_scan *scanner = text_scan_new(&config);
    struct text_scan_counts counts;
    bool is_done = false;
    td_err err = TD_OK;

    while (err == TD_OK && !is_done) {
        err = text_scan_run(scanner, fiber == NULL ? SIZE_MAX : STORE_ZONEFILE_SLICE, &is_done);
        if (err == TD_OK && !is_done)
            err = io_fiber_yield(fiber);
    }
    text_scan_counts(scanner, &counts);
    load->report->records = counts.records;
    load->report->errors += (uint32_t)counts.errors;
    load->report->warnings += (uint32_t)counts.warnings;
    return err;
}

/* ---- the whole ---- */

static td_err finish(struct load *load, struct zone_version **ret_version)
{
    struct zone_check_options checks = *load->zonefile->checks;
    struct zone_check_result result;
    struct zone_build_report built;
    struct zone_version *version;

    td_err err = zone_build_finish(load->build, &built, &version);
    load->build = NULL;
    if (err == TD_E_INVALID) {
        load->report->errors++;
        zone_check_soa_refused(load->zonefile->apex, load->places, load->sink);
        return err;
    }
    if (err != TD_OK) {
        load->report->errors++;
        td_diag_report(load->sink, load->zonefile->path, 0, 0, TD_SEVERITY_ERROR,
                       "a set has more than 65535 records, or the zone is larger than 32 GiB");
        return err;
    }
    checks.built = &built;
    bool may_serve = zone_check(version, &checks, load->places, load->sink, &result);
    load->report->errors += result.errors;
    load->report->warnings += result.warnings;
    if (!may_serve) {
        zone_lineage_free(version->lineage);
        return TD_E_INVALID;
    }
    load->report->serial = version->serial;
    *ret_version = version;
    return TD_OK;
}

td_err store_zonefile_load(struct fiber *fiber, struct io *io,
                           const struct store_zonefile *zonefile, const struct td_diag_sink *sink,
                           struct store_zonefile_report *ret_report,
                           struct zone_version **ret_version)
{
    struct zone_build_limits limits = { .records_max = zonefile->records_max };
    struct load load = {
        .io = io,
        .zonefile = zonefile,
        .sink = sink,
        .report = ret_report,
        .files = { .open = file_open, .read = file_read, .close = file_close, .context = &load },
    };
    struct td_diag diag;

    td_assert(zonefile->text == NULL || !zonefile->may_include);
    *ret_report = (struct store_zonefile_report){ .records = 0 };
    if (zonefile->text == NULL &&
        io_path_stat(io, zonefile->path, &ret_report->stat, &diag) != TD_OK)
        ret_report->stat = (struct io_file_stat){ .size = 0 }; /* opening it tells why */
    store_digest_init(&load.digest);
    load.build = zone_build_new(zonefile->apex, zonefile->seed, &limits);
    load.places = zone_places_new();
    td_err err = scan(fiber, &load);
    ret_report->digest = store_digest_get(&load.digest);
    if (err == TD_OK)
        err = finish(&load, ret_version);
    if (err == TD_E_IO)
        ret_report->errors++;
    zone_build_free(load.build);
    zone_places_free(load.places);
    return err;
}

td_err store_zonefile_digest(struct io *io, const char *path, uint64_t *ret_digest,
                             struct td_diag *diag)
{
    struct store_digest digest;
    struct io_file *file;
    size_t size = 0;

    td_err err = io_file_open(io, path, IO_FILE_READ, &file, diag);
    if (err != TD_OK)
        return err;
    uint8_t *block = td_malloc(DIGEST_BLOCK_SIZE);
    store_digest_init(&digest);
    uint64_t at = 0;
    do {
        err = io_file_read_at(file, at, block, DIGEST_BLOCK_SIZE, &size, diag);
        if (err == TD_OK)
            store_digest_add(&digest, block, size);
        at += size;
    } while (err == TD_OK && size != 0);
    if (err == TD_OK)
        *ret_digest = store_digest_get(&digest);
    free(block);
    io_file_close(file);
    return err;
}
