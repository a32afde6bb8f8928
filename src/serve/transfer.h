/*
 * serve/transfer.h - zone transfers out, from the road of a query to a fiber of their own.
 *
 * Floor    7.
 * Threads  The worker's.
 */
#pragma once

#include "serve/road.h"

/*
 * AXFR or IXFR was asked for; the zone and its settings are found. Refused, or answered in
 * place (over UDP, or with the SOA alone), or taken over by a fiber (STAGE_TAKEN).
 */
enum stage_result transfer_out(struct request *request);
