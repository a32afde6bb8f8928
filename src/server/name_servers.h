/*
 * server/name_servers.h - the name servers that a zone names, and who they are to this server.
 *
 * Shape    A row for each NS record of the apex, in their order: its addresses as zones that are
 *          served here tell them, else the system's resolver as far as it has been asked
 *          (server/lookups.h), whether it is this server, and which peer it is.
 * Floor    10.
 * Threads  The main world's.
 * Limits   NAME_SERVERS_MAX rows, NAME_SERVER_ADDRS_MAX addresses of each.
 * RFC      1996 3.3 (the notify set).
 */
#pragma once

#include "server/lookups.h"
#include "server/peers.h"
#include "server/registry.h"
#include "wire/name.h"

enum { NAME_SERVERS_MAX = 64, NAME_SERVER_ADDRS_MAX = 8 };

struct name_server {
    char name[WIRE_NAME_TEXT_SIZE];
    struct td_addr addrs[NAME_SERVER_ADDRS_MAX]; /* port 53; without our own */
    uint32_t addr_count;
    bool is_here;                     /* an address of it is ours */
    bool may_be_here;                 /* an address of it may be ours: see own_addrs_may_have */
    bool is_elsewhere;                /* no zone here has an address of it */
    const struct lookups_name *found; /* by the resolver; NULL: it was not asked */
    bool is_mname;                    /* the SOA names it as the primary */
    const struct peers_row *row;      /* a peer that has one of the addresses; NULL */
};

/* The zone has data. Returns how many; `servers` has room for NAME_SERVERS_MAX. */
uint32_t name_servers_collect(struct followers_all *all, const struct registry_zone *zone,
                              struct name_server *servers);
