#include <stdlib.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/signal.h"
#include "io/sim_world.h"

/* -- threads ---------------------------------------------------------------------------------- */

struct sim_thread {
    struct io_thread thread;
    struct sim_io *io;
    struct io_deferred begin;
    struct sim_input obituary; /* at the parent's */
    bool is_finished;
    bool is_told; /* the parent */
};

static void thread_begin(struct io *io, void *context)
{
    const struct io_thread_options *options = context;
    options->start(io, options->context);
}

static void thread_obituary(struct sim_input *input)
{
    struct sim_thread *sim = td_container_of(input, struct sim_thread, obituary);
    sim->thread.is_ended = true;
    io_condition_broadcast(&sim->thread.ended);
}

/* The joiner frees the thread's world with it. */
static void thread_join(struct io_thread *thread)
{
    struct sim_thread *sim = td_container_of(thread, struct sim_thread, thread);
    struct sim_io **link = &sim->io->host->ios;
    while (*link != sim->io)
        link = &(*link)->next;
    *link = sim->io->next;
    sim_io_input_cancel(&sim->obituary);
    sim_io_free(sim->io);
    free(sim);
}

void sim_thread_turned(struct sim_thread *sim)
{
    struct io *io = &sim->io->io;
    const struct io_thread_options *options = &sim->thread.options;
    if (!io->is_stopping || sim->begin.is_queued)
        return;
    if (!sim->is_finished) {
        sim->is_finished = true;
        if (options->finish != NULL)
            options->finish(io, options->context);
    }
    /* Its fibers may need turns to end, its connections to be gone. */
    if (!sim->is_told && io->fiber_count == 0 && sim->io->connections == NULL &&
        !io_turn_is_due(io)) {
        sim->is_told = true;
        sim_io_input(&sim->obituary);
    }
}

td_err sim_thread_start(struct io *parent, const struct io_thread_options *options,
                        struct io_thread **ret_thread, struct td_diag *diag)
{
    struct sim_io *parent_io = sim_of(parent);
    if (parent_io->is_dead) {
        if (diag != NULL)
            td_diag_say(diag, "starting a thread: this host has crashed");
        return TD_E_IO;
    }
    struct sim_thread *sim = td_calloc(1, sizeof(*sim));
    sim->io = sim_io_new(parent_io->host, options->name);
    sim->io->thread = sim;
    sim->thread.io = &sim->io->io;
    sim->thread.parent = parent;
    sim->thread.options = *options;
    sim->thread.join = thread_join;
    sim->obituary = (struct sim_input){ .call = thread_obituary, .io = parent_io };
    sim->begin = (struct io_deferred){ .call = thread_begin, .context = &sim->thread.options };
    io_defer(&sim->io->io, &sim->begin);
    *ret_thread = &sim->thread;
    return TD_OK;
}

/* -- signals ------------------------------------------------------------------------------------
 */

struct sim_signal {
    struct io_signal watch;
    struct sim_input input;
    struct sim_signal *next;
};

static void signal_input(struct sim_input *input)
{
    struct sim_signal *sim = td_container_of(input, struct sim_signal, input);
    sim->watch.call(sim->watch.context, sim->watch.number);
}

void sim_signal_send(struct sim_io *io, int number)
{
    for (struct sim_signal *at = io->signals; at != NULL; at = at->next)
        if (at->watch.number == number)
            sim_io_input(&at->input);
}

td_err sim_signal_watch(struct io *io, int number, void (*call)(void *context, int number),
                        void *context, struct io_signal **ret_signal)
{
    enum { SIGNAL_KILL = 9, SIGNAL_STOP = 19, SIGNAL_MAX = 64 };
    if (number < 1 || number > SIGNAL_MAX || number == SIGNAL_KILL || number == SIGNAL_STOP)
        return TD_E_INVALID;
    struct sim_signal *sim = td_calloc(1, sizeof(*sim));
    sim->watch = (struct io_signal){ .io = io, .call = call, .context = context, .number = number };
    sim->input = (struct sim_input){ .call = signal_input, .io = sim_of(io) };
    sim->next = sim_of(io)->signals;
    sim_of(io)->signals = sim;
    *ret_signal = &sim->watch;
    return TD_OK;
}

void sim_signal_unwatch(struct io_signal *watch)
{
    struct sim_signal *sim = td_container_of(watch, struct sim_signal, watch);
    struct sim_signal **link = &sim_of(watch->io)->signals;
    while (*link != sim)
        link = &(*link)->next;
    *link = sim->next;
    sim_io_input_cancel(&sim->input);
    free(sim);
}
