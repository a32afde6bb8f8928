/*
 * server/server.h - one server: made, run and stopped, in the real world or in a simulated one.
 *
 * Shape    server_new takes the state directory and the log; server_run is the main fiber, from the
 *          start of the workers to their end; server_free gives back what is left. What belongs to
 *          the process (signals, systemd, the control socket) is outside, and a server does
 *          without: the simulator runs many of them in one thread. The fields are what the parts
 *          of the daemon share.
 * Floor    10.
 * Threads  The main world's.
 */
#pragma once

#include "base/buf.h"
#include "base/counter.h"
#include "base/hash.h"
#include "base/rcu.h"
#include "conf/conf.h"
#include "io/fiber.h"
#include "io/file.h"
#include "serve/serve.h"
#include "server/registry.h"
#include "tsig/cookie.h"

struct control;
struct differences;
struct keyring;
struct replication;
struct updates;
struct operator_pending;
struct operator_started;

enum server_state {
    SERVER_RELOADING,
    SERVER_RELOADED, /* or refused */
    SERVER_IDLE,     /* for the first time: all zones have been tried */
    SERVER_STOPPING,
};

struct server;

/* What surrounds a server. Each may be NULL; all are called on the main fiber. */
struct server_outside {
    /* The last step of the start. An error ends the server. */
    td_err (*start)(struct fiber *fiber, struct server *server, struct td_diag *diag);
    /* Do one thing that was asked for from outside; false: there is none. `wake` has it called. */
    bool (*serve)(struct fiber *fiber, struct server *server);
    /* The first step of the stop, also when `start` has failed or was not reached. */
    void (*stop)(struct fiber *fiber, struct server *server);
    /* Something has come to pass. */
    void (*tell)(const struct server *server, enum server_state state);
    /* It is alone in the process, and may give memory that is free back to the system. */
    bool owns_process;
    void *context; /* of whoever made this */
};

struct server {
    const struct server_outside *outside;
    const char *path; /* of the configuration */
    struct io *io;
    struct conf *first; /* until it is in force */
    struct conf *conf;  /* in force */
    struct keyring *keyring;
    char *state;                      /* directory, as it was at the start */
    struct operator_started *started; /* what only a restart can change */
    struct td_hash_seed seed;
    struct tsig_cookie_secrets cookies; /* drawn, when none are configured */
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
    uint64_t started_s;
    struct io_condition wake;
    bool wants_stop;
    bool wants_reload;
    bool is_listening;
    bool has_failed; /* it could not be started */
};

/*
 * `path` (kept, not copied) is where `conf` was read from; `conf` is taken, also on failure.
 * TD_E_NOT_FOUND  the state directory is not there
 * TD_E_EXISTS     another server uses it
 * TD_E_IO, TD_E_LIMIT  the lock or the log cannot be opened
 */
TD_NODISCARD td_err server_new(struct io *io, const char *path, struct conf *conf,
                               const struct server_outside *outside, struct server **ret_server,
                               struct td_diag *diag);
/* The entry of the main fiber; the argument is the server. Ends some time after server_want_stop.
 */
void server_run(struct fiber *fiber, void *argument);
/* The main fiber has ended, or was never spawned. */
void server_free(struct server *server);

/* Have it stop, or load its configuration again, soon. */
void server_want_stop(struct server *server);
void server_want_reload(struct server *server);

/*
 * Load the configuration again, all or nothing. What is wrong is logged, and added to `out` line
 * by line when that is not NULL.
 */
TD_NODISCARD td_err server_reload(struct fiber *fiber, struct server *server, struct td_buf *out);

/* Can the addresses of this configuration be had that we do not have? TD_E_EXISTS, TD_E_IO, ... */
TD_NODISCARD td_err server_probe(struct server *server, const struct conf *conf,
                                 struct td_diag *diag);

/* Keys have changed at run time: have workers and peers follow. `is_named`: by the configuration.
 */
void server_rekey(struct fiber *fiber, struct server *server, bool is_named);

/* A sink that logs and adds to `out` (which may be NULL). */
struct td_diag_sink server_report_sink(struct td_buf *out);
