#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/sim_world.h"

static uint64_t sim_clock_ns(struct io *io)
{
    const struct sim_io *sim_io = sim_of(io);
    return sim_host_clock_ns(sim_io->host, sim_io->sim->now_ns);
}

static uint64_t sim_wall_ns(struct io *io)
{
    struct sim_io *sim_io = sim_of(io);
    const struct io_sim *sim = sim_io->sim;
    return sim->options.wall_start_s * IO_NS_PER_S + sim_host_clock_ns(sim_io->host, sim->now_ns) +
           (uint64_t)sim_io->host->wall_jump_ns;
}

static void sim_random_fill(struct io *io, void *octets, size_t size)
{
    for (uint8_t *at = octets; size > 0;) {
        uint64_t word = sim_random_u64(&sim_of(io)->random);
        size_t n = size < sizeof(word) ? size : sizeof(word);
        memcpy(at, &word, n);
        at += n;
        size -= n;
    }
}

static uint32_t sim_cpu_count(struct io *io TD_UNUSED)
{
    return 1;
}

/* -- turns ------------------------------------------------------------------------------------ */

void sim_io_turn_at(struct sim_io *io, uint64_t at_ns)
{
    if (io->is_in_turn)
        return; /* its end looks for itself */
    if (io->turn.place == 0 || io->turn.at_ns > at_ns)
        sim_event_at(io->sim, &io->turn, at_ns > io->sim->now_ns ? at_ns : io->sim->now_ns);
}

static void sim_kick(struct io *io)
{
    struct sim_io *sim_io = sim_of(io);
    if (io_turn_is_due(io))
        sim_io_turn_at(sim_io, sim_io->sim->now_ns);
    else if (io_timer_next_ns(io) != IO_FOREVER)
        sim_io_turn_at(sim_io, sim_host_world_ns(sim_io->host, io_timer_next_ns(io)));
}

/* A letter was posted, perhaps by another thread of the host. */
static void sim_wake(struct io *io)
{
    struct sim_io *sim_io = sim_of(io);
    struct io_sim *sim = sim_io->sim;
    uint64_t delay = sim_random_below(&sim->random, sim->options.mail_delay_ns + 1);
    sim_io_turn_at(sim_io, sim->now_ns + delay);
}

void sim_io_input(struct sim_input *input)
{
    struct sim_io *io = input->io;
    if (input->is_queued)
        return;
    input->is_queued = true;
    input->next = NULL;
    if (io->inputs_last != NULL)
        io->inputs_last->next = input;
    else
        io->inputs_first = input;
    io->inputs_last = input;
    sim_io_turn_at(io, io->sim->now_ns + sim_random_below(&io->sim->random, SIM_INPUT_JITTER_NS));
}

void sim_io_input_cancel(struct sim_input *input)
{
    if (!input->is_queued)
        return;
    struct sim_io *io = input->io;
    struct sim_input *before = NULL, *at = io->inputs_first;
    for (; at != input; at = at->next)
        before = at;
    if (before != NULL)
        before->next = input->next;
    else
        io->inputs_first = input->next;
    if (io->inputs_last == input)
        io->inputs_last = before;
    input->is_queued = false;
}

static void inputs_run(struct sim_io *io)
{
    while (io->inputs_first != NULL) {
        struct sim_input *input = io->inputs_first;
        io->inputs_first = input->next;
        if (io->inputs_first == NULL)
            io->inputs_last = NULL;
        input->is_queued = false;
        input->call(input);
    }
}

/* When this thread has something to do next. */
static void turn_arm(struct sim_io *io, bool is_busy)
{
    uint64_t at_ns = sim_host_world_ns(io->host, io_timer_next_ns(&io->io));
    if (is_busy || io->inputs_first != NULL)
        at_ns = io->sim->now_ns + SIM_TURN_NS;
    if (at_ns != IO_FOREVER)
        sim_io_turn_at(io, at_ns);
}

