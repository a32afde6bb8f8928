/*
 * scenario/verbs.h - what an operator does by chance.
 *
 * Threads  One.
 */
#pragma once

#include "scenario/cluster.h"

/* One verb at one server of layout_tiers. Returns when it is done, or cannot be. */
void verbs_any(struct cluster *cluster);
/* Changes are possible again, whatever was ordered before. */
void verbs_thaw(struct cluster *cluster);
