/*
 * A heap with four children to a node, ordered by (key, sequence). A timer that is moved to
 * a later time keeps its place: when it comes to the top early, it is put where it belongs.
 * So a connection that pushes its idle timeout on with every message pays a store for it.
 */
#include "io/timer.h"

#include "base/alloc.h"
#include "base/assert.h"
#include "io/ops.h"

enum { CHILDREN = 4 };

static bool timer_is_before(const struct io_timer *a, const struct io_timer *b)
{
    return a->key_ns != b->key_ns ? a->key_ns < b->key_ns : a->sequence < b->sequence;
}

static void heap_put(struct io *io, uint32_t index, struct io_timer *timer)
{
    io->timers[index] = timer;
    timer->place = index + 1;
}

static void heap_rise(struct io *io, uint32_t index, struct io_timer *timer)
{
    while (index > 0) {
        uint32_t parent = (index - 1) / CHILDREN;
        if (!timer_is_before(timer, io->timers[parent]))
            break;
        heap_put(io, index, io->timers[parent]);
        index = parent;
    }
    heap_put(io, index, timer);
}

static void heap_sink(struct io *io, uint32_t index, struct io_timer *timer)
{
    for (;;) {
        uint32_t first = index * CHILDREN + 1;
        if (first >= io->timer_count)
            break;
        uint32_t end = first + CHILDREN < io->timer_count ? first + CHILDREN : io->timer_count;
        uint32_t least = first;
        for (uint32_t i = first + 1; i < end; i++)
            if (timer_is_before(io->timers[i], io->timers[least]))
                least = i;
        if (!timer_is_before(io->timers[least], timer))
            break;
        heap_put(io, index, io->timers[least]);
        index = least;
    }
    heap_put(io, index, timer);
}

static void heap_add(struct io *io, struct io_timer *timer)
{
    td_grow(io->timers, io->timer_count, io->timer_capacity);
    timer->key_ns = timer->due_ns;
    timer->sequence = io->timer_sequence++;
    heap_rise(io, io->timer_count++, timer);
}

static void heap_remove(struct io *io, struct io_timer *timer)
{
    uint32_t index = timer->place - 1;
    td_assert(index < io->timer_count && io->timers[index] == timer);

    timer->place = 0;
    struct io_timer *last = io->timers[--io->timer_count];
    if (last == timer)
        return;
    if (index > 0 && timer_is_before(last, io->timers[(index - 1) / CHILDREN]))
        heap_rise(io, index, last);
    else
        heap_sink(io, index, last);
}

void io_timer_start(struct io *io, struct io_timer *timer, uint64_t due_ns)
{
    td_assert(timer->io == NULL || timer->io == io || timer->place == 0);
    if (due_ns == IO_FOREVER) {
        io_timer_stop(timer);
        return;
    }
    /* Never in the past: what is started in a timer's call comes after those that are due. */
    timer->due_ns = due_ns > io->now_ns ? due_ns : io->now_ns;
    timer->io = io;
    if (timer->place != 0 && timer->due_ns >= timer->key_ns)
        return;
    if (timer->place != 0)
        heap_remove(io, timer);
    heap_add(io, timer);
    if (timer->place == 1)
        io->ops->kick(io);
}

void io_timer_stop(struct io_timer *timer)
{
    if (timer->place != 0)
        heap_remove(timer->io, timer);
}

uint64_t io_timer_next_ns(const struct io *io)
{
    return io->timer_count == 0 ? IO_FOREVER : io->timers[0]->key_ns;
}

void io_timer_run_due(struct io *io)
{
    uint64_t sequence_end = io->timer_sequence;
    while (io->timer_count > 0) {
        struct io_timer *timer = io->timers[0];
        if (timer->key_ns > io->now_ns || timer->sequence >= sequence_end)
            break;
        if (timer->due_ns > timer->key_ns) {
            timer->key_ns = timer->due_ns;
            heap_sink(io, 0, timer);
            continue;
        }
        heap_remove(io, timer);
        timer->call(timer, timer->context);
    }
}
