/*
 * server/registry.h - the zones that this server has: where they come from and how they are.
 *
 * Shape    A row per zone, made from the configuration. Loads, comparisons and files to be written
 *          are jobs of bulk keepers, and what they bring goes through change. A configuration is
 *          applied as a whole: rows that are new are added, rows that are gone are removed, rows
 *          that changed are changed, the rest is not touched.
 *          A zone is restored from the state directory when it was changed at run time, else
 *          loaded from its file. A file that is loaded again becomes a changeset by comparing.
 * Floor    10.
 * Threads  The main world's.
 */
#pragma once

#include "base/diag.h"
#include "change/change.h"
#include "conf/conf.h"
#include "serve/serve.h"
#include "server/loader.h"
#include "store/log.h"

struct catalogs;
struct differences_zone;
struct followers;
struct followers_all;
struct image;
struct registry;
struct secondaries;
struct secondary;
struct serial_walk;

enum { REGISTRY_DIAGS_MAX = 20 };

/* What an operator has chosen where the file and the zone were both changed. */
enum registry_take {
    REGISTRY_TAKE_NOTHING,
    REGISTRY_TAKE_FILE,  /* the zone becomes what the file says */
    REGISTRY_TAKE_LOG,   /* the zone stays; the file is known, and not asked again */
    REGISTRY_TAKE_MERGE, /* what was changed in the file is changed in the zone */
};

/* Where a zone is said to be, the strongest first. */
enum registry_origin { REGISTRY_FROM_CONF, REGISTRY_FROM_COMMAND, REGISTRY_FROM_CATALOG };

enum registry_catalog {
    REGISTRY_CATALOG_NOT, /* a zone like any other */
    REGISTRY_CATALOG_PRODUCED,
    REGISTRY_CATALOG_FOLLOWED,
};

/* What is said of a zone. All of it is copied, but for a path that is kept. */
struct registry_row {
    const uint8_t *name; /* uncompressed, lower case */
    const char *path;    /* of its file; NULL: none */
    const struct conf_zone_options *options;
    enum registry_origin origin;
    enum registry_catalog catalog;
    const char *owner;    /* the catalog, or the template, that it is from; NULL */
    const uint8_t *label; /* its unique label in the catalog; NULL */
    bool is_changed;      /* `options` do not stand so in the configuration, and go away */
    bool is_path_kept;    /* until another configuration has been applied */
};

/* There may be very many of them: what is small stands together, in bits. */
struct registry_zone {
    struct registry_zone *next; /* in no order */
    struct registry_zone **back;
    struct registry *registry;
    struct change_zone zone;
    struct serve_zone *settings;
    struct secondary *secondary;          /* NULL: it is a primary */
    struct followers *followers;          /* NULL: nobody is told of changes */
    struct serial_walk *walk;             /* its serial is being walked to another; NULL */
    struct differences_zone *differences; /* NULL: nothing is kept for IXFR */
    struct image *image;                  /* NULL: it is too small for one */
    const char *path;                     /* of the zone file; NULL: none */
    struct loader_job *job;               /* under way, or NULL */
    struct loader_job *asking; /* what is to be published once secondaries have been asked */
    char *owner;               /* as in struct registry_row */
    uint8_t *label;            /* the same */
    struct conf_history history;

    struct store_zone_file file; /* as it was when the zone was last in step with it */
    uint64_t sequence;           /* of the newest change that was published; 0: none is known */
    uint64_t whole_sequence;     /* of the newest break that tells the whole zone; 0: none */
    uint64_t base_sequence;      /* of the base in the state directory; 0: there is none */
    uint32_t changes;            /* published since the base was written */
    uint32_t still_until_s; /* updates wait: what it is to become is compared with it; else 0 */

