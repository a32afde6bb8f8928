/*
 * zone/zonemd.h - the digest of a version of a zone, and whether its ZONEMD record is right.
 *
 * Floor    3.
 * Threads  Pure; borrows the version.
 * Limits   One walk over all names for each algorithm, half a second for a million records.
 * RFC      8976 3 (calculation), 4 (verification).
 */
#pragma once

#include "base/err.h"
#include "dnssec/zonemd.h"
#include "zone/version.h"

enum zone_zonemd {
    ZONE_ZONEMD_NONE,    /* there is none at the apex */
    ZONE_ZONEMD_GOOD,    /* one digest at least is right, which is enough */
    ZONE_ZONEMD_UNKNOWN, /* of no scheme and algorithm that is known here */
    ZONE_ZONEMD_SERIAL,  /* for another serial */
    ZONE_ZONEMD_WRONG,
};

/* *ret_algorithm: the last one that was wrong. */
enum zone_zonemd zone_zonemd_check(const struct zone_version *version, unsigned *ret_algorithm);

static inline bool zone_zonemd_is_bad(enum zone_zonemd zonemd)
{
    return zonemd == ZONE_ZONEMD_SERIAL || zonemd == ZONE_ZONEMD_WRONG;
}

enum { ZONE_ZONEMD_RDATA_SIZE_MAX = 6 + DNSSEC_ZONEMD_DIGEST_SIZE_MAX };

/*
 * The data that a ZONEMD record would need to be right for this version, of the same scheme and
 * algorithm as the one given.
 * TD_E_UNSUPPORTED  they are not known here
 */
TD_NODISCARD td_err zone_zonemd_renew(const struct zone_version *version,
                                      const struct wire_rdata *rdata,
                                      uint8_t ret_rdata[ZONE_ZONEMD_RDATA_SIZE_MAX],
                                      size_t *ret_size);
