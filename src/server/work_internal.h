/*
 * server/work_internal.h - what the files of a bulk keeper's work share.
 *
 * Floor    10. Not for other directories.
 */
#pragma once

#include "server/loader.h"
#include "zone/edit.h"

/* The SOA takes the place of the one there is. Returns whether it could. */
bool work_put_soa(struct zone_edit *edit, const struct change_record *soa);

/*
 * TRANSFER with differences: job->version is `before` with them. Where they do not fit it is
 * TD_E_CONFLICT.
 */
TD_NODISCARD td_err work_merge(struct loader_job *job, struct td_diag *diag);