    uint64_t loaded_s; /* wall clock of the last load that was published */
    uint64_t failed_s; /* wall clock of the last load that failed after that; 0: none */
    uint64_t load_ns;
    char *trouble;         /* NULL: nothing to say */
    struct td_diag *diags; /* of the last load */
    uint32_t diag_count;
    uint32_t diags_left_out;
    uint32_t start_slot; /* its place among those that wait to be started, from 1; 0: it does not */

    enum registry_origin origin : 8;
    enum registry_catalog catalog : 8;
    enum registry_take take : 8; /* for the load under way */
    enum conf_zonemd zonemd : 8;
    td_err walk_err : 8;       /* of the walk ordered last: TD_E_IO: not on the disk */
    bool has_asked : 1;        /* secondaries for their serials, before the first load */
    bool is_asking : 1;        /* the same, for a backup that is to be restored */
    bool is_committing : 1;    /* what its file says is on its way to the disk */
    bool is_again : 1;         /* to be loaded again when the job is back */
    bool wants_flush : 1;      /* the same, for the file to be written */
    bool wants_base : 1;       /* the same, for the base */
    bool is_seen : 1;          /* by the configuration being applied */
    bool owns_path : 1;        /* else it is the configuration's: most are */
    bool has_file : 1;         /* `file` is known */
    bool owes_file : 1;        /* but not to the log, which is told with the base's place */
    bool owes_base : 1;        /* it could not be written, or the log not be told: once more */
    bool has_bad_base : 1;     /* it is made without, to be exactly what was served */
    bool has_includes : 1;     /* its file includes others, or may */
    bool has_tried_image : 1;  /* at this start */
    bool is_from_image : 1;    /* what the last load was from */
    bool has_serial_check : 1; /* a file whose serial went back is refused */
    bool is_released : 1;      /* the load under way may pass the brake */
    bool has_conflict : 1;     /* file and zone were both changed: see `trouble` */
    bool is_held : 1;          /* the brake holds what the file says */
    bool is_holding : 1;       /* that is to be told when it is sure to outlive a restart */
    bool keeps_held : 1;       /* the log knows that, and that the base is on disk */
    bool has_base : 1;         /* there was one at the start */
    char name[];               /* presentation form */
};

struct registry_parts {
    struct io *io;
    struct zone_set *zones;
    struct td_rcu *rcu;
    const struct td_hash_seed *seed;
    struct serve *serve;
    struct store_log *log;
    const char *state; /* directory */
    uint32_t keepers;
    bool trims_memory; /* as in loader_new */
};

TD_NODISCARD td_err registry_new(const struct registry_parts *parts, struct registry **ret_registry,
                                 struct td_diag *diag);
/* The workers have been stopped. Changes that are on their way to the disk are waited for. */
void registry_free(struct fiber *fiber, struct registry *registry);

struct change_door *registry_door(struct registry *registry);
struct store_log *registry_log(struct registry *registry);
struct io *registry_io(struct registry *registry);

/* Have a zone as the row says, whether there is one already or not. */
void registry_take_row(struct registry *registry, const struct conf *conf,
                       const struct registry_row *row);

/*
 * Be without a zone from now on. What is kept of it is forgotten, at once or, should it not come
 * back, after this time. The zone is not busy (change_drain).
 */
void registry_drop(struct registry *registry, struct registry_zone *zone, uint64_t quarantine_ms);

/* Catalogs are made and followed by this; before the first registry_apply. */
void registry_list_by(struct registry *registry, struct catalogs *catalogs);

/* Zones follow, and are followed, by these; before the first registry_apply. */
void registry_follow_by(struct registry *registry, struct secondaries *secondaries,
                        struct followers_all *followers);

/* Have the zones of this configuration, and no others; files that changed are loaded again. */
void registry_apply(struct fiber *fiber, struct registry *registry, const struct conf *conf);

/* Load again what changed on disk; `force`: whether it changed or not. */
void registry_reload_all(struct registry *registry, bool force);
void registry_reload(struct registry *registry, struct registry_zone *zone, bool force);

