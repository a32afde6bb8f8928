#include "io/io.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/fiber_switch.h"
#include "io/ops.h"

void io_common_init(struct io *io, const struct io_ops *ops, const char *name)
{
    *io = (struct io){ .ops = ops, .name = td_strdup(name) };
    io->loop_context = td_calloc(1, sizeof(*io->loop_context));
    io_context_init_loop(io->loop_context);
}

void io_common_fini(struct io *io)
{
    td_assert(io->fiber_count == 0);
    td_assert(io->timer_count == 0);
    io_mailbox_deliver_posted(io); /* boxes that were freed with news in them */
    io_stack_pool_fini(io);
    io_context_fini_loop(io->loop_context);
    free(io->loop_context);
    free(io->timers);
    free(io->name);
}

/* -- a turn ------------------------------------------------------------------------------- */

static void deferred_run(struct io *io)
{
    /* As many as there are now; what they queue comes in the next round. */
    size_t count = 0;
    for (const struct io_deferred *at = io->deferred_first; at != NULL; at = at->next)
        count++;
    while (count-- > 0 && io->deferred_first != NULL) {
        struct io_deferred *deferred = io->deferred_first;
        io->deferred_first = deferred->next;
        if (io->deferred_first == NULL)
            io->deferred_last = NULL;
        deferred->is_queued = false;
        deferred->call(io, deferred->context);
    }
}

bool io_turn_is_due(const struct io *io)
{
    return io->ready.first != NULL || io->deferred_first != NULL ||
           atomic_load_explicit(&io->posted, memory_order_relaxed) != NULL ||
           io_timer_next_ns(io) <= io->now_ns;
}

bool io_turn_run(struct io *io)
{
    for (int round = 0; round < IO_TURN_ROUNDS_MAX && io_turn_is_due(io); round++) {
        io_mailbox_deliver_posted(io);
        io_timer_run_due(io);
        deferred_run(io);
        io_fiber_run_ready(io);
    }
    return io_turn_is_due(io);
}

void io_defer(struct io *io, struct io_deferred *deferred)
{
    if (deferred->is_queued)
        return;
    deferred->is_queued = true;
    deferred->next = NULL;
    if (io->deferred_last != NULL)
        io->deferred_last->next = deferred;
    else
        io->deferred_first = deferred;
    io->deferred_last = deferred;
    io->ops->kick(io);
}

void io_defer_cancel(struct io *io, struct io_deferred *deferred)
{
    if (!deferred->is_queued)
        return;
    struct io_deferred *before = NULL, *at = io->deferred_first;
    for (; at != deferred; at = at->next)
        before = at;
    if (before != NULL)
        before->next = deferred->next;
    else
        io->deferred_first = deferred->next;
    if (io->deferred_last == deferred)
        io->deferred_last = before;
    deferred->is_queued = false;
}

void io_stop(struct io *io)
{
    /* The world may be freed by its thread as soon as it is told: see io_real_free. */
    atomic_fetch_add_explicit(&io->stoppers, 1, memory_order_acquire);
    atomic_store_explicit(&io->is_stopping, true, memory_order_release);
    io->ops->wake(io);
    atomic_fetch_sub_explicit(&io->stoppers, 1, memory_order_release);
}

void io_wake(struct io *io)
{
    io->ops->wake(io);
}

void io_hooks_set(struct io *io, const struct io_hooks *hooks)
{
    io->hooks = *hooks;
}

/* -- clock ---------------------------------------------------------------------------------- */

uint64_t io_clock_read_ns(struct io *io)
{
    io->now_ns = io->ops->clock_ns(io);
    return io->now_ns;
}

uint64_t io_wall_ns(struct io *io)
{
    return io->ops->wall_ns(io);
}

uint64_t io_wall_s(struct io *io)
{
    return io->ops->wall_ns(io) / IO_NS_PER_S;
}

uint32_t io_cpu_count(struct io *io)
{
    return io->ops->cpu_count(io);
}

/* -- randomness ------------------------------------------------------------------------------- */

void io_random_fill(struct io *io, void *octets, size_t size)
{
    if (size > sizeof(io->random)) {
        io->ops->random_fill(io, octets, size);
        return;
    }
    if (size > io->random_left) {
        io->ops->random_fill(io, io->random, sizeof(io->random));
        io->random_left = sizeof(io->random);
    }
    /* From the end down; what was given out does not stay. */
    io->random_left -= (uint32_t)size;
    uint8_t *from = (uint8_t *)io->random + io->random_left;
    memcpy(octets, from, size);
    memset(from, 0, size);
}

uint64_t io_random_u64(struct io *io)
{
    uint64_t value;
    io_random_fill(io, &value, sizeof(value));
    return value;
}

uint32_t io_random_below(struct io *io, uint32_t bound)
{
    td_assert(bound > 0);
    /* Lemire: the high half of a product; draws from the uneven rest are thrown away. */
    uint32_t floor = -bound % bound;
    for (;;) {
        uint64_t product = (io_random_u64(io) & UINT32_MAX) * bound;
        if ((uint32_t)product >= floor)
            return (uint32_t)(product >> 32);
    }
}
