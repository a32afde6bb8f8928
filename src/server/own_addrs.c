#include "server/own_addrs.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/lookup.h"

enum { KEPT_S = 30 };

void own_addrs_fini(struct own_addrs *own)
{
    free(own->listen);
    free(own->found);
    *own = (struct own_addrs){ .listen = NULL };
}

void own_addrs_set(struct own_addrs *own, struct io *io, const struct conf_addrs *listen)
{
    own_addrs_fini(own);
    own->io = io;
    own->listen_count = listen->count;
    own->listen = td_memdup(listen->items, listen->count * sizeof(*listen->items));
    for (uint32_t i = 0; i < own->listen_count; i++)
        own->is_anywhere = own->is_anywhere || td_addr_is_any(&own->listen[i]);
}

/* An interface may get another address at any time. */
static void look(struct own_addrs *own)
{
    uint64_t now_ns = io_now_ns(own->io);

    if (!own->is_anywhere ||
        (own->found != NULL && now_ns - own->looked_ns < KEPT_S * (uint64_t)IO_NS_PER_S))
        return;
    if (own->found == NULL)
        own->found = td_malloc(OWN_ADDRS_MAX * sizeof(*own->found));
    own->found_count = io_host_addrs(own->io, own->found, OWN_ADDRS_MAX);
    own->looked_ns = now_ns;
    own->is_private = true;
    for (uint32_t i = 0; i < own->found_count; i++)
        own->is_private = own->is_private && td_addr_is_private(&own->found[i]);
}

static bool listens_to_all(const struct own_addrs *own, uint8_t family)
{
    for (uint32_t i = 0; i < own->listen_count; i++)
        if (own->listen[i].family == family && td_addr_is_any(&own->listen[i]))
            return true;
    return false;
}

bool own_addrs_has(struct own_addrs *own, const struct td_addr *addr)
{
    look(own);
    for (uint32_t i = 0; i < own->listen_count; i++)
        if (td_addr_same_host(&own->listen[i], addr))
            return true;
    for (uint32_t i = 0; i < own->found_count; i++)
        if (td_addr_same_host(&own->found[i], addr))
            return listens_to_all(own, addr->family);
    return false;
}

bool own_addrs_may_have(struct own_addrs *own, const struct td_addr *addr)
{
    look(own);
    return own->is_anywhere && own->is_private && !td_addr_is_private(addr);
}
