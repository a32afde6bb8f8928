/*
 * Goal    threads have worlds of their own, talk by mail, end and are joined; signals reach the
 * loop. Method  real threads (run this under TSan).
 */
#include <signal.h>
#include <unistd.h>

#include "io/mailbox.h"
#include "io/signal.h"
#include "io/thread.h"
#include "unit/io/world.h"

enum { THREADS = 3, ROUNDS = 2000 };

struct worker {
    struct io_mailbox *to;   /* its own */
    struct io_mailbox *from; /* the parent's */
    struct fiber *fiber;
    int started;
    int finished;
    uint64_t number;
};

static void pong(struct fiber *fiber, void *argument)
{
    struct worker *worker = argument;
    void *letter;
    while (io_mailbox_receive(fiber, worker->to, IO_FOREVER, &letter) == TD_OK) {
        (*(uint64_t *)letter)++;
        CHECK_OK(io_mailbox_post(worker->from, letter));
    }
}

static void worker_start(struct io *io, void *context)
{
    struct worker *worker = context;
    worker->started++;
    worker->to = io_mailbox_new(io, 16);
    io_user_set(io, worker);
    CHECK_OK(io_fiber_spawn(io, "pong", pong, worker, &worker->fiber));
    CHECK_OK(io_mailbox_post(worker->from, worker)); /* ready */
}

static void worker_finish(struct io *io, void *context)
{
    struct worker *worker = context;
    CHECK(io_user(io) == worker);
    io_fiber_cancel(worker->fiber);
    worker->finished++;
}

static void ping_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io *io = io_fiber_io(fiber);
    struct worker workers[THREADS] = { { .started = 0 } };
    struct io_thread *threads[THREADS];
    struct io_mailbox *box = io_mailbox_new(io, 64);
    static const enum io_thread_priority priorities[] = { IO_THREAD_NORMAL, IO_THREAD_BATCH,
                                                          IO_THREAD_IDLE };
    void *letter;
    for (size_t i = 0; i < THREADS; i++) {
        workers[i].from = box;
        struct io_thread_options options = {
            .name = "worker",
            .priority = priorities[i],
            .cpu = i == 0 ? 0 : IO_THREAD_CPU_ANY,
            .start = worker_start,
            .finish = worker_finish,
            .context = &workers[i],
        };
        CHECK_OK(io_thread_start(io, &options, &threads[i], NULL));
        CHECK(io_thread_io(threads[i]) != io);
        CHECK_OK(io_mailbox_receive(fiber, box, IO_FOREVER, &letter));
        CHECK(letter == &workers[i]);
    }
    for (size_t i = 0; i < THREADS; i++)
        CHECK_OK(io_mailbox_post(workers[i].to, &workers[i].number));
    for (int done = 0; done < THREADS;) {
        CHECK_OK(io_mailbox_receive(fiber, box, IO_FOREVER, &letter));
        uint64_t *number = letter;
        struct worker *worker = td_container_of(number, struct worker, number);
        if (*number == ROUNDS)
            done++;
        else
            CHECK_OK(io_mailbox_post(worker->to, letter));
    }
    for (size_t i = 0; i < THREADS; i++) {
        io_stop(io_thread_io(threads[i]));
        io_thread_join(fiber, threads[i]);
        CHECK_EQ(workers[i].finished, 1);
        io_fiber_reap(workers[i].fiber);
        io_mailbox_free(workers[i].to);
    }
    io_mailbox_free(box);
}

TEST(workers_talk_by_mail)
{
    world_run(ping_body, NULL);
}

static void stop_at_once(struct io *io, void *context)
{
    (*(int *)context)++;
    io_stop(io);
}

TEST(a_thread_joined_from_main)
{
    struct io *io;
    struct io_thread *thread;
    int started = 0;
    struct io_thread_options options = { .name = "a name that is far too long for the system",
                                         .cpu = IO_THREAD_CPU_ANY,
                                         .start = stop_at_once,
                                         .context = &started };
    CHECK_OK(io_real_new("main", &io, NULL));
    CHECK_OK(io_thread_start(io, &options, &thread, NULL));
    io_thread_join(NULL, thread);
    CHECK_EQ(started, 1);
    io_real_free(io);
}

static int signal_seen;

static void on_signal(void *context, int number)
{
    signal_seen = number;
    io_condition_broadcast(context);
}

static void signal_body(struct fiber *fiber, void *argument TD_UNUSED)
{
    struct io *io = io_fiber_io(fiber);
    struct io_condition news = { .first = NULL };
    struct io_signal *watch, *none;
    CHECK_OK(io_signal_watch(io, SIGUSR1, on_signal, &news, &watch));
    CHECK_EQ(io_signal_watch(io, SIGKILL, on_signal, &news, &none), TD_E_INVALID);
    kill(getpid(), SIGUSR1);
    while (signal_seen == 0)
        CHECK_OK(io_condition_wait(fiber, &news, io_deadline_ms(io, 2000)));
    CHECK_EQ(signal_seen, SIGUSR1);
    io_signal_unwatch(watch);
}

TEST(signals_reach_the_loop)
{
    world_run(signal_body, NULL);
}

TESTS(workers_talk_by_mail, a_thread_joined_from_main, signals_reach_the_loop)
