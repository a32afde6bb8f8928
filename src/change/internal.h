/*
 * change/internal.h - what the files of change share.
 *
 * Shape    A step is one changeset (or one piece of keyed state) on its way: a draft becomes one
 *          when it is committed. A batch is a list of steps and of the zones that they touch.
 *          There are two: the open one, and the one that is on its way to the disk.
 * Floor    5. Not for other directories.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "change/change.h"
#include "io/fiber.h"
#include "store/log.h"
#include "zone/edit.h"

/* A whole zone that was replaced or withdrawn, until nobody can read it. */
struct change_retired {
    struct change_retired *next;
    struct zone_lineage *lineage;
    uint64_t ticket;
};

/* One effect of a draft on the zone, in the order in which they came. */
struct change_effect {
    struct change_record record;
    bool is_added;
};

struct change_draft {
    struct change_draft *next; /* in its batch, or among the spare ones */
    struct change_door *door;
    struct change_zone *zone; /* NULL: keyed state, of no zone */
    struct change_wait *wait; /* may be NULL */
    struct zone_version *whole;
    struct store_log_entry entry;
    bool is_logged;   /* `entry` is in the log's batch */
    bool opens_edit;  /* nothing else has touched the zone since the batch was opened */
    bool touches_soa; /* the draft has put another SOA */
    uint32_t serial_before;
    struct change_record soa_before;
    struct changeset changeset; /* its texts and records lie in the arena */
    struct change_effect *effects;
    uint32_t effect_count;
    uint32_t effect_capacity;
    struct td_arena arena;
    struct td_buf payload;
};

struct change_batch {
    struct store_log_batch log;
    struct change_draft *first;
    struct change_draft **last;
    struct change_zone *zones; /* of the open batch by next_open, of the other by next_staged */
};

struct change_door {
    struct io *io;
    struct zone_set *zones;
    struct td_rcu *rcu;
    struct change_log log;
    struct change_listener *listeners;
    struct change_retired *retired;
    void (*dispose)(void *context, struct zone_lineage *lineage);
    void *dispose_context;
    /* Zones with older versions that somebody may hold; the longest ago looked at first. */
    struct change_zone *aged;
    struct change_zone **last_aged;
    struct change_batch open;
    struct change_batch flight;
    bool is_flying;
    struct io_deferred flush;
    struct io_condition idle; /* no batch is open or on its way */
    struct change_draft *spare;
    uint32_t spare_count;
};

/* ---- batch.c ---- */

/* The edit of the open batch on this zone: begun when there is none. */
struct zone_edit *change_batch_edit(struct change_door *door, struct change_zone *zone);

/* A whole version is staged for the open batch. */
void change_batch_stage(struct change_door *door, struct change_zone *zone,
                        struct zone_version *version);

/* Nothing of the open batch touches the zone any more. */
void change_batch_forget(struct change_door *door, struct change_zone *zone);

/* Put the step into the open batch; it is the batch's from now on. */
void change_batch_add(struct change_door *door, struct change_draft *step);

/* Log it not, but have it told when all that was before it is durable. */
void change_batch_wait(struct change_door *door, struct change_draft *step);

/* ---- draft.c ---- */
struct change_draft *change_step_new(struct change_door *door, struct change_zone *zone);
void change_step_free(struct change_draft *step);
void change_steps_fini(struct change_door *door);

/* Fill in who and why, by copy. */
void change_step_about(struct change_draft *step, const struct change_about *about);

/* Encode the changeset of the step as what the log gets. */
void change_step_encode(struct change_draft *step);

/* ---- memory.c ---- */

/* A version was published in place of `before`, which may be NULL. */
void change_retire(struct change_door *door, struct change_zone *zone, struct zone_version *before,
                   struct zone_version *after);
void change_forget_aged(struct change_door *door, struct change_zone *zone);
/* A batch of this many zones was published: give back what was replaced by those before it. */
void change_reclaim_some(struct change_door *door, uint32_t published);
