/*
 * server/loader.h - bulk keepers: threads for what takes long, at idle priority once all zones have
 *                   been tried: a busy machine would have no time at all for those that wait.
 *
 * Shape    Jobs go in, come out finished, in any order. A job is its owner's until it is given
 *          and again when it comes back. What is done with it is in work.c.
 * Floor    10.
 * Threads  The registry's; the work happens on the keepers.
 * Limits   LOADER_KEEPERS_MAX keepers; LOADER_DIAGS_MAX findings kept with a job.
 */
#pragma once

#include "base/arena.h"
#include "base/diag.h"
#include "change/change.h"
#include "change/fold.h"
#include "io/fiber.h"
#include "io/io.h"
#include "store/image.h"
#include "store/zone_state.h"
#include "store/zonefile.h"
#include "wire/name.h"
#include "zone/parts.h"
#include "zone/zonemd.h"

enum { LOADER_KEEPERS_MAX = 16, LOADER_DIAGS_MAX = 40 };

enum loader_kind {
    LOADER_LOAD,        /* read the zone file and, with `before`, say what makes it of that */
    LOADER_COMPARE,     /* only the latter: `version` has been loaded before; or a merge */
    LOADER_RESTORE,     /* the base, or the file, and the changes of the log behind it */
    LOADER_FLUSH,       /* write `before` as the zone file */
    LOADER_BASE,        /* write `before` as the base */
    LOADER_TRANSFER,    /* finish `build`, check it, and say what makes it of `before` */
    LOADER_VERIFY,      /* is the digest (ZONEMD) of `before` right? */
    LOADER_IMAGE,       /* the image, and the changes of the log behind it */
    LOADER_IMAGE_WRITE, /* write a slice of the image of `before` */
    LOADER_DIGEST,      /* what is the digest of the zone file? */
    LOADER_DISPOSE,     /* free a zone that nobody reads any more */
};

/* What makes one version out of another; data lies in the versions. */
struct loader_diff {
    struct td_arena arena;
    struct change_record *removed;
    struct change_record *added;
    uint32_t removed_count;
    uint32_t removed_capacity;
    uint32_t added_count;
    uint32_t added_capacity;
    uint32_t gone;     /* names that would have no records any more */
    bool is_too_large; /* there would be more of it than of the zone: it was not finished */
    bool has_no_limit; /* it is finished all the same */
};

struct loader_job {
    struct loader_job *next; /* private */
    uint32_t keeper;         /* private */
    enum loader_kind kind;
    void *owner;                      /* NULL: nobody waits for it any more */
    uint8_t apex[WIRE_NAME_SIZE_MAX]; /* its own: the zone may be removed meanwhile */
    char *path;                       /* its own: of the zone file; NULL: there is none */
    char *base_path;                  /* its own: of the base; NULL: there is none */
    struct store_zonefile zonefile;
    struct zone_check_options checks; /* zonefile.checks points here */
    struct zone_build *build;         /* TRANSFER: the whole zone, or: */
    struct change_fold fold;          /* TRANSFER: settled differences to `before` */
    bool has_fold;
    struct zone_parts parts; /* TRANSFER: `before` taken apart, to be copied */
    bool has_parts;
    struct zone_version *before; /* pinned by the job */
    uint64_t sequence;           /* of the newest change that is in `before` */
    bool is_guess;               /* RESTORE: only if it leads to what was served; the registry's */
    bool has_whole;              /* RESTORE: the first of `replay` is the whole zone */
    char *image_path;            /* IMAGE: its own */
    bool is_changed;             /* IMAGE: it is not what the zone file says */
    uint64_t options;            /* IMAGE: of struct store_image_about */
    struct store_image_writer *writer; /* IMAGE_WRITE */
    bool is_done;                      /* IMAGE_WRITE: that was the last slice */
    struct td_buf replay; /* RESTORE, IMAGE, merge: changesets, each behind its size in 4 octets */
    bool merges;          /* COMPARE: only what was changed in the file, `replay` stays */
    uint32_t draft_max;   /* merge: of more records `version` becomes the zone with them; TRANSFER:
                             up to so many differences are put on `before` as they are */
    uint64_t replayed;    /* merge: the newest change in `replay`; the registry's */

    td_err result;
    struct zone_version *version; /* on TD_OK: the owner's */
    struct zone_version *source;  /* what the file says, where a merge has made another of it */
    struct zone_lineage *disposal;
    bool is_trim; /* DISPOSE: of what is free */
    struct store_zonefile_report report;
    struct store_zone_file file; /* as it was written, or read; the latter is the registry's */
    struct loader_diff diff;
    enum zone_zonemd zonemd; /* VERIFY: what it is */
    uint32_t misfits;        /* RESTORE, IMAGE: records to be removed that were not there */
    uint32_t gaps;   /* RESTORE, IMAGE: changes that do not begin where the one before ends */
    uint32_t tries;  /* comparisons that came too late; the registry's */
    uint64_t cpu_ns; /* what it took of the keeper */
    struct td_diag *diags;
    uint32_t diag_count;
    uint32_t diag_capacity;
    uint32_t diags_left_out;
};

/* TRANSFER: are its differences few? Then the zone with them was verified, and that is all. */
static inline bool loader_job_is_small(const struct loader_job *job)
{
    const struct change_fold *fold = &job->fold;

    return job->has_fold &&
           (uint64_t)fold->removed_count + fold->added_count + fold->passing_count <=
               job->draft_max;
}

struct loader;

/*
 * Start `keepers` threads. Finished jobs are handed to `done` on the calling world's loop. With
 * `trims_memory` the first of them gives what is free in the process back to the system, all the
 * time.
 */
TD_NODISCARD td_err loader_new(struct io *io, uint32_t keepers, bool trims_memory,
                               void (*done)(void *context, struct loader_job *job), void *context,
                               struct loader **ret_loader, struct td_diag *diag);
/* No keeper works any more when it returns; what is given from now on waits to be freed. */
void loader_stop(struct fiber *fiber, struct loader *loader);
/* After loader_stop. */
void loader_free(struct loader *loader);

void loader_give(struct loader *loader, struct loader_job *job);
/* From now on nobody waits for what is loaded, and answers come first. */
void loader_calm(struct loader *loader);
/* Give free memory back to the system, where nobody waits for that. */
void loader_trim(struct loader *loader);
/* Have a zone freed that nobody reads any more. */
void loader_dispose(struct loader *loader, struct zone_lineage *lineage);

/* Loads given and not yet back. */
uint32_t loader_count(const struct loader *loader);

/* A job without an owner yet. */
struct loader_job *loader_job_new(enum loader_kind kind, const uint8_t *apex, const char *path);
/* It is about this version (NULL: there is none), which has the changes up to there; pins it. */
void loader_job_pin(struct loader_job *job, struct zone_version *before, uint64_t sequence);
/* Its pin goes with it, and its version, if it still has one. */
void loader_job_free(struct loader_job *job);

/* Do a job, on the keeper's loop. */
void loader_work(struct io *io, struct loader_job *job);
