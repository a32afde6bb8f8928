/*
 * replicate/ixfr.h - a difference as the messages of an incremental transfer.
 *
 * Shape    The newest SOA; for each step the old SOA, what is removed, the new SOA, what is added;
 *          the newest SOA again. Each call fills one message; nothing is remembered outside of
 *          struct ixfr, so that a fiber may wait between two of them.
 * Floor    6.
 * Threads  One owner; the difference is held meanwhile.
 * Limits   as axfr.h.
 * RFC      1995 4 (form), 5936 3.4 (compression).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "replicate/difference.h"
#include "wire/pack.h"

struct ixfr {
    const struct difference *difference;
    struct wire_pack pack;
    uint64_t records; /* sent so far */
    uint32_t step;    /* whose records are being sent */
    uint32_t at;      /* the next of them: those removed, then those added */
    bool has_begun;   /* the first SOA was sent */
    bool is_done;     /* the last one, too */
};

void ixfr_init(struct ixfr *ixfr, const struct difference *difference);

/*
 * Fill a message: `out` begins with a header and perhaps the question, `size` octets; records are
 * put behind them up to `limit`, and the answer count is set.
 *
 * TD_E_LIMIT  a record does not fit into an empty message
 */
TD_NODISCARD td_err ixfr_message(struct ixfr *ixfr, uint8_t *out, size_t size, size_t limit,
                                 size_t *ret_size);

static inline bool ixfr_is_done(const struct ixfr *ixfr)
{
    return ixfr->is_done;
}
