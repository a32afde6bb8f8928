/* Who follows: peers of the configuration, and the name servers of the zone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "conf/conf.h"
#include "daemon/followers_internal.h"
#include "daemon/registry_internal.h"
#include "serve/log.h"
#include "wire/rrtype.h"

enum { PORT = 53, SET_MAX = 64 };

/* ---- peers ---- */

static bool is_wanted(const struct followers *followers, const struct conf_peer_refs *refs,
                      const struct peers_row *row)
{
    for (uint32_t i = 0; i < refs->count; i++)
        if (followers->all->peers->rows[refs->items[i]] == row)
            return true;
    return false;
}

static bool has_row(const struct followers *followers, const struct peers_row *row)
{
    for (uint32_t i = 0; i < followers->count; i++)
        if (followers->items[i]->row == row)
            return true;
    return false;
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
        if (!has_row(followers, row) && followers->count < FOLLOWERS_MAX)
            followers_add(followers, row, row->peer);
    }
}

/* ---- name servers ---- */

struct server {
    char name[WIRE_NAME_TEXT_SIZE];
    struct td_addr addrs[8];
    uint32_t count;
};

static void add_addrs(const struct followers *followers, const struct wire_rrset *set,
                      struct server *server)
{
    size_t at = 0;

    for (uint32_t i = 0; set != NULL && i < set->count; i++) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        struct td_addr addr = { .family = rdata.size == 4 ? 4 : 6, .port = PORT };
        bool is_own = false;
        memcpy(addr.octets, rdata.octets, rdata.size);
        for (uint32_t k = 0; k < followers->all->own_count; k++)
            is_own = is_own || td_addr_same_host(&followers->all->own[k], &addr);
        if (!is_own && server->count < TD_COUNT(server->addrs))
            server->addrs[server->count++] = addr;
    }
}

/* Addresses of a name server that stand in the zone itself; others are not looked for. */
static bool find_server(const struct followers *followers, const uint8_t *name,
                        struct server *ret_server)
{
    const struct zone_version *version = followers->zone->zone.newest;
    struct wire_key key;

    ret_server->count = 0;
    wire_name_format(name, ret_server->name);
    wire_key_make(&key, zone_version_seed(version), name);
    const struct zone_node *node = zone_find_exact(version, &key, 0);
    if (node == NULL)
        return false;
    add_addrs(followers, zone_node_set(version, node, WIRE_TYPE_A), ret_server);
    add_addrs(followers, zone_node_set(version, node, WIRE_TYPE_AAAA), ret_server);
    return ret_server->count != 0;
}

static bool is_same(const struct follower *follower, const struct server *server)
{
    if (follower->row != NULL || strcmp(follower->peer->name, server->name) != 0 ||
        follower->peer->addr_count != server->count)
        return false;
    for (uint32_t i = 0; i < server->count; i++)
        if (!td_addr_equal(&follower->peer->addrs[i], &server->addrs[i]))
            return false;
    return true;
}

/* A peer of the configuration is not told twice. */
static bool is_peer(const struct followers *followers, const struct server *server)
{
    for (uint32_t i = 0; i < followers->count; i++)
        for (uint32_t k = 0; k < server->count; k++)
            if (followers->items[i]->row != NULL &&
                replicate_peer_has(followers->items[i]->peer, &server->addrs[k]))
                return true;
    return false;
}

static uint32_t collect(const struct followers *followers, struct server *servers)
{
    const struct zone_version *version = followers->zone->zone.newest;
    const struct wire_rrset *set = zone_node_set(version, zone_version_apex(version), WIRE_TYPE_NS);
    const struct wire_rrset *soa =
        zone_node_set(version, zone_version_apex(version), WIRE_TYPE_SOA);
    const uint8_t *primary = wire_rrset_first(soa).octets; /* it is not told (RFC 1996 3.3) */
    uint32_t count = 0;
    size_t at = 0;

    if (set == NULL)
        return 0;
    for (uint32_t i = 0; i < set->count && count < SET_MAX; i++) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        if (!wire_name_equal(rdata.octets, rdata.size, primary, wire_name_size(primary)) &&
            find_server(followers, rdata.octets, &servers[count]) &&
            !is_peer(followers, &servers[count]))
            count++;
    }
    return count;
}

static bool has_server(const struct followers *followers, const struct server *server)
{
    for (uint32_t i = 0; i < followers->count; i++)
        if (is_same(followers->items[i], server))
            return true;
    return false;
}

static bool is_listed(const struct follower *follower, const struct server *servers, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (is_same(follower, &servers[i]))
            return true;
    return false;
}

void followers_refresh_set(struct followers *followers)
{
    bool has_set = followers->notify == CONF_NOTIFY_NS_SET || followers->notify == CONF_NOTIFY_BOTH;
    struct server *servers = has_set ? td_calloc(SET_MAX, sizeof(*servers)) : NULL;
    uint32_t count = has_set ? collect(followers, servers) : 0;

    for (uint32_t i = followers->count; i-- > 0;)
        if (followers->items[i]->row == NULL && !is_listed(followers->items[i], servers, count))
            followers_remove(followers, i);
    for (uint32_t i = 0; i < count; i++) {
        if (has_server(followers, &servers[i]))
            continue;
        struct replicate_peer *peer =
            replicate_peer_new(servers[i].name, servers[i].addrs, servers[i].count, NULL, NULL);
        followers_add(followers, NULL, peer);
        replicate_peer_let_go(peer);
    }
    free(servers);
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
    story_fini(&followers->story);
    followers->all->zones--;
    free(followers->items);
    free(followers);
    zone->followers = NULL;
}

/* ---- all of them ---- */

void followers_apply(struct followers_all *all, const struct conf *conf)
{
    free(all->own);
    all->own_count = conf->server.listen.count;
    all->own = td_memdup(conf->server.listen.items, all->own_count * sizeof(*all->own));
}

struct followers_all *followers_all_new(struct registry *registry, struct peers *peers,
                                        struct replicate_keeper *keeper)
{
    struct followers_all *all = td_calloc(1, sizeof(*all));

    all->registry = registry;
    all->io = registry->parts.io;
    all->peers = peers;
    all->keeper = keeper;
    return all;
}

void followers_all_free(struct followers_all *all)
{
    if (all == NULL)
        return;
    free(all->own);
    free(all);
}
