#include "io/fiber_switch.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"

#if IO_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if IO_TSAN
#include <sanitizer/tsan_interface.h>
#endif

/* -- the bare switch -------------------------------------------------------------- */

#if IO_SWITCH_ASSEMBLY

void io_stack_switch(void **ret_left, void *to);
void io_stack_enter(void);

static void bare_init_loop(struct io_context *context)
{
    context->stack_pointer = NULL;
}

static void bare_fini(struct io_context *context)
{
    context->stack_pointer = NULL;
}

#if defined(__x86_64__)
/* What io_stack_switch pops, lowest address first. io_stack_enter then has the stack pointer at
 * 8 modulo 16, as after a call. */
struct first_frame {
    void *r15, *r14;
    void (*r13_entry)(void *argument);
    void *r12_argument, *rbx, *rbp;
    void (*resume)(void);
    void *end_of_backtrace;
};

static void bare_init(struct io_context *context, void (*entry)(void *argument), void *argument)
{
    uintptr_t top = ((uintptr_t)context->stack_bottom + context->stack_size) & ~(uintptr_t)15;
    struct first_frame *frame = (struct first_frame *)(top - sizeof(struct first_frame));
    *frame = (struct first_frame){ .r13_entry = entry,
                                   .r12_argument = argument,
                                   .resume = io_stack_enter };
    context->stack_pointer = frame;
}
#else
struct first_frame {
    void *x19_argument;
    void (*x20_entry)(void *argument);
    void *x21_to_x29[9];
    void (*x30_resume)(void);
    void *d8_to_d15[8];
};

static void bare_init(struct io_context *context, void (*entry)(void *argument), void *argument)
{
    uintptr_t top = ((uintptr_t)context->stack_bottom + context->stack_size) & ~(uintptr_t)15;
    struct first_frame *frame = (struct first_frame *)(top - sizeof(struct first_frame));
    *frame = (struct first_frame){ .x20_entry = entry,
                                   .x19_argument = argument,
                                   .x30_resume = io_stack_enter };
    context->stack_pointer = frame;
}
#endif

static inline void bare_switch(struct io_context *from, struct io_context *to)
{
    io_stack_switch(&from->stack_pointer, to->stack_pointer);
}

#else /* any other machine: two system calls a switch, and right */

#include <stdlib.h>
#include <ucontext.h>

struct bare {
    ucontext_t context;
    void (*entry)(void *argument);
    void *argument;
};

static void bare_enter(unsigned high, unsigned low)
{
    struct bare *bare = (struct bare *)(((uintptr_t)high << 16 << 16) | low);
    bare->entry(bare->argument);
}

static void bare_init_loop(struct io_context *context)
{
    context->stack_pointer = td_calloc(1, sizeof(struct bare));
}

static void bare_fini(struct io_context *context)
{
    free(context->stack_pointer);
}

static void bare_init(struct io_context *context, void (*entry)(void *argument), void *argument)
{
    struct bare *bare = td_calloc(1, sizeof(*bare));
    bare->entry = entry;
    bare->argument = argument;
    td_assert(getcontext(&bare->context) == 0);
    bare->context.uc_stack.ss_sp = (void *)(uintptr_t)context->stack_bottom;
    bare->context.uc_stack.ss_size = context->stack_size;
    makecontext(&bare->context, (void (*)(void))(uintptr_t)bare_enter, 2,
                (unsigned)((uintptr_t)bare >> 16 >> 16), (unsigned)(uintptr_t)bare);
    context->stack_pointer = bare;
}

static inline void bare_switch(struct io_context *from, struct io_context *to)
{
    struct bare *left = from->stack_pointer, *next = to->stack_pointer;
    td_assert(swapcontext(&left->context, &next->context) == 0);
}

#endif

/* -- announced to the sanitizers ---------------------------------------------------- */

void io_context_init_loop(struct io_context *context)
{
    memset(context, 0, sizeof(*context));
    bare_init_loop(context);
#if IO_TSAN
    context->tsan_fiber = __tsan_get_current_fiber();
#endif
}

void io_context_fini_loop(struct io_context *context)
{
    bare_fini(context);
}

void io_context_init(struct io_context *context, void *stack, size_t stack_size,
                     void (*entry)(void *argument), void *argument)
{
    memset(context, 0, sizeof(*context));
    context->stack_bottom = stack;
    context->stack_size = stack_size;
#if IO_ASAN
    /* Frames of the fiber that had this stack before never returned. */
    __asan_unpoison_memory_region(stack, stack_size);
#endif
    bare_init(context, entry, argument);
#if IO_TSAN
    context->tsan_fiber = __tsan_create_fiber(0);
#endif
}

void io_context_fini(struct io_context *context)
{
    bare_fini(context);
#if IO_TSAN
    __tsan_destroy_fiber(context->tsan_fiber);
#endif
}

static inline void announce_switch(void **ret_fake_stack, const struct io_context *to)
{
#if IO_ASAN
    __sanitizer_start_switch_fiber(ret_fake_stack, to->stack_bottom, to->stack_size);
#endif
#if IO_TSAN
    __tsan_switch_to_fiber(to->tsan_fiber, 0);
#endif
    (void)ret_fake_stack;
    (void)to;
}

void io_context_switch(struct io_context *from, struct io_context *to)
{
#if IO_TSAN
    /* A world that was made in a fiber of another, as in the simulation, is not run by it. */
    from->tsan_fiber = __tsan_get_current_fiber();
#endif
    announce_switch(&from->asan_fake_stack, to);
    bare_switch(from, to);
#if IO_ASAN
    __sanitizer_finish_switch_fiber(from->asan_fake_stack, NULL, NULL);
#endif
}

void io_context_begin(struct io_context *from)
{
#if IO_ASAN
    __sanitizer_finish_switch_fiber(NULL, &from->stack_bottom, &from->stack_size);
#endif
    (void)from;
}

void io_context_end(struct io_context *from, struct io_context *to)
{
    announce_switch(NULL, to);
    bare_switch(from, to);
    td_assert(false);
    __builtin_unreachable();
}
