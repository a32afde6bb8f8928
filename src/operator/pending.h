/*
 * operator/pending.h - open transactions of operators.
 *
 * Shape    A list in memory: it does not outlive the daemon. An author has one transaction of a
 *          zone.
 * Floor    11. Not for other directories.
 * Threads  The main world's.
 * Limits   OPERATOR_PENDING_MAX.
 */
#pragma once

#include "operator/steps.h"
#include "server/server.h"

enum { OPERATOR_PENDING_MAX = 256 };

struct operator_pending {
    struct operator_pending *next;
    char *zone; /* as the registry calls it */
    char *author;
    char *reason; /* may be NULL */
    uint32_t serial_seen;
    struct operator_steps steps;
};

/* NULL: there is none. */
struct operator_pending *operator_pending_find(struct server *server, const char *zone,
                                               const char *author);

/* There is none yet. NULL: there are too many. */
struct operator_pending *operator_pending_new(struct server *server, const char *zone,
                                              const char *author);

void operator_pending_drop(struct server *server, struct operator_pending *pending);

/* Open transactions of a zone. */
uint32_t operator_pending_count(const struct server *server, const char *zone);

void operator_pending_free(struct server *server);
