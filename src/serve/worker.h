/*
 * serve/worker.h - a thread that answers: its sockets, its requests, its counters.
 *
 * Shape    Workers share nothing that they write, but the count of TCP connections (net/crowd.h).
 *          What they read is borrowed between two turns of the loop: zones, settings.
 * Floor    7.
 * Threads  The worker's own, but for what is said otherwise.
 */
#pragma once

#include "auth/answer.h"
#include "base/arena.h"
#include "base/rcu.h"
#include "io/io.h"
#include "io/udp.h"
#include "policy/rrl.h"
#include "serve/counters.h"
#include "serve/request.h"
#include "serve/settings.h"
#include "wire/encode.h"
#include "wire/piece.h"

struct answer_cache;
struct serve;

struct serve_worker {
    struct io *io;
    struct serve *serve;
    const struct zone_set *zones;
    const struct td_hash_seed *seed;
    const struct serve_settings *settings; /* borrowed: of this turn */
    struct answer_cache *cache;            /* NULL: switched off */
    struct policy_rrl_table *rrl;          /* NULL: no rate limit */
    uint64_t settings_generation;          /* of those that cache and rrl were made for */
    uint8_t auth_flags[TRANSPORT_COUNT];   /* enum auth_flag that settings ask for */
    uint32_t turn;                         /* counts up; turns the sets (round robin) */
    struct td_counter counters[SERVE_COUNTER_COUNT];
    struct td_rcu_reader reader;
    struct answer answer;
    struct td_arena scratch;
    struct answer_pointed pointed[PIECE_POINTED_MAX]; /* of the answer that is made now */
    struct auth_query query;                          /* of the request that is answered now */
    struct wire_encode encode;                        /* the same */
    struct wire_encode_table encode_table;
    struct request *requests;   /* of IO_UDP_BATCH_MAX, and one for TCP */
    bool pauses;                /* requests wait before they are routed: see road_begin */
    struct net_server *streams; /* TCP connections; NULL before the first listening */
    uint8_t *stream_buffer;     /* for one response over TCP */
    bool is_stopping;           /* the last of those below ends the loop */
    uint32_t transfer_count;    /* transfers out under way */
    uint32_t update_count;      /* updates that somebody else answers */
    uint32_t ask_count;         /* differences that the main world looks for */
    uint64_t log_second;
    uint32_t log_lines;
};

static inline void serve_count(struct serve_worker *worker, enum serve_counter counter)
{
    td_count(&worker->counters[counter]);
}

/* End the loop if it is to stop and nothing is under way any more. */
void serve_worker_may_end(struct serve_worker *worker);

/* On its own thread, before and after the loop. */
void serve_worker_init(struct serve_worker *worker, struct io *io, struct serve *serve);
void serve_worker_fini(struct serve_worker *worker);

/* The settings may have been replaced: look again. At the start of whatever a worker does. */
void serve_worker_refresh(struct serve_worker *worker);

/* io_udp_receive: context is the worker. */
void serve_worker_datagrams(void *context, struct io_udp *udp, struct io_udp_item *items,
                            uint32_t count);

bool request_is_allowed(struct request *request, const struct policy_acl *acl);

/* What rate limiting says of the answer (or refusal) that the request has. */
enum policy_rrl_verdict serve_rate_limit(struct request *request);
