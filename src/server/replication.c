#include "server/replication.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "replicate/task.h"
#include "serve/notify.h"
#include "server/catalogs.h"
#include "server/followers.h"
#include "server/secondary.h"

static void take_notify(void *context, const struct serve_notify *notify)
{
    struct replication *replication = context;
    struct registry *registry = replication->server->registry;
    struct registry_zone *zone =
        registry == NULL ? NULL : registry_find_wire(registry, notify->zone);

    if (zone != NULL && zone->secondary != NULL)
        secondary_notified(zone->secondary, notify);
}

static void take_event(void *context, const struct serve_event *event)
{
    struct replication *replication = context;
    struct registry *registry = replication->server->registry;
    struct registry_zone *zone =
        registry == NULL ? NULL : registry_find_wire(registry, event->zone);

    if (zone != NULL && zone->followers != NULL)
        followers_take_event(zone->followers, event);
}

td_err replication_new(struct server *server, const struct conf *conf,
                       struct replication **ret_replication, struct td_diag *diag)
{
    struct replication *replication = td_calloc(1, sizeof(*replication));

    replication->server = server;
    replication->peers.keyring = server->keyring;
    td_err err = replicate_keeper_new(server->io, &replication->keeper, diag);
    if (err != TD_OK) {
        free(replication);
        return err;
    }
    replication->secondaries =
        secondaries_new(server->registry, &replication->peers, replication->keeper, conf);
    replication->followers =
        followers_all_new(server->registry, &replication->peers, replication->keeper);
    registry_follow_by(server->registry, replication->secondaries, replication->followers);
    replication->catalogs = catalogs_new(server->registry, server->io);
    registry_list_by(server->registry, replication->catalogs);
    serve_notifies_to(server->serve, take_notify, replication);
    serve_events_to(server->serve, take_event, replication);
    *ret_replication = replication;
    return TD_OK;
}

void replication_stop(struct fiber *fiber, struct replication *replication)
{
    if (replication != NULL)
        catalogs_stop(fiber, replication->catalogs);
}

void replication_free(struct fiber *fiber, struct replication *replication)
{
    if (replication == NULL)
        return;
    replicate_keeper_free(fiber, replication->keeper);
    secondaries_free(replication->secondaries);
    followers_all_free(replication->followers);
    catalogs_free(replication->catalogs);
    peers_fini(&replication->peers);
    free(replication);
}

void replication_apply_begin(struct replication *replication, const struct conf *conf)
{
    peers_apply_begin(&replication->peers, conf);
    secondaries_apply(replication->secondaries, conf);
    followers_apply(replication->followers, conf);
}

void replication_apply_end(struct replication *replication)
{
    peers_apply_end(&replication->peers);
}
