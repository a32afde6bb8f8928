/*
 * base/assert.h - claims about the program itself; they stay in release builds.
 *
 * td_assert(x)  x is proved: no packet, file or peer can make it false. Aborts.
 * td_never(x)   x is believed impossible but is reachable from outside. Aborts in
 *               tests and fuzzing (TD_NEVER_ABORTS); in production it is counted,
 *               and the caller takes its error branch:
 *                   if (td_never(size > LIMIT))
 *                       return TD_E_MALFORMED;
 * Floor    0.
 * Threads  Any.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"

_Noreturn void td_assert_failed(const char *what, const char *file, int line);
void td_never_happened(const char *what, const char *file, int line);

/* How often td_never was true since the start. */
uint64_t td_never_count(void);

#define td_assert(x) (td_likely(x) ? (void)0 : td_assert_failed(#x, __FILE__, __LINE__))

#define td_never(x) (td_unlikely(x) ? (td_never_happened(#x, __FILE__, __LINE__), true) : false)
