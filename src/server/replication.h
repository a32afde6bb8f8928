/*
 * server/replication.h - what goes on between this server and its peers, as a whole.
 *
 * Shape    The peers, the keeper whose fibers talk to them, and the zones that follow.
 * Floor    10.
 * Threads  The main world's.
 */
#pragma once

#include "server/peers.h"
#include "server/server.h"

struct catalogs;
struct followers_all;
struct replicate_keeper;
struct secondaries;

struct replication {
    struct server *server;
    struct peers peers;
    struct replicate_keeper *keeper;
    struct secondaries *secondaries;
    struct followers_all *followers;
    struct catalogs *catalogs;
};

/* When there is a registry, which has no zones yet. */
TD_NODISCARD td_err replication_new(struct server *server, const struct conf *conf,
                                    struct replication **ret_replication, struct td_diag *diag);
/* Nothing is begun any more that changes the registry. NULL is fine. */
void replication_stop(struct fiber *fiber, struct replication *replication);
/* The registry has no zones any more. NULL is fine. */
void replication_free(struct fiber *fiber, struct replication *replication);

/* Before and after zones are brought in step with a configuration. */
void replication_apply_begin(struct replication *replication, const struct conf *conf);
void replication_apply_end(struct replication *replication);
