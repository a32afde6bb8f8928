/*
 * server/secondary.h - zones that follow: when they look at their primaries, and what becomes of
 * what they find.
 *
 * Shape    A zone with `from` has one of these. It looks at its primaries when its refresh time has
 *          come, when one of them notifies, and when an operator says so. What it finds becomes a
 *          change of the zone (secondary_take.c). While a look is under way any number of
 *          notifications cause exactly one more. Without a primary the zone expires: it is kept,
 *          and answers SERVFAIL until one is back.
 * Floor    10.
 * Threads  The main world's; the looks themselves run on the replicate keeper.
 * Limits   SECONDARY_LOOKS_MAX looks at a time, first come first served.
 * RFC      1034 4.3.5 (refresh, retry, expire), 1996 4, 7314 4.
 */
#pragma once

#include "io/timer.h"
#include "replicate/refresh.h"
#include "serve/notify.h"
#include "server/peers.h"
#include "server/registry.h"
#include "server/story.h"

enum { SECONDARY_LOOKS_MAX = 500 };

struct secondaries;
struct secondary_look;

/* Limits for what the SOA says, in ms. */
struct secondary_limits {
    uint32_t refresh_min;
    uint32_t refresh_max;
    uint32_t retry_min;
    uint32_t retry_max;
    uint32_t expire_min;
    uint32_t expire_max;
};

struct secondary {
    struct registry_zone *zone;
    struct secondaries *all;
    struct peers_row **from; /* in order of preference */
    uint32_t from_count;
    struct secondary_limits limits;
    uint64_t verify_ns;          /* when its digest may be verified again */
    bool wants_verify;           /* it has changed by IXFR since */
    struct secondary_look *look; /* under way, or being made a change of */
    struct secondary *next;      /* of those that wait for their look */
    struct io_timer timer;       /* for the first of what comes next */
    struct story story;          /* of what it has done */
    uint64_t refreshed_s;   /* wall clock: a primary last said that this is its newest; 0: never */
    uint64_t saved_ns;      /* when that was last written to the log */
    uint64_t expires_ns;    /* IO_FOREVER: there is no data to expire */
    uint64_t look_ns;       /* of the next look */
    uint64_t retried_s;     /* wall clock of the last look that failed; 0: none since */
    uint32_t failures;      /* looks that failed, one after the other */
    uint64_t changed_ns;    /* of the last look that found something newer */
    uint32_t changed_soon;  /* such looks that came soon after one another */
    struct peers_row *last; /* whom that came from; NULL */
    uint64_t written_ns;    /* when the zone's file was written last; 0: never */
    uint64_t transfer_s;    /* wall clock of the last transfer that was good; 0: none */
    uint64_t transfer_octets;
    uint64_t transfer_records;
    char *transfer_peer; /* the name of whom it came from */
    uint32_t transfer_ms;
    uint16_t transfer_type;
    struct peers_row *hint; /* who notified last */
    uint32_t hint_serial;
    uint32_t hints_in_vain; /* announcements that were not true, one after the other */
    uint8_t warned;         /* percent of the time to expiry that has been told */
    bool has_hint_serial;
    bool is_notified; /* the next look: a primary has announced something */
    bool is_ready;    /* restored, as far as it can be */
    bool is_waiting;  /* for its look */
    bool is_again;    /* look once more when this one is over */
    bool is_expired;
    bool wants_whole;  /* the next look: by AXFR */
    const char *anew;  /* the next look breaks history, for this reason; NULL */
    bool takes_same;   /* the next look: this serial again, by AXFR */
    bool takes_any;    /* the next look: whatever the serial, by AXFR */
    bool is_asked;     /* the next look: an operator wants it */
    bool has_transfer; /* the look has a whole zone for the loader */
};

struct secondaries *secondaries_new(struct registry *registry, struct peers *peers,
                                    struct replicate_keeper *keeper, const struct conf *conf);
/* No zone has one any more; looks under way have come back. */
void secondaries_free(struct secondaries *all);

/* The limits of transfers. */
void secondaries_apply(struct secondaries *all, const struct conf *conf);

/*
 * The zone follows as the configuration says, or does not (any more). While a configuration is
 * applied: between peers_apply_begin and _end.
 */
void secondary_apply(struct secondaries *all, struct registry_zone *zone,
                     const struct conf_zone_options *options);
void secondary_end(struct registry_zone *zone);

/* The zone has been restored, or there is nothing to restore: from now on it follows. */
void secondary_start(struct registry_zone *zone);

/* Look now, or once more when the look under way is over. */
void secondary_look(struct secondary *secondary);
/* Transfer it whole, whatever the serial. */
void secondary_retransfer(struct secondary *secondary);

/* The same, and it breaks history: what was here before is of another origin. For this reason. */
void secondary_begin_anew(struct secondary *secondary, const char *reason);

/*
 * Remember in the log, with the open batch, that the zone is to begin anew since it was demoted; or
 * that it has. A start in between goes on with it.
 */
void secondary_save_anew(struct registry *registry, const uint8_t *apex, bool is_anew);

/* A primary has something new, as it says. */
void secondary_notified(struct secondary *secondary, const struct serve_notify *notify);

/* A job of kind LOADER_TRANSFER is back. */
void secondary_take_job(struct secondary *secondary, struct loader_job *job);
/* A job of kind LOADER_VERIFY is back. */
void secondary_verified(struct secondary *secondary, struct loader_job *job);
/* The loader has nothing of the zone any more: what waits for that may go on. */
void secondary_loader_free(struct secondary *secondary);
