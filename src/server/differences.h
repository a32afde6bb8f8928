/*
 * server/differences.h - what IXFR clients lack: found in the history of the zones.
 *
 * Shape    The last changes of all zones are in memory, and so is the answer given last for each
 *          zone: a thousand secondaries ask for the same step at the same moment. What is older
 *          is read from the log.
 * Floor    10.
 * Threads  The main world's.
 * Limits   RECENT_OCTETS_MAX and DIFFERENCES_KEPT_MAX octets in memory; a difference that is more
 *          octets in the log than the zone takes in memory, or more records than the zone has, is
 *          none: AXFR is less.
 */
#pragma once

#include "server/server.h"

enum { DIFFERENCES_KEPT_MAX = 64 << 20 };

struct change_zone;
struct changeset;
struct differences;
struct registry_zone;

/* When there is a registry, which has no zones yet. */
struct differences *differences_new(struct server *server);
/* The registry has no zones any more, and the workers have ended. NULL is fine. */
void differences_free(struct differences *differences);

/* The zone goes. */
void differences_zone_end(struct registry_zone *zone);
