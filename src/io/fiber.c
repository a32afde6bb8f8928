#include "io/fiber.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/fiber_stack.h"
#include "io/fiber_switch.h"
#include "io/ops.h"
#include "io/timer.h"

enum fiber_state {
    FIBER_READY,   /* in the world's list */
    FIBER_RUNNING, /* the one that runs */
    FIBER_WAITING, /* for a condition (listed there), a time, or both */
};

struct fiber {
    struct io *io;
    struct fiber *next; /* in the ready list or a condition's */
    struct fiber *previous;
    struct fiber *next_of_all; /* in the world's list of all its fibers */
    struct fiber **link_of_all;
    struct io_condition *condition; /* waited for; NULL: none */
    struct io_context context;
    struct io_stack *stack;
    struct io_timer timer;
    struct io_condition ended;
    io_fiber_entry *entry;
    void *argument;
    const char *name;
    enum fiber_state state;
    td_err woken; /* why the wait ended */
    bool is_done;
    bool is_cancelled;
    bool is_deaf;   /* waits in a join: a cancellation does not wake it */
    bool is_joined; /* somebody will join it */
};

/* -- lists: a ready list and a condition look alike --------------------------------- */

static void list_push(struct fiber **first, struct fiber **last, struct fiber *fiber)
{
    fiber->next = NULL;
    fiber->previous = *last;
    if (*last != NULL)
        (*last)->next = fiber;
    else
        *first = fiber;
    *last = fiber;
}

static void list_remove(struct fiber **first, struct fiber **last, struct fiber *fiber)
{
    if (fiber->previous != NULL)
        fiber->previous->next = fiber->next;
    else
        *first = fiber->next;
    if (fiber->next != NULL)
        fiber->next->previous = fiber->previous;
    else
        *last = fiber->previous;
    fiber->next = fiber->previous = NULL;
}

static void all_add(struct io *io, struct fiber *fiber)
{
    fiber->next_of_all = io->fibers;
    fiber->link_of_all = &io->fibers;
    if (io->fibers != NULL)
        io->fibers->link_of_all = &fiber->next_of_all;
    io->fibers = fiber;
    io->fiber_count++;
}

static void all_remove(struct io *io, struct fiber *fiber)
{
    *fiber->link_of_all = fiber->next_of_all;
    if (fiber->next_of_all != NULL)
        fiber->next_of_all->link_of_all = fiber->link_of_all;
    io->fiber_count--;
}

/* -- waiting and waking --------------------------------------------------------------- */

static void fiber_ready(struct fiber *fiber, td_err woken)
{
    td_assert(fiber->state == FIBER_WAITING);
    if (fiber->condition != NULL) {
        list_remove(&fiber->condition->first, &fiber->condition->last, fiber);
        fiber->condition = NULL;
    }
    io_timer_stop(&fiber->timer);
    fiber->woken = woken;
    fiber->state = FIBER_READY;
    list_push(&fiber->io->ready.first, &fiber->io->ready.last, fiber);
    fiber->io->ops->kick(fiber->io);
}

static void fiber_timed_out(struct io_timer *timer TD_UNUSED, void *context)
{
    fiber_ready(context, TD_E_TIMEOUT);
}

static void fiber_suspend(struct fiber *fiber)
{
    struct io *io = fiber->io;
    td_assert(io->current == fiber);
    td_assert(io->no_switch == 0); /* a borrow, lock or transaction is open */
    io_context_switch(&fiber->context, io->loop_context);
}

/* condition may be NULL. */
static td_err fiber_wait(struct fiber *fiber, struct io_condition *condition, uint64_t deadline_ns)
{
    struct io *io = fiber->io;
    td_assert(io->current == fiber);
    if (fiber->is_cancelled && !fiber->is_deaf)
        return TD_E_CANCELLED;
    if (deadline_ns <= io->now_ns)
        return TD_E_TIMEOUT;

    if (condition != NULL) {
        fiber->condition = condition;
        list_push(&condition->first, &condition->last, fiber);
    }
    if (deadline_ns != IO_FOREVER)
        io_timer_start(io, &fiber->timer, deadline_ns);
    fiber->state = FIBER_WAITING;
    fiber_suspend(fiber);
    return fiber->woken;
}

td_err io_condition_wait(struct fiber *fiber, struct io_condition *condition, uint64_t deadline_ns)
{
    return fiber_wait(fiber, condition, deadline_ns);
}

void io_condition_signal(struct io_condition *condition)
{
    if (condition->first != NULL)
        fiber_ready(condition->first, TD_OK);
}

void io_condition_broadcast(struct io_condition *condition)
{
    while (condition->first != NULL)
        fiber_ready(condition->first, TD_OK);
}

