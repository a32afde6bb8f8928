#include "io/fiber_stack.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/fiber.h"
#include "io/fiber_switch.h"
#include "io/ops.h"

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define VALGRIND_STACK_REGISTER(start, end) 0
#define VALGRIND_STACK_DEREGISTER(id)       ((void)(id))
#endif

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* Linux 6.13: a guard that costs no mapping */
#endif

enum {
    GUARD_SIZE = 4096,
    SLAB_STACKS = 16,
    POOL_WARM = 256, /* free stacks beyond these give their pages back */
};

struct slab {
    struct slab *next;
    void *mapping;
    size_t mapping_size;
    struct io_stack stacks[SLAB_STACKS];
};

struct io_stack_pool {
    struct slab *slabs;
    struct io_stack *free;
    uint32_t free_count;
    uint32_t used_count;
};

static _Atomic uint32_t process_count;

static uint32_t world_max(void)
{
    return IO_TSAN ? IO_FIBER_WORLD_MAX_TSAN : IO_FIBER_WORLD_MAX;
}

static size_t stack_size(void)
{
    return IO_ASAN || IO_TSAN ? IO_FIBER_STACK_SIZE_SANITIZED : IO_FIBER_STACK_SIZE;
}

static bool guard_install(void *at)
{
    return madvise(at, GUARD_SIZE, MADV_GUARD_INSTALL) == 0 ||
           mprotect(at, GUARD_SIZE, PROT_NONE) == 0;
}

static td_err slab_new(struct io_stack_pool *pool)
{
    size_t size = stack_size();
    size_t stride = size + GUARD_SIZE;
    size_t mapping_size = stride * SLAB_STACKS;
    char *mapping = mmap(NULL, mapping_size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (mapping == MAP_FAILED)
        return TD_E_IO;
    /* A fiber touches a page or two: a huge page for each would be a waste. */
    (void)madvise(mapping, mapping_size, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < SLAB_STACKS; i++) {
        if (!guard_install(mapping + i * stride)) {
            munmap(mapping, mapping_size);
            return TD_E_IO;
        }
    }

    struct slab *slab = td_calloc(1, sizeof(*slab));
    slab->mapping = mapping;
    slab->mapping_size = mapping_size;
    slab->next = pool->slabs;
    pool->slabs = slab;
    for (size_t i = SLAB_STACKS; i-- > 0;) {
        struct io_stack *stack = &slab->stacks[i];
        stack->bottom = mapping + i * stride + GUARD_SIZE;
        stack->size = size;
        stack->valgrind_id = VALGRIND_STACK_REGISTER(stack->bottom, (char *)stack->bottom + size);
        stack->next = pool->free;
        pool->free = stack;
    }
    pool->free_count += SLAB_STACKS;
    return TD_OK;
}

static bool process_count_raise(void)
{
    uint32_t before = atomic_fetch_add_explicit(&process_count, 1, memory_order_relaxed);
    if (before < IO_FIBER_PROCESS_MAX)
        return true;
    atomic_fetch_sub_explicit(&process_count, 1, memory_order_relaxed);
    return false;
}

td_err io_stack_take(struct io *io, struct io_stack **ret_stack)
{
    if (io->stacks == NULL)
        io->stacks = td_calloc(1, sizeof(*io->stacks));
    struct io_stack_pool *pool = io->stacks;
    if (pool->used_count >= world_max() || !process_count_raise())
        return TD_E_LIMIT;
    if (pool->free == NULL) {
        td_err err = slab_new(pool);
        if (err != TD_OK) {
            atomic_fetch_sub_explicit(&process_count, 1, memory_order_relaxed);
            return err;
        }
    }

    struct io_stack *stack = pool->free;
    pool->free = stack->next;
    pool->free_count--;
    pool->used_count++;
    *ret_stack = stack;
    return TD_OK;
}

void io_stack_give(struct io *io, struct io_stack *stack)
{
    struct io_stack_pool *pool = io->stacks;
    if (pool->free_count >= POOL_WARM)
        (void)madvise(stack->bottom, stack->size, MADV_DONTNEED);
    stack->next = pool->free;
    pool->free = stack;
    pool->free_count++;
    pool->used_count--;
    atomic_fetch_sub_explicit(&process_count, 1, memory_order_relaxed);
}

void io_stack_pool_fini(struct io *io)
{
    struct io_stack_pool *pool = io->stacks;
    if (pool == NULL)
        return;
    td_assert(pool->used_count == 0);
    for (struct slab *slab = pool->slabs, *next; slab != NULL; slab = next) {
        next = slab->next;
        for (size_t i = 0; i < SLAB_STACKS; i++)
            VALGRIND_STACK_DEREGISTER(slab->stacks[i].valgrind_id);
        munmap(slab->mapping, slab->mapping_size);
        free(slab);
    }
    free(pool);
    io->stacks = NULL;
}
