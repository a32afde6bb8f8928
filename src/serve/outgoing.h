/*
 * serve/outgoing.h - a transfer out, sent: as one message, or by a fiber of its own.
 *
 * Shape    A fiber holds what it sends (a pinned version, or a difference) and waits for the
 *          client between two messages. What fits in one message needs no fiber, and does not
 *          count as a transfer under way.
 * Floor    7.
 * Threads  The worker's.
 * Limits   serve_settings.transfers_max fibers in all workers; a client that takes less than
 *          transfer_rate_min octets a second for PACE_WINDOW_S seconds is dropped.
 * RFC      1995 4, 5936 2.2 and 2.2.5 (EDNS in the first message), 8945 5.3.1.
 */
#pragma once

#include "replicate/difference.h"
#include "serve/road.h"

/*
 * Send the difference, or (NULL) the zone as the request has it. `asked_from`: the serial that an
 * IXFR client has, or NULL. The connection is the fiber's, then (STAGE_TAKEN); or the request is
 * refused (STAGE_DONE).
 */
enum stage_result outgoing_start(struct request *request, struct difference *difference,
                                 const uint32_t *asked_from);

/*
 * Put the difference into the response, which is to be sealed then. False: it does not fit into
 * one message, and nothing is in it.
 */
bool outgoing_whole(struct request *request, const struct difference *difference);
