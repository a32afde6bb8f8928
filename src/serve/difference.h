/*
 * serve/difference.h - what an IXFR client lacks: asked of whoever has the log.
 *
 * Shape    A worker parks the query and posts a letter to the main world; the answer, a difference
 *          or none, comes back to that worker, where the transfer begins.
 * Floor    7.
 * Threads  serve_difference_ask: a worker's. The rest: the main world's.
 * Limits   SERVE_ASKS_MAX under way; beyond, SERVFAIL.
 * RFC      1995 2, 4.
 */
#pragma once

#include "replicate/difference.h"
#include "serve/road.h"
#include "serve/serve.h"

enum { SERVE_ASKS_MAX = 4096 };

/* A question under way. Whoever takes it has it until it is answered. */
struct serve_ask {
    struct serve_ask *next; /* for whoever answers it */
    const uint8_t *zone;    /* uncompressed, lower case */
    uint32_t serial;        /* that the client has */
};

/* IXFR was asked for by a client that has this serial, which is not the newest. */
enum stage_result serve_difference_ask(struct request *request, uint32_t serial);

/* Have them given to `take`, on the main loop. Before the workers are started. */
void serve_differences_to(struct serve *serve, void (*take)(void *context, struct serve_ask *ask),
                          void *context);

/* Takes the difference; NULL: there is none, send the whole zone. The question is gone then. */
void serve_difference_answer(struct serve_ask *ask, struct difference *difference);
