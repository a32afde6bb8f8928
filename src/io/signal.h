/*
 * io/signal.h - signals of the process, as calls on the loop.
 *
 * Floor    1.
 * Threads  The world's thread. In the simulation io_sim_signal sends them.
 */
#pragma once

#include "base/err.h"
#include "io/io.h"

struct io_signal;

/* `number` such as SIGTERM. TD_E_INVALID: cannot be caught. */
TD_NODISCARD td_err io_signal_watch(struct io *io, int number,
                                    void (*call)(void *context, int number), void *context,
                                    struct io_signal **ret_signal);
void io_signal_unwatch(struct io_signal *watch);
