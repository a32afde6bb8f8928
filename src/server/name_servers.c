#include "server/name_servers.h"

#include <string.h>

#include "server/followers_internal.h"
#include "server/registry_internal.h"
#include "wire/key.h"
#include "wire/rrtype.h"
#include "zone/set.h"
#include "zone/soa.h"

enum { PORT = 53 };

/* ---- addresses ---- */

/* One that is not ours. */
static void add_addr(struct followers_all *all, const struct td_addr *addr,
                     struct name_server *server)
{
    if (server->addr_count == NAME_SERVER_ADDRS_MAX)
        return;
    server->addrs[server->addr_count++] = *addr;
    server->may_be_here = server->may_be_here || own_addrs_may_have(&all->own, addr);
}

static void add_addrs(struct followers_all *all, const struct wire_rrset *set,
                      struct name_server *server)
{
    size_t at = 0;

    for (uint32_t i = 0; set != NULL && i < set->count; i++) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        struct td_addr addr = { .family = rdata.size == 4 ? 4 : 6, .port = PORT };
        memcpy(addr.octets, rdata.octets, rdata.size);
        if (own_addrs_has(&all->own, &addr))
            server->is_here = true;
        else
            add_addr(all, &addr, server);
    }
}

/* Those that a zone has, as its data or as glue. */
static bool find_in(struct followers_all *all, const struct zone_version *version,
                    const struct wire_key *key, struct name_server *server)
{
    const struct zone_node *node = version == NULL ? NULL : zone_find_exact(version, key, 0);

    if (node == NULL)
        return false;
    add_addrs(all, zone_node_set(version, node, WIRE_TYPE_A), server);
    add_addrs(all, zone_node_set(version, node, WIRE_TYPE_AAAA), server);
    return server->addr_count != 0 || server->is_here;
}

/* ---- of the system's resolver ---- */

static bool is_loopback(const struct td_addr *addr)
{
    static const uint8_t one[16] = { [15] = 1 };

    return addr->family == 4 ? addr->octets[0] == 127 : memcmp(addr->octets, one, 16) == 0;
}

static bool is_of_peer(const struct followers_all *all, const struct td_addr *addr)
{
    for (uint32_t i = 0; i < all->peers->count; i++)
        if (replicate_peer_has(all->peers->rows[i]->peer, addr))
            return true;
    return false;
}

/*
 * A hosts file often has this machine's own name at a loopback address, which nobody else can mean:
 * only who is a peer there is somebody else.
 */
static void add_found(struct followers_all *all, const struct lookups_name *found,
                      struct name_server *server)
{
    for (uint32_t i = 0; i < found->count; i++) {
        struct td_addr addr = found->addrs[i];
        addr.port = PORT;
        if (own_addrs_has(&all->own, &addr) ||
            ((is_loopback(&addr) || td_addr_is_any(&addr)) && !is_of_peer(all, &addr)))
            server->is_here = true;
        else
            add_addr(all, &addr, server);
    }
}

/* ---- both ---- */

/* In the zone itself, else in the one that is served here and nearest to it, else elsewhere. */
static void find_addrs(struct followers_all *all, const struct registry_zone *zone,
                       const uint8_t *name, struct name_server *server)
{
    struct wire_key key;

    wire_key_make(&key, zone_version_seed(zone->zone.newest), name);
    if (find_in(all, zone->zone.newest, &key, server))
        return;
    const struct zone_entry *entry = zone_set_find(all->registry->parts.zones, &key, 0);
    const struct registry_zone *other = entry == NULL ? NULL : entry->owner;
    if (other != NULL && other != zone)
        (void)find_in(all, other->zone.newest, &key, server);
    server->is_elsewhere = server->addr_count == 0 && !server->is_here;
    if (!server->is_elsewhere)
        return;
    server->found = lookups_find(all->lookups, server->name);
    if (server->found != NULL)
        add_found(all, server->found, server);
}

/* ---- peers ---- */

static bool is_one(const struct peers_row *row, const struct name_server *server)
{
    for (uint32_t i = 0; i < server->addr_count; i++)
        if (replicate_peer_has(row->peer, &server->addrs[i]))
            return true;
    return false;
}

/* One that follows the zone before others. */
static const struct peers_row *find_peer(const struct followers_all *all,
                                         const struct registry_zone *zone,
                                         const struct name_server *server)
{
    const struct followers *followers = zone->followers;

    for (uint32_t i = 0; followers != NULL && i < followers->count; i++)
        if (followers->items[i]->row != NULL && is_one(followers->items[i]->row, server))
            return followers->items[i]->row;
    for (uint32_t i = 0; i < all->peers->count; i++)
        if (is_one(all->peers->rows[i], server))
            return all->peers->rows[i];
    return NULL;
}

uint32_t name_servers_collect(struct followers_all *all, const struct registry_zone *zone,
                              struct name_server *servers)
{
    const struct zone_version *version = zone->zone.newest;
    const struct zone_node *apex = zone_version_apex(version);
    const struct wire_rrset *set = zone_node_set(version, apex, WIRE_TYPE_NS);
    const uint8_t *primary = wire_rrset_first(zone_soa(version)).octets;
    uint32_t count = 0;
    size_t at = 0;

    for (uint32_t i = 0; set != NULL && i < set->count && count < NAME_SERVERS_MAX; i++) {
        struct wire_rdata rdata = wire_rrset_rdata(set, &at);
        struct name_server *server = &servers[count++];
        *server = (struct name_server){ .addr_count = 0 };
        wire_name_format(rdata.octets, server->name);
        server->is_mname =
            wire_name_equal(rdata.octets, rdata.size, primary, wire_name_size(primary));
        find_addrs(all, zone, rdata.octets, server);
        server->row = find_peer(all, zone, server);
    }
    return count;
}
