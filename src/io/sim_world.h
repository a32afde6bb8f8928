/*
 * io/sim_world.h - the insides of the simulation. Private to src/io/sim_*.c.
 *
 * Shape    One heap of events, ordered by time and, at one time, by a number from the seed. An
 *          event is a segment or datagram that arrives, or a thread's turn: its input is
 *          handed up, then timers, deferred calls and fibers run as in the real body. A host
 *          has sockets, connections, a disk and threads.
 * Floor    1.
 * Threads  One.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "io/io.h"
#include "io/ops.h"
#include "io/sim.h"
#include "io/timer.h"

enum {
    SIM_START_NS = IO_NS_PER_S, /* so that no deadline is near 0 */
    SIM_TURN_NS = 1000,         /* a busy thread's next turn comes so much later */
    SIM_INPUT_JITTER_NS = 5000, /* up to this between an arrival and the turn that sees it */
    SIM_LOOPBACK_NS = 5000,
    SIM_PORT_BUCKETS = 64,
    SIM_PORT_FIRST = 32768,
    SIM_PORT_COUNT = 28000,
    SIM_INBOX_MAX = 4096, /* datagrams a socket holds */
};

struct sim_random {
    uint64_t state;
};

struct sim_event {
    uint64_t at_ns;
    uint64_t order;
    void (*call)(struct io_sim *sim, struct sim_event *event);
    uint32_t place; /* heap index + 1; 0: not queued */
};

struct io_sim {
    struct io_sim_options options;
    struct sim_random random;
    uint64_t now_ns;
    const struct io_sim_host *running;
    io_sim_filter *filter;
    void *filter_context;
    io_sim_sync_watcher *sync_watcher;
    void *sync_context;
    uint64_t event_count;
    uint64_t hash;
    struct sim_event **events;
    uint32_t events_count;
    uint32_t events_capacity;
    uint64_t sequence;
    struct io_sim_host **hosts;
    uint32_t host_count;
    uint32_t host_capacity;
    struct io_sim_link *links; /* of host i to host j: [i * link_stride + j] */
    uint32_t link_stride;
    struct sim_name *names; /* that look-ups find */
    struct io_sim_resolver resolver;
};

struct sim_io;
struct sim_name;

/* What a turn hands up: a socket with datagrams, a connection with news. */
struct sim_input {
    void (*call)(struct sim_input *input);
    struct sim_io *io;
    struct sim_input *next;
    bool is_queued;
};

enum sim_socket_kind { SIM_UDP, SIM_TCP };

/* What stands on a port: a UDP server or client, or a TCP listener. */
struct sim_socket {
    enum sim_socket_kind kind;
    struct io_sim_host *host;
    struct td_addr addr;
    struct td_addr peer; /* connected: family != 0 */
    bool is_wildcard;
    bool reuse_port;
    struct sim_socket *next; /* in the host's bucket */
    /* A datagram, or with NULL octets the news that the peer's port is closed. */
    void (*datagram)(struct sim_socket *socket, const struct td_addr *from,
                     const struct td_addr *to, const uint8_t *octets, uint32_t size);
};

struct sim_disk;
struct sim_tcp;
struct sim_thread;
struct sim_signal;

/* One thread of a host. */
struct sim_io {
    struct io io;
    struct io_sim *sim;
    struct io_sim_host *host;
    struct sim_thread *thread; /* NULL: the host's first */
    struct sim_event turn;
    struct sim_input *inputs_first;
    struct sim_input *inputs_last;
    struct sim_tcp *connections;
    struct sim_io *next; /* of the host */
    struct sim_random random;
    struct sim_signal *signals;
    uint32_t socket_count;
    bool is_in_turn;
    bool is_dead; /* its host has crashed */
};

struct io_sim_host {
    struct io_sim *sim;
    char *name;
    uint32_t index;
    struct td_addr addrs[IO_SIM_ADDR_MAX];
    uint32_t addr_count;
    struct sim_io *ios; /* the first thread is the last of the list */
    struct sim_io *first_io;
    struct sim_socket *ports[SIM_PORT_BUCKETS];
    struct sim_disk *disk;
    int64_t wall_jump_ns;
    int32_t drift_ppm;       /* of its clocks, since: */
    uint64_t drift_since_ns; /* in the time of the world */
    int64_t drift_before_ns; /* how much they were ahead then */
    bool is_down;
};

