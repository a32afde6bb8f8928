/*
 * replicate/refresh.h - one look at the primaries of a zone, and what they have that is newer.
 *
 * Shape    A task of the replicate keeper. Each primary is asked for its serial; from the one with
 *          the newest the zone is transferred: by IXFR, and in the same round by AXFR when there
 *          is any trouble with that; then from the next one. Every step is told, with its reason
 *          in words.
 * Floor    6.
 * Threads  Filled in and read by the owner; in between it is the keeper's.
 * Limits   struct transfer_limits, a rate, REFRESH_TIME_MAX_S for a transfer, REFRESH_STEPS_MAX
 *          steps that are kept.
 * RFC      1034 4.3.5, 1995, 5936, 7314, 8945 5.3.1.
 */
#pragma once

#include "replicate/ask.h"
#include "replicate/digest.h"
#include "replicate/peer.h"
#include "replicate/slots.h"
#include "replicate/task.h"
#include "replicate/transfer_read.h"

enum {
    REFRESH_STEPS_MAX = 12,
    REFRESH_PEERS_MAX = 64,
    REFRESH_TIME_MAX_S = 7200,
    REFRESH_RATE_TIME_S = 60, /* the rate is looked at over this time */
};

/* One question, and what came of it. */
struct refresh_step {
    uint64_t time_s;
    uint32_t took_ms;
    uint32_t peer; /* index in the order */
    struct td_addr addr;
    uint16_t type; /* SOA, IXFR, AXFR */
    bool is_good;
    bool is_unreachable; /* nothing came from there at all */
    bool has_serial;
    uint32_t serial;
    uint64_t octets; /* of a transfer */
    uint64_t records;
    char text[REPLICATE_WHY_SIZE]; /* in words */
};

enum refresh_result { REFRESH_FAILED, REFRESH_CURRENT, REFRESH_CHANGES, REFRESH_WHOLE };

struct refresh {
    struct replicate_task task;

    /* The order. */
    uint8_t apex[WIRE_NAME_SIZE_MAX];
    struct replicate_peer *peers[REFRESH_PEERS_MAX]; /* held; those that answer best first */
    uint32_t peer_count;
    bool has_hint;   /* the first has said that it has something newer */
    bool has_serial; /* of what we have */
    uint32_t serial;
    bool wants_whole; /* AXFR at once */
    bool takes_same;  /* one that has our serial as well */
    bool takes_any;   /* whatever its serial */
    bool is_quick;    /* changes come one after the other: the first is asked for them by one
                       * datagram before anything else */
    struct replicate_digest digest; /* ours: compared with that of one that is as new as we */
    uint32_t min_rate;
    struct transfer_limits limits;
    const struct td_hash_seed *seed;
    struct replicate_slots *slots; /* for transfers; NULL: any number */

    /* What came of it. */
    enum refresh_result result;
    struct td_addr current_addr; /* of one that is as new as we */
    bool is_other;   /* CURRENT: the peer has other content under our serial, as its ZONEMD says */
    bool has_missed; /* one has something newer that could not be taken */
    uint32_t peer;   /* index of the one that it came from, or that is as new as we */
    struct transfer_read read; /* CHANGES and WHOLE: ended by refresh_fini */
    bool has_read;
    bool has_expire; /* told by that peer (RFC 7314) */
    uint32_t expire_s;
    struct refresh_step steps[REFRESH_STEPS_MAX];
    uint32_t step_count;
};

/* For task->run. */
void refresh_run(struct fiber *fiber, struct replicate_task *task);

/* Peers are let go, what was read is freed. */
void refresh_fini(struct refresh *refresh);
