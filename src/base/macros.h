/*
 * base/macros.h - what C17 lacks.
 *
 * Floor    0.
 */
#pragma once

#include <stddef.h>

#define TD_COUNT(array)       (sizeof(array) / sizeof((array)[0]))
#define TD_CLEANUP(function)  __attribute__((cleanup(function)))
#define TD_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define TD_UNUSED             __attribute__((unused))
#define TD_HOT                __attribute__((hot))
#define TD_COLD               __attribute__((cold, noinline))
#define TD_NOINLINE           __attribute__((noinline)) /* the way that few take */
#define TD_ALWAYS_INLINE      inline __attribute__((always_inline))

#define td_likely(x)   __builtin_expect(!!(x), 1)
#define td_unlikely(x) __builtin_expect(!!(x), 0)

/* The structure of which `member` is at `pointer`. */
#define td_container_of(pointer, type, member)                                                     \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))
