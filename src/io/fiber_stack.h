/*
 * io/fiber_stack.h - stacks with a guard page, kept for the next fiber. Private to src/io.
 *
 * Floor    1.
 * Threads  A pool belongs to one world.
 * Limits   IO_FIBER_WORLD_MAX and IO_FIBER_PROCESS_MAX stacks in use.
 */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "io/io.h"

struct io_stack {
    void *bottom; /* lowest address, above the guard */
    size_t size;
    struct io_stack *next;
    unsigned valgrind_id;
};

/*
 * TD_E_LIMIT  too many in this world or process
 * TD_E_IO     the system has no mapping left
 */
TD_NODISCARD td_err io_stack_take(struct io *io, struct io_stack **ret_stack);
void io_stack_give(struct io *io, struct io_stack *stack);
