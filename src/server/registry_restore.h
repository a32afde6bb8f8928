/*
 * server/registry_restore.h - a zone becomes what a backup says (registry_backup.c).
 *
 * Floor    10.
 * Threads  The main world's.
 */
#pragma once

#include "server/registry.h"

struct backup;

/*
 * A backup that was loaded and compared becomes what the zone is: a change of what is served, or
 * the first version. With TD_OK `wait->done` will be called. TD_E_REFUSED: the brake;
 * TD_E_CONFLICT, TD_E_INVALID, TD_E_LIMIT, TD_E_IO: why is in diag.
 */
TD_NODISCARD td_err registry_restore(struct registry *registry, struct registry_zone *zone,
                                     struct loader_job *job, const struct change_about *about,
                                     struct change_wait *wait, struct td_diag *diag);

/* The zone knows nothing, and its base is on disk: take the history as well. It is served then. */
TD_NODISCARD td_err registry_restore_past(struct fiber *fiber, struct registry *registry,
                                          struct registry_zone *zone, struct loader_job *job,
                                          const struct backup *backup, struct td_diag *diag);

/* It is durable: what else belongs to it. */
void registry_restored(struct registry *registry, struct registry_zone *zone);

/* Is there nothing that a backup's history would contradict? */
bool registry_may_take_past(const struct registry *registry, const struct registry_zone *zone,
                            const struct backup *backup);
