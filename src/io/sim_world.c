#include "io/sim_world.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/fiber.h"
#include "io/sim_disk.h"
#include "io/sim_tcp.h"

enum { WALL_START_S = 1735689600, LINK_STRIDE_FIRST = 8 };

/* -- the world ------------------------------------------------------------------------------ */

struct io_sim *io_sim_new(const struct io_sim_options *options)
{
    struct io_sim *sim = td_calloc(1, sizeof(*sim));
    sim->options = *options;
    if (sim->options.wall_start_s == 0)
        sim->options.wall_start_s = WALL_START_S;
    sim->random.state = options->seed;
    sim->resolver.delay_ns = 50 * IO_NS_PER_MS;
    sim->now_ns = SIM_START_NS;
    return sim;
}

static void host_free(struct io_sim_host *host)
{
    for (struct sim_io *io = host->ios, *next; io != NULL; io = next) {
        next = io->next;
        sim_io_free(io);
    }
    sim_disk_free(host->disk);
    free(host->name);
    free(host);
}

void io_sim_free(struct io_sim *sim)
{
    for (uint32_t i = 0; i < sim->host_count; i++)
        host_free(sim->hosts[i]);
    /* What is still on its way frees itself when it arrives at a host that is no more. */
    sim->host_count = 0;
    struct sim_event *event;
    while ((event = sim_event_next(sim, IO_FOREVER)) != NULL)
        event->call(sim, event);
    sim_names_free(sim);
    free(sim->hosts);
    free(sim->links);
    free(sim->events);
    free(sim);
}

uint64_t io_sim_now_ns(const struct io_sim *sim)
{
    return sim->now_ns;
}

uint64_t io_sim_trace_hash(const struct io_sim *sim)
{
    return sim->hash;
}

uint64_t io_sim_event_count(const struct io_sim *sim)
{
    return sim->event_count;
}

/* Whoever looks at a world between two runs sees the time it is. */
static void clocks_set(struct io_sim *sim)
{
    for (uint32_t i = 0; i < sim->host_count; i++)
        for (struct sim_io *io = sim->hosts[i]->ios; io != NULL; io = io->next)
            io->io.now_ns = sim_host_clock_ns(io->host, sim->now_ns);
}

static bool always(void *context TD_UNUSED)
{
    return true;
}

bool io_sim_run(struct io_sim *sim, uint64_t until_ns)
{
    bool is_left = io_sim_run_while(sim, always, NULL, until_ns);
    return is_left || sim->events_count > 0;
}

bool io_sim_run_while(struct io_sim *sim, bool (*go_on)(void *context), void *context,
                      uint64_t until_ns)
{
    bool is_going = go_on(context);
    struct sim_event *event;
    while (is_going && (event = sim_event_next(sim, until_ns)) != NULL) {
        sim->now_ns = event->at_ns;
        event->call(sim, event);
        is_going = go_on(context);
    }
    if (is_going && sim->events_count > 0 && until_ns > sim->now_ns)
        sim->now_ns = until_ns;
    clocks_set(sim);
    return !is_going;
}

/* -- hosts ------------------------------------------------------------------------------------ */

static void links_grow(struct io_sim *sim)
{
    if (sim->host_count <= sim->link_stride)
        return;
    uint32_t stride = sim->link_stride == 0 ? LINK_STRIDE_FIRST : sim->link_stride * 2;
    struct io_sim_link *links = td_calloc((size_t)stride * stride, sizeof(*links));
    for (uint32_t i = 0; i < stride; i++)
        for (uint32_t j = 0; j < stride; j++)
            links[i * stride + j] = i < sim->link_stride && j < sim->link_stride
                                        ? sim->links[i * sim->link_stride + j]
                                        : sim->options.link;
    free(sim->links);
    sim->links = links;
    sim->link_stride = stride;
}

td_err io_sim_host_new(struct io_sim *sim, const char *name, const struct td_addr *addrs,
                       uint32_t addr_count, struct io_sim_host **ret_host)
{
    td_assert(addr_count <= IO_SIM_ADDR_MAX);
    for (uint32_t i = 0; i < sim->host_count; i++)
        for (uint32_t j = 0; j < addr_count; j++)
            if (sim_host_has(sim->hosts[i], &addrs[j]))
                return TD_E_EXISTS;

    struct io_sim_host *host = td_calloc(1, sizeof(*host));
    host->sim = sim;
    host->name = td_strdup(name);
    host->index = sim->host_count;
    memcpy(host->addrs, addrs, addr_count * sizeof(*addrs));
    host->addr_count = addr_count;
    host->disk = sim_disk_new(sim);
    td_grow(sim->hosts, sim->host_count, sim->host_capacity);
    sim->hosts[sim->host_count++] = host;
    links_grow(sim);
    host->first_io = sim_io_new(host, name);
    *ret_host = host;
    return TD_OK;
}

