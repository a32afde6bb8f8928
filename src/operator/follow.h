/*
 * operator/follow.h - replication as an operator sees it.
 *
 * Floor    11. Not for other directories.
 */
#pragma once

#include "operator/internal.h"
#include "server/registry.h"

/* Main world: how the zone follows and is followed; in the arena of the status. */
void operator_view_follow(struct server *server, const struct registry_zone *zone,
                          struct control_zone_status *status);

/* Main world: the name servers that the zone names. */
void operator_view_servers(struct server *server, const struct registry_zone *zone,
                           struct td_arena *arena, struct control_follow *follow);

/* Main world: what does not fit there, and what to do; NULL: nothing. In the arena. */
const char *operator_servers_advice(struct server *server, const struct registry_zone *zone,
                                    struct td_arena *arena);

/* Main world: the same in numbers. The zone has data. */
void operator_view_lag(const struct registry_zone *zone, struct control_zone *ret_zone);

/* Main world: begin what is ordered, and see whether it is over. */
TD_NODISCARD td_err operator_follow_order(struct fiber *fiber, struct server *server,
                                          struct registry_zone *zone, enum control_order order,
                                          const struct control_call *call, struct td_diag *diag);
/* It is over: was it done? TD_E_IO: why not is in the log. */
TD_NODISCARD td_err operator_follow_result(const struct registry_zone *zone,
                                           enum control_order order, struct td_diag *diag);
bool operator_follow_is_working(const struct registry_zone *zone, enum control_order order);

/* For the host table. */
extern const struct control_follow_host operator_follow_host;

/* What an order needs; TD_E_CONFLICT, TD_E_INVALID: it has not, for the reason in diag. */
TD_NODISCARD td_err operator_follow_check(const struct registry_zone *zone, struct td_diag *diag);
TD_NODISCARD td_err operator_follow_check_notify(const struct registry_zone *zone,
                                                 struct td_diag *diag);
TD_NODISCARD td_err operator_follow_after(const struct control_call *call, uint32_t *ret_after_s,
                                          struct td_diag *diag);
