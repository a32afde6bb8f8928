#include "base/assert.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static _Atomic uint64_t never_count;

void td_assert_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "tandem: %s:%d: assertion failed: %s\n", file, line, what);
    abort();
}

void td_never_happened(const char *what, const char *file, int line)
{
#ifdef TD_NEVER_ABORTS
    td_assert_failed(what, file, line);
#else
    (void)what;
    (void)file;
    (void)line;
    atomic_fetch_add_explicit(&never_count, 1, memory_order_relaxed);
#endif
}

uint64_t td_never_count(void)
{
    return atomic_load_explicit(&never_count, memory_order_relaxed);
}
