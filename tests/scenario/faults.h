/*
 * scenario/faults.h - what goes wrong by chance.
 *
 * Threads  One.
 */
#pragma once

#include "scenario/cluster.h"

/* One thing, of crashes, restarts, partitions (one way or both), bad links, and their end. */
void fault_any(struct cluster *cluster);
