/*
 * server/registry_internal.h - what the files of the registry share.
 *
 * Floor    10. Not for other directories.
 */
#pragma once

#include "io/timer.h"
#include "replicate/digest.h"
#include "server/registry.h"
#include "server/registry_fate.h"
#include "server/registry_restore.h"

struct change_draft;
struct images;

/* Zones that wait for a keeper to be started; removed ones have left NULL. */
struct registry_starts {
    struct registry_zone **zones;
    uint32_t next; /* the first that waits */
    uint32_t count;
    uint32_t capacity;
    uint32_t waiting;
};

/* What was made last of options while a configuration is applied, which is a user of it. */
struct registry_alike {
    const struct conf_zone_options *options;
    bool is_catalog;
    struct serve_zone *settings; /* NULL: nothing yet */
};

struct registry {
    struct registry_parts parts;
    char *state; /* parts.state, by copy: the configuration that it was in goes at a reload */
    struct change_door *door;
    struct loader *loader;
    struct secondaries *secondaries;
    struct followers_all *followers;
    struct catalogs *catalogs;
    struct images *images;
    struct io_timer quarantine;
    bool is_applying; /* a configuration */
    struct registry_alike alike;
    struct registry_zone *zones;
    struct registry_starts starts;
    struct change_listener listener;
    struct io_timer reclaim;
    struct io_timer keep;  /* bases to be written */
    struct io_timer sweep; /* histories that have grown old */
    size_t sweep_at;       /* see store_log_zones_visit */
    uint32_t commits;      /* of files, on their way to the disk */
    uint32_t merges;       /* for which changes are being read */
    bool is_closing;       /* no more of them */
    bool has_merged;       /* none is left */
    struct io_condition merged;
    void (*idle)(void *context);
    void *idle_context;
};

/* Old versions are given back from time to time, as long as there are any. */
void registry_reclaim_soon(struct registry *registry);

/* Nothing is under way any more: whoever waits for that is told. */
void registry_look_idle(struct registry *registry);

/* ---- registry_start.c ---- */

/* A zone that has no data yet: restored, or loaded, now or when its turn comes. */
void registry_zone_start(struct registry *registry, struct registry_zone *zone);
/* Its image was no good. */
void registry_zone_start_again(struct registry *registry, struct registry_zone *zone);
/*
 * The base cannot be read: start the zone from what else there is, if the log has all that the base
 * was made of. False: it has not.
 */
bool registry_start_without_base(struct registry *registry, struct registry_zone *zone);
/* The changes behind `sequence`, for the keeper to do again. */
TD_NODISCARD td_err registry_replay_behind(struct registry *registry, struct registry_zone *zone,
                                           uint64_t sequence, struct loader_job *job);
/* It is not to be started, should it wait for that. */
void registry_start_cancel(struct registry *registry, struct registry_zone *zone);
/* Keepers have done something: more can be started. */
void registry_start_more(struct registry *registry);
/* Put a change of the log into job->replay; without it, when it cannot be read: see diag. */
TD_NODISCARD td_err registry_replay_add(struct registry *registry, struct loader_job *job,
                                        const struct store_log_change *change,
                                        struct td_diag *diag);

/* ---- registry_load.c ---- */

/* A job that came back. */
void registry_take_job(void *context, struct loader_job *job);

/* Give a job of this kind for the zone as it is served now. Only while none is under way. */
void registry_give(struct registry *registry, struct registry_zone *zone, enum loader_kind kind);
/* The same in two steps, for whoever has something to add. */
struct loader_job *registry_job_new(struct registry *registry, struct registry_zone *zone,
                                    enum loader_kind kind);
/* The checks for such a job. */
void registry_checks(const struct registry_zone *zone, enum loader_kind kind,
                     struct zone_check_options *ret_checks);
void registry_give_job(struct registry *registry, struct registry_zone *zone,
                       struct loader_job *job);

/* Compare what the file says with the zone once more, for a merge if that is wanted. */
void registry_compare(struct registry *registry, struct registry_zone *zone,
                      struct loader_job *job);

/* ---- registry_still.c ---- */

/* The same, and whoever changes the zone often waits meanwhile. */
void registry_compare_still(struct registry *registry, struct registry_zone *zone,
                            struct loader_job *job);

/* ---- registry_commit.c ---- */

/* What the operator has chosen was for the load that has ended, and for no other. */
static inline void registry_forget_choice(struct registry_zone *zone)
{
    zone->take = REGISTRY_TAKE_NOTHING;
    zone->is_released = false;
}

/* What the file says, compared with what is served: publish the difference. Takes what it needs. */
void registry_commit(struct registry *registry, struct registry_zone *zone, struct loader_job *job);

/*
 * Put a difference into a draft, all but the SOA. *misfits counts the records that were gone, or
 * there, already. False: it is too large.
 */
