/*
 * serve/update.h - dynamic updates: from the road of a query to whoever commits changes, and back.
 *
 * Shape    A worker hands the whole message, with where it came from and who signed it, to the main
 *          world and goes on; when the change is durable the answer comes back to that worker,
 *          which owns the socket. What is done with an update is registered from above.
 * Floor    7.
 * Threads  update_take: a worker's. The rest: the main world's.
 * Limits   SERVE_UPDATES_MAX under way; beyond, SERVFAIL.
 * RFC      2136 3.8 and 6, 8945 5.
 */
#pragma once

#include "change/change.h"
#include "replicate/update.h"
#include "serve/road.h"
#include "serve/serve.h"

enum { SERVE_UPDATES_MAX = 4096 };

/* An update under way. Its own until it is answered. */
struct serve_update {
    struct change_wait wait;   /* for whoever commits it */
    struct serve_update *next; /* of the same */
    void *context;             /* of the same */
    const uint8_t *octets;     /* the whole message */
    size_t size;
    const uint8_t *zone; /* uncompressed, lower case */
    struct td_addr remote;
    const struct tsig_key *key; /* that signed it, a copy; NULL: none did */
    const uint8_t *mac;         /* of the request, when it is signed */
    size_t mac_size;
    uint64_t mac_until_s; /* its signature is good till then */
    const char *transport;
    bool is_forwarded; /* the zone is a secondary here, and the client may have it handed on */
    struct update_result result; /* what is to be answered; of whoever does it until then */
};

/* UPDATE was asked for a zone of ours: refused, or taken over (STAGE_TAKEN). */
enum stage_result update_take(struct request *request);

/* Have updates given to `take`, on the main loop. Before the workers are started. */
void serve_updates_to(struct serve *serve, void (*take)(void *context, struct serve_update *update),
                      void *context);

/*
 * Answer with update->result; its text goes along when there is an EDE. `replay`: it was signed,
 * and seen before: the answer says BADTIME. A `drop`ped one gets no answer.
 */
void serve_update_answer(struct serve_update *update);
/* The answer stands in these octets, which are copied; only its ID is put right. */
void serve_update_answer_with(struct serve_update *update, const uint8_t *octets, size_t size);
void serve_update_refuse_replay(struct serve_update *update);
void serve_update_drop(struct serve_update *update);