td_err io_fiber_sleep_until(struct fiber *fiber, uint64_t deadline_ns)
{
    td_err err = fiber_wait(fiber, NULL, deadline_ns);
    return err == TD_E_TIMEOUT ? TD_OK : err;
}

td_err io_fiber_sleep_ms(struct fiber *fiber, uint64_t ms)
{
    return io_fiber_sleep_until(fiber, io_deadline_ms(fiber->io, ms));
}

td_err io_fiber_yield(struct fiber *fiber)
{
    if (fiber->is_cancelled)
        return TD_E_CANCELLED;
    fiber->state = FIBER_WAITING;
    fiber_ready(fiber, TD_OK);
    fiber_suspend(fiber);
    return fiber->woken;
}

/* -- beginning and end ------------------------------------------------------------------ */

/* The first function on a fiber's stack. */
static void fiber_main(void *argument)
{
    struct fiber *fiber = argument;
    struct io *io = fiber->io;

    io_context_begin(io->loop_context);
    fiber->entry(fiber, fiber->argument);

    td_assert(io->current == fiber);
    td_assert(io->no_switch == 0);
    fiber->is_done = true;
    io_condition_broadcast(&fiber->ended);
    io_context_end(&fiber->context, io->loop_context);
}

td_err io_fiber_spawn(struct io *io, const char *name, io_fiber_entry *entry, void *argument,
                      struct fiber **ret_fiber)
{
    struct io_stack *stack;
    td_err err = io_stack_take(io, &stack);
    if (err != TD_OK)
        return err;

    struct fiber *fiber = td_calloc(1, sizeof(*fiber));
    fiber->io = io;
    fiber->name = name;
    fiber->entry = entry;
    fiber->argument = argument;
    fiber->stack = stack;
    fiber->is_joined = ret_fiber != NULL;
    io_timer_init(&fiber->timer, fiber_timed_out, fiber);
    io_context_init(&fiber->context, stack->bottom, stack->size, fiber_main, fiber);
    all_add(io, fiber);

    fiber->state = FIBER_WAITING;
    fiber_ready(fiber, TD_OK);
    if (ret_fiber != NULL)
        *ret_fiber = fiber;
    return TD_OK;
}

/* The stack is free as soon as the fiber has ended, the rest when it is joined. */
static void fiber_bury(struct fiber *fiber)
{
    struct io *io = fiber->io;
    io_context_fini(&fiber->context);
    io_stack_give(io, fiber->stack);
    fiber->stack = NULL;
    all_remove(io, fiber);
    if (!fiber->is_joined)
        free(fiber);
}

static void fiber_resume(struct io *io, struct fiber *fiber)
{
    fiber->state = FIBER_RUNNING;
    io->current = fiber;
    io_context_switch(io->loop_context, &fiber->context);
    io->current = NULL;
    if (fiber->is_done)
        fiber_bury(fiber);
}

void io_fiber_run_ready(struct io *io)
{
    td_assert(io->current == NULL);
    td_assert(io->no_switch == 0);
    /* Those that are ready now; whoever becomes ready meanwhile runs in the next round. */
    struct fiber *last = io->ready.last;
    for (bool is_last = last == NULL; !is_last;) {
        struct fiber *fiber = io->ready.first;
        is_last = fiber == last;
        list_remove(&io->ready.first, &io->ready.last, fiber);
        fiber_resume(io, fiber);
    }
}

void io_fiber_join(struct fiber *fiber, struct fiber *other)
{
    td_assert(other->is_joined && other != fiber);
    io_fiber_wait_deaf(fiber, &other->ended, &other->is_done);
    io_fiber_reap(other);
}

void io_fiber_wait_deaf(struct fiber *fiber, struct io_condition *condition, const bool *is_true)
{
    fiber->is_deaf = true;
    while (!*is_true)
        (void)fiber_wait(fiber, condition, IO_FOREVER);
    fiber->is_deaf = false;
}

bool io_fiber_is_done(const struct fiber *other)
{
    return other->is_done;
}

void io_fiber_reap(struct fiber *other)
{
    td_assert(other->is_done && other->is_joined);
    td_assert(other->stack == NULL && other->ended.first == NULL);
    free(other);
}

void io_fiber_cancel(struct fiber *other)
{
    other->is_cancelled = true;
    if (other->state == FIBER_WAITING && !other->is_deaf)
        fiber_ready(other, TD_E_CANCELLED);
}

void io_fiber_cancel_all(struct io *io)
{
    for (struct fiber *fiber = io->fibers; fiber != NULL; fiber = fiber->next_of_all)
        if (fiber != io->current)
            io_fiber_cancel(fiber);
}

bool io_fiber_is_cancelled(const struct fiber *fiber)
{
    return fiber->is_cancelled;
}

struct io *io_fiber_io(const struct fiber *fiber)
{
    return fiber->io;
}

const char *io_fiber_name(const struct fiber *fiber)
{
    return fiber->name;
}