struct io *io_sim_host_io(struct io_sim_host *host)
{
    return &host->first_io->io;
}

const struct io_sim_host *io_sim_host_running(const struct io_sim *sim)
{
    return sim->running;
}

const char *io_sim_host_name(const struct io_sim_host *host)
{
    return host->name;
}

void io_sim_host_unplug(struct io_sim_host *host)
{
    td_assert(!host->is_down);
    sim_note(host->sim, host, "crash", 0, 0);
    host->is_down = true;
    sim_disk_crash(host->disk);
    for (struct sim_io *io = host->ios; io != NULL; io = io->next) {
        io->is_dead = true;
        sim_tcp_crash(io);
    }
}

void io_sim_host_crash(struct io_sim_host *host)
{
    io_sim_host_unplug(host);
    for (struct sim_io *io = host->ios; io != NULL; io = io->next) {
        io_fiber_cancel_all(&io->io);
        if (io->thread != NULL)
            io_stop(&io->io);
        sim_io_turn_at(io, host->sim->now_ns);
    }
}

void io_sim_host_restart(struct io_sim_host *host)
{
    td_assert(host->is_down);
    td_assert(host->ios == host->first_io && host->first_io->next == NULL); /* threads joined */
    sim_note(host->sim, host, "restart", 0, 0);
    sim_io_free(host->first_io);
    host->ios = NULL;
    host->is_down = false;
    host->first_io = sim_io_new(host, host->name);
}

void io_sim_wall_jump(struct io_sim_host *host, int64_t ns)
{
    host->wall_jump_ns += ns;
}

/* ---- clocks that drift ---- */

uint64_t sim_host_clock_ns(const struct io_sim_host *host, uint64_t world_ns)
{
    __int128 passed_ns = (__int128)world_ns - host->drift_since_ns;

    return world_ns + (uint64_t)host->drift_before_ns +
           (uint64_t)(int64_t)(passed_ns * host->drift_ppm / IO_SIM_PPM);
}

uint64_t sim_host_world_ns(const struct io_sim_host *host, uint64_t clock_ns)
{
    if (clock_ns == IO_FOREVER)
        return IO_FOREVER;
    __int128 passed_ns =
        (__int128)clock_ns - host->drift_before_ns - (__int128)host->drift_since_ns;
    uint64_t world_ns = host->drift_since_ns + (uint64_t)(int64_t)(passed_ns * IO_SIM_PPM /
                                                                   (IO_SIM_PPM + host->drift_ppm));

    while (sim_host_clock_ns(host, world_ns) < clock_ns) /* what was rounded away */
        world_ns++;
    return world_ns;
}

void io_sim_clock_drift(struct io_sim_host *host, int32_t ppm)
{
    uint64_t now_ns = host->sim->now_ns;

    td_assert(ppm > -IO_SIM_PPM);
    host->drift_before_ns = (int64_t)(sim_host_clock_ns(host, now_ns) - now_ns);
    host->drift_since_ns = now_ns;
    host->drift_ppm = ppm;
    for (struct sim_io *io = host->ios; io != NULL; io = io->next)
        sim_io_turn_at(io, now_ns); /* its timers come at other times now */
}

struct io_sim_usage io_sim_usage_of(const struct io_sim_host *host)
{
    struct io_sim_usage usage = { .fibers = 0 };

    for (const struct sim_io *io = host->ios; io != NULL; io = io->next) {
        usage.fibers += io->io.fiber_count;
        usage.timers += io->io.timer_count;
        usage.sockets += io->socket_count;
        for (const struct sim_tcp *end = io->connections; end != NULL; end = end->next)
            usage.connections++;
    }
    return usage;
}

uint64_t io_sim_disk_used(const struct io_sim_host *host)
{
    return host->disk->used;
}

void io_sim_sync_watch(struct io_sim *sim, io_sim_sync_watcher *watcher, void *context)
{
    sim->sync_watcher = watcher;
    sim->sync_context = context;
}

void io_sim_disk_set(struct io_sim_host *host, const struct io_sim_disk *disk)
{
    sim_disk_configure(host->disk, disk);
}

void io_sim_disk_replace(struct io_sim_host *host)
{
    sim_disk_free(host->disk);
    host->disk = sim_disk_new(host->sim);
}

void io_sim_signal(struct io_sim_host *host, int number)
{
    for (struct sim_io *io = host->ios; io != NULL; io = io->next)
        sim_signal_send(io, number);
}
