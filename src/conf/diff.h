/*
 * conf/diff.h - what changed between two configurations, and what a reload must do about it.
 *
 * Shape    lists of indices into the two configurations, which must outlive the diff.
 * Floor    8.
 * Threads  Pure.
 */
#pragma once

#include "conf/conf.h"

/* What a change of an option asks of the daemon; bits. */
enum conf_reload {
    CONF_RELOAD_LIVE = 1 << 0,    /* copied into the next snapshot, nothing else */
    CONF_RELOAD_LISTEN = 1 << 1,  /* sockets are opened and closed */
    CONF_RELOAD_LIMITS = 1 << 2,  /* rate limiting, TCP limits, cookies: state is rebuilt */
    CONF_RELOAD_LOG = 1 << 3,     /* the log is told */
    CONF_RELOAD_KEYS = 1 << 4,    /* the key ring is built anew */
    CONF_RELOAD_ZONES = 1 << 5,   /* options of zones: see the lists */
    CONF_RELOAD_RESTART = 1 << 6, /* cannot change while running: say so and keep the old */
};

enum conf_zone_change {
    CONF_ZONE_FILE = 1 << 0,    /* another file: load it */
    CONF_ZONE_OPTIONS = 1 << 1, /* the zone stays, its options change */
};

struct conf_zone_pair {
    uint32_t before; /* index in the old configuration */
    uint32_t after;  /* index in the new one */
    uint32_t what;   /* enum conf_zone_change */
};

struct conf_diff {
    uint32_t reload; /* enum conf_reload of everything that changed; 0: nothing */

    uint32_t *added; /* in new.zones */
    uint32_t added_count;
    uint32_t *removed; /* in old.zones */
    uint32_t removed_count;
    struct conf_zone_pair *changed;
    uint32_t changed_count;

    /* Directories are matched by path; a row that only moved in the file is no change. */
    uint32_t *directories_added; /* in new.directories */
    uint32_t directories_added_count;
    uint32_t *directories_removed; /* in old.directories */
    uint32_t directories_removed_count;
    struct conf_zone_pair *directories_changed;
    uint32_t directories_changed_count;

    /* Paths of the server options that changed, "server.listen". */
    const char **options;
    uint32_t option_count;
};

/* The path of an option that takes effect only after a restart, or NULL; from *at on (start: 0). */
const char *conf_diff_restart_next(const struct conf_diff *diff, uint32_t *at);

/* ---- rows with a name, of which a diff has no lists ---- */

enum conf_row_kind { CONF_ROW_KEY, CONF_ROW_PEER, CONF_ROW_CATALOG, CONF_ROW_KINDS };
enum conf_row_change { CONF_ROW_ADDED, CONF_ROW_REMOVED, CONF_ROW_CHANGED };

/* Tell of each that is not as it was, sorted by name; of keys only those that the files have. */
void conf_diff_rows(enum conf_row_kind kind, const struct conf *old, const struct conf *new,
                    void (*tell)(void *context, const char *name, enum conf_row_change change),
                    void *context);

/* Do they say the same, each in its configuration? */
bool conf_diff_options_equal(const struct conf *old, const struct conf_zone_options *old_options,
                             const struct conf *new, const struct conf_zone_options *new_options);

void conf_diff_init(const struct conf *old, const struct conf *new, struct conf_diff *ret_diff);
void conf_diff_fini(struct conf_diff *diff);
