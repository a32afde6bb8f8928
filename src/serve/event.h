/*
 * serve/event.h - what happened on a worker between a zone and a client that may be a peer: told to
 * whoever keeps the story of the zone.
 *
 * Floor    7.
 * Threads  serve_event_post: a worker's. The rest: the main world's.
 * Limits   SERVE_EVENTS_MAX letters on their way; beyond, one is lost: it stands in the log.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "serve/serve.h"
#include "wire/name.h"

enum { SERVE_EVENTS_MAX = 4096, SERVE_EVENT_TEXT_SIZE = 300 };

struct serve_worker;

struct serve_event {
    struct td_addr remote;
    bool is_good;
    uint8_t zone[WIRE_NAME_SIZE_MAX]; /* uncompressed */
    char text[SERVE_EVENT_TEXT_SIZE]; /* what, over what, with which key, and what came of it */
};

/* `zone` is uncompressed. */
void serve_event_post(struct serve_worker *worker, const uint8_t *zone,
                      const struct td_addr *remote, bool is_good, const char *text);

/* Have events given to `take`, on the main loop; it does not keep them. Before the workers start.
 */
void serve_events_to(struct serve *serve,
                     void (*take)(void *context, const struct serve_event *event), void *context);
