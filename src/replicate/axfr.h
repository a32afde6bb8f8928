/*
 * replicate/axfr.h - a zone version as the messages of a transfer.
 *
 * Shape    The SOA, every other record in canonical order of the owners, the owners of NSEC3, and
 *          the SOA again. Each call fills one message; nothing is remembered outside of
 *          struct axfr, so that a fiber may wait between two of them.
 * Floor    6.
 * Threads  One owner; the version is pinned meanwhile.
 * Limits   a message of 65,535 octets; a record that fits in no message ends the transfer.
 * RFC      5936 2.2, 3 (contents and order), 3.4 (compression).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "wire/pack.h"
#include "zone/version.h"

enum axfr_stage { AXFR_FIRST_SOA, AXFR_NAMES, AXFR_NSEC3, AXFR_LAST_SOA, AXFR_DONE };

struct axfr {
    const struct zone_version *version;
    struct wire_pack pack;
    struct zone_walk walk;
    const struct zone_node *node; /* whose records are being sent; NULL: start the stage */
    const struct wire_rrset *set; /* of node */
    size_t at;                    /* in the data of set */
    unsigned set_left;            /* sets of node from `set` on */
    uint64_t records;             /* sent so far */
    enum axfr_stage stage;
};

void axfr_init(struct axfr *axfr, const struct zone_version *version);

/*
 * Fill a message: `out` begins with a header and perhaps the question, `size` octets; records are
 * put behind them up to `limit`, and the answer count is set.
 *
 * TD_E_LIMIT  a record does not fit into an empty message
 */
TD_NODISCARD td_err axfr_message(struct axfr *axfr, uint8_t *out, size_t size, size_t limit,
                                 size_t *ret_size);

static inline bool axfr_is_done(const struct axfr *axfr)
{
    return axfr->stage == AXFR_DONE;
}