bool registry_put_diff(struct change_draft *draft, const struct loader_diff *diff,
                       uint32_t *misfits);

/* The SOA of a file, its serial included: the draft sees whether that is greater. False: no room.
 */
bool registry_put_soa(struct change_draft *draft, const struct zone_version *version);

/* More records than this are published as a whole version. */
enum { REGISTRY_DRAFT_RECORDS_MAX = 2000 };

/* Is the difference to be published as a whole version? */
bool registry_is_whole(const struct loader_job *job);
/* Has the zone been changed since, so that the difference says nothing of it any more? */
bool registry_is_late(const struct registry_zone *zone, const struct loader_job *job);

/* ---- registry_serial.c ---- */

/* The version (the caller's alone) with another serial, and the digest for it. */
struct zone_version *registry_with_serial(struct zone_version *version, uint32_t serial);
/* The same with the digest that is right for it, if it has one. Also on a keeper. */
struct zone_version *registry_with_digest(struct zone_version *version);

/* The serial that a whole version of a file gets, when `last` was published before. */
uint32_t registry_next_serial(struct registry *registry, const struct registry_zone *zone,
                              uint32_t in_file, uint32_t last);

/* ---- registry_merge.c ---- */

/* Have the job, which is back with what the file says, compared again, for a merge. */
void registry_merge(struct registry *registry, struct registry_zone *zone, struct loader_job *job);
/* No merge is begun from now on, and none is under way when it returns. */
void registry_merge_stop(struct fiber *fiber, struct registry *registry);

/* ---- registry_keep.c, what the brake holds ---- */

/*
 * What the file says is held, for what stands in zone->trouble: what is served must outlive a
 * restart, which would load the file. It is told when it does.
 */
void registry_hold(struct registry *registry, struct registry_zone *zone);
/* It is not any more. */
void registry_unhold(struct registry *registry, struct registry_zone *zone);

/*
 * The first version of a zone in this life of the server, from its file. Returns whether the job
 * is still needed: secondaries are asked for their serials first, and registry_asked goes on.
 */
bool registry_commit_first(struct registry *registry, struct registry_zone *zone,
                           struct loader_job *job);

/*
 * Publish what the file and the changes of the log make when the file is not the one that they were
 * made to: nobody knows any more what was served under the last serial, so it gets one of its own.
 */
void registry_commit_restored(struct registry *registry, struct registry_zone *zone,
                              struct loader_job *job);
/* Secondaries have been asked. */
void registry_asked(struct registry_zone *zone);

/* The zone and its file are in step, or the file is known: remember that. */
void registry_remember_file(struct registry *registry, struct registry_zone *zone,
                            const struct store_zone_file *file);
/* Tell the log of the file that it was not told of, if there is one: a base is on the disk. */
void registry_remember_owed(struct registry *registry, struct registry_zone *zone);

/* Write what is remembered of the zone into the open batch. `wait` may be NULL. */
void registry_put_state(struct registry *registry, struct registry_zone *zone,
                        const struct store_zone_file *file, struct change_wait *wait);

/* The load is refused; the reason is added to the zone's diagnostics and logged. */
void registry_load_failed(struct registry *registry, struct registry_zone *zone, const char *why);

/* The zone's own ZONEMD, when it has one and only one; else of size 0. It has data. */
void registry_digest(const struct registry_zone *zone, struct replicate_digest *ret_digest);

/* ---- registry_forget.c ---- */

/* The zone is wanted again: nothing of it is forgotten. */
void registry_keep_zone(struct registry *registry, const struct registry_zone *zone);
/* Forget what has been in quarantine for long enough; look again later. */
void registry_quarantine(struct io_timer *timer, void *context);
/* Forget it then, if it does not come back. 0: now. */
void registry_forget(struct registry *registry, const uint8_t *apex, uint64_t quarantine_ms);

/* ---- registry_keep.c ---- */

/* change_listener: context is the registry. */
void registry_published(void *context, struct change_zone *zone, const struct changeset *changeset);
/* Write into the open batch that the base has the changes up to there. `wait` may be NULL. */
void registry_put_base(struct registry *registry, const struct registry_zone *zone,
                       uint64_t sequence, struct change_wait *wait);
/* The base as of this place in the log is on disk: say so in the log. */
void registry_base_written(struct registry *registry, struct registry_zone *zone,
                           uint64_t sequence);
/* It could not be written. */
void registry_base_failed(struct registry_zone *zone);
void registry_keep(struct io_timer *timer, void *context);
void registry_keep_soon(struct registry *registry);
/* Look at some zones' histories, each time others: what is too old goes also when nothing changes.
 */
void registry_sweep(struct io_timer *timer, void *context);

static inline struct registry_zone *registry_zone_of(struct change_zone *zone)
{
    return td_container_of(zone, struct registry_zone, zone);
}
