/*
 * io/fiber_switch.h - from one stack to another. Private to src/io.
 *
 * Shape    A context is what a stack that does not run leaves behind: its stack pointer, with the
 *          callee-saved registers on the stack; and what sanitizers and valgrind must know.
 * Floor    1.
 * Threads  A context belongs to one thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define IO_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IO_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define IO_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define IO_TSAN 1
#endif
#endif
#if !defined(IO_ASAN)
#define IO_ASAN 0
#endif
#if !defined(IO_TSAN)
#define IO_TSAN 0
#endif

#if defined(__x86_64__) || defined(__aarch64__)
#define IO_SWITCH_ASSEMBLY 1
#else
#define IO_SWITCH_ASSEMBLY 0
#endif

struct io_context {
    void *stack_pointer;      /* assembly: where it was left; else a ucontext_t of its own */
    const void *stack_bottom; /* lowest address; of the loop's context known once a fiber ran */
    size_t stack_size;
    void *asan_fake_stack;
    void *tsan_fiber;
};

/* The context that runs: the loop's. */
void io_context_init_loop(struct io_context *context);
void io_context_fini_loop(struct io_context *context);

/* A context that will begin with entry(argument) on the stack given; entry never returns. */
void io_context_init(struct io_context *context, void *stack, size_t stack_size,
                     void (*entry)(void *argument), void *argument);
void io_context_fini(struct io_context *context);

/* Leave `from` and go on with `to`. Returns when somebody switches back to `from`. */
void io_context_switch(struct io_context *from, struct io_context *to);

/* First thing on a new stack: `from` is where the switch came from. */
void io_context_begin(struct io_context *from);
/* Last thing on a stack: never comes back. */
_Noreturn void io_context_end(struct io_context *from, struct io_context *to);
