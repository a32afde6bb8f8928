/* Who follows: peers of the configuration, and the name servers of the zone. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "conf/conf.h"
#include "server/followers_internal.h"
#include "server/name_servers.h"
#include "server/registry_internal.h"

/* ---- peers ---- */

static bool is_wanted(const struct followers *followers, const struct conf_peer_refs *refs,
                      const struct peers_row *row)
{
    for (uint32_t i = 0; i < refs->count; i++)
        if (followers->all->peers->rows[refs->items[i]] == row)
            return true;
    return false;
}

static struct follower *find_row(const struct followers *followers, const struct peers_row *row)
{
    for (uint32_t i = 0; row != NULL && i < followers->count; i++)
        if (followers->items[i]->row == row)
            return followers->items[i];
    return NULL;
}

void followers_refresh_peers(struct followers *followers, const struct conf_peer_refs *refs)
{
    for (uint32_t i = followers->count; i-- > 0;) {
        const struct peers_row *row = followers->items[i]->row;
        if (row != NULL && !is_wanted(followers, refs, row))
            followers_remove(followers, i);
    }
    for (uint32_t i = 0; i < refs->count; i++) {
        struct peers_row *row = followers->all->peers->rows[refs->items[i]];
        if (find_row(followers, row) == NULL && followers->count < FOLLOWERS_MAX)
            followers_add(followers, row, row->peer);
    }
}

/* ---- name servers ---- */

/*
 * A name server that no peer of `to` is, and that is told all the same. Where it is a peer of the
 * configuration, that says how it is reached and with which key.
 */
static struct replicate_peer *peer_of(const struct name_server *server)
{
    const struct replicate_peer *as = server->row == NULL ? NULL : server->row->peer;
    struct td_addr addrs[NAME_SERVER_ADDRS_MAX];

    for (uint32_t i = 0; i < server->addr_count; i++) {
        addrs[i] = server->addrs[i];
        for (uint32_t k = 0; as != NULL && k < as->addr_count; k++)
            if (td_addr_same_host(&as->addrs[k], &addrs[i]))
                addrs[i] = as->addrs[k];
    }
    return replicate_peer_new(server->name, addrs, server->addr_count,
                              as != NULL && as->has_source ? &as->source : NULL,
                              as != NULL && as->has_key ? &as->key : NULL);
}

/* From now on what no zone here has is asked of the system's resolver: see followers_resolved. */
static void look_up(struct followers *followers, const struct name_server *servers, uint32_t count)
{
    const char *names[NAME_SERVERS_MAX];
    uint32_t elsewhere = 0;

    for (uint32_t i = 0; i < count; i++)
        if (servers[i].is_elsewhere)
            names[elsewhere++] = servers[i].name;
    lookups_use(followers->all->lookups, &followers->names, names, elsewhere);
}

/* The primary that the SOA names is not told, unless it is a peer of `to` (RFC 1996 3.3). */
static uint32_t collect(struct followers *followers, struct replicate_peer **ret_peers)
{
    struct name_server *servers = td_calloc(NAME_SERVERS_MAX, sizeof(*servers));
    uint32_t found = name_servers_collect(followers->all, followers->zone, servers);
    uint32_t count = 0;

    look_up(followers, servers, found);
    for (uint32_t i = 0; i < found; i++) {
        struct follower *follower = find_row(followers, servers[i].row);
        if (follower != NULL)
            follower->is_listed = true;
        else if (servers[i].addr_count != 0 && !servers[i].is_mname)
            ret_peers[count++] = peer_of(&servers[i]);
    }
    free(servers);
    return count;
}

static bool has_peer(const struct followers *followers, const struct replicate_peer *peer)
{
    for (uint32_t i = 0; i < followers->count; i++)
        if (followers->items[i]->row == NULL &&
            replicate_peer_is_same(followers->items[i]->peer, peer))
            return true;
    return false;
}

static bool is_in(const struct follower *follower, struct replicate_peer *const *peers,
                  uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (replicate_peer_is_same(follower->peer, peers[i]))
            return true;
    return false;
}

