/*
 * operator/look.h - what a zone file would do to its zone, were it loaded now.
 *
 * Shape    The file is read and compared on the thread of the API that asks; nothing of the zone is
 *          touched.
 * Floor    11. Not for other directories.
 * Threads  Those of the API.
 */
#pragma once

#include "operator/internal.h"
#include "server/registry_fate.h"

struct operator_look {
    const char *zone; /* its name */
    const char *path; /* of another file; NULL: the zone's own */
    enum registry_take take;
    bool may_be_new; /* there need be no such zone, nor data of it */
    bool is_release; /* of what the brake holds. TD_E_UNSUPPORTED: it holds none */

    struct loader_job *job; /* loaded and, unless the zone is new, compared with `before` */
    struct io *io;
    enum registry_fate fate;
    bool is_withheld; /* it would not be published: `note` says why */
    const char *note; /* NULL */
    struct td_diag diag;
};

/*
 * Whatever is returned, the job is the caller's to end with operator_look_end.
 * TD_E_INVALID    the file would be refused, which diag says
 * TD_E_NOT_FOUND  there is no such zone
 * TD_E_CONFLICT   it has no data, no file, or comes from primaries
 */
TD_NODISCARD td_err operator_look(void *context, struct operator_look *look);
void operator_look_end(struct operator_look *look);
