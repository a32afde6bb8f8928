/*
 * replicate/peer.h - another server that zones come from or go to.
 *
 * Shape    Made of the configuration, immutable, shared by counting: whoever is talking to a peer
 *          keeps its description, whatever a reload does meanwhile.
 * Floor    6.
 * Threads  Any; the count is atomic.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "tsig/key.h"

struct replicate_peer {
    _Atomic uint32_t holders;
    char *name;
    struct td_addr *addrs; /* in order of preference, at least one */
    uint32_t addr_count;
    bool has_source;
    struct td_addr source; /* where messages to it leave from; port 0: any */
    bool has_key;
    struct tsig_key key;  /* prepared; wiped at the end */
    uint32_t transfers;   /* in, under way: the replicate keeper's (slots.h) */
    bool refuses_version; /* it answers FORMERR to ZONEVERSION: the replicate keeper's */
};

/* By copy; held once by the caller. `source` and `key` may be NULL. */
struct replicate_peer *replicate_peer_new(const char *name, const struct td_addr *addrs,
                                          uint32_t addr_count, const struct td_addr *source,
                                          const struct tsig_key *key);

struct replicate_peer *replicate_peer_hold(struct replicate_peer *peer);
/* NULL is fine. */
void replicate_peer_let_go(struct replicate_peer *peer);

/* Is it reached in the same way, with the same key? */
bool replicate_peer_is_same(const struct replicate_peer *a, const struct replicate_peer *b);

/* Is this one of its addresses, whatever the port? */
bool replicate_peer_has(const struct replicate_peer *peer, const struct td_addr *addr);

/* Where messages to this address of it leave from; NULL: the system chooses. */
const struct td_addr *replicate_peer_source(const struct replicate_peer *peer,
                                            const struct td_addr *to);
