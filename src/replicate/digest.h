/*
 * replicate/digest.h - has a peer the same zone under the same serial? Its ZONEMD tells.
 *
 * Floor    6.
 * Threads  The world's of the fiber that asks.
 * RFC      8976.
 */
#pragma once

#include "replicate/ask.h"

enum { REPLICATE_DIGEST_SIZE_MAX = 80 };

/* Data of our ZONEMD record; size 0: the zone has none, or several. */
struct replicate_digest {
    uint8_t octets[REPLICATE_DIGEST_SIZE_MAX];
    size_t size;
};

/* Whether the peer has another digest for the same serial, scheme and algorithm. `streams` may be
 * NULL. */
bool replicate_digest_differs(struct fiber *fiber, struct replicate_streams *streams,
                              const struct replicate_peer *peer, const struct td_addr *addr,
                              const uint8_t *apex, const struct replicate_digest *ours);
