/*
 * daemon/registry.h - the zones that this server has: where they come from and how they are.
 *
 * Shape    A row per zone, made from the configuration; loads run on bulk keepers, and what
 *          they bring goes through change. A configuration is applied as a whole: rows that
 *          are new are added, rows that are gone are removed, rows that changed are changed,
 *          the rest is not touched.
 * Floor    10.
 * Threads  The main world's.
 */
#pragma once

#include "base/diag.h"
#include "change/change.h"
#include "conf/conf.h"
#include "daemon/loader.h"
#include "serve/serve.h"

struct registry;

enum { REGISTRY_DIAGS_MAX = 20 };

struct registry_zone {
    struct registry_zone *next; /* in no order */
    struct change_zone zone;
    struct serve_zone *settings;
    char *path;             /* of the zone file; NULL: none */
    char *name;             /* presentation form */
    struct loader_job *job; /* under way, or NULL */
    bool is_again;          /* to be loaded again when the job is back */
    bool is_dropped;        /* gone; only its job keeps the row */
    bool is_seen;           /* by the configuration being applied */
    bool has_loaded;        /* `stat` is of the file that is served */
    struct io_file_stat stat;
    uint64_t loaded_s; /* wall clock of the last load that was published */
    uint64_t failed_s; /* wall clock of the last load that failed after that; 0: none */
    uint64_t load_ns;
    struct td_diag *diags; /* of the last load */
    uint32_t diag_count;
    uint32_t diags_left_out;
};

struct registry_parts {
    struct io *io;
    struct zone_set *zones;
    struct td_rcu *rcu;
    const struct td_hash_seed *seed;
    struct serve *serve;
    uint32_t keepers;
};

TD_NODISCARD td_err registry_new(const struct registry_parts *parts, struct registry **ret_registry,
                                 struct td_diag *diag);
/* The workers have been stopped. */
void registry_free(struct fiber *fiber, struct registry *registry);

/* Have the zones of this configuration, and no others; files that changed are loaded again. */
void registry_apply(struct registry *registry, const struct conf *conf);

/* Load again what changed on disk; `force`: whether it changed or not. */
void registry_reload_all(struct registry *registry, bool force);
void registry_reload(struct registry *registry, struct registry_zone *zone, bool force);

/* By presentation form, with or without the last dot; NULL: no such zone. */
struct registry_zone *registry_find(struct registry *registry, const char *name);

/* Sorted by canonical order; freed with free(). */
struct registry_zone **registry_list(struct registry *registry, size_t *ret_count);

/* Loads that are not done yet. */
uint32_t registry_loading(const struct registry *registry);

/* Call once, when no load is under way (perhaps at once). */
void registry_when_idle(struct registry *registry, void (*call)(void *context), void *context);
