/*
 * A zone from text in memory, with the places of its records; and what the checks say of it.
 */
#pragma once

#include <stdlib.h>

#include "base/buf.h"
#include "text/scan.h"
#include "unit/test.h"
#include "wire/name.h"
#include "zone/check.h"
#include "zone/lineage.h"

enum { NOW_S = 1796083200 /* 1 December 2026 */ };

struct loaded {
    struct wire_name apex;
    struct td_hash_seed seed;
    struct zone_build *build;
    struct zone_places *places;
    struct zone_build_report built;
    struct zone_version *version; /* NULL: the build was refused */
    const char *text;
    size_t size;
};

static td_err load_open(void *context, const char *path, void **ret_file, struct td_diag *diag)
{
    (void)path;
    (void)diag;
    *ret_file = context;
    return TD_OK;
}

static td_err load_read(void *context, void *file, uint8_t *into, size_t size, size_t *ret_size,
                        struct td_diag *diag)
{
    struct loaded *loaded = file;

    (void)context;
    (void)diag;
    *ret_size = loaded->size < size ? loaded->size : size;
    memcpy(into, loaded->text, *ret_size);
    loaded->text += *ret_size;
    loaded->size -= *ret_size;
    return TD_OK;
}

static void load_close(void *context, void *file)
{
    (void)context;
    (void)file;
}

static td_err load_record(void *context, const struct text_record *record)
{
    struct loaded *loaded = context;

    zone_places_add(loaded->places, zone_places_file(loaded->places, record->file), record->line,
                    record->owner, record->type, record->ttl, record->rdata,
                    (uint16_t)record->rdata_size);
    return zone_build_add(loaded->build, record->owner, record->type, record->ttl, record->rdata,
                          (uint16_t)record->rdata_size);
}

static void load_complain(void *context, const struct td_diag *diag)
{
    char text[TD_DIAG_TEXT_SIZE + TD_DIAG_FILE_SIZE];

    (void)context;
    print_error("%s\n", td_diag_format(diag, text, sizeof(text)));
}

static void load(struct loaded *loaded, const char *origin, const char *text)
{
    struct text_files files = { load_open, load_read, load_close, loaded };
    struct td_diag_sink sink = { load_complain, NULL };
    bool is_done;

    *loaded = (struct loaded){ .text = text, .size = strlen(text) };
    CHECK_OK(wire_name_from_text(origin, &loaded->apex));
    loaded->seed = td_hash_seed_of(1, 2);
    loaded->build = zone_build_new(loaded->apex.octets, &loaded->seed, NULL);
    loaded->places = zone_places_new();
    struct text_scan_config config = {
        .origin = loaded->apex.octets,
        .path = "z",
        .files = &files,
        .on_record = load_record,
        .context = loaded,
        .sink = &sink,
    };
    struct text_scan *scan = text_scan_new(&config);
    CHECK_OK(text_scan_run(scan, SIZE_MAX, &is_done));
    text_scan_free(scan);
    struct zone_version *version = NULL;
    if (zone_build_finish(loaded->build, &loaded->built, &version) == TD_OK)
        loaded->version = version;
}

static void unload(struct loaded *loaded)
{
    zone_places_free(loaded->places);
    if (loaded->version != NULL)
        zone_lineage_free(loaded->version->lineage);
}

/* ---- findings ---- */

struct findings {
    struct td_buf text; /* "id@line id@line" in the order in which they were told */
    bool is_reached[ZONE_CHECK_COUNT];
};

/* The id stands in brackets at the end. */
static void findings_take(void *context, const struct td_diag *diag)
{
    struct findings *findings = context;
    const char *open = strrchr(diag->text, '[');
    char id[64];
    enum zone_check_id check;

    CHECK(open != NULL);
    snprintf(id, sizeof(id), "%.*s", (int)strcspn(open + 1, "]"), open + 1);
    CHECK_OK(zone_check_find(id, &check));
    findings->is_reached[check] = true;
    td_buf_printf(&findings->text, "%s%s@%u", findings->text.size == 0 ? "" : " ", id, diag->line);
}

/* Load, check, compare. Returns whether the zone may be served. */
TD_UNUSED static bool findings_check(struct findings *findings, const char *origin,
                                     const char *text, const struct zone_check_options *options,
                                     const char *want, const char *why)
{
    struct td_diag_sink sink = { findings_take, findings };
    struct zone_check_options own = *options;
    struct zone_check_result result;
    struct loaded loaded;
    bool is_good = false;

    load(&loaded, origin, text);
    td_buf_clear(&findings->text);
    own.built = &loaded.built;
    if (loaded.version == NULL)
        zone_check_soa_refused(loaded.apex.octets, loaded.places, &sink);
    else
        is_good = zone_check(loaded.version, &own, loaded.places, &sink, &result);
    if (strcmp(td_buf_text(&findings->text), want) != 0)
        fail_msg("%s:\n  found %s\n  want  %s\n%s", why, td_buf_text(&findings->text), want, text);
    unload(&loaded);
    return is_good;
}
