/*
 * server/updates.h - dynamic updates: from a worker's hands to the one door.
 *
 * Floor    10. Not for other directories.
 * Threads  The main world's.
 */
#pragma once

#include "server/server.h"

struct updates;

/* Updates that workers take are done from now on. Before the workers are started. */
struct updates *updates_new(struct server *server);
/* From now on none waits until a file has been compared with its zone. */
void updates_stop(struct updates *updates);
/* The workers have ended. */
void updates_free(struct updates *updates);
