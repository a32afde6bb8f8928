/*
 * serve/transfer.h - zone transfers out: who may have one, and which.
 *
 * Floor    7.
 * Threads  The worker's.
 * RFC      1995 2 and 4 (IXFR), 5936 2.2 (AXFR).
 */
#pragma once

#include "serve/road.h"

struct difference;

/*
 * AXFR or IXFR was asked for; the zone and its settings are found. Refused, or answered in
 * place (with the SOA alone), or taken over: by a fiber, or until what the client lacks is known
 * (STAGE_TAKEN).
 */
enum stage_result transfer_out(struct request *request);

/*
 * IXFR from this serial, with the difference, or NULL: there is none. The request is taken by a
 * fiber, or goes on at its stage (which may be none).
 */
void transfer_go_on(struct request *request, struct difference *difference, uint32_t serial);
