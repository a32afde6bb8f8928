/*
 * scenario/faults.h - what goes wrong by chance.
 *
 * Threads  One.
 */
#pragma once

#include "scenario/cluster.h"

/* Kinds that are not among those of fault_any for every scenario. */
enum {
    FAULT_DISKS = 1,   /* writes and syncs fail */
    FAULT_CHANGES = 2, /* crashes right after a change */
    FAULT_ROOM = 4,    /* disks have little room left, or none */
};

/* One thing, of crashes, restarts, partitions (one way or both), bad links, and their end. */
void fault_any(struct cluster *cluster, unsigned more);
/* No fault any more: disks and links are good. */
void fault_none(struct cluster *cluster);
