/* What a bulk keeper does with a job. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "base/reader.h"
#include "change/encode.h"
#include "server/work_internal.h"
#include "store/base.h"
#include "store/zonefile_write.h"
#include "wire/key.h"
#include "wire/rrtype.h"
#include "zone/compare.h"
#include "zone/lineage.h"

enum {
    DIFF_FREE = 1000, /* a small zone may change altogether */
    SOA_NUMBERS_SIZE = 20,
};

/* ---- findings ---- */

static void report(void *context, const struct td_diag *diag)
{
    struct loader_job *job = context;

    if (job->diag_count == LOADER_DIAGS_MAX) {
        job->diags_left_out++;
        return;
    }
    td_grow(job->diags, job->diag_count, job->diag_capacity);
    job->diags[job->diag_count++] = *diag;
}

static struct td_diag_sink sink_of(struct loader_job *job)
{
    return (struct td_diag_sink){ .report = report, .context = job };
}

static td_err report_failure(struct loader_job *job, td_err err, struct td_diag *diag)
{
    if (err != TD_OK) {
        diag->severity = TD_SEVERITY_ERROR;
        report(job, diag);
        job->report.errors++;
    }
    return err;
}

/* ---- load ---- */

static td_err load(struct io *io, struct loader_job *job)
{
    struct td_diag_sink sink = sink_of(job);

    job->checks.now_s = io_wall_s(io);
    job->zonefile.path = job->path;
    job->zonefile.apex = job->apex;
    job->zonefile.checks = &job->checks;
    return store_zonefile_load(NULL, io, &job->zonefile, &sink, &job->report, &job->version);
}

/* ---- compare ---- */

static struct change_record record_of(struct loader_diff *diff,
                                      const struct zone_compare_record *record)
{
    return (struct change_record){
        .owner = td_arena_memdup(&diff->arena, record->owner, record->owner_size),
        .rdata = record->rdata,
        .ttl = record->ttl,
        .type = record->type,
        .rdata_size = record->rdata_size,
    };
}

static bool has_room(struct loader_job *job)
{
    struct loader_diff *diff = &job->diff;

    diff->is_too_large = !diff->has_no_limit && (uint64_t)diff->removed_count + diff->added_count >
                                                    job->version->record_count + DIFF_FREE;
    return !diff->is_too_large;
}

static bool removed(void *context, const struct zone_compare_record *record)
{
    struct loader_job *job = context;
    struct loader_diff *diff = &job->diff;

    td_grow(diff->removed, diff->removed_count, diff->removed_capacity);
    diff->removed[diff->removed_count++] = record_of(diff, record);
    return has_room(job);
}

static bool added(void *context, const struct zone_compare_record *record)
{
    struct loader_job *job = context;
    struct loader_diff *diff = &job->diff;

    td_grow(diff->added, diff->added_count, diff->added_capacity);
    diff->added[diff->added_count++] = record_of(diff, record);
    return has_room(job);
}

/* Has the new version no records of this name? */
static bool is_gone(const struct loader_job *job, const uint8_t *owner)
{
    struct wire_key key;

    wire_key_make(&key, zone_version_seed(job->version), owner);
    const struct zone_node *node = zone_find_exact(job->version, &key, 0);
    return node == NULL || node->sets == 0;
}

/* The list of what is removed was not finished: look for each name that there was. */
static uint32_t count_all_gone(const struct loader_job *job)
{
    static const enum zone_order orders[] = { ZONE_ORDER_NAMES, ZONE_ORDER_NSEC3 };
    struct zone_walk walk;
    struct wire_name name;
    uint32_t gone = 0;

    for (size_t i = 0; i < TD_COUNT(orders); i++)
        for (const struct zone_node *node = zone_walk_first(&walk, job->before, orders[i]);
             node != NULL; node = zone_walk_next(&walk)) {
            zone_node_name(job->before, node, &name);
            gone += node->sets != 0 && is_gone(job, name.octets);
        }
    return gone;
}

static uint32_t count_gone(const struct loader_job *job)
{
    const struct loader_diff *diff = &job->diff;
    const uint8_t *before = NULL;
    uint32_t gone = 0;

    if (diff->is_too_large)
        return count_all_gone(job);
    for (uint32_t i = 0; i < diff->removed_count; i++) {
        const uint8_t *owner = diff->removed[i].owner;
        if (before != NULL && wire_name_compare(before, owner) == 0)
            continue;
        before = owner;
        gone += is_gone(job, owner);
    }
    return gone;
}

void work_compare(struct loader_job *job, bool is_whole)
{
    struct zone_compare compare = {
        .before = job->before,
        .after = job->version,
        .removed = removed,
        .added = added,
        .context = job,
    };

    td_arena_reset(&job->diff.arena);
    job->diff.removed_count = job->diff.added_count = 0;
    job->diff.is_too_large = false;
    job->diff.has_no_limit = is_whole;
    while (zone_compare_run(&compare, SIZE_MAX))
        continue;
    job->diff.gone = count_gone(job);
}

/* ---- restore ---- */

