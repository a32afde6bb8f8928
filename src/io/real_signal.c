#include <stdlib.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "io/real.h"
#include "io/signal.h"

struct real_signal {
    struct io_signal watch;
    uv_signal_t handle;
};

static void on_signal(uv_signal_t *handle, int number)
{
    struct io_signal *watch = handle->data;
    real_awake(watch->io);
    watch->call(watch->context, number);
}

static void on_closed(uv_handle_t *handle)
{
    struct io_signal *watch = handle->data;
    free(td_container_of(watch, struct real_signal, watch));
}

td_err real_signal_watch(struct io *io, int number, void (*call)(void *context, int number),
                         void *context, struct io_signal **ret_signal)
{
    struct real_signal *real = td_calloc(1, sizeof(*real));
    real->watch =
        (struct io_signal){ .io = io, .call = call, .context = context, .number = number };
    td_assert(uv_signal_init(&real_of(io)->loop, &real->handle) == 0);
    real->handle.data = &real->watch;
    if (uv_signal_start(&real->handle, on_signal, number) != 0) {
        uv_close((uv_handle_t *)&real->handle, on_closed);
        return TD_E_INVALID;
    }
    *ret_signal = &real->watch;
    return TD_OK;
}

void real_signal_unwatch(struct io_signal *watch)
{
    struct real_signal *real = td_container_of(watch, struct real_signal, watch);
    uv_close((uv_handle_t *)&real->handle, on_closed);
}
