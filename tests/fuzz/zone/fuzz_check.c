/*
 * A zone file as it is: scanned, built and checked, with the places of its records; its origin is
 * "z.". What is told must be words, and must come out the same when it is done again without
 * places.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "text/scan.h"
#include "wire/name.h"
#include "zone/check.h"
#include "zone/lineage.h"

enum { NOW_S = 1796083200 };

struct input {
    const uint8_t *at;
    size_t left;
    struct zone_build *build;
    struct zone_places *places;
};

static td_err input_open(void *context, const char *path, void **ret_file, struct td_diag *diag)
{
    (void)path;
    (void)diag;
    *ret_file = context;
    return TD_OK;
}

static td_err input_read(void *context, void *file, uint8_t *into, size_t size, size_t *ret_size,
                         struct td_diag *diag)
{
    struct input *input = file;

    (void)context;
    (void)diag;
    *ret_size = input->left < size ? input->left : size;
    if (*ret_size != 0)
        memcpy(into, input->at, *ret_size);
    input->at += *ret_size;
    input->left -= *ret_size;
    return TD_OK;
}

static void input_close(void *context, void *file)
{
    (void)context;
    (void)file;
}

static td_err input_record(void *context, const struct text_record *record)
{
    struct input *input = context;

    td_err err = zone_build_add(input->build, record->owner, record->type, record->ttl,
                                record->rdata, (uint16_t)record->rdata_size);
    if (err == TD_OK)
        zone_places_add(input->places, 0, record->line, record->owner, record->type, record->ttl,
                        record->rdata, (uint16_t)record->rdata_size);
    return err == TD_E_INVALID ? TD_OK : err;
}

static void report(void *context, const struct td_diag *diag)
{
    (void)context;
    td_assert(diag->text[0] != '\0' && diag->text[strlen(diag->text) - 1] == ']');
    for (const char *c = diag->text; *c != '\0'; c++)
        td_assert((unsigned char)*c >= 0x20 && (unsigned char)*c < 0x7F);
}

static void check(struct zone_version *version, const struct zone_places *places,
                  const struct zone_build_report *built)
{
    const struct td_diag_sink sink = { .report = report };
    struct zone_check_options options;
    struct zone_check_result with, without;

    zone_check_options_init(&options, ZONE_CHECK_STRICT, NOW_S);
    options.signatures_max = 20;
    td_assert(zone_check(version, &options, places, &sink, &with) == (with.errors == 0));
    td_assert(zone_check(version, &options, NULL, &sink, &without) == (with.errors == 0));
    td_assert(memcmp(&with, &without, sizeof(with)) == 0);
    options.built = built;
    zone_check(version, &options, places, &sink, &with);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t apex[] = { 1, 'z', 0 };
    struct td_hash_seed seed = td_hash_seed_of(1, 2);
    struct input input = { .at = data, .left = size };
    const struct text_files files = { input_open, input_read, input_close, &input };
    const struct td_diag_sink sink = { .report = report };
    struct zone_build_report built;
    struct zone_version *version;
    bool is_done;

    input.build = zone_build_new(apex, &seed, NULL);
    input.places = zone_places_new();
    zone_places_file(input.places, "f");
    struct text_scan_config config = {
        .origin = apex,
        .path = "f",
        .files = &files,
        .on_record = input_record,
        .context = &input,
        .has_ttl_default = true,
        .ttl_default = 60,
        .generate_max = 300,
    };
    struct text_scan *scan = text_scan_new(&config);
    td_err err = text_scan_run(scan, SIZE_MAX, &is_done);
    text_scan_free(scan);
    (void)err; /* what could be read is checked all the same */
    if (zone_build_finish(input.build, &built, &version) == TD_OK) {
        check(version, input.places, &built);
        zone_lineage_free(version->lineage);
    } else {
        zone_check_soa_refused(apex, input.places, &sink);
    }
    zone_places_free(input.places);
    return 0;
}
