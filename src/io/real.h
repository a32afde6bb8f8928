/*
 * io/real.h - the real body: libuv and the system. Private to src/io/real_*.c.
 *
 * Shape    Callbacks of libuv only take notes and call the loop-side callbacks of our objects;
 *          timers, deferred calls and fibers run between two calls of uv_run, so no fiber ever
 *          runs upon libuv's frames. Every callback of libuv begins with real_awake.
 * Floor    1.
 * Threads  The world's thread.
 */
#pragma once

#include <uv.h>

#include "io/io.h"
#include "io/ops.h"

struct real_lookups;

struct io_real {
    struct io io;
    uv_loop_t loop;
    uv_poll_t waker;
    int waker_fd;          /* an eventfd */
    _Atomic bool is_woken; /* it was written to, and not yet read */
    uv_timer_t timer;
    uint64_t timer_due_ns;        /* what `timer` is set for */
    bool is_away;                 /* in uv_run, and no callback has come yet */
    bool is_asleep;               /* the owner was told so */
    uint8_t *read_buffer;         /* IO_TCP_READ_SIZE, for all connections in turn */
    struct real_lookups *lookups; /* NULL: none was begun yet */
};

extern const struct io_ops io_real_ops;

static inline struct io_real *real_of(struct io *io)
{
    return td_container_of(io, struct io_real, io);
}

void real_wake_up(struct io_real *real);

/* The loop has come back from the system: read the clock, tell the owner. */
static inline void real_awake(struct io *io)
{
    struct io_real *real = real_of(io);
    if (real->is_away)
        real_wake_up(real);
}

/* A socket that does not block, bound. Errors as io_udp_open. */
TD_NODISCARD td_err real_socket_bind(const struct td_addr *addr, int type, bool reuse_port,
                                     bool freebind, int *ret_fd, struct td_diag *diag);
/* The address a socket has. */
void real_socket_addr(int fd, struct td_addr *ret_addr);
TD_NODISCARD td_err real_socket_probe(const struct td_addr *addr, int type, bool freebind,
                                      struct td_diag *diag);

/* The operations, gathered in real_io.c. */
td_err real_udp_open(struct io *io, const struct io_udp_options *options, struct io_udp **ret_udp,
                     struct td_diag *diag);
void real_udp_close(struct io_udp *udp);
void real_udp_send(struct io_udp *udp, const struct io_udp_path *path, const void *octets,
                   size_t size);
td_err real_udp_probe(struct io *io, const struct td_addr *addr, bool freebind,
                      struct td_diag *diag);
td_err real_client_open(struct io *io, const struct td_addr *local, const struct td_addr *remote,
                        struct io_udp_client **ret_client, struct td_diag *diag);
void real_client_close(struct io_udp_client *client);
td_err real_client_send(struct io_udp_client *client, const struct td_addr *to, const void *octets,
                        size_t size);
td_err real_client_receive(struct fiber *fiber, struct io_udp_client *client, uint64_t deadline_ns,
                           void *buffer, size_t buffer_size, size_t *ret_size,
                           struct td_addr *ret_from);

td_err real_tcp_listen(struct io *io, const struct io_tcp_listen_options *options,
                       struct io_tcp_listener **ret_listener, struct td_diag *diag);
void real_tcp_listener_close(struct io_tcp_listener *listener);
td_err real_tcp_probe(struct io *io, const struct td_addr *addr, bool freebind,
                      struct td_diag *diag);
td_err real_tcp_dial(struct io *io, const struct td_addr *local, const struct td_addr *remote,
                     struct io_tcp **ret_tcp);
void real_tcp_read_start(struct io_tcp *tcp);
void real_tcp_read_stop(struct io_tcp *tcp);
size_t real_tcp_write_try(struct io_tcp *tcp, const void *octets, size_t size);
void real_tcp_write(struct io_tcp *tcp, const void *octets, size_t size, io_tcp_written *done,
                    void *context);
size_t real_tcp_write_queue_size(struct io_tcp *tcp);
void real_tcp_shutdown(struct io_tcp *tcp);
void real_tcp_close(struct io_tcp *tcp, bool is_reset);
void real_tcp_free(struct io_tcp *tcp);

td_err real_file_open(struct io *io, const char *path, unsigned mode, struct io_file **ret_file,
                      struct td_diag *diag);
void real_file_close(struct io_file *file);
td_err real_file_read_at(struct io_file *file, uint64_t offset, void *buffer, size_t size,
                         size_t *ret_size, struct td_diag *diag);
td_err real_file_write_at(struct io_file *file, uint64_t offset, const void *octets, size_t size,
                          struct td_diag *diag);
td_err real_file_truncate(struct io_file *file, uint64_t size, struct td_diag *diag);
td_err real_file_sync(struct fiber *fiber, struct io_file *file, struct td_diag *diag);
td_err real_file_stat(struct io_file *file, struct io_file_stat *ret_stat, struct td_diag *diag);
td_err real_file_lock(struct io_file *file, struct td_diag *diag);
td_err real_path_stat(struct io *io, const char *path, struct io_file_stat *ret_stat,
                      struct td_diag *diag);
td_err real_path_rename(struct io *io, const char *from, const char *to, struct td_diag *diag);
td_err real_path_remove(struct io *io, const char *path, struct td_diag *diag);
td_err real_dir_make(struct io *io, const char *path, struct td_diag *diag);
td_err real_dir_sync(struct fiber *fiber, struct io *io, const char *path, struct td_diag *diag);
td_err real_dir_list(struct io *io, const char *path,
                     void (*visit)(void *context, const char *name, bool is_directory),
                     void *context, struct td_diag *diag);

td_err real_thread_start(struct io *parent, const struct io_thread_options *options,
                         struct io_thread **ret_thread, struct td_diag *diag);
td_err real_signal_watch(struct io *io, int number, void (*call)(void *context, int number),
                         void *context, struct io_signal **ret_signal);
void real_signal_unwatch(struct io_signal *watch);

td_err real_lookup_begin(struct io_lookup *lookup);
uint32_t real_host_addrs(struct io *io, struct td_addr *addrs, uint32_t max);
void real_lookup_forget(struct io_lookup *lookup);
/* The world ends; threads that still ask do so for nobody. NULL is fine. */
void real_lookups_end(struct real_lookups *all);
