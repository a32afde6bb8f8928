/*
 * serve/serve.h - the workers as one: started, told where to listen and how to answer, stopped.
 *
 * Shape    Orders go to the workers' mailboxes and come back answered. Listening is all or
 *          nothing: new addresses are opened on every worker before old ones are closed.
 * Floor    7.
 * Threads  One fiber of the main world at a time.
 * Limits   SERVE_WORKERS_MAX workers, SERVE_LISTEN_MAX addresses.
 */
#pragma once

#include "base/addr.h"
#include "base/counter.h"
#include "base/diag.h"
#include "base/rcu.h"
#include "io/fiber.h"
#include "io/io.h"
#include "serve/settings.h"
#include "zone/set.h"

enum { SERVE_WORKERS_MAX = 256, SERVE_LISTEN_MAX = 256 };

struct serve;

/* What the server is made of; all of it outlives the workers. */
struct serve_parts {
    struct io *io; /* the main world */
    struct zone_set *zones;
    struct td_rcu *rcu;
    const struct td_hash_seed *seed;
    struct td_counters *counters;
};

/* Where to listen, and with what. */
struct serve_listen {
    const struct td_addr *addrs;
    uint32_t count;
    uint32_t udp_receive_buffer; /* asked of the system; 0: the default */
    uint32_t udp_send_buffer;
    uint32_t tcp_connections; /* in all */
    uint32_t tcp_connections_per_client;
    uint32_t tcp_pipeline;
    uint32_t tcp_idle_timeout_ms;
    uint32_t tcp_rate_min; /* octets a second that a client has to take, over a minute; 0: any */
};

struct serve *serve_new(const struct serve_parts *parts);
void serve_free(struct serve *serve);

/* Start the workers; they have no sockets yet. `settings` is taken. */
TD_NODISCARD td_err serve_start(struct fiber *fiber, struct serve *serve, uint32_t workers,
                                struct serve_settings *settings, struct td_diag *diag);

/*
 * Listen there and nowhere else. On failure everything is as before, and the diagnostic says
 * what to do.
 */
TD_NODISCARD td_err serve_listen(struct fiber *fiber, struct serve *serve,
                                 const struct serve_listen *listen, struct td_diag *diag);

/* Answer like this from now on. Takes `settings`; the old ones are freed when nobody reads them. */
void serve_settings_publish(struct serve *serve, struct serve_settings *settings);
void serve_settings_free(struct serve_settings *settings);

/* How a zone is answered, by copy, for one user. Takes what it points to. */
struct serve_zone *serve_zone_new(const struct serve_zone *pattern);
/* For one more: many zones are answered alike. */
struct serve_zone *serve_zone_share(struct serve_zone *zone);
/* By one user less; free it with the last, once no reader can hold it. NULL is fine. */
void serve_zone_retire(struct serve *serve, struct serve_zone *zone);

/* Stop answering and end the workers. Long answers under way are given `grace_ms`. */
void serve_stop(struct fiber *fiber, struct serve *serve, uint64_t grace_ms);

uint32_t serve_worker_count(const struct serve *serve);
