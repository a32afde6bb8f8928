/*
 * replicate/pace.h - how fast the other side takes a transfer.
 *
 * Shape    Octets are counted over windows of PACE_WINDOW_S; each is looked at by itself, so that
 *          a good beginning is no excuse for what comes later.
 * Floor    6.
 * Threads  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PACE_WINDOW_S = 60 };

struct pace {
    uint64_t began_ns; /* the window */
    uint64_t octets;   /* in it */
};

static inline void pace_begin(struct pace *pace, uint64_t now_ns)
{
    *pace = (struct pace){ .began_ns = now_ns };
}

/*
 * So many octets more were taken. Returns whether a window is over in which fewer than
 * `octets_per_s_min` were; 0: any pace will do.
 */
bool pace_is_too_slow(struct pace *pace, size_t octets, uint64_t now_ns, uint32_t octets_per_s_min);
