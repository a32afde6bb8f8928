/*
 * operator/trial.h - orders that are only tried.
 *
 * Floor    11. Not for other directories.
 * Threads  The main world's.
 */
#pragma once

#include "operator/follow.h"
#include "operator/internal.h"

/* What the order would do is said in diag, or why it would not be done, with the same error. */
TD_NODISCARD td_err operator_trial(struct server *server, const struct registry_zone *zone,
                                   enum control_order order, const struct control_call *call,
                                   struct td_diag *diag);
