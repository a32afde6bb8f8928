/*
 * serve/settings.h - how queries are answered: plain configuration, in snapshots.
 *
 * Shape    struct serve_settings is for the whole server, struct serve_zone for a zone (many
 *          zones share one). Immutable once published; borrowed by workers.
 * Floor    7.
 * Threads  Reading: workers that borrow. Freed by whoever published them, after RCU.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/rcu.h"
#include "policy/acl.h"
#include "policy/rrl.h"
#include "policy/update.h"
#include "tsig/cookie.h"
#include "tsig/key.h"

enum { SERVE_TEXT_SIZE_MAX = 255, SERVE_PAYLOAD_DEFAULT = 1232 };

struct serve_settings {
    struct td_rcu_later later;
    uint64_t generation;    /* set when published */
    struct tsig_keys *keys; /* owned; NULL: none */
    struct tsig_cookie_secrets cookies;
    bool has_cookies;
    bool has_answer_cache;
    bool has_minimal_any; /* RFC 8482, over UDP */
    bool has_zoneversion;
    struct policy_rrl *rate_limit; /* owned; NULL: none */
    uint32_t rate_limit_accounts;  /* of each worker's table */
    uint32_t transfers_max;        /* transfers out at a time, of all workers */
    uint32_t transfer_rate_min;    /* octets a second that one has to make; 0: any */
    uint16_t payload;              /* EDNS payload size, ours and the most for UDP */
    uint8_t identity_size;         /* NSID and hostname.bind; 0: not said */
    uint8_t version_size;          /* version.bind; 0: not said */
    char identity[SERVE_TEXT_SIZE_MAX];
    char version[SERVE_TEXT_SIZE_MAX];
};

struct serve_zone {
    struct td_rcu_later later;
    uint32_t users;                    /* zones that have it; their owner's thread */
    struct policy_acl *allow_query;    /* NULL: everybody */
    struct policy_acl *allow_transfer; /* NULL: nobody */
    struct policy_acl *allow_notify;   /* NULL: nobody: it is no secondary */
    struct policy_update *update;      /* NULL: nobody */
    bool forwards_updates;             /* to the primary of the zone, which is a secondary here */
    bool has_rotation;
};