bool work_put_soa(struct zone_edit *edit, const struct change_record *record)
{
    const struct zone_version *view = zone_edit_view(edit);
    const struct wire_rrset *soa = zone_node_set(view, zone_version_apex(view), WIRE_TYPE_SOA);
    struct wire_rdata old = wire_rrset_first(soa);
    uint8_t *copy = td_memdup(old.octets, old.size);

    td_err err =
        zone_edit_remove(edit, zone_version_name(view), WIRE_TYPE_SOA, copy, old.size, NULL);
    if (err == TD_OK)
        err = zone_edit_add(edit, record->owner, WIRE_TYPE_SOA, record->ttl, record->rdata,
                            record->rdata_size);
    free(copy);
    return err == TD_OK;
}

/* A change that was made before: what it wants to be so is so afterwards, whatever was before. */
static void replay_one(struct loader_job *job, struct zone_edit *edit,
                       const struct changeset *changeset)
{
    for (uint32_t i = 0; i < changeset->removed_count; i++) {
        const struct change_record *record = &changeset->removed[i];
        if (record->type != WIRE_TYPE_SOA)
            job->misfits += zone_edit_remove(edit, record->owner, record->type, record->rdata,
                                             record->rdata_size, NULL) != TD_OK;
    }
    for (uint32_t i = 0; i < changeset->added_count; i++) {
        const struct change_record *record = &changeset->added[i];
        if (record->type == WIRE_TYPE_SOA)
            job->misfits += !work_put_soa(edit, record);
        else if (zone_edit_add(edit, record->owner, record->type, record->ttl, record->rdata,
                               record->rdata_size) != TD_OK)
            job->misfits++;
    }
}

td_err work_read_change(struct td_reader *reader, struct td_arena *arena,
                        struct changeset *ret_changeset)
{
    const uint8_t *octets;
    uint32_t size;

    td_err err = td_read_u32(reader, &size);
    if (err == TD_OK)
        err = td_read_octets(reader, size, &octets);
    return err == TD_OK ? change_decode(octets, size, arena, ret_changeset) : err;
}

/* The first change is a break that tells the whole zone. */
static td_err build_whole(struct loader_job *job, struct td_reader *reader, struct td_diag *diag)
{
    struct zone_build *build = zone_build_new(job->apex, job->zonefile.seed, NULL);
    struct zone_build_report built;
    struct changeset changeset;
    struct td_arena arena;

    td_arena_init(&arena, 0);
    td_err err = work_read_change(reader, &arena, &changeset);
    for (uint32_t i = 0; err == TD_OK && i < changeset.added_count; i++) {
        const struct change_record *record = &changeset.added[i];
        err = zone_build_add(build, record->owner, record->type, record->ttl, record->rdata,
                             record->rdata_size);
    }
    if (err == TD_OK)
        err = zone_build_finish(build, &built, &job->version);
    else
        zone_build_free(build);
    if (err != TD_OK)
        td_diag_say(diag, "the zone in the log cannot be read");
    td_arena_fini(&arena);
    return err;
}

/* Of the first record of either list, which is the SOA. */
static uint32_t soa_serial(const struct change_record *soa)
{
    return soa->rdata_size < SOA_NUMBERS_SIZE
               ? 0
               : td_get_u32(soa->rdata + soa->rdata_size - SOA_NUMBERS_SIZE);
}

td_err work_replay(struct loader_job *job, struct td_reader reader, struct td_diag *diag)
{
    if (td_reader_left(&reader) == 0)
        return TD_OK; /* another version would only cost memory */
    struct zone_edit *edit = zone_edit_begin(job->version);
    bool has_serial = job->has_whole || job->base_path != NULL || job->kind == LOADER_IMAGE;
    /* A file may have had another. */
    uint32_t serial = job->version->serial;
    struct td_arena arena;
    td_err err = TD_OK;

    td_arena_init(&arena, 0);
    while (err == TD_OK && td_reader_left(&reader) != 0) {
        struct changeset changeset;
        err = work_read_change(&reader, &arena, &changeset);
        if (err == TD_OK) {
            job->gaps += has_serial && changeset.removed_count != 0 &&
                         soa_serial(&changeset.removed[0]) != serial;
            if (changeset.added_count != 0)
                serial = soa_serial(&changeset.added[0]);
            has_serial = true;
            replay_one(job, edit, &changeset);
        }
        td_arena_reset(&arena);
    }
    td_arena_fini(&arena);
    if (err != TD_OK) {
        zone_edit_abort(edit);
        td_diag_say(diag, "a change in the log cannot be read");
        return err;
    }
    return zone_edit_finish(edit, &job->version);
}

static td_err restore(struct io *io, struct loader_job *job)
{
    struct td_reader reader = td_reader_of(job->replay.data, job->replay.size);
    struct td_diag diag = { .line = 0 };
    uint64_t sequence;
    td_err err;

    if (job->has_whole) {
        err = build_whole(job, &reader, &diag);
    } else if (job->base_path == NULL) {
        err = load(io, job);
        if (err != TD_OK)
            return err;
    } else {
        err = store_base_read(io, job->base_path, job->apex, job->zonefile.seed, &sequence,
                              &job->version, &diag);
    }
    if (err == TD_OK)
        err = work_replay(job, reader, &diag);
    return report_failure(job, err, &diag);
}

