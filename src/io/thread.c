#include "io/thread.h"

#include "base/assert.h"
#include "io/ops.h"
#include "io/signal.h"

td_err io_thread_start(struct io *parent, const struct io_thread_options *options,
                       struct io_thread **ret_thread, struct td_diag *diag)
{
    return parent->ops->thread_start(parent, options, ret_thread, diag);
}

void io_thread_prioritise(struct io_thread *thread, enum io_thread_priority priority)
{
    if (thread->prioritise != NULL)
        thread->prioritise(thread, priority);
}

struct io *io_thread_io(const struct io_thread *thread)
{
    return thread->io;
}

void io_thread_join(struct fiber *fiber, struct io_thread *thread)
{
    td_assert(fiber != NULL || !thread->parent->is_simulated || thread->is_ended);
    if (fiber != NULL)
        io_fiber_wait_deaf(fiber, &thread->ended, &thread->is_ended);
    thread->join(thread);
}

td_err io_signal_watch(struct io *io, int number, void (*call)(void *context, int number),
                       void *context, struct io_signal **ret_signal)
{
    return io->ops->signal_watch(io, number, call, context, ret_signal);
}

void io_signal_unwatch(struct io_signal *watch)
{
    if (watch != NULL)
        watch->io->ops->signal_unwatch(watch);
}
