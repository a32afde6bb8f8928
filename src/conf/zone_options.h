/*
 * conf/zone_options.h - what a configuration says of a zone, which zones may have in common.
 *
 * Shape    part of struct conf: see conf/conf.h for ownership and units.
 * Floor    8.
 * Threads  Any.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

/* Who may: any entry that fits suffices; no entry: nobody. "any" is 0.0.0.0/0 and ::/0. */
enum conf_acl_kind { CONF_ACL_PREFIX, CONF_ACL_KEY };

struct conf_acl_entry {
    enum conf_acl_kind kind;
    struct td_prefix prefix; /* CONF_ACL_PREFIX */
    uint32_t key;            /* CONF_ACL_KEY: index in conf.keys */
};

struct conf_acl {
    const struct conf_acl_entry *entries;
    uint32_t count;
};

enum conf_serial { CONF_SERIAL_INCREMENT, CONF_SERIAL_UNIXTIME, CONF_SERIAL_DATE };
enum conf_serial_check { CONF_SERIAL_CHECK_WARN, CONF_SERIAL_CHECK_STRICT };

/* How much of a zone one change may remove. */
struct conf_brake {
    uint8_t percent;   /* of its names; 0: any number */
    uint8_t transfers; /* 1: for transfers in, too */
};

/* What is kept of the changes of a zone, besides what restores it; all 0: nothing. */
struct conf_history {
    uint64_t octets;
    uint64_t age_s;
};

enum conf_update_match {
    CONF_UPDATE_EXACT,
    CONF_UPDATE_SUBTREE, /* the name and what is below it */
    CONF_UPDATE_BELOW,   /* what is below the name */
    CONF_UPDATE_SELF,    /* the name that the key has */
};

struct conf_update_name {
    enum conf_update_match match;
    const uint8_t *wire; /* uncompressed, lower case; NULL with SELF */
    uint8_t size;
};

/* Who may change what by dynamic update. */
struct conf_update {
    bool has_key;
    uint32_t key; /* index in conf.keys */
    const struct td_prefix *prefixes;
    uint32_t prefix_count;
    const struct conf_update_name *names; /* none: all of the zone */
    uint32_t name_count;
    const uint16_t *types; /* none: see policy/update.h */
    uint32_t type_count;
    bool may_add;
    bool may_delete;
};

struct conf_updates {
    const struct conf_update *rows;
    uint32_t count;
};

/* Peers by their index in conf.peers, in the order of the file. */
struct conf_peer_refs {
    const uint32_t *items;
    uint32_t count;
};

enum conf_notify { CONF_NOTIFY_PEERS, CONF_NOTIFY_NS_SET, CONF_NOTIFY_BOTH, CONF_NOTIFY_OFF };
enum conf_zonemd { CONF_ZONEMD_WARN, CONF_ZONEMD_STRICT, CONF_ZONEMD_OFF };

/* What zones may have in common. Zones that say the same share one of these. */
struct conf_zone_options {
    struct conf_acl allow_query;
    struct conf_acl allow_transfer;
    uint32_t serial;       /* enum conf_serial */
    uint32_t serial_check; /* enum conf_serial_check */
    struct conf_brake brake;
    struct conf_history history;
    struct conf_updates update;
    struct conf_peer_refs from; /* none: a primary */
    struct conf_peer_refs to;
    uint32_t notify;         /* enum conf_notify */
    uint32_t zonemd;         /* enum conf_zonemd */
    uint32_t refresh_min_ms; /* of a secondary; the SOA says what is between */
    uint32_t refresh_max_ms;
    uint32_t retry_min_ms;
    uint32_t retry_max_ms;
    uint32_t expire_min_ms;
    uint32_t expire_max_ms;
    bool forward_updates;
    bool rotation;
};