void followers_refresh_set(struct followers *followers)
{
    bool has_set = followers->notify == CONF_NOTIFY_NS_SET || followers->notify == CONF_NOTIFY_BOTH;
    struct replicate_peer *peers[NAME_SERVERS_MAX];

    for (uint32_t i = 0; i < followers->count; i++)
        followers->items[i]->is_listed = false;
    uint32_t count = has_set ? collect(followers, peers) : 0;
    if (!has_set)
        lookups_use(followers->all->lookups, &followers->names, NULL, 0);
    for (uint32_t i = followers->count; i-- > 0;)
        if (followers->items[i]->row == NULL && !is_in(followers->items[i], peers, count))
            followers_remove(followers, i);
    for (uint32_t i = 0; i < count; i++) {
        if (!has_peer(followers, peers[i]) && followers->count < FOLLOWERS_MAX)
            followers_add(followers, NULL, peers[i]);
        replicate_peer_let_go(peers[i]);
    }
}

/* ---- life ---- */

void followers_take_event(struct followers *followers, const struct serve_event *event)
{
    for (uint32_t i = 0; i < followers->count; i++) {
        struct follower *follower = followers->items[i];
        if (!replicate_peer_has(follower->peer, &event->remote))
            continue;
        story_add(&followers->story, io_wall_s(followers->all->io), follower->peer->name,
                  event->is_good ? STORY_TRANSFER : STORY_NEWS, "%s", event->text);
        if (follower->row == NULL)
            return;
        follower->row->transfers_out += event->is_good;
        follower->row->transfers_out_failed += !event->is_good;
        return;
    }
}

/* ---- life ---- */

void followers_remove(struct followers *followers, uint32_t at)
{
    struct follower *follower = followers->items[at];

    followers->items[at] = followers->items[--followers->count];
    followers->all->count--;
    follower->followers = NULL;
    follower->row = NULL;
    if (follower->tasks == 0)
        follower_free(follower);
}

void followers_add(struct followers *followers, struct peers_row *row, struct replicate_peer *peer)
{
    struct follower *follower = td_calloc(1, sizeof(*follower));

    follower->followers = followers;
    follower->row = row;
    follower->peer = replicate_peer_hold(peer);
    follower->probe_ms = FOLLOWERS_PROBE_MS;
    follower->probe_ns = io_now_ns(followers->all->io);
    follower->behind_ns = io_now_ns(followers->all->io);
    followers->items =
        td_realloc(followers->items, (followers->count + 1) * sizeof(struct follower *));
    followers->items[followers->count++] = follower;
    followers->all->count++;
}

static struct followers *followers_new(struct followers_all *all, struct registry_zone *zone)
{
    struct followers *followers = td_calloc(1, sizeof(*followers));

    followers->zone = zone;
    followers->all = all;
    followers->names = (struct lookups_user){ .call = followers_resolved, .context = followers };
    io_timer_init(&followers->timer, followers_on_time, followers);
    io_timer_init(&followers->patience, followers_out_of_patience, followers);
    all->zones++;
    return followers;
}

void followers_zone_apply(struct followers_all *all, struct registry_zone *zone,
                          const struct conf_zone_options *options)
{
    bool has_set = options->notify == CONF_NOTIFY_NS_SET || options->notify == CONF_NOTIFY_BOTH;

    if (options->to.count == 0 && !has_set) {
        followers_end(zone);
        return;
    }
    if (zone->followers == NULL)
        zone->followers = followers_new(all, zone);
    zone->followers->notify = options->notify;
    followers_refresh_peers(zone->followers, &options->to);
    if (zone->zone.newest == NULL)
        return;
    followers_refresh_set(zone->followers);
    followers_arm(zone->followers);
}

void followers_end(struct registry_zone *zone)
{
    struct followers *followers = zone->followers;

    if (followers == NULL)
        return;
    while (followers->count != 0)
        followers_remove(followers, followers->count - 1);
    io_timer_stop(&followers->timer);
    io_timer_stop(&followers->patience);
    lookups_use(followers->all->lookups, &followers->names, NULL, 0);
    story_fini(&followers->story);
    followers->all->zones--;
    free(followers->items);
    free(followers);
    zone->followers = NULL;
}

/* ---- all of them ---- */

void followers_apply(struct followers_all *all, const struct conf *conf)
{
    own_addrs_set(&all->own, all->io, &conf->server.listen);
}

struct followers_all *followers_all_new(struct registry *registry, struct peers *peers,
                                        struct replicate_keeper *keeper)
{
    struct followers_all *all = td_calloc(1, sizeof(*all));

    all->registry = registry;
    all->io = registry->parts.io;
    all->peers = peers;
    all->keeper = keeper;
    all->lookups = lookups_new(all->io, registry->parts.seed);
    return all;
}

void followers_all_free(struct followers_all *all)
{
    if (all == NULL)
        return;
    lookups_free(all->lookups);
    own_addrs_fini(&all->own);
    free(all);
}
