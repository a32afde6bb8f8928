/*
 * File and zone were both changed, and both are wanted: of the difference to the file what would
 * undo the changes made at run time is left out. It may be as large as both together, and a year
 * of changes may be made up for: all of this is a bulk keeper's.
 */
#include "base/reader.h"
#include "change/fold.h"
#include "server/registry_internal.h"
#include "server/work_internal.h"
#include "zone/lineage.h"

enum { RECORDS_MIN = 65536 }; /* in the fold, before what cancels out is looked for */

/* What was merged before came from the file, and goes with it. */
static td_err fold_run_time(struct loader_job *job, struct change_fold *fold)
{
    struct td_reader reader = td_reader_of((const uint8_t *)job->replay.data, job->replay.size);
    uint32_t records_max = RECORDS_MIN;
    struct td_arena arena;
    td_err err = TD_OK;

    td_arena_init(&arena, 0);
    while (err == TD_OK && td_reader_left(&reader) != 0) {
        struct changeset changeset;
        err = work_read_change(&reader, &arena, &changeset);
        if (err == TD_OK && changeset.origin != CHANGE_FILE)
            change_fold_add(fold, &changeset);
        td_arena_reset(&arena);
        if (fold->removed_count + fold->added_count < records_max)
            continue;
        change_fold_cancel(fold);
        records_max = RECORDS_MIN + 2 * (fold->removed_count + fold->added_count);
    }
    td_arena_fini(&arena);
    change_fold_finish(fold);
    return err;
}

static td_err spare_run_time(struct loader_job *job, struct td_diag *diag)
{
    struct loader_diff *diff = &job->diff;
    struct change_fold fold;

    change_fold_init(&fold);
    td_err err = fold_run_time(job, &fold);
    if (err == TD_OK)
        change_fold_spare(&fold, diff->removed, &diff->removed_count, diff->added,
                          &diff->added_count);
    else
        td_diag_say(diag, "a change in the log cannot be read");
    change_fold_fini(&fold);
    return err;
}

/* The zone with what was changed in the file. */
static td_err make_whole(struct loader_job *job, struct td_diag *diag)
{
    struct change_fold fold = {
        .removed = job->diff.removed,
        .removed_count = job->diff.removed_count,
        .added = job->diff.added,
        .added_count = job->diff.added_count,
        .soa_after = change_record_soa(job->version),
    };

    job->source = job->version;
    job->version = NULL;
    td_err err = work_merge(job, &fold, diag);
    if (err != TD_OK)
        return err;
    job->version = registry_with_digest(job->version);
    work_compare(job, false);
    return TD_OK;
}

td_err work_both(struct loader_job *job, struct td_diag *diag)
{
    struct loader_diff *diff = &job->diff;

    work_compare(job, true);
    td_err err = spare_run_time(job, diag);
    if (err != TD_OK)
        return err;
    diff->gone = 0; /* the draft looks itself */
    if ((uint64_t)diff->removed_count + diff->added_count <= job->draft_max)
        return TD_OK;
    return make_whole(job, diag);
}

void work_both_undo(struct loader_job *job)
{
    if (job->source == NULL)
        return;
    zone_lineage_free(job->version->lineage);
    job->version = job->source;
    job->source = NULL;
}
