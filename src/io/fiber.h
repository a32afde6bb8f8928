/*
 * io/fiber.h - straight-line code that waits: a function on its own small stack.
 *
 * Shape    A fiber lives on one world and never moves to another thread. It runs between the
 *          loop's callbacks, never inside one, and until it waits. Fibers that are ready run in
 *          the order in which they became ready.
 *          A cancelled fiber's waits, the present one and all later ones, return TD_E_CANCELLED, so
 *          it must clean up without waiting, except in io_fiber_join, which always waits.
 * Floor    1.
 * Threads  The world's thread. Every function that may suspend takes `struct fiber *`, the
 *          running fiber, as its first parameter; no borrow, lock or transaction may be open
 *          then (io_no_switch_begin in io.h; asserted).
 * Limits   IO_FIBER_WORLD_MAX a world, IO_FIBER_PROCESS_MAX a process; a stack of
 *          IO_FIBER_STACK_SIZE with a guard page below it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "io/io.h"

enum {
    IO_FIBER_WORLD_MAX = 10000,
    IO_FIBER_WORLD_MAX_TSAN = 4000, /* ThreadSanitizer has 8128 at most, of threads and fibers */
    IO_FIBER_PROCESS_MAX = 30000,   /* a guarded stack costs two mappings of 65,530 */
    IO_FIBER_STACK_SIZE = 64 * 1024,
    IO_FIBER_STACK_SIZE_SANITIZED = 256 * 1024,
};

struct fiber;

typedef void io_fiber_entry(struct fiber *fiber, void *argument);

/*
 * Make a fiber that runs `entry` soon. `name` is a literal, for status and traces.
 * With ret_fiber NULL nobody waits for it; otherwise the caller must io_fiber_join it.
 * TD_E_LIMIT  too many fibers in this world or process.
 * TD_E_IO     no memory mapping for a stack.
 */
TD_NODISCARD td_err io_fiber_spawn(struct io *io, const char *name, io_fiber_entry *entry,
                                   void *argument, struct fiber **ret_fiber);

/* Wait until `other` has ended, and forget it. Not cut short by cancellation. */
void io_fiber_join(struct fiber *fiber, struct fiber *other);

/* Has it ended? For a fiber that will still be joined. */
bool io_fiber_is_done(const struct fiber *other);

/* Forget a fiber that has ended, from the loop (where nothing can wait). */
void io_fiber_reap(struct fiber *other);

/* Tell a fiber to stop; see above. Any number of times, from the loop or another fiber. */
void io_fiber_cancel(struct fiber *other);
bool io_fiber_is_cancelled(const struct fiber *fiber);
/* All fibers of a world but the one that runs. */
void io_fiber_cancel_all(struct io *io);

/* Let the others run. TD_E_CANCELLED. */
td_err io_fiber_yield(struct fiber *fiber);

/* TD_OK when the time has come, or TD_E_CANCELLED. */
td_err io_fiber_sleep_until(struct fiber *fiber, uint64_t deadline_ns);
td_err io_fiber_sleep_ms(struct fiber *fiber, uint64_t ms);

struct io *io_fiber_io(const struct fiber *fiber);
const char *io_fiber_name(const struct fiber *fiber);

/* -- conditions --------------------------------------------------------------- */

/* What fibers of one world wait for, first come first served. All zero is a good one. */
struct io_condition {
    struct fiber *first; /* private */
    struct fiber *last;
};

/*
 * Wait until the condition is signalled. As ever with conditions: look again whether what
 * you waited for is so.
 * TD_E_TIMEOUT    the deadline came first.
 * TD_E_CANCELLED  the fiber was cancelled.
 */
td_err io_condition_wait(struct fiber *fiber, struct io_condition *condition, uint64_t deadline_ns);

/* Wait until *is_true, cancelled or not: for what comes to its end by itself, soon. */
void io_fiber_wait_deaf(struct fiber *fiber, struct io_condition *condition, const bool *is_true);

/* Make the fiber that has waited longest ready; nothing when nobody waits. */
void io_condition_signal(struct io_condition *condition);
/* All of them. */
void io_condition_broadcast(struct io_condition *condition);

static inline bool io_condition_is_awaited(const struct io_condition *condition)
{
    return condition->first != NULL;
}
