/*
 * zone/slots.h - the hash index while it changes.
 *
 * Shape    Linear probing, 64 bits a slot: the lower half of the name's hash, then the
 *          node's index; 0 is free. The upper half of the hash, which the node keeps, says
 *          where a name's search begins. Grows at a load of 3/4.
 * Floor    3. Not for other directories; reading is in zone/version.c.
 * Threads  The zone's one writer.
 */
#pragma once

#include "zone/space.h"

void zone_slots_insert(struct zone_space *space, uint64_t hash, uint32_t node);

/* The name is there. */
void zone_slots_remove(struct zone_space *space, uint64_t hash, uint32_t node);