/* Load the file again, and do this where zone and file were both changed. */
void registry_take_file(struct registry *registry, struct registry_zone *zone,
                        enum registry_take take);

/* Is its file being read, compared, written or published? */
static inline bool registry_zone_is_working(const struct registry_zone *zone)
{
    return zone->job != NULL || zone->start_slot != 0 || zone->asking != NULL ||
           zone->is_committing || zone->is_again || zone->wants_flush || zone->is_holding;
}

/*
 * Has the zone been changed at run time since it was last what its file says? What a secondary has
 * is never that of its file.
 */
static inline bool registry_zone_is_dirty(const struct registry_zone *zone)
{
    if (zone->secondary != NULL)
        return zone->sequence != 0;
    return zone->sequence > (zone->has_file ? zone->file.sequence : 0);
}

/* By presentation form, with or without the last dot; NULL: no such zone. */
struct registry_zone *registry_find(struct registry *registry, const char *name);
/* By uncompressed name. */
struct registry_zone *registry_find_wire(struct registry *registry, const uint8_t *name);

/* Sorted by canonical order; freed with free(). */
struct registry_zone **registry_list(struct registry *registry, size_t *ret_count);

/* Loads that are not done yet, publication included. */
uint32_t registry_loading(const struct registry *registry);

/* All zones have been tried: nobody waits for what is loaded from now on. */
void registry_started(struct registry *registry);
/* Much has been done, and what it took is free now. */
void registry_trim(struct registry *registry);

/* Call once, when no load is under way (perhaps at once). */
void registry_when_idle(struct registry *registry, void (*call)(void *context), void *context);

/* Whole versions that were compared with a zone too late, one after the other. */
enum {
    REGISTRY_STILL_FROM = 2,      /* so many: it is kept still the next time */
    REGISTRY_COMPARISONS_MAX = 5, /* that is enough */
};

/*
 * Wait until what is on its way to the disk is there, and have updates wait from now on: until
 * registry_let_move, or some seconds. The zone may be gone when it returns.
 */
TD_NODISCARD td_err registry_keep_still(struct fiber *fiber, struct registry *registry,
                                        struct registry_zone *zone, struct td_diag *diag);
void registry_let_move(struct registry_zone *zone);
bool registry_zone_is_still(const struct registry_zone *zone);

/* What is wrong, for the operator; "": nothing is any more. */
void registry_zone_say(struct registry_zone *zone, const char *format, ...) TD_PRINTF(2, 3);

/* ---- what an operator may ask of a zone ---- */

/* No changes at run time from now on (or again). Durable; waits for it. */
TD_NODISCARD td_err registry_zone_freeze(struct fiber *fiber, struct registry_zone *zone,
                                         bool is_frozen, struct td_diag *diag);

/*
 * Have the zone file written as the zone is now. It is done when the zone is not working any more;
 * what went wrong stands in the zone's diagnostics.
 * TD_E_UNSUPPORTED  it has no file
 */
TD_NODISCARD td_err registry_zone_flush(struct registry_zone *zone, struct td_diag *diag);
/* Would it be? TD_E_CONFLICT: it has no data. */
TD_NODISCARD td_err registry_zone_may_flush(const struct registry_zone *zone, struct td_diag *diag);

/*
 * Forget what the state directory has of it: the history of a primary, all of a secondary, which is
 * transferred anew.
 * TD_E_CONFLICT  it has changes that are nowhere else
 */
TD_NODISCARD td_err registry_zone_purge(struct fiber *fiber, struct registry_zone *zone,
                                        struct td_diag *diag);

/* Would it be done? TD_E_CONFLICT: no, for the reason in diag. */
TD_NODISCARD td_err registry_zone_may_purge(const struct registry_zone *zone, struct td_diag *diag);

/*
 * Let go what the brake holds.
 * TD_E_NOT_FOUND  it holds nothing
 */
TD_NODISCARD td_err registry_zone_release(struct registry_zone *zone, struct td_diag *diag);
