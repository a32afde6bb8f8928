/*
 * server/own_addrs.h - which addresses are ours.
 *
 * Shape    Those that we listen at; where that is every one there is (0.0.0.0, ::), those of the
 *          interfaces, looked up anew when that is a while ago.
 * Floor    10.
 * Threads  The main world's.
 * Limits   OWN_ADDRS_MAX addresses of interfaces.
 */
#pragma once

#include "conf/conf.h"
#include "io/io.h"

enum { OWN_ADDRS_MAX = 256 };

struct own_addrs {
    struct io *io;
    struct td_addr *listen;
    uint32_t listen_count;
    struct td_addr *found; /* of interfaces */
    uint32_t found_count;
    uint64_t looked_ns;
    bool is_anywhere; /* we listen at all addresses of a family */
    bool is_private;  /* and none that was found is public */
};

void own_addrs_set(struct own_addrs *own, struct io *io, const struct conf_addrs *listen);
void own_addrs_fini(struct own_addrs *own);

bool own_addrs_has(struct own_addrs *own, const struct td_addr *addr);

/*
 * May it be ours all the same? A server that has only private addresses may be known elsewhere by a
 * public one, which a router translates.
 */
bool own_addrs_may_have(struct own_addrs *own, const struct td_addr *addr);
