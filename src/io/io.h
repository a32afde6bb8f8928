/*
 * io/io.h - the world as one thread sees it: clock, randomness, the loop.
 *
 * Shape    `struct io` is one thread's world. It has two bodies behind one table of
 *          operations: real (libuv, io_real_new) and sim (a seeded simulation,
 *          io_sim_host_new in io/sim.h). Both may stand in one binary. Monotonic time
 *          is in nanoseconds since an instant that means nothing; deadlines are
 *          absolute monotonic times, IO_FOREVER is none.
 * Floor    1. Includes base only.
 * Threads  A world belongs to its thread. Only io_wake, io_stop and io_mailbox_post may
 *          be called from others.
 * Limits   none of its own; see fiber.h, mailbox.h, tcp.h.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/err.h"

#define IO_FOREVER UINT64_MAX

enum { IO_NS_PER_MS = 1000000, IO_NS_PER_S = 1000000000, IO_MS_PER_S = 1000 };

struct io;
struct fiber;
struct io_ops;
struct io_timer;

/* A call made later in the same turn. Embedded in what it is about; no allocation. */
struct io_deferred {
    void (*call)(struct io *io, void *context);
    void *context;
    struct io_deferred *next; /* private */
    bool is_queued;           /* private */
};

/*
 * What a thread wants to be told by its loop. Each may be NULL; all run on the loop,
 * never inside a fiber. In every turn: fibers and deferred calls run, then `quiet`
 * (nothing of this turn is on any stack but suspended fibers: announce RCU quiescence),
 * then `sleep` if the loop is about to wait, then, before anything else runs, `awake`.
 */
struct io_hooks {
    void (*quiet)(void *context);
    void (*sleep)(void *context);
    void (*awake)(void *context);
    void *context;
};

struct io_stack_pool;
struct io_context;

struct io_fiber_list {
    struct fiber *first;
    struct fiber *last;
};

struct io_mailbox;

/* The fields are for the inline functions below and for src/io; nobody else touches them. */
struct io {
    const struct io_ops *ops;
    uint64_t now_ns;       /* monotonic, of this turn */
    uint32_t no_switch;    /* open borrows, locks and transactions */
    uint32_t fiber_count;  /* live fibers */
    struct fiber *current; /* the fiber that runs; NULL: the loop */
    struct fiber *fibers;  /* all of them */
    struct io_fiber_list ready;
    struct io_deferred *deferred_first;
    struct io_deferred *deferred_last;
    struct io_hooks hooks;
    struct io_timer **timers; /* heap, earliest first */
    uint32_t timer_count;
    uint32_t timer_capacity;
    uint64_t timer_sequence;
    struct io_stack_pool *stacks;
    struct io_context *loop_context;     /* where fibers switch back to */
    _Atomic(struct io_mailbox *) posted; /* boxes with news, newest first */
    _Atomic bool is_stopping;
    _Atomic uint32_t stoppers; /* calls of io_stop not yet done with the world */
    bool is_simulated;
    void *user; /* of the thread's owner: io_user */
    char *name;
    uint64_t random[64];  /* octets in store */
    uint32_t random_left; /* octets of it not yet given out */
};

/*
 * A real world for the calling thread; `name` is kept by copy. The threads of
 * io_thread_start get theirs by themselves.
 * TD_E_IO  the loop could not be made (file descriptors, memory).
 */
TD_NODISCARD td_err io_real_new(const char *name, struct io **ret_io, struct td_diag *diag);

/* Every socket, fiber and timer of it must be gone. For worlds of io_real_new. */
void io_real_free(struct io *io);

/*
 * Real: run the loop until io_stop; returns at once when it was called before. May be called
 * again. In the simulation io_sim_run drives all worlds, and this must not be called.
 */
void io_run(struct io *io);
/* End io_run after this turn. Any thread. */
void io_stop(struct io *io);
/* Make the loop take a turn. Any thread; cheap when a wake is pending already. */
void io_wake(struct io *io);

void io_hooks_set(struct io *io, const struct io_hooks *hooks);

/* Have `deferred->call` called in this turn (or the next, if called while none runs); queuing
 * a queued one does nothing. The struct must live until then. Runs on the loop, not in a fiber. */
void io_defer(struct io *io, struct io_deferred *deferred);
void io_defer_cancel(struct io *io, struct io_deferred *deferred);

/* -- clock -------------------------------------------------------------------- */

/* Monotonic time as of this turn: free. */
static inline uint64_t io_now_ns(const struct io *io)
{
    return io->now_ns;
}

static inline uint64_t io_now_ms(const struct io *io)
{
    return io->now_ns / IO_NS_PER_MS;
}

/* Read the clock, and let this turn's time be what it says. For what runs long. */
uint64_t io_clock_read_ns(struct io *io);

/* Seconds and nanoseconds since 1970, from the wall clock: for DNSSEC, TSIG, serials, logs. It
 * jumps. */
uint64_t io_wall_s(struct io *io);
uint64_t io_wall_ns(struct io *io);

/* The deadline `ms` milliseconds from now. */
static inline uint64_t io_deadline_ms(const struct io *io, uint64_t ms)
{
    return io->now_ns + ms * IO_NS_PER_MS;
}

/* -- randomness --------------------------------------------------------------- */

/* Unpredictable to others in the real body, from the seed in the simulation. Buffered: cheap. */
void io_random_fill(struct io *io, void *octets, size_t size);
uint64_t io_random_u64(struct io *io);
/* 0..bound-1 without bias; bound > 0. */
uint32_t io_random_below(struct io *io, uint32_t bound);

/* -- what must not be open when a fiber is switched ------------------------------ */

/*
 * Whoever borrows a snapshot, takes a lock or opens a database transaction on this thread
 * raises the counter and lowers it when done. A suspension in between is asserted against.
 */
static inline void io_no_switch_begin(struct io *io)
{
    io->no_switch++;
}

static inline void io_no_switch_end(struct io *io)
{
    io->no_switch--;
}

static inline void *io_user(const struct io *io)
{
    return io->user;
}

static inline void io_user_set(struct io *io, void *user)
{
    io->user = user;
}
