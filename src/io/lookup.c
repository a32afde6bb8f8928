#include "io/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/ops.h"

static void lookup_free(struct io_lookup *lookup)
{
    io_timer_stop(&lookup->deadline);
    free(lookup->name);
    free(lookup);
}

static void on_deadline(struct io_timer *timer TD_UNUSED, void *context)
{
    struct io_lookup *lookup = context;

    lookup->io->ops->lookup_forget(lookup);
    io_lookup_answered(lookup, TD_E_TIMEOUT, NULL, 0);
}

void io_lookup_answered(struct io_lookup *lookup, td_err err, const struct td_addr *addrs,
                        uint32_t count)
{
    io_lookup_done *done = lookup->done;
    void *context = lookup->context;

    lookup_free(lookup);
    done(context, err, addrs, count);
}

td_err io_lookup_start(struct io *io, const char *name, uint64_t deadline_ns, io_lookup_done *done,
                       void *context, struct io_lookup **ret_lookup)
{
    struct io_lookup *lookup = td_calloc(1, sizeof(*lookup));
    size_t size = strlen(name);

    *lookup = (struct io_lookup){ .io = io, .done = done, .context = context };
    lookup->name = td_strdup(name);
    if (size > 1 && name[size - 1] == '.')
        lookup->name[size - 1] = '\0';
    io_timer_init(&lookup->deadline, on_deadline, lookup);
    td_err err = io->ops->lookup_begin(lookup);
    if (err != TD_OK) {
        lookup_free(lookup);
        return err;
    }
    io_timer_start(io, &lookup->deadline, deadline_ns);
    *ret_lookup = lookup;
    return TD_OK;
}

uint32_t io_host_addrs(struct io *io, struct td_addr *addrs, uint32_t max)
{
    return io->ops->host_addrs(io, addrs, max);
}

void io_lookup_cancel(struct io_lookup *lookup)
{
    if (lookup == NULL)
        return;
    lookup->io->ops->lookup_forget(lookup);
    lookup_free(lookup);
}
