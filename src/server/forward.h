/*
 * server/forward.h - updates for a zone that is a secondary here, handed to its primary.
 *
 * Shape    The message goes on as it came, its signature included (RFC 8945 5.5: the primary knows
 *          the key), under an ID of our own; the answer goes back as it came.
 * Floor    10.
 * Threads  The main world's; the exchange itself runs on the replicate keeper.
 * Limits   FORWARD_PATIENCE_S for each address of a primary.
 * RFC      2136 6.
 */
#pragma once

#include "replicate/task.h"
#include "serve/update.h"
#include "server/secondary.h"

enum { FORWARD_PATIENCE_S = 5 };

/* Takes the update: it is answered later. The zone is a secondary. */
void forward_update(struct replicate_keeper *keeper, const struct secondary *secondary,
                    struct serve_update *update);
