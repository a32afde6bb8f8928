#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/mailbox.h"
#include "io/real.h"

struct real_thread {
    struct io_thread thread;
    pthread_t id;
    struct io_mailbox *obituary; /* on the parent's world: one letter, when the thread ends */
    sem_t stands;                /* the world is made, or `err` says why not */
    td_err err;
    struct td_diag *diag; /* of the starter, while it waits */
};

static struct real_thread *thread_of(struct io_thread *thread)
{
    return td_container_of(thread, struct real_thread, thread);
}

/* What cannot be had is gone without: the thread works at another priority, or core. */
static void take_priority(pthread_t id, enum io_thread_priority priority)
{
    static const int policies[] = {
        [IO_THREAD_NORMAL] = SCHED_OTHER,
        [IO_THREAD_BATCH] = SCHED_BATCH,
        [IO_THREAD_IDLE] = SCHED_IDLE,
    };
    struct sched_param param = { .sched_priority = 0 };

    (void)pthread_setschedparam(id, policies[priority], &param);
}

static void thread_prioritise(struct io_thread *thread, enum io_thread_priority priority)
{
    take_priority(thread_of(thread)->id, priority);
}

static void thread_place(const struct io_thread_options *options)
{
    if (options->priority != IO_THREAD_NORMAL)
        take_priority(pthread_self(), options->priority);
    if (options->cpu != IO_THREAD_CPU_ANY) {
        cpu_set_t cpus;
        CPU_ZERO(&cpus);
        CPU_SET((size_t)options->cpu, &cpus);
        (void)pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus);
    }
    char name[IO_THREAD_NAME_SIZE];
    (void)snprintf(name, sizeof(name), "%s", options->name);
    (void)pthread_setname_np(pthread_self(), name);
}

static void *thread_main(void *argument)
{
    struct real_thread *real = argument;
    struct io_thread_options options = real->thread.options;
    struct io *io;

    thread_place(&options);
    real->err = io_real_new(options.name, &io, real->diag);
    bool is_good = real->err == TD_OK;
    if (is_good)
        real->thread.io = io;
    sem_post(&real->stands);
    if (!is_good)
        return NULL;

    options.start(io, options.context);
    io_run(io);
    if (options.finish != NULL)
        options.finish(io, options.context);
    io_real_free(io);
    td_assert(io_mailbox_post(real->obituary, real) == TD_OK); /* the first and only letter */
    return NULL;
}

static void on_obituary(void *context, void *letter TD_UNUSED)
{
    struct io_thread *thread = context;
    thread->is_ended = true;
    io_condition_broadcast(&thread->ended);
}

static void thread_free(struct real_thread *real)
{
    io_mailbox_free(real->obituary);
    sem_destroy(&real->stands);
    free(real);
}

static void real_thread_join(struct io_thread *thread)
{
    struct real_thread *real = thread_of(thread);
    int status = pthread_join(real->id, NULL);
    td_assert(status == 0);
    thread_free(real);
}

/* Signals belong to the thread that watches them: the first one. */
static int thread_create(struct real_thread *real)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int status = pthread_create(&real->id, NULL, thread_main, real);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

td_err real_thread_start(struct io *parent, const struct io_thread_options *options,
                         struct io_thread **ret_thread, struct td_diag *diag)
{
    struct real_thread *real = td_calloc(1, sizeof(*real));
    real->thread.parent = parent;
    real->thread.options = *options;
    real->thread.join = real_thread_join;
    real->thread.prioritise = thread_prioritise;
    real->diag = diag;
    real->obituary = io_mailbox_new(parent, 1);
    io_mailbox_on_letter(real->obituary, on_obituary, &real->thread);
    sem_init(&real->stands, 0, 0);

    int status = thread_create(real);
    if (status != 0) {
        thread_free(real);
        (void)io_errno_say(diag, status, "starting a thread");
        return status == EAGAIN ? TD_E_LIMIT : TD_E_IO;
    }
    while (sem_wait(&real->stands) != 0)
        td_assert(errno == EINTR);
    if (real->err != TD_OK) {
        td_err err = real->err;
        real_thread_join(&real->thread);
        return err;
    }
    *ret_thread = &real->thread;
    return TD_OK;
}
