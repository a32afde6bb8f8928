/*
 * net/crowd.h - how many connections there are, in all and of each client.
 *
 * Shape    A client is an address of IPv4, or a /64 of IPv6. The servers of all workers share one
 *          crowd, so that a limit holds for all of them together.
 * Floor    2.
 * Threads  Any: a mutex, taken when a connection comes and when it goes, never for a query.
 * Limits   Those of struct net_limits; the memory grows with the connections that are open.
 */
#pragma once

#include <stdint.h>

#include "base/addr.h"
#include "base/hash.h"

struct net_crowd;
struct net_client;

enum net_entry {
    NET_ENTRY_GOOD,
    NET_ENTRY_FULL,        /* there are `connections` already */
    NET_ENTRY_CLIENT_FULL, /* this client has `per_client` already */
};

/* Owned by the caller; freed when nobody is in it. */
struct net_crowd *net_crowd_new(const struct td_hash_seed *seed);
void net_crowd_free(struct net_crowd *crowd); /* NULL is fine */

/* One more connection. *ret_client is written when that is good, and is to be given back. */
enum net_entry net_crowd_enter(struct net_crowd *crowd, const struct td_addr *addr,
                               uint32_t connections, uint32_t per_client,
                               struct net_client **ret_client);
void net_crowd_leave(struct net_crowd *crowd, struct net_client *client);

/* Connections in all. */
uint32_t net_crowd_count(const struct net_crowd *crowd);
