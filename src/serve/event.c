#include "serve/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "serve/internal.h"
#include "serve/worker.h"

void serve_event_post(struct serve_worker *worker, const uint8_t *zone,
                      const struct td_addr *remote, bool is_good, const char *text)
{
    struct serve *serve = worker->serve;

    if (serve->take_event == NULL)
        return;
    struct serve_event *event = td_malloc(sizeof(*event));
    event->remote = *remote;
    event->is_good = is_good;
    memcpy(event->zone, zone, wire_name_size(zone));
    snprintf(event->text, sizeof(event->text), "%s", text);
    if (io_mailbox_post(serve->events, event) != TD_OK)
        free(event);
}

static void take_letter(void *context, void *letter)
{
    struct serve *serve = context;
    struct serve_event *event = letter;

    serve->take_event(serve->take_event_context, event);
    free(event);
}

void serve_events_to(struct serve *serve,
                     void (*take)(void *context, const struct serve_event *event), void *context)
{
    serve->take_event = take;
    serve->take_event_context = context;
    io_mailbox_on_letter(serve->events, take_letter, serve);
}
