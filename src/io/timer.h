/*
 * io/timer.h - calls at a time, embedded in what they are about.
 *
 * Shape    A heap per world: starting and stopping cost O(log n) comparisons; starting a running
 *          one for a later time (an idle timeout pushed on) is a store. Real time is kept to a
 *          millisecond, never early.
 * Floor    1.
 * Threads  The world's thread. The call comes on the loop, not in a fiber.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "io/io.h"

struct io_timer {
    void (*call)(struct io_timer *timer, void *context);
    void *context;
    uint64_t due_ns; /* private from here on */
    uint64_t key_ns; /* place in the heap; never later than due_ns */
    uint64_t sequence;
    struct io *io;  /* NULL: never started */
    uint32_t place; /* heap index + 1; 0: not running */
};

static inline void io_timer_init(struct io_timer *timer,
                                 void (*call)(struct io_timer *timer, void *context), void *context)
{
    *timer = (struct io_timer){ .call = call, .context = context };
}

/* Start it, or move it. It goes off once. IO_FOREVER stops it. */
void io_timer_start(struct io *io, struct io_timer *timer, uint64_t due_ns);
/* Stopping one that does not run does nothing. After this it may be freed. */
void io_timer_stop(struct io_timer *timer);

static inline bool io_timer_is_running(const struct io_timer *timer)
{
    return timer->place != 0;
}
