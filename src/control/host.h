/*
 * control/host.h - what the verbs need of the daemon, which fills this table in.
 *
 * Shape    Functions with plain results. What a result points to lies in its arena, which the
 *          caller ends with control_..._fini.
 * Floor    9.
 * Threads  Called on threads of the API, several at a time; the daemon brings each call to the
 *          thread it belongs to. They return TD_E_CLOSED when the daemon stops.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/counter.h"
#include "base/diag.h"
#include "base/err.h"
#include "control/host_change.h"
#include "control/host_config.h"
#include "control/host_follow.h"
#include "control/host_keys.h"
#include "control/host_plan.h"
#include "zone/set.h"

enum { CONTROL_FAILED_ZONES_MAX = 20, CONTROL_ZONE_STATES = ZONE_STATE_EXPIRED + 1 };

/* How a zone is, in a word or two. */
struct control_zone {
    const char *name;    /* presentation form, with its last dot */
    const uint8_t *wire; /* the same uncompressed */
    enum zone_state state;
    bool is_loading; /* its file is being read */
    bool is_secondary;
    const char *origin; /* "configuration", "command", "catalog" */
    bool has_failed;    /* the last load failed; what is served is older */
    bool has_version;   /* the numbers below are known */
    uint32_t serial;
    uint64_t records;
    uint64_t expires_in_s; /* of a secondary that has data */
    uint32_t secondaries;  /* that follow it */
    uint32_t in_step;      /* of them */
    uint64_t behind_ms;    /* how long the one that is farthest behind has been so; 0: none is */
};

struct control_zones {
    struct td_arena arena;
    struct control_zone *zones; /* in canonical order */
    size_t count;
};

struct control_zone_status {
    struct td_arena arena;
    struct control_zone zone;
    const char *file;  /* NULL: none */
    uint64_t loaded_s; /* wall clock of the last load that was published; 0: never */
    uint64_t failed_s; /* of the last load that failed after that; 0: none */
    uint64_t load_ns;
    bool is_from_image; /* the last load */
    uint32_t names;
    uint32_t delegations;
    bool is_signed;
    bool has_nsec;
    bool has_nsec3;
    uint64_t octets;          /* of all versions */
    uint64_t retained_octets; /* of them only for older versions */
    uint64_t free_octets;
    uint32_t versions;
    uint32_t pinned_versions;
    uint32_t pins;
    const struct td_diag *diags; /* of the last load */
    uint32_t diag_count;
    uint32_t diags_left_out;
    uint64_t changes; /* at run time, since the zone was what its file says */
    uint64_t history; /* changes that can be looked at */
    uint32_t open;    /* transactions */
    bool is_frozen;
    bool has_conflict;   /* file and zone were both changed */
    bool is_held;        /* the brake holds a change */
    bool is_file_held;   /* it is that of the file */
    const char *trouble; /* more about the two before; NULL: none */
    struct control_follow follow;
};

struct control_status {
    struct td_arena arena;
    const char *version;
    const char *config;   /* path */
    const char *identity; /* NULL: off */
    uint64_t started_s;
    uint64_t now_s;
    int64_t pid;
    uint32_t workers;
    uint32_t loading; /* zones that are being loaded, or wait for it */
    uint64_t zones[CONTROL_ZONE_STATES];
    uint64_t failed_zones; /* the last load failed, whatever is served */
    uint64_t records;
    uint64_t octets; /* of all versions of all zones */
    uint64_t retained_octets;
    uint64_t pins;
    const struct td_addr *listen;
    size_t listen_count;
    struct td_addr metrics; /* family 0: off */
};

struct control_reload {
    struct td_arena arena;
    uint64_t zones;
    uint32_t started;      /* loads that this reload led to */
    uint32_t loading;      /* of all, those that are not done */
    uint64_t failed_count; /* zones whose last load failed, was held, or met a conflict */
    const struct control_zone_status *failed; /* the first CONTROL_FAILED_ZONES_MAX of them */
    size_t failed_told;
};

/* How long to wait for loads. */
struct control_wait {
    bool no_wait;
    uint32_t timeout_s;
};

/* Besides reloads, what an operator may ask of a zone and its file. */
enum control_order {
    CONTROL_ORDER_FREEZE,
    CONTROL_ORDER_THAW,
    CONTROL_ORDER_FLUSH,
    CONTROL_ORDER_RELEASE,
    CONTROL_ORDER_TAKE_FILE,
    CONTROL_ORDER_TAKE_LOG,
    CONTROL_ORDER_TAKE_MERGE,
    CONTROL_ORDER_REFRESH,
    CONTROL_ORDER_RETRANSFER,
    CONTROL_ORDER_NOTIFY,
    CONTROL_ORDER_PROMOTE,
    CONTROL_ORDER_DEMOTE,
    CONTROL_ORDER_PURGE,
    CONTROL_ORDER_SERIAL, /* call->set, call->after; or call->abort */
};

