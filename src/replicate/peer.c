#include "replicate/peer.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct replicate_peer *replicate_peer_new(const char *name, const struct td_addr *addrs,
                                          uint32_t addr_count, const struct td_addr *source,
                                          const struct tsig_key *key)
{
    struct replicate_peer *peer = td_calloc(1, sizeof(*peer));

    atomic_init(&peer->holders, 1);
    peer->name = td_strdup(name);
    peer->addrs = td_memdup(addrs, addr_count * sizeof(*addrs));
    peer->addr_count = addr_count;
    peer->has_source = source != NULL;
    if (source != NULL)
        peer->source = *source;
    peer->has_key = key != NULL;
    if (key != NULL)
        peer->key = *key;
    return peer;
}

struct replicate_peer *replicate_peer_hold(struct replicate_peer *peer)
{
    atomic_fetch_add_explicit(&peer->holders, 1, memory_order_relaxed);
    return peer;
}

void replicate_peer_let_go(struct replicate_peer *peer)
{
    if (peer == NULL || atomic_fetch_sub_explicit(&peer->holders, 1, memory_order_acq_rel) != 1)
        return;
    explicit_bzero(&peer->key, sizeof(peer->key));
    free(peer->name);
    free(peer->addrs);
    free(peer);
}

bool replicate_peer_is_same(const struct replicate_peer *a, const struct replicate_peer *b)
{
    if (strcmp(a->name, b->name) != 0 || a->addr_count != b->addr_count ||
        a->has_source != b->has_source || a->has_key != b->has_key)
        return false;
    for (uint32_t i = 0; i < a->addr_count; i++)
        if (!td_addr_equal(&a->addrs[i], &b->addrs[i]))
            return false;
    if (a->has_source && !td_addr_equal(&a->source, &b->source))
        return false;
    return !a->has_key || memcmp(&a->key, &b->key, sizeof(a->key)) == 0;
}

bool replicate_peer_has(const struct replicate_peer *peer, const struct td_addr *addr)
{
    for (uint32_t i = 0; i < peer->addr_count; i++)
        if (td_addr_same_host(&peer->addrs[i], addr))
            return true;
    return false;
}

const struct td_addr *replicate_peer_source(const struct replicate_peer *peer,
                                            const struct td_addr *to)
{
    return peer->has_source && peer->source.family == to->family ? &peer->source : NULL;
}
