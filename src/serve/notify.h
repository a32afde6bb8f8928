/*
 * serve/notify.h - NOTIFY: from the road of a query to whoever looks after secondaries.
 *
 * Shape    A worker checks who it is, answers at once and posts a letter; what is done with it is
 *          registered from above.
 * Floor    7.
 * Threads  notify_take: a worker's. The rest: the main world's.
 * Limits   SERVE_NOTIFIES_MAX letters on their way; beyond, one is lost, as datagrams are.
 * RFC      1996 3 (response, authority), 8945.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "serve/road.h"
#include "serve/serve.h"
#include "wire/name.h"

enum { SERVE_NOTIFIES_MAX = 8192 };

/* What a primary has said. */
struct serve_notify {
    struct td_addr remote;
    bool is_signed;  /* by the key that its peer has to use */
    bool has_serial; /* of the SOA that it sent along */
    uint32_t serial;
    uint8_t zone[WIRE_NAME_SIZE_MAX]; /* uncompressed, lower case */
};

/* NOTIFY came for a zone of ours. */
enum stage_result notify_take(struct request *request);

/*
 * Have notifications given to `take`, on the main loop; it does not keep them. Before the workers
 * are started.
 */
void serve_notifies_to(struct serve *serve,
                       void (*take)(void *context, const struct serve_notify *notify),
                       void *context);
