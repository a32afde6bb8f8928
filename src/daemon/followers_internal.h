/*
 * daemon/followers_internal.h - what the files of followers share.
 *
 * Floor    10. Not for other directories.
 */
#pragma once

#include "daemon/followers.h"

struct followers_all {
    struct registry *registry;
    struct io *io;
    struct peers *peers;
    struct replicate_keeper *keeper;
    struct td_addr *own; /* addresses that we listen at */
    uint32_t own_count;
    uint32_t zones; /* that have followers */
    uint32_t count; /* of followers */
    struct io_condition heard;
};

/* The peers are those of the configuration that is being applied; those that stay keep what is
 * known of them. */
void followers_refresh_peers(struct followers *followers, const struct conf_peer_refs *refs);

/* The name servers of the zone are those of its newest version. */
void followers_refresh_set(struct followers *followers);

void followers_add(struct followers *followers, struct peers_row *row, struct replicate_peer *peer);
void followers_remove(struct followers *followers, uint32_t at);
