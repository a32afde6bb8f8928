/* The name servers of a zone as an operator sees them, and what does not fit there. */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "conf/conf.h"
#include "operator/follow.h"
#include "server/followers.h"
#include "server/name_servers.h"
#include "server/registry.h"
#include "server/replication.h"
#include "server/secondary.h"

enum { SAYS_SIZE = 300 };

static bool is_follower(const struct registry_zone *zone, const struct peers_row *row)
{
    const struct followers *followers = zone->followers;

    for (uint32_t i = 0; followers != NULL && i < followers->count; i++)
        if (followers->items[i]->row == row)
            return true;
    return false;
}

static bool is_source(const struct registry_zone *zone, const struct peers_row *row)
{
    const struct secondary *secondary = zone->secondary;

    for (uint32_t i = 0; secondary != NULL && i < secondary->from_count; i++)
        if (secondary->from[i] == row)
            return true;
    return false;
}

static bool tells_set(const struct registry_zone *zone)
{
    return zone->followers != NULL && (zone->followers->notify == CONF_NOTIFY_NS_SET ||
                                       zone->followers->notify == CONF_NOTIFY_BOTH);
}

/* Of one without an address. */
static void say_unknown(const struct name_server *server, char out[SAYS_SIZE])
{
    if (server->found == NULL)
        snprintf(out, SAYS_SIZE, "its address is not known here");
    else if (!server->found->is_answered)
        snprintf(out, SAYS_SIZE, "its address is being looked up");
    else
        snprintf(out, SAYS_SIZE,
                 "its address is not known here, and the system's resolver %s: it is not told of "
                 "changes",
                 server->found->err == TD_E_NOT_FOUND ? "does not have it" : "does not answer");
}

/* Of one that is no peer of `to` and not this server. Returns whether that is trouble. */
static bool say_other(const struct registry_zone *zone, const struct name_server *server,
                      char out[SAYS_SIZE])
{
    const struct peers_row *row = server->row;

    if (row != NULL && is_source(zone, row)) {
        snprintf(out, SAYS_SIZE, "the peer %.60s, which the zone comes from", row->peer->name);
        return false;
    }
    if (tells_set(zone) && server->is_mname && server->addr_count != 0) {
        snprintf(out, SAYS_SIZE,
                 "not told of changes: it is the primary that the SOA names, which notify: ns-set "
                 "leaves out (RFC 1996 3.3); if it is a secondary, put it into 'to'");
        return true;
    }
    if (row != NULL) {
        snprintf(out, SAYS_SIZE,
                 "the peer %.60s, which is not in 'to' of the zone: it may not transfer it%s; put "
                 "it there",
                 row->peer->name, tells_set(zone) ? "" : ", and is not told of changes");
        return true;
    }
    if (server->addr_count == 0)
        say_unknown(server, out);
    else if (server->may_be_here && !tells_set(zone))
        snprintf(out, SAYS_SIZE,
                 "no peer: this server, by an address that is translated, or one that has to get "
                 "the zone from elsewhere");
    else
        snprintf(out, SAYS_SIZE, "no peer: %s",
                 tells_set(zone) ? "told of changes; allow-transfer has to let it have them"
                                 : "it has to get the zone from elsewhere");
    return false;
}

static struct control_name_server view_server(struct td_arena *arena,
                                              const struct registry_zone *zone,
                                              const struct name_server *server)
{
    struct control_name_server view = { .name = td_arena_strdup(arena, server->name) };
    char says[SAYS_SIZE], addr[TD_ADDR_TEXT_SIZE];

    if (server->is_here)
        snprintf(says, sizeof(says), "this server");
    else if (server->row != NULL && is_follower(zone, server->row))
        snprintf(says, sizeof(says), "the peer %.60s of 'to'", server->row->peer->name);
    else
        view.is_trouble = say_other(zone, server, says);
    view.says = td_arena_strdup(arena, says);
    if (server->addr_count != 0)
        view.address = td_arena_strdup(arena, td_addr_format(&server->addrs[0], addr));
    return view;
}

/* A primary that nobody can find by the zone's name servers. */
static bool is_hidden(const struct registry_zone *zone, const struct name_server *servers,
                      uint32_t count)
{
    bool is_hidden = zone->secondary == NULL && count != 0;

    for (uint32_t i = 0; i < count; i++)
        is_hidden = is_hidden && !servers[i].is_here && !servers[i].may_be_here;
    return is_hidden;
}

void operator_view_servers(struct server *server, const struct registry_zone *zone,
                           struct td_arena *arena, struct control_follow *follow)
{
    struct followers_all *all = server->replication->followers;

    if (zone->zone.newest == NULL)
        return;
    struct name_server *servers = td_calloc(NAME_SERVERS_MAX, sizeof(*servers));
    uint32_t count = name_servers_collect(all, zone, servers);
    struct control_name_server *views = td_arena_zalloc(arena, (count + 1) * sizeof(*views));
    for (uint32_t i = 0; i < count; i++)
        views[i] = view_server(arena, zone, &servers[i]);
    follow->servers = views;
    follow->server_count = count;
    follow->is_hidden = is_hidden(zone, servers, count);
    if (follow->is_hidden && (zone->followers == NULL || zone->followers->count == 0))
        follow->hidden_trouble = "no name server of the zone is this server, and no secondary is "
                                 "told of changes: name them in 'to'";
    free(servers);
}

const char *operator_servers_advice(struct server *server, const struct registry_zone *zone,
                                    struct td_arena *arena)
{
    struct control_follow follow = { .server_count = 0 };
    char text[SAYS_SIZE + 300];

    operator_view_servers(server, zone, arena, &follow);
    if (follow.hidden_trouble != NULL)
        return follow.hidden_trouble;
    for (uint32_t i = 0; i < follow.server_count; i++) {
        const struct control_name_server *view = &follow.servers[i];
        if (!view->is_trouble)
            continue;
        snprintf(text, sizeof(text), "The name server %.250s is %s.", view->name, view->says);
        return td_arena_strdup(arena, text);
    }
    return NULL;
}
