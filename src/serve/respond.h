/*
 * serve/respond.h - the pieces of a response, for those who put records into it themselves.
 *
 * Floor    7.
 * Threads  The worker's.
 */
#pragma once

#include "base/err.h"
#include "base/writer.h"
#include "serve/request.h"

/* Header and question in request->out; out_size is behind them. No flags but QR, no records. */
void respond_begin(struct request *request);

/* Octets that are kept behind the records for OPT and TSIG. */
uint32_t respond_reserve(const struct request *request);

/*
 * Put the OPT record, with the options that were asked for. Only when the query had one.
 * TD_E_SPACE  no room: nothing was written
 */
TD_NODISCARD td_err respond_put_edns(const struct request *request, struct td_writer *writer);
