/*
 * operator/view.h - the state of the server, copied out for control.
 *
 * Shape    What is copied lies in an arena of its own and outlives what it was copied from.
 * Floor    11. Not for other directories.
 * Threads  The main world's, which is the writer of all of it; sorting is for any thread.
 */
#pragma once

#include "control/host.h"
#include "server/server.h"

void operator_view_status(const struct server *server, struct control_status *ret_status);

/* In no order. */
void operator_view_zones(const struct server *server, struct control_zones *ret_zones);
/* In canonical order. */
void operator_view_sort(struct control_zones *zones);

void operator_view_zone(struct server *server, const struct registry_zone *zone,
                        struct control_zone_status *ret_zone);

void operator_view_reload(const struct server *server, uint32_t started,
                          struct control_reload *ret_reload);