static void turn_run(struct io_sim *sim, struct sim_event *event)
{
    struct sim_io *io = td_container_of(event, struct sim_io, turn);
    io->io.now_ns = sim_host_clock_ns(io->host, sim->now_ns);
    sim_note(sim, io->host, io->io.name, io->io.fiber_count, io->io.timer_count);

    io->is_in_turn = true;
    sim->running = io->host;
    io_hook_call(io->io.hooks.awake, &io->io);
    inputs_run(io);
    bool is_busy = io_turn_run(&io->io);
    io_hook_call(io->io.hooks.quiet, &io->io);
    if (!is_busy)
        io_hook_call(io->io.hooks.sleep, &io->io);
    io->is_in_turn = false;
    turn_arm(io, is_busy);
    if (io->thread != NULL)
        sim_thread_turned(io->thread);
    sim->running = NULL;
}

/* -- life ---------------------------------------------------------------------------------------
 */

struct sim_io *sim_io_new(struct io_sim_host *host, const char *name)
{
    struct sim_io *io = td_calloc(1, sizeof(*io));
    io_common_init(&io->io, &io_sim_ops, name);
    io->io.is_simulated = true;
    io->io.now_ns = sim_host_clock_ns(host, host->sim->now_ns);
    io->sim = host->sim;
    io->host = host;
    io->turn.call = turn_run;
    io->random.state = sim_random_u64(&host->sim->random);
    io->next = host->ios;
    host->ios = io;
    return io;
}

void sim_io_free(struct sim_io *io)
{
    td_assert(io->socket_count == 0 && io->connections == NULL && io->signals == NULL);
    io_common_fini(&io->io);
    sim_event_cancel(io->sim, &io->turn);
    free(io);
}

const struct io_ops io_sim_ops = {
    .clock_ns = sim_clock_ns,
    .wall_ns = sim_wall_ns,
    .random_fill = sim_random_fill,
    .wake = sim_wake,
    .kick = sim_kick,
    .cpu_count = sim_cpu_count,
    .host_addrs = sim_host_addrs,
    .udp_open = sim_udp_open,
    .udp_close = sim_udp_close,
    .udp_send = sim_udp_send,
    .udp_probe = sim_udp_probe,
    .client_open = sim_client_open,
    .client_close = sim_client_close,
    .client_send = sim_client_send,
    .client_receive = sim_client_receive,
    .tcp_listen = sim_tcp_listen,
    .tcp_listener_close = sim_tcp_listener_close,
    .tcp_probe = sim_tcp_probe,
    .tcp_dial = sim_tcp_dial,
    .tcp_read_start = sim_tcp_read_start,
    .tcp_read_stop = sim_tcp_read_stop,
    .tcp_write_try = sim_tcp_write_try,
    .tcp_write = sim_tcp_write,
    .tcp_write_queue_size = sim_tcp_write_queue_size,
    .tcp_shutdown = sim_tcp_shutdown,
    .tcp_close = sim_tcp_close,
    .tcp_free = sim_tcp_free,
    .file_open = sim_file_open,
    .file_close = sim_file_close,
    .file_read_at = sim_file_read_at,
    .file_write_at = sim_file_write_at,
    .file_truncate = sim_file_truncate,
    .file_sync = sim_file_sync,
    .file_stat = sim_file_stat,
    .file_lock = sim_file_lock,
    .path_stat = sim_path_stat,
    .path_rename = sim_path_rename,
    .path_remove = sim_path_remove,
    .dir_make = sim_dir_make,
    .dir_sync = sim_dir_sync,
    .dir_list = sim_dir_list,
    .thread_start = sim_thread_start,
    .signal_watch = sim_signal_watch,
    .signal_unwatch = sim_signal_unwatch,
    .lookup_begin = sim_lookup_begin,
    .lookup_forget = sim_lookup_forget,
};
