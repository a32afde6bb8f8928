#include "replicate/task.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/mailbox.h"
#include "io/thread.h"
#include "replicate/streams.h"

struct replicate_keeper {
    struct io *io;
    struct io_thread *thread;
    struct io_mailbox *finished;
    struct replicate_task *first; /* not yet at the keeper */
    struct replicate_task **last;
    uint32_t count;    /* given and not yet back */
    uint32_t at_there; /* of them at the keeper */
    bool is_ready;
    bool is_closing;

    /* The keeper's own. */
    struct io *world;
    struct io_mailbox *tasks;
    struct replicate_streams *streams;
    uint32_t running;
    bool is_stopping;
    struct replicate_task hello; /* the first that comes back: the keeper stands */
    struct replicate_task stop;
};

/* ---- on the keeper ---- */

static void send_back(struct replicate_task *task)
{
    td_err err = io_mailbox_post(task->keeper->finished, task);

    td_assert(err == TD_OK); /* as large as all that may be under way */
}

static void run(struct fiber *fiber, void *argument)
{
    struct replicate_task *task = argument;
    struct replicate_keeper *keeper = task->keeper;

    task->run(fiber, task);
    task->was_run = true;
    send_back(task);
    if (--keeper->running == 0 && keeper->is_stopping)
        io_stop(keeper->world);
}

static void take_task(void *context, void *letter)
{
    struct replicate_keeper *keeper = context;
    struct replicate_task *task = letter;

    if (task == &keeper->stop) {
        keeper->is_stopping = true;
        io_fiber_cancel_all(keeper->world);
        if (keeper->running == 0)
            io_stop(keeper->world);
        return;
    }
    if (keeper->is_stopping ||
        io_fiber_spawn(keeper->world, "replicate", run, task, NULL) != TD_OK) {
        send_back(task);
        return;
    }
    keeper->running++;
}

static void start(struct io *io, void *context)
{
    struct replicate_keeper *keeper = context;

    keeper->world = io;
    keeper->tasks = io_mailbox_new(io, REPLICATE_TASKS_MAX + 2);
    keeper->streams = replicate_streams_new(io);
    io_mailbox_on_letter(keeper->tasks, take_task, keeper);
    send_back(&keeper->hello);
}

static void finish(struct io *io, void *context)
{
    struct replicate_keeper *keeper = context;

    (void)io;
    replicate_streams_free(keeper->streams);
    io_mailbox_free(keeper->tasks);
}

struct replicate_streams *replicate_task_streams(const struct replicate_task *task)
{
    return task->keeper == NULL ? NULL : task->keeper->streams;
}

/* ---- on the maker's world ---- */

static void feed(struct replicate_keeper *keeper)
{
    while (keeper->is_ready && keeper->first != NULL && keeper->at_there < REPLICATE_TASKS_MAX) {
        struct replicate_task *task = keeper->first;
        keeper->first = task->next;
        if (keeper->first == NULL)
            keeper->last = &keeper->first;
        keeper->at_there++;
        td_err err = io_mailbox_post(keeper->tasks, task);
        td_assert(err == TD_OK);
    }
}

static void take_back(void *context, void *letter)
{
    struct replicate_keeper *keeper = context;
    struct replicate_task *task = letter;

    if (task == &keeper->hello) {
        keeper->is_ready = true;
    } else {
        keeper->at_there--;
        keeper->count--;
        task->done(task);
    }
    feed(keeper);
}

td_err replicate_keeper_new(struct io *io, struct replicate_keeper **ret_keeper,
                            struct td_diag *diag)
{
    struct replicate_keeper *keeper = td_calloc(1, sizeof(*keeper));
    struct io_thread_options options = {
        .name = "replicate",
        .priority = IO_THREAD_NORMAL,
        .cpu = IO_THREAD_CPU_ANY,
        .start = start,
        .finish = finish,
        .context = keeper,
    };

    keeper->io = io;
    keeper->last = &keeper->first;
    keeper->hello.keeper = keeper->stop.keeper = keeper;
    keeper->finished = io_mailbox_new(io, REPLICATE_TASKS_MAX + 2);
    io_mailbox_on_letter(keeper->finished, take_back, keeper);
    td_err err = io_thread_start(io, &options, &keeper->thread, diag);
    if (err != TD_OK) {
        io_mailbox_free(keeper->finished);
        free(keeper);
        return err;
    }
    *ret_keeper = keeper;
    return TD_OK;
}

static void drop_waiting(struct replicate_keeper *keeper)
{
    while (keeper->first != NULL) {
        struct replicate_task *task = keeper->first;
        keeper->first = task->next;
        keeper->count--;
        task->done(task);
    }
    keeper->last = &keeper->first;
}

void replicate_keeper_free(struct fiber *fiber, struct replicate_keeper *keeper)
{
    if (keeper == NULL)
        return;
    keeper->is_closing = true;
    drop_waiting(keeper);
    /* It stands: otherwise there is no box to tell it to stop. */
    while (!keeper->is_ready && io_fiber_yield(fiber) == TD_OK)
        continue;
    if (keeper->is_ready) {
        td_err err = io_mailbox_post(keeper->tasks, &keeper->stop);
        td_assert(err == TD_OK);
    } else {
        io_stop(io_thread_io(keeper->thread));
    }
    io_thread_join(fiber, keeper->thread);
    for (void *task; (task = io_mailbox_take(keeper->finished)) != NULL;)
        take_back(keeper, task);
    io_mailbox_free(keeper->finished);
    free(keeper);
}

void replicate_keeper_give(struct replicate_keeper *keeper, struct replicate_task *task)
{
    task->keeper = keeper;
    task->was_run = false;
    task->next = NULL;
    keeper->count++;
    if (keeper->is_closing) {
        keeper->count--;
        task->done(task);
        return;
    }
    *keeper->last = task;
    keeper->last = &task->next;
    feed(keeper);
}

uint32_t replicate_keeper_count(const struct replicate_keeper *keeper)
{
    return keeper->count;
}
