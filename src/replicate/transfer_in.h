/*
 * replicate/transfer_in.h - a transfer in over a connection that is its own meanwhile.
 *
 * Floor    6.
 * Threads  The world's of its fiber.
 * Limits   struct refresh has them.
 * RFC      5936 2.2 (header of each message), 8945 5.3.1 (every message is digested; the last is
 *          signed).
 */
#pragma once

#include "replicate/ask.h"
#include "replicate/transfer_read.h"

struct transfer_in {
    const struct replicate_peer *peer;
    const struct td_addr *addr;
    const uint8_t *apex;
    bool is_incremental;
    bool has_edns; /* in the question */
    uint32_t serial_had;
    bool takes_same;   /* where newer is wanted: our serial again will do */
    bool wants_newer;  /* than serial_had: what is not is given up at its first SOA */
    uint32_t min_rate; /* octets a second */
    struct replicate_streams *streams; /* NULL: it dials and closes */
    struct transfer_read *read;        /* initialized */

    bool has_expire;
    uint32_t expire_s;
    uint64_t rest_ms;    /* the connection may rest so long behind it */
    bool has_answer;     /* something came that answers */
    bool refuses_edns;   /* it may be EDNS that it does not understand (RFC 6891 7) */
    bool is_unreachable; /* there was no connection, or nothing came through it */
    char why[REPLICATE_WHY_SIZE];
};

/* TD_OK: read->kind says what it is. Else in->why says why not. */
TD_NODISCARD td_err transfer_in_run(struct fiber *fiber, struct transfer_in *in);
