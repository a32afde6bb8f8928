/*
 * control/host_follow.h - what can be seen of replication: part of struct control_host.
 *
 * Floor    9.
 * Threads  As control/host.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"

enum control_peer_state {
    CONTROL_PEER_UNKNOWN, /* it has not been asked yet */
    CONTROL_PEER_IN_STEP, /* a secondary that has what is published; a primary that answers */
    CONTROL_PEER_BEHIND,
    CONTROL_PEER_AHEAD,   /* its serial is greater than ours */
    CONTROL_PEER_FAILING, /* it does not answer, or not well */
};

/* A peer of a zone. */
struct control_zone_peer {
    const char *name;
    const char *address; /* with its port: the first one */
    bool is_primary;     /* the zone comes from it; else it goes there */
    bool is_found;       /* among the name servers of the zone: not in the configuration */
    enum control_peer_state state;
    bool has_serial;
    uint32_t serial; /* that it last said it has */
    bool has_lag;
    uint64_t lag_ms;     /* how long it took to get the last change */
    uint64_t behind_ms;  /* how long it has been behind; 0: it is not */
    uint64_t heard_s;    /* wall clock; 0: never */
    uint64_t notified_s; /* the same */
    const char *why;     /* it fails; NULL */
};

/* A name server that a zone names. */
struct control_name_server {
    const char *name;
    const char *address; /* the first one; NULL: not known */
    const char *says;    /* who it is to this server */
    bool is_trouble;     /* and it should not be so */
};

/* How a zone follows, and is followed. */
struct control_follow {
    bool is_secondary;
    bool is_looking;       /* at its primaries, now */
    uint64_t refreshed_s;  /* a primary last said that this is its newest; 0: never */
    uint64_t look_in_s;    /* the next look */
    uint64_t expires_in_s; /* when it has data */
    uint32_t failures;     /* looks in vain, one after the other */
    const char *transfer;  /* type of the last one; NULL: none since the start */
    const char *transfer_peer;
    uint64_t transfer_s; /* wall clock */
    uint64_t transfer_ms;
    uint64_t transfer_octets;
    uint64_t transfer_records;
    const char *walk; /* its serial is on its way to another, in words; NULL */
    const struct control_zone_peer *peers;
    uint32_t peer_count;
    uint32_t secondaries; /* of them */
    uint32_t in_step;     /* of those */
    const struct control_name_server *servers;
    uint32_t server_count;
    bool is_hidden;             /* a primary, and none of them */
    const char *hidden_trouble; /* NULL: none */
};

struct control_story_line {
    uint64_t time_s;
    const char *peer; /* NULL: none in particular */
    const char *text;
};

/* What happened between a zone and its peers, the newest last, and what to do. */
struct control_story {
    struct td_arena arena;
    struct control_story_line *lines;
    uint32_t count;
    const char *advice;
    const char *more; /* what does not fit; NULL */
};

/* A peer, over all zones. */
struct control_peer {
    const char *name;
    const char *address;
    const char *key; /* NULL: not signed */
    bool is_silent;  /* it did not answer the last question */
    uint64_t heard_s;
    uint64_t silent_s;   /* since when */
    uint32_t from_zones; /* that come from it */
    uint32_t to_zones;   /* that go to it */
    uint32_t in_step;
    uint32_t behind;
    uint32_t failing;
    uint64_t transfers_in;
    uint64_t transfers_in_failed;
    uint64_t transfers_out;
    uint64_t transfers_out_failed;
    uint64_t notifies_out;
    uint64_t notifies_out_failed;
    const char *why;      /* of a zone that fails; NULL: none does */
    const char *why_zone; /* that zone */
};

struct control_peers {
    struct td_arena arena;
    struct control_peer *peers; /* in the order of the configuration */
    uint32_t count;
};

struct control_call;

/* Until how many secondaries have a serial. */
struct control_follow_wait {
    const char *zone;
    uint32_t serial;
    bool is_all;
    uint32_t count;
    uint32_t timeout_s;
    uint32_t ret_in_step;
    uint32_t ret_secondaries;
};

struct control_follow_host {
    /* TD_E_NOT_FOUND: there is no such zone, or (call->peer) no such peer of it: see diag. */
    TD_NODISCARD td_err (*why)(void *context, const struct control_call *call,
                               struct control_story *ret_story, struct td_diag *diag);
    /* TD_E_NOT_FOUND: no peer of this name. NULL: all. */
    TD_NODISCARD td_err (*peers)(void *context, const char *name, struct control_peers *ret_peers);
    /* TD_E_TIMEOUT; TD_E_INVALID: there are not so many, see diag; TD_E_NOT_FOUND */
    TD_NODISCARD td_err (*wait)(void *context, struct control_follow_wait *wait,
                                struct td_diag *diag);
};
