#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/real.h"

enum { CLOSE_TURNS_MAX = 1000 };

static uint64_t clock_get_ns(clockid_t clock)
{
    struct timespec now;
    td_assert(clock_gettime(clock, &now) == 0);
    return (uint64_t)now.tv_sec * IO_NS_PER_S + (uint64_t)now.tv_nsec;
}

static uint64_t real_clock_ns(struct io *io TD_UNUSED)
{
    return clock_get_ns(CLOCK_MONOTONIC);
}

static uint64_t real_wall_ns(struct io *io TD_UNUSED)
{
    return clock_get_ns(CLOCK_REALTIME);
}

static void real_random_fill(struct io *io TD_UNUSED, void *octets, size_t size)
{
    for (uint8_t *at = octets; size > 0;) {
        ssize_t n = getrandom(at, size, 0);
        td_assert(n > 0 || errno == EINTR);
        if (n > 0) {
            at += n;
            size -= (size_t)n;
        }
    }
}

static uint32_t real_cpu_count(struct io *io TD_UNUSED)
{
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
        return 1;
    int count = CPU_COUNT(&cpus);
    return count > 0 ? (uint32_t)count : 1;
}

/* -- the loop ------------------------------------------------------------------------------- */

/*
 * An eventfd and not libuv's async handle: that one makes the loop spin while a sender is between
 * two steps, and a sender of idle priority may stay there for as long as the loop spins.
 */
static void real_wake(struct io *io)
{
    struct io_real *real = real_of(io);
    static const uint64_t one = 1;

    if (atomic_exchange_explicit(&real->is_woken, true, memory_order_acq_rel))
        return;
    ssize_t n = write(real->waker_fd, &one, sizeof(one));
    (void)n; /* full: then it is readable, too */
}

/* The loop looks for itself before it waits. */
static void real_kick(struct io *io TD_UNUSED)
{
}

void real_wake_up(struct io_real *real)
{
    real->is_away = false;
    (void)io_clock_read_ns(&real->io);
    if (real->is_asleep) {
        real->is_asleep = false;
        io_hook_call(real->io.hooks.awake, &real->io);
    }
}

static void real_on_wake(uv_poll_t *waker, int status TD_UNUSED, int events TD_UNUSED)
{
    struct io_real *real = real_of(waker->data);
    uint64_t count;
    ssize_t n = read(real->waker_fd, &count, sizeof(count));

    (void)n;
    /* From here on a wake writes again; what was posted before it is seen in this turn. */
    (void)atomic_exchange_explicit(&real->is_woken, false, memory_order_acq_rel);
    real_awake(&real->io);
}

/*
 * libuv looks at timers before it waits, too: then it must not wait any more, for it knows nothing
 * of ours that is due now.
 */
static void real_on_timer(uv_timer_t *timer)
{
    struct io_real *real = real_of(timer->data);
    real_awake(&real->io);
    uv_stop(&real->loop);
    real->timer_due_ns = IO_FOREVER;
}

/* One timer of libuv stands for the earliest of ours. */
static void real_timer_set(struct io_real *real)
{
    uint64_t due_ns = io_timer_next_ns(&real->io);
    if (due_ns == real->timer_due_ns)
        return;
    real->timer_due_ns = due_ns;
    if (due_ns == IO_FOREVER) {
        uv_timer_stop(&real->timer);
        return;
    }
    uint64_t wait_ns = due_ns > real->io.now_ns ? due_ns - real->io.now_ns : 0;
    uv_update_time(&real->loop);
    uv_timer_start(&real->timer, real_on_timer, (wait_ns + IO_NS_PER_MS - 1) / IO_NS_PER_MS, 0);
}

/* Ask the system what is new, and wait for it when there is nothing else to do. */
static void real_poll(struct io_real *real, bool is_busy)
{
    struct io *io = &real->io;
    io_hook_call(io->hooks.quiet, io);
    real_timer_set(real);
    if (!is_busy)
        io_hook_call(io->hooks.sleep, io);
    real->is_asleep = !is_busy;
    real->is_away = true;
    uv_run(&real->loop, is_busy ? UV_RUN_NOWAIT : UV_RUN_ONCE);
    real_awake(io);
}

static bool real_is_stopping(struct io *io)
{
    return atomic_load_explicit(&io->is_stopping, memory_order_acquire);
}

void io_run(struct io *io)
{
    td_assert(io->ops == &io_real_ops && io->current == NULL);
    struct io_real *real = real_of(io);
    (void)io_clock_read_ns(io);
    while (!real_is_stopping(io)) {
        bool is_busy = io_turn_run(io);
        real_poll(real, is_busy || real_is_stopping(io));
    }
    atomic_store_explicit(&io->is_stopping, false, memory_order_relaxed);
}

