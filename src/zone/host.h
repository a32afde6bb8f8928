/*
 * zone/host.h - the addresses of name servers that many delegations have (struct wire_host of
 * wire/answer.h): laid out once, where images refer to them.
 *
 * Shape    A host has one place for as long as the zone is not built anew, also when its name comes
 *          and goes; the node of the name knows it (ZONE_NODE_HOST). In a zone that keeps NSEC3
 *          hashes only hidden names have hosts, since the others' nodes keep their hash there.
 * Floor    3. Not for other directories.
 * Threads  The zone's one writer.
 * Limits   ZONE_HOSTS_MAX; name servers beyond are looked up when an answer is made.
 */
#pragma once

#include "zone/space.h"

enum { ZONE_HOSTS_MAX = 1 << 16 };

/* A place without addresses; 0: there are too many, or the space is full. */
uint32_t zone_host_new(struct zone_space *space);

/* Give a node to a host that has none, if they go together. */
void zone_host_join(struct zone_space *space, uint32_t host, uint32_t node);

/* The host of a node, made if need be; 0: it has none. */
uint32_t zone_host_of(struct zone_space *space, uint32_t node);

/* What a node has, or what hides it, has changed: lay its host out again, if it has one. */
void zone_host_renew(struct zone_space *space, uint32_t node);

/* A node is about to be released: its host is nobody's. */
void zone_host_leave(struct zone_space *space, uint32_t node);

/* ---- while a zone is built, when hosts are referred to before their names are there ---- */

struct zone_host_want {
    uint64_t hash; /* of the name */
    uint32_t host;
    uint32_t cut;      /* a delegation that has it ... */
    uint32_t rdata_at; /* ... at this offset in its NS set */
};

struct zone_host_wants {
    struct zone_host_want *wants;
    uint32_t count;
    uint32_t capacity;
    uint32_t *slots; /* 1 + place in `wants`; a power of two of them */
    uint32_t slot_count;
    uint32_t row; /* the next place in a row of hosts */
    uint32_t row_left;
};

/* The host of a name server of a delegation, which may be known by another one. 0: none. */
uint32_t zone_host_want(struct zone_host_wants *wants, struct zone_space *space, uint64_t hash,
                        uint32_t cut, uint32_t rdata_at);

/* All names are there: join them. */
void zone_host_meet(struct zone_host_wants *wants, struct zone_space *space);

void zone_host_wants_fini(struct zone_host_wants *wants);
