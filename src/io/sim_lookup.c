#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/lookup.h"
#include "io/sim_world.h"

enum { DELAY_MIN_NS = IO_NS_PER_MS / 2 };

struct sim_name {
    struct sim_name *next;
    uint32_t count;
    struct td_addr addrs[IO_LOOKUP_ADDRS_MAX];
    char *name; /* without the last dot */
};

struct sim_lookup {
    struct io_lookup *lookup;
    struct io_timer timer;
    bool fails;
};

static struct sim_name **name_find(struct io_sim *sim, const char *name)
{
    struct sim_name **at = &sim->names;

    while (*at != NULL && strcasecmp((*at)->name, name) != 0)
        at = &(*at)->next;
    return at;
}

static void name_remove(struct sim_name **at)
{
    struct sim_name *gone = *at;

    *at = gone->next;
    free(gone->name);
    free(gone);
}

void io_sim_name_set(struct io_sim *sim, const char *name, const struct td_addr *addrs,
                     uint32_t count)
{
    struct sim_name **at = name_find(sim, name);

    td_assert(count <= IO_LOOKUP_ADDRS_MAX);
    if (*at != NULL)
        name_remove(at);
    if (count == 0)
        return;
    struct sim_name *made = td_calloc(1, sizeof(*made));
    made->name = td_strdup(name);
    made->count = count;
    memcpy(made->addrs, addrs, count * sizeof(*addrs));
    made->next = sim->names;
    sim->names = made;
}

void io_sim_resolver_set(struct io_sim *sim, const struct io_sim_resolver *resolver)
{
    sim->resolver = *resolver;
}

void sim_names_free(struct io_sim *sim)
{
    while (sim->names != NULL)
        name_remove(&sim->names);
}

static void on_time(struct io_timer *timer TD_UNUSED, void *context)
{
    struct sim_lookup *asked = context;
    struct io_lookup *lookup = asked->lookup;
    const struct sim_io *io = sim_of(lookup->io);
    const struct sim_name *name = *name_find(io->sim, lookup->name);
    bool fails = asked->fails || io->is_dead;

    free(asked);
    sim_note(io->sim, io->host, "lookup", name == NULL ? 0 : name->count, 0);
    if (fails)
        io_lookup_answered(lookup, TD_E_IO, NULL, 0);
    else if (name == NULL)
        io_lookup_answered(lookup, TD_E_NOT_FOUND, NULL, 0);
    else
        io_lookup_answered(lookup, TD_OK, name->addrs, name->count);
}

td_err sim_lookup_begin(struct io_lookup *lookup)
{
    struct io_sim *sim = sim_of(lookup->io)->sim;
    struct sim_lookup *asked = td_calloc(1, sizeof(*asked));
    const struct io_sim_resolver *resolver = &sim->resolver;
    uint64_t delay_ns = DELAY_MIN_NS + sim_random_below(&sim->random, resolver->delay_ns);

    asked->lookup = lookup;
    asked->fails = sim_chance(&sim->random, resolver->fail_ppm);
    lookup->body = asked;
    io_timer_init(&asked->timer, on_time, asked);
    if (!sim_chance(&sim->random, resolver->hang_ppm))
        io_timer_start(lookup->io, &asked->timer, io_now_ns(lookup->io) + delay_ns);
    return TD_OK;
}

void sim_lookup_forget(struct io_lookup *lookup)
{
    struct sim_lookup *asked = lookup->body;

    io_timer_stop(&asked->timer);
    free(asked);
}

uint32_t sim_host_addrs(struct io *io, struct td_addr *addrs, uint32_t max)
{
    const struct io_sim_host *host = sim_of(io)->host;
    uint32_t count = host->addr_count < max ? host->addr_count : max;

    memcpy(addrs, host->addrs, count * sizeof(*addrs));
    return count;
}
