/*
 * scenario/probe.h - somebody who asks a server all the time, and knows what it has to say.
 *
 * Shape    One question at a time, for a name of the model, with ZONEVERSION: so each answer says
 * of which version it is, and is compared with it, whole. The serials of one server's answers only
 * go forward; those of a primary are never older than what was acknowledged when it was asked; a
 * secondary that has heard of no primary for longer than the SOA's expire does not answer.
 */
#pragma once

#include "scenario/cluster.h"

struct probe;

/* What servers are asked for instead of names of the model, and what their answers have to be. */
struct probe_topic {
    /* Choose a name (n0, u7: letter and number). The answer must hold it, if *ret_must_be. */
    char (*choose)(struct probe *probe, unsigned *ret_number, bool *ret_must_be);
    /* An answer of this version has this value for it; 0: the name is not there. */
    void (*check)(struct probe *probe, uint32_t serial, unsigned number, uint32_t value);
};

struct probe {
    struct node *node;
    struct fiber *fiber;
    bool wants_stop;
    uint32_t serial;          /* of the last answer; 0: none */
    uint64_t answered_ns;     /* when it came */
    uint64_t trusted_ns;      /* its time to expiry may begin here, since its clock was set back */
    uint64_t broken_until_ns; /* until then its serial may go back */
    uint64_t answers;
    uint64_t failures; /* SERVFAIL, REFUSED */
    uint64_t silences;
};

struct probe *probe_new(struct node *node);
/* Have all of them end. */
void probes_stop(struct cluster *cluster);
