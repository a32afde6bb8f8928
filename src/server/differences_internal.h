/*
 * server/differences_internal.h - what the files of differences share.
 *
 * Floor    10. Not for other directories.
 */
#pragma once

#include "replicate/difference.h"
#include "replicate/recent.h"
#include "serve/difference.h"
#include "server/differences.h"

struct differences_job;

struct differences {
    struct server *server;
    struct change_listener listener;
    struct recent recent;
    struct differences_zone *oldest; /* of those that keep an answer */
    struct differences_zone *newest;
    uint64_t kept;
    struct differences_job *jobs; /* under way */
    uint32_t job_count;
};

/*
 * Keep a difference for the next who asks the zone of this name, while it leads to the newest
 * serial; and that there is none, when it is more than the zone. Returns whether it may be sent.
 */
bool differences_keep(struct differences *all, const uint8_t *name, struct difference *difference);

/* ---- differences_large.c: what takes too long for one turn of the main loop ---- */

/*
 * Answer the question when the changes behind `sequence` have been read and condensed. Asked by
 * many it is done once. False: too many are under way.
 */
bool differences_read_later(struct differences *all, struct registry_zone *zone, uint64_t sequence,
                            struct serve_ask *ask);
