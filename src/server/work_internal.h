/*
 * server/work_internal.h - what the files of a bulk keeper's work share.
 *
 * Floor    10. Not for other directories.
 */
#pragma once

#include "base/reader.h"
#include "server/loader.h"
#include "zone/edit.h"

/* The SOA takes the place of the one there is. Returns whether it could. */
bool work_put_soa(struct zone_edit *edit, const struct change_record *soa);

/* The next change of job->replay; its records lie in the arena. */
TD_NODISCARD td_err work_read_change(struct td_reader *reader, struct td_arena *arena,
                                     struct changeset *ret_changeset);

/* What makes `version` of `before`, all of it or as much as there are records in the zone. */
void work_compare(struct loader_job *job, bool is_whole);

/* Do the changes in `reader` again, on job->version. */
TD_NODISCARD td_err work_replay(struct loader_job *job, struct td_reader reader,
                                struct td_diag *diag);

/* IMAGE: job->version, as its image and the changes behind that have it. */
TD_NODISCARD td_err work_image_read(struct io *io, struct loader_job *job, struct td_diag *diag);

/* IMAGE_WRITE: another slice. */
TD_NODISCARD td_err work_image_write(struct loader_job *job, struct td_diag *diag);

/*
 * job->version becomes `before` with these differences. Where they do not fit it is TD_E_CONFLICT.
 */
TD_NODISCARD td_err work_merge(struct loader_job *job, const struct change_fold *fold,
                               struct td_diag *diag);

/*
 * The difference to the file without what would undo the changes of job->replay. With more records
 * than job->draft_max `version` becomes the zone with them, not checked, and `source` what the file
 * says.
 */
TD_NODISCARD td_err work_both(struct loader_job *job, struct td_diag *diag);
/* `version` is what the file says again. */
void work_both_undo(struct loader_job *job);
