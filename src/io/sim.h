/*
 * io/sim.h - a simulated world: hosts, a network, clocks and disks from one seed.
 *
 * Shape    A world has hosts; a host has addresses, a disk, a clock and one or more threads, each a
 *          `struct io`. All run in the calling thread, in virtual time: nothing waits. Chances
 *          are in parts per million. The same seed and the same program give the same
 *          events in the same order, which io_sim_trace_hash proves.
 * Floor    1.
 * Threads  One.
 * Limits   IO_SIM_ADDR_MAX addresses a host; memory otherwise.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"
#include "io/io.h"

enum { IO_SIM_ADDR_MAX = 16, IO_SIM_PPM = 1000000 };

struct io_sim;
struct io_sim_host;

/* How datagrams and segments travel from one host to another. */
struct io_sim_link {
    uint64_t latency_ns;    /* at least */
    uint64_t jitter_ns;     /* and up to this more; datagrams overtake each other by it */
    uint32_t loss_ppm;      /* of datagrams; a lost segment of a stream comes later */
    uint32_t duplicate_ppm; /* of datagrams */
    uint32_t reset_ppm;     /* of segments of a stream: the connection is reset */
    uint32_t mtu;           /* larger datagrams are lost; 0: none are */
    bool is_truncating;     /* they arrive all the same, without what is beyond it */
    bool is_cut;            /* nothing gets through */
};

struct io_sim_options {
    uint64_t seed;
    uint64_t wall_start_s;   /* 0: 2025-01-01 */
    struct io_sim_link link; /* between any two hosts until io_sim_link_set */
    uint64_t mail_delay_ns;  /* a letter wakes its reader after 0..this */
    /* Each event as a line, for people. May be NULL. */
    void (*trace)(void *context, uint64_t now_ns, const char *line);
    void *trace_context;
};

struct io_sim *io_sim_new(const struct io_sim_options *options);
/* Frees the hosts too; their fibers must have ended and their sockets be closed. */
void io_sim_free(struct io_sim *sim);

/* -- hosts -------------------------------------------------------------------- */

/* `addrs` are IPv4 or IPv6, ports not looked at. TD_E_EXISTS: another host has one of them. */
TD_NODISCARD td_err io_sim_host_new(struct io_sim *sim, const char *name,
                                    const struct td_addr *addrs, uint32_t addr_count,
                                    struct io_sim_host **ret_host);
/* The world of its first thread. */
struct io *io_sim_host_io(struct io_sim_host *host);
const char *io_sim_host_name(const struct io_sim_host *host);
/* The host whose thread has its turn now; NULL: none. */
const struct io_sim_host *io_sim_host_running(const struct io_sim *sim);

/*
 * Pull the plug. From this instant the host sends and receives nothing, its disk has what was
 * synced (and, by the seed, some of the rest), every operation fails with TD_E_IO and every fiber
 * is cancelled, so that they unwind and give their memory back while io_sim_run goes on. Peers see
 * silence.
 */
void io_sim_host_crash(struct io_sim_host *host);
/*
 * The same, but no fiber is cancelled and no thread told to end: whoever runs a whole server there
 * has it stop in its own way, which can do no harm any more.
 */
void io_sim_host_unplug(struct io_sim_host *host);
/* Every fiber must have ended and every socket be closed. Fresh worlds on the old disk;
 * io_sim_host_io is new. */
void io_sim_host_restart(struct io_sim_host *host);

/* A signal to the host's process. */
void io_sim_signal(struct io_sim_host *host, int number);
/* The wall clock of a host jumps by this much. */
void io_sim_wall_jump(struct io_sim_host *host, int64_t ns);
/* From now on both its clocks are so much too fast, or too slow. More than -IO_SIM_PPM. */
void io_sim_clock_drift(struct io_sim_host *host, int32_t ppm);

/* What a host has open now, of all its threads. */
struct io_sim_usage {
    uint32_t fibers;
    uint32_t timers;
    uint32_t sockets;     /* and listeners */
    uint32_t connections; /* ends of TCP connections */
};

struct io_sim_usage io_sim_usage_of(const struct io_sim_host *host);

