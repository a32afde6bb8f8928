/*
 * io/ops.h - what a body of the world provides, and what the bodies share. Private to src/io.
 *
 * Shape    A table of operations per body: real_*.c over libuv and the system, sim_*.c over the
 *          simulation. What does not differ (fibers, timers, conditions, mailboxes, streams in
 *          fibers) is written once, in the files without a prefix.
 * Floor    1.
 * Threads  The world's thread, except `wake` and `stop`.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/diag.h"
#include "base/err.h"
#include "io/file.h"
#include "io/io.h"
#include "io/lookup.h"
#include "io/signal.h"
#include "io/tcp.h"
#include "io/thread.h"
#include "io/timer.h"
#include "io/udp.h"

enum {
    IO_TURN_ROUNDS_MAX = 8, /* of fibers and deferred calls, before the system is asked again */
};

struct io_ops {
    uint64_t (*clock_ns)(struct io *io);
    uint64_t (*wall_ns)(struct io *io);
    void (*random_fill)(struct io *io, void *octets, size_t size);
    void (*wake)(struct io *io); /* any thread */
    void (*kick)(struct io *io); /* there is something to do or a new earliest timer */
    uint32_t (*cpu_count)(struct io *io);
    uint32_t (*host_addrs)(struct io *io, struct td_addr *addrs, uint32_t max);

    td_err (*udp_open)(struct io *io, const struct io_udp_options *options, struct io_udp **ret_udp,
                       struct td_diag *diag);
    void (*udp_close)(struct io_udp *udp);
    void (*udp_send)(struct io_udp *udp, const struct io_udp_path *path, const void *octets,
                     size_t size);
    td_err (*udp_probe)(struct io *io, const struct td_addr *addr, bool freebind,
                        struct td_diag *diag);
    td_err (*client_open)(struct io *io, const struct td_addr *local, const struct td_addr *remote,
                          struct io_udp_client **ret_client, struct td_diag *diag);
    void (*client_close)(struct io_udp_client *client);
    td_err (*client_send)(struct io_udp_client *client, const struct td_addr *to,
                          const void *octets, size_t size);
    td_err (*client_receive)(struct fiber *fiber, struct io_udp_client *client,
                             uint64_t deadline_ns, void *buffer, size_t buffer_size,
                             size_t *ret_size, struct td_addr *ret_from);

    td_err (*tcp_listen)(struct io *io, const struct io_tcp_listen_options *options,
                         struct io_tcp_listener **ret_listener, struct td_diag *diag);
    void (*tcp_listener_close)(struct io_tcp_listener *listener);
    td_err (*tcp_probe)(struct io *io, const struct td_addr *addr, bool freebind,
                        struct td_diag *diag);
    /* Begin to connect; io_tcp_dialled tells how it ended. */
    td_err (*tcp_dial)(struct io *io, const struct td_addr *local, const struct td_addr *remote,
                       struct io_tcp **ret_tcp);
    void (*tcp_read_start)(struct io_tcp *tcp);
    void (*tcp_read_stop)(struct io_tcp *tcp);
    size_t (*tcp_write_try)(struct io_tcp *tcp, const void *octets, size_t size);
    void (*tcp_write)(struct io_tcp *tcp, const void *octets, size_t size, io_tcp_written *done,
                      void *context);
    size_t (*tcp_write_queue_size)(struct io_tcp *tcp);
    void (*tcp_shutdown)(struct io_tcp *tcp);
    void (*tcp_close)(struct io_tcp *tcp, bool is_reset); /* io_tcp_gone tells when */
    void (*tcp_free)(struct io_tcp *tcp);

    td_err (*file_open)(struct io *io, const char *path, unsigned mode, struct io_file **ret_file,
                        struct td_diag *diag);
    void (*file_close)(struct io_file *file);
    td_err (*file_read_at)(struct io_file *file, uint64_t offset, void *buffer, size_t size,
                           size_t *ret_size, struct td_diag *diag);
    td_err (*file_write_at)(struct io_file *file, uint64_t offset, const void *octets, size_t size,
                            struct td_diag *diag);
    td_err (*file_truncate)(struct io_file *file, uint64_t size, struct td_diag *diag);
    td_err (*file_sync)(struct fiber *fiber, struct io_file *file, struct td_diag *diag);
    td_err (*file_stat)(struct io_file *file, struct io_file_stat *ret_stat, struct td_diag *diag);
    td_err (*file_lock)(struct io_file *file, struct td_diag *diag);
    td_err (*path_stat)(struct io *io, const char *path, struct io_file_stat *ret_stat,
                        struct td_diag *diag);
    td_err (*path_rename)(struct io *io, const char *from, const char *to, struct td_diag *diag);
    td_err (*path_remove)(struct io *io, const char *path, struct td_diag *diag);
    td_err (*dir_make)(struct io *io, const char *path, struct td_diag *diag); /* this one only */
    td_err (*dir_sync)(struct fiber *fiber, struct io *io, const char *path, struct td_diag *diag);
    /* Unsorted. */
    td_err (*dir_list)(struct io *io, const char *path,
                       void (*visit)(void *context, const char *name, bool is_directory),
                       void *context, struct td_diag *diag);