extern const struct io_ops io_sim_ops;

static inline struct sim_io *sim_of(struct io *io)
{
    return td_container_of(io, struct sim_io, io);
}

/* -- chance ------------------------------------------------------------------------------ */

uint64_t sim_random_u64(struct sim_random *random);
/* 0..bound-1; bound > 0. A bias of a 2^-32th does not matter here. */
uint64_t sim_random_below(struct sim_random *random, uint64_t bound);
bool sim_chance(struct sim_random *random, uint32_t ppm);

/* -- events ------------------------------------------------------------------------------ */

/* Queue, or move, an event. */
void sim_event_at(struct io_sim *sim, struct sim_event *event, uint64_t at_ns);
void sim_event_cancel(struct io_sim *sim, struct sim_event *event);
/* The earliest, taken out; NULL when none is left, or it comes after `until_ns`. */
struct sim_event *sim_event_next(struct io_sim *sim, uint64_t until_ns);

/* Something happened: into the hash, and as a line to whoever listens. */
void sim_note(struct io_sim *sim, const struct io_sim_host *host, const char *what, uint64_t a,
              uint64_t b);
void sim_note_octets(struct io_sim *sim, const uint8_t *octets, size_t size);

/* -- threads ----------------------------------------------------------------------------- */

struct sim_io *sim_io_new(struct io_sim_host *host, const char *name);
/* No fiber, timer or socket of it may be left. */
void sim_io_free(struct sim_io *io);
/* A turn no later than at_ns, in the time of the world. */
void sim_io_turn_at(struct sim_io *io, uint64_t at_ns);
/* What the host's monotonic clock shows at this time of the world; and when it shows that. */
uint64_t sim_host_clock_ns(const struct io_sim_host *host, uint64_t world_ns);
uint64_t sim_host_world_ns(const struct io_sim_host *host, uint64_t clock_ns);
void sim_io_input(struct sim_input *input);
void sim_io_input_cancel(struct sim_input *input);

/* After each turn: is it to end, and has it? */
void sim_thread_turned(struct sim_thread *thread);
void sim_signal_send(struct sim_io *io, int number);

/* -- network ----------------------------------------------------------------------------- */

struct io_sim_host *sim_host_find(struct io_sim *sim, struct io_sim_host *from,
                                  const struct td_addr *addr);
bool sim_host_has(const struct io_sim_host *host, const struct td_addr *addr);
/* The address that `host` speaks from to `to`. */
struct td_addr sim_host_source(const struct io_sim_host *host, const struct td_addr *to);
/* The link from one host to another; its own for a host to itself. */
struct io_sim_link sim_link(const struct io_sim *sim, const struct io_sim_host *from,
                            const struct io_sim_host *to);
bool sim_filter(const struct io_sim *sim, const struct io_sim_passing *passing);
uint64_t sim_link_delay_ns(struct io_sim *sim, const struct io_sim_link *link);

/* Errors as io_udp_open. Port 0 is given one. */
TD_NODISCARD td_err sim_socket_bind(struct sim_socket *socket, struct sim_io *io,
                                    enum sim_socket_kind kind, const struct td_addr *addr,
                                    bool reuse_port, bool freebind, struct td_diag *diag);
void sim_socket_unbind(struct sim_socket *socket, struct sim_io *io);
/* Who gets what `from` sends to `to`; NULL: the port is closed. */
struct sim_socket *sim_socket_find(struct io_sim_host *host, enum sim_socket_kind kind,
                                   const struct td_addr *from, const struct td_addr *to);
/* A port of the host for an outgoing connection. */
uint16_t sim_port_choose(struct io_sim_host *host);

void sim_datagram_send(struct io_sim_host *host, const struct td_addr *from,
                       const struct td_addr *to, const void *octets, size_t size);

/* The host has crashed: its connections are gone without a word. */
void sim_tcp_crash(struct sim_io *io);

/* -- disk -------------------------------------------------------------------------------- */

struct sim_disk *sim_disk_new(struct io_sim *sim);
void sim_disk_free(struct sim_disk *disk);
void sim_disk_crash(struct sim_disk *disk);
void sim_disk_configure(struct sim_disk *disk, const struct io_sim_disk *config);

