#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/sim_world.h"

enum { LINE_SIZE = 160 };

/* -- chance: splitmix64 ------------------------------------------------------------------- */

uint64_t sim_random_u64(struct sim_random *random)
{
    uint64_t z = (random->state += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

uint64_t sim_random_below(struct sim_random *random, uint64_t bound)
{
    return (uint64_t)(((unsigned __int128)sim_random_u64(random) * bound) >> 64);
}

bool sim_chance(struct sim_random *random, uint32_t ppm)
{
    return ppm != 0 && sim_random_below(random, IO_SIM_PPM) < ppm;
}

/* -- a binary heap -------------------------------------------------------------------------- */

static bool event_is_before(const struct sim_event *a, const struct sim_event *b)
{
    return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->order < b->order;
}

static void heap_put(struct io_sim *sim, uint32_t index, struct sim_event *event)
{
    sim->events[index] = event;
    event->place = index + 1;
}

static void heap_rise(struct io_sim *sim, uint32_t index, struct sim_event *event)
{
    while (index > 0 && event_is_before(event, sim->events[(index - 1) / 2])) {
        heap_put(sim, index, sim->events[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    heap_put(sim, index, event);
}

static void heap_sink(struct io_sim *sim, uint32_t index, struct sim_event *event)
{
    for (;;) {
        uint32_t child = 2 * index + 1;
        if (child >= sim->events_count)
            break;
        if (child + 1 < sim->events_count &&
            event_is_before(sim->events[child + 1], sim->events[child]))
            child++;
        if (!event_is_before(sim->events[child], event))
            break;
        heap_put(sim, index, sim->events[child]);
        index = child;
    }
    heap_put(sim, index, event);
}

void sim_event_cancel(struct io_sim *sim, struct sim_event *event)
{
    if (event->place == 0)
        return;
    uint32_t index = event->place - 1;
    event->place = 0;
    struct sim_event *last = sim->events[--sim->events_count];
    if (last == event)
        return;
    if (index > 0 && event_is_before(last, sim->events[(index - 1) / 2]))
        heap_rise(sim, index, last);
    else
        heap_sink(sim, index, last);
}

void sim_event_at(struct io_sim *sim, struct sim_event *event, uint64_t at_ns)
{
    sim_event_cancel(sim, event);
    td_assert(at_ns >= sim->now_ns);
    event->at_ns = at_ns;
    event->order = (sim_random_u64(&sim->random) << 32) | (uint32_t)sim->sequence++;
    td_grow(sim->events, sim->events_count, sim->events_capacity);
    heap_rise(sim, sim->events_count++, event);
}

struct sim_event *sim_event_next(struct io_sim *sim, uint64_t until_ns)
{
    if (sim->events_count == 0 || sim->events[0]->at_ns > until_ns)
        return NULL;
    struct sim_event *event = sim->events[0];
    sim_event_cancel(sim, event);
    return event;
}

/* -- the trace -------------------------------------------------------------------------------- */

static void hash_mix(struct io_sim *sim, uint64_t value)
{
    uint64_t hash = (sim->hash ^ value) * 0x9E3779B97F4A7C15U;
    sim->hash = hash ^ (hash >> 32);
}

void sim_note_octets(struct io_sim *sim, const uint8_t *octets, size_t size)
{
    for (; size > 0; octets += 8) {
        uint64_t word = 0;
        size_t n = size < 8 ? size : 8;
        memcpy(&word, octets, n);
        hash_mix(sim, word);
        size -= n;
    }
}

void sim_note(struct io_sim *sim, const struct io_sim_host *host, const char *what, uint64_t a,
              uint64_t b)
{
    sim->event_count++;
    hash_mix(sim, sim->now_ns);
    hash_mix(sim, host->index);
    sim_note_octets(sim, (const uint8_t *)what, strlen(what));
    hash_mix(sim, a);
    hash_mix(sim, b);
    if (sim->options.trace == NULL)
        return;
    char line[LINE_SIZE];
    (void)snprintf(line, sizeof(line), "%s: %s %llu %llu", host->name, what, (unsigned long long)a,
                   (unsigned long long)b);
    sim->options.trace(sim->options.trace_context, sim->now_ns, line);
}