/* -- network ------------------------------------------------------------------ */

/* One way: from one host to another. */
void io_sim_link_set(struct io_sim *sim, const struct io_sim_host *from,
                     const struct io_sim_host *to, const struct io_sim_link *link);
struct io_sim_link io_sim_link_get(const struct io_sim *sim, const struct io_sim_host *from,
                                   const struct io_sim_host *to);
/* Cut or mend both ways. */
void io_sim_partition(struct io_sim *sim, const struct io_sim_host *a, const struct io_sim_host *b,
                      bool is_cut);

/*
 * Something on its way: a datagram that is sent, or a piece of a stream that arrives. Whoever looks
 * at it may change its octets.
 */
struct io_sim_passing {
    const struct io_sim_host *from;
    const struct io_sim_host *to;
    uint8_t *octets;
    size_t size;
    bool is_stream;
};

/* Is it to be lost? Of a stream: is the connection to be reset? */
typedef bool io_sim_filter(void *context, const struct io_sim_passing *passing);

/* Asked about all that passes, beside what the links do. NULL: nobody is. */
void io_sim_filter_set(struct io_sim *sim, io_sim_filter *filter, void *context);

/*
 * What look-ups of this name (io/lookup.h) find from now on, on every host: up to
 * IO_LOOKUP_ADDRS_MAX addresses; with none, as of names that were never set, there is no such name.
 */
void io_sim_name_set(struct io_sim *sim, const char *name, const struct td_addr *addrs,
                     uint32_t count);

/* The resolver that all hosts ask. At first each answer takes up to 50 ms, and none fails. */
struct io_sim_resolver {
    uint64_t delay_ns; /* an answer takes up to this long */
    uint32_t fail_ppm; /* TD_E_IO */
    uint32_t hang_ppm; /* nothing comes until the deadline */
};

/* For look-ups that begin from now on. */
void io_sim_resolver_set(struct io_sim *sim, const struct io_sim_resolver *resolver);

/* -- disk --------------------------------------------------------------------- */

struct io_sim_disk {
    uint64_t capacity; /* octets; 0: no end */
    uint64_t sync_ns;  /* a sync takes at least this long */
    uint64_t sync_jitter_ns;
    uint32_t write_fail_ppm; /* TD_E_IO */
    uint32_t sync_fail_ppm;  /* TD_E_IO, and what was not synced is lost */
    uint32_t read_fail_ppm;
    uint32_t keep_ppm; /* in a crash: chance of each unsynced write to be there all the same */
    uint32_t tear_ppm; /* and of one that is, to be there in part only: its beginning, or some
                          sectors of 512 octets */
};

void io_sim_disk_set(struct io_sim_host *host, const struct io_sim_disk *disk);
/* Octets of all files. */
uint64_t io_sim_disk_used(const struct io_sim_host *host);
/* Another disk, empty and without faults, takes its place. No file may be open. */
void io_sim_disk_replace(struct io_sim_host *host);

/*
 * Called when a sync of a file or directory begins, and when it is over and what it was for is
 * durable; in the middle of a turn, so it may do no more than take note. NULL: nobody is.
 */
typedef void io_sim_sync_watcher(void *context, const struct io_sim_host *host, bool is_over);

void io_sim_sync_watch(struct io_sim *sim, io_sim_sync_watcher *watcher, void *context);

/* -- time --------------------------------------------------------------------- */

uint64_t io_sim_now_ns(const struct io_sim *sim);

/* Run until the time is `until_ns` or nothing is left that will ever happen. Returns false in the
 * latter case. */
bool io_sim_run(struct io_sim *sim, uint64_t until_ns);

/* Run while `go_on` says so; false if `until_ns` came, or nothing was left, before. */
bool io_sim_run_while(struct io_sim *sim, bool (*go_on)(void *context), void *context,
                      uint64_t until_ns);

/* One number for all events so far: their order, times, sizes and octets. */
uint64_t io_sim_trace_hash(const struct io_sim *sim);
/* Events so far. */
uint64_t io_sim_event_count(const struct io_sim *sim);