/* -- operations, gathered in sim_io.c ---------------------------------------------------- */

td_err sim_udp_open(struct io *io, const struct io_udp_options *options, struct io_udp **ret_udp,
                    struct td_diag *diag);
void sim_udp_close(struct io_udp *udp);
void sim_udp_send(struct io_udp *udp, const struct io_udp_path *path, const void *octets,
                  size_t size);
td_err sim_udp_probe(struct io *io, const struct td_addr *addr, bool freebind,
                     struct td_diag *diag);
td_err sim_client_open(struct io *io, const struct td_addr *local, const struct td_addr *remote,
                       struct io_udp_client **ret_client, struct td_diag *diag);
void sim_client_close(struct io_udp_client *client);
td_err sim_client_send(struct io_udp_client *client, const struct td_addr *to, const void *octets,
                       size_t size);
td_err sim_client_receive(struct fiber *fiber, struct io_udp_client *client, uint64_t deadline_ns,
                          void *buffer, size_t buffer_size, size_t *ret_size,
                          struct td_addr *ret_from);

td_err sim_tcp_listen(struct io *io, const struct io_tcp_listen_options *options,
                      struct io_tcp_listener **ret_listener, struct td_diag *diag);
void sim_tcp_listener_close(struct io_tcp_listener *listener);
td_err sim_tcp_probe(struct io *io, const struct td_addr *addr, bool freebind,
                     struct td_diag *diag);
td_err sim_tcp_dial(struct io *io, const struct td_addr *local, const struct td_addr *remote,
                    struct io_tcp **ret_tcp);
void sim_tcp_read_start(struct io_tcp *tcp);
void sim_tcp_read_stop(struct io_tcp *tcp);
size_t sim_tcp_write_try(struct io_tcp *tcp, const void *octets, size_t size);
void sim_tcp_write(struct io_tcp *tcp, const void *octets, size_t size, io_tcp_written *done,
                   void *context);
size_t sim_tcp_write_queue_size(struct io_tcp *tcp);
void sim_tcp_shutdown(struct io_tcp *tcp);
void sim_tcp_close(struct io_tcp *tcp, bool is_reset);
void sim_tcp_free(struct io_tcp *tcp);

td_err sim_file_open(struct io *io, const char *path, unsigned mode, struct io_file **ret_file,
                     struct td_diag *diag);
void sim_file_close(struct io_file *file);
td_err sim_file_read_at(struct io_file *file, uint64_t offset, void *buffer, size_t size,
                        size_t *ret_size, struct td_diag *diag);
td_err sim_file_write_at(struct io_file *file, uint64_t offset, const void *octets, size_t size,
                         struct td_diag *diag);
td_err sim_file_truncate(struct io_file *file, uint64_t size, struct td_diag *diag);
td_err sim_file_sync(struct fiber *fiber, struct io_file *file, struct td_diag *diag);
td_err sim_file_stat(struct io_file *file, struct io_file_stat *ret_stat, struct td_diag *diag);
td_err sim_file_lock(struct io_file *file, struct td_diag *diag);
td_err sim_path_stat(struct io *io, const char *path, struct io_file_stat *ret_stat,
                     struct td_diag *diag);
td_err sim_path_rename(struct io *io, const char *from, const char *to, struct td_diag *diag);
td_err sim_path_remove(struct io *io, const char *path, struct td_diag *diag);
td_err sim_dir_make(struct io *io, const char *path, struct td_diag *diag);
td_err sim_dir_sync(struct fiber *fiber, struct io *io, const char *path, struct td_diag *diag);
td_err sim_dir_list(struct io *io, const char *path,
                    void (*visit)(void *context, const char *name, bool is_directory),
                    void *context, struct td_diag *diag);

td_err sim_thread_start(struct io *parent, const struct io_thread_options *options,
                        struct io_thread **ret_thread, struct td_diag *diag);
td_err sim_signal_watch(struct io *io, int number, void (*call)(void *context, int number),
                        void *context, struct io_signal **ret_signal);
void sim_signal_unwatch(struct io_signal *watch);

td_err sim_lookup_begin(struct io_lookup *lookup);
void sim_lookup_forget(struct io_lookup *lookup);
uint32_t sim_host_addrs(struct io *io, struct td_addr *addrs, uint32_t max);
void sim_names_free(struct io_sim *sim);