/* -- life ---------------------------------------------------------------------------------------
 */

static void real_uv_open(struct io_real *real)
{
    real->waker_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    td_assert(real->waker_fd >= 0);
    td_assert(uv_poll_init(&real->loop, &real->waker, real->waker_fd) == 0);
    td_assert(uv_poll_start(&real->waker, UV_READABLE, real_on_wake) == 0);
    td_assert(uv_timer_init(&real->loop, &real->timer) == 0);
    real->waker.data = &real->io;
    real->timer.data = &real->io;
    real->timer_due_ns = IO_FOREVER;
}

td_err io_real_new(const char *name, struct io **ret_io, struct td_diag *diag)
{
    struct io_real *real = td_calloc(1, sizeof(*real));
    int status = uv_loop_init(&real->loop);
    if (status != 0) {
        free(real);
        return io_errno_say(diag, -status, "starting an event loop");
    }
    /* A peer that has gone shows as EPIPE, not as a signal. */
    (void)signal(SIGPIPE, SIG_IGN);
    io_common_init(&real->io, &io_real_ops, name);
    real_uv_open(real);
    real->read_buffer = td_malloc(IO_TCP_READ_SIZE);
    (void)io_clock_read_ns(&real->io);
    *ret_io = &real->io;
    return TD_OK;
}

/* Fibers that were cancelled have not yet ended, sockets that were closed not yet gone. */
static void real_drain(struct io_real *real)
{
    for (;;) {
        bool is_busy = io_turn_run(&real->io);
        if (real->io.fiber_count == 0 && !is_busy)
            break;
        real_poll(real, is_busy);
    }

    uv_close((uv_handle_t *)&real->waker, NULL);
    uv_close((uv_handle_t *)&real->timer, NULL);
    int turns = 0;
    while (uv_loop_close(&real->loop) == UV_EBUSY) {
        td_assert(turns++ < CLOSE_TURNS_MAX); /* a socket was left open */
        uv_run(&real->loop, UV_RUN_NOWAIT);
    }
}

void io_real_free(struct io *io)
{
    while (atomic_load_explicit(&io->stoppers, memory_order_acquire) != 0)
        sched_yield();
    td_assert(io->ops == &io_real_ops && io->current == NULL);
    struct io_real *real = real_of(io);
    io->hooks = (struct io_hooks){ .context = NULL };
    real_drain(real);
    real_lookups_end(real->lookups);
    close(real->waker_fd);
    io_common_fini(io);
    free(real->read_buffer);
    free(real);
}

const struct io_ops io_real_ops = {
    .clock_ns = real_clock_ns,
    .wall_ns = real_wall_ns,
    .random_fill = real_random_fill,
    .wake = real_wake,
    .kick = real_kick,
    .cpu_count = real_cpu_count,
    .host_addrs = real_host_addrs,
    .udp_open = real_udp_open,
    .udp_close = real_udp_close,
    .udp_send = real_udp_send,
    .udp_probe = real_udp_probe,
    .client_open = real_client_open,
    .client_close = real_client_close,
    .client_send = real_client_send,
    .client_receive = real_client_receive,
    .tcp_listen = real_tcp_listen,
    .tcp_listener_close = real_tcp_listener_close,
    .tcp_probe = real_tcp_probe,
    .tcp_dial = real_tcp_dial,
    .tcp_read_start = real_tcp_read_start,
    .tcp_read_stop = real_tcp_read_stop,
    .tcp_write_try = real_tcp_write_try,
    .tcp_write = real_tcp_write,
    .tcp_write_queue_size = real_tcp_write_queue_size,
    .tcp_shutdown = real_tcp_shutdown,
    .tcp_close = real_tcp_close,
    .tcp_free = real_tcp_free,
    .file_open = real_file_open,
    .file_close = real_file_close,
    .file_read_at = real_file_read_at,
    .file_write_at = real_file_write_at,
    .file_truncate = real_file_truncate,
    .file_sync = real_file_sync,
    .file_stat = real_file_stat,
    .file_lock = real_file_lock,
    .path_stat = real_path_stat,
    .path_rename = real_path_rename,
    .path_remove = real_path_remove,
    .dir_make = real_dir_make,
    .dir_sync = real_dir_sync,
    .dir_list = real_dir_list,
    .thread_start = real_thread_start,
    .signal_watch = real_signal_watch,
    .signal_unwatch = real_signal_unwatch,
    .lookup_begin = real_lookup_begin,
    .lookup_forget = real_lookup_forget,
};
