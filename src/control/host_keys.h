/*
 * control/host_keys.h - the part of control/host.h about keys.
 *
 * Floor    9.
 * Threads  As there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/err.h"

struct control_call;

/* A key for TSIG. */
struct control_key {
    const char *name; /* presentation form, with its last dot */
    const char *algorithm;
    const char *secret; /* base64; NULL: not told */
    uint32_t octets;    /* of the secret */
    bool is_kept;       /* it was added at run time */
    bool is_hidden;     /* and the configuration, which goes before it, has one of this name */
    const char *file;   /* else where it stands */
    uint32_t line;
    uint32_t uses; /* places in the configuration that name it */
};

struct control_keys {
    struct td_arena arena;
    struct control_key *keys; /* those of the configuration first */
    size_t count;
};

struct control_keys_host {
    /* All keys without their secrets (`name` NULL), or those of a name. TD_E_NOT_FOUND */
    TD_NODISCARD td_err (*list)(void *context, const char *name, struct control_keys *ret_keys);

    /*
     * As call->key, algorithm and secret say (NULL: drawn); call->force. It is in force, and on the
     * disk, when they return. TD_E_INVALID, TD_E_EXISTS, TD_E_NOT_FOUND, TD_E_CONFLICT, TD_E_LIMIT,
     * TD_E_IO: why is in diag, and in `uses` what names the key, a line each (also when it was
     * removed all the same).
     */
    TD_NODISCARD td_err (*add)(void *context, const struct control_call *call,
                               struct td_diag *diag);
    TD_NODISCARD td_err (*remove)(void *context, const struct control_call *call,
                                  struct td_buf *uses, struct td_diag *diag);
};
