/*
 * server/roles.h - a zone changes its role by command, and its serial is walked to a lower one.
 *
 * Shape    A secondary that is promoted is a primary from then on, over restarts and reloads, until
 *          it is demoted. Both are kept in the log. A serial is walked in steps that every
 *          secondary understands (RFC 1982 3.2): the next step waits until all have the one before.
 * Floor    10.
 * Threads  The main world's.
 */
#pragma once

#include "server/server.h"

/* Has it been promoted? Then its `from` does not count. */
bool roles_is_promoted(const struct store_log *log, const uint8_t *apex);

/*
 * TD_E_CONFLICT  it is a primary already, has no data, or is not in the configuration by name
 * TD_E_IO, TD_E_LIMIT  it cannot be remembered
 * Why is in diag.
 */
TD_NODISCARD td_err roles_promote(struct fiber *fiber, struct server *server,
                                  struct registry_zone *zone, const char *author,
                                  struct td_diag *diag);
/* TD_E_CONFLICT  it was not promoted; the rest as above */
TD_NODISCARD td_err roles_demote(struct fiber *fiber, struct server *server,
                                 struct registry_zone *zone, struct td_diag *diag);

/* Would they be done? TD_E_CONFLICT: no, for the reason in diag. */
TD_NODISCARD td_err roles_may_promote(const struct server *server, const struct registry_zone *zone,
                                      struct td_diag *diag);
TD_NODISCARD td_err roles_may_demote(const struct server *server, const struct registry_zone *zone,
                                     struct td_diag *diag);

/* ---- serial_walk.c ---- */

/*
 * The farthest that is greater is INT32_MAX (RFC 1982 3.2). A step is that much shorter: whoever
 * has still the serial before it must find those of the changes that come after it greater, too.
 */
enum { SERIAL_WALK_CHANGES_MAX = 1 << 24 };

struct serial_walk;

/*
 * Have the zone's serial become this one. After each step the next one waits until all `to` peers
 * have it, or `after_s` has passed (0: the SOA's expire, which counts only without such peers).
 * TD_E_CONFLICT  the zone is a secondary, or has no data; why is in diag
 */
TD_NODISCARD td_err serial_walk_begin(struct registry_zone *zone, uint32_t target, uint32_t after_s,
                                      const char *author, struct td_diag *diag);
/* Would it be begun? The same errors. */
TD_NODISCARD td_err serial_walk_may_begin(const struct registry_zone *zone, uint32_t target,
                                          struct td_diag *diag);
/* TD_E_NOT_FOUND: none is under way */
TD_NODISCARD td_err serial_walk_abort(struct registry_zone *zone, struct td_diag *diag);
/* After a start: go on with one that was under way. The zone has data. */
void serial_walk_recall(struct registry_zone *zone);
/* The zone goes. NULL is fine. */
void serial_walk_free(struct serial_walk *walk);
/* Is a step on its way to the disk? */
bool serial_walk_is_stepping(const struct registry_zone *zone);
/* In words, for the operator; NULL: none is under way. Good until the next call. */
const char *serial_walk_text(const struct registry_zone *zone);
