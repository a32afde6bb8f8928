/* What a bulk keeper does with images. */
#include <stdlib.h>

#include "base/alloc.h"
#include "io/file.h"
#include "server/work_internal.h"
#include "store/image.h"
#include "zone/lineage.h"

static void take(struct loader_job *job, struct store_image *image)
{
    free(job->diags);
    job->version = image->version;
    job->diags = image->diags;
    job->diag_count = job->diag_capacity = image->diag_count;
    job->diags_left_out = image->diags_left_out;
    job->report = (struct store_zonefile_report){
        .stat = image->file.stat,
        .digest = image->file.digest,
        .serial = image->file.serial,
        .records = image->version->record_count,
        .files = 1,
    };
}

/* A gap in the log is for the old road, which knows what to make of it. */
td_err work_image_read(struct io *io, struct loader_job *job, struct td_diag *diag)
{
    struct store_image_about about = {
        .apex = job->apex,
        .seed = job->zonefile.seed,
        .sequence = job->sequence,
        .options = job->options,
        .has_file = !job->is_changed,
    };
    struct store_image image;

    td_err err = TD_OK;
    if (about.has_file)
        err = io_path_stat(io, job->path, &about.file.stat, diag);
    if (err == TD_OK)
        err = store_image_read(io, job->image_path, &about, &image, diag);
    if (err != TD_OK)
        return err;
    take(job, &image);
    err = work_replay(job, td_reader_of(job->replay.data, job->replay.size), diag);
    if (err == TD_OK && (job->gaps != 0 || job->misfits != 0)) {
        td_diag_say(diag, "the log does not go on from it");
        err = TD_E_CONFLICT;
    }
    return err;
}

td_err work_image_write(struct loader_job *job, struct td_diag *diag)
{
    td_err err = store_image_writer_step(job->writer, &job->is_done, diag);

    if (err != TD_OK || job->is_done) {
        store_image_writer_free(job->writer);
        job->writer = NULL;
    }
    return err;
}
