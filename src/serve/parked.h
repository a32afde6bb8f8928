/*
 * serve/parked.h - a request that waits for somebody else, and goes on where it came in.
 *
 * Shape    A copy of the request with all that it points to: message, path, key. It is kept while
 *          a letter is on its way, and then goes on along the road on the worker that took it.
 *          Zone and version are not kept: they may be gone meanwhile and are found anew.
 * Floor    7.
 * Threads  The worker's that took the request. In between others may read what it has.
 */
#pragma once

#include "io/udp.h"
#include "serve/road.h"
#include "tsig/key.h"

struct serve_thread;

struct parked {
    struct request request;
    uint8_t *octets;    /* of the message */
    struct io_udp *udp; /* where it came in, if that is still open */
    struct io_udp_path path;
    struct tsig_key key; /* its own: a reload may take the key away meanwhile */
};

void parked_init(struct parked *parked, struct request *request);
void parked_fini(struct parked *parked);

/*
 * On the worker again: make the request ready to go on at its stage; its response goes into the
 * worker's buffer. Its zone and version are NULL.
 */
void parked_resume(struct parked *parked);

/* Send the response that the request has, if it has one. TCP: the query is not finished by it. */
void parked_send(struct serve_thread *thread, struct parked *parked);
