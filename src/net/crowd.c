#include "net/crowd.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"

enum { IPV6_CLIENT_SIZE = 8, BUCKETS = 4096 };

/* How many connections one client has. */
struct net_client {
    struct net_client *next;
    uint8_t key[16];
    uint32_t count;
};

struct net_crowd {
    pthread_mutex_t lock;
    _Atomic uint32_t count; /* written under the lock, read without */
    struct td_hash_seed seed;
    struct net_client *buckets[BUCKETS];
};

struct net_crowd *net_crowd_new(const struct td_hash_seed *seed)
{
    struct net_crowd *crowd = td_calloc(1, sizeof(*crowd));

    pthread_mutex_init(&crowd->lock, NULL);
    atomic_init(&crowd->count, 0);
    crowd->seed = *seed;
    return crowd;
}

void net_crowd_free(struct net_crowd *crowd)
{
    if (crowd == NULL)
        return;
    td_assert(net_crowd_count(crowd) == 0);
    pthread_mutex_destroy(&crowd->lock);
    free(crowd);
}

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

static struct net_client **bucket_of(struct net_crowd *crowd, const uint8_t *key)
{
    return &crowd->buckets[td_hash_octets(&crowd->seed, key, 16) % BUCKETS];
}

/* Under the lock: the client of a key, made when it is new. */
static struct net_client *client_get(struct net_crowd *crowd, const uint8_t *key)
{
    struct net_client **bucket = bucket_of(crowd, key);
    struct net_client *client = *bucket;

    while (client != NULL && memcmp(client->key, key, sizeof(client->key)) != 0)
        client = client->next;
    if (client != NULL)
        return client;
    client = td_calloc(1, sizeof(*client));
    memcpy(client->key, key, sizeof(client->key));
    client->next = *bucket;
    *bucket = client;
    return client;
}

static void client_drop(struct net_crowd *crowd, struct net_client *client)
{
    struct net_client **link = bucket_of(crowd, client->key);

    while (*link != client)
        link = &(*link)->next;
    *link = client->next;
    free(client);
}

enum net_entry net_crowd_enter(struct net_crowd *crowd, const struct td_addr *addr,
                               uint32_t connections, uint32_t per_client,
                               struct net_client **ret_client)
{
    uint8_t key[16];

    key_fill(addr, key);
    pthread_mutex_lock(&crowd->lock);
    struct net_client *client = client_get(crowd, key);
    uint32_t count = atomic_load_explicit(&crowd->count, memory_order_relaxed);
    enum net_entry entry = client->count >= per_client ? NET_ENTRY_CLIENT_FULL
                           : count >= connections      ? NET_ENTRY_FULL
                                                       : NET_ENTRY_GOOD;
    if (entry == NET_ENTRY_GOOD) {
        client->count++;
        atomic_store_explicit(&crowd->count, count + 1, memory_order_relaxed);
        *ret_client = client;
    } else if (client->count == 0) {
        client_drop(crowd, client);
    }
    pthread_mutex_unlock(&crowd->lock);
    return entry;
}

void net_crowd_leave(struct net_crowd *crowd, struct net_client *client)
{
    pthread_mutex_lock(&crowd->lock);
    uint32_t count = atomic_load_explicit(&crowd->count, memory_order_relaxed);
    atomic_store_explicit(&crowd->count, count - 1, memory_order_relaxed);
    if (--client->count == 0)
        client_drop(crowd, client);
    pthread_mutex_unlock(&crowd->lock);
}

uint32_t net_crowd_count(const struct net_crowd *crowd)
{
    return atomic_load_explicit(&crowd->count, memory_order_relaxed);
}
