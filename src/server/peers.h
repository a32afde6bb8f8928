/*
 * server/peers.h - the peers of the configuration, and what is known about each of them.
 *
 * Shape    A row per peer. A peer that a reload leaves as it is keeps its row, and with it what is
 *          known. One that does not answer is left alone for a while, longer each time, by all
 *          zones that follow it: one look in the meantime finds out whether it is back.
 * Floor    10.
 * Threads  The main world's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "io/io.h"
#include "replicate/peer.h"

struct peers_row {
    struct replicate_peer *peer; /* held */
    uint64_t asked_ns;           /* when nothing came back last */
    uint32_t losses;             /* one after the other; 0: it is reached */
    uint64_t lost_s;             /* wall clock of the first of them */
    uint64_t heard_s;            /* wall clock of the last answer; 0: none yet */

    uint64_t transfers_in; /* that came to their end */
    uint64_t transfers_in_failed;
    uint64_t transfers_out;
    uint64_t transfers_out_failed;
    uint64_t notifies_out; /* that were answered */
    uint64_t notifies_out_failed;
};

struct keyring;

struct peers {
    const struct keyring *keyring; /* NULL: keys are those of the configuration */
    struct peers_row **rows;       /* by the index in conf.peers */
    uint32_t count;
    struct peers_row **before; /* between begin and end of a reload */
    uint32_t before_count;
};

/* Have the peers of this configuration; rows that are gone live until peers_apply_end. */
void peers_apply_begin(struct peers *peers, const struct conf *conf);
void peers_apply_end(struct peers *peers);
void peers_fini(struct peers *peers);

/* NULL: there is none of this name. */
struct peers_row *peers_find(const struct peers *peers, const char *name);

/*
 * May it be asked at this time? `is_only`: there is no other one for the zone; then it is left
 * alone for half a minute at most.
 */
bool peers_may_ask(const struct peers_row *row, uint64_t now_ns, bool is_only);
/* When it may be asked again by those that have no other one. */
uint64_t peers_ask_next_ns(const struct peers_row *row);

/* Somebody asks it: nobody else does before it is known what comes of that. */
void peers_probe(struct peers_row *row, uint64_t now_ns);
void peers_heard(struct peers_row *row, uint64_t now_s);
/* Nothing came back from it to whoever began to ask at this time. */
void peers_lost(struct peers_row *row, uint64_t began_ns, uint64_t now_ns, uint64_t now_s);
