/* How many connections each client has: an address of IPv4, or a /64 of IPv6. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "net/internal.h"

enum { IPV6_CLIENT_SIZE = 8 };

static void key_fill(const struct td_addr *addr, uint8_t *ret_key)
{
    memset(ret_key, 0, 16);
    if (addr->family == 4) {
        /* As in an IPv4-mapped address, so that no /64 is meant by it. */
        ret_key[10] = ret_key[11] = 0xFF;
        memcpy(ret_key + 12, addr->octets, 4);
    } else {
        memcpy(ret_key, addr->octets, IPV6_CLIENT_SIZE);
    }
}

static struct net_client **bucket_of(struct net_server *server, const uint8_t *key)
{
    return &server->clients[td_hash_octets(&server->seed, key, 16) % NET_CLIENT_BUCKETS];
}

td_err net_client_enter(struct net_server *server, const struct td_addr *addr,
                        struct net_client **ret_client)
{
    uint8_t key[16];
    key_fill(addr, key);
    struct net_client **bucket = bucket_of(server, key);
    struct net_client *client = *bucket;
    while (client != NULL && memcmp(client->key, key, sizeof(key)) != 0)
        client = client->next;
    if (client == NULL) {
        client = td_calloc(1, sizeof(*client));
        memcpy(client->key, key, sizeof(key));
        client->next = *bucket;
        *bucket = client;
    } else if (client->count >= server->limits.per_client) {
        return TD_E_LIMIT;
    }
    client->count++;
    *ret_client = client;
    return TD_OK;
}

void net_client_leave(struct net_server *server, struct net_client *client)
{
    if (--client->count > 0)
        return;
    struct net_client **link = bucket_of(server, client->key);
    while (*link != client)
        link = &(*link)->next;
    *link = client->next;
    free(client);
}