    td_err (*thread_start)(struct io *parent, const struct io_thread_options *options,
                           struct io_thread **ret_thread, struct td_diag *diag);
    td_err (*signal_watch)(struct io *io, int number, void (*call)(void *context, int number),
                           void *context, struct io_signal **ret_signal);
    void (*signal_unwatch)(struct io_signal *watch);

    /* io_lookup_answered tells how it ended, unless it is forgotten before. */
    td_err (*lookup_begin)(struct io_lookup *lookup);
    void (*lookup_forget)(struct io_lookup *lookup);
};

/* -- the part of the world that both bodies have ---------------------------------- */

void io_common_init(struct io *io, const struct io_ops *ops, const char *name);
/* No fiber, timer or deferred call may be left. */
void io_common_fini(struct io *io);

/* Letters, timers, deferred calls, fibers. Returns true when there is more to do at once. */
bool io_turn_run(struct io *io);
bool io_turn_is_due(const struct io *io);

void io_timer_run_due(struct io *io);
/* When the earliest timer goes off, or IO_FOREVER. It may be early. */
uint64_t io_timer_next_ns(const struct io *io);

void io_fiber_run_ready(struct io *io);
void io_mailbox_deliver_posted(struct io *io);

void io_stack_pool_fini(struct io *io);

static inline void io_hook_call(void (*hook)(void *context), const struct io *io)
{
    if (hook != NULL)
        hook(io->hooks.context);
}

/* -- objects that both bodies begin with ------------------------------------------- */

struct io_udp {
    struct io *io;
    struct td_addr addr;
    bool is_wildcard;
    struct io_udp_counters counters;
};

struct io_udp_client {
    struct io *io;
    struct td_addr local;
};

struct io_tcp_listener {
    struct io *io;
    struct td_addr addr;
};

struct io_tcp {
    struct io *io;
    const struct io_tcp_events *events; /* NULL: not started */
    void *context;
    struct td_addr remote;
    struct td_addr local;
    struct io_condition awaited; /* the fiber that reads or dials */
    uint8_t *fiber_buffer;       /* where it reads to; NULL: it does not */
    size_t fiber_size_max;
    size_t fiber_size; /* what came */
    td_err end;        /* TD_OK while octets may come */
    bool is_dialling;
    bool is_paused;
    bool is_shut_down;
    bool is_closing; /* for the system */
    bool is_gone;    /* for the system, and no callback of it is left */
    bool is_let_go;  /* by its user */
};

struct io_file {
    struct io *io;
    char *path;
};

struct io_thread {
    struct io *io;
    struct io *parent;
    struct io_thread_options options;
    struct io_condition ended;
    void (*join)(struct io_thread *thread); /* blocks; frees it */
    void (*prioritise)(struct io_thread *thread, enum io_thread_priority priority); /* or NULL */
    bool is_ended; /* as far as the parent knows */
};

struct io_signal {
    struct io *io;
    void (*call)(void *context, int number);
    void *context;
    int number;
};

struct io_lookup {
    struct io *io;
    io_lookup_done *done;
    void *context;
    struct io_timer deadline;
    char *name; /* without the last dot */
    void *body; /* what the body keeps of it */
};

/* A body has an answer: the callback is called, and the look-up is gone. */
void io_lookup_answered(struct io_lookup *lookup, td_err err, const struct td_addr *addrs,
                        uint32_t count);

/* -- what the bodies report to tcp.c ----------------------------------------------- */

void io_tcp_init(struct io_tcp *tcp, struct io *io);
/* Have `done` called in a while. */
void io_tcp_written_late(struct io_tcp *tcp, io_tcp_written *done, void *context, td_err err);
void io_tcp_dialled(struct io_tcp *tcp, td_err err);
/* Where to read to: a fiber's buffer, or the one given. */
void io_tcp_read_buffer(struct io_tcp *tcp, uint8_t *shared, size_t shared_size,
                        uint8_t **ret_buffer, size_t *ret_size);
/* Octets stand in the buffer that io_tcp_read_buffer returned, or anywhere for a started one. */
void io_tcp_arrived(struct io_tcp *tcp, const uint8_t *octets, size_t size);
void io_tcp_ended(struct io_tcp *tcp, td_err why);
/* The system's side has ended; frees it if its user has let it go. */
void io_tcp_gone(struct io_tcp *tcp);

/* -- errors of the system ----------------------------------------------------------- */

/* The error for an errno, and what to say: "WHAT: reason". */
td_err io_errno_say(struct td_diag *diag, int number, const char *what);

/* The same with a file, and without an errno. Returns `err`. */
td_err io_path_say(struct td_diag *diag, td_err err, const char *path, const char *reason);
