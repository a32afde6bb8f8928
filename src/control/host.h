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
#include "zone/set.h"

enum { CONTROL_FAILED_ZONES_MAX = 20, CONTROL_ZONE_STATES = ZONE_STATE_EXPIRED + 1 };

/* How a zone is, in a word or two. */
struct control_zone {
    const char *name;    /* presentation form, with its last dot */
    const uint8_t *wire; /* the same uncompressed */
    enum zone_state state;
    bool is_loading;  /* its file is being read */
    bool has_failed;  /* the last load failed; what is served is older */
    bool has_version; /* the numbers below are known */
    uint32_t serial;
    uint64_t records;
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
    uint32_t started;                         /* loads that this reload led to */
    uint32_t loading;                         /* of all, those that are not done */
    uint64_t failed_count;                    /* zones whose last load failed */
    const struct control_zone_status *failed; /* the first CONTROL_FAILED_ZONES_MAX of them */
    size_t failed_told;
};

/* How long to wait for loads. */
struct control_wait {
    bool no_wait;
    uint32_t timeout_s;
};

struct control_host {
    void *context;
    struct td_counters *counters;

    TD_NODISCARD td_err (*status)(void *context, struct control_status *ret_status);

    /*
     * TD_E_INVALID, TD_E_MALFORMED, TD_E_IO, ...  the configuration was refused: `out` has the
     *                                             lines that say why, nothing has changed
     * TD_E_TIMEOUT  it is in force, but loads are still under way
     */
    TD_NODISCARD td_err (*reload)(void *context, const struct control_wait *wait,
                                  struct td_buf *out, struct control_reload *ret_reload);

    TD_NODISCARD td_err (*zone_list)(void *context, struct control_zones *ret_zones);

    /* TD_E_NOT_FOUND */
    TD_NODISCARD td_err (*zone_status)(void *context, const char *name,
                                       struct control_zone_status *ret_zone);

    /* TD_E_NOT_FOUND; TD_E_UNSUPPORTED: it has no file; TD_E_TIMEOUT: still being loaded. */
    TD_NODISCARD td_err (*zone_reload)(void *context, const char *name, bool force,
                                       const struct control_wait *wait,
                                       struct control_zone_status *ret_zone);
};