/* ---- transfers ---- */

static td_err finish_build(struct loader_job *job, struct zone_build_report *built,
                           struct td_diag *diag)
{
    td_err err = zone_build_finish(job->build, built, &job->version);

    job->build = NULL;
    if (err != TD_OK)
        td_diag_say(diag, err == TD_E_INVALID ? "there is not exactly one SOA"
                                              : "a set has more than 65,535 records");
    return err;
}

/* Few differences become a draft, which is checked as any other; its digest was waited for. */
static td_err verify_digest(struct loader_job *job)
{
    struct td_diag diag = { .line = 0 };
    unsigned algorithm;
    bool is_bad = zone_zonemd_is_bad(zone_zonemd_check(job->version, &algorithm));

    zone_lineage_free(job->version->lineage);
    job->version = NULL;
    if (!is_bad)
        return TD_OK;
    td_diag_say(&diag, "the digest in ZONEMD is not that of the zone");
    return report_failure(job, TD_E_INVALID, &diag);
}

static td_err finish_transfer(struct loader_job *job)
{
    struct td_diag_sink sink = sink_of(job);
    struct td_diag diag = { .line = 0 };
    struct zone_check_result result;
    struct zone_build_report built;

    td_err err =
        job->has_fold ? work_merge(job, &job->fold, &diag) : finish_build(job, &built, &diag);
    if (err != TD_OK)
        return report_failure(job, err, &diag);
    if (loader_job_is_small(job))
        return verify_digest(job);
    job->checks.built = job->has_fold ? NULL : &built;
    if (!zone_check(job->version, &job->checks, NULL, &sink, &result))
        return TD_E_INVALID;
    if (job->before != NULL)
        work_compare(job, false);
    return TD_OK;
}

/* ---- comparing again, and merging ---- */

static td_err compare(struct loader_job *job)
{
    struct td_diag_sink sink = sink_of(job);
    struct td_diag diag = { .line = 0 };
    struct zone_check_result result;

    work_both_undo(job);
    if (!job->merges) {
        work_compare(job, false);
        return TD_OK;
    }
    job->diag_count = job->diags_left_out = 0; /* those of the file have been told */
    td_err err = work_both(job, &diag);
    if (err != TD_OK)
        return report_failure(job, err, &diag);
    if (job->source == NULL || zone_check(job->version, &job->checks, NULL, &sink, &result))
        return TD_OK;
    job->report.errors = result.errors;
    return TD_E_INVALID;
}

/* ---- all of them ---- */

static td_err write_file(struct io *io, struct loader_job *job)
{
    struct td_diag diag = { .line = 0 };

    job->file.sequence = job->sequence;
    return report_failure(
        job, store_zonefile_write(NULL, io, job->path, job->before, &job->file, &diag), &diag);
}

static td_err write_base(struct io *io, struct loader_job *job)
{
    struct td_diag diag = { .line = 0 };

    return report_failure(
        job, store_base_write(NULL, io, job->base_path, job->before, job->sequence, &diag), &diag);
}

static td_err work(struct io *io, struct loader_job *job)
{
    struct td_diag diag = { .line = 0 };
    td_err err = TD_OK;
    unsigned algorithm;

    switch (job->kind) {
    case LOADER_LOAD:
        err = load(io, job);
        if (err == TD_OK && job->before != NULL)
            work_compare(job, false);
        break;
    case LOADER_COMPARE:
        err = compare(job);
        break;
    case LOADER_RESTORE:
        err = restore(io, job);
        break;
    case LOADER_FLUSH:
        err = write_file(io, job);
        break;
    case LOADER_BASE:
        err = write_base(io, job);
        break;
    case LOADER_TRANSFER:
        err = finish_transfer(job);
        break;
    case LOADER_VERIFY:
        job->zonemd = zone_zonemd_check(job->before, &algorithm);
        break;
    case LOADER_IMAGE:
        err = report_failure(job, work_image_read(io, job, &diag), &diag);
        break;
    case LOADER_IMAGE_WRITE:
        err = report_failure(job, work_image_write(job, &diag), &diag);
        break;
    case LOADER_DIGEST:
        err = store_zonefile_digest(io, job->path, &job->report.digest, &diag);
        break;
    case LOADER_DISPOSE:
        zone_lineage_free(job->disposal);
        job->disposal = NULL;
        if (job->is_trim)
            malloc_trim(0);
        break;
    }
    return err;
}

void loader_work(struct io *io, struct loader_job *job)
{
    uint64_t before = io_clock_read_ns(io);

    job->result = work(io, job);
    if (job->result != TD_OK && job->version != NULL) {
        zone_lineage_free(job->version->lineage);
        job->version = NULL;
    }
    job->cpu_ns = io_clock_read_ns(io) - before;
}
