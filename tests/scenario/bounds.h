/*
 * scenario/bounds.h - what a server may have open, and hold, at most.
 *
 * Shape    Looked at once a second: fibers, sockets, connections and timers of its host, versions
 * of a zone that somebody holds, memory of the process. The limits are a few times what runs
 *          without a fault have come to: what leaks, or is begun again and again, passes them.
 * Threads  One.
 */
#pragma once

#include <stdint.h>

struct cluster;

/* What the worst server of a run has had. */
struct bounds_peak {
    uint32_t fibers;
    uint32_t timers;
    uint32_t sockets;
    uint32_t connections;
    uint32_t versions; /* of one zone */
    uint64_t retained; /* octets of its older versions */
    uint64_t memory;   /* octets that the process has allocated beyond what it began the run with */
};

/* Before a run: memory is counted from here on. */
void bounds_begin(struct cluster *cluster);
/* Fails when a limit is passed. */
void bounds_check(struct cluster *cluster);
/* After a run, when all has been given back: is it? Smaller leaks than this are for ASan. */
void bounds_end(struct cluster *cluster);
