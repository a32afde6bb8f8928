/*
 * io/lookup.h - the addresses of a host, as the system knows them (hosts file, DNS, what else
 *               nsswitch.conf says).
 *
 * Shape    A question with a name in presentation form, answered once by a callback. The real body
 *          asks getaddrinfo on threads of its own, that nobody waits for: a resolver that
 *          hangs holds up neither a loop nor the end of its world. The simulated one
 *          answers from a table (io_sim_name_set), after a delay from the seed.
 * Floor    1.
 * Threads  The world's thread.
 * Limits   IO_LOOKUP_THREADS_MAX questions of a world are asked at once, the others stand in line;
 *          IO_LOOKUPS_MAX in all, those included that were given up and still hang.
 */
#pragma once

#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"
#include "io/io.h"

enum { IO_LOOKUP_ADDRS_MAX = 8, IO_LOOKUP_THREADS_MAX = 4, IO_LOOKUPS_MAX = 16384 };

struct io_lookup;

/*
 * On the loop, never within io_lookup_start. Addresses have no port; they are the caller's only
 * for the time of the call. The look-up is gone.
 * TD_OK           at least one address
 * TD_E_NOT_FOUND  there is no such name, or it has no address
 * TD_E_TIMEOUT    nothing came until the deadline
 * TD_E_IO         it could not be asked: no resolver answers, or none is configured
 */
typedef void io_lookup_done(void *context, td_err err, const struct td_addr *addrs, uint32_t count);

/*
 * Ask for the addresses of `name`, with or without the last dot: in either case it is whole, and no
 * domain of a search list is put behind it. Numbers are addresses.
 * TD_E_LIMIT  too many look-ups, or the system refuses a thread
 */
TD_NODISCARD td_err io_lookup_start(struct io *io, const char *name, uint64_t deadline_ns,
                                    io_lookup_done *done, void *context,
                                    struct io_lookup **ret_lookup);

/*
 * The addresses of this host itself, of interfaces that are up, without ports: returns how many, at
 * most `max`. 0: they are not known.
 */
uint32_t io_host_addrs(struct io *io, struct td_addr *addrs, uint32_t max);

/* `done` is not called any more. Before its world ends. NULL is fine. */
void io_lookup_cancel(struct io_lookup *lookup);
