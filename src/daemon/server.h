/*
 * daemon/server.h - what the parts of the daemon share.
 *
 * Floor    10. Not for other directories.
 * Threads  The main world's.
 */
#pragma once

#include "base/buf.h"
#include "base/counter.h"
#include "base/hash.h"
#include "base/rcu.h"
#include "conf/conf.h"
#include "daemon/registry.h"
#include "io/fiber.h"
#include "io/file.h"
#include "io/signal.h"
#include "serve/serve.h"

enum { SERVER_SIGNALS_MAX = 3 };

struct control;
struct differences;
struct replication;
struct updates;
struct operator_pending;

struct server {
    const char *path; /* of the configuration */
    struct io *io;
    struct conf *first; /* until it is in force */
    struct conf *conf;  /* in force */
    struct td_hash_seed seed;
    struct td_rcu *rcu;
    struct td_counters *counters;
    struct zone_set *zones;
    struct serve *serve;
    struct store_log *log;
    struct registry *registry;
    struct replication *replication;
    struct updates *updates;
    struct differences *differences;
    struct control *control;
    struct operator_pending *pending; /* transactions, and what the brake holds of commands */
    struct io_file *lock;
    struct io_signal *signals[SERVER_SIGNALS_MAX];
    unsigned signal_count;
    uint64_t started_s;
    struct io_condition wake;
    bool wants_stop;
    bool wants_reload;
    bool is_listening;
    int exit_code;
};

/*
 * Load the configuration again, all or nothing. What is wrong is logged, and added to `out` line
 * by line when that is not NULL.
 */
TD_NODISCARD td_err server_reload(struct fiber *fiber, struct server *server, struct td_buf *out);

/* A sink that logs and adds to `out` (which may be NULL). */
struct td_diag_sink server_report_sink(struct td_buf *out);
