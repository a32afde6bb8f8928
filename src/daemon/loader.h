/*
 * daemon/loader.h - bulk keepers: threads that load zone files, at idle priority.
 *
 * Shape    Jobs go in, come out finished, in any order. A job is its owner's until it is given
 *          and again when it comes back.
 * Floor    10.
 * Threads  The registry's; the loading happens on the keepers.
 * Limits   LOADER_KEEPERS_MAX keepers; LOADER_DIAGS_MAX findings kept with a job.
 */
#pragma once

#include "base/diag.h"
#include "io/fiber.h"
#include "io/io.h"
#include "store/zonefile.h"
#include "wire/name.h"

enum { LOADER_KEEPERS_MAX = 16, LOADER_DIAGS_MAX = 40 };

struct loader_job {
    struct loader_job *next;       /* private */
    uint32_t keeper;               /* private */
    struct zone_lineage *disposal; /* not a load: a zone to be freed */
    bool is_disposed;
    void *owner;
    uint8_t apex[WIRE_NAME_SIZE_MAX]; /* its own: the zone may be removed meanwhile */
    struct store_zonefile zonefile;
    struct zone_check_options checks; /* zonefile.checks points here */
    td_err result;
    struct zone_version *version; /* on TD_OK: the owner's */
    struct store_zonefile_report report;
    uint64_t cpu_ns; /* what it took of the keeper */
    struct td_diag *diags;
    uint32_t diag_count;
    uint32_t diag_capacity;
    uint32_t diags_left_out;
};

struct loader;

/*
 * Start `keepers` threads. Finished jobs are handed to `done` on the calling world's loop.
 */
TD_NODISCARD td_err loader_new(struct io *io, uint32_t keepers,
                               void (*done)(void *context, struct loader_job *job), void *context,
                               struct loader **ret_loader, struct td_diag *diag);
void loader_free(struct fiber *fiber, struct loader *loader);

void loader_give(struct loader *loader, struct loader_job *job);
/* Have a zone freed that nobody reads any more. */
void loader_dispose(struct loader *loader, struct zone_lineage *lineage);

/* Loads given and not yet back. */
uint32_t loader_count(const struct loader *loader);

void loader_job_free(struct loader_job *job);
