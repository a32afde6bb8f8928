/*
 * server/followers_internal.h - what the files of followers share.
 *
 * Floor    10. Not for other directories.
 */
#pragma once

#include "server/followers.h"
#include "server/own_addrs.h"

/* After a change they are asked so much later; twice as long each time. */
enum { FOLLOWERS_PROBE_MS = 3 };

struct followers_all {
    struct registry *registry;
    struct io *io;
    struct peers *peers;
    struct replicate_keeper *keeper;
    struct lookups *lookups;
    struct own_addrs own;
    uint32_t zones; /* that have followers */
    uint32_t count; /* of followers */
    struct io_condition heard;
};

/* The peers are those of the configuration that is being applied; those that stay keep what is
 * known of them. */
void followers_refresh_peers(struct followers *followers, const struct conf_peer_refs *refs);

/* The name servers of the zone are those of its newest version; their addresses, what is known of
 * them now. */
void followers_refresh_set(struct followers *followers);

void followers_add(struct followers *followers, struct peers_row *row, struct replicate_peer *peer);
void followers_remove(struct followers *followers, uint32_t at);
/* It is nobody's any more, and has no task under way. */
void follower_free(struct follower *follower);

/* Set the timer to what comes next, and do what is due. */
void followers_arm(struct followers *followers);
void followers_on_time(struct io_timer *timer, void *context);
/* An address of a name server has been found, or is another one: who is new is told. */
void followers_resolved(void *context);
/* Those that were asked before the first version have not all answered. */
void followers_out_of_patience(struct io_timer *timer, void *context);