struct control_host {
    void *context;
    struct td_counters *counters;
    struct control_follow_host follow;
    struct control_keys_host keys;

    /* The caller ends *ret_config with control_config_fini. */
    TD_NODISCARD td_err (*config)(void *context, struct control_config *ret_config);

    TD_NODISCARD td_err (*status)(void *context, struct control_status *ret_status);

    /*
     * TD_E_INVALID, TD_E_MALFORMED, TD_E_IO, ...  the configuration was refused: `out` has the
     *                                             lines that say why, nothing has changed
     * TD_E_TIMEOUT  it is in force, but loads are still under way
     */
    TD_NODISCARD td_err (*reload)(void *context, const struct control_wait *wait,
                                  struct td_buf *out, struct control_reload *ret_reload);

    /*
     * What a reload would do, which is not done; `out` as above. The caller ends *ret_plan with
     * control_plan_fini, whatever is returned. TD_E_INVALID: the configuration would be refused.
     */
    TD_NODISCARD td_err (*plan)(void *context, struct td_buf *out, struct control_plan *ret_plan);

    TD_NODISCARD td_err (*zone_list)(void *context, struct control_zones *ret_zones);

    /* TD_E_NOT_FOUND */
    TD_NODISCARD td_err (*zone_status)(void *context, const char *name,
                                       struct control_zone_status *ret_zone);

    /* TD_E_NOT_FOUND; TD_E_UNSUPPORTED: it has no file; TD_E_TIMEOUT: still being loaded. */
    TD_NODISCARD td_err (*zone_reload)(void *context, const char *name, bool force,
                                       const struct control_wait *wait,
                                       struct control_zone_status *ret_zone);

    /*
     * Change a zone, or do something with a transaction, as the call says. What came of it, and
     * why not, is in *ret_outcome whatever is returned; end it with control_outcome_fini.
     * TD_E_NOT_FOUND  no such zone; TD_E_MALFORMED: not understood; TD_E_CONFLICT, TD_E_EXISTS: not
     *                 as things are; TD_E_INVALID: a check refuses it; TD_E_REFUSED: the brake
     *                 holds it; TD_E_IO, TD_E_LIMIT: it cannot be made durable
     */
    TD_NODISCARD td_err (*edit)(void *context, enum control_edit_action action,
                                const struct control_call *call,
                                struct control_outcome *ret_outcome);

    /* The same for the past. TD_E_INVALID: the history does not have that. */
    TD_NODISCARD td_err (*history)(void *context, enum control_history_kind kind,
                                   const struct control_call *call,
                                   struct control_history *ret_history);

    /* The zone as a file, now or (call->serial) as it was then. Returns as `history`. */
    TD_NODISCARD td_err (*zone_text)(void *context, const struct control_call *call,
                                     struct td_buf *out, uint32_t *ret_serial,
                                     struct td_diag *diag);

    /*
     * What a load of its file would change, as call->take says; `is_release`: the file that the
     * brake holds. Returns as `edit`. TD_E_UNSUPPORTED: it holds none.
     */
    TD_NODISCARD td_err (*preview)(void *context, const struct control_call *call, bool is_release,
                                   struct control_outcome *ret_outcome);

    /* The zone with its history: server/backup.h. Returns as `history`. */
    TD_NODISCARD td_err (*backup)(void *context, const struct control_call *call,
                                  struct td_buf *out, uint32_t *ret_serial, struct td_diag *diag);

    /* Make the zone what a backup (call->upload) says. Returns as `edit`. */
    TD_NODISCARD td_err (*restore)(void *context, const struct control_call *call,
                                   struct control_outcome *ret_outcome);

    /*
     * Add a zone at run time, as call->zone, file and like say, and wait until it is loaded; or
     * remove one that was added so. TD_E_EXISTS, TD_E_INVALID, TD_E_NOT_FOUND, TD_E_CONFLICT, ...:
     * why is in diag.
     */
    TD_NODISCARD td_err (*zone_add)(void *context, const struct control_call *call,
                                    struct control_zone_status *ret_zone, struct td_diag *diag);
    TD_NODISCARD td_err (*zone_remove)(void *context, const struct control_call *call,
                                       struct td_diag *diag);

    /*
     * TD_E_NOT_FOUND; TD_E_UNSUPPORTED, TD_E_CONFLICT, TD_E_IO: why is in diag; TD_E_TIMEOUT. With
     * call->dry_run nothing is done, diag has what would be, and *ret_zone is not filled in; so are
     * zone_add, zone_remove, keys.add and keys.remove.
     */
    TD_NODISCARD td_err (*zone_order)(void *context, enum control_order order,
                                      const struct control_call *call,
                                      struct control_zone_status *ret_zone, struct td_diag *diag);
};
