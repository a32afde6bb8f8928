/*
 * store/zonefile_write.h - a zone version becomes a zone file.
 *
 * Shape    One record a line, names absolute, in canonical order, the SOA first. Written beside the
 *          file, synced, and renamed over it.
 * Floor    4.
 * Threads  A bulk keeper: it blocks on the disk. The version is pinned by the caller.
 * RFC      1035 5.
 */
#pragma once

#include "base/diag.h"
#include "base/err.h"
#include "io/io.h"
#include "store/zone_state.h"
#include "zone/version.h"

/*
 * *ret_file tells how the file is now; its sequence is not touched.
 * TD_E_REFUSED, TD_E_NOT_FOUND, TD_E_LIMIT, TD_E_IO  it could not be written; the old one is there
 */
TD_NODISCARD td_err store_zonefile_write(struct fiber *fiber, struct io *io, const char *path,
                                         const struct zone_version *version,
                                         struct store_zone_file *ret_file, struct td_diag *diag);
