/*
 * io/thread.h - workers and keepers: a thread with a world of its own.
 *
 * Shape    `start` runs first on the new thread's loop (not in a fiber): it opens sockets and
 *          spawns fibers. The loop then runs until io_stop on that world; `finish` runs last
 *          and undoes `start`. In the simulation all threads of a host are worlds in one real
 *          thread.
 * Floor    1.
 * Threads  Started and joined by the thread that owns it.
 */
#pragma once

#include <stdint.h>

#include "base/diag.h"
#include "base/err.h"
#include "io/fiber.h"
#include "io/io.h"

struct io_thread;

enum io_thread_priority {
    IO_THREAD_NORMAL,
    IO_THREAD_BATCH, /* SCHED_BATCH: no boost for waking up */
    IO_THREAD_IDLE,  /* SCHED_IDLE: only when nothing else wants the core. For bulk keepers */
};

enum { IO_THREAD_CPU_ANY = -1, IO_THREAD_NAME_SIZE = 16 };

struct io_thread_options {
    const char *name; /* up to 15 octets are shown by the system */
    enum io_thread_priority priority;
    int cpu; /* pinned to it, or IO_THREAD_CPU_ANY */
    void (*start)(struct io *io, void *context);
    void (*finish)(struct io *io, void *context); /* may be NULL */
    void *context;
};

/*
 * Start it; returns when its world stands, so io_thread_io is good. `parent` is the world of the
 * caller. TD_E_IO, TD_E_LIMIT  the system refuses another thread.
 */
TD_NODISCARD td_err io_thread_start(struct io *parent, const struct io_thread_options *options,
                                    struct io_thread **ret_thread, struct td_diag *diag);

/* From now on, by the thread that owns it. One that is idle stays so, without the right to more. */
void io_thread_prioritise(struct io_thread *thread, enum io_thread_priority priority);

/* Its world: for io_stop and for mailboxes that `start` has not yet made. */
struct io *io_thread_io(const struct io_thread *thread);

/*
 * Wait until it has ended (somebody must call io_stop), and forget it. In a fiber it suspends; with
 * NULL it blocks, which is for the end of main() and not for the simulation.
 */
void io_thread_join(struct fiber *fiber, struct io_thread *thread);

/* Cores this process may use, at least 1. In the simulation 1. */
uint32_t io_cpu_count(struct io *io);
