/*
 * server/secondary_internal.h - what the files of secondaries share.
 *
 * Floor    10. Not for other directories.
 */
#pragma once

#include "server/secondary.h"

struct secondaries {
    struct registry *registry;
    struct io *io;
    struct peers *peers;
    struct replicate_keeper *keeper;
    struct replicate_slots *slots; /* for transfers; the keeper's */
    struct transfer_limits limits;
    uint32_t min_rate;
    struct secondary *first; /* waiting for their look */
    struct secondary **last;
    uint32_t looking;
    uint32_t looks;       /* since it was looked at whether there are many */
    struct io_timer trim; /* memory is given back when there are no longer */
    uint32_t count;       /* of secondaries */
};

struct secondary_look {
    struct refresh refresh;
    struct secondary *owner;                   /* NULL: nobody wants to know any more */
    struct peers_row *rows[REFRESH_PEERS_MAX]; /* of refresh.peers; while it has an owner */
    struct secondaries *all;
    uint64_t began_ns;
    struct peers_row *hint;
    bool is_notified;
    bool has_hint_serial;
    uint32_t hint_serial;
    struct change_wait wait; /* for the change that it becomes */
    const char *anew;        /* it breaks history, for this reason; NULL */
    bool is_committing;
    bool is_given; /* what it has, to the loader */
};

/* What came of a look is in step with the zone, or has become a change that is durable. */
void secondary_succeeded(struct secondary *secondary, struct secondary_look *look,
                         bool has_changed);
/* It has not, why is in the story. */
void secondary_failed(struct secondary *secondary, struct secondary_look *look);
/* Look because of an announcement: at once, or later when others were not true. */
void secondary_heed(struct secondary *secondary);

/* By AXFR, at once. */
void secondary_look_whole(struct secondary *secondary);

/* The look has found something newer: make it a change of the zone. */
void secondary_take(struct secondary *secondary, struct secondary_look *look);

/* The name of the peer that the look took something from. */
const char *secondary_look_peer(const struct secondary_look *look);

/* What is under way shall come to nothing; a change on its way to the disk was waited for. */
void secondary_orphan_look(struct secondary *secondary);
/* Many looks may be over. */
void secondaries_trim(struct io_timer *timer, void *context);
/* It shall not look, though it was its turn soon. */
void secondary_unlink(struct secondary *secondary);

/* Verify the digest of the zone when it is time, if there is one. */
void secondary_look_at_digest(struct secondary *secondary);

/* ---- secondary_time.c ---- */

uint64_t secondary_now_ns(const struct secondary *secondary);
uint64_t secondary_wall_s(const struct secondary *secondary);
/* 0..65535, always the same for a name. */
uint32_t secondary_share(const struct secondary *secondary);

/* By its SOA, within the limits; the zone has data. */
uint64_t secondary_refresh_ms(const struct secondary *secondary);
uint64_t secondary_expire_ms(const struct secondary *secondary);
/* What is left of that when a primary says that so much is left of its own. */
uint64_t secondary_left_ms(const struct secondary *secondary, uint32_t told_s);
/* How long until a look after one that failed. */
uint64_t secondary_retry_ms(const struct secondary *secondary);

/* Set the timer to what comes next. */
void secondary_arm(struct secondary *secondary);
void secondary_look_in(struct secondary *secondary, uint64_t ms);
void secondary_on_time(struct io_timer *timer, void *context);

/* It is good until then. */
void secondary_expire_at(struct secondary *secondary, uint64_t expires_ns);
/* Warn, or stop answering, when it is time. */
void secondary_look_at_expiry(struct secondary *secondary);
/* It has expired, and answers again. */
void secondary_revive(struct secondary *secondary);

/* Remember when it expires, with the open batch of changes. */
void secondary_save(struct secondary *secondary);
/* After a start: how long is it still good? */
void secondary_recall(struct secondary *secondary);
bool secondary_recall_anew(const struct secondary *secondary);
