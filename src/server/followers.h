/*
 * server/followers.h - the secondaries of a zone, as its primary sees them.
 *
 * Shape    A zone with `to`, or with `notify: ns-set`, has one of these. What is published is
 *          announced to each follower by NOTIFY, and each is asked for its serial until it has the
 *          new one, whoever made it; now and then at other times. So what each of them has is
 *          known, how far it is behind, and why.
 * Floor    10.
 * Threads  The main world's; questions themselves run on the replicate keeper.
 * Limits   One NOTIFY per follower and zone in FOLLOWERS_NOTIFY_MS, the last one always sent.
 * RFC      1996 3.
 */
#pragma once

#include "io/timer.h"
#include "replicate/ask.h"
#include "serve/event.h"
#include "server/lookups.h"
#include "server/peers.h"
#include "server/registry.h"
#include "server/story.h"

enum { FOLLOWERS_NOTIFY_MS = 50, FOLLOWERS_MAX = 2000 };

struct followers;
struct followers_all;
struct replicate_keeper;

struct follower {
    struct followers *followers; /* NULL: it is none any more, and freed with its last task */
    struct replicate_peer *peer; /* held */
    struct peers_row *row;       /* NULL: found among the name servers of the zone */
    bool is_listed;              /* of a row, with notify: ns-set: it is a name server as well */
    bool was_told;               /* before the name servers were worked out again */
    uint32_t tasks;              /* under way */
    uint32_t notifies;           /* of them NOTIFYs */
    bool is_probing;             /* one of them asks for the serial */

    bool has_serial;
    uint32_t serial;    /* that it last said it has */
    uint64_t heard_s;   /* wall clock of that */
    uint64_t behind_ns; /* since when it has not had what is published; 0: it has it */
    uint64_t lag_ns;    /* how long it took the last time */
    bool has_lag;
    char *why; /* the last question was not answered well; NULL: it was */

    bool wants_notify;
    uint64_t notify_ns;    /* when it is due */
    uint64_t notified_ns;  /* the last one left */
    uint64_t notified_s;   /* the same, wall clock; 0: never */
    uint32_t notify_tries; /* in vain, one after the other */
    uint64_t probe_ns;     /* when it is asked next; IO_FOREVER: while one is under way */
    uint32_t probe_ms;     /* how long it waits after that */
};

struct followers {
    struct registry_zone *zone;
    struct followers_all *all;
    struct follower **items;
    uint32_t count;
    struct io_timer timer;
    struct story story;
    struct lookups_user names; /* of name servers, that no zone here has */
    uint32_t notify;           /* enum conf_notify */
    uint32_t asked;            /* questions before the first version that are not answered yet */
    bool is_asking;
    struct io_timer patience; /* for those */
};

struct followers_all *followers_all_new(struct registry *registry, struct peers *peers,
                                        struct replicate_keeper *keeper);
/* No zone has any more; questions under way have come back. */
void followers_all_free(struct followers_all *all);

/* Addresses that are our own: nobody there is told. Copied. */
void followers_apply(struct followers_all *all, const struct conf *conf);

/* The zone has the followers of the configuration, or none. As secondary_apply. */
void followers_zone_apply(struct followers_all *all, struct registry_zone *zone,
                          const struct conf_zone_options *options);
void followers_end(struct registry_zone *zone);

/* The zone has a new version. `is_start`: it had none in this life of the server. */
void followers_published(struct registry_zone *zone, bool is_start);

/*
 * The zone comes up without any memory of its serial: ask the secondaries of the configuration
 * which they have. Whether there is anybody to ask; then registry_asked is called, soon.
 */
bool followers_ask_first(struct followers *followers);
/* The greatest serial that one of them has. False: none has said any. */
bool followers_greatest(const struct followers *followers, uint32_t *ret_serial);

/* Something happened with a client that may be one of them. */
void followers_take_event(struct followers *followers, const struct serve_event *event);

/* Tell all of them, now. */
void followers_notify(struct followers *followers);
/* Ask all of them for their serials, now. */
void followers_probe(struct followers *followers);

/* How many have what is published, or this serial and what came later. */
uint32_t followers_in_step(const struct followers *followers, uint32_t serial);

/* Signalled when a follower of any zone has said what it has. */
struct io_condition *followers_heard(struct followers_all *all);
